package imports

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"

	"github.com/cairntrail/cairn/internal/event"
)

// The error types of failures that are not codes of the store.
const (
	notGzip       = "InvalidFileType"
	damaged       = "InvalidFile"
	invalidEvents = "InvalidEvents"
	unknown       = "InternalFailure"
)

// maxFile bounds a log file before compression. CloudTrail's have 50 MB.
const maxFile = 1 << 30

// content is what a file has for the import, or why it has not.
type content struct {
	key    string
	events [][]byte
	bytes  int64
	// bad is set for a file that is not imported, and for one of which events were
	// left out.
	bad *Failure
	// err is a failure of the reading itself, as when the server stops.
	err error
}

// read reads a log file. Its events are all there or none are.
func (r *run) read(ctx context.Context, key string) content {
	c := content{key: key}
	fail := func(kind, format string, args ...any) content {
		return content{key: key, bad: &Failure{Location: r.location(key), Status: FailureFailed, ErrorType: kind, Message: fmt.Sprintf(format, args...)}}
	}
	body, err := r.bucket.Get(ctx, key)
	if err != nil {
		if ctx.Err() != nil {
			c.err = ctx.Err()
			return c
		}
		return fail(codeOf(err), "%v", err)
	}
	defer body.Close()
	z, err := gzip.NewReader(body)
	if err != nil {
		return fail(notGzip, "The file is not compressed with gzip: %v. Only such log files are imported.", err)
	}
	limited := &io.LimitedReader{R: z, N: maxFile}
	events := event.NewReader(limited)
	rejected, first := 0, error(nil)
	for {
		rec, err := events.Next()
		var one *event.RecordError
		switch {
		case err == io.EOF:
			if limited.N == 0 {
				return fail(damaged, "The file has more than %d bytes when it is decompressed.", maxFile)
			}
			if rejected > 0 {
				c.bad = &Failure{Location: r.location(key), Status: FailureFailed, ErrorType: invalidEvents, Message: fmt.Sprintf("%d events are no CloudTrail events and were left out, the others are imported; the first: %v", rejected, first)}
			}
			return c
		case errors.As(err, &one):
			if rejected++; first == nil {
				first = err
			}
			continue
		case ctx.Err() != nil:
			c.err = ctx.Err()
			return c
		case err != nil:
			return fail(damaged, "The file is damaged: %v. Nothing of it is imported.", err)
		}
		if t := rec.EventTime; t.Before(r.oldest) || !r.start.IsZero() && t.Before(r.start) || !r.end.IsZero() && t.After(r.end) {
			continue
		}
		c.events = append(c.events, append([]byte(nil), rec.Raw...))
		c.bytes += int64(len(rec.Raw))
	}
}

// codeOf is the store's code of an error.
func codeOf(err error) string {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) && coded.ErrorCode() != "" {
		return coded.ErrorCode()
	}
	return unknown
}
