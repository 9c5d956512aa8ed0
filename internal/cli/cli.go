// Package cli is the command line of Cairn: one binary with the server, the
// demo and the clients in it.
//
// It guarantees what scripts rely on: exit code 0 when the thing asked for is
// done, 1 when it failed or a check found damage, 2 when the command was not
// understood or the configuration is wrong; results on standard output, and
// everything said about the work (errors, progress, logs) on standard error;
// a stable form with --json. What an event says about itself never reaches a
// terminal as control characters.
//
// The clients speak to a running server over the API only, with credentials as
// the AWS CLI takes them. The server itself is behind [Runner], so that this
// package does not link it. The package keeps no files, except profiles that
// --write-profile asks for and the demo's data folder. A command's goroutines
// end before it returns.
//
// To add a command, write one file with a struct that has Run and Help methods,
// and add a field to grammar.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/cairntrail/cairn/internal/config"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// Runner runs the server; internal/app has one.
type Runner interface {
	// Serve runs a server until ctx ends, and stops it gracefully. The server's
	// log goes to log.
	Serve(ctx context.Context, cfg config.Config, log io.Writer) error
	// Start returns when the server listens. The server goes on when ctx ends;
	// only Stop ends it.
	Start(ctx context.Context, cfg config.Config, log io.Writer) (Running, error)
}

// Running is a server that [Runner.Start] started.
type Running interface {
	// APIURL and AdminURL are the addresses that it really listens on, as
	// "http://127.0.0.1:4570".
	APIURL() string
	AdminURL() string
	// S3URL is that of the S3 endpoint; empty without one.
	S3URL() string
	// CredentialsFile is the file with the first account's profile.
	CredentialsFile() string
	// Stop ends the server gracefully, or hard when ctx ends.
	Stop(ctx context.Context) error
	// Wait returns when the server has ended, with why if it failed.
	Wait() error
}

// grammar is the command line.
type grammar struct {
	Serve         serveCmd         `cmd:"" help:"Run the server."`
	Demo          demoCmd          `cmd:"" help:"Start a server, make some calls, and show who did what."`
	Ingest        ingestCmd        `cmd:"" help:"Send CloudTrail log files from a folder or a bucket to a server."`
	Import        importCmd        `cmd:"" help:"Copy CloudTrail log files into an event data store."`
	Lookup        lookupCmd        `cmd:"" help:"Look up events in the event history."`
	Query         queryCmd         `cmd:"" help:"Query event data stores in SQL."`
	Validate      validateCmd      `cmd:"" help:"Check a trail's log files against its chain of signed digests."`
	VerifyResults verifyResultsCmd `cmd:"" help:"Check the results of a query that were written to a bucket against their signature."`
	Redact        redactCmd        `cmd:"" help:"Hide values in recorded events, or show what would be hidden."`
	Account       accountCmd       `cmd:"" help:"Manage accounts, users, roles and access keys."`
	Version       versionCmd       `cmd:"" help:"Print the version."`
}

// shell is what commands have of the outside.
type shell struct {
	runner         Runner
	stdin          io.Reader
	stdout, stderr io.Writer
	// settings are the flags of the server's configuration that were given.
	settings map[string]string
}

// Main runs one command line, without the program's name, and returns the exit
// code. The first SIGINT or SIGTERM ends what runs gracefully; the second ends
// the process with exit code 1.
func Main(ctx context.Context, runner Runner, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	ctx, stop := interruptible(ctx, signals, stderr, os.Exit)
	defer stop()
	sh := &shell{runner: runner, stdin: stdin, stdout: stdout, stderr: stderr, settings: map[string]string{}}
	return sh.run(ctx, args)
}

// helpExit unwinds the parser after it has printed a help text.
type helpExit struct{}

func (sh *shell) run(ctx context.Context, args []string) (code int) {
	defer func() {
		if p := recover(); p != nil {
			if _, help := p.(helpExit); !help {
				panic(p)
			}
			code = exitDone
		}
	}()
	parser, err := sh.parser(ctx)
	if err != nil {
		panic("BUG: cli: " + err.Error())
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		hint := "cairn --help"
		if wrong, ok := errors.AsType[*kong.ParseError](err); ok && wrong.Context != nil && wrong.Context.Selected() != nil {
			hint = wrong.Context.Selected().FullPath() + " --help"
		}
		why := clean(err.Error())
		if !strings.HasSuffix(why, "?") {
			why += "."
		}
		fmt.Fprintf(sh.stderr, "cairn: %s See \"%s\".\n", why, hint)
		return exitUsage
	}
	return sh.report(parsed.Run())
}

func (sh *shell) parser(ctx context.Context) (*kong.Kong, error) {
	return kong.New(&grammar{},
		kong.Name("cairn"),
		kong.Description("Cairn is an open, self-hosted CloudTrail: it records API calls, keeps them, and answers who did what."),
		kong.Writers(sh.stdout, sh.stderr),
		kong.Exit(func(int) { panic(helpExit{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.ValueFormatter(settingHelp),
		kong.NamedMapper("setting", settingMapper{sh.settings}),
		kong.NamedMapper("setting-bool", settingSwitch{settingMapper{sh.settings}}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(sh),
	)
}

// report prints an error and gives the exit code.
func (sh *shell) report(err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errReported):
		return exitFailed
	}
	if !errors.Is(err, context.Canceled) {
		fmt.Fprintf(sh.stderr, "cairn: %s\n", cleanLines(err.Error()))
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*config.Error](err); ok {
		return exitUsage
	}
	return exitFailed
}

// errReported ends a command with exit code 1 when everything has been said.
var errReported = errors.New("reported already")

// usageError is a command line that parses but makes no sense; exit code 2.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// interruptible returns a context that the first signal ends. The second one
// calls exit with 1. stop returns when the goroutine behind it has ended.
func interruptible(ctx context.Context, signals <-chan os.Signal, stderr io.Writer, exit func(int)) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for n := 1; ; n++ {
			select {
			case <-quit:
				return
			case <-signals:
			}
			if n > 1 {
				fmt.Fprintln(stderr, "cairn: stopped at once, as asked for twice; what was acknowledged is safe, the rest has to be sent again.")
				exit(exitFailed)
				return
			}
			fmt.Fprintln(stderr, "cairn: stopping; ask once more to stop at once.")
			cancel()
		}
	}()
	return ctx, func() {
		close(quit)
		<-ended
		cancel()
	}
}
