package objects

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Exceptions of CreateTrail and UpdateTrail ("AWS CloudTrail API Reference") that
// [Client.CheckBucket] finds reasons for.
const (
	ExceptionNoBucket     = "S3BucketDoesNotExistException"
	ExceptionBucketPolicy = "InsufficientS3BucketPolicyException"
	ExceptionKeyPolicy    = "InsufficientEncryptionPolicyException"
	ExceptionNoKey        = "KmsKeyNotFoundException"
	ExceptionKeyDisabled  = "KmsKeyDisabledException"
)

// BucketCheck is what a trail wants of a bucket. Bucket, AccountID and TrailARN
// are required.
type BucketCheck struct {
	Bucket string
	// Prefix is the trail's key prefix, without a slash at its end. Empty is none.
	Prefix string
	// AccountID is the account of the trail, and TrailARN its name, which says its
	// home Region, too.
	AccountID, TrailARN string
	// OrganizationID is that of an organization trail, such as o-exampleorgid.
	OrganizationID string
	// KMSKeyID is the trail's key. Empty is none.
	KMSKeyID string
	// Results says that it is no trail that wants the bucket, but a query of
	// CloudTrail Lake for its results. TrailARN then is the ARN of an event data store.
	Results bool
	// Reader signs what CloudTrail itself may not do: reading the bucket policy,
	// and looking at the probe and removing it. Nil are the credentials of the
	// endpoint. What the reader may not do is left out of the check.
	Reader aws.CredentialsProvider
}

// Refusal says why a bucket will not do for a trail.
type Refusal struct {
	// Exception is the API's name for it, one of the Exception constants.
	Exception string
	Bucket    string
	// Detail says in whole sentences what is missing and what to do.
	Detail string
	// Policy is a bucket policy, in JSON, whose statements would do. Empty where
	// the policy is not what is wrong.
	Policy string
	// Err is what the store answered, if the reason is an answer.
	Err error
}

// Text is Detail with the policy.
func (r *Refusal) Text() string {
	if r.Policy == "" {
		return r.Detail
	}
	return r.Detail + " A bucket policy with these statements would do: " + r.Policy
}

// Error says what and why.
func (r *Refusal) Error() string {
	text := fmt.Sprintf("bucket %s: %s: %s", r.Bucket, r.Exception, r.Text())
	if r.Err != nil {
		text += " (" + r.Err.Error() + ")"
	}
	return text
}

// Unwrap gives the store's answer.
func (r *Refusal) Unwrap() error { return r.Err }

// CheckBucket tells whether a trail can deliver to a bucket, as CreateTrail and
// UpdateTrail ask: the bucket is there and not Requester Pays; its policy lets
// CloudTrail read its access control list, and write log files and digests with
// the list bucket-owner-full-control for this very trail ("Amazon S3 bucket
// policy for CloudTrail", CloudTrail User Guide). Then it tries: it reads the
// list, and writes an empty object at [ProbeKey] under the trail's KMS key.
//
// The policy is left out where nobody may read it, and where the store has none.
//
// The error is a [*Refusal], or an [*Error] if the store could not be asked.
// Warnings are what delivery will survive, and what the trail's owner should know
// all the same: at present a [*MetadataError].
func (c *Client) CheckBucket(ctx context.Context, in BucketCheck) (warnings []error, err error) {
	s, known := c.store(in.Bucket), noPolicies
	if !s.NoPolicies {
		if known, err = c.checkPolicy(ctx, s, in); err != nil {
			return nil, err
		}
		if err := c.checkPayer(ctx, in); err != nil {
			return nil, err
		}
	}
	if err := c.tryACL(ctx, in); err != nil {
		return nil, in.refusal(err, "s3:GetBucketAcl", known)
	}
	warning, err := c.probe(ctx, s, in)
	var failed *Error
	if in.KMSKeyID != "" && errors.As(err, &failed) && failed.Kind == KindDenied {
		// S3 does not tell whether it is the bucket or the key that is denied.
		keyless := in
		keyless.KMSKeyID = ""
		if _, err := c.probe(ctx, s, keyless); err == nil {
			return nil, in.keyRefusal(failed)
		}
	}
	if err != nil {
		return nil, in.refusal(err, "s3:PutObject", known)
	}
	if warning != nil {
		warnings = append(warnings, warning)
	}
	return warnings, nil
}

// policyState is what is known of a bucket policy.
type policyState uint8

const (
	unread     policyState = iota // nobody may read it
	noPolicies                    // the store has none
	letsIn                        // it lets CloudTrail in
)

// checkPolicy evaluates the bucket policy, if there is one that may be read.
func (c *Client) checkPolicy(ctx context.Context, s *store, in BucketCheck) (policyState, error) {
	var policy string
	err := c.send(ctx, call{do: "read the policy of", bucket: in.Bucket, credentials: in.Reader}, func(ctx context.Context, api *s3.Client, opt func(*s3.Options)) error {
		got, err := api.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &in.Bucket}, opt)
		if err == nil {
			policy = aws.ToString(got.Policy)
		}
		return err
	})
	var failed *Error
	switch {
	case err == nil:
	case IsCode(err, "NoSuchBucketPolicy"):
		return unread, in.insufficient("The bucket has no policy.", err)
	case IsCode(err, "NoSuchBucket"):
		return unread, in.refusal(err, "s3:GetBucketPolicy", unread)
	case errors.As(err, &failed) && failed.Kind == KindDenied:
		c.logger.Debug("the policy of a bucket cannot be read", "bucket", in.Bucket, "error", err)
		return unread, nil
	case failed != nil && (failed.Status == http.StatusNotImplemented || failed.Status == http.StatusMethodNotAllowed):
		return noPolicies, nil
	default:
		return unread, err
	}
	for _, q := range in.asks(s, c.quirks(in.Bucket)) {
		said, err := judge([]byte(policy), q)
		switch {
		case err != nil:
			return unread, in.insufficient("The bucket policy cannot be read.", err)
		case said.denied != "":
			return unread, in.insufficient(fmt.Sprintf("Statement %s of the bucket policy denies %s %s on %s. Take it out, or make it spare %s.", said.denied, service, q.action, q.resource, service), nil)
		case !said.allowed:
			detail := fmt.Sprintf("No statement of the bucket policy allows %s %s on %s for %s.", service, q.action, q.resource, in.TrailARN)
			if said.near != "" {
				detail += " " + said.near
			}
			return unread, in.insufficient(detail, nil)
		}
	}
	return letsIn, nil
}

// asks are what CloudTrail does in a bucket.
func (in BucketCheck) asks(s *store, known quirks) []ask {
	source := map[string]string{
		"aws:sourcearn": in.TrailARN, "aws:sourceaccount": in.AccountID,
		"aws:securetransport": "true", "s3:tlsversion": "1.3", "aws:principalisawsservice": "true", "aws:principalservicename": service,
	}
	put := map[string]string{"s3:x-amz-acl": BucketOwnerFullControl}
	if in.Results {
		put = map[string]string{}
	}
	switch {
	case in.KMSKeyID != "" && !s.NoKMS:
		put["s3:x-amz-server-side-encryption"] = string(types.ServerSideEncryptionAwsKms)
		put["s3:x-amz-server-side-encryption-aws-kms-key-id"] = in.KMSKeyID
	case !s.NoSSE && !known.noSSE:
		put["s3:x-amz-server-side-encryption"] = string(types.ServerSideEncryptionAes256)
	}
	for key, value := range source {
		put[key] = value
	}
	out := []ask{{"s3:GetBucketAcl", in.bucketARN(), source}}
	if in.Results {
		return append(out, ask{"s3:PutObject", in.bucketARN() + "/" + in.resultFolder() + "2026/01/01/00000000-0000-4000-8000-000000000000/result_1.csv.gz", put})
	}
	for _, folder := range in.folders() {
		for _, kind := range []string{"CloudTrail", "CloudTrail-Digest"} {
			out = append(out, ask{"s3:PutObject", in.bucketARN() + "/" + in.sample(folder, kind), put})
		}
	}
	return out
}

// folders are those that a trail writes to: its account's own, and its
// organization's.
func (in BucketCheck) folders() []string {
	root := "AWSLogs/"
	if in.Prefix != "" {
		root = in.Prefix + "/AWSLogs/"
	}
	out := []string{root}
	if in.OrganizationID != "" {
		out = append(out, root+in.OrganizationID+"/")
	}
	return out
}

// sample is the key of a file that the trail might write.
func (in BucketCheck) sample(folder, kind string) string {
	region := in.arnPart(3)
	return fmt.Sprintf("%s%s/%s/%s/2026/01/01/%s_%s_%s_20260101T0000Z_0123456789abcdef.json.gz", folder, in.AccountID, kind, region, in.AccountID, kind, region)
}

// arnPart is a part of the trail's ARN, such as 1, the partition.
func (in BucketCheck) arnPart(i int) string {
	if parts := strings.SplitN(in.TrailARN, ":", 6); len(parts) == 6 {
		return parts[i]
	}
	return map[int]string{1: "aws", 3: DefaultRegion}[i]
}

func (in BucketCheck) bucketARN() string { return "arn:" + in.arnPart(1) + ":s3:::" + in.Bucket }

// checkPayer refuses a Requester Pays bucket, for CloudTrail pays nobody.
func (c *Client) checkPayer(ctx context.Context, in BucketCheck) error {
	pays := false
	err := c.send(ctx, call{do: "find who pays for", bucket: in.Bucket, credentials: in.Reader}, func(ctx context.Context, api *s3.Client, opt func(*s3.Options)) error {
		got, err := api.GetBucketRequestPayment(ctx, &s3.GetBucketRequestPaymentInput{Bucket: &in.Bucket}, opt)
		if err == nil {
			pays = got.Payer == types.PayerRequester
		}
		return err
	})
	if pays {
		return &Refusal{Exception: ExceptionBucketPolicy, Bucket: in.Bucket, Detail: "The bucket is Requester Pays. Turn that off, or name another bucket."}
	}
	// Many stores do not have this request, and few readers the right to make it.
	if err != nil {
		c.logger.Debug("who pays for a bucket cannot be found", "bucket", in.Bucket, "error", err)
	}
	return nil
}

// tryACL reads the access control list with the credentials that deliver. A store
// without lists has nothing against it.
func (c *Client) tryACL(ctx context.Context, in BucketCheck) error {
	err := c.send(ctx, call{do: "read the access control list of", bucket: in.Bucket}, func(ctx context.Context, api *s3.Client, opt func(*s3.Options)) error {
		_, err := api.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: &in.Bucket}, opt)
		return err
	})
	var failed *Error
	if errors.As(err, &failed) && failed.Kind == KindOther {
		return nil
	}
	return err
}

// refusal makes a refusal of an answer to what was tried. Errors that say nothing
// about the bucket stay what they are.
func (in BucketCheck) refusal(err error, action string, known policyState) error {
	var failed *Error
	if !errors.As(err, &failed) {
		return err
	}
	switch {
	case failed.Code == "NoSuchBucket":
		return &Refusal{Exception: ExceptionNoBucket, Bucket: in.Bucket, Detail: "There is no such bucket. Make it first, or name another.", Err: err}
	case strings.HasPrefix(failed.Code, "KMS."):
		return in.keyRefusal(failed)
	case failed.Kind == KindOther && in.KMSKeyID != "" && refusesHeader(err):
		return &Refusal{Exception: ExceptionKeyPolicy, Bucket: in.Bucket, Err: err,
			Detail: fmt.Sprintf("The store of the bucket does not encrypt with KMS key %s. Leave the key out, or tell Cairn that this store has no KMS.", in.KMSKeyID)}
	case failed.Kind == KindDenied && known == unread:
		return in.insufficient(fmt.Sprintf("CloudTrail may not %s.", action), err)
	case failed.Kind == KindDenied:
		detail := fmt.Sprintf("The credentials that Cairn has for this bucket may not %s: their own policies have to allow it.", action)
		if known == letsIn {
			detail += " The bucket policy does."
		}
		return &Refusal{Exception: ExceptionBucketPolicy, Bucket: in.Bucket, Detail: detail, Err: err}
	}
	return err
}

func (in BucketCheck) keyRefusal(failed *Error) *Refusal {
	out := &Refusal{Exception: ExceptionKeyPolicy, Bucket: in.Bucket, Err: failed,
		Detail: fmt.Sprintf("The store could not encrypt with KMS key %s: %s. Let the key's policy allow CloudTrail kms:GenerateDataKey.", in.KMSKeyID, failed.Code)}
	switch failed.Code {
	case "KMS.NotFoundException":
		out.Exception, out.Detail = ExceptionNoKey, fmt.Sprintf("There is no KMS key %s where the bucket is.", in.KMSKeyID)
	case "KMS.DisabledException", "KMS.KMSInvalidStateException":
		out.Exception, out.Detail = ExceptionKeyDisabled, fmt.Sprintf("KMS key %s is not enabled.", in.KMSKeyID)
	}
	return out
}

func (in BucketCheck) insufficient(detail string, err error) *Refusal {
	return &Refusal{Exception: ExceptionBucketPolicy, Bucket: in.Bucket, Detail: detail, Policy: in.Policy(), Err: err}
}

// statement is one of the policy that CloudTrail's documentation shows.
type statement struct {
	Sid       string
	Effect    string
	Principal map[string]string
	Action    string
	Resource  string
	Condition map[string]map[string]string
}

// Policy is a bucket policy that lets in the trail, or the results: that of the
// CloudTrail User Guide. It is of Bucket, Prefix, AccountID and TrailARN.
func (in BucketCheck) Policy() string {
	if in.Results {
		return in.resultsPolicy()
	}
	trail := map[string]string{"aws:SourceArn": in.TrailARN}
	write := map[string]string{"aws:SourceArn": in.TrailARN, "s3:x-amz-acl": BucketOwnerFullControl}
	allow := func(sid, action, resource string, equals map[string]string) statement {
		return statement{sid, "Allow", map[string]string{"Service": service}, action, resource, map[string]map[string]string{"StringEquals": equals}}
	}
	all := []statement{allow("AWSCloudTrailAclCheck20150319", "s3:GetBucketAcl", in.bucketARN(), trail)}
	sids := []string{"AWSCloudTrailWrite20150319", "AWSCloudTrailOrganizationWrite20150319"}
	whose := []string{in.AccountID + "/*", "*"}
	for i, folder := range slices.All(in.folders()) {
		all = append(all, allow(sids[i], "s3:PutObject", in.bucketARN()+"/"+folder+whose[i], write))
	}
	return policyText(all)
}

// policyText is the JSON of a policy with these statements.
func policyText(statements any) string {
	var out bytes.Buffer
	text := json.NewEncoder(&out)
	text.SetEscapeHTML(false)
	if err := text.Encode(map[string]any{"Version": "2012-10-17", "Statement": statements}); err != nil {
		panic("BUG: objects: a bucket policy has no JSON: " + err.Error())
	}
	return strings.TrimSpace(out.String())
}
