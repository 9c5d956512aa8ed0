package trinosql

import (
	"bytes"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"
)

const docsFile = "../../docs/sql.md"

// functionsMark is where docs/sql.md has the registry.
const functionsMark = "<!-- functions: go test ./internal/trinosql -run TestDocs -update -->\n"

// TestDocs compares the list of functions in docs/sql.md with the registry.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := bytes.Cut(text, []byte(functionsMark))
	if !ok {
		t.Fatalf("%s has no %q", docsFile, functionsMark)
	}
	want := functionTables()
	if string(after) == want {
		return
	}
	if !*update {
		t.Fatalf("the functions in %s are not those of the registry: run this test with -update", docsFile)
	}
	if err := os.WriteFile(docsFile, []byte(string(before)+functionsMark+want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// functionTables are the functions by topic, as tables.
func functionTables() string {
	topics := make(map[string][]*Func)
	var order []string
	for _, f := range Registry() {
		if topics[f.Topic] == nil {
			order = append(order, f.Topic)
		}
		topics[f.Topic] = append(topics[f.Topic], f)
	}
	sort.Strings(order)
	var b strings.Builder
	for _, topic := range order {
		fmt.Fprintf(&b, "\n### %s\n\n| function | computed by | notes |\n|---|---|---|\n", topic)
		for _, f := range topics[topic] {
			var calls []string
			for _, s := range strings.Split(f.Sig, " | ") {
				params := paramsText(s)
				calls = append(calls, "`"+f.Name+params+"` → `"+strings.TrimSpace(s[len(params):])+"`")
			}
			if f.Kind == AggregateFunc && f.Unsupported == "" && topic == "Approximate" {
				calls[len(calls)-1] += " (aggregate)"
			}
			note := f.Note
			if f.Unsupported != "" {
				note = f.Unsupported
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", strings.Join(calls, "<br>"), f.Source(), strings.ReplaceAll(note, "|", `\|`))
		}
	}
	return b.String()
}
