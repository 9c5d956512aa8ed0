package resource

import "github.com/cairntrail/cairn/internal/awsmodel/decode"

// Resource is an element of a record's resources array. A record has the
// members in the order of the fields and leaves out empty ones, as records of
// event version 1.08 and later do; old ones had ARN first.
type Resource struct {
	// AccountID is the owner's account. Objects of S3 have none: their bucket,
	// which is listed too, has it. A bucket without one is [ForCaller]'s.
	AccountID string
	// Type is the CloudFormation-like type, such as AWS::S3::Bucket. Resources of
	// Systems Manager and ECR have none.
	Type string
	ARN  string
	// ARNPrefix stands in place of ARN where a call touches whatever begins so,
	// as a listing does.
	ARNPrefix string
}

// Call is a call as far as its resources depend on it. Input may also be what
// the head of a request alone says; see [Early].
type Call struct {
	// Service is the service's name in the catalogue, such as s3 or rds-data.
	Service string
	// Operation is the operation's name in the SDKs.
	Operation string
	Region    string
	// Partition is aws, aws-cn, aws-us-gov or alike; empty means aws.
	Partition string
	// AccountID is the caller's account or, of callers without one, the account
	// that receives the record. Names in a call mean resources of this account.
	AccountID string
	// Input and Output have the names of the model. Both may be nil. The output
	// of a call that failed is not looked at.
	Input, Output *decode.Value
	// Bucket is used where Input has none; see the field in awsmodel.Call.
	Bucket string
	// ErrorCode is empty for calls that succeeded.
	ErrorCode string
	// OwnerOf tells the account that owns a bucket, or "" when nobody knows. It
	// may be nil; the caller's account then counts as the owner.
	OwnerOf func(bucket string) string
}

// Class says what a row makes of calls.
type Class uint8

const (
	// Management rows list resources of management events.
	Management Class = iota
	// Data rows make calls data events of the row's type, and list the resource.
	Data
	// Off rows are of data event types that are not told apart from management
	// events: they do nothing.
	Off
	// None rows are of data event types that no call makes, and say in Note why.
	None
)

// Kind is what the bucket of an S3 call is, which its name or ARN tells.
type Kind uint8

// The kinds. AnyKind is that of rows that do not look at it.
const (
	AnyKind Kind = iota
	GeneralPurpose
	AccessPoint
	ObjectLambda
	Outpost
	Directory
	TableStorage
)

// Row is a fact of the table.
type Row struct {
	// Service is the service's name in the catalogue; empty for None rows.
	Service string
	// Operations are names of operations, separated by spaces. An asterisk is
	// all that no other row of the service names. Rows without Type and ARN name
	// operations whose calls have no resources.
	Operations string
	// Type is the resource's type. Resources without a type have "".
	Type string
	// ARN is the template, see [compile]; empty where resources have no ARN or it
	// can never be told.
	ARN   string
	Class Class
	// Prefix marks templates of ARNPrefix.
	Prefix bool
	// Unowned resources are listed without an account.
	Unowned bool
	// Bare lists the type alone where the ARN cannot be told from the call.
	Bare bool
	// GrantedOnly drops the resources of calls that were refused, which other
	// rows of data events and of S3 keep.
	GrantedOnly bool
	// Bucket is the kind of bucket that the row is about.
	Bucket Kind
	// Source is what the row rests on.
	Source string
	Note   string
}

// The sources of rows, from the surest to the least sure.
const (
	// Records: published or recorded CloudTrail records have it so.
	Records = "records"
	// Guide: the user guide names the operations (lines 14848 to 15045).
	Guide = "CloudTrail User Guide, data events"
	// Documented: examples in the service's own documentation have it so.
	Documented = "AWS documentation"
	// Unchecked: the service documents its CloudTrail events, but the row was
	// not compared with the text or with a record.
	Unchecked = "AWS documentation, not compared"
	// Inferred: follows from the service model and the type's name.
	Inferred = "inferred from the service model"
)
