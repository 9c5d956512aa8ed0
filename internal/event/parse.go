package event

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxSize is the largest record that Cairn takes, in bytes: the 1 MB of a
// "Large" event of CloudTrail Lake.
const MaxSize = 1 << 20

// Reasons for which a record is refused; match them with errors.Is.
var (
	ErrTooLarge     = errors.New("the record is over 1 MB")
	ErrUTF8         = errors.New("the record is not valid UTF-8")
	ErrNoEventID    = errors.New("the record has no eventID")
	ErrNoEventTime  = errors.New("the record has no eventTime")
	ErrDuplicateKey = errors.New("the record has a key twice")
)

// Parse validates one record and reads its envelope. The envelope shares raw's
// memory: raw must not change afterwards.
func Parse(raw []byte) (Envelope, error) {
	p := parser{scanner: scanner{b: raw}}
	if err := p.record(); err != nil {
		return Envelope{}, err
	}
	p.space()
	if p.i != len(raw) {
		return Envelope{}, p.fail("text behind the record")
	}
	return p.finish(raw)
}

// parser reads the members of a record that the envelope needs.
type parser struct {
	scanner
	env          Envelope
	principalID  string
	identityType string
	identityAcct string
	time         string
	management   string
	bareNames    int
	seen         uint32   // known top-level keys, one bit each
	unknown      [][]byte // other top-level keys, to find duplicates
}

// topKey tells known top-level keys apart, by the bit in parser.seen; the
// compiler makes a binary search of the switch, several times as fast as a map.
func topKey(key []byte) (bit int, known bool) {
	switch string(key) {
	case "eventVersion":
		return 0, true
	case "userIdentity":
		return 1, true
	case "eventTime":
		return 2, true
	case "eventSource":
		return 3, true
	case "eventName":
		return 4, true
	case "awsRegion":
		return 5, true
	case "sourceIPAddress":
		return 6, true
	case "userAgent":
		return 7, true
	case "errorCode":
		return 8, true
	case "errorMessage":
		return 9, true
	case "requestParameters":
		return 10, true
	case "responseElements":
		return 11, true
	case "additionalEventData":
		return 12, true
	case "requestID":
		return 13, true
	case "eventID":
		return 14, true
	case "readOnly":
		return 15, true
	case "resources":
		return 16, true
	case "eventType":
		return 17, true
	case "managementEvent":
		return 18, true
	case "recipientAccountId":
		return 19, true
	case "eventCategory":
		return 20, true
	case "tlsDetails":
		return 21, true
	case "sharedEventID":
		return 22, true
	case "sessionCredentialFromConsole":
		return 23, true
	}
	return 0, false
}

func (p *parser) duplicate(key []byte) error {
	if bit, known := topKey(key); known {
		if p.seen&(1<<bit) != 0 {
			return fmt.Errorf("%w: %q", ErrDuplicateKey, key)
		}
		p.seen |= 1 << bit
		return nil
	}
	for _, k := range p.unknown {
		if bytes.Equal(k, key) {
			return fmt.Errorf("%w: %q", ErrDuplicateKey, key)
		}
	}
	if len(p.unknown) == maxUnknownKeys {
		return fmt.Errorf("the record has over %d top-level keys that CloudTrail does not know", maxUnknownKeys)
	}
	p.unknown = append(p.unknown, key)
	return nil
}

// Bounds on what the parser compares pairwise, so that a hostile record costs
// no more than its size.
const (
	maxUnknownKeys = 256
	maxBareNames   = 64
)

func (p *parser) record() error {
	return p.object(0, func(key []byte) error {
		if err := p.duplicate(key); err != nil {
			return err
		}
		switch string(key) {
		case "eventID":
			return p.stringInto(&p.env.EventID)
		case "eventTime":
			return p.stringInto(&p.time)
		case "eventName":
			return p.stringInto(&p.env.EventName)
		case "eventSource":
			return p.stringInto(&p.env.EventSource)
		case "eventType":
			return p.stringInto(&p.env.EventType)
		case "eventCategory":
			return p.stringInto(&p.env.Category)
		case "recipientAccountId":
			return p.stringInto(&p.env.AccountID)
		case "awsRegion":
			return p.stringInto(&p.env.Region)
		case "errorCode":
			return p.stringInto(&p.env.ErrorCode)
		case "readOnly":
			return p.boolInto(&p.env.ReadOnly)
		case "managementEvent":
			return p.boolInto(&p.management)
		case "userIdentity":
			return p.userIdentity()
		case "resources":
			return p.resources()
		case "requestParameters", "responseElements":
			return p.parameters()
		}
		return p.value(1)
	})
}

// stringInto reads a string into dst and skips a value of any other kind: an
// odd record is kept, it only cannot be found by that attribute.
func (p *parser) stringInto(dst *string) error {
	c, err := p.next()
	if err != nil {
		return err
	}
	if c != '"' {
		return p.value(1)
	}
	body, escaped, err := p.str()
	if err == nil {
		*dst = text(body, escaped)
	}
	return err
}

// boolInto reads true or false, also in quotes, as the word.
func (p *parser) boolInto(dst *string) error {
	c, err := p.next()
	if err != nil {
		return err
	}
	if c == '"' {
		var word string
		if err := p.stringInto(&word); err != nil {
			return err
		}
		if word = strings.ToLower(word); word == "true" || word == "false" {
			*dst = word
		}
		return nil
	}
	if err := p.value(1); err != nil {
		return err
	}
	switch c {
	case 't':
		*dst = "true"
	case 'f':
		*dst = "false"
	}
	return nil
}

func (p *parser) userIdentity() error {
	c, err := p.next()
	if err != nil {
		return err
	}
	if c != '{' {
		return p.value(1)
	}
	var seen [6]bool
	return p.object(1, func(key []byte) error {
		var k int
		var dst *string
		switch string(key) {
		case "type":
			k, dst = 0, &p.identityType
		case "userName":
			k, dst = 1, &p.env.Username
		case "principalId":
			k, dst = 2, &p.principalID
		case "accountId":
			k, dst = 3, &p.identityAcct
		case "accessKeyId":
			k, dst = 4, &p.env.AccessKeyID
		case "arn":
			k = 5
		default:
			return p.value(2)
		}
		if seen[k] {
			return fmt.Errorf("%w: %q in userIdentity", ErrDuplicateKey, key)
		}
		seen[k] = true
		if dst == nil {
			return p.value(2)
		}
		return p.stringInto(dst)
	})
}

func (p *parser) resources() error {
	c, err := p.next()
	if err != nil {
		return err
	}
	if c != '[' {
		return p.value(1)
	}
	return p.array(1, func() error {
		c, err := p.next()
		if err != nil {
			return err
		}
		if c != '{' {
			return p.value(2)
		}
		var r Resource
		err = p.object(2, func(key []byte) error {
			switch string(key) {
			case "ARN", "arn":
				return p.stringInto(&r.Name)
			case "type":
				return p.stringInto(&r.Type)
			}
			return p.value(3)
		})
		if r.Name != "" || r.Type != "" {
			p.env.Resources = append(p.env.Resources, r)
		}
		return err
	})
}

// parameters reads the bare resource names of requestParameters and
// responseElements: see resourceMembers.
func (p *parser) parameters() error {
	c, err := p.next()
	if err != nil {
		return err
	}
	if c != '{' {
		return p.value(1)
	}
	return p.object(1, func(key []byte) error {
		if !resourceMembers[string(key)] {
			return p.value(2)
		}
		var name string
		if err := p.stringInto(&name); err != nil {
			return err
		}
		if name != "" {
			p.addName(name)
		}
		return nil
	})
}

func (p *parser) addName(name string) {
	if p.bareNames++; p.bareNames > maxBareNames {
		return
	}
	for _, r := range p.env.Resources {
		if r.Name == name {
			return
		}
	}
	p.env.Resources = append(p.env.Resources, Resource{Name: name})
}

// finish checks what a record must have and settles what depends on several
// members.
func (p *parser) finish(raw []byte) (Envelope, error) {
	e := &p.env
	switch {
	case len(raw) > MaxSize:
		return Envelope{}, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(raw))
	case !utf8.Valid(raw):
		return Envelope{}, ErrUTF8
	case e.EventID == "":
		return Envelope{}, ErrNoEventID
	case p.time == "":
		return Envelope{}, ErrNoEventTime
	}
	var err error
	if e.EventTime, err = parseTime(p.time); err != nil {
		return Envelope{}, err
	}
	if e.AccountID == "" {
		e.AccountID = p.identityAcct
	}
	if e.Category == "" {
		e.Category = "Management"
		if p.management == "false" {
			e.Category = "Data"
		}
	}
	if e.Username == "" {
		switch p.identityType {
		case "Root":
			e.Username = "root"
		case "AssumedRole", "FederatedUser":
			_, e.Username, _ = strings.Cut(p.principalID, ":")
		}
	}
	p.mergeNames()
	return *e, nil
}

// mergeNames drops a bare name that the resources array has too: where
// requestParameters come first, the name was added before the typed one.
func (p *parser) mergeNames() {
	rs := p.env.Resources
	out := rs[:0]
	for i, r := range rs {
		if r.Type == "" && hasTyped(rs[i+1:], r.Name) {
			continue
		}
		out = append(out, r)
	}
	p.env.Resources = out
}

func hasTyped(rs []Resource, name string) bool {
	for _, r := range rs {
		if r.Name == name {
			return true
		}
	}
	return false
}

// parseTime reads eventTime: "2006-01-02T15:04:05Z" by hand, since every
// record passes here, and any other RFC 3339 time by the library.
func parseTime(s string) (time.Time, error) {
	if len(s) == 20 && s[4] == '-' && s[7] == '-' && s[10] == 'T' && s[13] == ':' && s[16] == ':' && s[19] == 'Z' {
		num := func(from, to int) int {
			n := 0
			for _, c := range []byte(s[from:to]) {
				if c < '0' || c > '9' {
					return -1 << 20
				}
				n = n*10 + int(c-'0')
			}
			return n
		}
		y, mo, d, h, mi, se := num(0, 4), num(5, 7), num(8, 10), num(11, 13), num(14, 16), num(17, 19)
		if y > 0 && mo >= 1 && mo <= 12 && d >= 1 && d <= 28 && h >= 0 && h < 24 && mi >= 0 && mi < 60 && se >= 0 && se < 60 {
			return time.Date(y, time.Month(mo), d, h, mi, se, 0, time.UTC), nil
		}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("eventTime %.40q is not a time like 2006-01-02T15:04:05Z", s)
	}
	return t.UTC(), nil
}
