package sharing

import (
	"slices"
	"strings"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/refusal"
)

// The kinds of resources, as their ARNs begin.
const (
	channels        = "channel"
	eventDataStores = "eventdatastore"
)

// kind is what the policies of a kind of resources may say. Quotas of 0 are none.
type kind struct {
	what string
	// actions are those that a statement may name; only says that it names exactly
	// one.
	actions                   []string
	only                      bool
	maxStatements, principals int
}

var kinds = map[string]*kind{
	// "Resource-based policies for channels": exactly one action, up to 20
	// statements, up to 50 principals each.
	channels: {what: "a channel", actions: []string{"cloudtrail-data:PutAuditEvents"}, only: true, maxStatements: 20, principals: 50},
	// "Resource-based policies for event data stores".
	eventDataStores: {what: "an event data store", actions: []string{
		"cloudtrail:StartQuery", "cloudtrail:CancelQuery", "cloudtrail:ListQueries", "cloudtrail:DescribeQuery", "cloudtrail:GetQueryResults",
		"cloudtrail:GenerateQuery", "cloudtrail:GenerateQueryResultsSummary", "cloudtrail:GetEventDataStore",
	}},
}

// check refuses a policy that the resource may not have.
func (k *kind) check(arn, text string) error {
	bad := func(format string, args ...any) error { return refusal.New(CodePolicyNotValid, format, args...) }
	policy, err := identity.ParseResourcePolicy([]byte(text))
	if err != nil {
		return bad("The resource-based policy is not valid: %v", err)
	}
	statements := policy.Statements()
	if k.maxStatements > 0 && len(statements) > k.maxStatements {
		return bad("The policy of %s has up to %d statements, and this one has %d.", k.what, k.maxStatements, len(statements))
	}
	for i, st := range statements {
		switch {
		case st.Not:
			return bad("Statement %d has NotAction or NotResource. Name the actions and the resource that it is about.", i+1)
		case len(st.Resources) != 1 || st.Resources[0] != arn:
			return bad("Statement %d has another resource than the one that the policy is attached to. Use %s.", i+1, arn)
		case k.only && len(st.Actions) != 1:
			return bad("Statement %d has %d actions. The policy of %s has one: %s.", i+1, len(st.Actions), k.what, k.actions[0])
		case k.principals > 0 && (st.Principals < 1 || st.Principals > k.principals):
			return bad("Statement %d has %d principals, and 1 to %d are allowed.", i+1, st.Principals, k.principals)
		}
		for _, a := range st.Actions {
			if !slices.ContainsFunc(k.actions, func(known string) bool { return strings.EqualFold(known, a) }) {
				return bad("Statement %d has the action %.100s. The policy of %s may have: %s.", i+1, a, k.what, strings.Join(k.actions, ", "))
			}
		}
	}
	return nil
}
