package encode

import (
	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// rootNames are the roots of S3's answers that are not named after the shape of
// the output ("Response syntax" of the operations in the S3 API reference).
var rootNames = map[string]string{
	"CompleteMultipartUpload":          "CompleteMultipartUploadResult",
	"CreateMultipartUpload":            "InitiateMultipartUploadResult",
	"CreateSession":                    "CreateSessionResult",
	"DeleteObjects":                    "DeleteResult",
	"GetBucketAccelerateConfiguration": "AccelerateConfiguration",
	"GetBucketAcl":                     "AccessControlPolicy",
	"GetBucketCors":                    "CORSConfiguration",
	"GetBucketLifecycle":               "LifecycleConfiguration",
	"GetBucketLifecycleConfiguration":  "LifecycleConfiguration",
	"GetBucketLogging":                 "BucketLoggingStatus",
	"GetBucketRequestPayment":          "RequestPaymentConfiguration",
	"GetBucketTagging":                 "Tagging",
	"GetBucketVersioning":              "VersioningConfiguration",
	"GetBucketWebsite":                 "WebsiteConfiguration",
	"GetObjectAcl":                     "AccessControlPolicy",
	"GetObjectAttributes":              "GetObjectAttributesResponse",
	"GetObjectTagging":                 "Tagging",
	"ListBuckets":                      "ListAllMyBucketsResult",
	"ListDirectoryBuckets":             "ListAllMyDirectoryBucketsResult",
	"ListMultipartUploads":             "ListMultipartUploadsResult",
	"ListObjectVersions":               "ListVersionsResult",
	"ListObjects":                      "ListBucketResult",
	"ListObjectsV2":                    "ListBucketResult",
	"ListParts":                        "ListPartsResult",
}

// rootName is the name of the root of an answer.
func rootName(op *awsmodel.Operation) string {
	if name := rootNames[op.Name]; name != "" && op.Service.Name == "s3" {
		return name
	}
	return op.Output.Name
}

// namespace is that of the root of an answer. The model of S3 has it at the
// payloads of requests only.
func namespace(op *awsmodel.Operation) string {
	if op.Service.Name == "s3" {
		return "http://s3.amazonaws.com/doc/2006-03-01/"
	}
	return op.Service.XMLNamespace
}

// bucketLocation tells whether the answer's root is the one member of the
// output, and not an element around it, which only S3's GetBucketLocation has.
func bucketLocation(op *awsmodel.Operation) bool {
	return op.Service.Name == "s3" && op.Name == "GetBucketLocation"
}

func (a *Answer) bucketLocation(op *awsmodel.Operation, m *awsmodel.Member, v decode.Value) error {
	text := ""
	if location := v.Get("LocationConstraint"); location != nil {
		text = location.Text
	}
	a.Header.Set("Content-Type", contentTypes[awsmodel.RESTXML])
	d := new(document)
	d.out.WriteString(xmlProlog)
	d.open("LocationConstraint", xmlns("", namespace(op))...)
	d.text(text)
	d.close("LocationConstraint")
	a.Body = d.out.Bytes()
	return d.err
}
