package trinosql

import (
	"strings"
)

// expr writes an expression, in parentheses where it is an operation.
func (p *trinoPrinter) expr(n node) {
	if p.checked != nil {
		if t, ok := p.checked.asTime[n]; ok {
			p.lakeTime(n, t)
			return
		}
	}
	if _, ok := n.(*lambda); ok {
		p.put("(")
		defer p.put(")")
	}
	p.plain(n)
}

// lakeTime writes a string that is compared with a timestamp as the timestamp that it is.
func (p *trinoPrinter) lakeTime(n node, t Type) {
	if s, ok := n.(*stringLit); ok {
		if v, ok := parseLakeTime(s.value); ok {
			text := v.Format("2006-01-02 15:04:05" + fractionLayout(max(3, t.Length)))
			p.put("TIMESTAMP ", duckString(text+ifText(t.Kind == TimestampTZKind, " UTC", "")))
			return
		}
	}
	p.put("CAST(from_iso8601_timestamp(replace(")
	p.plain(n)
	p.put(", ' ', 'T')) AS ", t.String(), ")")
}

func (p *trinoPrinter) plain(n node) {
	switch n := n.(type) {
	case *nullLit:
		p.put("NULL")
	case *boolLit:
		p.put(ifText(n.value, "true", "false"))
	case *stringLit:
		p.put(trinoString(n.value))
	case *binaryLit:
		p.put("X'", n.hex, "'")
	case *numberLit:
		p.put(n.text)
	case *typedLit:
		p.typed(n)
	case *intervalLit:
		p.put("INTERVAL ", ifText(n.negative, "- ", ""), trinoString(n.value), " ", strings.ToUpper(n.from))
		if n.to != "" {
			p.put(" TO ", strings.ToUpper(n.to))
		}
	case *ident:
		p.put(quoteIdent(n.name))
	case *deref:
		p.base(n.x)
		p.put(".", quoteIdent(n.field))
	case *subscript:
		p.base(n.x)
		p.put("[")
		p.expr(n.index)
		p.put("]")
	case *lambda:
		p.put("(")
		for i, name := range n.params {
			p.put(ifText(i > 0, ", ", ""), quoteIdent(name))
		}
		p.put(") -> ")
		p.expr(n.body)
	case *arrayNode:
		p.put("ARRAY[")
		p.list(n.elems)
		p.put("]")
	case *call:
		p.call(n)
	case *jsonCall:
		p.json(n)
	case *rowNode:
		p.row(n)
	default:
		p.operation(n)
	}
}

// base writes what a dot or a bracket follows: a number would take the dot.
func (p *trinoPrinter) base(n node) {
	switch n.(type) {
	case *numberLit, *lambda, *typedLit, *intervalLit:
		p.put("(")
		p.expr(n)
		p.put(")")
	default:
		p.expr(n)
	}
}

// trinoString is a text as a literal, with an escape for zero bytes.
func trinoString(s string) string {
	if !strings.Contains(s, "\x00") {
		return duckString(s)
	}
	return "U&" + duckString(strings.NewReplacer("\\", `\\`, "\x00", `\0000`).Replace(s))
}

// typed writes a type and a string. The types of times say their precision by the string.
func (p *trinoPrinter) typed(n *typedLit) {
	name := kindNames[n.typ.Kind]
	if n.typ.Kind == TimestampTZKind {
		name = "timestamp"
	}
	p.put(strings.ToUpper(name), " ", trinoString(n.text))
}

func (p *trinoPrinter) row(n *rowNode) {
	p.put("ROW(")
	for i, x := range n.elems {
		p.put(ifText(i > 0, ", ", ""))
		p.expr(x)
		if i < len(n.names) && n.names[i] != "" {
			p.put(" AS ", quoteIdent(n.names[i]))
		}
	}
	p.put(")")
}

// operation writes what has words or signs between its operands.
func (p *trinoPrinter) operation(n node) {
	p.put("(")
	switch n := n.(type) {
	case *unary:
		p.put(ifText(n.op == "not", "NOT ", n.op+" "))
		p.expr(n.x)
	case *infix:
		p.expr(n.l)
		p.put(" ", strings.ToUpper(n.op), " ")
		p.expr(n.r)
	case *between:
		p.expr(n.x)
		p.put(ifText(n.not, " NOT", ""), " BETWEEN ")
		p.expr(n.lo)
		p.put(" AND ")
		p.expr(n.hi)
	case *inList:
		p.expr(n.x)
		p.put(ifText(n.not, " NOT", ""), " IN (")
		p.list(n.list)
		p.put(")")
	case *like:
		p.expr(n.x)
		p.put(ifText(n.not, " NOT", ""), " LIKE ")
		p.expr(n.pattern)
		if n.escape != nil {
			p.put(" ESCAPE ")
			p.expr(n.escape)
		}
	case *isNull:
		p.expr(n.x)
		p.put(" IS ", ifText(n.not, "NOT ", ""), "NULL")
	case *isDistinct:
		p.expr(n.l)
		p.put(" IS ", ifText(n.not, "NOT ", ""), "DISTINCT FROM ")
		p.expr(n.r)
	case *atTimeZone:
		p.expr(n.x)
		p.put(" AT TIME ZONE ")
		p.expr(n.zone)
	case *caseNode:
		p.caseWhen(n)
	case *castNode:
		p.put(ifText(n.try, "TRY_CAST(", "CAST("))
		p.expr(n.x)
		p.put(" AS ", n.typ.String(), ")")
	case *extract:
		p.put("EXTRACT(", strings.ToUpper(n.field), " FROM ")
		p.expr(n.x)
		p.put(")")
	case *current:
		p.current(n)
	default:
		p.queryOperation(n)
	}
	p.put(")")
}

func (p *trinoPrinter) queryOperation(n node) {
	switch n := n.(type) {
	case *subquery:
		p.query(n.query)
	case *exists:
		p.put("EXISTS (")
		p.query(n.query)
		p.put(")")
	case *inQuery:
		p.expr(n.x)
		p.put(ifText(n.not, " NOT", ""), " IN (")
		p.query(n.query)
		p.put(")")
	case *quantified:
		p.expr(n.x)
		p.put(" ", n.op, ifText(n.all, " ALL (", " ANY ("))
		p.query(n.query)
		p.put(")")
	}
}

func (p *trinoPrinter) caseWhen(n *caseNode) {
	p.put("CASE")
	if n.operand != nil {
		p.put(" ")
		p.expr(n.operand)
	}
	for _, w := range n.whens {
		p.put(" WHEN ")
		p.expr(w.when)
		p.put(" THEN ")
		p.expr(w.then)
	}
	if n.other != nil {
		p.put(" ELSE ")
		p.expr(n.other)
	}
	p.put(" END")
}

func (p *trinoPrinter) call(n *call) {
	if p.checked != nil && n.name == "now" && len(n.args) == 0 {
		p.current(&current{name: "current_timestamp", precision: -1})
		return
	}
	if n.name == "normalize" && len(n.args) == 2 {
		if form, ok := n.args[1].(*stringLit); ok {
			p.put("normalize(")
			p.expr(n.args[0])
			p.put(", ", form.value, ")")
			return
		}
	}
	p.put(ifText(n.name == "trim" && len(n.args) == 2, "trim", n.name), "(", ifText(n.distinct, "DISTINCT ", ""), ifText(n.star, "*", ""))
	p.list(n.args)
	if o := n.overflow; o != nil {
		p.put(" ON OVERFLOW ")
		if o.truncate {
			p.put("TRUNCATE ", trinoString(o.filler), ifText(o.withCount, " WITH COUNT", " WITHOUT COUNT"))
		} else {
			p.put("ERROR")
		}
	}
	p.orderBy(" ", n.order)
	p.put(")")
	if n.within != nil {
		p.put(" WITHIN GROUP (")
		p.orderBy("", n.within)
		p.put(")")
	}
	if n.filter != nil {
		p.put(" FILTER (WHERE ")
		p.expr(n.filter)
		p.put(")")
	}
	if n.nulls != "" {
		p.put(" ", strings.ToUpper(n.nulls), " NULLS")
	}
	if n.over != nil {
		p.put(" OVER ")
		p.window(n.over)
	}
}

func (p *trinoPrinter) json(n *jsonCall) {
	p.put(strings.ToUpper(n.name), "(")
	switch n.name {
	case "json_object", "json_array":
		for i, v := range n.values {
			p.put(ifText(i > 0, ", ", ""))
			if n.keys != nil {
				p.expr(n.keys[i])
				p.put(" VALUE ")
			}
			p.expr(v.x)
			p.put(ifText(v.format, " FORMAT JSON", ""))
		}
		if n.explicit {
			p.put(ifText(n.absent, " ABSENT ON NULL", " NULL ON NULL"))
		}
		p.put(ifText(n.unique, " WITH UNIQUE KEYS", ""))
	default:
		p.expr(n.input)
		p.put(", ", trinoString(n.path))
		for i, v := range n.passing {
			p.put(ifText(i == 0, " PASSING ", ", "))
			p.expr(v.x)
			p.put(" AS ", quoteIdent(v.name))
		}
	}
	if n.returning != nil {
		p.put(" RETURNING ", n.returning.String())
	}
	if n.wrapper != "" {
		p.put(" WITH ", strings.ToUpper(n.wrapper), " ARRAY WRAPPER")
	}
	if n.quotes != "" {
		p.put(" ", strings.ToUpper(n.quotes), " QUOTES")
	}
	p.jsonOn(n.onEmpty, "EMPTY")
	p.jsonOn(n.onError, "ERROR")
	p.put(")")
}

func (p *trinoPrinter) jsonOn(on jsonOn, what string) {
	if on.kind == "" {
		return
	}
	p.put(" ", strings.ToUpper(on.kind))
	if on.value != nil {
		p.put(" ")
		p.expr(on.value)
	}
	p.put(" ON ", what)
}
