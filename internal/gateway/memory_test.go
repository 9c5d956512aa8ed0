package gateway

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// zeros is an endless source.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestMemory: a large body each way at the same time, through all protocols,
// needs no more memory than a small one.
func TestMemory(t *testing.T) {
	size := int64(1 << 30)
	if testing.Short() {
		size = 64 << 20
	}
	const allowed = 32 << 20
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n, err := io.Copy(io.Discard, r.Body); err != nil || n != size {
			t.Errorf("%d bytes arrived, %v", n, err)
		}
		_, _ = io.CopyN(w, zeros{}, size)
	}))
	t.Cleanup(up.Close)
	watch := newWatcher(Plan{Record: true, Request: 64 << 10, Response: 64 << 10})
	g := serveGateway(t, watch, &Listener{Upstream: up.URL}, nil)

	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	stop, most := make(chan struct{}), new(atomic.Uint64)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most.Store(max(most.Load(), now.HeapInuse))
			}
		}
	}()
	begun := time.Now()
	r, err := http.NewRequest("PUT", "http://"+g.addr+"/", io.LimitReader(zeros{}, size))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = size
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, bufio.NewReader(resp.Body))
	_ = resp.Body.Close()
	if err != nil || n != size {
		t.Errorf("%d bytes came back, %v", n, err)
	}
	took := time.Since(begun)
	close(stop)
	<-done
	added := int64(most.Load()) - int64(before.HeapInuse)
	t.Logf("%d MiB each way took %v, with %d KiB more heap", size>>20, took.Round(time.Millisecond), added>>10)
	if added > allowed {
		t.Errorf("%d bytes of heap were added", added)
	}
	if _, last := watch.only(t, 2); last.BytesIn != size || last.BytesOut != size || len(last.RequestBody) != 64<<10 {
		t.Errorf("%d in, %d out, %d kept", last.BytesIn, last.BytesOut, len(last.RequestBody))
	}
}
