package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/event"
)

// Key is one key of tokens.
type Key struct {
	// ID names the key in its tokens: letters, digits, "-" and "_", 32 at most.
	ID string
	// Created is when the key was made.
	Created time.Time
	// Secret has 32 bytes or more.
	Secret []byte
}

// minSecret is the size of the hash: a shorter key would be its weakest part.
const minSecret = 32

// Keyring is the keys of tokens, newest first. It does not change. It prints as
// the keys' names.
type Keyring struct{ keys []Key }

// ErrKey is a key that cannot be used.
var ErrKey = errors.New("the key cannot be used")

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// NewKeyring takes keys in the order of their age, newest first.
func NewKeyring(keys []Key) (*Keyring, error) {
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: there is none", ErrKey)
	}
	for i, k := range keys {
		switch {
		case !keyID.MatchString(k.ID):
			return nil, fmt.Errorf("%w: its id %q has to be 1 to 32 letters, digits, - or _", ErrKey, k.ID)
		case len(k.Secret) < minSecret:
			return nil, fmt.Errorf("%w: %s has %d bytes and needs %d or more; make one with \"openssl rand -base64 32\"", ErrKey, k.ID, len(k.Secret), minSecret)
		case slices.ContainsFunc(keys[:i], func(o Key) bool { return o.ID == k.ID }):
			return nil, fmt.Errorf("%w: the id %s was given before", ErrKey, k.ID)
		case i > 0 && k.Created.After(keys[i-1].Created):
			return nil, fmt.Errorf("%w: %s is newer than %s before it; the newest comes first", ErrKey, k.ID, keys[i-1].ID)
		}
	}
	return &Keyring{slices.Clone(keys)}, nil
}

// String does not show the secrets.
func (k *Keyring) String() string {
	var ids []string
	for _, key := range k.keys {
		ids = append(ids, key.ID)
	}
	return "keys " + strings.Join(ids, ", ")
}

// GoString does not show them either.
func (k *Keyring) GoString() string { return k.String() }

// KeyToken is a token and the key that made it.
type KeyToken struct {
	KeyID   string    `json:"keyId"`
	Created time.Time `json:"created"`
	Token   string    `json:"token"`
}

// Tokens gives the tokens of a text under every key, newest first: what to
// search for while keys are rotated.
func (k *Keyring) Tokens(domain, text string) []KeyToken {
	out := make([]KeyToken, len(k.keys))
	for i := range k.keys {
		key := &k.keys[i]
		out[i] = KeyToken{key.ID, key.Created, key.token(domain, &decode.Value{Kind: decode.Text, Text: text})}
	}
	return out
}

// token is the token of a value under the newest key.
func (k *Keyring) token(domain string, v *decode.Value) string { return k.keys[0].token(domain, v) }

// tokenBytes is how much of the hash a token has: enough that two values of an
// installation never share one by chance.
const tokenBytes = 16

// token is tok:<key id>:<22 characters>, an HMAC-SHA256 (RFC 2104) cut to 16
// bytes, in base64url (RFC 4648) without padding. Scalars are hashed by their
// text, whatever their kind: a number in one protocol is a text in another.
// Objects and lists are hashed as JSON with their names sorted. What is hashed
// begins with a version, the domain with its length, and which of the two it is.
func (k *Key) token(domain string, v *decode.Value) string {
	mac := hmac.New(sha256.New, k.Secret)
	head := append([]byte("cairn redact 1\x00"), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(head[len(head)-4:], uint32(len(domain)))
	head = append(head, domain...)
	if v.Kind == decode.Object || v.Kind == decode.List {
		head = appendJSON(append(head, 'j'), v, true)
	} else {
		head = append(append(head, 's'), v.Text...)
	}
	mac.Write(head)
	return "tok:" + k.ID + ":" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:tokenBytes])
}

// made tells whether a text has the form of a token of one of the keys.
func (k *Keyring) made(text string) bool {
	rest, ok := strings.CutPrefix(text, "tok:")
	id, sum, cut := strings.Cut(rest, ":")
	if !ok || !cut || !slices.ContainsFunc(k.keys, func(key Key) bool { return key.ID == id }) {
		return false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(sum)
	return err == nil && len(b) == tokenBytes
}

// appendJSON writes a value as compact JSON. Bytes are written in base64.
func appendJSON(b []byte, v *decode.Value, sorted bool) []byte {
	switch v.Kind {
	case decode.Null:
		return append(b, "null"...)
	case decode.Bool, decode.Number:
		return append(b, v.Text...)
	case decode.Bytes:
		return event.AppendString(b, base64.StdEncoding.EncodeToString([]byte(v.Text)))
	case decode.List:
		b = append(b, '[')
		for i := range v.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, &v.Items[i], sorted)
		}
		return append(b, ']')
	case decode.Object:
		fields := v.Fields
		if sorted {
			fields = slices.Clone(fields)
			slices.SortStableFunc(fields, func(a, b decode.Field) int { return strings.Compare(a.Name, b.Name) })
		}
		b = append(b, '{')
		for i := range fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(event.AppendString(b, fields[i].Name), ':')
			b = appendJSON(b, &fields[i].Value, sorted)
		}
		return append(b, '}')
	}
	return event.AppendString(b, v.Text)
}
