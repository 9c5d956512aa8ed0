package style

import (
	"strings"
	"sync"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// secretNames are, by operation, the names of its sensitive members in small
// letters. Only members that the model does not have are looked up in it.
//
//nolint:gochecknoglobals // a cache
var secretNames sync.Map

// namesSecret tells whether a member that an operation's model does not have at
// its place has the name of one that is sensitive elsewhere in the operation: an
// upstream that is not AWS may answer with the password that it was sent.
func namesSecret(op *awsmodel.Operation, name string) bool {
	if op == nil {
		return false
	}
	cached, ok := secretNames.Load(op)
	if !ok {
		names := make(map[string]bool)
		seen := make(map[*awsmodel.Shape]bool)
		collectSecrets(op.Input, names, seen)
		collectSecrets(op.Output, names, seen)
		cached, _ = secretNames.LoadOrStore(op, names)
	}
	names, ok := cached.(map[string]bool)
	return ok && names[strings.ToLower(name)]
}

func collectSecrets(s *awsmodel.Shape, names map[string]bool, seen map[*awsmodel.Shape]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	for i := range s.Members {
		m := &s.Members[i]
		if m.Sensitive {
			names[strings.ToLower(m.Name)] = true
		}
		collectSecrets(m.Shape, names, seen)
	}
}
