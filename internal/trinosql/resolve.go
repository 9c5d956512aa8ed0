package trinosql

import (
	"fmt"
	"strconv"
	"strings"
)

// A binding is what the variables of a signature stand for.
type binding struct {
	types map[string]Type
	nums  map[string]int
}

// bind finds what the variables of s stand for if its type has to hold a value of t. It
// says no where no choice of variables can help.
func (b *binding) bind(s sigType, t Type) bool {
	if s.any {
		have, ok := b.types[s.name]
		if !ok {
			b.types[s.name] = t
			return true
		}
		common, ok := commonType(have, t)
		if ok {
			b.types[s.name] = common
		}
		return ok
	}
	kind := kindByName[s.name]
	if t.Kind == UnknownKind {
		return true
	}
	if t.Kind != kind {
		if d, ok := t.asDecimal(); ok && kind == DecimalKind {
			t = d
		} else if t.Kind == DateKind && (kind == TimestampKind || kind == TimestampTZKind) {
			t = Type{Kind: kind}
		} else if t.Kind == TimestampKind && kind == TimestampTZKind || t.isText() && (kind == VarcharKind || kind == CharKind) {
			t.Kind = kind
		} else {
			return len(s.nums) == 0
		}
	}
	for i, n := range s.nums {
		v := t.Length
		if i == 1 {
			v = t.Scale
		}
		if _, err := strconv.Atoi(n); err != nil {
			b.nums[n] = max(b.nums[n], v)
		}
	}
	if len(s.args) > 0 {
		if len(s.args) != len(t.Elems) {
			return false
		}
		for i := range s.args {
			if !b.bind(s.args[i], t.Elems[i]) {
				return false
			}
		}
	}
	return true
}

// apply is the type that s is with its variables bound; ok is false if one is not.
func (b *binding) apply(s sigType) (Type, bool) {
	if s.any {
		t, ok := b.types[s.name]
		return t, ok
	}
	t := Type{Kind: kindByName[s.name]}
	num := func(i, otherwise int) int {
		if i >= len(s.nums) {
			return otherwise
		}
		if n, err := strconv.Atoi(s.nums[i]); err == nil {
			return n
		}
		if n, ok := b.nums[s.nums[i]]; ok {
			return n
		}
		return otherwise
	}
	switch t.Kind {
	case VarcharKind:
		t.Length = num(0, Unbounded)
	case CharKind, TimestampKind, TimestampTZKind, TimeKind, TimeTZKind:
		t.Length = num(0, 3)
	case DecimalKind:
		t.Length, t.Scale = num(0, 38), num(1, 0)
	}
	for i, a := range s.args {
		e, ok := b.apply(a)
		if !ok {
			return Type{}, false
		}
		t.Elems = append(t.Elems, e)
		if t.Kind == RowKind {
			t.Names = append(t.Names, s.names[i])
		}
	}
	return t, true
}

// A match is a function that fits a call.
type match struct {
	f       *Func
	sig     signature
	bound   *binding
	params  []Type
	cost    int
	lambdas bool
}

// param is the i-th parameter, of which the last may repeat.
func (s signature) param(i int) sigType {
	if s.variadic && i >= len(s.params) {
		i = len(s.params) - 1
	}
	return s.params[i]
}

func (s signature) takes(n int) bool {
	if s.variadic {
		return n >= len(s.params)-1
	}
	return n == len(s.params)
}

// matchArgs says whether a signature fits arguments; an argument that is nil is a lambda,
// which is looked at later.
func matchArgs(f *Func, s signature, args []*expr) *match {
	if !s.takes(len(args)) {
		return nil
	}
	m := &match{f: f, sig: s, bound: &binding{types: make(map[string]Type), nums: make(map[string]int)}}
	for i, a := range args {
		p := s.param(i)
		if (a == nil) != (p.name == "function") {
			return nil
		}
		if a == nil {
			m.lambdas = true
			continue
		}
		if !m.bound.bind(p, a.typ) {
			return nil
		}
	}
	for i, a := range args {
		if a == nil {
			m.params = append(m.params, Type{})
			continue
		}
		t, ok := m.bound.apply(s.param(i))
		if !ok {
			return nil
		}
		cost, ok := canCoerce(a.typ, t)
		if !ok {
			return nil
		}
		m.cost += cost
		m.params = append(m.params, t)
	}
	return m
}

// resolve finds the function of that name that fits the arguments best.
func (c *checker) resolve(at int, name string, args []*expr) *match {
	rows, ok := registry[name]
	if !ok {
		c.fail(at, CodeFunctionNotFound, "Function '%s' not registered%s", name, similarFunction(name))
	}
	var best *match
	for _, f := range rows {
		for _, s := range f.sigs {
			if m := matchArgs(f, s, args); m != nil && (best == nil || m.cost < best.cost) {
				best = m
			}
		}
	}
	if best == nil && rows[0].Unsupported != "" {
		c.fail(at, CodeNotSupported, "%s is not supported: %s", name, rows[0].Unsupported)
	}
	if best == nil {
		var have, want []string
		for _, a := range args {
			if a == nil {
				have = append(have, "function")
			} else {
				have = append(have, a.typ.String())
			}
		}
		for _, f := range rows {
			for _, s := range strings.Split(f.Sig, " | ") {
				want = append(want, name+paramsText(s))
			}
		}
		c.fail(at, CodeFunctionNotFound, "Unexpected parameters (%s) for function %s. Expected: %s", strings.Join(have, ", "), name, strings.Join(want, ", "))
	}
	if best.f.Unsupported != "" {
		c.fail(at, CodeNotSupported, "%s is not supported: %s", name, best.f.Unsupported)
	}
	return best
}

// paramsText is the parameters of a signature, with their parentheses.
func paramsText(sig string) string {
	depth := 0
	for i := range len(sig) {
		switch sig[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return sig[:i+1]
			}
		}
	}
	return sig
}

// similarFunction is a hint at a function with nearly that name.
func similarFunction(name string) string {
	for have := range registry {
		if len(name) > 3 && editDistance([]rune(have), []rune(name)) == 1 {
			return fmt.Sprintf(": did you mean %s?", have)
		}
	}
	return ""
}

// editDistance is Levenshtein's.
func editDistance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		prev := row[0]
		row[0] = i + 1
		for j := range b {
			cost := prev
			if a[i] != b[j] {
				cost = 1 + min(prev, row[j], row[j+1])
			}
			prev, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
