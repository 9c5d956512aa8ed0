package gateway

import (
	"net/http"
	"strings"
)

// headEnd is the length of the head of an answer that b begins with, its empty
// line included, or -1 if the head does not end in b. Lines may end in CRLF or
// LF. The first from bytes are known to hold no end.
func headEnd(b []byte, from int) int {
	for i := max(from-2, 0); i < len(b); i++ {
		if b[i] != '\n' {
			continue
		}
		if i+1 < len(b) && b[i+1] == '\n' {
			return i + 2
		}
		if i+2 < len(b) && b[i+1] == '\r' && b[i+2] == '\n' {
			return i + 3
		}
	}
	return -1
}

// spell adds the headers of an answer's head to dst, with their names as they
// are spelled. The head was accepted by [http.ReadResponse]; its values are what
// that makes of them. Left out is what [hopByHop] or the list of dropped names
// has, and Content-Length. It reports false, with dst in any state, where a line
// goes on in the next one, which only the parser knows to join.
func spell(dst http.Header, head string, dropped []string) bool {
	_, rest, _ := strings.Cut(head, "\n")
	values := make([]string, 0, strings.Count(rest, "\n"))
	for rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			return true
		}
		name, value, found := strings.Cut(line, ":")
		if !found || name == "" || name[0] == ' ' || name[0] == '\t' {
			return false
		}
		if hopByHop(name) || len(name) == len("Content-Length") && strings.EqualFold(name, "Content-Length") || isNamed(name, dropped) {
			continue
		}
		values = append(values, strings.Trim(value, " \t"))
		if have, again := dst[name]; again {
			dst[name] = append(have, values[len(values)-1])
		} else {
			dst[name] = values[len(values)-1 : len(values) : len(values)]
		}
	}
	return true
}
