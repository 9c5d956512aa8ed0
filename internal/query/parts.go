package query

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// parts makes a query's results into gzip files of CSV and hands them out one after
// the other. Each begins with a line of column names. The same results make the same
// bytes. The body is used again when put has returned.
func (s *Service) parts(q *Query, put func(body []byte) error) (err error) {
	rows, file, err := openRows(s.rowsPath(q.ID), len(q.Columns), 0, q.Bytes)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	names := make([]Cell, len(q.Columns))
	for i, name := range q.Columns {
		names[i].Text = name
	}
	p := &part{limit: s.cfg.PartBytes, names: names}
	p.begin()
	for {
		row, err := rows.next()
		if err == io.EOF {
			return p.end(put)
		}
		if err != nil {
			return err
		}
		if p.full() {
			if err := p.end(put); err != nil {
				return err
			}
			p.begin()
		}
		if err := p.row(row); err != nil {
			return err
		}
	}
}

// part is a file that is being made.
type part struct {
	limit int
	names []Cell
	body  bytes.Buffer
	zip   *gzip.Writer
	line  []byte
	err   error
}

func (p *part) begin() {
	p.body.Reset()
	if p.zip == nil {
		p.zip = gzip.NewWriter(&p.body)
	} else {
		p.zip.Reset(&p.body)
	}
	p.err = p.row(p.names)
}

// full tells whether the next row belongs into the next file.
func (p *part) full() bool { return p.body.Len() >= p.limit }

func (p *part) row(row []Cell) error {
	p.line = appendCSV(p.line[:0], row)
	if _, err := p.zip.Write(p.line); err != nil {
		return fmt.Errorf("compress results: %w", err)
	}
	return p.err
}

func (p *part) end(put func(body []byte) error) error {
	if err := errors.Join(p.err, p.zip.Close()); err != nil {
		return fmt.Errorf("compress results: %w", err)
	}
	return put(p.body.Bytes())
}

// appendCSV appends a line of CSV (RFC 4180). A text without characters is "", NULL
// is nothing; a line that would be empty is "", so that readers do not skip it.
func appendCSV(b []byte, row []Cell) []byte {
	start := len(b)
	for i, c := range row {
		if i > 0 {
			b = append(b, ',')
		}
		switch {
		case c.Null:
		case c.Text == "" || strings.ContainsAny(c.Text, ",\"\r\n") || c.Text[0] == ' ' || c.Text[len(c.Text)-1] == ' ':
			b = append(b, '"')
			b = append(b, strings.ReplaceAll(c.Text, `"`, `""`)...)
			b = append(b, '"')
		default:
			b = append(b, c.Text...)
		}
	}
	if len(b) == start {
		b = append(b, '"', '"')
	}
	return append(b, '\n')
}
