package resource

// The operations of S3. What is a data event is from the list "Amazon S3
// object-level actions that are tracked by CloudTrail logging" in the S3 User
// Guide; the others that name a bucket are management events, which records
// confirm for 22 of them.
const (
	objectOperations = `AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload DeleteObject
		DeleteObjectTagging GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention
		GetObjectTagging GetObjectTorrent HeadObject ListParts PutObject PutObjectAcl PutObjectLegalHold
		PutObjectRetention PutObjectTagging RenameObject RestoreObject SelectObjectContent UpdateObjectEncryption
		UploadPart UploadPartCopy`
	// listOperations touch objects without naming one.
	listOperations = `DeleteObjects HeadBucket ListMultipartUploads ListObjectVersions ListObjects ListObjectsV2
		CreateSession`
	s3Data = objectOperations + " " + listOperations
)

// s3Rows are the rows of S3. In records the object comes first and has no
// account; a copy has its target only; DeleteObjects does not list the objects
// but has the bucket's prefix, as listings do.
var s3Rows = []Row{
	{Service: "s3", Operations: objectOperations, Type: "AWS::S3::Object", ARN: "arn:{partition}:s3:::{Bucket}/{Key}", Class: Data, Unowned: true, Bucket: GeneralPurpose, Source: Records},
	{Service: "s3", Operations: listOperations, Type: "AWS::S3::Object", ARN: "arn:{partition}:s3:::{Bucket}/{Prefix?}", Class: Data, Prefix: true, Unowned: true, Bucket: GeneralPurpose, Source: Records,
		Note: "records show listings without a prefix and DeleteObjects; a prefix behind the bucket and HeadBucket are inferred"},
	{Service: "s3", Operations: s3Data, Type: "AWS::S3::Bucket", ARN: "arn:{partition}:s3:::{Bucket}", Bucket: GeneralPurpose, Source: Records},

	{Service: "s3", Operations: objectOperations, Type: "AWS::S3::Object", ARN: "{Bucket}/object/{Key}", Class: Data, Unowned: true, Bucket: AccessPoint, Source: Inferred,
		Note: "CloudTrail knows the bucket behind the access point; a call does not tell it"},
	{Service: "s3", Operations: listOperations, Type: "AWS::S3::Object", ARN: "{Bucket}/object/{Prefix?}", Class: Data, Prefix: true, Unowned: true, Bucket: AccessPoint, Source: Inferred},
	{Service: "s3", Operations: s3Data, Type: "AWS::S3::AccessPoint", ARN: "{Bucket}", Class: Data, Bucket: AccessPoint, Source: Inferred},

	{Service: "s3", Operations: s3Data, Type: "AWS::S3ObjectLambda::AccessPoint", ARN: "{Bucket}", Class: Data, Bucket: ObjectLambda, Source: Guide},
	{Service: "s3", Operations: "WriteGetObjectResponse", Type: "AWS::S3ObjectLambda::AccessPoint", Class: Data, Source: Unchecked,
		Note: "the route in the request stands for the access point"},

	{Service: "s3", Operations: objectOperations, Type: "AWS::S3Outposts::Object", ARN: "{Bucket}/object/{Key}", Class: Data, Bucket: Outpost, Source: Inferred},
	{Service: "s3", Operations: listOperations, Type: "AWS::S3Outposts::Object", ARN: "{Bucket}/object/{Prefix?}", Class: Data, Prefix: true, Bucket: Outpost, Source: Inferred},

	{Service: "s3", Operations: objectOperations, Type: "AWS::S3Express::Object", ARN: "arn:{partition}:s3express:{region}:{owner}:bucket/{Bucket}/{Key}", Class: Data, Unowned: true, Bucket: Directory, Source: Unchecked},
	{Service: "s3", Operations: listOperations, Type: "AWS::S3Express::Object", ARN: "arn:{partition}:s3express:{region}:{owner}:bucket/{Bucket}/{Prefix?}", Class: Data, Prefix: true, Unowned: true, Bucket: Directory, Source: Unchecked},
	{Service: "s3", Operations: s3Data, Type: "AWS::S3Express::DirectoryBucket", ARN: "arn:{partition}:s3express:{region}:{owner}:bucket/{Bucket}", Bucket: Directory, Source: Unchecked},

	{Service: "s3", Operations: s3Data, Type: "AWS::S3Tables::Table", Class: Data, Bucket: TableStorage, Source: Inferred,
		Note: "the storage behind a table has a bucket name that does not tell the table"},

	{Service: "s3", Operations: "CreateBucket ListBuckets ListDirectoryBuckets", Source: Records},
	{Service: "s3", Operations: "*", Type: "AWS::S3::Bucket", ARN: "arn:{partition}:s3:::{Bucket}", Bucket: GeneralPurpose, Source: Records},
	{Service: "s3", Operations: "*", Type: "AWS::S3Express::DirectoryBucket", ARN: "arn:{partition}:s3express:{region}:{owner}:bucket/{Bucket}", Bucket: Directory, Source: Inferred},
}
