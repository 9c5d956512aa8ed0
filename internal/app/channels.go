package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/cairntrail/cairn/internal/intake/channel"
	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/sharing"
)

// openChannels makes channels, and the policies of channels and event data stores.
func (a *App) openChannels(context.Context) error {
	a.policies = sharing.NewService(sharing.Config{
		Store: a.db, Now: time.Now,
		Channels:        func(ctx context.Context, arn string) (bool, error) { return a.channels.Exists(ctx, arn) },
		EventDataStores: a.stores.Exists,
	})
	a.channels = channel.NewService(channel.Config{
		Store: a.db, Stores: channelStores{a.stores}, Policies: a.policies, Journal: channelJournal{a}, NewUUID: uuid.NewString, Now: time.Now,
	})
	return nil
}

// channelStores are the event data stores as channels see them.
type channelStores struct{ *datastore.Service }

// Destination implements channel.Stores.
func (s channelStores) Destination(ctx context.Context, c channel.Caller, location string) (id, arn string, err error) {
	d, err := s.Service.Destination(ctx, datastore.Caller(c), location)
	return d.ID, d.ARN, err
}

// channelJournal is the journal for the events of channels. A failed write stops
// the server, as with records.
type channelJournal struct{ a *App }

// Append implements channel.Journal.
func (j channelJournal) Append(ctx context.Context, events ...[]byte) error {
	return j.a.append(ctx, events...)
}
