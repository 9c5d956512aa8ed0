package trinosql

import (
	"encoding/hex"
	"math/big"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// number checks a number; its sign may be part of the text.
func (c *checker) number(n *numberLit) *expr {
	switch n.kind {
	case tokInteger:
		text, negative := strings.CutPrefix(n.text, "-")
		v, ok := intLit(text)
		if negative {
			v = -v
		}
		if text == "9223372036854775808" && negative {
			v, ok = -1<<63, true
		}
		switch {
		case !ok:
			c.fail(n.at(), CodeSyntax, "Invalid numeric literal: %s", n.text)
		case v >= -1<<31 && v < 1<<31:
			return literal(Integer, v)
		}
		return literal(Bigint, v)
	case tokDecimal:
		return c.decimalLiteral(n.at(), n.text)
	}
	f, err := strconv.ParseFloat(n.text, 64)
	if err != nil {
		c.fail(n.at(), CodeInvalidLiteral, "%s is out of range for a double", n.text)
	}
	return literal(Double, f)
}

var decimalLiteralText = regexp.MustCompile(`^([+-]?)([0-9]*)(?:\.([0-9]*))?$`)

// decimalLiteral is a decimal with as many digits as were written, leading zeros aside.
func (c *checker) decimalLiteral(at int, text string) *expr {
	m := decimalLiteralText.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil || m[2]+m[3] == "" {
		c.fail(at, CodeInvalidLiteral, "'%s' is not a valid DECIMAL literal", text)
	}
	whole := strings.TrimLeft(m[2], "0")
	precision := len(whole) + len(m[3])
	if precision == 0 {
		precision = 1
	}
	if precision > 38 {
		c.fail(at, CodeInvalidLiteral, "'%s' has more than 38 digits", text)
	}
	sign := ""
	if m[1] == "-" {
		sign = "-"
	}
	if whole == "" {
		whole = "0"
	}
	value := sign + whole
	if m[3] != "" {
		value += "." + m[3]
	}
	return literal(Decimal(precision, len(m[3])), value)
}

// typedLiteral checks a type followed by a string.
func (c *checker) typedLiteral(n *typedLit) *expr {
	bad := func() {
		c.fail(n.at(), CodeInvalidLiteral, "'%s' is not a valid %s literal", n.text, strings.ToUpper(kindNames[n.typ.Kind]))
	}
	text := strings.TrimSpace(n.text)
	switch n.typ.Kind {
	case DecimalKind:
		return c.decimalLiteral(n.at(), n.text)
	case TimestampKind, TimestampTZKind:
		v, ok := parseTimestamp(text)
		if !ok {
			bad()
		}
		c.fine(n.at(), v.digits)
		t := TimestampOf(v.digits)
		if v.zone != "" {
			utc, ok := v.utc()
			if !ok {
				bad()
			}
			return literal(TimestampTZOf(v.digits), timestampText(utc)+"|"+v.zone)
		}
		return literal(t, timestampText(v.local))
	case DateKind:
		v, ok := parseDate(text)
		if !ok {
			bad()
		}
		return literal(Date, v.Format("2006-01-02"))
	case TimeKind:
		v, digits, ok := parseTime(text)
		if !ok {
			bad()
		}
		c.fine(n.at(), digits)
		return literal(TimeOf(digits), v.Format("15:04:05.000000"))
	case JSONKind:
		v, err := canonicalJSON(n.text)
		if err != nil {
			bad()
		}
		return literal(JSON, v)
	case UUIDKind:
		if !uuidText.MatchString(text) {
			bad()
		}
		return literal(UUID, strings.ToLower(text))
	case IPAddressKind:
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			bad()
		}
		b := a.As16()
		return literal(IPAddress, strings.ToUpper(hex.EncodeToString(b[:])))
	case CharKind:
		return literal(CharOf(max(n.typ.Length, len([]rune(n.text)))), strings.TrimRight(n.text, " "))
	case VarcharKind:
		return literal(Varchar, n.text)
	}
	return c.numericLiteral(n, bad)
}

// numericLiteral is bigint '5' and its kin, and boolean 'true'.
func (c *checker) numericLiteral(n *typedLit, bad func()) *expr {
	text := strings.TrimSpace(n.text)
	switch n.typ.Kind {
	case BooleanKind:
		switch strings.ToLower(text) {
		case "true", "t", "1":
			return literal(Boolean, true)
		case "false", "f", "0":
			return literal(Boolean, false)
		}
		bad()
	case RealKind, DoubleKind:
		f, ok := parseJavaDouble(text)
		if !ok {
			bad()
		}
		return literal(n.typ, f)
	}
	if !n.typ.isInteger() {
		c.fail(n.at(), CodeNotSupported, "literals of type %s are not supported", n.typ)
	}
	v, err := strconv.ParseInt(strings.TrimPrefix(text, "+"), 10, integerBits[n.typ.Kind])
	if err != nil {
		bad()
	}
	return literal(n.typ, v)
}

var integerBits = map[Kind]int{TinyintKind: 8, SmallintKind: 16, IntegerKind: 32, BigintKind: 64}

var uuidText = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// maxDigits is how fine a second is divided: to microseconds.
const maxDigits = 6

// fine refuses times that are finer than microseconds.
func (c *checker) fine(at, digits int) {
	if digits > 12 {
		c.fail(at, CodeOutOfRange, "TIMESTAMP precision must be in range [0, 12]: %d", digits)
	}
	if digits > maxDigits {
		c.fail(at, CodeNotSupported, "times finer than microseconds are not supported: the precision %d is over %d", digits, maxDigits)
	}
}

// intervalForms are the texts of intervals, by their fields.
var intervalFields = []string{"year", "month", "day", "hour", "minute", "second"}

// intervalUnits are the milliseconds, or months, of a field.
var intervalUnits = map[string]int64{"year": 12, "month": 1, "day": 86400000, "hour": 3600000, "minute": 60000, "second": 1000}

// intervalLiteral checks INTERVAL '...' FIELD [TO FIELD].
func (c *checker) intervalLiteral(n *intervalLit) *expr {
	from, to := fieldIndex(n.from), fieldIndex(n.to)
	if n.from == "week" || n.to == "week" {
		c.fail(n.at(), CodeTypeNotFound, "an interval has no weeks: write days")
	}
	if n.to == "" {
		to = from
	}
	bad := func() {
		c.fail(n.at(), CodeInvalidLiteral, "'%s' is not a valid INTERVAL literal", n.value)
	}
	if to < from || from < 2 && to >= 2 {
		bad()
	}
	v, ok := intervalValue(n.value, from, to)
	if !ok {
		bad()
	}
	if n.negative {
		v = -v
	}
	t := IntervalDay
	if from < 2 {
		t = IntervalYear
	}
	return literal(t, v)
}

func fieldIndex(name string) int {
	for i, f := range intervalFields {
		if f == name {
			return i
		}
	}
	return -1
}

var intervalText = regexp.MustCompile(`^([+-]?)([0-9]+)(?:[-: ]([0-9]+))?(?:[:]([0-9]+))?(?:[:]([0-9]+))?(?:\.([0-9]+))?$`)

// intervalValue is the months or milliseconds of an interval's text.
func intervalValue(text string, from, to int) (int64, bool) {
	m := intervalText.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, false
	}
	var total int64
	parts := 0
	for i := 2; i <= 5 && m[i] != ""; i++ {
		parts++
		if from+parts-1 > to {
			return 0, false
		}
		v, err := strconv.ParseInt(m[i], 10, 64)
		unit := intervalUnits[intervalFields[from+parts-1]]
		if err != nil || v > 1<<62/unit {
			return 0, false
		}
		total += v * unit
	}
	if m[6] != "" {
		if from+parts-1 != 5 {
			return 0, false
		}
		frac := (m[6] + "000")[:3]
		v, _ := strconv.ParseInt(frac, 10, 64)
		total += v
	}
	if m[1] == "-" {
		total = -total
	}
	return total, true
}

// current checks CURRENT_TIMESTAMP and its kin.
func (c *checker) current(n *current) *expr {
	p := n.precision
	if p < 0 {
		p = 3
	}
	if n.name != "current_user" && n.name != "current_catalog" && n.name != "current_schema" {
		c.fine(n.at(), p)
	}
	now := c.options.Now
	unit := time.Duration(1)
	for range 9 - p {
		unit *= 10
	}
	switch n.name {
	case "current_date":
		return literal(Date, now.Format("2006-01-02"))
	case "current_timestamp":
		return literal(TimestampTZOf(p), timestampText(now.Round(unit))+"|UTC")
	case "localtimestamp":
		return literal(TimestampOf(p), timestampText(now.Round(unit)))
	case "localtime":
		return literal(TimeOf(p), now.Round(unit).Format("15:04:05.000000"))
	case "current_user":
		return literal(Varchar, c.options.User)
	}
	c.fail(n.at(), CodeNotSupported, "%s is not supported", strings.ToUpper(n.name))
	return nil
}

// parseJavaDouble is a double as Java reads it.
func parseJavaDouble(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	switch strings.TrimLeft(text, "+-") {
	case "NaN", "Infinity":
	default:
		if !javaDouble.MatchString(text) {
			return 0, false
		}
		text = strings.TrimRight(text, "dDfF")
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && f == 0 {
		return 0, false
	}
	return f, true
}

var javaDouble = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[dDfF]?$`)

// bigDecimal is a decimal's text as an unscaled integer and a scale.
func bigDecimal(text string) (*big.Int, int, bool) {
	whole, frac, _ := strings.Cut(text, ".")
	v, ok := new(big.Int).SetString(whole+frac, 10)
	return v, len(frac), ok
}
