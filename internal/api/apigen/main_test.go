package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestCurrent regenerates everything into memory: what is committed must be
// what the models and the generator give.
func TestCurrent(t *testing.T) {
	files, err := generate("..")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 3*len(targets) {
		t.Errorf("generated %d files, want %d", len(files), 3*len(targets))
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not current: run go generate ./internal/api", name)
		}
	}
}

func TestNames(t *testing.T) {
	is := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	is(recordName("S3BucketName"), "s3BucketName")
	is(recordName("TrailARN"), "trailARN")
	is(enumName("PENDING_DELETION"), "PendingDeletion")
	is(enumName("FINISHED"), "Finished")
	is(enumName("EventId"), "EventId")
	is(code("InvalidMaxResultsException"), "CodeInvalidMaxResults")
	is(literal("`"), "\"`\"")
}
