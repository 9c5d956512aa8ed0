package trinosql

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// maxPrinted bounds the text that a statement becomes. Some operations write an argument
// twice; nested, they would double what they are in.
const maxPrinted = 4 << 20

// A duckPrinter writes the checked tree as DuckDB's SQL.
type duckPrinter struct {
	b strings.Builder
	// table, if set, gives what stands in FROM for a table; given is how much of the text
	// came from it.
	table func(name string) string
	given int
}

func (p *duckPrinter) put(parts ...string) {
	for _, s := range parts {
		p.b.WriteString(s)
	}
	if p.b.Len()-p.given > maxPrinted {
		panic(&Error{Code: CodeTooComplex, Message: "the statement is too complex: it nests operations too deep"})
	}
}

// duckString is a text as a literal: only the quote means anything in it.
func duckString(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// duckType is the type that values of a type have in DuckDB.
func duckType(t Type) string {
	switch t.Kind {
	case UnknownKind:
		return `"NULL"`
	case BooleanKind:
		return "BOOLEAN"
	case TinyintKind:
		return "TINYINT"
	case SmallintKind:
		return "SMALLINT"
	case IntegerKind:
		return "INTEGER"
	case BigintKind, IntervalDayKind, IntervalYearKind:
		return "BIGINT"
	case RealKind:
		return "FLOAT"
	case DoubleKind:
		return "DOUBLE"
	case DecimalKind:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Length, t.Scale)
	case VarcharKind, CharKind, JSONKind:
		return "VARCHAR"
	case VarbinaryKind, IPAddressKind:
		return "BLOB"
	case DateKind:
		return "DATE"
	case TimeKind:
		return "TIME"
	case TimestampKind:
		return "TIMESTAMP"
	case TimestampTZKind:
		return `STRUCT("t" TIMESTAMP, "z" VARCHAR)`
	case UUIDKind:
		return "UUID"
	case ArrayKind:
		return duckType(t.Elems[0]) + "[]"
	case MapKind:
		return "MAP(" + duckType(t.Elems[0]) + ", " + duckType(t.Elems[1]) + ")"
	case HyperLogLogKind:
		return "UBIGINT[]"
	case RowKind:
		parts := make([]string, len(t.Elems))
		for i, name := range rowFields(t) {
			parts[i] = quoteIdent(name) + " " + duckType(t.Elems[i])
		}
		return "STRUCT(" + strings.Join(parts, ", ") + ")"
	}
	panic("BUG: no type in DuckDB for " + t.String())
}

// rowFields are the names of a row's fields in DuckDB, where every field has a name and
// no two have the same.
func rowFields(t Type) []string {
	out := make([]string, len(t.Names))
	seen := make(map[string]bool, len(t.Names))
	for i, n := range t.Names {
		n = strings.ToLower(n)
		if n == "" || seen[n] {
			n = "f" + strconv.Itoa(i+1)
		}
		for seen[n] {
			n += "_"
		}
		seen[n] = true
		out[i] = n
	}
	return out
}

// expr writes an expression so that it can stand anywhere.
func (p *duckPrinter) expr(e *expr) {
	switch e.kind {
	case constExpr:
		p.constant(e)
	case columnExpr:
		p.put(quoteIdent(e.rel), ".", quoteIdent(e.column))
	case paramExpr:
		p.put(quoteIdent(e.column))
	case lambdaExpr:
		p.put("lambda ")
		for i, n := range e.params {
			if i > 0 {
				p.put(", ")
			}
			p.put(quoteIdent(n))
		}
		p.put(": ")
		p.expr(e.args[0])
	case aggExpr, windowExpr:
		p.call(e)
	case subqueryExpr:
		p.put("(")
		p.query(e.query)
		p.put(")")
	case existsExpr:
		p.put("(", ifText(e.not, "NOT ", ""), "EXISTS (")
		p.query(e.query)
		p.put("))")
	case inExpr:
		p.put("(")
		p.expr(e.args[0])
		p.put(ifText(e.not, " NOT", ""), " IN (")
		p.query(e.query)
		p.put("))")
	case quantExpr:
		p.put("(")
		p.expr(e.args[0])
		p.put(" ", e.tmpl, " ", ifText(e.all, "ALL", "ANY"), " (")
		p.query(e.query)
		p.put("))")
	default:
		p.template(e.tmpl, e)
	}
}

func ifText(cond bool, yes, no string) string {
	if cond {
		return yes
	}
	return no
}

// nextArg stands in a template for the argument after the one before, for operations of
// any number of arguments.
const nextArg = "\x00"

// template writes a template with the arguments in it.
func (p *duckPrinter) template(tmpl string, e *expr) {
	next := 0
	for {
		i := strings.IndexAny(tmpl, "$"+nextArg)
		if i < 0 {
			p.put(tmpl)
			return
		}
		p.put(tmpl[:i])
		if tmpl[i] != '$' {
			p.expr(e.args[next])
			next, tmpl = next+1, tmpl[i+1:]
			continue
		}
		c := tmpl[i+1]
		tmpl = tmpl[i+2:]
		switch {
		case c == '$':
			p.put("$")
		case c >= '1' && c <= '9':
			p.expr(e.args[c-'1'])
		case c == '*':
			p.joined(e.args, ", ")
		case c == '&':
			p.joined(e.args, " AND ")
		case c == '|':
			p.joined(e.args, " OR ")
		case c == '~':
			p.joined(e.args, " || ")
		case c == 'T':
			t := e.typ
			if tmpl != "" && tmpl[0] >= '1' && tmpl[0] <= '9' {
				t, tmpl = e.args[tmpl[0]-'1'].typ, tmpl[1:]
			}
			p.put(duckType(t))
		default:
			panic("BUG: template " + e.tmpl)
		}
	}
}

// joined writes expressions with a text between.
func (p *duckPrinter) joined(xs []*expr, between string) {
	for i, x := range xs {
		if i > 0 {
			p.put(between)
		}
		p.expr(x)
	}
}

// constant writes a literal with its type.
func (p *duckPrinter) constant(e *expr) {
	switch v := e.value.(type) {
	case nil:
		if e.typ.Kind == UnknownKind {
			p.put("NULL")
			return
		}
		p.put("CAST(NULL AS ", duckType(e.typ), ")")
	case bool:
		p.put(ifText(v, "true", "false"))
	case int64:
		if e.typ.Kind == IntegerKind && v >= 0 {
			p.put(strconv.FormatInt(v, 10))
			return
		}
		p.put("CAST(", strconv.FormatInt(v, 10), " AS ", duckType(e.typ), ")")
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			p.put("CAST('", strconv.FormatFloat(v, 'g', -1, 64), "' AS DOUBLE)")
			return
		}
		p.put("CAST(", strconv.FormatFloat(v, 'e', -1, 64), " AS ", duckType(e.typ), ")")
	case string:
		switch e.typ.Kind {
		case VarcharKind, JSONKind, CharKind:
			p.text(v)
		case VarbinaryKind, IPAddressKind:
			p.put("from_hex('", v, "')")
		case TimestampTZKind:
			t, z, _ := strings.Cut(v, "|")
			p.put("{'t': TIMESTAMP ", duckString(t), ", 'z': ", duckString(z), "}")
		default:
			p.put("CAST(", duckString(v), " AS ", duckType(e.typ), ")")
		}
	default:
		panic(fmt.Sprintf("BUG: a literal is a %T", v))
	}
}

// text writes a text. A zero byte would end the statement for DuckDB, and so is not in it.
func (p *duckPrinter) text(s string) {
	if !strings.Contains(s, "\x00") {
		p.put(duckString(s))
		return
	}
	p.put("concat(")
	for i, part := range strings.Split(s, "\x00") {
		p.put(ifText(i > 0, ", chr(0), ", ""), duckString(part))
	}
	p.put(")")
}

// call writes an aggregate, or a function over a window.
func (p *duckPrinter) call(e *expr) {
	name, after, isCall := strings.Cut(e.tmpl, "@")
	// A template with @ has the call between two of them: before@function(@args@)@after.
	if !isCall {
		p.rawCall(e, e.tmpl)
		return
	}
	inner, after, _ := strings.Cut(after, "@")
	p.template(name, e)
	p.rawCall(e, inner)
	p.template(after, e)
}

// rawCall writes function(args ORDER BY ...) FILTER (...) OVER (...). The template's last
// parenthesis is where ORDER BY goes.
func (p *duckPrinter) rawCall(e *expr, tmpl string) {
	body := strings.TrimSuffix(tmpl, ")")
	open := strings.IndexByte(body, '(')
	p.put(body[:open+1])
	if e.agg != nil && e.agg.distinct {
		p.put("DISTINCT ")
	}
	p.template(body[open+1:], e)
	if e.agg != nil && len(e.agg.order) > 0 {
		p.put(" ORDER BY ")
		p.sorts(e.agg.order)
	}
	if e.over != nil && e.over.ignoreNulls {
		p.put(" IGNORE NULLS")
	}
	p.put(")")
	if e.agg != nil && e.agg.filter != nil {
		p.put(" FILTER (WHERE ")
		p.expr(e.agg.filter)
		p.put(")")
	}
	if e.over != nil {
		p.put(" OVER (")
		p.over(e.over)
		p.put(")")
	}
}

func (p *duckPrinter) over(o *overIR) {
	if len(o.partition) > 0 {
		p.put("PARTITION BY ")
		p.joined(o.partition, ", ")
		p.put(" ")
	}
	if len(o.order) > 0 {
		p.put("ORDER BY ")
		p.sorts(o.order)
		p.put(" ")
	}
	if f := o.frame; f != nil {
		p.put(strings.ToUpper(f.unit), " BETWEEN ")
		p.bound(f.start)
		p.put(" AND ")
		p.bound(f.end)
	}
}

func (p *duckPrinter) bound(b boundIR) {
	if b.value != nil {
		p.expr(b.value)
		p.put(" ")
	}
	p.put(strings.ToUpper(b.kind))
}

func (p *duckPrinter) sorts(keys []sortIR) {
	for i, k := range keys {
		if i > 0 {
			p.put(", ")
		}
		p.expr(k.x)
		p.put(ifText(k.desc, " DESC", " ASC"), ifText(k.first, " NULLS FIRST", " NULLS LAST"))
	}
}

// duckText is an expression alone; equal expressions have equal texts.
func duckText(e *expr) string {
	var p duckPrinter
	p.expr(e)
	return p.b.String()
}
