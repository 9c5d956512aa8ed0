package trinosql

var arrayFunctions = []Func{
	{Name: "all_match", Sig: "(array(T), function(T, boolean)) boolean", Duck: "trino_all(list_transform($1, $2))", Note: "NULL if none is false and one is NULL"},
	{Name: "any_match", Sig: "(array(T), function(T, boolean)) boolean", Duck: "trino_any(list_transform($1, $2))", Note: "NULL if none is true and one is NULL"},
	{Name: "array_distinct", Sig: "(array(E)) array(E)", Duck: "trino_array_distinct($1)"},
	{Name: "array_except", Sig: "(array(E), array(E)) array(E)", Duck: "trino_array_except($1, $2)"},
	{Name: "array_histogram", Sig: "(array(T)) map(T, bigint)", Duck: "trino_array_histogram($1)"},
	{Name: "array_intersect", Sig: "(array(E), array(E)) array(E)", Duck: "trino_array_intersect($1, $2)"},
	{Name: "array_join", Sig: "(array(E), varchar) varchar", build: arrayJoin, Note: "leaves NULLs out"},
	{Name: "array_join", Sig: "(array(E), varchar, varchar) varchar", build: arrayJoin},
	{Name: "array_max", Sig: "(array(T)) T", Duck: "trino_array_max($1)", Note: "NULL if one element is"},
	{Name: "array_min", Sig: "(array(T)) T", Duck: "trino_array_min($1)", Note: "NULL if one element is"},
	{Name: "array_position", Sig: "(array(T), T) bigint", Duck: "trino_array_position($1, $2)", Note: "0 if it is not there"},
	{Name: "array_remove", Sig: "(array(E), E) array(E)", Duck: "trino_array_remove($1, $2)"},
	{Name: "array_sort", Sig: "(array(E)) array(E)", Duck: "list_sort($1, 'ASC', 'NULLS LAST')"},
	{Name: "array_sort", Sig: "(array(T), function(T, T, integer)) array(T)", build: sortBy, Note: "the function has to order all elements"},
	{Name: "array_union", Sig: "(array(E), array(E)) array(E)", Duck: "trino_array_union($1, $2)"},
	{Name: "arrays_overlap", Sig: "(array(E), array(E)) boolean", Duck: "trino_arrays_overlap($1, $2)", Note: "NULL if nothing is in both and one element is NULL"},
	{Name: "cardinality", Sig: "(array(E)) bigint", Duck: "CAST(len($1) AS BIGINT)"},
	{Name: "combinations", Sig: "(array(T), integer) array(array(T))", Duck: "list_transform(trino_combinations(len($1), $2), lambda c: list_transform(c, lambda i: $1[i]))", Note: "of at most 5 elements, and at most 100000 of them"},
	{Name: "contains", Sig: "(array(T), T) boolean", Duck: "trino_array_contains($1, $2)", Note: "NULL if it is not there and one element is NULL"},
	{Name: "contains_sequence", Sig: "(array(T), array(T)) boolean", Duck: "trino_contains_sequence($1, $2)"},
	{Name: "element_at", Sig: "(array(E), bigint) E", Duck: "trino_element_at($1, $2)", Note: "NULL beyond the end, negative from the end; fails for 0", build: elementAt},
	{Name: "filter", Sig: "(array(T), function(T, boolean)) array(T)", Duck: "list_filter($1, $2)"},
	{Name: "flatten", Sig: "(array(array(E))) array(E)", Duck: "flatten($1)"},
	{Name: "ngrams", Sig: "(array(T), integer) array(array(T))", Duck: "trino_ngrams($1, $2)", Note: "fails for a size that is not positive"},
	{Name: "none_match", Sig: "(array(T), function(T, boolean)) boolean", Duck: "(NOT trino_any(list_transform($1, $2)))", Note: "NULL if none is true and one is NULL"},
	{Name: "reduce", Sig: "(array(T), S, function(S, T, S), function(S, R)) R", build: reduce},
	{Name: "repeat", Sig: "(T, bigint) array(T)", Duck: "trino_repeat($1, $2)", Note: "of NULL as well"},
	{Name: "reverse", Sig: "(array(E)) array(E)", Duck: "list_reverse($1)"},
	{Name: "shuffle", Sig: "(array(E)) array(E)", Duck: "trino_shuffle($1)", volatile: true},
	{Name: "slice", Sig: "(array(E), bigint, bigint) array(E)", Duck: "trino_slice($1, $2, $3)", Note: "fails for a start of 0 and a negative length"},
	{Name: "transform", Sig: "(array(T), function(T, U)) array(U)", Duck: "list_transform($1, $2)"},
	{Name: "trim_array", Sig: "(array(E), bigint) array(E)", Duck: "trino_trim_array($1, $2)", Note: "fails for more than there are"},
	{Name: "zip", Sig: "(array(A), array(B)) array(row(A, B))", build: zip},
	{Name: "zip", Sig: "(array(A), array(B), array(C)) array(row(A, B, C))", build: zip},
	{Name: "zip", Sig: "(array(A), array(B), array(C), array(D)) array(row(A, B, C, D))", build: zip},
	{Name: "zip", Sig: "(array(A), array(B), array(C), array(D), array(E)) array(row(A, B, C, D, E))", build: zip},
	{Name: "zip_with", Sig: "(array(T), array(U), function(T, U, R)) array(R)", build: zipWith},
}

// arrayJoin builds array_join: elements as texts.
func arrayJoin(c *checker, at int, args []*expr, t Type) *expr {
	p := c.newParam(args[0].typ.Elems[0])
	body, ok := c.cast(p, Varchar)
	if !ok {
		c.fail(at, Code("OPERATOR_NOT_FOUND"), "Cannot cast %s to varchar", p.typ)
	}
	list := args[0]
	if body.kind != paramExpr {
		list = op(Array(Varchar), "list_transform($1, $2)", list, lambdaOver(p, body))
	}
	if len(args) == 2 {
		return op(t, "trino_array_join($1, $2, NULL)", list, args[1])
	}
	return op(t, "(CASE WHEN $3 IS NOT NULL THEN trino_array_join($1, $2, $3) END)", list, args[1], args[2])
}

// elementAt builds element_at of an array, short where the place is fixed.
func elementAt(_ *checker, _ int, args []*expr, t Type) *expr {
	if n, ok := args[1].constInt(); ok && n != 0 {
		return op(t, "list_extract($1, $2)", args...)
	}
	return op(t, "trino_element_at($1, $2)", args...)
}

// sortBy builds array_sort with a comparison: an element's place is how many elements are
// less, or equal and before it.
func sortBy(c *checker, _ int, args []*expr, t Type) *expr {
	cmp := args[1]
	i, j := c.newParam(Bigint), c.newParam(Bigint)
	at := func(k *expr) *expr { return op(t.Elems[0], "list_extract($1, $2)", args[0], k) }
	apply := func(a, b *expr) *expr {
		return cmp.args[0].rewrite(func(e *expr) *expr {
			if e.kind == paramExpr && e.column == cmp.params[0] {
				return a
			}
			if e.kind == paramExpr && e.column == cmp.params[1] {
				return b
			}
			return nil
		})
	}
	order := apply(at(j), at(i))
	before := op(Boolean, "($1 < 0 OR ($1 = 0 AND $2 < $3))", order, j, i)
	places := op(Array(Bigint), "range(1, len($1) + 1)", args[0])
	rank := op(Bigint, "len(list_filter($1, $2))", places, lambdaOver(j, before))
	ranked := op(Array(Bigint), "list_transform($1, $2)", places, lambdaOver(i, rank))
	return op(t, "list_transform(list_grade_up($1), lambda k: list_extract($2, k))", ranked, args[0])
}

// reduce builds reduce: DuckDB's begins with a value and goes on with the same type, so
// that the elements, whose type may be another, are rows beside the state.
func reduce(c *checker, _ int, args []*expr, t Type) *expr {
	list, start, step, finish := args[0], args[1], args[2], args[3]
	state := step.typ
	pair := Row(nil, []Type{state, list.typ.Elems[0]})
	e := c.newParam(list.typ.Elems[0])
	first := makeRow(pair, []*expr{c.must(start, state), nullOf(pair.Elems[1])})
	items := op(Array(pair), "list_transform($1, $2)", list, lambdaOver(e, makeRow(pair, []*expr{nullOf(state), e})))
	a, b := c.newParam(pair), c.newParam(pair)
	body := substituteParams(step, []*expr{fieldOf(a, 0), fieldOf(b, 1)})
	lambda := &expr{kind: lambdaExpr, typ: pair, params: []string{a.column, b.column}, args: []*expr{makeRow(pair, []*expr{body, nullOf(pair.Elems[1])})}}
	total := fieldOf(op(pair, "list_reduce($1, $2, $3)", items, lambda, first), 0)
	v := c.newParam(state)
	result := substituteParams(finish, []*expr{v})
	return op(t, "(CASE WHEN $1 IS NULL THEN NULL ELSE list_extract(list_transform([$2], $3), 1) END)", list, total, lambdaOver(v, result))
}

// substituteParams is a lambda's body with other expressions for its parameters.
func substituteParams(l *expr, with []*expr) *expr {
	return l.args[0].rewrite(func(e *expr) *expr {
		if e.kind != paramExpr {
			return nil
		}
		for i, p := range l.params {
			if e.column == p {
				return with[i]
			}
		}
		return nil
	})
}

// zip builds zip: rows with unnamed fields, shorter arrays filled with NULL.
func zip(_ *checker, _ int, args []*expr, t Type) *expr {
	return op(t, "CAST(list_zip($*) AS $T)", args...)
}

// zipWith builds zip_with.
func zipWith(c *checker, _ int, args []*expr, t Type) *expr {
	pair := Row(nil, []Type{args[0].typ.Elems[0], args[1].typ.Elems[0]})
	zipped := op(Array(pair), "CAST(list_zip($1, $2) AS $T)", args[0], args[1])
	p := c.newParam(pair)
	body := substituteParams(args[2], []*expr{fieldOf(p, 0), fieldOf(p, 1)})
	return op(t, "(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE list_transform($3, $4) END)", args[0], args[1], zipped, lambdaOver(p, body))
}

var mapFunctions = []Func{
	{Name: "cardinality", Sig: "(map(K, V)) bigint", Duck: "CAST(cardinality($1) AS BIGINT)"},
	{Name: "element_at", Sig: "(map(K, V), K) V", Duck: "map_extract_value($1, $2)", Note: "NULL if it is not there"},
	{Name: "map", Sig: "() map(unknown, unknown)", Duck: "map([], [])"},
	{Name: "map", Sig: "(array(K), array(V)) map(K, V)", Duck: "trino_map($1, $2)", Note: "fails for keys that are NULL or there twice, and for different lengths"},
	{Name: "map_concat", Sig: "(map(K, V), map(K, V)...) map(K, V)", Duck: "map_concat($*)", Note: "the last of equal keys counts", build: mapConcat},
	{Name: "map_entries", Sig: "(map(K, V)) array(row(K, V))", Duck: "CAST(list_zip(map_keys($1), map_values($1)) AS $T)"},
	{Name: "map_filter", Sig: "(map(K, V), function(K, V, boolean)) map(K, V)", build: overEntries("filter")},
	{Name: "map_from_entries", Sig: "(array(row(K, V))) map(K, V)", build: mapFromEntries, Note: "fails for keys that are NULL or there twice"},
	{Name: "map_keys", Sig: "(map(K, V)) array(K)", Duck: "map_keys($1)"},
	{Name: "map_values", Sig: "(map(K, V)) array(V)", Duck: "map_values($1)"},
	{Name: "map_zip_with", Sig: "(map(K, A), map(K, B), function(K, A, B, C)) map(K, C)", build: mapZipWith},
	{Name: "multimap_from_entries", Sig: "(array(row(K, V))) map(K, array(V))", build: multimapFromEntries, Note: "fails for keys that are NULL"},
	{Name: "transform_keys", Sig: "(map(K, V), function(K, V, J)) map(J, V)", build: overEntries("keys"), Note: "fails for keys that are NULL or there twice"},
	{Name: "transform_values", Sig: "(map(K, V), function(K, V, W)) map(K, W)", build: overEntries("values")},
}

// entriesOf are a map's entries as rows of a key and a value.
func entriesOf(m *expr) *expr {
	t := Array(Row(nil, m.typ.Elems))
	return op(t, "CAST(list_zip(map_keys($1), map_values($1)) AS $T)", m)
}

// fields is a list of the i-th fields of a list of rows.
func (c *checker) fields(list *expr, i int) *expr {
	p := c.newParam(list.typ.Elems[0])
	f := fieldOf(p, i)
	return op(Array(f.typ), "list_transform($1, $2)", list, lambdaOver(p, f))
}

// overEntries builds a function that goes over the entries of a map.
func overEntries(what string) func(*checker, int, []*expr, Type) *expr {
	return func(c *checker, _ int, args []*expr, t Type) *expr {
		entries := entriesOf(args[0])
		p := c.newParam(entries.typ.Elems[0])
		body := substituteParams(args[1], []*expr{fieldOf(p, 0), fieldOf(p, 1)})
		list := op(Array(body.typ), "list_transform($1, $2)", entries, lambdaOver(p, body))
		switch what {
		case "filter":
			kept := op(entries.typ, "list_filter($1, $2)", entries, lambdaOver(p, body))
			return op(t, "(CASE WHEN $1 IS NULL THEN NULL ELSE map($2, $3) END)", args[0], c.fields(kept, 0), c.fields(kept, 1))
		case "keys":
			return op(t, "(CASE WHEN $1 IS NULL THEN NULL ELSE trino_map($2, map_values($1)) END)", args[0], list)
		}
		return op(t, "(CASE WHEN $1 IS NULL THEN NULL ELSE map(map_keys($1), $2) END)", args[0], list)
	}
}

func mapConcat(_ *checker, _ int, args []*expr, t Type) *expr {
	if len(args) == 1 {
		return args[0]
	}
	cond := "(CASE WHEN "
	for i := range args {
		cond += ifText(i > 0, " OR ", "") + nextArg + " IS NULL"
	}
	list := nextArg
	for range args[1:] {
		list += ", " + nextArg
	}
	return op(t, cond+" THEN NULL ELSE map_concat("+list+") END)", append(append([]*expr{}, args...), args...)...)
}

func mapFromEntries(c *checker, _ int, args []*expr, t Type) *expr {
	return op(t, "trino_map($1, $2)", c.fields(args[0], 0), c.fields(args[0], 1))
}

func multimapFromEntries(c *checker, _ int, args []*expr, t Type) *expr {
	return op(t, "trino_multimap($1, $2)", c.fields(args[0], 0), c.fields(args[0], 1))
}

// mapZipWith builds map_zip_with: over the keys of both maps.
func mapZipWith(c *checker, _ int, args []*expr, t Type) *expr {
	a, b := args[0], args[1]
	k := c.newParam(t.Elems[0])
	value := func(m *expr) *expr { return op(m.typ.Elems[1], "map_extract_value($1, $2)", m, k) }
	body := substituteParams(args[2], []*expr{k, value(a), value(b)})
	keys := op(Array(t.Elems[0]), "trino_array_union(map_keys($1), map_keys($2))", a, b)
	list := op(Array(body.typ), "list_transform($1, $2)", keys, lambdaOver(k, body))
	return op(t, "(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE map($3, $4) END)", a, b, keys, list)
}
