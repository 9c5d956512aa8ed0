package trinosql

import (
	"strconv"
	"strings"
	"time"
)

// Which times of a table can matter is read out of the checked tree: the comparisons of
// eventtime with something fixed that every row has to pass. What is not understood bounds
// nothing, so that a bound never leaves a row out.

const timeColumn = "eventtime"

// span is a range of times, both ends included; a zero Time is no end.
type span struct {
	from, to time.Time
	empty    bool
}

// narrow is what is in both.
func (s span) narrow(o span) span {
	if !o.from.IsZero() && (s.from.IsZero() || o.from.After(s.from)) {
		s.from = o.from
	}
	if !o.to.IsZero() && (s.to.IsZero() || o.to.Before(s.to)) {
		s.to = o.to
	}
	return s
}

// widen is what is in either.
func (s span) widen(o span) span {
	if s.from.IsZero() || o.from.IsZero() {
		s.from = time.Time{}
	} else if o.from.Before(s.from) {
		s.from = o.from
	}
	if s.to.IsZero() || o.to.IsZero() {
		s.to = time.Time{}
	} else if o.to.After(s.to) {
		s.to = o.to
	}
	return s
}

// bounds finds the times of all tables.
func (c *Checked) bounds() {
	uses := make(map[string][]span)
	b := &bounder{uses: uses}
	b.query(c.query, nil)
	for _, u := range c.tables {
		spans := uses[u.Table.Name]
		if len(spans) == 0 {
			continue
		}
		total := spans[0]
		for _, s := range spans[1:] {
			total = total.widen(s)
		}
		u.From, u.To = total.from, total.to
	}
}

type bounder struct {
	uses map[string][]span
}

// spans are the times that matter of relations' columns, by relation and column.
type spans map[string]span

func columnKey(rel, column string) string { return rel + "." + column }

// query goes through a query. want are the times that matter of its output columns.
func (b *bounder) query(q *queryIR, want map[int]span) {
	if q == nil {
		return
	}
	// What is read of a query of WITH depends on all who read it: it is bounded by
	// itself alone.
	for _, w := range q.with {
		b.query(w.query, nil)
		b.query(w.step, nil)
	}
	if q.limit >= 0 || q.offset > 0 {
		want = nil
	}
	switch {
	case q.core != nil:
		b.core(q.core, want)
	case q.set != nil:
		b.query(q.set.l, want)
		if q.set.op == "except" {
			b.query(q.set.r, nil)
		} else {
			b.query(q.set.r, want)
		}
	}
	q.eachExpr(func(x *expr) { b.subqueries(x) })
}

// subqueries goes through the queries inside an expression.
func (b *bounder) subqueries(x *expr) {
	x.walk(func(e *expr) bool {
		if e.query != nil {
			b.query(e.query, nil)
			for _, a := range e.args {
				b.subqueries(a)
			}
			return false
		}
		return true
	})
}

func (b *bounder) core(c *coreIR, want map[int]span) {
	known := make(spans)
	if c.where != nil {
		conjuncts(c.where, known)
	}
	if c.aggregates {
		// Only a key that is in all sets decides which rows a group is of.
		want = keyWants(c, want)
	}
	if usesWindow(op(Boolean, "($&)", c.project...)) {
		want = nil
	}
	for i, s := range want {
		if x := c.project[i]; x.kind == columnExpr {
			k := columnKey(x.rel, x.column)
			known[k] = known[k].narrow(s)
		}
	}
	b.from(c.from, known)
}

func keyWants(c *coreIR, want map[int]span) map[int]span {
	out := make(map[int]span)
	for i, s := range want {
		everywhere := len(c.sets) > 0
		for _, set := range c.sets {
			found := false
			for _, k := range set {
				found = found || k == i
			}
			everywhere = everywhere && found
		}
		if everywhere {
			out[i] = s
		}
	}
	return out
}

func (b *bounder) from(r *fromIR, known spans) {
	switch {
	case r == nil:
	case r.table != "":
		b.uses[r.table] = append(b.uses[r.table], known[columnKey(r.alias, timeColumn)])
	case r.query != nil:
		want := make(map[int]span)
		for i := range r.query.columns {
			if s, ok := known[columnKey(r.alias, columnName(i))]; ok {
				want[i] = s
			}
		}
		if r.sample != nil {
			want = nil
		}
		b.query(r.query, want)
	case r.join != nil:
		left, right := known, known
		if r.join.on != nil {
			onto := func(s spans) spans {
				out := make(spans, len(s))
				for k, v := range s {
					out[k] = v
				}
				conjuncts(r.join.on, out)
				return out
			}
			// A condition of an outer join does not remove rows of the side that is kept.
			if r.join.kind == "inner" || r.join.kind == "right" {
				left = onto(known)
			}
			if r.join.kind == "inner" || r.join.kind == "left" {
				right = onto(known)
			}
		}
		b.from(r.join.l, left)
		b.from(r.join.r, right)
	}
}

// columnName is the name of a query's i-th column.
func columnName(i int) string { return "c" + strconv.Itoa(i+1) }

// conjuncts puts what the terms of a condition say of columns into known.
func conjuncts(x *expr, known spans) {
	if x.kind != opExpr {
		return
	}
	if x.tmpl == "($&)" {
		for _, a := range x.args {
			conjuncts(a, known)
		}
		return
	}
	if strings.HasPrefix(x.tmpl, "("+nextArg+" IN (") {
		inSpan(x, known)
		return
	}
	what, ok := comparisons[x.tmpl]
	if !ok || len(x.args) != 2 {
		return
	}
	l, r := x.args[0], x.args[1]
	if t, ok := fixedTime(r); ok {
		narrowColumn(l, what, t, known)
	} else if t, ok := fixedTime(l); ok {
		narrowColumn(r, mirrored[what], t, known)
	}
}

var (
	comparisons = map[string]string{plainEqual: "=", "($1 < $2)": "<", "($1 <= $2)": "<=", "($1 > $2)": ">", "($1 >= $2)": ">="}
	mirrored    = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
)

// narrowColumn notes that a column compares so with a time.
func narrowColumn(x *expr, what string, t time.Time, known spans) {
	for x.kind == opExpr && (x.tmpl == "date_trunc($1, $2)" || x.tmpl == "CAST($1 AS TIMESTAMP)" || x.tmpl == "CAST($1 AS DATE)") {
		// The day or hour of a time is not after the time, and less than its length before.
		inner := x.args[len(x.args)-1]
		if x.tmpl != "CAST($1 AS TIMESTAMP)" {
			if what == "=" {
				narrowColumn(x, ">=", t, known)
				what = "<="
			}
			t, what = beforeTruncation(x, what, t)
		}
		x = inner
	}
	if x.kind != columnExpr || x.typ.Kind != TimestampKind && x.typ.Kind != DateKind {
		return
	}
	var s span
	if what == "=" || what[0] == '>' {
		s.from = t
	}
	if what == "=" || what[0] == '<' {
		s.to = t
	}
	k := columnKey(x.rel, x.column)
	known[k] = known[k].narrow(s)
}

// beforeTruncation is what a comparison of a truncated time says of the time. The longest
// unit is a year.
func beforeTruncation(x *expr, what string, t time.Time) (time.Time, string) {
	length := 366 * 24 * time.Hour
	if x.tmpl == "CAST($1 AS DATE)" {
		length = 24 * time.Hour
	} else if u, ok := x.args[0].constText(); ok {
		if ms, ok := unitMillis[u]; ok {
			length = time.Duration(ms) * time.Millisecond
		}
	}
	if what[0] == '>' {
		return t, ">="
	}
	return t.Add(length), "<="
}

// inSpan reads eventtime IN (...).
func inSpan(x *expr, known spans) {
	var s span
	for i, a := range x.args[1:] {
		t, ok := fixedTime(a)
		if !ok {
			return
		}
		one := span{from: t, to: t}
		if i == 0 {
			s = one
		} else {
			s = s.widen(one)
		}
	}
	if c := x.args[0]; c.kind == columnExpr {
		k := columnKey(c.rel, c.column)
		known[k] = known[k].narrow(s)
	}
}

// fixedTime is the value of an expression that is a time, and fixed: a literal, or made of
// literals by what statements usually do with the current time.
func fixedTime(x *expr) (time.Time, bool) {
	switch x.typ.Kind {
	case TimestampKind, DateKind, TimestampTZKind:
	default:
		return time.Time{}, false
	}
	if x.kind == constExpr {
		return constTime(x)
	}
	if x.kind != opExpr || len(x.args) == 0 {
		return time.Time{}, false
	}
	switch x.tmpl {
	case tzOfTimestamp, "CAST($1 AS TIMESTAMP)", "struct_extract($1, 't')":
		return fixedTime(x.args[0])
	case "CAST($1 AS DATE)":
		t, ok := fixedTime(x.args[0])
		return t.Truncate(24 * time.Hour), ok
	case "date_trunc($1, $2)", "CAST(date_trunc($1, $2) AS DATE)":
		return fixedTrunc(x)
	case addDayTime, addYearMonth, "CAST(" + addYearMonth + " AS DATE)", "($1 + CAST($2 AS INTEGER))":
		return fixedSum(x)
	}
	return time.Time{}, false
}

func constTime(x *expr) (time.Time, bool) {
	text, ok := x.value.(string)
	if !ok {
		return time.Time{}, false
	}
	text, _, _ = strings.Cut(text, "|")
	layout := "2006-01-02 15:04:05.000000"
	if x.typ.Kind == DateKind {
		layout = "2006-01-02"
	}
	t, err := time.Parse(layout, text)
	return t, err == nil
}

func fixedTrunc(x *expr) (time.Time, bool) {
	u, ok1 := x.args[0].constText()
	t, ok2 := fixedTime(x.args[1])
	if !ok1 || !ok2 {
		return time.Time{}, false
	}
	day := t.Truncate(24 * time.Hour)
	switch u {
	case "week":
		return day.AddDate(0, 0, -(int(day.Weekday())+6)%7), true
	case "month":
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC), true
	case "quarter":
		return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC), true
	case "year":
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC), true
	}
	return t.Truncate(time.Duration(unitMillis[u]) * time.Millisecond), unitMillis[u] > 0
}

func fixedSum(x *expr) (time.Time, bool) {
	t, ok1 := fixedTime(x.args[0])
	n, ok2 := fixedNumber(x.args[1])
	if !ok1 || !ok2 || abs(n) > 1<<42 {
		return time.Time{}, false
	}
	switch {
	case x.tmpl == addDayTime:
		return t.Add(time.Duration(n/86400000) * 24 * time.Hour).Add(time.Duration(n%86400000) * time.Millisecond), abs(n) < 100000*86400000
	case strings.Contains(x.tmpl, "to_months"):
		return addMonths(t, n), abs(n) < 100000
	}
	return t.AddDate(0, 0, int(n)), abs(n) < 10000000
}

// fixedNumber is an integer that is fixed.
func fixedNumber(x *expr) (int64, bool) {
	if n, ok := x.constInt(); ok {
		return n, true
	}
	if x.kind != opExpr || len(x.args) == 0 {
		return 0, false
	}
	a, ok := fixedNumber(x.args[0])
	if !ok || abs(a) > 1<<40 {
		return 0, false
	}
	switch x.tmpl {
	case "(-$1)":
		return -a, true
	case "CAST($1 AS $T)":
		return a, x.typ.isInteger()
	case "($1 * $2)":
		b, ok := fixedNumber(x.args[1])
		return a * b, ok && abs(b) < 1<<22
	}
	return 0, false
}
