package encode

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// restCall makes a call by the HTTP bindings of the model ("HTTP bindings" in
// the Smithy documentation).
func restCall(op *awsmodel.Operation, p awsmodel.Protocol, input decode.Value) (*call, error) {
	template, constants, _ := strings.Cut(op.URI, "?")
	path, err := fillPath(template, op.Input, input)
	if err != nil {
		return nil, err
	}
	c := &call{method: op.Method, path: path, header: http.Header{}}
	c.query = queryOf(constants, op.Input, input)
	setHeaders(c.header, op.Input, input)
	m := root(op.Input)
	if m != nil {
		m.XMLNamespace = op.InputNamespace
	}
	c.body, err = restBody(p, c.header, op.InputName, m, input, "")
	return c, err
}

// fillPath puts the values of labels into a template. A greedy label keeps its
// slashes.
func fillPath(template string, s *awsmodel.Shape, input decode.Value) (string, error) {
	segments := strings.Split(template, "/")
	for i, segment := range segments {
		label, ok := strings.CutPrefix(segment, "{")
		if !ok {
			continue
		}
		label, greedy := strings.CutSuffix(strings.TrimSuffix(label, "}"), "+")
		text := labelText(label, s, input)
		if text == "" {
			return "", fmt.Errorf("%w: the path %s needs a value for %s", ErrValue, template, label)
		}
		parts := []string{text}
		if greedy {
			parts = strings.Split(text, "/")
		}
		for j := range parts {
			parts[j] = escape(parts[j])
		}
		segments[i] = strings.Join(parts, "/")
	}
	return strings.Join(segments, "/"), nil
}

func labelText(label string, s *awsmodel.Shape, input decode.Value) string {
	for _, f := range input.Fields {
		if m := s.Member(f.Name); m != nil && m.Location == awsmodel.InURI && m.WireName() == label {
			return scalarText(m, f.Value, iso8601)
		}
	}
	return ""
}

// escape writes all but the unreserved characters of RFC 3986 as escapes, as
// signatures have them.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// queryOf is the query of a call: the constants of the template, and members.
// A map's keys are names of parameters.
func queryOf(constants string, s *awsmodel.Shape, input decode.Value) string {
	var parts []string
	if constants != "" {
		parts = append(parts, constants)
	}
	var add func(name string, m *awsmodel.Member, v decode.Value)
	add = func(name string, m *awsmodel.Member, v decode.Value) {
		switch v.Kind {
		case decode.Null:
		case decode.List:
			for _, item := range v.Items {
				add(name, element(m), item)
			}
		case decode.Object:
			for _, f := range v.Fields {
				inner, _ := field(m, f.Name)
				add(f.Name, inner, f.Value)
			}
		default:
			parts = append(parts, escape(name)+"="+escape(scalarText(m, v, iso8601)))
		}
	}
	for _, f := range input.Fields {
		if m := s.Member(f.Name); m != nil && m.Location == awsmodel.InQuery {
			add(m.WireName(), m, f.Value)
		}
	}
	return strings.Join(parts, "&")
}

// setHeaders sets the headers of a message.
func setHeaders(h http.Header, s *awsmodel.Shape, v decode.Value) {
	for _, f := range v.Fields {
		m := s.Member(f.Name)
		switch {
		case m == nil || f.Value.Kind == decode.Null:
		case m.Location == awsmodel.InHeader && !(f.Value.Kind == decode.List && len(f.Value.Items) == 0):
			h.Set(m.WireName(), headerText(m, f.Value))
		case m.Location == awsmodel.InHeaders:
			for _, entry := range f.Value.Fields {
				inner, name := field(m, entry.Name)
				h.Set(m.LocationName+name, headerText(inner, entry.Value))
			}
		}
	}
}

// headerText is a value as a header has it. The JSON of a member that holds
// JSON is in base64.
func headerText(m *awsmodel.Member, v decode.Value) string {
	if v.Kind == decode.List {
		var items []string
		for _, item := range v.Items {
			items = append(items, listed(scalarText(element(m), item, rfc822)))
		}
		return strings.Join(items, ",")
	}
	text := scalarText(m, v, rfc822)
	if m != nil && m.JSONValue && json.Valid([]byte(text)) {
		return base64.StdEncoding.EncodeToString([]byte(text))
	}
	return text
}

// listed is an item of a list in a header: quoted where it has what separates
// items (RFC 9110, section 5.6.4).
func listed(s string) string {
	if s != "" && s == strings.TrimSpace(s) && !strings.ContainsAny(s, `,"`) {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// restBody makes the body of a message and says its type in a header, unless a
// member has. name is that of the root of an XML document, prolog what stands
// before it. A message without members in its body has none.
func restBody(p awsmodel.Protocol, h http.Header, name string, m *awsmodel.Member, v decode.Value, prolog string) ([]byte, error) {
	contentType := contentTypes[p]
	if m != nil && m.Shape.Payload != nil {
		m = m.Shape.Payload
		value := v.Get(m.Name)
		if value == nil || value.Kind == decode.Null {
			return nil, nil
		}
		if v = *value; rawPayload(m) {
			return rawBody(h, m, v)
		}
		if name = m.LocationName; name == "" {
			name = m.Shape.Name
		}
	} else if v = bodyFields(m, v); !hasBody(m) {
		return nil, nil
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", contentType)
	}
	if p == awsmodel.RESTJSON {
		return appendJSON(nil, m, v), nil
	}
	d := new(document)
	d.out.WriteString(prolog)
	d.element(name, m, v)
	return d.out.Bytes(), d.err
}

// rawPayload tells whether a payload is the body as it is.
func rawPayload(m *awsmodel.Member) bool {
	t := m.Shape.Type
	return t == awsmodel.Blob || t == awsmodel.String || m.Streaming || m.Shape.EventStream
}

// rawBody is the body that a payload is.
func rawBody(h http.Header, m *awsmodel.Member, v decode.Value) ([]byte, error) {
	contentType := "application/octet-stream"
	if m.Shape.Type == awsmodel.String {
		contentType = "text/plain"
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", contentType)
	}
	switch {
	case container(v):
		return nil, fmt.Errorf("%w: the payload %s is a stream; give its bytes", ErrValue, m.Name)
	case v.Kind == decode.Text && is(m, awsmodel.Blob):
		raw, err := base64.StdEncoding.DecodeString(v.Text)
		if err != nil {
			return nil, fmt.Errorf("%w: the text of the payload %s is not base64; give Bytes: %w", ErrValue, m.Name, err)
		}
		return raw, nil
	}
	return []byte(v.Text), nil
}

// bodyFields are the fields of a message that travel in its body.
func bodyFields(m *awsmodel.Member, v decode.Value) decode.Value {
	out := decode.Value{Kind: decode.Object}
	for _, f := range v.Fields {
		if inner, _ := field(m, f.Name); inner == nil || inner.Location == awsmodel.InBody {
			out.Fields = append(out.Fields, f)
		}
	}
	return out
}

// hasBody tells whether a message may have members in its body.
func hasBody(m *awsmodel.Member) bool {
	if m == nil {
		return false
	}
	for i := range m.Shape.Members {
		if m.Shape.Members[i].Location == awsmodel.InBody {
			return true
		}
	}
	return false
}
