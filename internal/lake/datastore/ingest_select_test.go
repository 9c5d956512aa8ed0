package datastore

import (
	"fmt"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/selector"
)

// TestSelectsMany: records of a large batch stay in order, whoever read them, and a
// few of them do not hold the batch's memory.
func TestSelectsMany(t *testing.T) {
	var b journal.Batch
	b.Time = time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	var want []string
	for i := range 5000 {
		category, at := "Data", "2026-11-27T10:00:00Z"
		switch {
		case i%1000 == 3:
			b.Events = append(b.Events, []byte("{"))
			continue
		case i%1000 == 4:
			category, at = "Management", "2020-11-27T10:00:00Z"
		case i%7 == 0:
			category = "Management"
		}
		raw := fmt.Appendf(nil, `{"eventID":"%d","eventTime":%q,"eventCategory":%q,"recipientAccountId":%q,"awsRegion":"eu-west-1"}`, i, at, category, account)
		b.Events = append(b.Events, raw)
		if i%7 == 0 && i%1000 != 4 {
			want = append(want, string(raw))
		}
	}
	compiled, err := compileRules([]Epoch{{Ingesting: true, Selectors: of(selector.Management)}})
	check(t, err)
	d := Store{AccountID: account, Region: "eu-west-1", RetentionPeriod: 366}
	var left tally
	rows, added := compiled[0].selects([][]byte{[]byte("before")}, &d, b, &left)
	if len(rows) != len(want)+1 || string(rows[0]) != "before" || left.unreadable != 5 || left.expired != 5 {
		t.Fatalf("%d rows, want %d; left out %+v", len(rows), len(want)+1, left)
	}
	bytes := int64(0)
	for i, text := range want {
		if string(rows[i+1]) != text {
			t.Fatalf("row %d is %s, want %s", i, rows[i+1], text)
		}
		bytes += int64(len(text))
	}
	if added != bytes {
		t.Errorf("added %d bytes, want %d", added, bytes)
	}
	for _, raw := range b.Events {
		clear(raw)
	}
	if string(rows[1]) != want[0] {
		t.Error("the rows share the batch's memory")
	}
}
