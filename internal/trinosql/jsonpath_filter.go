package trinosql

import (
	"regexp"
	"strings"
)

// A condition is true, false or unknown, which is 1, 0 or -1.
type condition func(e *pathEnv, at []jsonValue) int

func filterNode(base pathNode, cond condition) pathNode {
	return func(e *pathEnv, at []jsonValue) ([]jsonValue, error) {
		values, err := base(e, at)
		if err != nil {
			return nil, err
		}
		if !e.strict {
			values = opened(values)
		}
		var out []jsonValue
		for _, v := range values {
			if err := e.step(); err != nil {
				return nil, err
			}
			if cond(e, []jsonValue{v}) == 1 {
				out = append(out, v)
			}
		}
		return out, nil
	}
}

func (p *pathParser) predicate() condition {
	left := p.conjunction()
	for p.try("||") {
		l, r := left, p.conjunction()
		left = func(e *pathEnv, at []jsonValue) int {
			a, b := l(e, at), r(e, at)
			switch {
			case a == 1 || b == 1:
				return 1
			case a == 0 && b == 0:
				return 0
			}
			return -1
		}
	}
	return left
}

func (p *pathParser) conjunction() condition {
	left := p.negation()
	for p.try("&&") {
		l, r := left, p.negation()
		left = func(e *pathEnv, at []jsonValue) int {
			a, b := l(e, at), r(e, at)
			switch {
			case a == 0 || b == 0:
				return 0
			case a == 1 && b == 1:
				return 1
			}
			return -1
		}
	}
	return left
}

func (p *pathParser) negation() condition {
	if p.depth++; p.depth > 50 {
		p.fail()
	}
	defer func() { p.depth-- }()
	if p.try("!") {
		inner := p.negation()
		return func(e *pathEnv, at []jsonValue) int {
			if v := inner(e, at); v >= 0 {
				return 1 - v
			}
			return -1
		}
	}
	if p.tok.is("exists") {
		p.advance()
		p.need("(")
		n := p.sum()
		p.need(")")
		return func(e *pathEnv, at []jsonValue) int {
			vs, err := n(e, at)
			if err != nil {
				return -1
			}
			return ifInt(len(vs) > 0, 1, 0)
		}
	}
	if p.tok.isOp("(") {
		// A parenthesis begins a condition, or a value: which one is known at the end.
		before := *p
		if c, ok := p.parenthesized(); ok {
			return c
		}
		*p = before
	}
	return p.comparison()
}

// parenthesized reads a condition in parentheses, if that is what follows.
func (p *pathParser) parenthesized() (c condition, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(pathError); !is {
				panic(r)
			}
			ok = false
		}
	}()
	p.need("(")
	c = p.predicate()
	p.need(")")
	return c, true
}

func (p *pathParser) comparison() condition {
	left := p.sum()
	switch {
	case p.tok.is("starts"):
		p.advance()
		if !p.tok.is("with") {
			p.fail()
		}
		p.advance()
		right := p.sum()
		return compareNode(left, right, func(a, b jsonValue) int {
			if a.kind != 's' || b.kind != 's' {
				return -1
			}
			return ifInt(strings.HasPrefix(a.text, b.text), 1, 0)
		})
	case p.tok.is("like_regex"):
		p.advance()
		re, err := regexp.Compile(translatePattern(p.tok.text))
		if err != nil || p.tok.kind != tokQuoted && p.tok.kind != tokString {
			p.fail()
		}
		p.advance()
		return compareNode(left, constantNode(jsonValue{kind: 's'}), func(a, _ jsonValue) int {
			if a.kind != 's' {
				return -1
			}
			return ifInt(re.MatchString(a.text), 1, 0)
		})
	}
	op := p.tok.text
	if p.tok.kind != tokOp || !strings.Contains(" == = <> != < <= > >= ", " "+op+" ") {
		p.fail()
	}
	p.advance()
	right := p.sum()
	return compareNode(left, right, func(a, b jsonValue) int { return compareJSON(op, a, b) })
}

// compareNode is true if some pair of values is.
func compareNode(l, r pathNode, same func(a, b jsonValue) int) condition {
	return func(e *pathEnv, at []jsonValue) int {
		as, err1 := l(e, at)
		bs, err2 := r(e, at)
		if err1 != nil || err2 != nil || e.step() != nil {
			return -1
		}
		if !e.strict {
			as, bs = opened(as), opened(bs)
		}
		found := 0
		for _, a := range as {
			for _, b := range bs {
				switch same(a, b) {
				case 1:
					found = 1
				case -1:
					return -1
				}
			}
		}
		return found
	}
}

func compareJSON(op string, a, b jsonValue) int {
	equal := op == "==" || op == "="
	different := op == "<>" || op == "!="
	if a.kind == 'n' || b.kind == 'n' {
		switch {
		case equal:
			return ifInt(a.kind == b.kind, 1, 0)
		case different:
			return ifInt(a.kind != b.kind, 1, 0)
		}
		return -1
	}
	var cmp int
	x, ok1 := a.number()
	y, ok2 := b.number()
	switch {
	case ok1 && ok2:
		cmp = x.Cmp(y)
	case a.kind == 's' && b.kind == 's':
		cmp = strings.Compare(a.text, b.text)
	case strings.IndexByte("tf", a.kind) >= 0 && strings.IndexByte("tf", b.kind) >= 0:
		cmp = int(a.kind) - int(b.kind)
	default:
		return -1
	}
	holds := map[string]bool{"<": cmp < 0, "<=": cmp <= 0, ">": cmp > 0, ">=": cmp >= 0}[op]
	return ifInt(equal && cmp == 0 || different && cmp != 0 || holds, 1, 0)
}
