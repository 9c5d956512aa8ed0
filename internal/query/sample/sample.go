// Package sample has sample queries over event data stores, and finds those that a
// phrase asks for.
//
// The queries are the files of the folder queries: a query begins with a line
// "-- name: ...", followed by "-- about: ..." and "-- words: ...", and ends before the
// next. In its SQL, $EDS_ID stands for an event data store of CloudTrail events. To add
// one, write it into a file.
//
// The package has no locks and no goroutines; what it returns is shared and not to be
// changed.
package sample

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:embed queries/*.sql
var files embed.FS

// Query is a sample query.
type Query struct {
	Name, Description, SQL string
	// words are further words that it is found by.
	words string
}

// Queries are all sample queries, in the order of their files.
var Queries = sync.OnceValue(func() []Query {
	all, err := read(files)
	if err != nil {
		panic("BUG: sample: " + err.Error())
	}
	return all
})

// read reads the files of a folder queries.
func read(dir fs.FS) (out []Query, err error) {
	names, err := fs.Glob(dir, "queries/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		for i, block := range strings.Split("\n"+string(text), "\n-- name: ") {
			if i == 0 { // what is before the first
				if strings.TrimSpace(block) != "" {
					return nil, fmt.Errorf("%s does not begin with the name of a query", name)
				}
				continue
			}
			q, err := parse(block)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			out = append(out, q)
		}
	}
	return out, nil
}

// parse reads a query behind its "-- name: ".
func parse(block string) (q Query, err error) {
	lines := strings.Split(block, "\n")
	q.Name = strings.TrimSpace(lines[0])
	for i, line := range lines[1:] {
		switch about, words := strings.CutPrefix(line, "-- about: "); {
		case words:
			q.Description = about
		case strings.HasPrefix(line, "-- words: "):
			q.words = strings.TrimPrefix(line, "-- words: ")
		default:
			q.SQL = strings.TrimSpace(strings.Join(lines[i+1:], "\n"))
			if q.Name == "" || q.Description == "" || q.words == "" || !strings.Contains(q.SQL, "$EDS_ID") {
				return q, fmt.Errorf("the query %q lacks a name, an about, words, or a $EDS_ID", q.Name)
			}
			return q, nil
		}
	}
	return q, fmt.Errorf("the query %q has no SQL", q.Name)
}
