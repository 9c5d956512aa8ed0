package wire

import (
	"math"
	"strconv"
	"time"
)

// ValueKind is the kind of a node of a [Value].
type ValueKind uint8

// The kinds of nodes. The zero Value is null.
const (
	NullValue ValueKind = iota
	BoolValue
	NumberValue
	StringValue
	ListValue
	ObjectValue
)

// Value is one node of the ordered tree that a request or an answer is.
// Numbers keep the text they were sent with, so that no digit is lost.
// Timestamps are numbers: Unix seconds, with a fraction down to milliseconds.
type Value struct {
	Kind ValueKind
	Bool bool
	// Text is the string, or the number as JSON spells it.
	Text string
	// Items are the members of a list.
	Items []Value
	// Fields are the members of a structure or map, in the order sent. A parsed
	// Value may repeat a name, the last one counts; a coerced one does not.
	Fields []Field
}

// Field is a named member of a structure or map.
type Field struct {
	Name string
	Value
}

// Get returns the last field with the name, or nil.
func (v *Value) Get(name string) *Value {
	for i := len(v.Fields) - 1; i >= 0; i-- {
		if v.Fields[i].Name == name {
			return &v.Fields[i].Value
		}
	}
	return nil
}

// Number makes a number of its JSON text.
func Number(text string) Value { return Value{Kind: NumberValue, Text: text} }

// Text makes a string.
func Text(s string) Value { return Value{Kind: StringValue, Text: s} }

// maxSeconds and minSeconds bound timestamps to the years 0001 to 9999, which
// every answer's format can show.
const (
	minSeconds = -62135596800
	maxSeconds = 253402300799
)

// TimeValue is a timestamp in Unix seconds; sub-millisecond digits are dropped.
func TimeValue(t time.Time) Value {
	ms := t.UnixMilli()
	if ms%1000 == 0 {
		return Number(strconv.FormatInt(ms/1000, 10))
	}
	sign := ""
	if ms < 0 {
		sign, ms = "-", -ms
	}
	text := strconv.FormatInt(ms/1000, 10) + "." + strconv.FormatInt(1000+ms%1000, 10)[1:]
	return Number(sign + text)
}

// Time reads a timestamp that [Coerce] or [TimeValue] made.
func (v *Value) Time() time.Time {
	if sec, err := strconv.ParseInt(v.Text, 10, 64); err == nil {
		return time.Unix(sec, 0).UTC()
	}
	f, err := strconv.ParseFloat(v.Text, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(math.Round(f * 1000))).UTC()
}
