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

// formatSpec is a specifier of java.util.Formatter.
var formatSpec = regexp.MustCompile(`%(?:(\d+)\$)?([-#+ 0,(<]*)(\d+)?(?:\.(\d+))?([tT])?([a-zA-Z%])`)

// javaFormat formats as java.util.Formatter does, in the locale of the United States.
func javaFormat(format string, args []any) (any, error) {
	var b strings.Builder
	next, last := 0, 0
	rest := format
	for {
		i := strings.IndexByte(rest, '%')
		if i < 0 {
			b.WriteString(rest)
			return b.String(), nil
		}
		b.WriteString(rest[:i])
		rest = rest[i:]
		m := formatSpec.FindStringSubmatch(rest)
		if m == nil || !strings.HasPrefix(rest, m[0]) {
			return nil, badFormat(format, "UnknownFormatConversion")
		}
		rest = rest[len(m[0]):]
		if m[6] == "%" || m[6] == "n" {
			b.WriteString(padded(ifText(m[6] == "n", "\n", "%"), m))
			continue
		}
		at := next
		switch {
		case strings.Contains(m[2], "<"):
			at = last
		case m[1] != "":
			n, _ := strconv.Atoi(m[1])
			at = n - 1
		default:
			next++
		}
		if at < 0 || at >= len(args) {
			return nil, badFormat(format, "MissingFormatArgument: Format specifier '"+m[0]+"'")
		}
		last = at
		text, err := formatOne(m, args[at], format)
		if err != nil {
			return nil, err
		}
		if len(text) > 1<<20 {
			return nil, badFormat(format, "too wide")
		}
		b.WriteString(text)
	}
}

func badFormat(format, why string) error {
	return badArgument("Invalid format string: %s (%s)", format, why)
}

// padded is a text with the width of a specifier, in capitals if it is.
func padded(s string, m []string) string {
	if m[6] >= "A" && m[6] <= "Z" || m[5] == "T" {
		s = strings.ToUpper(s)
	}
	width, _ := strconv.Atoi(m[3])
	width = min(width, 1<<20)
	n := width - len([]rune(s))
	switch {
	case n <= 0:
		return s
	case strings.Contains(m[2], "-"):
		return s + strings.Repeat(" ", n)
	}
	return strings.Repeat(" ", n) + s
}

func formatOne(m []string, v any, format string) (string, error) {
	kind := strings.ToLower(m[6])
	if m[5] != "" {
		t, ok := v.(time.Time)
		if !ok {
			return "", badFormat(format, "IllegalFormatConversion: "+m[6]+" != "+javaClass(v))
		}
		text, ok := javaTime(t, m[6])
		if !ok {
			return "", badFormat(format, "UnknownFormatConversion: Conversion = 't"+m[6]+"'")
		}
		m[6] = "t"
		return padded(text, m), nil
	}
	if v == nil {
		return padded(truncated("null", m), m), nil
	}
	switch kind {
	case "s":
		return padded(truncated(javaString(v), m), m), nil
	case "b":
		b, isBool := v.(bool)
		return padded(truncated(strconv.FormatBool(!isBool || b), m), m), nil
	case "c":
		if n, ok := v.(int64); ok {
			return padded(string(rune(n)), m), nil
		}
	case "d":
		if n, ok := v.(int64); ok {
			return padded(javaNumber(strconv.FormatInt(n, 10), m), m), nil
		}
	case "x", "o":
		if n, ok := v.(int64); ok {
			return padded(javaNumber(strconv.FormatUint(uint64(n), ifInt(kind == "x", 16, 8)), m), m), nil
		}
	case "f", "e", "g":
		if text, ok := javaFloat(v, kind, m); ok {
			return padded(text, m), nil
		}
	}
	return "", badFormat(format, "IllegalFormatConversion: "+m[6]+" != "+javaClass(v))
}

func truncated(s string, m []string) string {
	if m[4] == "" {
		return s
	}
	n, _ := strconv.Atoi(m[4])
	if r := []rune(s); n < len(r) {
		return string(r[:n])
	}
	return s
}

// javaNumber puts groups, sign and zeros to digits.
func javaNumber(digits string, m []string) string {
	negative := strings.HasPrefix(digits, "-")
	digits = strings.TrimPrefix(digits, "-")
	if strings.Contains(m[2], ",") {
		whole, frac, dot := strings.Cut(digits, ".")
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
		digits = whole + ifText(dot, ".", "") + frac
	}
	prefix, suffix := "", ""
	switch {
	case negative && strings.Contains(m[2], "("):
		prefix, suffix = "(", ")"
	case negative:
		prefix = "-"
	case strings.Contains(m[2], "+"):
		prefix = "+"
	case strings.Contains(m[2], " "):
		prefix = " "
	}
	if strings.Contains(m[2], "#") && m[6] == "x" {
		prefix += "0x"
	}
	width, _ := strconv.Atoi(m[3])
	if n := min(width, 1<<20) - len(prefix) - len(digits) - len(suffix); n > 0 && strings.Contains(m[2], "0") {
		digits = strings.Repeat("0", n) + digits
	}
	return prefix + digits + suffix
}

func javaFloat(v any, kind string, m []string) (string, bool) {
	var f float64
	switch v := v.(type) {
	case float64:
		f = v
	case value.Decimal:
		f, _ = strconv.ParseFloat(decimalText(v), 64)
	default:
		return "", false
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return javaDoubleText(f), true
	}
	precision := 6
	if m[4] != "" {
		precision, _ = strconv.Atoi(m[4])
	}
	precision = min(precision, 300)
	if d, ok := v.(value.Decimal); ok && kind == "f" {
		text, err := fixed(rational(decimalText(d)), precision, true)
		if err == nil {
			return javaNumber(text.(string), m), true
		}
	}
	if kind == "g" {
		kind = "e"
		if a := math.Abs(f); a >= 1e-4 && a < math.Pow(10, float64(precision)) {
			kind = "f"
			precision = max(0, precision-1-int(math.Floor(math.Log10(math.Max(a, 1e-300)))))
		} else {
			precision--
		}
	}
	return javaNumber(strconv.FormatFloat(f, kind[0], max(precision, 0), 64), m), true
}

// javaString is what Java's toString gives.
func javaString(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return javaDoubleText(v)
	case float32:
		return javaDoubleText(float64(v))
	case value.Decimal:
		return decimalText(v)
	case time.Time:
		if v.Hour()+v.Minute()+v.Second()+v.Nanosecond() == 0 {
			return v.Format("2006-01-02")
		}
		return javaLocalTime(v)
	case time.Duration:
		return strings.TrimPrefix(javaLocalTime(time.Time{}.Add(v)), "0001-01-01T")
	}
	return fmt.Sprint(v)
}

func javaClass(v any) string {
	switch v.(type) {
	case string:
		return "java.lang.String"
	case int64:
		return "java.lang.Long"
	case float64:
		return "java.lang.Double"
	case bool:
		return "java.lang.Boolean"
	case value.Decimal:
		return "java.math.BigDecimal"
	}
	return "java.lang.Object"
}

// decimalText is a decimal with all its digits.
func decimalText(d value.Decimal) string {
	s := d.Unscaled.String()
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	if d.Scale > 0 {
		for len(s) <= d.Scale {
			s = "0" + s
		}
		s = s[:len(s)-d.Scale] + "." + s[len(s)-d.Scale:]
	}
	return ifText(negative, "-", "") + s
}

// javaTime is a part of a time: %tY and its kin.
func javaTime(t time.Time, part string) (string, bool) {
	layouts := map[string]string{
		"Y": "2006", "y": "06", "m": "01", "d": "02", "H": "15", "I": "03", "M": "04", "S": "05", "p": "pm",
		"B": "January", "b": "Jan", "h": "Jan", "A": "Monday", "a": "Mon", "F": "2006-01-02", "T": "15:04:05",
		"R": "15:04", "D": "01/02/06", "r": "03:04:05 PM", "e": "2", "L": "000", "N": "000000000", "j": "002",
	}
	layout, ok := layouts[part]
	switch part {
	case "L":
		return fmt.Sprintf("%03d", t.Nanosecond()/1e6), true
	case "N":
		return fmt.Sprintf("%09d", t.Nanosecond()), true
	case "k":
		return strconv.Itoa(t.Hour()), true
	case "l":
		return strconv.Itoa((t.Hour()+11)%12 + 1), true
	case "s":
		return strconv.FormatInt(t.Unix(), 10), true
	case "Q":
		return strconv.FormatInt(t.UnixMilli(), 10), true
	}
	return t.Format(layout), ok
}
