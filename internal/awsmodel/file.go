package awsmodel

// The catalogue file, version 1. Numbers are unsigned varints (encoding/binary)
// unless said otherwise. Flags and kinds are the constants of package distill.
//
//	file     = "CAIRNAWS" version(1 byte) indexLength index blocks
//	index    = count service*
//	service  = name endpointPrefix signingName targetPrefix apiVersion serviceId
//	           globalEndpoint jsonVersion xmlNamespace     (text each)
//	           count protocol(text)*
//	           flags operations shapes offset length rawLength
//	text     = length bytes
//
// offset counts from the start of blocks. A block is one zstd frame, compressed
// apart from the others so that one service is unpacked alone. Unpacked:
//
//	block     = count text*  count shape*  count operation*
//	shape     = kind(1 byte) flags [timestampFormat] [payload] [errorCode]
//	            [errorStatus(number)] then
//	            structure: name count member*
//	            list:      member
//	            map:       member(key) member(value)
//	member    = name shape flags [locationName] [namespace prefix] [queryName]
//	            [timestampFormat]
//	operation = name method uri responseCode(number) flags [input(shape)]
//	            [output(shape)] [wireName] [hostPrefix] [inputName]
//	            [inputNamespace] [resultWrapper] count error(shape)*
//
// In a block a name or other text is the number of an entry of its table of
// texts, and a shape is the number of a shape; shapes may refer forward. What
// is in brackets is there where the flags say so, in this order.

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cairntrail/cairn/internal/awsmodel/distill"
)

// errDamaged is a file or block that ends early or refers outside of itself.
var errDamaged = errors.New("catalogue file is damaged")

// cursor reads a file or block. After the first thing that is wrong it
// returns zeros, and bad is set.
type cursor struct {
	data  []byte
	texts []string
	bad   bool
}

func (c *cursor) number() int {
	n, size := binary.Uvarint(c.data)
	if size <= 0 || n > 1<<31 {
		c.bad, c.data = true, nil
		return 0
	}
	c.data = c.data[size:]
	return int(n)
}

// count reads a number of things that take at least one byte each.
func (c *cursor) count() int {
	n := c.number()
	if n > len(c.data) {
		c.bad, c.data = true, nil
		return 0
	}
	return n
}

func (c *cursor) bytes(n int) []byte {
	if n < 0 || n > len(c.data) {
		c.bad, c.data = true, nil
		return nil
	}
	out := c.data[:n]
	c.data = c.data[n:]
	return out
}

func (c *cursor) string() string { return string(c.bytes(c.number())) }

func (c *cursor) text() string {
	n := c.number()
	if n >= len(c.texts) {
		c.bad = true
		return ""
	}
	return c.texts[n]
}

func (c *cursor) textIf(flags, flag int) string {
	if flags&flag == 0 {
		return ""
	}
	return c.text()
}

// readFile reads the index of a catalogue file. The services keep parts of
// file.
func readFile(file []byte) ([]*Service, error) {
	c := &cursor{data: file}
	if string(c.bytes(len(distill.Magic))) != distill.Magic {
		return nil, fmt.Errorf("%w: it does not begin with %s", errDamaged, distill.Magic)
	}
	if v := c.bytes(1); len(v) == 0 || v[0] != distill.Version {
		return nil, fmt.Errorf("catalogue file has version %v and not %d", v, distill.Version)
	}
	index := &cursor{data: c.bytes(c.number())}
	services := make([]*Service, index.count())
	for i := range services {
		services[i] = readService(index, c.data)
	}
	if c.bad || index.bad {
		return nil, errDamaged
	}
	return services, nil
}

func readService(c *cursor, blocks []byte) *Service {
	s := &Service{
		Name: c.string(), EndpointPrefix: c.string(), SigningName: c.string(),
		TargetPrefix: c.string(), APIVersion: c.string(), ServiceID: c.string(),
		GlobalEndpoint: c.string(),
	}
	jsonVersion := c.string()
	s.XMLNamespace = c.string()
	if s.SigningName == "" {
		s.SigningName = s.EndpointPrefix
	}
	s.Protocols = make([]Protocol, c.count())
	for i := range s.Protocols {
		s.Protocols[i] = protocolOf(c.string(), jsonVersion)
	}
	flags := c.number()
	s.QueryCompatible = flags&distill.ServiceQueryCompatible != 0
	s.OperationCount, s.ShapeCount = c.number(), c.number()
	offset, length := c.number(), c.number()
	s.rawSize = c.number()
	if len(s.Protocols) == 0 || offset > len(blocks) || length > len(blocks)-offset {
		c.bad = true
		return s
	}
	s.packed = blocks[offset : offset+length]
	return s
}

// protocolOf is the protocol of a model's metadata.
func protocolOf(name, jsonVersion string) Protocol {
	switch name {
	case "json":
		if jsonVersion == "1.0" {
			return JSON10
		}
		return JSON11
	case "smithy-rpc-v2-cbor":
		return RPCv2CBOR
	}
	return Protocol(name)
}
