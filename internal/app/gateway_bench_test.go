package app

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/awsmodel/encode"
	"github.com/cairntrail/cairn/internal/gateway"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/store"
)

// paths are the ways to one upstream that are compared.
type paths struct {
	direct, reverse, gateway string
	journal                  *journal.Journal
	request                  []byte
}

func newPaths(b *testing.B) *paths {
	b.Helper()
	collectLessOften() // as a server with gateways does; the others gain by it too
	check := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	answer := []byte(`{"Parameter":{"Name":"/app/db/host","Type":"String","Value":"db.internal","Version":3,"LastModifiedDate":1700000000.123,"ARN":"arn:aws:ssm:us-east-1:111122223333:parameter/app/db/host","DataType":"text"}}`)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header()["Content-Type"] = []string{"application/x-amz-json-1.1"}
		w.Header()["X-Amzn-Requestid"] = []string{"f3a1c0de-0000-4000-8000-000000000000"}
		_, _ = w.Write(answer)
	}))
	b.Cleanup(upstream.Close)
	target, err := url.Parse(upstream.URL)
	check(err)

	plain := httputil.NewSingleHostReverseProxy(target)
	plain.Transport = &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}
	reverse := httptest.NewServer(plain)
	b.Cleanup(reverse.Close)

	dir := b.TempDir()
	db, err := store.Open(b.Context(), filepath.Join(dir, "state.db"))
	check(err)
	b.Cleanup(func() { check(db.Close()) })
	key, err := identity.LoadOrCreateKey(filepath.Join(dir, "secret.key"))
	check(err)
	directory, err := identity.OpenDirectory(b.Context(), db, key, time.Now)
	check(err)
	j, err := journal.Open(context.Background(), journal.Config{Dir: filepath.Join(dir, "journal"), MaxBytes: 8 << 30, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	check(err)
	b.Cleanup(func() { check(j.Close()) })
	catalogue, err := awsmodel.Open()
	check(err)
	rec, err := recorder.New(recorder.Config{Catalogue: catalogue, Directory: directory, Append: j.Append, Ready: j.Ready, AccountID: "111122223333", Region: "us-east-1", Now: time.Now})
	check(err)
	proxy, err := gateway.New(gateway.Config{Observer: rec, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(), Now: time.Now})
	check(err)
	b.Cleanup(proxy.Close)
	listener := &gateway.Listener{Name: "bench", Upstream: upstream.URL}
	check(rec.AddListener(listener))
	handler, err := proxy.Handler(listener)
	check(err)
	front := httptest.NewServer(handler)
	b.Cleanup(front.Close)

	op := catalogue.Service("ssm").Operation("GetParameter")
	input, err := decode.JSON([]byte(`{"Name":"/app/db/host","WithDecryption":true}`), decode.DefaultLimits)
	check(err)
	r, err := encode.Request(op, awsmodel.JSON11, nil, "us-east-1", input)
	check(err)
	r.Header.Set("User-Agent", "aws-cli/2.13.5 Python/3.11.4 Linux/4.14.255 exe/x86_64 prompt/off command/ssm.get-parameter")
	encode.Sign(r, "AKIAIOSFODNN7EXAMPLE", "ssm", "us-east-1", "", time.Now())
	var raw bytes.Buffer
	check(r.Write(&raw))
	return &paths{direct: upstream.Listener.Addr().String(), reverse: reverse.Listener.Addr().String(), gateway: front.Listener.Addr().String(), journal: j, request: raw.Bytes()}
}

// conn is a client's connection that sends the same call again and again.
type conn struct {
	net.Conn
	in *bufio.Reader
}

func dial(b *testing.B, addr string, n int) []*conn {
	b.Helper()
	out := make([]*conn, n)
	for i := range out {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		out[i] = &conn{c, bufio.NewReader(c)}
	}
	return out
}

func (c *conn) call(b *testing.B, request []byte) {
	if _, err := c.Write(request); err != nil {
		b.Error(err)
		return
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		b.Error(err)
		return
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		b.Errorf("status %d, %v", resp.StatusCode, err)
	}
}

// benchConnections is how many clients call at once.
const benchConnections = 32

// BenchmarkGateway compares the recording gateway, with every record synced to
// the journal before its answer, with net/http/httputil's ReverseProxy in front
// of the same upstream: calls through both in turns of some thousand, by clients
// and an upstream on the same machine.
func BenchmarkGateway(b *testing.B) {
	p := newPaths(b)
	reverse, front := dial(b, p.reverse, benchConnections), dial(b, p.gateway, benchConnections)
	turn := func(conns []*conn, calls int) time.Duration {
		var left atomic.Int64
		left.Store(int64(calls))
		begun := time.Now()
		var wg sync.WaitGroup
		for _, c := range conns {
			wg.Go(func() {
				for left.Add(-1) >= 0 && !b.Failed() {
					c.call(b, p.request)
				}
			})
		}
		wg.Wait()
		return time.Since(begun)
	}
	turn(reverse, 2000)
	turn(front, 2000)
	before := p.journal.Last()
	b.ResetTimer()
	const chunk = 4000
	var byReverse, byGateway time.Duration
	var ratios []float64
	for done := 0; done < b.N; done += chunk {
		n := min(chunk, b.N-done)
		r, g := turn(reverse, n), turn(front, n)
		byReverse, byGateway = byReverse+r, byGateway+g
		ratios = append(ratios, float64(r)/float64(g))
	}
	b.StopTimer()
	slices.Sort(ratios)
	b.ReportMetric(float64(b.N)/byReverse.Seconds(), "reverseproxy-calls/s")
	b.ReportMetric(float64(b.N)/byGateway.Seconds(), "gateway-calls/s")
	b.ReportMetric(100*ratios[len(ratios)/2], "%-of-reverseproxy")
	b.ReportMetric(float64(b.N)/float64(p.journal.Last()-before), "calls/sync")
}

// latencyRate is the load of BenchmarkGatewayLatency, in calls per second.
const latencyRate = 2000

// BenchmarkGatewayLatency measures how long calls take at a fixed rate, from the
// moment each was due: straight to the upstream, through ReverseProxy, and
// through the recording gateway, in turns of one second.
func BenchmarkGatewayLatency(b *testing.B) {
	p := newPaths(b)
	ways := []struct {
		name  string
		conns []*conn
		took  []time.Duration
	}{{name: "direct"}, {name: "reverseproxy"}, {name: "gateway"}}
	for i, addr := range []string{p.direct, p.reverse, p.gateway} {
		ways[i].conns = dial(b, addr, benchConnections)
		p.atRate(b, ways[i].conns, latencyRate/2)
	}
	b.ResetTimer()
	for done := 0; done < b.N; done += latencyRate {
		for i := range ways {
			ways[i].took = append(ways[i].took, p.atRate(b, ways[i].conns, min(latencyRate, b.N-done))...)
		}
	}
	b.StopTimer()
	quantile := func(i int, q float64) time.Duration {
		slices.Sort(ways[i].took)
		return ways[i].took[int(q*float64(len(ways[i].took)-1))]
	}
	for i := range ways {
		b.ReportMetric(float64(quantile(i, 0.5).Microseconds()), ways[i].name+"-p50-us")
		b.ReportMetric(float64(quantile(i, 0.99).Microseconds()), ways[i].name+"-p99-us")
	}
	b.ReportMetric(float64((quantile(2, 0.99) - quantile(0, 0.99)).Microseconds()), "added-p99-us")
}

// atRate makes calls at latencyRate and gives how long each took from when it
// was due.
func (p *paths) atRate(b *testing.B, conns []*conn, calls int) []time.Duration {
	took := make([]time.Duration, calls)
	begun := time.Now()
	var next atomic.Int64
	var wg sync.WaitGroup
	for _, c := range conns {
		wg.Go(func() {
			timer := time.NewTimer(time.Hour)
			defer timer.Stop()
			for {
				i := int(next.Add(1)) - 1
				if i >= calls || b.Failed() {
					return
				}
				due := begun.Add(time.Duration(i) * time.Second / latencyRate)
				if wait := time.Until(due); wait > 0 {
					timer.Reset(wait)
					<-timer.C
				}
				c.call(b, p.request)
				took[i] = time.Since(due)
			}
		})
	}
	wg.Wait()
	return took
}
