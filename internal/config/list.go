package config

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// listKey is a key of the mappings in a list of the YAML file.
type listKey[T any] struct {
	key, help string
	// set reads the value. It says what should have been there, if something else
	// stands there, or what is wrong with it.
	set func(v *T, value ast.Node) (want string, err error)
}

// list is a key of the YAML file whose value is a list of mappings.
type list[T any] struct {
	key string
	// one is what an item is called, as "a gateway".
	one  string
	keys []listKey[T]
}

// plainText gives the text of a scalar; digits are taken as they stand, because
// account ids are texts that look like numbers.
func plainText(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func inText[T any](field func(*T) *string) func(*T, ast.Node) (string, error) {
	return func(g *T, value ast.Node) (want string, err error) {
		text, ok := plainText(value)
		if !ok {
			return "text", nil
		}
		*field(g) = text
		return "", nil
	}
}

// inList reads a list of texts, each of which add takes or refuses.
func inList[T any](form string, add func(g *T, text string) error) func(*T, ast.Node) (string, error) {
	return func(g *T, value ast.Node) (want string, err error) {
		list, ok := value.(*ast.SequenceNode)
		if !ok {
			return form, nil
		}
		for _, item := range list.Values {
			text, ok := plainText(item)
			if !ok {
				return form, nil
			}
			if err := add(g, text); err != nil {
				return "", err
			}
		}
		return "", nil
	}
}

// inBool reads true or false.
func inBool[T any](field func(*T) *bool) func(*T, ast.Node) (string, error) {
	return func(v *T, value ast.Node) (want string, err error) {
		b, ok := value.(*ast.BoolNode)
		if !ok {
			return "true or false", nil
		}
		*field(v) = b.Value
		return "", nil
	}
}

// read takes the list apart. lines gets the line of each key.
func (l *list[T]) read(node ast.Node, line int, lines map[string]int, fail failer) (out []T, problems []Problem) {
	if node == nil || node.Type() == ast.NullType {
		return nil, nil
	}
	items, ok := node.(*ast.SequenceNode)
	if !ok {
		return nil, fail(line, "%s: something else than a list of mappings stands", l.key)
	}
	for _, item := range items.Values {
		pairs, ok := mapping(item)
		if !ok {
			problems = append(problems, fail(item.GetToken().Position.Line, "%s: something else than a mapping stands", l.key)...)
			continue
		}
		v, more := l.readItem(pairs, len(out), lines, fail)
		problems = append(problems, more...)
		whole := nested(l.key, len(out), "")
		lines[whole] = item.GetToken().Position.Line
		if len(pairs) > 0 {
			lines[whole] = pairs[0].Key.GetToken().Position.Line
		}
		out = append(out, v)
	}
	return out, problems
}

func (l *list[T]) readItem(pairs []*ast.MappingValueNode, index int, lines map[string]int, fail failer) (v T, problems []Problem) {
	var names []string
	for _, k := range l.keys {
		names = append(names, k.key)
	}
	for _, pair := range pairs {
		token := pair.Key.GetToken()
		key, line := token.Value, token.Position.Line
		full := nested(l.key, index, key)
		first, repeated := lines[full]
		at := slices.Index(names, key)
		switch {
		case at < 0:
			problems = append(problems, unknown(key, line, " of "+l.one, names, fail)...)
			continue
		case repeated:
			problems = append(problems, fail(line, "key %q of %s was given in line %d already, and again", key, l.one, first)...)
			continue
		}
		lines[full] = line
		if pair.Value == nil || pair.Value.Type() == ast.NullType {
			continue
		}
		want, err := l.keys[at].set(&v, pair.Value)
		var p []Problem
		switch {
		case want != "":
			p = fail(line, "something else than %s stands", want)
		case err != nil:
			p = fail(line, "%v, which stands", err)
		default:
			continue
		}
		p[0].Key = full
		problems = append(problems, p...)
	}
	return v, problems
}

// nested is the name of an item's key in problems: "gateways[0].listen", the
// first gateway being 0.
func nested(section string, index int, key string) string {
	name := fmt.Sprintf("%s[%d]", section, index)
	if key != "" {
		name += "." + key
	}
	return name
}
