package channel

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/sharing"
	"github.com/cairntrail/cairn/internal/store"
)

const account = "111122223333"

var owner = Caller{account, "us-east-1"}

// world is a service with stores, a journal and a clock of the test's.
type world struct {
	*Service
	testing.TB
	db       *store.DB
	policies *sharing.Service
	now      time.Time
	ids      int
	// routes has the stores of each channel's ARN.
	routes  map[string][]string
	journal [][]byte
	fail    error
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{TB: t, db: db, now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC), routes: make(map[string][]string)}
	w.policies = sharing.NewService(sharing.Config{Store: db, Channels: func(ctx context.Context, arn string) (bool, error) { return w.Exists(ctx, arn) }})
	w.open()
	return w
}

// open makes the service, as a start does.
func (w *world) open() {
	w.Service = NewService(Config{Store: w.db, Stores: w, Policies: w.policies, Journal: w, NewUUID: w.uuid, Now: func() time.Time { return w.now }})
}

func (w *world) uuid() string {
	w.ids++
	return fmt.Sprintf("00000000-0000-4000-8000-%012d", w.ids)
}

func (w *world) Destination(_ context.Context, c Caller, location string) (id, arn string, err error) {
	if !strings.HasPrefix(location, "store") {
		return "", "", refusal.New("EventDataStoreNotFoundException", "none")
	}
	return location, "arn:aws:cloudtrail:" + c.Region + ":" + c.AccountID + ":eventdatastore/" + location, nil
}

func (w *world) Route(ctx context.Context, arn string, stores []string, with func(context.Context) error) error {
	err := w.db.Tx(ctx, func(ctx context.Context) error {
		if err := with(ctx); err != nil {
			return err
		}
		return w.fail
	})
	if err != nil {
		return err
	}
	w.routes[arn] = stores
	if stores == nil {
		delete(w.routes, arn)
	}
	return nil
}

func (w *world) Append(_ context.Context, events ...[]byte) error {
	if w.fail != nil {
		return w.fail
	}
	w.journal = append(w.journal, events...)
	return nil
}

func (w *world) create(name, source string, stores ...string) (Channel, error) {
	in := CreateInput{Name: name, Source: source}
	for _, s := range stores {
		in.Destinations = append(in.Destinations, Destination{EventDataStore, s})
	}
	return w.Create(w.Context(), owner, in)
}

func (w *world) channel() Channel {
	w.Helper()
	ch, err := w.create("abc", Custom, "store1", "store2")
	if err != nil {
		w.Fatal(err)
	}
	return ch
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) refused(what string, err error, code, text string) {
	w.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, text) {
		w.Errorf("%s: %v, want %s with %q", what, err, code, text)
	}
}

func user(account string) identity.Caller {
	return identity.Caller{Region: "us-east-1", Principal: identity.Principal{AccountID: account, Type: identity.User, Name: "app", ARN: "arn:aws:iam::" + account + ":user/app"}}
}

// data is an eventData with everything that is required, and changes.
func data(replace ...string) string {
	return strings.NewReplacer(replace...).Replace(`{"version":"1.0","userIdentity":{"type":"CustomUserIdentity","principalId":"p-1","details":{"team":"blue"}},"eventSource":"app.example.com","eventName":"Deploy","eventTime":"2026-11-27T11:59:58Z","UID":"u-1","recipientAccountId":"` + account + `","requestParameters":{"n":1}}`)
}

func TestChannels(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	ch := w.channel()
	if ch.ARN != "arn:aws:cloudtrail:us-east-1:111122223333:channel/00000000-0000-4000-8000-000000000001" || len(ch.Destinations) != 2 || !slices.Equal(w.routes[ch.ARN], []string{"store1", "store2"}) {
		t.Errorf("channel %+v, routes %v", ch, w.routes)
	}
	_, err := w.create("abc", Custom, "store1")
	w.refused("the name twice", err, CodeExists, "name")
	_, err = w.create("okta", "OktaSystemLogEvents", "store1")
	w.check(err)
	_, err = w.create("okta2", "OktaSystemLogEvents", "store1")
	w.refused("the source twice", err, CodeExists, "source")
	_, err = w.create("second", Custom, "store1")
	w.check(err)
	_, err = w.create("x-y", "Nobody", "store1")
	w.refused("source", err, CodeInvalidSource, "Nobody")
	_, err = w.create("x y", Custom, "store1")
	w.refused("name", err, CodeInvalidParameter, "3 to 128")
	_, err = w.create("x-y", Custom)
	w.refused("no destination", err, CodeInvalidParameter, "one destination")
	_, err = w.create("x-y", Custom, "store1", "store1")
	w.refused("destination twice", err, CodeInvalidParameter, "twice")
	_, err = w.create("x-y", Custom, "other")
	w.refused("no such store", err, "EventDataStoreNotFoundException", "")
	_, err = w.Create(ctx, owner, CreateInput{Name: "x-y", Source: Custom, Destinations: []Destination{{"AWS_SERVICE", "store1"}}})
	w.refused("type", err, CodeInvalidParameter, "EVENT_DATA_STORE")
	_, err = w.Create(ctx, Caller{account, "eu-west-1"}, CreateInput{Name: "abc", Source: Custom, Destinations: []Destination{{EventDataStore, "store1"}}})
	w.check(err)

	// Others are unknown, and the ID will do.
	got, in, err := w.Get(ctx, owner, ch.ID)
	if err != nil || got.ARN != ch.ARN || in != (Ingestion{}) {
		t.Errorf("got %+v, %+v, %v", got, in, err)
	}
	_, _, err = w.Get(ctx, Caller{"444455556666", "us-east-1"}, ch.ARN)
	w.refused("another account", err, CodeNotFound, "")
	_, _, err = w.Get(ctx, owner, "nonsense")
	w.refused("no ARN", err, CodeARNInvalid, "")

	// Updates.
	w.now = w.now.Add(time.Minute)
	up, err := w.Update(ctx, owner, ch.ARN, UpdateInput{Name: new("renamed"), Destinations: []Destination{{EventDataStore, "store3"}}})
	if err != nil || up.Name != "renamed" || !slices.Equal(w.routes[ch.ARN], []string{"store3"}) || !up.Updated.Equal(w.now) {
		t.Errorf("updated %+v, %v, routes %v", up, err, w.routes)
	}
	_, err = w.Update(ctx, owner, ch.ARN, UpdateInput{Name: new("second")})
	w.refused("a name that is taken", err, CodeExists, "")
	w.fail = errors.New("no route")
	if _, err := w.Update(ctx, owner, ch.ARN, UpdateInput{Name: new("lost"), Destinations: []Destination{{EventDataStore, "store1"}}}); !errors.Is(err, w.fail) {
		t.Error(err)
	}
	w.fail = nil
	if list, err := w.List(ctx, owner); err != nil || len(list) != 3 || list[0].Name != "renamed" || list[1].Name != "okta" {
		t.Errorf("list %+v, %v", list, err)
	}

	// The policy goes with the channel.
	w.check(w.policies.Put(ctx, sharing.Caller(owner), ch.ARN, policy(ch.ARN, "444455556666", "")))
	w.check(w.Delete(ctx, owner, ch.ARN))
	if _, there, err := w.policies.Policy(ctx, ch.ARN); there || err != nil || w.routes[ch.ARN] != nil {
		t.Error(there, err, w.routes)
	}
	w.refused("twice", w.Delete(ctx, owner, ch.ARN), CodeNotFound, "")
}

func TestQuota(t *testing.T) {
	w := newWorld(t)
	for i := range MaxPerRegion {
		_, err := w.create(fmt.Sprintf("channel%d", i), Custom, "store1")
		w.check(err)
	}
	_, err := w.create("more", Custom, "store1")
	w.refused("one too many", err, CodeTooMany, "25")
	if len(slices.Collect(maps.Keys(w.routes))) != MaxPerRegion {
		t.Errorf("routes %v", w.routes)
	}
}

// policy lets an account put events, with an external ID if it is not empty.
func policy(arn, account, externalID string) string {
	condition := ""
	if externalID != "" {
		condition = `,"Condition":{"StringEquals":{"cloudtrail:ExternalId":"` + externalID + `"}}`
	}
	return `{"Version":"2012-10-17","Statement":[{"Sid":"ChannelPolicy","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + account + `:root"},"Action":"cloudtrail-data:PutAuditEvents","Resource":"` + arn + `"` + condition + `}]}`
}
