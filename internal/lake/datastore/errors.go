package datastore

import (
	"github.com/cairntrail/cairn/internal/refusal"
)

// Error refuses an operation on event data stores. Code is the name of the
// CloudTrail API's exception and Message its text, both for the caller.
type Error = refusal.Error

// The exceptions of the CloudTrail API that operations on event data stores
// answer with. EventDataStoreFederationEnabledException belongs to federation,
// which there is none of.
const (
	CodeARNInvalid                  = "EventDataStoreARNInvalidException"
	CodeHasChannel                  = "ChannelExistsForEDSException"
	CodeHasImport                   = "EventDataStoreHasOngoingImportException"
	CodeExists                      = "EventDataStoreAlreadyExistsException"
	CodeInactive                    = "InactiveEventDataStoreException"
	CodeInsightNotEnabled           = "InsightNotEnabledException"
	CodeInvalidCategory             = "InvalidEventDataStoreCategoryException"
	CodeInvalidEventSelectors       = "InvalidEventSelectorsException"
	CodeInvalidInsightSelectors     = "InvalidInsightSelectorsException"
	CodeInvalidKeyID                = "InvalidKmsKeyIdException"
	CodeInvalidParameter            = "InvalidParameterException"
	CodeInvalidParameterCombination = "InvalidParameterCombinationException"
	CodeInvalidStatus               = "InvalidEventDataStoreStatusException"
	CodeInvalidTag                  = "InvalidTagParameterException"
	CodeNotFound                    = "EventDataStoreNotFoundException"
	CodeOrganizationsNotInUse       = "OrganizationsNotInUseException"
	CodeTagsLimitExceeded           = "TagsLimitExceededException"
	CodeTooMany                     = "EventDataStoreMaxLimitExceededException"
	CodeTerminationProtected        = "EventDataStoreTerminationProtectedException"
)

func noStore(name string) *Error {
	return refusal.New(CodeNotFound, "There is no event data store %.300s in this account and Region.", name)
}

func inactive(s *Store) *Error {
	return refusal.New(CodeInactive, "The event data store %s is pending deletion. Restore it first.", s.ARN)
}
