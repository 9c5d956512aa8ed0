package datastore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/selector"
)

const (
	channelA = "arn:aws:cloudtrail:eu-west-1:" + account + ":channel/aaaaaaaa-0000-4000-8000-000000000000"
	channelB = "arn:aws:cloudtrail:eu-west-1:" + account + ":channel/bbbbbbbb-0000-4000-8000-000000000000"
)

// nothing is what a channel's service would write.
func nothing(context.Context) error { return nil }

// audit journals an event that came through a channel.
func (h *lakeHouse) audit(channel string) string {
	raw := strings.TrimSuffix(string(h.record(map[string]string{"eventCategory": selector.ActivityAuditLog})), "}") + `,"metadata":{"channelARN":"` + channel + `"}}`
	h.journal.add([]byte(raw))
	return raw
}

func (h *lakeHouse) route(channel string, stores ...Store) {
	h.Helper()
	var ids []string
	for _, d := range stores {
		ids = append(ids, d.ID)
	}
	h.check(h.svc.Route(context.Background(), channel, ids, nothing))
}

// external creates a store for events of channels.
func external(in *CreateInput) {
	in.Selectors, in.MultiRegion = of(selector.ActivityAuditLog), new(false)
}

// A store takes the events of its channels and no others, from when a channel gets
// it as a destination until it loses it, also over a restart.
func TestRoute(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		one, two, other := h.make("one", external), h.make("two", external), h.make("management")
		h.audit(channelA) // belongs nowhere yet
		h.route(channelA, one, two)
		a1 := h.audit(channelA)
		h.audit(channelB)
		h.route(channelB, two)
		b1, a2 := h.audit(channelB), h.audit(channelA)
		h.route(channelA, one)
		a3 := h.audit(channelA)
		h.restart()
		a4 := h.audit(channelA)
		h.route(channelA)
		h.audit(channelA)
		h.pass(3 * time.Second)
		h.wantRows("one", one, a1, a2, a3, a4)
		h.wantRows("two", two, a1, b1, a2)
		h.wantRows("management", other)

		err := h.svc.DeleteEventDataStore(context.Background(), ireland, two.ID)
		wantError(t, "with a channel", err, CodeHasChannel, channelB)
		h.route(channelB)
		h.do(h.svc.DeleteEventDataStore, two)
	})
}

// What the channel's service writes and the routes are there together or not at all.
func TestRouteTogether(t *testing.T) {
	w := newWorld(t)
	d := w.make(ireland, "one", external)
	boom := errors.New("boom")
	if err := w.Route(t.Context(), channelA, []string{d.ID}, func(context.Context) error { return boom }); !errors.Is(err, boom) {
		t.Error(err)
	}
	err := w.Route(t.Context(), channelA, []string{d.ID, "gone"}, nothing)
	wantError(t, "a store that is gone", err, CodeNotFound, "meanwhile")
	if got := w.get(ireland, d.ID); got.Now().Channels != nil {
		t.Errorf("channels %v", got.Now().Channels)
	}
	check(t, w.Route(t.Context(), channelB, []string{d.ID}, nothing))
	check(t, w.Route(t.Context(), channelA, []string{d.ID}, nothing))
	if got := w.get(ireland, d.ID); !slices.Equal(got.Now().Channels, []string{channelA, channelB}) {
		t.Errorf("channels %v", got.Now().Channels)
	}
}

func TestDestination(t *testing.T) {
	w := newWorld(t)
	d := w.make(ireland, "one", external)
	if got, err := w.Destination(t.Context(), ireland, d.ARN); err != nil || got.ID != d.ID {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err := w.Destination(t.Context(), ireland, w.make(ireland, "management").ID)
	wantError(t, "category", err, CodeInvalidCategory, selector.ActivityAuditLog)
	gone := w.make(ireland, "gone", external, unprotected)
	check(t, w.DeleteEventDataStore(t.Context(), ireland, gone.ID))
	_, err = w.Destination(t.Context(), ireland, gone.ID)
	wantError(t, "pending deletion", err, CodeInactive, "")
	_, err = w.Destination(t.Context(), ireland, "nonsense")
	wantError(t, "no name", err, CodeARNInvalid, "")
}
