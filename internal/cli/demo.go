package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/cairntrail/cairn/internal/config"
)

// demoPatience bounds each wait of the demo: for the server, and for an event
// to appear in the history.
const demoPatience = 15 * time.Second

// lookAgain is how often a wait looks.
const lookAgain = 25 * time.Millisecond

// demoCmd is `cairn demo`.
type demoCmd struct {
	DataDir string `placeholder:"DIR" help:"Folder of the server; otherwise a new temporary one."`
	Exit    bool   `help:"Stop the server at the end, and remove the temporary folder, instead of leaving both to look at."`
	Records string `placeholder:"PATH" env:"CAIRN_REAL_DATA" help:"CloudTrail log files to load; otherwise a few made-up records."`
}

// Help is the long help.
func (demoCmd) Help() string {
	return `Needs nothing and changes nothing outside its folder. Example:

    cairn demo --exit`
}

// Run starts the server, plays the story, and waits for Ctrl-C.
func (c *demoCmd) Run(ctx context.Context, sh *shell) (err error) {
	cfg, temporary, err := c.config(sh.stdout)
	if err != nil {
		return err
	}
	if temporary && c.Exit {
		defer func() { err = errors.Join(err, os.RemoveAll(cfg.DataDir)) }()
	}
	log, err := os.OpenFile(filepath.Join(cfg.DataDir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the server's log: %w", err)
	}
	defer log.Close()
	server, err := sh.runner.Start(ctx, cfg, log)
	if err != nil {
		return fmt.Errorf("the server did not start: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	defer func() {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.ShutdownTimeout+5*time.Second)
		defer cancel()
		stopped := server.Stop(limited)
		select {
		case waited := <-ended:
			err = errors.Join(err, waited, stopped)
		case <-limited.Done():
			err = errors.Join(err, stopped, errors.New("the server did not stop in time"))
		}
	}()
	if err := healthy(ctx, server.APIURL()); err != nil {
		return fmt.Errorf("%w; its log is %s", err, log.Name())
	}
	story, err := newStory(ctx, sh, cfg, server)
	if err != nil {
		return err
	}
	if err := story.tell(ctx, c.Records); err != nil {
		return fmt.Errorf("the demo stopped: %w; the server's log is %s", err, log.Name())
	}
	if c.Exit {
		_, err := fmt.Fprintln(sh.stdout, "\nThe server stops now, as --exit says.")
		return err
	}
	if err := story.goOn(ctx); err != nil {
		return err
	}
	select {
	case err := <-ended:
		ended <- err
		return errors.New("the server ended by itself")
	case <-ctx.Done():
	}
	if temporary {
		fmt.Fprintf(sh.stdout, "The data is kept in %s.\n", cfg.DataDir)
	}
	return nil
}

// config makes the settings: defaults, with free ports if the usual ones are
// taken, and a temporary folder unless one was named.
func (c *demoCmd) config(out io.Writer) (cfg config.Config, temporary bool, err error) {
	cfg = config.Defaults()
	cfg.DataDir = c.DataDir
	if c.DataDir == "" {
		temporary = true
		if cfg.DataDir, err = os.MkdirTemp("", "cairn-demo-"); err != nil {
			return cfg, true, fmt.Errorf("make a temporary folder: %w", err)
		}
	} else if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return cfg, false, fmt.Errorf("make the data folder: %w", err)
	}
	// The server changes the working directory of the process.
	for _, path := range []*string{&cfg.DataDir, &c.Records} {
		if *path == "" {
			continue
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return cfg, temporary, err
		}
	}
	wanted := []string{cfg.Listen, cfg.AdminListen, cfg.S3Listen}
	free, err := freeAddresses(wanted)
	if err != nil {
		return cfg, temporary, err
	}
	for i := range wanted {
		if free[i] != wanted[i] {
			fmt.Fprintf(out, "%s is taken, so this demo listens on %s instead.\n", wanted[i], free[i])
		}
	}
	cfg.Listen, cfg.AdminListen, cfg.S3Listen = free[0], free[1], free[2]
	// Nobody waits an hour for a digest here.
	cfg.LogFileInterval, cfg.DigestInterval = time.Second, 2*time.Second
	return cfg, temporary, cfg.Validate()
}

// freeAddresses replaces addresses that are taken by free ports on loopback.
func freeAddresses(wanted []string) ([]string, error) {
	var out []string
	for _, addr := range wanted {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			l, err = net.Listen("tcp", "127.0.0.1:0")
		}
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		// All stay open until all are chosen, so that no two are the same.
		defer l.Close()
		out = append(out, l.Addr().String())
	}
	return out, nil
}

// until looks again and again, until done or demoPatience is over.
func until(ctx context.Context, what string, look func(context.Context) (done bool, err error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, demoPatience, fmt.Errorf("%s did not happen within %v", what, demoPatience))
	defer cancel()
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	for {
		done, err := look(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}

// healthy waits until the server takes requests.
func healthy(ctx context.Context, url string) error {
	return until(ctx, "the server's first answer", func(ctx context.Context) (bool, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
		if err != nil {
			return false, fmt.Errorf("ask for health: %w", err)
		}
		answer, err := apiClient.Do(r)
		if err != nil {
			return false, nil // It does not listen yet.
		}
		_, _ = io.Copy(io.Discard, answer.Body) // Only the status counts.
		return answer.StatusCode == http.StatusOK, answer.Body.Close()
	})
}
