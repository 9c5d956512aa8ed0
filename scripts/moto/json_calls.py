"""Calls to services that name the operation in X-Amz-Target, or speak RPC v2 CBOR."""

import datetime
import json

ROLE = "arn:aws:iam::123456789012:role/service"
DAY = datetime.datetime(2026, 3, 1, 10, 30, 15, tzinfo=datetime.timezone.utc)
ANYONE = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}]})


def dynamodb(d):
    d.call("dynamodb", "CreateTable", {
        "TableName": "orders", "BillingMode": "PAY_PER_REQUEST", "Tags": [{"Key": "a", "Value": "b"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk", "gsi")],
        "GlobalSecondaryIndexes": [{"IndexName": "by-gsi", "KeySchema": [{"AttributeName": "gsi", "KeyType": "HASH"}], "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "y"]}}],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}, "SSESpecification": {"Enabled": True, "SSEType": "KMS"},
    })
    d.call("dynamodb", "DescribeTable", {"TableName": "orders"})
    d.call("dynamodb", "UpdateTimeToLive", {"TableName": "orders", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "until"}})
    d.call("dynamodb", "UpdateTable", {"TableName": "orders", "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}, "BillingMode": "PROVISIONED"})
    d.call("dynamodb", "PutItem", {"TableName": "orders", "Item": {"pk": {"S": "1"}, "sk": {"S": "a"}, "raw": {"B": b"\x00\xff"}}}, data=True)
    d.call("dynamodb", "GetItem", {"TableName": "orders", "Key": {"pk": {"S": "1"}, "sk": {"S": "a"}}, "ConsistentRead": True}, data=True)
    d.call("dynamodb", "ListTables", {"Limit": 5})
    d.call("dynamodb", "DescribeTable", {"TableName": "missing"}, fails="ResourceNotFoundException")
    d.call("dynamodb", "DescribeContinuousBackups", {"TableName": "orders"})
    d.call("dynamodb", "CreateBackup", {"TableName": "orders", "BackupName": "first"})
    d.call("dynamodb", "DeleteTable", {"TableName": "orders"})
    d.call("dynamodbstreams", "ListStreams", {"TableName": "orders"})


def kms(d):
    key = d.call("kms", "CreateKey", {"Description": "für Kekse", "KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT", "Tags": [{"TagKey": "a", "TagValue": "b"}], "MultiRegion": False, "Policy": ANYONE})["KeyMetadata"]["KeyId"]
    d.call("kms", "CreateAlias", {"AliasName": "alias/cookies", "TargetKeyId": key})
    blob = d.call("kms", "Encrypt", {"KeyId": key, "Plaintext": b"the recipe is secret", "EncryptionContext": {"for": "grandma", "Case": "Kept"}}, secrets=["the recipe is secret", "dGhlIHJlY2lwZSBpcyBzZWNyZXQ="])["CiphertextBlob"]
    d.call("kms", "Decrypt", {"CiphertextBlob": blob, "EncryptionContext": {"for": "grandma", "Case": "Kept"}})
    d.call("kms", "GenerateDataKey", {"KeyId": "alias/cookies", "KeySpec": "AES_256"})
    d.call("kms", "EnableKeyRotation", {"KeyId": key})
    d.call("kms", "DescribeKey", {"KeyId": "12345678-1234-1234-1234-123456789012"}, fails="NotFoundException")
    d.call("kms", "ScheduleKeyDeletion", {"KeyId": key, "PendingWindowInDays": 7})
    d.call("kms", "ListAliases", {"Limit": 10})


def ssm(d):
    d.call("ssm", "PutParameter", {"Name": "/app/db/password", "Value": "a-parameter-secret", "Type": "SecureString", "Overwrite": True, "Tier": "Standard"}, hidden=["Value"], secrets=["a-parameter-secret"])
    d.call("ssm", "GetParameter", {"Name": "/app/db/password", "WithDecryption": True})
    d.call("ssm", "GetParametersByPath", {"Path": "/app", "Recursive": True, "ParameterFilters": [{"Key": "Type", "Option": "Equals", "Values": ["SecureString"]}]})
    d.call("ssm", "GetParameter", {"Name": "nope"}, fails="ParameterNotFound")
    d.call("ssm", "CreateDocument", {"Name": "doc", "DocumentType": "Command", "Content": json.dumps({"schemaVersion": "2.2", "description": "d", "mainSteps": [{"action": "aws:runShellScript", "name": "x", "inputs": {"runCommand": ["ls"]}}]})})
    d.call("ssm", "SendCommand", {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-0123456789abcdef0"], "Parameters": {"commands": ["echo a-command-secret"]}, "TimeoutSeconds": 60}, hidden=["Parameters"], secrets=["a-command-secret"])
    d.call("ssm", "AddTagsToResource", {"ResourceType": "Parameter", "ResourceId": "/app/db/password", "Tags": [{"Key": "k", "Value": "v"}]})
    d.call("ssm", "DeleteParameter", {"Name": "/app/db/password"})


def secretsmanager(d):
    d.call("secretsmanager", "CreateSecret", {"Name": "db", "Description": "the db", "SecretString": "a-secret-string-1", "Tags": [{"Key": "a", "Value": "b"}]}, secrets=["a-secret-string-1"])
    d.call("secretsmanager", "PutSecretValue", {"SecretId": "db", "SecretString": "a-secret-string-2", "VersionStages": ["AWSCURRENT"]}, secrets=["a-secret-string-2"])
    d.call("secretsmanager", "GetSecretValue", {"SecretId": "db"})
    d.call("secretsmanager", "DescribeSecret", {"SecretId": "db"})
    d.call("secretsmanager", "ListSecrets", {"Filters": [{"Key": "name", "Values": ["db"]}], "MaxResults": 3})
    d.call("secretsmanager", "GetSecretValue", {"SecretId": "none"}, fails="ResourceNotFoundException")
    d.call("secretsmanager", "DeleteSecret", {"SecretId": "db", "RecoveryWindowInDays": 7})


def logs(d):
    d.call("logs", "CreateLogGroup", {"logGroupName": "/app", "tags": {"Team": "ops", "lower": "x"}})
    d.call("logs", "CreateLogStream", {"logGroupName": "/app", "logStreamName": "a"})
    d.call("logs", "PutRetentionPolicy", {"logGroupName": "/app", "retentionInDays": 30})
    d.call("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/", "limit": 5})
    d.call("logs", "PutLogEvents", {"logGroupName": "/app", "logStreamName": "a", "logEvents": [{"timestamp": 1, "message": "a log line"}]}, hidden=["logEvents"], secrets=["a log line"])
    d.call("logs", "CreateLogGroup", {"logGroupName": "/app"}, fails="ResourceAlreadyExistsException")
    d.call("logs", "PutMetricFilter", {"logGroupName": "/app", "filterName": "errors", "filterPattern": "ERROR", "metricTransformations": [{"metricName": "n", "metricNamespace": "ns", "metricValue": "1", "defaultValue": 0.5}]})
    d.call("logs", "FilterLogEvents", {"logGroupName": "/app", "startTime": 1, "endTime": 1790000000000})
    d.call("logs", "DeleteLogGroup", {"logGroupName": "/app"})


def events(d):
    d.call("events", "PutRule", {"Name": "nightly", "ScheduleExpression": "cron(0 3 * * ? *)", "State": "ENABLED", "Description": "d", "Tags": [{"Key": "a", "Value": "b"}]})
    d.call("events", "PutEvents", {"Entries": [{"Source": "me", "DetailType": "t", "Detail": "{\"a\":1}", "Time": DAY, "Resources": ["r"]}]}, hidden=["Entries.Detail"])
    d.call("events", "PutTargets", {"Rule": "nightly", "Targets": [{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:q", "InputTransformer": {"InputPathsMap": {"Id": "$.id", "t": "$.time"}, "InputTemplate": "\"<Id>\""}}]})
    d.call("events", "DescribeRule", {"Name": "nightly"})
    d.call("events", "DescribeRule", {"Name": "none"}, fails="ResourceNotFoundException")
    d.call("events", "CreateEventBus", {"Name": "bus"})
    d.call("events", "CreateArchive", {"ArchiveName": "all", "EventSourceArn": "arn:aws:events:us-east-1:123456789012:event-bus/bus", "RetentionDays": 3})
    d.call("events", "RemoveTargets", {"Rule": "nightly", "Ids": ["1"]})


def kinesis(d):
    d.call("kinesis", "CreateStream", {"StreamName": "clicks", "ShardCount": 2, "StreamModeDetails": {"StreamMode": "PROVISIONED"}})
    d.call("kinesis", "AddTagsToStream", {"StreamName": "clicks", "Tags": {"A": "b"}})
    d.call("kinesis", "PutRecord", {"StreamName": "clicks", "Data": b"click", "PartitionKey": "p"}, data=True)
    d.call("kinesis", "DescribeStreamSummary", {"StreamName": "clicks"})
    d.call("kinesis", "IncreaseStreamRetentionPeriod", {"StreamName": "clicks", "RetentionPeriodHours": 48})
    d.call("kinesis", "DescribeStream", {"StreamName": "none"}, fails="ResourceNotFoundException")
    d.call("firehose", "CreateDeliveryStream", {"DeliveryStreamName": "to-s3", "DeliveryStreamType": "DirectPut", "ExtendedS3DestinationConfiguration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::bucket", "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300}, "CompressionFormat": "GZIP"}})
    d.call("firehose", "DescribeDeliveryStream", {"DeliveryStreamName": "to-s3"})


def sqs(d):
    url = d.call("sqs", "CreateQueue", {"QueueName": "jobs", "Attributes": {"VisibilityTimeout": "60", "Policy": ANYONE}, "tags": {"Team": "ops"}})["QueueUrl"]
    d.call("sqs", "SendMessage", {"QueueUrl": url, "MessageBody": "a job"}, data=True)
    d.call("sqs", "GetQueueAttributes", {"QueueUrl": url, "AttributeNames": ["All"]})
    d.call("sqs", "SetQueueAttributes", {"QueueUrl": url, "Attributes": {"DelaySeconds": "5"}})
    d.call("sqs", "GetQueueUrl", {"QueueName": "missing"}, fails="AWS.SimpleQueueService.NonExistentQueue")
    d.call("sqs", "TagQueue", {"QueueUrl": url, "Tags": {"CamelCase": "Yes"}})
    d.call("sqs", "DeleteQueue", {"QueueUrl": url})


def stepfunctions(d):
    arn = d.call("stepfunctions", "CreateStateMachine", {"name": "flow", "roleArn": ROLE, "definition": json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}), "tags": [{"key": "a", "value": "b"}]})["stateMachineArn"]
    run = d.call("stepfunctions", "StartExecution", {"stateMachineArn": arn, "name": "one", "input": "{\"secretish\":1}"})["executionArn"]
    d.call("stepfunctions", "DescribeExecution", {"executionArn": run})
    d.call("stepfunctions", "ListStateMachines", {"maxResults": 5})
    d.call("stepfunctions", "DescribeStateMachine", {"stateMachineArn": arn + "x"}, fails="StateMachineDoesNotExist")
    d.call("stepfunctions", "DeleteStateMachine", {"stateMachineArn": arn})


def containers(d):
    d.call("ecs", "CreateCluster", {"clusterName": "c", "tags": [{"key": "a", "value": "b"}], "settings": [{"name": "containerInsights", "value": "enabled"}]})
    d.call("ecs", "RegisterTaskDefinition", {
        "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{"name": "app", "image": "nginx:latest", "essential": True, "portMappings": [{"containerPort": 80, "protocol": "tcp"}], "environment": [{"name": "MODE", "value": "prod"}], "dockerLabels": {"Some.Label": "X"}}],
    })
    d.call("ecs", "CreateService", {"cluster": "c", "serviceName": "s", "taskDefinition": "web", "desiredCount": 0, "launchType": "EC2"})
    d.call("ecs", "DescribeClusters", {"clusters": ["c"]})
    d.call("ecs", "UpdateService", {"cluster": "c", "service": "none", "desiredCount": 1}, fails="ServiceNotFoundException")
    d.call("ecr", "CreateRepository", {"repositoryName": "team/app", "imageScanningConfiguration": {"scanOnPush": True}, "imageTagMutability": "IMMUTABLE", "tags": [{"Key": "a", "Value": "b"}]})
    d.call("ecr", "PutLifecyclePolicy", {"repositoryName": "team/app", "lifecyclePolicyText": json.dumps({"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 3}, "action": {"type": "expire"}}]})})
    d.call("ecr", "GetAuthorizationToken")
    d.call("ecr", "DescribeRepositories", {"repositoryNames": ["nope"]}, fails="RepositoryNotFoundException")


def analytics(d):
    d.call("glue", "CreateDatabase", {"DatabaseInput": {"Name": "lake", "Description": "d", "Parameters": {"Key-Kept": "v"}}})
    d.call("glue", "CreateTable", {"DatabaseName": "lake", "TableInput": {"Name": "t", "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "int"}], "Location": "s3://b/p/", "SerdeInfo": {"Parameters": {"serialization.format": "1"}}}, "PartitionKeys": [{"Name": "day", "Type": "date"}]}})
    d.call("glue", "CreateConnection", {"ConnectionInput": {"Name": "c", "ConnectionType": "JDBC", "ConnectionProperties": {"USERNAME": "u", "PASSWORD": "a-glue-passw0rd"}}}, hidden=["ConnectionInput.ConnectionProperties[PASSWORD]"], secrets=["a-glue-passw0rd"])
    d.call("glue", "GetTable", {"DatabaseName": "lake", "Name": "t"})
    d.call("glue", "GetTable", {"DatabaseName": "lake", "Name": "none"}, fails="EntityNotFoundException")
    d.call("glue", "CreateJob", {"Name": "j", "Role": ROLE, "Command": {"Name": "glueetl", "ScriptLocation": "s3://b/s.py", "PythonVersion": "3"}, "DefaultArguments": {"--job-language": "python"}, "MaxRetries": 1, "Timeout": 60})
    d.call("athena", "CreateWorkGroup", {"Name": "wg", "Configuration": {"ResultConfiguration": {"OutputLocation": "s3://b/o/"}, "BytesScannedCutoffPerQuery": 10000000, "EnforceWorkGroupConfiguration": True}, "Description": "d"})
    run = d.call("athena", "StartQueryExecution", {"QueryString": "SELECT * FROM t WHERE a = 'x'", "QueryExecutionContext": {"Database": "lake"}, "WorkGroup": "wg"})["QueryExecutionId"]
    d.call("athena", "GetQueryExecution", {"QueryExecutionId": run})
    d.call("emr", "RunJobFlow", {"Name": "cluster", "ReleaseLabel": "emr-7.0.0", "Instances": {"MasterInstanceType": "m5.xlarge", "SlaveInstanceType": "m5.xlarge", "InstanceCount": 2, "KeepJobFlowAliveWhenNoSteps": True}, "Applications": [{"Name": "Spark"}], "JobFlowRole": "EMR_EC2_DefaultRole", "ServiceRole": "EMR_DefaultRole", "VisibleToAllUsers": True})
    d.call("emr", "ListClusters", {"CreatedAfter": DAY, "ClusterStates": ["RUNNING", "WAITING"]})
    d.call("redshift-data", "ExecuteStatement", {"ClusterIdentifier": "dw", "Database": "dev", "DbUser": "u", "Sql": "SELECT a-query-secret"}, hidden=["Sql"], secrets=["a-query-secret"])
    d.call("sagemaker", "CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/x:1", "Environment": {"SAGEMAKER_X": "1"}}})
    d.call("sagemaker", "DescribeModel", {"ModelName": "nope"}, fails="ValidationException")


def people(d):
    pool = d.call("cognito-idp", "CreateUserPool", {"PoolName": "people", "Policies": {"PasswordPolicy": {"MinimumLength": 8, "RequireUppercase": True}}, "AutoVerifiedAttributes": ["email"], "UserPoolTags": {"Aa": "Bb"}})["UserPool"]["Id"]
    client = d.call("cognito-idp", "CreateUserPoolClient", {"UserPoolId": pool, "ClientName": "web", "GenerateSecret": True, "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}, shown=["ClientId"])["UserPoolClient"]
    d.call("cognito-idp", "AdminCreateUser", {"UserPoolId": pool, "Username": "dora", "TemporaryPassword": "Temp0rary!pass", "UserAttributes": [{"Name": "email", "Value": "dora@example.com"}]}, hidden=["Username", "UserAttributes", "TemporaryPassword"], secrets=["Temp0rary!pass", "dora@example.com", client["ClientSecret"]])
    d.call("cognito-idp", "AdminSetUserPassword", {"UserPoolId": pool, "Username": "dora", "Password": "Perm4nent!pass", "Permanent": True}, secrets=["Perm4nent!pass"])
    d.call("cognito-idp", "ListUsers", {"UserPoolId": pool, "Limit": 5})
    d.call("cognito-idp", "AdminGetUser", {"UserPoolId": pool, "Username": "ghost"}, fails="UserNotFoundException")
    d.call("cognito-idp", "DeleteUserPool", {"UserPoolId": pool})
    d.call("cognito-identity", "CreateIdentityPool", {"IdentityPoolName": "guests", "AllowUnauthenticatedIdentities": True, "SupportedLoginProviders": {"graph.facebook.com": "123456"}})
    d.call("organizations", "CreateOrganization", {"FeatureSet": "ALL"})
    d.call("organizations", "CreateAccount", {"Email": "new@example.com", "AccountName": "a-new-account"}, hidden=["Email", "AccountName"])
    root = d.call("organizations", "ListRoots")["Roots"][0]["Id"]
    d.call("organizations", "CreateOrganizationalUnit", {"ParentId": root, "Name": "dev", "Tags": [{"Key": "a", "Value": "b"}]})
    d.call("organizations", "DescribePolicy", {"PolicyId": "p-nope12345"}, fails="PolicyNotFoundException")


def governance(d):
    d.call("config", "PutConfigurationRecorder", {"ConfigurationRecorder": {"name": "default", "roleARN": ROLE, "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}}})
    d.call("config", "DescribeConfigurationRecorders")
    d.call("config", "DeleteConfigurationRecorder", {"ConfigurationRecorderName": "none"}, fails="NoSuchConfigurationRecorderException")
    d.call("acm", "RequestCertificate", {"DomainName": "example.com", "ValidationMethod": "DNS", "SubjectAlternativeNames": ["www.example.com", "api.example.com"], "Tags": [{"Key": "a", "Value": "b"}], "Options": {"CertificateTransparencyLoggingPreference": "ENABLED"}})
    d.call("acm", "ListCertificates", {"CertificateStatuses": ["ISSUED"], "Includes": {"keyTypes": ["RSA_2048"]}})
    d.call("acm", "DescribeCertificate", {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/none"}, fails="ResourceNotFoundException")
    trail = {"Name": "all", "S3BucketName": "trail-bucket", "IsMultiRegionTrail": True, "EnableLogFileValidation": True, "TagsList": [{"Key": "a", "Value": "b"}]}
    d.call("s3", "CreateBucket", {"Bucket": "trail-bucket"})
    d.call("cloudtrail", "CreateTrail", trail)
    d.call("cloudtrail", "PutEventSelectors", {"TrailName": "all", "EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::trail-bucket/"]}]}]})
    d.call("cloudtrail", "GetTrailStatus", {"Name": "all"})
    d.call("cloudtrail", "GetTrail", {"Name": "none"}, fails="TrailNotFoundException")
    d.call("resourcegroupstaggingapi", "GetResources", {"TagFilters": [{"Key": "a", "Values": ["b"]}], "ResourcesPerPage": 10})
    d.call("service-quotas", "ListAWSDefaultServiceQuotas", {"ServiceCode": "vpc"})
    # Not in moto, which answers with a page of HTML.
    d.call("service-quotas", "ListServiceQuotas", {"ServiceCode": "vpc"}, fails="500", unreadable=True)
    d.call("wafv2", "CreateIPSet", {"Name": "office", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": ["192.0.2.0/24"], "Description": "d"})
    d.call("wafv2", "CreateWebACL", {"Name": "acl", "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": False, "MetricName": "m"}, "Rules": []})
    d.call("shield", "ListProtections")
    d.call("sso-admin", "ListInstances")
    d.call("budgets", "CreateBudget", {"AccountId": "123456789012", "Budget": {"BudgetName": "b", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "10", "Unit": "USD"}, "TimePeriod": {"Start": DAY, "End": DAY + datetime.timedelta(days=90)}}})
    d.call("ce", "CreateCostCategoryDefinition", {"Name": "teams", "RuleVersion": "CostCategoryExpression.v1", "Rules": [{"Value": "a", "Rule": {"Tags": {"Key": "team", "Values": ["a"]}}}]})


def building(d):
    d.call("codebuild", "CreateProject", {
        "name": "build", "serviceRole": ROLE, "source": {"type": "S3", "location": "bucket/path.zip"}, "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {"type": "LINUX_CONTAINER", "image": "c/n:1", "computeType": "BUILD_GENERAL1_SMALL", "environmentVariables": [{"name": "X", "value": "y", "type": "PLAINTEXT"}]},
        "tags": [{"key": "a", "value": "b"}],
    })
    d.call("codebuild", "StartBuild", {"projectName": "build", "sourceVersion": "main"})
    d.call("codebuild", "BatchGetProjects", {"names": ["build"]})
    d.call("codebuild", "StartBuild", {"projectName": "missing"}, fails="ResourceNotFoundException")
    d.call("codecommit", "CreateRepository", {"repositoryName": "r", "repositoryDescription": "d"})
    d.call("codepipeline", "ListPipelines")
    d.call("codedeploy", "CreateApplication", {"applicationName": "app", "computePlatform": "Lambda", "tags": [{"Key": "a", "Value": "b"}]})
    d.call("servicediscovery", "CreateHttpNamespace", {"Name": "ns", "Description": "d", "Tags": [{"Key": "a", "Value": "b"}]})
    d.call("transfer", "CreateServer", {"Domain": "S3", "Protocols": ["SFTP"], "IdentityProviderType": "SERVICE_MANAGED", "HostKey": "-----BEGIN a-host-key-----"}, hidden=["HostKey"], secrets=["-----BEGIN a-host-key-----"])
    d.call("ds", "CreateDirectory", {"Name": "corp.example.com", "Password": "D1rectory!pass", "Size": "Small", "VpcSettings": {"VpcId": "vpc-12345678", "SubnetIds": ["subnet-12345678", "subnet-87654321"]}}, fails="InvalidParameterException", secrets=["D1rectory!pass"])
    d.call("application-autoscaling", "RegisterScalableTarget", {"ServiceNamespace": "dynamodb", "ResourceId": "table/t", "ScalableDimension": "dynamodb:table:ReadCapacityUnits", "MinCapacity": 1, "MaxCapacity": 10})
    d.call("datasync", "CreateLocationS3", {"S3BucketArn": "arn:aws:s3:::b", "Subdirectory": "/x", "S3Config": {"BucketAccessRoleArn": ROLE}})
    d.call("dms", "DescribeReplicationTasks", {"Filters": [{"Name": "replication-task-id", "Values": ["x"]}]})
    d.call("route53domains", "ListDomains", {"MaxItems": 10})
    d.call("route53resolver", "ListResolverEndpoints", {"MaxResults": 10})
    d.call("swf", "RegisterDomain", {"name": "swf", "workflowExecutionRetentionPeriodInDays": "7", "description": "d"})
    d.call("workspaces", "DescribeWorkspaces", {"Limit": 5})
    d.call("opensearch", "CreateDomain", {"DomainName": "logs", "EngineVersion": "OpenSearch_2.11", "ClusterConfig": {"InstanceType": "t3.small.search", "InstanceCount": 1}, "AdvancedSecurityOptions": {"Enabled": True, "InternalUserDatabaseEnabled": True, "MasterUserOptions": {"MasterUserName": "master", "MasterUserPassword": "Open-S3arch-pass"}}}, secrets=["Open-S3arch-pass"])


def cloudwatch(d):
    alarm = {
        "AlarmName": "errors", "MetricName": "Errors", "Namespace": "App", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 2, "Threshold": 1.5,
        "ComparisonOperator": "GreaterThanThreshold", "Dimensions": [{"Name": "Service", "Value": "api"}], "AlarmActions": ["arn:aws:sns:us-east-1:123456789012:alerts"], "Tags": [{"Key": "a", "Value": "b"}],
    }
    # boto3 chooses JSON; older clients speak query, and other SDKs CBOR.
    for protocol in ("json", "query"):
        d.call("cloudwatch", "PutMetricAlarm", alarm, protocol=protocol)
        d.call("cloudwatch", "DescribeAlarms", {"AlarmNames": ["errors"], "MaxRecords": 3}, protocol=protocol)
        d.call("cloudwatch", "PutMetricData", {"Namespace": "App", "MetricData": [{"MetricName": "Errors", "Timestamp": DAY, "Value": 1.0, "Unit": "Count"}]}, data=True, protocol=protocol)
        d.call("cloudwatch", "GetDashboard", {"DashboardName": "none"}, fails="ResourceNotFound", protocol=protocol)
        d.call("cloudwatch", "DeleteAlarms", {"AlarmNames": ["errors"]}, protocol=protocol)
    # moto does not speak CBOR, and answers something else.
    d.call("cloudwatch", "PutMetricAlarm", alarm, protocol="smithy-rpc-v2-cbor", unreadable=True)
    d.call("cloudwatch", "GetMetricData", {
        "StartTime": DAY, "EndTime": DAY + datetime.timedelta(hours=1), "ScanBy": "TimestampDescending",
        "MetricDataQueries": [{"Id": "m", "MetricStat": {"Metric": {"Namespace": "App", "MetricName": "Errors"}, "Period": 60, "Stat": "Sum"}, "ReturnData": True}],
    }, protocol="smithy-rpc-v2-cbor", unreadable=True, data=True)
    d.call("cloudwatch", "DescribeAlarms", {"AlarmNames": ["errors"], "MaxRecords": 3}, protocol="smithy-rpc-v2-cbor", unreadable=True)


CALLS = [dynamodb, kms, ssm, secretsmanager, logs, events, kinesis, sqs, stepfunctions, containers, analytics, people, governance, building, cloudwatch]
