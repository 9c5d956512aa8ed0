package style

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// fail reads an answer that is an error, in whichever form its protocol has.
func (out *Response) fail(call *awsmodel.Call, status int, header http.Header, body []byte) {
	out.RequestID = requestID(header)
	code, message := "", ""
	switch call.Protocol {
	case awsmodel.Query, awsmodel.EC2, awsmodel.RESTXML:
		var doc decode.Value
		doc, out.Err = decode.Document(body, decode.DefaultLimits)
		if len(body) == 0 {
			out.Err = nil
		}
		code, message = xmlFault(&doc)
		if out.RequestID == "" {
			out.RequestID = first(innerText(body, "RequestId"), innerText(body, "RequestID"), innerText(body, "requestId"))
		}
	default:
		code = header.Get("X-Amzn-Errortype")
		op := call.Operation
		if op == nil {
			op = new(awsmodel.Operation)
		}
		out.Output, out.Err = decode.Output(op, call.Protocol, status, header, body, bareCode(code), decode.DefaultLimits)
		code = first(code, textOf(&out.Output, "__type"), textOf(&out.Output, "code"), textOf(&out.Output, "Code"))
		message = first(textOf(&out.Output, "message"), textOf(&out.Output, "Message"), textOf(&out.Output, "errorMessage"), header.Get("X-Amzn-Error-Message"))
	}
	out.ErrorCode, out.ErrorMessage = errorName(call, status, bareCode(code)), message
	if serviceOf(call).errorInResponse {
		v := decode.Value{Kind: decode.Object}
		for _, name := range serviceOf(call).headers {
			if value := header.Get(name); value != "" {
				v.Fields = append(v.Fields, decode.Field{Name: name, Value: decode.Value{Kind: decode.Text, Text: value}})
			}
		}
		v.Fields = append(v.Fields, decode.Field{Name: "message", Value: decode.Value{Kind: decode.Text, Text: message}})
		out.Elements, out.ErrorMessage = v, ""
	}
}

// bareCode drops the namespace in front of a code and the address behind it
// ("com.amazonaws.sts#X", "X:http://…").
func bareCode(code string) string {
	code, _, _ = strings.Cut(code, ":")
	return code[strings.LastIndexByte(code, '#')+1:]
}

// errorName is the code as CloudTrail writes it: the exception's name in the
// model where the wire has a shorter one (real records: NoSuchEntityException,
// InvalidDBInstanceStateFault), with its side in front for EC2, and for an error
// without any code its HTTP status.
func errorName(call *awsmodel.Call, status int, code string) string {
	if code == "" && call.ServiceName == "s3" {
		code = s3Fault(call, status)
	}
	if code == "" {
		return fmt.Sprintf("HTTP%d", status)
	}
	if call.Protocol == awsmodel.EC2 {
		if status >= 500 {
			return "Server." + code
		}
		return "Client." + code
	}
	if code == "AccessDeniedException" && call.Protocol != awsmodel.Query {
		// R: organizations and others; the SDKs' exception has the longer name.
		return "AccessDenied"
	}
	if call.Operation != nil && call.ServiceName != "s3" && call.ServiceName != "s3control" {
		if shape := call.Operation.Error(code); shape != nil && shape.Name != "" {
			return shape.Name
		}
	}
	return code
}

// s3Fault names an error of S3 that came without a body, as all answers to HEAD
// do, by what S3 answers to the same call by GET.
func s3Fault(call *awsmodel.Call, status int) string {
	switch status {
	case http.StatusNotFound:
		for _, label := range call.Labels {
			if label.Name == "Key" {
				return "NoSuchKey"
			}
		}
		return "NoSuchBucket"
	case http.StatusForbidden:
		return "AccessDenied"
	case http.StatusPreconditionFailed:
		return "PreconditionFailed"
	}
	return ""
}

// xmlFault finds code and message: of Error below ErrorResponse, below
// Response/Errors, or as the root.
func xmlFault(doc *decode.Value) (code, message string) {
	if len(doc.Fields) == 0 {
		return "", ""
	}
	root := &doc.Fields[0].Value
	if errors := root.Get("Errors"); errors != nil {
		root = errors
	}
	if e := root.Get("Error"); e != nil {
		root = e
	}
	return textOf(root, "Code"), textOf(root, "Message")
}

func textOf(v *decode.Value, name string) string {
	if f := v.Get(name); f != nil && f.Kind == decode.Text {
		return f.Text
	}
	return ""
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
