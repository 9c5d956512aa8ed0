package trinosql

import "strings"

// call checks a function call.
func (c *checker) call(n *call, s *scope) *expr {
	if form, ok := specialCalls[n.name]; ok && n.plainCall() {
		return form(c, n, s)
	}
	if n.name == "grouping" {
		return c.grouping(n, s)
	}
	rows := registry[n.name]
	aggregate := len(rows) > 0 && rows[0].Kind != ScalarFunc
	inner := s
	if aggregate {
		inner = c.aggregateScope(n, s)
	}
	args := make([]*expr, len(n.args))
	for i, a := range n.args {
		if _, ok := a.(*lambda); !ok {
			args[i] = c.expr(a, inner)
		}
	}
	if n.name == "listagg" && !args[0].typ.isText() && args[0].typ.Kind != UnknownKind {
		c.fail(n.at(), CodeTypeMismatch, "Expected expression of varchar, but '%s' has %s type", c.textAt(n.args[0].at()), args[0].typ)
	}
	m := c.resolve(n.at(), n.name, args)
	c.bindLambdas(n, m, args, inner)
	for i := range args {
		if m.params[i].Kind != FunctionKind {
			args[i] = c.must(args[i], m.params[i])
		}
	}
	t := c.resultType(m, args)
	if m.f.Kind == ScalarFunc {
		c.scalarOnly(n)
		return c.scalar(n, m.f, args, t)
	}
	return c.aggregateCall(n, m.f, args, t, inner)
}

// plainCall says whether nothing but arguments was written.
func (n *call) plainCall() bool {
	return !n.star && !n.distinct && n.order == nil && n.within == nil && n.filter == nil && n.nulls == "" && n.over == nil
}

func (c *checker) scalarOnly(n *call) {
	switch {
	case n.over != nil:
		c.fail(n.at(), CodeFunctionNotWindow, "Not a window function: %s", n.name)
	case n.star, n.distinct, n.order != nil, n.within != nil, n.filter != nil:
		c.fail(n.at(), CodeFunctionNotAggregate, "Not an aggregate function: %s", n.name)
	case n.nulls != "":
		c.fail(n.at(), Code("NULL_TREATMENT_NOT_ALLOWED"), "Cannot specify null treatment clause for %s function", n.name)
	}
}

// scalar makes the expression of a scalar function.
func (c *checker) scalar(n *call, f *Func, args []*expr, t Type) *expr {
	var e *expr
	if f.build != nil {
		e = f.build(c, n.at(), args, t)
	} else {
		e = op(t, f.Duck, args...)
	}
	if e.kind != constExpr && e.kind != columnExpr {
		y := *e
		y.at, y.volatile = n.at(), e.volatile || f.volatile
		return &y
	}
	return e
}

// resultType is the type of a call.
func (c *checker) resultType(m *match, args []*expr) Type {
	if m.f.result != nil {
		types := make([]Type, len(args))
		for i, a := range args {
			types[i] = a.typ
		}
		return m.f.result(types)
	}
	t, ok := m.bound.apply(m.sig.result)
	if !ok {
		panic("BUG: result of " + m.f.Name + " has an unbound variable")
	}
	return t
}

// bindLambdas checks the lambdas of a call, whose parameters have types by now, and binds
// what their results decide.
func (c *checker) bindLambdas(n *call, m *match, args []*expr, s *scope) {
	for i, a := range n.args {
		l, ok := a.(*lambda)
		if !ok {
			continue
		}
		p := m.sig.param(i)
		args[i] = c.lambda(l, m, p, s)
		m.params[i] = Type{Kind: FunctionKind}
	}
}

func (c *checker) lambda(l *lambda, m *match, p sigType, s *scope) *expr {
	want := p.args[len(p.args)-1]
	if len(l.params) != len(p.args)-1 {
		c.fail(l.at(), CodeInvalidArguments, "the lambda of %s has %d parameters, not %d", m.f.Name, len(p.args)-1, len(l.params))
	}
	for range 2 {
		in := &scope{parent: s, lambda: true, noAgg: "lambda"}
		var names []string
		for i, name := range l.params {
			t, ok := m.bound.apply(p.args[i])
			if !ok {
				c.fail(l.at(), CodeInvalidArguments, "the type of %s is not known before the other lambda", name)
			}
			x := c.newParam(t)
			names = append(names, x.column)
			in.fields = append(in.fields, field{name: name, x: x})
		}
		body := c.expr(l.body, in)
		if usesQuery(body) {
			c.fail(l.at(), CodeNotSupported, "a query in a lambda is not supported")
		}
		bound, known := m.bound.apply(want)
		if !known {
			m.bound.bind(want, body.typ)
			bound, _ = m.bound.apply(want)
		} else if _, ok := canCoerce(body.typ, bound); !ok && want.any {
			// The state of a reduction grows into what its step returns.
			if !m.bound.bind(want, body.typ) {
				c.fail(l.at(), CodeTypeMismatch, "the lambda of %s returns %s, which does not become %s", m.f.Name, body.typ, bound)
			}
			continue
		}
		result, ok := c.coerced(body, bound)
		if !ok {
			c.fail(l.at(), CodeTypeMismatch, "the lambda of %s must return %s, not %s", m.f.Name, bound, body.typ)
		}
		return &expr{kind: lambdaExpr, typ: result.typ, params: names, args: []*expr{result}, at: l.at()}
	}
	c.fail(l.at(), CodeTypeMismatch, "the lambda of %s returns another type each time", m.f.Name)
	return nil
}

func usesQuery(x *expr) bool {
	found := false
	x.walk(func(e *expr) bool {
		found = found || e.query != nil
		return !found
	})
	return found
}

// specialCalls are functions whose arguments are not like those of others.
var specialCalls map[string]func(c *checker, n *call, s *scope) *expr

func init() {
	specialCalls = map[string]func(c *checker, n *call, s *scope) *expr{
		"if":       (*checker).ifCall,
		"coalesce": (*checker).coalesce,
		"nullif":   (*checker).nullif,
		"try":      (*checker).tryCall,
		"typeof":   (*checker).typeofCall,
		"concat":   (*checker).concatCall,
		"format":   (*checker).formatCall,
	}
}

func (c *checker) arity(n *call, min, max int) {
	if len(n.args) < min || len(n.args) > max {
		c.fail(n.at(), CodeInvalidArguments, "Invalid number of arguments for '%s' function", n.name)
	}
}

func (c *checker) ifCall(n *call, s *scope) *expr {
	c.arity(n, 2, 3)
	cond := c.condition(n.args[0], s, "IF condition")
	results := make([]*expr, 0, 2)
	for _, a := range n.args[1:] {
		results = append(results, c.expr(a, s))
	}
	results, t := c.unify(results, n.args[1:], "Result types for IF must be the same")
	if len(results) == 1 {
		return op(t, "(CASE WHEN $1 THEN $2 END)", cond, results[0])
	}
	return op(t, "(CASE WHEN $1 THEN $2 ELSE $3 END)", cond, results[0], results[1])
}

func (c *checker) coalesce(n *call, s *scope) *expr {
	c.arity(n, 2, 1<<20)
	xs := make([]*expr, len(n.args))
	for i, a := range n.args {
		xs[i] = c.expr(a, s)
	}
	xs, t := c.unify(xs, n.args, "All COALESCE operands must be the same type")
	return op(t, "coalesce($*)", xs...)
}

func (c *checker) nullif(n *call, s *scope) *expr {
	c.arity(n, 2, 2)
	a, b := c.expr(n.args[0], s), c.expr(n.args[1], s)
	if b.typ.Kind == UnknownKind {
		return a
	}
	same := c.compare(n, "=", n.args[0], n.args[1], a, b)
	return op(a.typ, "(CASE WHEN $1 THEN NULL ELSE $2 END)", same, a)
}

func (c *checker) tryCall(n *call, s *scope) *expr {
	c.arity(n, 1, 1)
	return c.try(c.expr(n.args[0], s))
}

func (c *checker) typeofCall(n *call, s *scope) *expr {
	c.arity(n, 1, 1)
	x := c.expr(n.args[0], s)
	t := literal(Varchar, x.typ.String())
	if usesAggregate([]*expr{x}) || x.kind == columnExpr || x.kind == windowExpr {
		// The argument is kept, so that what it needs to be allowed is still asked.
		return op(Varchar, "CASE WHEN $1 IS NULL THEN $2 ELSE $2 END", x, t)
	}
	return t
}

// concatCall checks concat: texts, bytes or arrays.
func (c *checker) concatCall(n *call, s *scope) *expr {
	c.arity(n, 1, 127)
	x := c.expr(n.args[0], s)
	if len(n.args) == 1 && x.typ.Kind != ArrayKind {
		c.fail(n.at(), CodeInvalidArgument, "There must be two or more concatenation arguments to function concat")
	}
	for _, a := range n.args[1:] {
		x = c.concat2(n.at(), x, c.expr(a, s))
	}
	return x
}

// formatCall checks format(text, ...).
func (c *checker) formatCall(n *call, s *scope) *expr {
	c.arity(n, 2, 128)
	args := []*expr{c.must(c.expr(n.args[0], s), Varchar)}
	if !args[0].typ.isText() {
		c.fail(n.args[0].at(), CodeTypeMismatch, "the first argument of format must be a varchar, and is %s", args[0].typ)
	}
	for _, a := range n.args[1:] {
		x := c.expr(a, s)
		switch x.typ.Kind {
		case UnknownKind:
			x = c.must(x, Varchar)
		case ArrayKind, MapKind, RowKind, VarbinaryKind, IntervalDayKind, IntervalYearKind, HyperLogLogKind:
			c.fail(a.at(), CodeNotSupported, "Type not supported for formatting: %s", x.typ)
		case CharKind, UUIDKind, IPAddressKind:
			x = c.must(x, Varchar)
		case TimestampTZKind:
			x = op(Varchar, "trino_zoned_java($1)", x)
		case TinyintKind, SmallintKind, IntegerKind:
			x = c.must(x, Bigint)
		case RealKind:
			x = c.must(x, Double)
		}
		args = append(args, x)
	}
	return op(Varchar, "trino_format($*)", args...)
}

// grouping checks GROUPING(...).
func (c *checker) grouping(n *call, s *scope) *expr {
	if s.noAgg != "" && !strings.HasPrefix(s.noAgg, "no windows") {
		c.fail(n.at(), CodeNotScalar, "%s cannot contain aggregations, window functions or grouping operations: grouping", s.noAgg)
	}
	if len(n.args) == 0 || len(n.args) > 31 {
		c.fail(n.at(), CodeInvalidArguments, "GROUPING has 1 to 31 arguments")
	}
	args := make([]*expr, len(n.args))
	for i, a := range n.args {
		args[i] = c.expr(a, s)
	}
	t := Integer
	return &expr{kind: aggExpr, typ: t, tmpl: "CAST(@GROUPING($*)@ AS INTEGER)", args: args, agg: &aggIR{grouping: true}, at: n.at()}
}
