package trail

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/cairntrail/cairn/internal/refusal"
)

const (
	arnStart    = "arn:"
	minName     = 3
	maxName     = 128
	minBucket   = 3
	maxBucket   = 63
	maxPrefix   = 200
	maxTopic    = 256
	trailPrefix = "trail/"
)

// arnParts are the parts of an ARN: arn:partition:service:region:account:resource.
type arnParts struct{ partition, service, region, account, resource string }

func splitARN(arn string) (arnParts, bool) {
	p := strings.SplitN(arn, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return arnParts{}, false
	}
	return arnParts{p[1], p[2], p[3], p[4], p[5]}, true
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// ARN returns the ARN that a trail's name stands for in the caller's account
// and Region, or the name itself where it is the ARN of a trail already. It
// does not tell whether there is such a trail.
//
// Errors: InvalidTrailNameException, CloudTrailARNInvalidException.
func ARN(c Caller, name string) (string, error) {
	if !strings.HasPrefix(name, arnStart) {
		if err := checkName(name); err != nil {
			return "", err
		}
		return nameARN(c, name), nil
	}
	p, ok := splitARN(name)
	if !ok || p.service != "cloudtrail" || p.region == "" || !accountID.MatchString(p.account) || !strings.HasPrefix(p.resource, trailPrefix) {
		return "", invalidARN(name)
	}
	if checkName(p.resource[len(trailPrefix):]) != nil {
		return "", invalidARN(name)
	}
	return name, nil
}

func nameARN(c Caller, name string) string {
	return "arn:aws:cloudtrail:" + c.Region + ":" + c.AccountID + ":" + trailPrefix + name
}

func invalidARN(arn string) *Error {
	return refusal.New(CodeARNInvalid, "The ARN %.300s is not valid. A trail's ARN is like arn:aws:cloudtrail:us-east-2:123456789012:trail/MyTrail.", arn)
}

// checkName checks the name of a trail ("Naming requirements for CloudTrail
// resources, Amazon S3 buckets, and KMS keys" of the CloudTrail User Guide).
func checkName(name string) error {
	bad := func(format string, args ...any) error { return refusal.New(CodeInvalidName, format, args...) }
	switch n := len([]rune(name)); {
	case strings.TrimSpace(name) == "":
		return bad("Trail name cannot be blank!")
	case n < minName:
		return bad("Trail name too short. Minimum allowed length: %d characters. Specified name length: %d characters.", minName, n)
	case n > maxName:
		return bad("Trail name too long. Maximum allowed length: %d characters. Specified name length: %d characters.", maxName, n)
	case !alphanumeric(name[0]):
		return bad("Trail name must starts with a letter or number.")
	case !alphanumeric(name[len(name)-1]):
		return bad("Trail name must ends with a letter or number.")
	case strings.ContainsFunc(name, func(r rune) bool { return r > 127 || !alphanumeric(byte(r)) && !separator(byte(r)) }):
		return bad("Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).")
	}
	for i := 1; i < len(name); i++ {
		if separator(name[i-1]) && separator(name[i]) {
			return bad("Trail name or ARN cannot have adjacent periods (.), hyphens (-), or underscores (_).")
		}
	}
	if ipAddress.MatchString(name) {
		return bad("Trail names must not be formatted as an IP address.")
	}
	return nil
}

var ipAddress = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,3}){3}$`)

func alphanumeric(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

func separator(b byte) bool { return b == '.' || b == '-' || b == '_' }

// checkBucketName checks the name of a bucket by the same page.
func checkBucketName(name string) error {
	bad := func(text string) error { return refusal.New(CodeInvalidBucketName, "Bucket name %s", text) }
	_, ip := netip.ParseAddr(name)
	switch {
	case strings.TrimSpace(name) == "":
		return bad("cannot be blank!")
	case len(name) < minBucket || len(name) > maxBucket:
		return bad("should be between 3 and 63 characters long")
	case strings.ToLower(name) != name:
		return bad("should not contain uppercase characters")
	case strings.Contains(name, "_"):
		return bad("should not contain '_'")
	case strings.Contains(name, ".."):
		return bad("should not contain two adjacent periods")
	case strings.Contains(name, "-.") || strings.Contains(name, ".-"):
		return bad("should not contain dashes next to periods")
	case ip == nil || ipAddress.MatchString(name):
		return bad("must not be formatted as an IP Address")
	case !alphanumeric(name[0]) || !alphanumeric(name[len(name)-1]):
		return bad("should begin and end with a lowercase letter or a number")
	case strings.ContainsFunc(name, func(r rune) bool { return r > 127 || !alphanumeric(byte(r)) && r != '.' && r != '-' }):
		return bad("should only contain lowercase letters, numbers, periods (.) and dashes (-)")
	}
	return nil
}

func checkPrefix(prefix string) error {
	if n := len([]rune(prefix)); n > maxPrefix {
		return refusal.New(CodeInvalidPrefix, "S3 prefix is longer than maximum length: %d", maxPrefix)
	}
	return nil
}

var topicName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// topicARN returns the ARN of a topic that is named by its name, which means
// the caller's account and Region, or by its ARN.
func topicARN(c Caller, topic string) (string, error) {
	p := arnParts{"aws", "sns", c.Region, c.AccountID, topic}
	if strings.HasPrefix(topic, arnStart) {
		var ok bool
		if p, ok = splitARN(topic); !ok {
			p.service = ""
		}
	}
	name, _ := strings.CutSuffix(p.resource, ".fifo")
	if p.service != "sns" || p.region == "" || !accountID.MatchString(p.account) || len(p.resource) > maxTopic || !topicName.MatchString(name) {
		return "", refusal.New(CodeInvalidTopicName, "SNS topic name %.300q is not valid. Use up to %d letters, numbers, hyphens (-) and underscores (_), or the ARN of a topic.", topic, maxTopic)
	}
	return "arn:" + p.partition + ":sns:" + p.region + ":" + p.account + ":" + p.resource, nil
}

var (
	keyID   = regexp.MustCompile(`^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)
	keyName = regexp.MustCompile(`^(alias/[A-Za-z0-9/_-]{1,256}|key/[A-Za-z0-9-]{1,128})$`)
)

// keyARN returns the ARN of a key or alias. KmsKeyId may be "alias/NAME", the
// ARN of an alias, the ARN of a key, or the id of a key (CreateTrail of the
// CloudTrail API reference).
func keyARN(c Caller, key string) (string, error) {
	name := key
	if p, ok := splitARN(key); ok {
		if p.service != "kms" || p.region == "" || !accountID.MatchString(p.account) {
			return "", invalidKey(key)
		}
		name = p.resource
	} else {
		if keyID.MatchString(name) {
			name = "key/" + name
		} else if !strings.HasPrefix(name, "alias/") {
			return "", invalidKey(key)
		}
		key = "arn:aws:kms:" + c.Region + ":" + c.AccountID + ":" + name
	}
	if !keyName.MatchString(name) {
		return "", invalidKey(key)
	}
	return key, nil
}

func invalidKey(key string) *Error {
	return refusal.New(CodeInvalidKeyID, "KMS key %.300q is not valid. Use the ARN or the ID of a key, an alias such as alias/MyAliasName, or the ARN of an alias.", key)
}

// checkLogs checks the ARNs of a log group and a role, which both have to be
// of the caller's account ("Sending events to CloudWatch Logs", User Guide).
func checkLogs(c Caller, group, role string) error {
	switch {
	case group == "" && role == "":
		return nil
	case role == "":
		return refusal.New(CodeInvalidRole, "You must specify a role ARN as well as a log group.")
	case group == "":
		return refusal.New(CodeInvalidLogGroup, "You must specify a log group as well as a role ARN.")
	}
	g, ok := splitARN(group)
	name, whole := strings.CutSuffix(strings.TrimPrefix(g.resource, "log-group:"), ":*")
	if !ok || !whole || g.service != "logs" || g.account != c.AccountID || !strings.HasPrefix(g.resource, "log-group:") || name == "" {
		return LogGroupUnknown()
	}
	r, ok := splitARN(role)
	if !ok || r.service != "iam" || r.account != c.AccountID || !strings.HasPrefix(r.resource, "role/") || len(r.resource) == len("role/") {
		return refusal.New(CodeInvalidRole, "CloudTrail cannot validate the specified role ARN. Use the ARN of a role in your account.")
	}
	return nil
}
