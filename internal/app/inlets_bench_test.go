package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// BenchmarkInlet sends 100 events of Kubernetes a document on 8 connections, each
// durable before it is answered.
func BenchmarkInlet(b *testing.B) {
	file := filepath.Join(b.TempDir(), "cairn.yaml")
	if err := os.WriteFile(file, []byte(`inlets: [{name: k, kind: kubernetes, channel: external, listen: "127.0.0.1:0"}]`), 0o600); err != nil {
		b.Fatal(err)
	}
	s := start(b, b.TempDir(), map[string]string{"config": file})
	s.channelTo("external")
	var items []string
	for i := range 100 {
		items = append(items, fmt.Sprintf(`{"level":"Metadata","auditID":"id-%d","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/shop/pods/web-%d","verb":"get","user":{"username":"system:serviceaccount:shop:web","groups":["system:serviceaccounts","system:authenticated"]},"sourceIPs":["10.0.0.9"],"userAgent":"web/v1","objectRef":{"resource":"pods","namespace":"shop","name":"web-%d","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"2026-11-27T10:00:00.123456Z","stageTimestamp":"2026-11-27T10:00:00.130000Z","annotations":{"authorization.k8s.io/decision":"allow"}}`, i, i, i))
	}
	doc := []byte(`{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[` + strings.Join(items, ",") + `]}`)
	var wg sync.WaitGroup
	work := make(chan struct{})
	for range 8 {
		wg.Go(func() {
			for range work {
				if answer, status := s.post("k", "/", "", doc); status != 200 {
					b.Errorf("%d %s", status, answer)
				}
			}
		})
	}
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
	b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "events/s")
}
