package shred

import "time"

// layouts are how records write a time. Without a zone it is UTC.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05Z0700"}

// parseTime reads a time to the millisecond, as tables have it.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Truncate(time.Millisecond), true
		}
	}
	return time.Time{}, false
}

// EventTime reads the time of a record's event, and nothing else of it.
func EventTime(raw []byte) (time.Time, bool) {
	s := scanner{b: raw, end: len(raw)}
	if !s.expect('{') {
		return time.Time{}, false
	}
	for s.next() == '"' {
		from, to, _, ok := s.key()
		if !ok {
			break
		}
		wanted := string(raw[from:to]) == "eventTime"
		from, to, ok = s.skip()
		if !ok {
			break
		}
		if wanted {
			if to-from < 2 || raw[from] != '"' {
				break
			}
			return parseTime(string(raw[from+1 : to-1]))
		}
		if !s.expect(',') {
			break
		}
	}
	return time.Time{}, false
}
