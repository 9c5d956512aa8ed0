package encode

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// ErrProtocol is a protocol that an operation cannot be called by.
var ErrProtocol = errors.New("the operation has no form in this protocol")

// ErrValue is a value that has no form where it belongs.
var ErrValue = errors.New("the value cannot be written")

// call has the parts of a request that its protocol makes. path has its
// escapes.
type call struct {
	method, path, query string
	header              http.Header
	body                []byte
}

// Request makes the HTTP request of a call, unsigned. Input is an Object with
// the model's names, or of kind Null for none. Path and host of endpoint come
// first; without an endpoint the host is that of AWS in the region, or the
// global one where region is "", with the host prefix of the operation.
//
// It returns an error of ErrProtocol for a protocol that is not known or needs a
// target prefix that the service does not have, and one of ErrValue where a
// label of the path has no value, a payload is not of bytes, or a name is none
// in XML.
func Request(op *awsmodel.Operation, p awsmodel.Protocol, endpoint *url.URL, region string, input decode.Value) (*http.Request, error) {
	c, err := newCall(op, p, input)
	if err != nil {
		return nil, fmt.Errorf("request of %s.%s: %w", op.Service.Name, op.Name, err)
	}
	if endpoint == nil {
		if endpoint, err = hostOfAWS(op, region, input); err != nil {
			return nil, fmt.Errorf("request of %s.%s: %w", op.Service.Name, op.Name, err)
		}
	}
	r, err := http.NewRequest(c.method, "http://"+endpoint.Host, bytes.NewReader(c.body))
	if err != nil {
		return nil, fmt.Errorf("request of %s.%s: %w", op.Service.Name, op.Name, err)
	}
	raw := strings.TrimSuffix(endpoint.EscapedPath(), "/") + c.path
	plain, err := url.PathUnescape(raw)
	if err != nil {
		return nil, fmt.Errorf("request of %s.%s: path %s: %w", op.Service.Name, op.Name, raw, err)
	}
	r.URL = &url.URL{Scheme: endpoint.Scheme, Host: endpoint.Host, Path: plain, RawPath: raw, RawQuery: c.query}
	r.Header = c.header
	return r, nil
}

func newCall(op *awsmodel.Operation, p awsmodel.Protocol, input decode.Value) (*call, error) {
	switch p {
	case awsmodel.Query, awsmodel.EC2:
		return formCall(op, p, input), nil
	case awsmodel.JSON10, awsmodel.JSON11, awsmodel.RPCv2CBOR:
		return namedCall(op, p, input)
	case awsmodel.RESTJSON, awsmodel.RESTXML:
		return restCall(op, p, input)
	}
	return nil, fmt.Errorf("%w: %q; use one of the service's, %v", ErrProtocol, p, op.Service.Protocols)
}

// namedCall makes a call whose operation is in X-Amz-Target, or in the path of
// RPC v2 ("AWS JSON 1.0 protocol", "AWS JSON 1.1 protocol", "Smithy RPC v2 CBOR"
// and "AWS query compatible" in the Smithy documentation).
func namedCall(op *awsmodel.Operation, p awsmodel.Protocol, input decode.Value) (*call, error) {
	prefix := op.Service.TargetPrefix
	if prefix == "" {
		return nil, fmt.Errorf("%w: %s needs a target prefix; use one of the service's, %v", ErrProtocol, p, op.Service.Protocols)
	}
	c := &call{method: http.MethodPost, path: "/", header: http.Header{}}
	if op.Service.QueryCompatible {
		c.header.Set("X-Amzn-Query-Mode", "true")
	}
	if p != awsmodel.RPCv2CBOR {
		c.header.Set("X-Amz-Target", prefix+"."+op.WireName)
		c.header.Set("Content-Type", contentTypes[p])
		c.body = appendJSON(nil, root(op.Input), object(input))
		return c, nil
	}
	c.path = "/service/" + prefix + "/operation/" + op.WireName
	c.header.Set("Smithy-Protocol", string(awsmodel.RPCv2CBOR))
	c.header.Set("Accept", contentTypes[p])
	if op.Input != nil || len(input.Fields) > 0 {
		c.header.Set("Content-Type", contentTypes[p])
		c.body = appendCBOR(nil, root(op.Input), object(input))
	}
	return c, nil
}

// contentTypes are those of bodies that are not payloads of another kind.
var contentTypes = map[awsmodel.Protocol]string{
	awsmodel.Query:     "text/xml",
	awsmodel.EC2:       "text/xml;charset=UTF-8",
	awsmodel.JSON10:    "application/x-amz-json-1.0",
	awsmodel.JSON11:    "application/x-amz-json-1.1",
	awsmodel.RESTJSON:  "application/json",
	awsmodel.RESTXML:   "application/xml",
	awsmodel.RPCv2CBOR: "application/cbor",
}

// hostOfAWS is where an operation of a service is called in a Region.
func hostOfAWS(op *awsmodel.Operation, region string, input decode.Value) (*url.URL, error) {
	prefix := op.HostPrefix
	if op.Input != nil {
		for i := range op.Input.Members {
			m := &op.Input.Members[i]
			label := "{" + m.Name + "}"
			if !m.HostLabel || !strings.Contains(prefix, label) {
				continue
			}
			v := input.Get(m.Name)
			if v == nil || v.Text == "" {
				return nil, fmt.Errorf("%w: the host needs the member %s; set it, or give an endpoint", ErrValue, m.Name)
			}
			prefix = strings.ReplaceAll(prefix, label, v.Text)
		}
	}
	host := prefix + op.Service.EndpointPrefix
	if region != "" {
		host += "." + region
	}
	return &url.URL{Scheme: "https", Host: host + ".amazonaws.com"}, nil
}

// root is the use of a shape as a message, or nil.
func root(s *awsmodel.Shape) *awsmodel.Member {
	if s == nil {
		return nil
	}
	return &awsmodel.Member{Shape: s}
}

// object is a message's value: Null, as a caller without members gives it, is
// an object too.
func object(v decode.Value) decode.Value {
	v.Kind = decode.Object
	return v
}
