package trinosql

import "strings"

// aggregateScope is where the arguments of an aggregate or window function are checked. It
// refuses the call where none may stand.
func (c *checker) aggregateScope(n *call, s *scope) *scope {
	level := s
	for level.lambda && level.parent != nil && level.noAgg == "" && !level.inAgg {
		level = level.parent
	}
	switch {
	case n.over != nil && level.inWin:
		c.fail(n.at(), CodeNestedWindow, "Cannot nest window functions or row pattern measures inside window function arguments: %s", n.name)
	case level.inAgg:
		c.fail(n.at(), CodeNestedAggregation, "Cannot nest aggregations inside aggregation: %s", n.name)
	case level.noAgg != "" && (n.over != nil || !strings.HasPrefix(level.noAgg, "no windows")):
		place := strings.TrimPrefix(level.noAgg, "no windows in ")
		c.fail(n.at(), CodeNotScalar, "%s cannot contain aggregations, window functions or grouping operations: [%s]", place, n.name)
	}
	in := *s
	if n.over != nil {
		in.inWin = true
	} else {
		in.inAgg = true
	}
	return &in
}

// aggregateCall checks what belongs to an aggregate or window function beside its
// arguments, and makes its expression.
func (c *checker) aggregateCall(n *call, f *Func, args []*expr, t Type, in *scope) *expr {
	if f.Kind == WindowFunc && n.over == nil {
		c.fail(n.at(), CodeMissingOver, "Window function %s requires an OVER clause", n.name)
	}
	if n.nulls != "" && !f.nulls {
		c.fail(n.at(), Code("NULL_TREATMENT_NOT_ALLOWED"), "Cannot specify null treatment clause for %s function", n.name)
	}
	if f.Kind == WindowFunc && (n.distinct || n.filter != nil || n.order != nil) {
		c.fail(n.at(), CodeNotSupported, "DISTINCT, FILTER and ORDER BY are for aggregate functions, and %s is a window function", n.name)
	}
	e := &expr{kind: aggExpr, typ: t, tmpl: f.Duck, args: args, at: n.at(), agg: &aggIR{distinct: n.distinct}, volatile: f.volatile}
	if f.post != nil {
		e.typ, e.args = Array(args[0].typ), args[:1]
	}
	if f.build != nil {
		b := f.build(c, n.at(), args, t)
		e.tmpl, e.args = b.tmpl, b.args
	}
	if n.distinct && len(args) > 0 && !isComparable(args[0].typ) {
		c.fail(n.at(), CodeTypeMismatch, "DISTINCT can only be applied to comparable types (actual: %s)", args[0].typ)
	}
	order := n.order
	if n.within != nil {
		if n.name != "listagg" {
			c.fail(n.at(), CodeSyntax, "WITHIN GROUP is for listagg; other aggregates have ORDER BY after their arguments")
		}
		order = n.within
	}
	for _, k := range order {
		key := sortIR{x: c.expr(k.x, in), desc: k.desc, first: k.nulls == "first"}
		if !isOrderable(key.x.typ) {
			c.fail(k.x.at(), CodeTypeMismatch, "ORDER BY can only be applied to orderable types (actual: %s)", key.x.typ)
		}
		key.x = sortable(key.x)
		if key.x.kind != constExpr {
			e.agg.order = append(e.agg.order, key)
		}
	}
	if n.name == "listagg" {
		c.listagg(n, e)
	}
	if n.filter != nil {
		e.agg.filter = c.condition(n.filter, in, "FILTER clause")
	}
	if n.over == nil {
		return posted(c, n, f, e, args, t)
	}
	e.kind = windowExpr
	e.over = c.window(n.over, in, f)
	e.over.ignoreNulls = n.nulls == "ignore"
	if f.Kind == WindowFunc {
		e.agg = nil
		if f.frameless {
			e.over.frame = nil
		}
	}
	return posted(c, n, f, e, args, t)
}

// posted is what a function makes of what its call collects.
func posted(c *checker, n *call, f *Func, e *expr, args []*expr, t Type) *expr {
	if f.post == nil {
		return e
	}
	out := *f.post(c, n.at(), e, args, t)
	out.at = n.at()
	return &out
}

// listagg checks the separator, and that the text does not overflow: Trino's limit is a
// megabyte.
func (c *checker) listagg(n *call, e *expr) {
	if len(e.agg.order) == 0 {
		return
	}
	if n.distinct {
		if len(n.within) != 1 || duckText(e.agg.order[0].x) != duckText(e.args[0]) {
			c.fail(n.at(), CodeNotInDistinct, "For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments")
		}
	}
}

// window checks what is behind OVER.
func (c *checker) window(n *windowNode, s *scope, f *Func) *overIR {
	w := c.windowOf(n, s, 0)
	out := &overIR{}
	for _, p := range w.partition {
		x := c.expr(p, s)
		if !isComparable(x.typ) {
			c.fail(p.at(), CodeTypeMismatch, "%s is not comparable, and therefore cannot be used in window function PARTITION BY", x.typ)
		}
		out.partition = append(out.partition, sortable(x))
	}
	for _, k := range w.order {
		x := c.expr(k.x, s)
		if !isOrderable(x.typ) {
			c.fail(k.x.at(), CodeTypeMismatch, "%s is not orderable, and therefore cannot be used in window function ORDER BY", x.typ)
		}
		out.order = append(out.order, sortIR{x: sortable(x), desc: k.desc, first: k.nulls == "first"})
	}
	if w.frame != nil {
		out.frame = c.frame(w.frame, out, s)
	}
	return out
}

// windowOf is a window with that of the name that it refers to.
func (c *checker) windowOf(n *windowNode, s *scope, depth int) windowNode {
	if n.name == "" {
		return *n
	}
	var base *windowNode
	for up := s; up != nil && base == nil; up = up.parent {
		base = up.windows[strings.ToLower(n.name)]
		if !up.lambda {
			break
		}
	}
	if base == nil || depth > 50 {
		c.fail(n.at(), CodeInvalidWindow, "Cannot resolve WINDOW name %s", n.name)
	}
	w := c.windowOf(base, s, depth+1)
	if n.onlyName {
		return w
	}
	switch {
	case n.partition != nil:
		c.fail(n.at(), Code("INVALID_PARTITION_BY"), "WINDOW specification with named WINDOW reference cannot specify PARTITION BY")
	case n.order != nil && w.order != nil:
		c.fail(n.at(), Code("INVALID_ORDER_BY"), "Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY")
	case w.frame != nil:
		c.fail(n.at(), CodeInvalidWindow, "Cannot reference named WINDOW containing frame specification")
	}
	if n.order != nil {
		w.order = n.order
	}
	w.frame = n.frame
	return w
}

var boundRank = map[string]int{"unbounded preceding": 0, "preceding": 1, "current row": 2, "following": 3, "unbounded following": 4}

func (c *checker) frame(n *frameNode, o *overIR, s *scope) *frameIR {
	end := n.end
	if !n.hasEnd {
		end = boundNode{kind: "current row"}
	}
	bad := func(format string, args ...any) { c.fail(n.at(), CodeInvalidFrame, format, args...) }
	switch {
	case n.start.kind == "unbounded following":
		bad("Window frame start cannot be UNBOUNDED FOLLOWING")
	case end.kind == "unbounded preceding":
		bad("Window frame end cannot be UNBOUNDED PRECEDING")
	case boundRank[n.start.kind] > boundRank[end.kind]:
		bad("Window frame starting from %s cannot end with %s", strings.ToUpper(n.start.kind), strings.ToUpper(end.kind))
	}
	if n.unit == "groups" && len(o.order) == 0 {
		c.fail(n.at(), CodeMissingOrderBy, "Window frame of type GROUPS requires ORDER BY")
	}
	return &frameIR{unit: n.unit, start: c.bound(n, n.start, o, s), end: c.bound(n, end, o, s)}
}

// bound checks one end of a frame.
func (c *checker) bound(n *frameNode, b boundNode, o *overIR, s *scope) boundIR {
	out := boundIR{kind: b.kind}
	if b.value == nil {
		return out
	}
	x := c.expr(b.value, s)
	if n.unit != "range" {
		if !x.typ.isInteger() {
			c.fail(b.value.at(), CodeTypeMismatch, "Window frame %s value type must be INTEGER or BIGINT (actual %s)", strings.ToUpper(n.unit), x.typ)
		}
		if v, ok := x.constInt(); ok && v < 0 {
			c.fail(b.value.at(), CodeInvalidFrame, "Window frame offset value must not be negative or null")
		}
		out.value = c.must(x, Bigint)
		return out
	}
	if len(o.order) == 0 {
		c.fail(n.at(), CodeMissingOrderBy, "Window frame of type RANGE PRECEDING or FOLLOWING requires ORDER BY")
	}
	if len(o.order) != 1 {
		c.fail(n.at(), Code("INVALID_ORDER_BY"), "Window frame of type RANGE PRECEDING or FOLLOWING requires single sort item in ORDER BY (actual: %d)", len(o.order))
	}
	key := o.order[0].x.typ
	switch {
	case key.isNumeric() && x.typ.isNumeric():
		y, ok := c.coerced(x, key)
		if !ok {
			y = x
		}
		out.value = y
	case x.typ.Kind == IntervalDayKind && (key.Kind == TimestampKind || key.Kind == DateKind || key.Kind == TimeKind):
		out.value = op(x.typ, "to_microseconds($1 * 1000)", x)
	case x.typ.Kind == IntervalYearKind && (key.Kind == TimestampKind || key.Kind == DateKind):
		out.value = op(x.typ, "to_months(CAST($1 AS INTEGER))", x)
	default:
		c.fail(b.value.at(), CodeTypeMismatch, "Window frame RANGE value type (%s) not compatible with sort item type (%s)", x.typ, key)
	}
	return out
}
