package api

import (
	"strings"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/selector"
)

// eventDataStoreRows are the operations on event data stores. Each asks for the
// permission on the store it names; CreateEventDataStore, whose store has no ARN
// yet, on all stores of the account and Region, and ListEventDataStores on "*".
// Source: "Actions, resources, and condition keys for AWS CloudTrail" of the
// Service Authorization Reference.
func (s *Server) eventDataStoreRows() []*operation {
	if s.cfg.EventDataStores == nil {
		return nil
	}
	checked, named := violations(eventDataStoreViolation), onAny(eventDataStoreMember("EventDataStore"))
	return []*operation{
		handle(ctapi.OpCreateEventDataStore, s.createEventDataStore, onEveryEventDataStore, checked),
		handle(ctapi.OpUpdateEventDataStore, s.updateEventDataStore, named, checked),
		handle(ctapi.OpDeleteEventDataStore, s.deleteEventDataStore, named, checked),
		handle(ctapi.OpRestoreEventDataStore, s.restoreEventDataStore, named, checked),
		handle(ctapi.OpStartEventDataStoreIngestion, s.startEventDataStoreIngestion, named, checked),
		handle(ctapi.OpStopEventDataStoreIngestion, s.stopEventDataStoreIngestion, named, checked),

		handle(ctapi.OpGetEventDataStore, s.getEventDataStore, named, checked),
		handle(ctapi.OpListEventDataStores, s.listEventDataStores, checked),

		handle(ctapi.OpPutEventConfiguration, s.putEventConfiguration, onAny(trailMember("TrailName"), eventDataStoreMember("EventDataStore")), checked),
		handle(ctapi.OpGetEventConfiguration, s.getEventConfiguration, onAny(trailMember("TrailName"), eventDataStoreMember("EventDataStore")), checked),
	}
}

// storeCaller is the caller as package datastore knows it.
func (r *Request) storeCaller() datastore.Caller {
	return datastore.Caller{AccountID: r.AccountID(), Region: r.Region}
}

// eventDataStoreMember names event data stores by ID or ARN.
func eventDataStoreMember(name string) namingMember { return namingMember{name, "eventdatastore/"} }

// onEveryEventDataStore has the operation ask for the permission on all event
// data stores of the caller's account and Region.
func onEveryEventDataStore(o *operation) {
	o.resources = func(r *Request, _ *wire.Value) []string {
		return []string{"arn:aws:cloudtrail:" + r.Region + ":" + r.AccountID() + ":eventdatastore/*"}
	}
}

// eventDataStoreViolation gives operations on event data stores CloudTrail's own
// exceptions instead of ValidationException.
func eventDataStoreViolation(bad []wire.Violation) *Error {
	v := bad[0]
	member, _, _ := strings.Cut(v.Path, ".")
	code := ctapi.CodeInvalidParameter
	switch member {
	case "eventDataStore":
		code = ctapi.CodeEventDataStoreARNInvalid
	case "advancedEventSelectors":
		code = ctapi.CodeInvalidEventSelectors
	case "tagsList":
		code = ctapi.CodeInvalidTagParameter
	case "kmsKeyId":
		code = ctapi.CodeInvalidKmsKeyId
	case "maxResults":
		code = ctapi.CodeInvalidMaxResults
	case "nextToken":
		code = ctapi.CodeInvalidNextToken
	}
	return &Error{Code: code, Message: wire.Describe([]wire.Violation{v})}
}

// storeSelectors are advanced selectors of a request; nil when it has none, and
// empty when its list is.
func storeSelectors(in []ctapi.AdvancedEventSelector) []selector.AdvancedEventSelector {
	if in == nil {
		return nil
	}
	return append([]selector.AdvancedEventSelector{}, selectorsInput(nil, in).Advanced...)
}

// storeSettings are the settings of CreateEventDataStore and
// UpdateEventDataStore, whose inputs have the same members for them.
func storeSettings(in *ctapi.UpdateEventDataStoreInput) datastore.Settings {
	s := datastore.Settings{
		Selectors:   storeSelectors(in.AdvancedEventSelectors),
		MultiRegion: in.MultiRegionEnabled, Organization: in.OrganizationEnabled, TerminationProtection: in.TerminationProtectionEnabled,
		KMSKeyID: in.KmsKeyId,
	}
	if in.RetentionPeriod != nil {
		s.RetentionPeriod = new(int(*in.RetentionPeriod))
	}
	if in.BillingMode != "" {
		s.BillingMode = new(string(in.BillingMode))
	}
	return s
}

// storeOutput is a store as GetEventDataStore answers it; the other operations
// answer parts of that. There is no federation: its status is DISABLED, as for a
// store that was never federated.
func storeOutput(d *datastore.Store) ctapi.GetEventDataStoreOutput {
	now := d.Now()
	_, advanced := selectorsOutput(selector.Selectors{Advanced: now.Selectors})
	out := ctapi.GetEventDataStoreOutput{
		EventDataStoreArn:            &d.ARN,
		Name:                         &d.Name,
		Status:                       ctapi.EventDataStoreStatus(d.Status),
		AdvancedEventSelectors:       advanced,
		MultiRegionEnabled:           &now.MultiRegion,
		OrganizationEnabled:          &d.Organization,
		RetentionPeriod:              new(int32(d.RetentionPeriod)),
		TerminationProtectionEnabled: &d.TerminationProtection,
		CreatedTimestamp:             &d.Created,
		UpdatedTimestamp:             &d.Updated,
		KmsKeyId:                     optional(d.KMSKeyID),
		BillingMode:                  ctapi.BillingMode(d.BillingMode),
		FederationStatus:             ctapi.FederationStatusDisabled,
	}
	for _, k := range d.PartitionKeys() {
		out.PartitionKeys = append(out.PartitionKeys, ctapi.PartitionKey{Name: new(k.Name), Type: new(k.Type)})
	}
	return out
}
