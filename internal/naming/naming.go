// Package naming is what CloudTrail's resources are called: ARNs, the names of
// resources, the names of KMS keys, and tags.
//
// It holds to the pages that its functions name. The errors that it returns are of
// type [Refusal]; which exception they belong to is for the package that asks. It
// knows no resource by itself, and has no state.
package naming

import (
	"fmt"
	"regexp"
	"strings"
)

// Refusal is why something is not allowed, in whole sentences for callers of the
// API.
type Refusal string

func (r Refusal) Error() string { return string(r) }

func refuse(format string, args ...any) error { return Refusal(fmt.Sprintf(format, args...)) }

// ARN is the parts of arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE.
type ARN struct{ Partition, Service, Region, Account, Resource string }

// ParseARN takes an ARN apart. Region and account may be empty, the others not.
func ParseARN(s string) (ARN, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return ARN{}, false
	}
	return ARN{p[1], p[2], p[3], p[4], p[5]}, true
}

// String puts the parts together again.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

var account = regexp.MustCompile(`^[0-9]{12}$`)

// IsAccount tells whether s is the id of an account.
func IsAccount(s string) bool { return account.MatchString(s) }

// Lengths of a resource's name, in characters.
const (
	minName = 3
	maxName = 128
)

var ipAddress = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,3}){3}$`)

// CheckName checks the name of a resource; what is for the message, as "An event
// data store's name". Source: "CloudTrail resource naming requirements" of the
// CloudTrail User Guide.
func CheckName(what, name string) error {
	switch n := len([]rune(name)); {
	case n < minName || n > maxName:
		return refuse("%s has %d to %d characters, and this one has %d.", what, minName, maxName, n)
	case strings.ContainsFunc(name, func(r rune) bool { return r > 127 || !alphanumeric(byte(r)) && !separator(byte(r)) }):
		return refuse("%s has letters, digits, periods (.), underscores (_) and hyphens (-) only.", what)
	case !alphanumeric(name[0]) || !alphanumeric(name[len(name)-1]):
		return refuse("%s begins and ends with a letter or a digit.", what)
	case ipAddress.MatchString(name):
		return refuse("%s is not formatted as an IP address.", what)
	}
	for i := 1; i < len(name); i++ {
		if separator(name[i-1]) && separator(name[i]) {
			return refuse("%s has no adjacent periods (.), underscores (_) or hyphens (-).", what)
		}
	}
	return nil
}

func alphanumeric(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

func separator(b byte) bool { return b == '.' || b == '-' || b == '_' }

var (
	keyID   = regexp.MustCompile(`^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)
	keyName = regexp.MustCompile(`^(alias/[A-Za-z0-9/_-]{1,256}|key/[A-Za-z0-9-]{1,128})$`)
)

// KeyARN returns the ARN of a KMS key or alias, which may be named as
// "alias/NAME", by the ARN of an alias or of a key, or by the id of a key (KmsKeyId
// of the CloudTrail API reference). What is no ARN is of the account and Region.
func KeyARN(accountID, region, key string) (string, error) {
	bad := refuse("KMS key %.300q is not valid. Use the ARN or the ID of a key, an alias such as alias/MyAliasName, or the ARN of an alias.", key)
	name := key
	if a, ok := ParseARN(key); ok {
		if a.Service != "kms" || a.Region == "" || !IsAccount(a.Account) {
			return "", bad
		}
		name = a.Resource
	} else {
		if keyID.MatchString(name) {
			name = "key/" + name
		} else if !strings.HasPrefix(name, "alias/") {
			return "", bad
		}
		key = ARN{"aws", "kms", region, accountID, name}.String()
	}
	if !keyName.MatchString(name) {
		return "", bad
	}
	return key, nil
}
