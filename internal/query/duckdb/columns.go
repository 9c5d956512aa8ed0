package duckdb

import "strings"

// relation is a place in a statement that reads a store, with the columns that it
// names.
type relation struct {
	store   string
	columns map[string]bool
}

// relations finds what a statement of trinosql reads: the printed text has each
// table as "STORE" AS "alias", with an alias of its own, and each of its columns as
// "alias"."column".
func relations(sql string, stores map[string]bool) []*relation {
	var out []*relation
	byAlias := make(map[string]*relation)
	named := make(map[string][]string)
	var before string // the name before this one
	var between string
	for rest := sql; rest != ""; {
		at := strings.IndexAny(rest, `"'`)
		if at < 0 {
			break
		}
		between += rest[:at]
		quote := rest[at : at+1]
		text, after := quoted(rest[at+1:], quote)
		rest = after
		if quote == "'" { // a string, in which names are none
			before, between = "", ""
			continue
		}
		switch {
		case between == " AS " && stores[before]:
			r := &relation{store: before, columns: make(map[string]bool)}
			byAlias[text] = r
			out = append(out, r)
		case between == "." && before != "":
			named[before] = append(named[before], text)
		}
		before, between = text, ""
	}
	for alias, columns := range named {
		if r := byAlias[alias]; r != nil {
			for _, c := range columns {
				r.columns[c] = true
			}
		}
	}
	return out
}

// quoted reads up to the quote that ends a text; a doubled one stands for itself.
func quoted(s, quote string) (text, rest string) {
	for {
		head, tail, ok := strings.Cut(s, quote)
		text += head
		if !ok || !strings.HasPrefix(tail, quote) {
			return text, tail
		}
		text, s = text+quote, tail[1:]
	}
}
