package recorder_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder/replay"
)

var update = flag.Bool("update", false, "write testdata/replay.json anew")

// replayed is what became of the records of one operation.
type replayed struct {
	Records int      `json:"records"`
	Exact   int      `json:"exact"`
	Reasons []string `json:"reasons,omitempty"`
}

// TestReplayRealRecords turns real records back into calls, sends them through
// the gateway to an upstream that answers as the records say, and compares what
// is recorded: names, parameters, elements, error code, resources, readOnly and
// managementEvent.
func TestReplayRealRecords(t *testing.T) {
	records := realRecords(t)
	h := newHouse(t)
	operations := replay.NewOperations(h.catalogue)
	table := make(map[string]*replayed)
	exact, total := 0, 0
	for i, raw := range records {
		var want map[string]any
		h.check(json.Unmarshal(raw, &want))
		if want["eventType"] != "AwsApiCall" {
			continue
		}
		total++
		key := fmt.Sprint(want["eventSource"], " ", want["eventName"])
		if table[key] == nil {
			table[key] = new(replayed)
		}
		row := table[key]
		row.Records++
		reasons := h.replay(operations, raw, want, fmt.Sprintf("AKIAREPLAY%06d", i))
		if len(reasons) == 0 {
			exact++
			row.Exact++
		} else if len(row.Reasons) == 0 {
			row.Reasons = reasons
		}
	}
	t.Logf("%d of %d records are reproduced exactly (%.1f %%)", exact, total, 100*float64(exact)/float64(total))
	for _, key := range slices.Sorted(maps.Keys(table)) {
		if row := table[key]; row.Exact < row.Records {
			t.Logf("%d of %d %s:\n  %s", row.Exact, row.Records, key, strings.Join(row.Reasons, "\n  "))
		}
	}
	if exact*100 < total*98 {
		t.Errorf("less than 98 %% are exact")
	}
	checkReplayTable(t, table)
}

// checkReplayTable compares with the committed table, from which docs/coverage.md
// is made.
func checkReplayTable(t *testing.T, table map[string]*replayed) {
	got, err := json.MarshalIndent(table, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/replay.json"
	if *update {
		if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(append(got, '\n'), want) && os.Getenv("CAIRN_REAL_DATA") == "" {
		t.Errorf("%s is not what the replay says; run go test ./internal/recorder -run Replay -update, and make generate", file)
	}
}

func (h *house) replay(operations *replay.Operations, raw json.RawMessage, want map[string]any, key string) []string {
	r, err := replay.Read(raw)
	h.check(err)
	u := identityOf(h.T, want["userIdentity"].(map[string]any))
	u.AccessKeyID, r.AccessKeyID = key, key
	x, err := operations.Replay(&r, r.Time)
	if errors.Is(err, replay.ErrUnknown) {
		return []string{replay.ErrUnknown.Error()}
	}
	h.check(err)
	if u.Type == "" {
		u.Type = identity.TypeUnknown
	}
	h.check(h.directory.Learn(h.Context(), identity.KnownKey{Identity: u, Registered: true}))
	h.listener.AccountID, _ = want["recipientAccountId"].(string)
	h.answers(x.Answer)
	h.send(x.Request)
	got := h.one()
	var reasons []string
	for _, name := range []string{"eventSource", "eventName", "errorCode", "requestParameters", "responseElements", "resources", "readOnly", "managementEvent"} {
		reasons = append(reasons, differences(name, got[name], want[name])...)
	}
	return reasons
}

// realRecords are the records of a folder of log files.
func realRecords(t testing.TB) []json.RawMessage {
	t.Helper()
	dir := os.Getenv("CAIRN_REAL_DATA")
	if dir == "" {
		dir = "../../../shared/data/real"
	}
	files, err := filepath.Glob(filepath.Join(dir, "AWSLogs", "*", "CloudTrail", "*", "*", "*", "*", "*.json.gz"))
	if err != nil || len(files) == 0 {
		t.Skip("there are no real records here: set CAIRN_REAL_DATA to a folder of CloudTrail log files")
	}
	var out []json.RawMessage
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		var file struct{ Records []json.RawMessage }
		if err := json.NewDecoder(z).Decode(&file); err != nil {
			t.Fatal(err)
		}
		out = append(out, file.Records...)
	}
	return out
}
