package encode

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// Error makes the answer to a call that failed. Code is the name of an error
// shape or its code on the wire, and may be one the model does not have. It may
// have a namespace, as in com.amazonaws.dynamodb.v20120810#LimitExceeded, which
// JSON and CBOR then write; without one JSON 1.0 and CBOR make one of the
// service's name, and JSON 1.1 writes none. A status of 0 is the model's: the
// error's own, or else 500 for a fault and 400 for all others. Fields are an
// Object with the names of the error shape, or of kind Null for none; a message
// in them is used where message is "".
//
// The forms are those of the Smithy documentation of the protocols; S3 has no
// element around Error. It returns the errors of [Response].
func Error(op *awsmodel.Operation, p awsmodel.Protocol, requestID string, status int, code, message string, fields decode.Value) (*Answer, error) {
	at := strings.LastIndexByte(code, '#') + 1
	namespace, bare := code[:at], code[at:]
	f := &failure{op: op, id: requestID, status: status, namespace: namespace, shape: op.Error(bare)}
	f.name, f.code = bare, bare
	if f.shape != nil {
		if f.name = f.shape.Name; f.shape.ErrorCode != "" {
			f.code = f.shape.ErrorCode
		} else {
			f.code = f.name
		}
	}
	f.takeMessage(message, fields)
	a := &Answer{Status: f.statusCode(), Header: http.Header{}}
	a.setRequestID(op, requestID)
	if p.REST() {
		setHeaders(a.Header, f.shape, fields)
	}
	err := f.write(a, p)
	if err != nil {
		return nil, fmt.Errorf("error %s of %s.%s: %w", code, op.Service.Name, op.Name, err)
	}
	a.dropBody(op)
	return a, nil
}

// failure is an error while its answer is made.
type failure struct {
	op     *awsmodel.Operation
	id     string
	status int
	shape  *awsmodel.Shape
	// name is that of the shape, code the one that XML has.
	namespace, name, code string
	message               string
	// fields are those of the body, without the message.
	fields decode.Value
}

func (f *failure) takeMessage(message string, fields decode.Value) {
	f.message = message
	all := bodyFields(root(f.shape), fields)
	f.fields.Kind = decode.Object
	for _, field := range all.Fields {
		if !strings.EqualFold(field.Name, "message") {
			f.fields.Fields = append(f.fields.Fields, field)
		} else if f.message == "" {
			f.message = field.Value.Text
		}
	}
}

func (f *failure) statusCode() int {
	switch {
	case f.status != 0:
		return f.status
	case f.shape != nil && f.shape.ErrorStatus != 0:
		return f.shape.ErrorStatus
	case f.shape != nil && f.shape.Fault:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// sender tells whether the fault is the caller's.
func (f *failure) sender() string {
	if f.statusCode() >= 500 {
		return "Receiver"
	}
	return "Sender"
}

func (f *failure) write(a *Answer, p awsmodel.Protocol) error {
	switch p {
	case awsmodel.JSON10, awsmodel.RPCv2CBOR:
		if f.namespace == "" {
			s := f.op.Service
			f.namespace = "com.amazonaws." + strings.ReplaceAll(s.Name, "-", "") + ".v" + strings.ReplaceAll(s.APIVersion, "-", "") + "#"
		}
		fallthrough
	case awsmodel.JSON11:
		a.named(p, root(f.shape), f.object(f.namespace+f.name))
		if f.op.Service.QueryCompatible && f.code != f.name {
			a.Header.Set("X-Amzn-Query-Error", f.code+";"+f.sender())
		}
		return nil
	case awsmodel.RESTJSON:
		a.Header.Set("X-Amzn-Errortype", f.namespace+f.name)
		a.Header.Set("Content-Type", contentTypes[p])
		a.Body = appendJSON(nil, root(f.shape), f.object(""))
		return nil
	case awsmodel.RESTXML, awsmodel.Query, awsmodel.EC2:
		a.Header.Set("Content-Type", contentTypes[p])
		return f.document(a, p)
	}
	return fmt.Errorf("%w: %q; use one of the service's, %v", ErrProtocol, p, f.op.Service.Protocols)
}

// object is the body of an error in JSON or CBOR.
func (f *failure) object(kind string) decode.Value {
	v := decode.Value{Kind: decode.Object}
	if kind != "" {
		v.Fields = append(v.Fields, textField("__type", kind))
	}
	if f.message != "" {
		v.Fields = append(v.Fields, textField(f.messageName(), f.message))
	}
	v.Fields = append(v.Fields, f.fields.Fields...)
	return v
}

// messageName is what the shape calls its message.
func (f *failure) messageName() string {
	if f.shape != nil {
		for i := range f.shape.Members {
			if name := f.shape.Members[i].Name; strings.EqualFold(name, "message") {
				return name
			}
		}
	}
	return "message"
}

func textField(name, text string) decode.Field {
	return decode.Field{Name: name, Value: decode.Value{Kind: decode.Text, Text: text}}
}

// document makes the document of an error: Error below ErrorResponse, below
// Response and Errors in EC2, and bare in S3.
func (f *failure) document(a *Answer, p awsmodel.Protocol) error {
	d := new(document)
	d.out.WriteString(xmlProlog)
	switch {
	case p == awsmodel.EC2:
		d.open("Response")
		d.open("Errors")
		f.element(d, "", "")
		d.close("Errors")
		d.leaf("RequestID", f.id)
		d.close("Response")
	case f.op.Service.Name == "s3":
		f.element(d, "", f.id)
	default:
		d.open("ErrorResponse", xmlns("", f.op.Service.XMLNamespace)...)
		f.element(d, f.sender(), "")
		d.leaf("RequestId", f.id)
		d.close("ErrorResponse")
	}
	a.Body = d.out.Bytes()
	return d.err
}

// element writes Error, with its type and the request ID where they are not "".
func (f *failure) element(d *document, kind, requestID string) {
	d.open("Error")
	d.leaf("Type", kind)
	d.leaf("Code", f.code)
	d.open("Message")
	d.text(f.message)
	d.close("Message")
	d.fields(root(f.shape), f.fields)
	d.leaf("RequestId", requestID)
	d.close("Error")
}
