package selector

// field is a field of events that selectors can name.
type field uint8

const (
	fieldCategory field = iota
	fieldResourceType
	fieldResourceARN
	fieldReadOnly
	fieldEventName
	fieldEventSource
	fieldEventType
	fieldFromConsole
	fieldUserARN
	fieldErrorCode
	fieldVPCEndpoint
	fieldCount
)

var fieldNames = [fieldCount]string{
	fieldCategory:     "eventCategory",
	fieldResourceType: "resources.type",
	fieldResourceARN:  "resources.ARN",
	fieldReadOnly:     "readOnly",
	fieldEventName:    "eventName",
	fieldEventSource:  "eventSource",
	fieldEventType:    "eventType",
	fieldFromConsole:  "sessionCredentialFromConsole",
	fieldUserARN:      "userIdentity.arn",
	fieldErrorCode:    "errorCode",
	fieldVPCEndpoint:  "vpcEndpointId",
}

func (f field) String() string { return fieldNames[f] }

func fieldNamed(name string) (field, bool) {
	for f, n := range fieldNames {
		if n == name {
			return field(f), true
		}
	}
	return 0, false
}

// operator is a set of operators, one bit each.
type operator uint8

const (
	opEquals operator = 1 << iota
	opStartsWith
	opEndsWith
	opNotEquals
	opNotStartsWith
	opNotEndsWith

	opsAny = 1<<iota - 1
)

// operators names the operators and tells where a FieldSelector has them, in
// the order of the API. opposite is the operator of the contrary sense.
var operators = [...]struct {
	op, opposite operator
	name         string
	values       func(*FieldSelector) []string
}{
	{opEquals, opNotEquals, "Equals", func(f *FieldSelector) []string { return f.Equals }},
	{opStartsWith, opNotStartsWith, "StartsWith", func(f *FieldSelector) []string { return f.StartsWith }},
	{opEndsWith, opNotEndsWith, "EndsWith", func(f *FieldSelector) []string { return f.EndsWith }},
	{opNotEquals, opEquals, "NotEquals", func(f *FieldSelector) []string { return f.NotEquals }},
	{opNotStartsWith, opStartsWith, "NotStartsWith", func(f *FieldSelector) []string { return f.NotStartsWith }},
	{opNotEndsWith, opEndsWith, "NotEndsWith", func(f *FieldSelector) []string { return f.NotEndsWith }},
}

// fieldRule is what selectors of a category may say about a field.
type fieldRule struct {
	field    field
	ops      operator
	required bool
	// single asks for exactly one value.
	single bool
	// values are the only ones allowed; nil allows any.
	values []string
	// line is where the guide says so.
	line int
}

// fieldRules has the fields that a category allows; a field without a row is
// not allowed. The categories of event data stores only, at the end, take no
// filters.
//
// The guide lists all management fields for event data stores and shows trails
// with eventSource and readOnly alone; Cairn takes them on trails too.
var fieldRules = map[string][]fieldRule{
	Management: {
		{field: fieldCategory, ops: opEquals, required: true, single: true, line: 15726},
		{field: fieldReadOnly, ops: opEquals, single: true, values: trueOrFalse, line: 15728},
		{field: fieldEventName, ops: opsAny, line: 15729},
		{field: fieldUserARN, ops: opsAny, line: 15730},
		{field: fieldFromConsole, ops: opEquals | opNotEquals, values: onlyTrue, line: 15731},
		{field: fieldEventSource, ops: opsAny, line: 15734},
		{field: fieldEventType, ops: opsAny, line: 15738},
	},
	Data: {
		{field: fieldCategory, ops: opEquals, required: true, single: true, line: 16970},
		{field: fieldResourceType, ops: opEquals, required: true, single: true, line: 16971},
		{field: fieldReadOnly, ops: opEquals, single: true, values: trueOrFalse, line: 16972},
		{field: fieldEventName, ops: opsAny, line: 16973},
		{field: fieldResourceARN, ops: opsAny, line: 16976},
		{field: fieldEventSource, ops: opsAny, line: 16979},
		{field: fieldEventType, ops: opsAny, line: 16980},
		{field: fieldFromConsole, ops: opEquals | opNotEquals, values: onlyTrue, line: 16981},
		{field: fieldUserARN, ops: opsAny, line: 16984},
	},
	NetworkActivity: {
		{field: fieldCategory, ops: opEquals, required: true, single: true, line: 17302},
		{field: fieldEventSource, ops: opEquals, required: true, single: true, values: networkSources, line: 17303},
		{field: fieldEventName, ops: opsAny, line: 17338},
		{field: fieldErrorCode, ops: opEquals, values: []string{"VpceAccessDenied"}, line: 17342},
		{field: fieldVPCEndpoint, ops: opsAny, line: 17344},
	},
	Insight:           {{field: fieldCategory, ops: opEquals, required: true, single: true, line: 3914}},
	ConfigurationItem: {{field: fieldCategory, ops: opEquals, required: true, single: true, line: 3920}},
	ActivityAuditLog:  {{field: fieldCategory, ops: opEquals, required: true, single: true, line: 3921}},
	Evidence:          {{field: fieldCategory, ops: opEquals, required: true, single: true, line: 11164}},
}

var (
	trueOrFalse = []string{"true", "false"}
	onlyTrue    = []string{"true"}
)

// storeKinds maps a category to the kind of event data store that holds it.
// Categories of one kind may be mixed; a store never changes its kind (lines
// 3906-3927 and 5618). Trails take the first kind only.
var storeKinds = map[string]string{
	Management:        cloudTrailEvents,
	Data:              cloudTrailEvents,
	NetworkActivity:   cloudTrailEvents,
	Insight:           "CloudTrail Insights events",
	ConfigurationItem: "AWS Config configuration items",
	ActivityAuditLog:  "events from outside AWS",
	Evidence:          "Audit Manager evidence",
}

const cloudTrailEvents = "CloudTrail events"

// networkSources are the event sources that network activity events can be
// logged for (lines 17305-17331). Adding a source is adding a row.
var networkSources = []string{
	"appconfig.amazonaws.com",
	"b2bi.amazonaws.com",
	"bcm-data-exports.amazonaws.com",
	"bcm-pricing-calculator.amazonaws.com",
	"billing.amazonaws.com",
	"ce.amazonaws.com",
	"cloudhsm.amazonaws.com",
	"cloudtrail.amazonaws.com",
	"comprehendmedical.amazonaws.com",
	"dynamodb.amazonaws.com",
	"ec2.amazonaws.com",
	"ecs.amazonaws.com",
	"freetier.amazonaws.com",
	"fsx.amazonaws.com",
	"invoicing.amazonaws.com",
	"iotfleetwise.amazonaws.com",
	"kms.amazonaws.com",
	"lambda.amazonaws.com",
	"lookoutequipment.amazonaws.com",
	"rekognition.amazonaws.com",
	"s3.amazonaws.com",
	"scheduler.amazonaws.com",
	"secretsmanager.amazonaws.com",
	"ssm-contacts.amazonaws.com",
	"textract.amazonaws.com",
	"workmail.amazonaws.com",
}

// NetworkEventSources lists the event sources that network activity events can
// be logged for, in the guide's order.
func NetworkEventSources() []string { return append([]string(nil), networkSources...) }
