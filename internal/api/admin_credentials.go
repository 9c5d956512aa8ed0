package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/identity"
)

// credentialOwner is whose password or device an operation is about: a user, or with
// Root the root of the account.
func (s *Server) credentialOwner(r *Request, action string, account, user *string, root *bool) (identity.Ref, error) {
	id, err := s.accountOf(r, action, account)
	if err != nil {
		return identity.Ref{}, err
	}
	isRoot := root != nil && *root
	if isRoot == (user != nil) {
		return identity.Ref{}, Errorf(cairnapi.CodeInvalidInput, "Say whose it is: with UserName a user's, or with Root the root's of the account.")
	}
	if isRoot {
		return identity.Ref{AccountID: id, Type: identity.Root}, nil
	}
	return identity.Ref{AccountID: id, Type: identity.User, Name: *user}, nil
}

// createLoginProfile gives a user or root a first password.
func (s *Server) createLoginProfile(ctx context.Context, r *Request, in *cairnapi.CreateLoginProfileInput) (*cairnapi.CreateLoginProfileOutput, error) {
	who, err := s.credentialOwner(r, "cairn:CreateLoginProfile", in.AccountId, in.UserName, in.Root)
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Directory.CreateLoginProfile(ctx, who, *in.Password); err != nil {
		return nil, busy(fmt.Errorf("set the password: %w", err))
	}
	profile, _ := s.cfg.Directory.LoginProfile(who)
	return &cairnapi.CreateLoginProfileOutput{LoginProfile: profileOutput(who, profile)}, nil
}

// updateLoginProfile replaces a password.
func (s *Server) updateLoginProfile(ctx context.Context, r *Request, in *cairnapi.UpdateLoginProfileInput) (*cairnapi.UpdateLoginProfileOutput, error) {
	who, err := s.credentialOwner(r, "cairn:UpdateLoginProfile", in.AccountId, in.UserName, in.Root)
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Directory.UpdateLoginProfile(ctx, who, *in.Password); err != nil {
		return nil, busy(fmt.Errorf("set the password: %w", err))
	}
	return &cairnapi.UpdateLoginProfileOutput{}, nil
}

// deleteLoginProfile takes a password away.
func (s *Server) deleteLoginProfile(ctx context.Context, r *Request, in *cairnapi.DeleteLoginProfileInput) (*cairnapi.DeleteLoginProfileOutput, error) {
	who, err := s.credentialOwner(r, "cairn:DeleteLoginProfile", in.AccountId, in.UserName, in.Root)
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Directory.DeleteLoginProfile(ctx, who); err != nil {
		return nil, fmt.Errorf("delete the password: %w", err)
	}
	return &cairnapi.DeleteLoginProfileOutput{}, nil
}

// getLoginProfile tells whether there is a password, and since when.
func (s *Server) getLoginProfile(_ context.Context, r *Request, in *cairnapi.GetLoginProfileInput) (*cairnapi.GetLoginProfileOutput, error) {
	who, err := s.credentialOwner(r, "cairn:GetLoginProfile", in.AccountId, in.UserName, in.Root)
	if err != nil {
		return nil, err
	}
	profile, ok := s.cfg.Directory.LoginProfile(who)
	if !ok {
		if who.Type == identity.Root {
			return nil, Errorf(cairnapi.CodeNoSuchEntity, "The root of account %s has no password.", who.AccountID)
		}
		return nil, Errorf(cairnapi.CodeNoSuchEntity, "Login Profile for User %s cannot be found.", who.Name)
	}
	return &cairnapi.GetLoginProfileOutput{LoginProfile: profileOutput(who, profile)}, nil
}

// listMFADevices lists the devices of a user or of root, or of all of an account.
func (s *Server) listMFADevices(_ context.Context, r *Request, in *cairnapi.ListMFADevicesInput) (*cairnapi.ListMFADevicesOutput, error) {
	var owners []identity.Ref
	if in.UserName == nil && (in.Root == nil || !*in.Root) {
		account, err := s.accountOf(r, "cairn:ListMFADevices", in.AccountId)
		if err != nil {
			return nil, err
		}
		principals, err := s.cfg.Directory.ListPrincipals(account)
		if err != nil {
			return nil, fmt.Errorf("list the MFA devices: %w", err)
		}
		for _, p := range principals {
			owners = append(owners, p.Ref())
		}
	} else {
		who, err := s.credentialOwner(r, "cairn:ListMFADevices", in.AccountId, in.UserName, in.Root)
		if err != nil {
			return nil, err
		}
		if _, ok := s.cfg.Directory.Principal(who); !ok {
			return nil, Errorf(cairnapi.CodeNoSuchEntity, "The user with name %s cannot be found.", who.Name)
		}
		owners = append(owners, who)
	}
	out := &cairnapi.ListMFADevicesOutput{MFADevices: []cairnapi.MFADevice{}}
	for _, owner := range owners {
		devices := s.cfg.Directory.MFADevices(owner)
		for i := range devices {
			d := &devices[i]
			out.MFADevices = append(out.MFADevices, cairnapi.MFADevice{AccountId: &d.AccountID, UserName: optional(d.OwnerName), SerialNumber: &d.Serial, EnableDate: &d.Enabled})
		}
	}
	return out, nil
}

// deactivateMFADevice takes a device from who has lost it.
func (s *Server) deactivateMFADevice(ctx context.Context, r *Request, in *cairnapi.DeactivateMFADeviceInput) (*cairnapi.DeactivateMFADeviceOutput, error) {
	who, err := s.credentialOwner(r, "cairn:DeactivateMFADevice", in.AccountId, in.UserName, in.Root)
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Directory.DeactivateMFADevice(ctx, who, *in.SerialNumber); err != nil {
		return nil, fmt.Errorf("deactivate the MFA device: %w", err)
	}
	return &cairnapi.DeactivateMFADeviceOutput{}, nil
}

// signOutPrincipal ends all console sessions of a user, of root, or of a role.
func (s *Server) signOutPrincipal(ctx context.Context, r *Request, in *cairnapi.SignOutPrincipalInput) (*cairnapi.SignOutPrincipalOutput, error) {
	var who identity.Ref
	var err error
	if in.RoleName != nil && in.UserName == nil && in.Root == nil {
		who = identity.Ref{Type: identity.Role, Name: *in.RoleName}
		who.AccountID, err = s.accountOf(r, "cairn:SignOutPrincipal", in.AccountId)
	} else if in.RoleName != nil {
		err = Errorf(cairnapi.CodeInvalidInput, "Say who is signed out: UserName, RoleName or Root, and one of them only.")
	} else {
		who, err = s.credentialOwner(r, "cairn:SignOutPrincipal", in.AccountId, in.UserName, in.Root)
	}
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Directory.SignOut(ctx, who); err != nil {
		return nil, fmt.Errorf("sign out: %w", err)
	}
	return &cairnapi.SignOutPrincipalOutput{}, nil
}

func profileOutput(who identity.Ref, p identity.LoginProfile) *cairnapi.LoginProfile {
	return &cairnapi.LoginProfile{AccountId: &who.AccountID, UserName: optional(who.Name), CreateDate: &p.Created, PasswordChangeDate: &p.Changed}
}

// busy makes an answer of a full queue of password hashes.
func busy(err error) error {
	if errors.Is(err, identity.ErrBusy) {
		return &Error{Code: CodeServiceUnavailable, Cause: err}
	}
	return err
}
