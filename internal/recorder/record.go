package recorder

import (
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cairntrail/cairn/internal/identity"
)

// eventVersion is the record format that Cairn writes (CloudTrail User Guide,
// "CloudTrail record contents").
const eventVersion = "1.11"

// Limits of single fields in bytes, of the guide's table of record contents.
// Texts are cut, parameters replaced as a whole.
const (
	maxText       = 1 << 10
	maxParameters = 100 << 10
)

// Record makes the record of a call: a management event, its members in the
// order in which CloudTrail writes them. eventID is a new GUID. The result is
// valid JSON and valid UTF-8 whatever the call's strings hold; its parameters
// must be valid JSON.
func Record(c Call, eventID string) []byte {
	o := object{b: make([]byte, 0, 1536+len(c.RequestParameters)+len(c.ResponseElements))}
	o.open()
	o.text("eventVersion", eventVersion)
	o.member("userIdentity")
	userIdentity(&o, &c)
	o.time("eventTime", c.Time)
	o.text("eventSource", c.EventSource)
	o.text("eventName", clean(c.EventName))
	o.text("awsRegion", clean(c.Region))
	o.text("sourceIPAddress", host(c.SourceIPAddress))
	o.some("userAgent", clean(c.UserAgent))
	o.some("errorCode", clean(c.ErrorCode))
	o.some("errorMessage", clean(c.ErrorMessage))
	o.raw("requestParameters", parameters(c.RequestParameters, "requestParameters"))
	o.raw("responseElements", parameters(c.ResponseElements, "responseElements"))
	o.some("requestID", clean(c.RequestID))
	o.text("eventID", eventID)
	o.bool("readOnly", c.ReadOnly)
	if len(c.Resources) > 0 {
		o.member("resources")
		resources(&o, c.Resources)
	}
	o.text("eventType", "AwsApiCall")
	o.bool("managementEvent", true)
	o.some("recipientAccountId", c.RecipientAccountID)
	o.text("eventCategory", "Management")
	if c.TLS != nil {
		o.member("tlsDetails")
		o.open()
		o.some("tlsVersion", tlsVersions[c.TLS.Version])
		o.text("cipherSuite", cipherSuite(c.TLS.CipherSuite))
		o.some("clientProvidedHostHeader", clean(c.Host))
		o.close()
	}
	o.close()
	return o.b
}

// userIdentity renders the caller (guide, "CloudTrail userIdentity element").
// A caller that proved nothing is Unknown; the key id that it claimed is kept,
// since it is what joins attempts with each other.
func userIdentity(o *object, c *Call) {
	p, s := &c.Caller.Principal, c.Caller.Session
	o.open()
	defer o.close()
	if !c.Caller.Known() {
		o.text("type", "Unknown")
		o.some("accessKeyId", clean(c.ClaimedAccessKeyID))
		return
	}
	role := p.Type == identity.Role
	if role {
		o.text("type", "AssumedRole")
	} else {
		o.text("type", string(p.Type))
	}
	o.text("principalId", c.Caller.PrincipalID())
	o.text("arn", c.Caller.ARN())
	o.text("accountId", p.AccountID)
	o.text("accessKeyId", c.Caller.AccessKeyID)
	if !role {
		o.some("userName", p.Name)
	}
	if s == nil {
		return
	}
	o.member("sessionContext")
	o.open()
	if role {
		o.member("sessionIssuer")
		o.open()
		o.text("type", "Role")
		o.text("principalId", p.ID)
		o.text("arn", p.ARN)
		o.text("accountId", p.AccountID)
		o.text("userName", p.Name)
		o.close()
	}
	o.member("attributes")
	o.open()
	o.time("creationDate", s.Created)
	o.text("mfaAuthenticated", strconv.FormatBool(s.MFA))
	o.close()
	o.some("sourceIdentity", clean(s.SourceIdentity))
	o.close()
}

func resources(o *object, rs []Resource) {
	o.b = append(o.b, '[')
	for i, r := range rs {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.open()
		o.some("accountId", r.AccountID)
		o.some("type", r.Type)
		o.some("ARN", clean(r.ARN))
		o.close()
	}
	o.b = append(o.b, ']')
	o.comma = true
}

// host drops the port of an address.
func host(addr string) string {
	if h, _, err := net.SplitHostPort(addr); err == nil {
		addr = h
	}
	return clean(addr)
}

// clean makes a text fit for a record: valid UTF-8, at most 1 KB.
func clean(s string) string {
	if len(s) > maxText {
		n := maxText
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// parameters leaves out what is over the limit, saying so in its place.
func parameters(raw json.RawMessage, name string) json.RawMessage {
	if len(raw) <= maxParameters {
		return raw
	}
	return fmt.Appendf(nil, `{"omitted":true,"originalSize":%d,"reason":"%s too large"}`, len(raw), name)
}
