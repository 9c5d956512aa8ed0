package redact

import (
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/event"
)

// realRecords calls f with every real record, if there are some.
func realRecords(t *testing.T, f func(raw []byte)) {
	t.Helper()
	dir := os.Getenv("CAIRN_REAL_DATA")
	if dir == "" {
		t.Skip("no real records at hand: set CAIRN_REAL_DATA to a folder of CloudTrail log files")
	}
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json.gz") {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		z, err := gzip.NewReader(file)
		if err != nil {
			return err
		}
		for r := event.NewReader(z); ; n++ {
			rec, err := r.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			f(rec.Raw)
		}
	})
	if err != nil || n == 0 {
		t.Fatalf("%d records, %v", n, err)
	}
	t.Logf("%d records", n)
}

// What CloudTrail wrote is what the built-in rules make of it: they find
// nothing that it left in the clear, and its literals are theirs.
func TestRealRecords(t *testing.T) {
	already := map[string]int{}
	realRecords(t, func(raw []byte) {
		out, hidden, err := Builtin().Record(raw)
		if err != nil || string(out) != string(raw) {
			t.Errorf("%v\n%s\n%s", err, raw, out)
		}
		for _, h := range hidden {
			already[h.Rule]++
		}
	})
	for _, want := range []string{
		"ssm PutParameter requestParameters.value", "ssm SendCommand requestParameters.parameters",
		"rds * requestParameters.masterUserPassword", "lambda * requestParameters.environment",
		"rolesanywhere * requestParameters.tags[].key",
	} {
		if already[want] == 0 {
			t.Errorf("no record has what %q hides", want)
		}
	}
}

// modeled gives the members of a recorded tree those of a shape, as far as the
// names agree, and calls f with each.
func modeled(v *decode.Value, s *awsmodel.Shape, path string, f func(path string, v *decode.Value, m *awsmodel.Member)) {
	if s == nil {
		return
	}
	for i := range v.Fields {
		name := v.Fields[i].Name
		var m *awsmodel.Member
		switch s.Type {
		case awsmodel.Structure:
			if k := slices.IndexFunc(s.Members, func(m awsmodel.Member) bool {
				return strings.EqualFold(m.Name, name) || strings.EqualFold(m.LocationName, name)
			}); k >= 0 {
				m = &s.Members[k]
			}
		case awsmodel.Map:
			m = s.Value()
		case awsmodel.List: // EC2 has its lists in an object with "items"
			modeled(&v.Fields[i].Value, s, path, f)
		}
		if m != nil {
			f(path+"."+m.Name, &v.Fields[i].Value, m)
			modeled(&v.Fields[i].Value, m.Shape, path+"."+m.Name, f)
		}
	}
	if s.Type == awsmodel.List {
		for i := range v.Items {
			f(path+"[]", &v.Items[i], s.Element())
			modeled(&v.Items[i], s.Element().Shape, path+"[]", f)
		}
	}
}

var versioned = regexp.MustCompile(`20\d{6}(v\d+)?$`)

// What the models mark as sensitive is hidden in the real records too, but for
// the list of exceptions: it is complete as far as they go.
func TestRealSensitive(t *testing.T) {
	c, err := awsmodel.Open()
	if err != nil {
		t.Fatal(err)
	}
	masked := 0
	realRecords(t, func(raw []byte) {
		call, members, err := split(raw)
		if err != nil {
			t.Fatal(err)
		}
		name := versioned.ReplaceAllString(call.EventName, "")
		for _, s := range c.Named(strings.TrimSuffix(call.EventSource, ".amazonaws.com")) {
			op := s.Operation(name)
			if op == nil {
				continue
			}
			for _, m := range members {
				shape := map[Side]*awsmodel.Shape{RequestParameters: op.Input, ResponseElements: op.Output}[m.side]
				v, err := decode.JSON(raw[m.start:m.end], recordLimits)
				if err != nil {
					t.Fatal(err)
				}
				modeled(&v, shape, m.side.String(), func(path string, v *decode.Value, m *awsmodel.Member) {
					if _, hide := ByModel(call, nil, m); !hide {
						return
					}
					if masked++; v.Text != DefaultLiteral {
						t.Errorf("%s %s %s is marked as sensitive and in the clear", s.Name, name, path)
					}
				})
			}
		}
	})
	if masked == 0 {
		t.Error("no record has a sensitive member")
	}
}
