package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/wire"
)

// TestRealRecords takes the requestParameters of real CloudTrail records, turns
// them into what the SDK sent, and expects the rendering to give them back.
func TestRealRecords(t *testing.T) {
	dir := os.Getenv("CAIRN_REAL_DATA")
	if dir == "" {
		dir = filepath.FromSlash("../../../shared/data/real")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real records, set CAIRN_REAL_DATA: %v", err)
	}
	h := newHouse(t)
	checked := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json.gz") {
			return err
		}
		for _, r := range readRecords(t, path) {
			if r.EventSource != "cloudtrail.amazonaws.com" || r.ErrorCode != "" {
				continue
			}
			op := h.router.ops[ctapi.Service][r.EventName]
			if op == nil {
				t.Errorf("%s is not an operation", r.EventName)
				continue
			}
			checked++
			roundTrip(t, op.Name+" request", op.Input, r.RequestParameters)
			if string(r.ResponseElements) != "null" {
				roundTrip(t, op.Name+" response", op.Output, r.ResponseElements)
			}
			if op.readOnly != r.ReadOnly || op.responses != (string(r.ResponseElements) != "null") && !emptyAnswer(op) {
				t.Errorf("%s: readOnly %v, responseElements %s", op.Name, r.ReadOnly, r.ResponseElements)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d real records", checked)
	if checked == 0 {
		t.Error("no record was checked")
	}
}

// emptyAnswer tells that an operation answers nothing, which is null too.
func emptyAnswer(op *operation) bool { return len(op.Output.Members) == 0 }

type realRecord struct {
	EventSource, EventName, ErrorCode   string
	ReadOnly                            bool
	RequestParameters, ResponseElements json.RawMessage
}

func readRecords(t *testing.T, path string) []realRecord {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Records []realRecord }
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Records
}

func roundTrip(t *testing.T, what string, shape *wire.Shape, recorded json.RawMessage) {
	t.Helper()
	raw, err := wire.ParseJSON(recorded)
	if err != nil {
		t.Fatal(err)
	}
	upper(shape, &raw)
	v, err := wire.Coerce(shape, raw)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if bad := wire.Validate(shape, &v); len(bad) > 0 {
		t.Errorf("%s: %s", what, wire.Describe(bad))
	}
	if got := wire.AppendRecord(nil, shape, &v); !bytes.Equal(got, []byte(compact(t, recorded))) {
		t.Errorf("%s:\n got %s\nwant %s", what, got, recorded)
	}
}

// upper gives members the spelling of the API: mostly a first letter in upper
// case, but DescribeTrails has members that begin with a lower one. None of
// these records has a map.
func upper(shape *wire.Shape, v *wire.Value) {
	for i := range v.Fields {
		f := &v.Fields[i]
		if shape.Member(f.Name) == nil {
			f.Name = strings.ToUpper(f.Name[:1]) + f.Name[1:]
		}
		if m := shape.Member(f.Name); m != nil {
			upper(m.Shape, &f.Value)
		}
	}
	for i := range v.Items {
		upper(shape.Elem, &v.Items[i])
	}
}
