package style

import (
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// operation is what one operation does differently.
type operation struct {
	// name is the eventName, where it is not the operation's.
	name string
	// silent operations record no responseElements.
	silent bool
	// spoken operations record responseElements although they read.
	spoken bool
	// only are the members of the answer that are recorded, each as
	// "Member" or "Member=name".
	only []string
}

// operations are the rows, by service and operation. For the sources see
// services.
//
//nolint:gochecknoglobals // a table
var operations = map[string]map[string]operation{
	"s3": {
		// R, and A: "Amazon S3 CloudTrail events" for those that R lacks.
		"GetBucketAccelerateConfiguration":         {name: "GetAccelerateConfiguration"},
		"PutBucketAccelerateConfiguration":         {name: "PutAccelerateConfiguration"},
		"GetBucketLifecycleConfiguration":          {name: "GetBucketLifecycle"},
		"PutBucketLifecycleConfiguration":          {name: "PutBucketLifecycle"},
		"GetBucketNotificationConfiguration":       {name: "GetBucketNotification"},
		"PutBucketNotificationConfiguration":       {name: "PutBucketNotification"},
		"GetObjectLockConfiguration":               {name: "GetBucketObjectLockConfiguration"},
		"PutObjectLockConfiguration":               {name: "PutBucketObjectLockConfiguration"},
		"GetPublicAccessBlock":                     {name: "GetBucketPublicAccessBlock"},
		"PutPublicAccessBlock":                     {name: "PutBucketPublicAccessBlock"},
		"DeletePublicAccessBlock":                  {name: "DeleteBucketPublicAccessBlock"},
		"GetBucketIntelligentTieringConfiguration": {name: "GetBucketIntelligentTieringConfiguration"},
		"ListObjectsV2":                            {name: "ListObjects"},
		"ListBucketAnalyticsConfigurations":        {name: "ListBucketAnalyticsConfigurations"},
		"ListMultipartUploads":                     {name: "ListMultipartUploads"},
	},
	"s3control": {
		"GetPublicAccessBlock":    {name: "GetAccountPublicAccessBlock"},
		"PutPublicAccessBlock":    {name: "PutAccountPublicAccessBlock"},
		"DeletePublicAccessBlock": {name: "DeleteAccountPublicAccessBlock"},
	},
	"secretsmanager": {
		// R.
		"CreateSecret":   {only: []string{"ARN=arn"}},
		"PutSecretValue": {only: []string{"ARN=arn"}},
		"UpdateSecret":   {only: []string{"ARN=arn"}},
	},
	"sts": {
		// R: reads with an answer.
		"AssumeRole":                {spoken: true},
		"AssumeRoleWithSAML":        {spoken: true},
		"AssumeRoleWithWebIdentity": {spoken: true},
		"AssumeRoot":                {spoken: true},
		"GetFederationToken":        {spoken: true},
		"GetSessionToken":           {spoken: true},
	},
	"dynamodb": {
		// A: answers hold items.
		"PutItem": {silent: true}, "UpdateItem": {silent: true}, "DeleteItem": {silent: true},
		"BatchWriteItem": {silent: true}, "TransactWriteItems": {silent: true},
		"ExecuteStatement": {silent: true}, "BatchExecuteStatement": {silent: true}, "ExecuteTransaction": {silent: true},
	},
	"cognito-identity": {
		// D: the example of GetCredentialsForIdentity.
		"GetCredentialsForIdentity": {spoken: true},
		"GetId":                     {spoken: true},
	},
	"lambda": {
		// R for some, A ("Logging AWS Lambda API calls") for the others: these
		// have "v2" behind their date.
		"AddPermission":               {name: "AddPermission20150331v2"},
		"GetFunction":                 {name: "GetFunction20150331v2"},
		"GetFunctionConfiguration":    {name: "GetFunctionConfiguration20150331v2"},
		"GetPolicy":                   {name: "GetPolicy20150331v2"},
		"RemovePermission":            {name: "RemovePermission20150331v2"},
		"UpdateFunctionCode":          {name: "UpdateFunctionCode20150331v2"},
		"UpdateFunctionConfiguration": {name: "UpdateFunctionConfiguration20150331v2"},
		"TagResource":                 {name: "TagResource20170331v2"},
		"UntagResource":               {name: "UntagResource20170331v2"},
		"Invoke":                      {name: "Invoke"},
		"InvokeAsync":                 {name: "InvokeAsync"},
	},
}

// lambdaDates are the API versions whose operations have their date in
// eventName (R and A; those of later versions have none, R:
// GetFunctionCodeSigningConfig of 2020-06-30).
//
//nolint:gochecknoglobals // a table
var lambdaDates = map[string]bool{
	"2014-11-13": true, "2015-03-31": true, "2016-08-19": true, "2017-03-31": true,
	"2017-10-31": true, "2018-10-31": true,
}

func operationOf(call *awsmodel.Call) operation {
	return operations[call.ServiceName][call.OperationName]
}

// Name is the eventName of a call, or "" where nothing tells its operation.
func Name(call *awsmodel.Call) string {
	if name := operationOf(call).name; name != "" {
		return name
	}
	op := call.Operation
	if op == nil {
		return call.OperationName
	}
	switch call.ServiceName {
	case "cloudfront":
		return op.WireName // A: with the API's date, as on the wire
	case "lambda":
		if date, _, ok := strings.Cut(strings.TrimPrefix(op.URI, "/"), "/"); ok && lambdaDates[date] {
			return op.Name + strings.ReplaceAll(date, "-", "")
		}
	}
	return op.Name
}

// ReadOnly is the record's readOnly.
func ReadOnly(call *awsmodel.Call) bool {
	if call.Operation != nil {
		return call.Operation.ReadOnly
	}
	return awsmodel.ReadOnlyName(call.OperationName)
}
