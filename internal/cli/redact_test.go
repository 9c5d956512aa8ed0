package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// redacting runs cairn redact in a folder with rules, a key and events.
func redacting(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "k2"), strings.Repeat("2", 32))
	write(t, filepath.Join(dir, "k1"), strings.Repeat("1", 32))
	write(t, filepath.Join(dir, "rules.yaml"), `rules:
  - {name: customers, path: "requestParameters.key.customerId.s", action: token}
  - {name: address, path: sourceIPAddress, value: "^10[.]", action: mask, literal: "10.x"}
  - {name: unused, event-source: none.amazonaws.com, path: "**.x", action: drop}
keys:
  - {id: k2, created: 2026-11-02, file: k2}
  - {id: k1, created: 2026-11-01, file: k1}
`)
	write(t, filepath.Join(dir, "wrong.yaml"), "rules:\n  - {name: a, path: eventID, action: mask}\n")
	write(t, filepath.Join(dir, "events.json.gz"), zipped(t, `{"Records":[`+redactEvents[0]+","+redactEvents[1]+"]}"))
	write(t, filepath.Join(dir, "events.ndjson"), redactEvents[2]+"\nbroken\n")
	t.Chdir(dir)
	var out, errs bytes.Buffer
	code = Main(t.Context(), nil, append([]string{"redact"}, args...), strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

var redactEvents = []string{
	`{"eventTime":"2026-11-01T10:00:00Z","eventSource":"ssm.amazonaws.com","eventName":"PutParameter","sourceIPAddress":"10.1.2.3","requestParameters":{"name":"n","value":"hunter2"},"eventID":"e1"}`,
	"{ \"eventTime\" : \"2026-11-01T10:00:01Z\",\n \"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"ListBuckets\",\"sourceIPAddress\":\"192.0.2.1\",\"requestParameters\":{\"n\":1.50},\"eventID\":\"e2\"}",
	`{"eventTime":"2026-11-01T10:00:02Z","eventSource":"dynamodb.amazonaws.com","eventName":"GetItem","requestParameters":{"key":{"customerId":{"s":"C1"}}},"eventID":"e3"}`,
}

func TestRedact(t *testing.T) {
	code, out, errs := redacting(t, redactEvents[0], "--rules", "rules.yaml", "events.json.gz", "-", "events.ndjson")
	first := strings.NewReplacer("hunter2", "HIDDEN_DUE_TO_SECURITY_REASONS", "10.1.2.3", "10.x").Replace(redactEvents[0])
	lines := strings.Split(out, "\n")
	if code != exitFailed || len(lines) != 5 || lines[0] != first || lines[1] != strings.ReplaceAll(redactEvents[1], "\n", " ") || lines[2] != first {
		t.Errorf("exit %d\n%s", code, out)
	}
	token := regexp.MustCompile(`"s":"(tok:k2:[A-Za-z0-9_-]{22})"`).FindStringSubmatch(out)
	if token == nil || !strings.Contains(errs, "events.ndjson: record 2") || !strings.Contains(errs, "1 record could not be read") {
		t.Fatalf("%s\n%s", out, errs)
	}
	code, out, _ = redacting(t, "C1\n", "--rules", "rules.yaml", "--token", "-")
	if code != exitDone || !strings.Contains(out, token[1]) || !strings.Contains(out, "tok:k1:") {
		t.Errorf("exit %d, %s does not have %s", code, out, token[1])
	}
	code, out, _ = redacting(t, "", "--rules", "rules.yaml", "--token", "C1", "--json")
	if code != exitDone || strings.Count(out, "\n") != 2 || !strings.Contains(out, `{"keyId":"k2","created":"2026-11-02T00:00:00Z","token":"`+token[1]+`","domain":""}`) {
		t.Errorf("exit %d, %s", code, out)
	}
}

// The explanation names places and rules, and no value.
func TestRedactExplain(t *testing.T) {
	code, out, errs := redacting(t, "", "--rules", "rules.yaml", "--explain", "events.json.gz")
	for _, want := range []string{
		`2026-11-01 10:00:00 +ssm.amazonaws.com +PutParameter +e1 +requestParameters.value +ssm PutParameter requestParameters.value +mask +string, 7 bytes +HIDDEN_DUE_TO_SECURITY_REASONS\n`,
		`e1 +sourceIPAddress +address +mask +string, 8 bytes +10.x\n`,
		`2 events, of which 1 changed`, `ssm PutParameter requestParameters.value +1 +0\n`, `unused +never matched +0\n`, `customers +never matched`,
		`[0-9]+ built-in rules matched nothing`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	if code != exitDone || errs != "" || strings.Contains(out, "hunter2") || strings.Contains(out, "10.1.2.3") {
		t.Errorf("exit %d, %s\n%s", code, errs, out)
	}
	code, out, _ = redacting(t, "", "--rules", "rules.yaml", "--explain", "--json", "events.json.gz")
	var last struct{ Summary []ruleCount }
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || code != exitDone || len(lines) != 3 || len(last.Summary) < 50 ||
		!strings.Contains(out, `"eventID":"e1","rule":"address","action":"mask","path":"sourceIPAddress","kind":"string","length":8,"after":"10.x"}`) {
		t.Errorf("exit %d, %v, %s", code, err, out)
	}
}

func TestRedactStrict(t *testing.T) {
	const event = `{"eventTime":"2026-11-01T10:00:00Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","responseElements":{"credentials":{"sessionToken":"T"}},"eventID":"e"}`
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-"}, event},
		{[]string{"--strict", "-"}, strings.Replace(event, `"T"`, `"HIDDEN_DUE_TO_SECURITY_REASONS"`, 1)},
	} {
		if code, out, errs := redacting(t, event, c.args...); code != exitDone || out != c.want+"\n" {
			t.Errorf("%v: exit %d, %s%s", c.args, code, out, errs)
		}
	}
}

func TestRedactUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--rules", "rules.yaml", "--check"}, exitDone, "rules.yaml is right: 3 rules, 2 keys."},
		{[]string{"--rules", "wrong.yaml", "--check"}, exitUsage, `wrong.yaml, line 2: rule "a": events are found`},
		{[]string{"--rules", "none.yaml", "-"}, exitUsage, "none.yaml"},
		{[]string{"--check"}, exitUsage, "--check goes with --rules"},
		{nil, exitUsage, "name the files"},
		{[]string{"--json", "-"}, exitUsage, "--json needs"},
		{[]string{"--token", "C1"}, exitUsage, "a file with keys"},
		{[]string{"none.json"}, exitFailed, "none.json"},
		{[]string{"--help"}, exitDone, "cairn redact --rules rules.yaml"},
	} {
		if code, out, errs := redacting(t, "", c.args...); code != c.code || !strings.Contains(out+errs, c.want) {
			t.Errorf("%v: exit %d, want %d and %s\n%s%s", c.args, code, c.code, c.want, out, errs)
		}
	}
}
