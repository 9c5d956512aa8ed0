package signin

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

// signinTokenLifetime is AWS's ("Enabling custom identity broker access to the AWS
// console", IAM User Guide).
const signinTokenLifetime = 15 * time.Minute

// Bounds of SessionDuration, in seconds, from the same page.
const (
	minFederation = 900
	maxFederation = 43200
)

// signinToken is what a token of the federation endpoint stands for.
type signinToken struct {
	// caller is as whom the console's calls will be made.
	caller identity.Caller
	epoch  int64
	// lifetime is the SessionDuration that was asked for; zero lets the session end
	// with the credentials.
	lifetime time.Duration
}

// Federation serves /federation, AWS's endpoint for signing in with temporary
// credentials ("Enabling custom identity broker access to the AWS console", IAM User
// Guide): Action=getSigninToken turns the credentials of a role's session into a
// token, and Action=login turns the token into a session of the browser. A token is
// good once and for fifteen minutes.
func (s *Service) Federation() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		if r.Method != http.MethodGet && r.Method != http.MethodPost {
			(&Error{Status: http.StatusMethodNotAllowed, Code: "MethodNotAllowed", Message: "The federation endpoint takes GET and POST."}).Write(w)
			return
		}
		values, refused := federationValues(w, r)
		if e := s.checkHost(r); e != nil {
			refused = e
		}
		if refused == nil {
			switch action := values.Get("Action"); action {
			case "getSigninToken":
				if refused = programOnly(r); refused == nil {
					refused = s.getSigninToken(w, r, values)
				}
			case "login":
				refused = s.loginByToken(w, r, values)
			default:
				refused = invalid("The Action is getSigninToken or login.")
			}
		}
		s.metrics.count(refused)
		if refused != nil {
			refused.Write(w)
		}
	})
}

// programOnly refuses what a page of another site asks for in somebody's browser: by
// failures it could lock that address out. Programs send no such header.
func programOnly(r *http.Request) *Error {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return &Error{Status: http.StatusForbidden, Code: CodeCsrfRefused, Message: "The request comes from a page of another site. Programs ask for sign-in tokens."}
	}
	return nil
}

// federationValues reads the parameters, from the query or from a form.
func federationValues(w http.ResponseWriter, r *http.Request) (url.Values, *Error) {
	broken := invalid("The parameters cannot be read.")
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, broken
	}
	if r.Method == http.MethodGet || len(values) > 0 {
		return values, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, is := errors.AsType[*http.MaxBytesError](err); is {
		return nil, &Error{Status: http.StatusRequestEntityTooLarge, Code: CodeRequestTooLarge, Message: "The request is larger than 16 KiB."}
	}
	if values, err = url.ParseQuery(string(body)); err != nil {
		return nil, broken
	}
	return values, nil
}

// federationSession is the JSON of the Session parameter.
type federationSession struct {
	ID    string `json:"sessionId"`
	Key   string `json:"sessionKey"`
	Token string `json:"sessionToken"`
}

// getSigninToken is Action=getSigninToken.
func (s *Service) getSigninToken(w http.ResponseWriter, r *http.Request, values url.Values) *Error {
	in, seconds, refused := federationInput(values)
	if refused != nil {
		return refused
	}
	try, data := s.limiter.begin(s.limiter.accessKey(in.ID), s.source(r)), signInData{MobileVersion: mobile(r), MFAUsed: "No"}
	if try.wait > 0 {
		return s.tooEarly(r, try, getSigninToken, s.claimed(in.ID, in.Token), messageFailed, data)
	}
	caller, err := s.cfg.Directory.VerifyAccessKey(in.ID, in.Key, in.Token)
	if err != nil {
		return s.fail(r, try, getSigninToken, s.claimed(in.ID, in.Token), messageFailed, data, errCredentials)
	}
	if s.wantsCode(proof{principal: caller.Principal, by: &caller}) {
		try.release()
		if e := s.recordAttempt(r, try, getSigninToken, federated(caller), messageFailed, data); e != nil {
			return e
		}
		return errWithoutCode
	}
	try.succeed(r.Context())
	t := signinToken{caller: caller, epoch: s.cfg.Directory.LoginEpoch(caller.Principal.Ref())}
	if seconds > 0 {
		// New credentials, since the old ones may end before.
		t.lifetime = min(time.Duration(seconds)*time.Second, s.cfg.SessionDuration)
		t.caller = s.cfg.Directory.ConsoleCaller(caller.Principal, *caller.Session, t.lifetime)
	}
	event := s.signInEvent(r, getSigninToken, federated(caller), "", data)
	event.ResponseElements, _ = json.Marshal(struct {
		Credentials    map[string]string `json:"credentials"`
		GetSigninToken string            `json:"GetSigninToken"`
	}{map[string]string{"accessKeyId": t.caller.AccessKeyID}, "Success"})
	if e := s.record(r, event); e != nil {
		return e
	}
	writeJSON(w, http.StatusOK, map[string]string{"SigninToken": s.tokens.add(t)})
	return nil
}

var errCredentials = &Error{
	Status: http.StatusUnauthorized, Code: CodeAuthenticationFailed,
	Message: "The credentials are not valid, or have expired. The Session needs sessionId, sessionKey and sessionToken of temporary credentials.",
}

var errWithoutCode = &Error{
	Status: http.StatusForbidden, Code: identity.CodeAccessDenied,
	Message: "The user has an MFA device, and these credentials were made without it. Sign in to the console itself, or with a role's credentials.",
}

var errToken = &Error{
	Status: http.StatusBadRequest, Code: CodeAuthenticationFailed,
	Message: "The sign-in token is unknown, was used already, or is older than 15 minutes. Ask for a new one.",
}

func federationInput(values url.Values) (in federationSession, seconds int, refused *Error) {
	if kind := values.Get("SessionType"); kind != "" && kind != "json" {
		return in, 0, invalid("The SessionType is json.")
	}
	// Tools send members of their own beside the three; AWS takes no offense.
	if err := json.Unmarshal([]byte(values.Get("Session")), &in); err != nil || in.ID == "" || in.Key == "" || in.Token == "" {
		return in, 0, invalid(`The Session is JSON: {"sessionId":"ASIA...","sessionKey":"...","sessionToken":"..."}.`)
	}
	text := values.Get("SessionDuration")
	if text == "" {
		text = values.Get("DurationSeconds") // what some tools call it
	}
	if text == "" {
		return in, 0, nil
	}
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < minFederation || seconds > maxFederation {
		return in, 0, invalid("The SessionDuration is 900 to 43200 seconds.")
	}
	return in, seconds, nil
}

// loginByToken is Action=login: a link that a person opens, from anywhere. The Issuer,
// where AWS's console sends people whose session has ended, is not used.
func (s *Service) loginByToken(w http.ResponseWriter, r *http.Request, values url.Values) *Error {
	page, ok := s.federationPage(r, values.Get("Destination"))
	if !ok {
		return invalid("The Destination is a page of this console: a path such as /console/events, or its address.")
	}
	token := values.Get("SigninToken")
	t, fresh, known := s.tokens.get(token)
	data := signInData{MobileVersion: mobile(r), MFAUsed: "No"}
	if !known {
		return s.unknownToken(r, consoleLogin, data, errToken)
	}
	p := proof{principal: t.caller.Principal, epoch: t.epoch, by: &t.caller}
	good := fresh && s.current(p)
	if !s.tokens.take(token) || !good {
		if e := s.record(r, s.signInEvent(r, consoleLogin, federated(t.caller), messageFailed, data)); e != nil {
			return e
		}
		return errToken
	}
	now := s.cfg.Now()
	expires := t.caller.Session.Expires
	if t.lifetime > 0 {
		expires = now.Add(t.lifetime)
	}
	if latest := now.Add(s.cfg.SessionDuration); expires.After(latest) {
		expires = latest
	}
	value := s.sessionOf(r, t.caller, expires)
	value.Epoch = t.epoch
	event := s.signInEvent(r, consoleLogin, federated(t.caller), "", data)
	if _, e := s.begin(w, r, value, t.caller.Principal, func() *Error { return s.record(r, event) }); e != nil {
		return e
	}
	http.Redirect(w, r, page, http.StatusFound)
	return nil
}

// federationPage is the page to go to. Tools name pages of AWS's own console, which is
// elsewhere: what they mean is the console.
func (s *Service) federationPage(r *http.Request, destination string) (string, bool) {
	if u, err := url.Parse(destination); err == nil && u.Scheme == "https" && u.User == nil {
		host := strings.ToLower(u.Hostname())
		if host == "console.aws.amazon.com" || strings.HasSuffix(host, ".console.aws.amazon.com") {
			return homePath, true
		}
	}
	return s.localPath(r, destination)
}
