package trinosql

import (
	"strings"
	"time"
)

const (
	onTimes     = "(timestamp(p)) bigint | (timestamp(p) with time zone) bigint"
	onDates     = "(date) bigint | " + onTimes
	onAllTimes  = "(time(p)) bigint | " + onTimes + " | (interval day to second) bigint"
	formatsTime = "(timestamp(p), varchar) varchar | (timestamp(p) with time zone, varchar) varchar"
)

var dateFunctions = []Func{
	{Name: "at_timezone", Sig: "(timestamp(p) with time zone, varchar) timestamp(p) with time zone", build: func(c *checker, at int, args []*expr, t Type) *expr {
		return c.atZone(args[0], args[1])
	}, Note: "fails for a zone that is none"},
	{Name: "current_date", Sig: "() date", build: func(c *checker, at int, _ []*expr, _ Type) *expr {
		return c.current(&current{position(at), "current_date", -1})
	}},
	{Name: "current_timezone", Sig: "() varchar", build: func(*checker, int, []*expr, Type) *expr { return literal(Varchar, "UTC") }, Note: "always UTC"},
	{Name: "date", Sig: "(varchar) date | (timestamp(p)) date | (timestamp(p) with time zone) date", build: func(c *checker, at int, args []*expr, _ Type) *expr {
		return c.must(args[0], Date)
	}, Note: "fails for what is no date"},
	{Name: "date_add", Sig: "(varchar, bigint, date) date | (varchar, bigint, time(p)) time(p) | (varchar, bigint, timestamp(p)) timestamp(p) | (varchar, bigint, timestamp(p) with time zone) timestamp(p) with time zone", build: dateAdd, Note: "fails for a unit that is none"},
	{Name: "date_diff", Sig: "(varchar, date, date) bigint | (varchar, time(p), time(p)) bigint | (varchar, timestamp(p), timestamp(p)) bigint | (varchar, timestamp(p) with time zone, timestamp(p) with time zone) bigint", build: dateDiff, Note: "whole units; fails for a unit that is none"},
	{Name: "date_format", Sig: formatsTime, build: formatTime("trino_date_format"), Note: "%D %U %u %V %w %X fail"},
	{Name: "date_parse", Sig: "(varchar, varchar) timestamp(3)", Duck: "trino_date_parse($1, $2)", Note: "fails for what does not fit the format"},
	{Name: "date_trunc", Sig: "(varchar, date) date | (varchar, time(p)) time(p) | (varchar, timestamp(p)) timestamp(p) | (varchar, timestamp(p) with time zone) timestamp(p) with time zone", build: dateTrunc, Note: "fails for a unit that is none"},
	{Name: "day", Sig: onDates + " | (interval day to second) bigint", build: part("day")},
	{Name: "day_of_month", Sig: onDates + " | (interval day to second) bigint", build: part("day")},
	{Name: "day_of_week", Sig: onDates, build: part("isodow"), Note: "Monday is 1"},
	{Name: "day_of_year", Sig: onDates, build: part("dayofyear")},
	{Name: "dow", Sig: onDates, build: part("isodow"), Note: "Monday is 1"},
	{Name: "doy", Sig: onDates, build: part("dayofyear")},
	{Name: "format_datetime", Sig: formatsTime, build: formatTime("trino_format_datetime"), Note: "patterns are Joda's"},
	{Name: "from_iso8601_date", Sig: "(varchar) date", Duck: "trino_iso_date($1)", Note: "fails for what is no date"},
	{Name: "from_iso8601_timestamp", Sig: "(varchar) timestamp(3) with time zone", Duck: "trino_iso_timestamp($1)", build: isoTimestampCall, Note: "fails for what is no timestamp"},
	{Name: "from_unixtime", Sig: "(double) timestamp(3) with time zone", build: fromUnixtime},
	{Name: "from_unixtime", Sig: "(double, varchar) timestamp(3) with time zone", build: fromUnixtime},
	{Name: "from_unixtime", Sig: "(double, bigint, bigint) timestamp(3) with time zone", Duck: "trino_from_unixtime_offset($1, $2, $3)"},
	{Name: "hour", Sig: onAllTimes, build: part("hour")},
	{Name: "human_readable_seconds", Sig: "(double) varchar", Duck: "trino_human_seconds($1)"},
	{Name: "last_day_of_month", Sig: "(date) date | (timestamp(p)) date | (timestamp(p) with time zone) date", build: func(c *checker, _ int, args []*expr, t Type) *expr {
		return op(t, "last_day($1)", c.must(args[0], Date))
	}},
	{Name: "millisecond", Sig: onAllTimes, build: part("millisecond")},
	{Name: "minute", Sig: onAllTimes, build: part("minute")},
	{Name: "month", Sig: onDates + " | (interval year to month) bigint", build: part("month")},
	{Name: "now", Sig: "() timestamp(3) with time zone", build: func(c *checker, at int, _ []*expr, _ Type) *expr {
		return c.current(&current{position(at), "current_timestamp", 3})
	}, Note: "the same time throughout a statement"},
	{Name: "parse_datetime", Sig: "(varchar, varchar) timestamp(3) with time zone", Duck: "trino_parse_datetime($1, $2)", Note: "patterns are Joda's; fails for what does not fit"},
	{Name: "parse_duration", Sig: "(varchar) interval day to second", Duck: "trino_parse_duration($1)", Note: "fails for what is no duration"},
	{Name: "quarter", Sig: onDates, build: part("quarter")},
	{Name: "second", Sig: onAllTimes, build: part("second")},
	{Name: "sequence", Sig: "(bigint, bigint) array(bigint)", Duck: "trino_sequence($1, $2, CASE WHEN $1 <= $2 THEN 1 ELSE -1 END)", Note: "at most 10000 elements"},
	{Name: "sequence", Sig: "(bigint, bigint, bigint) array(bigint)", Duck: "trino_sequence($1, $2, $3)", Note: "fails for a step of 0 or in the other direction; at most 10000 elements"},
	{Name: "sequence", Sig: "(date, date) array(date)", Duck: "list_transform(trino_sequence(datediff('day', DATE '1970-01-01', $1), datediff('day', DATE '1970-01-01', $2), CASE WHEN $1 <= $2 THEN 1 ELSE -1 END), lambda d: DATE '1970-01-01' + CAST(d AS INTEGER))"},
	{Name: "sequence", Sig: "(date, date, interval day to second) array(date) | (timestamp(p), timestamp(p), interval day to second) array(timestamp(p))", build: timeSequence},
	{Name: "sequence", Sig: "(date, date, interval year to month) array(date) | (timestamp(p), timestamp(p), interval year to month) array(timestamp(p))", build: timeSequence},
	{Name: "timezone", Sig: "(timestamp(p) with time zone) varchar", Duck: "struct_extract($1, 'z')"},
	{Name: "timezone_hour", Sig: "(timestamp(p) with time zone) bigint", Duck: "trino_zone_offset($1) // 60"},
	{Name: "timezone_minute", Sig: "(timestamp(p) with time zone) bigint", Duck: "trino_zone_offset($1) % 60"},
	{Name: "to_iso8601", Sig: "(date) varchar(16)", Duck: "CAST($1 AS VARCHAR)"},
	{Name: "to_iso8601", Sig: "(timestamp(p)) varchar", build: isoText, result: func(a []Type) Type { return VarcharOf(22 + ifInt(a[0].Length > 0, a[0].Length+1, 0)) }},
	{Name: "to_iso8601", Sig: "(timestamp(p) with time zone) varchar", build: isoText, result: func(a []Type) Type { return VarcharOf(28 + ifInt(a[0].Length > 0, a[0].Length+1, 0)) }},
	{Name: "to_milliseconds", Sig: "(interval day to second) bigint", Duck: "$1"},
	{Name: "to_unixtime", Sig: "(timestamp(p) with time zone) double", build: func(_ *checker, _ int, args []*expr, t Type) *expr {
		return op(t, "(CAST(epoch_us($1) AS DOUBLE) / 1e6)", instant(args[0]))
	}},
	{Name: "week", Sig: onDates, build: part("week"), Note: "of ISO 8601"},
	{Name: "week_of_year", Sig: onDates, build: part("week"), Note: "of ISO 8601"},
	{Name: "with_timezone", Sig: "(timestamp(p), varchar) timestamp(p) with time zone", Duck: "trino_with_zone($1, $2)", Note: "fails for a zone that is none"},
	{Name: "year", Sig: onDates + " | (interval year to month) bigint", build: part("year")},
	{Name: "year_of_week", Sig: onDates, build: part("isoyear"), Note: "of ISO 8601"},
	{Name: "yow", Sig: onDates, build: part("isoyear"), Note: "of ISO 8601"},
}

// isoTimestampCall builds from_iso8601_timestamp; of a literal it is one.
func isoTimestampCall(_ *checker, _ int, args []*expr, t Type) *expr {
	if text, ok := args[0].constText(); ok {
		if v, z, ok := isoTimestamp(text); ok {
			return literal(t, timestampText(v.Truncate(time.Millisecond))+"|"+z)
		}
	}
	return op(t, "trino_iso_timestamp($1)", args...)
}

func fromUnixtime(c *checker, at int, args []*expr, t Type) *expr {
	ts := op(TimestampOf(3), "make_timestamp(CAST(round($1 * 1e3) AS BIGINT) * 1000)", args[0])
	utc := c.must(ts, t)
	if len(args) == 1 {
		return utc
	}
	return c.atZone(utc, args[1])
}

// part builds the part of a time, or of an interval.
func part(name string) func(*checker, int, []*expr, Type) *expr {
	return func(_ *checker, _ int, args []*expr, t Type) *expr {
		x := args[0]
		switch x.typ.Kind {
		case TimestampTZKind:
			x = local(x)
		case IntervalDayKind:
			return op(t, intervalParts[name], x)
		case IntervalYearKind:
			return op(t, ifText(name == "year", "($1 // 12)", "($1 % 12)"), x)
		}
		if name == "millisecond" {
			return op(t, "(millisecond($1) % 1000)", x)
		}
		return op(t, name+"($1)", x)
	}
}

var intervalParts = map[string]string{
	"day": "($1 // 86400000)", "hour": "($1 // 3600000 % 24)", "minute": "($1 // 60000 % 60)",
	"second": "($1 // 1000 % 60)", "millisecond": "($1 % 1000)",
}

// dateUnits are the units of date_add, date_diff and date_trunc that a type has.
var dateUnits = map[Kind]string{
	DateKind:        " day week month quarter year ",
	TimeKind:        " millisecond second minute hour ",
	TimestampKind:   " millisecond second minute hour day week month quarter year ",
	TimestampTZKind: " millisecond second minute hour day week month quarter year ",
}

// unit is the fixed unit of a date function. Nobody needs one that differs from row to
// row, and to know it is what makes these functions quick.
func (c *checker) unit(at int, x *expr, t Type) (string, *expr) {
	if x.isNullConst() {
		return "", nullOf(Unknown)
	}
	text, ok := x.constText()
	if !ok {
		c.fail(at, CodeNotSupported, "the unit must be a literal such as 'day'")
	}
	u := strings.ToLower(text)
	if !strings.Contains(dateUnits[t.Kind], " "+u+" ") {
		name := map[Kind]string{DateKind: "DATE", TimeKind: "TIME"}[t.Kind]
		if name == "" {
			name = "TIMESTAMP"
		}
		return "", failure(Unknown, CodeInvalidArgument, "'"+text+"' is not a valid "+name+" field")
	}
	return u, nil
}

// badUnit is the failure for a unit that is none, unless an argument is NULL.
func (c *checker) badUnit(bad *expr, t Type, args []*expr) *expr {
	nulls := op(Boolean, "($1 IS NULL)", args[0])
	if len(args) > 1 {
		nulls = op(Boolean, "($1 IS NULL OR $2 IS NULL)", args...)
	}
	return op(t, "(CASE WHEN $1 THEN NULL ELSE $2 END)", nulls, c.must(bad, t))
}

// unitMillis are the units that are so many milliseconds, unitMonths those of months.
var (
	unitMillis = map[string]int64{"millisecond": 1, "second": 1000, "minute": 60000, "hour": 3600000, "day": 86400000, "week": 7 * 86400000}
	unitMonths = map[string]int64{"month": 1, "quarter": 3, "year": 12}
)

func dateAdd(c *checker, at int, args []*expr, t Type) *expr {
	u, bad := c.unit(at, args[0], t)
	if bad != nil {
		return c.badUnit(bad, t, args[1:])
	}
	n, x := args[1], args[2]
	millis, isTime := unitMillis[u]
	times := func(by int64) *expr {
		if v, ok := n.constInt(); ok && v < 1<<31 && v > -1<<31 {
			return intOf(v * by)
		}
		return op(Bigint, "($1 * $2)", n, intOf(by))
	}
	switch {
	case t.Kind == DateKind && isTime:
		return op(t, "($1 + CAST($2 AS INTEGER))", x, times(millis/86400000))
	case t.Kind == DateKind:
		return op(t, "CAST("+addYearMonth+" AS DATE)", x, times(unitMonths[u]))
	case t.Kind == TimestampTZKind && sameZone(x):
		return c.must(dateAdd(c, at, []*expr{args[0], n, instant(x)}, TimestampOf(t.Length)), t)
	case t.Kind == TimestampTZKind && (!isTime || millis >= 86400000):
		if isTime {
			return op(t, "trino_zoned_add_days($1, $2)", x, times(millis/86400000))
		}
		return op(t, "trino_zoned_add_months($1, $2)", x, times(unitMonths[u]))
	case t.Kind == TimestampTZKind:
		return op(t, "trino_zoned_add($1, $2)", x, times(millis))
	case !isTime:
		return op(t, addYearMonth, x, times(unitMonths[u]))
	}
	sum := op(t, addDayTime, x, times(millis))
	if u == "millisecond" && t.Length < 3 {
		return op(t, ifText(t.Kind == TimeKind, "CAST(trino_round_time(DATE '1970-01-01' + $1, $2) AS TIME)", "trino_round_time($1, $2)"), sum, intOf(int64(t.Length)))
	}
	return sum
}

func dateDiff(c *checker, at int, args []*expr, t Type) *expr {
	u, bad := c.unit(at, args[0], args[1].typ)
	if bad != nil {
		return c.badUnit(bad, t, args[1:])
	}
	a, b := args[1], args[2]
	millis, isTime := unitMillis[u]
	switch a.typ.Kind {
	case DateKind:
		if isTime {
			return op(t, "(CAST($2 - $1 AS BIGINT) // $3)", a, b, intOf(millis/86400000))
		}
		a, b = c.must(a, Timestamp), c.must(b, Timestamp)
	case TimestampTZKind:
		if isTime && millis < 86400000 || sameZone(a) && sameZone(b) {
			a, b = instant(a), instant(b)
		} else {
			a, b = local(a), op(Timestamp, "trino_local_in($2, struct_extract($1, 'z'))", a, b)
		}
	}
	if isTime {
		return op(t, "((epoch_us($2) - epoch_us($1)) // $3)", a, b, intOf(millis*1000))
	}
	return op(t, "(trino_months_between($1, $2) // $3)", a, b, intOf(unitMonths[u]))
}

func dateTrunc(c *checker, at int, args []*expr, t Type) *expr {
	u, bad := c.unit(at, args[0], t)
	if bad != nil {
		return c.badUnit(bad, t, args[1:])
	}
	unit, x := literal(Varchar, u), args[1]
	switch t.Kind {
	case DateKind:
		return op(t, "CAST(date_trunc($1, $2) AS DATE)", unit, x)
	case TimeKind:
		return op(t, "CAST(date_trunc($1, DATE '1970-01-01' + $2) AS TIME)", unit, x)
	case TimestampTZKind:
		if sameZone(x) {
			return c.must(op(TimestampOf(t.Length), "date_trunc($1, $2)", unit, instant(x)), t)
		}
		return op(t, "trino_zoned_trunc($1, $2)", unit, x)
	}
	return op(t, "date_trunc($1, $2)", unit, x)
}

// formatTime builds a function that writes a time by a pattern.
func formatTime(name string) func(*checker, int, []*expr, Type) *expr {
	return func(c *checker, _ int, args []*expr, t Type) *expr {
		x := args[0]
		if x.typ.Kind == TimestampTZKind {
			return op(t, name+"(trino_local($1), $2, struct_extract($1, 'z'))", x, args[1])
		}
		return op(t, name+"($1, $2, 'UTC')", x, args[1])
	}
}

// isoText builds to_iso8601.
func isoText(_ *checker, _ int, args []*expr, t Type) *expr {
	if args[0].typ.Kind == TimestampTZKind {
		return op(t, "trino_zoned_iso($1, $2)", args[0], intOf(int64(args[0].typ.Length)))
	}
	return retag(timeText(args[0], "%Y-%m-%dT", args[0].typ.Length), t)
}

// timeSequence builds a sequence of dates or timestamps.
func timeSequence(c *checker, at int, args []*expr, t Type) *expr {
	from, to := c.must(args[0], TimestampOf(6)), c.must(args[1], TimestampOf(6))
	name := ifText(args[2].typ.Kind == IntervalDayKind, "trino_time_sequence", "trino_month_sequence")
	list := op(Array(TimestampOf(6)), name+"($1, $2, $3)", from, to, args[2])
	if t.Elems[0].Kind == DateKind {
		return op(t, "CAST($1 AS DATE[])", list)
	}
	return retag(list, t)
}

// atZone is a timestamp with time zone in another zone.
func (c *checker) atZone(x, zoneExpr *expr) *expr {
	if name, ok := zoneExpr.constText(); ok {
		if _, ok := zone(zoneName(name)); !ok {
			return failure(x.typ, CodeInvalidArgument, "'"+name+"' is not a valid time zone", instant(x))
		}
		if text, ok := x.value.(string); ok && x.kind == constExpr {
			utc, _, _ := strings.Cut(text, "|")
			return literal(x.typ, utc+"|"+zoneName(name))
		}
		return op(x.typ, inZoneTemplate, instant(x), literal(Varchar, zoneName(name)))
	}
	return op(x.typ, "trino_in_zone($1, trino_zone($2))", instant(x), c.must(zoneExpr, Varchar))
}

// atTimeZone checks x AT TIME ZONE zone.
func (c *checker) atTimeZone(n *atTimeZone, s *scope) *expr {
	x, z := c.expr(n.x, s), c.expr(n.zone, s)
	switch x.typ.Kind {
	case TimestampKind:
		x = c.must(x, TimestampTZOf(x.typ.Length))
	case TimestampTZKind:
	default:
		c.fail(n.at(), CodeTypeMismatch, "Type of value must be a time or timestamp with or without time zone (actual %s)", x.typ)
	}
	switch z.typ.Kind {
	case VarcharKind:
	case IntervalDayKind:
		z = op(Varchar, "trino_offset_zone($1)", z)
	default:
		c.fail(n.zone.at(), CodeTypeMismatch, "Type of time zone must be varchar or an interval day to second (actual %s)", z.typ)
	}
	e := *c.atZone(x, z)
	e.at = n.at()
	return &e
}

// extractFields are the fields of EXTRACT and the functions that they are.
var extractFields = map[string]string{
	"year": "year", "quarter": "quarter", "month": "month", "week": "week", "day": "day", "day_of_month": "day",
	"day_of_week": "day_of_week", "dow": "day_of_week", "day_of_year": "day_of_year", "doy": "day_of_year",
	"year_of_week": "year_of_week", "yow": "year_of_week", "hour": "hour", "minute": "minute", "second": "second",
	"timezone_minute": "timezone_minute", "timezone_hour": "timezone_hour",
}

func (c *checker) extract(n *extract, s *scope) *expr {
	name, ok := extractFields[n.field]
	if !ok {
		c.fail(n.at(), CodeSyntax, "Invalid EXTRACT field %s, valid fields are: YEAR, QUARTER, MONTH, WEEK, DAY, DAY_OF_MONTH, DAY_OF_WEEK, DOW, DAY_OF_YEAR, DOY, YEAR_OF_WEEK, YOW, HOUR, MINUTE, SECOND, TIMEZONE_MINUTE, TIMEZONE_HOUR", n.field)
	}
	x := c.expr(n.x, s)
	m := matchBest(name, []*expr{x})
	if m == nil {
		c.fail(n.at(), CodeTypeMismatch, "Cannot extract %s from %s", strings.ToUpper(n.field), x.typ)
	}
	e := *c.scalar(&call{position: n.position, name: name}, m.f, []*expr{c.must(x, m.params[0])}, Bigint)
	e.at = n.at()
	return &e
}

// matchBest is the function of a name that fits the arguments, nil if there is none.
func matchBest(name string, args []*expr) *match {
	var best *match
	for _, f := range registry[name] {
		for _, s := range f.sigs {
			if m := matchArgs(f, s, args); m != nil && (best == nil || m.cost < best.cost) {
				best = m
			}
		}
	}
	return best
}
