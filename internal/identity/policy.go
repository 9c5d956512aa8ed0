package identity

import (
	"encoding/json"
	"maps"
	"slices"
)

// Policy is a named IAM policy document attached to a principal, or a role's
// trust policy. Values that the directory hands out are shared: do not change
// the Document's bytes.
type Policy struct {
	// Name is the inline policy's name, or the managed policy's.
	Name string `json:"name,omitempty"`
	// ARN is set for managed policies only, arn:aws:iam::aws:policy/NAME.
	// Their documents are Cairn's, so the store keeps only the reference.
	ARN string `json:"arn,omitempty"`
	// Document is the JSON policy document; nil for managed policies, see
	// [ManagedPolicy].
	Document json.RawMessage `json:"document,omitempty"`
}

const managedPrefix = "arn:aws:iam::aws:policy/"

// The managed policies that Cairn knows.
const (
	AdministratorAccess = "AdministratorAccess"
	CloudTrailFull      = "AWSCloudTrail_FullAccess"
	CloudTrailReadOnly  = "AWSCloudTrail_ReadOnlyAccess"
)

// managedDocuments are AWS's policies of these names. Sources: "AWS managed
// policies for AWS CloudTrail" and "Granting custom permissions for CloudTrail
// users" of the CloudTrail User Guide. iam:PassedToService is a key that no
// request here has, so that statement never allows anything, as it should.
var managedDocuments = map[string]string{
	AdministratorAccess: `{
		"Version": "2012-10-17",
		"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
	}`,
	CloudTrailFull: `{
		"Version": "2012-10-17",
		"Statement": [
			{"Effect": "Allow",
			 "Action": ["sns:AddPermission", "sns:CreateTopic", "sns:SetTopicAttributes", "sns:GetTopicAttributes"],
			 "Resource": "arn:aws:sns:*:*:aws-cloudtrail-logs*"},
			{"Effect": "Allow", "Action": "sns:ListTopics", "Resource": "*"},
			{"Effect": "Allow",
			 "Action": ["s3:CreateBucket", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock"],
			 "Resource": "arn:aws:s3:::aws-cloudtrail-logs*"},
			{"Effect": "Allow",
			 "Action": ["s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetBucketPolicy"],
			 "Resource": "*"},
			{"Effect": "Allow", "Action": "cloudtrail:*", "Resource": "*"},
			{"Effect": "Allow", "Action": "logs:CreateLogGroup",
			 "Resource": "arn:aws:logs:*:*:log-group:aws-cloudtrail-logs*"},
			{"Effect": "Allow",
			 "Action": ["iam:ListRoles", "iam:GetRolePolicy", "iam:GetUser"],
			 "Resource": "*"},
			{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
			 "Condition": {"StringEquals": {"iam:PassedToService": "cloudtrail.amazonaws.com"}}},
			{"Effect": "Allow",
			 "Action": ["kms:CreateKey", "kms:CreateAlias", "kms:ListKeys", "kms:ListAliases"],
			 "Resource": "*"},
			{"Effect": "Allow", "Action": "lambda:ListFunctions", "Resource": "*"},
			{"Effect": "Allow",
			 "Action": ["dynamodb:ListGlobalTables", "dynamodb:ListTables"],
			 "Resource": "*"}
		]
	}`,
	CloudTrailReadOnly: `{
		"Version": "2012-10-17",
		"Statement": [{
			"Effect": "Allow",
			"Action": ["cloudtrail:Get*", "cloudtrail:Describe*", "cloudtrail:List*", "cloudtrail:LookupEvents"],
			"Resource": "*"
		}]
	}`,
}

// managedCompiled is made once; a document above that does not compile is a
// programmer's error.
var managedCompiled = func() map[string]*document {
	out := make(map[string]*document, len(managedDocuments))
	for name, text := range managedDocuments {
		doc, err := compileDocument([]byte(text), identityPolicy)
		if err != nil {
			panic("BUG: identity: managed policy " + name + ": " + err.Error())
		}
		out[name] = doc
	}
	return out
}()

// ManagedPolicies lists the names of the built-in managed policies, sorted.
func ManagedPolicies() []string {
	return slices.Sorted(maps.Keys(managedDocuments))
}

// ManagedPolicy gives a built-in managed policy by its name or ARN, with its
// Document; false if there is none.
func ManagedPolicy(nameOrARN string) (Policy, bool) {
	name := nameOrARN
	if len(name) > len(managedPrefix) && name[:len(managedPrefix)] == managedPrefix {
		name = name[len(managedPrefix):]
	}
	text, ok := managedDocuments[name]
	if !ok {
		return Policy{}, false
	}
	return Policy{Name: name, ARN: managedPrefix + name, Document: json.RawMessage(text)}, true
}

// compileAttached compiles an attached policy as the store keeps it.
func compileAttached(p Policy) (*document, error) {
	if p.ARN != "" {
		if doc, ok := managedCompiled[p.Name]; ok {
			return doc, nil
		}
		return nil, refuse(CodeNoSuchEntity, "Policy %s does not exist or is not attachable.", p.ARN)
	}
	return compileDocument(p.Document, identityPolicy)
}
