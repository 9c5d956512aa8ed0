package selector

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// naive evaluates selectors by the words of the guide, without any structure
// (lines 17026-17040 and, for basic ones, 15436-15458, 16231-16250).
func naive(s Selectors, e *Event) bool {
	for _, b := range s.Basic {
		if naiveBasic(b, e) {
			return true
		}
	}
	for _, a := range s.Advanced {
		if naiveAdvanced(a, e) {
			return true
		}
	}
	return false
}

func naiveBasic(b EventSelector, e *Event) bool {
	if b.ReadWriteType == ReadOnly && e.ReadOnly != "true" || b.ReadWriteType == WriteOnly && e.ReadOnly != "false" {
		return false
	}
	switch e.Category {
	case Management:
		for _, source := range b.ExcludeManagementEventSources {
			if e.Source == source {
				return false
			}
		}
		return b.IncludeManagementEvents
	case Data:
		for _, d := range b.DataResources {
			for _, v := range d.Values {
				for _, r := range e.Resources {
					all := v == "arn:aws:s3:::" || v == "arn:aws:lambda" || v == "arn:aws:dynamodb"
					prefix := d.Type == "AWS::S3::Object" && strings.HasPrefix(r.ARN, v)
					if r.Type == d.Type && (all || prefix || r.ARN == v) {
						return true
					}
				}
			}
		}
	}
	return false
}

func naiveAdvanced(a AdvancedEventSelector, e *Event) bool {
	var kind string
	for _, f := range a.FieldSelectors {
		if f.Field == "resources.type" {
			kind = f.Equals[0]
		}
	}
	for _, f := range a.FieldSelectors {
		var values []string
		for _, r := range e.Resources {
			if f.Field == "resources.type" {
				values = append(values, r.Type)
			} else if f.Field == "resources.ARN" && (kind == "" || r.Type == kind) {
				values = append(values, r.ARN)
			}
		}
		if !strings.HasPrefix(f.Field, "resources.") {
			values = []string{map[string]string{
				"eventCategory": e.Category, "readOnly": e.ReadOnly, "eventName": e.Name, "eventSource": e.Source,
				"eventType": e.Type, "sessionCredentialFromConsole": e.FromConsole, "userIdentity.arn": e.UserARN,
				"errorCode": e.ErrorCode, "vpcEndpointId": e.VPCEndpoint,
			}[f.Field]}
		}
		if !naiveField(f, values) {
			return false
		}
	}
	return true
}

func naiveField(f FieldSelector, values []string) bool {
	hit := func(operands []string, holds func(v, o string) bool) bool {
		for _, v := range values {
			for _, o := range operands {
				if v != "" && holds(v, o) {
					return true
				}
			}
		}
		return false
	}
	equal := func(v, o string) bool { return v == o }
	if hit(f.NotEquals, equal) || hit(f.NotStartsWith, strings.HasPrefix) || hit(f.NotEndsWith, strings.HasSuffix) {
		return false
	}
	if len(f.Equals)+len(f.StartsWith)+len(f.EndsWith) == 0 {
		return true
	}
	return hit(f.Equals, equal) || hit(f.StartsWith, strings.HasPrefix) || hit(f.EndsWith, strings.HasSuffix)
}

// gen makes random selectors and events of few words, so that they often meet.
type gen struct{ *rand.Rand }

func (g gen) word() string {
	b := make([]byte, 1+g.IntN(5))
	for i := range b {
		b[i] = "ab\xc3\xff"[g.IntN(4)]
	}
	return string(b)
}

func (g gen) words(most int) []string {
	if g.IntN(3) > 0 {
		return nil
	}
	out := make([]string, 1+g.IntN(most))
	for i := range out {
		out[i] = g.word()
	}
	return out
}

func (g gen) pick(values ...string) string { return values[g.IntN(len(values))] }

func (g gen) field(name string) FieldSelector {
	for {
		f := FieldSelector{name, g.words(6), g.words(6), g.words(6), g.words(6), g.words(6), g.words(6)}
		if meaningful(&f) {
			return f
		}
	}
}

func (g gen) advanced() AdvancedEventSelector {
	a := AdvancedEventSelector{Name: g.pick("", "n"), FieldSelectors: []FieldSelector{{Field: "eventCategory", Equals: []string{g.pick(Management, Data, NetworkActivity)}}}}
	if g.IntN(2) == 0 {
		a.FieldSelectors = append(a.FieldSelectors, FieldSelector{Field: "resources.type", Equals: []string{g.pick("T1", "T2")}})
	}
	for _, name := range fieldNames[fieldResourceARN:] {
		if g.IntN(5) == 0 {
			a.FieldSelectors = append(a.FieldSelectors, g.field(name))
		}
	}
	g.Shuffle(len(a.FieldSelectors), func(i, j int) {
		a.FieldSelectors[i], a.FieldSelectors[j] = a.FieldSelectors[j], a.FieldSelectors[i]
	})
	return a
}

func (g gen) basic() EventSelector {
	b := EventSelector{ReadWriteType: g.pick(All, ReadOnly, WriteOnly), IncludeManagementEvents: g.IntN(3) > 0}
	if g.IntN(2) == 0 {
		b.ExcludeManagementEventSources = []string{g.pick("a", "b")}
	}
	for range g.IntN(3) {
		d := DataResource{Type: g.pick(s3Object, lambdaFunction, dynamoDBTable)}
		for range 1 + g.IntN(3) {
			d.Values = append(d.Values, g.word())
		}
		if g.IntN(4) == 0 {
			d.Values = append(d.Values, map[string]string{s3Object: "arn:aws:s3:::", lambdaFunction: "arn:aws:lambda", dynamoDBTable: "arn:aws:dynamodb"}[d.Type])
		}
		b.DataResources = append(b.DataResources, d)
	}
	return b
}

func (g gen) event() *Event {
	maybe := func(v string) string {
		if g.IntN(4) == 0 {
			return ""
		}
		return v
	}
	e := &Event{Category: g.pick(Management, Data, NetworkActivity), Name: maybe(g.word()), Source: maybe(g.word()), Type: maybe(g.word()),
		ReadOnly: maybe(g.pick("true", "false", "a")), FromConsole: maybe(g.word()), UserARN: maybe(g.word()), ErrorCode: maybe(g.word()), VPCEndpoint: maybe(g.word())}
	for range g.IntN(4) {
		e.Resources = append(e.Resources, Resource{g.pick("T1", "T2", s3Object, lambdaFunction, dynamoDBTable), maybe(g.word())})
	}
	return e
}

func TestMatchAsNaive(t *testing.T) {
	rounds := 8000
	if testing.Short() {
		rounds = 3000
	}
	selected := 0
	for seed := range uint64(rounds) {
		g := gen{rand.New(rand.NewPCG(seed, 1))}
		var s Selectors
		for range 1 + g.IntN(3) {
			if seed%4 == 0 {
				s.Basic = append(s.Basic, g.basic())
			} else {
				s.Advanced = append(s.Advanced, g.advanced())
			}
		}
		m, err := Compile(s)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for range 20 {
			e := g.event()
			want := naive(s, e)
			if got := m.Match(e); got != want {
				t.Fatalf("seed %d: Match = %v, want %v\n%+v\n%+v\n%s", seed, got, want, s, e, m.Explain(e))
			}
			if why := m.Explain(e); strings.HasPrefix(why, "Selected by ") != want {
				t.Fatalf("seed %d: %s, want %v", seed, why, want)
			}
			if want {
				selected++
			}
		}
	}
	if selected < rounds || selected > 19*rounds {
		t.Fatalf("only %d of %d events are selected: the test says nothing", selected, 20*rounds)
	}
}

func TestAffixes(t *testing.T) {
	g := gen{rand.New(rand.NewPCG(1, 2))}
	for range 3000 {
		var values []string
		for range g.IntN(12) {
			values = append(values, g.word())
		}
		p, s := newPrefixes(values), newSuffixes(values)
		for range 20 {
			v := g.word() + g.word()
			wantP, wantS := false, false
			for _, x := range values {
				wantP = wantP || strings.HasPrefix(v, x)
				wantS = wantS || strings.HasSuffix(v, x)
			}
			if got, hit := p.of(v); hit != wantP || hit && !strings.HasPrefix(v, got) {
				t.Fatalf("%q begins with %q of %q: %v", v, got, values, hit)
			}
			if got, hit := s.of(v); hit != wantS || hit && !strings.HasSuffix(v, got) {
				t.Fatalf("%q ends with %q of %q: %v", v, got, values, hit)
			}
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	category := FieldSelector{Field: "eventCategory", Equals: []string{Data}}
	adv := func(f ...FieldSelector) Selectors {
		return Selectors{Advanced: []AdvancedEventSelector{{FieldSelectors: f}}}
	}
	arn := FieldSelector{Field: "resources.ARN", Equals: []string{"x"}}
	for name, s := range map[string]Selectors{
		"nothing":            {},
		"both":               {Basic: []EventSelector{{ReadWriteType: All}}, Advanced: adv(category).Advanced},
		"read write type":    {Basic: []EventSelector{{}}},
		"basic type":         {Basic: []EventSelector{{ReadWriteType: All, DataResources: []DataResource{{Type: "x", Values: []string{"y"}}}}}},
		"basic empty value":  {Basic: []EventSelector{{ReadWriteType: All, DataResources: []DataResource{{Type: s3Object, Values: []string{""}}}}}},
		"basic no values":    {Basic: []EventSelector{{ReadWriteType: All, DataResources: []DataResource{{Type: s3Object}}}}},
		"basic empty source": {Basic: []EventSelector{{ReadWriteType: All, IncludeManagementEvents: true, ExcludeManagementEventSources: []string{""}}}},
		"no category":        adv(arn),
		"two categories":     adv(category, category),
		"category list":      adv(FieldSelector{Field: "eventCategory", Equals: []string{Data, Management}}),
		"category excluded":  adv(FieldSelector{Field: "eventCategory", Equals: []string{Data}, NotEquals: []string{Data}}),
		"unknown field":      adv(category, FieldSelector{Field: "x", Equals: []string{"y"}}),
		"no operator":        adv(category, FieldSelector{Field: "eventName"}),
		"empty value":        adv(category, FieldSelector{Field: "eventName", Equals: []string{""}}),
		"type list":          adv(category, FieldSelector{Field: "resources.type", Equals: []string{"a", "b"}}),
		"type by prefix":     adv(category, FieldSelector{Field: "resources.type", StartsWith: []string{"a"}}),
		"ARN twice":          adv(category, arn, arn),
	} {
		if _, err := Compile(s); err == nil {
			t.Errorf("%s: compiled", name)
		}
	}
}

func TestExplain(t *testing.T) {
	m := compileText(t, list(
		adv("All but KMS", Management, "eventSource NotEquals kms.amazonaws.com"),
		adv("Writes", Data, "resources.type Equals AWS::S3::Object", "eventName Equals PutObject,DeleteObject,CopyObject,RestoreObject,X StartsWith Upload", "resources.ARN StartsWith arn:aws:s3:::b/"),
		adv("", Data, "resources.type Equals AWS::SNS::Topic"),
		adv("Denied", NetworkActivity, "eventSource Equals kms.amazonaws.com", "errorCode Equals VpceAccessDenied")), Trail)
	for _, c := range []struct{ event, want string }{
		{"Management ec2 RunInstances", `Selected by advanced event selector 1 ("All but KMS").`},
		{"Data sns Publish res=AWS::SNS::Topic>x", `Selected by advanced event selector 3.`},
		{"Management kms Decrypt", `Not selected by advanced event selector 1 ("All but KMS"): the event's eventSource is "kms.amazonaws.com", which NotEquals "kms.amazonaws.com" excludes.`},
		{"Data s3 GetObject res=AWS::S3::Object>arn:aws:s3:::b/k", `Not selected by any of 2 selectors for Data events, of which the nearest is advanced event selector 2 ("Writes"): the event's eventName is "GetObject" and not one that equals "PutObject", "DeleteObject", "CopyObject" or 2 more, or starts with "Upload".`},
		{"Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::c/k", `Not selected by any of 2 selectors for Data events, of which the nearest is advanced event selector 2 ("Writes"): the event's resources.ARN is "arn:aws:s3:::c/k" and not one that starts with "arn:aws:s3:::b/".`},
		{"Data lambda Invoke", `Not selected by any of 2 selectors for Data events, of which the nearest is advanced event selector 2 ("Writes"): the event has no resource whose type equals "AWS::S3::Object".`},
		{"NetworkActivity kms ListKeys", `Not selected by advanced event selector 4 ("Denied"): the event has no errorCode, and the selector wants one that equals "VpceAccessDenied".`},
		{"Insight ec2 RunInstances", `Not selected: no selector is for Insight events.`},
	} {
		if got := m.Explain(readEvent(t, c.event)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.event, got, c.want)
		}
	}
	basic := compileText(t, `[{"ReadWriteType":"ReadOnly"}]`, Trail)
	want := `Not selected by event selector 1 for management events: the event's readOnly is "false" and not one that equals "true".`
	if got := basic.Explain(readEvent(t, "Management ec2 RunInstances")); got != want {
		t.Errorf("got %s", got)
	}
	if got := quote(strings.Repeat("é", 300)); len([]rune(got)) != 203 {
		t.Errorf("a long value is quoted as %s", got)
	}
}

// withValues is a selector for S3 objects that has n values for each operator
// of resources.ARN, none of which the event of withValues has.
func withValues(n int) (Selectors, *Event) {
	value := func(kind string) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf("arn:aws:s3:::amzn-s3-demo-bucket-%s-%06d/", kind, i*7919)
		}
		return out
	}
	ends := value("ends")
	for i := range ends {
		ends[i] = fmt.Sprintf("/%06d.log.gz", i*7919)
	}
	return Selectors{Advanced: []AdvancedEventSelector{{FieldSelectors: []FieldSelector{
			{Field: "eventCategory", Equals: []string{Data}},
			{Field: "resources.type", Equals: []string{s3Object}},
			{Field: "resources.ARN", Equals: value("eq"), StartsWith: append(value("starts"), "arn:aws:s3:::amzn-s3-demo-bucket-x/"), EndsWith: ends,
				NotEquals: value("ne"), NotStartsWith: value("not"), NotEndsWith: ends},
		}}}}, &Event{Category: Data, Name: "PutObject", Source: "s3.amazonaws.com", ReadOnly: "false",
			Resources: []Resource{{"AWS::S3::Bucket", "arn:aws:s3:::amzn-s3-demo-bucket-x"}, {s3Object, "arn:aws:s3:::amzn-s3-demo-bucket-x/2026/11/21/app-000000.log.gz"}}}
}

func TestMatchAllocatesNothing(t *testing.T) {
	s, e := withValues(80)
	m, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { m.Match(e) }); n != 0 {
		t.Errorf("Match allocates %v times", n)
	}
	if !m.Match(e) {
		t.Error(m.Explain(e))
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{1, 10, 100, 500} {
		b.Run(fmt.Sprintf("sixOperators/values=%d", n), func(b *testing.B) {
			s, e := withValues(n)
			benchmarkMatch(b, s, e)
		})
		b.Run(fmt.Sprintf("eventNameEquals/values=%d", n), func(b *testing.B) {
			names := make([]string, n)
			for i := range names {
				names[i] = fmt.Sprintf("Operation%d", i)
			}
			benchmarkMatch(b, Selectors{Advanced: []AdvancedEventSelector{{FieldSelectors: []FieldSelector{
				{Field: "eventCategory", Equals: []string{Management}}, {Field: "eventName", Equals: names},
			}}}}, &Event{Category: Management, Name: "RunInstances"})
		})
	}
	b.Run("default", func(b *testing.B) { benchmarkMatch(b, Default(Trail), &Event{Category: Management}) })
}

func benchmarkMatch(b *testing.B, s Selectors, e *Event) {
	m, err := Compile(s)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Match(e)
	}
}

func BenchmarkReadEvent(b *testing.B) {
	raw := record(b, "Data s3 PutObject res=AWS::S3::Object>arn:aws:s3:::b/k res=AWS::S3::Bucket>arn:aws:s3:::b user="+bucketScanner+"/session")
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadEvent(raw); err != nil {
			b.Fatal(err)
		}
	}
}
