package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// motoVerbatim are services whose members keep their capitals.
var motoVerbatim = map[string]bool{"ce": true, "securityhub": true}

// motoHides are texts that stand for what is hidden.
var motoHides = []string{"HIDDEN_DUE_TO_SECURITY_REASONS", "<sensitiveDataRemoved>", "****", "***", "**********", "***OMITTED***"}

// side is one side of a call, compared with requestParameters or
// responseElements.
type side struct {
	*motoEvent
	response bool
}

// request compares requestParameters: every member that was passed is there,
// and nothing else is.
func (x *motoEvent) request() {
	s := side{motoEvent: x}
	got, _ := x.event["requestParameters"].(map[string]any)
	for name, want := range x.Recorded {
		if fmt.Sprint(got[name]) != fmt.Sprint(want) {
			x.differs("requestParameters.%s is %v, want %v", name, got[name], want)
		}
	}
	switch {
	case x.refused():
		if x.event["requestParameters"] != nil {
			x.differs("requestParameters of a refused call are not null")
		}
	case x.Service == "ec2":
		s.looseTexts("requestParameters", x.Parameters, got, x.op.Input)
	case x.Service == "s3" || x.Service == "s3control":
		s.http(got)
	case len(x.Parameters) == 0:
		s.nothingElse("requestParameters", nil, got, x.op.Input)
	default:
		s.structure("requestParameters", x.Parameters, got, x.op.Input)
	}
}

// refused tells that a service does not show the parameters of a failed call.
func (x *motoEvent) refused() bool { return x.ErrorCode == "AccessDenied" && x.Service == "iam" }

// motoSpoken are reads whose answer is recorded.
var motoSpoken = map[string]bool{"sts.AssumeRole": true, "sts.GetSessionToken": true, "sts.GetFederationToken": true}

// response compares responseElements: null for reads and for what failed, and
// for writes every member of the answer.
func (x *motoEvent) response() {
	elements := x.event["responseElements"]
	if x.ErrorCode != "" || x.op.ReadOnly && !motoSpoken[x.Service+"."+x.Operation] {
		if elements != nil {
			x.differs("responseElements are %v, want null", elements)
		}
		return
	}
	if x.Output == nil || x.Unreadable {
		return
	}
	got, _ := elements.(map[string]any)
	s := side{motoEvent: x, response: true}
	switch x.Service {
	case "ec2":
		s.looseTexts("responseElements", x.Output, got, x.op.Output)
		return
	case "s3", "s3control":
		return // of S3 some headers are recorded, which records of its own tests show
	case "secretsmanager":
		if x.Output["ARN"] != nil && got["arn"] != x.Output["ARN"] && got["aRN"] != x.Output["ARN"] {
			x.differs("responseElements have no ARN: %v", got)
		}
		return
	}
	want, shape := x.Output, x.op.Output
	if shape != nil && len(shape.Members) == 1 && shape.Members[0].Shape.Wrapper {
		inner, _ := want[shape.Members[0].Name].(map[string]any)
		want, shape = inner, shape.Members[0].Shape
	}
	s.structure("responseElements", want, got, shape)
}

// structure compares the members of a structure.
func (s side) structure(path string, want, got map[string]any, shape *awsmodel.Shape) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		m := shape.Member(name)
		if m == nil {
			s.differs("%s.%s is not in the model", path, name)
			continue
		}
		recorded, there := got[s.spelled(name)]
		if _, exact := s.Recorded[s.spelled(name)]; exact && path == "requestParameters" {
			continue
		}
		s.member(path+"."+name, want[name], recorded, there, m)
	}
	if !s.response {
		s.nothingElse(path, want, got, shape)
	}
}

func (s side) spelled(name string) string {
	if motoVerbatim[s.Service] {
		return name
	}
	return strings.ToLower(name[:1]) + name[1:]
}

// motoDerived are members of requestParameters that the service adds.
var motoDerived = map[string]bool{"lambda.UpdateFunctionCode.fullyQualifiedArn": true}

// nothingElse finds what is recorded and was not passed. Clients fill in
// idempotency tokens by themselves.
func (s side) nothingElse(path string, want, got map[string]any, shape *awsmodel.Shape) {
	passed := make(map[string]bool)
	for name := range want {
		passed[s.spelled(name)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		token := shape != nil && slices.ContainsFunc(shape.Members, func(m awsmodel.Member) bool { return m.IdempotencyToken && s.spelled(m.Name) == name })
		if !passed[name] && !token && !motoDerived[s.Service+"."+s.Operation+"."+name] {
			s.differs("%s.%s = %v was not passed", path, name, got[name])
		}
	}
}

// hidden tells whether a value must not be in the event.
func (s side) hidden(path string, m *awsmodel.Member) bool {
	path = strings.TrimPrefix(strings.TrimPrefix(strings.ReplaceAll(path, "[]", ""), "requestParameters."), "responseElements.")
	return slices.Contains(s.Hidden, path) || m.Sensitive && !slices.Contains(s.Shown, m.Name)
}

// member compares one value by the model.
func (s side) member(path string, want, got any, there bool, m *awsmodel.Member) {
	switch {
	case s.hidden(path, m):
		text, isText := got.(string)
		if there && fmt.Sprint(got) != "map[]" && !(isText && slices.Contains(motoHides, text)) {
			s.differs("%s is to be hidden, and is %v", path, got)
		}
		return
	case m.Shape.Type == awsmodel.Blob || m.Streaming || m.Location == awsmodel.InStatusCode:
		if there {
			s.differs("%s is to be left out, and is %v", path, got)
		}
		return
	case !there:
		// Of what is empty, forms and XML have nothing or an empty text.
		if !empty(want) && !s.allLeftOut(path, want, m) {
			s.differs("%s is missing, want %v", path, want)
		}
		return
	}
	switch m.Shape.Type {
	case awsmodel.Structure:
		s.object(path, want, got, func(w, g map[string]any) { s.structure(path, w, g, m.Shape) })
	case awsmodel.Map:
		s.object(path, want, got, func(w, g map[string]any) {
			for _, key := range slices.Sorted(maps.Keys(w)) {
				value, there := g[key]
				s.member(path+"["+key+"]", w[key], value, there, m.Shape.Value())
			}
			if len(g) > len(w) {
				s.differs("%s has %d entries, want %d", path, len(g), len(w))
			}
		})
	case awsmodel.List:
		w, _ := want.([]any)
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			s.differs("%s is %v, want %v", path, got, want)
			return
		}
		for i := range w {
			s.member(path+"[]", w[i], g[i], true, m.Shape.Element())
		}
	default:
		if !s.scalar(want, got, m) {
			s.differs("%s is %v (%T), want %v", path, got, got, want)
		}
	}
}

func (s side) object(path string, want, got any, compare func(w, g map[string]any)) {
	w, isMap := want.(map[string]any)
	g, ok := got.(map[string]any)
	switch {
	case isMap && ok:
		compare(w, g)
	case fmt.Sprint(want) != fmt.Sprint(got): // a document
		s.differs("%s is %v, want %v", path, got, want)
	}
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// allLeftOut tells that nothing of a value is recorded.
func (s side) allLeftOut(path string, v any, m *awsmodel.Member) bool {
	w, ok := v.(map[string]any)
	if !ok || m.Shape.Type != awsmodel.Structure {
		return false
	}
	for name := range w {
		inner := m.Shape.Member(name)
		if inner == nil || inner.Shape.Type != awsmodel.Blob && !s.hidden(path+"."+name, inner) {
			return false
		}
	}
	return true
}

// scalar compares a value that has no parts.
func (s side) scalar(want, got any, m *awsmodel.Member) bool {
	switch m.Shape.Type {
	case awsmodel.Timestamp:
		return s.sameTime(want, got)
	case awsmodel.Boolean:
		return want == got
	case awsmodel.Integer, awsmodel.Long, awsmodel.Float, awsmodel.Double:
		g, ok := got.(json.Number)
		return ok && sameNumber(fmt.Sprint(want), g.String())
	}
	// Policies in answers of IAM are escaped, which boto3 undoes.
	if w, ok := want.(map[string]any); ok {
		var policy any
		text, err := url.QueryUnescape(fmt.Sprint(got))
		return err == nil && json.Unmarshal([]byte(text), &policy) == nil && fmt.Sprint(policy) == fmt.Sprint(w)
	}
	return fmt.Sprint(want) == got // moto has numbers for some texts, which CloudTrail writes as texts
}

func sameNumber(a, b string) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && x == y
}

// motoTimes are the forms of times in events, without a time zone UTC.
var motoTimes = []string{"Jan 2, 2006 3:04:05 PM", "Jan 2, 2006, 3:04:05 PM", time.RFC3339Nano, "2006-01-02T15:04:05", "Mon, 02 Jan 2006 15:04:05 GMT"}

// sameTime compares a time to the second: in the form of a Java date for query
// and JSON services, and as it was sent for REST services.
func (s side) sameTime(want, got any) bool {
	w, _ := want.(map[string]any)
	text, _ := w["$time"].(string)
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return want == got
	}
	layouts := motoTimes
	if !s.op.Service.REST() {
		layouts = layouts[:2]
	}
	if n, ok := got.(json.Number); ok && s.op.Service.REST() {
		seconds, err := n.Float64()
		return err == nil && math.Abs(seconds-float64(at.UnixMilli())/1000) < 1
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, fmt.Sprint(got)); err == nil {
			return t.Sub(at).Abs() < time.Second
		}
	}
	return false
}
