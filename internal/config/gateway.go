package config

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"slices"

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

// gatewayKey is a key of a gateway in the YAML file.
type gatewayKey struct {
	key, help string
	// set reads the value. It says what should have been there, if something else
	// stands there, or what is wrong with it.
	set func(g *Gateway, value ast.Node) (want string, err error)
}

// gatewayKeys are all of them, in the order of the manual.
var gatewayKeys = []gatewayKey{
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

// plainText gives the text of a scalar; digits are taken as they stand, because
// account ids are texts that look like numbers.
func plainText(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func inText(field func(*Gateway) *string) func(*Gateway, ast.Node) (string, error) {
	return func(g *Gateway, value ast.Node) (want string, err error) {
		text, ok := plainText(value)
		if !ok {
			return "text", nil
		}
		*field(g) = text
		return "", nil
	}
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

// inList reads a list of texts, each of which add takes or refuses.
func inList(form string, add func(g *Gateway, text string) error) func(*Gateway, ast.Node) (string, error) {
	return func(g *Gateway, value ast.Node) (want string, err error) {
		list, ok := value.(*ast.SequenceNode)
		if !ok {
			return form, nil
		}
		for _, item := range list.Values {
			text, ok := plainText(item)
			if !ok {
				return form, nil
			}
			if err := add(g, text); err != nil {
				return "", err
			}
		}
		return "", nil
	}
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

// readGateways takes the list of gateways apart. lines has the line of each key.
func readGateways(node ast.Node, line int, fail failer) (out []Gateway, lines map[string]int, problems []Problem) {
	if node == nil || node.Type() == ast.NullType {
		return nil, nil, nil
	}
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		return nil, nil, fail(line, "%s: something else than a list of mappings stands", gatewaysKey)
	}
	lines = make(map[string]int)
	for _, item := range list.Values {
		pairs, ok := mapping(item)
		if !ok {
			problems = append(problems, fail(item.GetToken().Position.Line, "%s: something else than a mapping stands", gatewaysKey)...)
			continue
		}
		g, more := readGateway(pairs, len(out), lines, fail)
		problems = append(problems, more...)
		lines[nested(len(out), "")] = item.GetToken().Position.Line
		if len(pairs) > 0 {
			lines[nested(len(out), "")] = pairs[0].Key.GetToken().Position.Line
		}
		out = append(out, g)
	}
	return out, lines, problems
}

// readGateway reads one gateway.
func readGateway(pairs []*ast.MappingValueNode, index int, lines map[string]int, fail failer) (g Gateway, problems []Problem) {
	for _, pair := range pairs {
		token := pair.Key.GetToken()
		key, line := token.Value, token.Position.Line
		full := nested(index, key)
		first, repeated := lines[full]
		at := slices.IndexFunc(gatewayKeys, func(k gatewayKey) bool { return k.key == key })
		switch {
		case at < 0:
			problems = append(problems, unknown(key, line, " of a gateway", gatewayKeyNames(), fail)...)
			continue
		case repeated:
			problems = append(problems, fail(line, "key %q of a gateway was given in line %d already, and again", key, first)...)
			continue
		}
		lines[full] = line
		if pair.Value == nil || pair.Value.Type() == ast.NullType {
			continue
		}
		want, err := gatewayKeys[at].set(&g, pair.Value)
		var p []Problem
		switch {
		case want != "":
			p = fail(line, "something else than %s stands", want)
		case err != nil:
			p = fail(line, "%v, which stands", err)
		default:
			continue
		}
		p[0].Key = full
		problems = append(problems, p...)
	}
	return g, problems
}

func gatewayKeyNames() []string {
	var out []string
	for _, k := range gatewayKeys {
		out = append(out, k.key)
	}
	return out
}

// nested is the name of a gateway's key in problems: "gateways[0].listen", the
// first gateway being 0.
func nested(index int, key string) string {
	name := fmt.Sprintf("%s[%d]", gatewaysKey, index)
	if key != "" {
		name += "." + key
	}
	return name
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
