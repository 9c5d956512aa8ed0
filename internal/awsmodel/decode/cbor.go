package decode

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
)

// readCBOR reads one value of CBOR (RFC 8949), as "Smithy RPC v2 CBOR" uses it:
// integers, floats, strings, blobs, lists, maps with string keys, and tags,
// which are passed over. Lengths may be indefinite. An empty body is an empty
// object.
func readCBOR(body []byte, b *budget) (Value, error) {
	if len(body) == 0 {
		return Value{Kind: Object}, nil
	}
	c := &cbor{data: body, budget: b}
	v, err := c.next(0)
	if err == nil && len(c.data) > 0 {
		err = fmt.Errorf("%w: more after the CBOR value", ErrMalformed)
	}
	return v, err
}

type cbor struct {
	data   []byte
	budget *budget
}

var errCBOR = fmt.Errorf("%w: CBOR", ErrMalformed)

// Major types of RFC 8949, section 3.1.
const (
	majorUint = iota
	majorNegative
	majorBytes
	majorText
	majorList
	majorMap
	majorTag
	majorSimple
)

// indefinite is the additional information of lengths that a break ends.
const indefinite = 31

// head reads the major type, the additional information, and the argument.
func (c *cbor) head() (major, info int, arg uint64, err error) {
	if len(c.data) == 0 {
		return 0, 0, 0, errCBOR
	}
	major, info = int(c.data[0]>>5), int(c.data[0]&31)
	c.data = c.data[1:]
	if info < 24 {
		return major, info, uint64(info), nil
	}
	if info == indefinite {
		return major, info, 0, nil
	}
	if info > 27 || len(c.data) < 1<<(info-24) {
		return 0, 0, 0, errCBOR
	}
	size := 1 << (info - 24)
	var wide [8]byte
	copy(wide[8-size:], c.data[:size])
	c.data = c.data[size:]
	return major, info, binary.BigEndian.Uint64(wide[:]), nil
}

// broken takes the break that ends an indefinite length.
func (c *cbor) broken() bool {
	if len(c.data) > 0 && c.data[0] == 0xff {
		c.data = c.data[1:]
		return true
	}
	return false
}

func (c *cbor) next(depth int) (Value, error) {
	if err := c.budget.enter(depth); err != nil {
		return Value{}, err
	}
	major, info, arg, err := c.head()
	if err != nil {
		return Value{}, err
	}
	switch major {
	case majorUint:
		return Value{Kind: Number, Text: strconv.FormatUint(arg, 10)}, nil
	case majorNegative:
		if arg > math.MaxInt64 {
			return Value{}, errCBOR
		}
		return Value{Kind: Number, Text: strconv.FormatInt(-1-int64(arg), 10)}, nil
	case majorBytes, majorText:
		kind := Bytes
		if major == majorText {
			kind = Text
		}
		text, err := c.chunks(major, info, arg)
		return Value{Kind: kind, Text: text}, err
	case majorList:
		return c.list(info, arg, depth)
	case majorMap:
		return c.object(info, arg, depth)
	case majorTag:
		return c.next(depth + 1)
	}
	return simple(info, arg)
}

// chunks reads a string, or the parts of one of indefinite length.
func (c *cbor) chunks(major, info int, arg uint64) (string, error) {
	if info != indefinite {
		if arg > uint64(len(c.data)) {
			return "", errCBOR
		}
		text := string(c.data[:arg])
		c.data = c.data[arg:]
		return text, nil
	}
	var out []byte
	for !c.broken() {
		m, i, n, err := c.head()
		if err != nil || m != major || i == indefinite || n > uint64(len(c.data)) {
			return string(out), errCBOR
		}
		out = append(out, c.data[:n]...)
		c.data = c.data[n:]
	}
	return string(out), nil
}

func (c *cbor) list(info int, n uint64, depth int) (Value, error) {
	v := Value{Kind: List}
	for i := uint64(0); info == indefinite && !c.broken() || info != indefinite && i < n; i++ {
		item, err := c.next(depth + 1)
		if err != nil {
			return v, err
		}
		v.Items = append(v.Items, item)
	}
	return v, nil
}

func (c *cbor) object(info int, n uint64, depth int) (Value, error) {
	v := Value{Kind: Object}
	for i := uint64(0); info == indefinite && !c.broken() || info != indefinite && i < n; i++ {
		major, keyInfo, arg, err := c.head()
		if err != nil || major != majorText {
			return v, errCBOR
		}
		key, err := c.chunks(major, keyInfo, arg)
		if err != nil {
			return v, err
		}
		item, err := c.next(depth + 1)
		if err != nil {
			return v, err
		}
		v.Fields = append(v.Fields, Field{Name: key, Value: item})
	}
	return v, nil
}

// simple reads false, true, null, undefined and floats.
func simple(info int, arg uint64) (Value, error) {
	float := func(f float64) (Value, error) {
		return Value{Kind: Number, Text: strconv.FormatFloat(f, 'g', -1, 64)}, nil
	}
	switch info {
	case 20, 21:
		return Value{Kind: Bool, Text: strconv.FormatBool(info == 21)}, nil
	case 22, 23:
		return Value{Kind: Null}, nil
	case 25:
		return float(half(uint16(arg)))
	case 26:
		return float(float64(math.Float32frombits(uint32(arg))))
	case 27:
		return float(math.Float64frombits(arg))
	}
	return Value{}, errCBOR
}

// half is the value of a float of 16 bits (RFC 8949, appendix D).
func half(h uint16) float64 {
	exponent, mantissa := int(h>>10&31), float64(h&1023)
	f := 0.0
	switch exponent {
	case 0:
		f = math.Ldexp(mantissa, -24)
	case 31:
		if f = math.Inf(1); mantissa != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(mantissa+1024, exponent-25)
	}
	if h&0x8000 != 0 {
		return -f
	}
	return f
}
