package encode

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// loose tells whether a protocol has no form for some of what is empty.
func loose(p awsmodel.Protocol) bool {
	return p == awsmodel.Query || p == awsmodel.EC2 || p == awsmodel.RESTXML
}

// normal writes a value so that two that mean the same are the same text:
// scalars as the model has them, the fields of structures and maps by name.
type normal struct {
	loose bool
}

// message writes a message. Members that are not in the body are loose in every
// protocol.
func (n normal) message(s *awsmodel.Shape, v decode.Value) string {
	var out []string
	for _, f := range v.Fields {
		m := s.Member(f.Name)
		if m == nil {
			out = append(out, f.Name+"?:"+n.value(nil, f.Value))
			continue
		}
		inner := normal{n.loose || m.Location != awsmodel.InBody}
		if m.Location == awsmodel.InHeaders {
			f.Value.Fields = slices.DeleteFunc(slices.Clone(f.Value.Fields), func(e decode.Field) bool {
				// Where the prefix is empty these are all headers.
				return !strings.HasPrefix(e.Name, "k")
			})
		}
		if !inner.loose || !lost(f.Value) {
			out = append(out, f.Name+":"+inner.value(m, f.Value))
		}
	}
	slices.Sort(out)
	return "{" + strings.Join(out, " ") + "}"
}

func (n normal) value(m *awsmodel.Member, v decode.Value) string {
	var out []string
	switch v.Kind {
	case decode.Null:
		return "null"
	case decode.List:
		for _, item := range v.Items {
			out = append(out, n.value(element(m), item))
		}
		return "[" + strings.Join(out, " ") + "]"
	case decode.Object:
		for _, f := range v.Fields {
			// In a map the entry is there, whatever its value.
			if !n.loose || !lost(f.Value) || is(m, awsmodel.Map) {
				inner, _ := field(m, f.Name)
				out = append(out, fmt.Sprintf("%q:%s", f.Name, n.value(inner, f.Value)))
			}
		}
		slices.Sort(out)
		return "{" + strings.Join(out, " ") + "}"
	}
	return n.scalar(m, v)
}

func (n normal) scalar(m *awsmodel.Member, v decode.Value) string {
	switch {
	case v.Kind == decode.Bytes:
		return strconv.Quote(base64.StdEncoding.EncodeToString([]byte(v.Text)))
	case is(m, awsmodel.Timestamp):
		if t, ok := parseTime(v.Text); ok {
			return strconv.FormatInt(t.UnixMilli(), 10)
		}
	case v.Kind == decode.Bool || is(m, awsmodel.Boolean):
		return v.Text
	case v.Kind == decode.Number || numeric(m):
		if is(m, awsmodel.Integer) || is(m, awsmodel.Long) {
			return v.Text
		}
		if f, err := strconv.ParseFloat(v.Text, 64); err == nil {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
	case m != nil && m.JSONValue && m.Location == awsmodel.InHeader:
		if plain, err := base64.StdEncoding.DecodeString(v.Text); err == nil {
			return strconv.Quote(string(plain))
		}
	}
	return strconv.Quote(v.Text)
}
