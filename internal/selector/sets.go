package selector

import (
	"slices"
	"strings"
)

// test is the compiled conditions of one field selector. The cost of asking it
// does not depend on the number of values: whole strings are looked up in
// hash sets, beginnings and endings by binary search.
type test struct {
	equals, notEquals set
	starts, notStarts prefixes
	ends, notEnds     suffixes
	// selects says that there are operators of which one has to hit (line
	// 17034), and not only Not operators.
	selects bool
	// from is what was compiled, for Explain.
	from FieldSelector
}

func newTest(f FieldSelector) *test {
	return &test{
		equals: newSet(f.Equals), notEquals: newSet(f.NotEquals),
		starts: newPrefixes(f.StartsWith), notStarts: newPrefixes(f.NotStartsWith),
		ends: newSuffixes(f.EndsWith), notEnds: newSuffixes(f.NotEndsWith),
		selects: len(f.Equals)+len(f.StartsWith)+len(f.EndsWith) > 0,
		from:    f,
	}
}

// selected tells whether v hits one of the operators without Not.
func (t *test) selected(v string) bool {
	if t.equals.has(v) {
		return true
	}
	if _, hit := t.starts.of(v); hit {
		return true
	}
	_, hit := t.ends.of(v)
	return hit
}

// excluded returns the Not operator that v hits, with its value; or 0.
func (t *test) excluded(v string) (operator, string) {
	if t.notEquals.has(v) {
		return opNotEquals, v
	}
	if p, hit := t.notStarts.of(v); hit {
		return opNotStartsWith, p
	}
	if s, hit := t.notEnds.of(v); hit {
		return opNotEndsWith, s
	}
	return 0, ""
}

// set is a hash set; nil when empty.
type set map[string]struct{}

func newSet(values []string) set {
	if len(values) == 0 {
		return nil
	}
	s := make(set, len(values))
	for _, v := range values {
		s[v] = struct{}{}
	}
	return s
}

func (s set) has(v string) bool {
	if s == nil {
		return false
	}
	_, ok := s[v]
	return ok
}

// prefixes finds which of its values a string begins with. The values are
// sorted, and none begins with another: then only the greatest value that is
// not above the string can be its beginning, since whatever lies between a
// beginning of a string and the string has that beginning too.
type prefixes struct {
	values []string
	common string // what all values begin with
}

func newPrefixes(values []string) prefixes {
	if len(values) == 0 {
		return prefixes{}
	}
	sorted := slices.Sorted(slices.Values(values))
	kept := sorted[:1]
	for _, v := range sorted[1:] {
		if !strings.HasPrefix(v, kept[len(kept)-1]) {
			kept = append(kept, v)
		}
	}
	first, last := kept[0], kept[len(kept)-1]
	n := 0
	for n < len(first) && n < len(last) && first[n] == last[n] {
		n++
	}
	return prefixes{values: kept, common: first[:n]}
}

func (p *prefixes) of(s string) (value string, hit bool) {
	if len(p.values) == 0 || !strings.HasPrefix(s, p.common) {
		return "", false
	}
	n := len(p.common)
	lo, hi := 0, len(p.values)
	for lo < hi {
		if mid := int(uint(lo+hi) / 2); p.values[mid][n:] <= s[n:] {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return "", false
	}
	v := p.values[lo-1]
	return v, strings.HasPrefix(s[n:], v[n:])
}

// suffixes is prefixes from the other end: sorted by their last bytes first,
// and none ends with another.
type suffixes struct {
	values []string
	common string // what all values end with
}

func newSuffixes(values []string) suffixes {
	if len(values) == 0 {
		return suffixes{}
	}
	sorted := slices.SortedFunc(slices.Values(values), compareBackward)
	kept := sorted[:1]
	for _, v := range sorted[1:] {
		if !strings.HasSuffix(v, kept[len(kept)-1]) {
			kept = append(kept, v)
		}
	}
	first, last := kept[0], kept[len(kept)-1]
	n := 0
	for n < len(first) && n < len(last) && first[len(first)-1-n] == last[len(last)-1-n] {
		n++
	}
	return suffixes{values: kept, common: first[len(first)-n:]}
}

func (p *suffixes) of(s string) (value string, hit bool) {
	if len(p.values) == 0 || !strings.HasSuffix(s, p.common) {
		return "", false
	}
	n := len(p.common)
	rest := s[:len(s)-n]
	lo, hi := 0, len(p.values)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if v := p.values[mid]; compareBackward(v[:len(v)-n], rest) <= 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return "", false
	}
	v := p.values[lo-1]
	return v, strings.HasSuffix(rest, v[:len(v)-n])
}

// compareBackward compares strings by their bytes from the last to the first.
func compareBackward(a, b string) int {
	i, j := len(a), len(b)
	for i > 0 && j > 0 {
		i--
		j--
		if a[i] != b[j] {
			return int(a[i]) - int(b[j])
		}
	}
	return i - j
}
