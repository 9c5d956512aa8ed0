package trinosql

import (
	"fmt"
	"sort"
	"strings"
)

// A FuncKind says where a function may be called.
type FuncKind uint8

// The kinds of functions. A window function needs OVER; an aggregate may have it.
const (
	ScalarFunc FuncKind = iota
	AggregateFunc
	WindowFunc
)

func (k FuncKind) String() string { return [...]string{"scalar", "aggregate", "window"}[k] }

// A Func is a row of the registry: a function of Trino, and how DuckDB computes it.
type Func struct {
	Name string
	// Sig are its signatures, as Trino writes types, with " | " between: capital letters
	// are any type, small letters in parentheses any length, and three dots mean that
	// the last parameter may repeat, or be left out.
	Sig string
	// Duck is the text for DuckDB, a template; see expr.tmpl. For aggregates and window
	// functions, what is around the call itself is outside of two @.
	Duck string
	// Note says what is special: what it does with NULL if that is not to return NULL,
	// when it fails, where it differs from Trino.
	Note string
	// Unsupported says why the function is refused; such a row has no Duck.
	Unsupported string

	Kind  FuncKind
	Topic string
	// build makes the expression where a template cannot. Its arguments have the types
	// of the signature.
	build func(c *checker, at int, args []*expr, t Type) *expr
	// post makes the result of an aggregate of the array that Duck collects, which is of
	// the first argument.
	post func(c *checker, at int, list *expr, args []*expr, t Type) *expr
	// result is the type where the signature cannot say it.
	result   func(args []Type) Type
	volatile bool
	// nulls: IGNORE NULLS may be said.
	nulls bool
	// frameless window functions ignore frames.
	frameless bool
	sigs      []signature
}

// Source says what computes the function: DuckDB's own functions, a macro or a Go function
// of this package, or the checker.
func (f *Func) Source() string {
	switch {
	case f.Unsupported != "":
		return "not supported"
	case f.Duck == "":
		return "checker"
	}
	source := "DuckDB"
	for _, name := range helperName.FindAllString(f.Duck, -1) {
		if goFunctionNames()[name] {
			return "Go"
		}
		source = "macro"
	}
	return source
}

// registry are the functions by name.
var registry = make(map[string][]*Func)

func init() {
	for _, group := range []struct {
		topic string
		kind  FuncKind
		rows  []Func
	}{
		{"Conditional", ScalarFunc, conditionalFunctions},
		{"Conversion", ScalarFunc, conversionFunctions},
		{"Mathematical", ScalarFunc, mathFunctions},
		{"Bitwise", ScalarFunc, bitwiseFunctions},
		{"String", ScalarFunc, stringFunctions},
		{"Regular expression", ScalarFunc, regexpFunctions},
		{"Date and time", ScalarFunc, dateFunctions},
		{"JSON", ScalarFunc, jsonFunctions},
		{"Array", ScalarFunc, arrayFunctions},
		{"Map", ScalarFunc, mapFunctions},
		{"Binary", ScalarFunc, binaryFunctions},
		{"URL", ScalarFunc, urlFunctions},
		{"IP address and UUID", ScalarFunc, ipFunctions},
		{"Aggregate", AggregateFunc, aggregateFunctions},
		{"Approximate", AggregateFunc, approximateFunctions},
		{"Approximate", ScalarFunc, sketchFunctions},
		{"Window", WindowFunc, windowFunctions},
		{"Not supported", ScalarFunc, unsupportedFunctions},
		{"Not supported", AggregateFunc, unsupportedAggregates},
	} {
		for i := range group.rows {
			f := &group.rows[i]
			f.Topic = group.topic
			f.Kind = group.kind
			for _, s := range strings.Split(f.Sig, " | ") {
				f.sigs = append(f.sigs, parseSignature(f.Name, strings.TrimSpace(s)))
			}
			registry[f.Name] = append(registry[f.Name], f)
		}
	}
}

// Registry are all functions, by name.
func Registry() []*Func {
	var out []*Func
	for _, fs := range registry {
		out = append(out, fs...)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// A signature is the types of parameters and of the result.
type signature struct {
	params   []sigType
	variadic bool
	result   sigType
}

// A sigType is a type with variables in it.
type sigType struct {
	name string // a type's name, or a variable
	any  bool   // a variable for any type
	args []sigType
	// nums are the parameters of a type: numbers, or variables.
	nums []string
	// names are those of a row's fields.
	names []string
}

// parseSignature reads "(a, b) c".
func parseSignature(name, text string) signature {
	p := &sigParser{name: name, text: text}
	var s signature
	p.expect("(")
	for !p.try(")") {
		if p.try("...") {
			s.variadic = true
			p.expect(")")
			break
		}
		s.params = append(s.params, p.typ())
		p.try(",")
	}
	s.result = p.typ()
	if p.text != "" {
		p.bad()
	}
	return s
}

type sigParser struct{ name, text string }

func (p *sigParser) bad() { panic(fmt.Sprintf("BUG: signature of %s at %q", p.name, p.text)) }

func (p *sigParser) try(s string) bool {
	p.text = strings.TrimLeft(p.text, " ")
	rest, ok := strings.CutPrefix(p.text, s)
	if ok {
		p.text = rest
	}
	return ok
}

func (p *sigParser) expect(s string) {
	if !p.try(s) {
		p.bad()
	}
}

func (p *sigParser) word() string {
	p.try("")
	n := 0
	for n < len(p.text) && (isIdentPart(p.text[n])) {
		n++
	}
	w := p.text[:n]
	p.text = p.text[n:]
	return w
}

func (p *sigParser) typ() sigType {
	t := sigType{name: p.word()}
	switch {
	case t.name == "":
		p.bad()
	case t.name[0] >= 'A' && t.name[0] <= 'Z' && t.name != "HyperLogLog":
		t.any = true
		return t
	case t.name == "interval":
		t.name = ifText(p.try("day to second"), "interval day to second", "interval year to month")
		p.try("year to month")
		return t
	}
	if p.try("(") {
		for !p.try(")") {
			switch t.name {
			case "varchar", "char", "decimal", "timestamp", "time":
				t.nums = append(t.nums, p.word())
			case "row":
				before := p.text
				name := p.word()
				if p.try(","); p.text != "" && isIdentStart(p.text[0]) && !strings.HasPrefix(strings.TrimPrefix(before, name), ",") {
					t.names = append(t.names, name)
				} else {
					p.text = before
					t.names = append(t.names, "")
				}
				t.args = append(t.args, p.typ())
			default:
				t.args = append(t.args, p.typ())
			}
			p.try(",")
		}
	}
	if p.try("with time zone") {
		t.name += " with time zone"
	}
	return t
}

// kindByName are the kinds by what Trino calls them.
var kindByName = func() map[string]Kind {
	m := make(map[string]Kind)
	for k, name := range kindNames {
		m[name] = Kind(k)
	}
	return m
}()
