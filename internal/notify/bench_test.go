package notify

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/synth"
)

// takeAll is a service that reads and praises everything.
func takeAll(b *testing.B) *Sinks {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutEvents") {
			body, _ := io.ReadAll(r.Body)
			n := len(putEvents(seen{body: body}))
			_, _ = io.WriteString(w, entries(make([]string, n)...).body)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "{}")
	}))
	b.Cleanup(server.Close)
	s, err := New(testConfig(server.URL))
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func benchRecords(n int) (records []Record, bytes int64) {
	g := synth.New(synth.Config{Seed: 1, Start: time.Now(), Region: "eu-west-1"})
	for range n {
		raw, _ := g.Next(nil)
		records = append(records, Record{Raw: raw})
		bytes += int64(len(raw))
	}
	return records, bytes
}

func BenchmarkLogs(b *testing.B) {
	s := takeAll(b)
	records, bytes := benchRecords(5000)
	b.SetBytes(bytes)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Logs(b.Context(), LogGroup{ARN: groupARN}, "stream", records); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(records))*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkEvents(b *testing.B) {
	s := takeAll(b)
	records, bytes := benchRecords(1000)
	b.SetBytes(bytes)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Events(b.Context(), records); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(records))*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
