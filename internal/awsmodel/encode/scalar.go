package encode

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// scalarText is a scalar as forms, documents, paths, queries and headers have
// it. format is the protocol's own for times. What is no scalar becomes JSON.
func scalarText(m *awsmodel.Member, v decode.Value, format string) string {
	switch {
	case container(v):
		return string(appendJSON(nil, nil, v))
	case v.Kind == decode.Bytes && !is(m, awsmodel.String):
		return base64.StdEncoding.EncodeToString([]byte(v.Text))
	case is(m, awsmodel.Timestamp):
		if t, ok := parseTime(v.Text); ok {
			return formatTime(t, timeFormat(m, format))
		}
	case is(m, awsmodel.Boolean):
		if b, ok := boolean(v.Text); ok {
			return strconv.FormatBool(b)
		}
	case v.Kind == decode.Number || numeric(m):
		if f, ok := special(v.Text); ok {
			return specialName(f)
		}
	}
	return v.Text
}

// numeric tells whether a member is a number in the model.
func numeric(m *awsmodel.Member) bool {
	return is(m, awsmodel.Integer) || is(m, awsmodel.Long) || floating(m)
}

func floating(m *awsmodel.Member) bool { return is(m, awsmodel.Float) || is(m, awsmodel.Double) }

// boolean reads "true" and "false" in any case.
func boolean(s string) (value, ok bool) {
	return strings.EqualFold(s, "true"), strings.EqualFold(s, "true") || strings.EqualFold(s, "false")
}

// special reads the numbers that JSON has no literals for.
func special(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !math.IsNaN(f) && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

// specialName is what the protocols call such a number ("NaN", "Infinity" and
// "-Infinity", in the Smithy documentation of the protocols).
func specialName(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return "NaN"
}

// isNumber tells whether a text is a literal of JSON.
func isNumber(s string) bool {
	if s == "" || s[0] != '-' && (s[0] < '0' || s[0] > '9') {
		return false
	}
	return json.Valid([]byte(s))
}
