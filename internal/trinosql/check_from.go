package trinosql

import (
	"strconv"
	"strings"
)

// fromList checks the relations of FROM, which commas join.
func (c *checker) fromList(rels []relNode, outer *scope) (*fromIR, []field) {
	var from *fromIR
	var fields []field
	for i, r := range rels {
		ir, more := c.relation(r, outer, fields)
		if i == 0 {
			from, fields = ir, more
			continue
		}
		from = &fromIR{join: &joinIR{kind: "cross", l: from, r: ir}}
		fields = append(append([]field{}, fields...), more...)
	}
	return from, fields
}

// relation checks a relation. left are the columns of what stands before it, which UNNEST
// and LATERAL may name.
func (c *checker) relation(r relNode, outer *scope, left []field) (*fromIR, []field) {
	switch r := r.(type) {
	case *tableRel:
		return c.tableRef(r, outer)
	case *queryRel:
		s := outer
		if r.lateral {
			s = &scope{parent: outer, fields: left}
		}
		rel := c.newRel()
		q := c.query(r.query, s, nil)
		return &fromIR{alias: rel, query: q, lateral: r.lateral}, queryFields(rel, "", q.columns)
	case *unnestRel:
		return c.unnest(r, outer, left)
	case *parenRel:
		return c.relation(r.rel, outer, left)
	case *aliasRel:
		return c.aliased(r, outer, left)
	case *sampleRel:
		return c.sample(r, outer, left)
	case *joinRel:
		return c.join(r, outer, left)
	}
	panic("BUG: no such relation")
}

// queryFields are the columns of a query as fields.
func queryFields(rel, name string, columns []Column) []field {
	out := make([]field, len(columns))
	for i, col := range columns {
		out[i] = field{rel: name, name: col.Name, x: &expr{kind: columnExpr, typ: col.Type, rel: rel, column: "c" + strconv.Itoa(i+1)}}
	}
	return out
}

// tableRef checks a name in FROM: a query of WITH, or a table.
func (c *checker) tableRef(t *tableRel, outer *scope) (*fromIR, []field) {
	rel := c.newRel()
	if w := outer.findCTE(t.name); w != nil {
		w.used++
		if w.recursive != nil {
			w.recursive.stepRel = rel
		}
		return &fromIR{alias: rel, cte: w.name}, queryFields(rel, t.name, w.columns)
	}
	table := c.table(t)
	c.use(table)
	fields := make([]field, len(table.Columns))
	for i, col := range table.Columns {
		fields[i] = field{rel: t.name, name: col.Name, x: &expr{kind: columnExpr, typ: col.Type, rel: rel, column: strings.ToLower(col.Name)}}
	}
	return &fromIR{alias: rel, table: table.Name}, fields
}

// use notes that a table is read.
func (c *checker) use(t *Table) {
	for _, u := range c.out.tables {
		if u.Table.Name == t.Name {
			return
		}
	}
	c.out.tables = append(c.out.tables, &TableUse{Table: t})
}

func (c *checker) aliased(r *aliasRel, outer *scope, left []field) (*fromIR, []field) {
	ir, fields := c.relation(r.rel, outer, left)
	if r.columns != nil && len(r.columns) != len(fields) {
		c.fail(r.at(), CodeAliases, "Column alias list has %d entries but '%s' has %d columns available", len(r.columns), r.alias, len(fields))
	}
	out := make([]field, len(fields))
	for i, f := range fields {
		f.rel, f.merged = r.alias, false
		if r.columns != nil {
			f.name = r.columns[i]
		}
		out[i] = f
	}
	return ir, out
}

func (c *checker) sample(r *sampleRel, outer *scope, left []field) (*fromIR, []field) {
	ir, fields := c.relation(r.rel, outer, left)
	x := c.expr(r.x, &scope{noAgg: "TABLESAMPLE"})
	percent, ok := constNumber(x)
	if !ok {
		c.fail(r.x.at(), CodeNotConstant, "Sample percentage cannot contain column references and must be a number")
	}
	if percent < 0 || percent > 100 {
		c.fail(r.x.at(), CodeInvalidArguments, "Sample percentage must be between 0 and 100")
	}
	if ir.join != nil {
		c.fail(r.at(), CodeNotSupported, "TABLESAMPLE of a join is not supported: sample the tables, or a query over the join")
	}
	ir.sample, ir.system = &percent, r.method == "system"
	return ir, fields
}

// constNumber is the value of a literal number.
func constNumber(x *expr) (float64, bool) {
	switch v := x.value.(type) {
	case int64:
		return float64(v), x.typ.isNumeric()
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil && x.typ.Kind == DecimalKind
	}
	return 0, false
}

// unnest checks UNNEST. An array of rows becomes a column for each field, a map two.
func (c *checker) unnest(r *unnestRel, outer *scope, left []field) (*fromIR, []field) {
	s := &scope{parent: outer, fields: left, noAgg: "UNNEST"}
	rel := c.newRel()
	u := &unnestIR{ordinality: r.ordinality}
	var fields []field
	column := func(name string, t Type) *expr {
		return &expr{kind: columnExpr, typ: t, rel: rel, column: name}
	}
	for _, n := range r.exprs {
		x := c.expr(n, s)
		place := func() string { return "e" + strconv.Itoa(len(u.lists)) }
		switch x.typ.Kind {
		case ArrayKind:
			u.lists = append(u.lists, x)
			elem := x.typ.Elems[0]
			e := column(place(), elem)
			if elem.Kind != RowKind {
				fields = append(fields, field{x: e})
				break
			}
			for i, name := range elem.Names {
				fields = append(fields, field{name: name, x: fieldOf(e, i)})
			}
		case MapKind:
			k, v := x.typ.Elems[0], x.typ.Elems[1]
			u.lists = append(u.lists, op(Array(k), "map_keys($1)", x))
			fields = append(fields, field{x: column(place(), k)})
			u.lists = append(u.lists, op(Array(v), "map_values($1)", x))
			fields = append(fields, field{x: column(place(), v)})
		default:
			c.fail(n.at(), CodeTypeMismatch, "Cannot unnest type: %s", x.typ)
		}
	}
	if r.ordinality {
		fields = append(fields, field{x: column("o", Bigint)})
	}
	return &fromIR{alias: rel, unnest: u, lateral: true}, fields
}

// join checks a join.
func (c *checker) join(r *joinRel, outer *scope, left []field) (*fromIR, []field) {
	if r.natural {
		c.fail(r.at(), CodeNotSupported, "Natural join not supported")
	}
	l, lf := c.relation(r.l, outer, left)
	rr, rf := c.relation(r.r, outer, append(append([]field{}, left...), lf...))
	j := &joinIR{kind: r.kind, l: l, r: rr}
	both := append(append([]field{}, lf...), rf...)
	if isLateral(r.r) && r.kind != "cross" {
		c.lateralJoin(r)
	}
	switch {
	case r.on != nil:
		j.on = c.condition(r.on, &scope{parent: outer, fields: append(append([]field{}, left...), both...), noAgg: "JOIN clause"}, "JOIN ON clause")
	case r.using != nil:
		both = c.using(r, j, lf, rf)
	}
	return &fromIR{join: j}, both
}

// lateralJoin refuses joins with UNNEST that Trino has not.
func (c *checker) lateralJoin(r *joinRel) {
	if r.kind == "inner" && r.using == nil {
		return
	}
	if b, ok := r.on.(*boolLit); r.kind != "left" || r.using != nil || !ok || !b.value {
		c.fail(r.at(), CodeNotSupported, "%s JOIN involving UNNEST or LATERAL is only supported with condition ON TRUE", strings.ToUpper(r.kind))
	}
}

func isLateral(r relNode) bool {
	switch r := r.(type) {
	case *aliasRel:
		return isLateral(r.rel)
	case *unnestRel:
		return true
	case *queryRel:
		return r.lateral
	}
	return false
}

// using merges the columns of USING: they come first, once, and without a relation.
func (c *checker) using(r *joinRel, j *joinIR, lf, rf []field) []field {
	var merged []field
	var conditions []*expr
	usedL, usedR := make(map[int]bool), make(map[int]bool)
	for _, name := range r.using {
		li, ri := c.usingField(r, lf, name, "left"), c.usingField(r, rf, name, "right")
		a, b := lf[li].x, rf[ri].x
		t, ok := commonType(a.typ, b.typ)
		if !ok || !isComparable(t) {
			c.fail(r.at(), CodeTypeMismatch, "Column '%s' has the types %s and %s, which cannot be compared", name, a.typ, b.typ)
		}
		a, b = c.must(a, t), c.must(b, t)
		conditions = append(conditions, c.equal(a, b))
		x := a
		switch r.kind {
		case "right":
			x = b
		case "full":
			x = op(t, "coalesce($1, $2)", a, b)
		}
		merged = append(merged, field{name: lf[li].name, x: x, merged: true})
		usedL[li], usedR[ri] = true, true
	}
	j.on = conditions[0]
	if len(conditions) > 1 {
		j.on = op(Boolean, "($&)", conditions...)
	}
	for i, f := range lf {
		if !usedL[i] {
			merged = append(merged, f)
		}
	}
	for i, f := range rf {
		if !usedR[i] {
			merged = append(merged, f)
		}
	}
	return merged
}

func (c *checker) usingField(r *joinRel, fields []field, name, side string) int {
	found := -1
	for i, f := range fields {
		if strings.EqualFold(f.name, name) {
			if found >= 0 {
				c.fail(r.at(), CodeAmbiguousName, "Column '%s' is ambiguous", name)
			}
			found = i
		}
	}
	if found < 0 {
		c.fail(r.at(), CodeColumnNotFound, "Column '%s' is missing from %s side of join", name, side)
	}
	return found
}
