package redact

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// ring makes keys, newest first, whose secrets are their names.
func ring(t testing.TB, ids ...string) *Keyring {
	t.Helper()
	var keys []Key
	for i, id := range ids {
		keys = append(keys, Key{ID: id, Created: time.Date(2026, 11, 30-i, 0, 0, 0, 0, time.UTC), Secret: bytes.Repeat([]byte(id), 32)})
	}
	k, err := NewKeyring(keys)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestTokens(t *testing.T) {
	k := ring(t, "k2", "k1")
	tok := func(domain, text string) string {
		v := parse(t, text)
		return k.token(domain, &v)
	}
	// The form and the hash are fixed: tokens of today are searched for years on.
	// The expected one was made by another implementation of HMAC.
	if got, want := tok("", `"C1"`), "tok:k2:sxf9M9mhZ1dkmUJbCL6ReQ"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	same := [][2]string{{`"1"`, `1`}, {`"true"`, `true`}, {`{"a":1,"b":2}`, `{"b":2,"a":1}`}}
	for _, c := range same {
		if tok("d", c[0]) != tok("d", c[1]) {
			t.Errorf("%s and %s have different tokens", c[0], c[1])
		}
	}
	seen := map[string]string{}
	for _, c := range [][2]string{{"", `"1"`}, {"d", `"1"`}, {"", `"2"`}, {"", `["1"]`}, {"", `"[\"1\"]"`}, {"", `{"1":1}`}, {"d1", `""`}, {"d", `"s1"`}, {"", `[1]`}} {
		got := tok(c[0], c[1])
		if old, have := seen[got]; have {
			t.Errorf("%v and %s have the same token", c, old)
		}
		seen[got] = fmt.Sprint(c)
		if !k.made(got) {
			t.Errorf("%s is not taken for a token", got)
		}
	}
	both := k.Tokens("", "C1")
	if len(both) != 2 || both[0].Token != tok("", `"C1"`) || !strings.HasPrefix(both[1].Token, "tok:k1:") {
		t.Errorf("got %+v", both)
	}
	for _, no := range []string{"tok:k3:sxf9M9mhZ1dkmUJbCL6ReQ", "tok:k2:sxf9M9mhZ1dkmUJbCL6Re", "tok:k2", "k2:sxf9M9mhZ1dkmUJbCL6ReQ", "tok:k2:sxf9M9mhZ1dkmUJbCL6ReR"} {
		if k.made(no) {
			t.Errorf("%s is taken for a token", no)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v %s", k, k, k, k); strings.Contains(text, "k2k2") || !strings.Contains(text, "k2, k1") {
		t.Errorf("a keyring prints as %s", text)
	}
}

// Live values are hashed whatever they look like; in recorded events tokens
// stay, also those of an older key.
func TestTokensOnce(t *testing.T) {
	old := ring(t, "k1").Tokens("", "v")[0].Token
	rules, err := New([]Rule{{Name: "r", Path: "requestParameters.*", Action: Token}}, ring(t, "k2", "k1"))
	if err != nil {
		t.Fatal(err)
	}
	raw := []byte(`{"requestParameters":{"a":"` + old + `","b":null}}`)
	out, hidden, err := rules.Record(raw)
	if err != nil || !bytes.Equal(out, raw) || len(hidden) != 2 {
		t.Errorf("%s, %v, %v", out, hidden, err)
	}
	v := decode.Value{Kind: decode.Object, Fields: []decode.Field{
		{Name: "a", Value: decode.Value{Kind: decode.Text, Text: old}},
		{Name: "b", Value: decode.Value{Kind: decode.Bytes, Streamed: true}},
	}}
	rules.Apply(Call{}, RequestParameters, &v)
	if a, b := v.Get("a").Text, v.Get("b").Text; a == old || !strings.HasPrefix(a, "tok:k2:") || b != DefaultLiteral {
		t.Errorf("got %s and %s", a, b)
	}
}
