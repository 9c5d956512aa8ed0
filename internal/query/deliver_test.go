package query

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/cairntrail/cairn/verify"
)

// delivered checks a query's files in a bucket with the verifier, and returns what
// the files have, each with its line of names.
func (h *house) delivered(q Query) (names []string, files [][][]string) {
	h.t.Helper()
	objects := h.bucket.all()
	folder := q.Delivery.Bucket + "/" + q.Folder()
	open := func(_ context.Context, name string) (io.ReadCloser, error) {
		body, ok := objects[folder+name]
		if !ok {
			return nil, fmt.Errorf("there is no %s", folder+name)
		}
		return io.NopCloser(bytes.NewReader(body)), nil
	}
	f, err := verify.Results(context.Background(), open, func(context.Context, *verify.SignFile) ([]byte, error) { return h.signer.public(), nil })
	if err != nil {
		h.t.Errorf("the verifier: %v", err)
	}
	if f == nil {
		return nil, nil
	}
	for _, file := range f.Files {
		names = append(names, file.FileName)
		z, err := gzip.NewReader(bytes.NewReader(objects[folder+file.FileName]))
		if err != nil {
			h.t.Fatal(err)
		}
		lines, err := csv.NewReader(z).ReadAll()
		if err != nil {
			h.t.Fatal(err)
		}
		files = append(files, lines)
	}
	for key := range objects {
		name := strings.TrimPrefix(key, folder)
		if name != verify.SignFileName && !strings.Contains(strings.Join(names, " "), name) {
			h.t.Errorf("an object that nobody signed: %s", key)
		}
	}
	return names, files
}

func TestDelivery(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		h.engine.feed = func(Job) [][]any {
			return [][]any{{"1", `a "b", c`}, {"2", nil}, {"", "line\nend"}}
		}
		q := h.query(StartInput{DeliveryURI: "s3://results/some/where/"})
		if q.Delivery.Status != DeliveryPending {
			t.Errorf("at the start: %+v", q.Delivery)
		}
		synctest.Wait()
		q = h.describe(q.ID)
		if q.Delivery.Status != DeliverySuccess || q.Delivery.URI != "s3://results/some/where/" {
			t.Errorf("%+v", q.Delivery)
		}
		if want := "some/where/AWSLogs/" + testAccount + "/CloudTrail-Lake/Query/2000/01/01/" + q.ID + "/"; q.Folder() != want {
			t.Errorf("the folder is %s, want %s", q.Folder(), want)
		}
		names, files := h.delivered(q)
		if !reflect.DeepEqual(names, []string{"result_1.csv.gz"}) ||
			!reflect.DeepEqual(files, [][][]string{{{"eventid", "eventname"}, {"1", `a "b", c`}, {"2", ""}, {"", "line\nend"}}}) {
			t.Errorf("%v: %q", names, files)
		}
		var sign map[string]any
		if err := json.Unmarshal(h.bucket.all()["results/"+q.Folder()+verify.SignFileName], &sign); err != nil {
			t.Fatal(err)
		}
		if sign["version"] != "1.0" || sign["region"] != testRegion || sign["hashAlgorithm"] != "SHA-256" || sign["signatureAlgorithm"] != "SHA256withRSA" ||
			sign["queryCompleteTime"] != q.Ended.Format("2006-01-02T15:04:05Z") || len(sign["hashSignature"].(string)) != 512 || len(sign["publicKeyFingerprint"].(string)) != 32 {
			t.Errorf("the sign file: %v", sign)
		}
		if c := h.bucket.checked; len(c) != 1 || c[0].Delivery.Bucket != "results" || c[0].Stores[0].ID != storeA {
			t.Errorf("the bucket was asked for %+v", c)
		}
	})
}

func TestDeliveryInParts(t *testing.T) {
	inHouse(t, func(c *Config) { c.PartBytes = 1 }, func(h *house) {
		h.engine.feed = func(Job) (out [][]any) {
			for i := range 4000 {
				// What does not compress comes out of gzip soon.
				out = append(out, []any{fmt.Sprint(i), h.service.cfg.NewID()})
			}
			return out
		}
		q := h.query(StartInput{DeliveryURI: "s3://results"})
		empty := h.query(StartInput{DeliveryURI: "s3://results"})
		_ = empty
		synctest.Wait()
		q = h.describe(q.ID)
		n, at := 0, 0
		open := h.bucket.all()
		for {
			n++
			if _, ok := open["results/"+q.Folder()+fmt.Sprintf("result_%d.csv.gz", n)]; !ok {
				break
			}
		}
		if n < 3 {
			t.Fatalf("%d files", n-1)
		}
		h.bucket.objects = map[string][]byte{}
		for key, body := range open {
			if strings.HasPrefix(key, "results/"+q.Folder()) {
				h.bucket.objects[key] = body
			}
		}
		_, files := h.delivered(q)
		for _, lines := range files {
			if lines[0][0] != "eventid" {
				t.Errorf("a file begins with %v", lines[0])
			}
			for _, line := range lines[1:] {
				if line[0] != fmt.Sprint(at) {
					t.Fatalf("row %d is %s", at, line[0])
				}
				at++
			}
		}
		if at != 4000 {
			t.Errorf("%d rows", at)
		}
	})
}

func TestDeliveryOfNothing(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		h.engine.feed = func(Job) [][]any { return nil }
		q := h.query(StartInput{DeliveryURI: "s3://results"})
		synctest.Wait()
		if _, files := h.delivered(h.describe(q.ID)); !reflect.DeepEqual(files, [][][]string{{{"eventid", "eventname"}}}) {
			t.Errorf("%q", files)
		}
	})
}

func TestDeliveryStates(t *testing.T) {
	put := func(reason Reason, retry bool) error {
		return &PutError{Reason: reason, Retry: retry, Err: errors.New("the bucket says no")}
	}
	for name, c := range map[string]struct {
		err  error
		sign error
		file string
		want DeliveryStatus
	}{
		"no bucket":           {put(Gone, false), nil, "result_1", DeliveryResourceNotFound},
		"denied":              {put(Denied, false), nil, "result_1", DeliveryAccessDenied},
		"denied, signing":     {put(Denied, false), nil, "result_sign", DeliveryAccessDeniedSigns},
		"refused":             {put(OtherReason, false), nil, "result_1", DeliveryFailed},
		"refused, signing":    {put(OtherReason, false), nil, "result_sign", DeliveryFailedSigning},
		"no answer":           {put(NoAnswer, true), nil, "result_1", DeliveryUnknown},
		"no answer, signing":  {put(NoAnswer, true), nil, "result_sign", DeliveryUnknown},
		"busy for ever":       {put(OtherReason, true), nil, "result_1", DeliveryFailed},
		"the key of a Region": {nil, errors.New("no key"), "", DeliveryFailedSigning},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, nil, func(h *house) {
				h.engine.feed = func(Job) [][]any { return [][]any{{"1", "x"}} }
				h.signer.broken = c.sign
				h.bucket.fail = func(key string) (error, bool) {
					if c.file != "" && strings.Contains(key, "/"+c.file) {
						return c.err, false
					}
					return nil, false
				}
				q := h.query(StartInput{DeliveryURI: "s3://results"})
				synctest.Wait()
				h.describe(q.ID)
				later(2 * time.Hour)
				got := h.describe(q.ID)
				if got.Status != Finished || got.Delivery.Status != c.want {
					t.Errorf("%s, delivery %s, want %s", got.Status, got.Delivery.Status, c.want)
				}
				if rows := h.rows(q.ID, 10); len(rows) != 1 {
					t.Errorf("the results: %v", rows)
				}
			})
		})
	}
}

// A bucket that is busy, or takes an object and does not say so, gets it again.
func TestDeliveryAgain(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		h.engine.feed = func(Job) [][]any { return [][]any{{"1", "x"}} }
		n := 0
		h.bucket.failing(func(string) (error, bool) {
			if n++; n < 8 {
				return &PutError{Reason: NoAnswer, Retry: true, Err: errors.New("busy")}, n%2 == 0
			}
			return nil, false
		})
		q := h.query(StartInput{DeliveryURI: "s3://results"})
		synctest.Wait()
		if got := h.describe(q.ID); got.Status != Finished || got.Delivery.Status != DeliveryPending {
			t.Errorf("while the bucket is busy: %s, %s", got.Status, got.Delivery.Status)
		}
		h.signer.set(errors.New("no key"))
		later(3 * time.Minute)
		h.signer.set(nil)
		later(time.Hour)
		got := h.describe(q.ID)
		if got.Delivery.Status != DeliverySuccess {
			t.Errorf("at the end: %s", got.Delivery.Status)
		}
		h.delivered(got)
		for _, at := range h.signer.at {
			if !at.Equal(got.Ended.Truncate(time.Second)) {
				t.Errorf("signed for %s, and it ended %s", at, got.Ended)
			}
		}
	})
}

func TestCSV(t *testing.T) {
	check := func(want string, row ...Cell) {
		t.Helper()
		if got := string(appendCSV(nil, row)); got != want+"\n" {
			t.Errorf("%v is %q, want %q", row, got, want)
		}
	}
	text := func(s string) Cell { return Cell{Text: s} }
	null := Cell{Null: true}
	check(`a,b`, text("a"), text("b"))
	check(`,""`, null, text(""))
	check(`""`, null)
	check(`""`, text(""))
	check(`"a ""b"", c"`, text(`a "b", c`))
	check(`" a","b ",c d`, text(" a"), text("b "), text("c d"))
	check("\"a\nb\",\"c\rd\"", text("a\nb"), text("c\rd"))
}
