package identity

import "slices"

// ResourcePolicy is the policy of a resource: who may do what with it, other
// accounts among them. It is never changed.
type ResourcePolicy struct{ doc *document }

// ParseResourcePolicy reads a policy document whose statements have both Principal
// and Resource. The error is an *[Error] as of [CheckPolicy]: what could not be
// enforced is refused.
func ParseResourcePolicy(text []byte) (ResourcePolicy, error) {
	doc, err := compileDocument(text, resourcePolicy)
	return ResourcePolicy{doc}, err
}

// PolicyStatement is what a resource's own rules look at in a statement.
type PolicyStatement struct {
	Deny bool
	// Not says that it has NotAction or NotResource instead.
	Not                bool
	Actions, Resources []string
	// Principals is how many it names.
	Principals int
}

// Statements are the policy's statements in their order.
func (p ResourcePolicy) Statements() []PolicyStatement {
	var out []PolicyStatement
	for i := range p.doc.statements {
		st := &p.doc.statements[i]
		out = append(out, PolicyStatement{Deny: st.deny, Not: st.notAction || st.notResource, Actions: st.actions, Resources: st.resources, Principals: len(st.principals)})
	}
	return out
}

// The context key of external IDs in policies of channels.
const externalIDKey = "cloudtrail:externalid"

// ExternalIDs are those that the policy's conditions name. A policy that names
// any asks every call for one ("Learn about the CloudTrail Lake integrations",
// CloudTrail User Guide).
func (p ResourcePolicy) ExternalIDs() []string {
	var out []string
	for i := range p.doc.statements {
		for _, c := range p.doc.statements[i].conditions {
			if c.key == externalIDKey {
				out = append(out, c.values...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Decide says whether the policy allows a caller an action on its resource, and
// whether it denies it, which beats every allow. externalID is what the caller
// gave, empty for none.
func (p ResourcePolicy) Decide(c Caller, action, resource, externalID string) (allowed, denied bool) {
	var v verdict
	p.doc.ask(&question{caller: c, action: action, resource: resource, externalID: externalID}, &v)
	return v.ok(), v.deny
}
