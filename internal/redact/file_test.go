package redact

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const keysText = "keys:\n  - {id: k1, created: 2026-11-01, file: k}\n"

func parseRules(text string) (*Rules, error) {
	return Parse("r.yaml", []byte(text), func(name string) ([]byte, error) {
		if name != "k" {
			return nil, os.ErrNotExist
		}
		return []byte(strings.Repeat("s", 32)), nil
	})
}

func TestParse(t *testing.T) {
	rules, err := parseRules(`# ours
rules:
  - name: customers
    event-source: dynamodb.amazonaws.com
    event-name: "*Item"
    path: requestParameters.key['customer.id'].s
    value: "^C[0-9]+$"
    action: token
    domain: customers
  - name: addresses
    path: sourceIPAddress
    action: mask
    literal: 0
` + keysText)
	if err != nil {
		t.Fatal(err)
	}
	list := rules.List()
	if len(list) != 2 || list[0].Domain != "customers" || list[0].Source != "line 3 of r.yaml" || list[1].Literal != "0" {
		t.Errorf("got %+v", list)
	}
	v := parse(t, `{"Key":{"customer.id":{"S":"C12"}}}`)
	if n := rules.Apply(Call{EventSource: "dynamodb.amazonaws.com", EventName: "PutItem"}, RequestParameters, &v); n != 1 {
		t.Errorf("%d hidden in %s", n, written(&v))
	}
}

// A misspelled rule must not start: what it should hide would be in the open.
func TestParseErrors(t *testing.T) {
	rule := func(lines string) string { return "rules:\n  - name: n\n" + lines }
	for _, c := range []struct {
		text, want string
		is         error
	}{
		{"", "there is nothing in the file", nil},
		{"rules: [", "r.yaml, line 1: not YAML", nil},
		{"rule: []", `line 1: unknown key "rule"; did you mean "rules"?`, nil},
		{"rules: x", "line 1: rules is a list", nil},
		{"rules:\n  - x", "line 2: lines of the form", nil},
		{"a: b\n---\nb: c", "a second YAML document", nil},
		{rule("    path: userAgent\n    aktion: mask\n"), `line 4: unknown key "aktion"; did you mean "action"?`, nil},
		{rule("    path: userAgent\n"), "action is missing", nil},
		{rule("    action: mask\n    path: [a]\n"), "line 4: path is a text", nil},
		{rule("    action: mask\n    path: userAgent\n    path: userAgent\n"), "line 5: path was given in line 4 already", nil},
		{rule("    action: mask\n    path: userAgent\n  - name: n\n    action: mask\n    path: userAgent\n"), `line 5: rule "n": the rule makes no sense: its name was given before`, ErrRule},
		{rule("    action: musk\n    path: userAgent\n"), `did you mean "mask"?`, ErrRule},
		{rule("    action: empty\n    path: requestParameters.a\n"), "there is no action", ErrRule},
		{rule("    action: drop\n    path: userAgent\n"), "not dropped", ErrRule},
		{rule("    action: drop\n    path: userAgent.x\n    literal: x\n"), "literal is what mask writes", ErrRule},
		{rule("    action: mask\n    path: userAgent\n    domain: x\n"), "domain is of tokens", ErrRule},
		{rule("    action: mask\n    path: userAgent.x\n"), "is a text", ErrRule},
		{rule("    action: mask\n    path: requestParameters\n"), "can only be dropped", ErrRule},
		{rule("    action: drop\n    path: \"*\"\n"), "every parameter of every event", ErrRule},
		{rule("    action: mask\n    path: requestParameter.x\n"), `did you mean "requestParameters"?`, ErrRule},
		{rule("    action: mask\n    path: requestParameters.pass*\n"), "a step of its own", ErrPath},
		{rule("    action: mask\n    path: requestParameters" + strings.Repeat(".**.a", 5) + "\n"), "has ** 5 times", ErrPath},
		{rule("    action: mask\n    path: requestParameters.a\n    value: \"(\"\n"), "no regular expression", ErrRule},
		{rule("    action: token\n    path: requestParameters.a\n"), "tokens need a key", ErrRule},
		{rule("    action: mask\n    path: eventID\n"), "cannot be hidden: eventID", ErrRoutingField},
		{rule("    action: mask\n    path: recipientaccountid\n"), "cannot be hidden", ErrRoutingField},
		{rule("    action: mask\n    path: userIdentity\n"), "cannot be hidden", ErrRoutingField},
		{rule("    action: mask\n    path: userIdentity.**\n"), "ends with the name", ErrRoutingField},
		{rule("    action: mask\n    path: userIdentity.sessionContext.*.accountId\n"), "cannot be hidden", ErrRoutingField},
		{rule("    action: mask\n    path: userIdentity.TYPE\n"), "cannot be hidden", ErrRoutingField},
		{rule("    action: mask\n    path: resources[].accountId\n"), "only resources[].ARN", ErrRoutingField},
		{"keys:\n  - {id: k1, created: soon, file: k}\n", `"soon" is not a day`, nil},
		{"keys:\n  - {id: k1, created: 2026-11-01, file: x}\n", "line 2: the key k1 cannot be read", os.ErrNotExist},
		{"keys:\n  - {id: \"k:1\", created: 2026-11-01, file: k}\n", "has to be 1 to 32 letters", ErrKey},
		{"keys:\n  - {id: k1, created: 2026-11-01}\n", "file is missing", nil},
		{keysText + "  - {id: k2, created: 2026-11-02, file: k}\n", "the newest comes first", ErrKey},
		{keysText + "  - {id: k1, created: 2026-10-02, file: k}\n", "was given before", ErrKey},
	} {
		_, err := parseRules(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%q\n got %v\nwant %s", c.text, err, c.want)
		}
	}
	// All mistakes are told at once.
	_, err := parseRules(rule("    path: eventID\n    action: mask\n  - name: m\n    path: a\n    action: mask\n"))
	if n := strings.Count(err.Error(), "r.yaml, line"); n != 2 {
		t.Errorf("%d mistakes, want 2: %v", n, err)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	secret := strings.Repeat("\x00\xffsecret.", 4) // 36 bytes
	file := write("rules.yaml", keysText, 0o644)
	tokens := map[string]bool{}
	for _, text := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)) + "\n", base64.RawURLEncoding.EncodeToString([]byte(secret))} {
		write("k", text, 0o600)
		rules, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		tokens[rules.Keys().Tokens("", "x")[0].Token] = true
	}
	if len(tokens) != 1 {
		t.Errorf("one secret in three spellings gives %d tokens", len(tokens))
	}
	for _, c := range []struct {
		text string
		mode os.FileMode
		want string
	}{
		{secret[:31], 0o600, "has 31 bytes and needs 32"},
		{secret, 0o604, "chmod 600"},
		{strings.Repeat(secret, 1000), 0o600, "has over 4096 bytes"},
	} {
		write("k", c.text, c.mode)
		if _, err := Load(file); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret.") {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	if _, err := Load(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
