package lake

import (
	"github.com/cespare/xxhash/v2"

	"github.com/cairntrail/cairn/internal/event"
)

// A lookup key is the 64-bit hash of an account, a Region, an attribute and its
// value: what memtables and index files find rows by. Two different values may
// share a key, so a row that a key finds is checked against the record itself.

// attributeCode is part of every key, and so of the index file format.
var attributeCode = map[AttributeKey]byte{
	"":      0, // every event of the account and Region
	EventID: 1, EventName: 2, ReadOnly: 3, Username: 4, ResourceType: 5, ResourceName: 6, EventSource: 7, AccessKeyID: 8,
}

// Known tells whether the key is one of the eight.
func (k AttributeKey) Known() bool { return attributeCode[k] != 0 }

// maxResourceKeys bounds how many resources of one event can be looked up. A
// record of 1 MB could name tens of thousands.
const maxResourceKeys = 256

func lookupKey(account, region string, attribute AttributeKey, value string) uint64 {
	var d keyDigest
	d.scope(account, region)
	return d.key(attributeCode[attribute], value)
}

// keysOf are the keys that all events of a lookup have.
func keysOf(q *LookupQuery) (keys []uint64) {
	for _, a := range q.Attributes {
		keys = append(keys, lookupKey(q.AccountID, q.Region, a.Key, a.Value))
	}
	if len(keys) == 0 {
		keys = append(keys, lookupKey(q.AccountID, q.Region, "", ""))
	}
	return keys
}

// keyDigest hashes several keys of one account and Region.
type keyDigest struct{ prefix, d xxhash.Digest }

func (k *keyDigest) scope(account, region string) {
	k.prefix.Reset()
	k.prefix.WriteString(account)
	k.prefix.Write([]byte{0})
	k.prefix.WriteString(region)
}

func (k *keyDigest) key(code byte, value string) uint64 {
	k.d = k.prefix
	k.d.Write([]byte{0, code})
	k.d.WriteString(value)
	return k.d.Sum64()
}

// appendKeys appends the keys that find an event. The first is the key of its
// eventID, the second that of its account and Region; none comes twice.
func appendKeys(keys []uint64, e *event.Envelope) []uint64 {
	var k keyDigest
	k.scope(e.AccountID, e.Region)
	keys = append(keys, k.key(1, e.EventID), k.key(0, ""))
	for _, a := range [...]struct {
		code  byte
		value string
	}{{2, e.EventName}, {3, e.ReadOnly}, {4, e.Username}, {7, e.EventSource}, {8, e.AccessKeyID}} {
		if a.value != "" {
			keys = append(keys, k.key(a.code, a.value))
		}
	}
	resources := e.Resources[:min(len(e.Resources), maxResourceKeys)]
	for i, r := range resources {
		if r.Name != "" && !named(resources[:i], r.Name) {
			keys = append(keys, k.key(6, r.Name))
		}
		if r.Type != "" && !typed(resources[:i], r.Type) {
			keys = append(keys, k.key(5, r.Type))
		}
	}
	return keys
}

func named(rs []event.Resource, name string) bool {
	for _, r := range rs {
		if r.Name == name {
			return true
		}
	}
	return false
}

func typed(rs []event.Resource, typ string) bool {
	for _, r := range rs {
		if r.Type == typ {
			return true
		}
	}
	return false
}

// matches checks an event against a query's scope and attributes, by value.
func matches(e *event.Envelope, q *LookupQuery) bool {
	if e.AccountID != q.AccountID || e.Region != q.Region {
		return false
	}
	for _, a := range q.Attributes {
		ok := false
		switch a.Key {
		case EventID:
			ok = e.EventID == a.Value
		case EventName:
			ok = e.EventName == a.Value
		case ReadOnly:
			ok = e.ReadOnly == a.Value
		case Username:
			ok = e.Username == a.Value
		case EventSource:
			ok = e.EventSource == a.Value
		case AccessKeyID:
			ok = e.AccessKeyID == a.Value
		case ResourceName:
			ok = named(e.Resources, a.Value)
		case ResourceType:
			ok = typed(e.Resources, a.Value)
		}
		if !ok {
			return false
		}
	}
	return true
}
