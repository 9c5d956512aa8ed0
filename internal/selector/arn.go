package selector

import (
	"slices"
	"strings"
)

// arnParts are the parts that rules look at of an ARN, "arn:partition:service:region:account:
// resource" ("Amazon Resource Names", IAM User Guide); the resource may hold
// colons.
type arnParts struct {
	service, resource string
}

// splitARN reads an ARN of which all parts are there; Region and account may be
// empty.
func splitARN(s string) (arnParts, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return arnParts{}, false
	}
	return arnParts{service: p[2], resource: p[5]}, true
}

// exactARN says what keeps value from being the whole ARN of a resource of type
// t, or nothing (line 16976: with Equals and NotEquals "the value must exactly
// match the ARN of a valid resource").
func (t ResourceType) exactARN(value string) (problem string) {
	a, ok := splitARN(value)
	switch {
	case !ok:
		return "is not a whole ARN; give one like arn:aws:service:region:account:resource, or match a part of it with StartsWith or EndsWith"
	case t.services != "" && !slices.Contains(strings.Fields(t.services), a.service):
		return "is not an ARN of " + t.Type + ", whose service is " + strings.ReplaceAll(t.services, " ", " or ")
	case t.Type == s3Object && !strings.Contains(a.resource, "/"):
		return "is the ARN of a bucket and not of an object; for all objects of the bucket use StartsWith with " + value + "/"
	}
	return ""
}

// The resource types of basic selectors (lines 16559-16562).
const (
	s3Object       = "AWS::S3::Object"
	lambdaFunction = "AWS::Lambda::Function"
	dynamoDBTable  = "AWS::DynamoDB::Table"
)

// basicRule is what a basic selector may name of a resource type.
type basicRule struct {
	service string
	// all are the values, without "arn:partition:", that mean all resources
	// (lines 12862-12868; arn:aws:s3, which Terraform's documentation uses, means the
	// same as arn:aws:s3:::).
	all []string
	// prefix says that values are what ARNs begin with, and not whole ARNs.
	prefix bool
	// resource tells whether the last part of an ARN fits.
	resource func(string) bool
	// form describes the values.
	form string
}

// basicTypes are the rules of DataResources.
var basicTypes = map[string]basicRule{
	s3Object: {
		service: "s3", all: []string{"s3", "s3:::"}, prefix: true,
		resource: func(r string) bool { return strings.IndexByte(r, '/') > 0 },
		form:     "arn:aws:s3:::bucket/ or arn:aws:s3:::bucket/prefix, or arn:aws:s3::: for all buckets",
	},
	lambdaFunction: {
		service: "lambda", all: []string{"lambda"},
		resource: func(r string) bool { return hasName(r, "function:") || hasName(r, "function/") },
		form:     "arn:aws:lambda:region:account:function:name, or arn:aws:lambda for all functions",
	},
	dynamoDBTable: {
		service: "dynamodb", all: []string{"dynamodb"},
		resource: func(r string) bool { return hasName(r, "table/") },
		form:     "arn:aws:dynamodb:region:account:table/name, or arn:aws:dynamodb for all tables",
	},
}

func hasName(resource, prefix string) bool {
	return len(resource) > len(prefix) && strings.HasPrefix(resource, prefix)
}

// isAll tells whether value stands for all resources of the type.
func (r basicRule) isAll(value string) bool {
	rest, ok := strings.CutPrefix(value, "arn:")
	if !ok {
		return false
	}
	partition, rest, ok := strings.Cut(rest, ":")
	return ok && partition != "" && slices.Contains(r.all, rest)
}

// fits tells whether value names resources of the type.
func (r basicRule) fits(value string) bool {
	if r.isAll(value) {
		return true
	}
	a, ok := splitARN(value)
	return ok && a.service == r.service && r.resource(a.resource)
}
