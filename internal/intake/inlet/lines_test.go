package inlet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/store"
)

func testLines(sink Sink, registry *prometheus.Registry) *Lines {
	return &Lines{Name: "vault", Decode: Vault, Sink: sink, MaxLine: 4 << 20, Metrics: NewMetrics(registry), Logger: quiet()}
}

func vaultLine(operation string) string {
	return `{"time":"2026-11-27T09:00:00Z","type":"request","request":{"id":"1","operation":"` + operation + `"}}` + "\n"
}

// await waits until the sink has these events, in this order.
func (m *memory) await(t *testing.T, want ...string) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 2000 {
		if slices.Equal(m.events(), want) {
			return
		}
		<-tick.C
	}
	t.Fatalf("the sink has %v, want %v", m.events(), want)
}

func TestSocket(t *testing.T) {
	sink := &memory{fail: errors.New("the journal is full")}
	l := testLines(sink, prometheus.NewRegistry())
	from, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx, from) }()
	conn, err := net.Dial("unix", from.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	line := vaultLine("read")
	for _, part := range []string{line[:10], line[10:], vaultLine("list"), strings.TrimSpace(vaultLine("update"))} {
		if _, err := conn.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	sink.mu.Lock()
	sink.fail = nil
	sink.mu.Unlock()
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	sink.await(t, "read", "list", "update")
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// tailing runs Tail until the function that it returns is called.
func tailing(t *testing.T, l *Lines, file string, positions *store.Collection[Position]) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Tail(ctx, file, positions) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestTail: a file is read once, over restarts and rotation, also while nothing reads.
func TestTail(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	positions := store.NewCollection[Position](db, "inlets.positions")
	sink, registry := &memory{}, prometheus.NewRegistry()
	l := testLines(sink, registry)
	file := filepath.Join(t.TempDir(), "audit.log")
	add := func(name, text string) {
		t.Helper()
		f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = f.WriteString(text)
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	stop := tailing(t, l, file, positions)
	line := vaultLine("c")
	add(file, vaultLine("a")+vaultLine("b")+line[:20])
	sink.await(t, "a", "b")
	add(file, line[20:])
	sink.await(t, "a", "b", "c")
	stop()

	// While nothing reads, more is written, and the file is rotated.
	add(file, vaultLine("d"))
	must(os.Rename(file, file+".1"))
	add(file, vaultLine("e"))
	stop = tailing(t, l, file, positions)
	sink.await(t, "a", "b", "c", "d", "e")

	// Rotated while it is read; the last line has no end.
	add(file, strings.TrimSpace(vaultLine("f")))
	must(os.Rename(file, file+".2"))
	add(file, vaultLine("g"))
	sink.await(t, "a", "b", "c", "d", "e", "f", "g")
	if n := counted(t, registry, "cairn_inlet_lost_total", "vault"); n != 0 {
		t.Errorf("%v gaps are counted", n)
	}

	// A file that is cut is read from its beginning, and a gap.
	must(os.Truncate(file, 0))
	add(file, vaultLine("h"))
	sink.await(t, "a", "b", "c", "d", "e", "f", "g", "h")
	if n := counted(t, registry, "cairn_inlet_lost_total", "vault"); n == 0 {
		t.Error("a file that was cut is no gap")
	}
	stop()
	if got := fmt.Sprint(sink.events()); strings.Contains(got, "Unmapped") {
		t.Error(got)
	}
}
