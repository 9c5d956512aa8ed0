package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// EC2 and S3 do not write the members of the model: EC2 has two ways of its own,
// and S3 writes what HTTP has.

// looseTexts compares what EC2 writes in two ways of its own: each text, number
// and boolean is somewhere in it.
func (s side) looseTexts(path string, want, got map[string]any, shape *awsmodel.Shape) {
	there := make(map[string]int)
	walk("", got, func(_, text string) { there[text]++ })
	s.texts("", want, shape, func(name, text string, m *awsmodel.Member) {
		if there[text]--; there[text] < 0 {
			s.differs("%s%s = %s is nowhere in %v", path, name, text, got)
		}
	})
}

// texts shows the scalars of a value by the model, without those that are
// hidden, left out, or written in another form.
func (s side) texts(path string, v any, shape *awsmodel.Shape, show func(path, text string, m *awsmodel.Member)) {
	w, _ := v.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(w)) {
		if m := shape.Member(name); m != nil {
			s.textsOf(path+"."+name, w[name], m, show)
		} else {
			s.differs("%s.%s is not in the model", path, name)
		}
	}
}

func (s side) textsOf(path string, v any, m *awsmodel.Member, show func(path, text string, m *awsmodel.Member)) {
	hidden := s.hidden(path, m) || slices.Contains(s.Hidden, m.Name)
	if hidden || m.Shape.Type == awsmodel.Blob || m.Shape.Type == awsmodel.Timestamp || m.Name == "DryRun" || empty(v) {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			element := *m.Shape.Element()
			element.Name = m.Name // what is hidden is hidden by the list's name
			if m.Flattened {
				element.LocationName = m.WireName()
			}
			s.textsOf(path+"[]", item, &element, show)
		}
	case map[string]any:
		if m.Shape.Type == awsmodel.Structure {
			s.texts(path, v, m.Shape, show)
		}
	default:
		show(path, fmt.Sprint(v), m)
	}
}

// http compares what S3 writes: the request as HTTP has it.
func (s side) http(got map[string]any) {
	if s.event["requestParameters"] == nil {
		s.differs("requestParameters are null")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.Parameters)) {
		m := s.op.Input.Member(name)
		if m == nil {
			s.differs("%s is not in the model", name)
			continue
		}
		s.httpMember(m, s.Parameters[name], got)
	}
}

func (s side) httpMember(m *awsmodel.Member, want any, got map[string]any) {
	recorded := m.WireName()
	switch {
	case m.Name == "Bucket" && s.Service == "s3" && m.Location == awsmodel.InURI:
		recorded = "bucketName"
	case m.Name == "Key":
		recorded = "key"
	case m.Location == awsmodel.InURI || s.Service == "s3control" && m.Name == "AccountId":
		return
	case m.Location == awsmodel.InQuery:
	case m.Location == awsmodel.InHeader:
		if recorded = strings.ToLower(recorded); !strings.HasPrefix(recorded, "x-amz-") {
			return
		}
	case m.Location == awsmodel.InHeaders || m.Streaming || m.Shape.Type == awsmodel.Blob:
		return
	case m.Name == "Policy":
		var policy any
		if err := json.Unmarshal([]byte(fmt.Sprint(want)), &policy); err != nil || fmt.Sprint(policy) != fmt.Sprint(got["bucketPolicy"]) {
			s.differs("bucketPolicy is %v, want %v", got["bucketPolicy"], want)
		}
		return
	default:
		s.document(m, want, got)
		return
	}
	if fmt.Sprint(got[recorded]) != fmt.Sprint(want) {
		s.differs("%s is %v, want %v", recorded, got[recorded], want)
	}
}

// document compares the document of a body by the names of its elements.
func (s side) document(m *awsmodel.Member, want any, got map[string]any) {
	there := make(map[string]int)
	walk("", got, func(path, text string) { there[path[strings.LastIndex(path, ".")+1:]+"="+text]++ })
	s.textsOf(m.Name, want, m, func(path, text string, leaf *awsmodel.Member) {
		name := leaf.WireName()
		if there[name+"="+text]+there[name+"[]="+text] == 0 {
			s.differs("%s = %s is nowhere in %v", path, text, got)
		}
	})
}
