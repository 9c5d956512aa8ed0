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
)

// TestLockOut: five failures are free, then the wait doubles; what is tried meanwhile
// is neither looked at nor recorded; a success starts anew.
func TestLockOut(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	for range freeFailures {
		b.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
	}
	h.names()
	for _, want := range []int{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900} {
		before := h.directory.PasswordHashes()
		got := b.tryPassword(alice, password).want(429, CodeTooManyAttempts) // the right one, too early
		if got.header.Get("Retry-After") != strconv.Itoa(want) || !strings.Contains(got.body, fmt.Sprintf(`"retryAfterSeconds":%d`, want)) {
			t.Fatalf("wait %s %s, want %d", got.header.Get("Retry-After"), got.body, want)
		}
		if h.directory.PasswordHashes() != before || h.names() != "" {
			t.Fatal("what came too early was looked at or recorded")
		}
		h.advance(time.Duration(want)*time.Second - time.Millisecond)
		b.tryPassword(alice, password).want(429, CodeTooManyAttempts)
		h.advance(time.Millisecond)
		if len(h.service.limiter.sources.byKey) != 1 {
			t.Fatal("another source")
		}
		h.service.limiter.sources = newLimiter(h.now).sources // only the principal's wait is of interest
		b.tryPassword(alice, "the wrong password").want(401, CodeAuthenticationFailed)
		h.names()
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
	b.tryPassword(alice, password).want(429, CodeTooManyAttempts)
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
	want := map[string]float64{"cairn_console_sessions": 1, "cairn_console_sign_ins_total accepted": 1, "cairn_console_sign_ins_total delayed": 1, "cairn_console_sign_ins_total failed": 5, "cairn_console_sign_ins_total unavailable": 0}
	if !maps.Equal(got, want) {
		t.Errorf("counted %v", got)
	}
}

// TestCountsAreBounded: the table does not grow with what is tried.
func TestCountsAreBounded(t *testing.T) {
	now := time.Unix(1e9, 0)
	l := newLimiter(func() time.Time { return now })
	for i := range maxCounts + 1000 {
		if _, wait := l.begin(accessKeyKey(strconv.Itoa(i)), sourceKey(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))); wait > 0 {
			t.Fatal(wait)
		}
	}
	if len(l.principals.byKey) != maxCounts || l.principals.order.Len() != maxCounts || len(l.sources.byKey) != maxCounts {
		t.Errorf("%d and %d counts", len(l.principals.byKey), len(l.sources.byKey))
	}
	if _, ok := l.principals.byKey[accessKeyKey("999")]; ok {
		t.Error("the oldest count is still there")
	}
	if _, ok := l.principals.byKey[accessKeyKey("1000")]; !ok {
		t.Error("more than the oldest counts are gone")
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
