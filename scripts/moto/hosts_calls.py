"""Calls to the hosts that AWS has, as behind a gateway that took over their names."""


def hosts(d):
    d.call("sts", "GetCallerIdentity", hosts=True)
    d.call("sts", "GetCallerIdentity", hosts=True, region="eu-west-1")
    d.call("iam", "ListUsers", {"MaxItems": 5}, hosts=True)
    d.call("s3", "CreateBucket", {"Bucket": "virtual"}, hosts=True)
    d.call("s3", "PutBucketTagging", {"Bucket": "virtual", "Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}}, hosts=True)
    d.call("s3", "PutBucketPolicy", {"Bucket": "virtual", "Policy": "{\"Version\":\"2012-10-17\",\"Statement\":[]}"}, hosts=True)
    d.call("s3", "GetBucketAcl", {"Bucket": "virtual"}, hosts=True)
    d.call("s3", "ListBuckets", hosts=True)
    d.call("s3", "GetBucketCors", {"Bucket": "virtual"}, hosts=True, fails="NoSuchCORSConfiguration")
    d.call("s3control", "GetPublicAccessBlock", {"AccountId": "123456789012"}, hosts=True)
    d.call("dynamodb", "ListTables", {"Limit": 3}, hosts=True)
    d.call("lambda", "ListFunctions", {"MaxItems": 3}, hosts=True)
    d.call("ec2", "DescribeVpcs", hosts=True, region="eu-west-1")
    d.call("kms", "ListAliases", {"Limit": 3}, hosts=True)
    d.call("cloudwatch", "DescribeAlarms", {"MaxRecords": 3}, hosts=True)
    d.call("events", "PutRule", {"Name": "daily", "ScheduleExpression": "rate(1 day)"}, hosts=True)
    d.call("route53", "ListHostedZones", {"MaxItems": "3"}, hosts=True)
    d.call("elbv2", "DescribeLoadBalancers", {"PageSize": 3}, hosts=True)
    d.call("apigateway", "GetRestApis", {"limit": 3}, hosts=True)
    d.call("appsync", "ListGraphqlApis", {"maxResults": 3}, hosts=True)
    d.call("docdb", "DescribeDBClusters", {"MaxRecords": 20}, hosts=True)


CALLS = [hosts]
