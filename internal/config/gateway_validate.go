package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	namePattern     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$`)
	servicePattern  = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)
	endpointPattern = regexp.MustCompile(`^vpce-[0-9a-f]{8,17}$`)
)

// validateGateways checks the gateways, each by itself and all together.
func (c *Config) validateGateways(bad func(key, format string, args ...any)) {
	type place struct{ key, addr string }
	taken := []place{{"listen", c.Listen}, {"admin-listen", c.AdminListen}, {"s3-listen", c.S3Listen}}
	listen := func(key, addr string) {
		if why := checkAddress(addr); why != "" {
			bad(key, "%s", why)
			return
		}
		for _, other := range taken {
			if sameAddress(addr, other.addr) {
				bad(key, "%s is the address of %s too; the two must differ", addr, other.key)
				break
			}
		}
		taken = append(taken, place{key, addr})
	}
	names := map[string]bool{}
	switch {
	case (c.GatewayListen == "") != (c.GatewayUpstream == ""):
		bad("gateway-listen", "gateway-listen and gateway-upstream come together: give both or none")
	case c.GatewayListen != "":
		names[DefaultGateway] = true
		listen("gateway-listen", c.GatewayListen)
		if why := checkUpstream(c.GatewayUpstream, c.GatewayListen); why != "" {
			bad("gateway-upstream", "%s", why)
		}
	}
	for i := range c.Gateways {
		g := &c.Gateways[i]
		inside := func(key, format string, args ...any) { bad(nested(gatewaysKey, i, key), format, args...) }
		switch {
		case g.Name == "":
			bad(nested(gatewaysKey, i, ""), "the gateway has no name; give it one with the key name")
		case !namePattern.MatchString(g.Name):
			inside("name", "%q is not a name: up to 63 letters, digits, dots, dashes and underscores", g.Name)
		case names[g.Name]:
			inside("name", "another gateway has the name %q", g.Name)
		}
		names[g.Name] = true
		if g.Listen == "" {
			bad(nested(gatewaysKey, i, ""), "the gateway has no address; give it one with the key listen")
		} else {
			listen(nested(gatewaysKey, i, "listen"), g.Listen)
		}
		g.validate(inside)
		if g.Upstream == "" && len(g.Upstreams) == 0 {
			bad(nested(gatewaysKey, i, ""), "the gateway has no upstream; name one with the key upstream or upstreams")
		}
	}
}

// validate checks one gateway by itself, but for its name and address.
func (g *Gateway) validate(bad func(key, format string, args ...any)) {
	if g.Upstream != "" {
		if why := checkUpstream(g.Upstream, g.Listen); why != "" {
			bad("upstream", "%s", why)
		}
	}
	for _, service := range slices.Sorted(maps.Keys(g.Upstreams)) {
		text := g.Upstreams[service]
		if !servicePattern.MatchString(service) {
			bad("upstreams", "%q is not the name of a service, as s3", service)
		}
		if why := checkUpstream(text, g.Listen); why != "" {
			bad("upstreams", "%s: %s", service, why)
		}
	}
	if g.Region != "" && !regionPattern.MatchString(g.Region) {
		bad("region", "%q is not a Region, as us-east-1", g.Region)
	}
	if g.AccountID != "" && !accountPattern.MatchString(g.AccountID) {
		bad("account-id", "%q is not twelve digits", g.AccountID)
	}
	if why := checkTLS(g.TLSCert, g.TLSKey); why != "" {
		bad("tls-cert", "%s", why)
	}
	if g.VPCEndpointID != "" && !endpointPattern.MatchString(g.VPCEndpointID) {
		bad("vpc-endpoint-id", "%q is not the id of a VPC endpoint, as vpce-1a2b3c4d", g.VPCEndpointID)
	}
	switch {
	case g.VPCEndpointAccountID == "":
	case !accountPattern.MatchString(g.VPCEndpointAccountID):
		bad("vpc-endpoint-account-id", "%q is not twelve digits", g.VPCEndpointAccountID)
	case g.VPCEndpointID == "":
		bad("vpc-endpoint-account-id", "there is no vpc-endpoint-id that it could belong to")
	}
	if _, err := g.Policy(); err != nil {
		bad("endpoint-policy", "%v", err)
	}
}

// checkUpstream says what is wrong with the URL of an upstream of a gateway.
func checkUpstream(text, listen string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return fmt.Sprintf("%q is not an upstream; write http://HOST:PORT or https://HOST", text)
	}
	if strings.Trim(u.Path, "/") != "" || strings.ContainsAny(text, "?#") {
		return fmt.Sprintf("%q has more than a scheme and a host; paths are forwarded as they are sent", text)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if addr := net.JoinHostPort(u.Hostname(), port); checkAddress(addr) != "" {
		return fmt.Sprintf("%q has no port between 1 and 65535", text)
	} else if net.ParseIP(u.Hostname()).IsLoopback() || u.Hostname() == "localhost" {
		if sameAddress(addr, listen) {
			return fmt.Sprintf("%q is the gateway itself", text)
		}
	}
	return ""
}
