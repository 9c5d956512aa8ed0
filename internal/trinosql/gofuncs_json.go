package trinosql

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// A step of a simple path is a key, or an index.
type pathStep struct {
	key   string
	index int // -1 for a key
}

// parseSimplePath reads the paths of json_extract: $.key, $["key"] and $[0].
func parseSimplePath(path string) ([]pathStep, error) {
	bad := fmt.Errorf("Invalid JSON path: '%s'", strings.ReplaceAll(path, failEnd, "")) //nolint:staticcheck // Trino's text
	s, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, bad
	}
	var out []pathStep
	for s != "" {
		switch {
		case s[0] == '.':
			n := 1
			for n < len(s) && s[n] != '.' && s[n] != '[' {
				if c := s[n]; !isIdentPart(c) && c != ':' && c < 0x80 || c == '@' {
					return nil, bad
				}
				n++
			}
			if n == 1 {
				return nil, bad
			}
			out = append(out, pathStep{key: s[1:n], index: -1})
			s = s[n:]
		case strings.HasPrefix(s, `["`):
			key, rest, ok := quotedKey(s[2:])
			if !ok {
				return nil, bad
			}
			out = append(out, pathStep{key: key, index: -1})
			s = rest
		case s[0] == '[':
			end := strings.IndexByte(s, ']')
			if end < 2 {
				return nil, bad
			}
			word := s[1:end]
			if n, err := strconv.Atoi(word); err == nil && n >= 0 && word[0] != '+' {
				out = append(out, pathStep{key: word, index: n})
			} else if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" {
				out = append(out, pathStep{key: word, index: -1})
			} else {
				return nil, bad
			}
			s = s[end+1:]
		default:
			return nil, bad
		}
	}
	return out, nil
}

// quotedKey reads a key up to its closing quote and bracket.
func quotedKey(s string) (key, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i == len(s) || s[i] != '"' && s[i] != '\\' {
				return "", "", false
			}
			b.WriteByte(s[i])
		case '"':
			if strings.HasPrefix(s[i+1:], "]") {
				return b.String(), s[i+2:], true
			}
			return "", "", false
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

// simplePaths are paths that were read, by their text; there are few in a statement.
var simplePaths sync.Map

func simplePath(text string) ([]pathStep, error) {
	if steps, ok := simplePaths.Load(text); ok {
		return steps.([]pathStep), nil
	}
	steps, err := parseSimplePath(text)
	if err != nil {
		return nil, badArgument("%s", err)
	}
	if simplePathCount.Add(1) > maxPatterns {
		simplePaths.Clear()
		simplePathCount.Store(0)
	}
	simplePaths.Store(text, steps)
	return steps, nil
}

var simplePathCount atomic.Int64

// extractSimple is what a simple path finds. Like Trino it reads no further than it has to:
// of equal keys the first counts, and what follows what was found may be anything.
func extractSimple(text, path string) (jsonValue, bool, error) {
	steps, err := simplePath(path)
	if err != nil {
		return jsonValue{}, false, err
	}
	p := jsonParser{s: text}
	for _, s := range steps {
		if !p.enter(s) {
			return jsonValue{}, false, nil
		}
	}
	v, ok := p.value(0)
	return v, ok, nil
}

// enter goes to the member or element that a step names, if there is one.
func (p *jsonParser) enter(s pathStep) bool {
	p.space()
	switch {
	case p.take("{"):
		if p.space(); p.take("}") {
			return false
		}
		for {
			p.space()
			if p.i >= len(p.s) || p.s[p.i] != '"' {
				return false
			}
			key, ok := p.str()
			if p.space(); !ok || !p.take(":") {
				return false
			}
			if key == s.key {
				return true
			}
			if !p.skip(0) || !p.comma() {
				return false
			}
		}
	case s.index >= 0 && p.take("["):
		if p.space(); p.take("]") {
			return false
		}
		for range s.index {
			if !p.skip(0) || !p.comma() {
				return false
			}
		}
		return true
	}
	return false
}

func (p *jsonParser) comma() bool {
	p.space()
	return p.take(",")
}

// skip goes behind a value, and makes nothing of it.
func (p *jsonParser) skip(depth int) bool {
	p.space()
	if p.i >= len(p.s) || depth > maxJSONDepth {
		return false
	}
	open := p.s[p.i]
	if open != '{' && open != '[' {
		if open == '"' {
			return p.skipString()
		}
		_, ok := p.value(depth)
		return ok
	}
	end := ifText(open == '{', "}", "]")
	p.i++
	if p.space(); p.take(end) {
		return true
	}
	for {
		if p.space(); open == '{' {
			if !p.skipString() {
				return false
			}
			if p.space(); !p.take(":") {
				return false
			}
		}
		if !p.skip(depth + 1) {
			return false
		}
		if p.space(); p.take(end) {
			return true
		}
		if !p.take(",") {
			return false
		}
	}
}

// skipString goes behind a string; what its escapes mean does not matter.
func (p *jsonParser) skipString() bool {
	if p.i >= len(p.s) || p.s[p.i] != '"' {
		return false
	}
	for p.i++; ; {
		n := strings.IndexByte(p.s[p.i:], '"')
		if n < 0 {
			return false
		}
		escape := strings.IndexByte(p.s[p.i:p.i+n], '\\')
		if escape < 0 {
			p.i += n + 1
			return true
		}
		if p.i += escape + 2; p.i > len(p.s) {
			return false
		}
	}
}

// jsonContains makes json_array_contains for one type.
func jsonContains(name, param string, same func(v jsonValue, want any) bool) value.Function {
	return goFunc(name, "BOOLEAN", types("VARCHAR", param), func(a []any) (any, error) {
		v, err := parseJSON(str(a[0]))
		if err != nil || v.kind != '[' {
			return nil, nil //nolint:nilerr // what is no array is no error
		}
		for _, item := range v.items {
			if same(item, a[1]) {
				return true, nil
			}
		}
		return false, nil
	})
}

var jsonGo = []value.Function{
	goFunc("trino_json_parse", "VARCHAR", types("VARCHAR"), func(a []any) (any, error) {
		s, err := canonicalJSON(str(a[0]))
		if err != nil {
			return nil, badArgument("Cannot convert value to JSON: '%s'", a[0])
		}
		return s, nil
	}),
	goFunc("trino_json_is_scalar", "BOOLEAN", types("VARCHAR"), func(a []any) (any, error) {
		v, err := parseJSON(str(a[0]))
		if err != nil {
			return nil, badArgument("Invalid JSON value: %s", a[0])
		}
		return v.kind != '[' && v.kind != '{', nil
	}),
	goFunc("trino_json_extract", "VARCHAR", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		v, ok, err := extractSimple(str(a[0]), str(a[1]))
		if !ok || err != nil {
			return nil, err
		}
		return v.String(), nil
	}),
	goFunc("trino_json_extract_scalar", "VARCHAR", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		v, ok, err := extractSimple(str(a[0]), str(a[1]))
		if !ok || err != nil {
			return nil, err
		}
		if s, ok := v.scalarText(); ok {
			return s, nil
		}
		return nil, nil
	}),
	goFunc("trino_json_size", "BIGINT", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		v, ok, err := extractSimple(str(a[0]), str(a[1]))
		if !ok || err != nil {
			return nil, err
		}
		return int64(len(v.items)), nil
	}),
	goFunc("trino_json_array_length", "BIGINT", types("VARCHAR"), func(a []any) (any, error) {
		v, err := parseJSON(str(a[0]))
		if err != nil || v.kind != '[' {
			return nil, nil //nolint:nilerr // what is no array is no error
		}
		return int64(len(v.items)), nil
	}),
	goFunc("trino_json_array_get", "VARCHAR", types("VARCHAR", "BIGINT"), func(a []any) (any, error) {
		v, err := parseJSON(str(a[0]))
		n := num(a[1])
		if n < 0 {
			n += int64(len(v.items))
		}
		if err != nil || v.kind != '[' || n < 0 || n >= int64(len(v.items)) || v.items[n].kind == 'n' {
			return nil, nil //nolint:nilerr // what is no array is no error
		}
		if item := v.items[n]; item.kind == 's' {
			return item.text, nil
		}
		return v.items[n].String(), nil
	}),
	jsonContains("trino_json_contains_boolean", "BOOLEAN", func(v jsonValue, want any) bool {
		return v.kind == 't' && want.(bool) || v.kind == 'f' && !want.(bool)
	}),
	jsonContains("trino_json_contains_text", "VARCHAR", func(v jsonValue, want any) bool { return v.kind == 's' && v.text == want.(string) }),
	jsonContains("trino_json_contains_integer", "BIGINT", func(v jsonValue, want any) bool {
		n, err := strconv.ParseInt(v.text, 10, 64)
		return v.kind == '#' && err == nil && n == want.(int64)
	}),
	jsonContains("trino_json_contains_double", "DOUBLE", func(v jsonValue, want any) bool {
		f, err := strconv.ParseFloat(v.text, 64)
		return v.kind == '#' && err == nil && strings.ContainsAny(v.text, ".eE") && f == want.(float64)
	}),

	// Casts from JSON.
	goFunc("trino_json_to_text", "VARCHAR", types("VARCHAR"), func(a []any) (any, error) {
		v, err := parseJSON(str(a[0]))
		switch {
		case err != nil:
			return str(a[0]), nil //nolint:nilerr // json_array_get makes such values
		case v.kind == 'n':
			return nil, nil
		case v.kind == '#' && strings.ContainsAny(v.text, ".eE"):
			f, _ := strconv.ParseFloat(v.text, 64)
			return scientific(f, 64), nil
		}
		if s, ok := v.scalarText(); ok {
			return s, nil
		}
		return nil, raise(CodeInvalidCast, "Cannot cast '%s' to varchar", a[0])
	}),
	goFunc("trino_json_to_number", "VARCHAR", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) { return jsonToNumber(str(a[0]), str(a[1])) }),
	goFunc("trino_json_to_boolean", "BOOLEAN", types("VARCHAR"), func(a []any) (any, error) {
		v, err := parseJSON(str(a[0]))
		text := strings.ToLower(v.text)
		switch {
		case err != nil:
		case v.kind == 'n':
			return nil, nil
		case v.kind == 't', v.kind == 's' && (text == "true" || text == "t" || text == "1"):
			return true, nil
		case v.kind == 'f', v.kind == 's' && (text == "false" || text == "f" || text == "0"):
			return false, nil
		case v.kind == '#':
			f, _ := strconv.ParseFloat(v.text, 64)
			return f != 0, nil
		}
		return nil, raise(CodeInvalidCast, "Cannot cast '%s' to boolean", a[0])
	}),
	goFunc("trino_json_elements", "VARCHAR[]", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		v, err := parseJSON(str(a[0]))
		if err == nil && v.kind == 'n' {
			return nil, nil
		}
		if err != nil || v.kind != '[' {
			return nil, raise(CodeInvalidCast, "Cannot cast to %s. Expected a json array, but got %s", a[1], a[0])
		}
		out := make([]any, len(v.items))
		for i, item := range v.items {
			out[i] = item.String()
		}
		return out, nil
	}),
	goFunc("trino_json_entries", "MAP(VARCHAR, VARCHAR)", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		v, err := parseJSON(str(a[0]))
		if err == nil && v.kind == 'n' {
			return nil, nil
		}
		if err != nil || v.kind != '{' {
			return nil, raise(CodeInvalidCast, "Cannot cast to %s. Expected a json object, but got %s", a[1], a[0])
		}
		v = v.canonical()
		out := make(value.Map, len(v.items))
		for i, item := range v.items {
			out[i] = value.Entry{Key: v.keys[i], Value: item.String()}
		}
		return out, nil
	}),
	goFunc("trino_json_fields", "VARCHAR[]", types("VARCHAR", "VARCHAR[]", "VARCHAR"), func(a []any) (any, error) {
		return jsonFields(str(a[0]), strs(a[1]), str(a[2]))
	}),

	// Casts to JSON.
	goFunc("trino_json_quote", "VARCHAR", types("VARCHAR"), func(a []any) (any, error) { return string(appendJSONString(nil, str(a[0]))), nil }),
	goFunc("trino_json_double", "VARCHAR", types("DOUBLE"), func(a []any) (any, error) {
		f := flt(a[0])
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return `"` + javaDoubleText(f) + `"`, nil
		}
		return javaDoubleText(f), nil
	}),
	goFunc("trino_json_object", "VARCHAR", types("VARCHAR[]", "VARCHAR[]", "BOOLEAN"), func(a []any) (any, error) {
		keys, values := strs(a[0]), strs(a[1])
		order := make([]int, len(keys))
		for i := range order {
			order[i] = i
		}
		if a[2].(bool) {
			sort.SliceStable(order, func(i, j int) bool { return keys[order[i]] < keys[order[j]] })
		}
		b := []byte("{")
		for i, at := range order {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(appendJSONString(b, keys[at]), ':'), values[at]...)
		}
		return string(append(b, '}')), nil
	}),
	nullable(goFunc("trino_json_construct", "VARCHAR", types("BOOLEAN", "VARCHAR[]", "VARCHAR[]", "BOOLEAN", "BOOLEAN"), func(a []any) (any, error) {
		return jsonConstruct(a[0].(bool), a[1].([]any), a[2].([]any), a[3].(bool), a[4].(bool))
	})),
	goFunc("trino_json_checked", "VARCHAR", types("VARCHAR"), func(a []any) (any, error) {
		v, err := parseJSON(str(a[0]))
		if err != nil {
			return nil, raise("JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed")
		}
		return v.String(), nil
	}),
	nullable(goFunc("trino_json_path", "VARCHAR[]", types("VARCHAR", "VARCHAR", "VARCHAR[]", "VARCHAR[]"), jsonPathFunction)),
}

func jsonToNumber(text, target string) (any, error) {
	v, err := parseJSON(text)
	switch {
	case err != nil:
		return text, nil //nolint:nilerr // json_array_get makes such values
	case v.kind == 'n':
		return nil, nil
	case v.kind == 't':
		return "1", nil
	case v.kind == 'f':
		return "0", nil
	case v.kind == '#':
		if r, ok := v.number(); ok && target != "double" {
			return fixed(r, ifInt(target == "integer", 0, 38-len(r.FloatString(0))), true)
		}
		return v.text, nil
	case v.kind == 's':
		if _, ok := parseJavaDouble(v.text); ok && (target != "integer" || integerText.MatchString(strings.TrimLeft(v.text, "+-"))) {
			return strings.TrimSpace(v.text), nil
		}
		return nil, raise(CodeInvalidCast, "Cannot cast '%s' to %s", v.text, strings.ToUpper(target))
	}
	return nil, raise(CodeInvalidCast, "Cannot cast '%s' to %s", text, strings.ToUpper(target))
}

// jsonFields are the members of an object by name, or the elements of an array, for the
// fields of a row.
func jsonFields(text string, names []string, typ string) (any, error) {
	v, err := parseJSON(text)
	if err == nil && v.kind == 'n' {
		return nil, nil
	}
	out := make([]any, len(names))
	switch {
	case err == nil && v.kind == '[':
		if len(v.items) != len(names) {
			return nil, raise(CodeInvalidCast, "Cannot cast to %s. Expected an array of %d elements, but got %d", typ, len(names), len(v.items))
		}
		for i, item := range v.items {
			out[i] = item.String()
		}
	case err == nil && v.kind == '{':
		for i, name := range names {
			for k, key := range v.keys {
				if name != "" && strings.EqualFold(key, name) {
					out[i] = v.items[k].String()
				}
			}
		}
	default:
		return nil, raise(CodeInvalidCast, "Cannot cast to %s. Expected a json array or object, but got %s", typ, text)
	}
	return out, nil
}

// jsonConstruct makes an object or an array of JSON values; NULLs are left out or null.
func jsonConstruct(object bool, keys, values []any, absent, unique bool) (any, error) {
	b := []byte(ifText(object, "{", "["))
	seen := make(map[string]bool)
	first := true
	for i, v := range values {
		if object && keys[i] == nil {
			return nil, badArgument("null value passed for JSON object key to JSON_OBJECT function")
		}
		text, ok := v.(string)
		if !ok {
			if absent {
				continue
			}
			text = "null"
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		if object {
			key := str(keys[i])
			if unique && seen[key] {
				return nil, badArgument("duplicate key passed to JSON_OBJECT function")
			}
			seen[key] = true
			b = append(appendJSONString(b, key), ':')
		}
		b = append(b, text...)
	}
	return string(append(b, ifText(object, "}", "]")...)), nil
}
