"""Calls to REST services: REST-JSON and REST-XML."""

import base64
import datetime
import io
import json
import zipfile

ROLE = "arn:aws:iam::123456789012:role/service"
DAY = datetime.datetime(2026, 3, 1, 10, 30, 15, tzinfo=datetime.timezone.utc)
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


def code():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.writestr("main.py", "def handler(event, context):\n    return event\n")
    return buffer.getvalue()


def awslambda(d):
    role = d.call("iam", "CreateRole", {"RoleName": "for-lambda", "AssumeRolePolicyDocument": TRUST})["Role"]["Arn"]
    arn = d.call("lambda", "CreateFunction", {
        "FunctionName": "hello", "Runtime": "python3.12", "Role": role, "Handler": "main.handler", "Code": {"ZipFile": code()}, "Timeout": 10, "MemorySize": 256, "Publish": True,
        "Environment": {"Variables": {"TOKEN": "a-lambda-secret"}}, "Tags": {"Team": "x", "lower": "y"}, "Architectures": ["arm64"], "TracingConfig": {"Mode": "Active"},
    }, hidden=["Environment"], secrets=["a-lambda-secret", base64.b64encode(code()).decode()])["FunctionArn"]
    d.call("lambda", "GetFunction", {"FunctionName": "hello", "Qualifier": "$LATEST"})
    d.call("lambda", "UpdateFunctionConfiguration", {"FunctionName": "hello", "Timeout": 20, "Environment": {"Variables": {"TOKEN": "another-lambda-secret"}}}, hidden=["Environment"], secrets=["another-lambda-secret"])
    d.call("lambda", "UpdateFunctionCode", {"FunctionName": arn, "ZipFile": code(), "Publish": False})
    d.call("lambda", "AddPermission", {"FunctionName": "hello", "StatementId": "s3", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::b"})
    d.call("lambda", "GetPolicy", {"FunctionName": "hello"})
    d.call("lambda", "CreateAlias", {"FunctionName": "hello", "Name": "live", "FunctionVersion": "1", "Description": "d"})
    d.call("lambda", "ListFunctions", {"MaxItems": 10, "FunctionVersion": "ALL"})
    d.call("lambda", "TagResource", {"Resource": arn, "Tags": {"K:x": "v/1"}})
    d.call("lambda", "PutFunctionConcurrency", {"FunctionName": "hello", "ReservedConcurrentExecutions": 5})
    d.call("lambda", "GetFunction", {"FunctionName": "missing"}, fails="ResourceNotFoundException")
    d.call("lambda", "PublishLayerVersion", {"LayerName": "layer", "Content": {"ZipFile": code()}, "CompatibleRuntimes": ["python3.12"], "LicenseInfo": "MIT"})
    d.call("lambda", "DeleteFunction", {"FunctionName": "hello"})


def apigateway(d):
    api = d.call("apigateway", "CreateRestApi", {"name": "api", "description": "d", "endpointConfiguration": {"types": ["REGIONAL"]}, "tags": {"Team": "x"}})["id"]
    root = d.call("apigateway", "GetResources", {"restApiId": api})["items"][0]["id"]
    pets = d.call("apigateway", "CreateResource", {"restApiId": api, "parentId": root, "pathPart": "{pet+}"})["id"]
    d.call("apigateway", "PutMethod", {"restApiId": api, "resourceId": pets, "httpMethod": "GET", "authorizationType": "NONE", "requestParameters": {"method.request.path.pet": True}})
    d.call("apigateway", "PutIntegration", {"restApiId": api, "resourceId": pets, "httpMethod": "GET", "type": "HTTP", "integrationHttpMethod": "GET", "uri": "https://example.com/{pet}?a=b&c=d"})
    d.call("apigateway", "CreateApiKey", {"name": "k", "value": "an-api-key-0123456789", "enabled": True}, hidden=["value"], secrets=["an-api-key-0123456789"])
    d.call("apigateway", "UpdateRestApi", {"restApiId": api, "patchOperations": [{"op": "replace", "path": "/name", "value": "api2"}]})
    d.call("apigateway", "GetRestApi", {"restApiId": "nope"}, fails="NotFoundException")
    d.call("apigateway", "DeleteRestApi", {"restApiId": api})
    d.call("apigatewayv2", "CreateApi", {"Name": "h", "ProtocolType": "HTTP", "CorsConfiguration": {"AllowOrigins": ["*"], "MaxAge": 60}, "Tags": {"Aa": "Bb"}})
    d.call("apigatewayv2", "GetApi", {"ApiId": "nope"}, fails="NotFoundException")


def compute(d):
    d.call("eks", "CreateCluster", {"name": "k8s", "roleArn": ROLE, "resourcesVpcConfig": {"subnetIds": ["subnet-1", "subnet-2"], "endpointPublicAccess": True}, "version": "1.31", "tags": {"Team": "x"}})
    d.call("eks", "DescribeCluster", {"name": "k8s"})
    d.call("eks", "CreateNodegroup", {"clusterName": "k8s", "nodegroupName": "n", "nodeRole": ROLE, "subnets": ["subnet-1"], "scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 2}, "labels": {"Kept/Case": "y"}})
    d.call("eks", "DescribeCluster", {"name": "none"}, fails="ResourceNotFoundException")
    d.call("batch", "RegisterJobDefinition", {"jobDefinitionName": "job", "type": "container", "containerProperties": {"image": "busybox", "vcpus": 1, "memory": 128, "command": ["sleep", "10"], "environment": [{"name": "A", "value": "b"}]}, "parameters": {"Param": "v"}})
    d.call("batch", "DescribeJobDefinitions", {"status": "ACTIVE"})
    d.call("efs", "CreateFileSystem", {"CreationToken": "fs-1", "PerformanceMode": "generalPurpose", "Encrypted": True, "Tags": [{"Key": "Name", "Value": "shared"}]})
    d.call("efs", "DescribeFileSystems", {"MaxItems": 5})
    d.call("efs", "DeleteFileSystem", {"FileSystemId": "fs-00000000000000000"}, fails="FileSystemNotFound")
    d.call("emr-serverless", "CreateApplication", {"name": "spark", "releaseLabel": "emr-7.0.0", "type": "SPARK", "maximumCapacity": {"cpu": "4 vCPU", "memory": "16 GB"}})
    d.call("greengrass", "CreateGroup", {"Name": "g"})
    d.call("scheduler", "CreateSchedule", {"Name": "at-night", "ScheduleExpression": "rate(5 minutes)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": {"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "RoleArn": ROLE, "Input": "{}"}, "StartDate": DAY})
    d.call("scheduler", "GetSchedule", {"Name": "none"}, fails="ResourceNotFoundException")
    d.call("pipes", "ListPipes", {"Limit": 5})
    d.call("appconfig", "CreateApplication", {"Name": "app", "Description": "d", "Tags": {"Aa": "b"}})
    d.call("synthetics", "DescribeCanaries", {"MaxResults": 5})


def things(d):
    d.call("iot", "CreateThing", {"thingName": "lamp", "attributePayload": {"attributes": {"Color": "red"}}})
    d.call("iot", "CreatePolicy", {"policyName": "p", "policyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[]}"})
    made = d.call("iot", "CreateKeysAndCertificate", {"setAsActive": True})
    d.call("iot", "AttachPolicy", {"policyName": "p", "target": made["certificateArn"]}, secrets=[made["keyPair"]["PrivateKey"][100:160]])
    d.call("iot", "DescribeThing", {"thingName": "ghost"}, fails="ResourceNotFoundException")
    d.call("iot", "ListThings", {"maxResults": 5, "attributeName": "Color", "attributeValue": "red"})
    detector = d.call("guardduty", "CreateDetector", {"Enable": True, "FindingPublishingFrequency": "ONE_HOUR", "DataSources": {"S3Logs": {"Enable": True}}, "Tags": {"Aa": "b"}})["DetectorId"]
    d.call("guardduty", "CreateFilter", {"DetectorId": detector, "Name": "archived", "Action": "ARCHIVE", "Rank": 1, "FindingCriteria": {"Criterion": {"severity": {"Gte": 4}}}})
    d.call("guardduty", "GetDetector", {"DetectorId": detector})
    d.call("securityhub", "EnableSecurityHub", {"EnableDefaultStandards": True, "Tags": {"Aa": "b"}})
    d.call("macie2", "EnableMacie", {"findingPublishingFrequency": "SIX_HOURS", "status": "ENABLED"})
    d.call("inspector2", "Enable", {"accountIds": ["123456789012"], "resourceTypes": ["EC2", "ECR"]})
    d.call("backup", "CreateBackupVault", {"BackupVaultName": "v", "BackupVaultTags": {"Aa": "b"}})
    d.call("backup", "CreateBackupPlan", {"BackupPlan": {"BackupPlanName": "daily", "Rules": [{"RuleName": "r", "TargetBackupVaultName": "v", "ScheduleExpression": "cron(0 5 * * ? *)", "StartWindowMinutes": 60, "Lifecycle": {"DeleteAfterDays": 35}}]}})
    d.call("xray", "GetTraceSummaries", {"StartTime": DAY, "EndTime": DAY + datetime.timedelta(hours=1), "Sampling": False}, data=True)
    d.call("sesv2", "CreateEmailIdentity", {"EmailIdentity": "new@example.com", "Tags": [{"Key": "a", "Value": "b"}]})
    d.call("sesv2", "CreateContactList", {"ContactListName": "news", "Description": "d"})
    d.call("kafka", "CreateCluster", {"ClusterName": "mq", "KafkaVersion": "3.6.0", "NumberOfBrokerNodes": 3, "BrokerNodeGroupInfo": {"InstanceType": "kafka.m5.large", "ClientSubnets": ["s-1", "s-2", "s-3"]}})
    d.call("mq", "CreateBroker", {"BrokerName": "b", "EngineType": "ACTIVEMQ", "EngineVersion": "5.18", "HostInstanceType": "mq.t3.micro", "DeploymentMode": "SINGLE_INSTANCE", "PubliclyAccessible": False, "AutoMinorVersionUpgrade": False, "Users": [{"Username": "u", "Password": "a-broker-passw0rd", "ConsoleAccess": True}]}, secrets=["a-broker-passw0rd"], hidden=["Users.Password"])
    d.call("appsync", "CreateGraphqlApi", {"name": "graph", "authenticationType": "API_KEY", "tags": {"Aa": "b"}})
    d.call("glacier", "CreateVault", {"accountId": "-", "vaultName": "cold"})
    d.call("ram", "CreateResourceShare", {"name": "share", "allowExternalPrincipals": False, "tags": [{"key": "a", "value": "b"}]})
    d.call("quicksight", "CreateGroup", {"AwsAccountId": "123456789012", "Namespace": "default", "GroupName": "analysts", "Description": "d"})
    d.call("identitystore", "CreateGroup", {"IdentityStoreId": "d-9067642ac7", "DisplayName": "devs"})
    d.call("pinpoint", "CreateApp", {"CreateApplicationRequest": {"Name": "p", "tags": {"Aa": "b"}}})
    d.call("medialive", "ListChannels", {"MaxResults": 5})
    d.call("resource-groups", "CreateGroup", {"Name": "rg", "Description": "d", "ResourceQuery": {"Type": "TAG_FILTERS_1_0", "Query": "{\"ResourceTypeFilters\":[\"AWS::AllSupported\"],\"TagFilters\":[{\"Key\":\"a\",\"Values\":[\"b\"]}]}"}, "Tags": {"Aa": "b"}})


def s3(d):
    d.call("s3", "CreateBucket", {"Bucket": "photos", "ObjectOwnership": "BucketOwnerEnforced"})
    d.call("s3", "CreateBucket", {"Bucket": "fotos", "CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}, region="eu-central-1")
    d.call("s3", "PutBucketTagging", {"Bucket": "photos", "Tagging": {"TagSet": [{"Key": "team", "Value": "x & y"}, {"Key": "keep", "Value": "true"}]}})
    d.call("s3", "PutBucketVersioning", {"Bucket": "photos", "VersioningConfiguration": {"Status": "Enabled"}},
        recorded={"bucketName": "photos", "versioning": "", "VersioningConfiguration": {"xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", "Status": "Enabled"}})
    d.call("s3", "PutBucketPolicy", {"Bucket": "photos", "Policy": json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "x", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObjectVersion", "Resource": ["arn:aws:s3:::photos/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]})})
    d.call("s3", "GetBucketPolicy", {"Bucket": "photos"})
    d.call("s3", "PutBucketEncryption", {"Bucket": "photos", "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/photos"}, "BucketKeyEnabled": True}]}}, shown=["KMSMasterKeyID"])
    d.call("s3", "PutBucketLifecycleConfiguration", {"Bucket": "photos", "LifecycleConfiguration": {"Rules": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "raw/"}, "Expiration": {"Days": 30}, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}, {"ID": "cold", "Status": "Disabled", "Filter": {"Prefix": ""}, "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}]}]}})
    d.call("s3", "PutPublicAccessBlock", {"Bucket": "photos", "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}})
    d.call("s3", "PutBucketCors", {"Bucket": "photos", "CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://example.com"], "MaxAgeSeconds": 3000}]}})
    d.call("s3", "GetBucketLocation", {"Bucket": "photos"})
    d.call("s3", "HeadBucket", {"Bucket": "photos"}, data=True)
    d.call("s3", "ListBuckets")
    d.call("s3", "PutObject", {"Bucket": "photos", "Key": "a b/c+d.jpg", "Body": b"jpeg", "ContentType": "image/jpeg", "Metadata": {"camera": "x"}, "ServerSideEncryption": "AES256"}, data=True)
    d.call("s3", "GetObject", {"Bucket": "photos", "Key": "a b/c+d.jpg"}, data=True)
    d.call("s3", "ListObjectsV2", {"Bucket": "photos", "Prefix": "a b/", "MaxKeys": 10}, data=True)
    d.call("s3", "GetBucketTagging", {"Bucket": "absent"}, fails="NoSuchBucket")
    d.call("s3", "GetBucketWebsite", {"Bucket": "photos"}, fails="NoSuchWebsiteConfiguration")
    d.call("s3", "DeleteBucket", {"Bucket": "photos"}, fails="BucketNotEmpty")
    d.call("s3", "DeleteBucketPolicy", {"Bucket": "photos"})
    d.call("s3control", "PutPublicAccessBlock", {"AccountId": "123456789012", "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}})
    d.call("s3control", "GetPublicAccessBlock", {"AccountId": "123456789012"})
    d.call("s3control", "CreateAccessPoint", {"AccountId": "123456789012", "Name": "door", "Bucket": "photos"})


def route53(d):
    zone = d.call("route53", "CreateHostedZone", {"Name": "example.com.", "CallerReference": "ref-1", "HostedZoneConfig": {"Comment": "a & b", "PrivateZone": False}})["HostedZone"]["Id"].split("/")[-1]
    d.call("route53", "ChangeResourceRecordSets", {"HostedZoneId": zone, "ChangeBatch": {"Comment": "c", "Changes": [{"Action": "UPSERT", "ResourceRecordSet": {"Name": "www.example.com.", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": "192.0.2.1"}, {"Value": "192.0.2.2"}]}}]}})
    d.call("route53", "ListResourceRecordSets", {"HostedZoneId": zone, "MaxItems": "10"})
    d.call("route53", "CreateHealthCheck", {"CallerReference": "h-1", "HealthCheckConfig": {"IPAddress": "192.0.2.1", "Port": 443, "Type": "HTTPS", "ResourcePath": "/ping", "RequestInterval": 30, "FailureThreshold": 3}})
    d.call("route53", "ChangeTagsForResource", {"ResourceType": "hostedzone", "ResourceId": zone, "AddTags": [{"Key": "a", "Value": "b"}], "RemoveTagKeys": ["c"]})
    d.call("route53", "GetHostedZone", {"Id": "Z00000000000000000000"}, fails="NoSuchHostedZone")
    made = d.call("cloudfront", "CreateDistribution", {"DistributionConfig": {
        "CallerReference": "cf-1", "Comment": "cdn", "Enabled": True, "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "redirect-to-https", "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}, "MinTTL": 0, "TrustedSigners": {"Enabled": False, "Quantity": 0}},
    }})
    d.call("cloudfront", "GetDistribution", {"Id": made["Distribution"]["Id"]})
    d.call("cloudfront", "CreateInvalidation", {"DistributionId": made["Distribution"]["Id"], "InvalidationBatch": {"Paths": {"Quantity": 2, "Items": ["/a", "/b/*"]}, "CallerReference": "i-1"}})
    d.call("cloudfront", "GetDistribution", {"Id": "NOPE"}, fails="NoSuchDistribution")
    d.call("cloudfront", "ListDistributions", {"MaxItems": "5"})


CALLS = [awslambda, apigateway, compute, things, s3, route53]
