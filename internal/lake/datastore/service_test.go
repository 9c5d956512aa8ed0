package datastore

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/store"
)

const (
	account = "111122223333"
	other   = "444455556666"
)

var (
	ireland = Caller{account, "eu-west-1"}
	ohio    = Caller{account, "us-east-2"}
	foreign = Caller{other, "eu-west-1"}
)

// world is a service with everything around it. Its sink has nothing to do: it
// says at once that a store has reached the end of the journal.
type world struct {
	*Service
	t       *testing.T
	db      *store.DB
	last    uint64 // the journal's last batch
	clock   time.Time
	ids     int
	told    []string // "hold ID", "changed ID", with the last digits
	waiting bool     // the sink is not done with anything
}

func (w *world) Last() uint64   { return w.last }
func (w *world) Hold(id string) { w.told = append(w.told, "hold "+id[len(id)-2:]) }

func (w *world) Changed(id string) {
	w.told = append(w.told, "changed "+id[len(id)-2:])
	if !w.waiting {
		w.settle(id)
	}
}

func (w *world) settle(id string) {
	w.t.Helper()
	if err := w.Reached(w.t.Context(), id, w.last); err != nil {
		w.t.Error(err)
	}
}

func openDB(t *testing.T, path string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: openDB(t, filepath.Join(t.TempDir(), "state.db")), last: 7, clock: time.Date(2026, 11, 27, 10, 0, 0, 123456789, time.UTC)}
	w.Service = NewService(Config{
		Store: w.db, Journal: w,
		Now:   func() time.Time { w.clock = w.clock.Add(time.Second); return w.clock },
		NewID: func() string { w.ids++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", w.ids) },
	})
	w.Tell(w)
	return w
}

// make creates a store.
func (w *world) make(c Caller, name string, change ...func(*CreateInput)) Store {
	w.t.Helper()
	in := CreateInput{Name: name}
	for _, f := range change {
		f(&in)
	}
	out, err := w.CreateEventDataStore(w.t.Context(), c, in)
	check(w.t, err)
	return out
}

// get reads a store as the API has it.
func (w *world) get(c Caller, name string) Store {
	w.t.Helper()
	d, err := w.GetEventDataStore(w.t.Context(), c, name)
	check(w.t, err)
	return d
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != code || !strings.Contains(e.Message, message) {
		t.Errorf("%s: got %v, want %s with %q", what, err, code, message)
	}
}

// of selects all events of a category.
func of(categories ...string) []selector.AdvancedEventSelector {
	var out []selector.AdvancedEventSelector
	for _, c := range categories {
		fields := []selector.FieldSelector{{Field: "eventCategory", Equals: []string{c}}}
		switch c {
		case selector.Data:
			fields = append(fields, selector.FieldSelector{Field: "resources.type", Equals: []string{"AWS::S3::Object"}})
		case selector.NetworkActivity:
			fields = append(fields, selector.FieldSelector{Field: "eventSource", Equals: []string{"kms.amazonaws.com"}})
		}
		out = append(out, selector.AdvancedEventSelector{FieldSelectors: fields})
	}
	return out
}

func with(categories ...string) func(*CreateInput) {
	return func(in *CreateInput) { in.Selectors = of(categories...) }
}

// unprotected creates a store that can be deleted.
func unprotected(in *CreateInput) { in.TerminationProtection = new(false) }

// TestCreateDefaults: a store that is given nothing but a name.
func TestCreateDefaults(t *testing.T) {
	w := newWorld(t)
	got := w.make(ireland, "my-store")
	const id = "00000000-0000-4000-8000-000000000001"
	want := Store{
		ID: id, ARN: "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/" + id, Name: "my-store", AccountID: account, Region: "eu-west-1",
		Status: Created, TerminationProtection: true, BillingMode: Extendable, RetentionPeriod: 366,
		Configuration: EventConfiguration{MaxEventSize: StandardSize},
		Epochs:        []Epoch{{After: 7, Ingesting: true, MultiRegion: true, Selectors: selector.Default(selector.EventDataStore).Advanced}},
		Created:       got.Created, Updated: got.Created,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if !slices.Equal(w.told, []string{"hold 01", "changed 01"}) {
		t.Errorf("the sink was told %v", w.told)
	}
	for _, name := range []string{id, got.ARN, strings.ToUpper(id)} {
		if d := w.get(ireland, name); d.Status != Enabled || !d.Updated.After(d.Created) || d.Category() != selector.Management {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// TestCreateKinds: what a store of each category may and may not.
func TestCreateKinds(t *testing.T) {
	for _, row := range []struct {
		categories []string
		stoppable  bool
		one        bool // Region
	}{
		{[]string{selector.Management}, true, false},
		{[]string{selector.Data, selector.NetworkActivity, selector.Management}, true, false},
		{[]string{selector.NetworkActivity}, true, false},
		{[]string{selector.ConfigurationItem}, true, false},
		{[]string{selector.Insight}, false, false},
		{[]string{selector.Evidence}, false, false},
		{[]string{selector.ActivityAuditLog}, false, true},
	} {
		w := newWorld(t)
		d := w.make(ireland, "abc", with(row.categories...))
		if !slices.Equal(d.Categories(), row.categories) || d.Category() != row.categories[0] || d.Now().MultiRegion == row.one {
			t.Errorf("%v: got %v, multi-Region %v", row.categories, d.Categories(), d.Now().MultiRegion)
		}
		_, err := w.CreateEventDataStore(t.Context(), ireland, CreateInput{Name: "stopped", Settings: Settings{Selectors: of(row.categories...)}, StartIngestion: new(false)})
		if row.stoppable {
			check(t, err)
			all, err := w.ListEventDataStores(t.Context(), ireland)
			check(t, err)
			if d := all[1]; d.Status != StoppedIngestion || d.Now().Ingesting {
				t.Errorf("%v: made without ingestion, and is %+v", row.categories, d)
			}
		} else {
			wantError(t, "created without ingestion", err, CodeInvalidParameter, "without ingestion")
			err = w.StopEventDataStoreIngestion(t.Context(), ireland, d.ID)
			wantError(t, "stopped", err, CodeInvalidCategory, row.categories[0])
		}
		if row.one {
			_, err := w.CreateEventDataStore(t.Context(), ireland, CreateInput{Name: "many", Settings: Settings{Selectors: of(row.categories...), MultiRegion: new(true)}})
			wantError(t, "multi-Region", err, CodeInvalidParameter, "one Region")
			_, err = w.UpdateEventDataStore(t.Context(), ireland, UpdateInput{EventDataStore: d.ID, Settings: Settings{MultiRegion: new(true)}})
			wantError(t, "made multi-Region", err, CodeInvalidParameter, "one Region")
		}
		for _, kind := range []string{selector.Management, selector.Insight, selector.ConfigurationItem, selector.ActivityAuditLog, selector.Evidence} {
			if same := kind == row.categories[0] || kind == selector.Management && ofCloudTrail(row.categories[0]); same {
				continue
			}
			_, err := w.CreateEventDataStore(t.Context(), ireland, CreateInput{Name: "mixed", Settings: Settings{Selectors: append(of(row.categories...), of(kind)...)}})
			wantError(t, fmt.Sprint(row.categories, " with ", kind), err, CodeInvalidEventSelectors, "separate event data store")
			_, err = w.UpdateEventDataStore(t.Context(), ireland, UpdateInput{EventDataStore: d.ID, Settings: Settings{Selectors: of(kind)}})
			wantError(t, fmt.Sprint(row.categories, " to ", kind), err, CodeInvalidEventSelectors, "can not be changed")
		}
	}
}

// TestCreateRefused: nothing is made, and the sink lets go of what it held.
func TestCreateRefused(t *testing.T) {
	const key = "12345678-1234-1234-1234-123456789012"
	for _, row := range []struct {
		what          string
		change        func(*CreateInput)
		code, message string
	}{
		{"short name", func(in *CreateInput) { in.Name = "ab" }, CodeInvalidParameter, "3 to 128 characters"},
		{"long name", func(in *CreateInput) { in.Name = strings.Repeat("a", 129) }, CodeInvalidParameter, "3 to 128 characters"},
		{"blank in the name", func(in *CreateInput) { in.Name = "a b c" }, CodeInvalidParameter, "letters, digits"},
		{"name ends in a hyphen", func(in *CreateInput) { in.Name = "abc-" }, CodeInvalidParameter, "begins and ends"},
		{"adjacent separators", func(in *CreateInput) { in.Name = "a-_c" }, CodeInvalidParameter, "adjacent"},
		{"IP address", func(in *CreateInput) { in.Name = "10.0.0.1" }, CodeInvalidParameter, "IP address"},
		{"organization", func(in *CreateInput) { in.Organization = new(true) }, CodeOrganizationsNotInUse, "member of an organization"},
		{"six days", func(in *CreateInput) { in.RetentionPeriod = new(6) }, CodeInvalidParameter, "from 7 to 3653"},
		{"3654 days", func(in *CreateInput) { in.RetentionPeriod = new(3654) }, CodeInvalidParameter, "from 7 to 3653"},
		{"2558 days fixed", func(in *CreateInput) { in.BillingMode, in.RetentionPeriod = new(Fixed), new(2558) }, CodeInvalidParameter, "from 7 to 2557"},
		{"unknown billing", func(in *CreateInput) { in.BillingMode = new("FREE") }, CodeInvalidParameter, Extendable},
		{"no category", func(in *CreateInput) {
			in.Selectors = []selector.AdvancedEventSelector{{FieldSelectors: []selector.FieldSelector{{Field: "eventName", Equals: []string{"X"}}}}}
		}, CodeInvalidEventSelectors, "eventCategory"},
		{"unknown category", with("Weather"), CodeInvalidEventSelectors, "Weather"},
		{"two selectors for Insights", with(selector.Insight, selector.Insight), CodeInvalidEventSelectors, "one advanced event selector"},
		{"key", func(in *CreateInput) { in.KMSKeyID = new("my key") }, CodeInvalidKeyID, "my key"},
		{"key of another service", func(in *CreateInput) { in.KMSKeyID = new("arn:aws:s3:eu-west-1:111122223333:key/" + key) }, CodeInvalidKeyID, "not valid"},
		{"reserved tag", func(in *CreateInput) { in.Tags = []naming.Tag{{Key: "aws:x"}} }, CodeInvalidTag, "reserved"},
		{"51 tags", func(in *CreateInput) {
			for i := range 51 {
				in.Tags = append(in.Tags, naming.Tag{Key: fmt.Sprint(i)})
			}
		}, CodeInvalidTag, "50 are allowed"},
	} {
		w := newWorld(t)
		in := CreateInput{Name: "my-store"}
		row.change(&in)
		_, err := w.CreateEventDataStore(t.Context(), ireland, in)
		wantError(t, row.what, err, row.code, row.message)
		if all, err := w.ListEventDataStores(t.Context(), ireland); err != nil || len(all) != 0 || len(w.told) != 0 {
			t.Errorf("%s: left %v, %v, told %v", row.what, all, err, w.told)
		}
	}
	w := newWorld(t)
	w.make(ireland, "abc")
	_, err := w.CreateEventDataStore(t.Context(), ireland, CreateInput{Name: "abc"})
	wantError(t, "taken", err, CodeExists, "abc already")
	if !slices.Equal(w.told[2:], []string{"hold 02", "changed 02"}) {
		t.Errorf("told %v", w.told)
	}
}

// TestQuota: ten in a Region, in whatever state; a multi-Region store counts in
// all of them.
func TestQuota(t *testing.T) {
	w := newWorld(t)
	one := func(in *CreateInput) { in.MultiRegion = new(false); unprotected(in) }
	var last Store
	for i := range 9 {
		last = w.make(ireland, fmt.Sprint("here-", i), one)
	}
	check(t, w.DeleteEventDataStore(t.Context(), ireland, last.ID))
	w.make(ohio, "multi")
	_, err := w.CreateEventDataStore(t.Context(), ireland, CreateInput{Name: "eleventh", Settings: Settings{MultiRegion: new(false)}})
	wantError(t, "the eleventh", err, CodeTooMany, "10 event data stores in eu-west-1")
	_, err = w.CreateEventDataStore(t.Context(), ohio, CreateInput{Name: "everywhere"})
	wantError(t, "a multi-Region one elsewhere", err, CodeTooMany, "in eu-west-1")
	single := w.make(ohio, "single", one)
	_, err = w.UpdateEventDataStore(t.Context(), ohio, UpdateInput{EventDataStore: single.ID, Settings: Settings{MultiRegion: new(true)}})
	wantError(t, "made multi-Region", err, CodeTooMany, "in eu-west-1")
	w.make(foreign, "another-account")
	// What is gone does not count.
	w.clock = w.clock.Add(DeletionWait)
	w.make(ireland, "again", one)
}

// TestNames: what names a store, and whose it is.
func TestNames(t *testing.T) {
	w := newWorld(t)
	d := w.make(ireland, "abc")
	for _, row := range []struct {
		what, name    string
		c             Caller
		code, message string
	}{
		{"another account", d.ARN, foreign, CodeNotFound, "no event data store"},
		{"another account's id", d.ID, foreign, CodeNotFound, "no event data store"},
		{"another Region's ARN", d.ARN, ohio, CodeARNInvalid, "in eu-west-1"},
		{"another Region's id", d.ID, ohio, CodeNotFound, "no event data store"},
		{"unknown", "00000000-0000-4000-8000-00000000ffff", ireland, CodeNotFound, "00ffff"},
		{"the name", "abc", ireland, CodeARNInvalid, "abc"},
		{"a trail", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/abc", ireland, CodeARNInvalid, "not valid"},
		{"no id", "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/abc", ireland, CodeARNInvalid, "not valid"},
		{"no account", "arn:aws:cloudtrail:eu-west-1::eventdatastore/" + d.ID, ireland, CodeARNInvalid, "not valid"},
	} {
		_, err := w.GetEventDataStore(t.Context(), row.c, row.name)
		wantError(t, row.what, err, row.code, row.message)
		_, err = w.Active(t.Context(), row.c, row.name)
		wantError(t, row.what+", active", err, row.code, row.message)
	}
	for _, c := range []Caller{ohio, foreign} {
		if all, err := w.ListEventDataStores(t.Context(), c); err != nil || len(all) != 0 {
			t.Errorf("%v lists %v, %v", c, all, err)
		}
	}
	w.make(ohio, "abc") // The name is free in another Region.
	b := w.make(ireland, "bcd")
	_, err := w.UpdateEventDataStore(t.Context(), ireland, UpdateInput{EventDataStore: b.ID, Name: new("abc")})
	wantError(t, "renamed to one that is taken", err, CodeExists, d.ID)
	_, err = w.UpdateEventDataStore(t.Context(), ireland, UpdateInput{EventDataStore: b.ID, Name: new("abc-")})
	wantError(t, "renamed to no name", err, CodeInvalidParameter, "begins and ends")
}

func TestKeys(t *testing.T) {
	const id = "12345678-1234-1234-1234-123456789012"
	for _, row := range []struct{ key, arn string }{
		{id, "arn:aws:kms:eu-west-1:111122223333:key/" + id},
		{"alias/MyAliasName", "arn:aws:kms:eu-west-1:111122223333:alias/MyAliasName"},
		{"arn:aws:kms:us-east-2:444455556666:key/" + id, "arn:aws:kms:us-east-2:444455556666:key/" + id},
		{"arn:aws:kms:us-east-2:444455556666:alias/a", "arn:aws:kms:us-east-2:444455556666:alias/a"},
	} {
		w := newWorld(t)
		d := w.make(ireland, "abc")
		got, err := w.UpdateEventDataStore(t.Context(), ireland, UpdateInput{EventDataStore: d.ID, Settings: Settings{KMSKeyID: &row.key}})
		check(t, err)
		if got.KMSKeyID != row.arn {
			t.Errorf("%s: got %s, want %s", row.key, got.KMSKeyID, row.arn)
		}
		// The same key again is no change; another one is refused.
		_, err = w.UpdateEventDataStore(t.Context(), ireland, UpdateInput{EventDataStore: d.ID, Settings: Settings{KMSKeyID: &row.arn}})
		check(t, err)
		_, err = w.UpdateEventDataStore(t.Context(), ireland, UpdateInput{EventDataStore: d.ID, Settings: Settings{KMSKeyID: new("alias/other")}})
		wantError(t, "another key", err, CodeInvalidParameter, "can not be changed")
	}
}

// TestUpdate: what is given changes, the rest stays, and what the store takes
// changes behind the journal's last batch.
func TestUpdate(t *testing.T) {
	w := newWorld(t)
	d := w.make(ireland, "abc", func(in *CreateInput) { in.BillingMode = new(Fixed) })
	if d.RetentionPeriod != 2557 {
		t.Errorf("the fixed billing mode keeps %d days", d.RetentionPeriod)
	}
	update := func(s Settings) Store {
		t.Helper()
		got, err := w.UpdateEventDataStore(t.Context(), ireland, UpdateInput{EventDataStore: d.ARN, Settings: s})
		check(t, err)
		return got
	}
	w.last = 9
	got := update(Settings{BillingMode: new(Extendable), TerminationProtection: new(false)})
	if got.BillingMode != Extendable || got.RetentionPeriod != 2557 || got.TerminationProtection || len(got.Epochs) != 1 || got.Status != Enabled || !got.Updated.After(d.Updated) {
		t.Errorf("got %+v", got)
	}
	_, err := w.UpdateEventDataStore(t.Context(), ireland, UpdateInput{EventDataStore: d.ID, Settings: Settings{BillingMode: new(Fixed)}})
	wantError(t, "back to fixed", err, CodeInvalidParameter, "Create another")
	_, err = w.UpdateEventDataStore(t.Context(), ireland, UpdateInput{EventDataStore: d.ID, Settings: Settings{Selectors: []selector.AdvancedEventSelector{}}})
	wantError(t, "no selectors", err, CodeInvalidEventSelectors, "no event selectors")
	_, err = w.UpdateEventDataStore(t.Context(), ireland, UpdateInput{EventDataStore: d.ID, Settings: Settings{Organization: new(true)}})
	wantError(t, "organization", err, CodeOrganizationsNotInUse, "")
	if got := update(Settings{RetentionPeriod: new(3653)}); got.RetentionPeriod != 3653 {
		t.Errorf("got %+v", got)
	}
	w.waiting = true
	got = update(Settings{Selectors: of(selector.Management, selector.Data)})
	if want := []Epoch{{After: 7, Ingesting: true, MultiRegion: true, Selectors: d.Now().Selectors}, {After: 9, Ingesting: true, MultiRegion: true, Selectors: of(selector.Management, selector.Data)}}; !reflect.DeepEqual(got.Epochs, want) {
		t.Errorf("got %+v\nwant %+v", got.Epochs, want)
	}
	w.last = 11
	if got = update(Settings{MultiRegion: new(false), Selectors: of(selector.Management, selector.Data)}); len(got.Epochs) != 3 || got.Epochs[2].After != 11 || got.Now().MultiRegion {
		t.Errorf("got %+v", got.Epochs)
	}
	if got = update(Settings{Selectors: of(selector.Management, selector.Data)}); len(got.Epochs) != 3 {
		t.Errorf("the same selectors make %+v", got.Epochs)
	}
	check(t, w.Reached(t.Context(), d.ID, 10))
	if got = w.get(ireland, d.ID); len(got.Epochs) != 2 || got.Epochs[0].After != 9 {
		t.Errorf("behind batch 10 there are %+v", got.Epochs)
	}
	w.last = 3 // A journal that was put back.
	if got = update(Settings{MultiRegion: new(true)}); len(got.Epochs) != 2 || got.Epochs[1].After != 11 || !got.Now().MultiRegion {
		t.Errorf("got %+v", got.Epochs)
	}
}

func TestTags(t *testing.T) {
	w := newWorld(t)
	d := w.make(ireland, "abc", func(in *CreateInput) { in.Tags = []naming.Tag{{Key: "a", Value: "1"}, {Key: "b"}} })
	check(t, w.AddTags(t.Context(), ireland, d.ARN, []naming.Tag{{Key: "b", Value: "2"}, {Key: "c", Value: "3"}}))
	check(t, w.RemoveTags(t.Context(), ireland, d.ARN, []naming.Tag{{Key: "a", Value: "whatever"}, {Key: "none"}}))
	tags, err := w.ListTags(t.Context(), ireland, d.ARN)
	check(t, err)
	if !slices.Equal(tags, []naming.Tag{{Key: "b", Value: "2"}, {Key: "c", Value: "3"}}) {
		t.Errorf("got %v", tags)
	}
	wantError(t, "twice", w.AddTags(t.Context(), ireland, d.ARN, []naming.Tag{{Key: "x"}, {Key: "x"}}), CodeInvalidTag, "twice")
	var many []naming.Tag
	for i := range 49 {
		many = append(many, naming.Tag{Key: fmt.Sprint(i)})
	}
	wantError(t, "51", w.AddTags(t.Context(), ireland, d.ARN, many), CodeTagsLimitExceeded, "51 tags")
	_, err = w.ListTags(t.Context(), foreign, d.ARN)
	wantError(t, "of another account", err, CodeNotFound, "")
}
