package redact

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// The records of the service guides, with values put back where the guides show
// literals, become the guides' records again, byte for byte.
func TestServiceRecords(t *testing.T) {
	text, err := os.ReadFile("testdata/services.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); n++ {
		var row struct {
			ID            string
			Hidden        int
			Before, After json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		out, hidden, err := Builtin().Record(row.Before)
		if err != nil || !bytes.Equal(out, row.After) || len(hidden) != row.Hidden {
			t.Errorf("%s: %d hidden, want %d; %v\n got %s\nwant %s", row.ID, len(hidden), row.Hidden, err, out, row.After)
		}
		again, hidden, err := Builtin().Record(out)
		if err != nil || row.Hidden > 0 && &again[0] != &out[0] {
			t.Errorf("%s: hiding twice is not hiding once: %v", row.ID, err)
		}
		for _, h := range hidden {
			if !h.Already {
				t.Errorf("%s: %s was hidden twice", row.ID, h.Path)
			}
		}
	}
	if n != 11 {
		t.Errorf("%d records, want 11", n)
	}
}

// parse reads a JSON text.
func parse(t testing.TB, text string) decode.Value {
	t.Helper()
	v, err := decode.JSON([]byte(text), recordLimits)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func written(v *decode.Value) string { return string(appendJSON(nil, v, false)) }

func TestBuiltin(t *testing.T) {
	const hidden, removed = `"` + DefaultLiteral + `"`, `"<sensitiveDataRemoved>"`
	for _, c := range []struct {
		source, name string
		side         Side
		before       string
		after        string
	}{
		{"sns", "Publish", RequestParameters, `{"topicArn":"a","message":{"x":1},"subject":null,"messageAttributes":[]}`, `{"topicArn":"a","message":` + hidden + `,"subject":` + hidden + `,"messageAttributes":` + hidden + `}`},
		{"sns", "PublishBatch", RequestParameters, `{"publishBatchRequestEntries":[{"id":"1","message":"m"},{"id":"2"}]}`, `{"publishBatchRequestEntries":[{"id":"1","message":` + hidden + `},{"id":"2"}]}`},
		{"sns", "Subscribe", RequestParameters, `{"message":"m"}`, `{"message":"m"}`},
		{"sqs", "Publish", RequestParameters, `{"message":"m"}`, `{"message":"m"}`},
		{"ssm", "PutParameter", RequestParameters, `{"Name":"n","Value":"v","Tags":[{"Value":"t"}]}`, `{"Name":"n","Value":` + hidden + `,"Tags":[{"Value":"t"}]}`},
		{"ssm", "SendCommand", RequestParameters, `{"parameters":{"commands":["x"]}}`, `{"parameters":` + hidden + `}`},
		{"rds", "CreateDBInstance", RequestParameters, `{"masterUserPassword":"p","masterUsername":"u"}`, `{"masterUserPassword":` + hidden + `,"masterUsername":"u"}`},
		{"rds", "ModifyDBCluster", RequestParameters, `{"MasterUserPassword":"p"}`, `{"MasterUserPassword":` + hidden + `}`},
		{"rds", "CreateDBInstance", ResponseElements, `{"pendingModifiedValues":{"masterUserPassword":"****"}}`, `{"pendingModifiedValues":{"masterUserPassword":` + hidden + `}}`},
		{"redshift", "CreateCluster", ResponseElements, `{"cluster":{"pendingModifiedValues":{"masterUserPassword":"****"}}}`, `{"cluster":{"pendingModifiedValues":{"masterUserPassword":` + hidden + `}}}`},
		{"lambda", "CreateFunction20150331", RequestParameters, `{"functionName":"f","environment":{"variables":{"K":"v"}},"code":{"zipFile":"x","s3Key":"k"}}`, `{"functionName":"f","environment":{},"code":{"s3Key":"k"}}`},
		{"lambda", "UpdateFunctionConfiguration20150331v2", ResponseElements, `{"environment":"odd"}`, `{"environment":{}}`},
		{"ec2", "RunInstances", RequestParameters, `{"userData":"IyE=","instanceType":"t3"}`, `{"userData":` + removed + `,"instanceType":"t3"}`},
		{"ec2", "ModifyInstanceAttribute", RequestParameters, `{"userData":{"value":"IyE="},"disableApiTermination":{"value":false}}`, `{"userData":` + removed + `,"disableApiTermination":{"value":false}}`},
		{"ec2", "CreateLaunchTemplateVersion", RequestParameters, `{"CreateLaunchTemplateVersionRequest":{"LaunchTemplateData":{"UserData":"x","KeyName":"k"}}}`, `{"CreateLaunchTemplateVersionRequest":{"LaunchTemplateData":{"UserData":` + removed + `,"KeyName":"k"}}}`},
		{"ec2", "CreateKeyPair", ResponseElements, `{"keyName":"k","keyMaterial":"PEM"}`, `{"keyName":"k","keyMaterial":` + removed + `}`},
		{"secretsmanager", "CreateSecret", RequestParameters, `{"name":"n","secretString":"s","secretBinary":"b"}`, `{"name":"n"}`},
		{"secretsmanager", "BatchGetSecretValue", ResponseElements, `{"secretValues":[{"name":"n","secretString":"s"}]}`, `{"secretValues":[{"name":"n"}]}`},
		{"sts", "AssumeRole", ResponseElements, `{"credentials":{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t","expiration":"e"}}`, `{"credentials":{"accessKeyId":"A","sessionToken":"t","expiration":"e"}}`},
		{"sts", "AssumeRoleWithSAML", RequestParameters, `{"SAMLAssertion":"x","roleArn":"r"}`, `{"roleArn":"r"}`},
		{"iam", "CreateAccessKey", ResponseElements, `{"accessKey":{"accessKeyId":"A","secretAccessKey":"s"}}`, `{"accessKey":{"accessKeyId":"A"}}`},
		{"iam", "CreateLoginProfile", RequestParameters, `{"userName":"u","password":"p","passwordResetRequired":false}`, `{"userName":"u","passwordResetRequired":false}`},
		{"iam", "ChangePassword", RequestParameters, `{"oldPassword":"p","newPassword":"q"}`, `null`},
		{"iam", "ChangePassword", RequestParameters, `null`, `null`},
		{"iam", "EnableMFADevice", RequestParameters, `{"userName":"u","authenticationCode1":"1","authenticationCode2":"2","serialNumber":"s"}`, `{"userName":"u","serialNumber":"s"}`},
		{"cognito-idp", "InitiateAuth", RequestParameters, `{"authFlow":"f","authParameters":{"USERNAME":"u"},"clientId":"c"}`, `{"authFlow":"f","authParameters":` + hidden + `,"clientId":"c"}`},
		{"cognito-idp", "SignUp", RequestParameters, `{"clientId":"c","username":"u","password":"p","userAttributes":[]}`, `{"clientId":"c","username":` + hidden + `,"password":` + hidden + `,"userAttributes":` + hidden + `}`},
		{"cognito-identity", "GetCredentialsForIdentity", RequestParameters, `{"logins":{"cognito-idp.us-east-1.amazonaws.com/p":"jwt"},"identityId":"i"}`, `{"logins":{"cognito-idp.us-east-1.amazonaws.com/p":` + hidden + `},"identityId":"i"}`},
		{"cognito-identity", "GetCredentialsForIdentity", ResponseElements, `{"credentials":{"accessKeyId":"A","secretKey":"s","sessionToken":"t"}}`, `{"credentials":{"accessKeyId":"A","sessionToken":"t"}}`},
		{"rolesanywhere", "CreateProfile", RequestParameters, `{"name":"n","tags":[{"key":"k","value":"v"}]}`, `{"name":"n","tags":[{"key":` + hidden + `,"value":` + hidden + `}]}`},
		{"elasticache", "CreateUser", RequestParameters, `{"passwords":["a","b"],"authenticationMode":{"passwords":["c"],"type":"password"}}`, `{"passwords":` + hidden + `,"authenticationMode":{"passwords":` + hidden + `,"type":"password"}}`},
		{"signin", "ConsoleLogin", UserIdentity, `{"type":"IAMUser","userName":"u"}`, `{"type":"IAMUser","userName":"u"}`},
	} {
		v := parse(t, c.before)
		call := Call{EventSource: c.source + ".amazonaws.com", EventName: c.name}
		n := Builtin().Apply(call, c.side, &v)
		if got := written(&v); got != c.after || (n == 0) != (c.before == c.after) {
			t.Errorf("%s %s %s: %d hidden\n got %s\nwant %s", c.source, c.name, c.side, n, got, c.after)
		}
	}
}

func TestStrict(t *testing.T) {
	all, err := Combine(Builtin(), Strict())
	if err != nil {
		t.Fatal(err)
	}
	v := parse(t, `{"credentials":{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t"}}`)
	all.Apply(Call{EventSource: "sts.amazonaws.com", EventName: "GetSessionToken"}, ResponseElements, &v)
	if got, want := written(&v), `{"credentials":{"accessKeyId":"A","sessionToken":"`+DefaultLiteral+`"}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := Combine(Builtin(), Builtin()); !errors.Is(err, ErrRule) {
		t.Errorf("rules with one name: %v", err)
	}
}

// Every row of the table says where it is from, and hides nothing of others.
func TestTable(t *testing.T) {
	for _, r := range append(Builtin().List(), Strict().List()...) {
		if r.Source == "" || r.EventSource == "" || strings.Contains(r.EventSource, "*") {
			t.Errorf("%s has no source, or is for every service", r.Name)
		}
	}
}

// apply makes a set of one rule for everything, with k as the key of tokens.
func one(t testing.TB, r Rule) *Rules {
	t.Helper()
	r.Name = "r"
	rules, err := New([]Rule{r}, ring(t, "k1"))
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func TestPaths(t *testing.T) {
	const in = `{"a":{"b":"1","c":[{"b":"2"},{"B":"3"}],"d.e":{"b":"4"}},"b":"5","l":["6","7"],"*":"8"}`
	for _, c := range []struct{ path, value, after string }{
		{"requestParameters.b", "", `{"a":{"b":"1","c":[{"b":"2"},{"B":"3"}],"d.e":{"b":"4"}},"l":["6","7"],"*":"8"}`},
		{"REQUESTPARAMETERS.A.B", "", `{"a":{"c":[{"b":"2"},{"B":"3"}],"d.e":{"b":"4"}},"b":"5","l":["6","7"],"*":"8"}`},
		{"requestParameters.a.c[].b", "", `{"a":{"b":"1","c":[{},{}],"d.e":{"b":"4"}},"b":"5","l":["6","7"],"*":"8"}`},
		{"requestParameters.a.c.b", "", in},
		{"requestParameters.a['d.e'].b", "", `{"a":{"b":"1","c":[{"b":"2"},{"B":"3"}],"d.e":{}},"b":"5","l":["6","7"],"*":"8"}`},
		{`requestParameters.a.d\.e.b`, "", `{"a":{"b":"1","c":[{"b":"2"},{"B":"3"}],"d.e":{}},"b":"5","l":["6","7"],"*":"8"}`},
		{"requestParameters.*.b", "", `{"a":{"c":[{"b":"2"},{"B":"3"}],"d.e":{"b":"4"}},"b":"5","l":["6","7"],"*":"8"}`},
		{"requestParameters.**.b", "", `{"a":{"c":[{},{}],"d.e":{}},"l":["6","7"],"*":"8"}`},
		{"**.b", "", `{"a":{"c":[{},{}],"d.e":{}},"l":["6","7"],"*":"8"}`},
		{"*.b", "", `{"a":{"b":"1","c":[{"b":"2"},{"B":"3"}],"d.e":{"b":"4"}},"l":["6","7"],"*":"8"}`},
		{"requestParameters.a.**", "", `{"a":{},"b":"5","l":["6","7"],"*":"8"}`},
		{"requestParameters.**", "^[27]$", `{"a":{"b":"1","c":[{},{"B":"3"}],"d.e":{"b":"4"}},"b":"5","l":["6"],"*":"8"}`},
		{"requestParameters.l[]", "6", `{"a":{"b":"1","c":[{"b":"2"},{"B":"3"}],"d.e":{"b":"4"}},"b":"5","l":["7"],"*":"8"}`},
		{"requestParameters.l", "6", in},
		{"requestParameters['*']", "", `{"a":{"b":"1","c":[{"b":"2"},{"B":"3"}],"d.e":{"b":"4"}},"b":"5","l":["6","7"]}`},
		{"requestParameters.**.c.**.b", "", `{"a":{"b":"1","c":[{},{}],"d.e":{"b":"4"}},"b":"5","l":["6","7"],"*":"8"}`},
		{"responseElements.b", "", in},
		{"**.requestParameters", "", in},
		{"requestParameters", "", "null"},
	} {
		v := parse(t, in)
		shared := v
		one(t, Rule{Path: c.path, Value: c.value, Action: Drop}).Apply(Call{}, RequestParameters, &v)
		if got := written(&v); got != c.after {
			t.Errorf("%s %s\n got %s\nwant %s", c.path, c.value, got, c.after)
		}
		if got := written(&shared); got != in {
			t.Errorf("%s changed a tree that shares slices: %s", c.path, got)
		}
	}
}

// Where rules meet, the first decides, and what is outside counts before what is
// inside.
func TestOrder(t *testing.T) {
	rules, err := New([]Rule{
		{Name: "value", Path: "requestParameters.a", Value: "^x", Action: Mask, Literal: "1"},
		{Name: "first", Path: "requestParameters.**.a", Action: Mask, Literal: "2"},
		{Name: "second", Path: "requestParameters.*", Action: Mask, Literal: "3", EventName: "Put*"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, before, after string }{
		{"PutX", `{"a":"x"}`, `{"a":"1"}`},
		{"PutX", `{"a":"y","b":{"a":"x"}}`, `{"a":"2","b":"3"}`},
		{"GetX", `{"a":["x"],"b":{"a":"x"}}`, `{"a":"2","b":{"a":"2"}}`},
	} {
		v := parse(t, c.before)
		rules.Apply(Call{EventName: c.name}, RequestParameters, &v)
		if got := written(&v); got != c.after {
			t.Errorf("%s %s: got %s, want %s", c.name, c.before, got, c.after)
		}
	}
}

func TestExplain(t *testing.T) {
	v := parse(t, `{"name":"n","secretString":"12345","x.y":[{"secretBinary":{"a":1,"b":2}}]}`)
	got := Builtin().Explain(Call{EventSource: "secretsmanager.amazonaws.com", EventName: "CreateSecret"}, RequestParameters, &v)
	want := []Hidden{
		{Rule: "secretsmanager * requestParameters.**.secretString", Action: Drop, Path: "requestParameters.secretString", Kind: "string", Length: 5},
		{Rule: "secretsmanager * requestParameters.**.secretBinary", Action: Drop, Path: "requestParameters['x.y'][].secretBinary", Kind: "object", Length: 2},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v", got)
	}
}

// What the model marks is hidden at every depth, rules go first, and streams
// and the exceptions stay out of it.
func TestSensitive(t *testing.T) {
	secret := &awsmodel.Member{Name: "Password", Sensitive: true, Shape: &awsmodel.Shape{Type: awsmodel.String}}
	list := &awsmodel.Member{Name: "Passwords", Shape: &awsmodel.Shape{Type: awsmodel.List, Members: []awsmodel.Member{*secret}}}
	text := func(s string) decode.Value { return decode.Value{Kind: decode.Text, Text: s} }
	field := func(name string, m *awsmodel.Member, v decode.Value) decode.Field {
		return decode.Field{Name: name, Member: m, Value: v}
	}
	client := &awsmodel.Member{Name: "ClientId", Sensitive: true, Shape: secret.Shape}
	v := decode.Value{Kind: decode.Object, Fields: []decode.Field{
		field("Deep", nil, decode.Value{Kind: decode.Object, Fields: []decode.Field{field("Password", secret, text("p"))}}),
		field("Passwords", list, decode.Value{Kind: decode.List, Items: []decode.Value{text("p"), text("q")}}),
		field("ClientId", client, text("c")),
		field("Dropped", secret, text("d")),
		field("Plain", nil, text("x")),
	}}
	rules := one(t, Rule{Path: "requestParameters.dropped", Action: Drop}).WithSensitive(ByModel)
	call := Call{EventSource: "cognito-idp.amazonaws.com"}
	if !rules.Concerns(call, ResponseElements) || rules.Concerns(call, UserAgent) {
		t.Error("Concerns is wrong about what may be sensitive")
	}
	if n := rules.Apply(call, RequestParameters, &v); n != 4 {
		t.Errorf("%d hidden, want 4", n)
	}
	h := `"` + DefaultLiteral + `"`
	if got, want := written(&v), `{"Deep":{"Password":`+h+`},"Passwords":[`+h+`,`+h+`],"ClientId":"c","Plain":"x"}`; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestIdentityAndTexts(t *testing.T) {
	rules, err := New([]Rule{
		{Name: "ip", Path: "sourceIPAddress", Action: Mask, Literal: "0.0.0.0"},
		{Name: "arn", Path: "userIdentity.**.arn", Action: Mask, Literal: "-"},
		{Name: "ctx", Path: "userIdentity.sessionContext", Action: Mask},
		{Name: "key", Path: "resources[].ARN", Action: Mask, Literal: "-", Value: "/secret/"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := rules.Text(Call{}, SourceIPAddress, "10.1.2.3"); got != "0.0.0.0" {
		t.Errorf("got %s", got)
	}
	if got := rules.Text(Call{}, UserAgent, "curl"); got != "curl" {
		t.Errorf("got %s", got)
	}
	raw := `{ "userIdentity":{"type":"Role", "arn":"a","sessionContext":{"sessionIssuer":{"arn":"b"}}},"sourceIPAddress" : "1.1.1.1", "x":1e5,"resources":[{"ARN":"b/secret/k"},{"ARN":"b/k"}]}`
	out, _, err := rules.Record([]byte(raw))
	want := `{ "userIdentity":{"type":"Role","arn":"-","sessionContext":{"sessionIssuer":{"arn":"-"}}},"sourceIPAddress" : "0.0.0.0", "x":1e5,"resources":[{"ARN":"-"},{"ARN":"b/k"}]}`
	if err != nil || string(out) != want {
		t.Errorf("%v\n got %s\nwant %s", err, out, want)
	}
}

// The cache of plans stays bounded whatever names callers write.
func TestPlansBounded(t *testing.T) {
	rules := one(t, Rule{Path: "requestParameters.a", Action: Drop})
	for i := range 3 * maxPlans {
		rules.Concerns(Call{EventName: strings.Repeat("x", i%7) + string(rune(i))}, RequestParameters)
	}
	if n := len(rules.plans); n > maxPlans || n == 0 {
		t.Errorf("%d plans are kept, and at most %d should be", n, maxPlans)
	}
}
