package inlet

import "strings"

// Keystone reads the notifications of OpenStack's identity service in the form of
// CADF (DMTF DSP0262): the payload alone, a notification around it, or oslo.messaging's
// envelope around that. Source: "Keystone Event Notifications" in the documentation of
// Keystone. Other services that audit with CADF have the same form.
func Keystone(doc []byte) Batch { return each(doc, "keystone", keystoneEntry) }

func keystoneEntry(v map[string]any, _ []byte) Event {
	if inner := text(v, "oslo.message"); inner != "" {
		if m, err := parse([]byte(inner)); err == nil && depth([]byte(inner)) <= maxDepth {
			if o, ok := m.(map[string]any); ok {
				v = o
			}
		}
	}
	outer, event := v, v
	if p := object(v, "payload"); p != nil {
		event = p
	}
	initiator, target := object(event, "initiator"), object(event, "target")
	e := Event{
		Source: or(observer(event), "keystone"), Name: or(text(event, "action"), text(outer, "event_type")), Time: moment(event["eventTime"]),
		UID: or(text(event, "id"), text(outer, "message_id")), IdentityType: "OpenStackUser",
		PrincipalID: or(text(initiator, "user_id"), text(initiator, "id"), text(initiator, "username"), "unknown"),
		SourceIP:    text(initiator, "host", "address"), UserAgent: text(initiator, "host", "agent"), Details: initiator,
	}
	if e.Time.IsZero() {
		e.Time = moment(outer["timestamp"])
	}
	e.Request = pick(event, "target", "target", "resource_info", "resourceInfo", "requestPath", "requestPath", "attachments", "attachments")
	e.Response = pick(event, "outcome", "outcome", "reason", "reason")
	if text(event, "outcome") == "failure" {
		e.ErrorCode, e.ErrorMessage = or(text(event, "reason", "reasonCode"), "failure"), text(event, "reason", "reasonType")
	}
	e.Extra = pick(outer, "event_type", "eventType", "publisher_id", "publisherId", "priority", "priority", "message_id", "messageId")
	for k, x := range pick(event, "typeURI", "typeURI", "observer", "observer") {
		e.Extra[k] = x
	}
	if e.Name == "" || initiator == nil && target == nil && text(event, "resource_info") == "" {
		e.Name, e.Unmapped = "UnmappedEntry", "the entry has no action, or neither initiator nor target, as events of CADF have"
	}
	return e
}

// observer is the service that saw the event: the last part of the observer's type, as
// "security" of "service/security".
func observer(event map[string]any) string {
	kind := text(event, "observer", "typeURI")
	if name := text(event, "observer", "name"); name != "" {
		return name
	}
	if kind == "" || strings.HasSuffix(kind, "service/security") {
		return ""
	}
	return kind[strings.LastIndexByte(kind, '/')+1:]
}
