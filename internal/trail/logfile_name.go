package trail

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
)

// Folders below AWSLogs/ACCOUNT/, and the kinds of file in their names.
const (
	folderLogs    = "CloudTrail"
	folderInsight = "CloudTrail-Insight"
	folderDigests = "CloudTrail-Digest"
)

// group is whose events a log file has.
type group struct {
	account, region string
	// folder is folderLogs or folderInsight.
	folder string
}

// place identifies a log file: the same place is the same file.
type place struct {
	group
	// end is the end of the window, with part counting the deliveries of one
	// window and number the files of one delivery, both from 0.
	end          time.Time
	part, number int
}

// folderOf is where a trail's files of a kind and a day stand: "Finding your
// CloudTrail log files", CloudTrail User Guide.
func folderOf(t *Trail, account, folder, region string, day time.Time) string {
	prefix := t.S3KeyPrefix
	if prefix != "" {
		prefix = strings.TrimSuffix(prefix, "/") + "/"
	}
	return prefix + "AWSLogs/" + account + "/" + folder + "/" + region + "/" + day.UTC().Format("2006/01/02/")
}

// logKey is the key of a log file. Its time is that of delivery, rounded up to
// the end of the window.
func logKey(t *Trail, p place) string {
	return folderOf(t, p.account, p.folder, p.region, p.end) +
		fmt.Sprintf("%s_%s_%s_%s_%s.json.gz", p.account, p.folder, p.region, p.end.UTC().Format("20060102T1504Z"), unique(t, p))
}

// unique is the part of a name that keeps files apart: 16 letters and digits
// that follow from which file of which trail it is. A trail that was deleted and
// made again under its name is another trail.
func unique(t *Trail, p place) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%d\n%s\n%s\n%s\n%d\n%d",
		t.ARN, t.Created.UnixNano(), p.end.UnixNano(), p.folder, p.account, p.region, p.part, p.number))
	out := make([]byte, 16)
	for i := range out {
		out[i] = alphabet[int(sum[i])%len(alphabet)]
	}
	return string(out)
}

// digestKey is the key of the digest of an account and a Region that ends at a
// time: "CloudTrail digest file structure", CloudTrail User Guide.
func digestKey(t *Trail, account, region string, end time.Time) string {
	return folderOf(t, account, folderDigests, region, end) +
		fmt.Sprintf("%s_%s_%s_%s_%s_%s.json.gz", account, folderDigests, region, t.Name, t.HomeRegion, end.UTC().Format("20060102T150405Z"))
}
