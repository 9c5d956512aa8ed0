package houserules

import (
	"bytes"
	"go/ast"
	"go/format"
	"regexp"
	"strings"
	"testing"
)

// floors are the floors of the house, as ARCHITECTURE.md has them. A room may
// import rooms of lower floors only. A room is a folder below internal with
// everything in it: what its inner packages import of each other is its own
// affair.
var floors = map[string]int{
	"event": 1, "store": 1, "config": 1, "synth": 1, "houserules": 1, "trinosql": 1, "naming": 1, "moto": 1, "awsmodel": 1, "objects": 1, "verify": 1, "web": 1, "refusal": 1, "sdkhttp": 1,
	"identity": 2, "journal": 2, "selector": 2, "redact": 2, "gateway": 2, "keys": 2, "notify": 2,
	"recorder": 3, "lake": 3, "trail": 3, "sharing": 3,
	"intake": 4, "query": 4,
	"api":     6,
	"console": 7,
	"app":     8, "cli": 8,
	"cmd": 9, "test": 9,
}

// room is the room of a folder or an import of this module, from the root.
func room(dir string) string {
	parts := strings.Split(dir, "/")
	if parts[0] == "internal" && len(parts) > 1 {
		return parts[1]
	}
	return parts[0]
}

func TestFloors(t *testing.T) {
	seen := make(map[string]bool)
	for _, f := range allGo(t) {
		from := room(f.dir())
		floor, known := floors[from]
		if !known && !seen[from] {
			t.Errorf("room %s has no floor: give it one in floors, here, and in ARCHITECTURE.md", from)
		}
		seen[from] = true
		if !known || f.isTest() {
			continue
		}
		for _, imported := range f.imports() {
			inner, ours := strings.CutPrefix(imported, module+"/")
			if !ours {
				continue
			}
			if to := room(inner); to != from && floors[to] >= floor {
				t.Errorf("%s: %s (floor %d) must not import %s (floor %d): imports only go down", f.path, from, floor, to, floors[to])
			}
		}
	}
	architecture := read(t, "ARCHITECTURE.md")
	for r := range floors {
		if !seen[r] {
			t.Errorf("floors has the room %s, which has no Go files", r)
		}
		if r != "cmd" && r != "test" && !strings.Contains(architecture, "`internal/"+r+"`") && !strings.Contains(architecture, "| `"+r+"` ") {
			t.Errorf("ARCHITECTURE.md does not name the room %s", r)
		}
	}
}

// Every package says what it is.
func TestPackageDocs(t *testing.T) {
	docs, names := make(map[string]bool), make(map[string]string)
	for _, f := range allGo(t) {
		if f.isTest() {
			continue
		}
		dir, name := f.dir(), f.syntax.Name.Name
		names[dir] = name
		first := "Package " + name + " "
		if name == "main" {
			first = "Command "
		}
		if f.syntax.Doc != nil && strings.HasPrefix(f.syntax.Doc.Text(), first) {
			docs[dir] = true
		}
	}
	for dir, name := range names {
		if !docs[dir] {
			t.Errorf("%s: package %s has no comment that begins with its name", dir, name)
		}
	}
}

func TestPackageNames(t *testing.T) {
	bad := map[string]bool{"util": true, "utils": true, "common": true, "helper": true, "helpers": true, "misc": true, "shared": true}
	for _, f := range allGo(t) {
		if bad[f.syntax.Name.Name] {
			t.Errorf("%s: a package is named after what it provides, and not %s", f.path, f.syntax.Name.Name)
		}
	}
}

// sleepers are test files that may sleep, with why.
var sleepers = map[string]string{}

func TestNoSleepingTests(t *testing.T) {
	for _, f := range allGo(t) {
		if !f.isTest() || sleepers[f.path] != "" {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Sleep" {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" {
				t.Errorf("%s: a test does not sleep: wait for what it waits for, or use testing/synctest", f.at(sel))
			}
			return true
		})
	}
}

// What is left to do is in the tracker, where someone looks for it.
func TestNoNotesToSelf(t *testing.T) {
	note := regexp.MustCompile(`\b(` + strings.Join([]string{"TO" + "DO", "FIX" + "ME", "X" + "XX"}, "|") + `)\b`)
	for _, f := range allGo(t) {
		for _, group := range f.syntax.Comments {
			if m := note.FindString(group.Text()); m != "" {
				t.Errorf("%s: a comment says %s", f.at(group), m)
			}
		}
	}
}

func TestFormatted(t *testing.T) {
	for _, f := range allGo(t) {
		want, err := format.Source(f.source)
		if err != nil {
			t.Errorf("%s: %v", f.path, err)
		} else if !bytes.Equal(want, f.source) {
			t.Errorf("%s is not formatted: run make fmt", f.path)
		}
	}
}
