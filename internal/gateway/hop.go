package gateway

import (
	"net/http"
	"strings"
)

// hopByHop tells that a header is about one connection and is not forwarded
// (RFC 9110, section 7.6.1). Te is treated by whoever forwards.
func hopByHop(name string) bool {
	switch len(name) {
	case 2:
		return strings.EqualFold(name, "Te")
	case 7:
		return strings.EqualFold(name, "Trailer") || strings.EqualFold(name, "Upgrade")
	case 10:
		return strings.EqualFold(name, "Connection") || strings.EqualFold(name, "Keep-Alive")
	case 17:
		if strings.EqualFold(name, "Transfer-Encoding") {
			return true
		}
	}
	return len(name) > 6 && strings.EqualFold(name[:6], "Proxy-")
}

// named lists what the values of Connection name besides its own words.
func named(connection []string) []string {
	var out []string
	for _, value := range connection {
		for word := range strings.SplitSeq(value, ",") {
			word = strings.Trim(word, " \t")
			if word != "" && !strings.EqualFold(word, "close") && !strings.EqualFold(word, "keep-alive") {
				out = append(out, word)
			}
		}
	}
	return out
}

// isNamed tells that a name is in a list of [named].
func isNamed(name string, list []string) bool {
	for _, n := range list {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// strip removes from a request's header what is not forwarded. "Te: trailers"
// stays: it says that the client can take trailers, which are forwarded.
func strip(h http.Header) {
	// What delimits the body is not the client's to remove.
	for _, name := range named(h["Connection"]) {
		if !strings.EqualFold(name, "Content-Length") {
			h.Del(name)
		}
	}
	trailers := false
	for _, value := range h["Te"] {
		for word := range strings.SplitSeq(value, ",") {
			trailers = trailers || strings.EqualFold(strings.Trim(word, " \t"), "trailers")
		}
	}
	for name := range h {
		if hopByHop(name) {
			delete(h, name)
		}
	}
	if trailers {
		h["Te"] = []string{"trailers"}
	}
}

// plain tells that a text has no byte that ends it or its line in the head of
// a request: no control character, and no space unless spaces is set. Tabs are
// like spaces.
func plain(text string, spaces bool) bool {
	for i := range len(text) {
		switch b := text[i]; {
		case b == ' ' || b == '\t':
			if !spaces {
				return false
			}
		case b < ' ' || b == 0x7f:
			return false
		}
	}
	return true
}
