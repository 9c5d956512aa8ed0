package main

import (
	"bytes"
	"os"
	"testing"
)

// The page in the repository is the one that the generator makes.
func TestPageIsCurrent(t *testing.T) {
	got, err := generate("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../../docs/coverage.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/coverage.md is not what the generator makes; run make generate")
	}
}
