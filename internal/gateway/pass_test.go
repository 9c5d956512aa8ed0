package gateway

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRawPaths: what stands in the request line arrives byte for byte.
func TestRawPaths(t *testing.T) {
	url, heads := answering(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	g := serveGateway(t, newWatcher(recordAll), &Listener{Upstream: url}, nil)
	for _, target := range []string{
		"/", "//", "//bucket//key", "//host{x/y", "///", "/a%2Fb", "/a%2fb", "/~user/x", "/a+b%20c", "/é", "/%E9", "/a;b=c",
		"/?", "/x?", "/x??", "/?a=b&a=c&&", "/?a=%2B+%zz", "/?x=a b"[:5], "/x?y=/../z", "/../../etc", "/./a/.", "/a|b^c`d\"e<f>", "/[x]", "*",
		"/a:b@c", "/x#f", "/%00", "/a%", "/a%zz"[:3], "http://elsewhere.example/x?y",
	} {
		method := "GET"
		if target == "*" {
			method = "OPTIONS"
		}
		answer := raw(t, g.addr, method+" "+target+" HTTP/1.1\r\nHost: s3.example.com\r\nConnection: close\r\n\r\n")
		if strings.HasPrefix(answer, "HTTP/1.1 400") {
			// The server itself refuses what is no URL; nothing is forwarded then.
			if len(heads) > 0 {
				t.Errorf("%s was refused and forwarded: %q", target, <-heads)
			}
			if !strings.Contains(target, "%") {
				t.Errorf("%s was refused", target)
			}
			continue
		}
		if head := <-heads; head[0] != method+" "+target+" HTTP/1.1" {
			t.Errorf("%s arrived as %q", target, head[0])
		}
	}
}

// TestRequestHeaders: a signed request arrives with what was signed, and with
// nothing else.
func TestRequestHeaders(t *testing.T) {
	url, heads := answering(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	watch := newWatcher(recordAll)
	g := serveGateway(t, watch, &Listener{Upstream: url}, nil)
	for name, test := range map[string]struct {
		request string
		want    []string
	}{
		"signed": {
			"PUT /b/k?x-id=PutObject HTTP/1.1\r\nHost: B.S3.Example.com:9000\r\nX-Amz-Date: 20260101T000000Z\r\nX-Amz-Meta-A: 1\r\nX-Amz-Meta-A: 2\r\n" +
				"X-Amz-Meta-B:   two  spaces \r\nAuthorization: AWS4-HMAC-SHA256 Credential=AK/x, SignedHeaders=host, Signature=00\r\nContent-Length: 0\r\n\r\n",
			[]string{"PUT /b/k?x-id=PutObject HTTP/1.1", "Host: B.S3.Example.com:9000", "Content-Length: 0", "X-Amz-Date: 20260101T000000Z", "X-Amz-Meta-A: 1", "X-Amz-Meta-A: 2",
				"X-Amz-Meta-B: two  spaces", "Authorization: AWS4-HMAC-SHA256 Credential=AK/x, SignedHeaders=host, Signature=00"},
		},
		"bare": {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", []string{"GET / HTTP/1.1", "Host: h"}},
		"hop by hop": {
			"GET / HTTP/1.1\r\nHost: h\r\nConnection: close, X-Own\r\nX-Own: 1\r\nKeep-Alive: 5\r\nProxy-Authorization: x\r\nProxy-Connection: close\r\nTE: gzip, trailers\r\nUpgrade: websocket\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
			[]string{"GET / HTTP/1.1", "Host: h", "Te: trailers", "X-Forwarded-For: 1.2.3.4"},
		},
		"delete with a length": {"DELETE /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", []string{"DELETE /x HTTP/1.1", "Host: h", "Content-Length: 0"}},
		"post without":         {"POST /x HTTP/1.1\r\nHost: h\r\nUser-Agent: a\r\nUser-Agent: b\r\n\r\n", []string{"POST /x HTTP/1.1", "Host: h", "User-Agent: a", "User-Agent: b"}},
		"length is not removed": {
			"PUT /x HTTP/1.1\r\nHost: h\r\nConnection: content-length\r\nContent-Length: 0\r\n\r\n", []string{"PUT /x HTTP/1.1", "Host: h", "Content-Length: 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, g.addr)
			if _, err := io.WriteString(c, test.request); err != nil {
				t.Fatal(err)
			}
			got := <-heads
			// Headers with different names may come in any order; values of one not.
			slices.SortStableFunc(got[2:], byName)
			slices.SortStableFunc(test.want[2:], byName)
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
	for _, r := range watch.begun {
		if r.HTTP.Header.Get("X-Own") != "" || r.HTTP.Header.Get("Proxy-Authorization") != "" {
			t.Error("the observer saw headers that were not forwarded")
		}
	}
}

func byName(a, b string) int {
	nameA, _, _ := strings.Cut(a, ":")
	nameB, _, _ := strings.Cut(b, ":")
	return strings.Compare(nameA, nameB)
}

// TestAnswers: heads and framing of answers. Lines are compared as sets, the
// rest byte for byte.
func TestAnswers(t *testing.T) {
	for name, test := range map[string]struct{ method, answer, want string }{
		"spelling": {"GET",
			"HTTP/1.1 200 OK\r\nx-amz-meta-CamelCase: a\r\nx-amz-meta-CamelCase: b\r\netag: \"e\"\r\ncontent-type: text/x\r\ndate: d\r\ncontent-length: 2\r\n\r\nhi",
			"HTTP/1.1 200 OK\r\nx-amz-meta-CamelCase: a\r\nx-amz-meta-CamelCase: b\r\netag: \"e\"\r\ncontent-type: text/x\r\ndate: d\r\nContent-Length: 2\r\n\r\nhi"},
		"nothing added":  {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"},
		"short chunked":  {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"},
		"empty chunked":  {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		"chunked beats":  {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"},
		"until the end":  {"GET", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"},
		"trailers":       {"GET", "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n", "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n"},
		"head":           {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nx-Amz-Meta-q: 1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nx-Amz-Meta-q: 1\r\n\r\n"},
		"head not found": {"HEAD", "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n"},
		"204":            {"DELETE", "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n", "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"},
		"304":            {"GET", "HTTP/1.1 304 Not Modified\r\nETag: x\r\nContent-Type: a/b\r\nContent-Length: 7\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nETag: x\r\ncontent-type: a/b\r\ncontent-length: 7\r\n\r\n"},
		"206":            {"GET", "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nhi"},
		"307":            {"PUT", "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"},
		"gzip":           {"GET", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08"},
		"hop by hop":     {"GET", "HTTP/1.1 200 OK\r\nConnection: X-Own\r\nX-OWN: 1\r\nkeep-alive: 1\r\nproxy-authenticate: x\r\nX-B: 1\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nX-B: 1\r\nContent-Length: 0\r\n\r\n"},
		"folded":         {"GET", "HTTP/1.1 200 OK\r\nx-long: a\r\n b\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nX-Long: a b\r\nContent-Length: 0\r\n\r\n"},
		"early hints":    {"GET", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	} {
		for plan, p := range map[string]Plan{"recorded": recordAll, "small": {Record: true, Response: 1}, "unobserved": {}} {
			t.Run(name+"/"+plan, func(t *testing.T) {
				url, _ := answering(t, test.answer)
				g := serveGateway(t, newWatcher(p), &Listener{Upstream: url}, nil)
				c := dial(t, g.addr)
				if _, err := fmt.Fprintf(c, "%s / HTTP/1.1\r\nHost: h\r\n\r\n", test.method); err != nil {
					t.Fatal(err)
				}
				got := make([]byte, len(test.want))
				if _, err := io.ReadFull(c, got); err != nil {
					t.Fatalf("%v after %q", err, got)
				}
				if sorted(string(got)) != sorted(test.want) {
					t.Errorf("got  %q\nwant %q", got, test.want)
				}
				// Nothing else comes, and the connection goes on.
				if _, err := fmt.Fprintf(c, "%s / HTTP/1.1\r\nHost: h\r\n\r\n", test.method); err != nil {
					t.Fatal(err)
				}
				next := make([]byte, 9)
				if _, err := io.ReadFull(c, next); err != nil || string(next) != "HTTP/1.1 " {
					t.Errorf("after the answer came %q, %v", next, err)
				}
			})
		}
	}
}

// sorted orders the lines of each head in a text.
func sorted(text string) string {
	parts := strings.Split(text, "\r\n\r\n")
	for i, part := range parts {
		if strings.HasPrefix(part, "HTTP/") {
			lines := strings.Split(part, "\r\n")
			slices.SortStableFunc(lines[1:], byName)
			parts[i] = strings.Join(lines, "\r\n")
		}
	}
	return strings.Join(parts, "\r\n\r\n")
}

// TestRequestBodies: bodies of all kinds arrive, framed as they were.
func TestRequestBodies(t *testing.T) {
	type seen struct {
		r    *http.Request
		body string
	}
	got := make(chan seen, 10)
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			body = append(body, err.Error()...)
		}
		got <- seen{r, string(body)}
	}))
	t.Cleanup(up.Close)
	long := strings.Repeat("0123456789", 10_000)
	for name, test := range map[string]struct {
		head, body, want string
		length           int64
	}{
		"get":         {"GET / HTTP/1.1\r\nContent-Length: 3\r\n", "abc", "abc", 3},
		"delete":      {"DELETE / HTTP/1.1\r\nContent-Length: 3\r\n", "abc", "abc", 3},
		"form":        {"POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: 8\r\n", "Action=X", "Action=X", 8},
		"long form":   {"POST / HTTP/1.1\r\nContent-Length: 100000\r\n", long, long, 100000},
		"json":        {"POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n", "{}", "{}", 2},
		"long":        {"PUT / HTTP/1.1\r\nContent-Length: 100000\r\n", long, long, 100000},
		"chunked":     {"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde", -1},
		"empty chunk": {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", "", -1},
		"trailers":    {"PUT / HTTP/1.1\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n", "1\r\na\r\n0\r\nX-Sum: 7\r\n\r\n", "a", -1},
	} {
		t.Run(name, func(t *testing.T) {
			watch := newWatcher(Plan{Record: true, Request: 8, Response: 1000})
			g := serveGateway(t, watch, &Listener{Upstream: up.URL}, nil)
			if answer := raw(t, g.addr, test.head+"Host: h\r\nConnection: close\r\n\r\n"+test.body); !strings.HasPrefix(answer, "HTTP/1.1 200 OK\r\n") {
				t.Fatalf("%q", answer)
			}
			s := <-got
			if s.body != test.want || s.r.ContentLength != test.length {
				t.Errorf("%d bytes with length %d arrived", len(s.body), s.r.ContentLength)
			}
			if name == "trailers" && s.r.Trailer.Get("X-Sum") != "7" {
				t.Errorf("the trailers are %v", s.r.Trailer)
			}
			x, _ := watch.only(t, 1)
			if string(x.RequestBody) != test.want[:min(8, len(test.want))] || x.RequestWhole != (len(test.want) <= 8) || x.BytesIn != int64(len(test.want)) || x.Status != 200 {
				t.Errorf("the observer saw %q, %v, %d, %d", x.RequestBody, x.RequestWhole, x.BytesIn, x.Status)
			}
			if form := watch.begun[0].Body; (name == "form" || name == "long form") != (form != nil) || form != nil && string(form) != test.want {
				t.Errorf("Begin had a body of %d bytes", len(form))
			}
		})
	}
}

// TestExpect: it is the upstream that lets a client send.
func TestExpect(t *testing.T) {
	const head = "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
	run := func(t *testing.T, upstream func(c net.Conn, br *bufio.Reader), change func(*Config)) (net.Conn, *bufio.Reader, *watcher) {
		url := rawServer(t, upstream)
		watch := newWatcher(recordAll)
		g := serveGateway(t, watch, &Listener{Upstream: url}, change)
		c := dial(t, g.addr)
		if _, err := io.WriteString(c, head); err != nil {
			t.Fatal(err)
		}
		return c, bufio.NewReader(c), watch
	}
	body := func(br *bufio.Reader) string {
		b := make([]byte, 3)
		_, _ = io.ReadFull(br, b)
		return string(b)
	}
	line := func(t *testing.T, br *bufio.Reader) string {
		lines, err := readRawHead(br)
		if err != nil {
			t.Fatal(err)
		}
		return lines[0]
	}
	got := make(chan string, 1)
	wantBody := func(c net.Conn, br *bufio.Reader) {
		if lines, err := readRawHead(br); err != nil || !slices.Contains(lines, "Expect: 100-continue") {
			t.Errorf("the upstream got %q, %v", lines, err)
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		got <- body(br)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		_, _ = br.ReadByte()
	}
	t.Run("continue", func(t *testing.T) {
		c, br, watch := run(t, wantBody, nil)
		if first := line(t, br); first != "HTTP/1.1 100 Continue" {
			t.Fatal(first)
		}
		_, _ = io.WriteString(c, "abc")
		if b := <-got; b != "abc" {
			t.Errorf("the body is %q", b)
		}
		if last := line(t, br); last != "HTTP/1.1 200 OK" {
			t.Error(last)
		}
		if x, _ := watch.only(t, 1); string(x.RequestBody) != "abc" || !x.RequestWhole {
			t.Errorf("%q %v", x.RequestBody, x.RequestWhole)
		}
	})
	t.Run("refused", func(t *testing.T) {
		c, br, watch := run(t, func(c net.Conn, br *bufio.Reader) {
			_, _ = readRawHead(br)
			_, _ = io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
			_, _ = br.ReadByte()
		}, nil)
		if first := line(t, br); first != "HTTP/1.1 403 Forbidden" {
			t.Fatal(first)
		}
		if _, err := br.ReadByte(); err != io.EOF {
			t.Errorf("the connection goes on: %v", err)
		}
		_ = c.Close()
		if x, _ := watch.only(t, 1); x.RequestWhole || x.BytesIn != 0 || x.Status != 403 {
			t.Errorf("%+v", x)
		}
	})
	t.Run("ignored", func(t *testing.T) {
		c, br, _ := run(t, func(c net.Conn, br *bufio.Reader) {
			_, _ = readRawHead(br)
			got <- body(br)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			_, _ = br.ReadByte()
		}, func(c *Config) { c.ContinueTimeout = 10 * time.Millisecond })
		if first := line(t, br); first != "HTTP/1.1 100 Continue" {
			t.Fatal(first)
		}
		_, _ = io.WriteString(c, "abc")
		if b := <-got; b != "abc" {
			t.Errorf("the body is %q", b)
		}
		if last := line(t, br); last != "HTTP/1.1 200 OK" {
			t.Error(last)
		}
	})
}
