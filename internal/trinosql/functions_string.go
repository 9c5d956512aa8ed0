package trinosql

// sameText are the signatures of a function on a text whose result is not longer.
const sameText = "(varchar(x)) varchar(x)"

var stringFunctions = []Func{
	{Name: "chr", Sig: "(bigint) varchar(1)", Duck: "trino_chr($1)", Note: "fails for what is no code point"},
	{Name: "codepoint", Sig: "(varchar(1)) integer", Duck: "unicode($1)"},
	{Name: "concat", Sig: "(varchar...) varchar | (char(x), char(y)) char(x) | (varbinary...) varbinary | (array(T)...) array(T) | (array(T), T) array(T) | (T, array(T)) array(T)", build: specialForm},
	{Name: "concat_ws", Sig: "(varchar, array(varchar)) varchar", Duck: "trino_concat_ws($1, $2)", Note: "leaves NULLs out; NULL only if the separator is"},
	{Name: "concat_ws", Sig: "(varchar, varchar, varchar...) varchar", Duck: "concat_ws($*)", Note: "leaves NULLs out; NULL only if the separator is"},
	{Name: "hamming_distance", Sig: "(varchar, varchar) bigint", Duck: "trino_hamming($1, $2)", Note: "fails for texts of different lengths"},
	{Name: "length", Sig: "(varchar) bigint", Duck: "length($1)"},
	{Name: "length", Sig: "(char(x)) bigint", build: func(_ *checker, _ int, args []*expr, t Type) *expr {
		return op(t, "(CASE WHEN $1 IS NULL THEN NULL ELSE $2 END)", args[0], intOf(int64(args[0].typ.Length)))
	}},
	{Name: "length", Sig: "(varbinary) bigint", Duck: "octet_length($1)"},
	{Name: "levenshtein_distance", Sig: "(varchar, varchar) bigint", Duck: "trino_levenshtein($1, $2)"},
	{Name: "lower", Sig: sameText + " | (char(x)) char(x)", Duck: "lower($1)"},
	{Name: "lpad", Sig: "(varchar, bigint, varchar) varchar", Duck: "trino_lpad($1, $2, $3)", Note: "fails for a negative size and for an empty padding"},
	{Name: "lpad", Sig: "(varbinary, bigint, varbinary) varbinary", Duck: "trino_lpad_bytes($1, $2, $3)", Note: "fails for a negative size and for an empty padding"},
	{Name: "ltrim", Sig: sameText, build: trimmer("ltrim")},
	{Name: "ltrim", Sig: "(varchar(x), varchar(y)) varchar(x)", Duck: "trino_ltrim($1, $2)"},
	{Name: "luhn_check", Sig: "(varchar) boolean", Duck: "trino_luhn_check($1)", Note: "fails for what is no digit"},
	{Name: "normalize", Sig: "(varchar, varchar) varchar", Duck: "trino_normalize($1, $2)"},
	{Name: "replace", Sig: "(varchar(x), varchar(y)) varchar(x)", Duck: "trino_replace($1, $2, '')", build: replaceText},
	{Name: "replace", Sig: "(varchar(x), varchar(y), varchar(z)) varchar", Duck: "trino_replace($1, $2, $3)", build: replaceText, result: replaceLength},
	{Name: "reverse", Sig: sameText, Duck: "trino_reverse($1)"},
	{Name: "reverse", Sig: "(char(x)) char(x)", build: func(_ *checker, _ int, args []*expr, t Type) *expr {
		return op(t, "rtrim(trino_reverse(rpad($1, $2, ' ')), ' ')", args[0], literal(Integer, int64(t.Length)))
	}},
	{Name: "reverse", Sig: "(varbinary) varbinary", Duck: "trino_reverse_bytes($1)"},
	{Name: "rpad", Sig: "(varchar, bigint, varchar) varchar", Duck: "trino_rpad($1, $2, $3)", Note: "fails for a negative size and for an empty padding"},
	{Name: "rpad", Sig: "(varbinary, bigint, varbinary) varbinary", Duck: "trino_rpad_bytes($1, $2, $3)", Note: "fails for a negative size and for an empty padding"},
	{Name: "rtrim", Sig: sameText, build: trimmer("rtrim")},
	{Name: "rtrim", Sig: "(varchar(x), varchar(y)) varchar(x)", Duck: "trino_rtrim($1, $2)"},
	{Name: "soundex", Sig: "(varchar) varchar(4)", Duck: "trino_soundex($1)", Note: "fails for letters other than ASCII's"},
	{Name: "split", Sig: "(varchar(x), varchar(y)) array(varchar(x))", Duck: "trino_split($1, $2)", Note: "fails for an empty delimiter", build: splitText},
	{Name: "split", Sig: "(varchar(x), varchar(y), bigint) array(varchar(x))", Duck: "trino_split_limit($1, $2, $3)", Note: "fails for an empty delimiter, and for a limit that is not positive"},
	{Name: "split_part", Sig: "(varchar(x), varchar(y), bigint) varchar(x)", Duck: "trino_split_part($1, $2, $3)", Note: "NULL beyond the last part; fails for an index that is not positive", build: splitPart},
	{Name: "split_to_map", Sig: "(varchar, varchar, varchar) map(varchar, varchar)", Duck: "trino_split_to_map($1, $2, $3)", Note: "fails for keys that are there twice"},
	{Name: "split_to_multimap", Sig: "(varchar, varchar, varchar) map(varchar, array(varchar))", Duck: "trino_split_to_multimap($1, $2, $3)"},
	{Name: "starts_with", Sig: "(varchar, varchar) boolean", Duck: "starts_with($1, $2)"},
	{Name: "strpos", Sig: "(varchar, varchar) bigint", Duck: "trino_strpos($1, $2)", Note: "0 if it is not there"},
	{Name: "strpos", Sig: "(varchar, varchar, bigint) bigint", Duck: "trino_strpos_nth($1, $2, $3)", Note: "negative instances count from the end"},
	{Name: "substr", Sig: substrSig, build: substring},
	{Name: "substr", Sig: "(varbinary, bigint) varbinary", Duck: "trino_substr_bytes($1, $2, NULL)"},
	{Name: "substr", Sig: "(varbinary, bigint, bigint) varbinary", Duck: "trino_substr_bytes($1, $2, $3)"},
	{Name: "substring", Sig: substrSig, build: substring},
	{Name: "translate", Sig: "(varchar, varchar, varchar) varchar", Duck: "trino_translate($1, $2, $3)"},
	{Name: "trim", Sig: sameText, build: trimmer("trim")},
	{Name: "trim", Sig: "(varchar(x), varchar(y)) varchar(x)", Duck: "trino_trim($1, $2)"},
	{Name: "upper", Sig: sameText + " | (char(x)) char(x)", Duck: "upper($1)"},
}

// substrSig: a varchar, or a char as a varchar.
const substrSig = "(varchar(x), bigint) varchar(x) | (varchar(x), bigint, bigint) varchar(x)"

// trimmed are the characters that trim removes.
const trimmed = " \t\n\v\f\r\u001c\u001d\u001e\u001f\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000"

func trimmer(name string) func(*checker, int, []*expr, Type) *expr {
	return func(_ *checker, _ int, args []*expr, t Type) *expr {
		return op(t, name+"($1, $2)", args[0], literal(Varchar, trimmed))
	}
}

// replaceLength is how long Trino says a text can get whose every character is replaced.
func replaceLength(a []Type) Type {
	return grown(a[0].Length, a[2].Length, int64(a[2].Length))
}

// grown is the type of a text of x characters with each more put between all of them.
func grown(x, y int, each int64) Type {
	if x == Unbounded || y == Unbounded {
		return Varchar
	}
	if n := int64(x) + each*(int64(x)+1); n < Unbounded {
		return VarcharOf(int(n))
	}
	return Varchar
}

// replaceText builds replace. DuckDB's own does not look for nothing, which Trino finds
// between all characters.
func replaceText(_ *checker, _ int, args []*expr, t Type) *expr {
	if len(args) == 2 {
		args = append(args, textOf(""))
	}
	if s, ok := args[1].constText(); ok && s != "" {
		return op(t, "replace($1, $2, $3)", args...)
	}
	return op(t, "trino_replace($1, $2, $3)", args...)
}

func splitText(_ *checker, _ int, args []*expr, t Type) *expr {
	if s, ok := args[1].constText(); ok && s != "" {
		return op(t, "string_split($1, $2)", args...)
	}
	return op(t, "trino_split($1, $2)", args...)
}

func splitPart(_ *checker, _ int, args []*expr, t Type) *expr {
	s, ok1 := args[1].constText()
	n, ok2 := args[2].constInt()
	if ok1 && ok2 && s != "" && n > 0 {
		return op(t, "string_split($1, $2)[$3]", args...)
	}
	return op(t, "trino_split_part($1, $2, $3)", args...)
}

// substring builds substr: from 1, negative from the end, 0 is nothing.
func substring(_ *checker, _ int, args []*expr, t Type) *expr {
	start, fixed := args[1].constInt()
	if len(args) == 2 {
		if fixed && start > 0 {
			return op(t, "substring($1, $2)", args...)
		}
		return op(t, "trino_substr($1, $2)", args...)
	}
	if n, ok := args[2].constInt(); ok && n >= 0 && fixed && start > 0 {
		return op(t, "substring($1, $2, $3)", args...)
	}
	return op(t, "trino_substr_length($1, $2, $3)", args...)
}

var regexpFunctions = []Func{
	{Name: "regexp_count", Sig: "(varchar, varchar) bigint", Duck: "trino_regexp_count($1, $2)"},
	{Name: "regexp_extract", Sig: "(varchar(x), varchar) varchar(x)", Duck: "trino_regexp_extract($1, $2, 0)", Note: "NULL if nothing matches"},
	{Name: "regexp_extract", Sig: "(varchar(x), varchar, bigint) varchar(x)", Duck: "trino_regexp_extract($1, $2, $3)", Note: "fails for a group that the pattern has not"},
	{Name: "regexp_extract_all", Sig: "(varchar(x), varchar) array(varchar(x))", Duck: "trino_regexp_extract_all($1, $2, 0)"},
	{Name: "regexp_extract_all", Sig: "(varchar(x), varchar, bigint) array(varchar(x))", Duck: "trino_regexp_extract_all($1, $2, $3)"},
	{Name: "regexp_like", Sig: "(varchar, varchar) boolean", Duck: "trino_regexp_like($1, $2)", Note: "fails for a pattern that is none; look-around and back references are not supported", build: regexpLike},
	{Name: "regexp_position", Sig: "(varchar, varchar) integer", Duck: "trino_regexp_position($1, $2, 1, 1)", Note: "-1 if nothing matches"},
	{Name: "regexp_position", Sig: "(varchar, varchar, integer) integer", Duck: "trino_regexp_position($1, $2, $3, 1)"},
	{Name: "regexp_position", Sig: "(varchar, varchar, integer, integer) integer", Duck: "trino_regexp_position($1, $2, $3, $4)"},
	{Name: "regexp_replace", Sig: "(varchar(x), varchar) varchar(x)", Duck: "trino_regexp_replace($1, $2, '')"},
	{Name: "regexp_replace", Sig: "(varchar(x), varchar, varchar(y)) varchar", Duck: "trino_regexp_replace($1, $2, $3)", Note: "$1 and ${name} are groups; fails for a group that the pattern has not", result: regexpReplaceLength},
	{Name: "regexp_replace", Sig: "(varchar, varchar, function(array(varchar), varchar)) varchar", Duck: "trino_join_parts(trino_regexp_parts($1, $2), list_transform(trino_regexp_groups($1, $2), $3))", Note: "NULL if the function returns one"},
	{Name: "regexp_split", Sig: "(varchar(x), varchar) array(varchar(x))", Duck: "trino_regexp_split($1, $2)"},
}

// regexpReplaceLength is how long Trino says a text can get.
func regexpReplaceLength(a []Type) Type {
	x, y := int64(a[0].Length), int64(a[2].Length)
	return grown(a[0].Length, a[2].Length, max(x*y/2, y))
}

// regexpLike builds regexp_like. A fixed pattern is looked at now, and is DuckDB's to
// match: both know the same patterns.
func regexpLike(c *checker, at int, args []*expr, t Type) *expr {
	text, ok := args[1].constText()
	if !ok {
		return op(t, "trino_regexp_like($1, $2)", args...)
	}
	if _, err := compilePattern(text); err != nil {
		return failure(t, CodeInvalidArgument, err.Error(), args[0])
	}
	return op(t, "regexp_matches($1, $2, 'n')", args[0], literal(Varchar, translatePattern(text)))
}
