package encode

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// Initial bytes of the major types of RFC 8949, section 3.1, and the simple
// values and floats of section 3.3.
const (
	cborUint     = 0 << 5
	cborNegative = 1 << 5
	cborBytes    = 2 << 5
	cborText     = 3 << 5
	cborList     = 4 << 5
	cborMap      = 5 << 5
	cborTag      = 6 << 5
	cborFalse    = 7<<5 | 20
	cborTrue     = 7<<5 | 21
	cborNull     = 7<<5 | 22
	cborDouble   = 7<<5 | 27
	// cborEpoch is the tag of seconds since 1970 (section 3.4.2).
	cborEpoch = 1
)

// appendCBOR appends a value as "Smithy RPC v2 CBOR" has it. m is nil for what
// the model does not have.
func appendCBOR(out []byte, m *awsmodel.Member, v decode.Value) []byte {
	switch v.Kind {
	case decode.List:
		out = appendHead(out, cborList, uint64(len(v.Items)))
		for _, item := range v.Items {
			out = appendCBOR(out, element(m), item)
		}
		return out
	case decode.Object:
		out = appendHead(out, cborMap, uint64(len(v.Fields)))
		for _, f := range v.Fields {
			inner, name := field(m, f.Name)
			out = appendCBOR(appendString(out, cborText, name), inner, f.Value)
		}
		return out
	case decode.Null:
		return append(out, cborNull)
	}
	return appendCBORScalar(out, m, v)
}

func appendCBORScalar(out []byte, m *awsmodel.Member, v decode.Value) []byte {
	switch {
	case is(m, awsmodel.String):
		return appendString(out, cborText, v.Text)
	case is(m, awsmodel.Timestamp):
		if t, ok := parseTime(v.Text); ok {
			return appendNumber(appendHead(out, cborTag, cborEpoch), seconds(t), false)
		}
	case is(m, awsmodel.Blob) && v.Kind == decode.Text:
		if raw, err := base64.StdEncoding.DecodeString(v.Text); err == nil {
			return appendString(out, cborBytes, string(raw))
		}
	case v.Kind == decode.Bytes:
		return appendString(out, cborBytes, v.Text)
	}
	if b, ok := boolean(v.Text); ok && (v.Kind == decode.Bool || is(m, awsmodel.Boolean)) {
		if b {
			return append(out, cborTrue)
		}
		return append(out, cborFalse)
	}
	if _, err := strconv.ParseFloat(v.Text, 64); err == nil && (v.Kind == decode.Number || numeric(m)) {
		return appendNumber(out, v.Text, floating(m))
	}
	return appendString(out, cborText, v.Text)
}

// appendNumber appends an integer as one, unless the model has a float there.
func appendNumber(out []byte, s string, float bool) []byte {
	if n, err := strconv.ParseUint(s, 10, 64); err == nil && !float {
		return appendHead(out, cborUint, n)
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && !float && n < 0 {
		return appendHead(out, cborNegative, uint64(-1-n))
	}
	// An error is a number beyond the range, which is infinite then.
	f, _ := strconv.ParseFloat(s, 64)
	return binary.BigEndian.AppendUint64(append(out, cborDouble), math.Float64bits(f))
}

func appendString(out []byte, major byte, s string) []byte {
	return append(appendHead(out, major, uint64(len(s))), s...)
}

// appendHead appends a major type with its argument in the shortest form.
func appendHead(out []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(out, major|byte(n))
	case n <= math.MaxUint8:
		return append(out, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(out, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(out, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(out, major|27), n)
}
