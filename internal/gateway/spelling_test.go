package gateway

import (
	"bufio"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// FuzzSpelling: of every head that net/http accepts, spell makes the same
// headers, but for their spelling.
func FuzzSpelling(f *testing.F) {
	for _, head := range []string{
		"HTTP/1.1 200 OK\r\nx-amz-meta-A: 1\r\nX-Amz-Meta-a: 2\r\n\r\n",
		"HTTP/1.1 200 OK\nA: \t x \t\nContent-Length: 3\n\n",
		"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\td\r\nB:\r\n\r\n",
		"HTTP/1.0 304 \r\nConnection: close, x-b\r\nX-B: 1\r\nKeep-Alive: 1\r\nTE: a\r\nProxy-X: 1\r\nPragma: no-cache\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nA:b\r\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\nA\x80: \xff\r\n\r\n",
	} {
		f.Add(head)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := headEnd([]byte(text), 0)
		for from := range min(len(text), max(end, 0)) {
			if end >= 0 && from < end-2 && headEnd([]byte(text), from) != end && headEnd([]byte(text[:from]), 0) < 0 {
				t.Fatalf("the end is %d from 0, and %d from %d", end, headEnd([]byte(text), from), from)
			}
		}
		resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
		if err != nil {
			return
		}
		if end < 0 {
			t.Fatal("the parser found an end")
		}
		if strings.Trim(text[:end], "\r\n") == "" {
			t.Fatal("a head without a line was accepted")
		}
		gone := named(resp.Header["Connection"])
		spelled := http.Header{}
		if !spell(spelled, text[:end], gone) {
			return
		}
		got, want := map[string]int{}, map[string]int{}
		for name, values := range spelled {
			for _, v := range values {
				got[http.CanonicalHeaderKey(name)+": "+v]++
			}
		}
		for name, values := range resp.Header {
			for _, v := range values {
				if !hopByHop(name) && name != "Content-Length" && !isNamed(name, gone) {
					want[name+": "+v]++
				}
			}
		}
		if len(resp.Header["Pragma"]) > 0 {
			// The parser adds this one by itself.
			delete(got, "Cache-Control: no-cache")
			delete(want, "Cache-Control: no-cache")
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	})
}
