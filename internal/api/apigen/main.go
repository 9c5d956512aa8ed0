// Command apigen writes the Go types, codecs and shape tables of the services
// that Cairn answers for, from the distilled service models in
// internal/api/model. It is run by "go generate ./internal/api" in that
// directory and is deterministic: the same models give the same bytes, which a
// test compares with what is committed.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// target is one service package to write.
type target struct {
	model, pkg, about string
}

// targets are the services, with the sentence that their packages begin with.
var targets = []target{
	{"cloudtrail.json", "ctapi", "holds the types and shape tables of the CloudTrail API, 2013-11-01."},
	{"cloudtrail-data.json", "ctdata", "holds the types and shape tables of the CloudTrail Data API, 2021-08-11."},
	{"sts.json", "stsapi", "holds the types and shape tables of the part of the STS API, 2011-06-15, that Cairn answers."},
	{"cairn.json", "cairnapi", "holds the types and shape tables of Cairn's own administration API, 2026-11-21."},
}

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "apigen:", err)
		os.Exit(1)
	}
}

// run writes the files of all targets below dir, which is internal/api.
func run(dir string) error {
	files, err := generate(dir)
	if err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("create the package folder: %w", err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// generate returns the files of all targets by their path below dir.
func generate(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, t := range targets {
		m, err := load(filepath.Join(dir, "model", t.model))
		if err != nil {
			return nil, err
		}
		for name, emit := range map[string]func(*model, target) ([]byte, error){
			"types_gen.go":  emitTypes,
			"codec_gen.go":  emitCodec,
			"tables_gen.go": emitTables,
		} {
			content, err := emit(m, t)
			if err != nil {
				return nil, fmt.Errorf("%s of %s: %w", name, t.model, err)
			}
			files[t.pkg+"/"+name] = content
		}
	}
	return files, nil
}
