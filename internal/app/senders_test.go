package app

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSenders takes events from the programs of test/senders, which send with the code
// of kube-apiserver and of OpenTelemetry's SDK. "make senders" builds them.
func TestSenders(t *testing.T) {
	programs := os.Getenv("CAIRN_SENDERS")
	if programs == "" {
		t.Skip(`CAIRN_SENDERS has no folder of senders; "make senders" builds them and runs this test`)
	}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cert, key := certificate(t, t.TempDir())
	s := startInlets(t, t.TempDir(), `
  - {name: cluster, kind: kubernetes, channel: external, listen: "127.0.0.1:0", token-file: `+token+`, tls-cert: `+cert+`, tls-key: `+key+`}
  - {name: otel, kind: otlp, channel: external, listen: "127.0.0.1:0"}
`)
	store, _ := s.channelTo("external")
	kubeconfig := filepath.Join(t.TempDir(), "webhook.yaml")
	if err := os.WriteFile(kubeconfig, fmt.Appendf(nil, `apiVersion: v1
kind: Config
clusters:
  - {name: cairn, cluster: {server: "https://%s/", certificate-authority: %s}}
users:
  - {name: audit, user: {token: secret}}
contexts:
  - {name: default, context: {cluster: cairn, user: audit}}
current-context: default
`, s.Inlet("cluster"), cert), 0o600); err != nil {
		t.Fatal(err)
	}
	for program, argument := range map[string]string{"kubernetes": kubeconfig, "otlp": "http://" + s.Inlet("otel") + "/v1/logs"} {
		if out, err := exec.CommandContext(t.Context(), filepath.Join(programs, program), argument).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", program, err, out)
		}
	}
	got := s.query(t, "SELECT eventData.eventSource, eventData.eventName, eventData.userIdentity.principalId, eventData.sourceIPAddress, eventData.errorCode, count(*), count(DISTINCT eventData.UID) FROM "+idOf(store)+" GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5")
	want := []string{
		"checkout|order.placed|alice|10.0.0.7||1000|1000",
		"kubernetes|create pods|alice@example.com|10.0.0.7||900|900",
		"kubernetes|delete pods|alice@example.com|10.0.0.7|403|100|100",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the store has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
