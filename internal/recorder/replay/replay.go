// Package replay turns recorded events back into the calls that made them: the
// request as a client would send it, and the answer as the service would give
// it. With it, real records are a test of the recorder: what is recorded of the
// call must be what the record said.
//
// It guarantees that a call and its answer hold nothing but what their record
// tells; what a record left out or hides has a stand-in. Secrets are made up.
package replay

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/awsmodel/encode"
	"github.com/cairntrail/cairn/internal/recorder/style"
)

// ErrUnknown is a record of an operation that no public model has.
var ErrUnknown = errors.New("no public model has this operation")

// Exchange is a call and its answer.
type Exchange struct {
	Call    awsmodel.Call
	Request *http.Request
	Body    []byte
	Answer  *encode.Answer
}

// Record is what replaying needs of a record.
type Record struct {
	Source, Name, Region, APIVersion string
	ErrorCode, ErrorMessage          string
	Parameters, Elements             decode.Value
	Additional                       decode.Value
	RequestID                        string
	UserAgent                        string
	AccessKeyID                      string
	Host                             string
	Time                             time.Time
	Resources                        decode.Value
}

// Read reads a record.
func Read(raw []byte) (Record, error) {
	v, err := decode.JSON(raw, decode.DefaultLimits)
	if err != nil {
		return Record{}, err
	}
	text := func(names ...string) string {
		at := &v
		for _, n := range names {
			if at = at.Get(n); at == nil {
				return ""
			}
		}
		return at.Text
	}
	value := func(name string) decode.Value {
		if f := v.Get(name); f != nil {
			return *f
		}
		return decode.Value{}
	}
	r := Record{
		Source: text("eventSource"), Name: text("eventName"), Region: text("awsRegion"), APIVersion: text("apiVersion"),
		ErrorCode: text("errorCode"), ErrorMessage: text("errorMessage"), RequestID: text("requestID"), UserAgent: text("userAgent"),
		AccessKeyID: text("userIdentity", "accessKeyId"), Host: text("tlsDetails", "clientProvidedHostHeader"),
		Parameters: value("requestParameters"), Elements: value("responseElements"), Additional: value("additionalEventData"), Resources: value("resources"),
	}
	r.Time, err = time.Parse(time.RFC3339, text("eventTime"))
	return r, err
}

// Operations finds calls by what records name them.
type Operations struct {
	catalogue *awsmodel.Catalogue
	bySource  map[string][]*awsmodel.Service
}

// NewOperations prepares a catalogue.
func NewOperations(c *awsmodel.Catalogue) *Operations {
	o := &Operations{catalogue: c, bySource: make(map[string][]*awsmodel.Service)}
	for _, s := range c.Services() {
		source := style.Source(&awsmodel.Call{Service: s, ServiceName: s.Name})
		o.bySource[source] = append(o.bySource[source], s)
	}
	return o
}

// Find finds the operation of a record. Of several services with one source,
// it is the one of the record's apiVersion, or else the first that the source's
// own name means, or else any that has the operation.
func (o *Operations) Find(source, name, apiVersion string) (awsmodel.Call, error) {
	candidates := o.bySource[source]
	if s := o.catalogue.Service(strings.TrimSuffix(source, ".amazonaws.com")); s != nil {
		candidates = append([]*awsmodel.Service{s}, candidates...)
	}
	for _, exact := range []bool{true, false} {
		for _, s := range candidates {
			if exact && apiVersion != "" && s.APIVersion != apiVersion {
				continue
			}
			for _, op := range s.Operations() {
				call := awsmodel.Call{Service: s, Operation: op, ServiceName: s.Name, OperationName: op.Name, Protocol: s.Protocols[0]}
				if style.Name(&call) == name && style.Source(&call) == source {
					return call, nil
				}
			}
		}
	}
	return awsmodel.Call{}, fmt.Errorf("%s %s: %w", source, name, ErrUnknown)
}

// Replay makes the call of a record and its answer. The request is signed with
// the record's access key id and a made-up secret, at the given time.
func (o *Operations) Replay(r *Record, at time.Time) (*Exchange, error) {
	call, err := o.Find(r.Source, r.Name, r.APIVersion)
	if err != nil {
		return nil, err
	}
	x := &Exchange{Call: call}
	if x.Request, err = request(&call, r); err != nil {
		return nil, err
	}
	if x.Request.Body != nil {
		if x.Body, err = io.ReadAll(x.Request.Body); err != nil {
			return nil, err
		}
	}
	x.Request.Body, x.Request.ContentLength = io.NopCloser(bytes.NewReader(x.Body)), int64(len(x.Body))
	if r.Host != "" && x.Request.Host == "" {
		x.Request.Host = r.Host
	}
	x.Request.Header.Set("User-Agent", r.UserAgent)
	key := r.AccessKeyID
	if key == "" {
		key = "AKIAIOSFODNN7EXAMPLE"
	}
	encode.Sign(x.Request, key, call.Service.SigningName, r.Region, "", at)
	x.Answer, err = answer(&call, r)
	return x, err
}

func request(call *awsmodel.Call, r *Record) (*http.Request, error) {
	switch {
	case call.ServiceName == "s3" || call.ServiceName == "s3control":
		return s3Request(call, r)
	case call.Protocol == awsmodel.EC2 && !style.OlderEC2(call.OperationName):
		return formRequest(call, r)
	}
	input := style.InvertRequest(call, &r.Parameters)
	if input.Kind == decode.Null {
		input.Kind = decode.Object
	}
	fillLabels(call, &input)
	var endpoint *url.URL
	if r.Host != "" {
		endpoint = &url.URL{Scheme: "https", Host: r.Host}
	}
	return encode.Request(call.Operation, call.Protocol, endpoint, r.Region, input)
}

// fillLabels gives the parts of a path that a record left out a stand-in.
func fillLabels(call *awsmodel.Call, input *decode.Value) {
	shape := call.Operation.Input
	if shape == nil {
		return
	}
	for i := range shape.Members {
		if m := &shape.Members[i]; (m.Location == awsmodel.InURI || m.Required && m.Location != awsmodel.InBody) && input.Get(m.Name) == nil {
			input.Fields = append(input.Fields, decode.Field{Name: m.Name, Member: m, Value: decode.Value{Kind: decode.Text, Text: "standin"}})
		}
	}
}

func answer(call *awsmodel.Call, r *Record) (*encode.Answer, error) {
	if r.ErrorCode != "" {
		return errorAnswer(call, r)
	}
	switch {
	case call.ServiceName == "s3" || call.ServiceName == "s3control":
		return s3Answer(r), nil
	case call.Protocol == awsmodel.EC2:
		return ec2Answer(call, r), nil
	}
	output := keyOf(call, r)
	if r.Elements.Kind == decode.Object {
		elements := r.Elements
		header := http.Header{}
		for i := len(elements.Fields) - 1; i >= 0; i-- {
			if f := elements.Fields[i]; strings.HasPrefix(f.Name, "Access-Control-") {
				header.Set(f.Name, f.Value.Text)
				elements.Fields = append(append([]decode.Field(nil), elements.Fields[:i]...), elements.Fields[i+1:]...)
			}
		}
		output = style.InvertResponse(call, &elements)
		a, err := encode.Response(call.Operation, call.Protocol, r.RequestID, output)
		if err == nil {
			for name, values := range header {
				a.Header[name] = values
			}
		}
		return a, err
	}
	return encode.Response(call.Operation, call.Protocol, r.RequestID, output)
}

// keyOf is the part of KMS's answers that names the key, which a record has as its
// resource.
func keyOf(call *awsmodel.Call, r *Record) decode.Value {
	output := decode.Value{Kind: decode.Object}
	m := call.Operation.Output.Member("KeyId")
	if call.ServiceName != "kms" || m == nil || len(r.Resources.Items) == 0 {
		return output
	}
	if arn := r.Resources.Items[0].Get("ARN"); arn != nil {
		output.Fields = []decode.Field{{Name: m.Name, Member: m, Value: *arn}}
	}
	return output
}

// errorAnswer gives an error in its protocol's form, with the code that the wire
// has.
func errorAnswer(call *awsmodel.Call, r *Record) (*encode.Answer, error) {
	code, status, message := r.ErrorCode, http.StatusBadRequest, r.ErrorMessage
	if rest, ok := strings.CutPrefix(code, "Client."); ok {
		code = rest
	} else if rest, ok := strings.CutPrefix(code, "Server."); ok {
		code, status = rest, http.StatusInternalServerError
	}
	if shape := call.Operation.Error(code); shape != nil && shape.ErrorCode != "" {
		code = shape.ErrorCode
	}
	fields := decode.Value{}
	if m := r.Elements.Get("message"); m != nil {
		message = m.Text
	}
	a, err := encode.Error(call.Operation, call.Protocol, r.RequestID, status, code, message, fields)
	if err == nil && r.Elements.Kind == decode.Object {
		for _, f := range r.Elements.Fields {
			if strings.HasPrefix(f.Name, "Access-Control-") {
				a.Header.Set(f.Name, f.Value.Text)
			}
		}
	}
	return a, err
}
