package awsmodel

import "strings"

// readPrefixes begin the names of operations that read.
var readPrefixes = []string{
	"Get", "List", "Describe", "Head", "Search", "Query", "Scan", "Lookup", "Select",
	"Preview", "Estimate", "Simulate", "Validate", "Check",
	"BatchGet", "BatchList", "BatchDescribe", "BatchCheck", "BatchHead",
	"AdminGet", "AdminList", "TransactGet", "Filter",
}

// readNames are operations that CloudTrail records as reads although their
// names do not tell: those of AWS KMS that use a key ("Logging management
// events" in the CloudTrail user guide: Encrypt, Decrypt and GenerateDataKey
// "are now logged as Read events") and those of AWS STS that hand out
// credentials ("Logging IAM and AWS STS API calls", whose example records have
// readOnly true).
var readNames = map[string]bool{
	"Encrypt": true, "Decrypt": true, "ReEncrypt": true, "Sign": true, "Verify": true,
	"GenerateDataKey": true, "GenerateDataKeyWithoutPlaintext": true,
	"GenerateDataKeyPair": true, "GenerateDataKeyPairWithoutPlaintext": true,
	"GenerateMac": true, "VerifyMac": true, "GenerateRandom": true, "DeriveSharedSecret": true,
	"AssumeRole": true, "AssumeRoleWithSAML": true, "AssumeRoleWithWebIdentity": true, "AssumeRoot": true,
	"DecodeAuthorizationMessage": true,
}

// ReadOnlyName tells by its name alone whether an operation reads. The rule:
// the name is one of the exceptions above, or it begins with a word of reading
// that is followed by the end or by a capital letter or digit. Everything else
// counts as writing, which is the safe mistake for an audit trail. A model's
// own readonly trait adds to this, and never takes away.
func ReadOnlyName(name string) bool {
	if readNames[name] {
		return true
	}
	for _, prefix := range readPrefixes {
		rest, ok := strings.CutPrefix(name, prefix)
		if ok && (rest == "" || rest[0] < 'a' || rest[0] > 'z') {
			return true
		}
	}
	return false
}
