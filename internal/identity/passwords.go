package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cairntrail/cairn/internal/store"
)

// LoginProfile is that a user or root has a password, in IAM's words.
type LoginProfile struct {
	// Created is when it was first set, Changed when last.
	Created, Changed time.Time
}

// ErrWrongPassword is the one answer to a password that is wrong, or of somebody who
// has none or does not exist.
var ErrWrongPassword = errors.New("identity: the password is wrong")

// login is what the store keeps of how a principal signs in. It stays when the
// password is deleted, for its epoch, and goes with the principal.
type login struct {
	AccountID string        `json:"accountId"`
	OwnerType PrincipalType `json:"ownerType"`
	OwnerName string        `json:"ownerName,omitempty"`
	OwnerID   string        `json:"ownerId"`
	// SealedHash is the hash in the PHC string format under the master key, so that
	// a copy of the database alone does not even allow guessing.
	SealedHash []byte    `json:"sealedHash,omitempty"`
	Created    time.Time `json:"created,omitzero"`
	Changed    time.Time `json:"changed,omitzero"`
	// Epoch ends the principal's console sessions by becoming another.
	Epoch int64 `json:"epoch"`
}

type loginEntry struct {
	login
	hash string // empty: no password
}

func passwordPurpose(ownerID, id string) string { return "password/" + ownerID + "/" + id }

// The bounds of passwords, in characters. The lower one is above IAM's default of
// eight, the upper one is IAM's ("Password policy", IAM User Guide).
const (
	MinPassword = 12
	MaxPassword = 128
	// minDistinct refuses what only looks long.
	minDistinct = 5
)

// CheckPassword tells whether a principal may have a password: PasswordPolicyViolation
// if it is too short, too long, too uniform, or built on the account or the user's name.
func CheckPassword(r Ref, password string) error {
	violation := func(format string, args ...any) error { return refuse(CodePasswordPolicyViolation, format, args...) }
	if !utf8.ValidString(password) {
		return violation("The password is not valid UTF-8 text.")
	}
	if n := utf8.RuneCountInString(password); n < MinPassword || n > MaxPassword {
		return violation("A password has %d to %d characters; this one has %d.", MinPassword, MaxPassword, n)
	}
	distinct := make(map[rune]bool)
	for _, c := range password {
		distinct[c] = true
	}
	if len(distinct) < minDistinct {
		return violation("The password repeats too few characters: use at least %d different ones.", minDistinct)
	}
	lower := strings.ToLower(password)
	if strings.Contains(lower, r.AccountID) {
		return violation("The password must not contain the account's number.")
	}
	if len(r.Name) >= 4 && strings.Contains(lower, strings.ToLower(r.Name)) {
		return violation("The password must not contain the user's name.")
	}
	return nil
}

// LoginProfile tells whether a principal has a password.
func (d *Directory) LoginProfile(r Ref) (LoginProfile, bool) {
	e := d.login(r)
	if e == nil || e.hash == "" {
		return LoginProfile{}, false
	}
	return LoginProfile{Created: e.Created, Changed: e.Changed}, true
}

// LoginEpoch changes whenever the principal's console sessions have to end: with its
// password, and with [Directory.SignOut].
func (d *Directory) LoginEpoch(r Ref) int64 {
	if e := d.login(r); e != nil {
		return e.Epoch
	}
	return 0
}

// PasswordHashes is how many hashes of passwords were computed since the start.
func (d *Directory) PasswordHashes() uint64 { return d.hasher.computed.Load() }

// CreateLoginProfile gives a user or root its first password.
//
// Errors: NoSuchEntity, InvalidInput (a role), EntityAlreadyExists,
// PasswordPolicyViolation, [ErrBusy].
func (d *Directory) CreateLoginProfile(ctx context.Context, r Ref, password string) error {
	return d.setPassword(ctx, r, password, func(e *loginEntry) error {
		if e != nil && e.hash != "" {
			return refuse(CodeEntityAlreadyExists, "Login Profile for %s already exists.", r.who())
		}
		return nil
	})
}

// UpdateLoginProfile replaces a password, and ends the principal's console sessions.
//
// Errors: as CreateLoginProfile; NoSuchEntity also where there is no password yet.
func (d *Directory) UpdateLoginProfile(ctx context.Context, r Ref, password string) error {
	return d.setPassword(ctx, r, password, func(e *loginEntry) error {
		if e == nil || e.hash == "" {
			return noLogin(r)
		}
		return nil
	})
}

// ChangePassword replaces a password by who knows the old one, and ends the
// principal's console sessions.
//
// Errors: [ErrWrongPassword], PasswordPolicyViolation, [ErrBusy].
func (d *Directory) ChangePassword(ctx context.Context, r Ref, old, password string) error {
	before := d.login(r)
	if _, err := d.VerifyPassword(ctx, r, old); err != nil {
		return err
	}
	if old == password {
		return refuse(CodePasswordPolicyViolation, "The new password is the old one.")
	}
	return d.setPassword(ctx, r, password, func(e *loginEntry) error {
		// The one that was proved must still be the one, but for its parameters.
		if before == nil || e == nil || e.Epoch != before.Epoch || e.hash == "" {
			return ErrWrongPassword
		}
		return nil
	})
}

// setPassword hashes before it takes the lock, since a hash takes long.
func (d *Directory) setPassword(ctx context.Context, r Ref, password string, may func(*loginEntry) error) error {
	p, err := d.signsIn(r)
	if err != nil {
		return err
	}
	if err := may(d.login(r)); err != nil {
		return err
	}
	if err := CheckPassword(p.Ref(), password); err != nil {
		return err
	}
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return d.changeLogin(ctx, r, func(e *loginEntry) error {
		if err := may(e); err != nil {
			return err
		}
		e.hash = hash
		e.Epoch++
		e.Changed = d.stamp()
		if e.Created.IsZero() {
			e.Created = e.Changed
		}
		return nil
	})
}

// DeleteLoginProfile takes a password away, and ends the principal's console sessions.
//
// Errors: NoSuchEntity.
func (d *Directory) DeleteLoginProfile(ctx context.Context, r Ref) error {
	return d.changeLogin(ctx, r, func(e *loginEntry) error {
		if e.hash == "" {
			return noLogin(r)
		}
		e.hash, e.Created, e.Changed = "", time.Time{}, time.Time{}
		e.Epoch++
		return nil
	})
}

// SignOut ends all console sessions of a principal, a role's too.
//
// Errors: NoSuchEntity.
func (d *Directory) SignOut(ctx context.Context, r Ref) error {
	return d.changeLogin(ctx, r, func(e *loginEntry) error {
		e.Epoch++
		return nil
	})
}

// VerifyPassword proves a user or root by its password. Whether it exists and whether
// it has a password does not show in the time it takes.
//
// Errors: [ErrWrongPassword], [ErrBusy].
func (d *Directory) VerifyPassword(ctx context.Context, r Ref, password string) (Principal, error) {
	p, known := d.principal(r)
	e := d.login(r)
	if len(password) > MaxPassword*utf8.UTFMax {
		password, known = "", false
	}
	if !known || e == nil || e.hash == "" {
		if err := d.hasher.waste(ctx, password); err != nil {
			return Principal{}, err
		}
		return Principal{}, ErrWrongPassword
	}
	ok, stale, err := d.hasher.verify(ctx, password, e.hash)
	if err != nil {
		return Principal{}, err
	}
	if !ok {
		return Principal{}, ErrWrongPassword
	}
	if stale {
		if err := d.rehash(ctx, r, password, e.hash); err != nil {
			return Principal{}, err
		}
	}
	return p.Principal, nil
}

// rehash stores a password anew under the parameters of now, unless it has changed.
func (d *Directory) rehash(ctx context.Context, r Ref, password, old string) error {
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return d.changeLogin(ctx, r, func(e *loginEntry) error {
		if e.hash == old {
			e.hash = hash
		}
		return nil
	})
}

// signsIn finds a user or root.
func (d *Directory) signsIn(r Ref) (Principal, error) {
	if r.Type == Role {
		return Principal{}, refuse(CodeInvalidInput, "A role has no password and no MFA devices; assume it, and sign in with its credentials.")
	}
	p, err := d.mustFind(r)
	if err != nil {
		return Principal{}, err
	}
	return p.Principal, nil
}

// login finds how a principal signs in; nil where nothing is known of it.
func (d *Directory) login(r Ref) *loginEntry {
	p, ok := d.principal(r)
	if !ok {
		return nil
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if e := d.index.logins[fold(r)]; e != nil && e.OwnerID == p.ID {
		return e
	}
	return nil
}

// changeLogin gives f a copy of a principal's entry, and stores what f made of it.
func (d *Directory) changeLogin(ctx context.Context, r Ref, f func(*loginEntry) error) error {
	d.change.Lock()
	defer d.change.Unlock()
	p, err := d.mustFind(r)
	if err != nil {
		return err
	}
	e := loginEntry{login: login{AccountID: p.AccountID, OwnerType: p.Type, OwnerName: p.Name, OwnerID: p.ID}}
	if old := d.login(r); old != nil {
		e = *old
	}
	if err := f(&e); err != nil {
		return err
	}
	id := storeID(r)
	e.SealedHash = nil
	if e.hash != "" {
		e.SealedHash = d.key.Seal(passwordPurpose(e.OwnerID, id), []byte(e.hash))
	}
	return d.commit(ctx, func(ctx context.Context) error {
		_, err := d.logins.Put(ctx, id, e.login)
		return err
	}, func(i *index) { i.logins[fold(r)] = &e })
}

func (d *Directory) loadLogins(ctx context.Context, idx *index) error {
	idx.logins = make(map[Ref]*loginEntry)
	items, err := d.logins.List(ctx, "")
	if err != nil {
		return fmt.Errorf("identity: read passwords: %w", err)
	}
	for _, it := range items {
		e := &loginEntry{login: it.Value}
		if len(e.SealedHash) > 0 {
			hash, err := d.key.Open(passwordPurpose(e.OwnerID, it.ID), e.SealedHash)
			if err != nil {
				return fmt.Errorf("identity: password of %s: %w; is the key file the one of this database?", it.ID, err)
			}
			e.hash = string(hash)
		}
		idx.logins[fold(Ref{e.AccountID, e.OwnerType, e.OwnerName})] = e
	}
	return nil
}

// deleteLogin removes what a principal that is deleted signs in with.
func (d *Directory) deleteLogin(ctx context.Context, r Ref) error {
	if err := d.logins.Delete(ctx, storeID(r)); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}

func noLogin(r Ref) error {
	return refuse(CodeNoSuchEntity, "Login Profile for %s cannot be found.", r.who())
}

// who names a principal in messages.
func (r Ref) who() string {
	if r.Type == Root {
		return "the root of account " + clip(r.AccountID)
	}
	return "User " + clip(r.Name)
}
