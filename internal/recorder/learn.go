package recorder

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/identity"
)

// settleCaller corrects who made a call by what its answer says: nobody proved
// anything with a signature that was refused, callers with a token of a third
// party are named in the answer only, and credentials in an answer are learned.
func (r *Recorder) settleCaller(ctx context.Context, f *finished) {
	if slices.Contains(unproven, strings.TrimPrefix(f.response.ErrorCode, "Client.")) {
		f.identity, f.known = identity.Unproven(f.call.Signature.AccessKeyID), false
		return
	}
	if f.call.ServiceName != "sts" || f.response.ErrorCode != "" || f.response.Output.Kind != decode.Object {
		return
	}
	switch f.call.OperationName {
	case "AssumeRoleWithSAML":
		f.identity = samlCaller(&f.response.Output)
	case "AssumeRoleWithWebIdentity":
		f.identity = webCaller(&f.response.Output)
	}
	k, ok := issued(f)
	if !ok {
		return
	}
	if err := r.cfg.Directory.Learn(ctx, k); err != nil {
		// The call is recorded all the same; calls with these credentials will be
		// by somebody unknown.
		f.notes.add("credentials", "could not be learned: "+err.Error())
		r.cfg.Logger.Error("temporary credentials could not be learned; their calls will be recorded as unknown", "key", k.Identity.AccessKeyID, "error", err)
		return
	}
	r.metrics.learned.Inc()
}

// unproven are the codes of answers that did not accept the signature ("Common
// errors" of the API references of query and JSON services, and of S3).
//
//nolint:gochecknoglobals // a table
var unproven = []string{
	"SignatureDoesNotMatch", "InvalidSignatureException", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId",
	"MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature", "IncompleteSignatureException", "AuthFailure",
	"InvalidToken", "RequestExpired", "RequestTimeTooSkewed",
}

// samlCaller is the identity of AssumeRoleWithSAML's caller (user guide, L19617).
func samlCaller(out *decode.Value) identity.UserIdentity {
	subject, qualifier := textOf(out, "Subject"), textOf(out, "NameQualifier")
	return identity.UserIdentity{Type: identity.TypeSAMLUser, PrincipalID: qualifier + ":" + subject, UserName: subject, IdentityProvider: qualifier}
}

// webCaller is that of AssumeRoleWithWebIdentity: issuer, application and user.
func webCaller(out *decode.Value) identity.UserIdentity {
	provider, audience, subject := textOf(out, "Provider"), textOf(out, "Audience"), textOf(out, "SubjectFromWebIdentityToken")
	return identity.UserIdentity{Type: identity.TypeWebIdentity, PrincipalID: provider + ":" + audience + ":" + subject, UserName: subject, IdentityProvider: provider}
}

// issued makes the known key of the credentials in an answer of STS.
func issued(f *finished) (identity.KnownKey, bool) {
	in, out := &f.request.Input, &f.response.Output
	credentials := out.Get("Credentials")
	if credentials == nil || textOf(credentials, "AccessKeyId") == "" {
		return identity.KnownKey{}, false
	}
	s := &identity.UserSession{Created: f.x.Done, MFA: textOf(in, "SerialNumber") != "" && textOf(in, "TokenCode") != ""}
	k := identity.KnownKey{Expires: expiration(textOf(credentials, "Expiration"))}
	switch f.call.OperationName {
	case "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity":
		k.Identity = roleSession(in, out, s)
		s.SourceIdentity = first(textOf(out, "SourceIdentity"), textOf(in, "SourceIdentity"), sourceIdentity(&f.identity))
		if provider := f.identity.IdentityProvider; f.identity.Type == identity.TypeWebIdentity {
			s.WebIdentity.Provider = provider
			s.WebIdentity.Attributes = map[string]string{provider + ":app_id": textOf(out, "Audience"), provider + ":user_id": f.identity.UserName}
		}
	case "AssumeRoot":
		account := textOf(in, "TargetPrincipal")
		k.Identity = identity.UserIdentity{Type: "Root", PrincipalID: account, ARN: "arn:aws:iam::" + account + ":root", AccountID: account}
		s.AssumedRoot = true
	case "GetFederationToken":
		k.Identity = federatedUser(f, out)
		s.Issuer = issuer(&f.identity)
	case "GetSessionToken":
		k.Identity = f.identity
	default:
		return k, false
	}
	k.Identity.AccessKeyID, k.Identity.Session = textOf(credentials, "AccessKeyId"), s
	return k, true
}

func sourceIdentity(u *identity.UserIdentity) string {
	if u.Session == nil {
		return ""
	}
	return u.Session.SourceIdentity
}

// roleSession names a role's session by AssumedRoleUser.
func roleSession(in, out *decode.Value, s *identity.UserSession) identity.UserIdentity {
	var user decode.Value
	if v := out.Get("AssumedRoleUser"); v != nil {
		user = *v
	}
	role, id := textOf(in, "RoleArn"), textOf(&user, "AssumedRoleId")
	account := accountOf(role)
	s.WebIdentity = &identity.WebIdentity{}
	s.Issuer = &identity.SessionIssuer{Type: "Role", ARN: role, AccountID: account, UserName: role[strings.LastIndexByte(role, '/')+1:]}
	s.Issuer.PrincipalID, _, _ = strings.Cut(id, ":")
	arn := textOf(&user, "Arn")
	if arn == "" {
		arn = "arn:aws:sts::" + account + ":assumed-role/" + s.Issuer.UserName + "/" + textOf(in, "RoleSessionName")
	}
	return identity.UserIdentity{Type: identity.TypeAssumedRole, PrincipalID: id, ARN: arn, AccountID: account}
}

func federatedUser(f *finished, out *decode.Value) identity.UserIdentity {
	u := identity.UserIdentity{Type: identity.TypeFederatedUser, AccountID: f.identity.AccountID}
	if user := out.Get("FederatedUser"); user != nil {
		u.PrincipalID, u.ARN = textOf(user, "FederatedUserId"), textOf(user, "Arn")
	}
	if u.AccountID == "" {
		u.AccountID = accountOf(u.ARN)
	}
	return u
}

// issuer is a caller as the issuer of a session.
func issuer(u *identity.UserIdentity) *identity.SessionIssuer {
	return &identity.SessionIssuer{Type: u.Type, PrincipalID: u.PrincipalID, ARN: u.ARN, AccountID: u.AccountID, UserName: u.UserName}
}

// accountOf is the account of an ARN, or "".
func accountOf(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
}

// expiration reads the time at which credentials end; the zero time, never,
// where it cannot be read.
func expiration(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t
}
