package api

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/identity"
)

// createUser makes a user and attaches its policies.
func (s *Server) createUser(ctx context.Context, r *Request, in *cairnapi.CreateUserInput) (*cairnapi.CreateUserOutput, error) {
	account, err := s.accountOf(r, "cairn:CreateUser", in.AccountId)
	if err != nil {
		return nil, err
	}
	policies, err := parsePolicies(in.Policies)
	if err != nil {
		return nil, err
	}
	p, err := s.cfg.Directory.CreateUser(ctx, account, *in.UserName, text(in.Path))
	if err != nil {
		return nil, fmt.Errorf("create the user: %w", err)
	}
	if p, err = s.attach(ctx, p, policies); err != nil {
		return nil, err
	}
	shown := principalOutput(p)
	return &cairnapi.CreateUserOutput{Principal: &shown}, nil
}

// createRole makes a role with its trust policy, and attaches its policies.
func (s *Server) createRole(ctx context.Context, r *Request, in *cairnapi.CreateRoleInput) (*cairnapi.CreateRoleOutput, error) {
	account, err := s.accountOf(r, "cairn:CreateRole", in.AccountId)
	if err != nil {
		return nil, err
	}
	policies, err := parsePolicies(in.Policies)
	if err != nil {
		return nil, err
	}
	p, err := s.cfg.Directory.CreateRole(ctx, account, *in.RoleName, text(in.Path), []byte(*in.AssumeRolePolicyDocument))
	if err != nil {
		return nil, fmt.Errorf("create the role: %w", err)
	}
	if p, err = s.attach(ctx, p, policies); err != nil {
		return nil, err
	}
	shown := principalOutput(p)
	return &cairnapi.CreateRoleOutput{Principal: &shown}, nil
}

// newPolicy is a policy to attach: a managed one by name or ARN, or a document.
type newPolicy struct {
	name     string
	document []byte
}

// parsePolicies reads a list of managed policies' names and inline documents,
// and checks all of them before anything is made.
func parsePolicies(list []string) ([]newPolicy, error) {
	var out []newPolicy
	for i, p := range list {
		if !strings.HasPrefix(strings.TrimSpace(p), "{") {
			if _, ok := identity.ManagedPolicy(p); !ok {
				return nil, Errorf(cairnapi.CodeNoSuchEntity, "Policy %s does not exist or is not attachable.", shorten(p))
			}
			out = append(out, newPolicy{name: p})
			continue
		}
		if err := identity.CheckPolicy([]byte(p)); err != nil {
			return nil, fmt.Errorf("check the policy: %w", err)
		}
		out = append(out, newPolicy{name: "inline-" + strconv.Itoa(i+1), document: []byte(p)})
	}
	return out, nil
}

// attach gives a new principal its policies, or takes it away again.
func (s *Server) attach(ctx context.Context, p identity.Principal, policies []newPolicy) (identity.Principal, error) {
	for _, policy := range policies {
		if err := s.cfg.Directory.AttachPolicy(ctx, p.Ref(), policy.name, policy.document); err != nil {
			return p, errors.Join(fmt.Errorf("attach the policy: %w", err), s.cfg.Directory.DeletePrincipal(ctx, p.Ref()))
		}
	}
	if with, ok := s.cfg.Directory.Principal(p.Ref()); ok {
		return with, nil
	}
	return p, nil
}

// deletePrincipal removes a user or a role with its keys.
func (s *Server) deletePrincipal(ctx context.Context, r *Request, in *cairnapi.DeletePrincipalInput) (*cairnapi.DeletePrincipalOutput, error) {
	account, err := s.accountOf(r, "cairn:DeletePrincipal", in.AccountId)
	if err != nil {
		return nil, err
	}
	kind := identity.PrincipalType(in.Type)
	if kind == "" {
		kind = identity.User
		_, user := s.cfg.Directory.Principal(identity.Ref{AccountID: account, Type: identity.User, Name: *in.Name})
		_, role := s.cfg.Directory.Principal(identity.Ref{AccountID: account, Type: identity.Role, Name: *in.Name})
		if user && role {
			return nil, Errorf(cairnapi.CodeInvalidInput, "There is a user and a role with name %s; say which with Type.", *in.Name)
		}
		if role {
			kind = identity.Role
		}
	}
	if err := s.cfg.Directory.DeletePrincipal(ctx, identity.Ref{AccountID: account, Type: kind, Name: *in.Name}); err != nil {
		return nil, fmt.Errorf("delete the principal: %w", err)
	}
	return &cairnapi.DeletePrincipalOutput{}, nil
}

// listPrincipals lists the root, the users and the roles of an account.
func (s *Server) listPrincipals(_ context.Context, r *Request, in *cairnapi.ListPrincipalsInput) (*cairnapi.ListPrincipalsOutput, error) {
	account, err := s.accountOf(r, "cairn:ListPrincipals", in.AccountId)
	if err != nil {
		return nil, err
	}
	list, err := s.cfg.Directory.ListPrincipals(account)
	if err != nil {
		return nil, fmt.Errorf("list the principals: %w", err)
	}
	out := &cairnapi.ListPrincipalsOutput{Principals: []cairnapi.Principal{}}
	for _, p := range list {
		out.Principals = append(out.Principals, principalOutput(p))
	}
	return out, nil
}

func principalOutput(p identity.Principal) cairnapi.Principal {
	out := cairnapi.Principal{
		AccountId:   &p.AccountID,
		Type:        cairnapi.PrincipalType(p.Type),
		Name:        optional(p.Name),
		Path:        optional(p.Path),
		PrincipalId: &p.ID,
		Arn:         &p.ARN,
	}
	if !p.Created.IsZero() {
		out.CreateDate = &p.Created
	}
	for _, policy := range p.Policies {
		out.PolicyNames = append(out.PolicyNames, policy.Name)
	}
	return out
}
