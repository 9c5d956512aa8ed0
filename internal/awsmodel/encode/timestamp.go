package encode

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// The formats of timestamps, in the words of the models.
const (
	iso8601       = "iso8601"
	unixTimestamp = "unixTimestamp"
	rfc822        = "rfc822"
)

// millisecondsFrom is the smallest number that is taken as milliseconds: as
// seconds it would be the year 5138.
const millisecondsFrom = 1e11

// layouts are the texts of times that callers, services and the records of
// CloudTrail have.
var layouts = []string{
	time.RFC3339Nano,
	time.RFC1123, time.RFC1123Z, time.RFC822, time.RFC822Z,
	"Jan 2, 2006 3:04:05 PM", "Jan 2, 2006, 3:04:05 PM",
	"2006-01-02T15:04:05", "2006-01-02",
}

// parseTime reads a time: seconds or milliseconds since 1970, or one of the
// layouts. A layout without a zone is in UTC.
func parseTime(s string) (time.Time, bool) {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return epoch(s, f)
	}
	// Newer Java writes a narrow space before AM and PM.
	s = strings.ReplaceAll(s, "\u202f", " ")
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// epoch is the time that a number stands for. s is its literal, which has
// digits that a float has not.
func epoch(s string, f float64) (time.Time, bool) {
	switch {
	case math.IsNaN(f) || math.Abs(f) >= 1e15:
		return time.Time{}, false
	case math.Abs(f) >= millisecondsFrom:
		return time.UnixMilli(int64(f)).UTC(), true
	}
	whole, fraction, _ := strings.Cut(s, ".")
	if seconds, err := strconv.ParseInt(whole, 10, 64); err == nil && seconds >= 0 && len(fraction) <= 9 {
		nanos, err := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
		if err == nil {
			return time.Unix(seconds, nanos).UTC(), true
		}
	}
	seconds := math.Floor(f)
	return time.Unix(int64(seconds), int64(math.Round((f-seconds)*1e6))*1e3).UTC(), true
}

// timeFormat is the format of a member, or of its shape, or else the
// protocol's own.
func timeFormat(m *awsmodel.Member, format string) string {
	switch {
	case m.TimestampFormat != "":
		return m.TimestampFormat
	case m.Shape.TimestampFormat != "":
		return m.Shape.TimestampFormat
	}
	return format
}

func formatTime(t time.Time, format string) string {
	switch format {
	case rfc822:
		return t.Format(http.TimeFormat)
	case unixTimestamp:
		return seconds(t)
	}
	return t.Format(time.RFC3339Nano)
}

// seconds are those since 1970, with the fraction where there is one.
func seconds(t time.Time) string {
	if t.Unix() < 0 && t.Nanosecond() != 0 {
		return strconv.FormatFloat(float64(t.UnixMicro())/1e6, 'f', -1, 64)
	}
	out := strconv.FormatInt(t.Unix(), 10)
	if n := t.Nanosecond(); n != 0 {
		digits := strconv.Itoa(1e9 + n)[1:]
		out += "." + strings.TrimRight(digits, "0")
	}
	return out
}
