package api

import (
	"flag"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/api/wire"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestUnsupported compares the operations that answer
// UnsupportedOperationException with testdata/unsupported.txt.
func TestUnsupported(t *testing.T) {
	h := newHouse(t)
	var lines []string
	for service, ops := range h.router.ops {
		for name, op := range ops {
			if op.run == nil {
				lines = append(lines, service.Name+":"+name+"\n")
			}
		}
	}
	sort.Strings(lines)
	got, path := strings.Join(lines, ""), filepath.Join("testdata", "unsupported.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not current, run the test with -update; the list is now:\n%s", path, got)
	}
	for _, line := range lines {
		service, name, _ := strings.Cut(strings.TrimSpace(line), ":")
		if service != "cloudtrail" {
			continue
		}
		a := h.trail(name, "{}")
		if code, message := a.code(t); a.status != 400 || code != CodeUnsupportedOperation ||
			message != name+" is not available in this version of Cairn." {
			t.Errorf("%s: got %d %s %q", name, a.status, code, message)
		}
	}
}

// TestReadOnly: the class of operations that the names do not tell.
func TestReadOnly(t *testing.T) {
	h := newHouse(t)
	readOnly := map[string]bool{
		"LookupEvents": true, "DescribeQuery": true, "GetQueryResults": true, "StartQuery": true, "SearchSampleQueries": true,
		"AssumeRole": true, "GetSessionToken": true, "GetCallerIdentity": true, "ListPublicKeys": true,
		"CancelQuery": false, "GenerateQuery": false, "CreateTrail": false, "StartLogging": false, "PutAuditEvents": false, "CreateAccessKey": false,
	}
	for _, ops := range h.router.ops {
		for name, op := range ops {
			if want, listed := readOnly[name]; listed && op.readOnly != want {
				t.Errorf("%s: read-only is %v", name, op.readOnly)
			}
		}
	}
	if Category("cloudtrail-data.amazonaws.com", "PutAuditEvents") != CategoryData || Category("cloudtrail.amazonaws.com", "StartQuery") != CategoryManagement {
		t.Error("wrong categories")
	}
}

// TestPatternsCompile uses every pattern of the models, because a pattern
// compiles on first use.
func TestPatternsCompile(t *testing.T) {
	n := 0
	var walk func(s *wire.Shape)
	walk = func(s *wire.Shape) {
		if s.Pattern != nil {
			s.Pattern.Match("x")
			n++
		}
		for i := range s.Members {
			walk(s.Members[i].Shape)
		}
		for _, below := range []*wire.Shape{s.Elem, s.Key} {
			if below != nil {
				walk(below)
			}
		}
	}
	for _, service := range services {
		for _, op := range service.Operations {
			walk(op.Input)
			walk(op.Output)
		}
	}
	if n < 100 {
		t.Errorf("only %d patterns", n)
	}
}

// TestPutAuditEvents: members from the query string and the body meet in the
// record, in the order of the model.
func TestPutAuditEvents(t *testing.T) {
	h := newHouse(t)
	r := jsonRequest("", `{"auditEvents":[{"id":"1","eventData":"{}"}],"channelArn":"ignored"}`)
	r.Header.Del("X-Amz-Target")
	r.Header.Set("Content-Type", "application/json")
	r.URL.Path, r.URL.RawQuery = "/PutAuditEvents", "channelArn=arn%3Aaws%3Acloudtrail&externalId=ex"
	h.do(signAs(r, "AKIDADMIN", "eu-west-1", "cloudtrail-data"))
	rec := h.last(t)
	if rec.EventSource != "cloudtrail-data.amazonaws.com" || rec.EventName != "PutAuditEvents" ||
		string(rec.RequestParameters) != `{"channelArn":"arn:aws:cloudtrail","externalId":"ex","auditEvents":[{"id":"1","eventData":"{}"}]}` {
		t.Errorf("recorded %+v %s", rec, rec.RequestParameters)
	}
}
