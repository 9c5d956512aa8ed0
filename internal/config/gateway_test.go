package config

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestGateways(t *testing.T) {
	policy := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(policy, []byte(`{"Statement":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	yaml := `data-dir: d
gateway-listen: 127.0.0.1:4579
gateways:
  - name: objects
    listen: 127.0.0.1:4580
    upstream: https://sts.us-east-1.amazonaws.com/
    upstreams:
      s3: http://127.0.0.1:9000
      kms: http://[::1]:9001
    region: eu-west-1
    account-id: 012345678901
    trusted-proxies: [10.1.2.3/8, 192.0.2.7, "fd00::/8", ::1]
    vpc-endpoint-id: vpce-1a2b3c4d
    vpc-endpoint-account-id: "111122223333"
    endpoint-policy: ` + policy + `
  - name: other
    listen: :4581
    upstreams: {s3: "http://minio:9000"}
    region:
`
	got, err := load(t, yaml, map[string]string{"CAIRN_GATEWAY_UPSTREAM": "http://127.0.0.1:9002"}, map[string]string{"gateway-fail-open": "true", "redaction-rules": "rules.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Gateway{
		{Name: "default", Listen: "127.0.0.1:4579", Upstream: "http://127.0.0.1:9002", Region: "us-east-1", AccountID: "111122223333"},
		{
			Name: "objects", Listen: "127.0.0.1:4580", Upstream: "https://sts.us-east-1.amazonaws.com/", Region: "eu-west-1", AccountID: "012345678901",
			Upstreams: map[string]string{"s3": "http://127.0.0.1:9000", "kms": "http://[::1]:9001"},
			TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32"), netip.MustParsePrefix("fd00::/8"),
				netip.MustParsePrefix("::1/128")},
			VPCEndpointID: "vpce-1a2b3c4d", VPCEndpointAccountID: "111122223333", EndpointPolicy: policy,
		},
		{Name: "other", Listen: ":4581", Upstreams: map[string]string{"s3": "http://minio:9000"}, Region: "us-east-1", AccountID: "111122223333"},
	}
	if list := got.Listeners(); !reflect.DeepEqual(list, want) {
		t.Errorf("got  %+v\nwant %+v", list, want)
	}
	if text, err := got.Gateways[0].Policy(); err != nil || text != `{"Statement":[]}` {
		t.Errorf("the policy is %q, %v", text, err)
	}
	if !got.GatewayFailOpen || got.RedactionRules != "rules.yaml" || got.Gateways[1].Region != "" {
		t.Errorf("%+v", got)
	}
	if plain, err := load(t, "data-dir: d\ngateways:\n", nil, nil); err != nil || len(plain.Listeners()) > 0 {
		t.Errorf("%+v, %v", plain.Listeners(), err)
	}
}

// TestGatewayKeys: what the file may not have, with its line.
func TestGatewayKeys(t *testing.T) {
	const whole = "data-dir: d\ngateways:\n  - name: a\n    listen: 127.0.0.1:1\n    upstream: http://h\n"
	for more, want := range map[string]string{
		"    lisen: x\n":                                       `unknown key "lisen" of a gateway in line 6 of cairn.yaml; did you mean "listen"?`,
		"    upstrems: {}\n":                                   `did you mean "upstreams"?`,
		"    data-dir: x\n":                                    `unknown key "data-dir" of a gateway in line 6`,
		"    name: b\n":                                        `key "name" of a gateway was given in line 3 already, and again in line 6`,
		"    region: [a]\n":                                    `gateways[0].region: something else than text stands in line 6`,
		"    upstreams: x\n":                                   `gateways[0].upstreams: something else than lines of the form "service: URL" stands in line 6`,
		"    upstreams: {s3: [x]}\n":                           `gateways[0].upstreams: something else than lines`,
		"    upstreams: {s3: http://a, s3: b}\n":               `gateways[0].upstreams: the service "s3" was given twice`,
		"    upstreams: {S 3: http://a}\n":                     `gateways[0].upstreams: "S 3" is not the name of a service, as s3 (from line 6 of cairn.yaml)`,
		"    upstreams: {s3: http://a/b}\n":                    `gateways[0].upstreams: s3: "http://a/b" has more than a scheme and a host`,
		"    trusted-proxies: 10.0.0.0/8\n":                    `gateways[0].trusted-proxies: something else than a list of addresses and networks`,
		"    trusted-proxies: [{}]\n":                          `gateways[0].trusted-proxies: something else than a list`,
		"    trusted-proxies: [10.0.0.0/99]\n":                 `gateways[0].trusted-proxies: "10.0.0.0/99" is neither an address nor a network`,
		"    vpc-endpoint-id: x\n":                             `gateways[0].vpc-endpoint-id: "x" is not the id of a VPC endpoint`,
		"    vpc-endpoint-account-id: 111122223333":            `gateways[0].vpc-endpoint-account-id: there is no vpc-endpoint-id`,
		"    tls-key: k\n":                                     `gateways[0].tls-cert: tls-cert and tls-key come together`,
		"    endpoint-policy: no-such.json\n":                  `gateways[0].endpoint-policy: cannot read the policy`,
		"    account-id: 12\n":                                 `gateways[0].account-id: "12" is not twelve digits (from line 6 of cairn.yaml)`,
		"    region: Mars\n":                                   `gateways[0].region: "Mars" is not a Region, as us-east-1 (from line 6 of cairn.yaml)`,
		"  - listen: x\n":                                      `gateways[1].listen: "x" is not an address`,
		"  - name: a\n":                                        `gateways[1].name: another gateway has the name "a" (from line 6 of cairn.yaml)`,
		"  - name: a b\n":                                      `gateways[1].name: "a b" is not a name`,
		"  - listen: localhost:1\n":                            `gateways[1].listen: localhost:1 is the address of gateways[0].listen too; the two must differ (from line 6 of cairn.yaml)`,
		"  - listen: :4570\n":                                  `gateways[1].listen: :4570 is the address of listen too`,
		"  - listen: :4572\n":                                  `gateways[1].listen: :4572 is the address of admin-listen too`,
		"  - {}\n":                                             `gateways[1]: the gateway has no name; give it one with the key name`,
		"  - upstream: x\n":                                    `gateways[1]: the gateway has no address; give it one with the key listen (from line 6 of cairn.yaml)`,
		"  - region: us-east-1\n":                              `gateways[1]: the gateway has no upstream; name one with the key upstream or upstreams`,
		"  - upstream: 127.0.0.1:9\n":                          `gateways[1].upstream: "127.0.0.1:9" is not an upstream`,
		"  - {upstream: \"http://h:0x\"}\n":                    `gateways[1].upstream: "http://h:0x" is not an upstream`,
		"  - {upstream: \"http://h:99999\"}\n":                 `gateways[1].upstream: "http://h:99999" has no port`,
		"  - {upstream: \"http://[::1]:5\", listen: \":5\"}\n": `gateways[1].upstream: "http://[::1]:5" is the gateway itself`,
		"  - x\n":               `gateways: something else than a mapping stands in line 6`,
		"gateways: []\n":        `key "gateways" was given in line 2 already, and again in line 6`,
		"gateway: 1\n":          `unknown key "gateway" in line 6 of cairn.yaml; did you mean "gateways"?`,
		"gateway-listen: x\n":   "gateway-listen: gateway-listen and gateway-upstream come together: give both or none (from line 6 of cairn.yaml)",
		"gateway-upstream: x\n": "gateway-listen: gateway-listen and gateway-upstream come together",
		"gateway-listen: 127.0.0.1:4572\ngateway-upstream: x\n": "gateway-listen: 127.0.0.1:4572 is the address of admin-listen too",
		"gateway-listen: :1\ngateway-upstream: http://x\n":      "gateways[0].listen: 127.0.0.1:1 is the address of gateway-listen too",
		"gateway-listen: :7\ngateway-upstream: x\n":             `gateway-upstream: "x" is not an upstream; write http://HOST:PORT or https://HOST (from line 7 of cairn.yaml)`,
	} {
		if _, err := load(t, whole+more, nil, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\ngot  %v\nwant %s", more, err, want)
		}
	}
	if _, err := load(t, "data-dir: d\ngateways: {a: b}\n", nil, nil); err == nil || !strings.Contains(err.Error(), "gateways: something else than a list of mappings stands in line 2 of cairn.yaml") {
		t.Error(err)
	}
}

// TestGatewayProblemsTogether: problems of gateways are reported with the others.
func TestGatewayProblemsTogether(t *testing.T) {
	_, err := load(t, "gateways:\n  - name: a\n    lisen: x\n    region: Mars\n  - upstream: http://h\n    listen: 127.0.0.1:4570\nregion: Moon\n", nil, nil)
	all, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatal(err)
	}
	for _, want := range []string{
		"data-dir: is required", `unknown key "lisen"`, `region: "Moon"`, `gateways[0].region: "Mars"`, "gateways[0]: the gateway has no address",
		"gateways[0]: the gateway has no upstream", "gateways[1]: the gateway has no name", "gateways[1].listen: 127.0.0.1:4570 is the address of listen too",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %s", err, want)
		}
	}
	if len(all.Problems) != 8 {
		t.Errorf("%d problems: %v", len(all.Problems), err)
	}
}

func TestPolicy(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a list": "[]", "null": "null", "no JSON": "{", "large": `{"a":"` + strings.Repeat("x", maxPolicy) + `"}`} {
		g := Gateway{EndpointPolicy: filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))}
		if err := os.WriteFile(g.EndpointPolicy, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := g.Policy(); err == nil {
			t.Errorf("%s was taken: %q", name, got)
		}
	}
}
