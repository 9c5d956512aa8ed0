"""Calls to services that take forms: the query and EC2 protocols."""

import json

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Lesen & <Listen>", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}]})
TEMPLATE = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "from-a-stack"}}}})


def iam(d):
    d.call("iam", "CreateRole", {
        "RoleName": "builder", "Path": "/ci/", "AssumeRolePolicyDocument": TRUST, "Description": "builds; größer als 1 = \"ja\"",
        "MaxSessionDuration": 7200, "Tags": [{"Key": "team", "Value": "build & ship"}, {"Key": "empty", "Value": ""}],
    })
    d.call("iam", "CreateRole", {"RoleName": "builder", "AssumeRolePolicyDocument": TRUST}, fails="EntityAlreadyExists")
    d.call("iam", "GetRole", {"RoleName": "builder"})
    d.call("iam", "PutRolePolicy", {"RoleName": "builder", "PolicyName": "read", "PolicyDocument": POLICY})
    arn = d.call("iam", "CreatePolicy", {"PolicyName": "reader", "PolicyDocument": POLICY, "Tags": [{"Key": "a", "Value": "1"}]})["Policy"]["Arn"]
    d.call("iam", "AttachRolePolicy", {"RoleName": "builder", "PolicyArn": arn})
    d.call("iam", "CreateUser", {"UserName": "carol", "PermissionsBoundary": arn})
    made = d.call("iam", "CreateAccessKey", {"UserName": "carol"})["AccessKey"]
    d.call("iam", "UpdateAccessKey", {"UserName": "carol", "AccessKeyId": made["AccessKeyId"], "Status": "Inactive"}, secrets=[made["SecretAccessKey"]])
    d.call("iam", "CreateLoginProfile", {"UserName": "carol", "Password": "Correct-Horse-9!battery", "PasswordResetRequired": True}, secrets=["Correct-Horse-9!battery"])
    d.call("iam", "UpdateLoginProfile", {"UserName": "carol", "Password": "An0ther+Staple%20Horse", "PasswordResetRequired": False}, secrets=["An0ther+Staple%20Horse"])
    d.call("iam", "TagUser", {"UserName": "carol", "Tags": [{"Key": "cost:center", "Value": "42"}]})
    d.call("iam", "CreateGroup", {"GroupName": "admins"})
    d.call("iam", "AddUserToGroup", {"GroupName": "admins", "UserName": "carol"})
    d.call("iam", "ListUsers", {"PathPrefix": "/", "MaxItems": 10})
    d.call("iam", "ListAttachedRolePolicies", {"RoleName": "builder"})
    d.call("iam", "CreateVirtualMFADevice", {"VirtualMFADeviceName": "carols-phone"})
    d.call("iam", "UpdateAccountPasswordPolicy", {"MinimumPasswordLength": 14, "RequireSymbols": True, "MaxPasswordAge": 90})
    d.call("iam", "CreateInstanceProfile", {"InstanceProfileName": "web", "Path": "/"})
    d.call("iam", "GetUser", {"UserName": "nobody"}, fails="NoSuchEntity")
    d.call("iam", "DeleteRole", {"RoleName": "builder"}, fails="DeleteConflict")
    d.call("iam", "DetachRolePolicy", {"RoleName": "builder", "PolicyArn": arn})
    d.call("iam", "DeleteRolePolicy", {"RoleName": "builder", "PolicyName": "read"})
    d.call("iam", "DeleteRole", {"RoleName": "builder"})


def sts(d):
    d.call("sts", "GetCallerIdentity")
    d.call("iam", "CreateRole", {"RoleName": "reader", "AssumeRolePolicyDocument": TRUST})
    out = d.call("sts", "AssumeRole", {
        "RoleArn": "arn:aws:iam::123456789012:role/reader", "RoleSessionName": "moto@example.com", "DurationSeconds": 1800, "ExternalId": "ext/17",
        "Tags": [{"Key": "project", "Value": "x y"}], "TransitiveTagKeys": ["project"], "Policy": POLICY,
    })
    d.call("sts", "GetSessionToken", {"DurationSeconds": 900})
    d.call("sts", "GetFederationToken", {"Name": "bob", "Policy": POLICY, "DurationSeconds": 900})
    held = out["Credentials"]
    session = {"aws_access_key_id": held["AccessKeyId"], "aws_secret_access_key": held["SecretAccessKey"], "aws_session_token": held["SessionToken"]}
    secrets = [held["SecretAccessKey"]]
    d.call("sts", "GetCallerIdentity", credentials=session, secrets=secrets)
    d.call("sqs", "ListQueues", {"QueueNamePrefix": "a"}, credentials=session, secrets=secrets)
    d.call("s3", "ListBuckets", credentials=session, secrets=secrets)
    d.call("dynamodb", "ListTables", {"Limit": 7}, credentials=session, secrets=secrets)


def sns(d):
    arn = d.call("sns", "CreateTopic", {
        "Name": "alerts", "Attributes": {"DisplayName": "Alerts = & more", "KmsMasterKeyId": "alias/aws/sns"}, "Tags": [{"Key": "team", "Value": "ops"}],
    })["TopicArn"]
    d.call("sns", "SetTopicAttributes", {"TopicArn": arn, "AttributeName": "DisplayName", "AttributeValue": "Töne"})
    d.call("sns", "GetTopicAttributes", {"TopicArn": arn})
    d.call("sqs", "CreateQueue", {"QueueName": "listener"})
    sub = d.call("sns", "Subscribe", {"TopicArn": arn, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:123456789012:listener", "Attributes": {"RawMessageDelivery": "true"}, "ReturnSubscriptionArn": True})["SubscriptionArn"]
    d.call("sns", "TagResource", {"ResourceArn": arn, "Tags": [{"Key": "k", "Value": "v"}]})
    d.call("sns", "Publish", {"TopicArn": arn, "Message": "the message is nobody's business"}, data=True, hidden=["Message"])
    d.call("sns", "Unsubscribe", {"SubscriptionArn": sub})
    d.call("sns", "ListSubscriptionsByTopic", {"TopicArn": arn})
    d.call("sns", "DeleteTopic", {"TopicArn": arn})


def cloudformation(d):
    d.call("cloudformation", "CreateStack", {
        "StackName": "site", "TemplateBody": TEMPLATE, "Parameters": [{"ParameterKey": "Stage", "ParameterValue": "prod"}],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"], "Tags": [{"Key": "env", "Value": "prod"}], "TimeoutInMinutes": 15, "EnableTerminationProtection": False,
    })
    d.call("cloudformation", "DescribeStacks", {"StackName": "site"})
    d.call("cloudformation", "ValidateTemplate", {"TemplateBody": TEMPLATE})
    d.call("cloudformation", "GetTemplate", {"StackName": "site"})
    d.call("cloudformation", "DescribeStacks", {"StackName": "none"}, fails="ValidationError")
    d.call("cloudformation", "DeleteStack", {"StackName": "site"})


def rds(d):
    d.call("rds", "CreateDBInstance", {
        "DBInstanceIdentifier": "orders", "Engine": "mysql", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": 20, "MasterUsername": "admin",
        "MasterUserPassword": "s3cret-Db-Pass", "BackupRetentionPeriod": 7, "MultiAZ": False, "DBName": "orders", "Tags": [{"Key": "env", "Value": "dev"}],
    }, hidden=["MasterUserPassword"], secrets=["s3cret-Db-Pass"])
    d.call("rds", "ModifyDBInstance", {"DBInstanceIdentifier": "orders", "MasterUserPassword": "n3w-Db-Pass!x", "ApplyImmediately": True}, hidden=["MasterUserPassword"], secrets=["n3w-Db-Pass!x"])
    d.call("rds", "DescribeDBInstances", {"DBInstanceIdentifier": "orders"})
    d.call("rds", "CreateDBSnapshot", {"DBInstanceIdentifier": "orders", "DBSnapshotIdentifier": "orders-1"})
    d.call("rds", "CreateDBParameterGroup", {"DBParameterGroupName": "tuned", "DBParameterGroupFamily": "mysql8.0", "Description": "tuned"})
    d.call("rds", "ModifyDBParameterGroup", {"DBParameterGroupName": "tuned", "Parameters": [{"ParameterName": "max_connections", "ParameterValue": "500", "ApplyMethod": "immediate"}]})
    d.call("rds", "DescribeDBInstances", {"DBInstanceIdentifier": "missing"}, fails="DBInstanceNotFound")
    d.call("rds", "DeleteDBInstance", {"DBInstanceIdentifier": "orders", "SkipFinalSnapshot": True})


def redshift(d):
    d.call("redshift", "CreateCluster", {
        "ClusterIdentifier": "dw", "NodeType": "ra3.large", "MasterUsername": "admin", "MasterUserPassword": "Red-Sh1ft-Pass", "NumberOfNodes": 2, "ClusterType": "multi-node",
        "Encrypted": True, "Tags": [{"Key": "a", "Value": "b"}],
    }, hidden=["MasterUserPassword"], secrets=["Red-Sh1ft-Pass"])
    d.call("redshift", "DescribeClusters", {"ClusterIdentifier": "dw"})
    d.call("redshift", "DescribeClusters", {"ClusterIdentifier": "nope"}, fails="ClusterNotFound")
    d.call("redshift", "DeleteCluster", {"ClusterIdentifier": "dw", "SkipFinalClusterSnapshot": True})


def scaling(d):
    image = d.call("ec2", "DescribeImages", {"Owners": ["amazon"], "Filters": [{"Name": "name", "Values": ["amzn*"]}]})["Images"][0]["ImageId"]
    d.call("autoscaling", "CreateLaunchConfiguration", {
        "LaunchConfigurationName": "lc", "ImageId": image, "InstanceType": "t2.micro", "UserData": "IyEvYmluL3NoCmVjaG8gc2VjcmV0",
        "SecurityGroups": ["default"], "InstanceMonitoring": {"Enabled": True}, "EbsOptimized": False,
    }, hidden=["UserData"])
    d.call("autoscaling", "CreateAutoScalingGroup", {
        "AutoScalingGroupName": "web", "LaunchConfigurationName": "lc", "MinSize": 0, "MaxSize": 3, "DesiredCapacity": 0, "AvailabilityZones": ["us-east-1a", "us-east-1b"],
        "Tags": [{"Key": "Name", "Value": "web", "PropagateAtLaunch": True, "ResourceId": "web", "ResourceType": "auto-scaling-group"}],
    })
    d.call("autoscaling", "PutScalingPolicy", {"AutoScalingGroupName": "web", "PolicyName": "out", "AdjustmentType": "ChangeInCapacity", "ScalingAdjustment": 1})
    d.call("autoscaling", "DescribeAutoScalingGroups", {"AutoScalingGroupNames": ["web"]})
    d.call("autoscaling", "DeleteAutoScalingGroup", {"AutoScalingGroupName": "web", "ForceDelete": True})


def elb(d):
    d.call("elb", "CreateLoadBalancer", {
        "LoadBalancerName": "classic", "Listeners": [{"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 8080}], "AvailabilityZones": ["us-east-1a"],
        "Tags": [{"Key": "a", "Value": "b"}],
    })
    d.call("elb", "ConfigureHealthCheck", {"LoadBalancerName": "classic", "HealthCheck": {"Target": "HTTP:80/ping", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 3}})
    d.call("elb", "DescribeLoadBalancers", {"LoadBalancerNames": ["nope"]}, fails="LoadBalancerNotFound")
    d.call("elb", "DeleteLoadBalancer", {"LoadBalancerName": "classic"})
    vpc = d.call("ec2", "CreateVpc", {"CidrBlock": "10.9.0.0/16"})["Vpc"]["VpcId"]
    subnets = [d.call("ec2", "CreateSubnet", {"VpcId": vpc, "CidrBlock": f"10.9.{i}.0/24", "AvailabilityZone": f"us-east-1{z}"})["Subnet"]["SubnetId"] for i, z in enumerate("ab")]
    lb = d.call("elbv2", "CreateLoadBalancer", {"Name": "front", "Subnets": subnets, "Scheme": "internal", "Type": "application", "Tags": [{"Key": "a", "Value": "b"}]})["LoadBalancers"][0]["LoadBalancerArn"]
    group = d.call("elbv2", "CreateTargetGroup", {"Name": "tg", "Protocol": "HTTP", "Port": 8080, "VpcId": vpc, "HealthCheckIntervalSeconds": 15, "Matcher": {"HttpCode": "200-299"}})["TargetGroups"][0]["TargetGroupArn"]
    d.call("elbv2", "CreateListener", {"LoadBalancerArn": lb, "Protocol": "HTTP", "Port": 80, "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}]})
    d.call("elbv2", "DescribeTargetGroups", {"TargetGroupArns": [group]})
    d.call("elbv2", "ModifyLoadBalancerAttributes", {"LoadBalancerArn": lb, "Attributes": [{"Key": "idle_timeout.timeout_seconds", "Value": "61"}]})


def smaller(d):
    d.call("elasticache", "CreateCacheCluster", {"CacheClusterId": "cache", "Engine": "redis", "CacheNodeType": "cache.t3.micro", "NumCacheNodes": 1, "Tags": [{"Key": "a", "Value": "b"}]})
    d.call("elasticache", "CreateUser", {"UserId": "u1", "UserName": "app", "Engine": "redis", "AccessString": "on ~* +@all", "Passwords": ["a-Cache-passw0rd-1"]}, hidden=["Passwords"], secrets=["a-Cache-passw0rd-1"])
    d.call("elasticache", "DescribeUsers", {"UserId": "nope"}, fails="UserNotFound")
    d.call("elasticbeanstalk", "CreateApplication", {"ApplicationName": "bean", "Tags": [{"Key": "a", "Value": "b"}]})
    d.call("elasticbeanstalk", "DescribeEnvironments", {"ApplicationName": "bean"})
    d.call("ses", "VerifyEmailIdentity", {"EmailAddress": "ops@example.com"})
    d.call("ses", "SendEmail", {
        "Source": "ops@example.com", "Destination": {"ToAddresses": ["a@example.com", "b@example.com"], "CcAddresses": ["c@example.com"]},
        "Message": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Line one\nline two", "Charset": "UTF-8"}}},
    }, data=True)
    d.call("ses", "SendEmail", {"Source": "stranger@example.org", "Destination": {"ToAddresses": ["a@example.com"]}, "Message": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "y"}}}}, fails="MessageRejected", data=True)
    d.call("docdb", "DescribeDBClusters", {"MaxRecords": 20})
    d.call("neptune", "CreateDBCluster", {"DBClusterIdentifier": "graph", "Engine": "neptune", "BackupRetentionPeriod": 3})
    d.call("sdb", "ListDomains", {"MaxNumberOfDomains": 10})


CALLS = [iam, sts, sns, cloudformation, rds, redshift, scaling, elb, smaller]
