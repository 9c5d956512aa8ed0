package signin

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/store"
)

// TestLockOut: five failures are free, then the wait doubles; what is tried meanwhile
// is not looked at; a success starts anew.
func TestLockOut(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	for range freeFailures {
		b.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
	}
	for _, want := range []int{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900} {
		before := h.directory.PasswordHashes()
		got := b.tryPassword(alice, password).want(429, CodeTooManyAttempts) // the right one, too early
		if got.header.Get("Retry-After") != strconv.Itoa(want) || !strings.Contains(got.body, fmt.Sprintf(`"retryAfterSeconds":%d`, want)) {
			t.Fatalf("wait %s %s, want %d", got.header.Get("Retry-After"), got.body, want)
		}
		if h.directory.PasswordHashes() != before {
			t.Fatal("what came too early was looked at")
		}
		h.advance(time.Duration(want)*time.Second - time.Millisecond)
		b.tryPassword(alice, password).want(429, CodeTooManyAttempts)
		h.advance(time.Millisecond)
		b.address = fmt.Sprintf("192.0.2.%d", want&255) // only the name's wait is of interest
		b.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
	}
	h.advance(maxDelay)
	b.signIn(alice)
	for range freeFailures {
		b.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
	}
	b.tryPassword(alice, password).want(429, CodeTooManyAttempts)
	// A day without failures is as good.
	h.advance(forgetFailures + time.Second)
	for range freeFailures {
		b.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
	}
	// Who sets the clock back does not wait for it.
	h.advance(-time.Hour)
	if got := b.tryPassword(alice, password).want(429, CodeTooManyAttempts).header.Get("Retry-After"); got != "1" {
		t.Errorf("after the clock was set back the wait is %s", got)
	}
}

// TestLockOutOutlivesRestarts: a crash or a new release is no way around the waits, and
// who only mistypes a password writes nothing to the store.
func TestLockOutOutlivesRestarts(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	stored := func() (ids []string) {
		items, err := h.service.limiter.collection.List(t.Context(), "")
		h.check(err)
		for _, it := range items {
			ids = append(ids, it.ID)
		}
		return ids
	}
	for range freeFailures - 1 {
		b.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
	}
	b.signIn(alice)
	if ids := stored(); ids != nil {
		t.Fatalf("failures that are free are in the store: %v", ids)
	}
	guess := func() {
		t.Helper()
		b.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
	}
	for range freeFailures {
		guess()
	}
	for _, want := range []string{"1", "2", "4", "8"} {
		h.restart()
		if got := b.tryPassword(alice, password).want(429, CodeTooManyAttempts).header.Get("Retry-After"); got != want {
			t.Fatalf("after the restart the wait is %s, want %s", got, want)
		}
		h.advance(8 * time.Second)
		guess()
	}
	if ids := stored(); len(ids) != 1 || !strings.HasPrefix(ids[0], "n/") || strings.Contains(ids[0], "alice") {
		t.Fatalf("the store has %v", ids)
	}
	h.advance(maxDelay)
	b.signIn(alice)
	if ids := stored(); ids != nil {
		t.Fatalf("after a success the store has %v", ids)
	}

	// Addresses too, and what is a day old is forgotten.
	b = h.browser()
	b.address = "192.0.2.99"
	for i := range freeSourceFailures {
		b.post("/sign-in/key", object{"accessKeyId": fmt.Sprintf("AKIAIOSFODNN7EXAM%03d", i), "secretAccessKey": "x"}).want(401, CodeAuthenticationFailed)
	}
	h.restart()
	b.tryPassword(alice, password).want(429, CodeTooManyAttempts)
	if ids := stored(); len(ids) != 1 || !strings.HasPrefix(ids[0], "s/") {
		t.Fatalf("the store has %v", ids)
	}
	// Innocents behind the address write nothing more.
	h.advance(maxDelay)
	before := h.service.limiter.find(h.service.limiter.source(b.address)).last
	b.signIn(alice)
	if n := h.service.limiter.find(h.service.limiter.source(b.address)); n.failures != freeSourceFailures || !n.last.Equal(before) || len(h.service.limiter.changed) != 0 {
		t.Errorf("a success leaves %+v", n)
	}
	h.advance(forgetFailures + time.Second)
	h.restart()
	if ids := stored(); ids != nil {
		t.Fatalf("after a day the store has %v", ids)
	}
	// What another version keeps there does not keep this one from starting.
	for _, id := range []string{"x/" + strings.Repeat("0", 64), "n/no", ""} {
		_, err := h.service.limiter.collection.Put(t.Context(), "z"+id, lockOut{9, h.now()})
		h.check(err)
	}
	h.restart()
	h.browser().signIn(alice)
}

// TestLockOutWithoutStore: what cannot be written counts all the same, and is written
// with the next.
func TestLockOutWithoutStore(t *testing.T) {
	h := newHouse(t)
	l := h.service.limiter
	name, source := l.name(alice), l.source("192.0.2.7")
	good := l.collection
	l.collection = store.NewCollection[lockOut](h.closedStore(), "console.lock-outs")
	for range freeFailures {
		l.begin(name, source).fail(t.Context())
	}
	if l.begin(name, source).wait == 0 || !strings.Contains(h.log.String(), "could not be stored") {
		t.Fatalf("nobody waits, or the log does not say why: %s", h.log.String())
	}
	l.collection = good
	l.sweep(t.Context())
	if it, err := l.collection.Get(t.Context(), name.id()); err != nil || it.Value.Failures != freeFailures {
		t.Errorf("stored later: %v %v", it, err)
	}
}

// TestReleasedAttempt: one that proved nothing leaves the wait as it was. So who has a
// device, and is guessed at, is not kept from entering the code.
func TestReleasedAttempt(t *testing.T) {
	h := newHouse(t)
	secret, _ := h.device(alice, "phone")
	guesser, b := h.browser(), h.browser()
	b.address = "192.0.2.8"
	for range freeFailures + 6 {
		guesser.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
		h.advance(maxDelay)
	}
	challenge := b.tryPassword(alice, password).challenge()
	guesser.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
	guesser.tryPassword(alice, "the wrong password").want(429, CodeTooManyAttempts)
	b.post("/sign-in/mfa", object{"challenge": challenge, "code": h.code(secret, 0)}).want(200, "")
	// The success cleared the count of the password too.
	b.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
}

// TestAttemptsDuringLockOut: they are recorded as failures that nobody looked at, while
// there is room; what was left out is told in the next record.
func TestAttemptsDuringLockOut(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	nobody := identity.Ref{AccountID: account, Type: identity.User, Name: "nobody"}
	for range freeFailures {
		b.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
		b.tryPassword(nobody, "the wrong password").want(401, CodeAuthenticationFailed)
	}
	h.names()
	more := func() object { m, _ := h.last()["additionalEventData"].(object); return m }
	b.tryPassword(alice, password).want(429, CodeTooManyAttempts)
	if r := h.last(); r["eventName"] != consoleLogin || r["errorMessage"] != messageFailed || r["userIdentity"].(object)["userName"] != "alice" || more()["LockedOut"] != "Yes" {
		t.Errorf("recorded %v", r)
	}
	b.tryPassword(nobody, password).want(429, CodeTooManyAttempts)
	if r := h.last(); r["errorMessage"] != messageNoUser || r["userIdentity"].(object)["userName"] != hiddenName || more()["LockedOut"] != "Yes" {
		t.Errorf("recorded %v", r)
	}
	h.names()
	for range 100 {
		b.tryPassword(alice, password).want(429, CodeTooManyAttempts)
	}
	if got := strings.Fields(h.names()); len(got) != roomOfEach-1 {
		t.Errorf("%d records of 100 attempts", len(got))
	}
	h.advance(maxDelay)
	b.signIn(alice)
	if got := more()["AttemptsNotRecorded"]; got != "91" || more()["LockedOut"] != nil {
		t.Errorf("the next record tells of %v", more())
	}
	b.signIn(alice)
	if more()["AttemptsNotRecorded"] != nil {
		t.Errorf("told twice: %v", more())
	}
	h.service.limiter.report(false)
	h.service.limiter.report(false)
	if log := h.log.String(); strings.Count(log, "attempts=91") != 1 {
		t.Errorf("the log has %s", log)
	}
}

// TestNobodyFillsTheJournal: not with many addresses and names either.
func TestNobodyFillsTheJournal(t *testing.T) {
	h := newHouse(t)
	l := h.service.limiter
	recorded := 0
	for i := range 100 {
		name := l.name(identity.Ref{AccountID: account, Type: identity.User, Name: strconv.Itoa(i)})
		for range freeFailures {
			l.begin(name, l.source(strconv.Itoa(i)))
		}
		for range 2 * roomOfEach {
			if a := l.begin(name, l.source(strconv.Itoa(i))); a.recorded {
				recorded++
			}
		}
	}
	if recorded != roomOfAll {
		t.Errorf("%d recorded, want %d", recorded, roomOfAll)
	}
	if n := l.leftOutInAll(); n != 100*2*roomOfEach-roomOfAll {
		t.Errorf("%v left out", n)
	}
	// Nor with tokens that nobody knows, and these take no room from guesses.
	b := h.browser()
	for range 2 * roomOfUnknown {
		b.login("x", "").want(400, CodeAuthenticationFailed)
		b.post("/sign-in/mfa", object{"challenge": "x", "code": "000000"}).want(401, CodeChallengeEnded)
	}
	if got := strings.Fields(h.names()); len(got) != roomOfUnknown {
		t.Errorf("%d records of unknown tokens", len(got))
	}
	h.advance(time.Minute)
	if a := l.begin(l.name(alice), l.source(b.address)); a.wait > 0 {
		t.Errorf("unknown tokens count for the address: %s", a.wait)
	}
}

// TestLockOutTellsNothing: who does not exist is locked out like who does, however
// the name is written.
func TestLockOutTellsNothing(t *testing.T) {
	h := newHouse(t)
	for i, name := range []string{"alice", "nobody"} {
		var got []string
		for n := range freeFailures + 2 {
			b := h.browser()
			b.address = fmt.Sprintf("192.0.2.%d", 100*i+n)
			if n%2 == 1 {
				name = strings.ToUpper(name)
			}
			a := b.tryPassword(identity.Ref{AccountID: account, Type: identity.User, Name: name}, "the wrong password")
			got = append(got, strconv.Itoa(a.status))
		}
		if s := strings.Join(got, " "); s != "401 401 401 401 401 429 429" {
			t.Errorf("%s: %s", name, s)
		}
	}
}

// TestSourceLockOut: who tries many users waits too, and a success with one's own does
// not help.
func TestSourceLockOut(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.address = "2001:db8::1"
	for i := range freeSourceFailures {
		if i%4 == 0 {
			b.signIn(alice)
		}
		b.tryPassword(identity.Ref{AccountID: account, Type: identity.User, Name: fmt.Sprintf("user-%d", i)}, "the wrong password").want(401, CodeAuthenticationFailed)
	}
	b.tryPassword(alice, password).want(429, CodeTooManyAttempts)
	neighbour := h.browser() // another address of the same network
	neighbour.address = "2001:db8::ffff:2"
	neighbour.tryPassword(alice, password).want(429, CodeTooManyAttempts)
	elsewhere := h.browser()
	elsewhere.address = "2001:db8:0:1::1"
	elsewhere.signIn(alice)
}

// TestSourceBehindProxy: with a console URL it is whom the proxy serves, and without
// one nobody chooses an address.
func TestSourceBehindProxy(t *testing.T) {
	for url, shared := range map[string]bool{"": true, "https://trail.example.com": false} {
		h := newHouse(t, func(c *Config) { c.ConsoleURL = url })
		guesser, other := h.browser(), h.browser()
		other.header.Set("X-Forwarded-For", "198.51.100.9, 203.0.113.8")
		for i := range freeSourceFailures {
			guesser.header.Set("X-Forwarded-For", fmt.Sprintf("10.0.0.%d, 203.0.113.7", i)) // the first is the guesser's own word
			guesser.tryPassword(identity.Ref{AccountID: account, Type: identity.User, Name: fmt.Sprintf("user-%d", i)}, "the wrong password").want(401, CodeAuthenticationFailed)
		}
		guesser.tryPassword(alice, password).want(429, CodeTooManyAttempts)
		if got := other.tryPassword(alice, password); (got.status == 429) != shared {
			t.Errorf("with the console URL %q another waits: %d", url, got.status)
		}
		if got := h.last()["sourceIPAddress"]; got != guesser.address {
			t.Errorf("the record has the address %v", got)
		}
	}
}

// TestManyGuessesAtOnce: those that are under way count already.
func TestManyGuessesAtOnce(t *testing.T) {
	h := newHouse(t)
	var mu sync.Mutex
	looked := 0
	var group sync.WaitGroup
	for i := range 32 {
		group.Go(func() {
			b := h.browser()
			b.address = fmt.Sprintf("192.0.2.%d", i)
			if a := b.tryPassword(alice, "the wrong password"); a.status == 401 {
				mu.Lock()
				looked++
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if looked != freeFailures {
		t.Errorf("%d guesses were looked at", looked)
	}
}

// TestCodeGuessing: a right password does not make guesses of codes free.
func TestCodeGuessing(t *testing.T) {
	h := newHouse(t)
	h.device(alice, "phone")
	b := h.browser()
	for i := range freeFailures {
		challenge := b.tryPassword(alice, password).challenge()
		b.post("/sign-in/mfa", object{"challenge": challenge, "code": fmt.Sprintf("%06d", i)}).want(401, CodeAuthenticationFailed)
	}
	challenge := b.tryPassword(alice, password).challenge()
	b.post("/sign-in/mfa", object{"challenge": challenge, "code": "000000"}).want(429, CodeTooManyAttempts)
	if data, _ := h.last()["additionalEventData"].(object); data["LockedOut"] != "Yes" || data["MFAUsed"] != "Yes" {
		t.Errorf("recorded %v", data)
	}
}

// TestKeyGuessing: access keys have counts of their own.
func TestKeyGuessing(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	body := object{"accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": "x"}
	for range freeFailures {
		b.post("/sign-in/key", body).want(401, CodeAuthenticationFailed)
	}
	b.post("/sign-in/key", body).want(429, CodeTooManyAttempts)
	c := identity.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "x", SessionToken: "x"}
	b.federate("GET", signinValues(c, "")).want(429, CodeTooManyAttempts)
	if got := h.names(); got != strings.Repeat("ConsoleLogin! ", freeFailures+1)+"GetSigninToken!" {
		t.Errorf("recorded %s", got)
	}
	b.signIn(alice)
}

// TestMetrics: what is in no record is counted.
func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	h := newHouse(t, func(c *Config) { c.Registerer = registry })
	b := h.browser()
	for range freeFailures {
		b.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
	}
	b.tryPassword(alice, password).want(429, CodeTooManyAttempts)
	h.browser().signIn(root)
	b.post("/sign-in", "x").want(400, CodeInvalidRequest)
	families, err := registry.Gather()
	h.check(err)
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name += " " + l.GetValue()
			}
			got[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	want := map[string]float64{"cairn_console_sessions": 1, "cairn_console_sign_ins_total accepted": 1, "cairn_console_sign_ins_total delayed": 1, "cairn_console_sign_ins_total failed": 5, "cairn_console_sign_ins_total unavailable": 0, "cairn_console_sign_ins_unrecorded_total": 0}
	if !maps.Equal(got, want) {
		t.Errorf("counted %v", got)
	}
}

// TestCountsAreBounded: the tables do not grow with what is tried, and names without
// waits do not push out those that wait.
func TestCountsAreBounded(t *testing.T) {
	h := newHouse(t)
	l := h.service.limiter
	locked := l.accessKey("locked")
	for i := range freeFailures {
		l.begin(locked, l.source(strconv.Itoa(i))).fail(t.Context())
	}
	for i := range maxCounts + 1000 {
		if a := l.begin(l.accessKey(strconv.Itoa(i)), l.source(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))); a.wait > 0 {
			t.Fatal(a.wait)
		}
	}
	keys, sources := l.tables[byKey], l.tables[bySource]
	if keys.few.Len() != maxCounts || keys.many.Len() != 1 || len(keys.byKey) != maxCounts+1 || len(sources.byKey) != maxCounts {
		t.Errorf("%d and %d counts", len(keys.byKey), len(sources.byKey))
	}
	if l.find(l.accessKey("999")) != nil || l.find(l.accessKey("1000")) == nil {
		t.Error("not the oldest counts are gone")
	}
	if l.begin(locked, l.source("::1")).wait == 0 {
		t.Error("who was locked out is not any more")
	}
}

// TestPendingIsBounded: the same for half-done sign-ins.
func TestPendingIsBounded(t *testing.T) {
	now := time.Unix(1e9, 0)
	p := newPending[int](func() time.Time { return now }, time.Minute)
	first := p.add(1)
	for i := range maxPending {
		p.add(i)
	}
	if _, _, known := p.get(first); known || len(p.byKey) != maxPending {
		t.Errorf("the first is there: %v, %d in all", known, len(p.byKey))
	}
	if once := p.add(5); !p.take(once) || p.take(once) {
		t.Error("taken twice, or never")
	}
	last := p.add(7)
	now = now.Add(time.Minute)
	if v, fresh, known := p.get(last); !known || fresh || v != 7 {
		t.Errorf("expired: %d %v %v", v, fresh, known)
	}
	now = now.Add(time.Minute)
	p.add(8)
	if len(p.byKey) != 1 || p.take("x") {
		t.Errorf("%d remain", len(p.byKey))
	}
}

// TestBusy: an attempt for which there is no room counts for nobody, and is told of.
func TestBusy(t *testing.T) {
	h := newHouse(t)
	full := cheap
	full.Slots, full.Waiting = 1, -1
	var err error
	h.service.cfg.Directory, err = identity.OpenDirectory(t.Context(), h.db, h.key, h.now, identity.WithPasswordHashing(full))
	h.check(err)
	b := h.browser()
	for range freeFailures + 1 {
		if got := b.tryPassword(alice, password).want(503, CodeServiceUnavailable).header.Get("Retry-After"); got != "2" {
			t.Errorf("come back in %s", got)
		}
	}
	if got := h.names(); got != "" || h.service.limiter.leftOutInAll() != freeFailures+1 {
		t.Errorf("recorded %q, %v left out", got, h.service.limiter.leftOutInAll())
	}
	h.service.cfg.Directory = h.directory
	b.signIn(alice)
}
