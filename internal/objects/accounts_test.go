package objects

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestSignatures(t *testing.T) {
	keys := directory()
	keys["AKIABROKEN"] = Identity{Account: one}
	e := start(t, Config{Keys: keys})
	e.bucket(e.client(alice), "logs")
	for _, c := range []struct{ key, secret, token, code string }{
		{alice, secretOf(alice), "", ""},
		{alice, secretOf(bob), "", "SignatureDoesNotMatch"},
		{"AKIANOBODY", "x", "", "InvalidAccessKeyId"},
		{"AKIABROKEN", "x", "", "InvalidAccessKeyId"},
		{temp, secretOf(temp), token, ""},
		{temp, secretOf(temp), "", "InvalidToken"},
		{temp, secretOf(temp), "another", "InvalidToken"},
		{temp, secretOf(temp), "old", "ExpiredToken"},
		{alice, secretOf(alice), token, "InvalidToken"},
		{temp, secretOf(alice), token, "SignatureDoesNotMatch"},
	} {
		client := e.clientWith(credentials.NewStaticCredentialsProvider(c.key, c.secret, c.token))
		_, err := client.ListObjectsV2(ctx(t), &s3.ListObjectsV2Input{Bucket: aws.String("logs")})
		if c.code == "" {
			if err != nil {
				t.Errorf("%s: %v", c.key, err)
			}
			continue
		}
		e.refused(err, c.code)
	}
	_, err := e.client(alice, func(o *s3.Options) { o.Region = "eu-west-1" }).ListBuckets(ctx(t), &s3.ListBucketsInput{})
	e.refused(err, "AuthorizationHeaderMalformed")
}

// failing is a directory that cannot be asked.
type failing struct{}

func (failing) Key(string, string) (Identity, error) {
	return Identity{}, errors.New("the disk is gone")
}

func TestDirectoryFails(t *testing.T) {
	e := start(t, Config{Keys: failing{}})
	_, err := e.client(alice).ListBuckets(ctx(t), &s3.ListBucketsInput{})
	e.refused(err, "InternalError")
	if !strings.Contains(e.log.String(), "the disk is gone") {
		t.Error("the log does not tell why")
	}
}

// Users of an account share its buckets, and have nothing of other accounts.
func TestAccounts(t *testing.T) {
	e := start(t, Config{})
	mine, colleague, session, stranger := e.client(alice), e.client(bob), e.client(temp), e.client(carol)
	b := e.bucket(mine, "logs")
	e.put(mine, b, "k", "of alice")
	if got := e.get(colleague, b, "k"); got != "of alice" {
		t.Errorf("a colleague reads %q", got)
	}
	e.put(colleague, b, "k", "of bob")
	e.put(session, b, "s", "of a session")
	if got := e.get(mine, b, "k") + e.get(mine, b, "s"); got != "of bobof a session" {
		t.Errorf("alice reads %q", got)
	}
	for _, c := range []*s3.Client{colleague, session} {
		out, err := c.ListBuckets(ctx(t), &s3.ListBucketsInput{})
		check(t, err)
		if len(out.Buckets) != 1 || *out.Owner.ID != one {
			t.Errorf("a colleague sees %v of %v", out.Buckets, *out.Owner.ID)
		}
	}
	_, err := colleague.DeleteObject(ctx(t), &s3.DeleteObjectInput{Bucket: &b, Key: aws.String("s")})
	check(t, err)

	out, err := stranger.ListBuckets(ctx(t), &s3.ListBucketsInput{})
	check(t, err)
	if len(out.Buckets) != 0 || *out.Owner.ID != two {
		t.Errorf("a stranger sees %v of %v", out.Buckets, *out.Owner.ID)
	}
	theirs := e.bucket(stranger, "theirs")
	for name, err := range map[string]error{
		"list":        second(stranger.ListObjectsV2(ctx(t), &s3.ListObjectsV2Input{Bucket: &b})),
		"get":         second(stranger.GetObject(ctx(t), &s3.GetObjectInput{Bucket: &b, Key: aws.String("k")})),
		"put":         second(stranger.PutObject(ctx(t), &s3.PutObjectInput{Bucket: &b, Key: aws.String("k"), Body: strings.NewReader("")})),
		"delete":      second(stranger.DeleteObject(ctx(t), &s3.DeleteObjectInput{Bucket: &b, Key: aws.String("k")})),
		"bucket":      second(stranger.DeleteBucket(ctx(t), &s3.DeleteBucketInput{Bucket: &b})),
		"policy":      second(stranger.GetBucketPolicy(ctx(t), &s3.GetBucketPolicyInput{Bucket: &b})),
		"copy":        second(stranger.CopyObject(ctx(t), &s3.CopyObjectInput{Bucket: &theirs, Key: aws.String("k"), CopySource: aws.String(b + "/k")})),
		"wrong owner": second(mine.GetObject(ctx(t), &s3.GetObjectInput{Bucket: &b, Key: aws.String("k"), ExpectedBucketOwner: aws.String(two)})),
	} {
		t.Run(name, func(t *testing.T) {
			(&endpoint{TB: t}).refused(err, "AccessDenied")
		})
	}
	check(t, second(mine.GetObject(ctx(t), &s3.GetObjectInput{Bucket: &b, Key: aws.String("k"), ExpectedBucketOwner: aws.String(one)})))
	if got := e.get(mine, b, "k"); got != "of bob" {
		t.Errorf("after the stranger: %q", got)
	}
	many, err := stranger.DeleteObjects(ctx(t), &s3.DeleteObjectsInput{Bucket: &b, Delete: deleteOf("k")})
	check(t, err)
	if len(many.Errors) != 1 || *many.Errors[0].Code != "AccessDenied" {
		t.Errorf("deletion of many: %v", many.Errors)
	}
}

func second[T any](_ T, err error) error { return err }

// policy is a bucket policy of one statement.
func policy(effect string, principal any, actions []string, resources ...string) *string {
	statement := map[string]any{"Effect": effect, "Principal": principal, "Action": actions, "Resource": resources}
	doc, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{statement}})
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return aws.String(string(doc))
}

func TestBucketPolicies(t *testing.T) {
	e := start(t, Config{})
	mine, stranger := e.client(alice), e.client(carol)
	b := e.bucket(mine, "logs")
	e.put(mine, b, "k", "v")
	get := func(c *s3.Client) error {
		out, err := c.GetObject(ctx(t), &s3.GetObjectInput{Bucket: &b, Key: aws.String("k")})
		if err == nil {
			readAll(t, out.Body)
		}
		return err
	}
	set := func(p *string) {
		t.Helper()
		check(t, second(mine.PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &b, Policy: p})))
	}
	read, all := []string{"s3:GetObject"}, "arn:aws:s3:::logs/*"
	for _, who := range []any{
		map[string]any{"AWS": "arn:aws:iam::" + two + ":root"},
		map[string]any{"AWS": two},
		map[string]any{"AWS": []string{"333333333333", two}},
		map[string]any{"AWS": []string{"arn:aws:iam::" + two + ":user/carol"}},
		"*",
	} {
		set(policy("Allow", who, read, all))
		if err := get(stranger); err != nil {
			t.Errorf("%v: %v", who, err)
		}
		e.refused(second(stranger.PutObject(ctx(t), &s3.PutObjectInput{Bucket: &b, Key: aws.String("k"), Body: strings.NewReader("")})), "AccessDenied")
		// A policy that says nothing of the owner takes nothing from it.
		if err := get(e.client(bob)); err != nil {
			t.Errorf("the owner's user beside %v: %v", who, err)
		}
		e.put(mine, b, "k", "v")
	}
	set(policy("Allow", map[string]any{"AWS": two}, read, all))
	out, err := mine.GetBucketPolicy(ctx(t), &s3.GetBucketPolicyInput{Bucket: &b})
	check(t, err)
	if !strings.Contains(*out.Policy, `"arn:aws:iam::`+two+`:root"`) {
		t.Errorf("the policy is %s", *out.Policy)
	}
	set(policy("Allow", map[string]any{"AWS": "arn:aws:iam::" + two + ":user/somebody"}, read, all))
	e.refused(get(stranger), "AccessDenied")
	set(policy("Deny", map[string]any{"AWS": "arn:aws:iam::" + one + ":user/bob"}, read, all))
	e.refused(get(e.client(bob)), "AccessDenied")
	check(t, get(mine))
	check(t, second(mine.DeleteBucketPolicy(ctx(t), &s3.DeleteBucketPolicyInput{Bucket: &b})))
	check(t, get(e.client(bob)))
	e.refused(get(stranger), "AccessDenied")
	e.refused(second(mine.GetBucketPolicy(ctx(t), &s3.GetBucketPolicyInput{Bucket: &b})), "NoSuchBucketPolicy")
	for name, bad := range map[string]*string{
		"principal": policy("Allow", map[string]any{"AWS": "alice"}, read, all),
		"bucket":    policy("Allow", "*", read, "arn:aws:s3:::others/*"),
		"json":      aws.String("{"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mine.PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &b, Policy: bad})
			(&endpoint{TB: t}).refused(err, "MalformedPolicy")
		})
	}
}

// A policy that the file system has no room for is refused with the reason.
func TestLargeBucketPolicy(t *testing.T) {
	for _, sidecar := range []bool{false, true} {
		e := start(t, Config{Sidecar: sidecar})
		c := e.client(alice)
		b := e.bucket(c, "logs")
		large := policy("Allow", "*", []string{"s3:GetObject"}, "arn:aws:s3:::logs/"+strings.Repeat("x", 19<<10))
		_, err := c.PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &b, Policy: large})
		if err != nil && !sidecar {
			e.refused(err, "InsufficientStorage")
		} else {
			check(t, err)
		}
		check(t, e.Server.Close(t.Context()))
	}
}

// Identity policies are asked, in IAM's words, and joined with bucket policies
// as IAM does it.
func TestIdentityPolicies(t *testing.T) {
	keys := directory()
	said, asked := Undecided, ""
	for id, who := range keys {
		if id == alice {
			continue
		}
		who.May = func(action, resource string) Verdict {
			asked = action + " " + resource
			return said
		}
		keys[id] = who
	}
	e := start(t, Config{Keys: keys})
	mine := e.client(alice)
	b := e.bucket(mine, "logs")
	e.put(mine, b, "a/k", "v")
	grant := map[string]any{"AWS": []string{"arn:aws:iam::" + one + ":user/bob", "arn:aws:iam::" + two + ":root"}}
	for _, c := range []struct {
		key    string
		policy bool
		said   Verdict
		may    bool
	}{
		{bob, false, Undecided, false},
		{bob, false, Denied, false},
		{bob, false, Allowed, true},
		{bob, true, Undecided, true},
		{bob, true, Denied, false},
		{bob, true, Allowed, true},
		{carol, false, Undecided, false},
		{carol, false, Denied, false},
		{carol, false, Allowed, false},
		{carol, true, Undecided, false},
		{carol, true, Denied, false},
		{carol, true, Allowed, true},
		{temp, true, Undecided, false},
		{temp, true, Allowed, true},
	} {
		t.Run(fmt.Sprintf("%s policy=%v said=%d", c.key, c.policy, c.said), func(t *testing.T) {
			if c.policy {
				_, err := mine.PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &b, Policy: policy("Allow", grant, []string{"s3:GetObject"}, "arn:aws:s3:::logs/*")})
				check(t, err)
			} else {
				_, err := mine.DeleteBucketPolicy(ctx(t), &s3.DeleteBucketPolicyInput{Bucket: &b})
				check(t, err)
			}
			said, asked = c.said, ""
			out, err := (&endpoint{TB: t, Server: e.Server, wire: e.wire}).client(c.key).GetObject(ctx(t), &s3.GetObjectInput{Bucket: &b, Key: aws.String("a/k")})
			if asked != "s3:GetObject arn:aws:s3:::logs/a/k" {
				t.Errorf("asked for %q", asked)
			}
			if !c.may {
				(&endpoint{TB: t}).refused(err, "AccessDenied")
				return
			}
			check(t, err)
			readAll(t, out.Body)
		})
	}
	said = Undecided
	_, err := e.client(bob).CreateBucket(ctx(t), &s3.CreateBucketInput{Bucket: aws.String("another")})
	e.refused(err, "AccessDenied")
	_, err = e.client(bob).ListBuckets(ctx(t), &s3.ListBucketsInput{})
	e.refused(err, "AccessDenied")
	said = Allowed
	e.bucket(e.client(bob), "another")
	if asked != "s3:CreateBucket arn:aws:s3:::another" {
		t.Errorf("asked for %q", asked)
	}
}

// A key that is deactivated is refused from the next request on.
func TestKeysAreNotCached(t *testing.T) {
	keys := directory()
	e := start(t, Config{Keys: keys})
	c := e.client(alice)
	e.bucket(c, "logs")
	delete(keys, alice)
	_, err := c.ListBuckets(ctx(t), &s3.ListBucketsInput{})
	e.refused(err, "InvalidAccessKeyId")
}

// VersityGW's own administration is not there, with a signature or without.
func TestNoAdministration(t *testing.T) {
	e := start(t, Config{})
	for _, path := range []string{"/create-user", "/list-users", "/change-bucket-owner?bucket=b&owner=x", "/list-buckets", "/b/create"} {
		if code, body := e.send(http.MethodPatch, e.URL()+path, ""); code != http.StatusMethodNotAllowed {
			t.Errorf("PATCH %s: %d %s", path, code, body)
		}
	}
}

func deleteOf(keys ...string) *types.Delete {
	d := new(types.Delete)
	for _, k := range keys {
		d.Objects = append(d.Objects, types.ObjectIdentifier{Key: aws.String(k)})
	}
	return d
}
