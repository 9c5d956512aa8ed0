package decode

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// uriFields reads the labels of the path.
func uriFields(labels []awsmodel.Label, s *awsmodel.Shape) (out []Field) {
	for _, l := range labels {
		for i := range s.Members {
			if m := &s.Members[i]; m.Location == awsmodel.InURI && m.WireName() == l.Name {
				out = append(out, Field{Name: m.Name, Member: m, Value: Value{Kind: Text, Text: l.Value}})
			}
		}
	}
	return out
}

// queryFields reads the query parameters; uri is the template, whose constants
// are no member's.
func queryFields(query url.Values, s *awsmodel.Shape, uri string) (out []Field) {
	for i := range s.Members {
		m := &s.Members[i]
		if m.Location != awsmodel.InQuery {
			continue
		}
		if m.Shape.Type == awsmodel.Map {
			if entries := otherParameters(query, s, m, uri); len(entries) > 0 {
				out = append(out, Field{Name: m.Name, Member: m, Value: Value{Kind: Object, Fields: entries}})
			}
			continue
		}
		if values, ok := query[m.WireName()]; ok {
			out = append(out, Field{Name: m.Name, Member: m, Value: texts(values, m.Shape)})
		}
	}
	return out
}

// otherParameters lists, by name, the query parameters that are no other
// member's, no constant of the template and no part of a presigned signature:
// what a map in the query takes.
func otherParameters(query url.Values, s *awsmodel.Shape, m *awsmodel.Member, uri string) (out []Field) {
	_, constants, _ := strings.Cut(uri, "?")
	taken, _ := url.ParseQuery(constants)
	for i := range s.Members {
		if s.Members[i].Location == awsmodel.InQuery && &s.Members[i] != m {
			taken.Set(s.Members[i].WireName(), "")
		}
	}
	for name, values := range query {
		if !taken.Has(name) && name != "x-id" && !Envelope(name) {
			out = append(out, Field{Name: name, Member: m.Shape.Value(), Value: texts(values, m.Shape.Value().Shape)})
		}
	}
	slices.SortFunc(out, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func headerFields(h http.Header, s *awsmodel.Shape) (out []Field) {
	for i := range s.Members {
		m := &s.Members[i]
		switch m.Location {
		case awsmodel.InHeader:
			if values := h.Values(m.WireName()); len(values) > 0 {
				if m.Shape.Type == awsmodel.List {
					values = listed(values)
				}
				out = append(out, Field{Name: m.Name, Member: m, Value: texts(values, m.Shape)})
			}
		case awsmodel.InHeaders:
			if entries := prefixed(h, m); len(entries) > 0 {
				out = append(out, Field{Name: m.Name, Member: m, Value: Value{Kind: Object, Fields: entries}})
			}
		}
	}
	return out
}

// listed splits the items of a list in a header at their commas; an item that
// has one is quoted, and between two commas there may be nothing (RFC 9110,
// section 5.6).
func listed(values []string) (out []string) {
	rest := strings.TrimSpace(strings.Join(values, ","))
	for rest != "" {
		var item []byte
		quoted := rest[0] == '"'
		if quoted {
			at := 1
			for ; at < len(rest) && rest[at] != '"'; at++ {
				if rest[at] == '\\' && at+1 < len(rest) {
					at++
				}
				item = append(item, rest[at])
			}
			rest = rest[min(at+1, len(rest)):]
		}
		plain, after, _ := strings.Cut(rest, ",")
		if plain = strings.TrimSpace(plain); quoted || plain != "" {
			out = append(out, string(item)+plain)
		}
		rest = strings.TrimSpace(after)
	}
	return out
}

// prefixed lists the headers below a prefix, by name. A member without a prefix
// takes all that have no part in signing or sessions: those must not get into a
// record.
func prefixed(h http.Header, m *awsmodel.Member) (out []Field) {
	prefix := strings.ToLower(m.LocationName)
	for name, values := range h {
		if prefix == "" && (Envelope(name) || name == "Authorization" || name == "Cookie" || name == "Set-Cookie") {
			continue
		}
		if key, ok := strings.CutPrefix(strings.ToLower(name), prefix); ok && len(values) > 0 {
			out = append(out, Field{Name: key, Member: m.Shape.Value(), Value: Value{Kind: Text, Text: values[0]}})
		}
	}
	slices.SortFunc(out, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// texts reads what a query parameter or header has: a list, or one text.
func texts(values []string, s *awsmodel.Shape) Value {
	if s.Type != awsmodel.List {
		return Value{Kind: Text, Text: values[0]}
	}
	v := Value{Kind: List}
	for _, text := range values {
		v.Items = append(v.Items, Value{Kind: Text, Text: text})
	}
	return v
}
