package notify

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// rawEvent is a record with what decides about events.
func rawEvent(kind, source, region, more string) []byte {
	return fmt.Appendf(nil, `{"eventVersion":"1.11","eventID":"7c1a3a0c-0000-4000-8000-000000000001","eventTime":"2026-01-02T03:04:05Z","eventName":"E","eventType":%q,"eventSource":%q,"awsRegion":%q%s}`, kind, source, region, more)
}

func apiCall(region string) Record {
	return Record{Raw: rawEvent("AwsApiCall", "s3.amazonaws.com", region, "")}
}

func TestEventTypes(t *testing.T) {
	sent := func(raw []byte, source, detailType string) {
		t.Helper()
		s, f := newFake(t, func(_ int, r seen) answer { return ok(r) })
		skipped, err := s.Events(t.Context(), []Record{{Raw: raw}})
		mustNot(t, err)
		var got []putEvent
		for _, r := range f.got {
			got = append(got, putEvents(r)...)
		}
		if detailType == "" {
			if len(got) != 0 || skipped != 0 {
				t.Errorf("%s: sent %+v, %d skipped", raw, got, skipped)
			}
			return
		}
		if len(got) != 1 || skipped != 0 {
			t.Fatalf("%s: %d events, %d skipped", raw, len(got), skipped)
		}
		e := got[0]
		if e.Source != source || e.DetailType != detailType || e.Detail != string(raw) || e.EventBusName != "" || len(e.Resources) != 0 || e.Time != float64(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Unix()) {
			t.Errorf("%s became %+v", raw, e)
		}
		if r := f.got[0]; r.region != "eu-west-1" || r.service != "events" {
			t.Errorf("sent to %s in %s", r.service, r.region)
		}
	}
	sent(rawEvent("AwsApiCall", "s3.amazonaws.com", "eu-west-1", `,"requestParameters":{ "x":"<&>ü \" "}`), "aws.s3", "AWS API Call via CloudTrail")
	sent(rawEvent("AwsApiCall", "dynamodb.amazonaws.com", "eu-west-1", `,"eventCategory":"Data"`), "aws.dynamodb", "AWS API Call via CloudTrail")
	sent(rawEvent("AwsApiCall", "example.com", "eu-west-1", ""), "aws.example.com", "AWS API Call via CloudTrail")
	sent(rawEvent("AwsConsoleSignIn", "signin.amazonaws.com", "eu-west-1", ""), "aws.signin", "AWS Console Sign In via CloudTrail")
	sent(rawEvent("AwsCloudTrailInsight", "autoscaling.amazonaws.com", "eu-west-1", `,"eventCategory":"Insight"`), "aws.cloudtrail", "AWS Insight via CloudTrail")
	sent(rawEvent("AwsServiceEvent", "kms.amazonaws.com", "eu-west-1", ""), "", "")
	sent(rawEvent("AwsVpceEvent", "s3.amazonaws.com", "eu-west-1", `,"eventCategory":"NetworkActivity"`), "", "")
	sent(rawEvent("", "s3.amazonaws.com", "eu-west-1", ""), "", "")
}

func TestBusAndSource(t *testing.T) {
	s, f := newFake(t, func(_ int, r seen) answer { return ok(r) }, func(c *Config) { c.Bus.Name, c.Bus.SourcePrefix = "audit", "cairn." })
	_, err := s.Events(t.Context(), []Record{apiCall("eu-west-1")})
	mustNot(t, err)
	if e := putEvents(f.got[0])[0]; e.EventBusName != "audit" || e.Source != "cairn.s3" {
		t.Errorf("sent %+v", e)
	}
}

func TestEventSizes(t *testing.T) {
	fixed := len("aws.s3") + len(detailAPICall) + timeBytes
	sized := func(n int) Record {
		empty := len(rawEvent("AwsApiCall", "s3.amazonaws.com", "eu-west-1", `,"x":""`))
		return Record{Raw: rawEvent("AwsApiCall", "s3.amazonaws.com", "eu-west-1", `,"x":"`+strings.Repeat("x", n-empty)+`"`)}
	}
	is := func(name string, records []Record, skipped int, want ...int) {
		t.Helper()
		s, f := newFake(t, func(_ int, r seen) answer { return ok(r) })
		got, err := s.Events(t.Context(), records)
		mustNot(t, err)
		var sizes []int
		for _, r := range f.got {
			sizes = append(sizes, len(putEvents(r)))
		}
		if got != skipped || !slices.Equal(sizes, want) {
			t.Errorf("%s: %d skipped, requests of %v; want %d and %v", name, got, sizes, skipped, want)
		}
	}
	is("none", nil, 0)
	is("eleven", slices.Repeat([]Record{sized(1000)}, 11), 0, 10, 1)
	is("as large as can be", []Record{sized(256<<10 - fixed)}, 0, 1)
	is("larger", []Record{sized(256<<10 - fixed + 1), sized(1000)}, 1, 1)
	is("two that fit", slices.Repeat([]Record{sized(128<<10 - fixed)}, 3), 0, 2, 1)
	is("two that do not", slices.Repeat([]Record{sized(128<<10 - fixed + 1)}, 2), 0, 1, 1)
	is("no record", []Record{{Raw: []byte("{")}, {}, sized(1000)}, 2, 1)
}

func TestEventsGoToTheirRegion(t *testing.T) {
	s, f := newFake(t, func(_ int, r seen) answer { return ok(r) })
	var records []Record
	for i := range 36 {
		records = append(records, apiCall([]string{"eu-west-1", "us-east-1", "ap-south-1"}[i%3]))
	}
	_, err := s.Events(t.Context(), records)
	mustNot(t, err)
	counts := make(map[string]int)
	for _, r := range f.got {
		for _, e := range putEvents(r) {
			if !strings.Contains(e.Detail, `"awsRegion":"`+r.region+`"`) {
				t.Errorf("to %s went %s", r.region, e.Detail)
			}
			counts[r.region]++
		}
	}
	if len(f.got) != 6 || counts["eu-west-1"] != 12 || counts["us-east-1"] != 12 || counts["ap-south-1"] != 12 {
		t.Errorf("%d requests with %v", len(f.got), counts)
	}
}

func TestEventsPartly(t *testing.T) {
	rows := []struct {
		name    string
		answers []answer
		skipped int
		sizes   []int // of the requests
		code    string
	}{
		{"throttled ones are sent again", []answer{entries("", "ThrottlingException", "", "InternalFailure"), entries("", "")}, 0, []int{4, 2}, ""},
		{"malformed ones are not", []answer{entries("", "MalformedDetail", "", "ThrottlingException"), entries("InvalidArgument")}, 2, []int{4, 1}, ""},
		{"for ever throttled", []answer{entries("", "", "", "ThrottlingException"), entries("ThrottlingException"), entries("ThrottlingException")}, 0, []int{4, 1, 1}, CodeThrottling},
		{"denied", []answer{entries("ThrottlingException", "AccessDeniedException", "ThrottlingException", "")}, 0, []int{4}, CodeDenied},
		{"a source of AWS's", []answer{entries("NotAuthorizedForSourceException", "", "", "")}, 0, []int{4}, "NotAuthorizedForSource"},
		{"a wrong count", []answer{entries("", "")}, 0, []int{4}, CodeBadAnswer},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, f := newFake(t, func(n int, _ seen) answer { return row.answers[n] })
				skipped, err := s.Events(t.Context(), slices.Repeat([]Record{apiCall("eu-west-1")}, 4))
				if row.code == "" {
					mustNot(t, err)
				} else if e := failed(t, err); e.Code != row.code || e.Done != 0 || e.Hint == "" {
					t.Errorf("%v, %d done; want %s", err, e.Done, row.code)
				}
				var sizes []int
				for _, r := range f.got {
					sizes = append(sizes, len(putEvents(r)))
				}
				if err == nil && skipped != row.skipped || !slices.Equal(sizes, row.sizes) {
					t.Errorf("%d skipped, requests of %v; want %d and %v", skipped, sizes, row.skipped, row.sizes)
				}
			})
		})
	}
}

// What is before Done was acknowledged, or is none to send; the first behind it
// was not.
func TestEventsSayWhatIsDone(t *testing.T) {
	var records []Record
	for i := range 60 {
		switch {
		case i%7 == 3:
			records = append(records, Record{Raw: rawEvent("AwsServiceEvent", "kms.amazonaws.com", "eu-west-1", "")})
		default:
			r := apiCall([]string{"eu-west-1", "us-east-1"}[i/2%2])
			r.Raw = bytes.Replace(r.Raw, []byte(`"E"`), fmt.Appendf(nil, `"E%d"`, i), 1)
			records = append(records, r)
		}
	}
	for fail := range 6 {
		taken := make(map[string]bool)
		s, _ := newFake(t, func(n int, r seen) answer {
			if n == fail {
				return answer{err: errors.New("refused")}
			}
			for _, e := range putEvents(r) {
				taken[e.Detail] = true
			}
			return ok(r)
		}, once)
		_, err := s.Events(t.Context(), records)
		done := failed(t, err).Done
		for i, r := range records[:done] {
			if !taken[string(r.Raw)] && i%7 != 3 {
				t.Errorf("request %d fails: %d are done, but %d was not taken", fail, done, i)
			}
		}
		if taken[string(records[done].Raw)] {
			t.Errorf("request %d fails: %d are done, but %d was taken too", fail, done, done)
		}
	}
}
