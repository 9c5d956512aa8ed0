package app

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/cairntrail/cairn/internal/identity"
)

// TestS3Endpoint: the embedded endpoint takes the directory's keys, and asks its
// policies; a user without any gets nothing.
func TestS3Endpoint(t *testing.T) {
	s := start(t, t.TempDir(), map[string]string{"s3-listen": "127.0.0.1:0"})
	ctx := t.Context()
	admin := s.client("default").cfg
	client := s3.NewFromConfig(admin, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(s.S3URL()), true })
	bucket := aws.String("photos")
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("k"), Body: strings.NewReader("hello")}); err != nil {
		t.Fatal(err)
	}
	got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(got.Body); err != nil || string(body) != "hello" {
		t.Errorf("%q, %v", body, err)
	}

	ref := identity.Ref{AccountID: "111122223333", Type: identity.User, Name: "bob"}
	if _, err := s.directory.CreateUser(ctx, ref.AccountID, ref.Name, "/"); err != nil {
		t.Fatal(err)
	}
	cred, err := s.directory.CreateAccessKey(ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	list := func(o *s3.Options) error {
		_, err := s3.New(*o).ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
		return err
	}
	options := client.Options()
	options.Credentials = aws.CredentialsProviderFunc(credentialsOf(cred.AccessKeyID, cred.SecretAccessKey, ""))
	var refused smithy.APIError
	if err := list(&options); !errors.As(err, &refused) || refused.ErrorCode() != "AccessDenied" {
		t.Errorf("a user without a policy: %v", err)
	}
	if err := s.directory.AttachPolicy(ctx, ref, "s3", []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:List*","Resource":"arn:aws:s3:::photos"}}`)); err != nil {
		t.Fatal(err)
	}
	if err := list(&options); err != nil {
		t.Errorf("with a policy: %v", err)
	}
	// Temporary credentials of Cairn's own STS.
	session, err := s.client("default").sts().GetSessionToken(ctx, &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	c := session.Credentials
	options.Credentials = aws.CredentialsProviderFunc(credentialsOf(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken))
	if err := list(&options); err != nil {
		t.Errorf("with a session: %v", err)
	}
	options.Credentials = aws.CredentialsProviderFunc(credentialsOf(*c.AccessKeyId, *c.SecretAccessKey, "bogus"))
	if err := list(&options); !errors.As(err, &refused) || refused.ErrorCode() != "InvalidToken" {
		t.Errorf("with a bogus token: %v", err)
	}
}
