package signin

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder"
)

// The names of sign-in events. ConsoleLogout is ours: the guide has no event of a
// sign-out.
const (
	signInSource   = "signin.amazonaws.com"
	iamSource      = "iam.amazonaws.com"
	consoleLogin   = "ConsoleLogin"
	consoleLogout  = "ConsoleLogout"
	checkMFA       = "CheckMfa"
	getSigninToken = "GetSigninToken"
)

const (
	// rootRegion is that of root's sign-ins and of calls of IAM, whatever the Region
	// of the server (user guide, L19802).
	rootRegion = "us-east-1"
	// hiddenName stands for the name of a user that does not exist: it may be a
	// password in the wrong field (L19503).
	hiddenName = "HIDDEN_DUE_TO_SECURITY_REASONS"
	// rootUserName is root's name in records of IAM calls from the console (L20224).
	rootUserName = "AWS ROOT USER"

	messageFailed = "Failed authentication"
	messageNoUser = "No username found in supplied account"
)

// signInData is the additionalEventData of sign-in events, in the guide's order.
type signInData struct {
	LoginTo       string `json:"LoginTo,omitempty"`
	MobileVersion string `json:"MobileVersion,omitempty"`
	MFAIdentifier string `json:"MFAIdentifier,omitempty"`
	MFAUsed       string `json:"MFAUsed,omitempty"`
	MFAType       string `json:"MfaType,omitempty"`
	SignedOut     string `json:"SignedOut,omitempty"`
	// LockedOut and NotRecorded are ours: the attempt came too early and was not looked
	// at; so many before it, at the same name or from the same address, are in no record.
	LockedOut   string `json:"LockedOut,omitempty"`
	NotRecorded string `json:"AttemptsNotRecorded,omitempty"`
}

// signInEvent is the record of a sign-in, before its identity and details.
func (s *Service) signInEvent(r *http.Request, name string, who identity.UserIdentity, failure string, data signInData) recorder.Call {
	outcome := "Success"
	if failure != "" {
		outcome = "Failure"
	}
	region := s.cfg.DefaultRegion
	if who.Type == string(identity.Root) {
		region = rootRegion
	}
	response, _ := json.Marshal(map[string]string{name: outcome})
	additional, _ := json.Marshal(data) // structs of strings
	account := who.AccountID
	if _, ours := s.cfg.Directory.Account(account); !ours {
		account = s.cfg.DefaultAccountID
	}
	return recorder.Call{
		Identity: who, Time: s.cfg.Now(), EventSource: signInSource, EventName: name, EventType: recorder.TypeConsoleSignIn, Region: region,
		RecipientAccountID: account, SourceIPAddress: sourceIP(r), UserAgent: r.UserAgent(), ErrorMessage: failure,
		ResponseElements: response, AdditionalEventData: additional, TLS: r.TLS, Host: r.Host,
	}
}

// iamEvent is the record of a call of IAM that the console makes for a session. Calls
// that the console makes have no details of a connection (L18862).
func (s *Service) iamEvent(r *http.Request, name string, session *Session, parameters any) recorder.Call {
	who := session.Caller.UserIdentity()
	if who.Type == string(identity.Root) {
		who.UserName = rootUserName
		who.Session.Issuer, who.Session.WebIdentity = &identity.SessionIssuer{}, &identity.WebIdentity{}
	}
	c := recorder.Call{
		Identity: who, Time: s.cfg.Now(), EventSource: iamSource, EventName: name, Region: rootRegion,
		RecipientAccountID: session.Caller.AccountID(), SourceIPAddress: sourceIP(r), UserAgent: r.UserAgent(),
		RequestID: s.cfg.NewUUID(), SessionCredentialFromConsole: true,
	}
	if parameters != nil {
		c.RequestParameters, _ = json.Marshal(parameters)
	}
	return c
}

// record makes a record durable, whether or not the browser still waits.
func (s *Service) record(r *http.Request, call recorder.Call) *Error {
	if err := s.cfg.Record(context.WithoutCancel(r.Context()), call); err != nil {
		s.cfg.Logger.Error("A call of the console could not be recorded and was refused.", "eventName", call.EventName, "error", err)
		return errUnavailable
	}
	return nil
}

// recordAttempt records what became of an attempt. Failures that could not be recorded
// before are told with it.
func (s *Service) recordAttempt(r *http.Request, try *attempt, name string, who identity.UserIdentity, failure string, data signInData) *Error {
	if n := try.leftOut(); n > 0 {
		data.NotRecorded = strconv.FormatInt(n, 10)
	}
	return s.record(r, s.signInEvent(r, name, who, failure, data))
}

// fail counts an attempt as a failure and records it. It answers with refused.
func (s *Service) fail(r *http.Request, try *attempt, name string, who identity.UserIdentity, failure string, data signInData, refused *Error) *Error {
	try.fail(r.Context())
	if e := s.recordAttempt(r, try, name, who, failure, data); e != nil {
		return e
	}
	return refused
}

// tooEarly answers an attempt during a lock-out, and records it while there is room.
func (s *Service) tooEarly(r *http.Request, try *attempt, name string, who identity.UserIdentity, failure string, data signInData) *Error {
	if try.recorded {
		data.LockedOut = "Yes"
		if e := s.recordAttempt(r, try, name, who, failure, data); e != nil {
			return e
		}
	}
	return tooMany(try.wait)
}

// unknownToken answers a challenge, or a token of the federation endpoint, that nobody
// waits for: guessed, used already, or from before a restart. There is nothing to guess
// in 256 random bits, and a page of another site can open such links, so it counts for
// nobody; it is recorded while there is room.
func (s *Service) unknownToken(r *http.Request, name string, data signInData, refused *Error) *Error {
	if s.limiter.room() {
		if e := s.record(r, s.signInEvent(r, name, identity.Unproven(""), messageFailed, data)); e != nil {
			return e
		}
	}
	return refused
}

var errUnavailable = &Error{
	Status: http.StatusServiceUnavailable, Code: CodeServiceUnavailable, RetryAfterSeconds: 5,
	Message: "The server cannot record what happens at the moment, so it refuses. Try again soon; if it goes on, an operator has to look at the server's log.",
}

// succeeded is who signed in by password: with an ARN and without a key, but root with
// an empty one (L19836, L20080).
func succeeded(p identity.Principal) identity.UserIdentity {
	u := identity.Caller{Principal: p}.UserIdentity()
	u.NoAccessKey = p.Type == identity.Root
	return u
}

// unproved is who may have tried to sign in: without an ARN, but for root, and with an
// empty key (L19933, L20179).
func (s *Service) unproved(r identity.Ref) (who identity.UserIdentity, failure string) {
	p, known := s.cfg.Directory.Principal(r)
	who = identity.UserIdentity{Type: string(identity.User), NoAccessKey: true}
	if _, ours := s.cfg.Directory.Account(r.AccountID); ours {
		who.AccountID = r.AccountID
	}
	switch {
	case known:
		who = identity.Caller{Principal: p}.UserIdentity()
		who.NoAccessKey = true
		if p.Type == identity.User {
			who.ARN = ""
		}
		return who, messageFailed
	case r.Type == identity.Root:
		who.Type = string(identity.Root)
		return who, messageFailed
	}
	who.UserName = hiddenName
	return who, messageNoUser
}

// federated is who signs in with credentials: as their calls are recorded, with the
// empty webIdFederationData that the guide's records of it have (L20308).
func federated(c identity.Caller) identity.UserIdentity {
	u := c.UserIdentity()
	if u.Type == identity.TypeAssumedRole && u.Session != nil {
		u.Session.WebIdentity = &identity.WebIdentity{}
	}
	return u
}

// mobile is the MobileVersion of a browser.
func mobile(r *http.Request) string {
	if r.Header.Get("Sec-Ch-Ua-Mobile") == "?1" || strings.Contains(r.UserAgent(), "Mobi") {
		return "Yes"
	}
	return "No"
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}
