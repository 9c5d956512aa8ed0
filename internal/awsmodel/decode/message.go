package decode

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// Input reads the input of a call as recognition told it. A call whose
// operation is missing is read as far as its protocol goes without a model. The
// value is an Object, also with an error; it then has what was read.
func Input(call awsmodel.Call, r *http.Request, body []byte, limits Limits) (Value, error) {
	limits = limits.orDefault()
	b := &budget{depth: limits.Depth, values: limits.Values}
	var shape *awsmodel.Shape
	if call.Operation != nil {
		shape = call.Operation.Input
	}
	v := Value{Kind: Object}
	query := url.Values{}
	if r.URL != nil {
		query = r.URL.Query()
	}
	switch call.Protocol {
	case awsmodel.Query, awsmodel.EC2:
		return queryInput(call.Protocol, r, body, shape, limits, b)
	case awsmodel.RESTJSON, awsmodel.RESTXML:
		if shape == nil {
			return v, nil
		}
		v.Fields = append(uriFields(call.Labels, shape), queryFields(query, shape, call.Operation.URI)...)
		v.Fields = append(v.Fields, headerFields(r.Header, shape)...)
	}
	fields, err := readBody(call.Protocol, body, shape, "", limits, b)
	v.Fields = append(v.Fields, fields...)
	return v, err
}

// Output reads the answer to an operation: its output or, from status 300 on,
// the error shape that code names, which may be "" or unknown. The value is an
// Object, also with an error; it then has what was read.
func Output(op *awsmodel.Operation, protocol awsmodel.Protocol, status int, header http.Header, body []byte, code string, limits Limits) (Value, error) {
	limits = limits.orDefault()
	b := &budget{depth: limits.Depth, values: limits.Values}
	shape, wrapper := op.Output, op.ResultWrapper
	if status >= 300 {
		shape, wrapper = op.Error(code), "Error"
	}
	v := Value{Kind: Object}
	if protocol.REST() && shape != nil {
		v.Fields = headerFields(header, shape)
		for i := range shape.Members {
			if m := &shape.Members[i]; m.Location == awsmodel.InStatusCode {
				v.Fields = append(v.Fields, Field{Name: m.Name, Member: m, Value: Value{Kind: Number, Text: strconv.Itoa(status)}})
			}
		}
	}
	if protocol == awsmodel.Query && wrapper == "" {
		// The models of JSON services that answer queries too have no wrapper.
		wrapper = op.WireName + "Result"
	}
	fields, err := readBody(protocol, body, shape, wrapper, limits, b)
	for _, f := range fields {
		if f.Member != nil || f.Name != "ResponseMetadata" || protocol != awsmodel.Query {
			v.Fields = append(v.Fields, f)
		}
	}
	return v, err
}

// queryInput reads a form or, where the body is none, the query.
func queryInput(p awsmodel.Protocol, r *http.Request, body []byte, shape *awsmodel.Shape, limits Limits, b *budget) (Value, error) {
	text := string(body[:min(len(body), limits.Bytes)])
	if len(body) == 0 && r.URL != nil {
		text = r.URL.RawQuery
	}
	tree, err := readForm(text, b)
	if err == nil && len(body) > limits.Bytes {
		err = ErrLimit
	}
	if shape == nil {
		shape = &awsmodel.Shape{Type: awsmodel.Structure}
	}
	v := queryReader{ec2: p == awsmodel.EC2}.structure(tree, shape)
	fields := v.Fields[:0]
	for _, f := range v.Fields {
		if f.Member != nil || !Envelope(f.Name) {
			fields = append(fields, f)
		}
	}
	v.Fields = fields
	return v, err
}

// envelopeNames are the parameters of a query that are not input: what is
// called, and version 2 of the signature.
var envelopeNames = []string{
	"Action", "Version", "AWSAccessKeyId", "Signature", "SignatureVersion", "SignatureMethod",
	"SecurityToken", "Timestamp", "Expires",
}

// Envelope tells whether a parameter of a query is no input. Signatures and
// session tokens must not get into a record.
func Envelope(name string) bool {
	return slices.Contains(envelopeNames, name) || strings.HasPrefix(strings.ToLower(name), "x-amz-")
}

// readBody reads the body of a message that is not a form. A payload that is a
// blob or a stream is not read, and stands as Streamed.
func readBody(p awsmodel.Protocol, body []byte, shape *awsmodel.Shape, wrapper string, limits Limits, b *budget) ([]Field, error) {
	payload := (*awsmodel.Member)(nil)
	if shape != nil {
		payload = shape.Payload
	}
	if payload != nil && p.REST() {
		switch t := payload.Shape.Type; {
		case t == awsmodel.Blob || payload.Streaming || payload.Shape.EventStream:
			return []Field{{Name: payload.Name, Member: payload, Value: Value{Kind: Bytes, Streamed: true}}}, nil
		case t == awsmodel.String:
			text := string(body[:min(len(body), limits.Bytes)])
			return []Field{{Name: payload.Name, Member: payload, Value: Value{Kind: Text, Text: text}}}, nil
		}
		shape = payload.Shape
	} else {
		payload = nil
	}
	if len(body) > limits.Bytes {
		return nil, ErrLimit
	}
	if payload != nil && len(body) == 0 {
		return nil, nil
	}
	v, err := readShape(p, body, shape, wrapper, b)
	if payload != nil {
		return []Field{{Name: payload.Name, Member: payload, Value: v}}, err
	}
	if v.Kind == Null {
		return nil, err // null is no output, as SDKs take it
	}
	if err == nil && v.Kind != Object {
		return nil, fmt.Errorf("%w: the body is not an object", ErrMalformed)
	}
	return v.Fields, err
}

func readShape(p awsmodel.Protocol, body []byte, shape *awsmodel.Shape, wrapper string, b *budget) (Value, error) {
	switch p {
	case awsmodel.JSON10, awsmodel.JSON11, awsmodel.RESTJSON:
		v, err := readJSON(body, b)
		return named(v, shape), err
	case awsmodel.RPCv2CBOR:
		v, err := readCBOR(body, b)
		return named(v, shape), err
	case awsmodel.RESTXML, awsmodel.Query, awsmodel.EC2:
		root, err := readXML(body, b)
		if inner := findWrapper(root, wrapper); inner != nil {
			root = inner
		}
		if shape == nil {
			shape = &awsmodel.Shape{Type: awsmodel.Structure}
		}
		if root == nil {
			return Value{Kind: Object}, err
		}
		if m := bareMember(root, shape); m != nil {
			return Value{Kind: Object, Fields: []Field{{Name: m.Name, Member: m, Value: xmlValue(root, m.Shape)}}}, err
		}
		return xmlValue(root, shape), err
	}
	return Value{Kind: Object}, nil
}

// bareMember is the only member of a structure where the root is its element,
// and not one around it: the answer of S3's GetBucketLocation.
func bareMember(root *element, s *awsmodel.Shape) *awsmodel.Member {
	if s.Type != awsmodel.Structure || len(s.Members) != 1 || len(root.children) > 0 {
		return nil
	}
	if m := xmlMember(s, root.name); m != nil && m.Shape.Type == awsmodel.String {
		return m
	}
	return nil
}

// findWrapper finds the element that holds the result or error: below the
// root, or for EC2's errors below Errors.
func findWrapper(root *element, name string) *element {
	if name == "" || root == nil {
		return nil
	}
	if inner := root.child(name); inner != nil {
		return inner
	}
	return root.child("Errors").child(name)
}
