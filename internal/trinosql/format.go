package trinosql

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// Format is a result's value as a text: as CloudTrail Lake gives it, and as a cast to
// varchar has it where there is one. Doubles are as Trino's clients show them. ok is
// false for NULL.
//
//   - arrays are [a, b], maps {a=b, c=d}, rows {name=value}, a field without a name only
//     its value; NULL in them is null
//   - bytes are pairs of hexadecimal digits with spaces between
func Format(t Type, v any) (text string, ok bool) {
	if v == nil {
		return "", false
	}
	switch t.Kind {
	case BooleanKind:
		b, _ := v.(bool)
		return strconv.FormatBool(b), true
	case TinyintKind, SmallintKind, IntegerKind, BigintKind:
		return formatInteger(v), true
	case RealKind:
		return javaFloatText(v), true
	case DoubleKind:
		f, _ := v.(float64)
		return javaDoubleText(f), true
	case DecimalKind:
		if d, ok := v.(value.Decimal); ok {
			return decimalText(d), true
		}
	case CharKind:
		s, _ := v.(string)
		return s + strings.Repeat(" ", max(0, t.Length-len([]rune(s)))), true
	case VarbinaryKind:
		b, _ := v.([]byte)
		return spacedHex(b), true
	case IPAddressKind:
		b, _ := v.([]byte)
		return ipText(b), true
	case DateKind, TimeKind, TimestampKind, TimestampTZKind, IntervalDayKind, IntervalYearKind:
		return formatTimeValue(t, v)
	case ArrayKind, MapKind, RowKind:
		return formatNested(t, v), true
	}
	if s, ok := v.(string); ok {
		return s, true
	}
	return formatInteger(v), true
}

func spacedHex(b []byte) string { return fmt.Sprintf("% x", b) }

func formatInteger(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case *big.Int:
		return v.String()
	case string:
		return v
	}
	return ""
}

func javaFloatText(v any) string {
	f, ok := v.(float32)
	if !ok {
		d, _ := v.(float64)
		return javaDoubleText(d)
	}
	shortest, _ := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	return javaDoubleText(shortest)
}

func formatTimeValue(t Type, v any) (string, bool) {
	switch t.Kind {
	case IntervalDayKind:
		n, _ := v.(int64)
		return intervalDayText(n), true
	case IntervalYearKind:
		n, _ := v.(int64)
		return intervalYearText(n), true
	case TimeKind:
		d, _ := v.(time.Duration)
		return time.Time{}.Add(d).Format("15:04:05" + fractionLayout(t.Length)), true
	case TimestampTZKind:
		row, _ := v.(value.Row)
		if len(row) != 2 || row[0] == nil {
			return "", false
		}
		at, _ := row[0].(time.Time)
		name, _ := row[1].(string)
		return zonedText(at, name, t.Length), true
	}
	at, _ := v.(time.Time)
	if t.Kind == DateKind {
		return at.Format("2006-01-02"), true
	}
	return at.Format("2006-01-02 15:04:05" + fractionLayout(t.Length)), true
}

func formatNested(t Type, v any) string {
	item := func(t Type, v any) string {
		if s, ok := Format(t, v); ok {
			return s
		}
		return "null"
	}
	var parts []string
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			parts = append(parts, item(t.Elems[0], x))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case value.Map:
		for _, e := range v {
			parts = append(parts, item(t.Elems[0], e.Key)+"="+item(t.Elems[1], e.Value))
		}
	case value.Row:
		for i, x := range v {
			if i >= len(t.Elems) {
				break
			}
			name := t.Names[i]
			parts = append(parts, name+ifText(name == "", "", "=")+item(t.Elems[i], x))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
