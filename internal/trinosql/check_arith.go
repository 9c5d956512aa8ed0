package trinosql

// arithmetic checks + - * / %.
func (c *checker) arithmetic(n *infix, l, r *expr) *expr {
	if l.typ.Kind == UnknownKind && r.typ.Kind == UnknownKind {
		l, r = c.must(l, Bigint), c.must(r, Bigint)
	}
	if l.typ.Kind == UnknownKind && r.typ.isNumeric() {
		l = c.must(l, r.typ)
	}
	if r.typ.Kind == UnknownKind && l.typ.isNumeric() {
		r = c.must(r, l.typ)
	}
	if l.typ.isNumeric() && r.typ.isNumeric() {
		t, _ := commonNumberType(l.typ, r.typ)
		if t.Kind == DecimalKind {
			return c.decimal(n, l, r)
		}
		return c.number2(n.op, t, c.must(l, t), c.must(r, t))
	}
	if e := c.timeArithmetic(n.op, l, r); e != nil {
		return e
	}
	c.fail(n.at(), CodeTypeMismatch, "Cannot apply operator: %s %s %s", l.typ, n.op, r.typ)
	return nil
}

func commonNumberType(a, b Type) (Type, bool) { return commonType(a, b) }

// number2 is an operation on integers, or on floating point numbers.
func (c *checker) number2(what string, t Type, l, r *expr) *expr {
	if !t.isInteger() || what != "/" && what != "%" {
		return op(t, "($1 "+what+" $2)", l, r)
	}
	sign := ifText(what == "/", "//", "%")
	if v, ok := r.constInt(); ok && v != 0 && v != -1 {
		return op(t, "($1 "+sign+" $2)", l, r)
	}
	minus := ifText(what == "%", " WHEN $2 = -1 THEN $1 - $1", "") // the lowest number overflows
	return op(t, "(CASE WHEN $2 = 0 THEN "+failText(CodeDivisionByZero, "Division by zero", "$2, $1")+minus+" ELSE $1 "+sign+" $2 END)", l, r)
}

// decimal is an operation on decimals; its result has the digits that Trino gives it.
func (c *checker) decimal(n *infix, l, r *expr) *expr {
	a, _ := l.typ.asDecimal()
	b, _ := r.typ.asDecimal()
	l, r = c.must(l, a), c.must(r, b)
	switch n.op {
	case "+", "-":
		scale := max(a.Scale, b.Scale)
		t := Decimal(min(38, max(a.Length-a.Scale, b.Length-b.Scale)+scale+1), scale)
		return op(t, "CAST((CAST($1 AS $T) "+n.op+" CAST($2 AS $T)) AS $T)", l, r)
	case "*":
		if a.Scale+b.Scale > 38 {
			c.fail(n.at(), CodeTypeMismatch, "DECIMAL scale must be in range [0, precision (38)]: %d", a.Scale+b.Scale)
		}
		t := Decimal(min(38, a.Length+b.Length), a.Scale+b.Scale)
		if a.Length+b.Length <= 38 {
			return op(t, "CAST(($1 * $2) AS $T)", l, r)
		}
		return decimalCall("trino_decimal_multiply", t, l, r)
	case "/":
		scale := max(a.Scale, b.Scale)
		return decimalCall("trino_decimal_divide", Decimal(min(38, a.Length+b.Scale+max(0, b.Scale-a.Scale)), scale), l, r)
	}
	scale := max(a.Scale, b.Scale)
	return decimalCall("trino_decimal_remainder", Decimal(min(a.Length-a.Scale, b.Length-b.Scale)+scale, scale), l, r)
}

// decimalCall is an operation that a function does on the texts of decimals.
func decimalCall(name string, t Type, l, r *expr) *expr {
	return op(t, "CAST("+name+"(CAST($1 AS VARCHAR), CAST($2 AS VARCHAR), $3) AS $T)", l, r, intOf(int64(t.Scale)))
}

const (
	dayMillis      = "86400000"
	addDayTime     = "($1 + to_microseconds($2 * 1000))"
	addYearMonth   = "($1 + to_months(CAST($2 AS INTEGER)))"
	inZoneTemplate = "trino_in_zone($1, $2)"
	tzOfTimestamp  = "(CASE WHEN $1 IS NOT NULL THEN {'t': $1, 'z': 'UTC'} END)"
)

// timeArithmetic is an operation on dates, times and intervals; nil if there is none.
func (c *checker) timeArithmetic(what string, l, r *expr) *expr {
	lk, rk := l.typ.Kind, r.typ.Kind
	switch what {
	case "+":
		if lk == IntervalDayKind || lk == IntervalYearKind {
			if rk == lk {
				return op(l.typ, "($1 + $2)", l, r)
			}
			l, r, lk, rk = r, l, rk, lk
		}
		return c.addInterval(l, r)
	case "-":
		switch {
		case lk == rk && (lk == IntervalDayKind || lk == IntervalYearKind):
			return op(l.typ, "($1 - $2)", l, r)
		case rk == IntervalDayKind || rk == IntervalYearKind:
			if v, ok := r.constInt(); ok {
				return c.addInterval(l, literal(r.typ, -v))
			}
			return c.addInterval(l, op(r.typ, "(-$1)", r))
		}
		return c.subtractTimes(l, r)
	case "*", "/":
		return c.scaleInterval(what, l, r)
	}
	return nil
}

// addInterval is a time and an interval.
func (c *checker) addInterval(l, r *expr) *expr {
	if r.typ.Kind != IntervalDayKind && r.typ.Kind != IntervalYearKind {
		return nil
	}
	day := r.typ.Kind == IntervalDayKind
	switch t := l.typ; t.Kind {
	case DateKind:
		if !day {
			return op(Date, "CAST("+addYearMonth+" AS DATE)", l, r)
		}
		if v, ok := r.constInt(); ok && v%86400000 == 0 {
			return op(Date, "($1 + CAST($2 AS INTEGER))", l, intOf(v/86400000))
		}
		return op(Date, "(CASE WHEN $2 % "+dayMillis+" <> 0 THEN "+
			failText(CodeInvalidArgument, "Cannot add hour, minutes or seconds to a date", "$2, $1")+
			" ELSE $1 + CAST($2 // "+dayMillis+" AS INTEGER) END)", l, r)
	case TimestampKind:
		if !day {
			return op(t, addYearMonth, l, r)
		}
		t.Length = max(3, t.Length)
		return op(t, addDayTime, l, r)
	case TimestampTZKind:
		if !day && sameZone(l) {
			return c.must(op(TimestampOf(t.Length), addYearMonth, instant(l), r), t)
		}
		if !day {
			return op(t, "trino_zoned_add_months($1, $2)", l, r)
		}
		t.Length = max(3, t.Length)
		if sameZone(l) {
			return c.must(op(TimestampOf(t.Length), addDayTime, instant(l), r), t)
		}
		return op(t, "trino_zoned_add($1, $2)", l, r)
	case TimeKind:
		if day {
			t.Length = max(3, t.Length)
			return op(t, addDayTime, l, r)
		}
	}
	return nil
}

// sameZone says whether a timestamp with time zone is in UTC whatever its value.
func sameZone(x *expr) bool {
	if s, ok := x.value.(string); ok && x.kind == constExpr {
		return len(s) > 4 && s[len(s)-4:] == "|UTC"
	}
	return x.kind == opExpr && x.tmpl == tzOfTimestamp
}

// subtractTimes is the interval between two times.
func (c *checker) subtractTimes(l, r *expr) *expr {
	t, ok := commonType(l.typ, r.typ)
	if !ok {
		return nil
	}
	l, r = c.must(l, t), c.must(r, t)
	switch t.Kind {
	case DateKind:
		return op(IntervalDay, "(CAST($1 - $2 AS BIGINT) * "+dayMillis+")", l, r)
	case TimestampKind, TimestampTZKind:
		return op(IntervalDay, "((epoch_us($1) - epoch_us($2)) // 1000)", sortable(l), sortable(r))
	case TimeKind:
		return op(IntervalDay, "((epoch_us($1) - epoch_us($2)) // 1000)", l, r)
	}
	return nil
}

// scaleInterval is an interval times or by a number.
func (c *checker) scaleInterval(what string, l, r *expr) *expr {
	if what == "*" && l.typ.isNumeric() {
		l, r = r, l
	}
	if l.typ.Kind != IntervalDayKind && l.typ.Kind != IntervalYearKind || !r.typ.isNumeric() {
		return nil
	}
	if r.typ.isInteger() && what == "*" {
		return op(l.typ, "($1 * $2)", l, c.must(r, Bigint))
	}
	return op(l.typ, "CAST(trunc(CAST($1 AS DOUBLE) "+what+" $2) AS BIGINT)", l, c.must(r, Double))
}

// concat checks a chain of || at once.
func (c *checker) concat(n *infix, s *scope) *expr {
	var terms []node
	rest := node(n)
	for {
		b, ok := rest.(*infix)
		if !ok || b.op != "||" {
			break
		}
		terms = append(terms, b.r)
		rest = b.l
	}
	x := c.expr(rest, s)
	for i := len(terms) - 1; i >= 0; i-- {
		x = c.concat2(terms[i].at(), x, c.expr(terms[i], s))
	}
	return x
}

// concat2 joins two values.
func (c *checker) concat2(at int, l, r *expr) *expr {
	lk, rk := l.typ.Kind, r.typ.Kind
	switch {
	case lk == UnknownKind && rk == UnknownKind:
		return nullOf(Varchar)
	case lk == CharKind && rk == CharKind:
		return op(CharOf(min(65536, l.typ.Length+r.typ.Length)), "rtrim(rpad($1, $3, ' ') || $2, ' ')", l, r, literal(Integer, int64(l.typ.Length)))
	case l.typ.isText() && (r.typ.isText() || rk == UnknownKind), lk == UnknownKind && r.typ.isText():
		return flatConcat(c.must(l, Varchar), c.must(r, Varchar))
	case lk == VarbinaryKind && (rk == VarbinaryKind || rk == UnknownKind), lk == UnknownKind && rk == VarbinaryKind:
		return op(Varbinary, "($1 || $2)", c.must(l, Varbinary), c.must(r, Varbinary))
	}
	if e := c.concatArrays(l, r); e != nil {
		return e
	}
	c.fail(at, CodeFunctionNotFound, "Unexpected parameters (%s, %s) for function concat", l.typ, r.typ)
	return nil
}

// joinedText is a template for texts one after the other.
const joinedText = "($~)"

// flatConcat joins texts; a chain stays flat. The left one is this chain's alone.
func flatConcat(l, r *expr) *expr {
	if l.kind == opExpr && l.tmpl == joinedText {
		return op(Varchar, joinedText, append(l.args, r)...)
	}
	return op(Varchar, joinedText, l, r)
}

// concatArrays joins arrays, or an array and an element.
func (c *checker) concatArrays(l, r *expr) *expr {
	if l.typ.Kind == ArrayKind && r.typ.Kind == ArrayKind {
		if t, ok := commonType(l.typ, r.typ); ok {
			return op(t, "($1 || $2)", c.must(l, t), c.must(r, t))
		}
	}
	if l.typ.Kind == ArrayKind {
		if t, ok := commonType(l.typ.Elems[0], r.typ); ok {
			return op(Array(t), "(CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN list_append($1, $2) END)", c.must(l, Array(t)), c.must(r, t))
		}
	}
	if r.typ.Kind == ArrayKind {
		if t, ok := commonType(l.typ, r.typ.Elems[0]); ok {
			return op(Array(t), "(CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN list_prepend($1, $2) END)", c.must(l, t), c.must(r, Array(t)))
		}
	}
	return nil
}
