package trinosql

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// The path language of SQL/JSON: lax or strict, members, elements, wildcards, filters,
// arithmetic, and methods.

// A jsonPath is a path that was read.
type jsonPath struct {
	strict bool
	root   pathNode
}

// A pathNode computes a sequence of values. at is what @ is, and last the last index.
type pathNode func(e *pathEnv, at []jsonValue) ([]jsonValue, error)

type pathEnv struct {
	strict bool
	input  jsonValue
	vars   map[string]jsonValue
	last   int
	steps  int
}

var errPath = errors.New("path evaluation failed")

// maxPathSteps bounds what a path computes on one value.
const maxPathSteps = 1 << 20

func (e *pathEnv) step() error {
	if e.steps++; e.steps > maxPathSteps {
		return errPath
	}
	return nil
}

type pathParser struct {
	lex   lexer
	tok   token
	depth int
}

func parseJSONPath(text string) (p jsonPath, err error) {
	q := &pathParser{lex: lexer{text: text}}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(pathError)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	q.next(0)
	switch {
	case q.tok.is("strict"):
		p.strict = true
		q.advance()
	case q.tok.is("lax"):
		q.advance()
	default:
		q.fail()
	}
	p.root = q.sum()
	if q.tok.kind != tokEOF {
		q.fail()
	}
	return p, nil
}

type pathError string

func (e pathError) Error() string { return string(e) }

func (p *pathParser) fail() {
	at := p.lex.text[min(p.tok.start, len(p.lex.text)):]
	panic(pathError(fmt.Sprintf("unexpected %q", at)))
}

// next reads the token at an offset. A path has signs that SQL has not.
func (p *pathParser) next(at int) {
	at, _ = p.lex.skip(at)
	for _, op := range []string{"&&", "||", "==", "!=", "<>", "<=", ">=", "?", "@", "!", "$"} {
		if strings.HasPrefix(p.lex.text[at:], op) {
			p.tok = token{kind: tokOp, text: op, start: at, end: at + len(op)}
			return
		}
	}
	p.tok = p.lex.scan(at)
	if p.tok.kind == tokBad {
		p.fail()
	}
}

func (p *pathParser) advance() { p.next(p.tok.end) }

func (p *pathParser) try(op string) bool {
	if p.tok.isOp(op) {
		p.advance()
		return true
	}
	return false
}

func (p *pathParser) need(op string) {
	if !p.try(op) {
		p.fail()
	}
}

func (p *pathParser) sum() pathNode {
	if p.depth++; p.depth > 50 {
		p.fail()
	}
	defer func() { p.depth-- }()
	left := p.product()
	for p.tok.isOp("+") || p.tok.isOp("-") {
		op := p.tok.text
		p.advance()
		left = arithmeticNode(op, left, p.product())
	}
	return left
}

func (p *pathParser) product() pathNode {
	left := p.sign()
	for p.tok.isOp("*") || p.tok.isOp("/") || p.tok.isOp("%") {
		op := p.tok.text
		p.advance()
		left = arithmeticNode(op, left, p.sign())
	}
	return left
}

func (p *pathParser) sign() pathNode {
	if p.try("-") {
		zero := constantNode(jsonValue{kind: '#', text: "0"})
		return arithmeticNode("-", zero, p.sign())
	}
	p.try("+")
	return p.accessors(p.primary())
}

func (p *pathParser) primary() pathNode {
	t := p.tok
	switch {
	case p.try("$"):
		if p.tok.start == t.end && (p.tok.kind == tokIdent || p.tok.kind == tokQuoted) {
			name := p.tok.text
			p.advance()
			return func(e *pathEnv, _ []jsonValue) ([]jsonValue, error) {
				v, ok := e.vars[name]
				if !ok {
					return nil, errPath
				}
				return []jsonValue{v}, nil
			}
		}
		return func(e *pathEnv, _ []jsonValue) ([]jsonValue, error) { return []jsonValue{e.input}, nil }
	case p.try("@"):
		return func(_ *pathEnv, at []jsonValue) ([]jsonValue, error) { return at, nil }
	case p.try("("):
		n := p.sum()
		p.need(")")
		return n
	}
	p.advance()
	switch {
	case t.kind == tokInteger, t.kind == tokDecimal, t.kind == tokDouble:
		return constantNode(jsonValue{kind: '#', text: t.text})
	case t.kind == tokQuoted, t.kind == tokString:
		return constantNode(jsonValue{kind: 's', text: t.text})
	case t.is("true"):
		return constantNode(jsonValue{kind: 't'})
	case t.is("false"):
		return constantNode(jsonValue{kind: 'f'})
	case t.is("null"):
		return constantNode(jsonValue{kind: 'n'})
	case t.is("last"):
		return func(e *pathEnv, _ []jsonValue) ([]jsonValue, error) {
			return []jsonValue{{kind: '#', text: strconv.Itoa(e.last)}}, nil
		}
	}
	p.tok = t
	p.fail()
	return nil
}

func constantNode(v jsonValue) pathNode {
	return func(*pathEnv, []jsonValue) ([]jsonValue, error) { return []jsonValue{v}, nil }
}

// accessors reads .member, [index], .*, [*], .method() and ?(filter).
func (p *pathParser) accessors(base pathNode) pathNode {
	for {
		switch {
		case p.try("."):
			base = p.member(base)
		case p.try("["):
			base = p.elements(base)
		case p.try("?"):
			p.need("(")
			cond := p.predicate()
			p.need(")")
			base = filterNode(base, cond)
		default:
			return base
		}
	}
}

func (p *pathParser) member(base pathNode) pathNode {
	if p.try("*") {
		return eachNode(base, func(e *pathEnv, v jsonValue) ([]jsonValue, error) {
			if v.kind != '{' {
				return nil, ifError(e.strict)
			}
			return v.items, nil
		})
	}
	t := p.tok
	if t.kind != tokIdent && t.kind != tokQuoted {
		p.fail()
	}
	p.advance()
	if t.kind == tokIdent && p.try("(") {
		p.need(")")
		method, ok := pathMethods[t.text]
		if !ok {
			p.tok = t
			p.fail()
		}
		return methodNode(base, t.text, method)
	}
	key := t.text
	return eachNode(base, func(e *pathEnv, v jsonValue) ([]jsonValue, error) {
		if v.kind != '{' {
			return nil, ifError(e.strict)
		}
		item, ok := v.member(key)
		if !ok {
			return nil, ifError(e.strict)
		}
		return []jsonValue{item}, nil
	})
}

func ifError(strict bool) error {
	if strict {
		return errPath
	}
	return nil
}

// eachNode applies a step to every value; in lax mode arrays are opened before.
func eachNode(base pathNode, step func(e *pathEnv, v jsonValue) ([]jsonValue, error)) pathNode {
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
			items, err := step(e, v)
			if err != nil {
				return nil, err
			}
			out = append(out, items...)
		}
		return out, nil
	}
}

// opened are the elements of arrays in place of the arrays.
func opened(values []jsonValue) []jsonValue {
	var out []jsonValue
	for _, v := range values {
		if v.kind == '[' {
			out = append(out, v.items...)
		} else {
			out = append(out, v)
		}
	}
	return out
}

// elements reads what is between brackets: *, or indexes and ranges.
func (p *pathParser) elements(base pathNode) pathNode {
	var ranges [][2]pathNode
	all := p.try("*")
	for !all {
		from := p.sum()
		to := pathNode(nil)
		if p.tok.is("to") {
			p.advance()
			to = p.sum()
		}
		ranges = append(ranges, [2]pathNode{from, to})
		if !p.try(",") {
			break
		}
	}
	p.need("]")
	return func(e *pathEnv, at []jsonValue) ([]jsonValue, error) {
		values, err := base(e, at)
		if err != nil {
			return nil, err
		}
		var out []jsonValue
		for _, v := range values {
			if v.kind != '[' {
				if e.strict {
					return nil, errPath
				}
				v = jsonValue{kind: '[', items: []jsonValue{v}}
			}
			if all {
				out = append(out, v.items...)
				continue
			}
			inner := *e
			inner.last = len(v.items) - 1
			for _, r := range ranges {
				items, err := inner.slice(v, r, at)
				if err != nil {
					return nil, err
				}
				out = append(out, items...)
			}
		}
		return out, e.step()
	}
}

func (e *pathEnv) slice(v jsonValue, r [2]pathNode, at []jsonValue) ([]jsonValue, error) {
	from, err := e.index(r[0], at)
	if err != nil {
		return nil, err
	}
	to := from
	if r[1] != nil {
		if to, err = e.index(r[1], at); err != nil {
			return nil, err
		}
	}
	if e.strict && (from < 0 || to >= len(v.items) || from > to) {
		return nil, errPath
	}
	from, to = max(from, 0), min(to, len(v.items)-1)
	if from > to {
		return nil, nil
	}
	return v.items[from : to+1], nil
}

func (e *pathEnv) index(n pathNode, at []jsonValue) (int, error) {
	vs, err := n(e, at)
	if err != nil || len(vs) != 1 {
		return 0, errPath
	}
	r, ok := vs[0].number()
	if !ok || !new(big.Int).Quo(r.Num(), r.Denom()).IsInt64() {
		return 0, errPath
	}
	i := new(big.Int).Quo(r.Num(), r.Denom()).Int64()
	return int(max(min(i, 1<<31), -1<<31)), nil
}

// jsonPathFunction is trino_json_path(input, path, names, values): what the path finds,
// behind "ok", "error" or, for an input that is no JSON, "input".
func jsonPathFunction(a []any) (any, error) {
	if a[0] == nil || a[1] == nil {
		return nil, nil
	}
	failed := []any{"error"}
	path, err := parseJSONPath(str(a[1]))
	if err != nil {
		return nil, badArgument("invalid JSON path: %s", err)
	}
	input, err := parseJSON(str(a[0]))
	if err != nil {
		return []any{"input"}, nil //nolint:nilerr // ON ERROR says what happens
	}
	env := &pathEnv{strict: path.strict, input: input, vars: make(map[string]jsonValue)}
	names, values := strs(a[2]), strs(a[3])
	for i, n := range names {
		v, err := parseJSON(values[i])
		if err != nil {
			return failed, nil //nolint:nilerr // ON ERROR says what happens
		}
		env.vars[n] = v
	}
	found, err := path.root(env, nil)
	if err != nil {
		return failed, nil //nolint:nilerr // ON ERROR says what happens
	}
	out := []any{"ok"}
	for _, v := range found {
		out = append(out, v.String())
	}
	return out, nil
}
