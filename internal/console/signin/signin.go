package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

// challengeLifetime is how long a sign-in waits for a code, and maxCodes how many it
// takes.
const (
	challengeLifetime = 5 * time.Minute
	maxCodes          = 5
)

// proof is what somebody has proved on the way into a session.
type proof struct {
	principal identity.Principal
	// epoch is the principal's when it was proved.
	epoch int64
	// by is the caller of the credentials that proved it; nil for a password.
	by *identity.Caller
	// destination is the page to go to.
	destination string
	// device is the MFA device that showed a code.
	device *identity.MFADevice
}

// challenge is a sign-in that waits for a code.
type challenge struct {
	proof
	// browser is the digest of the cookie that the browser got with the challenge.
	browser string
	// codes counts the codes that were tried.
	codes *counter
}

var errFailed = &Error{
	Status: http.StatusUnauthorized, Code: CodeAuthenticationFailed,
	Message: "Your authentication information is incorrect. Look at the account, the name and the password or key, then try again.",
}

var errChallenge = &Error{Status: http.StatusUnauthorized, Code: CodeChallengeEnded, Message: "This sign-in has taken too long or was tried too often. Sign in from the beginning."}

var errCode = &Error{Status: http.StatusUnauthorized, Code: CodeAuthenticationFailed, Message: "The MFA code is wrong or was used already. Wait for the next one, then enter it."}

var errBusy = &Error{Status: http.StatusServiceUnavailable, Code: CodeServiceUnavailable, Message: "Too many people are signing in at the moment. Try again.", RetryAfterSeconds: 2}

// passwordSignIn is POST sign-in.
func (s *Service) passwordSignIn(w http.ResponseWriter, r *http.Request) *Error {
	var in struct {
		Account     string `json:"account"`
		User        string `json:"user"`
		Root        bool   `json:"root"`
		Password    string `json:"password"`
		Destination string `json:"destination"`
	}
	if e := readBody(w, r, &in); e != nil {
		return e
	}
	if in.Account == "" || in.Password == "" || in.Root == (in.User != "") {
		return invalid("Enter the account, the user's name, and the password.")
	}
	page, ok := s.localPath(r, in.Destination)
	if !ok {
		return invalid("The destination is no page of this console.")
	}
	ref := identity.Ref{AccountID: in.Account, Type: identity.User, Name: in.User}
	if in.Root {
		ref = identity.Ref{AccountID: in.Account, Type: identity.Root}
	}
	try, data := s.limiter.begin(s.limiter.name(ref), s.source(r)), s.loginData(r, page, false, nil)
	who, failure := s.unproved(ref)
	if try.wait > 0 {
		return s.tooEarly(r, try, consoleLogin, who, failure, data)
	}
	epoch := s.cfg.Directory.LoginEpoch(ref)
	// A browser that goes away has used its attempt, and it is recorded.
	p, err := s.cfg.Directory.VerifyPassword(context.WithoutCancel(r.Context()), ref, in.Password)
	switch {
	case errors.Is(err, identity.ErrWrongPassword):
		return s.fail(r, try, consoleLogin, who, failure, data, errFailed)
	case errors.Is(err, identity.ErrBusy):
		try.release()
		s.limiter.missed()
		return errBusy
	case err != nil:
		try.release()
		return s.internal("check a password", err)
	}
	return s.proved(w, r, try, proof{principal: p, epoch: epoch, destination: page})
}

// keySignIn is POST sign-in/key.
func (s *Service) keySignIn(w http.ResponseWriter, r *http.Request) *Error {
	var in struct {
		AccessKeyID     string `json:"accessKeyId"`
		SecretAccessKey string `json:"secretAccessKey"`
		SessionToken    string `json:"sessionToken"`
		Destination     string `json:"destination"`
	}
	if e := readBody(w, r, &in); e != nil {
		return e
	}
	if in.AccessKeyID == "" || in.SecretAccessKey == "" {
		return invalid("Enter the access key and its secret.")
	}
	page, ok := s.localPath(r, in.Destination)
	if !ok {
		return invalid("The destination is no page of this console.")
	}
	try, data := s.limiter.begin(s.limiter.accessKey(in.AccessKeyID), s.source(r)), s.loginData(r, page, false, nil)
	if try.wait > 0 {
		return s.tooEarly(r, try, consoleLogin, s.claimed(in.AccessKeyID, in.SessionToken), messageFailed, data)
	}
	caller, err := s.cfg.Directory.VerifyAccessKey(in.AccessKeyID, in.SecretAccessKey, in.SessionToken)
	if err != nil {
		return s.fail(r, try, consoleLogin, s.claimed(in.AccessKeyID, in.SessionToken), messageFailed, data, errFailed)
	}
	epoch := s.cfg.Directory.LoginEpoch(caller.Principal.Ref())
	return s.proved(w, r, try, proof{principal: caller.Principal, epoch: epoch, by: &caller, destination: page})
}

// claimed is who an access key that did not prove anything belongs to. What does not
// look like a key is not repeated: it may be the secret.
func (s *Service) claimed(keyID, token string) identity.UserIdentity {
	_, err := s.cfg.Directory.VerifyAccessKey(keyID, "", token) // no key has an empty secret
	if !looksLikeKey(keyID) {
		keyID = hiddenName
	}
	refused, _ := errors.AsType[*identity.AuthError](err)
	if refused == nil || refused.Claimed.ID == "" {
		return identity.Unproven(keyID)
	}
	who := identity.Caller{Principal: refused.Claimed, AccessKeyID: keyID}.UserIdentity()
	if refused.Claimed.Type == identity.User {
		who.ARN = ""
	}
	return who
}

// looksLikeKey: the prefix of an access key, and sixteen more characters.
func looksLikeKey(id string) bool {
	if len(id) != 20 || id[:4] != "AKIA" && id[:4] != "ASIA" {
		return false
	}
	for _, c := range []byte(id[4:]) {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// proved goes on after a password or a key: with a session, or for who has an MFA
// device with a challenge.
func (s *Service) proved(w http.ResponseWriter, r *http.Request, try *attempt, p proof) *Error {
	if !s.wantsCode(p) {
		return s.complete(w, r, try, p)
	}
	try.release()
	who, _ := s.unproved(p.principal.Ref())
	if e := s.recordAttempt(r, try, checkMFA, who, "", signInData{MFAType: virtualMFA}); e != nil {
		return e
	}
	browser := newToken()
	token := s.challenges.add(challenge{proof: p, browser: digest(browser), codes: new(counter)})
	s.setCookie(w, r, challengeCookie, browser, challengeLifetime)
	writeJSON(w, http.StatusOK, map[string]any{"mfa": map[string]string{"challenge": token}})
	return nil
}

// virtualMFA is the only type of device here; so the guide's other value, for several
// types, never occurs.
const virtualMFA = "Virtual MFA"

// wantsCode tells whether a principal has a device that has shown no code yet.
func (s *Service) wantsCode(p proof) bool {
	if p.by != nil && p.by.Session != nil && p.by.Session.MFA {
		return false
	}
	return len(s.cfg.Directory.MFADevices(p.principal.Ref())) > 0
}

// codeSignIn is POST sign-in/mfa.
func (s *Service) codeSignIn(w http.ResponseWriter, r *http.Request) *Error {
	var in struct {
		Challenge string `json:"challenge"`
		Code      string `json:"code"`
	}
	if e := readBody(w, r, &in); e != nil {
		return e
	}
	if in.Challenge == "" || in.Code == "" {
		return invalid("Enter the code that your MFA device shows.")
	}
	c, fresh, known := s.challenges.get(in.Challenge)
	if !known {
		return s.unknownToken(r, checkMFA, signInData{MFAType: virtualMFA}, errChallenge)
	}
	ref := c.principal.Ref()
	who, _ := s.unproved(ref)
	try, data := s.limiter.begin(s.limiter.code(ref), s.source(r)), s.loginData(r, c.destination, true, nil)
	if try.wait > 0 {
		return s.tooEarly(r, try, consoleLogin, who, messageFailed, data)
	}
	// noMore ends a challenge at which no code can be proved any more.
	noMore := func() *Error {
		s.challenges.take(in.Challenge)
		return s.fail(r, try, checkMFA, who, messageFailed, signInData{MFAType: virtualMFA}, errChallenge)
	}
	if !fresh || !s.sameBrowser(r, c) || !s.current(c.proof) || c.codes.next() > maxCodes {
		return noMore()
	}
	device, err := s.cfg.Directory.VerifyMFACode(context.WithoutCancel(r.Context()), ref, in.Code)
	if errors.Is(err, identity.ErrWrongCode) {
		return s.fail(r, try, consoleLogin, who, messageFailed, data, errCode)
	}
	if err != nil {
		try.release()
		return s.internal("check an MFA code", err)
	}
	if !s.challenges.take(in.Challenge) {
		return noMore() // another request with another good code was faster
	}
	s.setCookie(w, r, challengeCookie, "", 0)
	c.device = &device
	return s.complete(w, r, try, c.proof)
}

func (s *Service) sameBrowser(r *http.Request, c challenge) bool {
	for _, value := range s.cookies(r, challengeCookie) {
		if subtle.ConstantTimeCompare([]byte(digest(value)), []byte(c.browser)) == 1 {
			return true
		}
	}
	return false
}

// current tells whether what was proved still holds: the same principal, whose
// password and sessions nobody ended since, and the same key.
func (s *Service) current(p proof) bool {
	now, ok := s.cfg.Directory.Principal(p.principal.Ref())
	if !ok || now.ID != p.principal.ID || s.cfg.Directory.LoginEpoch(now.Ref()) != p.epoch {
		return false
	}
	switch {
	case p.by == nil:
		return true
	case p.by.Session == nil:
		return s.cfg.Directory.ActiveKey(p.by.AccessKeyID, now)
	}
	return s.cfg.Now().Before(p.by.Session.Expires)
}

// complete makes the session of what was proved, records the sign-in, and answers.
func (s *Service) complete(w http.ResponseWriter, r *http.Request, try *attempt, p proof) *Error {
	who := succeeded(p.principal)
	if p.by != nil {
		who = federated(*p.by)
	}
	data := s.loginData(r, p.destination, p.device != nil, p.device)
	session, e := s.begin(w, r, s.newSession(r, p), p.principal, func() *Error { return s.recordAttempt(r, try, consoleLogin, who, "", data) })
	if e != nil {
		try.release()
		return e
	}
	if p.by == nil {
		try.succeed(r.Context(), s.limiter.name(p.principal.Ref()))
	} else {
		try.succeed(r.Context())
	}
	writeJSON(w, http.StatusOK, s.describe(session))
	return nil
}

// newSession is the session of what was proved.
func (s *Service) newSession(r *http.Request, p proof) stored {
	now := s.cfg.Now()
	lifetime := s.cfg.SessionDuration
	details := identity.Session{MFA: p.device != nil}
	key := ""
	switch {
	case p.by != nil && p.by.Session != nil:
		// No longer than the credentials.
		lifetime = min(lifetime, p.by.Session.Expires.Sub(now))
		details.Name, details.SourceIdentity, details.MFA = p.by.Session.Name, p.by.Session.SourceIdentity, details.MFA || p.by.Session.MFA
	case p.by != nil:
		key = p.by.AccessKeyID
	}
	v := s.sessionOf(r, s.cfg.Directory.ConsoleCaller(p.principal, details, lifetime), now.Add(lifetime))
	v.SignInKey, v.Epoch = key, p.epoch
	return v
}

// sessionOf is a session whose calls are a caller's.
func (s *Service) sessionOf(r *http.Request, caller identity.Caller, expires time.Time) stored {
	p, now := caller.Principal, s.cfg.Now()
	return stored{
		ID: s.cfg.NewUUID(), AccountID: p.AccountID, Type: p.Type, Name: p.Name, PrincipalID: p.ID,
		AccessKeyID: caller.AccessKeyID, Session: *caller.Session, Epoch: s.cfg.Directory.LoginEpoch(p.Ref()),
		Created: now, Expires: expires, LastSeen: now, SourceIP: sourceIP(r), UserAgent: r.UserAgent(),
	}
}

// begin lets a session begin once its sign-in is recorded. It has a new token, so
// that one that somebody else put into the browser is of no use; and the session that
// the browser had ends.
func (s *Service) begin(w http.ResponseWriter, r *http.Request, value stored, p identity.Principal, record func() *Error) (*Session, *Error) {
	ctx := context.WithoutCancel(r.Context())
	var refused *Error
	token, err := s.sessions.add(ctx, value, func() error {
		if refused = record(); refused != nil {
			return refused
		}
		return nil
	})
	if refused != nil {
		return nil, refused
	}
	if err != nil {
		return nil, s.internal("begin a session", err)
	}
	for _, old := range s.cookies(r, sessionCookie) {
		s.sessions.forget(ctx, old)
	}
	s.setCookie(w, r, sessionCookie, token, 0)
	return s.view(&value, p, token), nil
}

// loginData is the additionalEventData of a ConsoleLogin.
func (s *Service) loginData(r *http.Request, page string, withCode bool, device *identity.MFADevice) signInData {
	d := signInData{LoginTo: s.origin(r) + page, MobileVersion: mobile(r), MFAUsed: yesNo(withCode)}
	if device != nil {
		d.MFAIdentifier = device.Serial
	}
	return d
}

// internal is a failure that the person can do nothing about.
func (s *Service) internal(doing string, err error) *Error {
	s.cfg.Logger.Error("The console could not "+doing+".", "error", err)
	return &Error{Status: http.StatusInternalServerError, Code: CodeInternal, Message: "The request failed for an unknown reason. The server's log has it."}
}
