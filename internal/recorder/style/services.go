package style

import "github.com/cairntrail/cairn/internal/awsmodel"

// timeStyle is how a service's times are written.
type timeStyle uint8

const (
	// asProtocol: REST-JSON, REST-XML and CBOR as sent; query and JSON as the
	// Java date; EC2 in milliseconds.
	asProtocol timeStyle = iota
	// javaDate is "Jul 10, 2023 11:55:10 AM".
	javaDate
	// javaDateComma is "Jul 10, 2023, 11:55:10 AM", which newer Javas write.
	javaDateComma
	// asSent is the value of the message.
	asSent
)

// service is what one service does differently. The zero row is the default.
type service struct {
	// source is the eventSource without its domain, where it is not the
	// signing name.
	source string
	// verbatim keeps the spelling of members.
	verbatim bool
	times    timeStyle
	// apiVersion is written into records; most services have none.
	apiVersion string
	// queryText writes query parameters as texts, whatever their type.
	queryText bool
	// silent services record no responseElements at all.
	silent bool
	// headers of the answer that are recorded in responseElements.
	headers []string
	// errorInResponse puts the message of an error into responseElements.
	errorInResponse bool
	// unread are errors for which requestParameters are null: the service
	// refuses before it reads them.
	unread []string
}

// The sources of rows: R are real records of July 2023, D the CloudTrail user
// guide and the service pages, A what AWS documents of the service's records,
// I what is inferred from services that are built alike.
//
//nolint:gochecknoglobals // a table
var services = map[string]service{
	// R: RegionName.
	"account": {verbatim: true},
	// A: "Logging Application Auto Scaling API calls", whose example has this source.
	"application-autoscaling": {source: "autoscaling"},
	// R: Filter, Granularity, TimePeriod.
	"ce": {verbatim: true},
	// D: service page, success and failure.
	"cleanrooms": {headers: []string{"Access-Control-Expose-Headers"}, errorInResponse: true},
	// A: "Logging CloudFront API calls": times of its example.
	"cloudfront": {times: javaDate},
	// D: L18554, CloudWatch is monitoring.amazonaws.com.
	"cloudwatch": {source: "monitoring"},
	// R: ResourceCollectionType, StartTimeRange with seconds as sent.
	"devops-guru": {verbatim: true},
	// A: "Logging DynamoDB operations", apiVersion of its examples.
	"dynamodb":        {apiVersion: "2012-08-10"},
	"dynamodbstreams": {source: "dynamodb", apiVersion: "2012-08-10"},
	// R: apiVersion of both generations.
	"elb":   {apiVersion: "2012-06-01"},
	"elbv2": {apiVersion: "2015-12-01"},
	// R: AccessDenied of organizations has null; A: IAM's and STS's examples.
	"iam":           {unread: []string{"AccessDenied"}},
	"organizations": {unread: []string{"AccessDenied", "AccessDeniedException"}},
	// R: apiVersion without dashes.
	"logs": {apiVersion: "20140328"},
	// R: Type.
	"resource-explorer-2": {verbatim: true},
	// D: service page; answers are null, since they hold rows.
	"rds-data": {source: "rdsdata", silent: true},
	// R: apiVersion; A: times of the examples.
	"route53": {apiVersion: "2013-04-01", times: javaDate},
	// R: S3's own calls and those of its control endpoint have one source.
	"s3control": {source: "s3"},
	// R: deletionDate.
	"secretsmanager": {times: javaDateComma},
	// A: "Logging AWS Security Hub API calls": Filters, ResultField, Name.
	"securityhub": {verbatim: true},
	// R: maxResults is the text "100".
	"servicecatalog-appregistry": {source: "servicecatalog-appregistry", queryText: true},
	// R: executionTime, and null parameters of throttled calls.
	"ssm": {times: javaDateComma, unread: []string{"ThrottlingException"}},
	// R: expiration, and null parameters of refused calls.
	"sts": {times: javaDateComma, unread: []string{"AccessDenied"}},
}

// serviceOf gives a service's row.
func serviceOf(call *awsmodel.Call) service { return services[call.ServiceName] }

// Source is the eventSource of a call, or "" where nothing tells its service.
func Source(call *awsmodel.Call) string {
	name := serviceOf(call).source
	switch {
	case name != "":
	case call.Service != nil && call.Service.SigningName != "":
		name = call.Service.SigningName
	default:
		name = call.ServiceName
	}
	if name == "" {
		return ""
	}
	return name + ".amazonaws.com"
}

// APIVersion is the apiVersion that a service's records have, or "".
func APIVersion(call *awsmodel.Call) string { return serviceOf(call).apiVersion }
