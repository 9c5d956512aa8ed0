package trinosql

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones have to be known on every machine
)

// A clock is a timestamp as it was written: local time, the digits of its fraction, and the
// zone that followed it, if any.
type clock struct {
	local  time.Time
	digits int
	zone   string
}

var (
	dateText      = regexp.MustCompile(`^([+-]?[0-9]{1,6})-([0-9]{1,2})-([0-9]{1,2})$`)
	timestampForm = regexp.MustCompile(`^([+-]?[0-9]{4,6}-[0-9]{1,2}-[0-9]{1,2})(?: ([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,13}))?)?)?(?: ?([A-Za-z][A-Za-z0-9_/+-]*|[+-][0-9]{1,2}:?[0-9]{2}))?$`)
	timeForm      = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,12}))?)?$`)
	lakeForm      = regexp.MustCompile(`^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:[ Tt]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,9}))?)?)?(?: ?([Zz]|[A-Za-z][A-Za-z0-9_/+-]*|[+-][0-9]{1,2}:?[0-9]{2}))?$`)
)

// parseDate reads a date; days that are none are refused.
func parseDate(text string) (time.Time, bool) {
	m := dateText.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return time.Time{}, false
	}
	y, _ := strconv.Atoi(m[1])
	mo, _ := strconv.Atoi(m[2])
	d, _ := strconv.Atoi(m[3])
	t := time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC)
	return t, mo >= 1 && mo <= 12 && t.Day() == d && t.Month() == time.Month(mo)
}

// ofDay is a time of day from its parts; the fraction is rounded to nanoseconds.
func ofDay(h, m, s, frac string) (time.Duration, bool) {
	hour, _ := strconv.Atoi(h)
	minute, _ := strconv.Atoi(m)
	second, _ := strconv.Atoi("0" + s)
	nanos, _ := strconv.Atoi((frac + "000000000")[:9])
	d := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second + time.Duration(nanos)
	return d, hour < 24 && minute < 60 && second < 60
}

// parseTimestamp reads a timestamp as Trino's literals and casts have it.
func parseTimestamp(text string) (clock, bool) {
	return parseClock(timestampForm.FindStringSubmatch(strings.TrimSpace(text)))
}

func parseClock(m []string) (clock, bool) {
	if m == nil {
		return clock{}, false
	}
	day, ok := parseDate(m[1])
	if !ok {
		return clock{}, false
	}
	v := clock{local: day, digits: len(m[5]), zone: zoneName(m[6])}
	if m[2] != "" {
		d, ok := ofDay(m[2], m[3], m[4], m[5])
		if !ok {
			return clock{}, false
		}
		v.local = day.Add(d)
	}
	return v, true
}

// zoneName is a zone as Trino writes it: +02:00, UTC, or a region.
func zoneName(text string) string {
	switch {
	case text == "":
		return ""
	case text[0] == '+' || text[0] == '-':
		digits := strings.ReplaceAll(text[1:], ":", "")
		if len(digits) == 3 {
			digits = "0" + digits
		}
		return text[:1] + digits[:2] + ":" + digits[2:]
	case strings.EqualFold(text, "z"), strings.EqualFold(text, "utc"), strings.EqualFold(text, "gmt"), strings.EqualFold(text, "ut"), strings.EqualFold(text, "zulu"):
		return "UTC"
	}
	return text
}

// parseTime reads a time of day; its date is that of the zero Time.
func parseTime(text string) (time.Time, int, bool) {
	m := timeForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return time.Time{}, 0, false
	}
	d, ok := ofDay(m[1], m[2], m[3], m[4])
	return time.Time{}.Add(d), len(m[4]), ok
}

// parseLakeTime reads what CloudTrail Lake compares a timestamp with: also a date alone,
// ISO 8601, and a zone. The result is in UTC.
func parseLakeTime(text string) (time.Time, bool) {
	v, ok := parseClock(lakeForm.FindStringSubmatch(strings.TrimSpace(text)))
	if !ok {
		return time.Time{}, false
	}
	return v.utc()
}

// utc is the instant; without a zone local time is UTC.
func (v clock) utc() (time.Time, bool) {
	if v.zone == "" || v.zone == "UTC" {
		return v.local, true
	}
	loc, ok := zone(v.zone)
	if !ok {
		return time.Time{}, false
	}
	return inZone(v.local, loc), true
}

// inZone is the instant at which it is that local time in a zone. A time that a change of
// the clock leaves out is as much later; of one that is there twice it is the first.
func inZone(local time.Time, loc *time.Location) time.Time {
	local = local.UTC()
	_, before := local.Add(-24 * time.Hour).In(loc).Zone()
	first := local.Add(-time.Duration(before) * time.Second)
	if _, offset := first.In(loc).Zone(); offset == before {
		return first
	}
	_, after := local.Add(24 * time.Hour).In(loc).Zone()
	if second := local.Add(-time.Duration(after) * time.Second); localTimeIs(second, loc, local) {
		return second
	}
	return first
}

func localTimeIs(t time.Time, loc *time.Location, local time.Time) bool {
	_, offset := t.In(loc).Zone()
	return t.Add(time.Duration(offset) * time.Second).Equal(local)
}

// zones are those that were asked for, by name.
var zones sync.Map

// zone finds a time zone by its name or offset.
func zone(name string) (*time.Location, bool) {
	if len(name) == 6 && (name[0] == '+' || name[0] == '-') && name[3] == ':' {
		h, err1 := strconv.Atoi(name[1:3])
		m, err2 := strconv.Atoi(name[4:])
		if err1 != nil || err2 != nil || h > 14 || m > 59 {
			return nil, false
		}
		seconds := h*3600 + m*60
		if name[0] == '-' {
			seconds = -seconds
		}
		return time.FixedZone(name, seconds), true
	}
	if name == "" || name == "Local" || strings.Contains(name, "..") || name[0] == '/' {
		return nil, false
	}
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), true
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	zones.Store(name, loc)
	return loc, true
}

// timestampText is a timestamp as DuckDB reads it.
func timestampText(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000000") }
