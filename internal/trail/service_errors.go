package trail

import "fmt"

// Error refuses an operation on trails. Code is the name of the CloudTrail
// API's exception and Message its text, both for the caller.
//
// Clients decide on texts as well as on codes: Terraform tries again when the
// message of an exception about CloudWatch Logs has "Access denied.". Texts that
// AWS is known to send are spelled its way; what AWS says where is not known is
// in Cairn's words, which say what to do.
type Error struct {
	Code    string
	Message string
	// Cause is for the log only.
	Cause error
}

// Error gives "CODE: message", with the cause.
func (e *Error) Error() string {
	text := e.Code + ": " + e.Message
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

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

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// The constructors below are for implementations of [Buckets], [Topics], [Logs]
// and [Keys], whose findings become exceptions.

// NoBucket says that a trail's bucket is not there.
func NoBucket(bucket string) *Error {
	return refuse(CodeNoBucket, "S3 bucket %s does not exist!", bucket)
}

// BucketPolicy says that the bucket's policy does not let CloudTrail in. AWS's
// text ends with the bucket; missing, if any, says what the policy lacks, in
// whole sentences.
func BucketPolicy(bucket, missing string) *Error {
	e := refuse(CodeInsufficientBucketPolicy, "Incorrect S3 bucket policy is detected for bucket: %s", bucket)
	if missing != "" {
		e.Message += ". " + missing
	}
	return e
}

// KeyPolicy says that CloudTrail may not use the bucket with the KMS key.
func KeyPolicy(bucket, key string) *Error {
	return refuse(CodeInsufficientEncryptionPolicy, "Insufficient permissions to access S3 bucket %s or KMS key %s.", bucket, key)
}

// TopicPolicy says that CloudTrail may not publish to the topic, or that there
// is none.
func TopicPolicy() *Error {
	return refuse(CodeInsufficientTopicPolicy, "SNS Topic does not exist or the topic policy is incorrect!")
}

// LogGroupDenied says that the role may not write to the log group. Terraform
// tries again, since policies take time to spread.
func LogGroupDenied() *Error {
	return refuse(CodeInvalidLogGroup, "Access denied. Check the permissions for your role.")
}

// LogGroupUnknown says that there is no such log group, or that its ARN is none
// that ends in ":*".
func LogGroupUnknown() *Error {
	return refuse(CodeInvalidLogGroup, "CloudTrail cannot validate the specified log group ARN.")
}

// RoleDenied says that CloudTrail may not assume the role. Terraform tries
// again.
func RoleDenied() *Error {
	return refuse(CodeInvalidRole, "Access denied. Check the trust relationships for your role.")
}

// LogsUnavailable says that CloudWatch Logs cannot be delivered to from the
// Region.
func LogsUnavailable(region string) *Error {
	return refuse(CodeLogsUnavailable, "CloudTrail cannot deliver to CloudWatch Logs in %s. Configure an endpoint for it.", region)
}

func unknownTrail(arn, account string) *Error {
	return refuse(CodeNotFound, "Unknown trail: %s for the user: %s", arn, account)
}

func notHome(t *Trail) *Error {
	return refuse(CodeInvalidHomeRegion, "The home Region of trail %s is %s. Call the operation in that Region.", t.ARN, t.HomeRegion)
}
