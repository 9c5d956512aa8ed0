package gateway

import (
	"net/netip"
	"strings"
)

// clientAddr is the caller's address: that of the connection, or the right-most
// address of X-Forwarded-For that is no trusted proxy, if the connection comes
// from one. What stands to the left of that address was written by somebody
// unknown and is not looked at. At an entry that is no address, the proxy that
// passed it on is the answer. An IPv4 address in IPv6 form is written as IPv4,
// and zones are left out.
func clientAddr(remote string, forwarded []string, trusted []netip.Prefix) string {
	addr, ok := parseAddr(remote)
	if !ok {
		return remote
	}
	if len(trusted) == 0 || !within(addr, trusted) {
		return addr.String()
	}
	for i := len(forwarded) - 1; i >= 0; i-- {
		for rest, entry := forwarded[i], ""; rest != ""; {
			if comma := strings.LastIndexByte(rest, ','); comma >= 0 {
				rest, entry = rest[:comma], rest[comma+1:]
			} else {
				rest, entry = "", rest
			}
			next, ok := parseAddr(strings.Trim(entry, " \t"))
			if !ok {
				return addr.String()
			}
			if addr = next; !within(addr, trusted) {
				return addr.String()
			}
		}
	}
	return addr.String()
}

// parseAddr reads an address with or without a port, and IPv6 with or without
// brackets.
func parseAddr(text string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		if with, err := netip.ParseAddrPort(text); err == nil {
			addr = with.Addr()
		} else if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
			addr, _ = netip.ParseAddr(text[1 : len(text)-1])
		}
	}
	return addr.Unmap().WithZone(""), addr.IsValid()
}

func within(addr netip.Addr, prefixes []netip.Prefix) bool {
	for _, p := range prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
