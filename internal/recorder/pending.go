package recorder

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/gateway"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder/resource"
	"github.com/cairntrail/cairn/internal/recorder/style"
	"github.com/cairntrail/cairn/internal/selector"
)

// pending is a call between its beginning and its end.
type pending struct {
	listener *listener
	call     awsmodel.Call
	identity identity.UserIdentity
	known    bool
	// eventID is that of the record, once it is written.
	eventID string
	// first is the record of an answer that was streamed, for its addendum.
	first Call
	// network: the listener is a VPC endpoint; denied: its policy refused.
	network, denied bool
	// data: the call makes data events. wanted: somebody wants this one, as far
	// as could be told before the body was there.
	data, wanted bool
}

// The bounds of bodies that are kept, in bytes. Requests are read by the model,
// and AWS takes few larger ones that are not data; answers to reads are only
// looked at for errors and resources.
const (
	keptRequest  = 1 << 20
	keptDelete   = 4 << 20 // DeleteObjects names up to a thousand keys
	keptResponse = 1 << 20
	keptRead     = 64 << 10
)

// begin looks at the head of a call.
func (r *Recorder) begin(q *gateway.Request) *pending {
	p := &pending{listener: r.listener(q.Listener), network: q.Listener.VPCEndpointID != ""}
	p.call = p.listener.recognizer.Recognize(q.HTTP, q.Body)
	p.identity, p.known = r.caller(q, &p.call)
	p.data = len(resource.DataTypes(p.call.ServiceName, p.call.OperationName)) > 0
	return p
}

// kept gives how much of a call's bodies is kept.
func (p *pending) kept() (request, response int) {
	request, response = keptRequest, keptResponse
	op := p.call.Operation
	if op == nil {
		return request, response
	}
	if op.Name == "DeleteObjects" {
		request = keptDelete
	}
	if raw(op.Input) {
		request = 0
	}
	if op.ReadOnly || raw(op.Output) {
		response = keptRead // a larger one can only be a success
	}
	return request, response
}

// raw tells whether a message's body is data that nobody reads.
func raw(s *awsmodel.Shape) bool {
	if s == nil || s.Payload == nil {
		return false
	}
	return s.Payload.Shape.Type == awsmodel.Blob || s.Payload.Streaming || s.Payload.Shape.EventStream
}

// region is the Region of a call: of its signature or host, or else the
// listener's, or else the server's.
func (r *Recorder) region(q *gateway.Request, call *awsmodel.Call) string {
	for _, region := range []string{call.Region, q.Listener.Region, r.cfg.Region} {
		if region != "" {
			return region
		}
	}
	return "us-east-1"
}

// account is the account whose resources a call names: the caller's, or the
// listener's for callers that have none.
func (r *Recorder) account(q *gateway.Request, u *identity.UserIdentity) string {
	for _, account := range []string{u.AccountID, q.Listener.AccountID, r.cfg.AccountID} {
		if account != "" && account != anonymousAccount {
			return account
		}
	}
	return ""
}

// anonymousAccount is the accountId of S3's anonymous callers in real records.
const anonymousAccount = "ANONYMOUS_PRINCIPAL"

// caller tells who a call says it is from. Whether it is true the upstream
// decides; see proven.
func (r *Recorder) caller(q *gateway.Request, call *awsmodel.Call) (identity.UserIdentity, bool) {
	id := call.Signature.AccessKeyID
	if id == "" {
		if call.ServiceName == "s3" {
			return identity.UserIdentity{Type: identity.TypeAWSAccount, AccountID: anonymousAccount}, true
		}
		return identity.Unproven(""), false
	}
	u, ok := r.cfg.Directory.Identify(id, sessionToken(q.HTTP))
	if !ok {
		return identity.Unproven(id), false
	}
	if u.Type == identity.TypeAWSService {
		u.AccessKeyID = "" // records of services have none
	}
	return u, true
}

// sessionToken is the token of temporary credentials. It is used to find who
// holds it, and recorded nowhere.
func sessionToken(r *http.Request) string {
	if token := r.Header.Get("X-Amz-Security-Token"); token != "" || r.URL == nil || !strings.Contains(r.URL.RawQuery, "ecurity-") {
		return token
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return ""
	}
	return query.Get("X-Amz-Security-Token")
}

// resourceCall is the call as its resources depend on it.
func (r *Recorder) resourceCall(q *gateway.Request, p *pending, input, output *decode.Value, errorCode string) *resource.Call {
	return &resource.Call{
		Service: p.call.ServiceName, Operation: p.call.OperationName, Region: r.region(q, &p.call), AccountID: r.account(q, &p.identity),
		Input: input, Output: output, Bucket: p.call.Bucket, ErrorCode: errorCode, OwnerOf: r.owners.of,
	}
}

// selectorEvent is a call as selectors look at it.
func selectorEvent(p *pending, category, errorCode string, rs []resource.Resource) *selector.Event {
	e := &selector.Event{
		Category: category, Name: style.Name(&p.call), Source: style.Source(&p.call), Type: typeAPICall,
		ReadOnly: "false", UserARN: p.identity.ARN, ErrorCode: errorCode,
	}
	if style.ReadOnly(&p.call) {
		e.ReadOnly = "true"
	}
	for _, res := range rs {
		e.Resources = append(e.Resources, selector.Resource{Type: res.Type, ARN: first(res.ARN, res.ARNPrefix)})
	}
	return e
}

func first(texts ...string) string {
	if i := slices.IndexFunc(texts, func(t string) bool { return t != "" }); i >= 0 {
		return texts[i]
	}
	return ""
}

// wantedEarly tells, before the body of a data event is there, whether somebody
// may want it.
func (r *Recorder) wantedEarly(q *gateway.Request, p *pending) bool {
	if !r.cfg.Demand.data() || p.call.Operation == nil {
		return false
	}
	head, err := decode.Input(p.call, q.HTTP, nil, decode.DefaultLimits)
	if err != nil {
		return true
	}
	rs, ok := resource.Early(r.resourceCall(q, p, &head, nil, ""), p.call.Operation)
	return !ok || r.cfg.Demand.Wants(selectorEvent(p, Data, "", rs))
}
