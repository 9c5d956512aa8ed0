package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/lake/datastore"
)

// createEventDataStore answers CreateEventDataStore, with the tags that the store
// was given.
func (s *Server) createEventDataStore(ctx context.Context, r *Request, in *ctapi.CreateEventDataStoreInput) (*ctapi.CreateEventDataStoreOutput, error) {
	d, err := s.cfg.EventDataStores.CreateEventDataStore(ctx, r.storeCaller(), datastore.CreateInput{
		Name: text(in.Name),
		Settings: storeSettings(&ctapi.UpdateEventDataStoreInput{
			AdvancedEventSelectors: in.AdvancedEventSelectors, MultiRegionEnabled: in.MultiRegionEnabled, OrganizationEnabled: in.OrganizationEnabled,
			RetentionPeriod: in.RetentionPeriod, TerminationProtectionEnabled: in.TerminationProtectionEnabled, KmsKeyId: in.KmsKeyId, BillingMode: in.BillingMode,
		}),
		StartIngestion: in.StartIngestion,
		Tags:           tagsInput(in.TagsList),
	})
	if err != nil {
		return nil, err
	}
	all := storeOutput(&d)
	return &ctapi.CreateEventDataStoreOutput{
		EventDataStoreArn: all.EventDataStoreArn, Name: all.Name, Status: all.Status, AdvancedEventSelectors: all.AdvancedEventSelectors,
		MultiRegionEnabled: all.MultiRegionEnabled, OrganizationEnabled: all.OrganizationEnabled, RetentionPeriod: all.RetentionPeriod,
		TerminationProtectionEnabled: all.TerminationProtectionEnabled, TagsList: tagsOutput(d.Tags), CreatedTimestamp: all.CreatedTimestamp,
		UpdatedTimestamp: all.UpdatedTimestamp, KmsKeyId: all.KmsKeyId, BillingMode: all.BillingMode,
	}, nil
}

// updateEventDataStore answers UpdateEventDataStore: settings that are not given
// stay.
func (s *Server) updateEventDataStore(ctx context.Context, r *Request, in *ctapi.UpdateEventDataStoreInput) (*ctapi.UpdateEventDataStoreOutput, error) {
	d, err := s.cfg.EventDataStores.UpdateEventDataStore(ctx, r.storeCaller(), datastore.UpdateInput{
		EventDataStore: text(in.EventDataStore), Name: in.Name, Settings: storeSettings(in),
	})
	if err != nil {
		return nil, err
	}
	all := storeOutput(&d)
	return &ctapi.UpdateEventDataStoreOutput{
		EventDataStoreArn: all.EventDataStoreArn, Name: all.Name, Status: all.Status, AdvancedEventSelectors: all.AdvancedEventSelectors,
		MultiRegionEnabled: all.MultiRegionEnabled, OrganizationEnabled: all.OrganizationEnabled, RetentionPeriod: all.RetentionPeriod,
		TerminationProtectionEnabled: all.TerminationProtectionEnabled, CreatedTimestamp: all.CreatedTimestamp, UpdatedTimestamp: all.UpdatedTimestamp,
		KmsKeyId: all.KmsKeyId, BillingMode: all.BillingMode, FederationStatus: all.FederationStatus,
	}, nil
}

func (s *Server) deleteEventDataStore(ctx context.Context, r *Request, in *ctapi.DeleteEventDataStoreInput) (*ctapi.DeleteEventDataStoreOutput, error) {
	return &ctapi.DeleteEventDataStoreOutput{}, s.cfg.EventDataStores.DeleteEventDataStore(ctx, r.storeCaller(), text(in.EventDataStore))
}

func (s *Server) restoreEventDataStore(ctx context.Context, r *Request, in *ctapi.RestoreEventDataStoreInput) (*ctapi.RestoreEventDataStoreOutput, error) {
	d, err := s.cfg.EventDataStores.RestoreEventDataStore(ctx, r.storeCaller(), text(in.EventDataStore))
	if err != nil {
		return nil, err
	}
	all := storeOutput(&d)
	return &ctapi.RestoreEventDataStoreOutput{
		EventDataStoreArn: all.EventDataStoreArn, Name: all.Name, Status: all.Status, AdvancedEventSelectors: all.AdvancedEventSelectors,
		MultiRegionEnabled: all.MultiRegionEnabled, OrganizationEnabled: all.OrganizationEnabled, RetentionPeriod: all.RetentionPeriod,
		TerminationProtectionEnabled: all.TerminationProtectionEnabled, CreatedTimestamp: all.CreatedTimestamp, UpdatedTimestamp: all.UpdatedTimestamp,
		KmsKeyId: all.KmsKeyId, BillingMode: all.BillingMode,
	}, nil
}

func (s *Server) startEventDataStoreIngestion(ctx context.Context, r *Request, in *ctapi.StartEventDataStoreIngestionInput) (*ctapi.StartEventDataStoreIngestionOutput, error) {
	return &ctapi.StartEventDataStoreIngestionOutput{}, s.cfg.EventDataStores.StartEventDataStoreIngestion(ctx, r.storeCaller(), text(in.EventDataStore))
}

func (s *Server) stopEventDataStoreIngestion(ctx context.Context, r *Request, in *ctapi.StopEventDataStoreIngestionInput) (*ctapi.StopEventDataStoreIngestionOutput, error) {
	return &ctapi.StopEventDataStoreIngestionOutput{}, s.cfg.EventDataStores.StopEventDataStoreIngestion(ctx, r.storeCaller(), text(in.EventDataStore))
}
