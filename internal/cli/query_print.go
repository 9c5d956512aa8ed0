package cli

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// rowPrinter prints the rows of a query one after another. A column is a map of one
// entry: name and value.
type rowPrinter interface {
	row(columns []map[string]string) error
	// end writes what is left. It is called once, after an error too.
	end() error
}

func (c *queryCmd) printer(sh *shell) rowPrinter {
	_, onTerminal := terminal(sh.stdout)
	w := bufio.NewWriter(sh.stdout)
	switch {
	case c.JSON || c.Format == "json":
		return &jsonRows{w: w, escape: onTerminal}
	case c.Format == "csv":
		return &csvRows{w: csv.NewWriter(w), buf: w, escape: onTerminal}
	}
	return &tableRows{out: sh.stdout}
}

// split separates the names of a row's columns from their values.
func split(columns []map[string]string) (names, values []string) {
	for _, column := range columns {
		for name, value := range column {
			names, values = append(names, name), append(values, value)
		}
	}
	return names, values
}

// tableRows prints for people.
type tableRows struct {
	out io.Writer
	*table
}

func (p *tableRows) row(columns []map[string]string) error {
	names, values := split(columns)
	if p.table == nil {
		for i := range names {
			names[i] = clean(names[i])
		}
		p.table = newTable(p.out, names...)
	}
	return p.add(values...)
}

func (p *tableRows) end() error {
	if p.table == nil {
		return nil
	}
	return p.flush()
}

// jsonRows prints one JSON array with an object a row, whose members are in the order
// of the columns. A name that there is already gets a number behind it.
type jsonRows struct {
	w      *bufio.Writer
	escape bool
	names  [][]byte
}

func (p *jsonRows) row(columns []map[string]string) error {
	names, values := split(columns)
	lead := ",\n{"
	if p.names == nil {
		lead = "[\n{"
		seen := make(map[string]bool)
		for _, name := range names {
			unique := name
			for n := 2; seen[unique]; n++ {
				unique = name + "_" + strconv.Itoa(n)
			}
			seen[unique] = true
			p.names = append(p.names, jsonText(unique))
		}
	}
	line := []byte{}
	for i, value := range values {
		if i > 0 {
			line = append(line, ", "...)
		}
		line = append(append(append(line, p.names[i]...), ": "...), jsonText(value)...)
	}
	line = append(line, '}')
	if p.escape {
		line = cleanJSON(line)
	}
	_, err := p.w.Write(append([]byte(lead), line...))
	return err
}

// jsonText is a text in JSON.
func jsonText(s string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		panic("BUG: cli: a text has no JSON: " + err.Error())
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func (p *jsonRows) end() error {
	tail := "\n]\n"
	if p.names == nil {
		tail = "[]\n"
	}
	if _, err := io.WriteString(p.w, tail); err != nil {
		return err
	}
	return p.w.Flush()
}

// csvRows prints RFC 4180 with a heading line; nothing where there are no rows.
type csvRows struct {
	w      *csv.Writer
	buf    *bufio.Writer
	escape bool
	begun  bool
}

func (p *csvRows) row(columns []map[string]string) error {
	names, values := split(columns)
	if !p.begun {
		p.begun = true
		if err := p.write(names); err != nil {
			return err
		}
	}
	return p.write(values)
}

func (p *csvRows) write(cells []string) error {
	for i, cell := range cells {
		// A number may begin with a sign.
		if _, err := strconv.ParseFloat(cell, 64); err != nil {
			cell = defuse(cell)
		}
		if p.escape {
			cell = clean(cell)
		}
		cells[i] = cell
	}
	if len(cells) == 1 && cells[0] == "" {
		// An empty line would be no row to who reads it.
		p.w.Flush()
		_, err := p.buf.WriteString("\"\"\n")
		return err
	}
	return p.w.Write(cells)
}

func (p *csvRows) end() error {
	p.w.Flush()
	if err := p.w.Error(); err != nil {
		return fmt.Errorf("write the CSV: %w", err)
	}
	return p.buf.Flush()
}
