package identity

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// tokenVersion is the first byte of a session token. A change of the body
// raises it; tokens of other versions are refused, which ends all sessions.
const tokenVersion = 1

const tokenPurpose = "session-token"

// maxToken bounds what is decrypted for an unproven request. Ours have less
// than 2 KB.
const maxToken = 8 << 10

// openToken is the content of a session token: everything that is needed to
// verify its signatures, so that no session is stored anywhere.
type openToken struct {
	KeyID         string        `json:"keyId"`
	Secret        string        `json:"secret"`
	AccountID     string        `json:"accountId"`
	PrincipalType PrincipalType `json:"type"`
	PrincipalName string        `json:"name,omitempty"`
	PrincipalID   string        `json:"id"`
	Session       Session       `json:"session"`
}

func (t *openToken) owner() Ref { return Ref{t.AccountID, t.PrincipalType, t.PrincipalName} }

// sealToken gives the session token: base64 of the version byte and the sealed
// JSON.
func (d *Directory) sealToken(t *openToken) (string, error) {
	body, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("identity: session token: %w", err)
	}
	raw := append([]byte{tokenVersion}, d.key.Seal(tokenPurpose, body)...)
	return base64.StdEncoding.EncodeToString(raw), nil
}

// openToken reverses it; false for whatever is not a token of this key. The
// result is shared and must not be changed.
func (d *Directory) openToken(token string) (*openToken, bool) {
	if token == "" || len(token) > maxToken {
		return nil, false
	}
	if t, ok := d.tokens.get(token); ok {
		return t, true
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) == 0 || raw[0] != tokenVersion {
		return nil, false
	}
	body, err := d.key.Open(tokenPurpose, raw[1:])
	if err != nil {
		return nil, false
	}
	t := &openToken{}
	if json.Unmarshal(body, t) != nil {
		return nil, false
	}
	d.tokens.put(strings.Clone(token), t)
	return t, true
}
