package recorder

import (
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/redact"
)

// hideIdentity applies the rules about userIdentity. They see the element as it
// is recorded; what they may change are its texts.
func hideIdentity(rules *redact.Rules, rc redact.Call, u *identity.UserIdentity) {
	texts := []struct {
		name string
		at   *string
	}{{"principalId", &u.PrincipalID}, {"arn", &u.ARN}, {"accessKeyId", &u.AccessKeyID}, {"userName", &u.UserName}, {"identityProvider", &u.IdentityProvider}}
	v := decode.Value{Kind: decode.Object}
	for _, t := range texts {
		if *t.at != "" {
			v.Fields = append(v.Fields, decode.Field{Name: t.name, Value: decode.Value{Kind: decode.Text, Text: *t.at}})
		}
	}
	var session *identity.UserSession
	if u.Session != nil {
		copied := *u.Session
		session = &copied
		if session.SourceIdentity != "" {
			context := decode.Value{Kind: decode.Object, Fields: []decode.Field{{Name: "sourceIdentity", Value: decode.Value{Kind: decode.Text, Text: session.SourceIdentity}}}}
			v.Fields = append(v.Fields, decode.Field{Name: "sessionContext", Value: context})
		}
	}
	rules.Apply(rc, redact.UserIdentity, &v)
	for _, t := range texts {
		*t.at = textOf(&v, t.name)
	}
	if session != nil {
		session.SourceIdentity = ""
		if context := v.Get("sessionContext"); context != nil {
			session.SourceIdentity = textOf(context, "sourceIdentity")
		}
		u.Session = session
	}
}

// hideResources applies the rules about resources.
func hideResources(rules *redact.Rules, rc redact.Call, rs []Resource) {
	v := decode.Value{Kind: decode.List}
	for _, r := range rs {
		v.Items = append(v.Items, decode.Value{Kind: decode.Object, Fields: []decode.Field{
			{Name: "ARN", Value: decode.Value{Kind: decode.Text, Text: r.ARN}}, {Name: "ARNPrefix", Value: decode.Value{Kind: decode.Text, Text: r.ARNPrefix}},
		}})
	}
	rules.Apply(rc, redact.Resources, &v)
	for i := range rs {
		if i < len(v.Items) {
			rs[i].ARN, rs[i].ARNPrefix = textOf(&v.Items[i], "ARN"), textOf(&v.Items[i], "ARNPrefix")
		}
	}
}
