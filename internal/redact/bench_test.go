package redact

import (
	"fmt"
	"testing"

	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// wideCall is a tree of the size of a RunInstances request: 20 members, some
// deeper.
func wideCall(b *testing.B) decode.Value {
	text := `{"userData":"x","instancesSet":{"items":[{"imageId":"ami-1","minCount":1,"maxCount":1,"keyName":"k"}]},"secret":{"a":{"b":"1"}}`
	for i := range 17 {
		text += fmt.Sprintf(`,"member%d":"value %d"`, i, i)
	}
	return parse(b, text+"}")
}

// No rule concerns the call: what almost every call costs.
func BenchmarkNothing(b *testing.B) {
	rules, v := Builtin(), wideCall(b)
	call := Call{EventSource: "sqs.amazonaws.com", EventName: "SendMessage"}
	b.ReportAllocs()
	for b.Loop() {
		if n := rules.Apply(call, RequestParameters, &v); n != 0 {
			b.Fatal(n)
		}
	}
}

// Five rules concern the call, of which three hide something.
func BenchmarkFive(b *testing.B) {
	own, err := New([]Rule{
		{Name: "1", Path: "requestParameters.instancesSet.items[].keyName", Action: Mask},
		{Name: "2", Path: "requestParameters.secret.a.b", Action: Drop},
		{Name: "3", Path: "requestParameters.member16", Value: "^nothing$", Action: Mask},
		{Name: "4", Path: "requestParameters.none.of.these", Action: Mask},
	}, nil)
	if err != nil {
		b.Fatal(err)
	}
	rules, err := Combine(Builtin(), own)
	if err != nil {
		b.Fatal(err)
	}
	tree := wideCall(b)
	call := Call{EventSource: "ec2.amazonaws.com", EventName: "RunInstances"}
	b.ReportAllocs()
	for b.Loop() {
		v := tree
		if n := rules.Apply(call, RequestParameters, &v); n != 3 {
			b.Fatal(n)
		}
	}
}

// One rule of any depth goes through the whole tree, and makes a token.
func BenchmarkDeepToken(b *testing.B) {
	rules, tree := one(b, Rule{Path: "requestParameters.**.keyName", Action: Token}), wideCall(b)
	b.ReportAllocs()
	for b.Loop() {
		v := tree
		if n := rules.Apply(Call{}, RequestParameters, &v); n != 1 {
			b.Fatal(n)
		}
	}
}

// BenchmarkSensitive asks the model about every member.
func BenchmarkSensitive(b *testing.B) {
	rules, v := Builtin().WithSensitive(ByModel), wideCall(b)
	call := Call{EventSource: "sqs.amazonaws.com", EventName: "SendMessage"}
	b.ReportAllocs()
	for b.Loop() {
		rules.Apply(call, RequestParameters, &v)
	}
}

// BenchmarkRecord hides in a recorded event.
func BenchmarkRecord(b *testing.B) {
	v := wideCall(b)
	raw := append([]byte(`{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","requestParameters":`), appendJSON(nil, &v, false)...)
	raw = append(raw, '}')
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Builtin().Record(raw); err != nil {
			b.Fatal(err)
		}
	}
}
