package inlet

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/intake/channel"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

var update = flag.Bool("update", false, "rewrite what the samples in testdata become")

const testAccount = "111122223333"

var testNow = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// testMapping is that of the samples in testdata/json whose name begins with mapped.
var testMapping = Mapping{
	"entries": "batch.rows", "dropped": "batch.missed", "eventSource": "=billing", "eventName": "what", "eventTime": "ts", "userIdentity.type": "actor.kind",
	"userIdentity.principalId": "$.actor.id", "userIdentity.details": "actor", "sourceIPAddress": "ip", "userAgent": "ctx.0.ua", "requestParameters": "args",
	"responseElements": "result", "UID": "dotted.name",
}

func decoderOf(kind, file string) Decoder {
	switch kind {
	case "minio":
		return MinIO
	case "kubernetes":
		return Kubernetes
	case "vault":
		return Vault
	case "keystone":
		return Keystone
	case "otlp":
		return OTLP
	case "config-items":
		return ConfigItems
	case "evidence":
		return Evidence
	}
	if strings.HasPrefix(filepath.Base(file), "mapped") {
		return JSON(testMapping)
	}
	return JSON(nil)
}

// samples are the documents in testdata, by kind.
func samples(tb testing.TB) map[string][]string {
	tb.Helper()
	files, err := filepath.Glob("testdata/*/*json")
	if err != nil || len(files) == 0 {
		tb.Fatal(files, err)
	}
	out := make(map[string][]string)
	for _, f := range files {
		kind := filepath.Base(filepath.Dir(f))
		if kind != "fuzz" {
			out[kind] = append(out[kind], f)
		}
	}
	return out
}

// shown is a batch as the .want files have it.
func shown(tb testing.TB, b Batch) []byte {
	tb.Helper()
	var out bytes.Buffer
	fmt.Fprintf(&out, "dropped %d, refused %q\n", b.Dropped, b.Refused)
	indent := func(raw []byte) {
		if err := json.Indent(&out, raw, "", "  "); err != nil {
			tb.Fatalf("%v: %s", err, raw)
		}
		out.WriteByte('\n')
	}
	for i := range b.Events {
		indent(b.Events[i].Data(testAccount, testNow))
	}
	target := Target{Account: testAccount, Region: "us-east-1", Known: func(a string) bool { return a == testAccount }}
	for i := range b.Records {
		indent(target.record(&b.Records[i], testNow))
	}
	return out.Bytes()
}

// TestDecoders: each sample becomes what stands beside it.
func TestDecoders(t *testing.T) {
	for kind, files := range samples(t) {
		for _, file := range files {
			t.Run(file, func(t *testing.T) {
				doc, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				got := shown(t, decoderOf(kind, file)(doc))
				name := file + ".want"
				if *update {
					if err := os.WriteFile(name, got, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

// TestProtobuf: the binary form of a request is the same events as its JSON.
func TestProtobuf(t *testing.T) {
	doc, err := os.ReadFile("testdata/otlp/logs.json")
	if err != nil {
		t.Fatal(err)
	}
	// JSON of protocol buffers has ids in Base64.
	var request logs.LogsData
	b64 := strings.NewReplacer("5b8efff798038103d269b633813fc60c", "W47/95gDgQPSabYzgT/GDA==", "eee19b7ec3c1b174", "7uGbfsPBsXQ=").Replace(string(doc))
	if err := protojson.Unmarshal([]byte(b64), &request); err != nil {
		t.Fatal(err)
	}
	binary, err := proto.Marshal(&request)
	if err != nil {
		t.Fatal(err)
	}
	a, b := OTLP(doc), OTLPProtobuf(binary)
	if len(a.Events) != 2 || len(b.Events) != 2 || a.Dropped != b.Dropped {
		t.Fatalf("%d and %d events, %d and %d dropped", len(a.Events), len(b.Events), a.Dropped, b.Dropped)
	}
	for i := range a.Events {
		var x, y any
		if err := json.Unmarshal(a.Events[i].Data(testAccount, testNow), &x); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b.Events[i].Data(testAccount, testNow), &y); err != nil {
			t.Fatal(err)
		}
		for _, v := range []any{x, y} { // the originals' bytes differ, and so does what is made of them
			if i == 1 {
				delete(v.(map[string]any), "UID")
			}
		}
		if fmt.Sprint(x) != fmt.Sprint(y) {
			t.Errorf("event %d\nis  %v\nwas %v", i, y, x)
		}
	}
	broken := OTLPProtobuf([]byte("\xff\xfe"))
	if len(broken.Events) != 1 || broken.Events[0].Unmapped == "" {
		t.Errorf("what is no message became %+v", broken)
	}
	contain(t, string(broken.Events[0].Data(testAccount, testNow)), `"originalBase64":"//4="`)
}

func contain(tb testing.TB, text string, want ...string) {
	tb.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			tb.Errorf("%.3000s does not contain %s", text, w)
		}
	}
}

// taken checks an event as a channel does that takes it: with the limits of the
// published schema.
func taken(tb testing.TB, data []byte) {
	tb.Helper()
	if _, err := channel.Check(testAccount, data); err != nil {
		tb.Fatalf("a channel refuses the event: %v: %.2000s", err, data)
	}
}

// TestLimits: whatever an entry has, its event keeps the limits and the beginning of
// the original.
func TestLimits(t *testing.T) {
	for _, unit := range []string{"x", `\"`, "é", "\U0001F600", `\u0001`, "<&>"} {
		long := strings.Repeat(unit, 300_000/len(unit))
		raw := []byte(`{"time":"2026-11-27T10:17:10Z","api":{"name":"` + long + `","object":"` + long + `"},"remotehost":"` + long + `","requestID":"` + long + `","error":"` + long + `","requestClaims":{"a":"` + long + `"},"responseHeader":{"b":"` + long + `"}, "tags":{"c":"` + long + `"}}`)
		e := MinIO(raw).Events[0]
		data := e.Data(testAccount, testNow)
		taken(t, data)
		contain(t, string(data), `"originalCut":true`, fmt.Sprintf(`"originalBytes":%d`, len(raw)), digest(raw))
		var got struct {
			AdditionalEventData struct{ Original string }
		}
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		if o := got.AdditionalEventData.Original; !strings.HasPrefix(string(raw), o) || len(o) < maxAdditional/8 {
			t.Errorf("%s: the original is cut to %d bytes", unit, len(o))
		}
	}
	deep := []byte(strings.Repeat(`{"a":`, 190) + "1" + strings.Repeat("}", 190))
	for _, decode := range []Decoder{MinIO, Kubernetes, Vault, Keystone, JSON(nil), JSON(testMapping), OTLP} {
		b := decode(deep)
		if len(b.Events) != 1 || b.Events[0].Unmapped == "" {
			t.Fatalf("what nests deep became %+v", b)
		}
		taken(t, b.Events[0].Data(testAccount, testNow))
	}
}

// TestEventID: an entry has the same eventID again, and equal ones of a document have
// different ones.
func TestEventID(t *testing.T) {
	e := Event{Original: []byte(`{"a":1}`)}
	a, again, second, elsewhere := e.EventID("c", 0), e.EventID("c", 0), e.EventID("c", 1), e.EventID("d", 0)
	if a != again || a == second || a == elsewhere || len(a) != 36 || a[14] != '8' {
		t.Error(a, again, second, elsewhere)
	}
}

// TestValues: a document of broken lines is taken line by line, in a time that follows
// its size.
func TestValues(t *testing.T) {
	broken := bytes.Repeat([]byte("[\n"), 500_000)
	got := values(append(broken, `{"a": 1}`...))
	if len(got) != 500_001 || string(got[0]) != "[" || string(got[500_000]) != `{"a": 1}` {
		t.Errorf("%d values", len(got))
	}
	if got := values([]byte(" {\n\"a\":\n1} {\"b\":2}x\ny\n3")); len(got) != 5 || string(got[1]) != `{"b":2}` || string(got[2]) != "x" {
		t.Errorf("%q", got)
	}
}

func TestMappingCheck(t *testing.T) {
	if err := testMapping.Check(); err != nil {
		t.Error(err)
	}
	if err := (Mapping{"eventname": "x"}).Check(); err == nil {
		t.Error("a field that there is not was taken")
	}
}

func TestMoment(t *testing.T) {
	for text, want := range map[string]string{
		"1764237600": "2025-11-27T10:00:00Z", "1764237600.5": "2025-11-27T10:00:00.5Z", "1764237600123": "2025-11-27T10:00:00.123Z",
		"1764237600123456": "2025-11-27T10:00:00.123456Z", "1764237600123456789": "2025-11-27T10:00:00.123456789Z",
		"2026-11-27 10:00:00.5": "2026-11-27T10:00:00.5Z", "2026-11-27T12:00:00+0200": "2026-11-27T10:00:00Z",
	} {
		if got := moment(text).Format(time.RFC3339Nano); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	for _, none := range []any{nil, "", "soon", "-1", map[string]any{}} {
		if got := moment(none); !got.IsZero() {
			t.Errorf("%v is %v", none, got)
		}
	}
}

// fuzz feeds a decoder: it never panics, a channel takes each of its events, and each of
// its records can be read.
func fuzz(f *testing.F, kind string, decode Decoder) {
	f.Helper()
	for _, file := range samples(f)[kind] {
		doc, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc)
	}
	target := Target{Account: testAccount, Region: "us-east-1", Known: func(string) bool { return true }}
	f.Fuzz(func(t *testing.T, doc []byte) {
		b := decode(doc)
		for i := range b.Events {
			taken(t, b.Events[i].Data(testAccount, testNow))
		}
		for i := range b.Records {
			if _, err := event.Parse(target.record(&b.Records[i], testNow)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzMinIO(f *testing.F)       { fuzz(f, "minio", MinIO) }
func FuzzKubernetes(f *testing.F)  { fuzz(f, "kubernetes", Kubernetes) }
func FuzzVault(f *testing.F)       { fuzz(f, "vault", Vault) }
func FuzzKeystone(f *testing.F)    { fuzz(f, "keystone", Keystone) }
func FuzzJSON(f *testing.F)        { fuzz(f, "json", JSON(testMapping)) }
func FuzzOTLP(f *testing.F)        { fuzz(f, "otlp", OTLP) }
func FuzzProtobuf(f *testing.F)    { fuzz(f, "none", OTLPProtobuf) }
func FuzzConfigItems(f *testing.F) { fuzz(f, "config-items", ConfigItems) }
func FuzzEvidence(f *testing.F)    { fuzz(f, "evidence", Evidence) }
