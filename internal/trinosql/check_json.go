package trinosql

import "strings"

// jsonCall checks JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_OBJECT and JSON_ARRAY.
func (c *checker) jsonCall(n *jsonCall, s *scope) *expr {
	switch n.name {
	case "json_object", "json_array":
		return c.jsonConstruct(n, s)
	}
	if _, err := parseJSONPath(n.path); err != nil {
		c.fail(n.at(), CodeInvalidPath, "invalid JSON path '%s': %s", n.path, err)
	}
	input := c.expr(n.input, s)
	if input.typ.Kind == VarbinaryKind {
		input = op(Varchar, "trino_from_utf8($1, chr(65533))", input)
	}
	if !input.typ.isText() && input.typ.Kind != UnknownKind && input.typ.Kind != JSONKind {
		c.fail(n.input.at(), CodeTypeMismatch, "Cannot read input of type %s as JSON using formatting JSON", input.typ)
	}
	names, values := c.passing(n, s)
	if input.typ.Kind != JSONKind {
		input = c.must(input, Varchar)
	}
	found := op(Array(Varchar), "trino_json_path($1, $2, $3, $4)", input, literal(Varchar, n.path), names, values)
	switch n.name {
	case "json_exists":
		return c.jsonExists(n, found)
	case "json_value":
		return c.jsonValueCall(n, found, s)
	}
	return c.jsonQuery(n, found)
}

// passing are the variables of a path: their names, and their values as JSON.
func (c *checker) passing(n *jsonCall, s *scope) (names, values *expr) {
	var ns, vs []*expr
	for _, p := range n.passing {
		x := c.expr(p.x, s)
		y, ok := c.cast(x, JSON)
		if !ok {
			c.fail(p.x.at(), CodeTypeMismatch, "a value of type %s cannot be passed to a JSON path", x.typ)
		}
		ns, vs = append(ns, literal(Varchar, p.name)), append(vs, op(Varchar, "coalesce($1, 'null')", y))
	}
	if ns == nil {
		none := op(Array(Varchar), "CAST([] AS VARCHAR[])")
		return none, none
	}
	return op(Array(Varchar), "["+joinArgs(len(ns))+"]", ns...), op(Array(Varchar), "["+joinArgs(len(vs))+"]", vs...)
}

// What trino_json_path returns: NULL for an input that is NULL; an array whose first
// element is ok, error or input, and whose others are what was found.

func pathFailure(t Type, found *expr, code Code, message string) *expr {
	return failure(t, code, message, op(Bigint, "len($1)", found))
}

// pathErrors fails for a path that failed, for an input that is no JSON, and else with a
// code of the function's own.
func pathErrors(t Type, found *expr, code Code, message string) *expr {
	return op(t, "(CASE WHEN list_extract($1, 1) = 'input' THEN $2 WHEN list_extract($1, 1) = 'error' THEN $3 ELSE $4 END)", found,
		pathFailure(t, found, "JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed"),
		pathFailure(t, found, "PATH_EVALUATION_ERROR", "path evaluation failed"), pathFailure(t, found, code, message))
}

func (c *checker) jsonExists(n *jsonCall, found *expr) *expr {
	onError := literal(Boolean, false)
	switch n.onError.kind {
	case "true":
		onError = literal(Boolean, true)
	case "unknown":
		onError = nullOf(Boolean)
	case "error":
		onError = pathErrors(Boolean, found, "PATH_EVALUATION_ERROR", "path evaluation failed")
	case "", "false":
	default:
		c.fail(n.at(), CodeSyntax, "JSON_EXISTS takes TRUE, FALSE, UNKNOWN or ERROR ON ERROR")
	}
	return op(Boolean, "(CASE WHEN $1 IS NULL THEN NULL WHEN list_extract($1, 1) <> 'ok' THEN $2 ELSE len($1) > 1 END)", found, onError)
}

// onClause is what ON EMPTY or ON ERROR gives.
func (c *checker) onClause(on jsonOn, t Type, found *expr, code Code, message string, s *scope) *expr {
	switch on.kind {
	case "", "null":
		return nullOf(t)
	case "error":
		return pathErrors(t, found, code, message)
	case "empty array":
		return c.must(literal(Varchar, "[]"), t)
	case "empty object":
		return c.must(literal(Varchar, "{}"), t)
	case "default":
		x := c.expr(on.value, s)
		y, ok := c.coerced(x, t)
		if !ok {
			c.fail(on.value.at(), CodeTypeMismatch, "the default of type %s does not become %s", x.typ, t)
		}
		return y
	}
	c.fail(found.at, CodeSyntax, "%s ON ERROR is not for this function", strings.ToUpper(on.kind))
	return nil
}

func (c *checker) jsonValueCall(n *jsonCall, found *expr, s *scope) *expr {
	t := Varchar
	if n.returning != nil {
		t = *n.returning
		c.castable(n.at(), t)
	}
	const code Code = "JSON_VALUE_RESULT_ERROR"
	onEmpty := c.onClause(n.onEmpty, t, found, code, "cannot extract SQL scalar from JSON: JSON path found no items", s)
	onError := c.onClause(n.onError, t, found, code, "cannot extract SQL scalar from JSON", s)
	item := op(JSON, "list_extract($1, 2)", found)
	text := op(Varchar, "trino_json_to_text($1)", item)
	x, ok := text, true
	if !t.isText() {
		if x, ok = c.cast(text, t); !ok {
			c.fail(n.at(), CodeTypeMismatch, "JSON_VALUE cannot return %s", t)
		}
	} else {
		x, _ = c.cast(text, t)
	}
	tried := op(t, "TRY($1)", x)
	return op(t, "(CASE WHEN $1 IS NULL THEN NULL WHEN list_extract($1, 1) <> 'ok' OR len($1) > 2 THEN $4 WHEN len($1) = 1 THEN $3 "+
		"WHEN list_extract($1, 2) = 'null' THEN NULL WHEN left(list_extract($1, 2), 1) IN ('[', '{') OR $2 IS NULL THEN $4 ELSE $2 END)", found, tried, onEmpty, onError)
}

func (c *checker) jsonQuery(n *jsonCall, found *expr) *expr {
	t := Varchar
	if n.returning != nil {
		if t = *n.returning; !t.isText() {
			c.fail(n.at(), CodeTypeMismatch, "JSON_QUERY cannot return %s", t)
		}
	}
	const code Code = "JSON_OUTPUT_CONVERSION_ERROR"
	onEmpty := c.onClause(n.onEmpty, Varchar, found, code, "conversion from JSON failed: JSON path found no items", nil)
	onError := c.onClause(n.onError, Varchar, found, code, "conversion from JSON failed: JSON path found multiple items", nil)
	all := op(Varchar, "concat('[', array_to_string(list_slice($1, 2, len($1)), ','), ']')", found)
	one := op(Varchar, "list_extract($1, 2)", found)
	if n.quotes == "omit" {
		if n.wrapper != "" {
			c.fail(n.at(), CodeInvalidArguments, "OMIT QUOTES and a WRAPPER cannot both be given")
		}
		one = op(Varchar, "(CASE WHEN left($1, 1) = '\"' THEN trino_json_extract_scalar($1, '$$') ELSE $1 END)", one)
	}
	var several *expr
	switch n.wrapper {
	case "unconditional":
		one, several = all, all
	case "conditional":
		several = all
		one = op(Varchar, "(CASE WHEN left($1, 1) IN ('[', '{') THEN $1 ELSE $2 END)", one, all)
	default:
		several = onError
	}
	x := op(Varchar, "(CASE WHEN $1 IS NULL THEN NULL WHEN list_extract($1, 1) <> 'ok' THEN $5 WHEN len($1) = 1 THEN $4 WHEN len($1) = 2 THEN $2 ELSE $3 END)", found, one, several, onEmpty, onError)
	y, _ := c.cast(x, t)
	return y
}

// jsonConstruct checks JSON_OBJECT and JSON_ARRAY.
func (c *checker) jsonConstruct(n *jsonCall, s *scope) *expr {
	object := n.name == "json_object"
	var keys, values []*expr
	for i, v := range n.values {
		if object {
			k := c.expr(n.keys[i], s)
			if !k.typ.isText() {
				c.fail(n.keys[i].at(), CodeTypeMismatch, "Invalid type of JSON object key: %s. Must be character string", k.typ)
			}
			keys = append(keys, c.must(k, Varchar))
		}
		x := c.expr(v.x, s)
		if v.format {
			values = append(values, op(Varchar, "trino_json_checked($1)", c.must(x, Varchar)))
			continue
		}
		if j, ok := v.x.(*jsonCall); ok && j.name != "json_value" && j.name != "json_exists" {
			values = append(values, x) // JSON already
			continue
		}
		y, ok := c.cast(x, JSON)
		if x.typ.Kind == UnknownKind {
			y, ok = nullOf(JSON), true
		}
		if !ok {
			c.fail(v.x.at(), CodeTypeMismatch, "a value of type %s cannot be part of JSON", x.typ)
		}
		values = append(values, y)
	}
	list := func(xs []*expr) *expr {
		return op(Array(Varchar), "CAST(["+joinArgs(len(xs))+"] AS VARCHAR[])", xs...)
	}
	x := op(Varchar, "trino_json_construct($1, $2, $3, $4, $5)", literal(Boolean, object), list(keys), list(values), literal(Boolean, n.absent), literal(Boolean, n.unique))
	if n.returning != nil {
		y, ok := c.cast(x, *n.returning)
		if !ok || !n.returning.isText() {
			c.fail(n.at(), CodeTypeMismatch, "%s cannot return %s", strings.ToUpper(n.name), *n.returning)
		}
		return y
	}
	return x
}
