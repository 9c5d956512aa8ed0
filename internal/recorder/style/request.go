package style

import (
	"net/http"
	"slices"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// Request is what a request says.
type Request struct {
	// Parameters are requestParameters: an Object, or Null where there are none.
	Parameters decode.Value
	// Input is the input by the names of the model.
	Input decode.Value
	// Err says what could not be read; Parameters then have the rest.
	Err error
}

// ReadRequest reads the request of a call. body is the whole body, or nil where
// it was too large to keep or is not there.
func ReadRequest(call *awsmodel.Call, r *http.Request, body []byte) Request {
	input, err := decode.Input(*call, r, body, decode.DefaultLimits)
	out := Request{Input: input, Err: err}
	switch {
	case call.Protocol == awsmodel.EC2:
		out.Parameters, err = ec2Request(call, r, body, &input)
		if out.Err == nil {
			out.Err = err
		}
		return out
	case call.ServiceName == "s3" || call.ServiceName == "s3control":
		out.Parameters, out.Err = s3Request(call, r, body)
		return out
	}
	c := newConverter(call)
	out.Parameters = orNull(c.structure(&input))
	if derive := derived[call.ServiceName]; derive != nil {
		derive(call, &out.Parameters)
	}
	return out
}

// Unread tells that a call which failed with a code has null requestParameters,
// since the service refused it before reading them.
func Unread(call *awsmodel.Call, code string) bool {
	return slices.Contains(serviceOf(call).unread, code)
}

// orNull makes an object without fields Null.
func orNull(v decode.Value) decode.Value {
	if v.Kind == decode.Object && len(v.Fields) == 0 {
		return decode.Value{}
	}
	return v
}
