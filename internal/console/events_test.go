package console

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/synth"
)

func attributes(pairs ...string) string {
	var out []attribute
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, attribute{pairs[i], pairs[i+1]})
	}
	text, _ := json.Marshal(out)
	return url.QueryEscape(string(text))
}

// hostile are contents of events that are made to do harm.
var hostile = []string{
	`<script>alert(1)</script>`, `</script><img src=x onerror=alert(1)>`, "=HYPERLINK(\"http://x\")", "@SUM(1+1)*cmd|' /C calc'!A0", "-2+3", "+1", "\tx", "\x1b[2J\x1b]0;owned\x07",
	"\u202egpj.exe", "line\nbreak\r\n\"quoted\"", "\u2028\u2029", strings.Repeat("A", 200_000), "\x00null",
}

// hostileRecords have the contents as event names, and in a member of the record.
func hostileRecords(at time.Time) (out [][]byte) {
	for i, text := range hostile {
		quoted, _ := json.Marshal(text)
		raw := plain(fmt.Sprintf("hostile-%d", i), "NAME", homeAccount, homeRegion, at, `,"requestParameters":{"note":NOTE}`)
		raw = bytes.Replace(raw, []byte(`"NAME"`), quoted, 1)
		out = append(out, bytes.Replace(raw, []byte("NOTE"), quoted, 1))
	}
	return out
}

// TestHostileEvents: what events hold leaves as JSON or as text of a table, and never
// as anything that runs.
func TestHostileEvents(t *testing.T) {
	h := newHouse(t)
	h.append(hostileRecords(time.Now())...)
	got := h.ask("admin", "POST", "/console/api/cloudtrail/LookupEvents", "{}")
	secured(t, "events", got)
	var out struct {
		Events []struct{ EventName, CloudTrailEvent string }
	}
	got.into(t, &out)
	if got.header.Get("Content-Type") != "application/json" || len(out.Events) != len(hostile) {
		t.Fatalf("%v, %d events", got.header, len(out.Events))
	}
	for _, e := range out.Events {
		if !slices.Contains(hostile, e.EventName) {
			t.Errorf("the name %.60q is not what was recorded", e.EventName)
		}
	}
	got = h.ask("admin", "POST", "/console/api/events/suggest", `{"key":"EventName","prefix":"script"}`)
	if got.header.Get("Content-Type") != "application/json" || strings.Contains(got.body, "<script") || !strings.Contains(got.body, `\u003cscript\u003e`) {
		t.Errorf("%v %s", got.header, got.body)
	}
	table := h.ask("admin", "GET", "/console/api/events/download?format=csv", "")
	secured(t, "the table", table)
	if table.header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" || !strings.HasPrefix(table.header.Get("Content-Disposition"), "attachment; filename=event_history_us-east-1_") {
		t.Errorf("%v", table.header)
	}
	rows, err := csv.NewReader(strings.NewReader(table.body)).ReadAll()
	if err != nil || len(rows) < len(hostile)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) && cell != "+1" {
				t.Errorf("a program would take %.60q for a formula", cell)
			}
		}
	}
	if !strings.Contains(table.body, "\r\n") {
		t.Error("lines do not end as RFC 4180 has it")
	}
}

func TestRegionsAndAccountsAreApart(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	h.append(plain("here", "RunInstances", homeAccount, "us-east-1", now, ""), plain("there", "RunInstances", homeAccount, "eu-west-1", now, ""), plain("theirs", "RunInstances", otherAccount, "us-east-1", now, ""))
	h.signIn("other", otherAccount, "admin")
	for _, c := range []struct{ session, region, want string }{{"admin", "", "here"}, {"admin", "eu-west-1", "there"}, {"admin", "us-east-1", "here"}, {"other", "us-east-1", "theirs"}, {"other", "eu-west-1", ""}} {
		filter := attributes("EventName", "RunInstances")
		var found struct{ Records []struct{ EventID string } }
		h.ask(c.session, "GET", "/console/api/events/download?format=json&attributes="+filter+"&region="+c.region, "").into(t, &found)
		got := ""
		for _, r := range found.Records {
			got += r.EventID
		}
		if got != c.want {
			t.Errorf("%+v: downloaded %q", c, got)
		}
		var values lake.Suggestions
		h.ask(c.session, "POST", "/console/api/events/suggest?region="+c.region, `{"key":"EventName","prefix":"runinst"}`).into(t, &values)
		if n := len(values.Values); n != len(strings.Fields(c.want)) || n == 1 && values.Values[0].Count != 1 {
			t.Errorf("%+v: suggested %+v", c, values)
		}
	}
}

func TestSuggest(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	h.append(plain("1", "RunInstances", homeAccount, homeRegion, now, ""), plain("2", "StopInstances", homeAccount, homeRegion, now.Add(-time.Hour), ""), plain("3", "StopInstances", homeAccount, homeRegion, now.Add(-time.Hour), ""))
	h.recorded()
	ask := func(body, want string) {
		t.Helper()
		if got := h.ask("admin", "POST", "/console/api/events/suggest", body); got.status != http.StatusOK || got.body != want {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	filter := `"attributes":[{"AttributeKey":"EventSource","AttributeValue":"ec2.amazonaws.com"}]`
	ask(`{"key":"EventName","prefix":"INST",`+filter+`}`, `{"values":[{"value":"StopInstances","count":2},{"value":"RunInstances","count":1}],"sampled":3}`)
	ask(`{"key":"EventName","prefix":"run",`+filter+`}`, `{"values":[{"value":"RunInstances","count":1}],"sampled":3}`)
	ask(`{"key":"EventName","start":"`+now.Add(-time.Minute).Format(time.RFC3339)+`",`+filter+`}`, `{"values":[{"value":"RunInstances","count":1}],"sampled":1}`)
	calls := h.recorded()
	if len(calls) != 1 || calls[0].EventName != "LookupEvents" || !calls[0].SessionCredentialFromConsole || !strings.Contains(string(calls[0].RequestParameters), "ec2.amazonaws.com") {
		t.Errorf("recorded %+v", calls)
	}
	for _, body := range []string{`{"key":"Nonsense"}`, `{"key":""}`, `{"key":"EventName","prefix":"` + strings.Repeat("x", maxPrefix+1) + `"}`, `[`, `{"key":"EventName","attributes":[{"AttributeKey":"EventName","AttributeValue":""}]}`,
		`{"key":"EventName","start":"2026-01-02T00:00:00Z","end":"2026-01-01T00:00:00Z"}`} {
		if got := h.ask("admin", "POST", "/console/api/events/suggest", body); got.status != http.StatusBadRequest {
			t.Errorf("%.60s: %d %s", body, got.status, got.body)
		}
	}
}

func TestDownload(t *testing.T) {
	h := newHouse(t)
	begin := time.Now().Add(-time.Hour).Truncate(time.Second)
	g := synth.New(synth.Config{Seed: 1, Start: begin, PerSecond: 10})
	var records [][]byte
	for range 3000 {
		raw, _ := g.Next(nil)
		records = append(records, raw)
	}
	h.append(records...)
	h.recorded()
	filter := "?end=" + url.QueryEscape(begin.Add(time.Hour-time.Second).Format(time.RFC3339)) + "&format="
	head := h.ask("admin", "HEAD", "/console/api/events/download"+filter+"json", "")
	got := h.ask("admin", "GET", "/console/api/events/download"+filter+"json", "")
	var file struct{ Records []json.RawMessage }
	got.into(t, &file)
	count := fmt.Sprint(len(file.Records))
	if len(file.Records) < 2000 || got.header.Get("X-Cairn-Events") != count || head.header.Get("X-Cairn-Events") != count || head.header.Get("X-Cairn-Parts") != "1" || head.body != "" {
		t.Errorf("%s events; %v %v", count, got.header, head.header)
	}
	known := make(map[string]bool)
	for _, raw := range records {
		known[string(raw)] = true
	}
	for _, raw := range file.Records {
		if !known[string(raw)] {
			t.Fatalf("a record is not as it was recorded: %s", raw)
		}
	}
	if calls := h.recorded(); len(calls) != 2 || calls[1].EventName != "LookupEvents" || calls[1].RequestParameters == nil {
		t.Errorf("recorded %+v", calls)
	}
	zipped := h.ask("admin", "GET", "/console/api/events/download"+filter+"csv", "", func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") })
	in, err := gzip.NewReader(strings.NewReader(zipped.body))
	if err != nil || zipped.header.Get("Content-Encoding") != "gzip" {
		t.Fatal(err, zipped.header)
	}
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil || len(rows) != len(file.Records)+1 || !slices.Equal(rows[0], eventColumns) || rows[1][9] != homeRegion || rows[1][10] == "" || !json.Valid([]byte(rows[1][13])) {
		t.Errorf("%d rows, %v, %q", len(rows), err, rows[:2])
	}
	if got := h.ask("admin", "GET", "/console/api/events/download"+filter+"json&part=2", ""); got.body != "{\"Records\":[\n]}\n" {
		t.Errorf("a part behind the end: %.200s", got.body)
	}
	for _, bad := range []string{"?format=xml", "?format=csv&part=0", "?format=csv&part=x", "?format=csv&start=yesterday", "?format=csv&attributes=x", "?format=csv&attributes=" + attributes("Nonsense", "x")} {
		if got := h.ask("admin", "GET", "/console/api/events/download"+bad, ""); got.status != http.StatusBadRequest || got.header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %d %s", bad, got.status, got.body)
		}
	}
	h.mu.Lock()
	h.refuse = errors.New("the journal is full")
	h.mu.Unlock()
	if got := h.ask("admin", "GET", "/console/api/events/download?format=csv", ""); got.status != http.StatusServiceUnavailable {
		t.Errorf("without a record: %d %s", got.status, got.body)
	}
}

// TestDownloadEnds: a download ends when the browser goes, and when the session does;
// what came until then does not look like a whole file.
func TestDownloadEnds(t *testing.T) {
	h := newHouse(t)
	begin := time.Now().Add(-time.Hour)
	g := synth.New(synth.Config{Seed: 1, Start: begin, PerSecond: 100})
	var records [][]byte
	for range 40_000 {
		raw, _ := g.Next(nil)
		records = append(records, raw)
	}
	h.append(records...)
	for name, end := range map[string]func(cancel context.CancelFunc){
		"gone":       func(cancel context.CancelFunc) { cancel() },
		"signed out": func(context.CancelFunc) { h.people.signOut("leaving") },
	} {
		h.signIn("leaving", homeAccount, "admin")
		ctx, cancel := context.WithCancel(t.Context())
		resp := h.open(ctx, "leaving", "GET", "/console/api/events/download?format=json", "")
		if _, err := io.ReadFull(resp.Body, make([]byte, 1000)); err != nil {
			t.Fatal(name, err)
		}
		end(cancel)
		if _, err := io.Copy(io.Discard, resp.Body); err == nil {
			t.Errorf("%s: the file looks whole", name)
		}
		resp.Body.Close()
		cancel()
		for h.console.streams.count("leaving") > 0 {
			runtime.Gosched()
		}
	}
}

// breaking is a history that fails behind so many events.
type breaking struct {
	History
	after int
}

func (b breaking) Walk(ctx context.Context, q lake.LookupQuery, yield func(*lake.LookupEvent) error) error {
	n := 0
	return b.History.Walk(ctx, q, func(e *lake.LookupEvent) error {
		if n++; n > b.after {
			return errors.New("the disk is broken")
		}
		return yield(e)
	})
}

// TestDownloadBreaks: a file that cannot be made is an error, and one that breaks is
// cut.
func TestDownloadBreaks(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	var records [][]byte
	for i := range 3000 {
		records = append(records, plain(fmt.Sprint(i), "RunInstances", homeAccount, homeRegion, now, ""))
	}
	h.append(records...)
	whole := h.console.cfg.History
	for _, format := range []string{"csv", "json"} {
		for _, encoding := range []string{"gzip", "identity"} {
			change := func(r *http.Request) { r.Header.Set("Accept-Encoding", encoding) }
			h.console.cfg.History = breaking{whole, 0}
			got := h.ask("admin", "GET", "/console/api/events/download?format="+format, "", change)
			if code, _ := got.code(t); got.status != http.StatusInternalServerError || code != "InternalFailure" || got.header.Get("Content-Disposition")+got.header.Get("Content-Encoding") != "" || strings.Contains(got.body, "disk") {
				t.Errorf("%s %s: %d %v %s", format, encoding, got.status, got.header, got.body)
			}
			h.console.cfg.History = breaking{whole, 2990}
			resp := h.open(t.Context(), "admin", "GET", "/console/api/events/download?format="+format, "", change)
			if _, err := io.Copy(io.Discard, resp.Body); err == nil && resp.StatusCode == http.StatusOK {
				t.Errorf("%s %s: the file looks whole", format, encoding)
			}
			resp.Body.Close()
		}
	}
}

// timedRecorder knows the last time for writes that it was given.
type timedRecorder struct {
	*httptest.ResponseRecorder
	until time.Time
	times int
}

func (r *timedRecorder) SetReadDeadline(time.Time) error { return nil }

func (r *timedRecorder) SetWriteDeadline(t time.Time) error {
	r.until = t
	r.times++
	return nil
}

// TestDeadlinesDoNotStay: browsers use a connection again, also much later.
func TestDeadlinesDoNotStay(t *testing.T) {
	h := newHouse(t)
	r := httptest.NewRequest("GET", "/console/api/events/download?format=csv", nil)
	r.AddCookie(&http.Cookie{Name: "cairn-console", Value: "admin"})
	w := &timedRecorder{ResponseRecorder: httptest.NewRecorder()}
	h.console.ServeHTTP(w, r)
	if w.Code != http.StatusOK || w.times < 2 || !w.until.IsZero() {
		t.Errorf("%d, the time was set %d times and is %v", w.Code, w.times, w.until)
	}
}

// count is how many streams of a session are open.
func (s *streams) count(session string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[session]
}

func TestLive(t *testing.T) {
	h := newHouse(t)
	h.append(plain("before", "RunInstances", homeAccount, homeRegion, time.Now(), ""))
	h.recorded()
	resp := h.open(t.Context(), "admin", "GET", "/console/api/events/live?attributes="+attributes("EventName", "RunInstances"), "")
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	next := events(resp.Body)
	now := time.Now()
	h.append(plain("else", "StopInstances", homeAccount, homeRegion, now, ""), plain("theirs", "RunInstances", otherAccount, homeRegion, now, ""),
		plain("one", "RunInstances", homeAccount, homeRegion, now, ""), plain("two", "RunInstances", homeAccount, homeRegion, now, `,"requestParameters":{"x":"</script>\n"}`))
	e, ok := next()
	var came []struct {
		EventId, EventName, CloudTrailEvent string
		EventTime                           float64
	}
	if err := json.Unmarshal([]byte(e.data), &came); err != nil || !ok || e.event != "events" {
		t.Fatalf("%+v %v", e, err)
	}
	if len(came) != 2 || came[0].EventId != "two" || came[1].EventId != "one" || came[0].EventTime != float64(now.Unix()) || !json.Valid([]byte(came[0].CloudTrailEvent)) {
		t.Errorf("%+v", came)
	}
	if calls := h.recorded(); len(calls) != 1 || calls[0].EventName != ctapi.OpLookupEvents.Name || !calls[0].SessionCredentialFromConsole {
		t.Errorf("recorded %+v", calls)
	}
	h.people.signOut("admin")
	if e, ok := next(); ok {
		t.Errorf("after the end of the session came %+v", e)
	}
	if got := h.ask("admin", "GET", "/console/api/events/live", ""); got.status != http.StatusUnauthorized {
		t.Errorf("again: %d %s", got.status, got.body)
	}
}

// TestStreamsAreBounded: a session has so many streams at once, and the server's end
// ends them.
func TestStreamsAreBounded(t *testing.T) {
	h := newHouse(t)
	var open []*http.Response
	for range maxStreams {
		resp := h.open(t.Context(), "admin", "GET", "/console/api/events/live", "")
		if resp.StatusCode != http.StatusOK {
			t.Fatal(resp.StatusCode)
		}
		open = append(open, resp)
	}
	got := h.ask("admin", "GET", "/console/api/events/live", "")
	if code, _ := got.code(t); got.status != http.StatusTooManyRequests || code != "TooManyStreams" || got.header.Get("Retry-After") != "5" {
		t.Errorf("%d %s", got.status, got.body)
	}
	h.console.Close()
	for _, resp := range open {
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Error(err)
		}
		resp.Body.Close()
	}
	if n := h.console.streams.count("admin"); n != 0 {
		t.Errorf("%d streams are left", n)
	}
}

// BenchmarkDownload measures downloads of 200,000 events over loopback.
func BenchmarkDownload(b *testing.B) {
	h := newHouse(b)
	g := synth.New(synth.Config{Seed: 1, Start: time.Now().Add(-time.Hour), PerSecond: 100})
	for range 220 {
		records := make([][]byte, 1000)
		for i := range records {
			records[i], _ = g.Next(nil)
		}
		h.append(records...)
	}
	for _, format := range []string{"json", "csv"} {
		for _, encoding := range []string{"identity", "gzip"} {
			b.Run(format+"/"+encoding, func(b *testing.B) {
				// What the history and the journal hold is not the download's.
				defer debug.SetGCPercent(debug.SetGCPercent(20))
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				bytes, before, most := int64(0), m.HeapAlloc, uint64(0)
				for b.Loop() {
					resp := h.open(b.Context(), "admin", "GET", "/console/api/events/download?format="+format, "", func(r *http.Request) { r.Header.Set("Accept-Encoding", encoding) })
					for {
						n, err := io.CopyN(io.Discard, resp.Body, 16<<20)
						bytes += n
						runtime.ReadMemStats(&m)
						most = max(most, m.HeapAlloc)
						if err != nil {
							break
						}
					}
					resp.Body.Close()
				}
				b.ReportMetric(float64(b.N)*partSize/b.Elapsed().Seconds(), "events/s")
				b.ReportMetric(float64(bytes)/float64(b.N)/1e6, "MB")
				b.ReportMetric(float64(most-min(most, before))/1e6, "MB-more-heap")
				b.ReportMetric(float64(before)/1e6, "MB-heap")
			})
		}
	}
}
