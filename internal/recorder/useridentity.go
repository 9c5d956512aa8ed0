package recorder

import (
	"maps"
	"slices"
	"strconv"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/identity"
)

// userIdentity renders who made a call (guide, "CloudTrail userIdentity
// element").
func userIdentity(o *object, u *identity.UserIdentity) {
	o.open()
	o.some("type", u.Type)
	o.some("principalId", clean(u.PrincipalID))
	o.some("arn", clean(u.ARN))
	o.some("accountId", u.AccountID)
	if u.AccessKeyID != "" || u.NoAccessKey {
		o.text("accessKeyId", clean(u.AccessKeyID))
	}
	o.some("userName", clean(u.UserName))
	o.some("credentialId", clean(u.CredentialID))
	o.some("identityProvider", clean(u.IdentityProvider))
	if u.Session != nil {
		sessionContext(o, u.Session)
	}
	o.some("invokedBy", u.InvokedBy)
	o.close()
}

func sessionContext(o *object, s *identity.UserSession) {
	o.member("sessionContext")
	o.open()
	if i := s.Issuer; i != nil {
		o.member("sessionIssuer")
		o.open()
		if *i != (identity.SessionIssuer{}) {
			o.text("type", i.Type)
			o.text("principalId", clean(i.PrincipalID))
			o.text("arn", clean(i.ARN))
			o.text("accountId", i.AccountID)
			o.some("userName", clean(i.UserName))
		}
		o.close()
	}
	if w := s.WebIdentity; w != nil {
		webIdentity(o, w)
	}
	if s.AssumedRoot {
		o.text("assumedRoot", "true")
	}
	o.member("attributes")
	o.open()
	o.time("creationDate", s.Created)
	o.text("mfaAuthenticated", strconv.FormatBool(s.MFA))
	o.close()
	o.some("sourceIdentity", clean(s.SourceIdentity))
	o.close()
}

func webIdentity(o *object, w *identity.WebIdentity) {
	o.member("webIdFederationData")
	o.open()
	o.some("federatedProvider", clean(w.Provider))
	if len(w.Attributes) > 0 {
		o.member("attributes")
		o.open()
		for _, name := range slices.Sorted(maps.Keys(w.Attributes)) {
			if o.comma {
				o.b = append(o.b, ',')
			}
			o.b = append(event.AppendString(o.b, clean(name)), ':')
			o.b = event.AppendString(o.b, clean(w.Attributes[name]))
			o.comma = true
		}
		o.close()
	}
	o.close()
}
