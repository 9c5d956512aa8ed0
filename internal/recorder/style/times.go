package style

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// The forms in which CloudTrail writes times (real records; the Redshift page).
const (
	javaLayout      = "Jan 2, 2006 3:04:05 PM"
	javaCommaLayout = "Jan 2, 2006, 3:04:05 PM"
)

// time writes a time in the service's style. What is not a time stays.
func (c *converter) time(v *decode.Value, m *awsmodel.Member) decode.Value {
	style := c.row.times
	if style == asProtocol {
		switch c.protocol {
		case awsmodel.Query, awsmodel.JSON10, awsmodel.JSON11, awsmodel.RPCv2CBOR:
			style = javaDate
		default:
			style = asSent
		}
	}
	if style == asSent {
		if v.Kind == decode.Text && numericTime(m, c.protocol) && isNumber(v.Text) {
			return decode.Value{Kind: decode.Number, Text: v.Text}
		}
		return *v
	}
	t, ok := readTime(v.Text)
	if !ok {
		return *v
	}
	layout := javaLayout
	if style == javaDateComma {
		layout = javaCommaLayout
	}
	return decode.Value{Kind: decode.Text, Text: t.UTC().Format(layout)}
}

// numericTime tells whether a time travels as seconds.
func numericTime(m *awsmodel.Member, p awsmodel.Protocol) bool {
	format := m.TimestampFormat
	if format == "" {
		format = m.Shape.TimestampFormat
	}
	switch format {
	case "unixTimestamp":
		return true
	case "":
		return p == awsmodel.RESTJSON && m.Location == awsmodel.InBody
	}
	return false
}

// readTime reads the forms of times on the wire: seconds with or without a
// fraction, ISO 8601, and the date of HTTP.
func readTime(text string) (time.Time, bool) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if math.IsNaN(seconds) || math.Abs(seconds) > 1e15 {
			return time.Time{}, false
		}
		// Two services send milliseconds; as seconds these are the year 5138.
		if math.Abs(seconds) >= 1e11 {
			return time.UnixMilli(int64(seconds)), true
		}
		whole, fraction := math.Modf(seconds)
		return time.Unix(int64(whole), int64(math.Round(fraction*1e6))*1e3), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	if strings.HasSuffix(text, "GMT") {
		if t, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
