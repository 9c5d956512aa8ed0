package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/identity"
)

// Directory is the part of identity.Directory that the administration API
// stands on. Its refusals are *identity.Error.
type Directory interface {
	CreateAccount(ctx context.Context, id, name string) (identity.Credential, error)
	Account(id string) (identity.Account, bool)
	ListAccounts() []identity.Account

	CreateUser(ctx context.Context, accountID, name, path string) (identity.Principal, error)
	CreateRole(ctx context.Context, accountID, name, path string, trust []byte) (identity.Principal, error)
	AttachPolicy(ctx context.Context, r identity.Ref, name string, document []byte) error
	DeletePrincipal(ctx context.Context, r identity.Ref) error
	Principal(r identity.Ref) (identity.Principal, bool)
	ListPrincipals(accountID string) ([]identity.Principal, error)

	CreateAccessKey(ctx context.Context, r identity.Ref) (identity.Credential, error)
	DeleteAccessKey(ctx context.Context, accountID, keyID string) error
	SetAccessKeyStatus(ctx context.Context, accountID, keyID string, status identity.KeyStatus) error
	ListAccessKeys(accountID string) ([]identity.AccessKey, error)

	Learn(ctx context.Context, k identity.KnownKey) error
	Forget(ctx context.Context, accessKeyID string) error
	Known(accessKeyID string) (identity.KnownKey, bool)
	ListKnown() []identity.KnownKey

	CreateLoginProfile(ctx context.Context, r identity.Ref, password string) error
	UpdateLoginProfile(ctx context.Context, r identity.Ref, password string) error
	DeleteLoginProfile(ctx context.Context, r identity.Ref) error
	LoginProfile(r identity.Ref) (identity.LoginProfile, bool)
	MFADevices(r identity.Ref) []identity.MFADevice
	DeactivateMFADevice(ctx context.Context, r identity.Ref, serial string) error
	SignOut(ctx context.Context, r identity.Ref) error
}

var _ Directory = (*identity.Directory)(nil)

// The administration API acts in the caller's own account; principals of the
// installation's first account, Config.DefaultAccountID, may name another one.
// Without that rule the administrator of any account could make keys for all.

// administers tells whether the caller may act in the account.
func (s *Server) administers(r *Request, accountID string) bool {
	return r.AccountID() == accountID || r.AccountID() == s.cfg.DefaultAccountID
}

// accountOf returns the account that a request acts in: the caller's unless it
// names another that it may administer.
func (s *Server) accountOf(r *Request, action string, named *string) (string, error) {
	if named == nil {
		return r.AccountID(), nil
	}
	if !s.administers(r, *named) {
		return "", Denied(r.Caller, action, "arn:aws:iam::"+*named+":root")
	}
	return *named, nil
}
