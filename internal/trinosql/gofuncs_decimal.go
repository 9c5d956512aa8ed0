package trinosql

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// Decimals come and go as texts: a function's types are fixed, and a decimal's are not.
var decimalGo = []value.Function{
	goFunc("trino_decimal_multiply", "VARCHAR", types("VARCHAR", "VARCHAR", "BIGINT"), func(a []any) (any, error) {
		x, y := rational(str(a[0])), rational(str(a[1]))
		return fixed(x.Mul(x, y), int(num(a[2])), true)
	}),
	goFunc("trino_decimal_divide", "VARCHAR", types("VARCHAR", "VARCHAR", "BIGINT"), func(a []any) (any, error) {
		x, y := rational(str(a[0])), rational(str(a[1]))
		if y.Sign() == 0 {
			return nil, raise(CodeDivisionByZero, "Division by zero")
		}
		return fixed(x.Quo(x, y), int(num(a[2])), true)
	}),
	goFunc("trino_decimal_remainder", "VARCHAR", types("VARCHAR", "VARCHAR", "BIGINT"), func(a []any) (any, error) {
		x, y := rational(str(a[0])), rational(str(a[1]))
		if y.Sign() == 0 {
			return nil, raise(CodeDivisionByZero, "Division by zero")
		}
		q := new(big.Rat).Quo(x, y)
		whole := new(big.Int).Quo(q.Num(), q.Denom())
		return fixed(x.Sub(x, y.Mul(y, new(big.Rat).SetInt(whole))), int(num(a[2])), true)
	}),
	goFunc("trino_decimal_average", "VARCHAR", types("VARCHAR[]", "BIGINT"), func(a []any) (any, error) {
		sum, n := new(big.Rat), int64(0)
		for _, v := range a[0].([]any) {
			if s, ok := v.(string); ok {
				sum.Add(sum, rational(s))
				n++
			}
		}
		if n == 0 {
			return nil, nil
		}
		return fixed(sum.Quo(sum, new(big.Rat).SetInt64(n)), int(num(a[1])), true)
	}),
	goFunc("trino_decimal_round", "VARCHAR", types("VARCHAR", "BIGINT"), func(a []any) (any, error) { return roundDecimal(str(a[0]), num(a[1]), true) }),
	goFunc("trino_decimal_truncate", "VARCHAR", types("VARCHAR", "BIGINT"), func(a []any) (any, error) { return roundDecimal(str(a[0]), num(a[1]), false) }),
	goFunc("trino_parse_data_size", "VARCHAR", types("VARCHAR"), func(a []any) (any, error) { return parseDataSize(str(a[0])) }),
	goFunc("trino_format_number", "VARCHAR", types("BIGINT"), func(a []any) (any, error) { return formatNumber(float64(num(a[0]))), nil }),
	goFunc("trino_format_number", "VARCHAR", types("DOUBLE"), func(a []any) (any, error) { return formatNumber(flt(a[0])), nil }),
}

func rational(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// fixed is a number with so many decimals, half of the last one rounded away from zero.
func fixed(r *big.Rat, scale int, round bool) (any, error) {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	n := new(big.Int).Mul(r.Num(), unit)
	q, rest := new(big.Int).QuoRem(n, r.Denom(), new(big.Int))
	if round && rest.Abs(rest).Lsh(rest, 1).Cmp(r.Denom()) >= 0 {
		q.Add(q, big.NewInt(int64(r.Sign())))
	}
	digits := new(big.Int).Abs(q).String()
	if len(digits) > 38 {
		return nil, raise(CodeOutOfRange, "Decimal overflow")
	}
	if scale == 0 {
		return ifText(q.Sign() < 0, "-", "") + digits, nil
	}
	for len(digits) <= scale {
		digits = "0" + digits
	}
	return ifText(q.Sign() < 0, "-", "") + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:], nil
}

// roundDecimal rounds or truncates to n decimals, which may be negative; the text has as
// many decimals as before.
func roundDecimal(text string, n int64, round bool) (any, error) {
	_, scale, _ := bigDecimal(text)
	if n >= int64(scale) {
		return text, nil
	}
	r := rational(text)
	if n < -38 {
		return "0", nil
	}
	unit := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(abs(n)), nil))
	if n < 0 {
		r.Quo(r, unit)
		n = 0
	} else {
		unit.SetInt64(1)
	}
	v, err := fixed(r, int(n), round)
	if err != nil {
		return nil, err
	}
	return fixed(unit.Mul(unit, rational(v.(string))), scale, false)
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func parseDataSize(text string) (any, error) {
	n := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	bad := badArgument("Invalid data size: '%s'", text)
	if n <= 0 {
		return nil, bad
	}
	units := strings.Index("B kB MB GB TB PB EB ZB YB", text[n:])
	r, ok := new(big.Rat).SetString(text[:n])
	if !ok || units < 0 || strings.TrimSpace(text[n:]) == "" {
		return nil, bad
	}
	power := map[string]uint{"B": 0, "kB": 10, "MB": 20, "GB": 30, "TB": 40, "PB": 50, "EB": 60, "ZB": 70, "YB": 80}
	shift, ok := power[text[n:]]
	if !ok {
		return nil, bad
	}
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), shift)))
	return new(big.Int).Quo(r.Num(), r.Denom()).String(), nil
}

// formatNumber is a number with a unit: 123K, 1.23M.
func formatNumber(f float64) string {
	unit := 0
	v := f
	for ; unit < 5 && (v >= 1000 || v <= -1000); unit++ {
		v /= 1000
	}
	digits := 2
	switch a := v; {
	case a >= 100 || a <= -100:
		digits = 0
	case a >= 10 || a <= -10:
		digits = 1
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s + []string{"", "K", "M", "B", "T", "Q"}[unit]
}
