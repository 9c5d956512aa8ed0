package distill

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const model = `{"metadata":{"apiVersion":"1","endpointPrefix":"x","protocol":"query","xmlNamespace":"http://n/"},
"documentation":"prose","operations":{"B":{"name":"B","http":{"method":"POST","requestUri":"/"},"documentation":"prose","input":{"shape":"In"}},
"A":{"name":"A","http":{"method":"POST","requestUri":"/"},"input":{"shape":"In"}}},
"shapes":{"In":{"type":"structure","members":{"Z":{"shape":"S1","documentation":"prose"},"Y":{"shape":"S2"},"L":{"shape":"Loop"}}},
"S1":{"type":"string","enum":["prose"]},"S2":{"type":"string","max":3},"Loop":{"type":"list","member":{"shape":"Loop"}},"Unreached":{"type":"string"}}}`

func parse(t *testing.T, name, text string) *Model {
	t.Helper()
	m, err := Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestBlock(t *testing.T) {
	raw, shapes, err := encodeBlock(parse(t, "x", model))
	if err != nil {
		t.Fatal(err)
	}
	// In, one string for both, and the list that contains itself.
	if shapes != 3 {
		t.Errorf("%d shapes, want 3", shapes)
	}
	if bytes.Contains(raw, []byte("prose")) || bytes.Contains(raw, []byte("Unreached")) {
		t.Errorf("the block has what it should not: %q", raw)
	}
	m := parse(t, "x", model)
	if order := m.Shapes["In"].Members; order[0].Name != "Z" || order[1].Name != "Y" {
		t.Errorf("members lost their order: %v", order)
	}
	if m.Metadata.XMLNamespace.URI != "http://n/" {
		t.Errorf("namespace %+v", m.Metadata.XMLNamespace)
	}
}

func TestSameModelsSameBytes(t *testing.T) {
	models := []*Model{parse(t, "b", model), parse(t, "a", model)}
	for _, effort := range []Effort{Quick, Small} {
		first, err := Catalogue(models, effort)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(models)
		for range 5 {
			if again, err := Catalogue(models, effort); err != nil || !bytes.Equal(first, again) {
				t.Fatalf("the bytes differ: %v", err)
			}
		}
	}
}

func TestRefusedModels(t *testing.T) {
	f := func(from, to, want string) {
		t.Helper()
		m, err := Parse("x", []byte(strings.Replace(model, from, to, 1)))
		if err == nil {
			_, err = Catalogue([]*Model{m}, Quick)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", to, err)
		}
	}
	f(`"protocol":"query"`, `"protocol":""`, "protocol")
	f(`"S2":{"type":"string"`, `"S2":{"type":"number"`, "S2")
	f(`"Y":{"shape":"S2"}`, `"Y":{"shape":"S9"}`, "S9")
	f(`"Y":{"shape":"S2"}`, `"Y":{"shape":"S2","location":"moon"}`, "moon")
	f(`"member":{"shape":"Loop"}`, `"members":{}`, "member")
	f(`{"metadata"`, `{"metadata":}`, "model of x")
}

func TestReadFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) {
		t.Helper()
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ReadFolder(dir); err == nil {
		t.Error("an empty folder was taken")
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(model)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	write("endpoints.json", []byte("{}"))
	write("none/2020-01-01/paginators-1.json", []byte("{}"))
	write("x/2019-01-01/service-2.json", []byte("broken"))
	write("x/2020-01-01/service-2.json.gz", packed.Bytes())
	write("x/2021-01-01/waiters-2.json", []byte("{}"))
	write("y/2020-01-01/api-2.json", []byte(model))
	models, err := ReadFolder(dir)
	if err != nil || len(models) != 2 || models[0].Name != "x" || models[1].Name != "y" {
		t.Fatalf("%v, %v", models, err)
	}
	write("y/2021-01-01/service-2.json.gz", []byte("no gzip"))
	if _, err := ReadFolder(dir); err == nil {
		t.Error("a model that cannot be unpacked was passed over")
	}
}
