package console

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
)

// errGone wraps what writing to a browser failed with: it has gone, or takes nothing.
var errGone = errors.New("the browser does not take the answer")

// attachment is a file that a browser saves, written as it is made. An answer that
// fails on its way is cut, so that the browser does not take it for a whole one.
type attachment struct {
	*bufio.Writer
	zip *gzip.Writer
}

// newAttachment begins the answer; name is the file's.
func newAttachment(x *call, name, contentType string) *attachment {
	h := x.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Vary", "Accept-Encoding")
	var to io.Writer = &timed{w: x.w, ctl: http.NewResponseController(x.w)}
	a := &attachment{}
	if accepts(x.Header.Values("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		a.zip, _ = gzip.NewWriterLevel(to, gzip.BestSpeed) // the level is one
		to = a.zip
	}
	a.Writer = bufio.NewWriterSize(to, 64<<10)
	return a
}

// finish ends the file. Without it the file is incomplete.
func (a *attachment) finish() error {
	err := a.Flush()
	if a.zip != nil && err == nil {
		err = a.zip.Close()
	}
	return err
}

// list writes all of a JSON file that ends in an array: head up to its bracket, and an
// element a line.
func (a *attachment) list(head string, elements func(add func(element []byte) error) error) error {
	if _, err := a.WriteString(head); err != nil {
		return err
	}
	before := "\n"
	err := elements(func(element []byte) error {
		if _, err := a.WriteString(before); err != nil {
			return err
		}
		before = ",\n"
		_, err := a.Write(element)
		return err
	})
	if err == nil {
		_, err = a.WriteString("\n]}\n")
	}
	if err != nil {
		return err
	}
	return a.finish()
}

// timed gives the browser a time for each write.
type timed struct {
	w   http.ResponseWriter
	ctl *http.ResponseController
}

// Write implements io.Writer.
func (t *timed) Write(b []byte) (int, error) {
	err := t.ctl.SetWriteDeadline(time.Now().Add(writeLimit))
	if err == nil {
		var n int
		if n, err = t.w.Write(b); err == nil {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%w: %w", errGone, err)
}

// table writes rows of a CSV file (RFC 4180).
type table struct{ out *csv.Writer }

func newTable(w io.Writer) table {
	t := table{csv.NewWriter(w)}
	t.out.UseCRLF = true
	return t
}

// number is what may begin with a sign: no formula.
var number = regexp.MustCompile(`^[+-]?[0-9][0-9.,]*([eE][+-]?[0-9]+)?$`)

// row writes a row, which it may change. Programs that open tables take cells that
// begin so for formulas, and would run what an event's author put there: an apostrophe
// before them says that they are text ("CSV Injection", OWASP).
func (t table) row(cells []string) error {
	for i, cell := range cells {
		if cell != "" && strings.IndexByte("=+-@\t\r\n", cell[0]) >= 0 && !number.MatchString(cell) {
			cells[i] = "'" + cell
		}
	}
	return t.out.Write(cells)
}

func (t table) flush() error {
	t.out.Flush()
	return t.out.Error()
}

// formatOf reads the parameter format.
func formatOf(x *call) (string, error) {
	switch f := x.URL.Query().Get("format"); f {
	case "csv", "json":
		return f, nil
	}
	return "", invalid("The parameter format is csv or json.")
}
