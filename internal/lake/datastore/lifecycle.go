package datastore

import (
	"context"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/selector"
)

// stoppable tells whether ingestion of a category can be stopped. The guide names
// management and data events and configuration items; its console offers network
// activity events too, which share stores with them.
func stoppable(category string) bool {
	return ofCloudTrail(category) || category == selector.ConfigurationItem
}

// StopEventDataStoreIngestion has an enabled store take no more events. What was
// recorded before comes into its table; when it is there, the store has
// STOPPED_INGESTION.
func (s *Service) StopEventDataStoreIngestion(ctx context.Context, c Caller, name string) error {
	return s.ingestion(ctx, c, name, Enabled, StoppingIngestion, false)
}

// StartEventDataStoreIngestion has a stopped store take events again. What was
// recorded while it was stopped it never gets.
func (s *Service) StartEventDataStoreIngestion(ctx context.Context, c Caller, name string) error {
	return s.ingestion(ctx, c, name, StoppedIngestion, StartingIngestion, true)
}

func (s *Service) ingestion(ctx context.Context, c Caller, name string, from, to Status, on bool) error {
	_, err := s.change(ctx, c, name, func(_ context.Context, d *Store) error {
		if category := d.Category(); !stoppable(category) {
			return refusal.New(CodeInvalidCategory, "The event data store %s is for %s events. Ingestion is started and stopped for %s, %s, %s and %s events.", d.ARN, category,
				selector.Management, selector.Data, selector.NetworkActivity, selector.ConfigurationItem)
		}
		if d.Status != from {
			return refusal.New(CodeInvalidStatus, "The event data store %s is %s. It has to be %s for this.", d.ARN, d.Status, from)
		}
		d.Status = to
		s.epoch(d, func(e *Epoch) { e.Ingesting = on })
		return nil
	})
	return err
}

// DeleteEventDataStore has a store wait for its deletion, seven days: it takes no
// events, and answers no queries. What was recorded before comes into its table.
func (s *Service) DeleteEventDataStore(ctx context.Context, c Caller, name string) error {
	_, err := s.change(ctx, c, name, func(ctx context.Context, d *Store) error {
		importing, err := s.importing(ctx, d.ID)
		if err != nil {
			return err
		}
		switch {
		case d.Status == PendingDeletion:
			return inactive(d)
		case d.TerminationProtection:
			return refusal.New(CodeTerminationProtected, "The event data store %s can not be deleted because termination protection is enabled. Disable it first.", d.ARN)
		case importing:
			return refusal.New(CodeHasImport, "The event data store %s can not be deleted because an import into it is in progress. Stop it first.", d.ARN)
		case len(d.Now().Channels) > 0:
			return refusal.New(CodeHasChannel, "The event data store %s can not be deleted because channels deliver to it. Delete them, or change their destinations: %s.", d.ARN, strings.Join(d.Now().Channels, ", "))
		}
		d.Status, d.Deleted, d.Ingested = PendingDeletion, s.now(), d.Now().Ingesting
		s.epoch(d, func(e *Epoch) { e.Ingesting = false })
		return nil
	})
	return err
}

// RestoreEventDataStore takes a store's deletion back, within seven days. It takes
// events again if it did before; what was recorded meanwhile it never gets.
func (s *Service) RestoreEventDataStore(ctx context.Context, c Caller, name string) (Store, error) {
	return s.change(ctx, c, name, func(_ context.Context, d *Store) error {
		if d.Status != PendingDeletion {
			return refusal.New(CodeInvalidStatus, "The event data store %s is %s. Only one that is %s can be restored.", d.ARN, d.Status, PendingDeletion)
		}
		// It is there and has a table: there is nothing that would have to start.
		d.Status = StoppedIngestion
		if d.Ingested {
			d.Status = Enabled
		}
		s.epoch(d, func(e *Epoch) { e.Ingesting = d.Ingested })
		d.Deleted, d.Ingested = time.Time{}, false
		return nil
	})
}
