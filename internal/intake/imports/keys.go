package imports

import (
	"strings"
	"time"
)

// sieve decides which keys of a bucket are log files to import: "Copy trail events
// to CloudTrail Lake". Below the location only folders named CloudTrail are
// searched, unless it leads into another folder of a service itself, and only days
// of the time asked for.
type sieve struct {
	// root is the prefix of the location.
	root       string
	start, end time.Time // zero is no bound
}

// judge tells whether a key is one of a log file or stands where log files stand, and,
// when keys that follow it need not be looked at, the key to go on behind.
func (s *sieve) judge(key string) (take bool, skip string) {
	if strings.HasSuffix(key, "/") {
		return false, "" // what consoles make for a folder
	}
	segments := strings.Split(key, "/")
	if at := serviceFolder(segments); at >= 0 && segments[at] != "CloudTrail" {
		folder := strings.Join(segments[:at+1], "/")
		if !strings.HasPrefix(s.root, folder) || strings.HasPrefix(segments[at], "CloudTrail-") {
			return false, folder + "0" // behind all keys that begin with the folder and a slash
		}
	}
	if at, day, ok := dayFolder(segments); ok {
		region := strings.Join(segments[:at], "/")
		switch {
		case !s.start.IsZero() && day.Before(s.start.Truncate(24*time.Hour)):
			return false, region + "/" + s.start.Format("2006/01/02")
		case !s.end.IsZero() && day.After(s.end.Add(24*time.Hour)):
			// Events of a day's last minutes are delivered on the next one.
			return false, region + "0"
		}
	}
	return true, ""
}

// serviceFolder finds the segment that follows AWSLogs/ACCOUNT or
// AWSLogs/ORGANIZATION/ACCOUNT; -1 if there is none.
func serviceFolder(segments []string) int {
	for i, name := range segments {
		if name != "AWSLogs" {
			continue
		}
		for _, at := range []int{i + 1, i + 2} {
			if at+2 < len(segments) && isAccount(segments[at]) {
				return at + 1
			}
		}
	}
	return -1
}

func isAccount(s string) bool { return len(s) == 12 && digits(s) }

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// dayFolder finds YYYY/MM/DD before a file's name; at is the segment of the year.
func dayFolder(segments []string) (at int, day time.Time, ok bool) {
	at = len(segments) - 4
	if at < 0 || len(segments[at]) != 4 || !digits(segments[at]) {
		return 0, time.Time{}, false
	}
	day, err := time.Parse("2006/01/02", strings.Join(segments[at:at+3], "/"))
	return at, day, err == nil
}

// folder is a key without the file's name: the prefix that it counts for.
func folder(key string) string { return key[:strings.LastIndexByte(key, '/')+1] }

// Judge makes the rule by which the keys below a root are looked at, from the day of
// start on if that is not zero: whether a key is one of a log file or stands where log
// files stand, and, when keys that follow it need not be looked at, the key to go on
// behind.
func Judge(root string, start time.Time) func(key string) (take bool, skip string) {
	s := &sieve{root: root, start: start}
	return s.judge
}
