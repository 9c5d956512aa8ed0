package recorder_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder/replay"
)

// TestGoldenRecords: the service pages' example records come out of a call
// through the gateway to an upstream that answers as the record implies, with
// the record's identity in the directory. Every member of the record must be
// equal, but for eventID, sharedEventID and eventVersion.
func TestGoldenRecords(t *testing.T) {
	f, err := os.Open("testdata/golden.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := newHouse(t)
	h.check(h.catalogue.Extend("testdata/models")) // query editor v2 has no public model
	operations := replay.NewOperations(h.catalogue)
	_, err = h.directory.CreateAccount(t.Context(), "123456789012", "") // RS6: the owner of the key
	h.check(err)
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var golden struct {
			ID     string
			Record json.RawMessage
		}
		h.check(json.Unmarshal(lines.Bytes(), &golden))
		t.Run(golden.ID, func(t *testing.T) { h.golden(t, operations, golden.Record) })
	}
	h.check(lines.Err())
}

func (h *house) golden(t *testing.T, operations *replay.Operations, raw json.RawMessage) {
	var want map[string]any
	h.check(json.Unmarshal(raw, &want))
	r, err := replay.Read(raw)
	h.check(err)
	h.now = r.Time
	u := identityOf(t, want["userIdentity"].(map[string]any))
	h.check(h.directory.Forget(t.Context(), u.AccessKeyID), identity.CodeNoSuchEntity)
	h.check(h.directory.Learn(t.Context(), identity.KnownKey{Identity: u, Registered: true}))
	x, err := operations.Replay(&r, r.Time)
	h.check(err)
	h.answers(x.Answer)
	x.Request.Header.Set("X-Forwarded-For", want["sourceIPAddress"].(string))
	h.send(x.Request)
	got := h.one()

	_, shared := want["sharedEventID"]
	if _, has := got["sharedEventID"]; has != shared {
		t.Errorf("sharedEventID is there: %v, want %v", has, shared)
	}
	for _, name := range []string{"eventID", "sharedEventID", "eventVersion"} {
		delete(got, name)
		delete(want, name)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !reflect.DeepEqual(got[name], want[name]) {
			g, _ := json.Marshal(got[name])
			w, _ := json.Marshal(want[name])
			t.Errorf("%s\n got %s\nwant %s", name, g, w)
		}
		delete(got, name)
	}
	// What is left are members that came with later event versions, and readOnly,
	// which the Data API's record of version 1.05 lacks.
	for name := range got {
		if !slices.Contains([]string{"managementEvent", "eventCategory", "readOnly"}, name) {
			t.Errorf("the record has %s: %v, and the example has not", name, got[name])
		}
	}
}

// identityOf reads a record's userIdentity.
func identityOf(t *testing.T, v map[string]any) identity.UserIdentity {
	text := func(m map[string]any, name string) string { s, _ := m[name].(string); return s }
	object := func(m map[string]any, name string) map[string]any { o, _ := m[name].(map[string]any); return o }
	u := identity.UserIdentity{
		Type: text(v, "type"), PrincipalID: text(v, "principalId"), ARN: text(v, "arn"), AccountID: text(v, "accountId"),
		AccessKeyID: text(v, "accessKeyId"), UserName: text(v, "userName"), InvokedBy: text(v, "invokedBy"),
	}
	context := object(v, "sessionContext")
	if context == nil {
		return u
	}
	attributes := object(context, "attributes")
	created, err := time.Parse(time.RFC3339, text(attributes, "creationDate"))
	if err != nil && attributes != nil {
		t.Fatal(err)
	}
	u.Session = &identity.UserSession{Created: created, MFA: text(attributes, "mfaAuthenticated") == "true", SourceIdentity: text(context, "sourceIdentity")}
	if i := object(context, "sessionIssuer"); i != nil {
		u.Session.Issuer = &identity.SessionIssuer{Type: text(i, "type"), PrincipalID: text(i, "principalId"), ARN: text(i, "arn"), AccountID: text(i, "accountId"), UserName: text(i, "userName")}
	}
	if _, ok := context["webIdFederationData"]; ok {
		u.Session.WebIdentity = &identity.WebIdentity{}
	}
	return u
}

// differences lists the paths at which two JSON values differ.
func differences(path string, got, want any) []string {
	g, ok1 := got.(map[string]any)
	w, ok2 := want.(map[string]any)
	if ok1 && ok2 {
		keys := maps.Clone(g)
		maps.Copy(keys, w)
		var out []string
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			gv, inGot := g[k]
			wv, inWant := w[k]
			switch {
			case !inGot:
				out = append(out, fmt.Sprintf("%s.%s is missing, want %.200v", path, k, wv))
			case !inWant:
				out = append(out, fmt.Sprintf("%s.%s is %.200v, want none", path, k, gv))
			default:
				out = append(out, differences(path+"."+k, gv, wv)...)
			}
		}
		return out
	}
	gl, ok1 := got.([]any)
	wl, ok2 := want.([]any)
	if ok1 && ok2 && len(gl) == len(wl) {
		var out []string
		for i := range gl {
			out = append(out, differences(fmt.Sprintf("%s[%d]", path, i), gl[i], wl[i])...)
		}
		return out
	}
	if !reflect.DeepEqual(got, want) {
		return []string{fmt.Sprintf("%s is %.200v, want %.200v", path, got, want)}
	}
	return nil
}

var _ = strings.TrimSpace
