package event

// resourceMembers are the members of requestParameters and responseElements
// whose value names a resource. LookupEvents finds events by these bare names
// too, as CloudTrail does (its guide looks up ResourceName
// CloudTrail_CloudWatchLogs_Role, which no resources array ever holds). They
// are reported without a type: only the record's own resources array tells one.
//
// Adding a name is adding a row.
var resourceMembers = map[string]bool{
	"bucketName":           true, // s3, cloudtrail
	"s3BucketName":         true, // cloudtrail
	"trailName":            true,
	"trailARN":             true,
	"name":                 true, // cloudtrail, ssm, events, many others
	"eventDataStore":       true,
	"eventDataStoreArn":    true,
	"queryId":              true,
	"channel":              true,
	"userName":             true, // iam
	"roleName":             true,
	"groupName":            true,
	"policyArn":            true,
	"policyName":           true,
	"instanceProfileName":  true,
	"accessKeyId":          true,
	"roleArn":              true, // sts
	"instanceId":           true, // ec2
	"volumeId":             true,
	"snapshotId":           true,
	"vpcId":                true,
	"subnetId":             true,
	"groupId":              true,
	"imageId":              true,
	"keyName":              true,
	"networkInterfaceId":   true,
	"functionName":         true, // lambda
	"functionArn":          true,
	"keyId":                true, // kms
	"aliasName":            true,
	"secretId":             true, // secretsmanager
	"tableName":            true, // dynamodb
	"queueUrl":             true, // sqs
	"topicArn":             true, // sns
	"streamName":           true, // kinesis
	"logGroupName":         true, // logs
	"clusterName":          true, // ecs, eks
	"dBInstanceIdentifier": true, // rds
	"dBClusterIdentifier":  true,
	"dBSnapshotIdentifier": true,
	"stackName":            true, // cloudformation
	"repositoryName":       true, // ecr
	"detectorId":           true, // guardduty
	"hostedZoneId":         true, // route53
}
