package console

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// sqlFunction is a function as the editor offers it.
type sqlFunction struct {
	Name       string   `json:"name"`
	Kind       string   `json:"kind"`
	Topic      string   `json:"topic"`
	Signatures []string `json:"signatures"`
	Note       string   `json:"note,omitempty"`
}

// sqlColumn is a column of the event data stores of a category.
type sqlColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// showLanguage answers with what statements can be made of: what is checked when they
// run. It is the same for everybody.
func (c *Console) showLanguage(x *call) error {
	x.w.Header().Set("Cache-Control", "private, max-age=3600")
	writeBody(x.w, http.StatusOK, c.language())
	return nil
}

func language() []byte {
	columns := make(map[string][]sqlColumn)
	for _, category := range schema.Categories() {
		all, err := schema.Columns(category)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		for _, col := range all {
			columns[category] = append(columns[category], sqlColumn{col.Name, col.Type.String()})
		}
	}
	out, err := json.Marshal(map[string]any{"keywords": trinosql.Keywords(), "functions": sqlFunctions(), "columns": columns})
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return out
}

// sqlFunctions are the functions that run, each with all of its signatures.
func sqlFunctions() []sqlFunction {
	var out []sqlFunction
	for _, f := range trinosql.Registry() {
		if f.Unsupported != "" {
			continue
		}
		if n := len(out); n == 0 || out[n-1].Name != f.Name || out[n-1].Kind != f.Kind.String() {
			out = append(out, sqlFunction{Name: f.Name, Kind: f.Kind.String(), Topic: f.Topic, Note: f.Note})
		}
		last := &out[len(out)-1]
		for sig := range strings.SplitSeq(f.Sig, " | ") {
			last.Signatures = append(last.Signatures, signature(f.Name, strings.TrimSpace(sig)))
		}
	}
	return out
}

// signature writes "(varchar, bigint) varchar" as "substr(varchar, bigint) -> varchar".
func signature(name, sig string) string {
	depth := 0
	for i, r := range sig {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return name + sig[:i+1] + " -> " + strings.TrimSpace(sig[i+1:])
			}
		}
	}
	return name + " " + sig
}
