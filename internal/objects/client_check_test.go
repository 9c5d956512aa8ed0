package objects

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// trailKey signs as CloudTrail.
const trailKey = "AKIATRAIL"

func withTrail() people {
	keys := directory()
	keys[trailKey] = Identity{Secret: secretOf(trailKey), Account: service, ARN: service}
	return keys
}

func trailCheck(bucket string) BucketCheck {
	return BucketCheck{Bucket: bucket, AccountID: one, TrailARN: "arn:aws:cloudtrail:us-east-1:" + one + ":trail/t", Reader: keyOf(alice)}
}

// refusal checks that an error is a refusal with this text in it.
func refusal(t testing.TB, err error, exception, text string) *Refusal {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) || r.Exception != exception || !strings.Contains(r.Error(), text) {
		t.Fatalf("error %v, want %s with %q", err, exception, text)
	}
	return r
}

func TestCheckBucket(t *testing.T) {
	e := start(t, Config{Keys: withTrail()})
	owner := e.client(alice)
	bucket := e.bucket(owner, "logs")
	c := openClient(t, ClientConfig{Default: e.at(trailKey)})
	in := trailCheck(bucket)
	set := func(policy string) {
		t.Helper()
		_, err := owner.PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &policy})
		check(t, err)
	}
	checked := func(in BucketCheck) error {
		t.Helper()
		warnings, err := c.CheckBucket(ctx(t), in)
		if len(warnings) > 0 {
			t.Errorf("warnings: %v", warnings)
		}
		for entry := range listed(t, e.at(alice), bucket) {
			t.Errorf("%s was left in the bucket", entry)
		}
		return err
	}

	_, err := c.CheckBucket(ctx(t), trailCheck("nowhere"))
	refusal(t, err, ExceptionNoBucket, "There is no such bucket.")
	r := refusal(t, checked(in), ExceptionBucketPolicy, "The bucket has no policy.")
	set(r.Policy)
	check(t, checked(in))
	set(trailPolicy)
	check(t, checked(in))

	// What the policy lacks is named, and the policy that is offered will do.
	for name, row := range map[string]struct {
		change func(*BucketCheck)
		want   string
	}{
		"prefix": {func(in *BucketCheck) { in.Prefix = "a/b" },
			`allows cloudtrail.amazonaws.com s3:PutObject on arn:aws:s3:::logs/a/b/AWSLogs/111111111111/CloudTrail/us-east-1/`},
		"trail":        {func(in *BucketCheck) { in.TrailARN += "2" }, `Statement "AclCheck" would do, but its Condition StringEquals on aws:SourceArn is not met by`},
		"account":      {func(in *BucketCheck) { in.AccountID = two }, `Statement "Write" would do, but its Resource does not cover`},
		"organization": {func(in *BucketCheck) { in.OrganizationID = "o-example" }, "AWSLogs/o-example/111111111111/CloudTrail/"},
	} {
		t.Run(name, func(t *testing.T) {
			set(trailPolicy)
			in := in
			row.change(&in)
			r := refusal(t, checked(in), ExceptionBucketPolicy, row.want)
			if !strings.Contains(r.Text(), r.Policy) {
				t.Errorf("the text has no policy: %s", r.Text())
			}
			set(r.Policy)
			check(t, checked(in))
		})
	}
	set(strings.Replace(trailPolicy, `"Statement": [`, `"Statement": [{"Sid": "Stop", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/AWSLogs/111111111111/CloudTrail-Digest/*"},`, 1))
	refusal(t, checked(in), ExceptionBucketPolicy, `Statement "Stop" of the bucket policy denies cloudtrail.amazonaws.com s3:PutObject`)
}

// listed gives the keys in a bucket, as somebody sees it.
func listed(t testing.TB, at Endpoint, bucket string) map[string]bool {
	t.Helper()
	out := make(map[string]bool)
	for entry, err := range openClient(t, ClientConfig{Default: at}).List(ctx(t), bucket, "", "") {
		check(t, err)
		out[entry.Key] = true
	}
	return out
}

// Where nobody may read the policy, what is tried tells.
func TestCheckBucketTries(t *testing.T) {
	e := start(t, Config{Keys: withTrail()})
	owner := e.client(alice)
	bucket := e.bucket(owner, "logs")
	in := trailCheck(bucket)
	for name, reader := range map[string]aws.CredentialsProvider{"no reader": nil, "a stranger": keyOf(carol)} {
		in.Reader = reader
		c := openClient(t, ClientConfig{Default: e.at(trailKey)})
		check(t, second(owner.DeleteBucketPolicy(ctx(t), &s3.DeleteBucketPolicyInput{Bucket: &bucket})))
		_, err := c.CheckBucket(ctx(t), in)
		refusal(t, err, ExceptionBucketPolicy, "CloudTrail may not s3:GetBucketAcl.")
		_, err = owner.PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: aws.String(trailPolicy)})
		check(t, err)
		warnings, err := c.CheckBucket(ctx(t), in)
		check(t, err)
		if len(warnings) != 0 {
			t.Errorf("%s: %v", name, warnings)
		}
		elsewhere := in
		elsewhere.Prefix = "p"
		_, err = c.CheckBucket(ctx(t), elsewhere)
		refusal(t, err, ExceptionBucketPolicy, "CloudTrail may not s3:PutObject.")
	}
	// CloudTrail may not remove what it wrote.
	if got := fmt.Sprint(listed(t, e.at(alice), bucket)); got != "map["+ProbeKey("", one)+":true]" {
		t.Errorf("the bucket has %s", got)
	}
	// The credentials are the owner's: the switch spares the policy.
	at := e.at(alice)
	at.NoPolicies = true
	check(t, second(owner.DeleteBucketPolicy(ctx(t), &s3.DeleteBucketPolicyInput{Bucket: &bucket})))
	_, err := openClient(t, ClientConfig{Default: at}).CheckBucket(ctx(t), in)
	check(t, err)
	_, err = openClient(t, ClientConfig{Default: e.at(alice)}).CheckBucket(ctx(t), trailCheck(bucket))
	refusal(t, err, ExceptionBucketPolicy, "The bucket has no policy.")
}

// bucketAnswers answers the requests of a check, each by its subresource: a
// refusal by status and code, or what the rest of it says.
func bucketAnswers(answers map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		what := r.Method
		for _, q := range []string{"policy", "acl", "requestPayment"} {
			if r.URL.Query().Has(q) {
				what = q
			}
		}
		if key := r.Header.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"); key != "" {
			what = "PUT with key"
		}
		answer, ok := answers[what]
		if !ok && what == "PUT with key" {
			answer = answers["PUT"]
		}
		var status int
		var code string
		if n, _ := fmt.Sscanf(answer, "%d %s", &status, &code); n == 2 {
			refuseWith(w, status, code)
			return
		}
		fmt.Fprint(w, answer)
	}
}

func TestCheckBucketAnswers(t *testing.T) {
	const good = trailPolicy
	acl := `<AccessControlPolicy></AccessControlPolicy>`
	for name, row := range map[string]struct {
		answers         map[string]string
		kms             string
		exception, want string
	}{
		"requester pays": {map[string]string{"policy": good, "acl": acl, "requestPayment": `<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>`}, "",
			ExceptionBucketPolicy, "Requester Pays"},
		"owner pays":             {map[string]string{"policy": good, "acl": acl, "requestPayment": `<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>`}, "", "", ""},
		"no policies":            {map[string]string{"policy": "501 NotImplemented", "acl": acl, "requestPayment": "501 NotImplemented"}, "", "", ""},
		"no lists":               {map[string]string{"policy": good, "acl": "501 NotImplemented", "requestPayment": "501 NotImplemented"}, "", "", ""},
		"not a policy":           {map[string]string{"policy": "x", "acl": acl}, "", ExceptionBucketPolicy, "cannot be read"},
		"the credentials":        {map[string]string{"policy": good, "acl": "403 AccessDenied"}, "", ExceptionBucketPolicy, "may not s3:GetBucketAcl: their own policies have to allow it. The bucket policy does."},
		"no policies, no rights": {map[string]string{"policy": "501 NotImplemented", "acl": "403 AccessDenied"}, "", ExceptionBucketPolicy, "may not s3:GetBucketAcl: their own policies have to allow it. ("},
		"writing":                {map[string]string{"policy": good, "acl": acl, "PUT": "403 AccessDenied"}, "k", ExceptionBucketPolicy, "may not s3:PutObject"},
		"a key":                  {map[string]string{"policy": good, "acl": acl}, "k", "", ""},
		"a key that denies":      {map[string]string{"policy": good, "acl": acl, "PUT with key": "403 AccessDenied"}, "k", ExceptionKeyPolicy, "kms:GenerateDataKey"},
		"no key":                 {map[string]string{"policy": good, "acl": acl, "PUT with key": "400 KMS.NotFoundException"}, "k", ExceptionNoKey, "There is no KMS key k"},
		"a disabled key":         {map[string]string{"policy": good, "acl": acl, "PUT with key": "400 KMS.DisabledException"}, "k", ExceptionKeyDisabled, "KMS key k is not enabled"},
		"a store without KMS":    {map[string]string{"policy": good, "acl": acl, "PUT with key": "501 NotImplemented"}, "k", ExceptionKeyPolicy, "does not encrypt with KMS key k"},
		"may not delete":         {map[string]string{"policy": good, "acl": acl, "DELETE": "403 AccessDenied"}, "", "", ""},
		"out of order":           {map[string]string{"policy": "503 SlowDown"}, "", "", "SlowDown"},
		"no room":                {map[string]string{"policy": good, "acl": acl, "PUT": "507 XMinioStorageFull"}, "", "", "XMinioStorageFull"},
	} {
		t.Run(name, func(t *testing.T) {
			f := fakeStore(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header()["x-amz-meta-cairn-probe"] = []string{"1"}
				bucketAnswers(row.answers)(w, r)
			})
			in := trailCheck("logs")
			in.KMSKeyID = row.kms
			warnings, err := f.client().CheckBucket(ctx(t), in)
			switch {
			case row.exception != "":
				refusal(t, err, row.exception, row.want)
			case row.want != "":
				var r *Refusal
				if !IsCode(err, row.want) || errors.As(err, &r) {
					t.Errorf("error %v, want %s and no refusal", err, row.want)
				}
			case err != nil || len(warnings) > 0:
				t.Errorf("error %v, warnings %v", err, warnings)
			}
		})
	}
}

// A store whose answers have capitals in the names of metadata is found out.
func TestProbeOfMetadata(t *testing.T) {
	for _, secured := range []bool{false, true} {
		for header, seen := range map[string]string{
			"x-amz-meta-cairn-probe": "none", "X-Amz-Meta-cairn-probe": "none", "X-Amz-Meta-Cairn-Probe": "X-Amz-Meta-Cairn-Probe",
			"x-amz-meta-Cairn-probe": "x-amz-meta-Cairn-probe", "x-amz-meta-other": "",
		} {
			t.Run(fmt.Sprint(header, secured), func(t *testing.T) {
				s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header()[header] = []string{"1"}
					bucketAnswers(map[string]string{"policy": trailPolicy, "acl": "501 NotImplemented"})(w, r)
				}))
				defer s.Close()
				transport := new(http.Transport)
				if s.EnableHTTP2 = secured; secured {
					s.StartTLS()
					roots := x509.NewCertPool()
					roots.AddCert(s.Certificate())
					transport.TLSClientConfig = &tls.Config{RootCAs: roots}
				} else {
					s.Start()
				}
				c := openClient(t, ClientConfig{Default: Endpoint{URL: s.URL, PathStyle: true, Credentials: keyOf(alice)}, Transport: transport})
				warnings, err := c.CheckBucket(ctx(t), trailCheck("logs"))
				check(t, err)
				if seen == "none" {
					if len(warnings) > 0 {
						t.Errorf("warnings: %v", warnings)
					}
					return
				}
				var found *MetadataError
				if len(warnings) != 1 || !errors.As(warnings[0], &found) || found.Seen != seen || !strings.Contains(found.Error(), "validate-logs") {
					t.Errorf("warnings %v, want one of %q", warnings, seen)
				}
			})
		}
	}
}

// The policy that is offered is that of CloudTrail's documentation.
func TestOfferedPolicy(t *testing.T) {
	in := BucketCheck{Bucket: "logs", Prefix: "p", AccountID: one, OrganizationID: "o-1", TrailARN: "arn:aws-cn:cloudtrail:cn-north-1:" + one + ":trail/t"}
	var got struct {
		Version   string
		Statement []statement
	}
	check(t, json.Unmarshal([]byte(in.Policy()), &got))
	want := []string{"arn:aws-cn:s3:::logs", "arn:aws-cn:s3:::logs/p/AWSLogs/" + one + "/*", "arn:aws-cn:s3:::logs/p/AWSLogs/o-1/*"}
	var have []string
	for _, st := range got.Statement {
		have = append(have, st.Resource)
		if st.Effect != "Allow" || st.Principal["Service"] != service || st.Condition["StringEquals"]["aws:SourceArn"] != in.TrailARN {
			t.Errorf("statement %+v", st)
		}
	}
	if got.Version != "2012-10-17" || !slices.Equal(have, want) {
		t.Errorf("resources %q, want %q", have, want)
	}
}
