package selector

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestEcho(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`[{}]`, `{"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":[]}]}`},
		{`[{"IncludeManagementEvents":null,"DataResources":[{"Type":"AWS::S3::Object"}],"ReadWriteType":"WriteOnly"}]`,
			`{"EventSelectors":[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":[]}],"ExcludeManagementEventSources":[]}]}`},
		{`[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]}],"Name":"n"}]`,
			`{"AdvancedEventSelectors":[{"Name":"n","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]}]}]}`},
	} {
		s, err := Parse([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(s)
		if err != nil || string(got) != c.want {
			t.Errorf("%s\n got %s, %v\nwant %s", c.text, got, err, c.want)
		}
	}
	var s EventSelector
	if err := json.Unmarshal([]byte(`{"ReadWriteType":1}`), &s); err == nil {
		t.Error("a number was read as ReadWriteType")
	}
	if err := json.Unmarshal([]byte(`{}`), &s); err != nil || !reflect.DeepEqual(s, Default(Trail).Basic[0]) {
		t.Errorf("{} was read as %+v, %v", s, err)
	}
}

func TestDefault(t *testing.T) {
	for target, want := range map[Target]string{
		Trail:          `{"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":[]}]}`,
		EventDataStore: `{"AdvancedEventSelectors":[{"Name":"Default management events","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}`,
	} {
		s := Default(target)
		if err := s.Validate(target); err != nil {
			t.Error(err)
		}
		if got, _ := json.Marshal(s); string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := s.Categories(); !reflect.DeepEqual(got, []string{Management}) {
			t.Errorf("categories %v", got)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "  ", "[", "7", `[null]`, `{"EventSelectors":[null]}`, `[{"ReadWriteTyp":"All"}]`, `[{"Name":"x","Fields":[]}]`,
		`[{"FieldSelectors":[{"Field":"x","Contains":["y"]}]}]`, `[] []`, `{"EventSelector":[]}`, `[{"FieldSelectors":[]},{"ReadWriteType":"All"}]`,
		strings.Repeat(" ", MaxJSON+1)} {
		if s, err := Parse([]byte(text)); err == nil {
			t.Errorf("Parse(%.40s) = %+v", text, s)
		}
	}
}

func TestToAdvanced(t *testing.T) {
	s, err := Parse([]byte(`[{"ReadWriteType":"WriteOnly","ExcludeManagementEventSources":["kms.amazonaws.com"],"DataResources":[
		{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::b/p","arn:aws:s3:::b/p"]},{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]`))
	if err != nil {
		t.Fatal(err)
	}
	got := Selectors{Advanced: s.ToAdvanced()}
	if err := got.Validate(Trail); err != nil {
		t.Error(err)
	}
	want := list(adv("Management events selector", Management, "eventSource NotEquals kms.amazonaws.com", "readOnly Equals false"),
		adv("AWS::S3::Object data events selector", Data, "resources.type Equals AWS::S3::Object", "resources.ARN StartsWith arn:aws:s3:::b/p", "readOnly Equals false"),
		adv("AWS::Lambda::Function data events selector", Data, "resources.type Equals AWS::Lambda::Function", "readOnly Equals false"))
	if text, _ := json.Marshal(got.Advanced); string(text) != want {
		t.Errorf("got %s\nwant %s", text, want)
	}
}

// Parsing never panics; what it accepts is written and read again alike, and
// what Validate accepts compiles.
func FuzzParse(f *testing.F) {
	for _, group := range [][]example{basicExamples, managementExamples, dataExamples, networkExamples} {
		for _, x := range group {
			f.Add([]byte(x.selectors))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		for _, target := range []Target{Trail, EventDataStore} {
			if s.Validate(target) != nil {
				continue
			}
			m, err := Compile(s)
			if err != nil {
				t.Fatalf("what is valid does not compile: %v", err)
			}
			m.Explain(&Event{Category: Data})
		}
		written, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if twice, err := json.Marshal(again); err != nil || string(twice) != string(written) {
			t.Fatalf("%s became %s, %v", written, twice, err)
		}
	})
}
