package verify

import (
	"context"
	"errors"
	"hash/maphash"
	"time"
)

// Options say what to check, and who is told.
type Options struct {
	// Start and End bound the time in which log files were delivered.
	Start, End time.Time
	// Workers is how many objects are read at once; 0 means 16.
	Workers int
	// Listed, if set, is told of how many digests there are to check each time
	// that some were listed: before the walk, and where the trail's bucket changed.
	// It is called by one goroutine, another than Found's.
	Listed func(digests int)
	// Found is called for every finding, valid files included, one at a time:
	// each digest with its log files behind it, from the newest to the oldest.
	Found func(Finding)
}

// Validate walks the chain of a trail's digests and checks every log file that
// they name. keys are the public keys of the Region by fingerprint, as PKCS #1
// DER. The error says that the work could not be done, not that a file is
// invalid: that is in the report.
func Validate(ctx context.Context, src Source, keys map[string][]byte, trail Trail, opt Options) (*Report, error) {
	trail, err := trail.fill()
	if err != nil {
		return nil, err
	}
	if !opt.Start.Before(opt.End) {
		return nil, errors.New("the start of the time range is not before its end")
	}
	if opt.Workers <= 0 {
		opt.Workers = 16
	}
	if opt.Found == nil {
		opt.Found = func(Finding) {}
	}
	if opt.Listed == nil {
		opt.Listed = func(int) {}
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &walker{src: src, keys: keys, trail: trail, opt: opt, named: make(map[uint64]struct{}), seed: maphash.MakeSeed(),
		slots: make(chan struct{}, opt.Workers), pending: make(chan func() (Finding, error), 4*opt.Workers),
		report: &Report{Start: opt.Start, End: opt.End}, fetched: make(map[string]chan fetchedDigest)}
	told := make(chan error, 1)
	go func() { told <- w.tell(cancel) }()
	err = w.run(ctx)
	close(w.pending)
	err = errors.Join(err, <-told)
	cancel()
	if err != nil {
		return nil, err
	}
	return w.report, nil
}

// walker is one run of Validate: one goroutine walks, one tells, and at most
// Workers read.
type walker struct {
	src    Source
	keys   map[string][]byte
	trail  Trail // its bucket and prefix are those of the walk's present place
	opt    Options
	report *Report // Keys and the times are the walker's, the counts the teller's

	stays   []stay                        // places that the walk has left, newest first
	listed  []string                      // keys of the digests in range at trail's place, ascending
	fetched map[string]chan fetchedDigest // digests being read ahead
	slots   chan struct{}
	pending chan func() (Finding, error) // findings in order; each call waits for its own

	named map[uint64]struct{} // hashes of the log files that valid digests name
	seed  maphash.Seed
}

// tell hands out the findings in order, and counts.
func (w *walker) tell(stop context.CancelFunc) (err error) {
	for finding := range w.pending {
		f, e := finding()
		if err = errors.Join(err, e); err != nil {
			stop() // the walk ends; what is pending is drained
			continue
		}
		switch {
		case f.Kind == Gap:
			w.report.Gaps++
		case f.Kind == Orphan:
			w.report.Orphans++
		case f.Kind == DigestFile:
			w.report.Digests.count(f.Valid)
		default:
			w.report.Logs.count(f.Valid)
		}
		w.opt.Found(f)
	}
	return err
}

func (c *Counts) count(valid bool) {
	if valid {
		c.Valid++
	} else {
		c.Invalid++
	}
}

func (w *walker) add(f Finding) { w.pending <- func() (Finding, error) { return f, nil } }

// addLog checks a log file beside the walk.
func (w *walker) addLog(ctx context.Context, f LogFile) {
	w.named[maphash.String(w.seed, f.S3Bucket+"/"+f.S3Object)] = struct{}{}
	w.slots <- struct{}{}
	result := make(chan error, 1)
	go func() {
		defer func() { <-w.slots }()
		result <- checkLog(ctx, w.src, f)
	}()
	w.pending <- func() (Finding, error) {
		finding, err := verdict(LogFileOf, f.S3Bucket, f.S3Object, <-result)
		return finding, err
	}
}

// verdict turns what was found of a file into a finding. Errors that say nothing
// about the file itself are returned.
func verdict(kind Kind, bucket, key string, err error) (Finding, error) {
	f := Finding{Kind: kind, Bucket: bucket, Key: key, Valid: err == nil, Message: "valid"}
	var invalid *invalidError
	switch {
	case err == nil:
	case errors.Is(err, ErrNotFound):
		f.Message = "INVALID: not found"
	case errors.Is(err, errFormat):
		f.Message = "INVALID: invalid format"
	case errors.Is(err, errHash), errors.Is(err, errAppended), errors.Is(err, errSignature):
		f.Message = "INVALID: " + unwrapAll(err).Error()
	case errors.As(err, &invalid):
		f.Message = "INVALID: " + invalid.text
	default:
		return f, err
	}
	return f, nil
}

// invalidError is a reason of its own for which a file is invalid.
type invalidError struct{ text string }

func (e *invalidError) Error() string { return e.text }

func unwrapAll(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
