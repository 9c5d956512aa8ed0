package app

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/synth"
)

// BenchmarkCallerIdentity measures signed GetCallerIdentity calls on 16
// connections of loopback, each verified and recorded durably. The callers sign
// anew every 500 requests and else send the same bytes, so that the figure is
// the server's more than theirs; both share the machine's cores.
func BenchmarkCallerIdentity(b *testing.B) {
	s := start(b, b.TempDir(), nil)
	c := s.client("default")
	const connections = 16
	var left atomic.Int64
	left.Store(int64(b.N))
	before := s.journal.Last()
	var wg sync.WaitGroup
	b.ResetTimer()
	for range connections {
		wg.Go(func() {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.APIURL(), "http://"))
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			in := bufio.NewReader(conn)
			var request []byte
			for n := 0; left.Add(-1) >= 0; n++ {
				if n%500 == 0 {
					r, err := c.request("sts", "/", []byte("Action=GetCallerIdentity&Version=2011-06-15"), func(r *http.Request) {
						r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					})
					if err != nil {
						b.Error(err)
						return
					}
					var buf bytes.Buffer
					if err := r.Write(&buf); err != nil {
						b.Error(err)
						return
					}
					request = buf.Bytes()
				}
				if _, err := conn.Write(request); err != nil {
					b.Error(err)
					return
				}
				resp, err := http.ReadResponse(in, nil)
				if err != nil {
					b.Error(err)
					return
				}
				if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
					b.Errorf("%d %s %v", resp.StatusCode, body, err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64(b.N)/float64(s.journal.Last()-before), "calls/sync")
}

// BenchmarkIngest measures the whole way of recorded events: a gzip file of
// 50,000 records over HTTP, until LookupEvents sees the last of them.
func BenchmarkIngest(b *testing.B) {
	s := start(b, b.TempDir(), nil)
	c := s.client("default")
	g := synth.New(synth.Config{Seed: 4, Start: time.Now().Add(-24 * time.Hour)})
	const records = 50_000
	n, size := 0, 0
	for b.Loop() {
		b.StopTimer()
		plain := []byte(`{"Records":[`)
		for i := range records {
			if i > 0 {
				plain = append(plain, ',')
			}
			plain, _ = g.Next(plain)
		}
		plain = append(plain, "]}"...)
		size += len(plain)
		packed := gzipped(b, plain)
		b.StartTimer()
		if sum := c.mustIngest(packed, true); sum.Accepted != records {
			b.Fatalf("%+v", sum)
		}
		n += records
	}
	s.settle()
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(size)/b.Elapsed().Seconds()/1e6, "MB/s")
}
