package identity

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
)

const goodPassword = "correct horse battery"

var alice = Ref{testAccount, User, "alice"}

func TestPasswordLife(t *testing.T) {
	h := newHouse(t)
	h.user("alice", "")
	ctx := t.Context()
	root := Ref{testAccount, Root, ""}
	for _, r := range []Ref{alice, root} {
		if _, err := h.VerifyPassword(ctx, r, goodPassword); !errors.Is(err, ErrWrongPassword) {
			t.Fatalf("%v without a password: %v", r, err)
		}
		wantCode(t, h.UpdateLoginProfile(ctx, r, goodPassword), CodeNoSuchEntity)
		wantCode(t, h.DeleteLoginProfile(ctx, r), CodeNoSuchEntity)
		check(t, h.CreateLoginProfile(ctx, r, goodPassword))
		wantCode(t, h.CreateLoginProfile(ctx, r, goodPassword), CodeEntityAlreadyExists)
		p, err := h.VerifyPassword(ctx, Ref{r.AccountID, r.Type, strings.ToUpper(r.Name)}, goodPassword)
		if err != nil || p.Name != r.Name || p.Type != r.Type {
			t.Fatalf("proved %+v, %v", p, err)
		}
		if _, err := h.VerifyPassword(ctx, r, goodPassword+"x"); !errors.Is(err, ErrWrongPassword) {
			t.Fatalf("a wrong password: %v", err)
		}
	}

	epoch := h.LoginEpoch(alice)
	if err := h.ChangePassword(ctx, alice, "not "+goodPassword, "another good one"); !errors.Is(err, ErrWrongPassword) {
		t.Fatal(err)
	}
	wantCode(t, h.ChangePassword(ctx, alice, goodPassword, goodPassword), CodePasswordPolicyViolation)
	wantCode(t, h.ChangePassword(ctx, alice, goodPassword, "short"), CodePasswordPolicyViolation)
	if h.LoginEpoch(alice) != epoch {
		t.Error("a refused change ended the sessions")
	}
	check(t, h.ChangePassword(ctx, alice, goodPassword, "another good one"))
	if h.LoginEpoch(alice) == epoch {
		t.Error("a change did not end the sessions")
	}
	epoch = h.LoginEpoch(alice)
	created, _ := h.LoginProfile(alice)
	h.clock.advance(3600e9)
	check(t, h.UpdateLoginProfile(ctx, alice, goodPassword))
	if p, ok := h.LoginProfile(alice); !ok || p.Created != created.Created || !p.Changed.After(created.Changed) || h.LoginEpoch(alice) == epoch {
		t.Errorf("profile %+v after %+v", p, created)
	}

	// A restart forgets nothing, and a password that is deleted still counts epochs.
	epoch = h.LoginEpoch(alice)
	h.reopen()
	if _, err := h.VerifyPassword(ctx, alice, goodPassword); err != nil || h.LoginEpoch(alice) != epoch {
		t.Fatalf("after a restart: %v, epoch %d, want %d", err, h.LoginEpoch(alice), epoch)
	}
	check(t, h.DeleteLoginProfile(ctx, alice))
	h.reopen()
	if _, ok := h.LoginProfile(alice); ok || h.LoginEpoch(alice) == epoch {
		t.Error("the password is still there")
	}

	// A user made again under the same name has nothing of the old one.
	check(t, h.CreateLoginProfile(ctx, alice, goodPassword))
	check(t, h.DeletePrincipal(ctx, alice))
	h.user("alice", "")
	for range 2 {
		if _, err := h.VerifyPassword(ctx, alice, goodPassword); !errors.Is(err, ErrWrongPassword) {
			t.Fatalf("the new alice has the old one's password: %v", err)
		}
		h.reopen()
	}
	_, err := h.CreateRole(ctx, testAccount, "ops", "", []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}`))
	check(t, err)
	wantCode(t, h.CreateLoginProfile(ctx, Ref{testAccount, Role, "ops"}, goodPassword), CodeInvalidInput)
	check(t, h.SignOut(ctx, Ref{testAccount, Role, "ops"}))
	wantCode(t, h.SignOut(ctx, Ref{testAccount, User, "nobody"}), CodeNoSuchEntity)
}

func TestPasswordPolicy(t *testing.T) {
	for password, ok := range map[string]bool{
		"elevenchars": false, "twelve chars": true, strings.Repeat("abcdef", 21) + "gh": true, strings.Repeat("abcdef", 21) + "ghi": false,
		strings.Repeat("ab", 10): false, "the Alice in wonderland": false, "x 111122223333 y": false, "ααββγγδδεεζζ": true, "\xff\xfe valid not at all": false,
	} {
		err := CheckPassword(alice, password)
		if ok != (err == nil) {
			t.Errorf("%q: %v", password, err)
		}
		if err != nil {
			wantCode(t, err, CodePasswordPolicyViolation)
		}
	}
}

// TestPasswordAtRest: the store has a sealed hash, bound to its owner, and no password.
func TestPasswordAtRest(t *testing.T) {
	h := newHouse(t)
	h.user("alice", "")
	check(t, h.CreateLoginProfile(t.Context(), alice, goodPassword))
	it, err := h.logins.Get(t.Context(), storeID(alice))
	check(t, err)
	raw, err := json.Marshal(it.Value)
	check(t, err)
	if strings.Contains(string(raw), "horse") || strings.Contains(string(raw), "argon2") {
		t.Errorf("the store has %s", raw)
	}
	hash := h.login(alice).hash
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("hash %s", hash)
	}
	check(t, h.UpdateLoginProfile(t.Context(), alice, goodPassword))
	if h.login(alice).hash == hash {
		t.Error("two hashes of one password have the same salt")
	}
	// The row of one user, put where another's is, does not open.
	h.user("mallory", "")
	moved := it.Value
	p, _ := h.Principal(Ref{testAccount, User, "mallory"})
	moved.OwnerName, moved.OwnerID = "mallory", p.ID
	_, err = h.logins.Put(t.Context(), storeID(p.Ref()), moved)
	check(t, err)
	if _, err := OpenDirectory(t.Context(), h.db, h.key, h.clock.now); err == nil {
		t.Error("a hash was moved to another user and opened there")
	}
}

// TestPasswordWork: whoever is asked about, one hash is computed, so that the time
// does not tell whether the account, the user or a password is there.
func TestPasswordWork(t *testing.T) {
	h := newHouse(t)
	h.user("alice", "")
	h.user("bob", "")
	check(t, h.CreateLoginProfile(t.Context(), alice, goodPassword))
	for name, r := range map[string]Ref{
		"right user": alice, "no password": {testAccount, User, "bob"}, "no user": {testAccount, User, "carol"}, "no account": {"999988887777", User, "alice"},
		"root without one": {testAccount, Root, ""}, "a role": {testAccount, Role, "x"},
	} {
		for _, password := range []string{"wrong password", strings.Repeat("x", 4096)} {
			before := h.PasswordHashes()
			if _, err := h.VerifyPassword(t.Context(), r, password); !errors.Is(err, ErrWrongPassword) {
				t.Errorf("%s: %v", name, err)
			}
			if n := h.PasswordHashes() - before; n != 1 {
				t.Errorf("%s: %d hashes, want 1", name, n)
			}
		}
	}
}

// TestRehash: a hash gets the parameters of now when its password is used.
func TestRehash(t *testing.T) {
	h := newHouse(t)
	h.user("alice", "")
	check(t, h.CreateLoginProfile(t.Context(), alice, goodPassword))
	epoch := h.LoginEpoch(alice)
	more := cheap
	more.Passes = 2
	d, err := OpenDirectory(t.Context(), h.db, h.key, h.clock.now, WithPasswordHashing(more))
	check(t, err)
	if _, err := d.VerifyPassword(t.Context(), alice, "wrong password"); !errors.Is(err, ErrWrongPassword) || !strings.Contains(d.login(alice).hash, "t=1,") {
		t.Fatalf("after a wrong password: %v, %s", err, d.login(alice).hash)
	}
	_, err = d.VerifyPassword(t.Context(), alice, goodPassword)
	check(t, err)
	if !strings.Contains(d.login(alice).hash, "t=2,") || d.LoginEpoch(alice) != epoch {
		t.Errorf("hash %s, epoch %d", d.login(alice).hash, d.LoginEpoch(alice))
	}
	before := d.PasswordHashes()
	_, err = d.VerifyPassword(t.Context(), alice, goodPassword)
	check(t, err)
	if d.PasswordHashes() != before+1 {
		t.Error("hashed anew twice")
	}
}

// TestHashingIsBounded: no more hashes at a time than there are slots, and who finds
// the queue full is told so at once.
func TestHashingIsBounded(t *testing.T) {
	h := newHasher(PasswordHashing{MemoryKiB: 64, Passes: 1, Threads: 1, Slots: 1, Waiting: 1})
	h.slots <- struct{}{} // somebody hashes
	h.waiting.Add(1)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	started := make(chan struct{})
	group.Go(func() {
		close(started)
		if err := h.waste(ctx, "x"); !errors.Is(err, context.Canceled) {
			t.Errorf("who waited got %v", err)
		}
	})
	<-started
	for h.waiting.Load() < 2 { // until it waits
		if ctx.Err() != nil {
			t.Fatal(ctx.Err())
		}
	}
	if err := h.waste(t.Context(), "x"); !errors.Is(err, ErrBusy) {
		t.Errorf("one too many got %v", err)
	}
	cancel()
	group.Wait()
	<-h.slots
	h.waiting.Add(-1)
	check(t, h.waste(t.Context(), "x"))
	if h.waiting.Load() != 0 {
		t.Errorf("%d still wait", h.waiting.Load())
	}
}

func TestHashFormat(t *testing.T) {
	h := newHasher(cheap)
	hash, err := h.hash(t.Context(), goodPassword)
	check(t, err)
	// Text is compared in its composed form, however a keyboard makes it.
	composed, err := h.hash(t.Context(), "caf\u00e9 au lait, twice")
	check(t, err)
	if ok, stale, err := h.verify(t.Context(), "cafe\u0301 au lait, twice", composed); !ok || stale || err != nil {
		t.Error(ok, stale, err)
	}
	for _, bad := range []string{"", "x", strings.Replace(hash, "argon2id", "argon2i", 1), strings.Replace(hash, "v=19", "v=16", 1), strings.Replace(hash, "m=64", "m=9999999", 1),
		strings.Replace(hash, "t=1", "t=0", 1), strings.Replace(hash, "p=1", "p=0", 1), hash[:len(hash)-4], hash + "$"} {
		if _, _, err := h.verify(t.Context(), goodPassword, bad); err == nil {
			t.Errorf("%q was taken for a hash", bad)
		}
	}
}

func BenchmarkPasswordHash(b *testing.B) {
	h := newHasher(DefaultPasswordHashing())
	b.ReportAllocs()
	for b.Loop() {
		if err := h.waste(b.Context(), goodPassword); err != nil {
			b.Fatal(err)
		}
	}
}
