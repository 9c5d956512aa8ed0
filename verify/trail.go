package verify

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Trail says whose digests are checked.
type Trail struct {
	ARN string
	// AccountID and Region say which account's and which Region's files; for
	// trails of one account and one Region those of the ARN.
	AccountID, Region string
	// OrganizationID is set for organization trails: it is part of the keys.
	OrganizationID string
	// Bucket and Prefix are where the trail delivered in the time of interest.
	Bucket, Prefix string
}

var arnPattern = regexp.MustCompile(`^arn:[^:]+:cloudtrail:([^:]+):(\d{12}):trail/(.+)$`)

// arn returns the parts of the trail's ARN.
func (t *Trail) arn() (homeRegion, account, name string, err error) {
	m := arnPattern.FindStringSubmatch(t.ARN)
	if m == nil {
		return "", "", "", fmt.Errorf("Invalid trail ARN provided: %s", t.ARN) //nolint:staticcheck // the text of the AWS CLI
	}
	return m[1], m[2], m[3], nil
}

// fill takes what is not given from the ARN.
func (t Trail) fill() (Trail, error) {
	region, account, _, err := t.arn()
	if err != nil {
		return t, err
	}
	if t.Region == "" {
		t.Region = region
	}
	if t.AccountID == "" {
		t.AccountID = account
	}
	if t.Prefix != "" && !strings.HasSuffix(t.Prefix, "/") {
		t.Prefix += "/"
	}
	return t, nil
}

// folder is where files of a kind ("CloudTrail" or "CloudTrail-Digest") stand.
func (t *Trail) folder(kind string) string {
	organization := ""
	if t.OrganizationID != "" {
		organization = t.OrganizationID + "/"
	}
	return t.Prefix + "AWSLogs/" + organization + t.AccountID + "/" + kind + "/" + t.Region + "/"
}

// digestKey is the key of the digest that ends at a time.
func (t *Trail) digestKey(end time.Time) string {
	home, _, name, _ := t.arn()
	return t.folder("CloudTrail-Digest") + end.UTC().Format("2006/01/02/") +
		fmt.Sprintf("%s_CloudTrail-Digest_%s_%s_%s_%s.json.gz", t.AccountID, t.Region, name, home, end.UTC().Format(digestTime))
}

// digestPattern matches the keys of this trail's digests.
func (t *Trail) digestPattern() *regexp.Regexp {
	home, _, name, _ := t.arn()
	q := regexp.QuoteMeta
	return regexp.MustCompile("^" + q(t.folder("CloudTrail-Digest")) + `\d+/\d+/\d+/` +
		q(t.AccountID+"_CloudTrail-Digest_"+t.Region+"_"+name+"_"+home+"_") + `(\d{8}T\d{6}Z)\.json\.gz$`)
}

// logPattern matches the keys of log files that may be this trail's: their
// names do not say which trail delivered them.
func (t *Trail) logPattern() *regexp.Regexp {
	q := regexp.QuoteMeta
	return regexp.MustCompile("^" + q(t.folder("CloudTrail")) + `\d+/\d+/\d+/` + q(t.AccountID+"_CloudTrail_"+t.Region+"_") + `(\d{8}T\d{4}Z)_\w+\.json\.gz$`)
}

const (
	digestTime = "20060102T150405Z"
	logTime    = "20060102T1504Z"
)
