package distill

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// kinds maps the types of models to kinds of the file.
var kinds = map[string]int{
	"structure": KindStructure, "list": KindList, "map": KindMap,
	"string": KindString, "character": KindString, "boolean": KindBoolean,
	"byte": KindInteger, "short": KindInteger, "integer": KindInteger, "long": KindLong,
	"biginteger": KindLong, "float": KindFloat, "double": KindDouble, "bigdecimal": KindDouble,
	"timestamp": KindTimestamp, "blob": KindBlob,
}

// locations maps the locations of models to those of the file.
var locations = map[string]int{
	"": LocationBody, "uri": LocationURI, "querystring": LocationQuery,
	"header": LocationHeader, "headers": LocationHeaders, "statusCode": LocationStatusCode,
}

// block writes the block of one service. It numbers strings and shapes as they
// are first met, walking operations by name, so equal models give equal bytes.
type block struct {
	model   *Model
	strings map[string]int
	table   []string
	numbers map[string]int // of shapes by name in the model
	merged  map[string]int // of shapes by what would be written
	shapes  [][]byte
	err     error
}

// encodeBlock returns the uncompressed block of a service and how many shapes
// it has.
func encodeBlock(m *Model) ([]byte, int, error) {
	b := &block{model: m, strings: map[string]int{}, numbers: map[string]int{}, merged: map[string]int{}}
	var ops []byte
	for _, name := range slices.Sorted(maps.Keys(m.Operations)) {
		ops = b.operation(ops, name, m.Operations[name])
	}
	if b.err != nil {
		return nil, 0, fmt.Errorf("model of %s: %w", m.Name, b.err)
	}
	out := number(nil, len(b.table))
	for _, s := range b.table {
		out = appendString(out, s)
	}
	out = number(out, len(b.shapes))
	for _, s := range b.shapes {
		out = append(out, s...)
	}
	out = number(out, len(m.Operations))
	return append(out, ops...), len(b.shapes), nil
}

func number(out []byte, n int) []byte { return binary.AppendUvarint(out, uint64(n)) }

func appendString(out []byte, s string) []byte {
	return append(number(out, len(s)), s...)
}

// text appends the number of a string in the table.
func (b *block) text(out []byte, s string) []byte {
	n, ok := b.strings[s]
	if !ok {
		n = len(b.table)
		b.strings[s] = n
		b.table = append(b.table, s)
	}
	return number(out, n)
}

// fields collects flags and the values that some of them announce.
type fields struct {
	b      *block
	flags  int
	values []byte
}

func (f *fields) flag(on bool, flag int) {
	if on {
		f.flags |= flag
	}
}

func (f *fields) text(s string, flag int) {
	if s != "" {
		f.flags |= flag
		f.values = f.b.text(f.values, s)
	}
}

func (f *fields) number(n, flag int) {
	if n > 0 {
		f.flags |= flag
		f.values = number(f.values, n)
	}
}

func (f *fields) appendTo(out []byte) []byte { return append(number(out, f.flags), f.values...) }

func (b *block) operation(out []byte, name string, op Operation) []byte {
	f := fields{b: b}
	f.flag(op.ReadOnly, OpReadOnly)
	f.flag(len(op.Idempotent) > 0 && string(op.Idempotent) != "false", OpIdempotent)
	f.flag(op.Deprecated, OpDeprecated)
	f.flag(op.AuthType == "none" || slices.Contains(op.Auth, "smithy.api#noAuth"), OpNoAuth)
	f.flag(op.UnsignedPayload || op.AuthType == "v4-unsigned-body", OpUnsignedPayload)
	if op.Input != nil {
		f.flags |= OpHasInput
		f.values = number(f.values, b.shape(op.Input.Shape))
	}
	if op.Output != nil {
		f.flags |= OpHasOutput
		f.values = number(f.values, b.shape(op.Output.Shape))
	}
	if op.Name != name {
		f.text(op.Name, OpHasWireName)
	}
	f.text(op.Endpoint.HostPrefix, OpHasHostPrefix)
	if op.Input != nil {
		f.text(op.Input.LocationName, OpHasInputName)
		f.text(op.Input.XMLNamespace.URI, OpHasInputNamespace)
	}
	if op.Output != nil {
		f.text(op.Output.ResultWrapper, OpHasResultWrapper)
	}
	out = b.text(out, name)
	out = b.text(out, op.HTTP.Method)
	out = b.text(out, op.HTTP.RequestURI)
	out = number(out, op.HTTP.ResponseCode)
	out = f.appendTo(out)
	out = number(out, len(op.Errors))
	for _, e := range op.Errors {
		out = number(out, b.shape(e.Shape))
	}
	return out
}

// shape returns the number of a shape, encoding it when it is first met.
// Scalars, and lists and maps of scalars, merge with equal ones. All others take
// their number before what they hold is encoded, because they may hold
// themselves.
func (b *block) shape(name string) int {
	if n, ok := b.numbers[name]; ok {
		return n
	}
	s := b.model.Shapes[name]
	if s == nil || kindOf(s) < 0 {
		b.fail("shape %s is missing or of an unknown type", name)
		return 0
	}
	if b.flat(s) {
		bytes := b.encode("", s)
		n, ok := b.merged[string(bytes)]
		if !ok {
			n = len(b.shapes)
			b.merged[string(bytes)] = n
			b.shapes = append(b.shapes, bytes)
		}
		b.numbers[name] = n
		return n
	}
	n := len(b.shapes)
	b.numbers[name] = n
	b.shapes = append(b.shapes, nil)
	b.shapes[n] = b.encode(name, s)
	return n
}

// flat tells whether a shape is a scalar or holds scalars only.
func (b *block) flat(s *Shape) bool {
	switch kindOf(s) {
	case KindStructure:
		return false
	case KindList:
		return b.scalar(s.Member)
	case KindMap:
		return b.scalar(s.Key) && b.scalar(s.Value)
	}
	return true
}

func (b *block) scalar(r *Reference) bool {
	if r == nil || b.model.Shapes[r.Shape] == nil {
		return true // refused by member
	}
	kind := kindOf(b.model.Shapes[r.Shape])
	return kind >= KindString
}

func (b *block) fail(format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf(format, args...)
	}
}

// kindOf is the kind of a shape, or -1 for a type that is not known.
func kindOf(s *Shape) int {
	if s.Document {
		return KindDocument
	}
	if kind, ok := kinds[strings.ToLower(s.Type)]; ok {
		return kind
	}
	return -1
}

func (b *block) encode(name string, s *Shape) []byte {
	kind := kindOf(s)
	f := fields{b: b}
	f.flag(s.Sensitive, ShapeSensitive)
	f.flag(s.Streaming, ShapeStreaming)
	f.flag(s.EventStream, ShapeEventStream)
	f.flag(s.Event, ShapeEvent)
	f.flag(s.Union, ShapeUnion)
	f.flag(s.Exception || s.Error.Code != "" || s.Error.HTTPStatus > 0, ShapeException)
	f.flag(s.Fault, ShapeFault)
	f.flag(s.Wrapper, ShapeWrapper)
	f.flag(s.Sparse, ShapeSparse)
	f.text(s.TimestampFormat, ShapeHasTimestampFormat)
	f.text(s.Payload, ShapeHasPayload)
	f.text(s.Error.Code, ShapeHasErrorCode)
	f.number(s.Error.HTTPStatus, ShapeHasErrorStatus)
	out := f.appendTo([]byte{byte(kind)})
	switch kind {
	case KindStructure:
		out = b.text(out, name)
		out = number(out, len(s.Members))
		for _, m := range s.Members {
			out = b.member(out, m.Name, &m.Reference, slices.Contains(s.Required, m.Name))
		}
	case KindList:
		out = b.member(out, "member", s.Member, false)
	case KindMap:
		out = b.member(out, "key", s.Key, false)
		out = b.member(out, "value", s.Value, false)
	}
	return out
}

func (b *block) member(out []byte, name string, r *Reference, required bool) []byte {
	if r == nil {
		b.fail("a list or map has no %s", name)
		return out
	}
	target := b.model.Shapes[r.Shape]
	if target == nil {
		b.fail("shape %s is missing", r.Shape)
		return out
	}
	location, ok := locations[r.Location]
	if !ok {
		b.fail("member %s: location %s is not known", name, r.Location)
	}
	f := fields{b: b, flags: location}
	f.flag(required, MemberRequired)
	f.flag(r.IdempotencyToken, MemberToken)
	f.flag(r.JSONValue, MemberJSONValue)
	f.flag(r.Flattened || target.Flattened, MemberFlattened)
	f.flag(r.Streaming || target.Streaming, MemberStreaming)
	f.flag(r.XMLAttribute, MemberXMLAttribute)
	f.flag(r.HostLabel, MemberHostLabel)
	f.flag(r.EventPayload, MemberEventPayload)
	f.flag(r.EventHeader, MemberEventHeader)
	f.flag(r.Sensitive || target.Sensitive, MemberSensitive)
	f.text(first(r.LocationName, target.LocationName), MemberHasLocName)
	namespace := r.XMLNamespace
	if namespace.URI == "" {
		namespace = target.XMLNamespace
	}
	if namespace.URI != "" {
		f.text(namespace.URI, MemberHasNamespace)
		f.values = b.text(f.values, namespace.Prefix)
	}
	f.text(r.QueryName, MemberHasQueryName)
	f.text(r.TimestampFormat, MemberHasTimeFormat)
	out = b.text(out, name)
	out = number(out, b.shape(r.Shape))
	return f.appendTo(out)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
