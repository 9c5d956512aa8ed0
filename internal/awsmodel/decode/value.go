// Package decode reads the requests and answers of AWS calls into values, by
// the shapes of package awsmodel.
//
// It reads JSON 1.0 and 1.1, REST-JSON, REST-XML, query, EC2 and RPC v2 CBOR.
// Members have the names of the model, whatever they are called on the wire;
// those that the model does not have are kept under their wire names and
// marked. Fields keep the order of the message: URI, query, headers, body.
// Scalars stay as they were sent; the member says what they are.
//
// It guarantees that decoding ends within [Limits], whatever the bytes, and
// that what it could read comes with the error. It does not read event
// streams, and does not unpack compressed bodies. It keeps no state, and starts
// no goroutines.
package decode

import (
	"errors"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// ErrLimit is a message that is deeper or larger than the limits.
var ErrLimit = errors.New("message is beyond the limits of decoding")

// ErrMalformed is a body that its protocol does not allow.
var ErrMalformed = errors.New("message is malformed")

// Limits bound a decoded message. Zero fields mean those of [DefaultLimits].
type Limits struct {
	// Depth is the deepest nesting of values.
	Depth int
	// Values is the most values in all.
	Values int
	// Bytes is the largest body that is looked at.
	Bytes int
}

// DefaultLimits allow every request AWS takes that is not a blob: events of
// CloudTrail hold 256 KB, requests of most services 1 to 6 MB.
var DefaultLimits = Limits{Depth: 64, Values: 100_000, Bytes: 8 << 20}

// Kind is the kind of a value on the wire.
type Kind uint8

// The kinds. Number and Text have their text in Text; Bytes its bytes.
const (
	Null Kind = iota
	Bool
	Number
	Text
	Bytes
	List
	Object
)

// Value is a value of a message.
type Value struct {
	Kind Kind
	// Text is the literal of a Number, a Text, or the bytes of Bytes; for a
	// Bool "true" or "false". XML and query have Text only.
	Text   string
	Items  []Value
	Fields []Field
	// Streamed stands for a payload that is a stream, or a blob that is a body:
	// it is not copied.
	Streamed bool
}

// Field is a member of a structure or an entry of a map.
type Field struct {
	// Name is the model's name of a member, or the key of an entry.
	Name  string
	Value Value
	// Member says what the field is; for entries of maps it is the map's value.
	// It is nil for what the model does not have.
	Member *awsmodel.Member
}

// Get finds a field by name, or returns nil.
func (v *Value) Get(name string) *Value {
	for i := range v.Fields {
		if v.Fields[i].Name == name {
			return &v.Fields[i].Value
		}
	}
	return nil
}

// budget counts down while a message is decoded.
type budget struct {
	depth  int
	values int
}

func (l Limits) orDefault() Limits {
	if l.Depth == 0 {
		l.Depth = DefaultLimits.Depth
	}
	if l.Values == 0 {
		l.Values = DefaultLimits.Values
	}
	if l.Bytes == 0 {
		l.Bytes = DefaultLimits.Bytes
	}
	return l
}

// enter takes one value at a depth.
func (b *budget) enter(depth int) error {
	if b.values--; b.values < 0 || depth > b.depth {
		return ErrLimit
	}
	return nil
}

// named gives a value that JSON or CBOR wrote the names of the model.
func named(v Value, s *awsmodel.Shape) Value {
	switch {
	case s == nil:
	case v.Kind == Object && s.Type == awsmodel.Structure:
		for i := range v.Fields {
			f := &v.Fields[i]
			if m := wireMember(s, f.Name); m != nil {
				f.Name, f.Member, f.Value = m.Name, m, named(f.Value, m.Shape)
			}
		}
	case v.Kind == Object && s.Type == awsmodel.Map:
		for i := range v.Fields {
			v.Fields[i].Member = s.Value()
			v.Fields[i].Value = named(v.Fields[i].Value, s.Value().Shape)
		}
	case v.Kind == List && s.Type == awsmodel.List:
		for i := range v.Items {
			v.Items[i] = named(v.Items[i], s.Element().Shape)
		}
	}
	return v
}

// wireMember finds the member of a body by its name on the wire.
func wireMember(s *awsmodel.Shape, name string) *awsmodel.Member {
	for i := range s.Members {
		if m := &s.Members[i]; m.Location == awsmodel.InBody && m.WireName() == name {
			return m
		}
	}
	return nil
}
