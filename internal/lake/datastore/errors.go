package datastore

import "fmt"

// Error refuses an operation on event data stores. Code is the name of the
// CloudTrail API's exception and Message its text, both for the caller.
type Error struct {
	Code    string
	Message string
	// Cause is for the log only.
	Cause error
}

// Error gives "CODE: message", with the cause.
func (e *Error) Error() string {
	text := e.Code + ": " + e.Message
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

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

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

func noStore(name string) *Error {
	return refuse(CodeNotFound, "There is no event data store %.300s in this account and Region.", name)
}

func inactive(s *Store) *Error {
	return refuse(CodeInactive, "The event data store %s is pending deletion. Restore it first.", s.ARN)
}
