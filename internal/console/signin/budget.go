package signin

import (
	"time"

	"golang.org/x/time/rate"
)

// Attempts that come too early are recorded, as failures that nobody looked at, and so
// are unknown tokens; but who makes them must not be able to fill the journal. So there
// is room for some of each name and of each address, then for one a minute, and for so
// many of all together: 15,000 a day of at most 5 KB. The rest is counted, and told in
// the next record of the name or the address, and in the log.
const (
	roomOfEach = 10
	roomOfAll  = 200
	// Unknown tokens have room of their own, as anybody can send them: they are not to
	// take that of guesses.
	roomOfUnknown = 50
	// reportEvery is how often the log tells how many were left out.
	reportEvery = time.Minute
)

//nolint:gochecknoglobals // constants
var (
	rateOfEach = rate.Every(time.Minute)
	rateOfAll  = rate.Every(6 * time.Second)
)

// budget is the room for such records.
type budget struct {
	all, unknown *rate.Limiter
	// leftOut counts those without a record since the start, reported are those of
	// them that the log has, as of last.
	leftOut, reported int64
	last              time.Time
}

func newBudget() budget {
	return budget{all: rate.NewLimiter(rateOfAll, roomOfAll), unknown: rate.NewLimiter(rateOfEach, roomOfUnknown)}
}

// spend tells whether an attempt is recorded that has to wait for some counts.
func (b *budget) spend(now time.Time, waiting []*count) bool {
	room := []*rate.Limiter{b.all}
	for _, n := range waiting {
		if n.records == nil {
			n.records = rate.NewLimiter(rateOfEach, roomOfEach)
		}
		room = append(room, n.records)
	}
	for _, r := range room {
		if r.TokensAt(now) < 1 {
			waiting[0].leftOut++
			b.leftOut++
			return false
		}
	}
	for _, r := range room {
		r.AllowN(now, 1)
	}
	return true
}

// room tells whether an unknown token is recorded.
func (l *limiter) room() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.budget.unknown.AllowN(l.now(), 1) {
		return true
	}
	l.budget.leftOut++
	return false
}

// missed counts an attempt without a record that was not looked at, as too many came.
func (l *limiter) missed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.budget.leftOut++
}

// report tells the log what has been left out of the records; at once if it is the end.
func (l *limiter) report(end bool) {
	l.mu.Lock()
	now, n := l.now(), l.budget.leftOut-l.budget.reported
	if n == 0 || !end && now.Sub(l.budget.last) < reportEvery {
		l.mu.Unlock()
		return
	}
	l.budget.reported, l.budget.last = l.budget.leftOut, now
	l.mu.Unlock()
	l.logger.Warn("attempts to sign in to the console are in no record, since there were too many: during lock-outs, with unknown tokens, or at the same time", "attempts", n)
}

// leftOutInAll counts the attempts that are in no record.
func (l *limiter) leftOutInAll() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return float64(l.budget.leftOut)
}
