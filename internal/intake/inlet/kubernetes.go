package inlet

import (
	"encoding/json"
	"strconv"
	"strings"
)

// kubernetesVersion begins the apiVersion of the documents: audit.k8s.io/v1.
const kubernetesVersion = "audit.k8s.io/"

// Kubernetes reads what the API server's audit webhook sends, an EventList of
// audit.k8s.io/v1, or single Events, as the log backend writes one a line. Source:
// "kube-apiserver Audit Configuration (v1)" in the Kubernetes reference.
func Kubernetes(doc []byte) (b Batch) {
	for _, raw := range values(doc) {
		items, ok := elements(member(raw, "items"))
		if !ok {
			items = []json.RawMessage{raw}
		}
		for _, item := range items {
			e := entry(item, "kubernetes", kubernetesEvent)
			if truncated(e.Extra) {
				b.Dropped++
			}
			b.Events = append(b.Events, e)
		}
	}
	return b
}

// truncated tells whether the API server says that it left the objects of the
// request out.
func truncated(extra map[string]any) bool {
	return text(extra, "annotations", "audit.k8s.io/truncated") == "true"
}

func kubernetesEvent(v map[string]any, _ []byte) Event {
	user := object(v, "user")
	e := Event{
		Source: "kubernetes", UID: text(v, "auditID"), UserAgent: text(v, "userAgent"), SourceIP: text(v, "sourceIPs", "0"),
		IdentityType: "KubernetesUser", PrincipalID: or(text(user, "username"), "system:anonymous"), Time: moment(v["requestReceivedTimestamp"]),
	}
	if e.Time.IsZero() {
		e.Time = moment(v["stageTimestamp"])
	}
	switch {
	case strings.HasPrefix(e.PrincipalID, "system:serviceaccount:"):
		e.IdentityType = "KubernetesServiceAccount"
	case strings.HasPrefix(e.PrincipalID, "system:"):
		e.IdentityType = "KubernetesSystem"
	}
	e.Details = pick(user, "username", "username", "uid", "uid", "groups", "groups", "extra", "extra")
	if as := object(v, "impersonatedUser"); as != nil {
		e.Details["impersonatedUser"] = as
	}
	ref := object(v, "objectRef")
	e.Name = kubernetesName(text(v, "verb"), ref)
	e.Request = pick(v, "requestURI", "requestURI", "verb", "verb", "requestObject", "object")
	for k, x := range pick(ref, "resource", "resource", "subresource", "subresource", "namespace", "namespace", "name", "name", "apiGroup", "apiGroup", "apiVersion", "apiVersion", "uid", "uid", "resourceVersion", "resourceVersion") {
		e.Request[k] = x
	}
	status := object(v, "responseStatus")
	e.Response = pick(v, "responseStatus", "status", "responseObject", "object")
	if code, err := strconv.Atoi(text(status, "code")); err == nil && code >= 400 || text(status, "status") == "Failure" {
		e.ErrorCode, e.ErrorMessage = or(text(status, "reason"), text(status, "code"), "Failure"), text(status, "message")
	}
	e.Extra = pick(v, "stage", "stage", "level", "level", "stageTimestamp", "stageTimestamp", "annotations", "annotations", "sourceIPs", "sourceIPs")
	version, kind := text(v, "apiVersion"), text(v, "kind")
	switch {
	case version != "" && !strings.HasPrefix(version, kubernetesVersion) || kind != "" && kind != "Event":
		e.Unmapped = "the entry is a " + kind + " of " + version + ", and no Event of audit.k8s.io"
	case e.UID == "" && text(v, "verb") == "":
		e.Unmapped = "the entry has neither auditID nor verb, as Events of audit.k8s.io have"
	}
	if e.Unmapped != "" {
		e.Name = "UnmappedEntry"
	}
	return e
}

// kubernetesName names what was done: "create pods", "create pods/exec", "get".
func kubernetesName(verb string, ref map[string]any) string {
	name := verb
	if r := text(ref, "resource"); r != "" {
		name += " " + r
		if sub := text(ref, "subresource"); sub != "" {
			name += "/" + sub
		}
	}
	return name
}
