package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// How often the progress is shown: redrawn on a terminal, as a line elsewhere.
const (
	redrawEvery = 100 * time.Millisecond
	lineEvery   = 10 * time.Second
)

// eraseLine goes to the start of the terminal's line and empties it.
const eraseLine = "\r\x1b[K"

// amount is how far some work is.
type amount struct {
	// done and all are in whatever unit the work is measured; all is 0 while it is
	// not known.
	done, all int64
	// text says it in words.
	text string
}

// progress shows how far a long run is, between the lines that it reports.
type progress struct {
	state func(elapsed time.Duration) amount
	// columns of the terminal; 0 if there is none.
	columns int

	mu struct {
		sync.Mutex
		out   io.Writer
		drawn bool
	}
}

func newProgress(out io.Writer, state func(elapsed time.Duration) amount) *progress {
	p := &progress{state: state}
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
	began := time.Now()
	go func() {
		defer close(ended)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				p.draw(p.state(time.Since(began)))
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

func (p *progress) draw(a amount) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.columns == 0 {
		fmt.Fprintln(p.mu.out, a.text)
		return
	}
	fmt.Fprint(p.mu.out, eraseLine+cut(bar(a.done, a.all)+a.text, p.columns-1))
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
