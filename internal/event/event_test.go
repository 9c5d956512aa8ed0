package event

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

const minimal = `{"eventID":"1","eventTime":"2026-11-01T10:00:00Z"}`

func TestEnvelope(t *testing.T) {
	f := func(raw string, want Envelope) {
		t.Helper()
		got, err := Parse([]byte(raw))
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", raw, got, want)
		}
	}
	at := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
	f(minimal, Envelope{EventID: "1", EventTime: at, Category: "Management"})
	f(`{"eventID":"1","eventTime":"2026-11-01T10:00:00Z","managementEvent":false}`, Envelope{EventID: "1", EventTime: at, Category: "Data"})
	f(`{"eventID":"\u0031\ud83d\ude00","eventTime":"2026-11-01T11:00:00+01:00","readOnly":"TRUE","awsRegion":null,
		"userIdentity":{"type":"AssumedRole","principalId":"AROA1:build","accountId":"041313461515","accessKeyId":"ASIA1"}}`,
		Envelope{EventID: "1😀", EventTime: at, Category: "Management", ReadOnly: "true", AccountID: "041313461515", Username: "build", AccessKeyID: "ASIA1"})
	f(`{"eventID":"1","eventTime":"2026-11-01T10:00:00Z","requestParameters":{"bucketName":"b","roleArn":"arn:x"},
		"resources":[{"ARN":"arn:x","type":"AWS::IAM::Role"},{"ARN":"arn:y"},7],"userIdentity":{"type":"Root"}}`,
		Envelope{EventID: "1", EventTime: at, Category: "Management", Username: "root",
			Resources: []Resource{{Name: "b"}, {Name: "arn:x", Type: "AWS::IAM::Role"}, {Name: "arn:y"}}})
}

func TestParseRefuses(t *testing.T) {
	f := func(raw string, want error, text string) {
		t.Helper()
		_, err := Parse([]byte(raw))
		if err == nil || want != nil && !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
			t.Errorf("%.60q: got %v, want %v %q", raw, err, want, text)
		}
	}
	f(`{"eventTime":"2026-11-01T10:00:00Z"}`, ErrNoEventID, "")
	f(`{"eventID":"1"}`, ErrNoEventTime, "")
	f(`{"eventID":"1","eventTime":"yesterday"}`, nil, "is not a time")
	f(`{"eventID":"1","eventTime":"2026-02-30T10:00:00Z"}`, nil, "is not a time")
	f(`{"eventID":"1","eventID":"2","eventTime":"2026-11-01T10:00:00Z"}`, ErrDuplicateKey, `"eventID"`)
	f(`{"eventID":"1","eventTime":"2026-11-01T10:00:00Z","x":1,"x":2}`, ErrDuplicateKey, `"x"`)
	f(`{"eventID":"1","eventTime":"2026-11-01T10:00:00Z","userIdentity":{"userName":"a","userName":"b"}}`, ErrDuplicateKey, "userIdentity")
	f("{\"eventID\":\"\xff\",\"eventTime\":\"2026-11-01T10:00:00Z\"}", ErrUTF8, "")
	f(strings.TrimSuffix(minimal, "}")+`,"p":"`+strings.Repeat("x", MaxSize)+`"}`, ErrTooLarge, "")
	f(strings.TrimSuffix(minimal, "}")+`,"p":`+strings.Repeat("[", 10000)+strings.Repeat("]", 10000)+`}`, nil, "nested deeper than 200")
	f(strings.TrimSuffix(minimal, "}")+`,"p":`+strings.Repeat(`{"a":`, 10000)+"1"+strings.Repeat("}", 10000)+`}`, nil, "nested deeper than 200")
	f(minimal+"x", nil, "text behind")
	f(`{"eventID":"1`, errShort, "")
	f("{\"eventID\":\"a\tb\",\"eventTime\":\"2026-11-01T10:00:00Z\"}", nil, "control character")
	f(`[]`, nil, "'[' where '{' belongs")
}

type outcome struct {
	ids  []string
	bad  []int
	last error
}

func readAll(r *Reader) (o outcome) {
	for {
		rec, err := r.Next()
		var bad *RecordError
		switch {
		case err == nil:
			o.ids = append(o.ids, strings.Clone(rec.EventID))
		case errors.As(err, &bad):
			o.bad = append(o.bad, bad.Number)
		default:
			if !errors.Is(err, io.EOF) {
				o.last = err
			}
			return o
		}
	}
}

func rec(id string) string { return strings.Replace(minimal, `"1"`, `"`+id+`"`, 1) }

func TestReader(t *testing.T) {
	f := func(name, in string, ids string, bad []int, final string) {
		t.Helper()
		for _, src := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in))} {
			o := readAll(NewReader(src))
			if got := strings.Join(o.ids, " "); got != ids || !reflect.DeepEqual(o.bad, bad) {
				t.Errorf("%s: ids %q bad %v, want %q %v", name, got, o.bad, ids, bad)
			}
			if (o.last == nil) != (final == "") || o.last != nil && !strings.Contains(o.last.Error(), final) {
				t.Errorf("%s: ended with %v, want %q", name, o.last, final)
			}
		}
	}
	f("wrapper", `{"Records":[`+rec("a")+","+rec("b")+`]}`, "a b", nil, "")
	f("wrapper with space", " {\n\"Records\" : [\n "+rec("a")+" ,\n"+rec("b")+"\n] }\n", "a b", nil, "")
	f("empty wrapper", `{"Records":[]}`, "", nil, "")
	f("array", `[`+rec("a")+`]`, "a", nil, "")
	f("lines", rec("a")+"\n\n"+rec("b")+"\n", "a b", nil, "")
	f("byte order mark", "\xEF\xBB\xBF"+rec("a"), "a", nil, "")
	f("bad line", rec("a")+"\n{nonsense}\n"+rec("b"), "a b", []int{2}, "")
	f("bad element", `{"Records":[`+rec("a")+`,{"eventID":"x,]}\"","y":},7,`+rec("b")+`]}`, "a b", []int{2, 3}, "")
	f("deep element", `{"Records":[{"p":`+strings.Repeat("[", 10000)+strings.Repeat("]", 10000)+`},`+rec("b")+`]}`, "b", []int{1}, "")
	f("huge element", `{"Records":[{"p":"`+strings.Repeat("x", 3*MaxSize)+`"},`+rec("b")+`]}`, "b", []int{1}, "")
	f("truncated between", `{"Records":[`+rec("a")+",", "a", nil, "ends after record 1")
	f("truncated bracket", `{"Records":[`+rec("a"), "a", nil, "ends before its closing bracket")
	f("truncated within", `{"Records":[`+rec("a")+`,{"eventID":"b"`, "a", nil, "ends before its closing brace")
	f("truncated line", rec("a")+"\n"+`{"eventID":"b"`, "a", []int{2}, "")
	f("nothing", "", "", nil, "")
	f("no JSON", "hello", "", nil, "neither a CloudTrail log file")
}

// realFiles are the shared log files, or none where they are not at hand.
func realFiles(tb testing.TB) []string {
	dir := os.Getenv("CAIRN_REAL_DATA")
	if dir == "" {
		dir = "../../../shared/data/real"
	}
	var files []string
	filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".json.gz") {
			files = append(files, p)
		}
		return nil
	})
	if len(files) == 0 {
		tb.Skip("no real records at hand: set CAIRN_REAL_DATA to a folder of CloudTrail log files")
	}
	return files
}

func gunzip(tb testing.TB, path string) []byte {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestRealRecords(t *testing.T) {
	for _, path := range realFiles(t) {
		body := gunzip(t, path)
		var file struct{ Records []json.RawMessage }
		if err := json.Unmarshal(body, &file); err != nil {
			t.Fatal(err)
		}
		r := NewReader(bytes.NewReader(body))
		for i, want := range file.Records {
			got, err := r.Next()
			if err != nil {
				t.Fatalf("%s record %d: %v", path, i+1, err)
			}
			if !bytes.Equal(got.Raw, want) {
				t.Fatalf("%s record %d: the bytes differ", path, i+1)
			}
			var ref struct {
				EventID, EventName, EventSource, AwsRegion, RecipientAccountID, EventCategory string
				EventTime                                                                     time.Time
				ReadOnly                                                                      bool
				UserIdentity                                                                  struct{ AccessKeyID string }
			}
			if err := json.Unmarshal(want, &ref); err != nil {
				t.Fatal(err)
			}
			e := got.Envelope
			if e.EventID != ref.EventID || e.EventName != ref.EventName || e.EventSource != ref.EventSource || e.Region != ref.AwsRegion ||
				e.AccountID != ref.RecipientAccountID || e.Category != ref.EventCategory || !e.EventTime.Equal(ref.EventTime) ||
				(e.ReadOnly == "true") != ref.ReadOnly || e.AccessKeyID != ref.UserIdentity.AccessKeyID {
				t.Errorf("%s record %d: envelope %+v differs from %+v", path, i+1, e, ref)
			}
		}
		if _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v behind the last record", path, err)
		}
	}
}

// FuzzParse holds the scanner against encoding/json: what Parse accepts is
// valid JSON, and what it calls invalid JSON is.
func FuzzParse(f *testing.F) {
	for _, s := range []string{minimal, `{"a":[1,-0.5e+3,true,null,"\u00e9\n"],"eventID":"1","eventTime":"2026-11-01T10:00:00Z"}`,
		`{"userIdentity":{"type":"Root"},"resources":[{"ARN":"x"}],"requestParameters":{"name":"n"}}`, `{"a":"\ud800"}`, `{`, `{"a":01}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		env, err := Parse(raw)
		valid := json.Valid(raw)
		if err == nil {
			if !valid {
				t.Fatalf("accepted invalid JSON %q", raw)
			}
			var ref struct {
				EventID string `json:"eventID"`
			}
			dec := json.NewDecoder(bytes.NewReader(raw))
			if dec.Decode(&ref) == nil && !strings.Contains(strings.ToLower(string(raw)), `\u`) && ref.EventID != env.EventID && strings.Count(strings.ToLower(string(raw)), "eventid") == 1 {
				t.Fatalf("eventID %q, encoding/json reads %q", env.EventID, ref.EventID)
			}
		} else if valid && (strings.HasPrefix(err.Error(), "invalid JSON") && bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) || errors.Is(err, errShort)) {
			t.Fatalf("%v, but encoding/json accepts %q", err, raw)
		}
		readAll(NewReader(bytes.NewReader(raw)))
	})
}

func BenchmarkReader(b *testing.B) {
	var body []byte
	n := 0
	for _, path := range realFiles(b) {
		r := NewReader(bytes.NewReader(gunzip(b, path)))
		for {
			rec, err := r.Next()
			if err != nil {
				break
			}
			body = append(append(body, rec.Raw...), '\n')
			n++
		}
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if o := len(readAllCount(NewReader(bytes.NewReader(body)))); o != 0 {
			b.Fatal(o)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func readAllCount(r *Reader) (errs []error) {
	for {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			return errs
		}
		if err != nil {
			return append(errs, err)
		}
	}
}
