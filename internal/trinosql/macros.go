package trinosql

import (
	"regexp"
	"sort"
	"strings"
	"sync"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// macroTexts are macros for DuckDB: name and parameters, and the text. In the text,
// FAIL(code; message; arguments) fails with an error of Trino's. The arguments are all of the
// macro's: DuckDB computes what depends on nothing that differs from row to row before it
// knows whether any row needs it, and a failure must not be computed so.
var macroTexts = [][2]string{
	// Numbers.
	{"trino_nan(x)", "CASE WHEN x IS NOT NULL THEN CAST('nan' AS DOUBLE) END"},
	{"trino_ln(x)", "CASE WHEN x > 0 THEN ln(x) WHEN x = 0 THEN CAST('-inf' AS DOUBLE) ELSE trino_nan(x) END"},
	{"trino_log2(x)", "CASE WHEN x > 0 THEN log2(x) WHEN x = 0 THEN CAST('-inf' AS DOUBLE) ELSE trino_nan(x) END"},
	{"trino_log10(x)", "CASE WHEN x > 0 THEN log10(x) WHEN x = 0 THEN CAST('-inf' AS DOUBLE) ELSE trino_nan(x) END"},
	{"trino_log(b, x)", "trino_ln(x) / trino_ln(b)"},
	{"trino_power(a, b)", "pow(a, b)"},
	{"trino_round(x, n)", "CASE WHEN isfinite(x) THEN round(x, n) ELSE x END"},
	{"trino_random(n)", "CASE WHEN n <= 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; bound must be positive; n) ELSE CAST(floor(random() * n) AS BIGINT) END"},
	{"trino_random_between(a, b)", "CASE WHEN a >= b THEN FAIL(INVALID_FUNCTION_ARGUMENT; start value must be less than stop value; a, b) ELSE a + CAST(floor(random() * (b - a)) AS BIGINT) END"},
	{"trino_cosine(a, b)", "CASE WHEN len(a) <> len(b) THEN FAIL(INVALID_FUNCTION_ARGUMENT; The arguments must have the same length; len(a), len(b)) ELSE list_cosine_similarity(a, b) END"},
	{"trino_dot_product(a, b)", "CASE WHEN len(a) <> len(b) THEN FAIL(INVALID_FUNCTION_ARGUMENT; The arguments must have the same length; len(a), len(b)) ELSE list_dot_product(a, b) END"},
	{"trino_euclidean(a, b)", "CASE WHEN len(a) <> len(b) THEN FAIL(INVALID_FUNCTION_ARGUMENT; The arguments must have the same length; len(a), len(b)) ELSE list_distance(a, b) END"},

	// Conversions.
	{"trino_bounded(x, n, t)", "CASE WHEN length(x) <= n THEN x WHEN x IS NOT NULL THEN CASE WHEN CAST(concat('trino!INVALID_CAST_ARGUMENT:Value ', x, ' cannot be represented as ', t, '!;') AS BOOLEAN) THEN NULL END END"},
	{"trino_text_to_boolean(x)", "CASE lower(x) WHEN 'true' THEN true WHEN 't' THEN true WHEN '1' THEN true WHEN 'false' THEN false WHEN 'f' THEN false WHEN '0' THEN false " +
		"ELSE CASE WHEN x IS NOT NULL THEN CAST(concat('trino!INVALID_CAST_ARGUMENT:Cannot cast ''', x, ''' to BOOLEAN!;') AS BOOLEAN) END END"},
	{"trino_integer_text(x, t)", "CASE WHEN regexp_full_match(trim(x), '[+-]?[0-9]+') THEN ltrim(trim(x), '+') WHEN x IS NOT NULL THEN CASE WHEN CAST(concat('trino!INVALID_CAST_ARGUMENT:Cannot cast ''', x, ''' to ', t, '!;') AS BOOLEAN) THEN NULL END END"},
	{"trino_uuid_text(x)", "CASE WHEN regexp_full_match(x, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}') THEN x WHEN x IS NOT NULL THEN CASE WHEN CAST(concat('trino!INVALID_CAST_ARGUMENT:Cannot cast value to UUID: ', x, '!;') AS BOOLEAN) THEN NULL END END"},

	// Times. A timestamp with time zone is the row of its instant t in UTC and its zone z.
	{"trino_round_micros(x, u)", "make_timestamp((x + u // 2) - (((x + u // 2) % u) + u) % u)"},
	{"trino_round_time(x, p)", "trino_round_micros(epoch_us(x), CAST(pow(10, 6 - p) AS BIGINT))"},
	{"trino_local(x)", "CASE WHEN struct_extract(x, 'z') = 'UTC' THEN struct_extract(x, 't') ELSE trino_zone_local(struct_extract(x, 't'), struct_extract(x, 'z')) END"},
	{"trino_local_in(x, z)", "trino_zone_local(struct_extract(x, 't'), z)"},
	{"trino_in_zone(t, z)", "CASE WHEN t IS NOT NULL AND z IS NOT NULL THEN {'t': t, 'z': z} END"},
	{"trino_zoned_add(x, n)", "trino_in_zone(struct_extract(x, 't') + to_microseconds(n * 1000), struct_extract(x, 'z'))"},
	{"trino_zoned_add_days(x, n)", "trino_in_zone(trino_zone_utc(trino_local(x) + to_days(CAST(n AS INTEGER)), struct_extract(x, 'z')), struct_extract(x, 'z'))"},
	{"trino_zoned_add_months(x, n)", "trino_in_zone(trino_zone_utc(trino_local(x) + to_months(CAST(n AS INTEGER)), struct_extract(x, 'z')), struct_extract(x, 'z'))"},
	{"trino_zoned_trunc(u, x)", "trino_in_zone(trino_zone_utc(date_trunc(u, trino_local(x)), struct_extract(x, 'z')), struct_extract(x, 'z'))"},
	{"trino_zoned_round(x, p)", "trino_in_zone(trino_round_time(struct_extract(x, 't'), p), struct_extract(x, 'z'))"},
	{"trino_zoned_text(x, p)", "trino_zone_text(struct_extract(x, 't'), struct_extract(x, 'z'), p)"},
	{"trino_zoned_iso(x, p)", "trino_zone_iso(struct_extract(x, 't'), struct_extract(x, 'z'), p)"},
	{"trino_zoned_java(x)", "trino_zone_java(struct_extract(x, 't'), struct_extract(x, 'z'))"},
	{"trino_zone_offset(x)", "((epoch_us(trino_local(x)) - epoch_us(struct_extract(x, 't'))) // 60000000)"},
	{"trino_with_zone(t, z)", "CASE WHEN t IS NOT NULL THEN trino_in_zone(trino_zone_utc(t, trino_zone(z)), trino_zone(z)) END"},
	{"trino_from_unixtime_offset(s, h, m)", "trino_in_zone(make_timestamp(CAST(round(s * 1e3) AS BIGINT) * 1000), trino_offset_zone((h * 60 + m) * 60000))"},
	{"trino_sequence(a, b, s)", "CASE WHEN s = 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; step must not be zero; a, b, s) " +
		"WHEN (s > 0 AND a > b) OR (s < 0 AND a < b) THEN FAIL(INVALID_FUNCTION_ARGUMENT; sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start; a, b, s) " +
		"WHEN (b - a) // s >= 10000 THEN FAIL(INVALID_FUNCTION_ARGUMENT; result of sequence function must not have more than 10000 entries; a, b, s) " +
		"ELSE generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(s AS BIGINT)) END"},
	{"trino_time_sequence(a, b, s)", "list_transform(trino_sequence(epoch_us(a), epoch_us(b), s * 1000), lambda u: make_timestamp(u))"},
	{"trino_month_sequence(a, b, s)", "CASE WHEN s = 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; step must not be zero; a, b, s) " +
		"WHEN (s > 0 AND a > b) OR (s < 0 AND a < b) THEN FAIL(INVALID_FUNCTION_ARGUMENT; sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start; a, b, s) " +
		"ELSE list_transform(trino_sequence(0, trino_months_between(a, b) // s, 1), lambda k: a + to_months(CAST(k * s AS INTEGER))) END"},

	// Texts.
	{"trino_lpad(x, n, p)", "CASE WHEN n NOT BETWEEN 0 AND 2147483647 THEN FAIL(INVALID_FUNCTION_ARGUMENT; Target length must be in the range [0..2147483647]; x, n, p) WHEN p = '' THEN FAIL(INVALID_FUNCTION_ARGUMENT; Padding string must not be empty; x, n, p) WHEN n > 16777216 THEN FAIL(EXCEEDED_LOCAL_MEMORY_LIMIT; Query exhausted resources at this scale factor; x, n, p) ELSE lpad(x, CAST(n AS INTEGER), p) END"},
	{"trino_rpad(x, n, p)", "CASE WHEN n NOT BETWEEN 0 AND 2147483647 THEN FAIL(INVALID_FUNCTION_ARGUMENT; Target length must be in the range [0..2147483647]; x, n, p) WHEN p = '' THEN FAIL(INVALID_FUNCTION_ARGUMENT; Padding string must not be empty; x, n, p) WHEN n > 16777216 THEN FAIL(EXCEEDED_LOCAL_MEMORY_LIMIT; Query exhausted resources at this scale factor; x, n, p) ELSE rpad(x, CAST(n AS INTEGER), p) END"},
	{"trino_trim(x, c)", "CASE WHEN c = '' THEN x ELSE trim(x, c) END"},
	{"trino_ltrim(x, c)", "CASE WHEN c = '' THEN x ELSE ltrim(x, c) END"},
	{"trino_rtrim(x, c)", "CASE WHEN c = '' THEN x ELSE rtrim(x, c) END"},
	{"trino_split(x, d)", "CASE WHEN d = '' THEN FAIL(INVALID_FUNCTION_ARGUMENT; The delimiter may not be the empty string; x, d) ELSE string_split(x, d) END"},
	{"trino_split_part(x, d, n)", "CASE WHEN n <= 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; Index must be greater than zero; x, d, n) WHEN d = '' THEN CASE WHEN n <= length(x) THEN substring(x, n, 1) END ELSE string_split(x, d)[n] END"},
	{"trino_strpos(x, y)", "CASE WHEN y = '' AND x IS NOT NULL THEN 1 ELSE strpos(x, y) END"},
	{"trino_substr(x, s)", "CASE WHEN x IS NULL OR s IS NULL THEN NULL WHEN s = 0 OR s < -length(x) THEN '' ELSE substring(x, s) END"},
	{"trino_substr_length(x, s, n)", "CASE WHEN x IS NULL OR s IS NULL OR n IS NULL THEN NULL WHEN s = 0 OR s < -length(x) OR n <= 0 THEN '' WHEN s < 0 THEN substring(substring(x, s), 1, n) ELSE substring(x, s, n) END"},
	{"trino_translate(x, a, b)", "translate(x, a, b)"},
	{"trino_concat_ws(s, l)", "CASE WHEN s IS NOT NULL AND l IS NOT NULL THEN coalesce(array_to_string(list_filter(l, lambda v: v IS NOT NULL), s), '') END"},
	{"trino_array_join(l, d, n)", "CASE WHEN l IS NOT NULL AND d IS NOT NULL THEN coalesce(array_to_string(list_filter(list_transform(l, lambda v: coalesce(v, n)), lambda v: v IS NOT NULL), d), '') END"},

	// Arrays.
	{"trino_subscript(a, i)", "CASE WHEN i = 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; SQL array indices start at 1; len(a), i) WHEN i < 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; Array subscript is negative; len(a), i) WHEN i > len(a) THEN FAIL(INVALID_FUNCTION_ARGUMENT; Array subscript must be less than or equal to array length; len(a), i) ELSE list_extract(a, i) END"},
	{"trino_element_at(a, i)", "CASE WHEN i = 0 AND a IS NOT NULL THEN FAIL(INVALID_FUNCTION_ARGUMENT; SQL array indices start at 1; len(a), i) ELSE list_extract(a, i) END"},
	{"trino_any(l)", "CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, true) THEN true WHEN list_count(l) < len(l) THEN NULL ELSE false END"},
	{"trino_all(l)", "CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, false) THEN false WHEN list_count(l) < len(l) THEN NULL ELSE true END"},
	{"trino_array_equal(a, b)", "CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(a) <> len(b) THEN false ELSE trino_all(list_transform(range(1, len(a) + 1), lambda i: list_extract(a, i) = list_extract(b, i))) END"},
	{"trino_array_distinct(a)", "list_filter(a, lambda e, i: CASE WHEN e IS NULL THEN list_position(list_transform(a, lambda v: v IS NULL), true) = i ELSE list_position(a, e) = i END)"},
	{"trino_array_has(b, e)", "CASE WHEN e IS NULL THEN list_count(b) < len(b) ELSE list_contains(b, e) END"},
	{"trino_array_except(a, b)", "CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN trino_array_distinct(list_filter(a, lambda e: NOT trino_array_has(b, e))) END"},
	{"trino_array_intersect(a, b)", "CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN trino_array_distinct(list_filter(a, lambda e: trino_array_has(b, e))) END"},
	{"trino_array_union(a, b)", "CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN trino_array_distinct(list_concat(a, b)) END"},
	{"trino_array_max(a)", "CASE WHEN list_count(a) < len(a) THEN NULL ELSE list_max(a) END"},
	{"trino_array_min(a)", "CASE WHEN list_count(a) < len(a) THEN NULL ELSE list_min(a) END"},
	{"trino_array_position(a, e)", "CASE WHEN a IS NOT NULL AND e IS NOT NULL THEN coalesce(CAST(list_position(a, e) AS BIGINT), 0) END"},
	{"trino_array_remove(a, e)", "CASE WHEN a IS NOT NULL AND e IS NOT NULL THEN list_filter(a, lambda v: v IS DISTINCT FROM e) END"},
	{"trino_arrays_overlap(a, b)", "CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN list_has_any(a, b) THEN true WHEN (list_count(a) < len(a) AND len(b) > 0) OR (list_count(b) < len(b) AND len(a) > 0) THEN NULL ELSE false END"},
	{"trino_array_contains(a, e)", "CASE WHEN a IS NULL OR e IS NULL THEN NULL WHEN list_contains(a, e) THEN true WHEN list_count(a) < len(a) THEN NULL ELSE false END"},
	{"trino_array_histogram(a)", "CASE WHEN a IS NOT NULL THEN map(trino_array_distinct(list_filter(a, lambda e: e IS NOT NULL)), list_transform(trino_array_distinct(list_filter(a, lambda e: e IS NOT NULL)), lambda k: CAST(len(list_filter(a, lambda e: e = k)) AS BIGINT))) END"},
	{"trino_contains_sequence(a, b)", "CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(b) = 0 THEN true ELSE coalesce(list_contains(list_transform(range(1, len(a) - len(b) + 2), lambda i: list_slice(a, i, i + len(b) - 1) = b), true), false) END"},
	{"trino_ngrams(a, n)", "CASE WHEN n <= 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; N must be positive; len(a), n) WHEN len(a) <= n THEN [a] ELSE list_transform(range(1, len(a) - n + 2), lambda i: list_slice(a, i, i + n - 1)) END"},
	{"trino_repeat(v, n)", "CASE WHEN n > 10000 THEN FAIL(INVALID_FUNCTION_ARGUMENT; count argument of repeat function must be less than or equal to 10000; v IS NULL, n) WHEN n < 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; count argument of repeat function must be greater than or equal to 0; v IS NULL, n) ELSE list_transform(range(n), lambda i: v) END"},
	{"trino_shuffle(a)", "list_transform(list_sort(list_transform(a, lambda v: {'r': random(), 'v': v})), lambda s: s.v)"},
	{"trino_slice(a, s, n)", "CASE WHEN s = 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; SQL array indices start at 1; len(a), s, n) WHEN n < 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; length must be greater than or equal to 0; len(a), s, n) WHEN s > len(a) OR s < -len(a) OR n = 0 THEN list_slice(a, 1, 0) WHEN s < 0 THEN list_slice(a, len(a) + s + 1, len(a) + s + n) ELSE list_slice(a, s, s + n - 1) END"},
	{"trino_trim_array(a, n)", "CASE WHEN n < 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; size must not be negative; len(a), n) WHEN n > len(a) THEN FAIL(INVALID_FUNCTION_ARGUMENT; size must not exceed array cardinality; len(a), n) ELSE list_slice(a, 1, len(a) - n) END"},

	// Maps.
	{"trino_map_subscript(m, k)", "CASE WHEN m IS NULL OR k IS NULL THEN NULL WHEN list_contains(map_keys(m), k) THEN map_extract_value(m, k) ELSE CASE WHEN CAST(concat('trino!INVALID_FUNCTION_ARGUMENT:Key not present in map: ', CAST(k AS VARCHAR), '!;', cardinality(m)) AS BOOLEAN) THEN NULL END END"},
	{"trino_map(k, v)", "CASE WHEN k IS NULL OR v IS NULL THEN NULL WHEN len(k) <> len(v) THEN FAIL(INVALID_FUNCTION_ARGUMENT; Key and value arrays must be the same length; len(k), len(v)) WHEN list_count(k) < len(k) THEN FAIL(INVALID_FUNCTION_ARGUMENT; map key cannot be null; len(k), len(v)) WHEN len(list_distinct(k)) < len(k) THEN FAIL(INVALID_FUNCTION_ARGUMENT; Duplicate map keys are not allowed; len(k), len(v)) ELSE map(k, v) END"},
	{"trino_multimap(k, v)", "CASE WHEN k IS NULL THEN NULL WHEN list_count(k) < len(k) THEN FAIL(INVALID_FUNCTION_ARGUMENT; map key cannot be null; len(k), len(v)) ELSE map(trino_array_distinct(k), list_transform(trino_array_distinct(k), lambda x: list_transform(list_filter(range(1, len(k) + 1), lambda i: list_extract(k, i) = x), lambda i: list_extract(v, i)))) END"},
	{"trino_keys_of(l)", "trino_array_distinct(list_filter(list_transform(l, lambda e: e.k), lambda k: k IS NOT NULL))"},
	{"trino_first_map(l)", "CASE WHEN len(trino_keys_of(l)) > 0 THEN trino_pairs_map(l) END"},
	{"trino_pairs_map(l)", "CASE WHEN l IS NOT NULL THEN map(trino_keys_of(l), list_transform(trino_keys_of(l), lambda x: list_extract(list_filter(l, lambda e: e.k = x), 1).v)) END"},
	{"trino_pairs_multimap(l)", "CASE WHEN len(trino_keys_of(l)) > 0 THEN map(trino_keys_of(l), list_transform(trino_keys_of(l), lambda x: list_transform(list_filter(l, lambda e: e.k = x), lambda e: e.v))) END"},
	{"trino_union_maps(l)", "trino_pairs_map(flatten(list_transform(list_filter(l, lambda m: m IS NOT NULL), lambda m: list_transform(map_entries(m), lambda e: {'k': e.key, 'v': e.value}))))"},

	// Aggregates.
	{"trino_most_frequent(h, n)", "CASE WHEN h IS NOT NULL THEN map(list_transform(list_slice(list_reverse_sort(list_transform(map_entries(h), lambda e: {'n': e.value, 'k': e.key})), 1, n), lambda e: e.k), list_transform(list_slice(list_reverse_sort(list_transform(map_entries(h), lambda e: {'n': e.value, 'k': e.key})), 1, n), lambda e: CAST(e.n AS BIGINT))) END"},
	{"trino_percentiles(l, q)", "CASE WHEN list_count(l) > 0 THEN list_transform(q, lambda p: list_extract(list_filter(l, lambda v: v IS NOT NULL), least(list_count(l), CAST(floor(p * list_count(l)) AS BIGINT) + 1))) END"},
	{"trino_weighted_percentiles(l, q)", "CASE WHEN len(l) > 0 THEN list_transform(q, lambda p: coalesce(list_extract(list_filter(l, lambda e, i: list_sum(list_transform(list_slice(l, 1, i), lambda x: x.w)) > p * list_sum(list_transform(l, lambda x: x.w))), 1), l[-1]).v) END"},
	{"trino_sketch_size(h)", "CASE WHEN len(h) < 4096 THEN CAST(len(h) AS BIGINT) ELSE CAST(round(4095 / (CAST(h[4096] AS DOUBLE) / 18446744073709551616)) AS BIGINT) END"},
	{"trino_merge_sketches(l)", "list_slice(list_sort(list_distinct(flatten(list_filter(l, lambda x: x IS NOT NULL)))), 1, 4096)"},
	{"trino_offset(n, least_offset)", "CASE WHEN n < least_offset THEN CASE WHEN CAST(concat('trino!INVALID_FUNCTION_ARGUMENT:Offset must be at least ', least_offset, '!;', n) AS BOOLEAN) THEN NULL END ELSE n END"},
	{"trino_buckets(n)", "CASE WHEN n <= 0 THEN FAIL(INVALID_FUNCTION_ARGUMENT; Buckets must be greater than 0; n) ELSE n END"},
}

// failMark is FAIL(code; message; arguments) in a macro, and the word behind it.
var failMark = regexp.MustCompile(`FAIL\(([A-Z_]+); ([^;]*); (.*?)\) (ELSE|WHEN|END)`)

// helperName is the name of a macro or function of this package in a text for DuckDB.
var helperName = regexp.MustCompile(`\btrino_[a-z0-9_]+`)

// macroList are the macros by name, with their whole text.
var macroList = sync.OnceValue(func() map[string]value.Macro {
	out := make(map[string]value.Macro, len(macroTexts))
	for _, m := range macroTexts {
		body := failMark.ReplaceAllStringFunc(m[1], func(s string) string {
			p := failMark.FindStringSubmatch(s)
			return failText(Code(p[1]), p[2], p[3]) + " " + p[4]
		})
		name, params, _ := strings.Cut(m[0], "(")
		body = nullFirst(body, strings.TrimSuffix(params, ")"), m[1])
		out[name] = value.Macro{Name: name, SQL: "CREATE MACRO " + m[0] + " AS (" + body + ")"}
	}
	return out
})

// nullFirst puts before the checks of a macro that a NULL makes its result NULL, as Trino
// finds before it looks at the other arguments. The value of repeat may be NULL.
func nullFirst(body, params, text string) string {
	if !strings.Contains(text, "FAIL(") || !strings.HasPrefix(body, "CASE WHEN ") {
		return body
	}
	var nulls []string
	for _, p := range strings.Split(params, ", ") {
		if p != "v" || !strings.Contains(text, "of repeat") {
			nulls = append(nulls, p+" IS NULL")
		}
	}
	return "CASE WHEN " + strings.Join(nulls, " OR ") + " THEN NULL" + strings.TrimPrefix(body, "CASE")
}

// Macros are the macros that printed statements may use, each after those that it uses.
func Macros() []value.Macro {
	var names []string
	for n := range macroList() {
		names = append(names, n)
	}
	macros, _ := needed(strings.Join(names, " "))
	return macros
}

// needed are the macros and functions that a text for DuckDB uses, each macro after those
// that it uses.
func needed(text string) ([]value.Macro, []value.Function) {
	var macros []value.Macro
	var functions []value.Function
	seen := make(map[string]bool)
	var add func(text string)
	add = func(text string) {
		names := helperName.FindAllString(text, -1)
		sort.Strings(names)
		for _, n := range names {
			if seen[n] {
				continue
			}
			seen[n] = true
			if m, ok := macroList()[n]; ok {
				_, body, _ := strings.Cut(m.SQL, " AS (")
				add(body)
				macros = append(macros, m)
			}
			functions = append(functions, goFunctions()[n]...)
		}
	}
	add(text)
	return macros, functions
}

// Needs are the macros and functions that the statement uses: what an engine has to be
// given to run it.
func (c *Checked) Needs() ([]value.Macro, []value.Function) { return needed(c.duck) }

// Functions are all functions that printed statements may use.
func Functions() []value.Function {
	var names []string
	for n := range goFunctions() {
		names = append(names, n)
	}
	sort.Strings(names)
	var out []value.Function
	for _, n := range names {
		out = append(out, goFunctions()[n]...)
	}
	return out
}

// goFunctionNames are the names of the functions in Go.
func goFunctionNames() map[string]bool {
	out := make(map[string]bool)
	for n := range goFunctions() {
		out[n] = true
	}
	return out
}
