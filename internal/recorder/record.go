package recorder

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"time"
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

// record is a management event in the order in which CloudTrail writes it.
type record struct {
	EventVersion       string          `json:"eventVersion"`
	UserIdentity       userIdentity    `json:"userIdentity"`
	EventTime          string          `json:"eventTime"`
	EventSource        string          `json:"eventSource"`
	EventName          string          `json:"eventName"`
	AWSRegion          string          `json:"awsRegion"`
	SourceIPAddress    string          `json:"sourceIPAddress"`
	UserAgent          string          `json:"userAgent,omitempty"`
	ErrorCode          string          `json:"errorCode,omitempty"`
	ErrorMessage       string          `json:"errorMessage,omitempty"`
	RequestParameters  json.RawMessage `json:"requestParameters"`
	ResponseElements   json.RawMessage `json:"responseElements"`
	RequestID          string          `json:"requestID,omitempty"`
	EventID            string          `json:"eventID"`
	ReadOnly           bool            `json:"readOnly"`
	Resources          []Resource      `json:"resources,omitempty"`
	EventType          string          `json:"eventType"`
	ManagementEvent    bool            `json:"managementEvent"`
	RecipientAccountID string          `json:"recipientAccountId,omitempty"`
	EventCategory      string          `json:"eventCategory"`
	TLSDetails         *tlsDetails     `json:"tlsDetails,omitempty"`
}

// userIdentity is the element of the same name, in the order of the guide.
type userIdentity struct {
	Type           string          `json:"type"`
	PrincipalID    string          `json:"principalId,omitempty"`
	ARN            string          `json:"arn,omitempty"`
	AccountID      string          `json:"accountId,omitempty"`
	AccessKeyID    string          `json:"accessKeyId,omitempty"`
	UserName       string          `json:"userName,omitempty"`
	SessionContext *sessionContext `json:"sessionContext,omitempty"`
}

type sessionContext struct {
	SessionIssuer  *sessionIssuer `json:"sessionIssuer,omitempty"`
	Attributes     attributes     `json:"attributes"`
	SourceIdentity string         `json:"sourceIdentity,omitempty"`
}

type sessionIssuer struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId"`
	ARN         string `json:"arn"`
	AccountID   string `json:"accountId"`
	UserName    string `json:"userName,omitempty"`
}

type attributes struct {
	CreationDate     string `json:"creationDate"`
	MFAAuthenticated string `json:"mfaAuthenticated"`
}

type tlsDetails struct {
	TLSVersion               string `json:"tlsVersion"`
	CipherSuite              string `json:"cipherSuite"`
	ClientProvidedHostHeader string `json:"clientProvidedHostHeader,omitempty"`
}

// Record makes the record of a call. eventID is a new GUID. The result is
// valid JSON and valid UTF-8 whatever the call's strings hold.
func Record(c Call, eventID string) ([]byte, error) {
	r := record{
		EventVersion: eventVersion, UserIdentity: identityOf(c), EventTime: timestamp(c.Time),
		EventSource: c.EventSource, EventName: clean(c.EventName), AWSRegion: clean(c.Region),
		SourceIPAddress: host(c.SourceIPAddress), UserAgent: clean(c.UserAgent),
		ErrorCode: clean(c.ErrorCode), ErrorMessage: clean(c.ErrorMessage),
		RequestParameters: parameters(c.RequestParameters, "requestParameters"), ResponseElements: parameters(c.ResponseElements, "responseElements"),
		RequestID: clean(c.RequestID), EventID: eventID, ReadOnly: c.ReadOnly, Resources: c.Resources,
		EventType: "AwsApiCall", ManagementEvent: true, RecipientAccountID: c.RecipientAccountID, EventCategory: "Management",
	}
	if c.TLS != nil {
		r.TLSDetails = &tlsDetails{TLSVersion: tlsVersions[c.TLS.Version], CipherSuite: cipherSuite(c.TLS.CipherSuite), ClientProvidedHostHeader: clean(c.Host)}
	}
	raw, err := marshal(r)
	if err != nil {
		return nil, fmt.Errorf("make the record of %s %s: %w", c.EventSource, c.EventName, err)
	}
	return raw, nil
}

// marshal writes JSON as CloudTrail does: <, > and & as they are.
func marshal(v any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}

// identityOf renders the caller (guide, "CloudTrail userIdentity element").
// A caller that proved nothing is Unknown; the key id that it claimed is kept,
// since it is what joins attempts with each other.
func identityOf(c Call) userIdentity {
	caller := c.Caller
	p := caller.Principal
	if !caller.Known() {
		return userIdentity{Type: "Unknown", AccessKeyID: clean(c.ClaimedAccessKeyID)}
	}
	u := userIdentity{Type: string(p.Type), PrincipalID: caller.PrincipalID(), ARN: caller.ARN(), AccountID: p.AccountID, AccessKeyID: caller.AccessKeyID, UserName: p.Name}
	s := caller.Session
	if p.Type == identity.Role {
		u.Type, u.UserName = "AssumedRole", ""
	}
	if s == nil {
		return u
	}
	u.SessionContext = &sessionContext{SourceIdentity: s.SourceIdentity,
		Attributes: attributes{CreationDate: timestamp(s.Created), MFAAuthenticated: fmt.Sprint(s.MFA)}}
	if p.Type == identity.Role {
		u.SessionContext.SessionIssuer = &sessionIssuer{Type: "Role", PrincipalID: p.ID, ARN: p.ARN, AccountID: p.AccountID, UserName: p.Name}
	}
	return u
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// host drops the port of an address.
func host(addr string) string {
	if h, _, err := net.SplitHostPort(addr); err == nil {
		return h
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
