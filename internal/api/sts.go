package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/cairntrail/cairn/internal/api/stsapi"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder"
)

// TokenIssuer is the part of identity.Directory that issues temporary
// credentials. It asks itself whether the caller may; its refusals are
// *identity.Error.
type TokenIssuer interface {
	AssumeRole(ctx context.Context, caller identity.Caller, in identity.AssumeRoleInput) (identity.Credentials, error)
	GetSessionToken(ctx context.Context, caller identity.Caller, seconds int) (identity.Credentials, error)
}

var _ TokenIssuer = (*identity.Directory)(nil)

// getCallerIdentity says who signed. It needs no permission, as in AWS.
func (s *Server) getCallerIdentity(_ context.Context, r *Request, _ *stsapi.GetCallerIdentityInput) (*stsapi.GetCallerIdentityOutput, error) {
	id, account, arn := r.Caller.PrincipalID(), r.AccountID(), r.Caller.ARN()
	return &stsapi.GetCallerIdentityOutput{UserId: &id, Account: &account, Arn: &arn}, nil
}

// assumeRole gives the credentials of a role's session. Session policies, tags
// and second factors are refused: to ignore them would give more than was
// asked for.
func (s *Server) assumeRole(ctx context.Context, r *Request, in *stsapi.AssumeRoleInput) (*stsapi.AssumeRoleOutput, error) {
	for name, present := range map[string]bool{
		"PolicyArns":        len(in.PolicyArns) > 0,
		"Policy":            in.Policy != nil,
		"Tags":              len(in.Tags) > 0,
		"TransitiveTagKeys": len(in.TransitiveTagKeys) > 0,
		"ProvidedContexts":  len(in.ProvidedContexts) > 0,
		"SerialNumber":      in.SerialNumber != nil,
		"TokenCode":         in.TokenCode != nil,
	} {
		if present {
			return nil, notAvailable(name)
		}
	}
	ask := identity.AssumeRoleInput{
		RoleARN:        *in.RoleArn,
		SessionName:    *in.RoleSessionName,
		SourceIdentity: text(in.SourceIdentity),
		ExternalID:     text(in.ExternalId),
	}
	if in.DurationSeconds != nil {
		ask.DurationSeconds = int(*in.DurationSeconds)
	}
	got, err := s.cfg.STS.AssumeRole(ctx, r.Caller, ask)
	if err != nil {
		return nil, fmt.Errorf("assume the role: %w", err)
	}
	r.Resources = append(r.Resources, recorder.Resource{
		AccountID: accountOfARN(ask.RoleARN), Type: "AWS::IAM::Role", ARN: ask.RoleARN,
	})
	id, arn := got.Caller.PrincipalID(), got.Caller.ARN()
	out := &stsapi.AssumeRoleOutput{
		Credentials:     credentialsOutput(&got),
		AssumedRoleUser: &stsapi.AssumedRoleUser{AssumedRoleId: &id, Arn: &arn},
	}
	if got.Caller.Session != nil {
		out.SourceIdentity = optional(got.Caller.Session.SourceIdentity)
	}
	return out, nil
}

// getSessionToken gives temporary credentials of the caller itself. It needs
// no permission, as in AWS.
func (s *Server) getSessionToken(ctx context.Context, r *Request, in *stsapi.GetSessionTokenInput) (*stsapi.GetSessionTokenOutput, error) {
	if in.SerialNumber != nil {
		return nil, notAvailable("SerialNumber")
	}
	if in.TokenCode != nil {
		return nil, notAvailable("TokenCode")
	}
	seconds := 0
	if in.DurationSeconds != nil {
		seconds = int(*in.DurationSeconds)
	}
	got, err := s.cfg.STS.GetSessionToken(ctx, r.Caller, seconds)
	if err != nil {
		return nil, fmt.Errorf("issue a session token: %w", err)
	}
	return &stsapi.GetSessionTokenOutput{Credentials: credentialsOutput(&got)}, nil
}

func notAvailable(parameter string) *Error {
	return Errorf(CodeValidation, "The parameter %s is not available in this version of Cairn.", parameter)
}

func credentialsOutput(c *identity.Credentials) *stsapi.Credentials {
	return &stsapi.Credentials{
		AccessKeyId:     &c.AccessKeyID,
		SecretAccessKey: &c.SecretAccessKey,
		SessionToken:    &c.SessionToken,
		Expiration:      &c.Expiration,
	}
}

// accountOfARN is the account part of an ARN, or nothing.
func accountOfARN(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[4]
}
