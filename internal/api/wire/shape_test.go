package wire

import (
	"strings"
	"testing"
	"time"
)

// The shapes of these tests have every kind and constraint once.
var (
	testColor = &Shape{Name: "Color", Kind: String, Enum: []string{"RED", "BLUE"}}
	testName  = &Shape{Name: "Name", Kind: String, Min: Bound(2), Max: Bound(4), Pattern: NewPattern(`[a-zé]+`)}
	testTag   = &Shape{Name: "Tag", Kind: Structure, Members: []Member{
		{Name: "Key", RecordName: "key", Shape: testName, Required: true},
		{Name: "Value", RecordName: "value", Shape: &Shape{Kind: String}},
	}}
	testShape = &Shape{Name: "Input", Kind: Structure, Members: []Member{
		{Name: "Name", RecordName: "name", Shape: testName, Required: true},
		{Name: "Color", RecordName: "color", Shape: testColor},
		{Name: "Count", RecordName: "count", Shape: &Shape{Kind: Integer, Min: Bound(1), Max: Bound(50)}},
		{Name: "Big", RecordName: "big", Shape: &Shape{Kind: Long}},
		{Name: "Ratio", RecordName: "ratio", Shape: &Shape{Kind: Double, Max: Bound(1)}},
		{Name: "On", RecordName: "on", Shape: &Shape{Kind: Boolean}},
		{Name: "When", RecordName: "when", Shape: &Shape{Kind: Timestamp}},
		{Name: "Data", RecordName: "data", Shape: &Shape{Kind: Blob}},
		{Name: "Names", RecordName: "names", Shape: &Shape{Kind: List, Elem: testName, Max: Bound(2)}},
		{Name: "Tags", RecordName: "tags", Shape: &Shape{Kind: List, Elem: testTag}},
		{Name: "Map", RecordName: "map", Shape: &Shape{Kind: Map, Key: testName, Elem: &Shape{Kind: String}}},
		{Name: "Secret", RecordName: "secret", Shape: &Shape{Kind: String, Sensitive: true, Max: Bound(3)}},
		{Name: "Gone", RecordName: "gone", Shape: &Shape{Kind: String}, RecordOmit: true},
	}}
)

func parse(t *testing.T, in string) Value {
	t.Helper()
	v, err := ParseJSON([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestCoerce(t *testing.T) {
	good := func(in, want string) {
		t.Helper()
		v, err := Coerce(testShape, parse(t, in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			return
		}
		if got := string(AppendJSON(nil, &v)); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	bad := func(in, want string) {
		t.Helper()
		if _, err := Coerce(testShape, parse(t, in)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", in, err, want)
		}
	}
	good(`null`, `{}`)
	good(`{"Name":"a","Unknown":{"x":[]},"Name":"b"}`, `{"Name":"b"}`)
	good(`{"Name":"a","Color":"RED","Name":null}`, `{"Color":"RED"}`)
	good(`{"Count":5.0,"Big":9007199254740993,"Ratio":0.25}`, `{"Count":5,"Big":9007199254740993,"Ratio":0.25}`)
	good(`{"When":1424476529.5}`, `{"When":1424476529.500}`)
	good(`{"When":"2015-02-20T23:55:29Z"}`, `{"When":1424476529}`)
	good(`{"When":"2015-02-20"}`, `{"When":1424390400}`)
	good(`{"When":-1.25}`, `{"When":-1.250}`)
	good(`{"Map":{"b":"1","a":null,"b":"2","c":"3"}}`, `{"Map":{"b":"2","c":"3"}}`)
	good(`{"Names":["x",null,"y"],"Data":"AAEC"}`, `{"Names":["x","y"],"Data":"AAEC"}`)

	bad(`[]`, "Start of list found where not expected")
	bad(`{"Name":1}`, "NUMBER_VALUE can not be converted to a String")
	bad(`{"Name":{}}`, "Start of structure or map found where not expected.")
	bad(`{"Count":"5"}`, "STRING_VALUE can not be converted to an Integer")
	bad(`{"Count":true}`, "TRUE_VALUE can not be converted to an Integer")
	bad(`{"Count":5.5}`, "Value can not be converted to Integer")
	bad(`{"Count":2147483648}`, "Value can not be converted to Integer")
	bad(`{"Big":1e300}`, "Value can not be converted to Long")
	bad(`{"On":"true"}`, "STRING_VALUE can not be converted to a Boolean")
	bad(`{"When":1e300}`, "Value can not be converted to a Timestamp")
	bad(`{"When":"yesterday"}`, "Value can not be converted to a Timestamp")
	bad(`{"Tags":[[]]}`, "Start of list found where not expected")
	bad(`{"Data":"%"}`, "Blob value is not valid base64")
}

func TestValidate(t *testing.T) {
	check := func(in, want string) {
		t.Helper()
		v, err := Coerce(testShape, parse(t, in))
		if err != nil {
			t.Fatal(err)
		}
		bad := Validate(testShape, &v)
		got := ""
		if len(bad) > 0 {
			got = Describe(bad)
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
	}
	const one = "1 validation error detected: "
	check(`{"Name":"aé","Color":"BLUE","Count":50,"Ratio":1,"Names":[],"Tags":[],"Map":{}}`, "")
	check(`{}`, one+"Value null at 'name' failed to satisfy constraint: Member must not be null")
	check(`{"Name":"ab","Count":51}`, one+"Value '51' at 'count' failed to satisfy constraint: Member must have value less than or equal to 50")
	check(`{"Name":"ab","Count":0}`, one+"Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or equal to 1")
	check(`{"Name":"ab","Ratio":1.5}`, one+"Value '1.5' at 'ratio' failed to satisfy constraint: Member must have value less than or equal to 1")
	check(`{"Name":"ab","Color":"red"}`, one+"Value 'red' at 'color' failed to satisfy constraint: Member must satisfy enum value set: [RED, BLUE]")
	check(`{"Name":"X"}`, "2 validation errors detected: "+
		"Value 'X' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2; "+
		"Value 'X' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zé]+")
	check(`{"Name":"éééé"}`, "")
	check(`{"Name":"ab","Tags":[{"Key":"ok"},{"Value":"v"}]}`, one+"Value null at 'tags.2.member.key' failed to satisfy constraint: Member must not be null")
	check(`{"Name":"ab","Names":["ok","X"]}`, one+"Value '[ok, X]' at 'names' failed to satisfy constraint: Member must satisfy constraint: "+
		"[Member must have length less than or equal to 4, Member must have length greater than or equal to 2, Member must satisfy regular expression pattern: [a-zé]+]")
	check(`{"Name":"ab","Names":["ab","ab","ab"]}`, one+"Value '[ab, ab, ab]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 2")
	check(`{"Name":"ab","Map":{"X":"1"}}`, one+"Value '{X=1}' at 'map' failed to satisfy constraint: Map keys must satisfy constraint: "+
		"[Member must have length less than or equal to 4, Member must have length greater than or equal to 2, Member must satisfy regular expression pattern: [a-zé]+]")
	check(`{"Name":"ab","Secret":"hush"}`, one+"Value '***' at 'secret' failed to satisfy constraint: Member must have length less than or equal to 3")
}

func TestValidateBoundsItsAnswer(t *testing.T) {
	v, err := Coerce(testShape, parse(t, `{"Name":"`+strings.Repeat("é", 1<<20)+`","Tags":[`+strings.Repeat(`{},`, 5000)+`{}]}`))
	if err != nil {
		t.Fatal(err)
	}
	bad := Validate(testShape, &v)
	if len(bad) != maxViolations {
		t.Errorf("got %d violations, want %d", len(bad), maxViolations)
	}
	if n := len(Describe(bad)); n > 16<<10 {
		t.Errorf("the message has %d bytes", n)
	}
}

func TestAppendRecord(t *testing.T) {
	is := func(in, want string) {
		t.Helper()
		v, err := Coerce(testShape, parse(t, in))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(AppendRecord(nil, testShape, &v)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
	}
	is(`{}`, `null`)
	is(`{"Other":1}`, `null`)
	is(`{"Gone":"x"}`, `null`)
	is(`{"Tags":[{"Value":"","Key":"k"}],"Name":"","On":false,"Names":[]}`, `{"tags":[{"value":"","key":"k"}],"name":"","on":false,"names":[]}`)
	is(`{"Map":{"KeepMe":"<&>"},"Secret":"hush"}`, `{"map":{"KeepMe":"<&>"},"secret":"HIDDEN_DUE_TO_SECURITY_REASONS"}`)
	is(`{"When":1688990515,"Count":5e0}`, `{"when":"Jul 10, 2023, 12:01:55 PM","count":5}`)
}

func TestQueryTree(t *testing.T) {
	is := func(form, want string) {
		t.Helper()
		pairs, err := ParseForm(form)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := ParseQuery(pairs, testShape)
		if err != nil {
			t.Errorf("%s: %v", form, err)
			return
		}
		v, err := CoerceText(testShape, raw)
		if err != nil {
			t.Errorf("%s: %v", form, err)
			return
		}
		if got := string(AppendJSON(nil, &v)); got != want {
			t.Errorf("%s: got %s, want %s", form, got, want)
		}
	}
	is("Action=X&Version=Y", `{}`)
	is("Count=5&On=true&Ratio=0.5&When=2015-02-20T23%3A55%3A29Z&Name=a", `{"Count":5,"On":true,"Ratio":0.5,"When":1424476529,"Name":"a"}`)
	is("Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=v", `{"Tags":[{"Key":"a","Value":"v"},{"Key":"b"}]}`)
	is("Names=&Name.x=1", `{"Names":[]}`)
	is("Map.entry.1.key=k&Map.entry.1.value=v", `{"Map":{"k":"v"}}`)
	for _, form := range []string{"Names.member.x=1", "Names.1=1", "Tags.member.99999.Key=1", "Map.x=1"} {
		pairs, err := ParseForm(form)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseQuery(pairs, testShape); err == nil {
			t.Errorf("%s was accepted", form)
		}
	}
}

// FuzzInput runs the whole way from bytes to record, for both protocols.
func FuzzInput(f *testing.F) {
	f.Add([]byte(`{"Name":"ab","Tags":[{"Key":"k"}],"When":1.5,"Map":{"a":"b"}}`))
	f.Add([]byte(`Name=ab&Tags.member.1.Key=k&Map.entry.1.key=a&Map.entry.1.value=b`))
	f.Add([]byte(`{"When":"2015-02-20","Count":1e2,"Names":["a","b","c"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := ParseJSON(data); err == nil {
			if v, err = Coerce(testShape, v); err == nil {
				checkInput(t, v)
			}
		}
		pairs, err := ParseForm(string(data))
		if err != nil {
			return
		}
		v, err := ParseQuery(pairs, testShape)
		if err != nil {
			return
		}
		if v, err = CoerceText(testShape, v); err == nil {
			checkInput(t, v)
		}
	})
}

func checkInput(t *testing.T, v Value) {
	t.Helper()
	_ = Describe(Validate(testShape, &v))
	record := AppendRecord(nil, testShape, &v)
	if _, err := ParseJSON(record); err != nil {
		t.Fatalf("the record %q is not JSON: %v", record, err)
	}
	_ = AppendXML(nil, testShape, &v)
	again, err := Coerce(testShape, v)
	if err != nil {
		t.Fatalf("a coerced value does not coerce: %v", err)
	}
	if a, b := AppendJSON(nil, &v), AppendJSON(nil, &again); string(a) != string(b) {
		t.Fatalf("coercing twice changed %s to %s", a, b)
	}
}

func TestAppendXML(t *testing.T) {
	v, err := Coerce(testShape, parse(t, `{"Name":"<a&\u0001>","When":0,"Names":["x","y"],"Map":{"k":"v"},"On":true,"Count":7}`))
	if err != nil {
		t.Fatal(err)
	}
	want := "<Name>&lt;a&amp;\uFFFD&gt;</Name><When>1970-01-01T00:00:00Z</When>" +
		"<Names><member>x</member><member>y</member></Names>" +
		"<Map><entry><key>k</key><value>v</value></entry></Map><On>true</On><Count>7</Count>"
	if got := string(AppendXML(nil, testShape, &v)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPattern(t *testing.T) {
	is := func(pattern, s string, want bool) {
		t.Helper()
		if got := NewPattern(pattern).Match(s); got != want {
			t.Errorf("%s on %q: got %v", pattern, s, got)
		}
	}
	const xml = `[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*`
	is(xml, "a b\t😀", true)
	is(xml, "a\nb", false)
	is(`^[a-z]+$`, "abc", true)
	is(`^[a-z]+$`, "abc\n", false)
	is(`\d+`, "12x", false)
	is(`a|b`, "b", true)
	is(`a|b`, "ab", false)
}

func TestTimeValue(t *testing.T) {
	for _, in := range []time.Time{
		time.Unix(1424476529, 0), time.UnixMilli(1424476529007), time.UnixMilli(-1), time.Unix(minSeconds, 0), time.Unix(maxSeconds, 0),
	} {
		v := TimeValue(in)
		if got := v.Time(); !got.Equal(in) {
			t.Errorf("%v became %v by %s", in, got, v.Text)
		}
	}
}
