package style

import (
	"net/http"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// Response is what an answer says.
type Response struct {
	// Elements are responseElements: an Object, or Null.
	Elements decode.Value
	// Output is the output, or the error's members, by the names of the model.
	Output decode.Value
	// ErrorCode and ErrorMessage are empty for calls that succeeded.
	ErrorCode, ErrorMessage string
	RequestID               string
	// Err says what could not be read; the rest is there.
	Err error
}

// Spoken tells whether a record of the call has responseElements when it
// succeeds: writes have, unless their row says otherwise.
func Spoken(call *awsmodel.Call) bool {
	row := operationOf(call)
	return (!ReadOnly(call) || row.spoken) && !row.silent && !serviceOf(call).silent
}

// ReadResponse reads the answer to a call. body is the whole body, or nil where
// it was too large to keep or is not there. The output of a call without
// responseElements is read only if needed says so.
func ReadResponse(call *awsmodel.Call, status int, header http.Header, body []byte, needed bool) Response {
	var out Response
	if status >= 300 && status != http.StatusNotModified {
		out.fail(call, status, header, body)
		return out
	}
	out.RequestID = requestID(header)
	row, wanted := operationOf(call), Spoken(call)
	if call.Operation == nil || len(body) == 0 && !call.Protocol.REST() {
		return out
	}
	switch {
	case call.Protocol == awsmodel.EC2:
		out.ec2(call, body, wanted, needed)
		return out
	case call.ServiceName == "s3" || call.ServiceName == "s3control":
		out.s3(call, status, header, body, wanted, needed)
		return out
	case call.Protocol == awsmodel.Query && out.RequestID == "":
		out.RequestID = innerText(body, "RequestId")
	}
	if !wanted && !needed {
		return out
	}
	if out.Output, out.Err = decode.Output(call.Operation, call.Protocol, status, header, body, "", decode.DefaultLimits); !wanted || call.Operation.Output == nil {
		return out
	}
	out.Elements = orNull(elements(call, row, header, &out.Output))
	return out
}

// elements are the responseElements of an output.
func elements(call *awsmodel.Call, row operation, header http.Header, output *decode.Value) decode.Value {
	c := newConverter(call)
	converted := decode.Value{Kind: decode.Object}
	switch inner := unwrapped(call, output); {
	case row.only != nil:
		converted.Fields = c.some(output, row.only)
	case inner != nil:
		converted = c.structure(inner)
	default:
		converted = c.structure(output)
	}
	for _, name := range serviceOf(call).headers {
		if value := header.Get(name); value != "" {
			converted.Fields = append([]decode.Field{{Name: name, Value: decode.Value{Kind: decode.Text, Text: value}}}, converted.Fields...)
		}
	}
	return converted
}

// some gives the members that a row names.
func (c *converter) some(output *decode.Value, names []string) []decode.Field {
	var fields []decode.Field
	for _, spec := range names {
		member, name, renamed := strings.Cut(spec, "=")
		if !renamed {
			name = c.name(member)
		}
		for i := range output.Fields {
			f := &output.Fields[i]
			if converted, ok := c.member(&f.Value, f.Member); ok && f.Name == member {
				fields = append(fields, decode.Field{Name: name, Value: converted, Member: f.Member})
			}
		}
	}
	return fields
}

// unwrapped finds the only member of an output where the model says that it is
// a wrapper: RDS and its kin record what it holds (real records: the answer of
// CreateDBInstance is the instance itself).
func unwrapped(call *awsmodel.Call, output *decode.Value) *decode.Value {
	shape := call.Operation.Output
	if shape == nil || len(shape.Members) != 1 || !shape.Members[0].Shape.Wrapper || len(output.Fields) != 1 {
		return nil
	}
	if v := &output.Fields[0].Value; v.Kind == decode.Object {
		return v
	}
	return nil
}

// requestIDHeaders carry the request's id, by the services that have them.
//
//nolint:gochecknoglobals // a table
var requestIDHeaders = []string{"X-Amzn-Requestid", "X-Amz-Request-Id", "X-Amzn-Request-Id"}

func requestID(header http.Header) string {
	for _, name := range requestIDHeaders {
		if v := header.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// innerText finds the text of the first element of a name, without reading the
// whole document.
func innerText(body []byte, name string) string {
	_, rest, ok := strings.Cut(string(body), "<"+name+">")
	if !ok {
		return ""
	}
	text, _, ok := strings.Cut(rest, "</"+name+">")
	if !ok || len(text) > 256 || strings.ContainsAny(text, "<&") {
		return ""
	}
	return strings.TrimSpace(text)
}
