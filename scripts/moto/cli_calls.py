"""The same kinds of calls with the AWS CLI."""


def some(d):
    d.cli("sts", "GetCallerIdentity", {}, "sts", "get-caller-identity")
    d.cli("iam", "CreateUser", {"UserName": "erin", "Tags": [{"Key": "a", "Value": "b c"}]}, "iam", "create-user", "--user-name", "erin", "--tags", "Key=a,Value=b c")
    d.cli("iam", "GetUser", {"UserName": "ghost"}, "iam", "get-user", "--user-name", "ghost", fails="NoSuchEntity")
    d.cli("ec2", "CreateVpc", {"CidrBlock": "10.4.0.0/16"}, "ec2", "create-vpc", "--cidr-block", "10.4.0.0/16")
    d.cli("ec2", "DescribeVpcs", {"Filters": [{"Name": "cidr", "Values": ["10.4.0.0/16"]}]}, "ec2", "describe-vpcs", "--filters", "Name=cidr,Values=10.4.0.0/16")
    d.cli("dynamodb", "CreateTable", {
        "TableName": "cli", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    }, "dynamodb", "create-table", "--table-name", "cli", "--billing-mode", "PAY_PER_REQUEST", "--key-schema", "AttributeName=pk,KeyType=HASH", "--attribute-definitions", "AttributeName=pk,AttributeType=S")
    d.cli("kms", "CreateKey", {"Description": "from the CLI"}, "kms", "create-key", "--description", "from the CLI")
    d.cli("ssm", "PutParameter", {"Name": "cli", "Value": "a-cli-parameter-secret", "Type": "SecureString"}, "ssm", "put-parameter", "--name", "cli", "--value", "a-cli-parameter-secret", "--type", "SecureString", hidden=["Value"], secrets=["a-cli-parameter-secret"])
    d.cli("s3", "CreateBucket", {"Bucket": "cli-bucket"}, "s3api", "create-bucket", "--bucket", "cli-bucket")
    d.cli("s3", "GetBucketTagging", {"Bucket": "cli-absent"}, "s3api", "get-bucket-tagging", "--bucket", "cli-absent", fails="NoSuchBucket")
    d.cli("logs", "CreateLogGroup", {"logGroupName": "/cli"}, "logs", "create-log-group", "--log-group-name", "/cli")
    d.cli("apigateway", "CreateRestApi", {"name": "cli"}, "apigateway", "create-rest-api", "--name", "cli")
    d.cli("route53", "CreateHostedZone", {"Name": "cli.example.com", "CallerReference": "cli-1"}, "route53", "create-hosted-zone", "--name", "cli.example.com", "--caller-reference", "cli-1")
    d.cli("cloudwatch", "PutMetricAlarm", {"AlarmName": "cli", "MetricName": "m", "Namespace": "n", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 2.0, "ComparisonOperator": "GreaterThanThreshold"},
          "cloudwatch", "put-metric-alarm", "--alarm-name", "cli", "--metric-name", "m", "--namespace", "n", "--statistic", "Sum", "--period", "60", "--evaluation-periods", "1", "--threshold", "2.0", "--comparison-operator", "GreaterThanThreshold")


CALLS = [some]
