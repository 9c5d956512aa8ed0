package trinosql

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

const zonedType = `STRUCT("t" TIMESTAMP, "z" VARCHAR)`

var timeGo = []value.Function{
	goFunc("trino_zone", "VARCHAR", types("VARCHAR"), func(a []any) (any, error) {
		name := zoneName(str(a[0]))
		if _, ok := zone(name); !ok {
			return nil, badArgument("'%s' is not a valid time zone", a[0])
		}
		return name, nil
	}),
	goFunc("trino_zone_local", "TIMESTAMP", types("TIMESTAMP", "VARCHAR"), func(a []any) (any, error) {
		return localTime(a[0].(time.Time), str(a[1])), nil
	}),
	goFunc("trino_zone_utc", "TIMESTAMP", types("TIMESTAMP", "VARCHAR"), func(a []any) (any, error) {
		loc, ok := zone(str(a[1]))
		if !ok {
			return nil, badArgument("'%s' is not a valid time zone", a[1])
		}
		return inZone(a[0].(time.Time), loc), nil
	}),
	goFunc("trino_zone_text", "VARCHAR", types("TIMESTAMP", "VARCHAR", "BIGINT"), func(a []any) (any, error) {
		return zonedText(a[0].(time.Time), str(a[1]), int(num(a[2]))), nil
	}),
	goFunc("trino_zone_iso", "VARCHAR", types("TIMESTAMP", "VARCHAR", "BIGINT"), func(a []any) (any, error) {
		t, z := a[0].(time.Time), str(a[1])
		return localTime(t, z).Format("2006-01-02T15:04:05"+fractionLayout(int(num(a[2])))) + offsetText(t, z, "Z"), nil
	}),
	goFunc("trino_zone_java", "VARCHAR", types("TIMESTAMP", "VARCHAR"), func(a []any) (any, error) {
		t, z := a[0].(time.Time), str(a[1])
		offset := offsetText(t, z, "Z")
		out := javaLocalTime(localTime(t, z)) + offset
		if offset != z {
			out += "[" + z + "]"
		}
		return out, nil
	}),
	goFunc("trino_offset_zone", "VARCHAR", types("BIGINT"), func(a []any) (any, error) {
		minutes := num(a[0]) / 60000
		if abs(minutes) > 14*60 || num(a[0])%60000 != 0 {
			return nil, badArgument("Invalid time zone offset interval: interval must be in whole minutes, and at most 14 hours")
		}
		if minutes == 0 {
			return "UTC", nil
		}
		return fmt.Sprintf("%s%02d:%02d", ifText(minutes < 0, "-", "+"), abs(minutes)/60, abs(minutes)%60), nil
	}),
	goFunc("trino_months_between", "BIGINT", types("TIMESTAMP", "TIMESTAMP"), func(a []any) (any, error) {
		return monthsBetween(a[0].(time.Time), a[1].(time.Time)), nil
	}),
	goFunc("trino_text_to_date", "DATE", types("VARCHAR"), func(a []any) (any, error) {
		t, ok := parseDate(str(a[0]))
		if !ok {
			return nil, raise(CodeInvalidCast, "Value cannot be cast to date: %s", a[0])
		}
		return t, nil
	}),
	goFunc("trino_text_to_timestamp", "TIMESTAMP", types("VARCHAR", "BIGINT"), func(a []any) (any, error) {
		v, ok := parseTimestamp(str(a[0]))
		if _, known := v.utc(); !ok || !known {
			return nil, raise(CodeInvalidCast, "Value cannot be cast to timestamp: %s", a[0])
		}
		return roundTime(v.local, int(num(a[1]))), nil
	}),
	goFunc("trino_text_to_zoned", zonedType, types("VARCHAR", "BIGINT"), func(a []any) (any, error) {
		v, ok := parseTimestamp(str(a[0]))
		utc, known := v.utc()
		if !ok || !known {
			return nil, raise(CodeInvalidCast, "Value cannot be cast to timestamp with time zone: %s", a[0])
		}
		return value.Row{roundTime(utc, int(num(a[1]))), ifText(v.zone == "", "UTC", v.zone)}, nil
	}),
	goFunc("trino_text_to_time", "TIME", types("VARCHAR", "BIGINT"), func(a []any) (any, error) {
		t, _, ok := parseTime(str(a[0]))
		if !ok {
			return nil, raise(CodeInvalidCast, "Value cannot be cast to time: %s", a[0])
		}
		return roundTime(t, int(num(a[1]))).Sub(time.Time{}) % (24 * time.Hour), nil
	}),
	goFunc("trino_lake_time", "TIMESTAMP", types("VARCHAR"), func(a []any) (any, error) {
		t, ok := parseLakeTime(str(a[0]))
		if !ok {
			return nil, raise(CodeInvalidCast, "Value cannot be cast to timestamp: %s", a[0])
		}
		return t, nil
	}),
	goFunc("trino_interval_day_text", "VARCHAR", types("BIGINT"), func(a []any) (any, error) { return intervalDayText(num(a[0])), nil }),
	goFunc("trino_interval_year_text", "VARCHAR", types("BIGINT"), func(a []any) (any, error) { return intervalYearText(num(a[0])), nil }),
	goFunc("trino_iso_date", "DATE", types("VARCHAR"), func(a []any) (any, error) {
		t, rest, ok := isoDay(str(a[0]))
		if !ok || rest != "" {
			return nil, badArgument("Invalid format: \"%s\"", a[0])
		}
		return t, nil
	}),
	goFunc("trino_iso_timestamp", zonedType, types("VARCHAR"), func(a []any) (any, error) {
		t, z, ok := isoTimestamp(str(a[0]))
		if !ok {
			return nil, badArgument("Invalid format: \"%s\"", a[0])
		}
		return value.Row{t.Truncate(time.Millisecond), z}, nil
	}),
	goFunc("trino_human_seconds", "VARCHAR", types("DOUBLE"), func(a []any) (any, error) { return humanSeconds(flt(a[0])) }),
	goFunc("trino_parse_duration", "BIGINT", types("VARCHAR"), func(a []any) (any, error) { return parseDuration(str(a[0])) }),
	goFunc("trino_date_format", "VARCHAR", types("TIMESTAMP", "VARCHAR", "VARCHAR"), func(a []any) (any, error) { return mysqlFormat(a[0].(time.Time), str(a[1])) }),
	goFunc("trino_date_parse", "TIMESTAMP", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) { return mysqlParse(str(a[0]), str(a[1])) }),
	goFunc("trino_format_datetime", "VARCHAR", types("TIMESTAMP", "VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		return jodaFormat(a[0].(time.Time), str(a[1]), str(a[2]))
	}),
	goFunc("trino_parse_datetime", zonedType, types("VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		t, z, err := jodaParse(str(a[0]), str(a[1]))
		return value.Row{t, z}, err
	}),
}

// localTime is the local time in a zone, as a time in UTC.
func localTime(t time.Time, name string) time.Time {
	loc, ok := zone(name)
	if !ok {
		return t
	}
	_, offset := t.In(loc).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// offsetText is a zone's offset at a time: +02:00, and utc for none.
func offsetText(t time.Time, name, utc string) string {
	seconds := int(localTime(t, name).Sub(t.UTC()) / time.Second)
	if seconds == 0 {
		return utc
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	return fmt.Sprintf("%s%02d:%02d", sign, seconds/3600, seconds/60%60)
}

func fractionLayout(digits int) string {
	if digits == 0 {
		return ""
	}
	return "." + strings.Repeat("0", digits)
}

// zonedText is a timestamp with time zone as Trino writes it.
func zonedText(t time.Time, name string, digits int) string {
	return localTime(t, name).Format("2006-01-02 15:04:05"+fractionLayout(digits)) + " " + name
}

// javaLocalTime is a timestamp as Java's LocalDateTime.toString has it.
func javaLocalTime(t time.Time) string {
	s := t.Format("2006-01-02T15:04")
	if t.Second() == 0 && t.Nanosecond() == 0 {
		return s
	}
	s += t.Format(":05")
	switch n := t.Nanosecond(); {
	case n == 0:
	case n%1e6 == 0:
		s += t.Format(".000")
	case n%1e3 == 0:
		s += t.Format(".000000")
	default:
		s += t.Format(".000000000")
	}
	return s
}

// roundTime rounds to so many digits of a second, half up.
func roundTime(t time.Time, digits int) time.Time {
	unit := int64(time.Second)
	for range digits {
		unit /= 10
	}
	n := (int64(t.Nanosecond()) + unit/2) / unit * unit
	return t.Add(time.Duration(n - int64(t.Nanosecond())))
}

// monthsBetween are the whole months from a to b: so many months can be added to a, which
// stays in the month, without passing b.
func monthsBetween(a, b time.Time) int64 {
	if b.Before(a) {
		return -monthsBetweenUp(b, a, true)
	}
	return monthsBetweenUp(a, b, false)
}

func monthsBetweenUp(a, b time.Time, back bool) int64 {
	n := int64(b.Year()-a.Year())*12 + int64(b.Month()) - int64(a.Month())
	if back {
		for n > 0 && addMonths(b, -n).Before(a) {
			n--
		}
		return n
	}
	for n > 0 && addMonths(a, n).After(b) {
		n--
	}
	return n
}

// addMonths adds months; a day that the month has not is its last.
func addMonths(t time.Time, n int64) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

func intervalDayText(ms int64) string {
	sign := ""
	if ms < 0 {
		sign, ms = "-", -ms
	}
	return fmt.Sprintf("%s%d %02d:%02d:%02d.%03d", sign, ms/86400000, ms/3600000%24, ms/60000%60, ms/1000%60, ms%1000)
}

func intervalYearText(months int64) string {
	sign := ""
	if months < 0 {
		sign, months = "-", -months
	}
	return fmt.Sprintf("%s%d-%d", sign, months/12, months%12)
}

var (
	isoDateForm = regexp.MustCompile(`^(\d{4})(?:-(\d{3})\b|-(\d{2})(?:-(\d{2}))?|-W(\d{2})(?:-(\d))?)?`)
	isoTimeForm = regexp.MustCompile(`^T(?:(\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$`)
)

// isoDay reads a date of ISO 8601: by month, by week, or by day of the year.
func isoDay(s string) (time.Time, string, bool) {
	m := isoDateForm.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, "", false
	}
	part := func(i, otherwise int) int {
		if m[i] == "" {
			return otherwise
		}
		n, _ := strconv.Atoi(m[i])
		return n
	}
	year, rest := part(1, 0), s[len(m[0]):]
	switch {
	case m[5] != "":
		week, day := part(5, 1), part(6, 1)
		if week < 1 || week > 53 || day < 1 || day > 7 {
			return time.Time{}, "", false
		}
		jan4 := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)
		return jan4.AddDate(0, 0, -(int(jan4.Weekday())+6)%7+(week-1)*7+day-1), rest, true
	case m[2] != "":
		t := time.Date(year, 1, part(2, 1), 0, 0, 0, 0, time.UTC)
		return t, rest, t.Year() == year
	}
	t := time.Date(year, time.Month(part(3, 1)), part(4, 1), 0, 0, 0, 0, time.UTC)
	return t, rest, int(t.Month()) == part(3, 1) && t.Day() == part(4, 1)
}

// isoTimestamp reads a timestamp of ISO 8601, and its zone.
func isoTimestamp(s string) (time.Time, string, bool) {
	day, rest, ok := isoDay(s)
	if !ok {
		return time.Time{}, "", false
	}
	if rest == "" {
		return day, "UTC", true
	}
	m := isoTimeForm.FindStringSubmatch(rest)
	if m == nil {
		return time.Time{}, "", false
	}
	d, ok := ofDay("0"+m[1], "0"+m[2], m[3], m[4])
	if !ok {
		return time.Time{}, "", false
	}
	name := "UTC"
	if m[5] != "" && m[5] != "Z" {
		offset := m[5]
		if len(offset) == 3 {
			offset += "00"
		}
		name = zoneName(offset)
		if name == "+00:00" || name == "-00:00" {
			name = "UTC"
		}
	}
	utc, ok := clock{local: day.Add(d), zone: name}.utc()
	return utc, name, ok
}

// humanSeconds is a number of seconds in words.
func humanSeconds(f float64) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, badArgument("Invalid argument found: %s", javaDoubleText(f))
	}
	s := int64(math.Floor(math.Abs(f) + 0.5))
	var parts []string
	for _, u := range []struct {
		name string
		size int64
	}{{"week", 604800}, {"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}} {
		if n := s / u.size; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s%s", n, u.name, ifText(n == 1, "", "s")))
		}
		s %= u.size
	}
	if len(parts) == 0 {
		return "0 seconds", nil
	}
	return strings.Join(parts, ", "), nil
}

var durationForm = regexp.MustCompile(`^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*$`)

// parseDuration is a duration's milliseconds.
func parseDuration(s string) (any, error) {
	m := durationForm.FindStringSubmatch(s)
	if m == nil {
		return nil, badArgument("duration is not a valid data duration string: %s", s)
	}
	unit, ok := map[string]float64{"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4, "h": 36e5, "d": 864e5}[m[2]]
	if !ok {
		return nil, badArgument("Unknown time unit: %s", m[2])
	}
	v, _ := strconv.ParseFloat(m[1], 64)
	return int64(math.Floor(v*unit + 0.5)), nil
}
