package trinosql

import (
	"encoding/hex"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// An IP address is its 16 bytes, one of version 4 mapped into version 6: so addresses sort
// and compare as Trino's do.

var netGo = []value.Function{
	goFunc("trino_text_to_ip", "BLOB", types("VARCHAR"), func(a []any) (any, error) {
		ip, err := netip.ParseAddr(str(a[0]))
		if err != nil || ip.Zone() != "" {
			return nil, raise(CodeInvalidCast, "Cannot cast value to IPADDRESS: %s", a[0])
		}
		b := ip.As16()
		return b[:], nil
	}),
	goFunc("trino_ip_text", "VARCHAR", types("BLOB"), func(a []any) (any, error) { return ipText(bin(a[0])), nil }),
	goFunc("trino_ip_bytes", "BLOB", types("BLOB"), func(a []any) (any, error) { return bin(a[0]), nil }),
	goFunc("trino_ip_of_bytes", "BLOB", types("BLOB"), func(a []any) (any, error) {
		switch b := bin(a[0]); len(b) {
		case 4:
			v6 := netip.AddrFrom4([4]byte(b)).As16()
			return v6[:], nil
		case 16:
			return b, nil
		default:
			return nil, raise(CodeInvalidCast, "Invalid IP address binary length: %d", len(b))
		}
	}),
	goFunc("trino_uuid_of_bytes", "VARCHAR", types("BLOB"), func(a []any) (any, error) {
		b := bin(a[0])
		if len(b) != 16 {
			return nil, raise(CodeInvalidCast, "Invalid UUID binary length: %d", len(b))
		}
		s := hex.EncodeToString(b)
		return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:], nil
	}),
	goFunc("trino_network_contains", "BOOLEAN", types("VARCHAR", "BLOB"), func(a []any) (any, error) {
		network, err := netip.ParsePrefix(str(a[0]))
		if err != nil {
			return nil, badArgument("Invalid network IP address")
		}
		ip, ok := netip.AddrFromSlice(bin(a[1]))
		return ok && network.Contains(ip.Unmap()), nil
	}),
	goFunc("trino_url_decode", "VARCHAR", types("VARCHAR"), func(a []any) (any, error) {
		s, err := url.QueryUnescape(str(a[0]))
		if err != nil {
			return nil, badArgument("URLDecoder: Illegal hex characters in escape pattern")
		}
		return strings.ToValidUTF8(s, "\ufffd"), nil
	}),
	goFunc("trino_url_encode", "VARCHAR", types("VARCHAR"), func(a []any) (any, error) {
		s := url.QueryEscape(str(a[0]))
		return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(s), nil
	}),
	goFunc("trino_url_part", "VARCHAR", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) { return urlPart(str(a[0]), str(a[1])), nil }),
	goFunc("trino_url_port", "BIGINT", types("VARCHAR"), func(a []any) (any, error) {
		u := parseURL(str(a[0]))
		if u == nil {
			return nil, nil
		}
		n, err := strconv.ParseInt(u.Port(), 10, 64)
		if err != nil {
			return nil, nil //nolint:nilerr // there is none
		}
		return n, nil
	}),
	goFunc("trino_url_parameter", "VARCHAR", types("VARCHAR", "VARCHAR"), func(a []any) (any, error) {
		u := parseURL(str(a[0]))
		if u == nil || str(a[1]) == "" {
			return nil, nil
		}
		for _, part := range strings.Split(u.RawQuery, "&") {
			k, v, _ := strings.Cut(part, "=")
			if key, err := url.PathUnescape(k); err == nil && key == str(a[1]) {
				if v, err := url.PathUnescape(v); err == nil {
					return v, nil
				}
			}
		}
		return nil, nil
	}),
}

// ipText is an address as Trino writes it.
func ipText(b []byte) string {
	ip, ok := netip.AddrFromSlice(b)
	if !ok {
		return ""
	}
	return ip.Unmap().String()
}

// parseURL reads a URL as java.net.URI does, which takes no spaces; nil if it is none.
func parseURL(s string) *url.URL {
	if strings.ContainsAny(s, " <>\"{}|\\^`") {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil
	}
	return u
}

func urlPart(s, part string) any {
	u := parseURL(s)
	if u == nil {
		return nil
	}
	switch part {
	case "protocol":
		return u.Scheme
	case "host":
		return strings.Trim(u.Hostname(), "[]")
	case "path":
		if u.Opaque != "" {
			return ""
		}
		return u.Path
	case "query":
		q, err := url.PathUnescape(u.RawQuery)
		if err != nil {
			return nil
		}
		return q
	}
	return u.Fragment
}
