// Command modelgen writes the catalogue file that package awsmodel embeds.
//
// It reads the data folder of a botocore package, or models/apis of
// aws-sdk-go, and writes the distilled facts; package distill says which. The
// models themselves stay where they are. Run it from the root of the
// repository:
//
//	go run ./internal/awsmodel/modelgen -botocore DIR -out internal/awsmodel/catalogue.bin
//
// where DIR is the package's folder, as
//
//	python3 -c 'import botocore, os; print(os.path.dirname(botocore.__file__))'
//
// prints it, or any folder laid out as its data folder. The same models give
// the same file. It does not download anything.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cairntrail/cairn/internal/awsmodel/distill"
)

func main() {
	dir := flag.String("botocore", "", "folder of the botocore package, or of models laid out as its data folder")
	out := flag.String("out", "internal/awsmodel/catalogue.bin", "file to write")
	flag.Parse()
	if err := run(*dir, *out); err != nil {
		fmt.Fprintln(os.Stderr, "modelgen:", err)
		os.Exit(1)
	}
}

func run(dir, out string) error {
	if dir == "" {
		return fmt.Errorf("-botocore is not given")
	}
	if info, err := os.Stat(filepath.Join(dir, "data")); err == nil && info.IsDir() {
		dir = filepath.Join(dir, "data")
	}
	models, err := distill.ReadFolder(dir)
	if err != nil {
		return err
	}
	file, err := distill.Catalogue(models, distill.Small)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, file, 0o644); err != nil {
		return fmt.Errorf("writing the catalogue: %w", err)
	}
	operations := 0
	for _, m := range models {
		operations += len(m.Operations)
	}
	fmt.Printf("%s: %d services, %d operations, %d bytes\n", out, len(models), operations, len(file))
	return nil
}
