package identity

import (
	"context"
	"slices"
	"strings"
	"time"
)

// KeyStatus tells whether an access key may sign, in IAM's words.
type KeyStatus string

// The states of an access key.
const (
	Active   KeyStatus = "Active"
	Inactive KeyStatus = "Inactive"
)

// maxKeys is IAM's quota of access keys for one user ("IAM and AWS STS
// quotas"), which holds for root too.
const maxKeys = 2

// AccessKey is a long-term key as the directory keeps and lists it.
type AccessKey struct {
	// ID is AKIA and sixteen characters.
	ID        string        `json:"id"`
	AccountID string        `json:"accountId"`
	OwnerType PrincipalType `json:"ownerType"`
	// OwnerName is the user's name; empty for root.
	OwnerName string    `json:"ownerName,omitempty"`
	OwnerID   string    `json:"ownerId"`
	Status    KeyStatus `json:"status"`
	Created   time.Time `json:"created"`
	// SealedSecret is the secret under the master key; empty in listings.
	SealedSecret []byte `json:"sealedSecret,omitempty"`
}

func (k AccessKey) owner() Ref { return fold(Ref{k.AccountID, k.OwnerType, k.OwnerName}) }

// Credential is a long-term access key with its secret: what a new owner gets
// once, and what a credentials file keeps.
type Credential struct {
	AccountID string
	// UserName is empty for root.
	UserName        string
	AccessKeyID     string
	SecretAccessKey string
	// Region is the default Region of a profile; may be empty.
	Region string
}

// sealPurpose ties a sealed secret to its key id, so that rows of the store
// can not be exchanged for one another.
func sealPurpose(keyID string) string { return "access-key/" + keyID }

func (d *Directory) newAccessKey(owner Principal) (AccessKey, string) {
	id, secret := newAccessKeyID(), newSecret()
	return AccessKey{
		ID: id, AccountID: owner.AccountID, OwnerType: owner.Type, OwnerName: owner.Name, OwnerID: owner.ID,
		Status: Active, Created: d.stamp(), SealedSecret: d.key.Seal(sealPurpose(id), []byte(secret)),
	}, secret
}

func (d *Directory) newKeyEntry(k AccessKey) (*keyEntry, error) {
	secret, err := d.key.Open(sealPurpose(k.ID), k.SealedSecret)
	if err != nil {
		return nil, err
	}
	return &keyEntry{AccessKey: k, secret: string(secret), owner: k.owner()}, nil
}

// CreateAccessKey makes an active key for a user or for root. The secret is
// in the answer and can not be asked for again.
//
// Errors: NoSuchEntity, LimitExceeded (two keys for one owner), InvalidInput
// (a role has temporary credentials only).
func (d *Directory) CreateAccessKey(ctx context.Context, r Ref) (Credential, error) {
	if r.Type == Role {
		return Credential{}, refuse(CodeInvalidInput, "A role has no access keys; use AssumeRole.")
	}
	d.change.Lock()
	defer d.change.Unlock()
	owner, err := d.mustFind(r)
	if err != nil {
		return Credential{}, err
	}
	if len(d.keysOf(owner.Ref())) >= maxKeys {
		return Credential{}, refuse(CodeLimitExceeded, "Cannot exceed quota for AccessKeysPerUser: %d", maxKeys)
	}
	key, secret := d.newAccessKey(owner.Principal)
	entry, err := d.newKeyEntry(key)
	if err != nil {
		return Credential{}, err
	}
	err = d.commit(ctx, func(ctx context.Context) error {
		_, err := d.keys.Create(ctx, key.ID, key)
		return err
	}, func(i *index) { i.keys[key.ID] = entry })
	if err != nil {
		return Credential{}, err
	}
	return Credential{AccountID: owner.AccountID, UserName: owner.Name, AccessKeyID: key.ID, SecretAccessKey: secret}, nil
}

// DeleteAccessKey removes a key of the account. Requests signed with it are
// refused from now on; sessions that were made with it live on, as in AWS.
//
// Errors: NoSuchEntity.
func (d *Directory) DeleteAccessKey(ctx context.Context, accountID, keyID string) error {
	d.change.Lock()
	defer d.change.Unlock()
	if _, err := d.mustFindKey(accountID, keyID); err != nil {
		return err
	}
	return d.commit(ctx, func(ctx context.Context) error {
		return d.keys.Delete(ctx, keyID)
	}, func(i *index) { delete(i.keys, keyID) })
}

// SetAccessKeyStatus makes a key of the account Active or Inactive.
//
// Errors: NoSuchEntity, InvalidInput (another status).
func (d *Directory) SetAccessKeyStatus(ctx context.Context, accountID, keyID string, status KeyStatus) error {
	if status != Active && status != Inactive {
		return refuse(CodeInvalidInput, "The status of an access key is Active or Inactive.")
	}
	d.change.Lock()
	defer d.change.Unlock()
	old, err := d.mustFindKey(accountID, keyID)
	if err != nil {
		return err
	}
	entry := *old
	entry.Status = status
	return d.commit(ctx, func(ctx context.Context) error {
		_, err := d.keys.Put(ctx, keyID, entry.AccessKey)
		return err
	}, func(i *index) { i.keys[keyID] = &entry })
}

// ListAccessKeys gives the long-term keys of one account without their
// secrets, sorted by id, or NoSuchEntity if there is no such account.
func (d *Directory) ListAccessKeys(accountID string) ([]AccessKey, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if _, ok := d.index.accounts[accountID]; !ok {
		return nil, noAccount(accountID)
	}
	return d.listKeys(func(k *keyEntry) bool { return k.AccountID == accountID }), nil
}

// SigningSecret gives the secret behind a key and whose it is: of an active
// long-term key or, with its session token, of temporary credentials. It is for a
// component that verifies signatures by itself, like the embedded S3 endpoint,
// and must never reach a caller or a log. The error is an *[AuthError].
func (d *Directory) SigningSecret(keyID, sessionToken string) (secret string, who Caller, err error) {
	got, refused := d.signer(&signature{keyID: keyID, token: sessionToken}, d.now())
	if refused != nil {
		return "", Caller{}, refused
	}
	return got.secret, got.caller, nil
}

// findKey gives a key and its owner; nil for what is not there.
func (d *Directory) findKey(keyID string) (*keyEntry, *principalEntry) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	k := d.index.keys[keyID]
	if k == nil {
		return nil, nil
	}
	p := d.index.principals[k.owner]
	if p == nil || p.ID != k.OwnerID {
		return k, nil
	}
	return k, p
}

func (d *Directory) mustFindKey(accountID, keyID string) (*keyEntry, error) {
	k, _ := d.findKey(keyID)
	if k == nil || k.AccountID != accountID {
		return nil, refuse(CodeNoSuchEntity, "The Access Key with id %s cannot be found.", clip(keyID))
	}
	return k, nil
}

func (d *Directory) keysOf(owner Ref) []AccessKey {
	owner = fold(owner)
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.listKeys(func(k *keyEntry) bool { return k.owner == owner })
}

// listKeys needs d.mu.
func (d *Directory) listKeys(want func(*keyEntry) bool) []AccessKey {
	var out []AccessKey
	for _, e := range d.index.keys {
		if want(e) {
			k := e.AccessKey
			k.SealedSecret = nil
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b AccessKey) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// stamp is the present in the precision of IAM's answers.
func (d *Directory) stamp() time.Time { return d.now().UTC().Truncate(time.Second) }
