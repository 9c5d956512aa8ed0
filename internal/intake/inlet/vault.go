package inlet

// Vault reads the lines of HashiCorp Vault's audit devices, requests and responses
// alike; file, socket and http have the same. Source: "Audit devices" in the
// documentation of Vault. Values that Vault has hashed stay as they are.
func Vault(doc []byte) Batch { return each(doc, "vault", vaultEntry) }

func vaultEntry(v map[string]any, _ []byte) Event {
	auth, request := object(v, "auth"), object(v, "request")
	e := Event{
		Source: "vault", Name: text(request, "operation"), Time: moment(v["time"]), UID: text(request, "id"), SourceIP: text(request, "remote_address"),
		UserAgent:    or(text(request, "headers", "user-agent", "0"), text(request, "headers", "User-Agent", "0")),
		IdentityType: "VaultToken", PrincipalID: or(text(auth, "entity_id"), text(auth, "display_name"), text(auth, "accessor"), text(request, "client_token_accessor"), "unauthenticated"),
		Details: auth, Request: request, Response: object(v, "response"), Extra: pick(v, "type", "type", "forwarded_from", "forwardedFrom"),
	}
	if e.PrincipalID == "unauthenticated" {
		e.IdentityType = "Unauthenticated"
	} else if text(auth, "entity_id") != "" {
		e.IdentityType = "VaultEntity"
	}
	if e.ErrorMessage = text(v, "error"); e.ErrorMessage != "" {
		e.ErrorCode = "Error"
	}
	if kind := text(v, "type"); kind != "request" && kind != "response" || request == nil {
		e.Name, e.Unmapped = "UnmappedEntry", "the entry has no type of request or response, or no request, as Vault's have"
	} else if e.Name == "" {
		e.Name = "unknown"
	}
	return e
}
