package config

import (
	"reflect"
	"strings"
	"testing"
)

func TestBuckets(t *testing.T) {
	got, err := load(t, `data-dir: d
buckets-endpoint: aws
buckets:
  - name: audit-archive
    endpoint: https://minio.example.com:9000
    profile: minio
    region: eu-west-1
    no-policies: true
  - {name: local, endpoint: embedded}
  - name: far
    endpoint: aws
    no-acl: true
    no-kms: true
    no-sse: true
`, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []Bucket{
		{Name: "audit-archive", Endpoint: "https://minio.example.com:9000", Profile: "minio", Region: "eu-west-1", NoPolicies: true},
		{Name: "local", Endpoint: Embedded},
		{Name: "far", Endpoint: AWS, NoACL: true, NoKMS: true, NoSSE: true},
	}
	if !reflect.DeepEqual(got.Buckets, want) {
		t.Errorf("got  %+v\nwant %+v", got.Buckets, want)
	}
	for more, want := range map[string]string{
		"  - endpoint: aws\n":                                              `buckets[0]: the bucket has no name; give it with the key name (from line 3 of cairn.yaml)`,
		"  - name: abc\n":                                                  `buckets[0]: the bucket has no endpoint; write embedded, aws or a URL`,
		"  - {name: A, endpoint: aws}\n":                                   `buckets[0].name: "A" is not the name of a bucket`,
		"  - {name: abc, endpoint: ftp}\n":                                 `buckets[0].endpoint: "ftp" is neither embedded, nor aws, nor a URL`,
		"  - {name: abc, endpoint: embedded, profile: p}\n":                `buckets[0].endpoint: the embedded endpoint takes neither profile nor region`,
		"  - {name: abc, endpoint: aws, region: Mars}\n":                   `buckets[0].region: "Mars" is not a Region`,
		"  - {name: abc, endpoint: aws, no-acl: 1}\n":                      `buckets[0].no-acl: something else than true or false stands in line 3`,
		"  - {name: abc, end: aws}\n":                                      `unknown key "end" of a bucket in line 3`,
		"  - {name: abc, endpoint: aws}\n  - {name: abc, endpoint: aws}\n": `buckets[1].name: the bucket "abc" is there twice`,
	} {
		if _, err := load(t, "data-dir: d\nbuckets:\n"+more, nil, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\ngot  %v\nwant %s", more, err, want)
		}
	}
}
