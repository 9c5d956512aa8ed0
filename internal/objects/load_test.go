package objects

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// pattern is size bytes that are nowhere in memory.
type pattern struct{ at, size int64 }

func (p *pattern) Read(b []byte) (int, error) {
	if p.at >= p.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), p.size-p.at))
	for i := range n {
		at := p.at + int64(i)
		b[i] = byte(at ^ at>>8 ^ at>>16)
	}
	p.at += int64(n)
	return n, nil
}

func (p *pattern) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
		p.at = offset
	case io.SeekCurrent:
		p.at += offset
	case io.SeekEnd:
		p.at = p.size + offset
	}
	return p.at, nil
}

// A large object goes through in bounded memory, both ways.
func TestLargeObject(t *testing.T) {
	if testing.Short() {
		t.Skip("256 MB both ways")
	}
	const size = 256 << 20
	e := start(t, Config{})
	c := e.client(alice)
	b := e.bucket(c, "logs")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := c.PutObject(ctx(t), &s3.PutObjectInput{Bucket: &b, Key: aws.String("large"), Body: &pattern{size: size}})
	check(t, err)
	out, err := c.GetObject(ctx(t), &s3.GetObjectInput{Bucket: &b, Key: aws.String("large")})
	check(t, err)
	defer out.Body.Close()
	got, want := sha256.New(), sha256.New()
	n, err := io.Copy(got, out.Body)
	check(t, err)
	_, err = io.Copy(want, &pattern{size: size})
	check(t, err)
	if n != size || !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
		t.Errorf("%d bytes came back, and not those that were put", n)
	}
	// Sys is what the process ever had of the system: its highest point.
	runtime.ReadMemStats(&after)
	grown := int64(after.Sys-before.Sys) >> 20
	t.Logf("memory grew by %d MiB", grown)
	if grown > 64 {
		t.Errorf("memory grew by %d MiB for an object of %d MiB", grown, size>>20)
	}
}

// BenchmarkPut and BenchmarkGet are small objects over loopback with signatures,
// from as many clients at once as there are processors.
func BenchmarkPut(b *testing.B) {
	for name, cfg := range map[string]Config{"synced": {}, "unsynced": {NoSync: true}, "sidecar": {Sidecar: true}} {
		b.Run(name, func(b *testing.B) {
			e, c := bench(b, cfg)
			body := bytes.Repeat([]byte{'x'}, 4096)
			b.SetBytes(int64(len(body)))
			var next atomic.Int64
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					n := next.Add(1)
					key := fmt.Sprintf("%03d/%d", n%1000, n)
					if _, err := c.PutObject(e.Context(), &s3.PutObjectInput{Bucket: aws.String("logs"), Key: &key, Body: bytes.NewReader(body)}); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

func BenchmarkGet(b *testing.B) {
	e, c := bench(b, Config{})
	e.put(c, "logs", "k", string(bytes.Repeat([]byte{'x'}, 4096)))
	b.SetBytes(4096)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			out, err := c.GetObject(e.Context(), &s3.GetObjectInput{Bucket: aws.String("logs"), Key: aws.String("k")})
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := io.Copy(io.Discard, out.Body); err != nil {
				b.Error(err)
			}
			out.Body.Close()
		}
	})
}

func bench(b *testing.B, cfg Config) (*endpoint, *s3.Client) {
	b.Helper()
	e := start(b, cfg)
	c := e.client(alice)
	e.bucket(c, "logs")
	return e, c
}
