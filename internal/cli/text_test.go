package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// hostile is what an attacker would put into a field of an event: colors, a
// cursor movement, C1 control, a bidirectional override, invisible characters.
const hostile = "a\x1b[31mred\x1b[2K\r\nb\u009b1mc\u202egpj.exe\u2066\u200bz\x7f"

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain Grüße 世界 …": "plain Grüße 世界 …",
		hostile:            `a\x1b[31mred\x1b[2K\x0d\x0ab\u009b1mc\u202egpj.exe\u2066\u200bz\x7f`,
		"bad \xff\xc3":     `bad \xff\xc3`,
		"real \uFFFD":      "real \uFFFD",
		"\U000E0041":       `\U000e0041`,
		"":                 "",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

// TestCleanJSON: what it means stays, what a terminal would obey goes.
func TestCleanJSON(t *testing.T) {
	value := map[string]string{"k" + hostile: hostile + "\U000E0041 \u00a0"}
	raw, err := json.MarshalIndent(value, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	safe := cleanJSON(bytes.ReplaceAll(raw, []byte(`\u202e`), []byte("\u202e")))
	if got := clean(string(safe)); got != string(safe) {
		t.Errorf("not printable: %q", safe)
	}
	var back map[string]string
	if err := json.Unmarshal(safe, &back); err != nil {
		t.Fatalf("%v in %s", err, safe)
	}
	for k, v := range value {
		if back[k] != v {
			t.Errorf("got %q, want %q", back[k], v)
		}
	}
}

func TestTable(t *testing.T) {
	var out strings.Builder
	tab := newTable(&out, "NAME", "WHAT", "X")
	if err := tab.add("ä", "b\x1b[1m", ""); err != nil {
		t.Fatal(err)
	}
	if err := tab.flush(); err != nil {
		t.Fatal(err)
	}
	if want := "NAME  WHAT      X\nä     b\\x1b[1m\n"; out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	// On a terminal, rows are cut to its width.
	out.Reset()
	tab = newTable(&out, "TIME", "RESOURCE", "WHO")
	tab.columns = 40
	for range 2 * tableBlock {
		if err := tab.add("2026-11-01 10:00:00", strings.Repeat("x", 300), "somebody"); err != nil {
			t.Fatal(err)
		}
	}
	if err := tab.flush(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2*tableBlock+1 {
		t.Errorf("%d lines", len(lines))
	}
	for _, l := range lines {
		if n := len([]rune(l)); n > 40 {
			t.Fatalf("%d characters: %s", n, l)
		}
	}
	if !strings.Contains(lines[1], "xxx…") || !strings.HasSuffix(lines[1], "somebody") {
		t.Errorf("got %s", lines[1])
	}
}

func TestParseMoment(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"2h":                        "2026-11-21T10:00:00Z",
		"3d":                        "2026-11-18T12:00:00Z",
		"1w":                        "2026-11-14T12:00:00Z",
		"0s":                        "2026-11-21T12:00:00Z",
		"now":                       "2026-11-21T12:00:00Z",
		"2026-11-01":                "2026-11-01T00:00:00Z",
		"2026-11-01T10:00:00Z":      "2026-11-01T10:00:00Z",
		"2026-11-01T10:00:00+02:00": "2026-11-01T08:00:00Z",
		"2026-11-01 10:30":          "2026-11-01T10:30:00Z",
	} {
		got, err := parseMoment(text, now)
		if err != nil || got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "soon", "2", "-2h", "2026-13-01", "2026-11-01T25:00:00Z"} {
		if got, err := parseMoment(text, now); err == nil {
			t.Errorf("%q gave %v", text, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	if plural(1, "record") != "1 record" || plural(1200, "record") != "1,200 records" {
		t.Error("plural")
	}
	if bar(0, 0) != "["+strings.Repeat(".", 20)+"] " || bar(5, 10) != "[##########..........] " || bar(9, 3) != "["+strings.Repeat("#", 20)+"] " {
		t.Error("bar")
	}
	if quoted("/tmp/a b'c") != `'/tmp/a b'\''c'` || quoted("/tmp/x") != "/tmp/x" {
		t.Error("quoted")
	}
}
