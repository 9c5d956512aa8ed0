package table

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Records that nobody should write, in one batch with others: each is a row, byte by
// byte, and none does harm to the columns of another, before and after a merge.
func TestHostileRecords(t *testing.T) {
	h := newHouse(t, nil)
	const at = `"eventTime":"2026-11-01T22:00:00Z"`
	hostile := []string{
		`{` + at + `,"eventID":"large","requestParameters":{"a":"` + strings.Repeat("x", 1<<20) + `"}}`,
		`{` + at + `,"eventID":"deep","requestParameters":{"a":` + strings.Repeat(`{"b":[`, 5000) + strings.Repeat(`]}`, 5000) + `}}`,
		`{` + at + `,"eventID":"clashes","userIdentity":"root","resources":7,"requestParameters":[1],"readOnly":"maybe","tlsDetails":[],"eventName":{"a":1},"eventContext":"x"}`,
		`{` + at + `,"eventID":"twice","requestParameters":{"k":"1","k":"2"},"responseElements":{"":"","":"x"}}`,
		`{` + at + `,"eventID":"text","eventName":"\u0000\ud800 \udc00 \"é😀\n","userAgent":"` + "\u2028" + `","requestParameters":{"\u0000":"\u0000"}}`,
		`{` + at + `,"eventID":"white",` + "\n\r\n\t " + `"eventName"` + "\n" + `:` + "\n" + `"x"}` + "\n",
		`{` + at + `,"eventID":"numbers","eventName":123456789012345678901234567890.5e-400,"requestParameters":{"n":1E+400}}`,
		`{"eventID":"never"}`,
		`{"eventID":"soon","eventTime":"soon"}`,
		`{"eventID":"first","eventTime":"0001-01-01T00:00:00Z"}`,
		`{"eventID":"last","eventTime":"9999-12-31T23:59:59.999Z"}`,
		`{"eventID":"before","eventTime":"1969-12-31T23:59:59Z"}`,
		`{"eventID":"zone","eventTime":"2026-11-01T23:30:00-02:00"}`,
		`{`, ``, `[]`, `null`,
	}
	var all [][]byte
	for round := range 8 {
		var events [][]byte
		for i, raw := range hostile {
			raw = strings.Replace(raw, `"eventID":"`, fmt.Sprintf(`"eventID":"%d `, round), 1)
			events = append(events, []byte(raw), records(uint64(100*round+i), 1, 1, start)[0])
		}
		h.append(events, uint64(round+1))
		all = append(all, events...)
	}
	check := func() {
		t.Helper()
		h.check(all)
		for query, want := range map[string]any{
			"SELECT count(*) FROM t WHERE useridentity.type = 'IAMUser' AND eventsource LIKE '%.amazonaws.com'":                                int64(8 * len(hostile)),
			"SELECT count(*) FROM t WHERE eventid LIKE '% clashes' AND useridentity IS NULL AND resources IS NULL AND eventname = '{\"a\":1}'": int64(8),
			"SELECT count(*) FROM t WHERE eventid LIKE '% large' AND length(requestparameters['a']) = 1048576":                                 int64(8),
			"SELECT count(*) FROM t WHERE eventid LIKE '% deep' AND length(requestparameters['a']) = 40000":                                    int64(8),
			"SELECT count(*) FROM t WHERE eventid LIKE '% twice' AND requestparameters = MAP {'k': '1'} AND responseelements = MAP {'': ''}":   int64(8),
			"SELECT count(*) FROM t WHERE eventid LIKE '% text' AND eventname = chr(0) || '\ufffd \ufffd \"é😀' || chr(10)":                     int64(8),
			"SELECT count(*) FROM t WHERE eventid LIKE '% numbers' AND eventname LIKE '%5e-400' AND requestparameters['n'] = '1E+400'":         int64(8),
			"SELECT count(*) FROM t WHERE eventid LIKE '% white' AND eventname = 'x'":                                                          int64(8),
			"SELECT epoch_ms(min(eventtime)) FROM t":                                             time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(),
			"SELECT epoch_ms(max(eventtime)) FROM t":                                             time.Date(9999, 12, 31, 23, 59, 59, 999_000_000, time.UTC).UnixMilli(),
			"SELECT count(*) FROM t WHERE eventtime = TIMESTAMP '2026-11-02 01:30:00'":           int64(8),
			"SELECT count(*) FROM t WHERE eventtime < '1970-01-01' AND eventtime > '1969-12-31'": int64(8),
		} {
			if got := h.value(query); got != want {
				t.Errorf("%s is %v, want %v", query, got, want)
			}
		}
	}
	check()
	if err := h.t.upkeep(t.Context()); err != nil {
		t.Fatal(err)
	}
	check()
	h.reopen()
	check()
	// Bytes that are no text: the journal takes none, and a file with some could not be
	// read.
	h.append([][]byte{[]byte("{" + at + ",\"eventName\":\"\xff\xfe\"}")}, 9)
	if got := h.value("SELECT eventname FROM t WHERE eventjson LIKE '%\ufffd%' AND eventid IS NULL"); got != "\ufffd" {
		t.Errorf("bytes that are no text became %q", got)
	}
}
