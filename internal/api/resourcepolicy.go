package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/sharing"
)

// resourcePolicyRows are the operations on the policies of channels and event data
// stores. Each asks for the permission on the resource it names.
func (s *Server) resourcePolicyRows() []*operation {
	if s.cfg.ResourcePolicies == nil {
		return nil
	}
	checked, named := violations(resourcePolicyViolation), onAny(namingMember{"ResourceArn", ""})
	return []*operation{
		handle(ctapi.OpPutResourcePolicy, s.putResourcePolicy, named, checked),
		handle(ctapi.OpGetResourcePolicy, s.getResourcePolicy, named, checked),
		handle(ctapi.OpDeleteResourcePolicy, s.deleteResourcePolicy, named, checked),
	}
}

func (r *Request) sharingCaller() sharing.Caller {
	return sharing.Caller{AccountID: r.AccountID(), Region: r.Region}
}

func resourcePolicyViolation(bad []wire.Violation) *Error {
	v := bad[0]
	code := ctapi.CodeResourceARNNotValid
	if v.Path == "resourcePolicy" {
		code = ctapi.CodeResourcePolicyNotValid
	}
	return &Error{Code: code, Message: wire.Describe([]wire.Violation{v})}
}

func (s *Server) putResourcePolicy(ctx context.Context, r *Request, in *ctapi.PutResourcePolicyInput) (*ctapi.PutResourcePolicyOutput, error) {
	if err := s.cfg.ResourcePolicies.Put(ctx, r.sharingCaller(), text(in.ResourceArn), text(in.ResourcePolicy)); err != nil {
		return nil, err
	}
	return &ctapi.PutResourcePolicyOutput{ResourceArn: in.ResourceArn, ResourcePolicy: in.ResourcePolicy}, nil
}

func (s *Server) getResourcePolicy(ctx context.Context, r *Request, in *ctapi.GetResourcePolicyInput) (*ctapi.GetResourcePolicyOutput, error) {
	policy, err := s.cfg.ResourcePolicies.Get(ctx, r.sharingCaller(), text(in.ResourceArn))
	if err != nil {
		return nil, err
	}
	return &ctapi.GetResourcePolicyOutput{ResourceArn: in.ResourceArn, ResourcePolicy: &policy}, nil
}

func (s *Server) deleteResourcePolicy(ctx context.Context, r *Request, in *ctapi.DeleteResourcePolicyInput) (*ctapi.DeleteResourcePolicyOutput, error) {
	return &ctapi.DeleteResourcePolicyOutput{}, s.cfg.ResourcePolicies.Delete(ctx, r.sharingCaller(), text(in.ResourceArn))
}
