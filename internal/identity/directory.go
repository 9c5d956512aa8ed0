package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

// Directory keeps accounts, principals and access keys, verifies signatures
// and issues temporary credentials. It is safe for concurrent use.
//
// Everything rests in the collections identity.accounts, identity.principals,
// identity.keys, identity.known, identity.logins and identity.mfa of the control-plane
// store; secret keys, hashes of passwords and secrets of devices are sealed there with
// the master key. A copy of it all, with the secrets open and the
// policies compiled, is in memory, so that verifying a request touches neither
// SQL nor AES. The copy changes only after the store has committed.
//
// Who may change the directory is not decided here; ask [Directory.Allowed]
// before. No method may be called inside a [store.DB.Tx] of the same database:
// the copy could not follow a rollback. That panics.
type Directory struct {
	db  *store.DB
	key Key
	now func() time.Time

	accounts   *store.Collection[Account]
	principals *store.Collection[Principal]
	keys       *store.Collection[AccessKey]
	known      *store.Collection[KnownKey]
	logins     *store.Collection[login]
	devices    *store.Collection[MFADevice]

	hasher *hasher

	// change serializes the methods that change something, from the decision
	// to the copy. It is taken before mu.
	change sync.Mutex
	// nextSweep is when known keys are looked through again; change guards it.
	nextSweep time.Time
	// mu guards index. The entries that its maps point to are never changed,
	// only replaced, so they are used after mu is released.
	mu    sync.RWMutex
	index index

	signingKeys *boundedCache[signingKeyID, []byte]
	tokens      *boundedCache[string, *openToken]
}

// index is the copy in memory.
type index struct {
	accounts   map[string]Account
	principals map[Ref]*principalEntry // Name in lower case, see fold
	keys       map[string]*keyEntry
	known      map[string]*KnownKey
	logins     map[Ref]*loginEntry // as principals
	devices    map[string]*mfaEntry
}

type principalEntry struct {
	Principal
	policies []*document
	trust    *document
}

type keyEntry struct {
	AccessKey
	secret string
	owner  Ref // folded
}

// Bounds of the caches: a few kilobytes of keys, and at about 2 KB a token a
// few megabytes of sessions. Past them an arbitrary entry makes room.
const (
	maxSigningKeys = 4096
	maxOpenTokens  = 4096
)

// Option changes a directory that is opened.
type Option func(*Directory)

// WithPasswordHashing sets what hashes of passwords cost, in place of
// [DefaultPasswordHashing].
func WithPasswordHashing(cost PasswordHashing) Option {
	return func(d *Directory) { d.hasher = newHasher(cost) }
}

// OpenDirectory reads the whole directory from the store. It fails if a secret
// does not open with the key, which then is not the installation's.
func OpenDirectory(ctx context.Context, db *store.DB, key Key, now func() time.Time, options ...Option) (*Directory, error) {
	d := &Directory{
		db: db, key: key, now: now,
		accounts:    store.NewCollection[Account](db, "identity.accounts"),
		principals:  store.NewCollection[Principal](db, "identity.principals"),
		keys:        store.NewCollection[AccessKey](db, "identity.keys"),
		known:       store.NewCollection[KnownKey](db, "identity.known"),
		logins:      store.NewCollection[login](db, "identity.logins"),
		devices:     store.NewCollection[MFADevice](db, "identity.mfa"),
		hasher:      newHasher(DefaultPasswordHashing()),
		signingKeys: newBoundedCache[signingKeyID, []byte](maxSigningKeys),
		tokens:      newBoundedCache[string, *openToken](maxOpenTokens),
	}
	for _, option := range options {
		option(d)
	}
	idx := index{
		accounts:   map[string]Account{},
		principals: map[Ref]*principalEntry{},
		keys:       map[string]*keyEntry{},
	}
	accounts, err := d.accounts.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("identity: read accounts: %w", err)
	}
	for _, it := range accounts {
		idx.accounts[it.ID] = it.Value
	}
	principals, err := d.principals.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("identity: read principals: %w", err)
	}
	for _, it := range principals {
		e, err := newPrincipalEntry(it.Value)
		if err != nil {
			return nil, fmt.Errorf("identity: stored policies of %s: %w", it.Value.ARN, err)
		}
		idx.principals[fold(it.Value.Ref())] = e
	}
	keys, err := d.keys.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("identity: read access keys: %w", err)
	}
	for _, it := range keys {
		e, err := d.newKeyEntry(it.Value)
		if err != nil {
			return nil, fmt.Errorf("identity: secret of access key %s: %w; is the key file the one of this database?", it.ID, err)
		}
		idx.keys[it.ID] = e
	}
	for _, load := range []func(context.Context, *index) error{d.loadKnown, d.loadLogins, d.loadDevices} {
		if err := load(ctx, &idx); err != nil {
			return nil, err
		}
	}
	d.index = idx
	return d, nil
}

// commit runs write in a transaction and, when that is durable, apply on the
// copy in memory. The caller holds d.change.
func (d *Directory) commit(ctx context.Context, write func(ctx context.Context) error, apply func(*index)) error {
	if d.db.InTx(ctx) {
		panic("BUG: identity: the directory was changed inside a store transaction")
	}
	if err := d.db.Tx(ctx, write); err != nil {
		// A name that is free here and taken in the store can only be there
		// because another process writes to the same file.
		if errors.Is(err, store.ErrExists) {
			return refuse(CodeEntityAlreadyExists, "The entity already exists.")
		}
		return fmt.Errorf("identity: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	apply(&d.index)
	return nil
}

// fold: the names of users and roles are unique without regard to case, and
// are found so too ("IAM and STS quotas: IAM name requirements").
func fold(r Ref) Ref {
	r.Name = strings.ToLower(r.Name)
	return r
}

// storeID is the id of a principal in its collection: sorted by account, then
// by kind and name.
func storeID(r Ref) string {
	switch r = fold(r); r.Type {
	case Root:
		return r.AccountID + "/root"
	case User:
		return r.AccountID + "/user/" + r.Name
	}
	return r.AccountID + "/role/" + r.Name
}

func newPrincipalEntry(p Principal) (*principalEntry, error) {
	e := &principalEntry{Principal: p}
	for _, pol := range p.Policies {
		doc, err := compileAttached(pol)
		if err != nil {
			return nil, err
		}
		e.policies = append(e.policies, doc)
	}
	if p.Trust != nil {
		doc, err := compileDocument(p.Trust.Document, trustPolicy)
		if err != nil {
			return nil, err
		}
		e.trust = doc
	}
	return e, nil
}

// principal finds one in the copy.
func (d *Directory) principal(r Ref) (*principalEntry, bool) {
	r = fold(r)
	d.mu.RLock()
	defer d.mu.RUnlock()
	e, ok := d.index.principals[r]
	return e, ok
}

// Principal finds a principal by name, without regard to case.
func (d *Directory) Principal(r Ref) (Principal, bool) {
	e, ok := d.principal(r)
	if !ok {
		return Principal{}, false
	}
	return e.Principal, true
}

// Account finds an account by its id.
func (d *Directory) Account(id string) (Account, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	a, ok := d.index.accounts[id]
	return a, ok
}

// ListAccounts gives all accounts, sorted by id.
func (d *Directory) ListAccounts() []Account {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := make([]Account, 0, len(d.index.accounts))
	for _, a := range d.index.accounts {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Account) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// ListPrincipals gives the principals of one account, sorted by ARN, or
// NoSuchEntity if there is no such account.
func (d *Directory) ListPrincipals(accountID string) ([]Principal, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if _, ok := d.index.accounts[accountID]; !ok {
		return nil, noAccount(accountID)
	}
	var out []Principal
	for ref, e := range d.index.principals {
		if ref.AccountID == accountID {
			out = append(out, e.Principal)
		}
	}
	slices.SortFunc(out, func(a, b Principal) int { return strings.Compare(a.ARN, b.ARN) })
	return out, nil
}

// Allowed tells whether the policies attached to the caller's principal allow
// the action, e.g. "cloudtrail:LookupEvents", on the resource, an ARN or "*".
// The policies are those of now, not those of when the caller signed. The root
// of an account may do everything; nobody, or a principal that is gone, may do
// nothing. A deny beats every allow and the default is no ("Policy evaluation
// logic", IAM User Guide).
func (d *Directory) Allowed(c Caller, action, resource string) bool {
	return d.identityVerdict(&question{caller: c, action: action, resource: resource}).ok()
}

// Judge is Allowed for who has other policies to ask: no answer, when it neither
// allows nor denies, is a no by itself, and a deny beats whatever else allows.
func (d *Directory) Judge(c Caller, action, resource string) (allowed, denied bool) {
	v := d.identityVerdict(&question{caller: c, action: action, resource: resource})
	return v.ok(), v.deny
}

func (d *Directory) identityVerdict(q *question) verdict {
	var v verdict
	if !q.caller.Known() {
		return v
	}
	e, ok := d.principal(q.caller.Principal.Ref())
	if !ok || e.ID != q.caller.Principal.ID {
		return v
	}
	if e.Type == Root {
		return verdict{allow: true}
	}
	for _, doc := range e.policies {
		doc.ask(q, &v)
	}
	return v
}

func noAccount(id string) error {
	return refuse(CodeNoSuchEntity, "The account with id %s cannot be found.", clip(id))
}
