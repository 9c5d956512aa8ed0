package signin

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

// enrolment is an MFA device that is being set up: its secret waits in memory for the
// codes that prove that the device has it.
type enrolment struct {
	secret  string
	expires time.Time
}

const enrolmentLifetime = 15 * time.Minute

// ownUserName is the userName in the parameters of IAM's calls.
func ownUserName(p identity.Principal) string {
	if p.Type == identity.Root {
		return rootUserName
	}
	return p.Name
}

// denied tells whether the principal's policies forbid it to manage its own
// credentials. Nothing has to allow that; who signs in may.
func (s *Service) denied(session *Session, action, resource string) *Error {
	if _, denied := s.cfg.Directory.Judge(session.Caller, action, resource); !denied {
		return nil
	}
	return &Error{
		Status: http.StatusForbidden, Code: identity.CodeAccessDenied,
		Message: "User: " + session.Caller.ARN() + " is not authorized to perform: " + action + " with an explicit deny in an identity-based policy",
	}
}

// noRole refuses what a role's session has not.
func noRole(session *Session) *Error {
	if session.Caller.Principal.Type == identity.Role {
		return invalid("A role has no password and no MFA devices. Sign in as a user to change yours.")
	}
	return nil
}

// finish records a call of IAM and answers 204, or the refusal.
func (s *Service) finish(w http.ResponseWriter, r *http.Request, session *Session, name string, parameters any, refused *Error) *Error {
	call := s.iamEvent(r, name, session, parameters)
	if refused != nil {
		call.ErrorCode, call.ErrorMessage = refused.Code, refused.Message
		if refused.Code == CodeAuthenticationFailed {
			call.ErrorCode = identity.CodeAccessDenied // IAM's
		}
	}
	if e := s.record(r, call); e != nil {
		return e
	}
	if refused != nil {
		return refused
	}
	noContent(w)
	return nil
}

func noContent(w http.ResponseWriter) {
	secure(w.Header())
	w.WriteHeader(http.StatusNoContent)
}

// refusal makes an answer of what the directory refused.
func (s *Service) refusal(doing string, err error) *Error {
	if errors.Is(err, identity.ErrBusy) {
		return errBusy
	}
	refused, is := errors.AsType[*identity.Error](err)
	if !is {
		return s.internal(doing, err)
	}
	status := http.StatusBadRequest
	switch refused.Code {
	case identity.CodeEntityAlreadyExists, identity.CodeLimitExceeded:
		status = http.StatusConflict
	case identity.CodeNoSuchEntity:
		status = http.StatusNotFound
	}
	return &Error{Status: status, Code: refused.Code, Message: refused.Message}
}

// changePassword is POST credentials/password. The other sessions of the principal
// end; this one goes on.
func (s *Service) changePassword(w http.ResponseWriter, r *http.Request, session *Session) *Error {
	var in struct {
		Old string `json:"old"`
		New string `json:"new"`
	}
	if e := readBody(w, r, &in); e != nil {
		return e
	}
	if e := noRole(session); e != nil {
		return e
	}
	if in.Old == "" || in.New == "" {
		return invalid("Enter the old password and the new one.")
	}
	p := session.Caller.Principal
	if e := s.denied(session, "iam:ChangePassword", p.ARN); e != nil {
		return s.finish(w, r, session, "ChangePassword", nil, e)
	}
	// Who has taken over a browser must not guess here what sign-in would not let it.
	ctx, try := context.WithoutCancel(r.Context()), s.limiter.begin(s.limiter.name(p.Ref()), s.source(r))
	if try.wait > 0 {
		return s.finish(w, r, session, "ChangePassword", nil, tooMany(try.wait))
	}
	err := s.cfg.Directory.ChangePassword(ctx, p.Ref(), in.Old, in.New)
	if errors.Is(err, identity.ErrWrongPassword) {
		try.fail(ctx)
		wrong := &Error{Status: http.StatusUnauthorized, Code: CodeAuthenticationFailed, Message: "The old password is incorrect."}
		return s.finish(w, r, session, "ChangePassword", nil, wrong)
	}
	try.release()
	if err != nil {
		return s.finish(w, r, session, "ChangePassword", nil, s.refusal("change a password", err))
	}
	if err := s.sessions.renew(ctx, session.ID, s.cfg.Directory.LoginEpoch(p.Ref())); err != nil {
		s.cfg.Logger.Warn("the session of who changed a password ends too", "error", err)
	}
	return s.finish(w, r, session, "ChangePassword", nil, nil)
}

// beginMFA is POST credentials/mfa/begin.
func (s *Service) beginMFA(w http.ResponseWriter, r *http.Request, session *Session) *Error {
	var in struct {
		Name string `json:"name"`
	}
	if e := readBody(w, r, &in); e != nil {
		return e
	}
	if e := noRole(session); e != nil {
		return e
	}
	ref := session.Caller.Principal.Ref()
	secret, uri, err := identity.NewMFASecret(ref)
	if err != nil {
		return s.internal("make the secret of an MFA device", err)
	}
	if in.Name == "" {
		in.Name = "mfa-device"
	}
	s.sessions.enrol(session.ID, enrolment{secret, s.cfg.Now().Add(enrolmentLifetime)})
	writeJSON(w, http.StatusOK, struct {
		Secret       string `json:"secret"`
		URI          string `json:"uri"`
		SerialNumber string `json:"serialNumber"`
	}{secret, uri, s.cfg.Directory.NewMFASerial(ref, in.Name)})
	return nil
}

// mfaParameters are the requestParameters of IAM's calls about a device.
type mfaParameters struct {
	UserName     string `json:"userName"`
	SerialNumber string `json:"serialNumber"`
}

// enableMFA is POST credentials/mfa/enable.
func (s *Service) enableMFA(w http.ResponseWriter, r *http.Request, session *Session) *Error {
	var in struct {
		Name  string `json:"name"`
		Code1 string `json:"code1"`
		Code2 string `json:"code2"`
	}
	if e := readBody(w, r, &in); e != nil {
		return e
	}
	if e := noRole(session); e != nil {
		return e
	}
	p := session.Caller.Principal
	device := s.sessions.enrolled(session.ID)
	if device.secret == "" || !s.cfg.Now().Before(device.expires) {
		return invalid("The set-up of the MFA device has taken too long. Begin it again.")
	}
	parameters := mfaParameters{ownUserName(p), s.cfg.Directory.NewMFASerial(p.Ref(), in.Name)}
	if e := s.denied(session, "iam:EnableMFADevice", p.ARN); e != nil {
		return s.finish(w, r, session, "EnableMFADevice", parameters, e)
	}
	ctx := context.WithoutCancel(r.Context())
	if _, err := s.cfg.Directory.EnableMFADevice(ctx, p.Ref(), in.Name, device.secret, in.Code1, in.Code2); err != nil {
		return s.finish(w, r, session, "EnableMFADevice", parameters, s.refusal("enable an MFA device", err))
	}
	s.sessions.enrol(session.ID, enrolment{})
	return s.finish(w, r, session, "EnableMFADevice", parameters, nil)
}

// deactivateMFA is POST credentials/mfa/deactivate. It takes a session that was begun
// with a code: else who has got hold of an old session could take the second factor
// away.
func (s *Service) deactivateMFA(w http.ResponseWriter, r *http.Request, session *Session) *Error {
	var in struct {
		SerialNumber string `json:"serialNumber"`
	}
	if e := readBody(w, r, &in); e != nil {
		return e
	}
	if e := noRole(session); e != nil {
		return e
	}
	p := session.Caller.Principal
	parameters := mfaParameters{ownUserName(p), in.SerialNumber}
	refused := s.denied(session, "iam:DeactivateMFADevice", p.ARN)
	if refused == nil && !session.Caller.Session.MFA {
		refused = &Error{
			Status: http.StatusForbidden, Code: identity.CodeAccessDenied,
			Message: "This session was begun without an MFA code. Sign out, sign in with a code, then deactivate the device; an administrator can do it too (cairn account mfa deactivate).",
		}
	}
	if refused == nil {
		if err := s.cfg.Directory.DeactivateMFADevice(context.WithoutCancel(r.Context()), p.Ref(), in.SerialNumber); err != nil {
			refused = s.refusal("deactivate an MFA device", err)
		}
	}
	return s.finish(w, r, session, "DeactivateMFADevice", parameters, refused)
}

// What a sign-out ended, in the additionalEventData of its record.
const (
	thisSession  = "This session"
	otherSession = "Another session"
	allSessions  = "All sessions"
)

// leave records a sign-out. It is made by who is signed in, so its userIdentity has the
// session's key.
func (s *Service) leave(r *http.Request, session *Session, what string) *Error {
	event := s.signInEvent(r, consoleLogout, federated(session.Caller), "", signInData{MobileVersion: mobile(r), SignedOut: what})
	return s.record(r, event)
}

// signOut is POST sign-out. The session ends even where that cannot be recorded.
func (s *Service) signOut(w http.ResponseWriter, r *http.Request, session *Session) *Error {
	s.setCookie(w, r, sessionCookie, "", 0)
	if _, err := s.sessions.end(context.WithoutCancel(r.Context()), personOf(session.Caller), session.ID); err != nil {
		return s.internal("end a session", err)
	}
	if e := s.leave(r, session, thisSession); e != nil {
		return e
	}
	noContent(w)
	return nil
}

// signOutEverywhere is POST sign-out-everywhere. A user or root begins a new epoch, which
// ends half-done sign-ins too. A role's may not: others use it, under other names.
func (s *Service) signOutEverywhere(w http.ResponseWriter, r *http.Request, session *Session) *Error {
	ctx, who := context.WithoutCancel(r.Context()), personOf(session.Caller)
	s.setCookie(w, r, sessionCookie, "", 0)
	if who.ref.Type != identity.Role {
		if err := s.cfg.Directory.SignOut(ctx, who.ref); err != nil {
			return s.refusal("end all sessions", err)
		}
	}
	s.tokens.drop(func(t signinToken) bool { return personOf(t.caller) == who })
	if err := s.sessions.endAll(ctx, who); err != nil {
		return s.internal("end all sessions", err)
	}
	if e := s.leave(r, session, allSessions); e != nil {
		return e
	}
	noContent(w)
	return nil
}

// endSession is DELETE credentials/sessions/{id}.
func (s *Service) endSession(w http.ResponseWriter, r *http.Request, session *Session) *Error {
	id := r.PathValue("id")
	found, err := s.sessions.end(context.WithoutCancel(r.Context()), personOf(session.Caller), id)
	if err != nil {
		return s.internal("end a session", err)
	}
	if !found {
		return &Error{Status: http.StatusNotFound, Code: CodeNoSuchEntity, Message: "There is no such session any more."}
	}
	what := otherSession
	if id == session.ID {
		what = thisSession
		s.setCookie(w, r, sessionCookie, "", 0)
	}
	if e := s.leave(r, session, what); e != nil {
		return e
	}
	noContent(w)
	return nil
}
