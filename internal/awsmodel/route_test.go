package awsmodel

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// sample builds a request from an operation's template: labels filled,
// constants and required query parameters and headers set.
func sample(op *Operation) *http.Request {
	path, query, _ := strings.Cut(op.URI, "?")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		switch {
		case isGreedy(s):
			segments[i] = "greedy-value/with%20more"
		case isLabel(s):
			segments[i] = "value%2Fof-label"
		}
	}
	values, _ := url.ParseQuery(query)
	header := http.Header{}
	if op.Input != nil {
		for _, m := range op.Input.Members {
			switch {
			case m.Required && m.Location == InQuery && !values.Has(m.WireName()):
				values.Set(m.WireName(), "x")
			case m.Required && m.Location == InHeader:
				header.Set(m.WireName(), "x")
			}
		}
	}
	s := op.Service
	host := s.EndpointPrefix + ".us-east-1.amazonaws.com"
	header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20300101/us-east-1/"+s.SigningName+"/aws4_request, SignedHeaders=host, Signature=0")
	raw := strings.Join(segments, "/")
	plain, _ := url.PathUnescape(raw)
	return &http.Request{Method: op.Method, Host: host, Header: header,
		URL: &url.URL{Path: plain, RawPath: raw, RawQuery: values.Encode()}}
}

// alike are operations whose requests cannot be told from those of another by
// method, path, query and headers: the models give both the same binding. The
// other is what such a request is recognized as.
var alike = map[string]string{
	// The older name of the operation, deprecated.
	"s3.GetBucketLifecycle": "s3.GetBucketLifecycleConfiguration", "s3.PutBucketLifecycle": "s3.PutBucketLifecycleConfiguration",
	"s3.GetBucketNotification": "s3.GetBucketNotificationConfiguration", "s3.PutBucketNotification": "s3.PutBucketNotificationConfiguration",
	// Told by host or x-id.
	"s3.ListDirectoryBuckets": "s3.ListBuckets",
}

func TestEveryRouteLeadsHome(t *testing.T) {
	c := catalogue(t)
	total, seen := 0, map[string]bool{}
	wrong, twins := map[string]string{}, map[string]int{}
	for _, s := range c.Services() {
		if !s.REST() {
			continue
		}
		for _, op := range s.Operations() {
			total++
			call := c.Recognize(sample(op), nil)
			name := s.Name + "." + op.Name
			got := call.ServiceName + "." + call.OperationName
			if got == name {
				if call.Missing != 0 {
					t.Errorf("%s misses %s", name, call.Missing)
				}
				continue
			}
			if twin := call.Service; call.OperationName == op.Name && twin.EndpointPrefix == s.EndpointPrefix && twin.SigningName == s.SigningName {
				twins[s.Name+" "+twin.Name]++
				continue
			}
			seen[name] = true
			if alike[name] != got {
				wrong[name] = got
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		t.Errorf("%s is recognized as %s", name, wrong[name])
	}
	for name := range alike {
		if !seen[name] {
			t.Errorf("%s is recognized and needs no exception", name)
		}
	}
	// Two models of one service at one host, with the same operation: a call is
	// either's.
	t.Logf("%d REST operations, %d of them like another, twins %v", total, len(seen), twins)
}

func BenchmarkRecognizeS3(b *testing.B) {
	c := catalogue(b)
	r := sample(c.Service("s3").Operation("UploadPart"))
	c.Recognize(r, nil)
	b.ReportAllocs()
	for b.Loop() {
		c.Recognize(r, nil)
	}
}
