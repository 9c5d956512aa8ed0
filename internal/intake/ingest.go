// Package intake takes events that others recorded into the journal.
//
// Its first part is ingest: CloudTrail log files or newline-delimited records,
// one stream at a time ([Ingester.Ingest]). A record goes to the journal with
// exactly the bytes it came with. It guarantees that a record that it counts
// as accepted is durable, that a record whose eventID the event history has
// is not taken again, and that a bad record costs only itself: it is reported
// with its place and the reason, and the rest goes on. Memory does not grow
// with the stream.
package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/cairntrail/cairn/internal/event"
)

// Path and Operation are where a server takes streams, and what it records
// those calls as.
const (
	Path      = "/cairn/v1/ingest"
	Operation = "IngestEvents"
)

const (
	// chunkBytes is how many bytes of records go to the journal at once.
	chunkBytes = 1 << 20
	// MaxRejections bounds the rejections that one answer lists.
	MaxRejections = 10_000
)

// Journal is where accepted records go.
type Journal interface {
	// Append returns when the events are durable.
	Append(ctx context.Context, events ...[]byte) error
}

// Known tells which events are there already.
type Known interface {
	Knows(env *event.Envelope) (bool, error)
	Close()
}

// Accounts is the directory, as far as ingest needs it.
type Accounts interface {
	HasAccount(id string) bool
	// AddAccount creates an account and hands out its credentials.
	AddAccount(ctx context.Context, id string) error
}

// Ingester takes streams of records. It is safe for concurrent use.
type Ingester struct {
	journal  Journal
	view     func() Known
	accounts Accounts
	slots    chan struct{}
	creating sync.Mutex
}

// NewIngester returns an ingester that reads at most concurrency streams at a
// time; others wait. view returns what is known at the moment of the call.
func NewIngester(journal Journal, view func() Known, accounts Accounts, concurrency int) *Ingester {
	return &Ingester{journal: journal, view: view, accounts: accounts, slots: make(chan struct{}, concurrency)}
}

// Options of one stream.
type Options struct {
	// Gzip says that the stream is compressed.
	Gzip bool
	// CreateAccounts makes the accounts that records name and the directory
	// does not have; otherwise such records are rejected.
	CreateAccounts bool
	// OnlyAccount, unless empty, is the one account whose records are taken;
	// none is created then.
	OnlyAccount string
	// PayloadHash is the X-Amz-Content-Sha256 that the sender signed: the
	// SHA-256 of the stream as it comes, or UNSIGNED-PAYLOAD.
	PayloadHash string
}

// Summary is what became of a stream.
type Summary struct {
	Records    int `json:"records"`
	Accepted   int `json:"accepted"`
	Duplicates int `json:"duplicates"`
	Rejected   int `json:"rejected"`
	// Rejections are the first MaxRejections of the rejected records, the
	// others are counted in RejectionsCut.
	Rejections    []Rejection `json:"rejections"`
	RejectionsCut int         `json:"rejectionsCut"`
	// Accounts are those that were created.
	Accounts []string `json:"accounts"`
	// Incomplete says why the rest of the stream could not be read; "" when it
	// was read to its end.
	Incomplete string `json:"incomplete"`
}

// Rejection is a record that was not taken.
type Rejection struct {
	// Record counts from 1, Offset in bytes of the uncompressed stream.
	Record int    `json:"record"`
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
}

// Ingest reads a stream to its end. The error is the journal's or the
// directory's: what was accepted before it is durable, and the same stream may
// be sent again. It wraps ErrPayload or ErrBody, with nothing accepted, when the
// stream is not what was signed. Whatever else is wrong with the stream is in
// the summary.
func (in *Ingester) Ingest(ctx context.Context, body io.Reader, opt Options) (Summary, error) {
	select {
	case in.slots <- struct{}{}:
		defer func() { <-in.slots }()
	case <-ctx.Done():
		return Summary{}, ctx.Err()
	}
	s := stream{in: in, opt: opt, summary: Summary{Rejections: []Rejection{}, Accounts: []string{}}}
	body, err := payload(body, opt.PayloadHash)
	if err != nil {
		return s.summary, err
	}
	src := body
	if opt.Gzip {
		guard := &bombGuard{src: body}
		z, err := gzip.NewReader(guard)
		if err != nil {
			s.summary.Incomplete = "not a gzip file: " + err.Error()
			return s.summary, nil
		}
		guard.plain = z
		src = plainReader{guard}
	}
	s.reader = event.NewReader(src)
	err = s.run(ctx)
	return s.summary, err
}

// stream is one run of Ingest.
type stream struct {
	in      *Ingester
	opt     Options
	reader  *event.Reader
	summary Summary
	slab    []byte // the records of the chunk, end to end
	ends    []int
	ids     map[string]struct{} // eventIDs of the chunk
	account string              // the last account that was found or made
}

func (s *stream) run(ctx context.Context) error {
	known := s.in.view()
	defer func() { known.Close() }()
	s.ids = make(map[string]struct{})
	for {
		rec, err := s.reader.Next()
		var bad *event.RecordError
		switch {
		case err == nil:
			s.summary.Records++
			if err := s.take(ctx, &rec, known); err != nil {
				return err
			}
			if len(s.slab) >= chunkBytes {
				if err := s.flush(ctx); err != nil {
					return err
				}
				known.Close()
				known = s.in.view()
			}
		case errors.As(err, &bad):
			s.summary.Records++
			s.reject(bad.Number, bad.Offset, bad.Err.Error())
		default:
			if !errors.Is(err, io.EOF) {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				s.summary.Incomplete = err.Error()
			}
			return s.flush(ctx)
		}
	}
}

// take puts a record into the chunk, unless it is known or rejected.
func (s *stream) take(ctx context.Context, rec *event.Record, known Known) error {
	switch {
	case rec.AccountID == "":
		s.reject(rec.Number, rec.Offset, "the record names no account: it has neither recipientAccountId nor userIdentity.accountId")
		return nil
	case rec.Region == "":
		s.reject(rec.Number, rec.Offset, "the record has no awsRegion")
		return nil
	}
	if rec.AccountID != s.account {
		if reason, err := s.settleAccount(ctx, rec.AccountID); err != nil {
			return err
		} else if reason != "" {
			s.reject(rec.Number, rec.Offset, reason)
			return nil
		}
		s.account = strings.Clone(rec.AccountID)
	}
	if _, twice := s.ids[rec.EventID]; twice {
		s.summary.Duplicates++
		return nil
	}
	seen, err := known.Knows(&rec.Envelope)
	if err != nil {
		return fmt.Errorf("look for event %s in the history: %w", rec.EventID, err)
	}
	if seen {
		s.summary.Duplicates++
		return nil
	}
	if s.slab == nil {
		s.slab = make([]byte, 0, chunkBytes+chunkBytes/4)
	}
	s.ids[strings.Clone(rec.EventID)] = struct{}{}
	s.slab = append(s.slab, rec.Raw...)
	s.ends = append(s.ends, len(s.slab))
	return nil
}

// settleAccount makes sure that the account exists, or says why not.
func (s *stream) settleAccount(ctx context.Context, id string) (reason string, err error) {
	if only := s.opt.OnlyAccount; only != "" && only != id {
		return "the record is of account " + id + ", and principals of " + only + " may only ingest their own: use the first account's profile", nil
	}
	if s.in.accounts.HasAccount(id) {
		return "", nil
	}
	if !isAccountID(id) {
		return fmt.Sprintf("%.40q is no account id: those have 12 digits", id), nil
	}
	if !s.opt.CreateAccounts {
		return "account " + id + " is not known here: create it with 'cairn account create " + id + "' or ingest with --create-accounts", nil
	}
	s.in.creating.Lock()
	defer s.in.creating.Unlock()
	if s.in.accounts.HasAccount(id) {
		return "", nil
	}
	id = strings.Clone(id)
	if err := s.in.accounts.AddAccount(ctx, id); err != nil {
		return "", fmt.Errorf("create account %s: %w", id, err)
	}
	s.summary.Accounts = append(s.summary.Accounts, id)
	return "", nil
}

func isAccountID(id string) bool {
	if len(id) != 12 {
		return false
	}
	for _, c := range []byte(id) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// flush makes the chunk durable.
func (s *stream) flush(ctx context.Context) error {
	if len(s.ends) == 0 {
		return nil
	}
	events := make([][]byte, len(s.ends))
	start := 0
	for i, end := range s.ends {
		events[i] = s.slab[start:end:end]
		start = end
	}
	if err := s.in.journal.Append(ctx, events...); err != nil {
		return err
	}
	s.summary.Accepted += len(events)
	s.slab, s.ends = s.slab[:0], s.ends[:0]
	clear(s.ids)
	return nil
}

func (s *stream) reject(record int, offset int64, reason string) {
	s.summary.Rejected++
	if len(s.summary.Rejections) == MaxRejections {
		s.summary.RejectionsCut++
		return
	}
	s.summary.Rejections = append(s.summary.Rejections, Rejection{Record: record, Offset: offset, Reason: reason})
}

// A gzip stream may claim a thousand times its size. CloudTrail's log files
// shrink to a tenth; what unpacks to more than bombRatio times its own size
// behind the first bombFree bytes is refused.
const (
	bombFree  = 64 << 20
	bombRatio = 200
)

var errBomb = fmt.Errorf("refused: the gzip stream unpacks to over %d times its size", bombRatio)

// bombGuard counts what goes into the decompressor; plainReader what comes out.
type bombGuard struct {
	src     io.Reader
	plain   io.Reader
	in, out int64
}

func (g *bombGuard) Read(p []byte) (int, error) {
	n, err := g.src.Read(p)
	g.in += int64(n)
	return n, err
}

type plainReader struct{ *bombGuard }

func (r plainReader) Read(p []byte) (int, error) {
	n, err := r.plain.Read(p)
	r.out += int64(n)
	if r.out > bombFree && r.out/bombRatio > r.in {
		return 0, errBomb
	}
	return n, err
}
