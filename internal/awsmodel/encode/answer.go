package encode

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// Answer is an answer to a call. It has no Content-Length, unless that is a
// member of the output.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// ServeHTTP answers with it, whatever the request. That the caller does not take
// the whole of it is not the server's error.
func (a *Answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body)
}

// xmlProlog begins the documents of answers.
const xmlProlog = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

// Response makes the answer to a call that succeeded. Output is an Object with
// the model's names, or of kind Null for none. The request ID is where the
// protocol has it, or nowhere if it is "". Answers to HEAD and those of status
// 204 and 304 have no body.
//
// It returns an error of ErrProtocol for a protocol that is not known, and one
// of ErrValue where a status is no number, a payload is not of bytes, or a name
// is none in XML.
func Response(op *awsmodel.Operation, p awsmodel.Protocol, requestID string, output decode.Value) (*Answer, error) {
	a := &Answer{Status: op.ResponseCode, Header: http.Header{}}
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	a.setRequestID(op, requestID)
	output = object(output)
	m, err := root(op.Output), error(nil)
	switch p {
	case awsmodel.Query, awsmodel.EC2:
		err = a.document(op, p, requestID, m, output)
	case awsmodel.JSON10, awsmodel.JSON11, awsmodel.RPCv2CBOR:
		a.named(p, m, output)
	case awsmodel.RESTJSON, awsmodel.RESTXML:
		err = a.rest(op, p, m, output)
	default:
		err = fmt.Errorf("%w: %q; use one of the service's, %v", ErrProtocol, p, op.Service.Protocols)
	}
	if err != nil {
		return nil, fmt.Errorf("answer of %s.%s: %w", op.Service.Name, op.Name, err)
	}
	a.dropBody(op)
	return a, nil
}

// setRequestID sets the header that SDKs read the request ID from: S3 and S3
// Control have one of their own ("Troubleshooting" in the S3 user guide).
func (a *Answer) setRequestID(op *awsmodel.Operation, id string) {
	switch {
	case id == "":
	case op.Service.SigningName == "s3":
		a.Header.Set("X-Amz-Request-Id", id)
	default:
		a.Header.Set("X-Amzn-Requestid", id)
	}
}

// dropBody takes the body from answers that HTTP allows none (RFC 9110, section
// 6.4.1).
func (a *Answer) dropBody(op *awsmodel.Operation) {
	if op.Method == http.MethodHead || a.Status == http.StatusNoContent || a.Status == http.StatusNotModified {
		a.Body = nil
	}
}

// named makes the body of an answer in JSON or CBOR. An operation without output
// has none.
func (a *Answer) named(p awsmodel.Protocol, m *awsmodel.Member, v decode.Value) {
	if p == awsmodel.RPCv2CBOR {
		a.Header.Set("Smithy-Protocol", string(p))
	}
	if m == nil && len(v.Fields) == 0 {
		return
	}
	a.Header.Set("Content-Type", contentTypes[p])
	if p == awsmodel.RPCv2CBOR {
		a.Body = appendCBOR(nil, m, v)
	} else {
		a.Body = appendJSON(nil, m, v)
	}
}

// document makes the body of an answer of the query or EC2 protocol.
func (a *Answer) document(op *awsmodel.Operation, p awsmodel.Protocol, requestID string, m *awsmodel.Member, v decode.Value) error {
	a.Header.Set("Content-Type", contentTypes[p])
	d := new(document)
	d.out.WriteString(xmlProlog)
	name := op.WireName + "Response"
	d.open(name, xmlns("", op.Service.XMLNamespace)...)
	if p == awsmodel.EC2 {
		d.leaf("requestId", requestID)
		d.fields(m, v)
	} else {
		if m != nil || len(v.Fields) > 0 {
			wrapper := op.ResultWrapper
			if wrapper == "" {
				wrapper = op.WireName + "Result"
			}
			d.element(wrapper, m, v)
		}
		if requestID != "" {
			d.open("ResponseMetadata")
			d.leaf("RequestId", requestID)
			d.close("ResponseMetadata")
		}
	}
	d.close(name)
	a.Body = d.out.Bytes()
	return d.err
}

// rest makes an answer by the HTTP bindings of the model.
func (a *Answer) rest(op *awsmodel.Operation, p awsmodel.Protocol, m *awsmodel.Member, v decode.Value) (err error) {
	setHeaders(a.Header, op.Output, v)
	for _, f := range v.Fields {
		if member := op.Output.Member(f.Name); member != nil && member.Location == awsmodel.InStatusCode {
			if a.Status, err = strconv.Atoi(f.Value.Text); err != nil {
				return fmt.Errorf("%w: the status %s: %w", ErrValue, f.Name, err)
			}
		}
	}
	if bucketLocation(op) {
		return a.bucketLocation(op, m, v)
	}
	name := op.WireName + "Response"
	if m != nil {
		name, m.XMLNamespace = rootName(op), namespace(op)
	}
	a.Body, err = restBody(p, a.Header, name, m, v, xmlProlog)
	return err
}
