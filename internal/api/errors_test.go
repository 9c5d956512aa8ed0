package api

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/lake"
)

// TestJSONErrors: one line for each way a JSON call can go wrong.
func TestJSONErrors(t *testing.T) {
	h := newHouse(t)
	const long = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."
	fails := func(r *http.Request, status int, code, message string) {
		t.Helper()
		got := h.do(r)
		gotCode, gotMessage := got.code(t)
		if got.status != status || gotCode != code || message != "" && gotMessage != message {
			t.Errorf("got %d %s %q, want %d %s %q", got.status, gotCode, gotMessage, status, code, message)
		}
		if got.header.Get("X-Amzn-RequestId") == "" || got.header.Get("Content-Type") != jsonType {
			t.Errorf("header %v", got.header)
		}
	}
	lookup := func(body string) *http.Request { return jsonRequest("CloudTrail_20131101.LookupEvents", body) }
	with := func(r *http.Request, f func(*http.Request)) *http.Request { f(r); return r }

	// Routing.
	fails(jsonRequest(long+"NoSuchThing", "{}"), 400, "UnknownOperationException", "")
	fails(jsonRequest("Nobody_20200101.LookupEvents", "{}"), 400, "UnknownOperationException", "")
	fails(jsonRequest("LookupEvents", "{}"), 400, "UnknownOperationException", "")
	fails(with(lookup("{}"), func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }), 404, "UnknownOperationException", "")
	fails(with(lookup("{}"), func(r *http.Request) { r.Method = http.MethodPut }), 404, "UnknownOperationException", "")
	fails(signAs(httptest.NewRequest("GET", "/nothing", nil), "AKIDADMIN", "us-east-1", "cloudtrail"), 404, "UnknownOperationException", "")
	fails(httptest.NewRequest("GET", "/nothing", nil), 403, "MissingAuthenticationToken", "")
	fails(lookup(strings.Repeat(" ", MaxBody+1)), 413, "RequestEntityTooLargeException", "")

	// Parsing.
	for _, body := range []string{"{", "[]", `"x"`, "{} x", "{\"a\":\xff}", strings.Repeat("[", 1<<20), `{"MaxResults":"5"}`, `{"LookupAttributes":{}}`, `{"StartTime":[]}`, `{"StartTime":"x"}`} {
		fails(lookup(body), 400, "SerializationException", "")
	}

	// Constraints, and the service's own exceptions for them.
	fails(jsonRequest(long+"LookupEvents", `{"LookupAttributes":[{"AttributeKey":"EventName"}]}`), 400, "ValidationException",
		"1 validation error detected: Value null at 'lookupAttributes.1.member.attributeValue' failed to satisfy constraint: Member must not be null")
	fails(lookup(`{"MaxResults":51}`), 400, "InvalidMaxResultsException", "")
	fails(lookup(`{"MaxResults":0}`), 400, "InvalidMaxResultsException", "")
	fails(lookup(`{"EventCategory":"Insight"}`), 400, "InvalidEventCategoryException", "")
	fails(lookup(`{"LookupAttributes":[{"AttributeKey":"eventname","AttributeValue":"x"}]}`), 400, "InvalidLookupAttributesException",
		"1 validation error detected: Value 'eventname' at 'lookupAttributes.1.member.attributeKey' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [EventId, EventName, ReadOnly, Username, ResourceType, ResourceName, EventSource, AccessKeyId]")
	fails(lookup(`{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":""}]}`), 400, "InvalidLookupAttributesException", "")
	fails(lookup(`{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"`+strings.Repeat("_", 1001)+`"}]}`), 400, "InvalidLookupAttributesException", "")
	fails(lookup(`{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"a"},{"AttributeKey":"EventId","AttributeValue":"a"}]}`), 400, "InvalidLookupAttributesException", "")
	fails(lookup(`{"StartTime":11,"EndTime":10}`), 400, "InvalidTimeRangeException", "")
	fails(lookup(`{"NextToken":"AAAA"}`), 400, "InvalidNextTokenException", "")

	fails(signAs(lookup("{}"), "AKIDADMIN", "us-east-1", "s3"), 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'cloudtrail'.")

	h.allowed = false
	fails(lookup("{}"), 400, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/admin is not authorized to perform: "+
		"cloudtrail:LookupEvents because no identity-based policy allows the cloudtrail:LookupEvents action")
	h.allowed = true
	h.ready = errors.New("the disk is full")
	fails(lookup("{}"), 503, "ServiceUnavailable", "")
	h.ready = nil
	h.history.fail = errors.New("the password is hunter2")
	fails(lookup("{}"), 500, "InternalFailure", errorTable[CodeInternalFailure].text)
}

// TestAuthCodes: each kind of refusal in the spelling of each protocol.
func TestAuthCodes(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		kind        identity.AuthKind
		json, query string
		status      int
	}{
		{identity.MissingAuthenticationToken, "MissingAuthenticationToken", "MissingAuthenticationToken", 403},
		{identity.IncompleteSignature, "IncompleteSignature", "IncompleteSignature", 400},
		{identity.InvalidClientTokenID, "UnrecognizedClientException", "InvalidClientTokenId", 403},
		{identity.SignatureDoesNotMatch, "SignatureDoesNotMatch", "SignatureDoesNotMatch", 403},
		{identity.RequestExpired, "RequestExpired", "RequestExpired", 403},
		{identity.ExpiredToken, "ExpiredTokenException", "ExpiredToken", 403},
	} {
		h.auth.fail = fmt.Errorf("wrapped: %w", &identity.AuthError{Kind: c.kind, Message: "why"})
		got := h.trail("LookupEvents", "{}")
		if code, message := got.code(t); code != c.json || message != "why" || got.status != c.status {
			t.Errorf("%s on JSON: %d %s %s", c.kind, got.status, code, message)
		}
		if r := h.last(t); r.ErrorCode != c.json || r.EventName != "LookupEvents" || r.RecipientAccountID != homeAccount {
			t.Errorf("%s was recorded as %+v", c.kind, r)
		}
		rest := httptest.NewRequest("POST", "/PutAuditEvents?channelArn=x", strings.NewReader("{}"))
		got = h.do(rest)
		if got.header.Get("X-Amzn-ErrorType") != c.json || got.status != c.status || got.header.Get("Content-Type") != restType {
			t.Errorf("%s on REST: %+v", c.kind, got)
		}
		got = h.do(queryRequest("Action=GetCallerIdentity&Version=2011-06-15"))
		if e := queryError(t, got); e.Code != c.query || e.Type != "Sender" || got.status != c.status {
			t.Errorf("%s on query: %+v", c.kind, got)
		}
		if r := h.last(t); r.ErrorCode != c.query || r.EventName != "GetCallerIdentity" || r.RequestParameters != nil {
			t.Errorf("%s was recorded as %+v", c.kind, r)
		}
	}
}

type xmlError struct {
	XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
	Error   struct {
		Type, Code, Message string
	}
	RequestID string `xml:"RequestId"`
}

func queryError(t *testing.T, a answer) (e struct{ Type, Code, Message string }) {
	t.Helper()
	var out xmlError
	if err := xml.Unmarshal([]byte(a.body), &out); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	if out.RequestID == "" || out.RequestID != a.header.Get("X-Amzn-RequestId") || a.header.Get("Content-Type") != xmlType {
		t.Errorf("request id %q, header %v", out.RequestID, a.header)
	}
	return out.Error
}

func TestQueryErrors(t *testing.T) {
	h := newHouse(t)
	fails := func(form string, status int, code, message string) {
		t.Helper()
		got := h.do(queryRequest(form))
		e := queryError(t, got)
		if got.status != status || e.Code != code || message != "" && e.Message != message {
			t.Errorf("%s: got %d %+v, want %d %s %q", form, got.status, e, status, code, message)
		}
	}
	const v = "&Version=2011-06-15"
	fails("Action=Nothing"+v, 400, "InvalidAction", "Could not find operation Nothing for version 2011-06-15")
	fails("Action=GetCallerIdentity&Version=2010-01-01", 400, "InvalidAction", "")
	fails("Action=GetCallerIdentity", 400, "InvalidAction", "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED")
	fails("x=y", 400, "MissingAction", "")
	fails("Action=%zz", 400, "MalformedInput", "")
	fails("Action=GetSessionToken&DurationSeconds=abc"+v, 400, "MalformedInput", "")
	fails("Action=GetSessionToken&DurationSeconds=899"+v, 400, "ValidationError",
		"1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900")
	fails("Action=AssumeRole"+v, 400, "ValidationError",
		"2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; "+
			"Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null")
	fails("Action=AssumeRole&RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=ss&Policy={}"+v, 400, "ValidationError",
		"The parameter Policy is not available in this version of Cairn.")
	h.ready = errors.New("the journal is full")
	fails("Action=GetCallerIdentity"+v, 503, "ServiceUnavailable", "")
}

// TestAssumeRoleDenied: the record of a denied AssumeRole has no parameters, as
// the real ones.
func TestAssumeRoleDenied(t *testing.T) {
	h := newHouse(t)
	got := h.do(queryRequest("Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::111122223333:role/none&RoleSessionName=ss"))
	if e := queryError(t, got); got.status != 403 || e.Code != "AccessDenied" ||
		e.Message != "User: arn:aws:iam::111122223333:user/admin is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/none" {
		t.Errorf("got %d %+v", got.status, e)
	}
	if r := h.last(t); r.RequestParameters != nil || r.ErrorCode != "AccessDenied" || !r.ReadOnly || r.Resources != nil {
		t.Errorf("recorded %+v", r)
	}
}

// TestClaimedAccount: the owner of the key that somebody tried gets the record.
func TestClaimedAccount(t *testing.T) {
	h := newHouse(t)
	h.auth.fail = &identity.AuthError{
		Kind: identity.SignatureDoesNotMatch, Message: "no", AccessKeyID: "AKIDOTHER", Region: "eu-central-1",
		Claimed: identity.Principal{AccountID: otherAccount, ID: "AIDA"},
	}
	h.trail("DescribeTrails", "{}")
	r := h.last(t)
	if r.RecipientAccountID != otherAccount || r.Identity.AccessKeyID != "AKIDOTHER" || r.Region != "eu-central-1" ||
		r.Identity.Type != identity.TypeUnknown || r.EventName != "DescribeTrails" || !r.ReadOnly || r.RequestParameters != nil {
		t.Errorf("recorded %+v", r)
	}
	h.auth.fail = &identity.AuthError{Kind: identity.SignatureDoesNotMatch, Region: "../*"}
	h.trail("DescribeTrails", "{}")
	if r := h.last(t); r.Region != "us-east-1" {
		t.Errorf("Region %q", r.Region)
	}
}

// TestNotACall: what names no operation of ours makes no record.
func TestNotACall(t *testing.T) {
	h := newHouse(t)
	h.do(httptest.NewRequest("GET", "/favicon.ico", nil))
	h.do(jsonRequest("Other.Thing", "{}"))
	h.do(jsonRequest("CloudTrail_20131101.<b>", "{}"))
	if n := h.recorded(); n != 0 {
		t.Errorf("%d records", n)
	}
}

// TestRecordRefused: no durable record, no answer.
func TestRecordRefused(t *testing.T) {
	h := newHouse(t)
	h.refuse = errors.New("no space")
	for _, got := range []answer{h.trail("LookupEvents", "{}"), h.trail("CreateTrail", "{"), h.trail("LookupEvents", `{"MaxResults":99}`)} {
		if code, _ := got.code(t); got.status != 503 || code != "ServiceUnavailable" || strings.Contains(got.body, "space") {
			t.Errorf("got %+v", got)
		}
	}
	got := h.do(queryRequest("Action=GetCallerIdentity&Version=2011-06-15"))
	if e := queryError(t, got); e.Code != "ServiceUnavailable" || e.Type != "Receiver" || strings.Contains(got.body, homeAccount) {
		t.Errorf("got %+v", got)
	}
}

type panicking struct{}

func (panicking) Lookup(context.Context, lake.LookupQuery) (lake.LookupPage, error) {
	panic("the secret cause")
}

// TestPanic: a panic is an internal failure with a record and a log line.
func TestPanic(t *testing.T) {
	var log bytes.Buffer
	h := newHouse(t, func(c *Config) {
		c.History = panicking{}
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	got := h.trail("LookupEvents", `{"MaxResults":5}`)
	if code, _ := got.code(t); got.status != 500 || code != "InternalFailure" || strings.Contains(got.body, "secret") {
		t.Errorf("got %+v", got)
	}
	r := h.last(t)
	if r.ErrorCode != "InternalFailure" || string(r.RequestParameters) != `{"maxResults":5}` || r.RequestID != got.header.Get("X-Amzn-RequestId") {
		t.Errorf("recorded %+v", r)
	}
	if !strings.Contains(log.String(), "the secret cause") || !strings.Contains(log.String(), r.RequestID) {
		t.Errorf("logged %s", log.String())
	}
}

// TestEveryCodeHasARow: typed errors of the models are never internal failures.
func TestEveryCodeHasARow(t *testing.T) {
	for code, row := range errorTable {
		if row.status < 400 {
			t.Errorf("%s has status %d", code, row.status)
		}
		if _, ok := publish(&Error{Code: code}, wire.JSON); !ok {
			t.Errorf("%s is not found", code)
		}
	}
	for _, code := range []string{
		identity.CodeEntityAlreadyExists, identity.CodeNoSuchEntity, identity.CodeLimitExceeded,
		identity.CodeMalformedPolicyDocument, identity.CodeInvalidInput, identity.CodeValidationError, identity.CodeAccessDenied,
	} {
		if p, ok := publish(&identity.Error{Code: code, Message: "m"}, wire.JSON); !ok || p.message != "m" {
			t.Errorf("identity's %s has no row", code)
		}
	}
	if p, ok := publish(errors.New("x"), wire.JSON); ok || p.code != CodeInternalFailure {
		t.Errorf("an untyped error is %+v", p)
	}
}

func TestErrorf(t *testing.T) {
	cause := errors.New("cause")
	err := Errorf(CodeValidation, "text: %w", cause)
	if !errors.Is(err, cause) || err.Message != "text: cause" {
		t.Errorf("got %+v", err)
	}
}
