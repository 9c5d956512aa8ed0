package encode

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// generator makes values of shapes, of all kinds that encode takes.
type generator struct {
	*rand.Rand
	protocol awsmodel.Protocol
}

// deepest is the depth below which values have scalars only.
const deepest = 4

// message makes an input, an output or the fields of an error.
func (g *generator) message(s *awsmodel.Shape) decode.Value {
	if s == nil {
		return decode.Value{Kind: decode.Object}
	}
	return g.structure(s, 0)
}

func (g *generator) structure(s *awsmodel.Shape, depth int) decode.Value {
	v := decode.Value{Kind: decode.Object}
	names := make(map[string]bool)
	for i := range s.Members {
		m := &s.Members[i]
		if m.Location == awsmodel.InBody {
			if names[m.WireName()] {
				continue // The old notifications of S3 have one name for two members.
			}
			names[m.WireName()] = true
		}
		// The length is that of the body, whatever a member says.
		if s.Union && len(v.Fields) > 0 || strings.EqualFold(m.WireName(), "Content-Length") {
			continue
		}
		if depth >= deepest && len(m.Shape.Members) > 0 || !m.Required && g.IntN(2) == 0 {
			continue
		}
		v.Fields = append(v.Fields, decode.Field{Name: m.Name, Value: g.value(m, m, depth+1)})
	}
	return v
}

// value makes a value of a member that travels as top does, the member of the
// message it is in.
func (g *generator) value(m, top *awsmodel.Member, depth int) decode.Value {
	if top.Location == awsmodel.InBody && m.Shape.EventStream {
		return decode.Value{Kind: decode.Bytes, Text: "stream"}
	}
	switch m.Shape.Type {
	case awsmodel.Structure:
		return g.structure(m.Shape, depth)
	case awsmodel.List:
		v := decode.Value{Kind: decode.List}
		n := g.IntN(3)
		if top.Location != awsmodel.InBody {
			n++ // A list without items is not there, and may be required.
		}
		for range n {
			item := g.value(m.Shape.Element(), top, depth+1)
			if lost(item) && g.loose() {
				continue // It would not be there to be counted.
			}
			v.Items = append(v.Items, item)
		}
		return v
	case awsmodel.Map:
		v := decode.Value{Kind: decode.Object}
		for i := range g.IntN(3) {
			name := fmt.Sprintf("k%d", i)
			if top.Location == awsmodel.InBody {
				name += g.text()
			}
			v.Fields = append(v.Fields, decode.Field{Name: name, Value: g.value(m.Shape.Value(), top, depth+1)})
		}
		return v
	}
	return g.scalar(m, top)
}

// loose tells whether the protocol has no form for what is empty.
func (g *generator) loose() bool { return loose(g.protocol) }

// lost tells whether a value is nothing in a form.
func lost(v decode.Value) bool {
	for _, f := range v.Fields {
		if !lost(f.Value) {
			return false
		}
	}
	for _, i := range v.Items {
		if !lost(i) {
			return false
		}
	}
	return container(v)
}

func (g *generator) pick(texts ...string) string { return texts[g.IntN(len(texts))] }

// text makes a text for a body.
func (g *generator) text() string {
	return g.pick("", "a", "two words", `<&>"'`, "é世\n\t\r ", "a.b=c&d%20+", "true", "12", "null", `\ud800`)
}

// plain makes a text for paths, queries and headers.
func (g *generator) plain() string {
	return g.pick("x1y", "two words", "q=1&r,%2F+", `say "x"`, "a:b;c", `back\slash`)
}

func (g *generator) scalar(m, top *awsmodel.Member) decode.Value {
	text := func(s string) decode.Value { return decode.Value{Kind: decode.Text, Text: s} }
	either := func(kind decode.Kind, s string) decode.Value {
		if g.IntN(2) == 0 {
			return text(s)
		}
		return decode.Value{Kind: kind, Text: s}
	}
	if top.Location == awsmodel.InStatusCode {
		return either(decode.Number, g.pick("200", "201", "299"))
	}
	switch m.Shape.Type {
	case awsmodel.Boolean:
		return either(decode.Bool, g.pick("true", "false"))
	case awsmodel.Integer:
		return either(decode.Number, strconv.Itoa(g.IntN(1<<31)-1<<30))
	case awsmodel.Long:
		return either(decode.Number, strconv.FormatInt(g.Int64()-1<<62, 10))
	case awsmodel.Float, awsmodel.Double:
		return either(decode.Number, g.pick("0", "-1.5", "1e21", "0.1", "NaN", "Infinity", "3"))
	case awsmodel.Timestamp:
		return text(g.time(m, top))
	case awsmodel.Blob:
		raw := g.text()
		if g.IntN(2) == 0 {
			return decode.Value{Kind: decode.Bytes, Text: raw}
		}
		return text(base64.StdEncoding.EncodeToString([]byte(raw)))
	case awsmodel.Document:
		return decode.Value{Kind: decode.Object, Fields: []decode.Field{textField("a", g.text()),
			{Name: "b", Value: decode.Value{Kind: decode.List, Items: []decode.Value{{Kind: decode.Number, Text: "1.5"}, {Kind: decode.Bool, Text: "true"}, {}}}}}}
	}
	switch {
	case m.HostLabel:
		return text(g.pick("123456789012", "label-1"))
	case m.JSONValue:
		return text(g.pick(`{"a":[1,"é"]}`, `"x"`, `[]`))
	case top.Location != awsmodel.InBody:
		return text(g.plain())
	}
	return text(g.text())
}

// time makes a time in one of the forms; in headers it has no fraction.
func (g *generator) time(m, top *awsmodel.Member) string {
	t := time.UnixMilli(g.Int64N(4e12)).UTC()
	inHeader := top.Location == awsmodel.InHeader || top.Location == awsmodel.InHeaders
	if g.IntN(2) == 0 || timeFormat(m, "") == rfc822 || inHeader && timeFormat(m, "") == "" {
		t = t.Truncate(time.Second)
	}
	switch g.IntN(6) {
	case 0:
		return t.Format(time.RFC3339Nano)
	case 1:
		return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', -1, 64)
	case 2:
		if t.UnixMilli() >= millisecondsFrom {
			return strconv.FormatInt(t.UnixMilli(), 10)
		}
	case 3:
		return t.Format(time.RFC1123)
	case 4:
		return t.Format("Jan 2, 2006 3:04:05 PM")
	case 5:
		return t.Format("Jan 2, 2006, 3:04:05\u202fPM")
	}
	return t.In(time.FixedZone("", 3600)).Format(time.RFC3339Nano)
}
