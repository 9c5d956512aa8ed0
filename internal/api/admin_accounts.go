package api

import (
	"context"
	"fmt"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/identity"
)

// createAccount makes an account with an administrator, and hands the
// administrator's key out and to Config.CredentialIssued under a profile named
// after the account.
func (s *Server) createAccount(ctx context.Context, r *Request, in *cairnapi.CreateAccountInput) (*cairnapi.CreateAccountOutput, error) {
	id := *in.AccountId
	if r.AccountID() != s.cfg.DefaultAccountID {
		return nil, Denied(r.Caller, "cairn:CreateAccount", "arn:aws:iam::"+id+":root")
	}
	key, err := s.cfg.Directory.CreateAccount(ctx, id, text(in.Name))
	if err != nil {
		return nil, fmt.Errorf("create the account: %w", err)
	}
	if err := s.cfg.CredentialIssued(id, key); err != nil {
		return nil, fmt.Errorf("account %s is made, but its key could not be handed out: %w", id, err)
	}
	account, ok := s.cfg.Directory.Account(id)
	if !ok {
		account = identity.Account{ID: id, Name: text(in.Name)}
	}
	shown := accountOutput(account)
	return &cairnapi.CreateAccountOutput{Account: &shown, AccessKey: keyOutput(key)}, nil
}

// listAccounts lists the accounts that the caller may administer.
func (s *Server) listAccounts(_ context.Context, r *Request, _ *cairnapi.ListAccountsInput) (*cairnapi.ListAccountsOutput, error) {
	out := &cairnapi.ListAccountsOutput{Accounts: []cairnapi.Account{}}
	for _, a := range s.cfg.Directory.ListAccounts() {
		if s.administers(r, a.ID) {
			out.Accounts = append(out.Accounts, accountOutput(a))
		}
	}
	return out, nil
}

func accountOutput(a identity.Account) cairnapi.Account {
	out := cairnapi.Account{AccountId: &a.ID, Name: optional(a.Name)}
	if !a.Created.IsZero() {
		out.CreateDate = &a.Created
	}
	return out
}

// keyOutput is a new key with its secret, which the record hides.
func keyOutput(key identity.Credential) *cairnapi.AccessKey {
	return &cairnapi.AccessKey{
		AccountId:       &key.AccountID,
		UserName:        optional(key.UserName),
		AccessKeyId:     &key.AccessKeyID,
		SecretAccessKey: &key.SecretAccessKey,
		Status:          cairnapi.AccessKeyStatusActive,
	}
}
