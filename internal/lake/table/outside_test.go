package table

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// python is a Python that has PyIceberg; the test is skipped where there is none.
func python(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("Python takes seconds to start")
	}
	out, err := exec.Command("../../../scripts/pyiceberg.sh").Output()
	name := strings.TrimSpace(string(out))
	if err != nil || name == "" {
		t.Skip("there is no PyIceberg here, and it could not be installed: see scripts/pyiceberg.sh")
	}
	return name
}

// seen is what another reader saw.
type seen struct {
	Rows, Distinct, Checksums int
	Sum                       string
	Users                     int64
	Parameters, Resources     int64
	Some, Files               int
	Partitions                []string
	Spec                      string
	Order                     []string
	Times                     []any
	Sequence, Summary         string
}

func (h *house) readOutside(python string, from, to time.Time) seen {
	h.Helper()
	cmd := exec.Command(python, "testdata/read.py", h.cfg.Catalog, h.w.storage.warehouse, h.w.storage.root, store,
		from.Format("2006-01-02T15:04:05"), to.Format("2006-01-02T15:04:05"))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		h.Fatal(err)
	}
	var s seen
	if err := json.Unmarshal(out, &s); err != nil {
		h.Fatalf("%v: %s", err, out)
	}
	return s
}

// A reader that is not ours sees what we see: after appends, after a merge, and after
// a day has left.
func TestAnotherReader(t *testing.T) {
	py := python(t)
	h := newHouse(t, func(c *Config) { c.Now = func() time.Time { return start.Add(72 * time.Hour) } })
	var events [][]byte
	for i := range 10 {
		batch := records(uint64(i), 1000, 1, start.Add(time.Duration(i)*16*time.Minute))
		h.append(batch, uint64(i+1))
		events = append(events, batch...)
	}
	compare := func() {
		t.Helper()
		h.check(events)
		from, to := start.Add(time.Hour), start.Add(2*time.Hour)
		got := h.readOutside(py, from, to)
		texts := make([]string, len(events))
		for i, e := range events {
			texts[i] = string(e)
		}
		slices.Sort(texts)
		sum := sha256.Sum256([]byte(strings.Join(texts, "\n")))
		_, p := h.ask(from, to, "SELECT 1")
		want := seen{
			Rows: len(events), Distinct: len(events), Checksums: len(events), Sum: hex.EncodeToString(sum[:]),
			Users:      h.value("SELECT count(DISTINCT useridentity.username) FROM t").(int64),
			Parameters: h.value("SELECT sum(cardinality(requestparameters))::BIGINT FROM t").(int64),
			Resources:  h.value("SELECT sum(len(resources))::BIGINT FROM t").(int64),
			Some:       int(h.value("SELECT count(*) FROM t WHERE eventtime >= '2026-11-01 23:00:00' AND eventtime < '2026-11-02 00:00:00'").(int64)),
			Files:      len(p.Files), Partitions: []string{"20758", "20759"}, Spec: "day", Order: []string{"identity"},
			Times: []any{true, "timestamp"}, Sequence: "10", Summary: got.Summary,
		}
		if a, b := asJSON(t, got), asJSON(t, want); a != b {
			t.Errorf("the other reader saw\n%s\nand we\n%s", a, b)
		}
	}
	compare()
	if err := h.t.upkeep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := h.t.Stats().Files; n >= 10 {
		t.Errorf("%d files after a merge", n)
	}
	compare()
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestRealRecords loads the real records into a table and counts them.
func TestRealRecords(t *testing.T) {
	folder := os.Getenv("CAIRN_REAL_DATA")
	if folder == "" {
		t.Skip("no real records at hand: set CAIRN_REAL_DATA to a folder of CloudTrail log files")
	}
	events := realRecords(t, folder)
	h := newHouse(t, nil)
	h.append(events, 1)
	h.check(events)
	if n := h.value("SELECT count(*) FROM t WHERE eventid IS NULL OR eventname IS NULL OR eventsource IS NULL OR awsregion IS NULL OR eventtype IS NULL OR recipientaccountid IS NULL OR useridentity.type IS NULL OR eventversion IS NULL"); n != int64(0) {
		t.Errorf("what every record has is NULL in %d", n)
	}
	// Against what encoding/json reads.
	want, names := map[string]int64{}, map[string]int64{}
	for _, raw := range events {
		var r struct {
			EventName         string
			ErrorCode         *string
			ReadOnly          *bool
			RequestParameters map[string]any
			Resources         []any
			UserIdentity      struct {
				SessionContext *struct{ SessionIssuer *struct{ UserName string } }
			}
		}
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		names[r.EventName]++
		if r.ErrorCode != nil {
			want["SELECT count(errorcode) FROM t"]++
		}
		if r.ReadOnly != nil && *r.ReadOnly {
			want["SELECT count(*) FROM t WHERE readonly"]++
		}
		want["SELECT sum(cardinality(requestparameters))::BIGINT FROM t"] += int64(len(r.RequestParameters))
		want["SELECT sum(len(resources))::BIGINT FROM t"] += int64(len(r.Resources))
		if s := r.UserIdentity.SessionContext; s != nil && s.SessionIssuer != nil && s.SessionIssuer.UserName != "" {
			want["SELECT count(useridentity.sessioncontext.sessionissuer.username) FROM t"]++
		}
	}
	rows, _ := h.ask(time.Time{}, time.Time{}, "SELECT eventname, count(*) FROM t GROUP BY 1")
	if len(rows) != len(names) {
		t.Errorf("%d names, want %d", len(rows), len(names))
	}
	for _, row := range rows {
		if names[row[0].(string)] != row[1] {
			t.Errorf("%v of %s, want %d", row[1], row[0], names[row[0].(string)])
		}
	}
	for query, n := range want {
		if got := h.value(query); got != n {
			t.Errorf("%s is %v, want %d", query, got, n)
		}
	}
}

// realRecords reads the records of log files.
func realRecords(t *testing.T, folder string) (out [][]byte) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(name, ".json") {
			return err
		}
		f, err := openLog(name)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // it was only read
		var log struct{ Records []json.RawMessage }
		if err := json.NewDecoder(f).Decode(&log); err != nil {
			return err
		}
		for _, r := range log.Records {
			out = append(out, r)
		}
		return nil
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("CAIRN_REAL_DATA names no folder of log files: %d records, %v", len(out), err)
	}
	return out
}
