package inlet

import (
	"fmt"
	"strconv"
)

// MinIO reads the entries of MinIO's audit webhook: one a document or, with
// batch_size, one a line. The form is that of the type Entry in the package
// logger/message/audit of MinIO's module pkg.
//
// An empty object is how MinIO asks whether the webhook is there, and no event.
func MinIO(doc []byte) (b Batch) {
	for _, raw := range values(doc) {
		if string(raw) == "{}" {
			continue
		}
		b.Events = append(b.Events, entry(raw, "minio", minioEntry))
	}
	return b
}

func minioEntry(v map[string]any, _ []byte) Event {
	name := or(text(v, "api", "name"), text(v, "event"), text(v, "trigger"))
	e := Event{
		Source: "minio", Name: name, Time: moment(v["time"]), UID: text(v, "requestID"), UserAgent: text(v, "userAgent"), SourceIP: text(v, "remotehost"),
		IdentityType: "MinIOUser", PrincipalID: or(text(v, "accessKey"), text(v, "requestClaims", "accessKey"), "anonymous"),
	}
	if parent := text(v, "parentUser"); parent != "" {
		e.IdentityType = "MinIOServiceAccount"
	}
	if claims := object(v, "requestClaims"); text(claims, "sub") != "" || text(claims, "ldapUser") != "" {
		e.IdentityType = "MinIOFederatedUser"
	}
	e.Details = pick(v, "accessKey", "accessKey", "parentUser", "parentUser", "requestClaims", "claims")
	api := object(v, "api")
	e.Request = pick(api, "bucket", "bucketName", "object", "key", "objects", "objects", "rx", "bytesReceived", "headerRx", "headerBytesReceived")
	for k, x := range pick(v, "requestPath", "path", "requestHost", "host", "requestQuery", "query", "requestHeader", "header", "requestNode", "node") {
		e.Request[k] = x
	}
	e.Response = pick(api, "status", "status", "statusCode", "statusCode", "tx", "bytesSent", "txHeaders", "headerBytesSent", "timeToFirstByte", "timeToFirstByte", "timeToResponse", "timeToResponse")
	for k, x := range pick(v, "responseHeader", "header") {
		e.Response[k] = x
	}
	e.Extra = pick(v, "deploymentid", "deploymentId", "event", "event", "trigger", "trigger", "tags", "tags")
	e.ErrorMessage = or(text(v, "error"), text(v, "error", "message"))
	if code, err := strconv.Atoi(text(api, "statusCode")); err == nil && code >= 400 {
		e.ErrorCode = or(text(api, "status"), fmt.Sprint(code))
	} else if e.ErrorMessage != "" {
		e.ErrorCode = "Error"
	}
	if name == "" {
		e.Name, e.Unmapped = "UnmappedEntry", "the entry has neither api.name nor event nor trigger, as MinIO's have"
	}
	return e
}
