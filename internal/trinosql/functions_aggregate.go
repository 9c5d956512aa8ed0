package trinosql

import (
	"math"
	"strconv"
)

var aggregateFunctions = []Func{
	{Name: "any_value", Sig: "(T) T", Duck: "any_value($1)"},
	{Name: "arbitrary", Sig: "(T) T", Duck: "any_value($1)"},
	{Name: "array_agg", Sig: "(T) array(T)", Duck: "list($1)", Note: "with NULLs; NULL without rows"},
	{Name: "avg", Sig: "(bigint) double | (double) double", Duck: "avg($1)"},
	{Name: "avg", Sig: "(real) real", Duck: "CAST(@avg($1)@ AS FLOAT)"},
	{Name: "avg", Sig: "(decimal(p,s)) decimal(p,s)", build: averageDecimal},
	{Name: "avg", Sig: "(interval day to second) interval day to second | (interval year to month) interval year to month", Duck: "CAST(round(@avg($1)@) AS BIGINT)"},
	{Name: "bitwise_and_agg", Sig: "(bigint) bigint", Duck: "bit_and($1)"},
	{Name: "bitwise_or_agg", Sig: "(bigint) bigint", Duck: "bit_or($1)"},
	{Name: "bitwise_xor_agg", Sig: "(bigint) bigint", Duck: "bit_xor($1)"},
	{Name: "bool_and", Sig: "(boolean) boolean", Duck: "bool_and($1)"},
	{Name: "bool_or", Sig: "(boolean) boolean", Duck: "bool_or($1)"},
	{Name: "checksum", Sig: "(T) varbinary", Duck: "trino_hash_bytes(@bit_xor(hash($1))@)", Note: "does not depend on the order of rows; its value is not Trino's"},
	{Name: "corr", Sig: "(double, double) double | (real, real) real", Duck: "CAST(nullif(@corr($1, $2)@, CAST('nan' AS DOUBLE)) AS $T)", Note: "NULL without variance"},
	{Name: "count", Sig: "() bigint", Duck: "count(*)", Note: "0 without rows"},
	{Name: "count", Sig: "(T) bigint", Duck: "count($1)", Note: "leaves NULLs out; 0 without rows"},
	{Name: "count_if", Sig: "(boolean) bigint", Duck: "count(CASE WHEN $1 THEN 1 END)", Note: "0 without rows"},
	{Name: "covar_pop", Sig: "(double, double) double | (real, real) real", Duck: "CAST(@covar_pop($1, $2)@ AS $T)"},
	{Name: "covar_samp", Sig: "(double, double) double | (real, real) real", Duck: "CAST(@covar_samp($1, $2)@ AS $T)"},
	{Name: "every", Sig: "(boolean) boolean", Duck: "bool_and($1)"},
	{Name: "geometric_mean", Sig: "(bigint) double | (double) double", Duck: "exp(@avg(trino_ln($1))@)"},
	{Name: "geometric_mean", Sig: "(real) real", Duck: "CAST(exp(@avg(trino_ln($1))@) AS FLOAT)"},
	{Name: "histogram", Sig: "(T) map(T, bigint)", Duck: "CAST(@histogram($1)@ AS $T)"},
	{Name: "kurtosis", Sig: "(bigint) double | (double) double", Duck: "kurtosis($1)"},
	{Name: "listagg", Sig: "(varchar) varchar | (varchar, varchar) varchar", build: listaggText, Note: "leaves NULLs out; an overflow is not looked for"},
	{Name: "map_agg", Sig: "(K, V) map(K, V)", build: mapAgg("trino_first_map"), Note: "leaves keys that are NULL out; the first of equal keys counts"},
	{Name: "map_union", Sig: "(map(K, V)) map(K, V)", Duck: "trino_union_maps(@list($1)@)", Note: "the first of equal keys counts"},
	{Name: "max", Sig: "(T) T", build: extremeOf("max"), Note: "NaN is greater than everything, which in Trino it is not"},
	{Name: "max", Sig: "(E, bigint) array(E)", Duck: "max($1, $2)", Note: "the number must be fixed"},
	{Name: "max_by", Sig: "(V, K) V", build: extremeBy("max"), Note: "the value may be NULL"},
	{Name: "max_by", Sig: "(V, K, bigint) array(V)", build: extremeBy("max"), Note: "the number must be fixed"},
	{Name: "min", Sig: "(T) T", build: extremeOf("min")},
	{Name: "min", Sig: "(E, bigint) array(E)", Duck: "min($1, $2)", Note: "the number must be fixed"},
	{Name: "min_by", Sig: "(V, K) V", build: extremeBy("min"), Note: "the value may be NULL"},
	{Name: "min_by", Sig: "(V, K, bigint) array(V)", build: extremeBy("min"), Note: "the number must be fixed"},
	{Name: "multimap_agg", Sig: "(K, V) map(K, array(V))", build: mapAgg("trino_pairs_multimap"), Note: "leaves keys that are NULL out"},
	{Name: "reduce_agg", Sig: "(T, S, function(S, T, S), function(S, S, S)) S", Duck: "list($1)", post: reduceAgg, Note: "the second function is not needed"},
	{Name: "regr_intercept", Sig: "(double, double) double | (real, real) real", Duck: "CAST(nullif(@regr_intercept($1, $2)@, CAST('nan' AS DOUBLE)) AS $T)", Note: "NULL without variance"},
	{Name: "regr_slope", Sig: "(double, double) double | (real, real) real", Duck: "CAST(nullif(@regr_slope($1, $2)@, CAST('nan' AS DOUBLE)) AS $T)", Note: "NULL without variance"},
	{Name: "skewness", Sig: "(bigint) double | (double) double", Duck: "trino_skewness(@list($1)@)"},
	{Name: "stddev", Sig: "(bigint) double | (double) double", Duck: "stddev_samp($1)"},
	{Name: "stddev_pop", Sig: "(bigint) double | (double) double", Duck: "stddev_pop($1)"},
	{Name: "stddev_samp", Sig: "(bigint) double | (double) double", Duck: "stddev_samp($1)"},
	{Name: "sum", Sig: "(bigint) bigint", Duck: "CAST(@sum($1)@ AS BIGINT)", Note: "NULL without rows; fails if it overflows"},
	{Name: "sum", Sig: "(double) double", Duck: "sum($1)"},
	{Name: "sum", Sig: "(real) real", Duck: "CAST(@sum($1)@ AS FLOAT)"},
	{Name: "sum", Sig: "(decimal(p,s)) decimal(38,s)", Duck: "CAST(@sum($1)@ AS $T)"},
	{Name: "sum", Sig: "(interval day to second) interval day to second | (interval year to month) interval year to month", Duck: "CAST(@sum($1)@ AS BIGINT)"},
	{Name: "var_pop", Sig: "(bigint) double | (double) double", Duck: "var_pop($1)"},
	{Name: "var_samp", Sig: "(bigint) double | (double) double", Duck: "var_samp($1)"},
	{Name: "variance", Sig: "(bigint) double | (double) double", Duck: "var_samp($1)"},
}

// averageDecimal builds avg of decimals: exact, and rounded to their scale.
func averageDecimal(_ *checker, _ int, args []*expr, t Type) *expr {
	return op(t, "CAST(trino_decimal_average(@list(CAST($1 AS VARCHAR))@, $2) AS $T)", args[0], intOf(int64(t.Scale)))
}

// extremeOf builds max and min; a timestamp with time zone goes by its instant.
func extremeOf(name string) func(*checker, int, []*expr, Type) *expr {
	return func(c *checker, at int, args []*expr, t Type) *expr {
		if !isOrderable(t) {
			c.fail(at, CodeFunctionNotFound, "%s is not defined for %s, whose values have no order", name, t)
		}
		return op(t, name+"($1)", args...)
	}
}

// extremeBy builds max_by and min_by. DuckDB's own leave values that are NULL out, so the
// value goes in a row.
func extremeBy(name string) func(*checker, int, []*expr, Type) *expr {
	return func(c *checker, at int, args []*expr, t Type) *expr {
		if !isOrderable(args[1].typ) {
			c.fail(at, CodeFunctionNotFound, "%s_by is not defined for %s, whose values have no order", name, args[1].typ)
		}
		key := sortable(args[1])
		if len(args) == 2 {
			return op(t, "arg_"+name+"_null($1, $2)", args[0], key)
		}
		return op(t, "list_transform(@arg_"+name+"({'v': $1}, $2, $3)@, lambda x: x.v)", args[0], key, args[2])
	}
}

func mapAgg(name string) func(*checker, int, []*expr, Type) *expr {
	return func(_ *checker, _ int, args []*expr, t Type) *expr {
		return op(t, name+"(@list({'k': $1, 'v': $2})@)", args...)
	}
}

// listaggText builds listagg: of texts, which it joins.
func listaggText(_ *checker, _ int, args []*expr, t Type) *expr {
	if len(args) == 1 {
		args = append(args, textOf(""))
	}
	return op(t, "string_agg($1, $2)", args...)
}

// reduceAgg builds reduce_agg: a reduction of the array of all values that are not NULL.
func reduceAgg(c *checker, at int, list *expr, args []*expr, t Type) *expr {
	p := c.newParam(list.typ.Elems[0])
	values := op(list.typ, "list_filter($1, $2)", list, lambdaOver(p, op(Boolean, "($1 IS NOT NULL)", p)))
	v := c.newParam(t)
	total := reduce(c, at, []*expr{values, args[1], args[2], lambdaOver(v, v)}, t)
	return op(t, "(CASE WHEN len($1) > 0 THEN $2 END)", values, total)
}

var approximateFunctions = []Func{
	{Name: "approx_distinct", Sig: "(T) bigint | (T, double) bigint", build: approxDistinct, Note: "0 without rows; the error is about 2 %, whatever was asked for"},
	{Name: "approx_most_frequent", Sig: "(bigint, bigint, bigint) map(bigint, bigint) | (bigint, varchar, bigint) map(varchar, bigint)", Duck: "trino_most_frequent(@histogram($2)@, $1)", Note: "exact"},
	{Name: "approx_percentile", Sig: "(bigint, double) bigint | (real, double) real | (double, double) double", build: percentile, Note: "exact; the percentage must be fixed"},
	{Name: "approx_percentile", Sig: "(bigint, array(double)) array(bigint) | (real, array(double)) array(real) | (double, array(double)) array(double)", build: percentiles, Note: "exact; the percentages must be fixed"},
	{Name: "approx_percentile", Sig: "(bigint, double, double) bigint | (real, double, double) real | (double, double, double) double", build: weightedPercentile, Note: "exact"},
	{Name: "approx_percentile", Sig: "(bigint, double, array(double)) array(bigint) | (real, double, array(double)) array(real) | (double, double, array(double)) array(double)", build: weightedPercentile, Note: "exact"},
	{Name: "approx_set", Sig: "(bigint) HyperLogLog | (double) HyperLogLog | (varchar) HyperLogLog", Duck: "min(DISTINCT hash($1), 4096)", Note: "a sketch of its own, not Trino's; the error is about 1.6 %"},
	{Name: "merge", Sig: "(HyperLogLog) HyperLogLog", Duck: "trino_merge_sketches(@list($1)@)"},
	{Name: "numeric_histogram", Sig: "(bigint, real) map(real, real) | (bigint, double) map(double, double)", build: numericHistogram},
	{Name: "numeric_histogram", Sig: "(bigint, real, double) map(real, real) | (bigint, double, double) map(double, double)", build: numericHistogram},
}

var sketchFunctions = []Func{
	{Name: "cardinality", Sig: "(HyperLogLog) bigint", Duck: "trino_sketch_size($1)"},
	{Name: "empty_approx_set", Sig: "() HyperLogLog", Duck: "CAST([] AS UBIGINT[])"},
}

func approxDistinct(_ *checker, _ int, args []*expr, t Type) *expr {
	return op(t, "CAST(@approx_count_distinct($1)@ AS BIGINT)", sortable(args[0]))
}

// quantile is the element of which so many are before it, as Trino's digests choose it:
// the discrete quantile from the other end.
func quantile(q float64) string {
	if q >= 1 {
		return "quantile_disc($1, 1e0)"
	}
	return "quantile_disc($1, -" + strconv.FormatFloat(1-q, 'g', -1, 64) + ")"
}

func percentile(c *checker, at int, args []*expr, t Type) *expr {
	q, ok := args[1].value.(float64)
	if !ok || args[1].kind != constExpr {
		n, isNumber := constNumber(unwrapCast(args[1]))
		if !isNumber {
			c.fail(at, CodeNotSupported, "the percentage of approx_percentile must be a literal")
		}
		q = n
	}
	if q < 0 || q > 1 || math.IsNaN(q) {
		return op(t, "any_value("+failureText(CodeInvalidArgument, "Percentile must be between 0 and 1")+")", args[0])
	}
	return op(t, quantile(q), args[0])
}

// unwrapCast is what a cast to a number was made of.
func unwrapCast(x *expr) *expr {
	if x.kind == opExpr && x.tmpl == "CAST($1 AS $T)" {
		return x.args[0]
	}
	return x
}

// failureText is a failure inside a template.
func failureText(code Code, message string) string { return failText(code, message, "$1") }

func percentiles(c *checker, at int, args []*expr, t Type) *expr {
	return op(t, "trino_percentiles(list_sort(@list($1)@), $2)", args...)
}

func weightedPercentile(c *checker, at int, args []*expr, t Type) *expr {
	pairs := "list_sort(@list({'v': $1, 'w': $2})@)"
	if t.Kind == ArrayKind {
		return op(t, "trino_weighted_percentiles("+pairs+", $3)", args...)
	}
	return op(t, "trino_weighted_percentiles("+pairs+", [$3])[1]", args...)
}

func numericHistogram(_ *checker, _ int, args []*expr, t Type) *expr {
	if len(args) == 2 {
		args = append(args, literal(Double, 1.0))
	}
	return op(t, "CAST(trino_numeric_histogram(@list([CAST($2 AS DOUBLE), $3])@, $1) AS $T)", args...)
}

var windowFunctions = []Func{
	{Name: "cume_dist", Sig: "() double", Duck: "cume_dist()", frameless: true},
	{Name: "dense_rank", Sig: "() bigint", Duck: "dense_rank()", frameless: true},
	{Name: "first_value", Sig: "(T) T", Duck: "first_value($1)", nulls: true},
	{Name: "lag", Sig: "(T) T", Duck: "lag($1)", nulls: true, frameless: true},
	{Name: "lag", Sig: "(T, bigint) T", Duck: "lag($1, trino_offset($2, 0))", nulls: true, frameless: true, Note: "fails for a negative offset"},
	{Name: "lag", Sig: "(T, bigint, T) T", Duck: "lag($1, trino_offset($2, 0), $3)", nulls: true, frameless: true, Note: "fails for a negative offset"},
	{Name: "last_value", Sig: "(T) T", Duck: "last_value($1)", nulls: true},
	{Name: "lead", Sig: "(T) T", Duck: "lead($1)", nulls: true, frameless: true},
	{Name: "lead", Sig: "(T, bigint) T", Duck: "lead($1, trino_offset($2, 0))", nulls: true, frameless: true, Note: "fails for a negative offset"},
	{Name: "lead", Sig: "(T, bigint, T) T", Duck: "lead($1, trino_offset($2, 0), $3)", nulls: true, frameless: true, Note: "fails for a negative offset"},
	{Name: "nth_value", Sig: "(T, bigint) T", Duck: "nth_value($1, trino_offset($2, 1))", nulls: true, Note: "fails for an offset that is not positive"},
	{Name: "ntile", Sig: "(bigint) bigint", Duck: "ntile(trino_buckets($1))", frameless: true, Note: "fails for a number that is not positive"},
	{Name: "percent_rank", Sig: "() double", Duck: "percent_rank()", frameless: true},
	{Name: "rank", Sig: "() bigint", Duck: "rank()", frameless: true},
	{Name: "row_number", Sig: "() bigint", Duck: "row_number()", frameless: true},
}
