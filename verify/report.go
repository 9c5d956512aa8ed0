package verify

import (
	"fmt"
	"strings"
	"time"
)

// Kind is what a finding is about.
type Kind string

// The kinds of findings.
const (
	DigestFile Kind = "Digest file"
	LogFileOf  Kind = "Log file"
	// Gap is a time without digests: the message says which and why.
	Gap Kind = "Gap"
	// Orphan is a log file that no valid digest names.
	Orphan Kind = "Orphan"
)

// Finding is one line of a report.
type Finding struct {
	Kind   Kind   `json:"kind"`
	Bucket string `json:"bucket,omitempty"`
	Key    string `json:"key,omitempty"`
	// Valid is true for files that check out.
	Valid bool `json:"valid"`
	// Message is "valid", "INVALID: …" in the words of the AWS CLI, or a
	// sentence.
	Message string `json:"message"`
}

// Counts are valid and invalid files of a kind.
type Counts struct {
	Valid   int `json:"valid"`
	Invalid int `json:"invalid"`
}

// line is the counts in the words of the AWS CLI: "22/23 digest files valid,
// 1/23 digest files INVALID".
func (c Counts) line(what string) string {
	total := c.Valid + c.Invalid
	var parts []string
	if c.Valid > 0 || c.Invalid == 0 {
		parts = append(parts, fmt.Sprintf("%d/%d %s valid", c.Valid, total, what))
	}
	if c.Invalid > 0 {
		parts = append(parts, fmt.Sprintf("%d/%d %s INVALID", c.Invalid, total, what))
	}
	return strings.Join(parts, ", ")
}

// Report is the outcome of Validate.
type Report struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	// FoundStart and FoundEnd are the time that the digests found cover; zero
	// when there are none.
	FoundStart time.Time `json:"foundStart"`
	FoundEnd   time.Time `json:"foundEnd"`
	Digests    Counts    `json:"digests"`
	Logs       Counts    `json:"logFiles"`
	Gaps       int       `json:"gaps"`
	Orphans    int       `json:"orphans"`
	// Keys are the fingerprints of the keys that signed, newest first.
	Keys []string `json:"keys"`
}

// Damaged tells whether anything is not as it was delivered, in the AWS CLI's
// sense: a digest or a log file is invalid.
func (r *Report) Damaged() bool { return r.Digests.Invalid+r.Logs.Invalid > 0 }

// Summary is the report's end in the words of the AWS CLI.
func (r *Report) Summary() string {
	const layout = "2006-01-02T15:04:05Z"
	out := fmt.Sprintf("Results requested for %s to %s\n", r.Start.UTC().Format(layout), r.End.UTC().Format(layout))
	if r.Digests.Valid+r.Digests.Invalid == 0 {
		return out + "No digests found\n"
	}
	if r.FoundStart.IsZero() {
		return out + "No valid digests found in range\n"
	}
	out += fmt.Sprintf("Results found for %s to %s:\n\n", r.FoundStart.UTC().Format(layout), r.FoundEnd.UTC().Format(layout))
	out += r.Digests.line("digest files") + "\n"
	return out + r.Logs.line("log files") + "\n"
}

// Beyond is what Summary does not have, as the AWS CLI does not look for it: a line
// for each that was found.
func (r *Report) Beyond() (out string) {
	if r.Orphans > 0 {
		out += counted(r.Orphans, "log file") + " that no valid digest names (or that other trails delivered here)\n"
	}
	if r.Gaps > 0 {
		out += counted(r.Gaps, "stretch") + " without valid digests\n"
	}
	return out
}

func counted(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "h"):
		what += "e"
	}
	return fmt.Sprintf("%d %ss", n, what)
}
