package trinosql

import (
	"math/big"
	"strconv"
	"strings"
)

func arithmeticNode(op string, l, r pathNode) pathNode {
	operand := func(n pathNode, e *pathEnv, at []jsonValue) (*big.Rat, error) {
		vs, err := n(e, at)
		if err != nil {
			return nil, err
		}
		if !e.strict {
			vs = opened(vs)
		}
		if len(vs) != 1 {
			return nil, errPath
		}
		v, ok := vs[0].number()
		if !ok {
			return nil, errPath
		}
		return v, nil
	}
	return func(e *pathEnv, at []jsonValue) ([]jsonValue, error) {
		a, err := operand(l, e, at)
		if err != nil {
			return nil, err
		}
		b, err := operand(r, e, at)
		if err != nil {
			return nil, err
		}
		out := new(big.Rat)
		switch op {
		case "+":
			out.Add(a, b)
		case "-":
			out.Sub(a, b)
		case "*":
			out.Mul(a, b)
		default:
			if b.Sign() == 0 {
				return nil, errPath
			}
			q := new(big.Rat).Quo(a, b)
			whole := new(big.Rat).SetInt(new(big.Int).Quo(q.Num(), q.Denom()))
			switch {
			case op == "%":
				out.Sub(a, whole.Mul(whole, b))
			case a.IsInt() && b.IsInt():
				out = whole
			default:
				out = q
			}
		}
		return []jsonValue{rationalValue(out)}, e.step()
	}
}

// rationalValue is a number as JSON.
func rationalValue(r *big.Rat) jsonValue {
	if r.IsInt() {
		return jsonValue{kind: '#', text: r.Num().String()}
	}
	text := strings.TrimRight(r.FloatString(20), "0")
	return jsonValue{kind: '#', text: text}
}

// pathMethods are what can be called on a value.
var pathMethods = map[string]func(v jsonValue) (jsonValue, bool){
	"type": func(v jsonValue) (jsonValue, bool) {
		names := map[byte]string{'n': "null", 't': "boolean", 'f': "boolean", '#': "number", 's': "string", '[': "array", '{': "object"}
		return jsonValue{kind: 's', text: names[v.kind]}, true
	},
	"size": func(v jsonValue) (jsonValue, bool) {
		return jsonValue{kind: '#', text: strconv.Itoa(ifInt(v.kind == '[', len(v.items), 1))}, true
	},
	"double": func(v jsonValue) (jsonValue, bool) {
		f, ok := parseJavaDouble(v.text)
		return jsonValue{kind: '#', text: strconv.FormatFloat(f, 'e', -1, 64)}, ok && (v.kind == '#' || v.kind == 's')
	},
	"abs":      numberMethod(func(r *big.Rat) { r.Abs(r) }),
	"floor":    numberMethod(func(r *big.Rat) { r.SetInt(floorOf(r)) }),
	"ceiling":  numberMethod(func(r *big.Rat) { r.Neg(r.SetInt(floorOf(r.Neg(r)))) }),
	"keyvalue": nil,
}

// floorOf is the greatest integer that is not greater.
func floorOf(r *big.Rat) *big.Int {
	m := new(big.Int)
	q, _ := new(big.Int).DivMod(r.Num(), r.Denom(), m)
	return q
}

func numberMethod(f func(r *big.Rat)) func(v jsonValue) (jsonValue, bool) {
	return func(v jsonValue) (jsonValue, bool) {
		r, ok := v.number()
		if !ok {
			return jsonValue{}, false
		}
		f(r)
		return rationalValue(r), true
	}
}

func methodNode(base pathNode, name string, method func(jsonValue) (jsonValue, bool)) pathNode {
	return func(e *pathEnv, at []jsonValue) ([]jsonValue, error) {
		values, err := base(e, at)
		if err != nil {
			return nil, err
		}
		if !e.strict && name != "type" && name != "size" {
			values = opened(values)
		}
		var out []jsonValue
		for _, v := range values {
			if name == "keyvalue" {
				if v.kind != '{' {
					return nil, errPath
				}
				for i, k := range v.keys {
					out = append(out, jsonValue{kind: '{', keys: []string{"name", "value", "id"},
						items: []jsonValue{{kind: 's', text: k}, v.items[i], {kind: '#', text: "0"}}})
				}
				continue
			}
			if name == "size" && e.strict && v.kind != '[' {
				return nil, errPath
			}
			r, ok := method(v)
			if !ok {
				return nil, errPath
			}
			out = append(out, r)
		}
		return out, e.step()
	}
}
