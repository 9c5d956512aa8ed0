package datastore

import (
	"regexp"
	"strings"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/refusal"
)

// arnPrefix is what the resource of a store's ARN begins with.
const arnPrefix = "eventdatastore/"

var storeID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// storeARN is the ARN of a store.
func storeARN(c Caller, id string) string {
	return naming.ARN{Partition: "aws", Service: "cloudtrail", Region: c.Region, Account: c.AccountID, Resource: arnPrefix + id}.String()
}

// ParseName takes what names a store: its ARN, or the ID at the end of the ARN. An
// ID means a store of the caller's account and Region. It does not tell whether
// there is such a store.
//
// Errors: EventDataStoreARNInvalidException.
func ParseName(c Caller, name string) (id, account, region string, err error) {
	id, account, region = name, c.AccountID, c.Region
	if strings.HasPrefix(name, "arn:") {
		a, ok := naming.ParseARN(name)
		if !ok || a.Service != "cloudtrail" || a.Region == "" || !naming.IsAccount(a.Account) || !strings.HasPrefix(a.Resource, arnPrefix) {
			return "", "", "", invalidARN(name)
		}
		id, account, region = a.Resource[len(arnPrefix):], a.Account, a.Region
	}
	if id = strings.ToLower(id); !storeID.MatchString(id) {
		return "", "", "", invalidARN(name)
	}
	return id, account, region, nil
}

func invalidARN(name string) *Error {
	return refusal.New(CodeARNInvalid, "The event data store %.300s is not valid. Use an ARN such as arn:aws:cloudtrail:us-east-2:123456789012:eventdatastore/EXAMPLE-f852-4e8f-8bd1-bcf6cEXAMPLE, or the ID at its end.", name)
}

func checkName(name string) error {
	if err := naming.CheckName("The name of an event data store", name); err != nil {
		return refusal.New(CodeInvalidParameter, "%v", err)
	}
	return nil
}
