package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/lake/datastore"
)

// putEventConfiguration answers PutEventConfiguration, for event data stores.
func (s *Server) putEventConfiguration(ctx context.Context, r *Request, in *ctapi.PutEventConfigurationInput) (*ctapi.PutEventConfigurationOutput, error) {
	if err := configurationOf(in.TrailName, in.EventDataStore); err != nil {
		return nil, err
	}
	if len(in.AggregationConfigurations) > 0 {
		return nil, Errorf(ctapi.CodeInvalidParameterCombination, "AggregationConfigurations are for trails. Leave them out for an event data store.")
	}
	put := datastore.PutConfigurationInput{EventDataStore: *in.EventDataStore}
	if in.MaxEventSize != "" {
		put.MaxEventSize = new(string(in.MaxEventSize))
	}
	if in.ContextKeySelectors != nil {
		put.Selectors = []datastore.ContextKeySelector{}
	}
	for _, c := range in.ContextKeySelectors {
		put.Selectors = append(put.Selectors, datastore.ContextKeySelector{Type: string(c.Type), Equals: c.Equals})
	}
	d, err := s.cfg.EventDataStores.PutEventConfiguration(ctx, r.storeCaller(), put)
	if err != nil {
		return nil, err
	}
	return &ctapi.PutEventConfigurationOutput{
		EventDataStoreArn: &d.ARN, MaxEventSize: ctapi.MaxEventSize(d.Configuration.MaxEventSize), ContextKeySelectors: contextKeys(&d),
	}, nil
}

// getEventConfiguration answers GetEventConfiguration, for event data stores.
func (s *Server) getEventConfiguration(ctx context.Context, r *Request, in *ctapi.GetEventConfigurationInput) (*ctapi.GetEventConfigurationOutput, error) {
	if err := configurationOf(in.TrailName, in.EventDataStore); err != nil {
		return nil, err
	}
	d, err := s.cfg.EventDataStores.GetEventConfiguration(ctx, r.storeCaller(), *in.EventDataStore)
	if err != nil {
		return nil, err
	}
	return &ctapi.GetEventConfigurationOutput{
		EventDataStoreArn: &d.ARN, MaxEventSize: ctapi.MaxEventSize(d.Configuration.MaxEventSize), ContextKeySelectors: contextKeys(&d),
	}, nil
}

// configurationOf checks that an event data store is meant: trails have no event
// configuration here.
func configurationOf(trail, eventDataStore *string) error {
	switch {
	case trail == nil && eventDataStore == nil:
		return Errorf(ctapi.CodeInvalidParameterCombination, "Neither TrailName nor EventDataStore is given. Give one of them.")
	case trail != nil && eventDataStore != nil:
		return Errorf(ctapi.CodeInvalidParameterCombination, "TrailName can not be given together with EventDataStore. Leave one out.")
	case eventDataStore == nil:
		return Errorf(CodeUnsupportedOperation, "The event configuration of trails is not available in this version of Cairn.")
	}
	return nil
}

func contextKeys(d *datastore.Store) []ctapi.ContextKeySelector {
	out := []ctapi.ContextKeySelector{}
	for _, c := range d.Configuration.ContextKeySelectors {
		out = append(out, ctapi.ContextKeySelector{Type: ctapi.Type(c.Type), Equals: c.Equals})
	}
	return out
}
