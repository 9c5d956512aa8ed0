package objects

import (
	"context"
	"net"
	"strings"
	"sync"
)

// wiretap keeps what a server sends, because net/http changes the case of
// header names.
type wiretap struct {
	mu   sync.Mutex
	seen strings.Builder
}

func (w *wiretap) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &tapped{Conn: c, tap: w}, nil
}

// since gives what was seen since the last call.
func (w *wiretap) since() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.seen.String()
	w.seen.Reset()
	return s
}

type tapped struct {
	net.Conn
	tap *wiretap
}

func (c *tapped) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	if c.tap.seen.Len() < 64<<10 {
		c.tap.seen.Write(b[:n])
	}
	return n, err
}
