package inlet

import (
	"encoding/json"
	"fmt"
	"time"
)

// The categories of events that have no channel, and their types.
const (
	configurationItem, configurationItemType = "ConfigurationItem", "AwsConfigurationItem"
	evidence, evidenceType                   = "Evidence", "AwsAuditManagerEvidence"
)

// ConfigItems reads configuration items of AWS Config: a snapshot's or a history's file
// (configurationItems), a notification through EventBridge (detail) or SNS (Message)
// about a change (configurationItem), or items by themselves. Source: "Components of a
// configuration item" in the AWS Config guide, and "CloudTrail Lake schema for AWS
// Config configuration item record fields".
func ConfigItems(doc []byte) Batch {
	return records(doc, "configurationItems", "configurationItem", configItem)
}

// Evidence reads evidence of AWS Audit Manager: the answers of GetEvidence (evidence,
// an object) and GetEvidenceByEvidenceFolder (evidence, a list), or single ones. Source:
// "Evidence" in the Audit Manager API reference, and "CloudTrail Lake schema for AWS
// Audit Manager evidence record fields".
func Evidence(doc []byte) Batch { return records(doc, "evidence", "evidence", evidenceItem) }

// records reads the items of documents; all of a document or, if one item is none,
// nothing: its sender is told.
func records(doc []byte, many, single string, one func(map[string]any) (Record, error)) (b Batch) {
	for _, raw := range values(doc) {
		if depth(raw) > maxDepth {
			return Batch{Refused: fmt.Sprintf("the document nests more than %d levels deep", maxDepth)}
		}
		v, err := parse(raw)
		if err != nil {
			return Batch{Refused: "the document is not JSON: " + err.Error()}
		}
		for _, item := range items(v, many, single, 3) {
			m, ok := item.(map[string]any)
			if !ok {
				return Batch{Refused: fmt.Sprintf("item %d is not a JSON object", len(b.Records)+1)}
			}
			r, err := one(m)
			if err != nil {
				return Batch{Refused: fmt.Sprintf("item %d: %v", len(b.Records)+1, err)}
			}
			b.Records = append(b.Records, r)
		}
	}
	return b
}

// items finds the items in a document, through the envelopes that there are.
func items(v any, many, single string, envelopes int) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	m, _ := v.(map[string]any)
	if list, ok := m[many].([]any); ok {
		return list
	}
	if one := object(m, single); one != nil {
		return []any{one}
	}
	if envelopes > 0 {
		if detail := object(m, "detail"); detail != nil {
			return items(detail, many, single, envelopes-1)
		}
		if message := text(m, "Message"); message != "" {
			if inner, err := parse([]byte(message)); err == nil && depth([]byte(message)) <= maxDepth {
				return items(inner, many, single, envelopes-1)
			}
		}
	}
	return []any{v}
}

// configItemNames are members whose name in a record is another than in AWS Config.
var configItemNames = map[string]string{"awsAccountId": "accountId", "ARN": "arn"}

func configItem(v map[string]any) (Record, error) {
	data := make(map[string]any, len(v)+1)
	for name, x := range v {
		if other, ok := configItemNames[name]; ok {
			name = other
		}
		data[name] = x
	}
	if text(data, "resourceType") == "" {
		return Record{}, fmt.Errorf("it has no resourceType, as configuration items have")
	}
	// The guide's hierarchy says configurationStateId, and its columns
	// configurationItemStateId.
	if id := text(data, "configurationStateId"); id != "" && data["configurationItemStateId"] == nil {
		data["configurationItemStateId"] = id
	}
	return makeRecord(configurationItem, configurationItemType, data, text(data, "accountId"), text(data, "awsRegion"), moment(data["configurationItemCaptureTime"]))
}

func evidenceItem(v map[string]any) (Record, error) {
	data := make(map[string]any, len(v)+1)
	for name, x := range v {
		if name == "id" {
			name = "evidenceId"
		}
		data[name] = x
	}
	if text(data, "evidenceId") == "" && text(data, "dataSource") == "" {
		return Record{}, fmt.Errorf("it has neither evidenceId (or id) nor dataSource, as evidence has")
	}
	at := moment(data["time"])
	if !at.IsZero() {
		data["time"] = at.Format(timeLayout)
	}
	return makeRecord(evidence, evidenceType, data, or(text(data, "evidenceAwsAccountId"), text(data, "awsAccountId")), "", at)
}

func makeRecord(category, kind string, data map[string]any, account, region string, at time.Time) (Record, error) {
	raw := marshal(data)
	if len(raw) > maxRecord {
		return Record{}, fmt.Errorf("it has %d bytes, and a record has %d", len(raw), maxRecord)
	}
	return Record{Category: category, Type: kind, Account: account, Region: region, Time: at, Data: json.RawMessage(raw)}, nil
}
