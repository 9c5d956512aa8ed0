package wire

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"time"
)

// TypeError is a member whose JSON type does not fit its shape.
type TypeError struct {
	// Path is the member in record spelling, e.g. "lookupAttributes.1.member".
	Path    string
	Message string
}

// Error returns the message as AWS words it, without the path.
func (e *TypeError) Error() string { return e.Message }

// Coerce brings a parsed JSON value into the form of its shape: unknown
// members, nulls and all but the last of repeated members are dropped, whole
// numbers lose their exponent, timestamps become Unix seconds. A value of the
// wrong type is a *[TypeError]. A null instead of the top structure counts as
// one without members.
func Coerce(shape *Shape, v Value) (Value, error) { return coerceTop(shape, v, false) }

// CoerceText is Coerce for protocols that send every leaf as a string: query,
// and the query string of REST.
func CoerceText(shape *Shape, v Value) (Value, error) { return coerceTop(shape, v, true) }

func coerceTop(shape *Shape, v Value, text bool) (Value, error) {
	if v.Kind == NullValue {
		v.Kind = ObjectValue
	}
	c := coercer{text: text}
	return c.value(shape, v, "")
}

type coercer struct {
	// text tells that numbers and booleans arrive as strings.
	text bool
}

func (c *coercer) value(shape *Shape, v Value, path string) (Value, error) {
	switch shape.Kind {
	case Structure:
		return c.structure(shape, v, path)
	case List:
		return c.list(shape, v, path)
	case Map:
		return c.dict(shape, v, path)
	case Integer:
		return c.whole(v, path, math.MinInt32, math.MaxInt32, "Integer")
	case Long:
		return c.whole(v, path, math.MinInt64, math.MaxInt64, "Long")
	case Float, Double:
		return c.float(v, path)
	case Boolean:
		return c.boolean(v, path)
	case Timestamp:
		return c.timestamp(v, path)
	case Blob:
		if v.Kind != StringValue {
			return v, mismatch(v, path, "Blob")
		}
		if _, err := base64.StdEncoding.DecodeString(v.Text); err != nil {
			return v, &TypeError{path, "Blob value is not valid base64"}
		}
		return v, nil
	}
	if v.Kind != StringValue {
		return v, mismatch(v, path, "String")
	}
	return v, nil
}

// mismatch words the error as the JSON services of AWS do.
func mismatch(v Value, path, want string) error {
	var got string
	switch v.Kind {
	case ListValue:
		return &TypeError{path, "Start of list found where not expected"}
	case ObjectValue:
		return &TypeError{path, "Start of structure or map found where not expected."}
	case BoolValue:
		got = "FALSE_VALUE"
		if v.Bool {
			got = "TRUE_VALUE"
		}
	case NumberValue:
		got = "NUMBER_VALUE"
	case StringValue:
		got = "STRING_VALUE"
	default:
		got = "NULL_VALUE"
	}
	article := "a"
	if want == "Integer" {
		article = "an"
	}
	return &TypeError{path, fmt.Sprintf("%s can not be converted to %s %s", got, article, want)}
}

func (c *coercer) structure(shape *Shape, v Value, path string) (Value, error) {
	if v.Kind != ObjectValue {
		return v, mismatch(v, path, "Structure")
	}
	out := Value{Kind: ObjectValue}
	if len(v.Fields) == 0 {
		return out, nil
	}
	// at is each member's place in out.Fields plus one.
	at := make([]int, len(shape.Members))
	out.Fields = make([]Field, 0, min(len(v.Fields), len(shape.Members)))
	for i := range v.Fields {
		f := &v.Fields[i]
		index, m := shape.member(f.Name)
		if m == nil {
			continue
		}
		value := Value{}
		if f.Kind != NullValue {
			var err error
			if value, err = c.value(m.Shape, f.Value, join(path, m.RecordName)); err != nil {
				return v, err
			}
		}
		if at[index] == 0 {
			out.Fields = append(out.Fields, Field{Name: f.Name, Value: value})
			at[index] = len(out.Fields)
		} else {
			out.Fields[at[index]-1].Value = value
		}
	}
	kept := out.Fields[:0]
	for i := range out.Fields {
		if out.Fields[i].Kind != NullValue {
			kept = append(kept, out.Fields[i])
		}
	}
	out.Fields = kept
	return out, nil
}

func (c *coercer) list(shape *Shape, v Value, path string) (Value, error) {
	if v.Kind != ListValue {
		return v, mismatch(v, path, "List")
	}
	out := Value{Kind: ListValue, Items: make([]Value, 0, len(v.Items))}
	for i := range v.Items {
		if v.Items[i].Kind == NullValue {
			continue
		}
		item, err := c.value(shape.Elem, v.Items[i], join(path, strconv.Itoa(i+1))+".member")
		if err != nil {
			return v, err
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

func (c *coercer) dict(shape *Shape, v Value, path string) (Value, error) {
	if v.Kind != ObjectValue {
		return v, mismatch(v, path, "Map")
	}
	out := Value{Kind: ObjectValue, Fields: make([]Field, 0, len(v.Fields))}
	at := make(map[string]int, len(v.Fields))
	for i := range v.Fields {
		f := &v.Fields[i]
		if f.Kind == NullValue {
			continue
		}
		value, err := c.value(shape.Elem, f.Value, join(path, f.Name))
		if err != nil {
			return v, err
		}
		if j, seen := at[f.Name]; seen {
			out.Fields[j].Value = value
			continue
		}
		at[f.Name] = len(out.Fields)
		out.Fields = append(out.Fields, Field{Name: f.Name, Value: value})
	}
	return out, nil
}

func (c *coercer) whole(v Value, path string, low, high int64, want string) (Value, error) {
	if v.Kind != NumberValue && (!c.text || v.Kind != StringValue) {
		return v, mismatch(v, path, want)
	}
	n, err := strconv.ParseInt(v.Text, 10, 64)
	if err != nil && v.Kind == NumberValue {
		// 5.0 and 5e0 are whole numbers too. Beyond 2^53 a float is not exact,
		// so such spellings are refused.
		f, ferr := strconv.ParseFloat(v.Text, 64)
		if ferr == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			n, err = int64(f), nil
		}
	}
	if err != nil || n < low || n > high {
		return v, &TypeError{path, fmt.Sprintf("Value can not be converted to %s", want)}
	}
	return FromInt64(n), nil
}

func (c *coercer) float(v Value, path string) (Value, error) {
	if v.Kind != NumberValue && (!c.text || v.Kind != StringValue) {
		return v, mismatch(v, path, "Double")
	}
	f, err := strconv.ParseFloat(v.Text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return v, &TypeError{path, "Value can not be converted to a Double"}
	}
	if v.Kind == StringValue {
		return FromFloat64(f), nil
	}
	return v, nil
}

func (c *coercer) boolean(v Value, path string) (Value, error) {
	if c.text && v.Kind == StringValue {
		switch v.Text {
		case "true":
			return FromBool(true), nil
		case "false":
			return FromBool(false), nil
		}
	}
	if v.Kind != BoolValue {
		return v, mismatch(v, path, "Boolean")
	}
	return v, nil
}

// timestampLayouts are the spellings of ISO 8601 that clients send.
var timestampLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", time.DateOnly}

func (c *coercer) timestamp(v Value, path string) (Value, error) {
	bad := &TypeError{path, "Value can not be converted to a Timestamp"}
	switch v.Kind {
	case NumberValue:
	case StringValue:
		for _, layout := range timestampLayouts {
			if t, err := time.Parse(layout, v.Text); err == nil {
				return TimeValue(t), nil
			}
		}
	default:
		return v, mismatch(v, path, "Timestamp")
	}
	f, err := strconv.ParseFloat(v.Text, 64)
	if err != nil || !(f >= minSeconds && f <= maxSeconds) {
		return v, bad
	}
	return TimeValue(time.UnixMilli(int64(math.Round(f * 1000)))), nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
