package trinosql

import "strings"

// Whether a query of WITH refers to itself is asked before it is checked, of the tree.

func queryMentions(q *queryNode, name string) bool {
	for _, w := range q.with {
		if queryMentions(w.query, name) {
			return true
		}
	}
	return bodyMentions(q.body, name)
}

func bodyMentions(b bodyNode, name string) bool {
	switch b := b.(type) {
	case *selectNode:
		for _, r := range b.from {
			if relMentions(r, name) {
				return true
			}
		}
	case *setNode:
		return bodyMentions(b.l, name) || bodyMentions(b.r, name)
	case *parenNode:
		return queryMentions(b.query, name)
	case *tableNode:
		return strings.EqualFold(b.table.name, name)
	}
	return false
}

func relMentions(r relNode, name string) bool {
	switch r := r.(type) {
	case *tableRel:
		return strings.EqualFold(r.name, name)
	case *queryRel:
		return queryMentions(r.query, name)
	case *joinRel:
		return relMentions(r.l, name) || relMentions(r.r, name)
	case *aliasRel:
		return relMentions(r.rel, name)
	case *sampleRel:
		return relMentions(r.rel, name)
	case *parenRel:
		return relMentions(r.rel, name)
	}
	return false
}
