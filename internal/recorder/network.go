package recorder

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/gateway"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder/resource"
)

// What the record of a call that its endpoint's policy refused says (user guide,
// L18640; the example has no period, L15266).
const (
	vpceCode    = "VpceAccessDenied"
	vpceMessage = "The request was denied due to a VPC endpoint policy"
)

// passes tells whether a call passes through its VPC endpoint. A resource that
// only the body names is not known yet, and stands as "*".
func (r *Recorder) passes(q *gateway.Request, p *pending) bool {
	var arns []string
	if input, err := decode.Input(p.call, q.HTTP, q.Body, decode.DefaultLimits); err == nil {
		for _, res := range resource.Of(r.resourceCall(q, p, &input, nil, "")) {
			if res.ARN != "" {
				arns = append(arns, res.ARN)
			}
		}
		if len(arns) > 1 && p.call.ServiceName == "s3" {
			arns = arns[:1] // the object; its bucket is listed behind it
		}
	}
	return p.listener.policy.Allows(p.identity, r.region(q, &p.call), action(&p.call), arns...)
}

// action is the IAM action of a call: mostly the operation's name.
func action(call *awsmodel.Call) string {
	name, prefix := call.OperationName, call.ServiceName
	if call.Service != nil {
		prefix = call.Service.SigningName
	}
	if prefix == "s3" && s3Actions[name] != "" {
		name = s3Actions[name]
	}
	return prefix + ":" + name
}

// s3Actions are the operations of S3 whose action has another name ("Actions
// defined by Amazon S3" in the Service Authorization Reference).
//
//nolint:gochecknoglobals // a table
var s3Actions = map[string]string{
	"ListBuckets": "ListAllMyBuckets", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket", "HeadBucket": "ListBucket",
	"ListObjectVersions": "ListBucketVersions", "ListMultipartUploads": "ListBucketMultipartUploads", "ListParts": "ListMultipartUploadParts",
	"HeadObject": "GetObject", "GetObjectTorrent": "GetObjectTorrent", "CopyObject": "PutObject", "UploadPart": "PutObject", "UploadPartCopy": "PutObject",
	"CreateMultipartUpload": "PutObject", "CompleteMultipartUpload": "PutObject", "DeleteObjects": "DeleteObject",
	"GetBucketLifecycleConfiguration": "GetLifecycleConfiguration", "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration", "DeleteBucketLifecycle": "PutLifecycleConfiguration",
	"GetBucketEncryption": "GetEncryptionConfiguration", "PutBucketEncryption": "PutEncryptionConfiguration", "DeleteBucketEncryption": "PutEncryptionConfiguration",
	"GetBucketReplication": "GetReplicationConfiguration", "PutBucketReplication": "PutReplicationConfiguration", "DeleteBucketReplication": "PutReplicationConfiguration",
	"GetPublicAccessBlock": "GetBucketPublicAccessBlock", "PutPublicAccessBlock": "PutBucketPublicAccessBlock", "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
	"GetBucketAccelerateConfiguration": "GetAccelerateConfiguration", "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
	"GetBucketNotificationConfiguration": "GetBucketNotification", "PutBucketNotificationConfiguration": "PutBucketNotification",
	"GetObjectLockConfiguration": "GetBucketObjectLockConfiguration", "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
	"DeleteBucketCors": "PutBucketCORS", "GetBucketCors": "GetBucketCORS", "PutBucketCors": "PutBucketCORS", "DeleteBucketTagging": "PutBucketTagging",
}

// networkRecord makes the network activity event of a call, for the account that
// owns the endpoint: always of one that was refused, which has no other record,
// and else where somebody wants it.
func (r *Recorder) networkRecord(f *finished, c Call, shared string) [][]byte {
	p := f.pending
	e := selectorEvent(p, NetworkActivity, c.ErrorCode, nil)
	e.Type, e.VPCEndpoint, e.ReadOnly = typeVPCE, c.VPCEndpointID, ""
	if !p.denied {
		e.ErrorCode = "" // a service's own errors are no business of the endpoint
	}
	if !p.denied && !r.cfg.Demand.Wants(e) {
		return nil
	}
	owner := first(c.VPCEndpointAccountID, f.x.Request.Listener.AccountID, r.cfg.AccountID)
	c.Category, c.EventType, c.RecipientAccountID, c.SharedEventID = NetworkActivity, typeVPCE, owner, shared
	c.VPCEndpointAccountID, c.APIVersion, c.Addendum = owner, "", nil
	if !p.denied {
		c.ErrorCode, c.ErrorMessage = "", ""
	}
	if u := c.Identity; u.AccountID != owner && u.AccountID != "" {
		c.Identity = identity.UserIdentity{Type: identity.TypeAWSAccount, PrincipalID: first(u.PrincipalID, u.AccessKeyID), AccountID: u.AccountID}
	}
	id := r.newID()
	if p.eventID == "" {
		p.eventID, p.first = id, c
	}
	return [][]byte{Record(c, id)}
}

// refuse makes an answer that the gateway gives in place of the upstream, in the
// form in which the call's protocol has errors.
func refuse(p *pending, status int, code, message string) *gateway.Answer {
	h := http.Header{}
	switch p.call.Protocol {
	case awsmodel.Query, awsmodel.EC2, awsmodel.RESTXML, "":
		var text strings.Builder
		_ = xml.EscapeText(&text, []byte(message)) // a Builder takes everything
		inner := "<Code>" + code + "</Code><Message>" + text.String() + "</Message>"
		body := "<ErrorResponse><Error><Type>Sender</Type>" + inner + "</Error></ErrorResponse>"
		switch {
		case p.call.ServiceName == "s3":
			body = "<Error>" + inner + "</Error>"
		case p.call.Protocol == awsmodel.EC2:
			body = "<Response><Errors><Error>" + inner + "</Error></Errors></Response>"
		}
		h.Set("Content-Type", "text/xml")
		return &gateway.Answer{Status: status, Header: h, Body: []byte(xml.Header + body)}
	case awsmodel.RPCv2CBOR:
		// SDKs take the code from the header where the body does not tell.
		h.Set("Smithy-Protocol", "rpc-v2-cbor")
	}
	h.Set("Content-Type", "application/json")
	h.Set("X-Amzn-Errortype", code)
	body, err := json.Marshal(map[string]string{"__type": code, "message": message})
	if err != nil {
		panic("BUG: recorder: " + err.Error())
	}
	return &gateway.Answer{Status: status, Header: h, Body: body}
}
