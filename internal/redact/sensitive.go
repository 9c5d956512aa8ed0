package redact

import "github.com/cairntrail/cairn/internal/awsmodel"

// shown are the members that service models mark as sensitive and CloudTrail
// shows nevertheless. In the 1,666 real records of the tests and the examples of
// the user guides that Cairn's table comes from, every other marked member is
// hidden; so a member gets here only with a record that shows it.
var shown = []struct{ eventSource, member, source string }{
	{"cognito-idp.amazonaws.com", "ClientId", "real records of InitiateAuth and SignUp"},
	{"organizations.amazonaws.com", "Id", "Organizations User Guide, example entry of InviteAccountToOrganization: the parties"},
	{"organizations.amazonaws.com", "Notes", "Organizations User Guide, example entry of InviteAccountToOrganization"},
	{"s3.amazonaws.com", "SSEKMSKeyId", "real records of PutObject and CopyObject: key ids are no secrets"},
	{"s3.amazonaws.com", "KMSMasterKeyID", "real records of PutBucketEncryption"},
	{"s3.amazonaws.com", "SessionToken", "S3 User Guide, example entry of CreateSession; see Strict"},
	{"s3express.amazonaws.com", "SessionToken", "as s3.amazonaws.com"},
}

// ByModel is a [Sensitive] for trees that were read by the service models: it
// hides the members that a model marks, but for the few that CloudTrail shows.
func ByModel(c Call, _ []string, m *awsmodel.Member) (literal string, hide bool) {
	if m == nil || !m.Sensitive {
		return "", false
	}
	for i := range shown {
		if shown[i].eventSource == c.EventSource && shown[i].member == m.Name {
			return "", false
		}
	}
	return "", true
}
