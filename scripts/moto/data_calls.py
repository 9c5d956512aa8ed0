"""Calls that make data events, for a gateway where they are wanted."""

import io
import json
import zipfile

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


def objects(d):
    d.call("s3", "CreateBucket", {"Bucket": "wanted"})
    d.call("s3", "PutObject", {"Bucket": "wanted", "Key": "a b/ä+c.txt", "Body": b"content", "Metadata": {"m": "x"}, "ServerSideEncryption": "AES256", "StorageClass": "STANDARD_IA"}, data=True)
    d.call("s3", "GetObject", {"Bucket": "wanted", "Key": "a b/ä+c.txt", "ResponseContentType": "text/x"}, data=True)
    d.call("s3", "HeadObject", {"Bucket": "wanted", "Key": "a b/ä+c.txt"}, data=True)
    d.call("s3", "GetObject", {"Bucket": "wanted", "Key": "none"}, data=True, fails="NoSuchKey")
    upload = d.call("s3", "CreateMultipartUpload", {"Bucket": "wanted", "Key": "big", "ContentType": "text/plain"}, data=True)["UploadId"]
    part = d.call("s3", "UploadPart", {"Bucket": "wanted", "Key": "big", "UploadId": upload, "PartNumber": 1, "Body": b"x" * (5 << 20)}, data=True)["ETag"]
    d.call("s3", "CompleteMultipartUpload", {"Bucket": "wanted", "Key": "big", "UploadId": upload, "MultipartUpload": {"Parts": [{"ETag": part, "PartNumber": 1}]}}, data=True)
    d.call("s3", "CopyObject", {"Bucket": "wanted", "Key": "copy", "CopySource": "wanted/big"}, data=True)
    d.call("s3", "ListObjectsV2", {"Bucket": "wanted", "Prefix": "a b/", "MaxKeys": 5}, data=True)
    d.call("s3", "PutObjectTagging", {"Bucket": "wanted", "Key": "copy", "Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}}, data=True)
    d.call("s3", "DeleteObject", {"Bucket": "wanted", "Key": "copy"}, data=True)


def tables(d):
    d.call("dynamodb", "CreateTable", {"TableName": "t", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]})
    d.call("dynamodb", "PutItem", {"TableName": "t", "Item": {"pk": {"S": "1"}, "n": {"N": "52397"}}}, data=True, recorded={"item": ["pk", "n"]}, secrets=["52397"])
    d.call("dynamodb", "GetItem", {"TableName": "t", "Key": {"pk": {"S": "1"}}, "ConsistentRead": True}, data=True, recorded={"key": {"pk": "1"}})
    d.call("dynamodb", "Query", {"TableName": "t", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "1"}}, "Limit": 3}, data=True, hidden=["ExpressionAttributeValues"])
    d.call("dynamodb", "PutItem", {"TableName": "none", "Item": {"pk": {"S": "1"}}}, data=True, recorded={"item": ["pk"]}, fails="ResourceNotFoundException")


def messages(d):
    url = d.call("sqs", "CreateQueue", {"QueueName": "jobs"})["QueueUrl"]
    d.call("sqs", "SendMessage", {"QueueUrl": url, "MessageBody": "the-hidden-job", "DelaySeconds": 0}, data=True, hidden=["MessageBody"], secrets=["the-hidden-job"])
    d.call("sqs", "ReceiveMessage", {"QueueUrl": url, "MaxNumberOfMessages": 2}, data=True, hidden=["Messages.Body"])
    d.call("sqs", "SendMessageBatch", {"QueueUrl": url, "Entries": [{"Id": "1", "MessageBody": "the-hidden-job", "MessageAttributes": {"who": {"DataType": "String", "StringValue": "the-hidden-attribute"}}}]}, data=True, hidden=["Entries.MessageBody", "Entries.MessageAttributes"], secrets=["the-hidden-attribute"])
    topic = d.call("sns", "CreateTopic", {"Name": "t"})["TopicArn"]
    d.call("sns", "Publish", {"TopicArn": topic, "Message": "the-hidden-message", "Subject": "the-hidden-subject"}, data=True, hidden=["Message", "Subject"], secrets=["the-hidden-message", "the-hidden-subject"])
    d.call("kinesis", "CreateStream", {"StreamName": "s", "ShardCount": 1})
    d.call("kinesis", "PutRecord", {"StreamName": "s", "Data": b"a-stream-record", "PartitionKey": "p"}, data=True, secrets=["YS1zdHJlYW0tcmVjb3Jk"])


def functions(d):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.writestr("main.py", "def handler(event, context):\n    return event\n")
    role = d.call("iam", "CreateRole", {"RoleName": "for-echo", "AssumeRolePolicyDocument": TRUST})["Role"]["Arn"]
    d.call("lambda", "CreateFunction", {"FunctionName": "echo", "Runtime": "python3.12", "Role": role, "Handler": "main.handler", "Code": {"ZipFile": buffer.getvalue()}})
    d.call("lambda", "Invoke", {"FunctionName": "echo", "InvocationType": "DryRun", "Payload": b"{\"a\":\"an-invoke-payload\"}"}, data=True, secrets=["an-invoke-payload"])


CALLS = [objects, tables, messages, functions]
