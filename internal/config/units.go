package config

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// set reads text into the setting's field.
func (s *setting) set(c *Config, text string) error {
	field := reflect.ValueOf(c).Elem().Field(s.index)
	switch field.Interface().(type) {
	case string:
		if len(s.choices) > 0 && !slices.Contains(s.choices, text) {
			return fmt.Errorf("%q is not one of %s", text, strings.Join(s.choices, ", "))
		}
		field.SetString(text)
	case bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		field.SetBool(b)
	case time.Duration:
		d, err := ParseDuration(text)
		if err != nil {
			return err
		}
		field.SetInt(int64(d))
	case float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("%q is not a number", text)
		}
		field.SetFloat(f)
	case int, int64:
		if s.size {
			n, err := ParseSize(text)
			if err != nil {
				return err
			}
			field.SetInt(n)
			return nil
		}
		n, err := strconv.ParseInt(text, 10, field.Type().Bits())
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		field.SetInt(n)
	default:
		panic("BUG: config: no parser for the type of " + s.key)
	}
	return nil
}

// ParseDuration reads a duration as Go writes them ("1h30m", "250ms"), which
// may begin with weeks and days: "90d", "2w", "1d12h". A day has 24 hours.
func ParseDuration(text string) (time.Duration, error) {
	bad := fmt.Errorf("%q is not a duration; write for example 90s, 5m, 36h or 90d", text)
	rest, total := text, time.Duration(0)
	negative := strings.HasPrefix(rest, "-")
	if negative {
		rest = rest[1:]
	}
	for _, unit := range []struct {
		letter byte
		length time.Duration
	}{{'w', 7 * 24 * time.Hour}, {'d', 24 * time.Hour}} {
		i := strings.IndexByte(rest, unit.letter)
		if i < 0 {
			continue
		}
		n, err := strconv.ParseFloat(rest[:i], 64)
		if err != nil || !(n >= 0) || n*float64(unit.length)+float64(total) >= math.MaxInt64 {
			return 0, bad
		}
		total += time.Duration(n * float64(unit.length))
		rest = rest[i+1:]
	}
	if rest != "" || rest == text {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 || total+d < total {
			return 0, bad
		}
		total += d
	}
	if negative {
		total = -total
	}
	return total, nil
}

// ParseSize reads a number of bytes: "8GiB", "512MB", "1048576". Binary units
// (KiB, MiB, GiB, TiB) count in 1024, the others in 1000.
func ParseSize(text string) (int64, error) {
	n, err := humanize.ParseBytes(text)
	if err != nil || n > math.MaxInt64 {
		return 0, fmt.Errorf("%q is not a size; write for example 256MiB or 16GiB", text)
	}
	return int64(n), nil
}
