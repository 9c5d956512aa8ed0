package cli

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/event"
)

// TestSample: the made-up records are real ones to Cairn, of the last hours and
// of the demo's account.
func TestSample(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	path, err := writeSample(filepath.Join(t.TempDir(), "s.jsonl"), "999988887777", now)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	var newest time.Time
	for line := range bytes.Lines(data) {
		e, err := event.Parse(bytes.TrimSpace(line))
		if err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if e.AccountID != "999988887777" || e.Category != "Management" || now.Sub(e.EventTime) > 6*time.Hour || !now.After(e.EventTime) {
			t.Errorf("%+v", e)
		}
		ids[e.EventID] = true
		if e.EventTime.After(newest) {
			newest = e.EventTime
		}
	}
	if len(ids) != 20 || now.Sub(newest) != time.Minute {
		t.Errorf("%d records, the newest of %v", len(ids), newest)
	}
}

// TestFreeAddresses: an address that is taken is replaced.
func TestFreeAddresses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	addr := taken.Addr().String()
	got, err := freeAddresses([]string{addr, addr})
	if err != nil || got[0] == addr || got[1] == addr || got[0] == got[1] {
		t.Errorf("%v, %v", got, err)
	}
}
