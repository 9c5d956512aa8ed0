package notify

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// sessionName is what CloudTrail calls its sessions, as records of AssumeRole show.
const sessionName = "CLOUDWATCH_LOGS_DELIVERY_SESSION"

// roleKey is what credentials of a role are kept under.
type roleKey struct{ arn, region string }

// role gives credentials of a role, which are kept and renewed.
func (s *Sinks) role(k roleKey) aws.CredentialsProvider {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.roles[k]
	if !ok {
		p = aws.NewCredentialsCache(s.assume(k), func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = time.Minute })
		s.roles[k] = p
	}
	return p
}

// assume gives credentials that are new each time.
func (s *Sinks) assume(k roleKey) aws.CredentialsProvider {
	at := s.cfg.Roles
	client := sts.New(sts.Options{BaseEndpoint: at.base(), Region: at.region(k.region), Credentials: signer{of: at.Credentials}, HTTPClient: s.http, Retryer: aws.NopRetryer{}})
	return signer{role: k.arn, endpoint: at.URL, of: stscreds.NewAssumeRoleProvider(client, k.arn, func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = sessionName })}
}

// signer marks the failures of a provider: they come from somewhere else than
// the endpoint that a request is for.
type signer struct {
	role     string // empty: of no role
	endpoint string // where the role is assumed
	of       aws.CredentialsProvider
}

// Retrieve implements aws.CredentialsProvider.
func (s signer) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := s.of.Retrieve(ctx)
	if err != nil {
		return c, &credentialsError{role: s.role, endpoint: s.endpoint, err: err}
	}
	return c, nil
}

// credentialsError says that there are no credentials to sign with.
type credentialsError struct {
	role, endpoint string
	err            error
}

func (e *credentialsError) Error() string { return "get credentials: " + e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// explain fills in what the error is for the delivery that it kept from
// happening.
func (e *credentialsError) explain(ctx context.Context, to *Error) *Error {
	if e.role == "" {
		return meaning{CodeCredentials, false, "check where the credentials for this endpoint come from"}.set(to)
	}
	// What STS was asked with may be what is missing: that one lies inside.
	inner := explain(ctx, to.Op+": assume "+e.role, e.endpoint, e.err)
	var api smithy.APIError
	if inner.Code == CodeDenied && errors.As(e.err, &api) {
		inner.Hint = "check the trust policy of the role"
	}
	return inner
}
