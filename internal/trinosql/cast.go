package trinosql

import (
	"strconv"
	"strings"
)

func (c *checker) castNode(n *castNode, s *scope) *expr {
	x := c.expr(n.x, s)
	c.castable(n.at(), n.typ)
	y, ok := c.cast(x, n.typ)
	if !ok {
		c.fail(n.at(), CodeTypeMismatch, "Cannot cast %s to %s", x.typ, n.typ)
	}
	if n.try {
		return c.try(y)
	}
	return y
}

// castable refuses types that a value cannot be made of here.
func (c *checker) castable(at int, t Type) {
	switch t.Kind {
	case TimestampKind, TimestampTZKind, TimeKind:
		c.fine(at, t.Length)
	case TimeTZKind, HyperLogLogKind:
		c.fail(at, CodeNotSupported, "the type %s is not supported", t)
	}
	for _, e := range t.Elems {
		c.castable(at, e)
	}
}

// coerced is x as a value of another type, if it becomes one without a cast.
func (c *checker) coerced(x *expr, t Type) (*expr, bool) {
	if x.typ.Equal(t) {
		return x, true
	}
	if _, ok := canCoerce(x.typ, t); !ok {
		return nil, false
	}
	return c.cast(x, t)
}

// must is x as a value of a type that was found to be common to it and something else.
func (c *checker) must(x *expr, t Type) *expr {
	y, ok := c.cast(x, t)
	if !ok {
		c.fail(x.at, CodeTypeMismatch, "%s does not become %s", x.typ, t)
	}
	if y.at == 0 {
		y.at = x.at
	}
	return y
}

// retag is x with another type that DuckDB has the same values for.
func retag(x *expr, t Type) *expr {
	y := *x
	y.typ = t
	return &y
}

// cast is a value as one of another type, with the checks that a CAST has.
func (c *checker) cast(x *expr, t Type) (*expr, bool) {
	from := x.typ
	switch {
	case from.Equal(t):
		return x, true
	case x.isNullConst():
		return nullOf(t), true
	case from.Kind == UnknownKind:
		return op(t, "CAST($1 AS $T)", x), true
	case t.Kind == JSONKind:
		return c.toJSON(x)
	case from.Kind == JSONKind:
		return c.fromJSON(x, t)
	}
	switch from.Kind {
	case BooleanKind, TinyintKind, SmallintKind, IntegerKind, BigintKind, RealKind, DoubleKind, DecimalKind:
		return c.castNumber(x, t)
	case VarcharKind:
		return c.castText(x, t)
	case CharKind:
		if t.Kind == CharKind {
			if t.Length >= from.Length {
				return retag(x, t), true
			}
			return op(t, "rtrim(left($1, $2), ' ')", x, intOf(int64(t.Length))), true
		}
		return c.castText(op(VarcharOf(from.Length), "rpad($1, $2, ' ')", x, literal(Integer, int64(from.Length))), t)
	case DateKind, TimeKind, TimestampKind, TimestampTZKind, IntervalDayKind, IntervalYearKind:
		return c.castTime(x, t)
	case UUIDKind, IPAddressKind, VarbinaryKind:
		return c.castBytes(x, t)
	case ArrayKind, MapKind, RowKind:
		return c.castNested(x, t)
	}
	return nil, false
}

// bounded is a text that may not be longer than t.
func bounded(x *expr, t Type) *expr {
	if t.Kind == CharKind {
		return op(t, "rtrim(trino_bounded($1, $2, $3), ' ')", x, intOf(int64(t.Length)), textOf(t.String()))
	}
	if t.Length == Unbounded {
		return retag(x, t)
	}
	return op(t, "trino_bounded($1, $2, $3)", x, intOf(int64(t.Length)), textOf(t.String()))
}

func (c *checker) castNumber(x *expr, t Type) (*expr, bool) {
	from := x.typ
	floating := from.Kind == RealKind || from.Kind == DoubleKind
	if v, ok := x.constInt(); ok && from.isInteger() && t.isInteger() && fitsInteger(v, t.Kind) {
		return literal(t, v), true
	}
	switch {
	case t.Kind == BooleanKind:
		return op(t, "($1 <> 0)", x), true
	case t.isInteger() && floating:
		return op(t, "CAST(round($1) AS $T)", x), true
	case t.Kind == DecimalKind && floating:
		return op(t, "CAST(CAST($1 AS VARCHAR) AS $T)", x), true
	case t.isNumeric() && (from.Kind != BooleanKind || t.Kind != DecimalKind), t.Kind == DecimalKind:
		return op(t, "CAST($1 AS $T)", x), true
	case t.isText() && from.Kind == DoubleKind:
		return bounded(op(Varchar, "trino_double_text($1)", x), t), true
	case t.isText() && from.Kind == RealKind:
		return bounded(op(Varchar, "trino_real_text($1)", x), t), true
	case t.isText():
		return bounded(numberText(x), t), true
	}
	return nil, false
}

// numberText is an exact number's text. DuckDB leaves the zero before the point out where a
// decimal has no digits before it.
func numberText(x *expr) *expr {
	if x.typ.Kind == DecimalKind && x.typ.Length == x.typ.Scale && x.typ.Length < 38 {
		x = op(Decimal(x.typ.Length+1, x.typ.Scale), "CAST($1 AS $T)", x)
	}
	return op(Varchar, "CAST($1 AS VARCHAR)", x)
}

func fitsInteger(v int64, k Kind) bool {
	bits := integerBits[k]
	return bits == 64 || v >= -1<<(bits-1) && v < 1<<(bits-1)
}

// constantTime is a literal text as the literal date or timestamp that it is.
func constantTime(x *expr, t Type) *expr {
	text, ok := x.constText()
	if !ok {
		return nil
	}
	switch t.Kind {
	case DateKind:
		if d, ok := parseDate(text); ok && d.Year() >= 1 && d.Year() <= 9999 {
			return literal(t, d.Format("2006-01-02"))
		}
	case TimestampKind:
		v, ok := parseTimestamp(text)
		if _, known := v.utc(); ok && known && v.local.Year() >= 1 && v.local.Year() <= 9999 {
			return literal(t, timestampText(roundTime(v.local, t.Length)))
		}
	}
	return nil
}

// castText is a varchar as another type.
func (c *checker) castText(x *expr, t Type) (*expr, bool) {
	if y := constantTime(x, t); y != nil {
		return y, true
	}
	switch t.Kind {
	case VarcharKind:
		if t.Length >= x.typ.Length {
			return retag(x, t), true
		}
		return op(t, "left($1, $2)", x, intOf(int64(t.Length))), true
	case CharKind:
		return op(t, "rtrim(left($1, $2), ' ')", x, intOf(int64(t.Length))), true
	case BooleanKind:
		return op(t, "trino_text_to_boolean($1)", x), true
	case TinyintKind, SmallintKind, IntegerKind, BigintKind:
		return op(t, "CAST(trino_integer_text($1, $2) AS $T)", x, textOf(strings.ToUpper(map[bool]string{true: "INT", false: kindNames[t.Kind]}[t.Kind == IntegerKind]))), true
	case DoubleKind:
		return op(t, "trino_text_to_double($1)", x), true
	case RealKind:
		return op(t, "CAST(trino_text_to_double($1) AS FLOAT)", x), true
	case DecimalKind:
		return op(t, "CAST(trim($1) AS $T)", x), true
	case DateKind:
		return op(t, "trino_text_to_date($1)", x), true
	case TimestampKind:
		return op(t, "trino_text_to_timestamp($1, $2)", x, intOf(int64(t.Length))), true
	case TimestampTZKind:
		return op(t, "trino_text_to_zoned($1, $2)", x, intOf(int64(t.Length))), true
	case TimeKind:
		return op(t, "trino_text_to_time($1, $2)", x, intOf(int64(t.Length))), true
	case UUIDKind:
		return op(t, "CAST(trino_uuid_text($1) AS UUID)", x), true
	case IPAddressKind:
		return op(t, "trino_text_to_ip($1)", x), true
	}
	return nil, false
}

// secondFormat is how DuckDB writes a time with so many digits; cut is how many
// characters too many there are.
func secondFormat(digits int) (format string, cut int) {
	switch {
	case digits == 0:
		return "%H:%M:%S", 0
	case digits <= 3:
		return "%H:%M:%S.%g", 3 - digits
	}
	return "%H:%M:%S.%f", maxDigits - digits
}

// timeText is a time or timestamp as Trino writes it.
func timeText(x *expr, prefix string, digits int) *expr {
	format, cut := secondFormat(digits)
	tmpl := "strftime($1, '" + prefix + format + "')"
	if cut > 0 {
		tmpl = "left(" + tmpl + ", -" + strconv.Itoa(cut) + ")"
	}
	return op(Varchar, tmpl, x)
}

func (c *checker) castTime(x *expr, t Type) (*expr, bool) {
	switch x.typ.Kind {
	case DateKind:
		switch {
		case t.isText():
			return bounded(op(Varchar, "CAST($1 AS VARCHAR)", x), t), true
		case t.Kind == TimestampKind:
			return op(t, "CAST($1 AS TIMESTAMP)", x), true
		case t.Kind == TimestampTZKind:
			return op(t, tzOfTimestamp, op(TimestampOf(t.Length), "CAST($1 AS TIMESTAMP)", x)), true
		}
	case TimestampKind:
		return c.castTimestamp(x, t)
	case TimestampTZKind:
		return c.castZoned(x, t)
	case TimeKind:
		switch {
		case t.isText():
			return bounded(timeText(op(Timestamp, "(DATE '1970-01-01' + $1)", x), "", x.typ.Length), t), true
		case t.Kind == TimeKind && t.Length >= x.typ.Length:
			return retag(x, t), true
		case t.Kind == TimeKind:
			return op(t, "CAST(trino_round_time(DATE '1970-01-01' + $1, $2) AS TIME)", x, intOf(int64(t.Length))), true
		case t.Kind == TimestampKind:
			return op(t, "(DATE '1970-01-01' + $1)", x), true
		}
	case IntervalDayKind, IntervalYearKind:
		if t.isText() {
			return bounded(op(Varchar, ifText(x.typ.Kind == IntervalDayKind, "trino_interval_day_text($1)", "trino_interval_year_text($1)"), x), t), true
		}
	}
	return nil, false
}

func (c *checker) castTimestamp(x *expr, t Type) (*expr, bool) {
	switch {
	case t.isText():
		return bounded(timeText(x, "%Y-%m-%d ", x.typ.Length), t), true
	case t.Kind == DateKind:
		return op(t, "CAST($1 AS DATE)", x), true
	case t.Kind == TimeKind:
		return c.cast(op(TimeOf(x.typ.Length), "CAST($1 AS TIME)", x), t)
	case t.Kind == TimestampKind && t.Length >= x.typ.Length:
		return retag(x, t), true
	case t.Kind == TimestampKind:
		return op(t, "trino_round_time($1, $2)", x, intOf(int64(t.Length))), true
	case t.Kind == TimestampTZKind:
		if text, ok := x.value.(string); ok && x.kind == constExpr && t.Length >= x.typ.Length {
			return literal(t, text+"|UTC"), true
		}
		y, _ := c.cast(x, TimestampOf(t.Length))
		return op(t, tzOfTimestamp, y), true
	}
	return nil, false
}

// local is the local time of a timestamp with time zone.
func local(x *expr) *expr {
	t := TimestampOf(x.typ.Length)
	if sameZone(x) {
		return instant(x)
	}
	return op(t, "trino_local($1)", x)
}

func (c *checker) castZoned(x *expr, t Type) (*expr, bool) {
	switch {
	case t.isText():
		return bounded(op(Varchar, "trino_zoned_text($1, $2)", x, intOf(int64(x.typ.Length))), t), true
	case t.Kind == TimestampTZKind && (t.Length >= x.typ.Length):
		return retag(x, t), true
	case t.Kind == TimestampTZKind:
		return op(t, "trino_zoned_round($1, $2)", x, intOf(int64(t.Length))), true
	case t.Kind == TimestampKind, t.Kind == DateKind, t.Kind == TimeKind:
		return c.cast(local(x), t)
	}
	return nil, false
}

func (c *checker) castBytes(x *expr, t Type) (*expr, bool) {
	switch from := x.typ.Kind; {
	case from == UUIDKind && t.isText():
		return bounded(op(Varchar, "lower(CAST($1 AS VARCHAR))", x), t), true
	case from == UUIDKind && t.Kind == VarbinaryKind:
		return op(t, "from_hex(replace(CAST($1 AS VARCHAR), '-', ''))", x), true
	case from == IPAddressKind && t.isText():
		return bounded(op(Varchar, "trino_ip_text($1)", x), t), true
	case from == IPAddressKind && t.Kind == VarbinaryKind:
		return op(t, "trino_ip_bytes($1)", x), true
	case from == VarbinaryKind && t.Kind == IPAddressKind:
		return op(t, "trino_ip_of_bytes($1)", x), true
	case from == VarbinaryKind && t.Kind == UUIDKind:
		return op(t, "CAST(trino_uuid_of_bytes($1) AS UUID)", x), true
	}
	return nil, false
}

// newParam is the parameter of a lambda that was not written by anybody.
func (c *checker) newParam(t Type) *expr {
	c.rels++
	return &expr{kind: paramExpr, typ: t, column: "p" + strconv.Itoa(c.rels)}
}

// lambdaOver is a lambda of one parameter.
func lambdaOver(param, body *expr) *expr {
	return &expr{kind: lambdaExpr, typ: body.typ, params: []string{param.column}, args: []*expr{body}}
}

// samePhysical says whether values of both types are the same in DuckDB, so that a cast
// needs to do nothing.
func samePhysical(from, to Type) bool {
	switch {
	case from.Kind != to.Kind:
		return false
	case from.Kind == VarcharKind, from.isTime(), from.Kind == TimeKind:
		return from.Length <= to.Length
	case from.Kind == ArrayKind || from.Kind == MapKind || from.Kind == RowKind:
		if len(from.Elems) != len(to.Elems) {
			return false
		}
		for i := range from.Elems {
			if !samePhysical(from.Elems[i], to.Elems[i]) {
				return false
			}
		}
		if from.Kind == RowKind {
			a, b := rowFields(from), rowFields(to)
			for i := range a {
				if a[i] != b[i] {
					return false
				}
			}
		}
		return true
	}
	return from.Equal(to)
}

func (c *checker) castNested(x *expr, t Type) (*expr, bool) {
	if x.typ.Kind != t.Kind || len(x.typ.Elems) != len(t.Elems) {
		return nil, false
	}
	if samePhysical(x.typ, t) {
		return retag(x, t), true
	}
	elem := func(i int, list *expr) (*expr, bool) {
		p := c.newParam(x.typ.Elems[i])
		body, ok := c.cast(p, t.Elems[i])
		if !ok {
			return nil, false
		}
		return op(Array(t.Elems[i]), "list_transform($1, $2)", list, lambdaOver(p, body)), true
	}
	switch t.Kind {
	case ArrayKind:
		if x.tmpl == "[]" && x.kind == opExpr {
			return op(t, "CAST([] AS $T)"), true
		}
		y, ok := elem(0, x)
		if ok {
			y = retag(y, t)
		}
		return y, ok
	case MapKind:
		keys, ok1 := elem(0, op(Array(x.typ.Elems[0]), "map_keys($1)", x))
		values, ok2 := elem(1, op(Array(x.typ.Elems[1]), "map_values($1)", x))
		if !ok1 || !ok2 {
			return nil, false
		}
		return op(t, "(CASE WHEN $1 IS NULL THEN NULL ELSE map($2, $3) END)", x, keys, values), true
	}
	return c.castRow(x, t)
}

func (c *checker) castRow(x *expr, t Type) (*expr, bool) {
	fields := make([]*expr, len(t.Elems))
	for i := range t.Elems {
		f, ok := c.cast(fieldOf(x, i), t.Elems[i])
		if !ok {
			return nil, false
		}
		fields[i] = f
	}
	row := makeRow(t, fields)
	if strings.HasPrefix(x.tmpl, rowPrefix) {
		return row, true
	}
	return op(t, "(CASE WHEN $1 IS NULL THEN NULL ELSE $2 END)", x, row), true
}

// try is TRY(x). DuckDB's TRY takes neither queries nor functions that differ from call to
// call: they are computed before, and given to it.
func (c *checker) try(x *expr) *expr {
	var outside []*expr
	x.walk(func(e *expr) bool {
		if e.query != nil || e.volatile {
			outside = append(outside, e)
			return false
		}
		return true
	})
	if len(outside) == 0 {
		return op(x.typ, "TRY($1)", x)
	}
	var types []Type
	for _, e := range outside {
		types = append(types, e.typ)
	}
	row := makeRow(Row(nil, types), outside)
	p := c.newParam(row.typ)
	body := x.rewrite(func(e *expr) *expr {
		for i, o := range outside {
			if e == o {
				return fieldOf(p, i)
			}
		}
		return nil
	})
	return op(x.typ, "list_transform([$1], $2)[1]", row, lambdaOver(p, op(x.typ, "TRY($1)", body)))
}
