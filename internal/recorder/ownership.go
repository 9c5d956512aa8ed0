package recorder

import (
	"sync"

	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// maxBuckets bounds the buckets whose owners are remembered; past it an
// arbitrary one makes room.
const maxBuckets = 100_000

// ownership is which account a bucket belongs to, as far as calls showed it:
// nothing in a bucket's name tells. It lives in memory; a bucket that is not in
// it counts as its caller's.
type ownership struct {
	mu      sync.RWMutex
	buckets map[string]string
}

func newOwnership() *ownership { return &ownership{buckets: make(map[string]string)} }

// of gives the account that owns a bucket, or "".
func (o *ownership) of(bucket string) string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.buckets[bucket]
}

// learn takes what a call that succeeded shows: who made a bucket, or listed
// his own, owns it.
func (o *ownership) learn(f *finished) {
	if f.call.ServiceName != "s3" || f.response.ErrorCode != "" || f.x.Failure != "" || f.denied || f.identity.AccountID == "" || f.identity.AccountID == anonymousAccount {
		return
	}
	switch f.call.OperationName {
	case "CreateBucket":
		o.set(f.call.Bucket, f.identity.AccountID)
	case "DeleteBucket":
		o.mu.Lock()
		delete(o.buckets, f.call.Bucket)
		o.mu.Unlock()
	case "ListBuckets":
		if list := f.response.Output.Get("Buckets"); list != nil && list.Kind == decode.List {
			for i := range list.Items {
				o.set(textOf(&list.Items[i], "Name"), f.identity.AccountID)
			}
		}
	}
}

func (o *ownership) set(bucket, account string) {
	if bucket == "" || o.of(bucket) == account {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.buckets) >= maxBuckets {
		for other := range o.buckets {
			delete(o.buckets, other)
			break
		}
	}
	o.buckets[bucket] = account
}
