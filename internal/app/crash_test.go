package app

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/cairntrail/cairn/internal/synth"
)

var crashRounds = flag.Int("crash.rounds", 4, "how often TestCrash kills the server")

// process is a Cairn of its own, to be killed.
type process struct {
	cmd *exec.Cmd
	url string
	// s3 is the address of the S3 endpoint, if there is one.
	s3 string
	// gateway is the address of the gateway, if there is one.
	gateway string
}

func launch(t *testing.T, dir string, settings ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(append(os.Environ(), "CAIRN_TEST_SERVE="+dir, "CAIRN_HISTORY_FLUSH_AGE=1s"), settings...)
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server did not start: %v", err)
	}
	var rest string
	p.url, rest, _ = strings.Cut(strings.TrimSpace(line), " s3=")
	p.s3, p.gateway, _ = strings.Cut(rest, " ")
	return p
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // says that it was killed
}

// TestCrash kills the server at random moments under load and looks for every
// event that was acknowledged: each must be there, and once.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	var mu sync.Mutex
	requests, events := make(map[string]bool), make(map[string]bool)
	p := launch(t, dir)
	for round := range *crashRounds {
		var wg sync.WaitGroup
		url := p.url
		for w := range 6 {
			wg.Go(func() {
				c := newClient(t, url, dir, "default")
				for {
					id, err := c.callerIdentity()
					if err != nil {
						return
					}
					mu.Lock()
					requests[id] = true
					mu.Unlock()
				}
			})
			if w > 1 {
				continue
			}
			wg.Go(func() {
				c := newClient(t, url, dir, "default")
				g := synth.New(synth.Config{Seed: seed + uint64(round*10+w), Start: time.Now().Add(-time.Hour)})
				for {
					var recs [][]byte
					var ids []string
					for range 200 {
						rec, id := g.Next(nil)
						recs, ids = append(recs, rec), append(ids, id)
					}
					if _, err := c.ingest(lines(recs), false, false); err != nil {
						return
					}
					mu.Lock()
					for _, id := range ids {
						events[id] = true
					}
					mu.Unlock()
				}
			})
		}
		timer := time.NewTimer(time.Duration(20+rng.IntN(400)) * time.Millisecond)
		<-timer.C
		p.kill(t)
		wg.Wait()
		p = launch(t, dir)
	}
	p.kill(t)
	// The check runs on a server in this process, which can be asked to settle.
	s := start(t, dir, nil)
	s.settle()
	checkAll(t, s, requests, events)
	t.Logf("%d kills, %d calls and %d ingested events acknowledged, all there once", *crashRounds, len(requests), len(events))
}

// TestCrashGateway kills the server at random moments while calls pass through
// its gateway: every answer that reached a client has its record, once, and no
// call reached the upstream twice.
func TestCrashGateway(t *testing.T) {
	dir := t.TempDir()
	var mu sync.Mutex
	forwarded, answered := make(map[string]int), make(map[string]bool)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Call")
		mu.Lock()
		forwarded[id]++
		mu.Unlock()
		w.Header().Set("X-Amzn-Requestid", id)
		fmt.Fprint(w, `{}`)
	}))
	defer upstream.Close()
	settings := []string{"CAIRN_GATEWAY_LISTEN=127.0.0.1:0", "CAIRN_GATEWAY_UPSTREAM=" + upstream.URL}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 2))
	p := launch(t, dir, settings...)
	var n atomic.Int64
	for range *crashRounds {
		var wg sync.WaitGroup
		url := "http://" + p.gateway + "/"
		for range 8 {
			wg.Go(func() {
				client := &http.Client{Transport: &http.Transport{}}
				defer client.CloseIdleConnections()
				for {
					id := fmt.Sprintf("call-%d", n.Add(1))
					r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(`{"Name":"a"}`))
					if err != nil {
						t.Error(err)
						return
					}
					r.Header = http.Header{"X-Call": {id}, "X-Amz-Target": {"AmazonSSM.DeleteParameter"}, "Content-Type": {"application/x-amz-json-1.1"},
						"Authorization": {"AWS4-HMAC-SHA256 Credential=AKIACRASH/20261121/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=0"}}
					resp, err := client.Do(r)
					if err != nil {
						return
					}
					_, err = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					if err != nil || resp.StatusCode != http.StatusOK {
						return
					}
					mu.Lock()
					answered[id] = true
					mu.Unlock()
				}
			})
		}
		timer := time.NewTimer(time.Duration(20+rng.IntN(400)) * time.Millisecond)
		<-timer.C
		p.kill(t)
		wg.Wait()
		p = launch(t, dir, settings...)
	}
	p.kill(t)
	s := start(t, dir, nil)
	s.settle()
	checkAll(t, s, answered, nil)
	for id, times := range forwarded {
		if times > 1 {
			t.Errorf("call %s was forwarded %d times", id, times)
		}
	}
	t.Logf("%d kills, %d calls forwarded, %d answered, all of these recorded once", *crashRounds, len(forwarded), len(answered))
}

func checkAll(t *testing.T, s *server, requests, events map[string]bool) {
	t.Helper()
	seenEvents, seenRequests := make(map[string]bool), make(map[string]bool)
	pages := cloudtrail.NewLookupEventsPaginator(s.client("default").trail(), &cloudtrail.LookupEventsInput{EndTime: aws.Time(time.Now())})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			var rec struct{ RequestID, EventSource string }
			if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &rec); err != nil {
				t.Fatal(err)
			}
			if seenEvents[*e.EventId] {
				t.Errorf("event %s is there twice", *e.EventId)
			}
			if rec.EventSource != "cloudtrail.amazonaws.com" && rec.RequestID != "" && requests[rec.RequestID] && seenRequests[rec.RequestID] {
				t.Errorf("request %s is there twice", rec.RequestID)
			}
			seenEvents[*e.EventId], seenRequests[rec.RequestID] = true, true
		}
	}
	for id := range events {
		if !seenEvents[id] {
			t.Errorf("event %s was acknowledged and is gone", id)
		}
	}
	for id := range requests {
		if !seenRequests[id] {
			t.Errorf("call %s was acknowledged and its event is gone", id)
		}
	}
}
