package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/cairntrail/cairn/internal/lake"
)

// tokenVersion is the first byte of a NextToken. The rest is the position's
// time and ordinal, eight bytes each, big endian, and the HMAC-SHA-256 over
// version, position and the query that the token belongs to; all in unpadded
// base64url. Tokens do not expire: a position stays valid while events are
// kept.
const tokenVersion = 1

const tokenSize = 1 + 8 + 8 + sha256.Size

// tokenKey makes and reads NextTokens.
type tokenKey [32]byte

// seal makes the token that continues a query behind a position. query is an
// injective encoding of everything the query is bound to.
func (k *tokenKey) seal(query []byte, after lake.Position) string {
	raw := make([]byte, 17, tokenSize)
	raw[0] = tokenVersion
	binary.BigEndian.PutUint64(raw[1:], uint64(after.Time))
	binary.BigEndian.PutUint64(raw[9:], after.Ordinal)
	return base64.RawURLEncoding.EncodeToString(k.sum(raw, query))
}

// open returns the position of a token, or false for one that was made for
// another query, by another key, or by hand.
func (k *tokenKey) open(query []byte, token string) (lake.Position, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != tokenSize || raw[0] != tokenVersion {
		return lake.Position{}, false
	}
	if !hmac.Equal(raw[17:], k.sum(raw[:17:17], query)[17:]) {
		return lake.Position{}, false
	}
	return lake.Position{
		Time:    int64(binary.BigEndian.Uint64(raw[1:])),
		Ordinal: binary.BigEndian.Uint64(raw[9:]),
	}, true
}

// sum appends the MAC of head and query to head.
func (k *tokenKey) sum(head, query []byte) []byte {
	mac := hmac.New(sha256.New, k[:])
	mac.Write(head)
	mac.Write(query)
	return mac.Sum(head)
}
