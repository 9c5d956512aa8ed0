package duckdb

import "strings"

// relation is a place in a statement that reads a store, with the columns that it
// names, or the fields of columns, as useridentity.arn.
type relation struct {
	store   string
	columns map[string]bool
}

// dereference is how a field is taken out of a row.
const dereference = "struct_extract("

// relations finds what a statement of trinosql reads: the printed text has each
// table as "STORE" AS "alias", with an alias of its own, each of its columns as
// "alias"."column", and fields as struct_extract("alias"."column", 'field').
func relations(sql string, stores map[string]bool) []*relation {
	var out []*relation
	byAlias := make(map[string]*relation)
	named := make(map[string][]string)
	var before string // the name before this one
	var between string
	deep := 0 // how many fields are taken out of what before names
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
			path, left := fields(text, rest, deep)
			named[before], rest = append(named[before], path), left
		}
		deep = 0
		for head := between; strings.HasSuffix(head, dereference); head = strings.TrimSuffix(head, dereference) {
			deep++
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

// fields are a column and the fields that are taken out of it: so many, from what
// follows.
func fields(column, rest string, deep int) (path, left string) {
	for ; deep > 0; deep-- {
		after, ok := strings.CutPrefix(rest, ", '")
		if !ok {
			break
		}
		field, behind := quoted(after, "'")
		behind, ok = strings.CutPrefix(behind, ")")
		if !ok {
			break
		}
		column, rest = column+"."+field, behind
	}
	return column, rest
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
