package recorder

import (
	"slices"

	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder/resource"
)

// copies makes a call's records for the accounts that it concerns: the caller's,
// and of a call that succeeded those that own what it touched, as far as the
// directory has them (user guide, lines 18786 and 18943: one record for each,
// with an eventID of its own and one sharedEventID, which a call of one account
// does not have). An account of a service has no record of its own.
func (r *Recorder) copies(f *finished, c Call, shared string) [][]byte {
	if f.data && !f.wanted {
		return nil
	}
	if f.data && !r.cfg.Demand.Wants(selectorEvent(f.pending, Data, c.ErrorCode, f.resources)) {
		return nil
	}
	service := serviceAccounts[f.identity.AccountID] != ""
	recipients := []string{f.account}
	if service {
		recipients = nil
	}
	if c.ErrorCode == "" {
		for _, res := range f.resources {
			if _, ours := r.cfg.Directory.Account(res.AccountID); ours && !slices.Contains(recipients, res.AccountID) {
				recipients = append(recipients, res.AccountID)
			}
		}
	}
	if len(recipients) == 0 {
		recipients = []string{f.account}
	}
	var out [][]byte
	for i, recipient := range recipients {
		one := c
		one.RecipientAccountID = recipient
		if len(recipients) > 1 || service {
			one.SharedEventID = shared
		}
		if recipient == f.identity.AccountID {
			one.Resources = slices.Clone(c.Resources)
			for i, res := range resource.ForCaller(f.touched, f.resources) {
				one.Resources[i].AccountID = res.AccountID
			}
		} else if !service {
			one.Identity = inOwnersCopy(c.EventSource, c.Identity)
		}
		id := r.newID()
		if i == 0 {
			f.eventID, f.first = id, one
		}
		out = append(out, Record(one, id))
	}
	return append(out, r.deletedObjects(f, c)...)
}

// fullInOwnersCopy are the sources whose records keep the whole identity of a
// foreign caller (KMS: the record of the Redshift guide). In the others it is
// an AWSAccount with its principal (user guide, lines 19469 and 19693).
//
//nolint:gochecknoglobals // a table
var fullInOwnersCopy = map[string]bool{"kms.amazonaws.com": true}

func inOwnersCopy(source string, u identity.UserIdentity) identity.UserIdentity {
	if fullInOwnersCopy[source] || u.AccountID == "" || u.AccountID == anonymousAccount || u.Type == identity.TypeUnknown {
		return u
	}
	return identity.UserIdentity{Type: identity.TypeAWSAccount, PrincipalID: u.PrincipalID, AccountID: u.AccountID}
}

// deletedObjects makes the record of each object that a DeleteObjects named,
// with the error that its own deletion had.
func (r *Recorder) deletedObjects(f *finished, c Call) [][]byte {
	if f.call.ServiceName != "s3" || f.call.OperationName != "DeleteObjects" || c.ErrorCode != "" {
		return nil
	}
	list := f.request.Input.Get("Delete")
	if list == nil || list.Get("Objects") == nil {
		return nil
	}
	failed := map[string]*decode.Value{}
	if errors := f.response.Output.Get("Errors"); errors != nil {
		for i := range errors.Items {
			failed[textOf(&errors.Items[i], "Key")] = &errors.Items[i]
		}
	}
	var out [][]byte
	p := *f.pending
	p.call.OperationName, p.call.Operation = "DeleteObject", f.call.Service.Operation("DeleteObject")
	for i := range list.Get("Objects").Items {
		item := &list.Get("Objects").Items[i]
		if item.Get("Key") == nil {
			continue
		}
		key := textOf(item, "Key")
		one := c
		one.EventName, one.ErrorCode, one.ErrorMessage = "DeleteObject", "", ""
		if e := failed[key]; e != nil {
			one.ErrorCode, one.ErrorMessage = textOf(e, "Code"), textOf(e, "Message")
		}
		input := decode.Value{Kind: decode.Object, Fields: []decode.Field{{Name: "Bucket", Value: decode.Value{Kind: decode.Text, Text: f.call.Bucket}}, {Name: "Key", Value: *item.Get("Key")}}}
		rc := r.resourceCall(f.x.Request, &p, &input, nil, one.ErrorCode)
		rs := resource.Of(rc)
		if !r.cfg.Demand.Wants(selectorEvent(&p, Data, one.ErrorCode, rs)) {
			continue
		}
		one.Resources = resourcesOf(rs)
		one.RequestParameters = deletedParameters(f, key, textOf(item, "VersionId"))
		one.ResponseElements = nil
		out = append(out, Record(one, r.newID()))
	}
	return out
}

// deletedParameters are those that a DeleteObject of its own would have.
func deletedParameters(f *finished, key, version string) []byte {
	o := object{}
	o.open()
	o.text("bucketName", f.call.Bucket)
	o.text("Host", f.x.Request.HTTP.Host)
	o.text("key", key)
	o.some("versionId", version)
	o.close()
	return o.b
}

func textOf(v *decode.Value, name string) string {
	if f := v.Get(name); f != nil {
		return f.Text
	}
	return ""
}
