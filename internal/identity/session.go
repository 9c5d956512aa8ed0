package identity

import (
	"context"
	"strings"
	"time"
)

// AssumeRoleInput is what a caller asks of AssumeRole ("AssumeRole", STS API
// reference). Session policies and tags are not supported: the wire must
// refuse a request that has them, since ignoring a session policy would give
// more than was asked for.
type AssumeRoleInput struct {
	RoleARN     string
	SessionName string
	// DurationSeconds is 900 to 43200; 0 means 3600.
	DurationSeconds int
	// SourceIdentity needs the right to sts:SetSourceIdentity as well. The one
	// of a session stays with all sessions that are made from it.
	SourceIdentity string
	ExternalID     string
}

// Credentials are temporary credentials. They are not stored: the session
// token carries them, sealed with the master key.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
	// Caller is who the credentials make one: its ARN and PrincipalID are the
	// AssumedRoleUser of AssumeRole's answer.
	Caller Caller
}

// The bounds of sessions, in seconds, from the STS API reference.
const (
	minDuration         = 900
	maxRoleDuration     = 43200
	maxChainedDuration  = 3600
	maxUserDuration     = 129600
	maxRootDuration     = 3600
	defaultRoleDuration = 3600
	defaultUserDuration = 43200
)

// AssumeRole gives credentials of a role's session.
//
// The role's trust policy must allow sts:AssumeRole to the caller. A caller of
// the same account needs nothing more if that policy names it by ARN (the
// user, the role, or the role's session); if the policy speaks of the account
// or of everyone, it only delegates, and the caller's own policies must allow
// sts:AssumeRole on the role too. A caller of another account always needs
// both. A deny anywhere wins. The same holds for sts:SetSourceIdentity if
// there is a source identity. ("Policy evaluation logic" and "AWS JSON policy
// elements: Principal", IAM User Guide.)
//
// Root may assume no role. A session that assumes a role gets an hour at most
// (role chaining).
//
// Errors: AccessDenied, also for a role that does not exist, so that nobody
// learns which do; ValidationError.
func (d *Directory) AssumeRole(_ context.Context, caller Caller, in AssumeRoleInput) (Credentials, error) {
	if err := in.validate(caller); err != nil {
		return Credentials{}, err
	}
	if caller.Principal.Type == Root && caller.Known() {
		return Credentials{}, refuse(CodeAccessDenied, "Roles may not be assumed by root accounts.")
	}
	if caller.Session != nil && caller.Session.SourceIdentity != "" {
		if in.SourceIdentity != "" && in.SourceIdentity != caller.Session.SourceIdentity {
			return Credentials{}, notAuthorized(caller, "sts:SetSourceIdentity", in.RoleARN)
		}
		in.SourceIdentity = caller.Session.SourceIdentity
	}
	actions := []string{"sts:AssumeRole"}
	if in.SourceIdentity != "" {
		actions = append(actions, "sts:SetSourceIdentity")
	}
	role := d.roleByARN(in.RoleARN)
	for _, action := range actions {
		if role == nil || !d.mayAssume(caller, role, action, &in) {
			return Credentials{}, notAuthorized(caller, action, in.RoleARN)
		}
	}
	seconds := in.DurationSeconds
	if seconds == 0 {
		seconds = defaultRoleDuration
	}
	return d.issue(role.Principal, Session{Name: in.SessionName, SourceIdentity: in.SourceIdentity}, seconds)
}

func (in *AssumeRoleInput) validate(caller Caller) error {
	if !sessionNameRE.MatchString(in.SessionName) {
		return invalidMember("roleSessionName", in.SessionName, `[\w+=,.@-]{2,64}`)
	}
	if in.SourceIdentity != "" && !sessionNameRE.MatchString(in.SourceIdentity) {
		return invalidMember("sourceIdentity", in.SourceIdentity, `[\w+=,.@-]{2,64}`)
	}
	if in.ExternalID != "" && (!externalIDRE.MatchString(in.ExternalID) || len(in.ExternalID) > 1224) {
		return invalidMember("externalId", in.ExternalID, `[\w+=,.@:\/-]{2,1224}`)
	}
	if len(in.RoleARN) < 20 || len(in.RoleARN) > 2048 || !strings.HasPrefix(in.RoleARN, "arn:") {
		return refuse(CodeValidationError, "%s is invalid", clip(in.RoleARN))
	}
	if in.DurationSeconds == 0 {
		return nil
	}
	if err := checkDuration(in.DurationSeconds, maxRoleDuration); err != nil {
		return err
	}
	if caller.Session != nil && caller.Principal.Type == Role && in.DurationSeconds > maxChainedDuration {
		return refuse(CodeValidationError, "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	return nil
}

// mayAssume puts the trust policy and the caller's own policies together.
func (d *Directory) mayAssume(caller Caller, role *principalEntry, action string, in *AssumeRoleInput) bool {
	if !caller.Known() || role.trust == nil {
		return false
	}
	if current, ok := d.Principal(caller.Principal.Ref()); !ok || current.ID != caller.Principal.ID {
		return false
	}
	q := &question{caller: caller, action: action, resource: role.ARN, assume: in}
	var trust verdict
	role.trust.ask(q, &trust)
	own := d.identityVerdict(q)
	if !trust.ok() || own.deny {
		return false
	}
	if caller.AccountID() == role.AccountID && trust.named {
		return true
	}
	return own.allow
}

// roleByARN finds a role by its exact ARN, path and case included.
func (d *Directory) roleByARN(arn string) *principalEntry {
	p := strings.SplitN(arn, ":", 6)
	if len(p) != 6 {
		return nil
	}
	name := p[5][strings.LastIndexByte(p[5], '/')+1:]
	e, ok := d.principal(Ref{p[4], Role, name})
	if !ok || e.ARN != arn {
		return nil
	}
	return e
}

// GetSessionToken gives temporary credentials with the rights of the caller,
// a user or root with long-term credentials; it needs no permission. The
// duration is 900 to 129600 seconds; 0 means 43200. Root gets an hour at most,
// whatever it asks for ("GetSessionToken", STS API reference).
//
// Errors: AccessDenied (the caller has session credentials or is nobody),
// ValidationError.
func (d *Directory) GetSessionToken(_ context.Context, caller Caller, seconds int) (Credentials, error) {
	if caller.Session != nil {
		return Credentials{}, refuse(CodeAccessDenied, "Cannot call GetSessionToken with session credentials")
	}
	current, ok := d.Principal(caller.Principal.Ref())
	if !ok || !caller.Known() || current.ID != caller.Principal.ID || current.Type == Role {
		return Credentials{}, refuse(CodeAccessDenied, "Access denied")
	}
	if seconds == 0 {
		seconds = defaultUserDuration
	}
	if err := checkDuration(seconds, maxUserDuration); err != nil {
		return Credentials{}, err
	}
	if current.Type == Root {
		seconds = min(seconds, maxRootDuration)
	}
	return d.issue(current, Session{}, seconds)
}

// issue makes the credentials. The expiry is a whole second, as STS shows it.
func (d *Directory) issue(p Principal, s Session, seconds int) (Credentials, error) {
	s.Created = d.stamp()
	s.Expires = s.Created.Add(time.Duration(seconds) * time.Second)
	t := &openToken{
		KeyID: newTemporaryKeyID(), Secret: newSecret(),
		AccountID: p.AccountID, PrincipalType: p.Type, PrincipalName: p.Name, PrincipalID: p.ID,
		Session: s,
	}
	token, err := d.sealToken(t)
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{
		AccessKeyID: t.KeyID, SecretAccessKey: t.Secret, SessionToken: token, Expiration: s.Expires,
		Caller: Caller{Principal: p, AccessKeyID: t.KeyID, Session: &s},
	}, nil
}

func notAuthorized(caller Caller, action, roleARN string) error {
	return refuse(CodeAccessDenied, "User: %s is not authorized to perform: %s on resource: %s", caller.ARN(), action, roleARN)
}

func checkDuration(seconds, highest int) error {
	word, bound := "", 0
	switch {
	case seconds < minDuration:
		word, bound = "greater", minDuration
	case seconds > highest:
		word, bound = "less", highest
	default:
		return nil
	}
	return refuse(CodeValidationError, "1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: "+
		"Member must have value %s than or equal to %d", seconds, word, bound)
}

func invalidMember(member, value, pattern string) error {
	return refuse(CodeValidationError, "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: "+
		"Member must satisfy regular expression pattern: %s", clip(value), member, pattern)
}
