package identity

import "time"

// UserIdentity is the content of a record's userIdentity element ("CloudTrail
// userIdentity element", CloudTrail User Guide): who a call is from, as it is
// written. Empty fields are not written.
type UserIdentity struct {
	// Type is Root, IAMUser, AssumedRole, FederatedUser, AWSAccount, AWSService,
	// SAMLUser, WebIdentityUser, IdentityCenterUser or Unknown.
	Type        string `json:"type,omitempty"`
	PrincipalID string `json:"principalId,omitempty"`
	ARN         string `json:"arn,omitempty"`
	AccountID   string `json:"accountId,omitempty"`
	AccessKeyID string `json:"accessKeyId,omitempty"`
	// NoAccessKey writes an empty accessKeyId, as sign-in records have it whose
	// caller has no key yet.
	NoAccessKey bool   `json:"noAccessKey,omitempty"`
	UserName    string `json:"userName,omitempty"`
	// InvokedBy is the service that made the call.
	InvokedBy string `json:"invokedBy,omitempty"`
	// IdentityProvider is set for SAMLUser and WebIdentityUser.
	IdentityProvider string       `json:"identityProvider,omitempty"`
	CredentialID     string       `json:"credentialId,omitempty"`
	Session          *UserSession `json:"session,omitempty"`
}

// UserSession is the sessionContext of a userIdentity.
type UserSession struct {
	// Issuer is nil for sessions of users and root. An empty one is written as {},
	// as the records of root's console sessions have it.
	Issuer *SessionIssuer `json:"issuer,omitempty"`
	// WebIdentity is written where it is not nil, empty or not.
	WebIdentity    *WebIdentity `json:"webIdentity,omitempty"`
	Created        time.Time    `json:"created"`
	MFA            bool         `json:"mfa,omitempty"`
	SourceIdentity string       `json:"sourceIdentity,omitempty"`
	AssumedRoot    bool         `json:"assumedRoot,omitempty"`
}

// SessionIssuer is whom a session's credentials come from.
type SessionIssuer struct {
	// Type is Root, IAMUser or Role.
	Type        string `json:"type"`
	PrincipalID string `json:"principalId"`
	ARN         string `json:"arn"`
	AccountID   string `json:"accountId"`
	UserName    string `json:"userName,omitempty"`
}

// WebIdentity is a session's webIdFederationData.
type WebIdentity struct {
	Provider   string            `json:"provider,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

// The types of a userIdentity that the directory's own do not have.
const (
	TypeAssumedRole   = "AssumedRole"
	TypeFederatedUser = "FederatedUser"
	TypeAWSAccount    = "AWSAccount"
	TypeAWSService    = "AWSService"
	TypeSAMLUser      = "SAMLUser"
	TypeWebIdentity   = "WebIdentityUser"
	TypeUnknown       = "Unknown"
)

// Unproven is the identity of a call whose caller nobody vouches for. The key
// id that it claims is kept, since it joins attempts with each other.
func Unproven(accessKeyID string) UserIdentity {
	return UserIdentity{Type: TypeUnknown, AccessKeyID: accessKeyID}
}

// UserIdentity is how a record names the caller; the zero Caller is Unknown.
func (c Caller) UserIdentity() UserIdentity {
	if !c.Known() {
		return Unproven("")
	}
	p, s := &c.Principal, c.Session
	u := UserIdentity{Type: string(p.Type), PrincipalID: c.PrincipalID(), ARN: c.ARN(), AccountID: p.AccountID, AccessKeyID: c.AccessKeyID}
	role := p.Type == Role
	if role {
		u.Type = TypeAssumedRole
	} else {
		u.UserName = p.Name
	}
	if s == nil {
		return u
	}
	u.Session = &UserSession{Created: s.Created, MFA: s.MFA, SourceIdentity: s.SourceIdentity}
	if role {
		u.Session.Issuer = &SessionIssuer{Type: "Role", PrincipalID: p.ID, ARN: p.ARN, AccountID: p.AccountID, UserName: p.Name}
	}
	return u
}
