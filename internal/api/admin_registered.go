package api

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/identity"
)

// Registered keys are access keys whose secret Cairn does not have: somebody
// else verifies their calls, and Cairn only needs to know whom they are from.

// maxRegisteredPage is the page size of ListRegisteredAccessKeys when MaxResults
// is absent, and the largest that the model allows. Every AssumeRole that is
// recorded may add a key, so there can be many.
const maxRegisteredPage = 1000

// registerAccessKey says whom the calls with a key are from. Registering a key
// again replaces what was said before.
func (s *Server) registerAccessKey(ctx context.Context, r *Request, in *cairnapi.RegisterAccessKeyInput) (*cairnapi.RegisterAccessKeyOutput, error) {
	named := in.AccountId
	if named == nil && in.Type == cairnapi.RegisteredTypeAWSService {
		named = &s.cfg.DefaultAccountID // See keeperOf.
	}
	account, err := s.accountOf(r, "cairn:RegisterAccessKey", named)
	if err != nil {
		return nil, err
	}
	if _, ok := s.cfg.Directory.Account(account); !ok {
		return nil, Errorf(cairnapi.CodeNoSuchEntity, "The account with id %s cannot be found. Make it first: cairn account create %s", account, account)
	}
	who, err := s.registeredIdentity(account, in)
	if err != nil {
		return nil, err
	}
	// The directory lets any registration replace another; here it must not be
	// that of an account in which the caller has no say.
	if old, ok := s.cfg.Directory.Known(*in.AccessKeyId); ok && !s.administers(r, s.keeperOf(&old)) {
		return nil, Errorf(cairnapi.CodeEntityAlreadyExists, "The access key %s has an owner already.", *in.AccessKeyId)
	}
	key := identity.KnownKey{Identity: who, Registered: true}
	if err := s.cfg.Directory.Learn(ctx, key); err != nil {
		return nil, fmt.Errorf("register the access key: %w", err)
	}
	shown := registeredOutput(&key)
	return &cairnapi.RegisterAccessKeyOutput{RegisteredAccessKey: &shown}, nil
}

// deregisterAccessKey makes a key unknown again, a learned one too. Its calls
// are recorded as those of nobody known from now on.
func (s *Server) deregisterAccessKey(ctx context.Context, r *Request, in *cairnapi.DeregisterAccessKeyInput) (*cairnapi.DeregisterAccessKeyOutput, error) {
	key, ok := s.cfg.Directory.Known(*in.AccessKeyId)
	if !ok || !s.administers(r, s.keeperOf(&key)) {
		return nil, Errorf(cairnapi.CodeNoSuchEntity, "The access key %s is not registered.", *in.AccessKeyId)
	}
	if err := s.cfg.Directory.Forget(ctx, *in.AccessKeyId); err != nil {
		return nil, fmt.Errorf("deregister the access key: %w", err)
	}
	return &cairnapi.DeregisterAccessKeyOutput{}, nil
}

// listRegisteredAccessKeys lists the registered keys of an account and the
// temporary ones that were learned, sorted by id. NextToken is the last id of
// the page before; it proves nothing and needs not to.
func (s *Server) listRegisteredAccessKeys(_ context.Context, r *Request, in *cairnapi.ListRegisteredAccessKeysInput) (*cairnapi.ListRegisteredAccessKeysOutput, error) {
	account, err := s.accountOf(r, "cairn:ListRegisteredAccessKeys", in.AccountId)
	if err != nil {
		return nil, err
	}
	if _, ok := s.cfg.Directory.Account(account); !ok {
		return nil, Errorf(cairnapi.CodeNoSuchEntity, "The account with id %s cannot be found.", account)
	}
	limit := maxRegisteredPage
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	out := &cairnapi.ListRegisteredAccessKeysOutput{RegisteredAccessKeys: []cairnapi.RegisteredAccessKey{}}
	for _, key := range s.cfg.Directory.ListKnown() {
		if key.Identity.AccessKeyID <= text(in.NextToken) || s.keeperOf(&key) != account {
			continue
		}
		if n := len(out.RegisteredAccessKeys); n == limit {
			out.NextToken = out.RegisteredAccessKeys[n-1].AccessKeyId
			break
		}
		out.RegisteredAccessKeys = append(out.RegisteredAccessKeys, registeredOutput(&key))
	}
	return out, nil
}

// keeperOf is the account whose administrators have a say about a known key: its
// own, or the first one for keys of services, which have no account, and of
// accounts that Cairn does not have.
func (s *Server) keeperOf(key *identity.KnownKey) string {
	if _, ok := s.cfg.Directory.Account(key.Identity.AccountID); ok {
		return key.Identity.AccountID
	}
	return s.cfg.DefaultAccountID
}

// registeredIdentity makes the userIdentity of a registration, and derives what
// it does not say. A session begins when it is registered.
func (s *Server) registeredIdentity(account string, in *cairnapi.RegisterAccessKeyInput) (identity.UserIdentity, error) {
	if err := checkRegistration(in); err != nil {
		return identity.UserIdentity{}, err
	}
	caller := identity.Caller{AccessKeyID: *in.AccessKeyId}
	var err error
	switch in.Type {
	case cairnapi.RegisteredTypeAWSService:
		return identity.UserIdentity{Type: identity.TypeAWSService, AccessKeyID: *in.AccessKeyId, InvokedBy: *in.InvokedBy}, nil
	case cairnapi.RegisteredTypeRoot:
		caller.Principal = identity.Principal{AccountID: account, Type: identity.Root, ID: account, ARN: "arn:aws:iam::" + account + ":root"}
	case cairnapi.RegisteredTypeIAMUser:
		caller.Principal, err = s.registeredPrincipal(account, identity.User, text(in.UserName), text(in.Arn), text(in.PrincipalId))
	case cairnapi.RegisteredTypeAssumedRole:
		caller.Session = &identity.Session{Name: *in.SessionName, Created: s.cfg.Now().UTC().Truncate(time.Second)}
		caller.Principal, err = s.registeredPrincipal(account, identity.Role, text(in.RoleName), text(in.RoleArn), text(in.PrincipalId))
	}
	return caller.UserIdentity(), err
}

// checkRegistration tells whether the members of a registration go with its
// type: what belongs to another type is refused and not ignored.
func checkRegistration(in *cairnapi.RegisterAccessKeyInput) error {
	const user, role, service = cairnapi.RegisteredTypeIAMUser, cairnapi.RegisteredTypeAssumedRole, cairnapi.RegisteredTypeAWSService
	for _, m := range []struct {
		name  string
		given bool
		types []cairnapi.RegisteredType
	}{
		{"AccountId", in.AccountId != nil, []cairnapi.RegisteredType{user, role, cairnapi.RegisteredTypeRoot}},
		{"UserName", in.UserName != nil, []cairnapi.RegisteredType{user}},
		{"Arn", in.Arn != nil, []cairnapi.RegisteredType{user}},
		{"RoleName", in.RoleName != nil, []cairnapi.RegisteredType{role}},
		{"RoleArn", in.RoleArn != nil, []cairnapi.RegisteredType{role}},
		{"SessionName", in.SessionName != nil, []cairnapi.RegisteredType{role}},
		{"PrincipalId", in.PrincipalId != nil, []cairnapi.RegisteredType{user, role}},
		{"InvokedBy", in.InvokedBy != nil, []cairnapi.RegisteredType{service}},
	} {
		if m.given && !slices.Contains(m.types, in.Type) {
			return Errorf(cairnapi.CodeInvalidInput, "%s does not go with a key of the type %s.", m.name, in.Type)
		}
	}
	for _, m := range []struct {
		of      cairnapi.RegisteredType
		missing bool
		needs   string
	}{
		{user, in.UserName == nil && in.Arn == nil, "UserName or Arn"},
		{role, in.RoleName == nil && in.RoleArn == nil, "RoleName or RoleArn"},
		{role, in.SessionName == nil, "SessionName"},
		{service, in.InvokedBy == nil, "InvokedBy"},
	} {
		if m.missing && m.of == in.Type {
			return Errorf(cairnapi.CodeInvalidInput, "A key of the type %s needs %s.", in.Type, m.needs)
		}
	}
	return nil
}

// principalARN is the ARN of a user or a role: account, kind and name. Source:
// "IAM ARNs" of the IAM User Guide.
var principalARN = regexp.MustCompile(`^arn:aws:iam::([0-9]{12}):(user|role)/(?:[\x21-\x7E]*/)?([\w+=,.@-]{1,64})$`)

// registeredPrincipal is the user or role that a registration names by its name
// or its ARN. What is not said is the directory's, where it has that principal;
// otherwise the ARN has no path and the id is made up.
func (s *Server) registeredPrincipal(account string, kind identity.PrincipalType, name, arn, id string) (identity.Principal, error) {
	p := identity.Principal{AccountID: account, Type: kind, Name: name, ARN: arn, ID: id}
	word, prefix := "user", "AIDA"
	if kind == identity.Role {
		word, prefix = "role", "AROA"
	}
	if arn != "" {
		m := principalARN.FindStringSubmatch(arn)
		switch {
		case m == nil || m[2] != word:
			return p, Errorf(cairnapi.CodeInvalidInput, "%s is not the ARN of a %s, which is like arn:aws:iam::%s:%s/NAME.", shorten(arn), word, account, word)
		case m[1] != account:
			return p, Errorf(cairnapi.CodeInvalidInput, "%s is not in the account %s; name the account of the key with AccountId.", shorten(arn), account)
		case name != "" && name != m[3]:
			return p, Errorf(cairnapi.CodeInvalidInput, "%s is not the ARN of the %s %s.", shorten(arn), word, name)
		}
		p.Name = m[3]
	}
	if own, ok := s.cfg.Directory.Principal(p.Ref()); ok && (arn == "" || arn == own.ARN) {
		p.Name, p.ARN = own.Name, own.ARN
		if id == "" {
			p.ID = own.ID
		}
	}
	if p.ARN == "" {
		p.ARN = "arn:aws:iam::" + account + ":" + word + "/" + p.Name
	}
	if p.ID == "" {
		p.ID = madeUpID(prefix, p.ARN)
	}
	return p, nil
}

// madeUpID is a unique id for a principal whose own is not known: the prefix of
// its kind, and the first 17 characters of the SHA-256 of its ARN in base32. All
// keys of one principal have the same.
func madeUpID(prefix, arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return prefix + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

func registeredOutput(key *identity.KnownKey) cairnapi.RegisteredAccessKey {
	u, learned := key.Identity, !key.Registered
	out := cairnapi.RegisteredAccessKey{
		AccountId:   optional(u.AccountID),
		AccessKeyId: &u.AccessKeyID,
		Type:        optional(u.Type),
		UserName:    optional(u.UserName),
		Arn:         optional(u.ARN),
		PrincipalId: optional(u.PrincipalID),
		InvokedBy:   optional(u.InvokedBy),
		Learned:     &learned,
	}
	if u.Session != nil && u.Session.Issuer != nil && u.Type == identity.TypeAssumedRole {
		out.RoleArn = optional(u.Session.Issuer.ARN)
	}
	if !key.Expires.IsZero() {
		out.Expiration = &key.Expires
	}
	return out
}
