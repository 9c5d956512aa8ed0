package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// rebuild writes the batches of a damaged journal that can be read into a new
// one, under the sequences that they had: sinks know batches by their sequence.
// A batch that is lost becomes an empty one. The damaged journal is kept, as
// DIR-damaged-TIME; JetStream works on a copy of it, since it cuts what it
// cannot read.
func rebuild(ctx context.Context, cfg Config, acknowledged uint64) error {
	aside := cfg.Dir + "-damaged-" + time.Now().UTC().Format("20060102T150405.000Z")
	work, fresh := cfg.Dir+"-reading", cfg.Dir+"-rebuilt"
	for _, dir := range []string{work, fresh} {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	if err := os.CopyFS(work, os.DirFS(cfg.Dir)); err != nil {
		return err
	}
	lost, err := copyBatches(ctx, cfg, work, fresh, acknowledged)
	if err != nil {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	// A crash between the two renames leaves no journal folder, but a complete
	// rebuilt one: finishRebuild puts it in place at the next start.
	if err := os.Rename(cfg.Dir, aside); err != nil {
		return err
	}
	if err := os.Rename(fresh, cfg.Dir); err != nil {
		return err
	}
	cfg.Logger.Warn("the journal was rebuilt", "lost", lost, "damaged", aside)
	return os.RemoveAll(work)
}

// finishRebuild completes a rebuild that a crash interrupted at its last step.
func finishRebuild(dir string) error {
	if exists(dir) || !exists(dir+"-rebuilt") {
		return nil
	}
	return os.Rename(dir+"-rebuilt", dir)
}

// copyBatches reads from one folder and writes to the other.
func copyBatches(ctx context.Context, cfg Config, from, to string, acknowledged uint64) (lost int, err error) {
	src, dst := &Journal{cfg: cfg}, &Journal{cfg: cfg}
	defer func() { err = errors.Join(err, src.stop(), dst.stop()) }()
	if err := src.start(ctx, from); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return 0, err
	}
	if err := dst.start(ctx, to); err != nil {
		return 0, err
	}
	if src.mark, _, err = openMark(filepath.Join(from, "acknowledged")); err != nil {
		return 0, err
	}
	if dst.mark, _, err = openMark(filepath.Join(to, "acknowledged")); err != nil {
		return 0, err
	}
	info, err := src.stream.Info(ctx)
	if err != nil {
		return 0, err
	}
	first, last := info.State.FirstSeq, max(info.State.LastSeq, acknowledged)
	if first > 1 {
		if err := dst.stream.Purge(ctx, jetstream.WithPurgeSequence(first)); err != nil {
			return 0, err
		}
	}
	for seq := max(first, 1); seq <= last; seq++ {
		payload := encodeBatch(nil, 0)
		msg, err := src.stream.GetMsg(ctx, seq)
		if err == nil {
			if _, err = decodeBatch(msg.Data); err == nil {
				payload = msg.Data
			}
		}
		if err != nil {
			lost++
		}
		ack, err := dst.js.Publish(ctx, subject, payload)
		if err != nil {
			return 0, err
		}
		if ack.Sequence != seq {
			return 0, fmt.Errorf("batch %d became batch %d", seq, ack.Sequence)
		}
		dst.mark.last.Store(seq)
	}
	return lost, nil
}
