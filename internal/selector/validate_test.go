package selector

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func advancedText(fields string) string { return `[{"FieldSelectors":[` + fields + `]}]` }

const (
	isManagement = `{"Field":"eventCategory","Equals":["Management"]}`
	isData       = `{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]}`
	isNetwork    = `{"Field":"eventCategory","Equals":["NetworkActivity"]},{"Field":"eventSource","Equals":["kms.amazonaws.com"]}`
)

func resourceValues(n int, value func(int) string) string {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf("%q", value(i))
	}
	return strings.Join(values, ",")
}

func dataResources(counts ...int) string {
	var out []string
	for k, n := range counts {
		out = append(out, fmt.Sprintf(`{"DataResources":[{"Type":"AWS::S3::Object","Values":[%s]}]}`,
			resourceValues(n, func(i int) string { return fmt.Sprintf("arn:aws:s3:::bucket%d/%d", k, i) })))
	}
	return list(out...)
}

func eventNames(n int) string {
	return `{"Field":"eventName","Equals":[` + resourceValues(n, func(i int) string { return fmt.Sprintf("Name%d", i) }) + `]}`
}

// Every rule, as what breaks it and what the message has to say; "" accepts.
func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		target Target
		text   string
		want   string
	}{
		// Which kind.
		{"no selectors", Trail, `[]`, "There are no event selectors"},
		{"both kinds", Trail, `{"EventSelectors":[{}],"AdvancedEventSelectors":[{"FieldSelectors":[` + isManagement + `]}]}`, "Both EventSelectors"},
		{"basic for a store", EventDataStore, `[{}]`, "Use AdvancedEventSelectors"},

		// Basic selectors.
		{"five", Trail, `[{},{},{},{},{}]`, ""},
		{"six", Trail, `[{},{},{},{},{},{}]`, "at most 5"},
		{"read write type", Trail, `[{"ReadWriteType":"Read"}]`, "ReadWriteType"},
		{"excluded source", Trail, `[{"ExcludeManagementEventSources":["ec2.amazonaws.com"]}]`, "kms.amazonaws.com or rdsdata.amazonaws.com"},
		{"excluded twice", Trail, `[{"ExcludeManagementEventSources":["kms.amazonaws.com","kms.amazonaws.com"]}]`, "twice"},
		{"excluded both", Trail, `[{"ExcludeManagementEventSources":["kms.amazonaws.com","rdsdata.amazonaws.com"]}]`, ""},
		{"excluded from nothing", Trail, `[{"IncludeManagementEvents":false,"ExcludeManagementEventSources":["kms.amazonaws.com"]}]`, "Set IncludeManagementEvents to true"},
		{"basic type", Trail, `[{"DataResources":[{"Type":"AWS::SNS::Topic","Values":["arn:aws:sns"]}]}]`, "or advanced event selectors"},
		{"no values", Trail, `[{"DataResources":[{"Type":"AWS::S3::Object"}]}]`, "has no Values"},
		{"bucket without slash", Trail, `[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::bucket"]}]}]`, "Value arn:aws:s3:::bucket for DataResources.Values is invalid"},
		{"all buckets, another spelling", Trail, `[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]`, ""},
		{"part of a function", Trail, `[{"DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda:us-east-1"]}]}]`, "is invalid"},
		{"function of another service", Trail, `[{"DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:s3:::b/"]}]}]`, "is invalid"},
		{"table", Trail, `[{"DataResources":[{"Type":"AWS::DynamoDB::Table","Values":["arn:aws-cn:dynamodb:cn-north-1:111122223333:table/t"]}]}]`, ""},
		{"no table", Trail, `[{"DataResources":[{"Type":"AWS::DynamoDB::Table","Values":["arn:aws:dynamodb:us-east-1:111122223333:table/"]}]}]`, "is invalid"},
		{"5*50 resources", Trail, dataResources(50, 50, 50, 50, 50), ""},
		{"3*50+99+1 resources", Trail, dataResources(50, 50, 50, 99, 1), ""},
		{"5*100 resources", Trail, dataResources(100, 100, 100, 100, 100), "at most 250"},
		{"251 resources", Trail, dataResources(251), "at most 250"},
		{"all counts nothing", Trail, strings.Replace(dataResources(250), `"arn`, `"arn:aws:s3:::","arn`, 1), ""},

		// Categories.
		{"no fields", Trail, `[{"FieldSelectors":[]}]`, "has no FieldSelectors"},
		{"no category", Trail, advancedText(`{"Field":"eventName","Equals":["x"]}`), "no field selector for eventCategory"},
		{"two categories", Trail, advancedText(`{"Field":"eventCategory","Equals":["Management","Data"]}`), "exactly one value"},
		{"category excluded", Trail, advancedText(`{"Field":"eventCategory","NotEquals":["Data"]}`), "exactly one value"},
		{"category and Not", Trail, advancedText(`{"Field":"eventCategory","Equals":["Management"],"NotEquals":["Data"]}`), "does not take the operator NotEquals"},
		{"category case", Trail, advancedText(`{"Field":"eventCategory","Equals":["management"]}`), "not one that a trail logs"},
		{"unknown category", EventDataStore, advancedText(`{"Field":"eventCategory","Equals":["Insights"]}`), "is not known"},
		{"Insight for a trail", Trail, advancedText(`{"Field":"eventCategory","Equals":["Insight"]}`), "not one that a trail logs"},
		{"Evidence", EventDataStore, advancedText(`{"Field":"eventCategory","Equals":["Evidence"]}`), ""},
		{"ConfigurationItem filtered", EventDataStore, advancedText(`{"Field":"eventCategory","Equals":["ConfigurationItem"]},{"Field":"eventName","Equals":["x"]}`), "can not be used for ConfigurationItem"},
		{"three categories of a store", EventDataStore, list(adv("", Management), adv("", Data, "resources.type Equals AWS::SNS::Topic"), adv("", NetworkActivity, "eventSource Equals kms.amazonaws.com")), ""},
		{"Insight with Management", EventDataStore, list(adv("", Management), adv("", Insight)), "separate event data store"},
		{"two of ActivityAuditLog", EventDataStore, list(adv("", ActivityAuditLog), adv("", ActivityAuditLog)), "takes one advanced event selector"},

		// Fields and operators.
		{"field there twice", Trail, advancedText(isManagement + `,{"Field":"eventName","Equals":["x"]},{"Field":"eventName","NotEquals":["y"]}`), "is there twice"},
		{"unknown field", Trail, advancedText(isManagement + `,{"Field":"eventname","Equals":["x"]}`), `"eventname" can not be used for Management`},
		{"ARN of Management", Trail, advancedText(isManagement + `,{"Field":"resources.ARN","StartsWith":["x"]}`), "can not be used for Management"},
		{"error of Data", Trail, advancedText(isData + `,{"Field":"errorCode","Equals":["x"]}`), "can not be used for Data"},
		{"readOnly of NetworkActivity", Trail, advancedText(isNetwork + `,{"Field":"readOnly","Equals":["true"]}`), "can not be used for NetworkActivity"},
		{"no operator", Trail, advancedText(isManagement + `,{"Field":"eventName"}`), "has no operator"},
		{"empty operator", Trail, advancedText(isManagement + `,{"Field":"eventName","Equals":[]}`), "has no values"},
		{"no resource type", Trail, advancedText(`{"Field":"eventCategory","Equals":["Data"]}`), "no field selector for resources.type"},
		{"two resource types", Trail, advancedText(`{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object","AWS::SNS::Topic"]}`), "exactly one value"},
		{"resource type by prefix", Trail, advancedText(`{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","StartsWith":["AWS::S3"]}`), "does not take the operator StartsWith"},
		{"resource type case", Trail, advancedText(`{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::object"]}`), "Use AWS::S3::Object"},
		{"resource type unknown", Trail, advancedText(`{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::EC2::Instance"]}`), "is not a type"},
		{"no network source", Trail, advancedText(`{"Field":"eventCategory","Equals":["NetworkActivity"]}`), "no field selector for eventSource"},
		{"two network sources", Trail, advancedText(`{"Field":"eventCategory","Equals":["NetworkActivity"]},{"Field":"eventSource","Equals":["kms.amazonaws.com","s3.amazonaws.com"]}`), "exactly one value"},
		{"network source by prefix", Trail, advancedText(`{"Field":"eventCategory","Equals":["NetworkActivity"]},{"Field":"eventSource","StartsWith":["kms"]}`), "does not take"},
		{"network source unknown", Trail, advancedText(`{"Field":"eventCategory","Equals":["NetworkActivity"]},{"Field":"eventSource","Equals":["iam.amazonaws.com"]}`), "does not take the value"},
		{"readOnly value", Trail, advancedText(isManagement + `,{"Field":"readOnly","Equals":["yes"]}`), "true or false"},
		{"readOnly both", Trail, advancedText(isManagement + `,{"Field":"readOnly","Equals":["true","false"]}`), "leave readOnly out"},
		{"readOnly Not", Trail, advancedText(isManagement + `,{"Field":"readOnly","NotEquals":["true"]}`), "does not take the operator NotEquals"},
		{"console value", Trail, advancedText(isManagement + `,{"Field":"sessionCredentialFromConsole","Equals":["false"]}`), "Use true"},
		{"console prefix", Trail, advancedText(isManagement + `,{"Field":"sessionCredentialFromConsole","StartsWith":["t"]}`), "does not take the operator"},
		{"error code", Trail, advancedText(isNetwork + `,{"Field":"errorCode","Equals":["AccessDenied"]}`), "Use VpceAccessDenied"},
		{"error code Not", Trail, advancedText(isNetwork + `,{"Field":"errorCode","NotEquals":["VpceAccessDenied"]}`), "does not take the operator"},
		{"endpoint, any operator", Trail, advancedText(isNetwork + `,{"Field":"vpcEndpointId","NotEndsWith":["7"]}`), ""},

		// Values.
		{"empty value", Trail, advancedText(isManagement + `,{"Field":"eventName","Equals":[""]}`), "1 to 2048 characters"},
		{"long value", Trail, advancedText(isManagement + `,{"Field":"eventName","Equals":["` + strings.Repeat("é", 2049) + `"]}`), "1 to 2048 characters"},
		{"longest value", Trail, advancedText(isManagement + `,{"Field":"eventName","Equals":["` + strings.Repeat("é", 2048) + `"]}`), ""},
		{"two lines", Trail, advancedText(isManagement + `,{"Field":"eventName","Equals":["a\nb"]}`), "one line"},
		{"long name", Trail, `[{"Name":"` + strings.Repeat("n", 1001) + `","FieldSelectors":[` + isManagement + `]}]`, "at most 1000 characters"},
		{"duplicate value", Trail, advancedText(isManagement + `,{"Field":"eventName","Equals":["a","a"]}`), "twice"},
		{"conflict", Trail, advancedText(isManagement + `,{"Field":"eventName","Equals":["a"],"NotEquals":["b","a"]}`), "selects and excludes"},
		{"conflict of beginnings", Trail, advancedText(isData + `,{"Field":"resources.ARN","StartsWith":["a"],"NotStartsWith":["a"]}`), "selects and excludes"},
		{"wildcard", Trail, advancedText(isManagement + `,{"Field":"eventName","Equals":["Get*"]}`), "wildcards are not supported"},
		{"asterisk in a key", Trail, advancedText(isData + `,{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::b/*"]}`), ""},
		{"user ARN", Trail, advancedText(isManagement + `,{"Field":"userIdentity.arn","NotEquals":["Alice"]}`), "not a whole ARN"},
		{"bucket ARN", Trail, advancedText(isData + `,{"Field":"resources.ARN","Equals":["arn:aws:s3:::bucket"]}`), "use StartsWith with arn:aws:s3:::bucket/"},
		{"part of an ARN", Trail, advancedText(isData + `,{"Field":"resources.ARN","NotEquals":["bucket/key"]}`), "not a whole ARN"},
		{"ARN of another type", Trail, advancedText(isData + `,{"Field":"resources.ARN","Equals":["arn:aws:sns:us-east-1:111122223333:t"]}`), "whose service is s3"},
		{"ARN of either service", Trail, list(adv("", Data, "resources.type Equals AWS::SSM::ManagedNode", "resources.ARN Equals arn:aws:ec2:us-east-1:111122223333:instance/i-1")), ""},
		{"type without ARN", Trail, list(adv("n", Data, "resources.type Equals AWS::XRay::Trace", "resources.ARN StartsWith arn")), "have no ARN"},
		{"500 values", Trail, advancedText(isManagement + `,` + eventNames(499)), ""},
		{"501 values", Trail, advancedText(isManagement + `,` + eventNames(500)), "the limit is 500"},
		{"501 values of two", EventDataStore, `[{"FieldSelectors":[` + isManagement + `,` + eventNames(300) + `]},{"FieldSelectors":[` + isData + `,` + eventNames(198) + `]}]`, "have 501 values in total"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Parse([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			err = s.Validate(c.target)
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if _, err := Compile(s); err != nil {
					t.Fatalf("Compile: %v", err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || e.Code != CodeInvalid || !strings.Contains(e.Message, c.want) {
				t.Fatalf("got %v, want a message with %q", err, c.want)
			}
		})
	}
}

func TestCheckUpdate(t *testing.T) {
	of := func(category string) Selectors {
		return Selectors{Advanced: []AdvancedEventSelector{{FieldSelectors: []FieldSelector{{Field: "eventCategory", Equals: []string{category}}}}}}
	}
	if err := CheckUpdate(of(Management), of(NetworkActivity)); err != nil {
		t.Error(err)
	}
	for _, pair := range [][2]string{{Management, ActivityAuditLog}, {ActivityAuditLog, Data}, {Insight, Management}, {Data, ConfigurationItem}} {
		var e *Error
		if err := CheckUpdate(of(pair[0]), of(pair[1])); !errors.As(err, &e) || e.Code != CodeInvalid {
			t.Errorf("%v: %v", pair, err)
		}
	}
}

func TestErrorText(t *testing.T) {
	err := Selectors{}.Validate(Trail)
	if !strings.HasPrefix(err.Error(), "InvalidEventSelectorsException: There are no event selectors.") {
		t.Error(err)
	}
}

// Tables agree with what the guide counts, and name their lines in order.
func TestTables(t *testing.T) {
	if n := len(ResourceTypes()); n != 124 || len(typeNamed) != n {
		t.Errorf("%d resource types, %d different, want 124", n, len(typeNamed))
	}
	line := 14868
	for _, r := range resourceTypes {
		if r.line <= line || r.line > 15034 || r.Label == "" || strings.Count(r.Type, "::") != 2 || !strings.HasPrefix(r.Type, "AWS::") {
			t.Errorf("bad row %+v", r)
		}
		line = r.line
	}
	if n := len(NetworkEventSources()); n != 26 || len(distinct(networkSources)) != n {
		t.Errorf("%d network event sources, want 26", n)
	}
	for category, rules := range fieldRules {
		if storeKinds[category] == "" || !rules[0].required || rules[0].field != fieldCategory {
			t.Errorf("bad rules for %s", category)
		}
		for _, r := range rules {
			if r.line == 0 || r.ops == 0 {
				t.Errorf("%s: bad row for %s", category, r.field)
			}
		}
	}
	for name := range basicTypes {
		if typeNamed[name].Type == "" {
			t.Errorf("the basic type %s is no resource type", name)
		}
	}
}
