package datastore

import (
	"slices"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/selector"
)

// TestStates: every operation in every state.
func TestStates(t *testing.T) {
	all := []Status{Created, Enabled, StartingIngestion, StoppingIngestion, StoppedIngestion, PendingDeletion}
	operations := []struct {
		name string
		do   func(*world, Store) error
		// then is the state behind it in the states where it is allowed; elsewhere it is
		// refused with code.
		then map[Status]Status
		code string
	}{
		{"stop", func(w *world, d Store) error { return w.StopEventDataStoreIngestion(w.t.Context(), ireland, d.ID) },
			map[Status]Status{Enabled: StoppingIngestion}, CodeInvalidStatus},
		{"start", func(w *world, d Store) error { return w.StartEventDataStoreIngestion(w.t.Context(), ireland, d.ID) },
			map[Status]Status{StoppedIngestion: StartingIngestion}, CodeInvalidStatus},
		{"restore", func(w *world, d Store) error {
			_, err := w.RestoreEventDataStore(w.t.Context(), ireland, d.ID)
			return err
		}, map[Status]Status{PendingDeletion: Enabled}, CodeInvalidStatus},
		{"delete", func(w *world, d Store) error { return w.DeleteEventDataStore(w.t.Context(), ireland, d.ID) },
			map[Status]Status{Created: PendingDeletion, Enabled: PendingDeletion, StartingIngestion: PendingDeletion, StoppingIngestion: PendingDeletion, StoppedIngestion: PendingDeletion}, CodeInactive},
		{"update", func(w *world, d Store) error {
			_, err := w.UpdateEventDataStore(w.t.Context(), ireland, UpdateInput{EventDataStore: d.ID, Settings: Settings{RetentionPeriod: new(90)}})
			return err
		}, same(all[:5]), CodeInactive},
		{"tag", func(w *world, d Store) error {
			return w.AddTags(w.t.Context(), ireland, d.ARN, []naming.Tag{{Key: "a"}})
		}, same(all[:5]), CodeInactive},
		{"untag", func(w *world, d Store) error { return w.RemoveTags(w.t.Context(), ireland, d.ARN, nil) }, same(all[:5]), CodeInactive},
		{"list tags", func(w *world, d Store) error { _, err := w.ListTags(w.t.Context(), ireland, d.ARN); return err }, same(all[:5]), CodeInactive},
		{"query", func(w *world, d Store) error { _, err := w.Active(w.t.Context(), ireland, d.ARN); return err }, same(all[:5]), CodeInactive},
		{"configure", func(w *world, d Store) error {
			_, err := w.PutEventConfiguration(w.t.Context(), ireland, PutConfigurationInput{EventDataStore: d.ID, MaxEventSize: new(LargeSize)})
			return err
		}, same(all[:5]), CodeInactive},
		{"configuration", func(w *world, d Store) error {
			_, err := w.GetEventConfiguration(w.t.Context(), ireland, d.ID)
			return err
		}, same(all[:5]), CodeInvalidStatus},
		{"insights", func(w *world, d Store) error {
			_, err := w.PutInsightSelectors(w.t.Context(), ireland, PutInsightsInput{EventDataStore: d.ID})
			return err
		}, same(all[:5]), CodeInvalidParameter},
		{"get", func(w *world, d Store) error {
			_, err := w.GetEventDataStore(w.t.Context(), ireland, d.ID)
			return err
		}, same(all), ""},
	}
	for _, op := range operations {
		for _, from := range all {
			w := newWorld(t)
			d := w.in(from)
			err := op.do(w, d)
			want, allowed := op.then[from]
			if !allowed {
				want = from
				wantError(t, op.name+" when "+string(from), err, op.code, "")
			} else if err != nil {
				t.Errorf("%s when %s: %v", op.name, from, err)
			}
			if got := w.get(ireland, d.ID); got.Status != want {
				t.Errorf("%s when %s: it is %s, want %s", op.name, from, got.Status, want)
			}
		}
	}
}

func same(states []Status) map[Status]Status {
	out := make(map[Status]Status)
	for _, s := range states {
		out[s] = s
	}
	return out
}

// in makes a store that is in a state, with a sink that does not go on.
func (w *world) in(s Status) Store {
	w.t.Helper()
	w.waiting = s == Created
	d := w.make(ireland, "abc", unprotected)
	ctx := w.t.Context()
	switch s {
	case StoppedIngestion:
		check(w.t, w.StopEventDataStoreIngestion(ctx, ireland, d.ID))
	case StartingIngestion:
		check(w.t, w.StopEventDataStoreIngestion(ctx, ireland, d.ID))
		w.waiting = true
		check(w.t, w.StartEventDataStoreIngestion(ctx, ireland, d.ID))
	case StoppingIngestion:
		w.waiting = true
		check(w.t, w.StopEventDataStoreIngestion(ctx, ireland, d.ID))
	case PendingDeletion:
		check(w.t, w.DeleteEventDataStore(ctx, ireland, d.ID))
	}
	w.waiting = true
	got := w.get(ireland, d.ID)
	if got.Status != s {
		w.t.Fatalf("made one that is %s, want %s", got.Status, s)
	}
	return got
}

// TestDelete: termination protection, what the store takes, and that a restore
// puts back what was.
func TestDelete(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	d := w.make(ireland, "abc")
	wantError(t, "protected", w.DeleteEventDataStore(ctx, ireland, d.ID), CodeTerminationProtected, "termination protection")
	_, err := w.UpdateEventDataStore(ctx, ireland, UpdateInput{EventDataStore: d.ID, Settings: Settings{TerminationProtection: new(false)}})
	check(t, err)
	for _, ingested := range []bool{true, false} {
		if !ingested {
			check(t, w.StopEventDataStoreIngestion(ctx, ireland, d.ID))
		}
		w.last += 3
		check(t, w.DeleteEventDataStore(ctx, ireland, d.ID))
		got := w.get(ireland, d.ID)
		if got.Status != PendingDeletion || got.Now().Ingesting || got.Queryable() || got.Deleted.IsZero() {
			t.Errorf("deleted, and is %+v", got)
		}
		// Its name stays taken, so that it can come back.
		_, err := w.CreateEventDataStore(ctx, ireland, CreateInput{Name: "abc"})
		wantError(t, "the name of a deleted one", err, CodeExists, string(PendingDeletion))
		w.clock = w.clock.Add(DeletionWait - time.Minute)
		got, err = w.RestoreEventDataStore(ctx, ireland, d.ID)
		check(t, err)
		if got.Now().Ingesting != ingested || !got.Deleted.IsZero() || got.Status != map[bool]Status{true: Enabled, false: StoppedIngestion}[ingested] {
			t.Errorf("restored, and is %+v", got)
		}
	}
	check(t, w.DeleteEventDataStore(ctx, ireland, d.ID))
	w.clock = w.clock.Add(DeletionWait)
	_, err = w.RestoreEventDataStore(ctx, ireland, d.ID)
	wantError(t, "too late", err, CodeNotFound, "")
	_, err = w.GetEventDataStore(ctx, ireland, d.ARN)
	wantError(t, "gone", err, CodeNotFound, "")
	if all, err := w.ListEventDataStores(ctx, ireland); err != nil || len(all) != 0 {
		t.Errorf("listed are %v, %v", all, err)
	}
	w.make(ireland, "abc")
}

func TestConfiguration(t *testing.T) {
	w := newWorld(t)
	d := w.make(ireland, "abc")
	put := func(size *string, selectors ...ContextKeySelector) (EventConfiguration, error) {
		got, err := w.PutEventConfiguration(t.Context(), ireland, PutConfigurationInput{EventDataStore: d.ARN, MaxEventSize: size, Selectors: selectors})
		return got.Configuration, err
	}
	many := func(n int) (keys []string) {
		for i := range n {
			keys = append(keys, string(rune('a'+i%26))+string(rune('a'+i/26)))
		}
		return keys
	}
	tags, conditions := ContextKeySelector{TagContext, many(50)}, ContextKeySelector{RequestContext, append([]string{"aws:PrincipalTag/team"}, conditionKeys...)}
	_, err := put(nil, tags)
	wantError(t, "Standard with keys", err, CodeInvalidParameterCombination, "Large")
	if got := w.get(ireland, d.ID).Configuration; got.MaxEventSize != StandardSize || got.ContextKeySelectors != nil {
		t.Errorf("after a refusal there is %+v", got)
	}
	if got, err := put(new(LargeSize), tags, conditions); err != nil || got.MaxEventSize != LargeSize || len(got.ContextKeySelectors) != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = put(new(StandardSize))
	wantError(t, "keys that are there with Standard", err, CodeInvalidParameterCombination, "")
	if got, err := put(nil); err != nil || len(got.ContextKeySelectors) != 2 {
		t.Errorf("nothing given changes it to %+v, %v", got, err)
	}
	for _, row := range []struct {
		what, message string
		selectors     []ContextKeySelector
	}{
		{"51 keys", "51 keys", []ContextKeySelector{{TagContext, many(51)}}},
		{"no keys", "0 keys", []ContextKeySelector{{TagContext, nil}}},
		{"two of a type", "twice", []ContextKeySelector{tags, tags}},
		{"a key twice", "twice", []ContextKeySelector{{TagContext, []string{"a", "a"}}}},
		{"unknown condition key", "aws:username", []ContextKeySelector{{RequestContext, []string{"aws:UserName"}}}},
		{"a tag of no name", "PrincipalTag", []ContextKeySelector{{RequestContext, []string{"aws:PrincipalTag/"}}}},
		{"unknown type", "not known", []ContextKeySelector{{"Weather", []string{"a"}}}},
	} {
		_, err := put(nil, row.selectors...)
		wantError(t, row.what, err, CodeInvalidParameter, row.message)
	}
	_, err = put(new("Huge"))
	wantError(t, "size", err, CodeInvalidParameter, "Huge")
	got, err := w.PutEventConfiguration(t.Context(), ireland, PutConfigurationInput{EventDataStore: d.ID, MaxEventSize: new(StandardSize), Selectors: []ContextKeySelector{}})
	if err != nil || len(got.Configuration.ContextKeySelectors) != 0 || got.Configuration.MaxEventSize != StandardSize {
		t.Errorf("removed, and there is %+v, %v", got.Configuration, err)
	}
	items := w.make(ireland, "items", with(selector.ConfigurationItem))
	_, err = w.GetEventConfiguration(t.Context(), ireland, items.ID)
	wantError(t, "of configuration items", err, CodeInvalidCategory, "ConfigurationItem")
	_, err = w.PutEventConfiguration(t.Context(), ireland, PutConfigurationInput{EventDataStore: items.ID, MaxEventSize: new(LargeSize)})
	wantError(t, "of configuration items", err, CodeInvalidCategory, "ConfigurationItem")
}

func TestInsights(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	source, to, gone := w.make(ireland, "source"), w.make(ireland, "target", with(selector.Insight)), w.make(ireland, "gone", with(selector.Insight), unprotected)
	check(t, w.DeleteEventDataStore(ctx, ireland, gone.ID))
	data := w.make(ireland, "data", with(selector.Data))
	elsewhere := w.make(ohio, "elsewhere", with(selector.Insight))
	both := []selector.InsightSelector{{InsightType: selector.APICallRate}, {InsightType: selector.APIErrorRate}}
	put := func(name string, destination *string, selectors ...selector.InsightSelector) (Store, error) {
		return w.PutInsightSelectors(ctx, ireland, PutInsightsInput{EventDataStore: name, Destination: destination, Selectors: selectors})
	}
	_, err := w.GetInsightSelectors(ctx, ireland, source.ID)
	wantError(t, "none", err, CodeInsightNotEnabled, source.ARN)
	for _, row := range []struct {
		what, store   string
		destination   *string
		selectors     []selector.InsightSelector
		code, message string
	}{
		{"no destination", source.ID, nil, both, CodeInvalidParameter, "InsightsDestination is missing"},
		{"to a store of other events", source.ID, &data.ID, both, CodeInvalidParameter, "Insight"},
		{"to one that is deleted", source.ID, &gone.ARN, both, CodeInvalidParameter, "pending deletion"},
		{"to one of another Region", source.ID, &elsewhere.ARN, both, CodeInvalidParameter, "us-east-2"},
		{"to none", source.ID, new("00000000-0000-4000-8000-00000000ffff"), both, CodeInvalidParameter, "no event data store"},
		{"from none", "00000000-0000-4000-8000-00000000ffff", &to.ID, both, CodeInvalidParameter, "no event data store"},
		{"from Insights", to.ID, &to.ID, both, CodeInvalidParameter, "Insight"},
		{"from data events", data.ID, &to.ID, both[:1], CodeInvalidInsightSelectors, "write management"},
		{"errors of data events", data.ID, &to.ID, both[1:], CodeInvalidInsightSelectors, "read or write"},
		{"data events that there are none of", source.ID, &to.ID, []selector.InsightSelector{{InsightType: selector.APICallRate, EventCategories: []string{selector.Data}}}, CodeInvalidInsightSelectors, "data events"},
		{"unknown category", source.ID, &to.ID, []selector.InsightSelector{{InsightType: selector.APICallRate, EventCategories: []string{"X"}}}, CodeInvalidInsightSelectors, "X"},
		{"unknown type", source.ID, &to.ID, []selector.InsightSelector{{InsightType: "X"}}, CodeInvalidInsightSelectors, "X"},
		{"twice", source.ID, &to.ID, append(both, both...), CodeInvalidInsightSelectors, "twice"},
	} {
		_, err := put(row.store, row.destination, row.selectors...)
		wantError(t, row.what, err, row.code, row.message)
	}
	got, err := put(source.ARN, &to.ID, both...)
	check(t, err)
	if got.InsightsDestination != to.ARN || len(got.InsightSelectors) != 2 {
		t.Errorf("got %+v", got)
	}
	_, err = put(data.ID, &to.ARN, selector.InsightSelector{InsightType: selector.APIErrorRate, EventCategories: []string{selector.Data}})
	check(t, err)
	// The destination stays when it is not given again.
	if got, err = put(source.ID, nil, both[1:]...); err != nil || got.InsightsDestination != to.ARN || len(got.InsightSelectors) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = w.UpdateEventDataStore(ctx, ireland, UpdateInput{EventDataStore: source.ID, Settings: Settings{Selectors: of(selector.Data)}})
	wantError(t, "selectors that Insights need", err, CodeInvalidInsightSelectors, "management events")
	got, err = w.GetInsightSelectors(ctx, ireland, source.ID)
	check(t, err)
	if !slices.EqualFunc(got.InsightSelectors, both[1:], func(a, b selector.InsightSelector) bool { return a.InsightType == b.InsightType }) {
		t.Errorf("got %+v", got.InsightSelectors)
	}
	if got, err = put(source.ID, nil); err != nil || got.InsightsDestination != "" || len(got.InsightSelectors) != 0 {
		t.Errorf("turned off, and there is %+v, %v", got, err)
	}
	_, err = w.UpdateEventDataStore(ctx, ireland, UpdateInput{EventDataStore: source.ID, Settings: Settings{Selectors: of(selector.Data)}})
	check(t, err)
}

// TestConcurrentCreates: of many creates at once no more than the quota works.
func TestConcurrentCreates(t *testing.T) {
	w := newWorld(t)
	svc := NewService(Config{Store: w.db, Journal: w})
	results := make(chan error)
	for i := range 20 {
		go func() {
			_, err := svc.CreateEventDataStore(t.Context(), ireland, CreateInput{Name: string(rune('a'+i)) + "-store"})
			results <- err
		}()
	}
	made := 0
	for range 20 {
		if err := <-results; err == nil {
			made++
		} else {
			wantError(t, "one too many", err, CodeTooMany, "")
		}
	}
	if made != MaxPerRegion {
		t.Errorf("made %d", made)
	}
}
