package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cairntrail/cairn/internal/trail/trailfiles"
	"github.com/cairntrail/cairn/verify"
)

// verifyResultsCmd is `cairn verify-results`.
type verifyResultsCmd struct {
	S3Bucket   string `group:"Files" name:"s3-bucket" placeholder:"NAME" help:"The bucket that has the files."`
	S3Prefix   string `group:"Files" name:"s3-prefix" placeholder:"PREFIX" help:"The folder in the bucket; none if they are at its root."`
	Folder     string `group:"Files" name:"local-export-path" placeholder:"DIR" help:"A local folder that has the files, in place of a bucket."`
	Region     string `placeholder:"REGION" help:"The Region that signed; otherwise the one that the sign file names."`
	Keys       string `placeholder:"FILE" help:"Public keys, as \"aws cloudtrail list-public-keys\" prints them; asked from the service if not given."`
	Endpoint   string `group:"Services" placeholder:"URL" env:"CAIRN_ENDPOINT" help:"Endpoint of the service that signed; otherwise that of AWS."`
	S3Endpoint string `group:"Services" name:"s3-endpoint" placeholder:"URL" help:"Endpoint of an S3 other than AWS, with path-style addresses."`
	Profile    string `group:"Services" placeholder:"NAME" help:"Profile of the credentials; otherwise those of the environment."`
}

// Help is the long help.
func (verifyResultsCmd) Help() string {
	return `Checks the files with a query's results against the file that signs them, result_sign.json, with the words of "aws cloudtrail verify-query-results".

    cairn verify-results --s3-bucket results --s3-prefix AWSLogs/111122223333/CloudTrail-Lake/Query/2026/11/27/QUERY-ID --region us-east-1
    aws cloudtrail list-public-keys --start-time 2026-01-01 > keys.json
    cairn verify-results --local-export-path ./results --keys keys.json

With --keys and a local folder it asks nobody. The exit code is 1 if a file or the signature is not as it was delivered.`
}

// keyWindow is for how long after the results the AWS CLI asks for keys.
const keyWindow = 20 * 24 * time.Hour

// Run checks.
func (c *verifyResultsCmd) Run(ctx context.Context, sh *shell) error {
	switch {
	case c.Folder == "" && c.S3Bucket == "":
		return usagef("Require parameter --s3-bucket or --local-export-path.")
	case c.Folder != "" && (c.S3Bucket != "" || c.S3Prefix != ""):
		return usagef("Parameter --local-export-path can not be specified with parameter --s3-bucket nor --s3-prefix.")
	}
	open, err := c.source(ctx)
	if err != nil {
		return err
	}
	if _, err = verify.Results(ctx, open, c.key); err != nil {
		return err
	}
	_, err = fmt.Fprintln(sh.stdout, "Successfully validated sign and query result files")
	return err
}

// source opens the files.
func (c *verifyResultsCmd) source(ctx context.Context) (func(context.Context, string) (io.ReadCloser, error), error) {
	if c.Folder != "" {
		return func(_ context.Context, name string) (io.ReadCloser, error) {
			return os.Open(filepath.Join(c.Folder, name))
		}, nil
	}
	cfg, err := loadAWS(ctx, c.Region, c.Profile, nil)
	if err != nil {
		return nil, err
	}
	client, prefix := newS3(cfg, c.S3Endpoint), c.S3Prefix
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	return func(ctx context.Context, name string) (io.ReadCloser, error) {
		key := prefix + name
		out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &c.S3Bucket, Key: &key})
		if err != nil {
			return nil, fmt.Errorf("get s3://%s/%s: %w", c.S3Bucket, key, trailfiles.NotThere(err))
		}
		return out.Body, nil
	}, nil
}

// key finds the public key that a sign file names.
func (c *verifyResultsCmd) key(ctx context.Context, f *verify.SignFile) ([]byte, error) {
	missing := fmt.Errorf("No public keys found for key with fingerprint: %s", f.PublicKeyFingerprint) //nolint:staticcheck // the text of the AWS CLI
	if c.Keys != "" {
		keys, err := readKeys(c.Keys)
		if err != nil {
			return nil, err
		}
		if der, ok := keys[f.PublicKeyFingerprint]; ok {
			return der, nil
		}
		return nil, missing
	}
	at, err := f.CompleteTime()
	if err != nil {
		return nil, err
	}
	region := c.Region
	if region == "" {
		region = f.Region
	}
	cfg, err := loadAWS(ctx, region, c.Profile, nil)
	if err != nil {
		return nil, err
	}
	client := cloudtrail.NewFromConfig(cfg, func(o *cloudtrail.Options) {
		if c.Endpoint != "" {
			o.BaseEndpoint = &c.Endpoint
		}
	})
	for pages := cloudtrail.NewListPublicKeysPaginator(client, &cloudtrail.ListPublicKeysInput{StartTime: &at, EndTime: aws.Time(at.Add(keyWindow))}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("ask for the public keys (or give --keys): %w", err)
		}
		for _, k := range page.PublicKeyList {
			if aws.ToString(k.Fingerprint) == f.PublicKeyFingerprint {
				return k.Value, nil
			}
		}
	}
	return nil, missing
}
