package inlet

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"

	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// OTLP reads requests of the OpenTelemetry Protocol for logs in JSON: each log record
// is an event. Source: "OTLP Specification" and the protocol's file logs.proto.
func OTLP(doc []byte) (b Batch) {
	for _, raw := range values(doc) {
		otlpRequest(&b, raw)
	}
	return b
}

// OTLPProtobuf reads such requests in the binary form of protocol buffers. The original
// is the log record in the protocol's JSON.
func OTLPProtobuf(doc []byte) (b Batch) {
	// LogsData has the fields of ExportLogsServiceRequest, whose package brings a gRPC
	// gateway along.
	var request logs.LogsData
	if err := proto.Unmarshal(doc, &request); err != nil {
		return Batch{Events: []Event{unmapped(doc, "opentelemetry", "the document is no ExportLogsServiceRequest: "+err.Error())}}
	}
	raw, err := protojson.MarshalOptions{UseEnumNumbers: true}.Marshal(&request)
	if err != nil {
		return Batch{Events: []Event{unmapped(doc, "opentelemetry", "the document has no form in JSON: "+err.Error())}}
	}
	v, err := parse(raw)
	if err != nil {
		return Batch{Events: []Event{unmapped(doc, "opentelemetry", err.Error())}}
	}
	hexIDs(v)
	otlpRequest(&b, marshal(v))
	return b
}

// hexIDs writes the ids of traces and spans as the protocol's JSON does, in
// hexadecimal: JSON of protocol buffers has Base64.
func hexIDs(v any) {
	switch x := v.(type) {
	case []any:
		for _, one := range x {
			hexIDs(one)
		}
	case map[string]any:
		for name, inner := range x {
			if name != "traceId" && name != "spanId" {
				if name == "resourceLogs" || name == "scopeLogs" || name == "logRecords" {
					hexIDs(inner)
				}
				continue
			}
			if id, err := base64.StdEncoding.DecodeString(text(inner)); err == nil {
				x[name] = hex.EncodeToString(id)
			}
		}
	}
}

// The parts of a request, with the log records as they were sent.
type (
	otlpBody struct {
		ResourceLogs []struct {
			Resource  json.RawMessage `json:"resource"`
			ScopeLogs []struct {
				Scope      json.RawMessage   `json:"scope"`
				LogRecords []json.RawMessage `json:"logRecords"`
			} `json:"scopeLogs"`
		} `json:"resourceLogs"`
	}
)

func otlpRequest(b *Batch, raw []byte) {
	var body otlpBody
	if depth(raw) > maxDepth+10 || json.Unmarshal(raw, &body) != nil || body.ResourceLogs == nil && !bytes.Equal(raw, []byte("{}")) {
		b.Events = append(b.Events, unmapped(raw, "opentelemetry", "the document is no request for logs of OTLP"))
		return
	}
	for _, resource := range body.ResourceLogs {
		about, dropped := otlpAbout(resource.Resource)
		b.Dropped += dropped
		for _, scope := range resource.ScopeLogs {
			in, dropped := otlpAbout(scope.Scope)
			b.Dropped += dropped
			for _, record := range scope.LogRecords {
				e := entry(record, "opentelemetry", func(v map[string]any, _ []byte) Event { return otlpRecord(v, about, in) })
				b.Dropped += number(e.Extra["droppedAttributesCount"])
				b.Events = append(b.Events, e)
			}
		}
	}
}

// otlpAbout is a resource or a scope with its attributes as an object.
func otlpAbout(raw json.RawMessage) (out map[string]any, dropped int) {
	v, err := parse(raw)
	if err != nil {
		return map[string]any{}, 0
	}
	out = pick(object(v), "name", "name", "version", "version")
	if a := attributes(at(v, "attributes")); len(a) > 0 {
		out["attributes"] = a
	}
	return out, number(at(v, "droppedAttributesCount"))
}

func number(v any) int {
	n, err := strconv.Atoi(text(v))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// attributes makes an object of a list of keys and values.
func attributes(v any) map[string]any {
	list, _ := v.([]any)
	out := make(map[string]any, len(list))
	for _, kv := range list {
		if key := text(kv, "key"); key != "" {
			out[key] = anyValue(at(kv, "value"))
		}
	}
	return out
}

// anyValue is a value of OTLP without its type.
func anyValue(v any) any {
	for name, x := range object(v) {
		switch name {
		case "arrayValue":
			list, _ := at(x, "values").([]any)
			out := make([]any, len(list))
			for i, one := range list {
				out[i] = anyValue(one)
			}
			return out
		case "kvlistValue":
			return attributes(at(x, "values"))
		default:
			return x
		}
	}
	return nil
}

// otlpRecord maps a log record by OpenTelemetry's semantic conventions.
func otlpRecord(v, resource, scope map[string]any) Event {
	a := attributes(v["attributes"])
	of := func(names ...string) string {
		for _, n := range names {
			if s := text(a[n]); s != "" {
				return s
			}
		}
		return ""
	}
	service := text(resource, "attributes", "service.name")
	e := Event{
		Source: or(service, text(scope, "name"), "opentelemetry"), Name: or(text(v, "eventName"), of("event.name"), text(v, "severityText"), "log"),
		Time: moment(v["timeUnixNano"]), UID: of("log.record.uid"), UserAgent: of("user_agent.original", "http.user_agent"),
		SourceIP:  of("client.address", "source.address", "network.peer.address", "net.peer.ip"),
		ErrorCode: of("error.type", "exception.type"), ErrorMessage: of("exception.message", "error.message"),
		IdentityType: "OpenTelemetryUser", PrincipalID: of("user.id", "enduser.id", "user.name", "user.email"),
		Request: a,
	}
	if e.Time.IsZero() {
		e.Time = moment(v["observedTimeUnixNano"])
	}
	if e.PrincipalID == "" {
		e.IdentityType, e.PrincipalID = "OpenTelemetryService", or(service, "unknown")
	}
	e.Details = map[string]any{}
	for _, name := range []string{"user.id", "user.name", "user.email", "user.roles", "enduser.id", "enduser.role", "enduser.scope", "session.id"} {
		if x, there := a[name]; there {
			e.Details[name] = x
		}
	}
	if body := anyValue(v["body"]); body != nil {
		e.Response = map[string]any{"body": body}
	}
	e.Extra = pick(v, "severityText", "severityText", "severityNumber", "severityNumber", "traceId", "traceId", "spanId", "spanId", "droppedAttributesCount", "droppedAttributesCount")
	if len(resource) > 0 {
		e.Extra["resource"] = resource
	}
	if len(scope) > 0 {
		e.Extra["scope"] = scope
	}
	return e
}
