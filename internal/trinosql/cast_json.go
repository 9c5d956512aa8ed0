package trinosql

// toJSON is a value as JSON.
func (c *checker) toJSON(x *expr) (*expr, bool) {
	switch x.typ.Kind {
	case BooleanKind, TinyintKind, SmallintKind, IntegerKind, BigintKind, DecimalKind:
		return retag(numberText(x), JSON), true
	case RealKind:
		return op(JSON, "trino_json_double(CAST(CAST($1 AS VARCHAR) AS DOUBLE))", x), true
	case DoubleKind:
		return op(JSON, "trino_json_double($1)", x), true
	case VarcharKind:
		return op(JSON, "trino_json_quote($1)", x), true
	case DateKind, TimestampKind:
		text, _ := c.cast(x, Varchar)
		return op(JSON, "trino_json_quote($1)", text), true
	case ArrayKind:
		p := c.newParam(x.typ.Elems[0])
		body, ok := c.jsonItem(p)
		if !ok {
			return nil, false
		}
		list := op(Array(Varchar), "list_transform($1, $2)", x, lambdaOver(p, body))
		return op(JSON, "(CASE WHEN $1 IS NULL THEN NULL ELSE concat('[', array_to_string($2, ','), ']') END)", x, list), true
	case MapKind:
		return c.mapToJSON(x)
	case RowKind:
		return c.rowToJSON(x)
	}
	return nil, false
}

// jsonItem is a value inside JSON, where NULL is null.
func (c *checker) jsonItem(x *expr) (*expr, bool) {
	if x.typ.Kind == UnknownKind {
		return literal(Varchar, "null"), true
	}
	y, ok := c.cast(x, JSON)
	if !ok {
		return nil, false
	}
	return op(Varchar, "coalesce($1, 'null')", y), true
}

func (c *checker) mapToJSON(x *expr) (*expr, bool) {
	k, v := c.newParam(x.typ.Elems[0]), c.newParam(x.typ.Elems[1])
	key, ok1 := c.cast(k, Varchar)
	item, ok2 := c.jsonItem(v)
	if !ok1 || !ok2 || x.typ.Elems[0].Kind == JSONKind {
		return nil, false
	}
	keys := op(Array(Varchar), "list_transform(map_keys($1), $2)", x, lambdaOver(k, key))
	items := op(Array(Varchar), "list_transform(map_values($1), $2)", x, lambdaOver(v, item))
	return op(JSON, "trino_json_object($1, $2, true)", keys, items), true
}

func (c *checker) rowToJSON(x *expr) (*expr, bool) {
	parts := []*expr{literal(Varchar, "{")}
	for i, name := range x.typ.Names {
		item, ok := c.jsonItem(fieldOf(x, i))
		if !ok {
			return nil, false
		}
		parts = append(parts, literal(Varchar, ifText(i > 0, ",", "")+string(appendJSONString(nil, name))+":"), item)
	}
	parts = append(parts, literal(Varchar, "}"))
	text := op(JSON, joinedText, parts...)
	return op(JSON, "(CASE WHEN $1 IS NULL THEN NULL ELSE $2 END)", x, text), true
}

// fromJSON is JSON as a value of another type.
func (c *checker) fromJSON(x *expr, t Type) (*expr, bool) {
	switch t.Kind {
	case VarcharKind:
		return bounded(op(Varchar, "trino_json_to_text($1)", x), t), true
	case BooleanKind:
		return op(t, "trino_json_to_boolean($1)", x), true
	case TinyintKind, SmallintKind, IntegerKind, BigintKind:
		return op(t, "CAST(trino_json_to_number($1, 'integer') AS $T)", x), true
	case RealKind, DoubleKind:
		return op(t, "CAST(trino_json_to_number($1, 'double') AS $T)", x), true
	case DecimalKind:
		return op(t, "CAST(trino_json_to_number($1, 'decimal') AS $T)", x), true
	case ArrayKind:
		p := c.newParam(JSON)
		body, ok := c.fromJSONItem(p, t.Elems[0])
		if !ok {
			return nil, false
		}
		return op(t, "list_transform(trino_json_elements($1, $2), $3)", x, literal(Varchar, t.String()), lambdaOver(p, body)), true
	case MapKind:
		k, v := c.newParam(Varchar), c.newParam(JSON)
		key, ok1 := c.cast(k, t.Elems[0])
		item, ok2 := c.fromJSONItem(v, t.Elems[1])
		if !ok1 || !ok2 {
			return nil, false
		}
		entries := op(Map(Varchar, JSON), "trino_json_entries($1, $2)", x, literal(Varchar, t.String()))
		return op(t, "map(list_transform(map_keys($1), $2), list_transform(map_values($1), $3))", entries, lambdaOver(k, key), lambdaOver(v, item)), true
	case RowKind:
		return c.rowFromJSON(x, t)
	}
	return nil, false
}

// fromJSONItem is an element as another type: as JSON it stays, also null.
func (c *checker) fromJSONItem(x *expr, t Type) (*expr, bool) {
	if t.Kind == JSONKind {
		return x, true
	}
	return c.fromJSON(x, t)
}

func (c *checker) rowFromJSON(x *expr, t Type) (*expr, bool) {
	names := make([]*expr, len(t.Names))
	for i, n := range t.Names {
		names[i] = literal(Varchar, n)
	}
	list := op(Array(Varchar), "["+joinArgs(len(names))+"]", names...)
	items := op(Array(JSON), "trino_json_fields($1, $2, $3)", x, list, literal(Varchar, t.String()))
	p := c.newParam(items.typ)
	fields := make([]*expr, len(t.Elems))
	for i, e := range t.Elems {
		f, ok := c.fromJSONItem(op(JSON, "list_extract($1, $2)", p, intOf(int64(i+1))), e)
		if !ok {
			return nil, false
		}
		fields[i] = f
	}
	body := op(t, "(CASE WHEN $1 IS NULL THEN NULL ELSE $2 END)", p, makeRow(t, fields))
	return op(t, "list_extract(list_transform([$1], $2), 1)", items, lambdaOver(p, body)), true
}

// joinArgs is a template for n arguments with commas between.
func joinArgs(n int) string {
	s := ""
	for i := range n {
		s += ifText(i > 0, ", ", "") + nextArg
	}
	return s
}
