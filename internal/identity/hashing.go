package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// PasswordHashing is what a hash of a password costs: the parameters of Argon2id
// (RFC 9106), and how many are computed at a time. A hash has its parameters with it,
// so they can be changed; a password is hashed anew when it is used next.
type PasswordHashing struct {
	MemoryKiB, Passes uint32
	Threads           uint8
	// Slots hashes are computed at the same time, Waiting callers wait for a slot, and
	// all others get [ErrBusy]. So a flood of sign-ins takes Slots times the memory.
	Slots, Waiting int
}

// DefaultPasswordHashing is the second recommended option of RFC 9106, section 4, with
// one thread: 64 MiB and three passes.
func DefaultPasswordHashing() PasswordHashing {
	return PasswordHashing{MemoryKiB: 64 << 10, Passes: 3, Threads: 1, Slots: 2, Waiting: 64}
}

// ErrBusy tells that too many passwords are being checked; try again.
var ErrBusy = errors.New("identity: too many passwords are being checked at the moment")

const (
	saltSize = 16
	hashSize = 32
	// maxMemoryKiB bounds what a stored hash may ask for.
	maxMemoryKiB = 1 << 20
)

type hasher struct {
	cost    PasswordHashing
	slots   chan struct{}
	waiting atomic.Int64
	// computed counts the hashes.
	computed atomic.Uint64
}

func newHasher(cost PasswordHashing) *hasher {
	return &hasher{cost: cost, slots: make(chan struct{}, max(cost.Slots, 1))}
}

// argon is one Argon2id, in a slot.
func (h *hasher) argon(ctx context.Context, password string, salt []byte, memory, passes uint32, threads uint8) ([]byte, error) {
	if h.waiting.Add(1) > int64(h.cost.Waiting+cap(h.slots)) {
		h.waiting.Add(-1)
		return nil, ErrBusy
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a slot to check a password: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	h.computed.Add(1)
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, passes, memory, threads, hashSize), nil
}

// hash gives the text of a new hash in the PHC string format.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt) //nolint:errcheck // crypto/rand.Read never fails
	c := h.cost
	sum, err := h.argon(ctx, password, salt, c.MemoryKiB, c.Passes, c.Threads)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Passes, c.Threads, enc.EncodeToString(salt), enc.EncodeToString(sum)), nil
}

// verify compares a password with a hash; stale tells that the hash has other
// parameters than new ones have.
func (h *hasher) verify(ctx context.Context, password, hash string) (ok, stale bool, err error) {
	p, err := parseHash(hash)
	if err != nil {
		return false, false, err
	}
	sum, err := h.argon(ctx, password, p.salt, p.memory, p.passes, p.threads)
	if err != nil {
		return false, false, err
	}
	stale = p.memory != h.cost.MemoryKiB || p.passes != h.cost.Passes || p.threads != h.cost.Threads
	return subtle.ConstantTimeCompare(sum, p.sum) == 1, stale, nil
}

// waste does the work of verify for a password that nobody has, so that the time of an
// answer does not tell whether there is one.
func (h *hasher) waste(ctx context.Context, password string) error {
	c := h.cost
	_, err := h.argon(ctx, password, make([]byte, saltSize), c.MemoryKiB, c.Passes, c.Threads)
	return err
}

type parsedHash struct {
	memory, passes uint32
	threads        uint8
	salt, sum      []byte
}

func parseHash(hash string) (p parsedHash, err error) {
	broken := errors.New("identity: a stored hash of a password cannot be read; set the password anew")
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, broken
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.threads); err != nil {
		return p, broken
	}
	var err1, err2 error
	p.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	p.sum, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(p.sum) != hashSize || p.passes == 0 || p.threads == 0 || p.memory > maxMemoryKiB {
		return p, broken
	}
	return p, nil
}
