package gateway

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// quiet is an observer that keeps bodies, records nothing, and says yes.
type quiet struct{ plan Plan }

func (q quiet) Begin(context.Context, *Request) Plan        { return q.plan }
func (q quiet) Finish(_ context.Context, _ *Exchange) error { return nil }
func (q quiet) Amend(_ context.Context, _ *Exchange)        {}

const benchAnswer = "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: application/x-amz-json-1.1\r\n" +
	"x-amzn-RequestId: 0f8fad5b-d9cb-469f-a165-70867728950e\r\nServer: bench\r\nContent-Length: %d\r\n\r\n"

// BenchmarkProxy measures small calls, as most management calls are, through
// the proxy of the standard library and through this one. Upstream and clients
// are as cheap as they can be, and in the same process.
func BenchmarkProxy(b *testing.B) {
	body := make([]byte, 600)
	answer := append(fmt.Appendf(nil, benchAnswer, len(body)), body...)
	upstream := rawServer(b, func(c net.Conn, br *bufio.Reader) {
		for {
			r, err := http.ReadRequest(br)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			if _, err := c.Write(answer); err != nil {
				return
			}
		}
	})
	target, err := url.Parse(upstream)
	if err != nil {
		b.Fatal(err)
	}
	post := "POST / HTTP/1.1\r\nHost: kms.us-east-1.amazonaws.com\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: TrentService.Encrypt\r\n" +
		"User-Agent: aws-cli/2.17.0\r\nX-Amz-Date: 20260101T000000Z\r\nX-Amz-Security-Token: 0123456789012345678901234567890123456789\r\nAccept-Encoding: identity\r\n" +
		"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/kms/aws4_request, SignedHeaders=host;x-amz-date, Signature=0123456789abcdef\r\nContent-Length: 200\r\n\r\n" +
		string(make([]byte, 200))
	get := "GET /bucket/key HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\nUser-Agent: aws-cli/2.17.0\r\nX-Amz-Date: 20260101T000000Z\r\nAccept-Encoding: identity\r\n" +
		"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=0123456789abcdef\r\n\r\n"
	for _, call := range []struct{ name, text string }{{"get", get}, {"post", post}} {
		b.Run(call.name, func(b *testing.B) {
			b.Run("reverseproxy", func(b *testing.B) {
				proxy := &httputil.ReverseProxy{
					Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
					Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}, BufferPool: bytePool{},
				}
				l := listen(b)
				srv := &http.Server{Handler: proxy}
				go func() { _ = srv.Serve(l) }()
				b.Cleanup(func() { _ = srv.Close() })
				benchClients(b, l.Addr().String(), call.text, len(answer))
			})
			for _, o := range []struct {
				name string
				plan Plan
			}{{"gateway", Plan{}}, {"gateway-keeps", Plan{Record: true, Request: 1 << 16, Response: 1 << 16}}} {
				b.Run(o.name, func(b *testing.B) {
					g := serveGateway(b, quiet{o.plan}, &Listener{Upstream: upstream}, func(c *Config) {
						c.Logger, c.Registerer = slog.New(slog.DiscardHandler), prometheus.NewRegistry()
					})
					benchClients(b, g.addr, call.text, len(answer))
				})
			}
		})
	}
}

// bytePool gives the standard library's proxy the buffers that this one has.
type bytePool struct{}

func (bytePool) Get() []byte  { return buffers.Get().(*buffer)[:] }
func (bytePool) Put(b []byte) { buffers.Put((*buffer)(b)) }

// benchClients sends one text again and again from parallel connections.
func benchClients(b *testing.B, addr, text string, size int) {
	b.Helper()
	b.SetParallelism(16)
	b.ReportAllocs()
	request := []byte(text)
	b.RunParallel(func(pb *testing.PB) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Error(err)
			return
		}
		defer func() { _ = c.Close() }()
		br := bufio.NewReader(c)
		for pb.Next() {
			if _, err := c.Write(request); err != nil {
				b.Error(err)
				return
			}
			resp, err := http.ReadResponse(br, nil)
			if err != nil {
				b.Error(err)
				return
			}
			if n, err := io.Copy(io.Discard, resp.Body); err != nil || n != 600 {
				b.Errorf("%d bytes, %v, of %d", n, err, size)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
