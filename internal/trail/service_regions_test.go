package trail

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/selector"
)

func names(all []Trail) string {
	var out []string
	for _, t := range all {
		out = append(out, t.Name)
	}
	return strings.Join(out, " ")
}

// TestShadows: what shows in which Region, and which Region may change it.
func TestShadows(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	single := w.make(t, ireland, "single")
	multi := w.make(t, ireland, "multi", multiRegion)
	w.make(t, ohio, "ohio")
	w.make(t, foreign, "foreign")

	for _, row := range []struct {
		what    string
		c       Caller
		names   []string
		shadows bool
		want    string
	}{
		{"home", ireland, nil, true, "multi single"},
		{"elsewhere", ohio, nil, true, "multi ohio"},
		{"elsewhere without shadows", ohio, nil, false, "ohio"},
		{"a third Region", Caller{account, "ap-south-1"}, nil, true, "multi"},
		{"another account", foreign, nil, true, "foreign"},
		{"names in their order", ireland, []string{"single", "multi", "single", "none"}, true, "single multi"},
		{"a shadow's name", ohio, []string{"multi"}, true, ""},
		{"a shadow's ARN", ohio, []string{multi.ARN}, true, "multi"},
		{"a shadow's ARN without shadows", ohio, []string{multi.ARN}, false, ""},
		{"an ARN of another Region", ohio, []string{single.ARN}, true, "single"},
		{"an ARN of another account", foreign, []string{single.ARN}, true, ""},
	} {
		got, err := w.DescribeTrails(ctx, row.c, row.names, row.shadows)
		if err != nil || names(got) != row.want {
			t.Errorf("%s: got %q, %v, want %q", row.what, names(got), err, row.want)
		}
	}
	_, err := w.DescribeTrails(ctx, ohio, []string{"a b"}, true)
	wantError(t, "describe a bad name", err, CodeInvalidName, "")
	_, err = w.DescribeTrails(ctx, ohio, []string{"arn:aws:s3:::bucket"}, true)
	wantError(t, "describe a bad ARN", err, CodeARNInvalid, "arn:aws:s3:::bucket")

	selectors := selector.Default(selector.Trail)
	all := map[string]func(Caller, string) error{
		"GetTrail":             func(c Caller, n string) error { _, err := w.GetTrail(ctx, c, n); return err },
		"GetTrailStatus":       func(c Caller, n string) error { _, _, err := w.GetTrailStatus(ctx, c, n); return err },
		"GetEventSelectors":    func(c Caller, n string) error { _, err := w.GetEventSelectors(ctx, c, n); return err },
		"*StartLogging":        func(c Caller, n string) error { return w.StartLogging(ctx, c, n) },
		"*StopLogging":         func(c Caller, n string) error { return w.StopLogging(ctx, c, n) },
		"*UpdateTrail":         func(c Caller, n string) error { _, err := w.UpdateTrail(ctx, c, UpdateTrailInput{Name: n}); return err },
		"*PutEventSelectors":   func(c Caller, n string) error { _, err := w.PutEventSelectors(ctx, c, n, selectors); return err },
		"*PutInsightSelectors": func(c Caller, n string) error { _, err := w.PutInsightSelectors(ctx, c, n, nil); return err },
		"*DeleteTrail":         func(c Caller, n string) error { return w.DeleteTrail(ctx, c, n) },
	}
	for op, do := range all {
		_, changes := strings.CutPrefix(op, "*")
		for _, row := range []struct {
			what          string
			c             Caller
			name          string
			code, message string // for reading
			change        string // the code for changing
		}{
			{"unknown name", ohio, "none", CodeNotFound, "Unknown trail: arn:aws:cloudtrail:us-east-2:111122223333:trail/none for the user: 111122223333", CodeNotFound},
			{"unknown ARN", ireland, nameARN(ohio, "none"), CodeNotFound, "Unknown trail", CodeNotFound},
			{"a shadow's name", ohio, "multi", CodeNotFound, "trail/multi for the user", CodeInvalidHomeRegion},
			{"a shadow's ARN", ohio, multi.ARN, "", "", CodeInvalidHomeRegion},
			{"another Region's ARN", ohio, single.ARN, CodeNotFound, "Unknown trail", CodeInvalidHomeRegion},
			{"another Region's name", ohio, "single", CodeNotFound, "Unknown trail", CodeNotFound},
			{"another account's ARN", foreign, multi.ARN, CodeNotFound, "for the user: 444455556666", CodeNotFound},
			{"a short name", ohio, "a", CodeInvalidName, "too short", CodeInvalidName},
			{"an ARN of no trail", ohio, "arn:aws:cloudtrail:us-east-2:111122223333:channel/abc", CodeARNInvalid, "channel/abc", CodeARNInvalid},
			{"an ARN of no account", ohio, "arn:aws:cloudtrail:us-east-2:me:trail/abc", CodeARNInvalid, "", CodeARNInvalid},
			{"an ARN of a bad name", ohio, "arn:aws:cloudtrail:us-east-2:111122223333:trail/a", CodeARNInvalid, "", CodeARNInvalid},
		} {
			err := do(row.c, row.name)
			switch {
			case changes && row.change == CodeInvalidHomeRegion:
				wantError(t, op+" "+row.what, err, row.change, "eu-west-1")
			case row.code != "":
				wantError(t, op+" "+row.what, err, row.code, row.message)
			case err != nil:
				t.Errorf("%s %s: %v", op, row.what, err)
			}
		}
	}
	if got, err := w.GetTrail(ctx, ohio, multi.ARN); err != nil || got.HomeRegion != "eu-west-1" {
		t.Errorf("got %+v, %v", got, err)
	}
	// By its ARN at home everything works.
	for op, do := range all {
		if op != "*DeleteTrail" {
			if err := do(ireland, multi.ARN); err != nil {
				t.Errorf("%s: %v", op, err)
			}
		}
	}
	check(t, w.DeleteTrail(ctx, ireland, multi.ARN))
	wantError(t, "delete again", w.DeleteTrail(ctx, ireland, multi.ARN), CodeNotFound, "")
	if got, err := w.ListTrails(ctx, ohio); err != nil || names(got) != "ohio" {
		t.Errorf("after the deletion: %q, %v", names(got), err)
	}
	if w.changed[len(w.changed)-1] != multi.ARN {
		t.Errorf("told %v", w.changed)
	}
}

// TestRegions: multi-Region trails show only where there is a Region.
func TestRegions(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Regions = []string{"us-east-2"} })
	w.make(t, ireland, "multi", multiRegion)
	for region, want := range map[string]int{"eu-west-1": 1, "us-east-2": 1, "ap-south-1": 0} {
		if got, err := w.ListTrails(t.Context(), Caller{account, region}); err != nil || len(got) != want {
			t.Errorf("%s: %d trails, %v", region, len(got), err)
		}
	}
}

// TestRoom: five trails a Region, and one of a name.
func TestRoom(t *testing.T) {
	try := func(w *world, c Caller, name string, change ...func(*CreateTrailInput)) error {
		in := CreateTrailInput{Name: name, Settings: Settings{S3BucketName: new("bucket")}}
		for _, f := range change {
			f(&in)
		}
		_, err := w.CreateTrail(t.Context(), c, in)
		return err
	}
	w := newWorld(t)
	for i := range 4 {
		w.make(t, ireland, fmt.Sprint("trail", i))
	}
	w.make(t, ohio, "multi", multiRegion)
	w.checked = nil
	wantError(t, "a sixth", try(w, ireland, "sixth"), CodeTooManyTrails, "User: 111122223333 already has 5 trails in eu-west-1.")
	wantError(t, "a second multi-Region", try(w, ohio, "sixth", multiRegion), CodeTooManyTrails, "already has 5 trails in eu-west-1.")
	if w.checked != nil {
		t.Errorf("buckets were checked for trails without room: %v", w.checked)
	}
	check(t, try(w, foreign, "sixth"))
	check(t, try(w, ohio, "sixth"))
	_, err := w.UpdateTrail(t.Context(), ohio, UpdateTrailInput{Name: "sixth", Settings: Settings{MultiRegion: new(true)}})
	wantError(t, "a trail that becomes multi-Region", err, CodeTooManyTrails, "eu-west-1")
	check(t, w.DeleteTrail(t.Context(), ireland, "trail0"))
	_, err = w.UpdateTrail(t.Context(), ohio, UpdateTrailInput{Name: "sixth", Settings: Settings{MultiRegion: new(true)}})
	check(t, err)
	wantError(t, "no room again", try(w, ireland, "trail0"), CodeTooManyTrails, "")

	w = newWorld(t)
	w.make(t, ireland, "abc")
	wantError(t, "twice", try(w, ireland, "abc"), CodeTrailExists, "Trail abc already exists for customer: 111122223333")
	check(t, try(w, foreign, "abc"))
	check(t, try(w, ohio, "abc"))
	wantError(t, "multi-Region over names elsewhere", try(w, Caller{account, "us-west-1"}, "abc", multiRegion), CodeTrailExists, "")
	_, err = w.UpdateTrail(t.Context(), ohio, UpdateTrailInput{Name: "abc", Settings: Settings{MultiRegion: new(true)}})
	wantError(t, "becomes multi-Region over a name elsewhere", err, CodeTrailExists, "")
	check(t, try(w, ohio, "multi", multiRegion))
	wantError(t, "under a shadow", try(w, ireland, "multi"), CodeTrailExists, "")
}

func TestLoggingAndStatus(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	arn := w.make(t, ireland, "abc").ARN
	_, err := w.PutInsightSelectors(ctx, ireland, "abc", []selector.InsightSelector{{InsightType: selector.APICallRate}})
	check(t, err)
	check(t, w.StopLogging(ctx, ireland, arn))
	trail, status, err := w.GetTrailStatus(ctx, ireland, "abc")
	check(t, err)
	if !trail.StopLogging.IsZero() || !trail.StartLogging.IsZero() || trail.InsightSelectors != nil || status != (Status{}) {
		t.Errorf("a trail that never logged was stopped: %+v %+v", trail, status)
	}
	check(t, w.StartLogging(ctx, ireland, "abc"))
	first := w.stored(t, arn)
	check(t, w.StartLogging(ctx, ireland, "abc"))
	if again := w.stored(t, arn); !again.Now().Logging || again.StartLogging.IsZero() || !again.StartLogging.Equal(first.StartLogging) {
		t.Errorf("started %+v, again %+v", first, again)
	}
	want := Status{Sequence: 4, Logs: Delivery{Attempted: w.clock, Error: "NoSuchBucket"}}
	_, err = w.status.Put(ctx, arn, want)
	check(t, err)
	if _, status, err = w.GetTrailStatus(ctx, ohio, arn); err == nil {
		t.Error("the status of a trail of another Region was answered")
	}
	if _, status, err = w.GetTrailStatus(ctx, ireland, arn); err != nil || !reflect.DeepEqual(status, want) {
		t.Errorf("got %+v, %v", status, err)
	}
	check(t, w.StopLogging(ctx, ireland, "abc"))
	if got := w.stored(t, arn); got.Now().Logging || !got.StopLogging.After(got.StartLogging) {
		t.Errorf("stopped %+v", got)
	}
	check(t, w.DeleteTrail(ctx, ireland, "abc"))
	w.make(t, ireland, "abc")
	if _, status, err = w.GetTrailStatus(ctx, ireland, arn); err != nil || status != (Status{}) {
		t.Errorf("a new trail has the status of the old one: %+v, %v", status, err)
	}
}

func TestListPublicKeys(t *testing.T) {
	w := newWorld(t)
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	w.keys = []PublicKey{{Fingerprint: "a", Start: day(1), End: day(10)}, {Fingerprint: "b", Start: day(9), End: day(30)}}
	for _, row := range []struct {
		start, end *time.Time
		want       []string
	}{
		{new(day(2)), new(day(3)), []string{"a eu-west-1"}},
		{new(day(2)), new(day(20)), []string{"a eu-west-1", "b eu-west-1"}},
		{nil, nil, []string{"b eu-west-1"}}, // the clock is at the 21st
		{new(day(1)), nil, []string{"a eu-west-1", "b eu-west-1"}},
	} {
		keys, err := w.ListPublicKeys(t.Context(), ireland, row.start, row.end)
		check(t, err)
		var got []string
		for _, k := range keys {
			got = append(got, k.Fingerprint)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%v to %v: got %v, want %v", row.start, row.end, got, row.want)
		}
	}
	_, err := w.ListPublicKeys(t.Context(), ireland, new(day(3)), new(day(2)))
	wantError(t, "backward", err, CodeInvalidTimeRange, "")
	_, err = w.ListPublicKeys(t.Context(), ireland, nil, new(day(2)))
	wantError(t, "an end before now", err, CodeInvalidTimeRange, "")
}

// A name is taken also within the tick of the clock in which it was.
func TestSameMoment(t *testing.T) {
	moment := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	w := newWorld(t, func(c *Config) { c.Now = func() time.Time { return moment } })
	w.make(t, ireland, "abc")
	_, err := w.CreateTrail(t.Context(), ireland, CreateTrailInput{Name: "abc", Settings: Settings{S3BucketName: new("bucket")}})
	wantError(t, "in the same moment", err, CodeTrailExists, "Trail abc already exists")
}
