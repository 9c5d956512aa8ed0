// Command coveragegen writes docs/coverage.md: how faithfully the recorder
// writes the calls of each service. It reads the catalogue, the result of
// replaying real records (internal/recorder/testdata/replay.json) and the
// examples of the service pages (golden.ndjson beside it).
package main

import (
	"fmt"
	"log"
	"os"
)

//go:generate go run . ../testdata ../../../docs/coverage.md

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: coveragegen TESTDATA OUTPUT")
	}
	page, err := generate(os.Args[1])
	if err == nil {
		err = os.WriteFile(os.Args[2], page, 0o644)
	}
	if err != nil {
		log.Fatal(fmt.Errorf("coveragegen: %w", err))
	}
}
