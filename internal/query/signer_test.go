package query

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"sync"
	"time"
)

// testSigner signs with one key.
type testSigner struct {
	mu     sync.Mutex
	key    *rsa.PrivateKey
	broken error
	at     []time.Time
}

var oneKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func newTestSigner() *testSigner { return &testSigner{key: oneKey()} }

func (s *testSigner) Signer(_ context.Context, region string, at time.Time) (string, func([]byte) ([]byte, error), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = append(s.at, at)
	if region != testRegion {
		return "", nil, errors.New("another Region")
	}
	if s.broken != nil {
		return "", nil, s.broken
	}
	return "0123456789abcdef0123456789abcdef", func(digest []byte) ([]byte, error) {
		return rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, digest)
	}, nil
}

func (s *testSigner) public() []byte { return x509.MarshalPKCS1PublicKey(&s.key.PublicKey) }

func (s *testSigner) set(broken error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = broken
}
