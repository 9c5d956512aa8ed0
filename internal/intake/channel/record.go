package channel

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"
	"unicode/utf8"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/refusal"
)

// Codes of failed events.
const (
	FieldTooLong     = "FieldTooLong"
	FieldNotFound    = "FieldNotFound"
	InvalidChecksum  = "InvalidChecksum"
	InvalidData      = "InvalidData"
	InvalidRecipient = "InvalidRecipient"
)

// auditData is the eventData of an event, as far as it is checked.
type auditData struct {
	raw  []byte
	time time.Time
}

// field is a member of eventData with its rules: "CloudTrail Lake integrations event
// schema". Sizes are in bytes; objects are refused when they are larger, texts too.
type field struct {
	name     string
	required bool
	object   bool
	max      int
}

var eventDataFields = []field{
	{"version", true, false, 256}, {"userIdentity", true, true, 0}, {"userAgent", false, false, 1024}, {"eventSource", true, false, 1024},
	{"eventName", true, false, 1024}, {"eventTime", true, false, 64}, {"UID", true, false, 1024},
	{"requestParameters", false, true, 100 << 10}, {"responseElements", false, true, 100 << 10}, {"errorCode", false, false, 256},
	{"errorMessage", false, false, 256}, {"sourceIPAddress", false, false, 64}, {"recipientAccountId", true, false, 12},
	{"additionalEventData", false, true, 28 << 10},
}

var identityFields = []field{{"type", true, false, 128}, {"principalId", true, false, 1024}, {"details", false, true, 0}}

// readAuditEvent checks an event of a request.
func readAuditEvent(ch *Channel, e *AuditEvent) (auditData, *Failed) {
	fail := func(code, format string, args ...any) (auditData, *Failed) {
		return auditData{}, &Failed{e.ID, code, fmt.Sprintf(format, args...)}
	}
	raw := []byte(e.Data)
	if e.Checksum != nil {
		sum := sha256.Sum256(raw)
		if base64.StdEncoding.EncodeToString(sum[:]) != *e.Checksum {
			return fail(InvalidChecksum, "The checksum is not the Base64 of the SHA-256 of eventData.")
		}
	}
	if !utf8.Valid(raw) {
		return fail(InvalidData, "eventData is not valid UTF-8.")
	}
	members, texts, bad := readFields("", raw, eventDataFields)
	if bad != nil {
		return fail(bad.code, "%s", bad.text)
	}
	if _, _, bad := readFields("userIdentity.", members["userIdentity"], identityFields); bad != nil {
		return fail(bad.code, "%s", bad.text)
	}
	if got := texts["recipientAccountId"]; got != ch.AccountID {
		return fail(InvalidRecipient, "recipientAccountId is %.20s, and the channel's owner is %s.", got, ch.AccountID)
	}
	at, err := parseTime(texts["eventTime"])
	if err != nil {
		return fail(InvalidData, "eventTime is %.64q. Write UTC as 2026-10-27T12:13:14Z.", texts["eventTime"])
	}
	if ip, given := texts["sourceIPAddress"]; given {
		if _, err := netip.ParseAddr(ip); err != nil {
			return fail(InvalidData, "sourceIPAddress is %.64q, and neither an IPv4 nor an IPv6 address.", ip)
		}
	}
	return auditData{raw, at}, nil
}

// parseTime takes yyyy-MM-DDTHH:mm:ss in UTC, with and without Z and fractions.
func parseTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t.UTC(), nil
	}
	return time.Parse("2006-01-02T15:04:05.999999999", s)
}

// fault is why a field is not accepted.
type fault struct{ code, text string }

// readFields takes an object apart and checks its fields. A field that is null
// counts as missing.
func readFields(path string, raw []byte, fields []field) (members map[string]json.RawMessage, texts map[string]string, bad *fault) {
	no := func(code, format string, args ...any) *fault { return &fault{code, fmt.Sprintf(format, args...)} }
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return nil, nil, no(InvalidData, "%s is not a JSON object.", nameOf(path))
	}
	texts = make(map[string]string, len(fields))
	for _, f := range fields {
		value, there := members[f.name]
		name := path + f.name
		switch {
		case !there || bytes.Equal(value, []byte("null")):
			if f.required {
				return nil, nil, no(FieldNotFound, "%s is required.", name)
			}
			continue
		case f.object && value[0] != '{':
			return nil, nil, no(InvalidData, "%s is not a JSON object.", name)
		case f.object:
			if f.max > 0 && len(value) > f.max {
				return nil, nil, no(FieldTooLong, "%s has %d bytes, and %d are allowed.", name, len(value), f.max)
			}
			continue
		}
		var text string
		if json.Unmarshal(value, &text) != nil {
			return nil, nil, no(InvalidData, "%s is not a text.", name)
		}
		if len(text) > f.max {
			return nil, nil, no(FieldTooLong, "%s has %d bytes, and %d are allowed.", name, len(text), f.max)
		}
		texts[f.name] = text
	}
	return members, texts, nil
}

func nameOf(path string) string {
	if path == "" {
		return "eventData"
	}
	return path[:len(path)-1]
}

// eventVersion is the version of the records of this category.
const eventVersion = "1.0"

// layout is how the records of this category write times; Z says what the guide's
// yyyy-MM-DDTHH:mm:ss leaves to be known.
const layout = "2006-01-02T15:04:05Z"

// record is the event as event data stores have it: what the sender gave, with its
// bytes, below eventData.
func record(ch *Channel, eventID string, now time.Time, data auditData) []byte {
	out := make([]byte, 0, len(data.raw)+600)
	add := func(name, value string) {
		out = append(out, `,"`+name+`":`...)
		out = event.AppendString(out, value)
	}
	out = append(out, `{"eventVersion":"`+eventVersion+`"`...)
	add("eventCategory", "ActivityAuditLog")
	add("eventType", "ActivityLog")
	add("eventID", eventID)
	add("eventTime", data.time.Format(layout))
	add("awsRegion", ch.Region)
	add("recipientAccountId", ch.AccountID)
	out = append(out, `,"metadata":{"ingestionTime":"`+now.Format(layout)+`","channelARN":`...)
	out = event.AppendString(out, ch.ARN)
	out = append(out, `},"eventData":`...)
	out = append(out, data.raw...)
	return append(out, '}')
}

// Check tells whether a channel of an account takes an event with such eventData, and
// gives the event's time.
func Check(account string, eventData []byte) (time.Time, error) {
	data, bad := readAuditEvent(&Channel{AccountID: account}, &AuditEvent{Data: string(eventData)})
	if bad != nil {
		return time.Time{}, refusal.New(bad.Code, "%s", bad.Message)
	}
	if _, err := event.Parse(record(&Channel{AccountID: account}, "0", data.time, data)); err != nil {
		return time.Time{}, refusal.New(InvalidData, "%v", err)
	}
	return data.time, nil
}
