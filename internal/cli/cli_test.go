package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/cairntrail/cairn/internal/config"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"cairn": func() {
			os.Exit(Main(context.Background(), brokenRunner{}, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// brokenRunner says what it was asked to do.
type brokenRunner struct{}

func (brokenRunner) Serve(_ context.Context, cfg config.Config, log io.Writer) error {
	return errors.New("asked to serve " + cfg.DataDir + " at " + cfg.Listen + " with damage " + map[bool]string{true: "accepted", false: "refused"}[cfg.AcceptJournalDamage])
}

func (brokenRunner) Start(context.Context, config.Config, io.Writer) (Running, error) {
	return nil, errors.New("no server here")
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: map[string]func(*testscript.TestScript, bool, []string){
		"exits": exits,
		"helps": helps,
	}})
}

// exits runs a command and checks its exit code: "exits 2 cairn fetch".
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		code = failed.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// helps checks that a command has a help text with an example of its use.
func helps(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("cairn", append(args, "--help")...))
	text, example := ts.ReadFile("stdout"), "    cairn "+strings.Join(args, " ")
	if !strings.Contains(text, "Usage: cairn "+strings.Join(args, " ")) || !strings.Contains(text, example) {
		ts.Fatalf("the help has no usage, or no example with %q:\n%s", example, text)
	}
}

// TestSignals: the first signal ends the context, the second the process.
func TestSignals(t *testing.T) {
	signals, exited := make(chan os.Signal), make(chan int, 1)
	var said bytes.Buffer
	ctx, stop := interruptible(t.Context(), signals, &said, func(code int) { exited <- code })
	signals <- syscall.SIGTERM
	<-ctx.Done()
	signals <- os.Interrupt
	if code := <-exited; code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	stop()
	if text := said.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "stopping") || !strings.Contains(text, "stopped at once") {
		t.Errorf("said %q", text)
	}
	// Without signals nothing is said.
	said.Reset()
	_, stop = interruptible(t.Context(), signals, &said, func(int) { t.Error("exited") })
	stop()
	if said.Len() > 0 {
		t.Errorf("said %q", said.String())
	}
}
