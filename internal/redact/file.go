package redact

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// maxFile bounds a rules file and maxKeyFile a key file: more is a mistake.
const (
	maxFile    = 4 << 20
	maxKeyFile = 4 << 10
)

// Load reads an operator's rules and their key files. Paths of key files that
// are not absolute begin at the rules file's folder. Errors are as those of
// [Parse].
func Load(file string) (*Rules, error) {
	data, err := readUpTo(file, maxFile)
	if err != nil {
		return nil, fmt.Errorf("read the rules for hiding: %w", err)
	}
	return Parse(filepath.Base(file), data, func(name string) ([]byte, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(file), name)
		}
		return readKey(name)
	})
}

// readKey reads a key file. One that others than the owner and the group may
// read is refused: whoever has the key can try all values against a token.
func readKey(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o007 != 0 {
		return nil, fmt.Errorf("%s can be used by everyone (mode %#o); run chmod 600 on it, and replace the key if someone else may have read it", name, mode)
	}
	return readUpTo(name, maxKeyFile)
}

func readUpTo(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s has over %d bytes", name, most)
	}
	return data, err
}

// secretOf takes a key file's contents apart: base64 of the secret, with white
// space around it, or else the secret itself.
func secretOf(data []byte) []byte {
	text := string(bytes.TrimSpace(data))
	for _, coding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if secret, err := coding.Strict().DecodeString(text); err == nil && len(secret) >= minSecret {
			return secret
		}
	}
	return data
}

// keyring reads the keys of a file, newest first.
func (f *rulesFile) keyring(readKey func(string) ([]byte, error)) (*Keyring, error) {
	if len(f.keys) == 0 {
		return nil, nil
	}
	var keys []Key
	for _, k := range f.keys {
		key := Key{ID: k.text["id"]}
		var err error
		if key.Created, err = moment(k.text["created"]); err != nil {
			return nil, f.at(k.line["created"], "created: %v", err)
		}
		data, err := readKey(k.text["file"])
		if err != nil {
			return nil, f.at(k.line["file"], "the key %s cannot be read: %w", key.ID, err)
		}
		key.Secret = secretOf(data)
		keys = append(keys, key)
		if _, err := NewKeyring(keys); err != nil {
			return nil, f.at(k.line["id"], "%w", err)
		}
	}
	return NewKeyring(keys)
}

func moment(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a day (2026-11-01) or a time (2026-11-01T10:00:00Z)", text)
}

// Parse reads an operator's rules: YAML with two lists.
//
//	rules:
//	  - name: customer ids             # required, unique
//	    event-source: dynamodb.amazonaws.com
//	    event-name: "*Item"            # * is any text, ? one byte
//	    path: requestParameters.key.customerId.s
//	    value: "^C[0-9]+$"             # only values that match (RE2, anywhere)
//	    action: token                  # drop, mask or token
//	    literal: "***"                 # what mask writes
//	    domain: customers              # keeps tokens apart from others'
//	keys:                              # of tokens, newest first
//	  - id: k2
//	    created: 2026-11-01
//	    file: redact-k2                # 32 bytes or more, or base64 of them
//
// In a path, names are divided by dots and compared without regard to case. *
// is any member of one level, ** any number of levels, [] behind a name any
// element of a list; a name with dots is written ['a.b'] or a\.b. Lists are not
// passed over by themselves: requestParameters.tags[].value. The path begins
// with requestParameters, responseElements, additionalEventData,
// serviceEventDetails, sourceIPAddress, userAgent, errorMessage, userIdentity
// (its members but for type and accountId), resources[].ARN or
// resources[].ARNPrefix. From sourceIPAddress on they can be masked or made
// tokens, but not dropped. With another field the error is [ErrRoutingField].
//
// Keys that are unknown, repeated, missing or of the wrong type are errors, with
// their line. name is the file's name for errors. readKey reads a key file.
func Parse(name string, data []byte, readKey func(file string) ([]byte, error)) (*Rules, error) {
	f, err := readRulesFile(name, data)
	if err != nil {
		return nil, err
	}
	keys, err := f.keyring(readKey)
	if err != nil {
		return nil, err
	}
	var rules []Rule
	var problems []error
	names := make(map[string]bool)
	for _, r := range f.rules {
		rule := Rule{
			Name: r.text["name"], EventSource: r.text["event-source"], EventName: r.text["event-name"],
			Path: r.text["path"], Value: r.text["value"], Action: Action(r.text["action"]),
			Literal: r.text["literal"], Domain: r.text["domain"],
			Source: fmt.Sprintf("line %d of %s", r.line["name"], name),
		}
		err := r.check(rule, keys)
		if names[rule.Name] {
			err = errTwice
		}
		names[rule.Name] = true
		if err != nil {
			problems = append(problems, f.at(r.line["name"], "rule %q: %w", rule.Name, err))
			continue
		}
		rules = append(rules, rule)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return New(rules, keys)
}

// check is what New checks of one rule, and what the file's form demands.
func (r *entry) check(rule Rule, keys *Keyring) error {
	if _, given := r.text["literal"]; given && rule.Action != Mask {
		return fmt.Errorf("%w: literal is what mask writes, and the action is %s", ErrRule, rule.Action)
	}
	if _, given := r.text["domain"]; given && rule.Action != Token {
		return fmt.Errorf("%w: domain is of tokens, and the action is %s", ErrRule, rule.Action)
	}
	if !slices.Contains([]Action{Drop, Mask, Token}, rule.Action) {
		return errAction(rule.Action)
	}
	_, err := checked(rule, keys)
	return err
}

// at adds the place in the file.
func (f *rulesFile) at(line int, format string, args ...any) error {
	return &FileError{File: f.name, Line: line, Err: fmt.Errorf(format, args...)}
}

// FileError is a mistake in a rules file.
type FileError struct {
	File string
	// Line counts from 1; 0 is the file as a whole.
	Line int
	Err  error
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Err.Error()
	}
	return fmt.Sprintf("%s, line %d: %v", e.File, e.Line, e.Err)
}

func (e *FileError) Unwrap() error { return e.Err }
