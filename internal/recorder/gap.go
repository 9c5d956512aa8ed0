package recorder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

// gapInterval is how often it is tried to write the record of a gap.
const gapInterval = 5 * time.Second

// gap counts the calls that passed without a record in fail-open mode. It is
// kept in a file of a fixed size that is written in place: the usual reason for
// a gap is a full disk, on which a new file could not be made. A kill loses
// nothing of it, a power failure perhaps the last count.
type gap struct {
	mu   sync.Mutex
	file *os.File
	now  func() time.Time
	open openGapCount
}

// openGapCount is the gap that has no record yet.
type openGapCount struct {
	Count  int64     `json:"count"`
	First  time.Time `json:"first,omitzero"`
	Last   time.Time `json:"last,omitzero"`
	Reason string    `json:"reason,omitempty"`
}

// gapSize is the size of the file; a count has some 200 bytes, and the reason at
// most maxReason.
const (
	gapSize   = 4096
	maxReason = 1024
)

// openGap opens or makes the file; "" is no file.
func openGap(path string, now func() time.Time) (*gap, error) {
	g := &gap{now: now}
	if path == "" {
		return g, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the count of a gap: %w", err)
	}
	if g.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("open the file for gaps: %w", err)
	}
	if len(raw) > 0 {
		var n int
		for n < len(raw) && raw[n] != 0 && raw[n] != '\n' {
			n++
		}
		if err := json.Unmarshal(raw[:n], &g.open); err != nil {
			return nil, errors.Join(fmt.Errorf("the count of a gap in %s cannot be read: %w; remove the file to start without", path, err), g.file.Close())
		}
	}
	if err := g.save(); err != nil {
		return nil, errors.Join(fmt.Errorf("write the file for gaps: %w", err), g.file.Close())
	}
	return g, g.file.Sync()
}

// add counts a call.
func (g *gap) add(reason string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if g.open.Count == 0 {
		g.open.First = now
	}
	g.open.Count++
	g.open.Last, g.open.Reason = now, reason[:min(len(reason), maxReason)]
	_ = g.save() // the count in memory is right; the log has the reason anyway
}

// save writes the count over the old one.
func (g *gap) save() error {
	if g.file == nil {
		return nil
	}
	raw, err := json.Marshal(g.open)
	if err != nil {
		return err
	}
	page := make([]byte, gapSize)
	copy(page, append(raw, '\n'))
	_, err = g.file.WriteAt(page, 0)
	return err
}

// write makes records durable. In fail-open mode a call whose records could not
// be written is counted instead, and the error is nil.
func (r *Recorder) write(ctx context.Context, records [][]byte, _ time.Time) error {
	if len(records) == 0 {
		return nil
	}
	err := r.cfg.Append(ctx, records...)
	if err == nil {
		r.metrics.records.Add(float64(len(records)))
		return nil
	}
	if !r.cfg.FailOpen {
		return err
	}
	r.metrics.lost.Inc()
	r.gap.add(err.Error())
	return nil
}

// CloseGap writes the record of a gap, if there is one.
func (r *Recorder) CloseGap(ctx context.Context) error {
	r.gap.mu.Lock()
	g := r.gap.open
	r.gap.mu.Unlock()
	if g.Count == 0 || r.cfg.Ready() != nil {
		return nil
	}
	if err := r.cfg.Append(ctx, r.gapRecord(g)); err != nil {
		return err
	}
	r.gap.mu.Lock()
	defer r.gap.mu.Unlock()
	// What was counted meanwhile stays. A crash right here writes the record of
	// this gap a second time, which says more than was lost, and never less.
	r.gap.open.Count -= g.Count
	r.gap.open.First = g.Last
	return r.gap.save()
}

// gapRecord is the service event that says how many calls have no record.
func (r *Recorder) gapRecord(g openGapCount) []byte {
	details, err := json.Marshal(map[string]any{
		"unrecordedCalls": g.Count, "from": g.First.UTC().Format(time.RFC3339), "to": g.Last.UTC().Format(time.RFC3339), "reason": g.Reason,
	})
	if err != nil {
		panic("BUG: recorder: " + err.Error())
	}
	return Record(Call{
		Identity: identity.UserIdentity{AccountID: r.cfg.AccountID, InvokedBy: "AWS Internal"}, Time: g.Last,
		EventSource: "cloudtrail.amazonaws.com", EventName: "RecordingGap", Region: first(r.cfg.Region, "us-east-1"), RecipientAccountID: r.cfg.AccountID,
		SourceIPAddress: "AWS Internal", UserAgent: "AWS Internal", EventType: typeServiceEvent, ServiceEventDetails: details,
	}, r.newID())
}

// Close closes the file of gaps.
func (r *Recorder) Close() error {
	if r.gap.file == nil {
		return nil
	}
	return r.gap.file.Close()
}
