// Package sqltest reads files of SQL statements and what they have to answer, which
// are run on each engine: tests of this repository in the language that they test.
//
// A file is UTF-8 text of entries with empty lines between them, and of lines that
// begin with # as comments:
//
//	table NAME
//	SELECT ...
//	----
//
// makes a table of the rows of a statement, for the entries below it.
//
//	query [rowsort] [ext] [unlike] [TYPE; TYPE; ...]
//	SELECT ...
//	----
//	a<TAB>b
//
// is a statement, which may span lines, and its rows up to an empty line. They are
// compared in the order that the statement gives them, or sorted with rowsort. Types,
// if there are any, are those of the result, in Trino's notation. ext marks what Cairn
// understands and Trino does not. NULL is written NULL, an empty text (empty), and a
// tab, a line break and a backslash inside of a value \t, \n and \\.
//
//	error CODE
//	SELECT ...
//	----
//
// is a statement that fails, with Trino's name of the error.
//
// Trino's answer is what a file has. Where Cairn with DuckDB answers otherwise, the word
// unlike stands behind query or error CODE, and the comment above says why.
package sqltest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Kind is what an entry is.
type Kind string

// The kinds of entries.
const (
	Table Kind = "table"
	Query Kind = "query"
	Error Kind = "error"
)

// Entry is an entry of a file.
type Entry struct {
	// Line is where the entry begins, from 1.
	Line int
	// Comment are the lines above the entry, without the number signs.
	Comment []string
	Kind    Kind
	// Name is that of the table, or of the error.
	Name string
	SQL  string
	// Sorted says that the order of the rows does not count.
	Sorted bool
	// Extension says that the statement is not Trino's.
	Extension bool
	// Unlike says that DuckDB's answer is another one, for the reason in Comment.
	Unlike bool
	// Types are the types of the result; nil if the file does not tell.
	Types []string
	// Rows are the texts of the values, as [Cell] writes them.
	Rows [][]string
}

// separator stands between a statement and its rows.
const separator = "----"

// Read reads a file.
func Read(path string) ([]Entry, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	entries, err := Parse(string(b))
	if err != nil {
		return nil, fmt.Errorf("%s:%w", filepath.Base(path), err)
	}
	return entries, nil
}

// Parse reads the text of a file. Its error begins with the line.
func Parse(text string) ([]Entry, error) {
	p := &parser{lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	var out []Entry
	var comment []string
	for p.at < len(p.lines) {
		line := p.lines[p.at]
		if text, ok := strings.CutPrefix(line, "#"); ok || strings.TrimSpace(line) == "" {
			if ok {
				comment = append(comment, strings.TrimSpace(text))
			}
			p.at++
			continue
		}
		e, err := p.entry()
		if err != nil {
			return nil, err
		}
		e.Comment, comment = comment, nil
		if e.Unlike && e.Comment == nil {
			return nil, fmt.Errorf("%d: a comment has to say why the answers are unlike", e.Line)
		}
		out = append(out, e)
	}
	return out, nil
}

type parser struct {
	lines []string
	at    int
}

func (p *parser) entry() (Entry, error) {
	e := Entry{Line: p.at + 1}
	kind, rest, _ := strings.Cut(p.lines[p.at], " ")
	e.Kind, rest = Kind(kind), strings.TrimSpace(rest)
	switch e.Kind {
	case Table, Error:
		if rest, e.Unlike = strings.CutSuffix(rest, " unlike"); e.Unlike && e.Kind == Table {
			return e, fmt.Errorf("%d: a table is unlike nothing", e.Line)
		}
		if e.Name = rest; rest == "" || strings.ContainsAny(rest, " \t") {
			return e, fmt.Errorf("%d: %s wants one name behind it", e.Line, kind)
		}
	case Query:
		e.options(rest)
	default:
		return e, fmt.Errorf("%d: an entry begins with table, query or error, and not with %q", e.Line, kind)
	}
	p.at++
	var sql []string
	for ; ; p.at++ {
		if p.at == len(p.lines) {
			return e, fmt.Errorf("%d: there is no %s behind the statement", e.Line, separator)
		}
		if p.lines[p.at] == separator {
			break
		}
		sql = append(sql, p.lines[p.at])
	}
	if e.SQL = strings.TrimSpace(strings.Join(sql, "\n")); e.SQL == "" {
		return e, fmt.Errorf("%d: there is no statement", e.Line)
	}
	for p.at++; p.at < len(p.lines) && p.lines[p.at] != ""; p.at++ {
		e.Rows = append(e.Rows, strings.Split(p.lines[p.at], "\t"))
	}
	if e.Kind != Query && e.Rows != nil {
		return e, fmt.Errorf("%d: only a query has rows", e.Line)
	}
	return e, nil
}

// options reads what stands behind the word query.
func (e *Entry) options(text string) {
	for text != "" {
		word, rest, _ := strings.Cut(text, " ")
		switch word {
		case "rowsort":
			e.Sorted = true
		case "ext":
			e.Extension = true
		case "unlike":
			e.Unlike = true
		default:
			for t := range strings.SplitSeq(text, ";") {
				e.Types = append(e.Types, strings.TrimSpace(t))
			}
			return
		}
		text = strings.TrimSpace(rest)
	}
}

// Write is the text of a file of these entries, as [Parse] reads it.
func Write(entries []Entry) string {
	var b strings.Builder
	for i, e := range entries {
		if i > 0 {
			b.WriteString("\n")
		}
		for _, c := range e.Comment {
			b.WriteString(strings.TrimSpace("# "+c) + "\n")
		}
		words := []string{string(e.Kind)}
		if e.Name != "" {
			words = append(words, e.Name)
		}
		if e.Sorted {
			words = append(words, "rowsort")
		}
		if e.Extension {
			words = append(words, "ext")
		}
		if e.Unlike {
			words = append(words, "unlike")
		}
		if e.Types != nil {
			words = append(words, strings.Join(e.Types, "; "))
		}
		fmt.Fprintf(&b, "%s\n%s\n%s\n", strings.Join(words, " "), e.SQL, separator)
		for _, line := range joined(e.Rows) {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

var escaper = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`)

// Cell is a value as files have it: its text, or NULL if it is not valid.
func Cell(text string, valid bool) string {
	switch {
	case !valid:
		return "NULL"
	case text == "":
		return "(empty)"
	}
	return escaper.Replace(text)
}

// Compare tells how rows differ from those of the entry; empty if they do not.
func (e Entry) Compare(got [][]string) string {
	want, have := joined(e.Rows), joined(got)
	if e.Sorted {
		slices.Sort(want)
		slices.Sort(have)
	}
	if slices.Equal(want, have) {
		return ""
	}
	return fmt.Sprintf("%d rows:\n%s\nwant %d:\n%s", len(have), strings.Join(have, "\n"), len(want), strings.Join(want, "\n"))
}

func joined(rows [][]string) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = strings.Join(r, "\t")
	}
	return out
}
