package verify

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// ErrNotFound is what a Source returns, wrapped or not, for an object that is
// not there.
var ErrNotFound = errors.New("not found")

// Source reads the objects of buckets. Its methods are called concurrently.
type Source interface {
	// Get opens an object.
	Get(ctx context.Context, bucket, key string) (Object, error)
	// List calls yield with the keys that begin with prefix and come behind
	// after, in ascending order, until yield returns false.
	List(ctx context.Context, bucket, prefix, after string, yield func(key string) bool) error
}

// Object is an open object.
type Object struct {
	Body io.ReadCloser
	// Metadata is the user metadata, names in lower case without x-amz-meta-.
	Metadata map[string]string
}

// maxDigest bounds an uncompressed digest: one that names a million log files
// has 400 MB; CloudTrail's name some hundreds.
const maxDigest = 512 << 20

var errCut = errors.New("the file is cut short")

var errAppended = errors.New("bytes follow behind the end of the gzip file")

// unpack reads the first gzip member of body into w, and says whether anything
// follows. A reader that stops there, as the AWS CLI's does, would not see it;
// zcat and CloudTrail's consumers would.
func unpack(body io.Reader, w io.Writer) error {
	counted := &byteReader{r: body}
	z, err := gzip.NewReader(counted)
	if err != nil {
		return fmt.Errorf("%w: %w", errFormat, err)
	}
	z.Multistream(false)
	if _, err := io.Copy(w, z); errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %w", errFormat, errCut)
	} else if err != nil {
		return fmt.Errorf("%w: %w", errFormat, err)
	}
	switch _, err := counted.ReadByte(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return errAppended
}

// byteReader gives gzip one byte at a time where it asks for that, so that it
// does not read beyond its own end.
type byteReader struct {
	r   io.Reader
	buf [32 << 10]byte
	at  int
	n   int
	err error
}

func (b *byteReader) fill() error {
	for b.at == b.n {
		if b.err != nil {
			return b.err
		}
		b.at = 0
		b.n, b.err = b.r.Read(b.buf[:])
	}
	return nil
}

// Read implements io.Reader.
func (b *byteReader) Read(p []byte) (int, error) {
	if err := b.fill(); err != nil {
		return 0, err
	}
	n := copy(p, b.buf[b.at:b.n])
	b.at += n
	return n, nil
}

// ReadByte implements io.ByteReader.
func (b *byteReader) ReadByte() (byte, error) {
	if err := b.fill(); err != nil {
		return 0, err
	}
	b.at++
	return b.buf[b.at-1], nil
}

// checkLog compares a log file with what its digest says.
func checkLog(ctx context.Context, src Source, f LogFile) error {
	obj, err := src.Get(ctx, f.S3Bucket, f.S3Object)
	if err != nil {
		return err
	}
	defer obj.Body.Close()
	sum := sha256.New()
	err = unpack(obj.Body, sum)
	if errors.Is(err, errCut) {
		return errHash // the AWS CLI hashes what is left of the file
	}
	if err != nil && !errors.Is(err, errAppended) {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.Hash {
		return errHash
	}
	return err
}

var errHash = errors.New("hash value doesn't match")
