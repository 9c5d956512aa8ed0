package trinosql

var jsonFunctions = []Func{
	{Name: "is_json_scalar", Sig: "(json) boolean | (varchar) boolean", Duck: "trino_json_is_scalar($1)", Note: "fails for what is no JSON"},
	{Name: "json_array_contains", Sig: "(json, bigint) boolean | (varchar, bigint) boolean", Duck: "trino_json_contains_integer($1, $2)", Note: "NULL for what is no array"},
	{Name: "json_array_contains", Sig: "(json, boolean) boolean | (varchar, boolean) boolean", Duck: "trino_json_contains_boolean($1, $2)", Note: "NULL for what is no array"},
	{Name: "json_array_contains", Sig: "(json, double) boolean | (varchar, double) boolean", Duck: "trino_json_contains_double($1, $2)", Note: "NULL for what is no array"},
	{Name: "json_array_contains", Sig: "(json, varchar) boolean | (varchar, varchar) boolean", Duck: "trino_json_contains_text($1, $2)", Note: "NULL for what is no array"},
	{Name: "json_array_get", Sig: "(json, bigint) json | (varchar, bigint) json", Duck: "trino_json_array_get($1, $2)", Note: "from 0, negative from the end; a text loses its quotes"},
	{Name: "json_array_length", Sig: "(json) bigint | (varchar) bigint", Duck: "trino_json_array_length($1)", Note: "NULL for what is no array"},
	{Name: "json_extract", Sig: "(json, varchar) json | (varchar, varchar) json", build: jsonPathCall("trino_json_extract"), Note: "NULL for what is no JSON; fails for what is no path"},
	{Name: "json_extract_scalar", Sig: "(json, varchar) varchar | (varchar(x), varchar) varchar(x)", build: jsonPathCall("trino_json_extract_scalar"), Note: "NULL for objects and arrays; fails for what is no path"},
	{Name: "json_format", Sig: "(json) varchar", Duck: "$1"},
	{Name: "json_parse", Sig: "(varchar) json", Duck: "trino_json_parse($1)", Note: "fails for what is no JSON; members are sorted"},
	{Name: "json_size", Sig: "(json, varchar) bigint | (varchar, varchar) bigint", build: jsonPathCall("trino_json_size"), Note: "0 for scalars; fails for what is no path"},
}

// jsonPathCall builds a function with a JSON path, which is looked at now if it is fixed.
func jsonPathCall(name string) func(*checker, int, []*expr, Type) *expr {
	return func(_ *checker, _ int, args []*expr, t Type) *expr {
		if path, ok := args[1].constText(); ok {
			if _, err := parseSimplePath(path); err != nil {
				return op(t, "(CASE WHEN $1 IS NULL THEN NULL ELSE $2 END)", args[0], failure(t, CodeInvalidArgument, err.Error(), args[0]))
			}
		}
		return op(t, name+"($1, $2)", args...)
	}
}

var urlFunctions = []Func{
	{Name: "url_decode", Sig: sameText, Duck: "trino_url_decode($1)", Note: "fails for what is not encoded"},
	{Name: "url_encode", Sig: "(varchar(x)) varchar", Duck: "trino_url_encode($1)", result: func(a []Type) Type {
		if a[0].Length > Unbounded/12 {
			return Varchar
		}
		return VarcharOf(a[0].Length * 12)
	}},
	{Name: "url_extract_fragment", Sig: sameText, Duck: "trino_url_part($1, 'fragment')", Note: "NULL for what is no URL"},
	{Name: "url_extract_host", Sig: sameText, Duck: "trino_url_part($1, 'host')", Note: "NULL for what is no URL"},
	{Name: "url_extract_parameter", Sig: "(varchar(x), varchar) varchar(x)", Duck: "trino_url_parameter($1, $2)", Note: "NULL if it is not there"},
	{Name: "url_extract_path", Sig: sameText, Duck: "trino_url_part($1, 'path')", Note: "NULL for what is no URL"},
	{Name: "url_extract_port", Sig: "(varchar) bigint", Duck: "trino_url_port($1)", Note: "NULL if there is none"},
	{Name: "url_extract_protocol", Sig: sameText, Duck: "trino_url_part($1, 'protocol')", Note: "NULL for what is no URL"},
	{Name: "url_extract_query", Sig: sameText, Duck: "trino_url_part($1, 'query')", Note: "NULL for what is no URL"},
}

var ipFunctions = []Func{
	{Name: "contains", Sig: "(varchar, ipaddress) boolean", Duck: "trino_network_contains($1, $2)", Note: "fails for what is no network"},
	{Name: "uuid", Sig: "() uuid", Duck: "uuid()", volatile: true},
}

var binaryFunctions = []Func{
	{Name: "crc32", Sig: "(varbinary) bigint", Duck: "trino_crc32($1)"},
	{Name: "from_base32", Sig: "(varchar) varbinary | (varbinary) varbinary", Duck: "trino_from_base32($1)", Note: "fails for what is not encoded so"},
	{Name: "from_base64", Sig: "(varchar) varbinary | (varbinary) varbinary", Duck: "trino_from_base64($1)", Note: "fails for what is not encoded so"},
	{Name: "from_base64url", Sig: "(varchar) varbinary | (varbinary) varbinary", Duck: "trino_from_base64url($1)", Note: "fails for what is not encoded so"},
	{Name: "from_big_endian_32", Sig: "(varbinary) integer", Duck: "CAST(trino_from_big_endian($1, 4) AS INTEGER)", Note: "fails for other than 4 bytes"},
	{Name: "from_big_endian_64", Sig: "(varbinary) bigint", Duck: "trino_from_big_endian($1, 8)", Note: "fails for other than 8 bytes"},
	{Name: "from_hex", Sig: "(varchar) varbinary | (varbinary) varbinary", Duck: "trino_from_hex($1)", Note: "fails for what is not encoded so"},
	{Name: "from_ieee754_32", Sig: "(varbinary) real", Duck: "CAST(trino_from_ieee754_32($1) AS FLOAT)", Note: "fails for other than 4 bytes"},
	{Name: "from_ieee754_64", Sig: "(varbinary) double", Duck: "trino_from_ieee754_64($1)", Note: "fails for other than 8 bytes"},
	{Name: "from_utf8", Sig: "(varbinary) varchar", Duck: "trino_from_utf8($1, chr(65533))", Note: "what is no UTF-8 is replaced"},
	{Name: "from_utf8", Sig: "(varbinary, varchar) varchar", Duck: "trino_from_utf8($1, $2)", Note: "fails for a replacement of more than one character"},
	{Name: "from_utf8", Sig: "(varbinary, bigint) varchar", Duck: "trino_from_utf8($1, trino_chr($2))"},
	{Name: "hmac_md5", Sig: "(varbinary, varbinary) varbinary", Duck: "trino_hmac('md5', $1, $2)"},
	{Name: "hmac_sha1", Sig: "(varbinary, varbinary) varbinary", Duck: "trino_hmac('sha1', $1, $2)"},
	{Name: "hmac_sha256", Sig: "(varbinary, varbinary) varbinary", Duck: "trino_hmac('sha256', $1, $2)"},
	{Name: "hmac_sha512", Sig: "(varbinary, varbinary) varbinary", Duck: "trino_hmac('sha512', $1, $2)"},
	{Name: "md5", Sig: "(varbinary) varbinary", Duck: "trino_hash('md5', $1)"},
	{Name: "murmur3", Sig: "(varbinary) varbinary", Duck: "trino_hash('murmur3', $1)"},
	{Name: "sha1", Sig: "(varbinary) varbinary", Duck: "trino_hash('sha1', $1)"},
	{Name: "sha256", Sig: "(varbinary) varbinary", Duck: "trino_hash('sha256', $1)"},
	{Name: "sha512", Sig: "(varbinary) varbinary", Duck: "trino_hash('sha512', $1)"},
	{Name: "to_base32", Sig: "(varbinary) varchar", Duck: "trino_to_base32($1)"},
	{Name: "to_base64", Sig: "(varbinary) varchar", Duck: "to_base64($1)"},
	{Name: "to_base64url", Sig: "(varbinary) varchar", Duck: "trino_to_base64url($1)"},
	{Name: "to_big_endian_32", Sig: "(integer) varbinary", Duck: "trino_to_big_endian($1, 4)"},
	{Name: "to_big_endian_64", Sig: "(bigint) varbinary", Duck: "trino_to_big_endian($1, 8)"},
	{Name: "to_hex", Sig: "(varbinary) varchar", Duck: "hex($1)"},
	{Name: "to_ieee754_32", Sig: "(real) varbinary", Duck: "trino_to_ieee754($1, 4)"},
	{Name: "to_ieee754_64", Sig: "(double) varbinary", Duck: "trino_to_ieee754($1, 8)"},
	{Name: "to_utf8", Sig: "(varchar) varbinary", Duck: "encode($1)"},
	{Name: "xxhash64", Sig: "(varbinary) varbinary", Duck: "trino_hash('xxhash64', $1)"},
}
