package config

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"

	"github.com/goccy/go-yaml/ast"
)

// gatewaysKey is the key of the list of gateways in the YAML file.
const gatewaysKey = "gateways"

// DefaultGateway is the name of the gateway that gateway-listen and
// gateway-upstream describe.
const DefaultGateway = "default"

// Gateway is one recording gateway: an address that clients call, and where
// their calls go.
type Gateway struct {
	// Name is its name in metrics and logs; no two have the same.
	Name string
	// Listen is the address, as HOST:PORT.
	Listen string
	// Upstream is where calls go, as scheme://HOST:PORT; Upstreams has others for
	// some services. There is at least one.
	Upstream  string
	Upstreams map[string]string
	// Region and AccountID are those of calls that name none; [Config.Listeners]
	// fills them with those of the server.
	Region, AccountID string
	// BucketDomains are domains, apart from those of AWS, below which S3 buckets
	// are hosts; DefaultService is the service of calls that name none.
	BucketDomains  []string
	DefaultService string
	// TLSCert and TLSKey are PEM files; with both the gateway speaks TLS only.
	TLSCert, TLSKey string
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// VPCEndpointID and VPCEndpointAccountID make the gateway the VPC endpoint
	// that records name.
	VPCEndpointID, VPCEndpointAccountID string
	// EndpointPolicy is the file of the endpoint's policy; see [Gateway.Policy].
	EndpointPolicy string
}

// gatewayKeys are the keys of a gateway, in the order of the manual.
var gatewayKeys = []listKey[Gateway]{
	{"name", "Name in metrics and logs; required, and different for each gateway.", inText(func(g *Gateway) *string { return &g.Name })},
	{"listen", "Address to listen at; required.", inText(func(g *Gateway) *string { return &g.Listen })},
	{"upstream", "Where calls are forwarded to: scheme and host, as `https://s3.us-east-1.amazonaws.com`.", inText(func(g *Gateway) *string { return &g.Upstream })},
	{"upstreams", "Upstreams of single services, as `s3: http://127.0.0.1:9000`; one of upstream and upstreams is required.", inUpstreams},
	{"region", "Region of calls that name none; that of the server if not set.", inText(func(g *Gateway) *string { return &g.Region })},
	{"account-id", "Account of calls by nobody known; that of the server if not set.", inText(func(g *Gateway) *string { return &g.AccountID })},
	{"bucket-domains", "List of domains below which S3 buckets are hosts, as `s3.example.com`; those of AWS always are.", inList("a list of domains", addDomain)},
	{"default-service", "Service of calls without a signature and without a host of AWS, as `s3`.", inText(func(g *Gateway) *string { return &g.DefaultService })},
	{"tls-cert", "PEM certificate chain; needs tls-key too.", inText(func(g *Gateway) *string { return &g.TLSCert })},
	{"tls-key", "PEM private key; needs tls-cert too.", inText(func(g *Gateway) *string { return &g.TLSKey })},
	{"trusted-proxies", "List of addresses and networks whose `X-Forwarded-For` is believed, as `10.0.0.0/8`.", inList("a list of addresses and networks", addProxy)},
	{"vpc-endpoint-id", "Id of the VPC endpoint that records name, as `vpce-1a2b3c4d`.", inText(func(g *Gateway) *string { return &g.VPCEndpointID })},
	{"vpc-endpoint-account-id", "Account that owns the VPC endpoint.", inText(func(g *Gateway) *string { return &g.VPCEndpointAccountID })},
	{"endpoint-policy", "File with the endpoint's policy, in JSON.", inText(func(g *Gateway) *string { return &g.EndpointPolicy })},
}

func inUpstreams(g *Gateway, value ast.Node) (want string, err error) {
	const form = "lines of the form \"service: URL\""
	pairs, ok := mapping(value)
	if !ok {
		return form, nil
	}
	g.Upstreams = make(map[string]string, len(pairs))
	for _, pair := range pairs {
		service := pair.Key.GetToken().Value
		text, ok := plainText(pair.Value)
		if !ok {
			return form, nil
		}
		if _, twice := g.Upstreams[service]; twice {
			return "", fmt.Errorf("the service %q was given twice", service)
		}
		g.Upstreams[service] = text
	}
	return "", nil
}

func addDomain(g *Gateway, text string) error {
	g.BucketDomains = append(g.BucketDomains, text)
	return nil
}

func addProxy(g *Gateway, text string) error {
	prefix, err := parseNetwork(text)
	if err == nil {
		g.TrustedProxies = append(g.TrustedProxies, prefix)
	}
	return err
}

// parseNetwork reads "10.0.0.0/8", "fd00::/8" or a single address.
func parseNetwork(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil || prefix.Addr().Is4In6() {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a network; write for example 192.0.2.7 or 10.0.0.0/8", text)
	}
	return prefix.Masked(), nil
}

// Listeners are all gateways: that of gateway-listen, if there is one, and those
// of the YAML file, with the Region and the account of the server where they have
// none. The settings have been validated.
func (c *Config) Listeners() []Gateway {
	var out []Gateway
	if c.GatewayListen != "" {
		out = append(out, Gateway{Name: DefaultGateway, Listen: c.GatewayListen, Upstream: c.GatewayUpstream})
	}
	out = append(out, c.Gateways...)
	for i := range out {
		if out[i].Region == "" {
			out[i].Region = c.Region
		}
		if out[i].AccountID == "" {
			out[i].AccountID = c.AccountID
		}
	}
	return out
}

// maxPolicy is the largest policy of a VPC endpoint, in bytes.
const maxPolicy = 20_480

// Policy reads the endpoint's policy. It is empty if there is none, and a JSON
// object otherwise; what it says is not looked at.
func (g *Gateway) Policy() (string, error) {
	if g.EndpointPolicy == "" {
		return "", nil
	}
	text, err := os.ReadFile(g.EndpointPolicy)
	if err != nil {
		return "", fmt.Errorf("cannot read the policy: %w", err)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return "", fmt.Errorf("the policy in %s is not a JSON object", g.EndpointPolicy)
	}
	if len(text) > maxPolicy {
		return "", fmt.Errorf("the policy in %s has %d bytes; %d are allowed", g.EndpointPolicy, len(text), maxPolicy)
	}
	return string(text), nil
}
