package api

import (
	"context"
	"fmt"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/identity"
)

// createAccessKey makes a key for a user. The secret is in this answer only.
func (s *Server) createAccessKey(ctx context.Context, r *Request, in *cairnapi.CreateAccessKeyInput) (*cairnapi.CreateAccessKeyOutput, error) {
	account, err := s.accountOf(r, "cairn:CreateAccessKey", in.AccountId)
	if err != nil {
		return nil, err
	}
	key, err := s.cfg.Directory.CreateAccessKey(ctx, identity.Ref{AccountID: account, Type: identity.User, Name: *in.UserName})
	if err != nil {
		return nil, fmt.Errorf("create the access key: %w", err)
	}
	return &cairnapi.CreateAccessKeyOutput{AccessKey: keyOutput(key)}, nil
}

// deleteAccessKey removes a key.
func (s *Server) deleteAccessKey(ctx context.Context, r *Request, in *cairnapi.DeleteAccessKeyInput) (*cairnapi.DeleteAccessKeyOutput, error) {
	account := s.accountOfKey(r, *in.AccessKeyId)
	if err := s.cfg.Directory.DeleteAccessKey(ctx, account, *in.AccessKeyId); err != nil {
		return nil, fmt.Errorf("delete the access key: %w", err)
	}
	return &cairnapi.DeleteAccessKeyOutput{}, nil
}

// updateAccessKey makes a key active or inactive.
func (s *Server) updateAccessKey(ctx context.Context, r *Request, in *cairnapi.UpdateAccessKeyInput) (*cairnapi.UpdateAccessKeyOutput, error) {
	account := s.accountOfKey(r, *in.AccessKeyId)
	if err := s.cfg.Directory.SetAccessKeyStatus(ctx, account, *in.AccessKeyId, identity.KeyStatus(in.Status)); err != nil {
		return nil, fmt.Errorf("update the access key: %w", err)
	}
	return &cairnapi.UpdateAccessKeyOutput{}, nil
}

// listAccessKeys lists the keys of an account without their secrets.
func (s *Server) listAccessKeys(_ context.Context, r *Request, in *cairnapi.ListAccessKeysInput) (*cairnapi.ListAccessKeysOutput, error) {
	account, err := s.accountOf(r, "cairn:ListAccessKeys", in.AccountId)
	if err != nil {
		return nil, err
	}
	keys, err := s.cfg.Directory.ListAccessKeys(account)
	if err != nil {
		return nil, fmt.Errorf("list the access keys: %w", err)
	}
	out := &cairnapi.ListAccessKeysOutput{AccessKeys: []cairnapi.AccessKeyMetadata{}}
	for i := range keys {
		k := &keys[i]
		out.AccessKeys = append(out.AccessKeys, cairnapi.AccessKeyMetadata{
			AccountId:   &k.AccountID,
			UserName:    optional(k.OwnerName),
			AccessKeyId: &k.ID,
			Status:      cairnapi.AccessKeyStatus(k.Status),
			CreateDate:  &k.Created,
		})
	}
	return out, nil
}

// accountOfKey finds the account of a key among those that the caller may
// administer. For all others it is the caller's own, where the key is not.
func (s *Server) accountOfKey(r *Request, keyID string) string {
	for _, a := range s.cfg.Directory.ListAccounts() {
		if !s.administers(r, a.ID) {
			continue
		}
		keys, err := s.cfg.Directory.ListAccessKeys(a.ID)
		if err != nil {
			continue // The account has gone in the meantime.
		}
		for i := range keys {
			if keys[i].ID == keyID {
				return a.ID
			}
		}
	}
	return r.AccountID()
}
