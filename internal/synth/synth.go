// Package synth makes CloudTrail records that never happened, for benchmarks
// and load tests: the same seed gives the same records. Their sizes (1.4 KB in
// the mean) and the spread of names follow what real trails hold: a few
// operations make most of the calls, most of them read.
package synth

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// Config says what to make.
type Config struct {
	Seed uint64
	// Account and Region of all records.
	Account, Region string
	// Start is the eventTime of the first record; PerSecond records share one.
	Start     time.Time
	PerSecond int
	// Users, Buckets and Instances are how many different ones occur.
	Users, Buckets, Instances int
}

// Generator makes records one after another. It is for one goroutine.
type Generator struct {
	cfg   Config
	rng   *rand.Rand
	users *rand.Zipf
	names *rand.Zipf
	n     int
}

// New returns a generator; zero fields of cfg get defaults.
func New(cfg Config) *Generator {
	def := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	def(&cfg.PerSecond, 1000)
	def(&cfg.Users, 500)
	def(&cfg.Buckets, 2000)
	def(&cfg.Instances, 20000)
	if cfg.Account == "" {
		cfg.Account = "111122223333"
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	rng := rand.New(rand.NewPCG(cfg.Seed, 0x5eed))
	return &Generator{cfg: cfg, rng: rng, users: rand.NewZipf(rng, 1.2, 4, uint64(cfg.Users-1)), names: rand.NewZipf(rng, 1.1, 8, uint64(max(cfg.Buckets, cfg.Instances)-1))}
}

type operation struct {
	source, name string
	readOnly     bool
	params       func(g *Generator) (request, response, resources string)
}

var operations = func() []operation {
	bucket := func(g *Generator) (string, string, string) {
		b := fmt.Sprintf("logs-and-assets-%05d", g.names.Uint64()%uint64(g.cfg.Buckets))
		return fmt.Sprintf(`{"bucketName":"%s","Host":"%s.s3.%s.amazonaws.com","acl":""}`, b, b, g.cfg.Region), "null",
			fmt.Sprintf(`[{"accountId":"%s","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::%s"}]`, g.cfg.Account, b)
	}
	instance := func(g *Generator) (string, string, string) {
		return fmt.Sprintf(`{"instancesSet":{"items":[{"instanceId":"i-%017x"}]},"filterSet":{},"includeAllInstances":false}`, g.names.Uint64()%uint64(g.cfg.Instances)), "null", ""
	}
	role := func(g *Generator) (string, string, string) {
		r := fmt.Sprintf("service-role-%04d", g.names.Uint64()%1000)
		return fmt.Sprintf(`{"roleArn":"arn:aws:iam::%s:role/%s","roleSessionName":"session-%06d","durationSeconds":3600}`, g.cfg.Account, r, g.rng.IntN(1e6)),
			fmt.Sprintf(`{"credentials":{"accessKeyId":"ASIA%016d","expiration":"Nov 21, 2026, 8:00:00 PM"},"assumedRoleUser":{"assumedRoleId":"AROA00000000%09d:s","arn":"arn:aws:sts::%s:assumed-role/%s/s"}}`, g.rng.IntN(1e9), g.rng.IntN(1e9), g.cfg.Account, r),
			fmt.Sprintf(`[{"accountId":"%s","type":"AWS::IAM::Role","ARN":"arn:aws:iam::%s:role/%s"}]`, g.cfg.Account, g.cfg.Account, r)
	}
	key := func(g *Generator) (string, string, string) {
		id := fmt.Sprintf("arn:aws:kms:%s:%s:key/0e5d0ab6-097e-49d8-99ef-%012x", g.cfg.Region, g.cfg.Account, g.names.Uint64()%200)
		return fmt.Sprintf(`{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::logs-and-assets-%05d"},"keyId":"%s","encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`, g.rng.IntN(1000), id), "null",
			fmt.Sprintf(`[{"accountId":"%s","type":"AWS::KMS::Key","ARN":"%s"}]`, g.cfg.Account, id)
	}
	user := func(g *Generator) (string, string, string) {
		return fmt.Sprintf(`{"userName":"user-%04d","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}`, g.users.Uint64()), "null", ""
	}
	none := func(*Generator) (string, string, string) { return "null", "null", "" }
	return []operation{
		{"ec2.amazonaws.com", "DescribeInstances", true, instance},
		{"s3.amazonaws.com", "GetBucketAcl", true, bucket},
		{"kms.amazonaws.com", "Decrypt", true, key},
		{"sts.amazonaws.com", "AssumeRole", true, role},
		{"s3.amazonaws.com", "GetBucketPolicy", true, bucket},
		{"sts.amazonaws.com", "GetCallerIdentity", true, none},
		{"kms.amazonaws.com", "GenerateDataKey", true, key},
		{"ec2.amazonaws.com", "DescribeVolumes", true, none},
		{"iam.amazonaws.com", "GetUser", true, user},
		{"ec2.amazonaws.com", "StopInstances", false, instance},
		{"s3.amazonaws.com", "PutBucketPolicy", false, bucket},
		{"iam.amazonaws.com", "AttachUserPolicy", false, user},
		{"ec2.amazonaws.com", "TerminateInstances", false, instance},
		{"iam.amazonaws.com", "CreateAccessKey", false, user},
	}
}()

var agents = []string{
	"aws-cli/2.31.6 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0-1029-aws md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython m/E,Z,b,N cfg/retry-mode#standard md/installer#exe md/distrib#ubuntu.24 md/prompt#off md/command#ec2.describe-instances",
	"APN/1.0 HashiCorp/1.0 Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-aws/5.100.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.23.8 md/GOARCH#amd64 api/s3#1.79.3 m/C,E,g,n",
	"Boto3/1.40.44 md/Botocore#1.40.44 ua/2.1 os/linux#5.10.242-239.961.amzn2.x86_64 md/arch#x86_64 lang/python#3.12.11 md/pyimpl#CPython exec-env/AWS_Lambda_python3.12 m/Z,D,b cfg/retry-mode#legacy Botocore/1.40.44",
	"ec2.amazonaws.com",
}

// Next appends one record to dst, without a newline, and returns it with the
// record's eventID.
func (g *Generator) Next(dst []byte) ([]byte, string) {
	op := &operations[int(float64(len(operations))*g.rng.Float64()*g.rng.Float64())]
	at := g.cfg.Start.Add(time.Duration(g.n/g.cfg.PerSecond) * time.Second)
	g.n++
	user := int(g.users.Uint64())
	request, response, resources := op.params(g)
	id := g.guid()
	dst = append(dst, `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA0000000000000`...)
	dst = fmt.Appendf(dst, `%04d","arn":"arn:aws:iam::%s:user/user-%04d","accountId":"%s","accessKeyId":"AKIA000000000%03d%04d","userName":"user-%04d"`,
		user, g.cfg.Account, user, g.cfg.Account, g.rng.IntN(2), user, user)
	dst = append(dst, `,"sessionContext":{"attributes":{"creationDate":"2026-11-20T06:11:57Z","mfaAuthenticated":"false"}}},"eventTime":"`...)
	dst = at.UTC().AppendFormat(dst, "2006-01-02T15:04:05Z")
	dst = fmt.Appendf(dst, `","eventSource":"%s","eventName":"%s","awsRegion":"%s","sourceIPAddress":"10.%d.%d.%d","userAgent":"%s"`,
		op.source, op.name, g.cfg.Region, g.rng.IntN(4), g.rng.IntN(256), g.rng.IntN(256), agents[g.rng.IntN(len(agents))])
	if g.rng.IntN(25) == 0 {
		dst = fmt.Appendf(dst, `,"errorCode":"AccessDenied","errorMessage":"User: arn:aws:iam::%s:user/user-%04d is not authorized to perform: %s"`, g.cfg.Account, user, op.name)
	}
	dst = append(append(append(append(dst, `,"requestParameters":`...), request...), `,"responseElements":`...), response...)
	dst = fmt.Appendf(dst, `,"requestID":"%s","eventID":"%s","readOnly":`, g.guid(), id)
	dst = strconv.AppendBool(dst, op.readOnly)
	if resources != "" {
		dst = append(append(dst, `,"resources":`...), resources...)
	}
	dst = fmt.Appendf(dst, `,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"%s","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"%s"}}`,
		g.cfg.Account, op.source)
	return dst, id
}

func (g *Generator) guid() string {
	a, b := g.rng.Uint64(), g.rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", uint32(a>>32), uint16(a>>16), a&0xfff, 0x8000|b>>48&0x3fff, b&0xffffffffffff)
}
