package config

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestInlets(t *testing.T) {
	got, err := load(t, `data-dir: d
inlets:
  - name: minio
    kind: minio
    channel: others
    listen: 0.0.0.0:4590
    token-file: token
    max-body: 1MiB
  - name: app
    kind: json
    channel: others
    account-id: 012345678901
    region: eu-west-1
    tail: app.log
    socket: tcp:127.0.0.1:4591
    fields: {eventName: what, eventSource: =app}
  - name: aws
    kind: cloudtrail
    bucket: trails
    prefix: org
    since: 2026-11-01
    every: 30s
    queue: https://sqs.us-east-1.amazonaws.com/111122223333/q
    create-accounts: true
  - {name: items, kind: config-items, listen: "localhost:4592", path: /items}
`, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []Inlet{
		{Name: "minio", Kind: "minio", Channel: "others", Listen: "0.0.0.0:4590", TokenFile: "token", MaxBody: 1 << 20},
		{Name: "app", Kind: "json", Channel: "others", AccountID: "012345678901", Region: "eu-west-1", Tail: "app.log", Socket: "tcp:127.0.0.1:4591", Fields: map[string]string{"eventName": "what", "eventSource": "=app"}},
		{Name: "aws", Kind: "cloudtrail", Bucket: "trails", Prefix: "org", Since: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Every: 30 * time.Second, Queue: "https://sqs.us-east-1.amazonaws.com/111122223333/q", CreateAccounts: true},
		{Name: "items", Kind: "config-items", Listen: "localhost:4592", Path: "/items"},
	}
	if !reflect.DeepEqual(got.Inlets, want) {
		t.Errorf("got  %+v\nwant %+v", got.Inlets, want)
	}
}

// TestInletProblems: each problem is told by its key.
func TestInletProblems(t *testing.T) {
	for _, c := range []struct{ inlet, want string }{
		{"kind: minio, channel: c, listen: '127.0.0.1:1'", "no name"},
		{"name: 'a b', kind: minio, channel: c, listen: '127.0.0.1:1'", "inlets[0].name"},
		{"name: a, kind: other, channel: c, listen: '127.0.0.1:1'", "inlets[0].kind"},
		{"name: a, kind: minio, listen: '127.0.0.1:1'", "inlets[0].channel"},
		{"name: a, kind: evidence, channel: c, listen: '127.0.0.1:1'", "inlets[0].channel"},
		{"name: a, kind: minio, channel: c", "no way in"},
		{"name: a, kind: minio, channel: c, listen: '0.0.0.0:1'", "inlets[0].token-file"},
		{"name: a, kind: minio, channel: c, listen: '127.0.0.1:4570'", "another listener"},
		{"name: a, kind: minio, channel: c, listen: '127.0.0.1:1', path: x", "inlets[0].path"},
		{"name: a, kind: minio, channel: c, listen: '127.0.0.1:1', tls-cert: x", "come together"},
		{"name: a, kind: minio, channel: c, listen: '127.0.0.1:1', fields: {a: b}", "inlets[0].fields"},
		{"name: a, kind: minio, channel: c, listen: '127.0.0.1:1', max-body: big", "inlets[0].max-body"},
		{"name: a, kind: vault, channel: c, socket: 'udp:127.0.0.1:1'", "inlets[0].socket"},
		{"name: a, kind: vault, channel: c, socket: 'tcp:0.0.0.0:1'", "not on loopback"},
		{"name: a, kind: otlp, channel: c, tail: x", "through HTTP only"},
		{"name: a, kind: cloudtrail", "needs a bucket"},
		{"name: a, kind: cloudtrail, bucket: b, queue: q", "inlets[0].queue"},
		{"name: a, kind: cloudtrail, bucket: b, since: yesterday", "inlets[0].since"},
		{"name: a, kind: cloudtrail, bucket: b, listen: '127.0.0.1:1'", "neither channel nor listen"},
		{"name: a, kind: minio, channel: c, listen: '127.0.0.1:1', region: x, account-id: y", "inlets[0].region"},
	} {
		if _, err := load(t, "data-dir: d\ninlets:\n  - {"+c.inlet+"}\n", nil, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.inlet, err, c.want)
		}
	}
}
