package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"
)

// How often the progress is shown: redrawn on a terminal, as a line elsewhere.
const (
	redrawEvery = 100 * time.Millisecond
	lineEvery   = 10 * time.Second
)

// eraseLine goes to the start of the terminal's line and empties it.
const eraseLine = "\r\x1b[K"

// progress shows how far an ingest run is, between the lines that it reports.
type progress struct {
	tally *tally
	// columns of the terminal; 0 if there is none.
	columns int

	mu struct {
		sync.Mutex
		out   io.Writer
		drawn bool
	}
}

func newProgress(out io.Writer, t *tally) *progress {
	p := &progress{tally: t}
	p.mu.out = out
	p.columns, _ = terminal(out)
	return p
}

// run shows the progress until stop is called, which returns when nothing is
// drawn any more.
func (p *progress) run(ctx context.Context) (stop func()) {
	every := lineEvery
	if p.columns > 0 {
		every = redrawEvery
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				p.draw(p.tally.line(time.Since(p.tally.began)))
			}
		}
	}()
	return func() {
		cancel()
		<-ended
		p.lines(nil)
	}
}

// lines prints lines above the progress.
func (p *progress) lines(lines []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mu.drawn {
		fmt.Fprint(p.mu.out, eraseLine)
		p.mu.drawn = false
	}
	for _, l := range lines {
		fmt.Fprintln(p.mu.out, l)
	}
}

func (p *progress) draw(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.columns == 0 {
		fmt.Fprintln(p.mu.out, line)
		return
	}
	fmt.Fprint(p.mu.out, eraseLine+cut(bar(p.tally.bytesSent.Load(), p.tally.bytesFound.Load())+line, p.columns-1))
	p.mu.drawn = true
}

// bar draws a share of a whole.
func bar(part, whole int64) string {
	const length = 20
	filled := 0
	if whole > 0 {
		filled = int(max(0, min(part, whole)) * length / whole)
	}
	return "[" + strings.Repeat("#", filled) + strings.Repeat(".", length-filled) + "] "
}

// line is the state of the run after some time.
func (t *tally) line(elapsed time.Duration) string {
	files, sent := t.filesDone.Load(), t.bytesSent.Load()
	foundFiles, foundBytes := t.filesFound.Load(), t.bytesFound.Load()
	more := ""
	if !t.listed.Load() {
		more = "+"
	}
	left := ""
	if sent > 0 && foundBytes > sent && more == "" {
		rest := time.Duration(float64(elapsed) / float64(sent) * float64(foundBytes-sent))
		left = fmt.Sprintf(", about %v left", max(rest.Round(time.Second), time.Second))
	}
	return fmt.Sprintf("%s of %s%s files, %s of %s%s, %s records, %s/s%s",
		thousands(files), thousands(foundFiles), more,
		humanize.IBytes(uint64(max(0, sent))), humanize.IBytes(uint64(max(0, foundBytes))), more,
		thousands(t.records.Load()), thousands(perSecond(t.records.Load(), elapsed)), left)
}
