package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/lake"
)

func TestLookupEvents(t *testing.T) {
	h := newHouse(t)
	when := time.Date(2015, 2, 20, 23, 55, 29, 0, time.UTC)
	h.history.events = []lake.LookupEvent{testEvent(1, when)}
	got := h.trail("LookupEvents", `{"LookupAttributes":[{"AttributeKey":"Username","AttributeValue":"alice"}],"StartTime":1424476529.2,"EndTime":1424476531.9,"MaxResults":7}`)
	const want = `{"Events":[{"EventId":"id-b","EventName":"CreateTrail","ReadOnly":"false","EventTime":1424476529,` +
		`"EventSource":"cloudtrail.amazonaws.com","Username":"alice",` +
		`"Resources":[{"ResourceName":"t"},{"ResourceType":"AWS::S3::Bucket","ResourceName":"b"}],` +
		`"CloudTrailEvent":"{\"a\": \"<&>\\u0041` + "\u2028é" + `\", \"n\" : 1.0e2}"}]}`
	if got.status != 200 || got.body != want {
		t.Errorf("got %d %s\nwant %s", got.status, got.body, want)
	}
	var out struct {
		Events []struct{ CloudTrailEvent string }
	}
	if err := json.Unmarshal([]byte(got.body), &out); err != nil || out.Events[0].CloudTrailEvent != string(testEvent(1, when).Raw) {
		t.Errorf("the event's bytes changed: %q, %v", out.Events[0].CloudTrailEvent, err)
	}
	q := h.history.last(t)
	if q.AccountID != homeAccount || q.Region != "eu-west-1" || q.Limit != 7 || q.After != nil ||
		q.Start.Unix() != 1424476530 || q.End.Unix() != 1424476531 ||
		len(q.Attributes) != 1 || q.Attributes[0] != (lake.Attribute{Key: lake.Username, Value: "alice"}) {
		t.Errorf("asked %+v", q)
	}
	r := h.last(t)
	if !r.ReadOnly || r.ResponseElements != nil || r.ErrorCode != "" || r.Region != "eu-west-1" ||
		string(r.RequestParameters) != `{"lookupAttributes":[{"attributeKey":"Username","attributeValue":"alice"}],`+
			`"startTime":"Feb 20, 2015, 11:55:29 PM","endTime":"Feb 20, 2015, 11:55:31 PM","maxResults":7}` {
		t.Errorf("recorded %+v, %s", r, r.RequestParameters)
	}
	if h.trail("LookupEvents", "{}"); h.history.last(t).Limit != 50 || h.last(t).RequestParameters != nil {
		t.Errorf("asked %+v, recorded %s", h.history.last(t), h.last(t).RequestParameters)
	}
	asked := len(h.history.asked)
	if got := h.trail("LookupEvents", `{"EventCategory":"insight"}`); got.body != `{"Events":[]}` {
		t.Errorf("insight events: %s", got.body)
	}
	if got := h.trail("LookupEvents", `{"StartTime":10.2,"EndTime":10.8}`); got.body != `{"Events":[]}` {
		t.Errorf("a range between two seconds: %s", got.body)
	}
	if len(h.history.asked) != asked {
		t.Error("the history was asked for what it cannot have")
	}
}

// TestLookupPages walks pages, and tries a page's token on other queries.
func TestLookupPages(t *testing.T) {
	h := newHouse(t)
	for i := uint64(5); i > 0; i-- {
		h.history.events = append(h.history.events, testEvent(i, time.Unix(int64(i), 0)))
	}
	const query = `"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"CreateTrail"}],"StartTime":1,"EndTime":9,"MaxResults":2`
	page := func(body string) (ids, token string) {
		t.Helper()
		got := h.trail("LookupEvents", body)
		var out struct {
			Events    []struct{ EventId string }
			NextToken string
		}
		if err := json.Unmarshal([]byte(got.body), &out); err != nil || got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		for _, e := range out.Events {
			ids += strings.TrimPrefix(e.EventId, "id-")
		}
		return ids, out.NextToken
	}
	ids, token := page("{" + query + "}")
	first := token
	for token != "" {
		var more string
		more, token = page("{" + query + `,"NextToken":"` + token + `"}`)
		ids += " " + more
	}
	if ids != "fe dc b" {
		t.Errorf("got %q", ids)
	}
	foreign := func(body string) {
		t.Helper()
		got := h.trail("LookupEvents", strings.ReplaceAll(body, "TOKEN", first))
		if code, _ := got.code(t); code != ctapi.CodeInvalidNextToken {
			t.Errorf("%s: got %s", body, got.body)
		}
	}
	foreign(`{"NextToken":"TOKEN"}`)
	foreign(`{` + strings.Replace(query, "EventName", "EventId", 1) + `,"NextToken":"TOKEN"}`)
	foreign(`{` + strings.Replace(query, `"CreateTrail"`, `"CreateTrai"`, 1) + `,"NextToken":"TOKEN"}`)
	foreign(`{` + strings.Replace(query, `"StartTime":1`, `"StartTime":2`, 1) + `,"NextToken":"TOKEN"}`)
	foreign(`{` + strings.Replace(query, `,"EndTime":9`, ``, 1) + `,"NextToken":"TOKEN"}`)
	foreign(`{"EventCategory":"insight",` + query + `,"NextToken":"TOKEN"}`)
	foreign(`{` + query + `,"NextToken":"TOKENA"}`)
	foreign(`{` + query + `,"NextToken":""}`)
	r := jsonRequest("CloudTrail_20131101.LookupEvents", `{`+query+`,"NextToken":"`+first+`"}`)
	signAs(r, "AKIDADMIN", "us-east-2", "cloudtrail")
	if code, _ := h.do(r).code(t); code != ctapi.CodeInvalidNextToken {
		t.Errorf("another Region: got %s", code)
	}
	flipped := []byte(first)
	for i := range flipped {
		flipped[i] ^= 1
		if _, ok := h.tokens.open([]byte("x"), string(flipped)); ok {
			t.Errorf("a token with byte %d changed was accepted", i)
		}
		flipped[i] ^= 1
	}
}

// TestLookupMulti: more attributes for Cairn's own tools, if the header is signed.
func TestLookupMulti(t *testing.T) {
	h := newHouse(t)
	body := func(n int) string {
		return `{"LookupAttributes":[` + strings.TrimSuffix(strings.Repeat(`{"AttributeKey":"EventName","AttributeValue":"x"},`, n), ",") + `]}`
	}
	ask := func(n int, header string, signed bool) int {
		r := jsonRequest("CloudTrail_20131101.LookupEvents", body(n))
		r.Header.Set("X-Cairn-Lookup", header)
		if !signed {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), ";x-cairn-lookup", "", 1))
		}
		return h.do(r).status
	}
	if got := ask(8, "multi", true); got != 200 || len(h.history.last(t).Attributes) != 8 {
		t.Errorf("eight attributes: %d", got)
	}
	for _, got := range []int{ask(9, "multi", true), ask(2, "multi", false), ask(2, "", true), ask(2, "many", true)} {
		if got != 400 {
			t.Errorf("got %d", got)
		}
	}
}

func TestLookupQuota(t *testing.T) {
	now := time.Unix(1000, 0)
	h := newHouse(t, func(c *Config) {
		c.LookupQuota = 2
		c.Now = func() time.Time { return now }
	})
	expect := func(want string, region string) {
		t.Helper()
		got := h.do(signAs(jsonRequest("CloudTrail_20131101.LookupEvents", "{}"), "AKIDADMIN", region, "cloudtrail"))
		code := ""
		if got.status != 200 {
			var message string
			if code, message = got.code(t); got.status != 400 || message != "Rate exceeded" {
				t.Errorf("got %d %s", got.status, got.body)
			}
		}
		if code != want {
			t.Errorf("got %q, want %q", code, want)
		}
	}
	expect("", "eu-west-1")
	expect("", "eu-west-1")
	expect(CodeThrottling, "eu-west-1")
	if h.last(t).ErrorCode != CodeThrottling {
		t.Errorf("recorded %+v", h.last(t))
	}
	expect("", "eu-west-2")
	now = now.Add(500 * time.Millisecond)
	expect("", "eu-west-1")
	expect(CodeThrottling, "eu-west-1")
	now = now.Add(time.Hour)
	expect("", "eu-west-1")
	expect("", "eu-west-1")
	expect(CodeThrottling, "eu-west-1")
}

func TestQuotaForgets(t *testing.T) {
	now := time.Unix(1000, 0)
	q := newQuota(2, func() time.Time { return now })
	for i := range maxBuckets {
		q.take(homeAccount, string(rune(i)))
	}
	now = now.Add(time.Second)
	q.take(otherAccount, "x")
	if n := len(q.mu.buckets); n != 1 {
		t.Errorf("%d buckets are left", n)
	}
}
