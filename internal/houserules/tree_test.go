package houserules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/cairntrail/cairn"

// root is the repository, seen from this package's folder.
const root = "../.."

// skipped are folders that do not belong to the repository's contents.
var skipped = map[string]bool{".git": true, ".tools": true, "bin": true, "cairn-data": true, "web/node_modules": true, "web/dist": true}

// left are endings of what the Go tools leave behind; .gitignore has them too.
var left = []string{".test", ".prof", ".out"}

// goFile is a parsed Go file.
type goFile struct {
	path   string // from the root, with slashes
	source []byte
	fset   *token.FileSet
	syntax *ast.File
}

func (f *goFile) dir() string  { return path.Dir(f.path) }
func (f *goFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// at is the place of a node, for messages.
func (f *goFile) at(n ast.Node) token.Position {
	p := f.fset.Position(n.Pos())
	p.Filename = f.path
	return p
}

// imports lists the paths that the file imports.
func (f *goFile) imports() []string {
	var out []string
	for _, i := range f.syntax.Imports {
		out = append(out, strings.Trim(i.Path.Value, `"`))
	}
	return out
}

// files lists the repository's files, with slashes, from the root.
var files = sync.OnceValues(func() (out []string, err error) {
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped[filepath.ToSlash(rel)] {
				return fs.SkipDir
			}
			return nil
		}
		if d.Type().IsRegular() && !slices.Contains(left, filepath.Ext(name)) {
			out = append(out, filepath.ToSlash(rel))
		}
		return nil
	})
	return out, err
})

// goFiles parses all Go files once, whatever their build constraints say.
var goFiles = sync.OnceValues(func() ([]*goFile, error) {
	names, err := files()
	if err != nil {
		return nil, err
	}
	var out []*goFile
	for _, name := range names {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "/testdata/") {
			continue
		}
		f := &goFile{path: name, fset: token.NewFileSet()}
		if f.source, err = os.ReadFile(filepath.Join(root, filepath.FromSlash(name))); err != nil {
			return nil, err
		}
		if f.syntax, err = parser.ParseFile(f.fset, name, f.source, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
})

func allGo(t *testing.T) []*goFile {
	t.Helper()
	out, err := goFiles()
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("only %d Go files were found: is %q still the repository?", len(out), root)
	}
	return out
}

// read returns the text of a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// documents are the repository's Markdown files.
func documents(t *testing.T) []string {
	t.Helper()
	names, err := files()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range names {
		if strings.HasSuffix(name, ".md") {
			out = append(out, name)
		}
	}
	return out
}
