// Package identity is Cairn's directory of accounts and principals and the
// gate that tells who signed a request.
//
// It guarantees that a [Caller] it returns proved possession of a secret key:
// every request is verified by Signature Version 4, as AWS does it. Secrets
// rest encrypted in the control-plane store; see [Directory].
//
// On disk it has two files of its own, both for the owner only: the key file
// of [LoadOrCreateKey], with which the secrets are sealed, and the credentials
// file of [WriteProfile]. Temporary credentials are stored nowhere; their
// session token carries them. The package starts no goroutines, and its locks
// are described at [Directory].
//
// What it does not do: it knows no operation of any API. What a caller may do
// is asked with [Directory.Allowed], in IAM's action and resource words.
package identity

import "time"

// PrincipalType is the kind of a principal, in the words of the CloudTrail
// userIdentity element.
type PrincipalType string

// The kinds of principals that the directory keeps.
const (
	Root PrincipalType = "Root"
	User PrincipalType = "IAMUser"
	Role PrincipalType = "Role"
)

// Account is one AWS-shaped account: twelve digits and a name for people.
type Account struct {
	ID      string    `json:"id"`
	Name    string    `json:"name,omitempty"`
	Created time.Time `json:"created"`
}

// Principal is a root user, an IAM user or a role of one account.
type Principal struct {
	AccountID string        `json:"accountId"`
	Type      PrincipalType `json:"type"`
	// Name is the user or role name; empty for root.
	Name string `json:"name,omitempty"`
	// Path is "/" or "/team/": as in IAM, part of the ARN.
	Path string `json:"path,omitempty"`
	// ID is the unique id: the account id for root, AIDA… for users, AROA… for roles.
	ID string `json:"id"`
	// ARN is arn:aws:iam::ACCOUNT:root, :user/PATH NAME or :role/PATH NAME.
	ARN string `json:"arn"`
	// Policies are the identity-based policies attached to the principal.
	Policies []Policy `json:"policies,omitempty"`
	// Trust says who may assume a role; nil for root and users.
	Trust   *Policy   `json:"trust,omitempty"`
	Created time.Time `json:"created"`
}

// Session is what temporary credentials carry beyond their principal.
type Session struct {
	// Name is the role session name; empty for GetSessionToken.
	Name string `json:"name,omitempty"`
	// Created is when the credentials were issued.
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	// MFA tells whether the issuer authenticated with a second factor.
	MFA            bool   `json:"mfa,omitempty"`
	SourceIdentity string `json:"sourceIdentity,omitempty"`
}

// Caller is who signed a request. The zero Caller is nobody: an anonymous or
// unproven request.
type Caller struct {
	// Principal is the root, user or role whose rights the request has.
	Principal Principal
	// AccessKeyID is the key that signed: AKIA… or, temporary, ASIA….
	AccessKeyID string
	// Session is set for temporary credentials only.
	Session *Session
	// Region and Service come from the credential scope of the signature.
	Region, Service string
}

// Known tells whether the caller proved who it is.
func (c Caller) Known() bool { return c.Principal.ID != "" }
