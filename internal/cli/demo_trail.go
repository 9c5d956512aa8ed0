package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/cairntrail/cairn/internal/trail/trailfiles"
	"github.com/cairntrail/cairn/verify"
)

// The trail of the demo and its bucket.
const (
	demoTrail  = "demo"
	demoBucket = "demo-trail-logs"
)

func (s *story) trailARN() string {
	return fmt.Sprintf("arn:aws:cloudtrail:%s:%s:trail/%s", s.cfg.Region, s.account, demoTrail)
}

// trail makes a bucket and a trail, waits for a digest that names a log file, and
// validates the chain.
func (s *story) trail(ctx context.Context) error {
	// A connection that was opened ahead and not used would hold up the stop of
	// the S3 endpoint, which takes it for busy.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	cfg := s.admin.aws
	cfg.HTTPClient = &http.Client{Transport: transport}
	buckets := newS3(cfg, s.server.S3URL())
	trails := s.admin.trail()
	s.steps = newTable(s.out, "WHO", "CALLS", "RESULT")
	name := aws.String(demoTrail)
	for _, c := range []struct {
		what string
		call func() error
	}{
		{"CreateBucket " + demoBucket + ", at the S3 endpoint", func() error { return s.demoBucket(ctx, buckets) }},
		{"PutBucketPolicy, that of the CloudTrail User Guide", func() error {
			_, err := buckets.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: aws.String(demoBucket), Policy: aws.String(s.bucketPolicy())})
			return err
		}},
		{"CreateTrail " + demoTrail + " with log file validation", func() error {
			_, err := trails.CreateTrail(ctx, &cloudtrail.CreateTrailInput{Name: name, S3BucketName: aws.String(demoBucket), IsMultiRegionTrail: aws.Bool(true), EnableLogFileValidation: aws.Bool(true)})
			if _, there := errors.AsType[*cttypes.TrailAlreadyExistsException](err); there { // of an earlier demo in the same folder
				return nil
			}
			return err
		}},
		{"StartLogging", func() error {
			_, err := trails.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: name})
			return err
		}},
		{"GetCallerIdentity, which the trail logs", func() error {
			_, err := s.security(s.admin).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			return err
		}},
	} {
		if err := s.step("admin", c.what, "", c.call); err != nil {
			return err
		}
	}
	if err := s.steps.flush(); err != nil {
		return err
	}
	if err := s.validated(ctx, trailfiles.Source{Client: buckets}, trails); err != nil {
		return err
	}
	_, err := trails.StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: name})
	if err == nil {
		_, err = fmt.Fprintln(s.out, "\nLogging is stopped again: this demo delivers every second, and \"aws cloudtrail start-logging\" would go on so.")
	}
	return err
}

func (s *story) demoBucket(ctx context.Context, buckets *s3.Client) error {
	_, err := buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(demoBucket)})
	if _, there := errors.AsType[*s3types.BucketAlreadyOwnedByYou](err); there {
		return nil
	}
	return err
}

// bucketPolicy lets the trail deliver: "Amazon S3 bucket policy for CloudTrail",
// CloudTrail User Guide.
func (s *story) bucketPolicy() string {
	return strings.NewReplacer("BUCKET", demoBucket, "ACCOUNT", s.account, "TRAIL", s.trailARN()).Replace(`{"Version":"2012-10-17","Statement":[
{"Sid":"AWSCloudTrailAclCheck","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl",
 "Resource":"arn:aws:s3:::BUCKET","Condition":{"StringEquals":{"aws:SourceArn":"TRAIL"}}},
{"Sid":"AWSCloudTrailWrite","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject",
 "Resource":"arn:aws:s3:::BUCKET/AWSLogs/ACCOUNT/*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceArn":"TRAIL"}}}]}`)
}

// validated waits until a digest names a log file, and prints what the check of
// the whole chain finds.
func (s *story) validated(ctx context.Context, buckets verify.Source, trails *cloudtrail.Client) error {
	var report *verify.Report
	var newest string
	look := func(ctx context.Context) (bool, error) {
		status, err := trails.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String(demoTrail)})
		if err != nil || status.LatestDigestDeliveryTime == nil {
			return false, err // until then there may be no key
		}
		opt := verify.Options{Start: s.began.Add(-time.Minute), End: time.Now().Add(time.Minute), Found: func(f verify.Finding) {
			if f.Kind == verify.LogFileOf && newest == "" {
				newest = f.Bucket + "/" + f.Key
			}
		}}
		keys, err := listKeys(ctx, trails, opt)
		if err != nil {
			return false, err
		}
		report, err = verify.Validate(ctx, buckets, keys, verify.Trail{ARN: s.trailARN(), Bucket: demoBucket}, opt)
		return err == nil && report.Logs.Valid > 0, err
	}
	if err := until(ctx, "the delivery of a log file and its digest", look); err != nil {
		return err
	}
	if report.Damaged() {
		return fmt.Errorf("the trail's files are damaged:\n%s", report.Summary())
	}
	_, err := fmt.Fprintf(s.out, "\n%s\nThe newest log file is s3://%s.\n", strings.TrimSpace(report.Summary()), clean(newest))
	return err
}
