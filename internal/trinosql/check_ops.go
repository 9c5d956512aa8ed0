package trinosql

import (
	"math"
	"strings"
)

// failure is an expression that fails when it is computed. deps are put into it so that
// DuckDB does not compute it before it is needed, as it does with constants.
func failure(t Type, code Code, message string, deps ...*expr) *expr {
	message = strings.ReplaceAll(message, "\x00", "?") // it is put into a template, where this means an argument
	text := failPrefix + string(code) + ":" + message + failEnd
	return op(t, "CASE WHEN CAST(concat("+duckTemplateText(text)+ifText(len(deps) > 0, ", $*", "")+") AS BOOLEAN) THEN NULL END", deps...)
}

// failText is what a macro or template writes to fail; dep is some argument.
func failText(code Code, message, dep string) string {
	return "CASE WHEN CAST(concat(" + duckString(failPrefix+string(code)+":"+message+failEnd) + ", " + dep + ") AS BOOLEAN) THEN NULL END"
}

func (c *checker) unary(n *unary, s *scope) *expr {
	if lit, ok := n.x.(*numberLit); ok && n.op == "-" {
		return c.number(&numberLit{lit.position, lit.kind, "-" + lit.text})
	}
	x := c.expr(n.x, s)
	switch n.op {
	case "not":
		if x.typ.Kind != BooleanKind && x.typ.Kind != UnknownKind {
			c.fail(n.at(), CodeTypeMismatch, "Value of logical NOT expression must evaluate to a boolean (actual: %s)", x.typ)
		}
		return op(Boolean, "(NOT $1)", c.must(x, Boolean))
	case "+":
		if !x.typ.isNumeric() {
			c.fail(n.at(), CodeTypeMismatch, "Unary '+' operator cannot by applied to %s type", x.typ)
		}
		return x
	}
	switch {
	case x.typ.isNumeric(), x.typ.Kind == IntervalDayKind, x.typ.Kind == IntervalYearKind:
		return op(x.typ, "(-$1)", x)
	}
	c.fail(n.at(), CodeTypeMismatch, "Cannot negate %s", x.typ)
	return nil
}

func (c *checker) binary(n *infix, s *scope) *expr {
	switch n.op {
	case "and", "or":
		return c.logical(n, s)
	case "||":
		return c.concat(n, s)
	}
	l, r := c.expr(n.l, s), c.expr(n.r, s)
	switch n.op {
	case "=", "<>", "<", "<=", ">", ">=":
		return c.compare(n, n.op, n.l, n.r, l, r)
	}
	return c.arithmetic(n, l, r)
}

// logical checks a chain of ANDs or of ORs at once, so that a long one is not deep.
func (c *checker) logical(n *infix, s *scope) *expr {
	var terms []node
	rest := node(n)
	for {
		b, ok := rest.(*infix)
		if !ok || b.op != n.op {
			break
		}
		terms = append(terms, b.r)
		rest = b.l
	}
	terms = append(terms, rest)
	args := make([]*expr, len(terms))
	for i := range terms {
		t := terms[len(terms)-1-i]
		x := c.expr(t, s)
		if x.typ.Kind != BooleanKind && x.typ.Kind != UnknownKind {
			c.fail(t.at(), CodeTypeMismatch, "Logical expression term must evaluate to a boolean (actual: %s)", x.typ)
		}
		args[i] = c.must(x, Boolean)
	}
	return op(Boolean, ifText(n.op == "and", "($&)", "($|)"), args...)
}

// lakeType is the type in which CloudTrail Lake compares a timestamp or a date with a
// string, which Trino does not.
func (c *checker) lakeType(a, b Type) (Type, bool) {
	if b.isTime() || b.Kind == DateKind {
		a, b = b, a
	}
	if c.options.Strict || b.Kind != VarcharKind || !a.isTime() && a.Kind != DateKind {
		return Type{}, false
	}
	if a.Kind == TimestampTZKind {
		return TimestampTZOf(max(3, a.Length)), true
	}
	return TimestampOf(max(3, a.Length)), true
}

// comparable gives both the type in which they are compared. ln and rn are their nodes,
// for the printer that has to say what Trino does not understand by itself.
func (c *checker) common(at int, what string, ln, rn node, l, r *expr) (*expr, *expr, Type) {
	t, ok := commonType(l.typ, r.typ)
	if ok {
		return c.must(l, t), c.must(r, t), t
	}
	if t, ok = c.lakeType(l.typ, r.typ); !ok {
		c.fail(at, CodeTypeMismatch, "Cannot apply operator: %s %s %s", l.typ, what, r.typ)
	}
	return c.lakeTime(ln, l, t), c.lakeTime(rn, r, t), t
}

// lakeTime makes a string the time that it is compared as, and everything else that type.
func (c *checker) lakeTime(n node, x *expr, t Type) *expr {
	if x.typ.Kind != VarcharKind {
		return c.must(x, t)
	}
	c.out.asTime[n] = t
	if text, ok := x.constText(); ok {
		v, ok := parseLakeTime(text)
		if !ok {
			c.fail(n.at(), CodeInvalidLiteral, "'%s' is compared with a timestamp and is none: write it as 'YYYY-MM-DD HH:MM:SS'", text)
		}
		if t.Kind == TimestampTZKind {
			return literal(t, timestampText(v)+"|UTC")
		}
		return literal(t, timestampText(v))
	}
	y := op(Timestamp, "trino_lake_time($1)", x)
	return c.must(y, t)
}

// compare checks a comparison.
func (c *checker) compare(n node, what string, ln, rn node, l, r *expr) *expr {
	l, r, t := c.common(n.at(), what, ln, rn, l, r)
	if what == "=" || what == "<>" {
		if !isComparable(t) {
			c.fail(n.at(), CodeTypeMismatch, "Cannot apply operator: %s %s %s", l.typ, what, r.typ)
		}
		e := c.equal(l, r)
		if what == "<>" {
			if e.tmpl == plainEqual {
				return op(Boolean, "($1 <> $2)", e.args...)
			}
			return op(Boolean, "(NOT $1)", e)
		}
		return e
	}
	if !isOrderable(t) {
		c.fail(n.at(), CodeTypeMismatch, "Cannot apply operator: %s %s %s", l.typ, what, r.typ)
	}
	return unlessNaN(op(Boolean, "($1 "+what+" $2)", sortable(l), sortable(r)), what[0] == '>', what[0] == '<')
}

// unlessNaN is a comparison that is false for NaN, which for DuckDB is the greatest number
// and equal to itself. left and right say which side could make the comparison true.
func unlessNaN(x *expr, left, right bool) *expr {
	for i, ask := range []bool{left, right} {
		a := x.args[i]
		if k := a.typ.Kind; ask && (k == DoubleKind || k == RealKind) && !isNumber(a) {
			return op(Boolean, "($1 AND NOT isnan($2))", x, a)
		}
	}
	return x
}

// isNumber says whether an expression is fixed, and not NaN.
func isNumber(x *expr) bool {
	f, ok := x.value.(float64)
	return x.kind == constExpr && (!ok || !math.IsNaN(f)) || x.kind == opExpr && x.tmpl == "CAST($1 AS $T)" && isNumber(x.args[0])
}

const plainEqual = "($1 = $2)"

// equal is l = r for values of one type. A NULL inside a row, array or map makes it NULL
// unless something else differs.
func (c *checker) equal(l, r *expr) *expr {
	switch l.typ.Kind {
	case ArrayKind:
		return op(Boolean, "trino_array_equal($1, $2)", l, r)
	case RowKind:
		var terms []*expr
		for i := range l.typ.Elems {
			terms = append(terms, c.equal(fieldOf(l, i), fieldOf(r, i)))
		}
		return op(Boolean, "($&)", terms...)
	}
	e := op(Boolean, plainEqual, sortable(l), sortable(r))
	if isNumber(e.args[1]) {
		return e
	}
	return unlessNaN(e, true, false)
}

// sortable is a value in the order of its type: a timestamp with time zone is ordered by
// its instant.
func sortable(x *expr) *expr {
	switch x.typ.Kind {
	case TimestampTZKind:
		return instant(x)
	case CharKind:
		return op(Varchar, "rtrim($1, ' ')", x)
	}
	return x
}

// instant is a timestamp with time zone as the timestamp in UTC that it is.
func instant(x *expr) *expr {
	t := TimestampOf(x.typ.Length)
	if x.isNullConst() {
		return nullOf(t)
	}
	if x.kind == constExpr {
		text, _, _ := strings.Cut(x.value.(string), "|")
		return literal(t, text)
	}
	if x.kind == opExpr && (x.tmpl == tzOfTimestamp || x.tmpl == inZoneTemplate && x.args[1].kind == constExpr) {
		return x.args[0]
	}
	return op(t, `struct_extract($1, 't')`, x)
}

func (c *checker) between(n *between, s *scope) *expr {
	x, lo, hi := c.expr(n.x, s), c.expr(n.lo, s), c.expr(n.hi, s)
	a := c.compare(n, ">=", n.x, n.lo, x, lo)
	b := c.compare(n, "<=", n.x, n.hi, x, hi)
	both := op(Boolean, "($&)", a, b)
	if n.not {
		return op(Boolean, "(NOT $1)", both)
	}
	return both
}

func (c *checker) inList(n *inList, s *scope) *expr {
	x := c.expr(n.x, s)
	t, lake := x.typ, false
	items := make([]*expr, len(n.list))
	for i, it := range n.list {
		items[i] = c.expr(it, s)
		u, ok := commonType(t, items[i].typ)
		if !ok {
			if u, ok = c.lakeType(t, items[i].typ); !ok {
				c.fail(it.at(), CodeTypeMismatch, "IN value and list items must be the same type or coercible to a common type. Cannot find common type between %s and %s", t, items[i].typ)
			}
			lake = true
		}
		t = u
	}
	if !isComparable(t) {
		c.fail(n.at(), CodeTypeMismatch, "Type %s is not comparable", t)
	}
	to := func(m node, y *expr) *expr {
		if lake {
			return c.lakeTime(m, y, t)
		}
		return c.must(y, t)
	}
	x = to(n.x, x)
	if t.Kind == ArrayKind || t.Kind == RowKind {
		return c.inByEquality(n, x, items, to)
	}
	args := []*expr{sortable(x)}
	for i, it := range n.list {
		args = append(args, sortable(to(it, items[i])))
	}
	var tmpl strings.Builder
	tmpl.WriteString("(" + nextArg + ifText(n.not, " NOT IN (", " IN ("))
	for i := range items {
		tmpl.WriteString(ifText(i > 0, ", ", "") + nextArg)
	}
	tmpl.WriteString("))")
	return op(Boolean, tmpl.String(), args...)
}

// inByEquality is IN for types whose equality is not DuckDB's.
func (c *checker) inByEquality(n *inList, x *expr, items []*expr, to func(node, *expr) *expr) *expr {
	var terms []*expr
	for i, it := range n.list {
		terms = append(terms, c.equal(x, to(it, items[i])))
	}
	any := op(Boolean, "($|)", terms...)
	if n.not {
		return op(Boolean, "(NOT $1)", any)
	}
	return any
}

func (c *checker) like(n *like, s *scope) *expr {
	x, pattern := c.expr(n.x, s), c.expr(n.pattern, s)
	for i, e := range []*expr{x, pattern} {
		if !e.typ.isText() && e.typ.Kind != UnknownKind {
			c.fail(n.at(), CodeTypeMismatch, "%s of LIKE expression must evaluate to a varchar (actual: %s)", []string{"Left side", "Pattern"}[i], e.typ)
		}
	}
	args := []*expr{c.must(x, Varchar), c.must(pattern, Varchar)}
	tmpl := "($1 LIKE $2)"
	if n.escape != nil {
		e := c.expr(n.escape, s)
		if text, ok := e.constText(); ok && len([]rune(text)) != 1 {
			return failure(Boolean, CodeInvalidArgument, "Escape string must be a single character")
		}
		args = append(args, c.must(e, Varchar))
		tmpl = "trino_like($1, $2, $3)"
		if text, ok := pattern.constText(); ok && validLike(text, mustText(e)) {
			tmpl = "($1 LIKE $2 ESCAPE $3)"
		}
	}
	e := op(Boolean, tmpl, args...)
	if n.not {
		return op(Boolean, "(NOT $1)", e)
	}
	return e
}

// validLike says whether an escape of one byte is followed by what it can escape
// throughout: of other patterns DuckDB means something else than Trino.
func validLike(pattern, escape string) bool {
	if len(escape) != 1 {
		return false
	}
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == escape[0] {
			if i++; i == len(pattern) || pattern[i] != '%' && pattern[i] != '_' && pattern[i] != escape[0] {
				return false
			}
		}
	}
	return true
}

func mustText(e *expr) string {
	s, _ := e.constText()
	return s
}

func (c *checker) isDistinct(n *isDistinct, s *scope) *expr {
	l, r := c.expr(n.l, s), c.expr(n.r, s)
	l, r, t := c.common(n.at(), "IS DISTINCT FROM", n.l, n.r, l, r)
	if !isComparable(t) {
		c.fail(n.at(), CodeTypeMismatch, "Cannot apply operator: %s IS DISTINCT FROM %s", l.typ, r.typ)
	}
	return op(Boolean, ifText(n.not, "($1 IS NOT DISTINCT FROM $2)", "($1 IS DISTINCT FROM $2)"), sortable(l), sortable(r))
}

func (c *checker) caseExpr(n *caseNode, s *scope) *expr {
	var results []*expr
	var nodes []node
	for _, w := range n.whens {
		results, nodes = append(results, c.expr(w.then, s)), append(nodes, w.then)
	}
	if n.other != nil {
		results, nodes = append(results, c.expr(n.other, s)), append(nodes, n.other)
	}
	results, t := c.unify(results, nodes, "All CASE results must be the same type or coercible to a common type")
	var conditions []*expr
	var operand *expr
	if n.operand != nil {
		operand = c.expr(n.operand, s)
	}
	for _, w := range n.whens {
		if operand == nil {
			conditions = append(conditions, c.condition(w.when, s, "CASE WHEN clause"))
		} else {
			conditions = append(conditions, c.compare(w.when, "=", n.operand, w.when, operand, c.expr(w.when, s)))
		}
	}
	var tmpl strings.Builder
	var args []*expr
	tmpl.WriteString("CASE")
	for i, cond := range conditions {
		tmpl.WriteString(" WHEN " + nextArg + " THEN " + nextArg)
		args = append(args, cond, results[i])
	}
	if n.other != nil {
		tmpl.WriteString(" ELSE " + nextArg)
		args = append(args, results[len(results)-1])
	}
	tmpl.WriteString(" END")
	return op(t, "("+tmpl.String()+")", args...)
}

// unify gives all of them a common type.
func (c *checker) unify(xs []*expr, nodes []node, message string) ([]*expr, Type) {
	t := Unknown
	for i, x := range xs {
		u, ok := commonType(t, x.typ)
		if !ok {
			c.fail(nodes[i].at(), CodeTypeMismatch, "%s. Cannot find common type between %s and %s", message, t, x.typ)
		}
		t = u
	}
	out := make([]*expr, len(xs))
	for i, x := range xs {
		out[i] = c.must(x, t)
	}
	return out, t
}

func (c *checker) array(n *arrayNode, s *scope) *expr {
	xs := make([]*expr, len(n.elems))
	for i, e := range n.elems {
		xs[i] = c.expr(e, s)
	}
	xs, t := c.unify(xs, n.elems, "All ARRAY elements must be the same type or coercible to a common type")
	if len(xs) == 0 {
		return op(Array(Unknown), "[]")
	}
	return op(Array(t), "["+strings.TrimSuffix(strings.Repeat(nextArg+", ", len(xs)), ", ")+"]", xs...)
}

func (c *checker) row(n *rowNode, s *scope) *expr {
	var types []Type
	var xs []*expr
	for _, e := range n.elems {
		x := c.expr(e, s)
		xs, types = append(xs, x), append(types, x.typ)
	}
	return makeRow(Row(n.names, types), xs)
}

func (c *checker) subscript(n *subscript, s *scope) *expr {
	x, i := c.expr(n.x, s), c.expr(n.index, s)
	switch x.typ.Kind {
	case ArrayKind:
		if !i.typ.isInteger() && i.typ.Kind != UnknownKind {
			break
		}
		return op(x.typ.Elems[0], "trino_subscript($1, $2)", x, c.must(i, Bigint))
	case MapKind:
		k, ok := c.coerced(i, x.typ.Elems[0])
		if !ok {
			break
		}
		return op(x.typ.Elems[1], "trino_map_subscript($1, $2)", x, k)
	case RowKind:
		v, ok := i.constInt()
		if !ok {
			c.fail(n.index.at(), CodeNotConstant, "Subscript expression on ROW requires a constant index")
		}
		if v < 1 || int(v) > len(x.typ.Elems) {
			c.fail(n.index.at(), CodeInvalidArgument, "Subscript index out of bounds: %d, max value is %d", v, len(x.typ.Elems))
		}
		return fieldOf(x, int(v-1))
	}
	c.fail(n.at(), CodeTypeMismatch, "Cannot use %s for subscript of %s", i.typ, x.typ)
	return nil
}
