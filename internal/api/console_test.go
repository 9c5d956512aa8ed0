package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/lake"
)

// signedIn is the administrator in a session of the console, in a Region.
func (h *house) signedIn(region string) identity.Caller {
	user, _ := h.directory.Principal(identity.Ref{AccountID: homeAccount, Type: identity.User, Name: identity.AdminUser})
	return identity.Caller{Principal: user, AccessKeyID: "ASIACONSOLE", Region: region,
		Session: &identity.Session{Created: time.Unix(1700000000, 0).UTC(), Expires: time.Unix(1700043200, 0).UTC(), MFA: true}}
}

// console calls an operation as the console does.
func (h *house) console(operation, body string, caller identity.Caller) answer {
	r := httptest.NewRequest(http.MethodPost, "/console/api/cloudtrail/"+operation, strings.NewReader(body))
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)")
	w := httptest.NewRecorder()
	h.ServeConsole(w, r, operation, caller)
	return answer{w.Code, w.Result().Header, w.Body.String()}
}

func TestServeConsole(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.LookupQuota = 1 })
	h.history.events = []lake.LookupEvent{testEvent(1, time.Unix(1424476529, 0).UTC())}
	caller := h.signedIn("eu-west-1")
	const input = `{"LookupAttributes":[{"AttributeKey":"Username","AttributeValue":"alice"},{"AttributeKey":"ReadOnly","AttributeValue":"false"}]}`
	for range 5 { // the quota is for programs
		if got := h.console("LookupEvents", input, caller); got.status != 200 || !strings.Contains(got.body, `"EventId":"id-b"`) || got.header.Get("Content-Type") != "application/json" {
			t.Fatalf("%d %v %s", got.status, got.header, got.body)
		}
	}
	if q := h.history.last(t); q.AccountID != homeAccount || q.Region != "eu-west-1" || len(q.Attributes) != 2 {
		t.Errorf("asked %+v", q)
	}
	call := h.last(t)
	if !call.SessionCredentialFromConsole || call.EventName != "LookupEvents" || call.Region != "eu-west-1" || call.RecipientAccountID != homeAccount || !call.ReadOnly ||
		call.UserAgent != "Mozilla/5.0 (X11; Linux x86_64)" || call.SourceIPAddress != "192.0.2.1" || call.RequestID == "" || call.Identity.AccessKeyID != "ASIACONSOLE" {
		t.Errorf("recorded %+v", call)
	}
	if string(call.RequestParameters) != `{"lookupAttributes":[{"attributeKey":"Username","attributeValue":"alice"},{"attributeKey":"ReadOnly","attributeValue":"false"}]}` {
		t.Errorf("parameters %s", call.RequestParameters)
	}
	if h.trail("LookupEvents", "{}"); h.last(t).SessionCredentialFromConsole {
		t.Error("a call of a program is recorded as one of the console")
	}
}

// TestServeConsoleRefuses looks at what fails: the answer's form and the record.
func TestServeConsoleRefuses(t *testing.T) {
	h := newHouse(t)
	caller := h.signedIn("us-east-1")
	f := func(operation, body, code string, status int, recorded string) {
		t.Helper()
		before := h.recorded()
		got := h.console(operation, body, caller)
		if got.status != status || !strings.HasPrefix(got.body, `{"code":"`+code+`","message":"`) || !strings.HasSuffix(got.body, `","requestId":"`+got.header.Get("X-Amzn-Requestid")+`"}`) {
			t.Errorf("%s: %d %s", operation, got.status, got.body)
		}
		if recorded == "" {
			if h.recorded() != before {
				t.Errorf("%s was recorded", operation)
			}
			return
		}
		if call := h.last(t); h.recorded() != before+1 || call.ErrorCode != recorded || !call.SessionCredentialFromConsole {
			t.Errorf("%s: recorded %+v", operation, call)
		}
	}
	f("LookupEvents", `{"MaxResults":51}`, ctapi.CodeInvalidMaxResults, 400, ctapi.CodeInvalidMaxResults)
	f("LookupEvents", `{`, CodeSerialization, 400, CodeSerialization)
	f("LookupEvents", `{"x":"`+strings.Repeat("x", MaxBody)+`"}`, CodeRequestEntityTooLarge, 413, CodeRequestEntityTooLarge)
	f("GetTrail", `{"Name":"none"}`, "TrailNotFoundException", 400, "TrailNotFoundException")
	for _, operation := range []string{"AssumeRole", "CreateUser", "PutAuditEvents", "ListAccounts"} { // of other services
		f(operation, `{}`, CodeUnknownOperation, 400, CodeUnknownOperation)
	}
	f("../x", `{}`, CodeUnknownOperation, 400, "")
	h.allowed = false
	f("LookupEvents", `{}`, CodeAccessDenied, 400, "AccessDenied")
	h.allowed, caller = true, identity.Caller{Region: "us-east-1"}
	f("LookupEvents", `{}`, CodeInternalFailure, 500, CodeInternalFailure)
	caller, h.refuse = h.signedIn("us-east-1"), errors.New("the journal is full")
	f("LookupEvents", `{}`, CodeServiceUnavailable, 503, "")
}

// TestServeConsoleGone: a call goes on when the browser has gone, and its record says
// what became of it.
func TestServeConsoleGone(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader("{}"))
	err := h.Do(r, ConsoleCall{Operation: "LookupEvents", Caller: h.signedIn("us-east-1"), Input: struct{}{}}, func(ctx context.Context, _ *Request) error { return ctx.Err() })
	if err != nil || h.last(t).ErrorCode != "" {
		t.Errorf("%v, recorded %+v", err, h.last(t))
	}
}

func TestConsoleLookup(t *testing.T) {
	h := newHouse(t)
	r := httptest.NewRequest(http.MethodGet, "/console/api/events/download", nil)
	input := map[string]any{"LookupAttributes": []map[string]string{{"AttributeKey": "EventName", "AttributeValue": "RunInstances"}}, "StartTime": 1424476529}
	q, err := h.Lookup(r, h.signedIn("eu-west-1"), input)
	if err != nil {
		t.Fatal(err)
	}
	if q.AccountID != homeAccount || q.Region != "eu-west-1" || q.Start.Unix() != 1424476529 || q.Attributes[0] != (lake.Attribute{Key: lake.EventName, Value: "RunInstances"}) {
		t.Errorf("query %+v", q)
	}
	if call := h.last(t); call.EventName != "LookupEvents" || !call.SessionCredentialFromConsole || !strings.Contains(string(call.RequestParameters), "RunInstances") {
		t.Errorf("recorded %+v", call)
	}
	h.allowed = false
	_, err = h.Lookup(r, h.signedIn("eu-west-1"), input)
	refused, ok := errors.AsType[*Refusal](err)
	if !ok || refused.Code != CodeAccessDenied || !strings.Contains(refused.Message, "cloudtrail:LookupEvents") || refused.RequestID != h.last(t).RequestID {
		t.Errorf("refused with %v", err)
	}
	h.allowed, h.refuse = true, errors.New("the journal is full")
	if _, err = h.Lookup(r, h.signedIn("eu-west-1"), input); err == nil {
		t.Error("a lookup that cannot be recorded was answered")
	}
}
