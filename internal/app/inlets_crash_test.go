package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestCrashInlet kills the server while it reads a file of Vault's, several times: in
// the end each entry is there, and repeated ones have the same eventID.
func TestCrashInlet(t *testing.T) {
	dir, work := t.TempDir(), t.TempDir()
	log, file := filepath.Join(work, "audit.log"), filepath.Join(work, "cairn.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, "inlets:\n  - {name: vault, kind: vault, channel: external, tail: %s}\n", log), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir, nil)
	store, _ := s.channelTo("external")
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	const entries = 20_000
	var text strings.Builder
	for i := range entries {
		fmt.Fprintf(&text, `{"time":"%s","type":"request","auth":{"entity_id":"e-1"},"request":{"id":"id-%d","operation":"read","path":"secret/data/db"}}`+"\n", time.Now().UTC().Format(time.RFC3339Nano), i)
	}
	if err := os.WriteFile(log, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for round := range 4 {
		p := launch(t, dir, "CAIRN_CONFIG="+file)
		timer := time.NewTimer(time.Duration(20+60*round) * time.Millisecond)
		<-timer.C
		p.kill(t)
	}
	s = start(t, dir, map[string]string{"config": file})
	var got, ids map[string]int
	until(t, func() bool {
		got = s.inTable(store, "eventdata['uid']")
		return len(got) >= entries
	})
	ids = s.readTable(store, "eventid")
	if len(got) != entries || len(ids) != entries {
		t.Errorf("%d entries and %d eventIDs, want %d", len(got), len(ids), entries)
	}
}
