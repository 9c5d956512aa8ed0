package trail

import "reflect"

// epoch changes what a trail logs from the next batch of the journal on. It is
// called inside of the transaction that writes the trail. A change that changes
// nothing adds nothing, and an epoch that no batch belongs to is replaced.
func (s *Service) epoch(t *Trail, change func(*Epoch)) {
	before := t.Now()
	next := before
	change(&next)
	n := len(t.Epochs)
	if n > 0 && reflect.DeepEqual(before, next) {
		return
	}
	// The last epoch may begin later than the journal ends only if the journal
	// was put back to an older state; epochs stay in order then too.
	next.After = max(s.cfg.Journal.Last(), before.After)
	if n > 0 && before.After == next.After {
		t.Epochs[n-1] = next
		return
	}
	t.Epochs = append(t.Epochs, next)
}
