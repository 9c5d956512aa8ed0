package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/cairntrail/cairn/internal/intake"
)

// maxListed is how many rejections and failures the JSON summary holds.
const maxListed = 1000

// tally counts what an ingest run does. The counters are for the progress too.
type tally struct {
	began time.Time
	// listed tells that filesFound and bytesFound are complete.
	listed                       atomic.Bool
	filesFound, bytesFound       atomic.Int64
	filesDone, bytesSent         atomic.Int64
	records                      atomic.Int64
	skippedBesides, skippedOther atomic.Int64

	mu struct {
		sync.Mutex
		ingestSummary
	}
}

// ingestSummary is what --json prints.
type ingestSummary struct {
	FilesSent   int64 `json:"filesSent"`
	FilesFailed int64 `json:"filesFailed"`
	// FilesSkipped are files that are no log files: digests and Insights
	// events, and other names.
	FilesSkipped        int64             `json:"filesSkipped"`
	DigestsSkipped      int64             `json:"digestAndInsightFilesSkipped"`
	Records             int64             `json:"records"`
	Accepted            int64             `json:"accepted"`
	Duplicates          int64             `json:"duplicates"`
	Rejected            int64             `json:"rejected"`
	Accounts            []string          `json:"accountsCreated"`
	Bytes               int64             `json:"bytes"`
	Seconds             float64           `json:"seconds"`
	Failures            []listedFailure   `json:"failures"`
	FailuresNotListed   int64             `json:"failuresNotListed"`
	Rejections          []listedRejection `json:"rejections"`
	RejectionsNotListed int64             `json:"rejectionsNotListed"`
}

type listedFailure struct {
	File  string `json:"file"`
	Error string `json:"error"`
}

type listedRejection struct {
	File string `json:"file"`
	intake.Rejection
}

// found counts a file to send.
func (t *tally) found(size int64) {
	t.filesFound.Add(1)
	t.bytesFound.Add(size)
}

// answered counts the answer to a file, and gives the lines to report.
func (t *tally) answered(name string, a *intake.Summary) (lines []string) {
	t.filesDone.Add(1)
	t.records.Add(int64(a.Records))
	t.mu.Lock()
	defer t.mu.Unlock()
	m := &t.mu.ingestSummary
	m.Records += int64(a.Records)
	m.Accepted += int64(a.Accepted)
	m.Duplicates += int64(a.Duplicates)
	m.Rejected += int64(a.Rejected)
	for _, account := range a.Accounts {
		if i, known := slices.BinarySearch(m.Accounts, account); !known {
			m.Accounts = slices.Insert(m.Accounts, i, account)
		}
	}
	for _, r := range a.Rejections {
		lines = append(lines, fmt.Sprintf("%s: record %d at byte %d: %s", clean(name), r.Record, r.Offset, clean(r.Reason)))
		if len(m.Rejections) < maxListed {
			m.Rejections = append(m.Rejections, listedRejection{name, r})
		} else {
			m.RejectionsNotListed++
		}
	}
	if a.RejectionsCut > 0 {
		m.RejectionsNotListed += int64(a.RejectionsCut)
		lines = append(lines, fmt.Sprintf("%s: %s more rejected, which the server did not list", clean(name), plural(int64(a.RejectionsCut), "record")))
	}
	if a.Incomplete == "" {
		m.FilesSent++
		return lines
	}
	t.failedLocked(name, "the rest of the file could not be read: "+a.Incomplete)
	return append(lines, fmt.Sprintf("%s: the rest of the file could not be read: %s", clean(name), clean(a.Incomplete)))
}

// failed counts a file that was not sent, and gives the line to report.
func (t *tally) failed(name string, err error) string {
	t.filesDone.Add(1)
	t.mu.Lock()
	defer t.mu.Unlock()
	why := err.Error()
	if e, ok := errors.AsType[*fs.PathError](err); ok && e.Path == name {
		why = "cannot be read: " + e.Err.Error()
	}
	t.failedLocked(name, why)
	return clean(name) + ": " + clean(why)
}

func (t *tally) failedLocked(name, why string) {
	m := &t.mu.ingestSummary
	m.FilesFailed++
	if len(m.Failures) < maxListed {
		m.Failures = append(m.Failures, listedFailure{name, why})
	} else {
		m.FailuresNotListed++
	}
}

// bad tells that something was not taken.
func (t *tally) bad() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.mu.FilesFailed > 0 || t.mu.Rejected > 0
}

// summary prints the end of the run.
func (t *tally) summary(w io.Writer, asJSON bool) error {
	t.mu.Lock()
	m := t.mu.ingestSummary
	t.mu.Unlock()
	m.DigestsSkipped = t.skippedBesides.Load()
	m.FilesSkipped = m.DigestsSkipped + t.skippedOther.Load()
	m.Bytes = t.bytesSent.Load()
	elapsed := time.Since(t.began)
	m.Seconds = elapsed.Round(time.Millisecond).Seconds()
	if asJSON {
		m.Accounts = append([]string{}, m.Accounts...)
		m.Failures = append([]listedFailure{}, m.Failures...)
		m.Rejections = append([]listedRejection{}, m.Rejections...)
		return writeJSON(w, m)
	}
	lines := [][2]string{
		{"Files", fmt.Sprintf("%s sent, %s failed, %s skipped (%s digests or Insights events, %s other)",
			thousands(m.FilesSent), thousands(m.FilesFailed), thousands(m.FilesSkipped), thousands(m.DigestsSkipped), thousands(t.skippedOther.Load()))},
		{"Records", fmt.Sprintf("%s read: %s new, %s known already, %s rejected",
			thousands(m.Records), thousands(m.Accepted), thousands(m.Duplicates), thousands(m.Rejected))},
		{"Sent", fmt.Sprintf("%s in %v, %s records/s", humanize.IBytes(uint64(max(0, m.Bytes))), elapsed.Round(10*time.Millisecond), thousands(perSecond(m.Records, elapsed)))},
	}
	if len(m.Accounts) > 0 {
		lines = append(lines, [2]string{"Accounts", "created " + clean(strings.Join(m.Accounts, ", "))})
	}
	for _, l := range lines {
		if _, err := fmt.Fprintf(w, "%-10s%s\n", l[0], l[1]); err != nil {
			return fmt.Errorf("write the summary: %w", err)
		}
	}
	return nil
}

func perSecond(n int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64(float64(n) / d.Seconds())
}

// state is how far the run is after some time.
func (t *tally) state(elapsed time.Duration) amount {
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
	return amount{sent, foundBytes, fmt.Sprintf("%s of %s%s files, %s of %s%s, %s records, %s/s%s",
		thousands(files), thousands(foundFiles), more,
		humanize.IBytes(uint64(max(0, sent))), humanize.IBytes(uint64(max(0, foundBytes))), more,
		thousands(t.records.Load()), thousands(perSecond(t.records.Load(), elapsed)), left)}
}
