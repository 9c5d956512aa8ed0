package identity

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"regexp"
	"strings"
)

// Prefixes of unique ids, from "IAM identifiers" of the IAM User Guide.
const (
	prefixUser         = "AIDA"
	prefixRole         = "AROA"
	prefixAccessKey    = "AKIA"
	prefixTemporaryKey = "ASIA"
)

// newID gives the prefix and n random characters of A-Z and 2-7.
func newID(prefix string, n int) string {
	raw := make([]byte, (n*5+7)/8)
	rand.Read(raw) //nolint:errcheck // crypto/rand.Read never fails
	return prefix + base32.StdEncoding.EncodeToString(raw)[:n]
}

// Access key ids have 20 characters, unique ids 21.
func newAccessKeyID() string           { return newID(prefixAccessKey, 16) }
func newTemporaryKeyID() string        { return newID(prefixTemporaryKey, 16) }
func newUniqueID(prefix string) string { return newID(prefix, 17) }

// newSecret gives 40 characters of base64: 240 random bits.
func newSecret() string {
	raw := make([]byte, 30)
	rand.Read(raw) //nolint:errcheck // crypto/rand.Read never fails
	return base64.StdEncoding.EncodeToString(raw)
}

var (
	// From the parameters of CreateUser and CreateRole, IAM API reference.
	nameRE = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
	// From the parameters of PutUserPolicy.
	inlineNameRE = regexp.MustCompile(`^[\w+=,.@-]{1,128}$`)
	pathRE       = regexp.MustCompile(`^(/|/[\x21-\x7E]{1,510}/)$`)
	// From the parameters of AssumeRole, STS API reference.
	sessionNameRE = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	externalIDRE  = regexp.MustCompile(`^[\w+=,.@:/-]{2,}$`) // and at most 1224, which RE2 does not count to
)

// validAccountID: twelve digits.
func validAccountID(id string) bool {
	return len(id) == 12 && strings.Trim(id, "0123456789") == ""
}

func checkName(name, path string) error {
	if !nameRE.MatchString(name) {
		return refuse(CodeInvalidInput, "The name %q is not valid: it must have 1 to 64 characters of letters, digits and _+=,.@-", clip(name))
	}
	if !pathRE.MatchString(path) {
		return refuse(CodeInvalidInput, "The path %q is not valid: it must begin and end with / and have at most 512 printable ASCII characters", clip(path))
	}
	return nil
}

// clip bounds what a message repeats of its cause.
func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "..."
	}
	return s
}
