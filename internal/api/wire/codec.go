package wire

import (
	"encoding/base64"
	"slices"
	"strconv"
	"time"
)

// The functions in this file are what the generated codecs are made of. They
// read coerced Values only, so a type that does not fit has been refused
// before, and reads as the zero value.

// Encoder is a generated output structure.
type Encoder interface {
	// EncodeWire returns the structure as a tree. Absent members are left out.
	EncodeWire() Value
}

// Decoder is a generated input structure.
type Decoder interface {
	// DecodeWire fills the structure from a Value that [Coerce] accepted.
	DecodeWire(v *Value)
}

// StringPtr reads a string.
func StringPtr(v *Value) *string { s := v.Text; return &s }

// BoolPtr reads a boolean.
func BoolPtr(v *Value) *bool { b := v.Bool; return &b }

// Int32Ptr reads an integer.
func Int32Ptr(v *Value) *int32 {
	n, _ := strconv.ParseInt(v.Text, 10, 32)
	i := int32(n)
	return &i
}

// Int64Ptr reads a long.
func Int64Ptr(v *Value) *int64 {
	n, _ := strconv.ParseInt(v.Text, 10, 64)
	return &n
}

// Float64Ptr reads a float or double.
func Float64Ptr(v *Value) *float64 { f := Float64(v); return &f }

// TimePtr reads a timestamp.
func TimePtr(v *Value) *time.Time { t := v.Time(); return &t }

// Str reads a string as a list or map member.
func Str(v *Value) string { return v.Text }

// Int32 reads an integer as a list or map member.
func Int32(v *Value) int32 { return *Int32Ptr(v) }

// Int64 reads a long as a list or map member.
func Int64(v *Value) int64 { return *Int64Ptr(v) }

// Bool reads a boolean as a list or map member.
func Bool(v *Value) bool { return v.Bool }

// Float64 reads a float or double as a list or map member.
func Float64(v *Value) float64 {
	f, _ := strconv.ParseFloat(v.Text, 64)
	return f
}

// Time reads a timestamp as a list or map member.
func Time(v *Value) time.Time { return v.Time() }

// Bytes reads a blob, which travels in base64.
func Bytes(v *Value) []byte {
	b, _ := base64.StdEncoding.DecodeString(v.Text)
	return b
}

// Ptr applies a reader and returns the address of what it read.
func Ptr[T any](read func(*Value) T, v *Value) *T { t := read(v); return &t }

// Slice reads a list. An empty list is empty, not nil: nil means absent.
func Slice[T any](v *Value, read func(*Value) T) []T {
	out := make([]T, len(v.Items))
	for i := range v.Items {
		out[i] = read(&v.Items[i])
	}
	return out
}

// Dict reads a map.
func Dict[T any](v *Value, read func(*Value) T) map[string]T {
	out := make(map[string]T, len(v.Fields))
	for i := range v.Fields {
		out[v.Fields[i].Name] = read(&v.Fields[i].Value)
	}
	return out
}

// FromInt32 makes a number.
func FromInt32(n int32) Value { return Number(strconv.FormatInt(int64(n), 10)) }

// FromInt64 makes a number.
func FromInt64(n int64) Value { return Number(strconv.FormatInt(n, 10)) }

// FromFloat64 makes a number.
func FromFloat64(f float64) Value { return Number(strconv.FormatFloat(f, 'g', -1, 64)) }

// FromBool makes a boolean.
func FromBool(b bool) Value { return Value{Kind: BoolValue, Bool: b} }

// FromBytes makes a blob.
func FromBytes(b []byte) Value { return Text(base64.StdEncoding.EncodeToString(b)) }

// FromSlice makes a list.
func FromSlice[T any](list []T, write func(T) Value) Value {
	v := Value{Kind: ListValue, Items: make([]Value, len(list))}
	for i := range list {
		v.Items[i] = write(list[i])
	}
	return v
}

// FromDict makes a map, its keys in alphabetical order so that the same answer
// has the same bytes.
func FromDict[T any](m map[string]T, write func(T) Value) Value {
	v := Value{Kind: ObjectValue, Fields: make([]Field, 0, len(m))}
	for key, value := range m {
		v.Fields = append(v.Fields, Field{Name: key, Value: write(value)})
	}
	slices.SortFunc(v.Fields, func(a, b Field) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
	return v
}
