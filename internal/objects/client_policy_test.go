package objects

import (
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	const trail = "arn:aws:cloudtrail:us-east-1:111111111111:trail/t"
	put := ask{"s3:PutObject", "arn:aws:s3:::logs/AWSLogs/111111111111/CloudTrail/x", map[string]string{
		"aws:sourcearn": trail, "aws:sourceaccount": one, "aws:securetransport": "true", "s3:tlsversion": "1.3",
		"s3:x-amz-acl": BucketOwnerFullControl, "s3:x-amz-server-side-encryption": "AES256",
	}}
	const (
		svc   = `"Principal":{"Service":"cloudtrail.amazonaws.com"}`
		act   = `"Action":"s3:PutObject"`
		res   = `"Resource":"arn:aws:s3:::logs/AWSLogs/111111111111/*"`
		base  = `"Effect":"Allow",` + svc + `,` + act + `,` + res
		allow = `{` + base + `},`
		deny  = `{"Sid":"No","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::logs/*"`
	)
	condition := func(c string) string { return `{"Sid":"If",` + base + `,"Condition":{` + c + `}}` }
	for name, row := range map[string]struct {
		statements string
		allowed    bool
		denied     string
		near       string
	}{
		"plain":                 {`{` + base + `}`, true, "", ""},
		"nothing":               {``, false, "", ""},
		"lists":                 {`{"Effect":"Allow","Principal":{"Service":["x.amazonaws.com","cloudtrail.amazonaws.com"]},"Action":["s3:Get*","S3:putobject"],"Resource":["arn:aws:s3:::other","arn:aws:s3:::logs/*"]}`, true, "", ""},
		"everyone":              {`{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`, true, "", ""},
		"everyone, as accounts": {`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:PutObjec?","Resource":"*"}`, true, "", ""},
		"opposites":             {`{"Effect":"Allow","NotPrincipal":{"AWS":"111111111111"},"NotAction":"s3:Get*","NotResource":"arn:aws:s3:::logs/private/*"}`, true, "", ""},
		"an opposite too many":  {`{"Effect":"Allow",` + svc + `,"NotAction":"s3:Put*","Resource":"*"}`, false, "", "its Action is not s3:PutObject"},
		"another service":       {`{"Sid":"S","Effect":"Allow","Principal":{"Service":"config.amazonaws.com"},` + act + `,` + res + `}`, false, "", `Statement "S" would do, but its Principal is not the service cloudtrail.amazonaws.com.`},
		"account ids":           {`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::086441151436:root"},` + act + `,` + res + `}`, false, "", "account ids, as old policies have them"},
		"another prefix":        {`{"Effect":"Allow",` + svc + `,` + act + `,"Resource":"arn:aws:s3:::logs/p/AWSLogs/*"}`, false, "", "Statement number 1 would do, but its Resource does not cover"},
		"case of a key":         {`{"Effect":"Allow",` + svc + `,` + act + `,"Resource":"arn:aws:s3:::logs/awslogs/*"}`, false, "", "Resource"},
		"two things wrong":      {`{"Effect":"Allow",` + svc + `,"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::logs"}`, false, "", ""},
		"as documented": {condition(`"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control","AWS:SourceArn":["x","` + trail + `"]}`),
			true, "", ""},
		"another trail":         {condition(`"StringEquals":{"aws:SourceArn":"x"}`), false, "", "its Condition StringEquals on aws:SourceArn is not met by \"" + trail + `"`},
		"trails by pattern":     {condition(`"ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:111111111111:trail/*"}`), true, "", ""},
		"pattern over a colon":  {condition(`"ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:trail/*"}`), false, "", "ArnLike"},
		"text over a colon":     {condition(`"StringLike":{"aws:SourceArn":"arn:*:trail/?"}`), true, "", ""},
		"account":               {condition(`"StringEquals":{"aws:SourceAccount":"111111111111"}`), true, "", ""},
		"another account":       {condition(`"StringEquals":{"aws:SourceAccount":"222222222222"}`), false, "", "aws:SourceAccount"},
		"not":                   {condition(`"StringNotEquals":{"s3:x-amz-acl":"private"}`), true, "", ""},
		"a key that is absent":  {condition(`"StringEquals":{"aws:PrincipalOrgID":"o-1"}`), false, "", "asks for something that the request does not have"},
		"unless it is absent":   {condition(`"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}`), true, "", ""},
		"null":                  {condition(`"Null":{"aws:PrincipalOrgID":"true","aws:SourceArn":"false"}`), true, "", ""},
		"not null":              {condition(`"Null":{"aws:SourceArn":true}`), false, "", "Null on aws:SourceArn is not met"},
		"an unknown key":        {condition(`"StringEquals":{"x:y":"z"}`), false, "", "cannot be judged"},
		"an unknown operator":   {condition(`"ForAllValues:StringEquals":{"aws:SourceArn":"z"}`), false, "", "cannot be judged"},
		"a variable":            {condition(`"StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"}`), false, "", "cannot be judged"},
		"numbers":               {condition(`"NumericGreaterThanEquals":{"s3:TlsVersion":1.2}`), true, "", ""},
		"a deny":                {allow + deny + `}`, true, `"No"`, ""},
		"without a channel":     {allow + deny + `,"Condition":{"Bool":{"aws:SecureTransport":false}}}`, true, "", ""},
		"old channels":          {allow + deny + `,"Condition":{"NumericLessThan":{"s3:TlsVersion":"1.2"}}}`, true, "", ""},
		"KMS only":              {allow + deny + `,"Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":["aws:kms"]}}}`, true, `"No"`, ""},
		"KMS or AES256":         {allow + deny + `,"Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":["aws:kms","AES256"]}}}`, true, "", ""},
		"from elsewhere":        {allow + deny + `,"Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}`, true, `"No"`, ""},
		"a deny not understood": {allow + deny + `,"Condition":{"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}}`, true, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := judge([]byte(`{"Version":"2012-10-17","Statement":[`+row.statements+`]}`), put)
			check(t, err)
			if got.allowed != row.allowed || got.denied != row.denied || !strings.Contains(got.near, row.near) || row.near == "" && got.near != "" {
				t.Errorf("%+v, want %+v", got, row)
			}
		})
	}
	if got, err := judge([]byte(`{"Statement":{`+base+`}}`), put); err != nil || !got.allowed {
		t.Errorf("a single statement: %+v, %v", got, err)
	}
	for _, text := range []string{``, `[]`, `{`, `{"Statement":["x"]}`, `{}`} {
		if got, err := judge([]byte(text), put); err == nil {
			t.Errorf("%q is a policy: %+v", text, got)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add(trailPolicy)
	f.Add(`{"Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"Condition":{"Null":{"aws:SourceArn":[]},"IpAddress":{"s3:x-amz-acl":[1,null]}}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := judge([]byte(text), ask{"s3:PutObject", "arn:aws:s3:::logs/k", map[string]string{"s3:x-amz-acl": "x"}})
		if err != nil && got != (opinion{}) {
			t.Errorf("an error with an opinion: %+v, %v", got, err)
		}
	})
}
