package houserules

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// requires reads the modules that go.mod and that of the senders require, and which of
// them these call direct.
func requires(t *testing.T) (modules []string, direct map[string]bool) {
	t.Helper()
	direct = make(map[string]bool)
	for line := range strings.Lines(read(t, "go.mod") + read(t, "test/senders/go.mod")) {
		words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(words) < 2 || !strings.HasPrefix(words[1], "v") {
			continue
		}
		modules = append(modules, words[0])
		if !strings.Contains(line, "// indirect") {
			direct[words[0]] = true
		}
	}
	if len(modules) == 0 {
		t.Fatal("no requirements were found in go.mod")
	}
	return modules, direct
}

// npmPackages lists what the console names in its package.json, and fails for what
// has no exact version there.
func npmPackages(t *testing.T) (names []string) {
	t.Helper()
	var manifest struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if err := json.Unmarshal([]byte(read(t, "web/package.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	exact := regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	for _, list := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
		for name, version := range list {
			if !exact.MatchString(version) {
				t.Errorf("web/package.json has %s in version %s, which is not an exact one", name, version)
			}
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		t.Fatal("no packages were found in web/package.json")
	}
	return names
}

// moduleOf is the module that has a package: the longest that matches.
func moduleOf(modules []string, pkg string) string {
	best := ""
	for _, m := range modules {
		if (pkg == m || strings.HasPrefix(pkg, m+"/")) && len(m) > len(best) {
			best = m
		}
	}
	return best
}

func TestDependenciesAreExplained(t *testing.T) {
	modules, direct := requires(t)
	for _, f := range allGo(t) {
		for _, imported := range f.imports() {
			first, _, _ := strings.Cut(imported, "/")
			if !strings.Contains(first, ".") || imported == module || strings.HasPrefix(imported, module+"/") {
				continue
			}
			m := moduleOf(modules, imported)
			if m == "" {
				t.Errorf("%s imports %s, which no module in go.mod has", f.path, imported)
				continue
			}
			direct[m] = true
		}
	}
	for _, name := range npmPackages(t) {
		direct[name] = true
	}
	page := read(t, "docs/dependencies.md")
	for m := range direct {
		if !strings.Contains(page, "\n| `"+m+"` |") {
			t.Errorf("docs/dependencies.md has no row for %s: say what it is for, and what else was looked at", m)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(page, -1) {
		if !direct[row[1]] {
			t.Errorf("docs/dependencies.md has a row for %s, which nothing imports", row[1])
		}
	}
}

// Every metric is in the operators' table, and nothing else is.
func TestMetricsAreDocumented(t *testing.T) {
	page := read(t, "docs/operations.md")
	known := make(map[string]bool)
	name := regexp.MustCompile(`"(cairn_[a-z0-9_]+)"`)
	for _, f := range allGo(t) {
		if f.isTest() {
			continue
		}
		for _, m := range name.FindAllSubmatch(f.source, -1) {
			known[string(m[1])] = true
		}
	}
	for m := range known {
		if !strings.Contains(page, "\n| `"+m+"` |") {
			t.Errorf("docs/operations.md has no row for the metric %s", m)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(cairn_[a-z0-9_]+)` \\|").FindAllStringSubmatch(page, -1) {
		if !known[row[1]] {
			t.Errorf("docs/operations.md has a row for %s, which is no metric", row[1])
		}
	}
}

// No file says where one person's checkout or home folder is.
func TestNoMachinePaths(t *testing.T) {
	names, err := files()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"work", "root"} {
			if bad := "/" + word + "/"; bytes.Contains(b, []byte(bad)) {
				t.Errorf("%s has a path of one machine: %s", name, bad)
			}
		}
	}
}

func TestMakeTargetsExist(t *testing.T) {
	targets := make(map[string]bool)
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets[m[1]] = true
	}
	for _, want := range []string{"build", "demo", "test", "check", "fuzz", "bench"} {
		if !targets[want] {
			t.Errorf("Makefile has no target %s", want)
		}
	}
	// "make x" as a command: in backquotes, or at the beginning of a line.
	command := regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)(?:`|$| +#| [A-Z]+=)")
	for _, name := range documents(t) {
		for _, m := range command.FindAllStringSubmatch(read(t, name), -1) {
			if !targets[m[1]] {
				t.Errorf("%s names make %s, which Makefile does not have", name, m[1])
			}
		}
	}
}

// Links between documents lead somewhere.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, name := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			at := name
			if target != "" {
				at = path.Join(path.Dir(name), target)
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(at))); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
				continue
			}
			if anchor != "" && !slices.Contains(anchors(read(t, at)), anchor) {
				t.Errorf("%s links to %s, but %s has no such heading", name, m[1], at)
			}
		}
	}
}

// anchors are the names that headings of a document have in links.
func anchors(text string) []string {
	var out []string
	drop := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	for line := range strings.Lines(text) {
		if title := strings.TrimLeft(line, "#"); len(title) < len(line) && strings.HasPrefix(title, " ") {
			slug := drop.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			out = append(out, strings.ReplaceAll(slug, " ", "-"))
		}
	}
	return out
}

func TestDecisionsAreNumbered(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join(root, "docs", "decisions"))
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`^(\d{4})-[a-z0-9-]+\.md$`)
	seen := make(map[string]bool)
	for _, e := range entries {
		m := name.FindStringSubmatch(e.Name())
		switch {
		case m == nil:
			t.Errorf("docs/decisions/%s is not named like 0001-what-it-is-about.md", e.Name())
		case seen[m[1]]:
			t.Errorf("there are two decisions %s", m[1])
		case !strings.HasPrefix(read(t, "docs/decisions/"+e.Name()), "# "+m[1]+": "):
			t.Errorf("docs/decisions/%s does not begin with \"# %s: \"", e.Name(), m[1])
		default:
			seen[m[1]] = true
		}
	}
}
