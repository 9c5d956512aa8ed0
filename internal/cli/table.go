package cli

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// tableBlock is how many rows a table gathers before it writes them: enough for
// columns that line up, few enough to stream long results.
const tableBlock = 200

// minColumn is how far a column shrinks to fit the terminal.
const minColumn = 8

// table writes rows in aligned columns. Cells are made safe for terminals.
type table struct {
	out io.Writer
	// columns of the terminal that rows are cut to; 0 does not cut.
	columns int
	rows    [][]string
	widths  []int
}

// newTable begins a table with its headings.
func newTable(out io.Writer, headings ...string) *table {
	t := &table{out: out}
	t.columns, _ = terminal(out)
	t.rows = append(t.rows, headings)
	return t
}

// add adds a row.
func (t *table) add(cells ...string) error {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = clean(c)
	}
	t.rows = append(t.rows, row)
	if len(t.rows) >= tableBlock {
		return t.flush()
	}
	return nil
}

// flush writes the rows gathered so far.
func (t *table) flush() error {
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(t.widths) {
				t.widths = append(t.widths, 0)
			}
			t.widths[i] = max(t.widths[i], utf8.RuneCountInString(cell))
		}
	}
	t.shrink()
	w := bufio.NewWriter(t.out)
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			if t.columns > 0 {
				cell = cut(cell, t.widths[i])
			}
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", t.widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
	t.rows = t.rows[:0]
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// shrink narrows the widest columns until a row fits the terminal.
func (t *table) shrink() {
	if t.columns == 0 {
		return
	}
	total := 2 * (len(t.widths) - 1)
	for _, w := range t.widths {
		total += w
	}
	for total > t.columns {
		widest := 0
		for i, w := range t.widths {
			if w > t.widths[widest] {
				widest = i
			}
		}
		if t.widths[widest] <= minColumn {
			return
		}
		t.widths[widest]--
		total--
	}
}

// cut shortens text to a number of characters; the last one then is "…".
func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:max(width-1, 0)]) + "…"
}
