package trino

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	driver "github.com/trinodb/trino-go-client/trino"

	"github.com/cairntrail/cairn/internal/trinosql"
	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// convert makes what trinosql prints for a type out of what the driver gives for it: the
// values that DuckDB has for that type, so that a result does not show its engine. A
// moment with a zone is a [value.Row] of the moment in UTC and the zone, an interval a
// number of milliseconds or months, an IP address its 16 bytes.
//
// The driver converts values on the top and inside rows, and leaves those inside
// arrays and maps as JSON has them: each kind can come in both forms.
func convert(t trinosql.Type, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch t.Kind {
	case trinosql.ArrayKind:
		return convertArray(t.Elems[0], v)
	case trinosql.MapKind:
		return convertMap(t.Elems[0], t.Elems[1], v)
	case trinosql.RowKind:
		return convertRow(t.Elems, v)
	}
	text, isText := v.(string)
	if n, ok := v.(json.Number); ok {
		text, isText = n.String(), true
	}
	if isText {
		return fromText(t, text)
	}
	switch v := v.(type) {
	case bool, int64, []byte:
		return v, nil
	case float64:
		if t.Kind == trinosql.RealKind {
			return float32(v), nil
		}
		return v, nil
	case time.Time:
		return fromTime(t, v), nil
	}
	return nil, fmt.Errorf("the server's value of type %s came as a %T", t, v)
}

// fromTime brings a moment or a time of day into its form. What has no zone is in UTC,
// which is the session's; what has one is the moment in UTC and the zone's name.
func fromTime(t trinosql.Type, v time.Time) any {
	switch t.Kind {
	case trinosql.TimeKind:
		midnight := time.Date(v.Year(), v.Month(), v.Day(), 0, 0, 0, 0, v.Location())
		return v.Sub(midnight)
	case trinosql.TimestampTZKind:
		return value.Row{v.UTC(), zoneName(v)}
	}
	return v
}

// zoneName is the zone of a moment as Trino writes it. Go knows an offset by no name, or
// takes it for the zone of this machine.
func zoneName(v time.Time) string {
	name := v.Location().String()
	if name == "" || name == "Local" {
		return v.Format("-07:00")
	}
	return name
}

// fromText reads a value from its text: how JSON has those that are no numbers for
// it, and the keys of maps.
func fromText(t trinosql.Type, text string) (any, error) {
	switch t.Kind {
	case trinosql.BooleanKind:
		return strconv.ParseBool(text)
	case trinosql.TinyintKind, trinosql.SmallintKind, trinosql.IntegerKind, trinosql.BigintKind:
		return strconv.ParseInt(text, 10, 64)
	case trinosql.RealKind:
		f, err := strconv.ParseFloat(text, 32)
		return float32(f), err
	case trinosql.DoubleKind:
		return strconv.ParseFloat(text, 64)
	case trinosql.DecimalKind:
		return parseDecimal(text)
	case trinosql.VarbinaryKind, trinosql.HyperLogLogKind:
		return base64.StdEncoding.DecodeString(text)
	case trinosql.IntervalDayKind:
		return parseDays(text)
	case trinosql.IntervalYearKind:
		return parseMonths(text)
	case trinosql.IPAddressKind:
		return parseAddress(text)
	case trinosql.DateKind, trinosql.TimestampKind, trinosql.TimestampTZKind, trinosql.TimeKind, trinosql.TimeTZKind:
		moment, err := parseMoment(text)
		if err != nil {
			return nil, err
		}
		return fromTime(t, moment), nil
	}
	return text, nil
}

func convertArray(elem trinosql.Type, v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("the server's array came as a %T", v)
	}
	out := make([]any, len(list))
	for i, v := range list {
		var err error
		if out[i], err = convert(elem, v); err != nil {
			return nil, fmt.Errorf("element %d: %w", i+1, err)
		}
	}
	return out, nil
}

// convertMap sorts the entries by the texts of their keys: the driver has lost the
// server's order, which means nothing to it either.
func convertMap(key, val trinosql.Type, v any) (any, error) {
	entries, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the server's map came as a %T", v)
	}
	names := make([]string, 0, len(entries))
	for name := range entries {
		names = append(names, name)
	}
	slices.SortFunc(names, cmp.Compare[string])
	out := make(value.Map, len(names))
	for i, name := range names {
		k, err := fromText(key, name)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", name, err)
		}
		w, err := convert(val, entries[name])
		if err != nil {
			return nil, fmt.Errorf("value of %q: %w", name, err)
		}
		out[i] = value.Entry{Key: k, Value: w}
	}
	return out, nil
}

func convertRow(fields []trinosql.Type, v any) (any, error) {
	var list []any
	switch v := v.(type) {
	case []any:
		list = v
	case driver.Row:
		list = make([]any, v.Len())
		for i := range list {
			list[i] = v.Value(i)
		}
	default:
		return nil, fmt.Errorf("the server's row came as a %T", v)
	}
	if len(list) != len(fields) {
		return nil, fmt.Errorf("the server's row has %d fields, and its type %d", len(list), len(fields))
	}
	out := make(value.Row, len(list))
	for i, v := range list {
		var err error
		if out[i], err = convert(fields[i], v); err != nil {
			return nil, fmt.Errorf("field %d: %w", i+1, err)
		}
	}
	return out, nil
}

// momentLayouts are how dates, timestamps and times of day are written, before a zone.
// Go reads the fraction of a second, of up to nine digits, on its own.
var momentLayouts = []string{"2006-01-02", "2006-01-02 15:04:05", "15:04:05"}

// zoned splits a text into what a layout reads and the zone: an offset, which need not
// have a blank before it, or a name.
var zoned = regexp.MustCompile(`^(.*\d\d:\d\d:\d\d(?:\.\d+)?) ?([+-]\d\d:\d\d|[A-Za-z].*)$`)

// parseMoment reads a date, a timestamp, or a time of day, with or without a zone.
func parseMoment(text string) (time.Time, error) {
	zone := time.UTC
	if m := zoned.FindStringSubmatch(text); m != nil {
		var err error
		if zone, err = parseZone(m[2]); err != nil {
			return time.Time{}, err
		}
		text = m[1]
	}
	for _, layout := range momentLayouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("the moment %q cannot be read", text)
}

func parseZone(name string) (*time.Location, error) {
	if offset, err := time.Parse("-07:00", name); err == nil {
		_, seconds := offset.Zone()
		return time.FixedZone("", seconds), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("the zone of a moment: %w", err)
	}
	return zone, nil
}

// parseDecimal reads -12.50 as -1250 / 10^2.
func parseDecimal(text string) (value.Decimal, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	n, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return value.Decimal{}, fmt.Errorf("decimal %q cannot be read", text)
	}
	return value.Decimal{Unscaled: n, Scale: len(fraction)}, nil
}

// parseAddress reads an IP address into the 16 bytes that those of version 4 have too.
func parseAddress(text string) ([]byte, error) {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return nil, err
	}
	b := a.As16()
	return b[:], nil
}

// parseDays reads an interval such as -1 02:03:04.500: days, and a time of day to the
// millisecond. The sign is that of the whole, which is returned in milliseconds.
func parseDays(text string) (int64, error) {
	unsigned, negative := strings.CutPrefix(text, "-")
	var days, h, m, s, ms int64
	if _, err := fmt.Sscanf(unsigned, "%d %d:%d:%d.%d", &days, &h, &m, &s, &ms); err != nil {
		return 0, fmt.Errorf("interval %q cannot be read", text)
	}
	ms += (((days*24+h)*60+m)*60 + s) * 1000
	if negative {
		ms = -ms
	}
	return ms, nil
}

// parseMonths reads an interval such as -1-2: years and months. It returns months.
func parseMonths(text string) (int64, error) {
	unsigned, negative := strings.CutPrefix(text, "-")
	var years, months int64
	if _, err := fmt.Sscanf(unsigned, "%d-%d", &years, &months); err != nil {
		return 0, fmt.Errorf("interval %q cannot be read", text)
	}
	months += years * 12
	if negative {
		months = -months
	}
	return months, nil
}
