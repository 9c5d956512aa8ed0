package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/console/signin"
	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/recorder"
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
	// Create makes a bucket. Its errors are [ErrTaken] and [ErrBucketName] or
	// failures. Remove takes an empty one away.
	Create(ctx context.Context, account, name string) error
	Remove(ctx context.Context, account, name string) error
	// Policy is the policy that lets CloudTrail write to a bucket, in JSON, and
	// PutPolicy makes it the bucket's. Its errors are [ErrNoBucket] or failures.
	Policy(account string, b NewBucket) string
	PutPolicy(ctx context.Context, account, name, policy string) error
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

// What [Buckets] may answer.
var (
	ErrTaken      = errors.New("the bucket is there already")
	ErrBucketName = errors.New("the name is none for a bucket")
	ErrNoBucket   = errors.New("the account has no such bucket")
)

func (c *Console) errElsewhere() error {
	if at := c.cfg.Buckets.Elsewhere(); at != "" {
		return &signin.Error{Status: http.StatusConflict, Code: "BucketsElsewhere",
			Message: fmt.Sprintf("Buckets are at %s (the setting buckets-endpoint), where Cairn neither lists nor makes any. Make the bucket there, and enter its name.", at)}
	}
	return nil
}

// s3 makes a call of S3 for the person: it asks for the permission, runs, and records
// the call as S3's own records are, before its outcome is answered.
func (c *Console) s3(x *call, operation, action string, readOnly bool, params map[string]any, run func() error) error {
	rec := recorder.Call{EventSource: "s3.amazonaws.com", EventName: operation, ReadOnly: readOnly}
	resource := "*"
	if bucket, ok := params["bucketName"].(string); ok {
		resource = bucketARN(bucket)
		rec.Resources = []recorder.Resource{{AccountID: x.caller.AccountID(), Type: "AWS::S3::Bucket", ARN: resource}}
	}
	var err error
	if rec.RequestParameters, err = json.Marshal(params); err != nil {
		panic("BUG: " + err.Error())
	}
	if err = c.may(x, action, resource); err != nil {
		rec.ErrorCode, rec.ErrorMessage = "AccessDenied", err.(*signin.Error).Message
	} else if err = run(); err != nil {
		_, shown, _ := refusalOf(bucketError(resource, err))
		rec.ErrorCode, rec.ErrorMessage = shown.Code, shown.Message
	}
	if err != nil {
		rec.Resources = nil // as in the records of all calls that fail
	}
	if refused := c.cfg.API.RecordConsole(x.Request, x.caller, rec); refused != nil {
		return refused
	}
	return bucketError(resource, err)
}

// bucketError is what a person reads of an error of buckets.
func bucketError(arn string, err error) error {
	name := strings.TrimPrefix(arn, bucketARN(""))
	switch {
	case errors.Is(err, ErrTaken):
		return &signin.Error{Status: http.StatusConflict, Code: "BucketAlreadyExists", Message: fmt.Sprintf("There is a bucket %s already. Choose another name, or use that bucket.", name)}
	case errors.Is(err, ErrNoBucket):
		return &signin.Error{Status: http.StatusNotFound, Code: "NoSuchBucket", Message: fmt.Sprintf("This account has no bucket %s: it was deleted, or belongs to another account. Choose another name.", name)}
	case errors.Is(err, ErrBucketName):
		return &signin.Error{Status: http.StatusBadRequest, Code: "InvalidBucketName", Message: "A bucket's name has 3 to 63 small letters, digits, hyphens and dots, and begins and ends with a letter or digit."}
	}
	return err
}

// listBuckets answers with the buckets of the caller's account.
func (c *Console) listBuckets(x *call) error {
	var all []Bucket
	err := c.s3(x, "ListBuckets", "s3:ListAllMyBuckets", true, map[string]any{"Host": x.Host}, func() (err error) {
		if err = c.errElsewhere(); err == nil {
			all, err = c.cfg.Buckets.List(x.Context(), x.caller.AccountID())
		}
		return err
	})
	if err != nil {
		return err
	}
	if all == nil {
		all = []Bucket{}
	}
	writeJSON(x.w, http.StatusOK, map[string]any{"buckets": all})
	return nil
}

// namePattern is what names of buckets look like; the endpoint knows more rules.
var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

var prefixPattern = regexp.MustCompile(`^[0-9A-Za-z!_.*'()/-]{0,200}$`)

// wantedBucket reads for what a bucket is.
func (x *call) wantedBucket() (b NewBucket, err error) {
	var in struct{ Name, Purpose, Prefix, TrailName string }
	if err := x.read(&in); err != nil {
		return b, err
	}
	b = NewBucket{Name: in.Name, Prefix: strings.Trim(in.Prefix, "/"), Region: x.caller.Region}
	if !namePattern.MatchString(b.Name) || strings.Contains(b.Name, "..") {
		return b, bucketError("", ErrBucketName)
	}
	if !prefixPattern.MatchString(b.Prefix) {
		return b, invalid("The prefix may have 200 letters, digits and the characters ! - _ . * ' ( ) and slashes.")
	}
	switch in.Purpose {
	case "trail":
		if err := naming.CheckName("The trail name", in.TrailName); err != nil {
			return b, invalid(err.Error())
		}
		b.TrailARN = "arn:aws:cloudtrail:" + x.caller.Region + ":" + x.caller.AccountID() + ":trail/" + in.TrailName
	case "query-results":
	default:
		return b, invalid(`The purpose is "trail" or "query-results".`)
	}
	return b, nil
}

// forBucket is a call about one bucket, which it names.
func (c *Console) forBucket(do func(*call, NewBucket) error) func(*call) error {
	return func(x *call) error {
		b, err := x.wantedBucket()
		if err == nil {
			err = do(x, b)
		}
		if err != nil {
			return err
		}
		writeJSON(x.w, http.StatusOK, map[string]string{"name": b.Name})
		return nil
	}
}

// putPolicy gives a bucket of the account the policy that it would be made with: a form
// that made one may go on with another trail name or prefix.
func (c *Console) putPolicy(x *call, b NewBucket) error {
	ctx, account := context.WithoutCancel(x.Context()), x.caller.AccountID()
	policy := c.cfg.Buckets.Policy(account, b)
	params := map[string]any{"bucketPolicy": json.RawMessage(policy), "bucketName": b.Name, "Host": x.Host, "policy": ""}
	return c.s3(x, "PutBucketPolicy", "s3:PutBucketPolicy", false, params, func() error {
		if err := c.errElsewhere(); err != nil {
			return err
		}
		return c.cfg.Buckets.PutPolicy(ctx, account, b.Name, policy)
	})
}

// makeBucket makes a bucket that a trail, or the results of queries, can go to, and
// writes its policy: two calls, as in AWS's console. A bucket without its policy is
// taken away again.
func (c *Console) makeBucket(x *call, b NewBucket) error {
	ctx, account := context.WithoutCancel(x.Context()), x.caller.AccountID()
	if arn := bucketARN(b.Name); c.cfg.Allowed(x.caller, "s3:CreateBucket", arn) && !c.cfg.Allowed(x.caller, "s3:PutBucketPolicy", arn) {
		return c.putPolicy(x, b) // is refused, before there is a bucket
	}
	err := c.s3(x, "CreateBucket", "s3:CreateBucket", false, map[string]any{"bucketName": b.Name, "Host": x.Host}, func() error {
		if err := c.errElsewhere(); err != nil {
			return err
		}
		return c.cfg.Buckets.Create(ctx, account, b.Name)
	})
	if err != nil {
		return err
	}
	if err = c.putPolicy(x, b); err != nil {
		return errors.Join(err, c.cfg.Buckets.Remove(ctx, account, b.Name))
	}
	return nil
}
