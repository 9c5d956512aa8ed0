package trinosql

import (
	"fmt"
	"math"
	"strings"
)

// sameNumber are the signatures of a function that returns what it is given.
const sameNumber = "(tinyint) tinyint | (smallint) smallint | (integer) integer | (bigint) bigint | (real) real | (double) double"

const sameInteger = "(tinyint) tinyint | (smallint) smallint | (integer) integer | (bigint) bigint"

// wholeDecimal is the type of a decimal rounded to a whole number.
func wholeDecimal(args []Type) Type {
	d := args[0]
	return Decimal(min(38, d.Length-d.Scale+min(d.Scale, 1)), 0)
}

var mathFunctions = []Func{
	{Name: "abs", Sig: sameNumber + " | (decimal(p,s)) decimal(p,s)", Duck: "abs($1)", Note: "fails for the lowest integer"},
	{Name: "acos", Sig: "(double) double", Duck: "(CASE WHEN abs($1) <= 1 THEN acos($1) ELSE trino_nan($1) END)"},
	{Name: "asin", Sig: "(double) double", Duck: "(CASE WHEN abs($1) <= 1 THEN asin($1) ELSE trino_nan($1) END)"},
	{Name: "atan", Sig: "(double) double", Duck: "atan($1)"},
	{Name: "atan2", Sig: "(double, double) double", Duck: "atan2($1, $2)"},
	{Name: "beta_cdf", Sig: "(double, double, double) double", Duck: "trino_beta_cdf($1, $2, $3)"},
	{Name: "cbrt", Sig: "(double) double", Duck: "cbrt($1)"},
	{Name: "ceil", Sig: sameInteger, Duck: "$1"},
	{Name: "ceil", Sig: "(real) real | (double) double", Duck: "CAST(ceil($1) AS $T)"},
	{Name: "ceil", Sig: "(decimal(p,s)) decimal(p,s)", Duck: "CAST(ceil($1) AS $T)", result: wholeDecimal},
	{Name: "ceiling", Sig: sameInteger, Duck: "$1"},
	{Name: "ceiling", Sig: "(real) real | (double) double", Duck: "CAST(ceil($1) AS $T)"},
	{Name: "ceiling", Sig: "(decimal(p,s)) decimal(p,s)", Duck: "CAST(ceil($1) AS $T)", result: wholeDecimal},
	{Name: "cos", Sig: "(double) double", Duck: "(CASE WHEN isinf($1) THEN trino_nan($1) ELSE cos($1) END)"},
	{Name: "cosh", Sig: "(double) double", Duck: "cosh($1)"},
	{Name: "cosine_distance", Sig: "(array(double), array(double)) double", Duck: "(1e0 - trino_cosine($1, $2))", Note: "fails for arrays of different lengths"},
	{Name: "cosine_similarity", Sig: "(array(double), array(double)) double", Duck: "trino_cosine($1, $2)", Note: "fails for arrays of different lengths"},
	{Name: "cosine_similarity", Sig: "(map(varchar, double), map(varchar, double)) double", Duck: "trino_cosine_maps($1, $2)"},
	{Name: "degrees", Sig: "(double) double", Duck: "degrees($1)"},
	{Name: "dot_product", Sig: "(array(double), array(double)) double", Duck: "trino_dot_product($1, $2)", Note: "fails for arrays of different lengths"},
	{Name: "e", Sig: "() double", build: constant(math.E)},
	{Name: "euclidean_distance", Sig: "(array(double), array(double)) double", Duck: "trino_euclidean($1, $2)", Note: "fails for arrays of different lengths"},
	{Name: "exp", Sig: "(double) double", Duck: "exp($1)"},
	{Name: "floor", Sig: sameInteger, Duck: "$1"},
	{Name: "floor", Sig: "(real) real | (double) double", Duck: "CAST(floor($1) AS $T)"},
	{Name: "floor", Sig: "(decimal(p,s)) decimal(p,s)", Duck: "CAST(floor($1) AS $T)", result: wholeDecimal},
	{Name: "from_base", Sig: "(varchar, bigint) bigint", Duck: "trino_from_base($1, $2)", Note: "fails for what is no number in that base"},
	{Name: "infinity", Sig: "() double", build: constant(math.Inf(1))},
	{Name: "inverse_beta_cdf", Sig: "(double, double, double) double", Duck: "trino_inverse_beta_cdf($1, $2, $3)"},
	{Name: "inverse_normal_cdf", Sig: "(double, double, double) double", Duck: "trino_inverse_normal_cdf($1, $2, $3)"},
	{Name: "is_finite", Sig: "(double) boolean", Duck: "isfinite($1)"},
	{Name: "is_infinite", Sig: "(double) boolean", Duck: "isinf($1)"},
	{Name: "is_nan", Sig: "(double) boolean | (real) boolean", Duck: "isnan($1)"},
	{Name: "ln", Sig: "(double) double", Duck: "trino_ln($1)"},
	{Name: "log", Sig: "(double, double) double", Duck: "trino_log($1, $2)"},
	{Name: "log10", Sig: "(double) double", Duck: "trino_log10($1)"},
	{Name: "log2", Sig: "(double) double", Duck: "trino_log2($1)"},
	{Name: "mod", Sig: "(tinyint, tinyint) tinyint | (smallint, smallint) smallint | (integer, integer) integer | (bigint, bigint) bigint | (real, real) real | (double, double) double", build: modulo, Note: "fails for 0, of integers"},
	{Name: "mod", Sig: "(decimal(p,s), decimal(q,t)) decimal(p,s)", build: modulo, Note: "fails for 0", result: func(a []Type) Type {
		scale := max(a[0].Scale, a[1].Scale)
		return Decimal(min(a[0].Length-a[0].Scale, a[1].Length-a[1].Scale)+scale, scale)
	}},
	{Name: "nan", Sig: "() double", build: constant(math.NaN())},
	{Name: "normal_cdf", Sig: "(double, double, double) double", Duck: "trino_normal_cdf($1, $2, $3)"},
	{Name: "pi", Sig: "() double", build: constant(math.Pi)},
	{Name: "pow", Sig: "(double, double) double", Duck: "trino_power($1, $2)"},
	{Name: "power", Sig: "(double, double) double", Duck: "trino_power($1, $2)"},
	{Name: "radians", Sig: "(double) double", Duck: "radians($1)"},
	{Name: "rand", Sig: "() double", Duck: "random()", volatile: true},
	{Name: "rand", Sig: sameInteger, Duck: "trino_random($1)", volatile: true, Note: "fails for a bound that is not positive"},
	{Name: "rand", Sig: twoIntegers, Duck: "trino_random_between($1, $2)", volatile: true},
	{Name: "random", Sig: "() double", Duck: "random()", volatile: true},
	{Name: "random", Sig: sameInteger, Duck: "CAST(trino_random($1) AS $T)", volatile: true, Note: "fails for a bound that is not positive"},
	{Name: "random", Sig: twoIntegers, Duck: "CAST(trino_random_between($1, $2) AS $T)", volatile: true},
	{Name: "round", Sig: sameInteger, Duck: "$1"},
	{Name: "round", Sig: "(real) real | (double) double", Duck: "CAST(round($1) AS $T)"},
	{Name: "round", Sig: "(tinyint, integer) tinyint | (smallint, integer) smallint | (integer, integer) integer | (bigint, integer) bigint", Duck: "CAST(round($1, $2) AS $T)"},
	{Name: "round", Sig: "(real, integer) real | (double, integer) double", Duck: "CAST(trino_round($1, $2) AS $T)"},
	{Name: "round", Sig: "(decimal(p,s)) decimal(p,s)", Duck: "CAST(round($1) AS $T)", result: wholeDecimal},
	{Name: "round", Sig: "(decimal(p,s), integer) decimal(p,s)", Duck: "CAST(trino_decimal_round(CAST($1 AS VARCHAR), $2) AS $T)", result: func(a []Type) Type {
		return Decimal(min(38, a[0].Length+1), a[0].Scale)
	}},
	{Name: "sign", Sig: sameInteger, Duck: "CAST(sign($1) AS $T)"},
	{Name: "sign", Sig: "(real) real | (double) double", Duck: "(CASE WHEN isnan($1) THEN $1 ELSE CAST(sign($1) AS $T) END)"},
	{Name: "sign", Sig: "(decimal(p,s)) decimal(1,0)", Duck: "CAST(sign($1) AS $T)"},
	{Name: "sin", Sig: "(double) double", Duck: "(CASE WHEN isinf($1) THEN trino_nan($1) ELSE sin($1) END)"},
	{Name: "sinh", Sig: "(double) double", Duck: "sinh($1)"},
	{Name: "sqrt", Sig: "(double) double", Duck: "(CASE WHEN $1 < 0 THEN trino_nan($1) ELSE sqrt($1) END)"},
	{Name: "t_cdf", Sig: "(double, double) double", Duck: "trino_t_cdf($1, $2)"},
	{Name: "t_pdf", Sig: "(double, double) double", Duck: "trino_t_pdf($1, $2)"},
	{Name: "tan", Sig: "(double) double", Duck: "(CASE WHEN isinf($1) THEN trino_nan($1) ELSE tan($1) END)"},
	{Name: "tanh", Sig: "(double) double", Duck: "tanh($1)"},
	{Name: "to_base", Sig: "(bigint, bigint) varchar(64)", Duck: "trino_to_base($1, $2)", Note: "fails for a base that is not from 2 to 36"},
	{Name: "truncate", Sig: "(real) real | (double) double", Duck: "CAST(trunc($1) AS $T)"},
	{Name: "truncate", Sig: "(decimal(p,s)) decimal(p,s)", Duck: "CAST(trunc($1) AS $T)", result: func(a []Type) Type {
		return Decimal(max(1, a[0].Length-a[0].Scale), 0)
	}},
	{Name: "truncate", Sig: "(decimal(p,s), integer) decimal(p,s)", Duck: "CAST(trino_decimal_truncate(CAST($1 AS VARCHAR), $2) AS $T)"},
	{Name: "width_bucket", Sig: "(double, array(double)) bigint", Duck: "trino_width_bucket_bins($1, $2)"},
	{Name: "width_bucket", Sig: "(double, double, double, bigint) bigint", Duck: "trino_width_bucket($1, $2, $3, $4)"},
	{Name: "wilson_interval_lower", Sig: "(bigint, bigint, double) double", Duck: "trino_wilson($1, $2, $3, false)"},
	{Name: "wilson_interval_upper", Sig: "(bigint, bigint, double) double", Duck: "trino_wilson($1, $2, $3, true)"},
}

const twoIntegers = "(tinyint, tinyint) tinyint | (smallint, smallint) smallint | (integer, integer) integer | (bigint, bigint) bigint"

// constant builds a literal.
func constant(v float64) func(*checker, int, []*expr, Type) *expr {
	return func(_ *checker, _ int, _ []*expr, t Type) *expr { return literal(t, v) }
}

func modulo(c *checker, at int, args []*expr, t Type) *expr {
	return c.arithmetic(&infix{position: position(at), op: "%"}, args[0], args[1])
}

var bitwiseFunctions = []Func{
	{Name: "bit_count", Sig: "(bigint, bigint) bigint", Duck: "trino_bit_count($1, $2)", Note: "fails if the number does not fit into the bits"},
	{Name: "bitwise_and", Sig: "(bigint, bigint) bigint", Duck: "($1 & $2)"},
	{Name: "bitwise_left_shift", Sig: shiftSig, build: shift("left")},
	{Name: "bitwise_not", Sig: "(bigint) bigint", Duck: "(~$1)"},
	{Name: "bitwise_or", Sig: "(bigint, bigint) bigint", Duck: "($1 | $2)"},
	{Name: "bitwise_right_shift", Sig: shiftSig, build: shift("right")},
	{Name: "bitwise_right_shift_arithmetic", Sig: shiftSig, build: shift("arithmetic")},
	{Name: "bitwise_xor", Sig: "(bigint, bigint) bigint", Duck: "xor($1, $2)"},
}

const shiftSig = "(tinyint, integer) tinyint | (smallint, integer) smallint | (integer, integer) integer | (bigint, integer) bigint"

func shift(direction string) func(*checker, int, []*expr, Type) *expr {
	return func(_ *checker, _ int, args []*expr, t Type) *expr {
		return op(t, fmt.Sprintf("CAST(trino_shift_%s($1, $2, $3) AS $T)", direction), args[0], args[1], intOf(int64(integerBits[t.Kind])))
	}
}

var conditionalFunctions = []Func{
	{Name: "coalesce", Sig: "(T...) T", build: specialForm, Note: "NULL only if all are"},
	{Name: "greatest", Sig: "(T, T...) T", build: extreme(true)},
	{Name: "if", Sig: "(boolean, T) T | (boolean, T, T) T", build: specialForm, Note: "a condition that is NULL is false"},
	{Name: "least", Sig: "(T, T...) T", build: extreme(false)},
	{Name: "nullif", Sig: "(T, T) T", build: specialForm, Note: "the first if it differs from the second"},
	{Name: "try", Sig: "(T) T", build: specialForm, Note: "NULL if computing it fails"},
}

// specialForm is for rows of functions that specialCalls checks.
func specialForm(*checker, int, []*expr, Type) *expr { panic("BUG: checked elsewhere") }

// extreme builds greatest and least, which are NULL if one of the values is.
func extreme(greatest bool) func(*checker, int, []*expr, Type) *expr {
	return func(c *checker, at int, args []*expr, t Type) *expr {
		if !isOrderable(t) {
			c.fail(at, CodeTypeMismatch, "values of type %s have no order", t)
		}
		if len(args) == 1 {
			return args[0]
		}
		sign := ifText(greatest, ">=", "<=")
		x := args[0]
		for _, y := range args[1:] {
			if t.Kind != TimestampTZKind {
				continue
			}
			x = op(t, "(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN $3 "+sign+" $4 THEN $1 ELSE $2 END)", x, y, instant(x), instant(y))
		}
		if t.Kind == TimestampTZKind {
			return x
		}
		var nulls []string
		for range args {
			nulls = append(nulls, nextArg+" IS NULL")
		}
		all := append(append([]*expr{}, args...), args...)
		list := strings.TrimSuffix(strings.Repeat(nextArg+", ", len(args)), ", ")
		return op(t, "(CASE WHEN "+strings.Join(nulls, " OR ")+" THEN NULL ELSE "+ifText(greatest, "greatest", "least")+"("+list+") END)", all...)
	}
}

var conversionFunctions = []Func{
	{Name: "format", Sig: "(varchar, T...) varchar", build: specialForm, Note: "as java.util.Formatter; fails for a format that does not fit; a NULL is written as null"},
	{Name: "format_number", Sig: "(bigint) varchar | (double) varchar", Duck: "trino_format_number($1)"},
	{Name: "parse_data_size", Sig: "(varchar) decimal(38,0)", Duck: "CAST(trino_parse_data_size($1) AS $T)", Note: "fails for what is no size"},
	{Name: "parse_presto_data_size", Sig: "(varchar) decimal(38,0)", Duck: "CAST(trino_parse_data_size($1) AS $T)", Note: "fails for what is no size"},
	{Name: "version", Sig: "() varchar", build: func(*checker, int, []*expr, Type) *expr { return literal(Varchar, "cairn") }, Note: "always cairn"},
	{Name: "typeof", Sig: "(T) varchar", build: specialForm, Note: "of the type that is known before anything is computed"},
}
