// Package moto starts moto's server for tests: a stand-in for AWS that is none of
// ours. It is for tests only, and skips those of machines that do not have it.
package moto

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// Tool finds a program by a variable of the environment or, by a name, in PATH. It
// skips the test if there is none.
func Tool(t testing.TB, variable, name string) string {
	t.Helper()
	path, err := exec.LookPath(cmp.Or(os.Getenv(variable), name))
	if err != nil {
		t.Skipf("no %s on this machine (make moto installs it): %v", name, err)
	}
	return path
}

// Start starts a server at a free port and gives its URL. It ends with the test,
// which shows the errors that the server told if it fails. Short tests are skipped:
// a server takes some seconds to start.
func Start(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("moto takes some seconds to start")
	}
	program := Tool(t, "CAIRN_MOTO_SERVER", "moto_server")
	cmd := exec.Command(program, "-H", "127.0.0.1", "-p", "0")
	cmd.Dir = t.TempDir()
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	watch := &log{url: make(chan string, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(watch, said) // it ends with the process
		close(watch.url)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-done
		_ = cmd.Wait() // says that it was killed
		if t.Failed() {
			t.Logf("what moto said of errors:\n%s", watch.errors())
		}
	})
	url, ok := <-watch.url
	if !ok {
		t.Fatalf("%s ended before it listened: %s", program, watch.text())
	}
	return url
}

// log keeps what the server writes, and finds its URL in it.
type log struct {
	mu   sync.Mutex
	all  bytes.Buffer
	url  chan string
	sent bool
}

var listens = regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)\s`)

func (w *log) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Write(p)
	if m := listens.FindSubmatch(w.all.Bytes()); m != nil && !w.sent {
		w.sent = true
		w.url <- string(m[1])
	}
	return len(p), nil
}

func (w *log) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}

// errors are the last lines of tracebacks.
func (w *log) errors() string {
	var out []string
	for line := range strings.Lines(w.text()) {
		if strings.Contains(line, "Error: ") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}
