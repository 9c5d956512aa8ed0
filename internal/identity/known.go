package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

// KnownKey is an access key whose secret Cairn does not have, and whose calls
// somebody else verifies: one that an operator registered, or temporary
// credentials that a service was seen to hand out.
type KnownKey struct {
	// Identity is who the key's calls are from; its AccessKeyID is the key's.
	Identity UserIdentity `json:"identity"`
	// Expires is when the credentials end; zero for never.
	Expires time.Time `json:"expires,omitzero"`
	// Registered tells that an operator said so; what was seen never replaces it.
	Registered bool `json:"registered,omitempty"`
}

// expiredKept is how long expired credentials are still told apart from unknown
// ones: clients retry with them for a while, and the attempts have a name.
const expiredKept = 24 * time.Hour

// maxAccessKeyID is the longest id that IAM documents ("AccessKey").
const maxAccessKeyID = 128

// Learn makes a key known, durably. Credentials that expired a day ago are
// forgotten on the way.
//
// Errors: InvalidInput; EntityAlreadyExists for a key that has another owner
// already: one of the directory, or a registered one when this is not.
func (d *Directory) Learn(ctx context.Context, k KnownKey) error {
	id := k.Identity.AccessKeyID
	if id == "" || len(id) > maxAccessKeyID || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return refuse(CodeInvalidInput, "An access key id has 1 to %d printable characters without spaces.", maxAccessKeyID)
	}
	if k.Identity.Type == "" {
		return refuse(CodeInvalidInput, "The identity of an access key has a type, such as IAMUser or AssumedRole.")
	}
	d.change.Lock()
	defer d.change.Unlock()
	old, known := d.Known(id)
	if _, own := d.ownKey(id); own || known && old.Registered && !k.Registered {
		return refuse(CodeEntityAlreadyExists, "The access key %s has an owner already.", clip(id))
	}
	stale := d.staleKeys()
	return d.commit(ctx, func(ctx context.Context) error {
		for _, id := range stale {
			if err := d.known.Delete(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		_, err := d.known.Put(ctx, id, k)
		return err
	}, func(idx *index) {
		for _, id := range stale {
			delete(idx.known, id)
		}
		idx.known[id] = &k
	})
}

// Forget makes a key unknown again, or fails with NoSuchEntity.
func (d *Directory) Forget(ctx context.Context, accessKeyID string) error {
	d.change.Lock()
	defer d.change.Unlock()
	if _, ok := d.Known(accessKeyID); !ok {
		return refuse(CodeNoSuchEntity, "The access key %s is not known.", clip(accessKeyID))
	}
	return d.commit(ctx, func(ctx context.Context) error { return d.known.Delete(ctx, accessKeyID) },
		func(idx *index) { delete(idx.known, accessKeyID) })
}

// Known finds a key that was made known, also when it has expired.
func (d *Directory) Known(accessKeyID string) (KnownKey, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	k, ok := d.index.known[accessKeyID]
	if !ok {
		return KnownKey{}, false
	}
	return *k, true
}

// ListKnown gives the known keys, sorted by id.
func (d *Directory) ListKnown() []KnownKey {
	d.mu.RLock()
	out := make([]KnownKey, 0, len(d.index.known))
	for _, k := range d.index.known {
		out = append(out, *k)
	}
	d.mu.RUnlock()
	slices.SortFunc(out, func(a, b KnownKey) int {
		return strings.Compare(a.Identity.AccessKeyID, b.Identity.AccessKeyID)
	})
	return out
}

// maxStale bounds what one Learn forgets.
const maxStale = 100

// staleKeys lists some keys that expired long ago. Looking through all of them
// costs as much as there are, so it happens once an hour.
func (d *Directory) staleKeys() []string {
	now := d.now()
	if now.Before(d.nextSweep) {
		return nil
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out []string
	for id, k := range d.index.known {
		if !k.Expires.IsZero() && now.Sub(k.Expires) > expiredKept {
			if out = append(out, id); len(out) == maxStale {
				return out // and on with the next Learn
			}
		}
	}
	d.nextSweep = now.Add(time.Hour)
	return out
}

// ownKey finds a key of the directory.
func (d *Directory) ownKey(id string) (*keyEntry, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	k, ok := d.index.keys[id]
	return k, ok
}

// Identify tells whom a call that somebody else verifies is from, by the ids it
// carries: a key of the directory, credentials that Cairn's STS handed out, or a
// known key. Nothing is proven by it.
func (d *Directory) Identify(accessKeyID, sessionToken string) (UserIdentity, bool) {
	if accessKeyID == "" {
		return UserIdentity{}, false
	}
	if k, ok := d.ownKey(accessKeyID); ok {
		p, ok := d.principal(k.owner)
		if !ok {
			return UserIdentity{}, false
		}
		return Caller{Principal: p.Principal, AccessKeyID: accessKeyID}.UserIdentity(), true
	}
	if t, ok := d.openToken(sessionToken); ok && t.KeyID == accessKeyID {
		p, ok := d.principal(t.owner())
		if !ok || p.ID != t.PrincipalID {
			return UserIdentity{}, false
		}
		return Caller{Principal: p.Principal, AccessKeyID: accessKeyID, Session: &t.Session}.UserIdentity(), true
	}
	k, ok := d.Known(accessKeyID)
	return k.Identity, ok
}

func (d *Directory) loadKnown(ctx context.Context, idx *index) error {
	idx.known = make(map[string]*KnownKey)
	items, err := d.known.List(ctx, "")
	if err != nil {
		return fmt.Errorf("identity: read known keys: %w", err)
	}
	for _, it := range items {
		idx.known[it.ID] = &it.Value
	}
	return nil
}
