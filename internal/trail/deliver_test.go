package trail

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/selector"
)

func TestDeliverOneWindow(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		h.pass(90 * time.Second) // 00:01:30
		tr := h.trail("all", func(t *Trail) { t.S3KeyPrefix = "audit" })
		h.event(testRegion)
		h.event("eu-west-1")
		h.event(testRegion)
		h.until("00:04:59")
		if n := len(h.bucket.keys("")); n != 0 {
			h.Fatalf("%d files before the window's end", n)
		}
		h.until("00:05")
		var names []string
		for _, k := range h.bucket.keys("") {
			i := strings.LastIndex(k, "_")
			if unique := k[i+1:]; len(unique) != len("0123456789abcdef.json.gz") {
				h.Errorf("the unique string is %s", unique)
			}
			names = append(names, k[:i])
		}
		want := []string{
			"logs/audit/AWSLogs/111122223333/CloudTrail/eu-west-1/2000/01/01/111122223333_CloudTrail_eu-west-1_20000101T0005Z",
			"logs/audit/AWSLogs/111122223333/CloudTrail/us-east-1/2000/01/01/111122223333_CloudTrail_us-east-1_20000101T0005Z",
		}
		if !slices.Equal(names, want) {
			h.Errorf("files %q", names)
		}
		body := string(h.bucket.content(h, h.bucket.keys("")[1]))
		events := h.journal.batches
		if body != `{"Records":[`+string(events[0].Events[0])+","+string(events[2].Events[0])+`]}` {
			h.Errorf("the file is %s", body)
		}
		if s := h.status(tr); s.Sequence != 3 || !s.Logs.Succeeded.Equal(time.Now()) || s.Logs.Error != "" || !s.Digests.Attempted.IsZero() {
			h.Errorf("status %+v", s)
		}
		if n := h.journal.released[sinkName(tr.ARN)]; n != 3 {
			h.Errorf("released up to %d", n)
		}
		h.until("01:00")
		d := h.digest("logs/audit/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2000/01/01/111122223333_CloudTrail-Digest_us-east-1_all_us-east-1_20000101T010000Z.json.gz")
		if d.StartTime != "2000-01-01T00:01:30Z" || d.EndTime != "2000-01-01T01:00:00Z" || d.PreviousBucket != nil || len(d.LogFiles) != 1 || *d.Newest != "2000-01-01T00:01:30Z" {
			h.Errorf("digest %+v", d)
		}
		h.until("03:30")
		r := h.sound(tr)
		if r.Digests.Valid != 3 || r.Logs.Valid != 1 || r.Gaps != 0 || r.Orphans != 0 {
			h.Errorf("report %+v", r)
		}
		if len(h.bucket.keys("")) != 2+3*2 {
			h.Errorf("files %q", h.bucket.keys(""))
		}
	})
}

// What a trail takes: rows of records, and which trails have them.
func TestWhatATrailTakes(t *testing.T) {
	base := Trail{AccountID: testAccount, HomeRegion: testRegion}
	multi := Epoch{Logging: true, MultiRegion: true, GlobalServiceEvents: true}
	single := Epoch{Logging: true, GlobalServiceEvents: true}
	noGlobal := Epoch{Logging: true}
	stopped := Epoch{MultiRegion: true, GlobalServiceEvents: true}
	writes := multi
	writes.Selectors = selector.Selectors{Basic: []selector.EventSelector{{ReadWriteType: selector.WriteOnly, IncludeManagementEvents: true}}}
	insights := base
	insights.InsightSelectors = []selector.InsightSelector{{InsightType: "ApiCallRateInsight"}}
	record := func(region, source, account, category, readOnly string) string {
		return `{"eventID":"a","eventTime":"2026-01-01T00:00:00Z","eventName":"N","awsRegion":"` + region + `","eventSource":"` + source + `","recipientAccountId":"` + account + `","eventCategory":"` + category + `","readOnly":` + readOnly + `}`
	}
	for _, c := range []struct {
		name   string
		trail  Trail
		epoch  Epoch
		record string
		want   string // FOLDER/REGION
	}{
		{"multi", base, multi, record("eu-west-1", "ec2.amazonaws.com", testAccount, "Management", "false"), "CloudTrail/eu-west-1"},
		{"another account", base, multi, record("eu-west-1", "ec2.amazonaws.com", "999999999999", "Management", "false"), ""},
		{"no account", base, multi, record("eu-west-1", "ec2.amazonaws.com", "", "Management", "false"), ""},
		{"stopped", base, stopped, record("eu-west-1", "ec2.amazonaws.com", testAccount, "Management", "false"), ""},
		{"single, home", base, single, record(testRegion, "ec2.amazonaws.com", testAccount, "Management", "false"), "CloudTrail/us-east-1"},
		{"single, elsewhere", base, single, record("eu-west-1", "ec2.amazonaws.com", testAccount, "Management", "false"), ""},
		{"global", base, single, record(testRegion, "iam.amazonaws.com", testAccount, "Management", "false"), "CloudTrail/us-east-1"},
		{"no global", base, noGlobal, record(testRegion, "iam.amazonaws.com", testAccount, "Management", "false"), ""},
		{"no global, Route 53", base, noGlobal, record(testRegion, "route53.amazonaws.com", testAccount, "Management", "false"), ""},
		{"no global, regional service", base, noGlobal, record(testRegion, "ec2.amazonaws.com", testAccount, "Management", "false"), "CloudTrail/us-east-1"},
		{"no global, regional STS", Trail{AccountID: testAccount, HomeRegion: "eu-west-1"}, noGlobal, record("eu-west-1", "sts.amazonaws.com", testAccount, "Management", "false"), "CloudTrail/eu-west-1"},
		{"no Region", base, multi, record("", "ec2.amazonaws.com", testAccount, "Management", "false"), "CloudTrail/us-east-1"},
		{"hostile Region", base, multi, record("../../x", "ec2.amazonaws.com", testAccount, "Management", "false"), "CloudTrail/us-east-1"},
		{"hostile Region, single", base, single, record("../../x", "ec2.amazonaws.com", testAccount, "Management", "false"), ""},
		{"data", base, multi, record(testRegion, "s3.amazonaws.com", testAccount, "Data", "false"), ""},
		{"write only, read", base, writes, record(testRegion, "ec2.amazonaws.com", testAccount, "Management", "true"), ""},
		{"write only, write", base, writes, record(testRegion, "ec2.amazonaws.com", testAccount, "Management", "false"), "CloudTrail/us-east-1"},
		{"insight, none asked for", base, multi, record(testRegion, "ec2.amazonaws.com", testAccount, "Insight", "false"), ""},
		{"insight", insights, multi, record(testRegion, "ec2.amazonaws.com", testAccount, "Insight", "false"), "CloudTrail-Insight/us-east-1"},
		{"unreadable", base, multi, `{"eventID"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			rs, err := compileRules([]Epoch{c.epoch})
			if err != nil {
				t.Fatal(err)
			}
			w := newWindow(time.Unix(300, 0), newCompressor(), maxLogFile)
			unreadable := w.add(batchOf(1, c.record), &c.trail, rs.at(1))
			got := ""
			for g := range w.files {
				got = g.folder + "/" + g.region
			}
			if got != c.want || (unreadable == 1) != (c.name == "unreadable") {
				t.Errorf("in %q, want %q; %d unreadable", got, c.want, unreadable)
			}
		})
	}
}

func batchOf(sequence uint64, records ...string) journal.Batch {
	b := journal.Batch{Sequence: sequence}
	for _, r := range records {
		b.Events = append(b.Events, []byte(r))
	}
	return b
}

// Rules that look at the envelope only decide as those that read the record.
func TestPlainRules(t *testing.T) {
	tr := Trail{AccountID: testAccount, HomeRegion: testRegion}
	for _, s := range []selector.EventSelector{
		{ReadWriteType: selector.All, IncludeManagementEvents: true},
		{ReadWriteType: selector.ReadOnly, IncludeManagementEvents: true},
		{ReadWriteType: selector.WriteOnly, IncludeManagementEvents: true, ExcludeManagementEventSources: []string{"kms.amazonaws.com"}},
		{ReadWriteType: selector.All},
	} {
		rs, err := compileRules([]Epoch{{Logging: true, MultiRegion: true, GlobalServiceEvents: true, Selectors: selector.Selectors{Basic: []selector.EventSelector{s}}}})
		if err != nil {
			t.Fatal(err)
		}
		if !rs[0].plain {
			t.Fatal("the rule is not plain")
		}
		full := rs[0]
		full.plain = false
		for _, members := range []string{`"readOnly":true`, `"readOnly":false`, `"readOnly":"true"`, `"readOnly":null`, `"x":1`, `"eventCategory":"Management"`, `"eventCategory":"Data"`, `"eventCategory":null`,
			`"managementEvent":false`, `"managementEvent":"false"`, `"managementEvent":true,"eventCategory":"NetworkActivity"`, `"eventCategory":"Insight"`} {
			for _, source := range []string{"kms.amazonaws.com", "ec2.amazonaws.com"} {
				b := batchOf(1, `{"eventID":"a","eventTime":"2026-01-01T00:00:00Z","awsRegion":"us-east-1","recipientAccountId":"`+testAccount+`","eventSource":"`+source+`",`+members+`}`)
				x, y := newWindow(time.Unix(300, 0), newCompressor(), maxLogFile), newWindow(time.Unix(300, 0), newCompressor(), maxLogFile)
				if x.add(b, &tr, &rs[0]) != 0 || y.add(b, &tr, &full) != 0 || x.events != y.events {
					t.Errorf("%+v takes %d of %s by the envelope, %d by the record", s, x.events, members, y.events)
				}
			}
		}
	}
}
