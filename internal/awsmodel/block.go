package awsmodel

import (
	"fmt"
	"sync"

	"github.com/cairntrail/cairn/internal/awsmodel/distill"
	"github.com/klauspost/compress/zstd"
)

// contents is an unpacked block.
type contents struct {
	operations []*Operation
	byName     map[string]*Operation
}

// unpacker is used through DecodeAll only, which many goroutines may call.
var unpacker = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderMaxMemory(256<<20))
})

// contents unpacks the service's block once. A block that cannot be read is a
// programmer error: it is either embedded in the binary or was written by
// package distill in this process.
func (s *Service) contents() *contents {
	s.load.Do(func() {
		loaded, err := s.unpack()
		if err != nil {
			panic(fmt.Sprintf("BUG: the catalogue's block of %s: %v", s.Name, err))
		}
		s.loaded = loaded
	})
	return s.loaded
}

func (s *Service) unpack() (*contents, error) {
	z, err := unpacker()
	if err != nil {
		return nil, fmt.Errorf("decompressor: %w", err)
	}
	raw, err := z.DecodeAll(s.packed, make([]byte, 0, s.rawSize))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return readBlock(s, raw)
}

func readBlock(s *Service, raw []byte) (*contents, error) {
	c := &cursor{data: raw}
	c.texts = make([]string, c.count())
	for i := range c.texts {
		c.texts[i] = c.string()
	}
	shapes := make([]Shape, c.count())
	for i := range shapes {
		readShape(c, shapes, &shapes[i])
	}
	out := &contents{operations: make([]*Operation, c.count())}
	out.byName = make(map[string]*Operation, len(out.operations))
	for i := range out.operations {
		op := readOperation(c, shapes)
		op.Service = s
		out.operations[i] = op
		out.byName[op.WireName] = op
	}
	for _, op := range out.operations {
		out.byName[op.Name] = op
	}
	if c.bad || len(c.data) > 0 {
		return nil, errDamaged
	}
	return out, nil
}

// shapeAt reads the number of a shape.
func shapeAt(c *cursor, shapes []Shape) *Shape {
	n := c.number()
	if n >= len(shapes) {
		c.bad = true
		return &Shape{Type: String}
	}
	return &shapes[n]
}

func readShape(c *cursor, shapes []Shape, s *Shape) {
	kind := c.bytes(1)
	flags := c.number()
	if len(kind) == 0 || kind[0] > distill.KindDocument {
		c.bad = true
		return
	}
	s.Type = Type(kind[0])
	s.Sensitive = flags&distill.ShapeSensitive != 0
	s.Streaming = flags&distill.ShapeStreaming != 0
	s.EventStream = flags&distill.ShapeEventStream != 0
	s.Event = flags&distill.ShapeEvent != 0
	s.Union = flags&distill.ShapeUnion != 0
	s.Exception = flags&distill.ShapeException != 0
	s.Fault = flags&distill.ShapeFault != 0
	s.Wrapper = flags&distill.ShapeWrapper != 0
	s.Sparse = flags&distill.ShapeSparse != 0
	s.TimestampFormat = c.textIf(flags, distill.ShapeHasTimestampFormat)
	payload := c.textIf(flags, distill.ShapeHasPayload)
	s.ErrorCode = c.textIf(flags, distill.ShapeHasErrorCode)
	if flags&distill.ShapeHasErrorStatus != 0 {
		s.ErrorStatus = c.number()
	}
	switch s.Type {
	case Structure:
		s.Name = c.text()
		s.Members = make([]Member, c.count())
	case List:
		s.Members = make([]Member, 1)
	case Map:
		s.Members = make([]Member, 2)
	}
	for i := range s.Members {
		readMember(c, shapes, &s.Members[i])
	}
	if payload != "" {
		s.Payload = s.Member(payload)
	}
}

func readMember(c *cursor, shapes []Shape, m *Member) {
	m.Name = c.text()
	m.Shape = shapeAt(c, shapes)
	flags := c.number()
	m.Location = Location(flags & distill.MemberLocationMask)
	m.Required = flags&distill.MemberRequired != 0
	m.IdempotencyToken = flags&distill.MemberToken != 0
	m.JSONValue = flags&distill.MemberJSONValue != 0
	m.Flattened = flags&distill.MemberFlattened != 0
	m.Streaming = flags&distill.MemberStreaming != 0
	m.XMLAttribute = flags&distill.MemberXMLAttribute != 0
	m.HostLabel = flags&distill.MemberHostLabel != 0
	m.EventPayload = flags&distill.MemberEventPayload != 0
	m.EventHeader = flags&distill.MemberEventHeader != 0
	m.Sensitive = flags&distill.MemberSensitive != 0
	m.LocationName = c.textIf(flags, distill.MemberHasLocName)
	if flags&distill.MemberHasNamespace != 0 {
		m.XMLNamespace, m.XMLPrefix = c.text(), c.text()
	}
	m.QueryName = c.textIf(flags, distill.MemberHasQueryName)
	m.TimestampFormat = c.textIf(flags, distill.MemberHasTimeFormat)
}

func readOperation(c *cursor, shapes []Shape) *Operation {
	op := &Operation{Name: c.text(), Method: c.text(), URI: c.text(), ResponseCode: c.number()}
	flags := c.number()
	op.Idempotent = flags&distill.OpIdempotent != 0
	op.Deprecated = flags&distill.OpDeprecated != 0
	op.NoAuth = flags&distill.OpNoAuth != 0
	op.UnsignedPayload = flags&distill.OpUnsignedPayload != 0
	if flags&distill.OpHasInput != 0 {
		op.Input = shapeAt(c, shapes)
	}
	if flags&distill.OpHasOutput != 0 {
		op.Output = shapeAt(c, shapes)
	}
	op.WireName = c.textIf(flags, distill.OpHasWireName)
	if op.WireName == "" {
		op.WireName = op.Name
	}
	op.HostPrefix = c.textIf(flags, distill.OpHasHostPrefix)
	op.InputName = c.textIf(flags, distill.OpHasInputName)
	op.InputNamespace = c.textIf(flags, distill.OpHasInputNamespace)
	op.ResultWrapper = c.textIf(flags, distill.OpHasResultWrapper)
	op.Errors = make([]*Shape, c.count())
	for i := range op.Errors {
		op.Errors[i] = shapeAt(c, shapes)
	}
	op.ReadOnly = flags&distill.OpReadOnly != 0 || ReadOnlyName(op.Name)
	if op.Input != nil {
		for i := range op.Input.Members {
			if op.Input.Members[i].IdempotencyToken {
				op.Token = &op.Input.Members[i]
			}
		}
	}
	return op
}
