package recorder

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"unicode/utf8"
)

// eventVersion is the record format that Cairn writes (CloudTrail User Guide,
// "CloudTrail record contents").
const eventVersion = "1.11"

// Limits in bytes, of the guide's table of record contents. Texts are cut,
// objects replaced as a whole.
const (
	maxText       = 1 << 10
	maxAdditional = 28 << 10
	maxParameters = 100 << 10
	maxEvent      = 256 << 10
	// maxARN is for the ARN of an object in S3, whose key alone may have 1 KB.
	maxARN = 2 << 10
	// maxResources bounds the one member that the guide gives no limit. A
	// DeleteObjects names a thousand objects, and beside them the bucket.
	maxResources = 1001
)

// Record makes the record of a call, its members in the order in which
// CloudTrail writes them. eventID is a new GUID. The result is valid JSON and
// valid UTF-8 whatever the call's strings hold, and at most 256 KB long; its
// parameters must be valid JSON.
func Record(c Call, eventID string) []byte {
	raw := record(&c, eventID)
	for _, reduce := range reductions {
		if len(raw) <= maxEvent {
			break
		}
		reduce(&c, len(raw))
		raw = record(&c, eventID)
	}
	return raw
}

// reductions leave out what makes a record too long, in the guide's order (L18927);
// members that Cairn never writes are not in it, nor those that their own limits
// keep below a kilobyte. What remains can only be the resources.
//
//nolint:gochecknoglobals // a table
var reductions = []func(c *Call, size int){
	func(c *Call, _ int) { c.AdditionalEventData = leftOut(c.AdditionalEventData, 0, "additionalEventData") },
	func(c *Call, _ int) { c.ServiceEventDetails = leftOut(c.ServiceEventDetails, 0, "serviceEventDetails") },
	func(c *Call, _ int) { c.ResponseElements = leftOut(c.ResponseElements, 0, "responseElements") },
	func(c *Call, _ int) { c.RequestParameters = leftOut(c.RequestParameters, 0, "requestParameters") },
	func(c *Call, size int) {
		// Resources are about equally long: keep as many as fit into half.
		c.Resources = c.Resources[:len(c.Resources)*(maxEvent/2)/size]
	},
}

func record(c *Call, eventID string) []byte {
	o := object{b: make([]byte, 0, 1536+len(c.RequestParameters)+len(c.ResponseElements))}
	category, kind := c.Category, c.EventType
	if category == "" {
		category = Management
	}
	if kind == "" {
		kind = typeAPICall
	}
	network := category == NetworkActivity
	o.open()
	o.text("eventVersion", eventVersion)
	o.member("userIdentity")
	userIdentity(&o, &c.Identity)
	o.time("eventTime", c.Time)
	o.text("eventSource", clean(c.EventSource))
	o.text("eventName", clean(c.EventName))
	o.text("awsRegion", clean(c.Region))
	o.text("sourceIPAddress", host(c.SourceIPAddress))
	if !network {
		o.some("userAgent", clean(c.UserAgent))
	}
	o.some("errorCode", clean(c.ErrorCode))
	o.some("errorMessage", clean(c.ErrorMessage))
	if !network {
		o.raw("requestParameters", leftOut(c.RequestParameters, maxParameters, "requestParameters"))
		o.raw("responseElements", leftOut(c.ResponseElements, maxParameters, "responseElements"))
		if len(c.AdditionalEventData) > 0 {
			o.raw("additionalEventData", leftOut(c.AdditionalEventData, maxAdditional, "additionalEventData"))
		}
	}
	o.some("requestID", clean(c.RequestID))
	o.text("eventID", eventID)
	if !network {
		o.bool("readOnly", c.ReadOnly)
		resources(&o, c.Resources)
	}
	o.text("eventType", kind)
	o.some("apiVersion", c.APIVersion)
	if !network {
		o.bool("managementEvent", category == Management)
	}
	o.some("recipientAccountId", c.RecipientAccountID)
	o.some("sharedEventID", c.SharedEventID)
	o.some("vpcEndpointId", clean(c.VPCEndpointID))
	o.some("vpcEndpointAccountId", clean(c.VPCEndpointAccountID))
	if len(c.ServiceEventDetails) > 0 {
		o.raw("serviceEventDetails", leftOut(c.ServiceEventDetails, maxParameters, "serviceEventDetails"))
	}
	o.text("eventCategory", category)
	addendum(&o, c.Addendum)
	// A call that a service made for somebody has no details of the
	// connection (L18918).
	if c.TLS != nil && !network && c.Identity.InvokedBy == "" {
		o.member("tlsDetails")
		o.open()
		o.some("tlsVersion", tlsVersions[c.TLS.Version])
		o.text("cipherSuite", CipherSuite(c.TLS.CipherSuite))
		o.some("clientProvidedHostHeader", clean(c.Host))
		o.close()
	}
	if c.SessionCredentialFromConsole { // absent unless true (L18862)
		o.text("sessionCredentialFromConsole", "true")
	}
	o.close()
	return o.b
}

func addendum(o *object, a *Addendum) {
	if a == nil {
		return
	}
	o.member("addendum")
	o.open()
	o.text("reason", a.Reason)
	o.some("updatedFields", a.UpdatedFields)
	o.some("originalRequestID", clean(a.OriginalRequestID))
	o.some("originalEventID", a.OriginalEventID)
	o.close()
}

func resources(o *object, rs []Resource) {
	if len(rs) == 0 {
		return
	}
	o.member("resources")
	o.b = append(o.b, '[')
	for i, r := range rs[:min(len(rs), maxResources)] {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.open()
		if r.AccountID != "" || r.Type == "AWS::S3::Bucket" {
			o.text("accountId", r.AccountID) // that of a foreign bucket may be hidden, and stands empty
		}
		o.some("type", r.Type)
		o.some("ARN", cut(r.ARN, maxARN))
		o.some("ARNPrefix", cut(r.ARNPrefix, maxARN))
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
func clean(s string) string { return cut(s, maxText) }

func cut(s string, n int) string {
	if len(s) > n {
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// leftOut replaces what is longer than limit by a note of it. The note has the
// form of real records, which the guide does not describe.
func leftOut(raw json.RawMessage, limit int, name string) json.RawMessage {
	if len(raw) <= limit {
		return raw
	}
	return fmt.Appendf(nil, `{"omitted":true,"originalSize":%d,"reason":"%s too large"}`, len(raw), name)
}
