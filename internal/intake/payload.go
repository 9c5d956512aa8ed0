package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// MaxSigned is the largest body, in bytes, that is held in memory to compare
// it with the hash that was signed. Larger ones are sent with UNSIGNED-PAYLOAD.
const MaxSigned = 64 << 20

// ErrPayload says that a body is not the one that was signed.
var ErrPayload = errors.New("the body does not match the X-Amz-Content-Sha256 that was signed")

// ErrBody says that a body could not be read.
var ErrBody = errors.New("the body could not be read")

// payload returns a body that is what its sender signed: hash is the signed
// X-Amz-Content-Sha256. A body with a hash is read whole before anything of it
// is used; with UNSIGNED-PAYLOAD it is streamed as it comes.
func payload(body io.Reader, hash string) (io.Reader, error) {
	if hash == "UNSIGNED-PAYLOAD" {
		return body, nil
	}
	raw, err := io.ReadAll(io.LimitReader(body, MaxSigned+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBody, err)
	}
	if len(raw) > MaxSigned {
		return nil, fmt.Errorf("%w: it is over %d MiB, sign it with UNSIGNED-PAYLOAD", ErrBody, MaxSigned>>20)
	}
	sum := sha256.Sum256(raw)
	if hex.EncodeToString(sum[:]) != hash {
		return nil, ErrPayload
	}
	return bytes.NewReader(raw), nil
}
