package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "data", "x", "2020-01-01")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	model := `{"metadata":{"apiVersion":"1","endpointPrefix":"x","protocol":"json"},"operations":{},"shapes":{}}`
	if err := os.WriteFile(filepath.Join(folder, "service-2.json"), []byte(model), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{dir, filepath.Join(dir, "data")} {
		out := filepath.Join(t.TempDir(), "out")
		if err := run(from, out); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(out); err != nil || string(data[:8]) != "CAIRNAWS" {
			t.Errorf("%q, %v", data, err)
		}
	}
	if run("", "out") == nil || run(filepath.Join(dir, "none"), "out") == nil {
		t.Error("a folder that is not there was taken")
	}
}
