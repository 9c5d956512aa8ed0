package imports

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// An import copies the log files of the location, and says how much that was.
func TestImport(t *testing.T) {
	inHouse(t, func(h *house) {
		for d := 1; d <= 4; d++ {
			for n := range 5 {
				h.file(d, n, 3)
			}
		}
		for _, other := range []string{
			"AWSLogs/" + account + "/CloudTrail-Digest/us-east-1/2026/11/01/x.json.gz", "AWSLogs/" + account + "/CloudTrail-Insight/us-east-1/2026/11/01/x.json.gz",
			"AWSLogs/" + account + "/Config/us-east-1/2026/11/1/ConfigHistory/x.json.gz", "AWSLogs/o-abc/" + account + "/vpcflowlogs/us-east-1/2026/11/01/x.gz", day + "02/",
		} {
			h.bucket.objects[other] = []byte("nothing to import")
		}
		im := h.begin(nil)
		if im.Status != Initializing || im.Statistics != (Statistics{}) {
			t.Errorf("at first %+v", im)
		}
		got := h.get(im.ID)
		if want := (Statistics{PrefixesFound: 4, PrefixesCompleted: 4, FilesCompleted: 20, EventsCompleted: 60}); got.Status != Completed || got.Statistics != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		h.sound("import")
		if len(h.table.positions) != 0 {
			t.Errorf("positions are left: %v", h.table.positions)
		}
	})
}

// Only the time that is asked for is read, and only what the store keeps.
func TestImportTimes(t *testing.T) {
	inHouse(t, func(h *house) {
		for d := 1; d <= 20; d++ {
			key := h.file(d, 0, 2)
			if d < 5 || d > 6 {
				h.without(key)
			}
		}
		at := func(s string) *time.Time {
			v, err := time.Parse(time.RFC3339, s)
			h.check(err)
			return &v
		}
		h.begin(func(in *StartInput) { in.Start, in.End = at("2026-11-05T12:00:00Z"), at("2026-11-06T12:00:00Z") })
		h.sound("time")
		if h.bucket.listed > 8 {
			t.Errorf("%d keys were listed for three days", h.bucket.listed)
		}
		old := strings.Replace(h.file(21, 0, 1), "2026/11/21", "2026/07/21", 1)
		h.bucket.objects[old] = zipped(`{"Records":[{"eventVersion":"1.08","eventTime":"2026-07-21T12:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"X","awsRegion":"us-east-1","eventID":"old","eventCategory":"Management"}]}`)
		h.begin(func(in *StartInput) { in.Source.URI = "s3://logs/AWSLogs/" + account + "/CloudTrail/us-east-1/2026/07" })
		for _, e := range h.table.events {
			if strings.Contains(e, `"old"`) {
				t.Error("an event older than the store keeps is in the table")
			}
		}
	})
}

// A file that cannot be imported is a failure with its reason, and the rest is
// imported. When it is mended, another try imports it and nothing twice.
func TestImportFailures(t *testing.T) {
	inHouse(t, func(h *house) {
		for d := 1; d <= 3; d++ {
			for n := range 10 {
				h.file(d, n, 2)
			}
		}
		bad := map[string]string{} // by kind
		kinds := []string{"NoSuchKey", "AccessDenied", "InvalidObjectState", notGzip, damaged, "plain", "cut"}
		for i, kind := range kinds {
			bad[kind] = h.file(1+i%3, 20+i, 2)
		}
		whole := map[string][]byte{}
		for kind, key := range bad {
			whole[key] = h.bucket.objects[key]
			switch kind {
			case notGzip:
				h.bucket.objects[key] = []byte("BZh9")
			case damaged:
				h.bucket.objects[key] = zipped(`{"Records":[{]}`)
			case "cut":
				h.bucket.objects[key] = whole[key][:len(whole[key])/2]
			case "plain":
				h.bucket.objects[key] = []byte(`{"Records":[]}`)
			default:
				h.bucket.fail[key] = badBucket{kind}
			}
		}
		odd := h.file(2, 30, 1)
		var good string
		for r := range h.wanted {
			if strings.Contains(r, fmt.Sprintf("e-%05d", h.n)) {
				good = r
			}
		}
		h.bucket.objects[odd] = zipped(`{"Records":[{"eventTime":"2026-11-02T12:00:00Z"},` + good + `]}`)
		im := h.begin(nil)
		got := h.get(im.ID)
		if got.Status != Failed || got.Statistics.FailedEntries != int64(len(kinds)+1) || got.Statistics.FilesCompleted != 31 || got.Statistics.EventsCompleted != 61 {
			t.Errorf("got %+v", got)
		}
		list, err := h.Failures(h.Context(), owner, im.ID)
		h.check(err)
		types := map[string]string{}
		for _, f := range list {
			types[f.Location] = f.ErrorType
			if f.Status != FailureFailed || f.Message == "" {
				t.Errorf("failure %+v", f)
			}
		}
		for kind, key := range bad {
			want := map[string]string{"plain": notGzip, "cut": damaged}[kind]
			if want == "" {
				want = kind
			}
			if got := types["s3://logs/"+key]; got != want {
				t.Errorf("%s is a failure of the type %q", kind, got)
			}
		}

		// Everything but one file is mended.
		for key, body := range whole {
			h.bucket.objects[key] = body
		}
		h.bucket.fail = map[string]error{bad["AccessDenied"]: badBucket{"AccessDenied"}}
		if _, err := h.Start(h.Context(), owner, StartInput{ImportID: im.ID}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		got = h.get(im.ID)
		if got.Status != Failed || got.Statistics.FailedEntries != 2 || got.Statistics.FilesCompleted != 37 || got.Statistics.EventsCompleted != 73 {
			t.Errorf("after the second try %+v", got)
		}
		h.bucket.fail = nil
		if _, err := h.Start(h.Context(), owner, StartInput{ImportID: im.ID}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got = h.get(im.ID); got.Statistics.FailedEntries != 1 || got.Statistics.FilesCompleted != 38 || got.Statistics.EventsCompleted != 75 {
			t.Errorf("after the third try %+v", got)
		}
		h.sound("failures")
	})
}

// Wherever an import is killed, or a commit fails that was stored or was not, each
// event is there once in the end, also of files that had failed at first.
func TestImportKilled(t *testing.T) {
	boom := errors.New("boom")
	for _, how := range []string{"killed before", "killed behind", "failed before", "failed behind"} {
		for at := 1; at <= 9; at++ {
			t.Run(fmt.Sprintf("%s commit %d", how, at), func(t *testing.T) {
				inHouse(t, func(h *house) {
					for d := 1; d <= 3; d++ {
						for n := range 8 {
							h.file(d, n, 3)
						}
					}
					var flaky []string
					for d := 1; d <= 3; d++ {
						flaky = append(flaky, h.file(d, 50, 4))
						h.bucket.fail[flaky[d-1]] = badBucket{"SlowDown"}
					}
					hit := func(commit int) error {
						if commit != at {
							return nil
						}
						if strings.HasPrefix(how, "killed") {
							h.cancel()
						}
						return boom
					}
					if strings.HasSuffix(how, "before") {
						h.table.before = hit
					} else {
						h.table.after = hit
					}
					im := h.begin(nil)
					for range 5 {
						if h.get(im.ID).Status == Completed {
							break
						}
						if h.get(im.ID).Status == Failed {
							h.bucket.fail = map[string]error{}
							_, err := h.Start(h.Context(), owner, StartInput{ImportID: im.ID})
							h.check(err)
							synctest.Wait()
							continue
						}
						h.kill()
						h.start()
					}
					if got := h.get(im.ID); got.Status != Completed || got.Statistics.FilesCompleted != 27 || got.Statistics.EventsCompleted != 84 || got.Statistics.FailedEntries != 0 {
						t.Errorf("in the end %+v", got)
					}
					h.sound(how)
				})
			})
		}
	}
}

// A stopped import keeps what it has and goes on where it stopped.
func TestImportStopped(t *testing.T) {
	inHouse(t, func(h *house) {
		for n := range 40 {
			h.file(1, n, 3)
		}
		var id string
		h.table.after = func(commit int) error {
			if commit == 3 {
				go func() {
					if _, err := h.Stop(h.Context(), owner, id); err != nil {
						h.Error(err)
					}
				}()
			}
			return nil
		}
		id = "00000000-0000-4000-8000-000000000001"
		im := h.begin(nil)
		got := h.get(im.ID)
		if im.ID != id || got.Status != Stopped {
			t.Skipf("the import was done before it could be stopped: %+v", got)
		}
		h.table.after = nil
		if _, err := h.Stop(h.Context(), owner, id); err == nil {
			t.Error("a stopped import can be stopped")
		}
		_, err := h.Start(h.Context(), owner, StartInput{ImportID: id})
		h.check(err)
		synctest.Wait()
		if got := h.get(id); got.Status != Completed || got.Statistics.EventsCompleted != 120 || got.Statistics.FilesCompleted != 40 {
			t.Errorf("in the end %+v", got)
		}
		h.sound("stopped")
	})
}

func TestImportRefused(t *testing.T) {
	inHouse(t, func(h *house) {
		ctx := h.Context()
		fails := func(what, code string, change func(*StartInput)) {
			t.Helper()
			in := StartInput{Destinations: []string{storeARN}, Source: &Source{"s3://logs/", "us-east-1", role}}
			change(&in)
			_, err := h.Start(ctx, owner, in)
			h.refused(what, err, code)
		}
		now := time.Now()
		fails("no destination", CodeInvalidParameter, func(in *StartInput) { in.Destinations = nil })
		fails("no source", CodeInvalidParameter, func(in *StartInput) { in.Source = nil })
		fails("times", CodeInvalidParameter, func(in *StartInput) { in.Start, in.End = new(now), new(now.Add(-time.Hour)) })
		fails("future", CodeInvalidParameter, func(in *StartInput) { in.Start = new(now.Add(time.Hour)) })
		fails("no such store", "EventDataStoreNotFoundException", func(in *StartInput) { in.Destinations = []string{"x"} })
		fails("no URI", CodeInvalidSource, func(in *StartInput) { in.Source.URI = "logs" })
		fails("no such bucket", CodeInvalidSource, func(in *StartInput) { in.Source.URI = "s3://nowhere/" })
		fails("no role", CodeInvalidSource, func(in *StartInput) { in.Source.RoleARN = "arn:aws:iam::1:user/x" })
		fails("both", CodeInvalidParameter, func(in *StartInput) { in.ImportID = "x" })
		_, err := h.Start(ctx, owner, StartInput{ImportID: "00000000-0000-4000-8000-000000000009"})
		h.refused("no import", err, CodeNotFound)
		im := h.begin(nil)
		_, err = h.Start(ctx, owner, StartInput{ImportID: im.ID})
		h.refused("completed", err, CodeInvalidParameter)
		_, err = h.Get(ctx, Caller{"444455556666", "us-east-1"}, im.ID)
		h.refused("another account", err, CodeNotFound)

		// Another one at a time.
		item, err := h.imports.Get(ctx, im.ID)
		h.check(err)
		item.Value.Status = InProgress
		_, err = h.imports.Put(ctx, im.ID, item.Value)
		h.check(err)
		fails("ongoing", CodeOngoing, func(*StartInput) {})
		if busy, err := h.Busy(ctx, "s1"); !busy || err != nil {
			t.Error(busy, err)
		}
	})
}

// The time that a bucket far away takes for listing and reading is spent side by side:
// 1,500 files of which each takes 50 ms need a sixty-fourth of the sum, and a tenth more.
func TestImportFarAway(t *testing.T) {
	inHouse(t, func(h *house) {
		h.cfg.Readers, h.cfg.BatchEvents = 64, 1000
		h.bucket.page, h.bucket.get = 200*time.Millisecond, 50*time.Millisecond
		for n := range 1500 {
			h.file(1+n%20, n, 1)
		}
		begun := time.Now()
		id := h.begin(nil).ID
		for h.get(id).Status != Completed {
			<-time.After(50 * time.Millisecond)
		}
		if took, least := time.Since(begun), 1500*50*time.Millisecond/64; took > least+least/10+h.bucket.page {
			t.Errorf("the import took %v, %v would do", took, least)
		}
		h.sound("far away")
	})
}

// Large files are not read ahead beyond what memory is for.
func TestReadAhead(t *testing.T) {
	inHouse(t, func(h *house) {
		h.bucket.get = time.Second
		size := int64(len(h.bucket.objects[h.file(1, 0, 1)]))
		for n := 1; n < 12; n++ {
			h.file(1, n, 1)
		}
		h.cfg.Readers, h.cfg.ReadAhead = 64, 3*size+size/2
		begun := time.Now()
		id := h.begin(nil).ID
		for h.get(id).Status != Completed {
			<-time.After(100 * time.Millisecond)
		}
		if took := time.Since(begun); took < 4*time.Second || took > 5*time.Second {
			t.Errorf("twelve files, three at once, took %v", took)
		}
		h.sound("read ahead")
	})
}
