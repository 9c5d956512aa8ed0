package trail

import (
	"github.com/cairntrail/cairn/internal/refusal"
)

// Error refuses an operation on trails. Code is the name of the CloudTrail
// API's exception and Message its text, both for the caller.
//
// Clients decide on texts as well as on codes: Terraform tries again when the
// message of an exception about CloudWatch Logs has "Access denied.". Texts that
// AWS is known to send are spelled its way; what AWS says where is not known is
// in Cairn's words, which say what to do.
type Error = refusal.Error

// The exceptions of the CloudTrail API that operations on trails answer with.
const (
	CodeARNInvalid                   = "CloudTrailARNInvalidException"
	CodeChannelNotFound              = "ChannelNotFoundException"
	CodeEventDataStoreNotFound       = "EventDataStoreNotFoundException"
	CodeInsightNotEnabled            = "InsightNotEnabledException"
	CodeInsufficientBucketPolicy     = "InsufficientS3BucketPolicyException"
	CodeInsufficientEncryptionPolicy = "InsufficientEncryptionPolicyException"
	CodeInsufficientTopicPolicy      = "InsufficientSnsTopicPolicyException"
	CodeInvalidBucketName            = "InvalidS3BucketNameException"
	CodeInvalidEventSelectors        = "InvalidEventSelectorsException"
	CodeInvalidHomeRegion            = "InvalidHomeRegionException"
	CodeInvalidInsightSelectors      = "InvalidInsightSelectorsException"
	CodeInvalidKeyID                 = "InvalidKmsKeyIdException"
	CodeInvalidLogGroup              = "InvalidCloudWatchLogsLogGroupArnException"
	CodeInvalidName                  = "InvalidTrailNameException"
	CodeInvalidParameter             = "InvalidParameterException"
	CodeInvalidParameterCombination  = "InvalidParameterCombinationException"
	CodeInvalidPrefix                = "InvalidS3PrefixException"
	CodeInvalidRole                  = "InvalidCloudWatchLogsRoleArnException"
	CodeInvalidTag                   = "InvalidTagParameterException"
	CodeInvalidTimeRange             = "InvalidTimeRangeException"
	CodeInvalidTopicName             = "InvalidSnsTopicNameException"
	CodeNoBucket                     = "S3BucketDoesNotExistException"
	CodeNotFound                     = "TrailNotFoundException"
	CodeOrganizationsNotInUse        = "OrganizationsNotInUseException"
	CodeResourceNotFound             = "ResourceNotFoundException"
	CodeResourceTypeNotSupported     = "ResourceTypeNotSupportedException"
	CodeTagsLimitExceeded            = "TagsLimitExceededException"
	CodeTooManyTrails                = "MaximumNumberOfTrailsExceededException"
	CodeTrailExists                  = "TrailAlreadyExistsException"
	CodeLogsUnavailable              = "CloudWatchLogsDeliveryUnavailableException"
)

// The constructors below are for implementations of [Buckets], [Topics], [Logs]
// and [Keys], whose findings become exceptions.

// NoBucket says that a trail's bucket is not there.
func NoBucket(bucket string) *Error {
	return refusal.New(CodeNoBucket, "S3 bucket %s does not exist!", bucket)
}

// BucketPolicy says that the bucket's policy does not let CloudTrail in. AWS's
// text ends with the bucket; missing, if any, says what the policy lacks, in
// whole sentences.
func BucketPolicy(bucket, missing string) *Error {
	e := refusal.New(CodeInsufficientBucketPolicy, "Incorrect S3 bucket policy is detected for bucket: %s", bucket)
	if missing != "" {
		e.Message += ". " + missing
	}
	return e
}

// KeyPolicy says that CloudTrail may not use the bucket with the KMS key.
func KeyPolicy(bucket, key string) *Error {
	return refusal.New(CodeInsufficientEncryptionPolicy, "Insufficient permissions to access S3 bucket %s or KMS key %s.", bucket, key)
}

// TopicPolicy says that CloudTrail may not publish to the topic, or that there
// is none.
func TopicPolicy() *Error {
	return refusal.New(CodeInsufficientTopicPolicy, "SNS Topic does not exist or the topic policy is incorrect!")
}

// LogGroupDenied says that the role may not write to the log group. Terraform
// tries again, since policies take time to spread.
func LogGroupDenied() *Error {
	return refusal.New(CodeInvalidLogGroup, "Access denied. Check the permissions for your role.")
}

// LogGroupUnknown says that there is no such log group, or that its ARN is none
// that ends in ":*".
func LogGroupUnknown() *Error {
	return refusal.New(CodeInvalidLogGroup, "CloudTrail cannot validate the specified log group ARN.")
}

// RoleDenied says that CloudTrail may not assume the role. Terraform tries
// again.
func RoleDenied() *Error {
	return refusal.New(CodeInvalidRole, "Access denied. Check the trust relationships for your role.")
}

// LogsUnavailable says that CloudWatch Logs cannot be delivered to from the
// Region.
func LogsUnavailable(region string) *Error {
	return refusal.New(CodeLogsUnavailable, "CloudTrail cannot deliver to CloudWatch Logs in %s. Configure an endpoint for it.", region)
}

func unknownTrail(arn, account string) *Error {
	return refusal.New(CodeNotFound, "Unknown trail: %s for the user: %s", arn, account)
}

func notHome(t *Trail) *Error {
	return refusal.New(CodeInvalidHomeRegion, "The home Region of trail %s is %s. Call the operation in that Region.", t.ARN, t.HomeRegion)
}
