package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// object is a structure of parameters, as drive.py writes it.
type object = map[string]any

// goCalls are calls with the SDK for Go: what they are, and how they are made.
var goCalls = []struct {
	service, operation string
	parameters         object
	code               string
	data               bool
	make               func(ctx context.Context, cfg aws.Config) error
}{
	{"sts", "GetCallerIdentity", nil, "", false, func(ctx context.Context, cfg aws.Config) error {
		_, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		return err
	}},
	{"s3", "CreateBucket", object{"Bucket": "go-bucket"}, "", false, func(ctx context.Context, cfg aws.Config) error {
		_, err := s3.NewFromConfig(cfg, pathStyle).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("go-bucket")})
		return err
	}},
	{"s3", "PutBucketTagging", object{"Bucket": "go-bucket", "Tagging": object{"TagSet": []any{object{"Key": "k", "Value": "v w"}}}}, "", false, func(ctx context.Context, cfg aws.Config) error {
		_, err := s3.NewFromConfig(cfg, pathStyle).PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: aws.String("go-bucket"), Tagging: &s3types.Tagging{TagSet: []s3types.Tag{{Key: aws.String("k"), Value: aws.String("v w")}}}})
		return err
	}},
	{"s3", "PutObject", object{"Bucket": "go-bucket", "Key": "k"}, "", true, func(ctx context.Context, cfg aws.Config) error {
		_, err := s3.NewFromConfig(cfg, pathStyle).PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("go-bucket"), Key: aws.String("k"), Body: strings.NewReader("body")})
		return err
	}},
	{"s3", "GetBucketPolicy", object{"Bucket": "go-bucket"}, "NoSuchBucketPolicy", false, func(ctx context.Context, cfg aws.Config) error {
		_, err := s3.NewFromConfig(cfg, pathStyle).GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("go-bucket")})
		return err
	}},
	{"cloudtrail", "CreateTrail", object{"Name": "go-trail", "S3BucketName": "go-bucket", "IsMultiRegionTrail": false, "TagsList": []any{object{"Key": "a", "Value": "b"}}}, "", false, func(ctx context.Context, cfg aws.Config) error {
		_, err := cloudtrail.NewFromConfig(cfg).CreateTrail(ctx, &cloudtrail.CreateTrailInput{Name: aws.String("go-trail"), S3BucketName: aws.String("go-bucket"), IsMultiRegionTrail: aws.Bool(false), TagsList: []cttypes.Tag{{Key: aws.String("a"), Value: aws.String("b")}}})
		return err
	}},
	{"cloudtrail", "DescribeTrails", object{"trailNameList": []any{"go-trail"}}, "", false, func(ctx context.Context, cfg aws.Config) error {
		_, err := cloudtrail.NewFromConfig(cfg).DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{TrailNameList: []string{"go-trail"}})
		return err
	}},
	{"cloudtrail", "GetTrail", object{"Name": "no-such-trail"}, "TrailNotFoundException", false, func(ctx context.Context, cfg aws.Config) error {
		_, err := cloudtrail.NewFromConfig(cfg).GetTrail(ctx, &cloudtrail.GetTrailInput{Name: aws.String("no-such-trail")})
		return err
	}},
}

func pathStyle(o *s3.Options) { o.UsePathStyle = true }

// goSDK makes the calls of goCalls.
func (h *motoHouse) goSDK() {
	h.Helper()
	cfg, err := awsconfig.LoadDefaultConfig(h.Context(), awsconfig.WithSharedConfigFiles([]string{}), awsconfig.WithSharedCredentialsFiles([]string{}), awsconfig.WithRegion("us-east-1"),
		awsconfig.WithBaseEndpoint(h.url), awsconfig.WithRetryMaxAttempts(1), awsconfig.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(motoKey, motoSecret, "")))
	h.must(err)
	for i, g := range goCalls {
		c := &motoCall{Mark: fmt.Sprintf("call-go-%d", i), Client: "go", Service: g.service, Operation: g.operation, Parameters: g.parameters, Data: g.data, Region: "us-east-1", KeyID: motoKey}
		h.calls = append(h.calls, c)
		one := cfg.Copy()
		one.AppID = c.Mark
		one.APIOptions = append(one.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("requestID", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				out, metadata, err := next.HandleInitialize(ctx, in)
				c.RequestID, _ = awsmiddleware.GetRequestIDMetadata(metadata)
				return out, metadata, err
			}), middleware.Before)
		})
		err := g.make(h.Context(), one)
		var failed smithy.APIError
		if errors.As(err, &failed) {
			c.ErrorCode, c.ErrorMessage = failed.ErrorCode(), failed.ErrorMessage()
		}
		if c.ErrorCode != g.code || err != nil && failed == nil {
			h.Errorf("the SDK for Go, %s %s: %v, want the error %q", c.Service, c.Operation, err, g.code)
		}
	}
}
