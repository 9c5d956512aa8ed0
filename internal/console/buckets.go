package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/console/signin"
	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/verify"
)

// Bucket is one that an account owns.
type Bucket struct {
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

// Buckets are those of trails and of results of queries, as the server reaches them
// for an account. Whether the person may is asked before.
type Buckets interface {
	// Elsewhere is the endpoint of buckets that are not this server's own: it can
	// neither list nor make them. Empty is the server's own.
	Elsewhere() string
	// List gives the account's buckets.
	List(ctx context.Context, account string) ([]Bucket, error)
	// Create makes a bucket that lets CloudTrail write. Its errors are [ErrTaken]
	// and [ErrBucketName] or failures.
	Create(ctx context.Context, account string, b NewBucket) error
	// Source reads buckets as the account may.
	Source(account string) verify.Source
}

// NewBucket is a bucket to be made, and for what.
type NewBucket struct {
	Name, Prefix string
	// TrailARN is the trail that is to write there; empty is the results of queries
	// in Region.
	TrailARN, Region string
}

// What [Buckets.Create] may answer.
var (
	ErrTaken      = errors.New("the bucket is there already")
	ErrBucketName = errors.New("the name is none for a bucket")
)

func (c *Console) errElsewhere() error {
	if at := c.cfg.Buckets.Elsewhere(); at != "" {
		return &signin.Error{Status: http.StatusConflict, Code: "BucketsElsewhere",
			Message: fmt.Sprintf("Buckets are at %s (the setting buckets-endpoint), where Cairn neither lists nor makes any. Make the bucket there, and enter its name.", at)}
	}
	return nil
}

// listBuckets answers with the buckets of the caller's account.
func (c *Console) listBuckets(x *call) error {
	if err := c.may(x, "s3:ListAllMyBuckets", "*"); err != nil {
		return err
	}
	if err := c.errElsewhere(); err != nil {
		return err
	}
	all, err := c.cfg.Buckets.List(x.Context(), x.caller.AccountID())
	if err != nil {
		return err
	}
	if all == nil {
		all = []Bucket{}
	}
	writeJSON(x.w, http.StatusOK, map[string]any{"buckets": all})
	return nil
}

var prefixPattern = regexp.MustCompile(`^[0-9A-Za-z!_.*'()/-]{0,200}$`)

// createBucket makes a bucket that a trail, or the results of queries, can go to.
func (c *Console) createBucket(x *call) error {
	var in struct{ Name, Purpose, Prefix, TrailName string }
	if err := x.read(&in); err != nil {
		return err
	}
	b := NewBucket{Name: in.Name, Prefix: strings.Trim(in.Prefix, "/"), Region: x.caller.Region}
	if !prefixPattern.MatchString(b.Prefix) {
		return invalid("The prefix may have 200 letters, digits and the characters ! - _ . * ' ( ) and slashes.")
	}
	switch in.Purpose {
	case "trail":
		if err := naming.CheckName("The trail name", in.TrailName); err != nil {
			return invalid(err.Error())
		}
		b.TrailARN = "arn:aws:cloudtrail:" + x.caller.Region + ":" + x.caller.AccountID() + ":trail/" + in.TrailName
	case "query-results":
	default:
		return invalid(`The purpose is "trail" or "query-results".`)
	}
	for _, action := range []string{"s3:CreateBucket", "s3:PutBucketPolicy"} {
		if err := c.may(x, action, bucketARN(in.Name)); err != nil {
			return err
		}
	}
	if err := c.errElsewhere(); err != nil {
		return err
	}
	switch err := c.cfg.Buckets.Create(x.Context(), x.caller.AccountID(), b); {
	case errors.Is(err, ErrTaken):
		return &signin.Error{Status: http.StatusConflict, Code: "BucketAlreadyExists", Message: fmt.Sprintf("There is a bucket %s already. Choose another name, or use that bucket.", in.Name)}
	case errors.Is(err, ErrBucketName):
		return &signin.Error{Status: http.StatusBadRequest, Code: "InvalidBucketName", Message: "A bucket's name has 3 to 63 small letters, digits, hyphens and dots, and begins and ends with a letter or digit."}
	case err != nil:
		return err
	}
	writeJSON(x.w, http.StatusOK, map[string]string{"name": b.Name})
	return nil
}
