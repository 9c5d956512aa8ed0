package trinosql

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Two languages of patterns: MySQL's, of date_format and date_parse, and Joda's, of
// format_datetime and parse_datetime.

// mysqlUnsupported are codes of MySQL's that Trino refuses.
const mysqlUnsupported = "DUuVwX"

// mysqlFormat writes a time by a pattern of MySQL's.
func mysqlFormat(t time.Time, format string) (any, error) {
	if format == "" || format == "%" {
		return nil, badArgument("Both printing and parsing not supported")
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		c := format[i]
		if strings.IndexByte(mysqlUnsupported, c) >= 0 {
			return nil, badArgument("%%%c not supported in date format string", c)
		}
		b.WriteString(mysqlField(t, c))
	}
	return b.String(), nil
}

func mysqlField(t time.Time, c byte) string {
	hour12 := (t.Hour()+11)%12 + 1
	switch c {
	case 'a':
		return t.Format("Mon")
	case 'b':
		return t.Format("Jan")
	case 'c':
		return strconv.Itoa(int(t.Month()))
	case 'd':
		return t.Format("02")
	case 'e':
		return strconv.Itoa(t.Day())
	case 'f':
		return fmt.Sprintf("%06d", t.Nanosecond()/1e6*1000)
	case 'H':
		return t.Format("15")
	case 'h', 'I':
		return fmt.Sprintf("%02d", hour12)
	case 'i':
		return t.Format("04")
	case 'j':
		return fmt.Sprintf("%03d", t.YearDay())
	case 'k':
		return strconv.Itoa(t.Hour())
	case 'l':
		return strconv.Itoa(hour12)
	case 'M':
		return t.Format("January")
	case 'm':
		return t.Format("01")
	case 'p':
		return t.Format("PM")
	case 'r':
		return fmt.Sprintf("%02d:%s", hour12, t.Format("04:05 PM"))
	case 'S', 's':
		return t.Format("05")
	case 'T':
		return t.Format("15:04:05")
	case 'v':
		_, week := t.ISOWeek()
		return fmt.Sprintf("%02d", week)
	case 'W':
		return t.Format("Monday")
	case 'x':
		year, _ := t.ISOWeek()
		return fmt.Sprintf("%04d", year)
	case 'Y':
		return fmt.Sprintf("%04d", t.Year())
	case 'y':
		return fmt.Sprintf("%02d", t.Year()%100)
	}
	return string(c)
}

// mysqlParse reads a timestamp by a pattern of MySQL's.
func mysqlParse(s, format string) (any, error) {
	p := timeParser{text: s, year: 1970, month: 1, day: 1}
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			p.literal(format[i : i+1])
			continue
		}
		i++
		if c := format[i]; strings.IndexByte(mysqlUnsupported, c) >= 0 {
			return nil, badArgument("%%%c not supported in date format string", c)
		}
		p.mysql(format[i])
	}
	t, _, ok := p.done()
	if !ok {
		return nil, badArgument("Invalid format: \"%s\"", s)
	}
	return t, nil
}

// A timeParser reads the parts of a time, one after the other.
type timeParser struct {
	text                 string
	failed               bool
	year, month, day     int
	hour, minute, second int
	nanos                int
	half                 int // 1 is AM, 2 is PM
	weekYear, week, dow  int
	yearDay              int
	zone                 string
}

func (p *timeParser) literal(s string) {
	rest, ok := strings.CutPrefix(p.text, s)
	p.text, p.failed = rest, p.failed || !ok
}

// number reads up to so many digits.
func (p *timeParser) number(digits int) int {
	n := 0
	if n < len(p.text) && p.text[0] == '-' && digits > 4 {
		n++
	}
	for n < len(p.text) && n < digits && isDigit(p.text[n]) {
		n++
	}
	v, err := strconv.Atoi(p.text[:n])
	p.failed = p.failed || err != nil
	p.text = p.text[n:]
	return v
}

// word reads one of the words, of which it is the number from 1.
func (p *timeParser) word(words []string) int {
	best, size := 0, 0
	for i, w := range words {
		if len(w) > size && len(p.text) >= len(w) && strings.EqualFold(p.text[:len(w)], w) {
			best, size = i+1, len(w)
		}
	}
	p.failed = p.failed || best == 0
	p.text = p.text[size:]
	return best
}

var monthNames, monthShort, dayNames, dayShort = func() (a, b, c, d []string) {
	for m := time.January; m <= time.December; m++ {
		a, b = append(a, m.String()), append(b, m.String()[:3])
	}
	for i := 1; i <= 7; i++ {
		name := time.Weekday(i % 7).String()
		c, d = append(c, name), append(d, name[:3])
	}
	return a, b, c, d
}()

// monthWord reads a month's name, short or whole.
func (p *timeParser) monthWord() int {
	return (p.word(append(append([]string{}, monthNames...), monthShort...))-1)%12 + 1
}

func (p *timeParser) dayWord() int {
	return (p.word(append(append([]string{}, dayNames...), dayShort...))-1)%7 + 1
}

// fraction reads the digits of a second's fraction.
func (p *timeParser) fraction(digits int) {
	n := 0
	for n < len(p.text) && n < digits && isDigit(p.text[n]) {
		n++
	}
	p.failed = p.failed || n == 0
	v, _ := strconv.Atoi((p.text[:n] + "000000000")[:9])
	p.nanos, p.text = v, p.text[n:]
}

// pivotYear is a year of two digits: 70 is 1970, 69 is 2069.
func pivotYear(y int) int {
	if y < 70 {
		return 2000 + y
	}
	return 1900 + y
}

func (p *timeParser) mysql(c byte) {
	switch c {
	case 'a', 'W':
		p.dayWord()
	case 'b', 'M':
		p.month = p.monthWord()
	case 'c', 'm':
		p.month = p.number(2)
	case 'd', 'e':
		p.day = p.number(2)
	case 'f':
		p.fraction(9)
	case 'H', 'k':
		p.hour = p.number(2)
	case 'h', 'I', 'l':
		p.clockHour()
	case 'i':
		p.minute = p.number(2)
	case 'j':
		p.yearDay = p.number(3)
	case 'p':
		p.half = p.word([]string{"AM", "PM"})
	case 'r':
		p.clockHour()
		p.literal(":")
		p.minute = p.number(2)
		p.literal(":")
		p.second = p.number(2)
		p.literal(" ")
		p.half = p.word([]string{"AM", "PM"})
	case 'S', 's':
		p.second = p.number(2)
	case 'T':
		p.hour = p.number(2)
		p.literal(":")
		p.minute = p.number(2)
		p.literal(":")
		p.second = p.number(2)
	case 'v':
		p.week = p.number(2)
	case 'x':
		p.weekYear = p.number(4)
	case 'Y':
		p.year = p.number(4)
	case 'y':
		p.year = pivotYear(p.number(2))
	default:
		p.literal(string(c))
	}
}

// clockHour reads an hour from 1 to 12.
func (p *timeParser) clockHour() {
	p.hour = p.number(2)
	p.failed = p.failed || p.hour < 1 || p.hour > 12
	p.hour %= 12
}

// done is the time that was read, in UTC, and its zone.
func (p *timeParser) done() (time.Time, string, bool) {
	if p.failed || p.text != "" || p.month < 1 || p.month > 12 || p.hour > 23 || p.minute > 59 || p.second > 59 {
		return time.Time{}, "", false
	}
	if p.half == 2 {
		p.hour += 12
	}
	t := time.Date(p.year, time.Month(p.month), p.day, 0, 0, 0, 0, time.UTC)
	if t.Day() != p.day {
		return time.Time{}, "", false
	}
	switch {
	case p.yearDay > 0:
		t = time.Date(p.year, 1, p.yearDay, 0, 0, 0, 0, time.UTC)
	case p.week > 0 || p.weekYear > 0:
		if p.weekYear == 0 {
			p.weekYear = p.year
		}
		jan4 := time.Date(p.weekYear, 1, 4, 0, 0, 0, 0, time.UTC)
		t = jan4.AddDate(0, 0, -(int(jan4.Weekday())+6)%7+(max(1, p.week)-1)*7+max(1, p.dow)-1)
	}
	t = t.Add(time.Duration(p.hour)*time.Hour + time.Duration(p.minute)*time.Minute + time.Duration(p.second)*time.Second + time.Duration(p.nanos))
	name := ifText(p.zone == "", "UTC", p.zone)
	utc, ok := clock{local: t, zone: name}.utc()
	return utc, name, ok
}

// jodaFields cuts a pattern of Joda's into letters that repeat, and texts. A text's letter
// is 0.
func jodaFields(pattern string) ([]jodaField, error) {
	var out []jodaField
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\'':
			end := strings.IndexByte(pattern[i+1:], '\'')
			if end < 0 {
				return nil, badArgument("Invalid format: \"%s\": a quote does not end", pattern)
			}
			text := pattern[i+1 : i+1+end]
			if text == "" {
				text = "'"
			}
			out = append(out, jodaField{text: text})
			i += end + 2
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			n := 1
			for i+n < len(pattern) && pattern[i+n] == c {
				n++
			}
			if strings.IndexByte("GCYxwewEyDMdaKhHkmsSzZ", c) < 0 {
				return nil, badArgument("Illegal pattern component: %s", pattern[i:i+n])
			}
			out = append(out, jodaField{letter: c, count: n})
			i += n
		default:
			out = append(out, jodaField{text: pattern[i : i+1]})
			i++
		}
	}
	return out, nil
}

type jodaField struct {
	letter byte
	count  int
	text   string
}

// jodaFormat writes a local time in a zone by a pattern of Joda's.
func jodaFormat(t time.Time, pattern, zoneID string) (any, error) {
	fields, err := jodaFields(pattern)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, f := range fields {
		if f.letter == 0 {
			b.WriteString(f.text)
		} else {
			b.WriteString(jodaText(t, f, zoneID))
		}
	}
	return b.String(), nil
}

func jodaText(t time.Time, f jodaField, zoneID string) string {
	n := func(v int) string { return fmt.Sprintf("%0*d", f.count, v) }
	year := func(y int) string {
		if f.count == 2 {
			return fmt.Sprintf("%02d", y%100)
		}
		return n(y)
	}
	isoYear, isoWeek := t.ISOWeek()
	switch f.letter {
	case 'G':
		return "AD"
	case 'C':
		return n(t.Year() / 100)
	case 'Y', 'y':
		return year(t.Year())
	case 'x':
		return year(isoYear)
	case 'w':
		return n(isoWeek)
	case 'e':
		return n((int(t.Weekday())+6)%7 + 1)
	case 'E':
		return t.Format(ifText(f.count > 3, "Monday", "Mon"))
	case 'D':
		return n(t.YearDay())
	case 'M':
		if f.count >= 3 {
			return t.Format(ifText(f.count > 3, "January", "Jan"))
		}
		return n(int(t.Month()))
	case 'd':
		return n(t.Day())
	case 'a':
		return t.Format("PM")
	case 'K':
		return n(t.Hour() % 12)
	case 'h':
		return n((t.Hour()+11)%12 + 1)
	case 'H':
		return n(t.Hour())
	case 'k':
		return n((t.Hour()+23)%24 + 1)
	case 'm':
		return n(t.Minute())
	case 's':
		return n(t.Second())
	case 'S':
		return (fmt.Sprintf("%09d", t.Nanosecond()) + strings.Repeat("0", f.count))[:f.count]
	}
	return jodaZone(t, f, zoneID)
}

// jodaZone writes a zone: z its name, Z its offset or id.
func jodaZone(t time.Time, f jodaField, zoneID string) string {
	loc, ok := zone(zoneID)
	if !ok {
		loc = time.UTC
	}
	utc := inZone(t, loc)
	if f.letter == 'z' {
		if f.count >= 4 {
			return longZone(utc, loc, zoneID)
		}
		name, _ := utc.In(loc).Zone()
		return name
	}
	if f.count >= 3 {
		return zoneID
	}
	text := offsetText(utc, zoneID, "+00:00")
	if f.count == 1 {
		return strings.ReplaceAll(text, ":", "")
	}
	return text
}

// longZones are the names of zones in words, by the letters that abbreviate them.
var longZones = map[string]string{
	"UTC": "Coordinated Universal Time", "EST": "Eastern Standard Time", "EDT": "Eastern Daylight Time",
	"CST": "Central Standard Time", "CDT": "Central Daylight Time", "MST": "Mountain Standard Time",
	"MDT": "Mountain Daylight Time", "PST": "Pacific Standard Time", "PDT": "Pacific Daylight Time",
	"GMT": "Greenwich Mean Time", "BST": "British Summer Time", "CET": "Central European Time",
	"CEST": "Central European Summer Time", "EET": "Eastern European Time", "EEST": "Eastern European Summer Time",
	"WET": "Western European Time", "WEST": "Western European Summer Time", "JST": "Japan Standard Time",
	"IST": "India Standard Time", "KST": "Korean Standard Time", "AEST": "Australian Eastern Standard Time",
	"AEDT": "Australian Eastern Daylight Time",
}

func longZone(utc time.Time, loc *time.Location, zoneID string) string {
	short, _ := utc.In(loc).Zone()
	if long, ok := longZones[short]; ok {
		return long
	}
	return zoneID
}

// jodaParse reads a time by a pattern of Joda's: in UTC, and its zone.
func jodaParse(s, pattern string) (time.Time, string, error) {
	fields, err := jodaFields(pattern)
	if err != nil {
		return time.Time{}, "", err
	}
	p := timeParser{text: s, year: 1970, month: 1, day: 1}
	for i, f := range fields {
		if f.letter == 0 {
			p.literal(f.text)
		} else {
			p.joda(f, i+1 < len(fields) && fields[i+1].letter != 0)
		}
	}
	t, z, ok := p.done()
	if !ok {
		return time.Time{}, "", badArgument("Invalid format: \"%s\"", s)
	}
	return t, z, nil
}

// joda reads a field. One that another number follows takes no more digits than it has
// letters.
func (p *timeParser) joda(f jodaField, tight bool) {
	digits := func(usual int) int {
		if tight {
			return f.count
		}
		return max(f.count, usual)
	}
	switch f.letter {
	case 'y', 'Y':
		before := len(p.text)
		p.year = p.number(digits(9))
		if f.count == 2 && before-len(p.text) == 2 {
			p.year = pivotYear(p.year)
		}
	case 'x':
		p.weekYear = p.number(digits(9))
	case 'w':
		p.week = p.number(digits(2))
	case 'e':
		p.dow = p.number(1)
	case 'E':
		p.dayWord()
	case 'D':
		p.yearDay = p.number(digits(3))
	case 'M':
		if f.count >= 3 {
			p.month = p.monthWord()
		} else {
			p.month = p.number(2)
		}
	case 'd':
		p.day = p.number(2)
	case 'a':
		p.half = p.word([]string{"AM", "PM"})
	case 'h':
		p.clockHour()
	case 'K', 'H':
		p.hour = p.number(2)
	case 'k':
		p.hour = p.number(2) % 24
	case 'm':
		p.minute = p.number(2)
	case 's':
		p.second = p.number(2)
	case 'S':
		p.fraction(digits(9))
	case 'z', 'Z':
		n := 0
		for n < len(p.text) && (isIdentPart(p.text[n]) || strings.IndexByte("+-:/", p.text[n]) >= 0) {
			n++
		}
		p.zone = zoneName(p.text[:n])
		if p.zone == "+00:00" {
			p.zone = "UTC"
		}
		p.text = p.text[n:]
	case 'G':
		p.word([]string{"AD"})
	}
}
