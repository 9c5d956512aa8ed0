package inlet

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cairntrail/cairn/internal/event"
)

// The limits of the integration event's fields, in bytes.
const (
	maxText       = 1024
	maxShort      = 256
	maxType       = 128
	maxObject     = 100 << 10
	maxDetails    = 64 << 10 // ours: the guide has none, but a record has 1 MB
	maxAdditional = 28 << 10
)

// maxDepth is how deep an original may nest to be part of a record as JSON; deeper
// ones are text.
const maxDepth = event.MaxDepth - 20

// noted is room in additionalEventData for what is said of an original that is cut.
const noted = 256

// timeLayout keeps fractions of seconds, which the record's own eventTime has not.
const timeLayout = "2006-01-02T15:04:05.999999999Z"

// Data is the eventData of an event that came to an account at a time: what
// PutAuditEvents would be given.
func (e *Event) Data(account string, now time.Time) []byte {
	extra := make(map[string]any, len(e.Extra)+3)
	for k, v := range e.Extra {
		extra[k] = v
	}
	if e.Unmapped != "" {
		extra["unmapped"] = cut(e.Unmapped, maxText)
	}
	at := e.Time
	if at.IsZero() || at.Year() < 1 || at.Year() > 9999 {
		at, extra["eventTimeMissing"] = now, true
	}
	out := []byte(`{"version":"1.0","userIdentity":{"type":`)
	out = event.AppendString(out, cut(or(e.IdentityType, "Unknown"), maxType))
	out = append(out, `,"principalId":`...)
	out = event.AppendString(out, cut(or(e.PrincipalID, "unknown"), maxText))
	out = appendObject(out, "details", e.Details, maxDetails)
	out = append(out, '}')
	out = appendText(out, "userAgent", e.UserAgent, maxText)
	out = appendText(out, "eventSource", or(e.Source, "unknown"), maxText)
	out = appendText(out, "eventName", or(e.Name, "Unknown"), maxText)
	out = appendText(out, "eventTime", at.UTC().Format(timeLayout), maxText)
	out = appendText(out, "UID", or(e.UID, digest(e.Original)[:32]), maxText)
	out = appendObject(out, "requestParameters", e.Request, maxObject)
	out = appendObject(out, "responseElements", e.Response, maxObject)
	out = appendText(out, "errorCode", e.ErrorCode, maxShort)
	out = appendText(out, "errorMessage", e.ErrorMessage, maxShort)
	out = appendText(out, "sourceIPAddress", address(e.SourceIP), maxText)
	out = appendText(out, "recipientAccountId", account, maxText)
	out = append(out, `,"additionalEventData":`...)
	return append(appendAdditional(out, extra, e.Original), '}')
}

// EventID is the eventID of an event of a channel. The same entry has the same one
// whenever it is sent; nth tells equal entries of one document apart.
func (e *Event) EventID(channelARN string, nth int) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n", channelARN, nth)
	h.Write(e.Original)
	b := h.Sum(nil)
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80 // a version 8 UUID of RFC 9562
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// appendAdditional writes additionalEventData: extra, and the original. One that is
// too long is cut, as text, and its length and SHA-256 tell what it was.
func appendAdditional(out []byte, extra map[string]any, original []byte) []byte {
	base := marshal(extra)
	if len(base) > maxAdditional/2 {
		base = marshal(pick(extra, "unmapped", "unmapped", "eventTimeMissing", "eventTimeMissing"))
	}
	name, text := "original", strings.TrimSpace(string(original))
	if !utf8.Valid(original) {
		name, text = "originalBase64", base64.StdEncoding.EncodeToString(original)
	}
	out = append(out, base[:len(base)-1]...)
	if len(base) > 2 {
		out = append(out, ',')
	}
	out = append(out, `"`+name+`":`...)
	room := maxAdditional - len(base) - noted
	if compact, ok := asJSON(original); ok && name == "original" && len(compact) <= room {
		return append(append(out, compact...), '}')
	}
	whole := event.AppendString(nil, text)
	if len(whole) <= room {
		return append(append(out, whole...), '}')
	}
	// An escape is six bytes at most, and so is what it may be cut in.
	short := cut(text, room)
	for encoded := event.AppendString(nil, short); len(encoded) > room; encoded = event.AppendString(encoded[:0], short) {
		short = cut(short, len(short)-max(1, (len(encoded)-room)/6))
	}
	out = event.AppendString(out, short)
	return fmt.Appendf(out, `,"originalCut":true,"originalBytes":%d,"originalSHA256":"%s"}`, len(original), digest(original))
}

// asJSON is an original without blanks if it is JSON that a record can hold.
func asJSON(original []byte) ([]byte, bool) {
	var b bytes.Buffer
	if len(original) > maxAdditional*2 || !utf8.Valid(original) || depth(original) > maxDepth || json.Compact(&b, original) != nil {
		return nil, false
	}
	return b.Bytes(), true
}

// depth is how deep objects and arrays nest in what may be JSON.
func depth(raw []byte) (deepest int) {
	level, text := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

// appendObject writes a member that is an object, if there is one. One that is too
// long becomes the beginning of its text.
func appendObject(out []byte, name string, v map[string]any, limit int) []byte {
	if len(v) == 0 {
		return out
	}
	raw := marshal(v)
	if len(raw) > limit {
		text := cut(string(raw), limit/2)
		for len(event.AppendString(nil, text)) > limit-noted {
			text = cut(text, len(text)*3/4)
		}
		raw = marshal(map[string]any{"cut": true, "bytes": len(raw), "text": text})
	}
	out = append(out, `,"`+name+`":`...)
	return append(out, raw...)
}

// appendText writes a member that is a text, if there is one.
func appendText(out []byte, name, text string, limit int) []byte {
	if text == "" {
		return out
	}
	out = append(out, `,"`+name+`":`...)
	return event.AppendString(out, cut(text, limit))
}

// cut is the beginning of a text, in whole characters, of n bytes at most.
func cut(text string, n int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= n {
		return text
	}
	n = max(n, 0)
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// address is the IP address in a text that may have a port too; empty if there is none.
func address(text string) string {
	text = strings.TrimSpace(text)
	if ip, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return ip.WithZone("").String()
	}
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().WithZone("").String()
	}
	return ""
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// or is the first text that is not empty.
func or(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// marshal writes what came out of JSON.
func marshal(v any) []byte {
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	if err := w.Encode(v); err != nil {
		panic("BUG: inlet: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
