package cli

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/google/uuid"
)

// sample is a made-up afternoon of one account, as lines of JSON: routine, and
// then somebody with a stolen password.
//
//go:embed demo_sample.jsonl
var sample []byte

// sampleAccount is the account in the sample; its newest record is sampleEnd.
const (
	sampleAccount = "111122223333"
	sampleEnd     = "2026-01-15T16:40:00Z"
)

var (
	sampleTime = regexp.MustCompile(`"eventTime":"([^"]*)"`)
	sampleID   = regexp.MustCompile(`"eventID":"[^"]*"`)
)

// writeSample writes the sample's records as if they had just happened in the
// account, with new event ids, and gives the path.
func writeSample(path, account string, now time.Time) (string, error) {
	end, err := time.Parse(time.RFC3339, sampleEnd)
	if err != nil {
		return "", fmt.Errorf("BUG: the sample's end: %w", err)
	}
	shift := now.Add(-time.Minute).Sub(end)
	out := bytes.ReplaceAll(sample, []byte(sampleAccount), []byte(account))
	out = sampleTime.ReplaceAllFunc(out, func(field []byte) []byte {
		at, err := time.Parse(time.RFC3339, string(sampleTime.FindSubmatch(field)[1]))
		if err != nil {
			panic("BUG: cli: the sample has the time " + string(field))
		}
		return []byte(`"eventTime":"` + at.Add(shift).UTC().Format(time.RFC3339) + `"`)
	})
	out = sampleID.ReplaceAllFunc(out, func([]byte) []byte {
		return []byte(`"eventID":"` + uuid.NewString() + `"`)
	})
	if err := os.WriteFile(path, out, 0o600); err != nil {
		return "", fmt.Errorf("write the sample: %w", err)
	}
	return path, nil
}
