package trinosql

import (
	"strings"
)

// expr checks an expression.
func (c *checker) expr(n node, s *scope) *expr {
	if c.depth++; c.depth > 4*maxNesting+MaxLength {
		c.fail(n.at(), CodeTooComplex, "the statement nests too deep")
	}
	defer func() { c.depth-- }()
	x := c.exprOf(n, s)
	if x.at == 0 || x.kind == constExpr {
		// Columns are shared by all who name them: each mention has its own place.
		y := *x
		y.at = n.at()
		return &y
	}
	return x
}

func (c *checker) exprOf(n node, s *scope) *expr {
	switch n := n.(type) {
	case *nullLit:
		return nullOf(Unknown)
	case *boolLit:
		return literal(Boolean, n.value)
	case *stringLit:
		return textOf(n.value)
	case *binaryLit:
		return literal(Varbinary, n.hex)
	case *numberLit:
		return c.number(n)
	case *typedLit:
		return c.typedLiteral(n)
	case *intervalLit:
		return c.intervalLiteral(n)
	case *ident:
		return c.name(n, s)
	case *deref:
		return c.deref(n, s)
	case *subscript:
		return c.subscript(n, s)
	case *unary:
		return c.unary(n, s)
	case *infix:
		return c.binary(n, s)
	case *between:
		return c.between(n, s)
	case *inList:
		return c.inList(n, s)
	case *like:
		return c.like(n, s)
	case *isNull:
		return op(Boolean, ifText(n.not, "($1 IS NOT NULL)", "($1 IS NULL)"), c.expr(n.x, s))
	case *isDistinct:
		return c.isDistinct(n, s)
	case *caseNode:
		return c.caseExpr(n, s)
	case *castNode:
		return c.castNode(n, s)
	case *atTimeZone:
		return c.atTimeZone(n, s)
	case *extract:
		return c.extract(n, s)
	case *current:
		return c.current(n)
	case *arrayNode:
		return c.array(n, s)
	case *rowNode:
		return c.row(n, s)
	case *call:
		return c.call(n, s)
	case *jsonCall:
		return c.jsonCall(n, s)
	case *lambda:
		c.fail(n.at(), CodeTypeMismatch, "a lambda can only be the argument of a function that takes one")
	}
	return c.queryExpr(n, s)
}

// queryExpr checks an expression that has a query in it.
func (c *checker) queryExpr(n node, s *scope) *expr {
	switch n := n.(type) {
	case *subquery:
		q := c.subquery(n.query, s)
		if len(q.columns) != 1 {
			return c.rowSubquery(n, q)
		}
		return &expr{kind: subqueryExpr, typ: q.columns[0].Type, query: q, at: n.at()}
	case *exists:
		q := c.subquery(n.query, s)
		return &expr{kind: existsExpr, typ: Boolean, query: q, at: n.at()}
	case *inQuery:
		x, q := c.queryOperand(n.x, n.query, n.at(), "IN", s)
		return &expr{kind: inExpr, typ: Boolean, args: []*expr{x}, query: q, not: n.not, at: n.at()}
	case *quantified:
		x, q := c.queryOperand(n.x, n.query, n.at(), n.op, s)
		if n.op != "=" && n.op != "<>" && !isOrderable(x.typ) {
			c.fail(n.at(), CodeTypeMismatch, "Type [%s] must be orderable in order to be used in quantified comparison", x.typ)
		}
		return &expr{kind: quantExpr, typ: Boolean, tmpl: n.op, all: n.all, args: []*expr{x}, query: q, at: n.at()}
	}
	panic("BUG: no such expression")
}

// rowSubquery is a scalar query of several columns, which is a row.
func (c *checker) rowSubquery(n *subquery, q *queryIR) *expr {
	rel := c.newRel()
	var names []string
	var types []Type
	var args []*expr
	for _, f := range queryFields(rel, "", q.columns) {
		names, types, args = append(names, f.name), append(types, f.x.typ), append(args, f.x)
	}
	t := Row(names, types)
	out := &queryIR{limit: -1, columns: []Column{{"", t}}, core: &coreIR{project: []*expr{makeRow(t, args)}, from: &fromIR{alias: rel, query: q}}}
	return &expr{kind: subqueryExpr, typ: t, query: out, at: n.at()}
}

// queryOperand checks x compared with the values of a query, which must have one column,
// and gives both the same type.
func (c *checker) queryOperand(xn node, qn *queryNode, at int, what string, s *scope) (*expr, *queryIR) {
	x := c.expr(xn, s)
	q := c.subquery(qn, s)
	if len(q.columns) != 1 {
		if x.typ.Kind == RowKind && len(q.columns) == len(x.typ.Elems) {
			q = c.rowSubquery(&subquery{position(at), qn}, q).query
		} else {
			c.fail(qn.at(), CodeTypeMismatch, "Multiple columns returned by subquery are not yet supported. Found %d", len(q.columns))
		}
	}
	t, ok := commonType(x.typ, q.columns[0].Type)
	if !ok {
		if t, ok = c.lakeType(x.typ, q.columns[0].Type); !ok {
			c.fail(at, CodeTypeMismatch, "value and result of subquery must be of the same type for %s: %s vs %s", what, x.typ, q.columns[0].Type)
		}
	}
	if !isComparable(t) {
		c.fail(at, CodeTypeMismatch, "Type [%s] must be comparable in order to be used in %s", t, what)
	}
	x, q = c.must(x, t), c.convert(q, []Type{t}, at)
	if t.Kind == TimestampTZKind {
		x, q = instant(x), c.instants(q)
	}
	return x, q
}

// instants makes the one column of a query, a timestamp with time zone, the instant it is.
func (c *checker) instants(q *queryIR) *queryIR {
	rel := c.newRel()
	t := q.columns[0].Type
	x := instant(&expr{kind: columnExpr, typ: t, rel: rel, column: "c1"})
	return &queryIR{limit: -1, columns: []Column{{"", x.typ}}, core: &coreIR{project: []*expr{x}, from: &fromIR{alias: rel, query: q}}}
}

// name finds what a name means.
func (c *checker) name(n *ident, s *scope) *expr {
	if x := c.find(s, "", n.name, n.at()); x != nil {
		return x
	}
	c.unresolved(n.at(), n.name, s)
	return nil
}

// find is the column of that name; rel, if not empty, is the relation's name before it. It
// is nil if there is none.
func (c *checker) find(s *scope, rel, name string, at int) *expr {
	for ; s != nil; s = s.parent {
		if rel == "" && s.outputs != nil {
			if x := c.findIn(s.outputs, rel, name, at); x != nil {
				return x
			}
		}
		if x := c.findIn(s.fields, rel, name, at); x != nil {
			return x
		}
	}
	return nil
}

func (c *checker) findIn(fields []field, rel, name string, at int) *expr {
	var found *expr
	for _, f := range fields {
		if f.name == "" || !strings.EqualFold(f.name, name) || rel != "" && (f.merged || !sameRelation(f.rel, rel)) {
			continue
		}
		if found != nil && found != f.x {
			c.fail(at, CodeAmbiguousName, "Column '%s' is ambiguous", name)
		}
		found = f.x
	}
	return found
}

// sameRelation says whether a name before a dot is that of a relation: its alias, or for
// an ARN also the id.
func sameRelation(alias, name string) bool {
	return strings.EqualFold(alias, name) || strings.HasPrefix(alias, "arn:") && strings.HasSuffix(alias, "/"+name)
}

// unresolved fails for a name that means nothing.
func (c *checker) unresolved(at int, name string, s *scope) {
	hint := ""
	if _, ok := registry[strings.ToLower(name)]; ok {
		hint = ": a function is called with parentheses"
	} else if near := nearest(name, s); near != "" {
		hint = ": did you mean " + near + "?"
	}
	c.fail(at, CodeColumnNotFound, "Column '%s' cannot be resolved%s", name, hint)
}

// nearest is a column with nearly the same name.
func nearest(name string, s *scope) string {
	name = strings.ToLower(name)
	for ; s != nil; s = s.parent {
		for _, f := range s.fields {
			have := strings.ToLower(f.name)
			if len(have) > 3 && len(name) > 3 && len(have)-len(name) < 3 && len(name)-len(have) < 3 && editDistance([]rune(have), []rune(name)) <= 2 {
				return f.name
			}
		}
	}
	return ""
}

// deref checks names with dots: a relation's column, or a field of a row.
func (c *checker) deref(n *deref, s *scope) *expr {
	var chain []*deref
	base := node(n)
	for {
		d, ok := base.(*deref)
		if !ok {
			break
		}
		chain = append([]*deref{d}, chain...)
		base = d.x
	}
	x, rest := (*expr)(nil), chain
	if id, ok := base.(*ident); ok {
		if x, rest = c.derefName(id, chain, s); x == nil {
			c.unresolvedChain(id, chain, s)
		}
	} else {
		x = c.expr(base, s)
	}
	for _, d := range rest {
		x = c.fieldNamed(x, d)
	}
	return x
}

// derefName finds the column that a chain of names begins with, and what is left of the
// chain. At each level a relation's column goes before a column's field.
func (c *checker) derefName(id *ident, chain []*deref, s *scope) (*expr, []*deref) {
	for ; s != nil; s = s.parent {
		level := &scope{fields: s.fields, outputs: s.outputs}
		if x := c.find(level, id.name, chain[0].field, id.at()); x != nil {
			return placed(x, id.at()), chain[1:]
		}
		if x := c.find(level, "", id.name, id.at()); x != nil {
			return placed(x, id.at()), chain
		}
	}
	return nil, nil
}

func placed(x *expr, at int) *expr {
	y := *x
	y.at = at
	return &y
}

func (c *checker) unresolvedChain(id *ident, chain []*deref, s *scope) {
	for up := s; up != nil; up = up.parent {
		for _, f := range up.fields {
			if f.rel != "" && sameRelation(f.rel, id.name) {
				c.fail(id.at(), CodeColumnNotFound, "Column '%s.%s' cannot be resolved", id.name, chain[0].field)
			}
		}
	}
	c.unresolved(id.at(), id.name, s)
}

// fieldNamed is a field of a row.
func (c *checker) fieldNamed(x *expr, d *deref) *expr {
	if x.typ.Kind != RowKind {
		hint := ""
		if x.typ.Kind == MapKind && len(x.typ.Elems) > 0 {
			hint = ": it is a map, whose values are read with element_at(..., '" + d.field + "')"
		}
		c.fail(d.at(), CodeTypeMismatch, "Expression of type %s has no field %s%s", x.typ, d.field, hint)
	}
	i := x.typ.Field(d.field)
	if i < 0 {
		c.fail(d.at(), CodeColumnNotFound, "Column '%s' cannot be resolved: the fields are %s", d.field, strings.Join(x.typ.Names, ", "))
	}
	return fieldOf(x, i)
}

// fieldOf is the i-th field of a row.
func fieldOf(x *expr, i int) *expr {
	if x.kind == opExpr && strings.HasPrefix(x.tmpl, rowPrefix) && len(x.args) == len(x.typ.Elems) {
		return x.args[i]
	}
	e := op(x.typ.Elems[i], "struct_extract($1, "+duckTemplateText(rowFields(x.typ)[i])+")", x)
	e.at = x.at
	return e
}

// duckTemplateText is a text as a literal inside a template, where a dollar sign is doubled.
func duckTemplateText(s string) string { return strings.ReplaceAll(duckString(s), "$", "$$") }

const rowPrefix = "{"

// makeRow is a row of these fields.
func makeRow(t Type, args []*expr) *expr {
	var b strings.Builder
	for i, n := range rowFields(t) {
		b.WriteString(ifText(i == 0, rowPrefix, ", "))
		b.WriteString(duckTemplateText(n))
		b.WriteString(": " + nextArg)
	}
	b.WriteString("}")
	return &expr{kind: opExpr, typ: t, tmpl: b.String(), args: args}
}
