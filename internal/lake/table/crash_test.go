package table

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// steps are the places where an append, a merge and an expiry can fail or die: before
// a step, and after it, when it has failed but is stored.
var steps = []string{"write", "written", "commit", "staged", "committed"}

var errInjected = errors.New("this step fails")

// eventsOf are the records of batch n, which are always the same.
func eventsOf(n int) [][]byte {
	return records(uint64(n), 40, 1, start.Add(time.Duration(n)*time.Minute))
}

// work appends nine batches, from the one after sequence on, as a sink of a journal
// does, and merges.
func work(w *Warehouse, ctx testing.TB, merge bool) error {
	t, err := w.Table(ctx.Context(), Spec{ID: store, Category: "Management"})
	if err != nil {
		return err
	}
	for n := int(t.Sequence()) + 1; n <= 9; n++ {
		if err := t.Append(ctx.Context(), eventsOf(n), uint64(n)); err != nil {
			return err
		}
	}
	if merge {
		return t.upkeep(ctx.Context())
	}
	return nil
}

func all9() (out [][]byte) {
	for n := 1; n <= 9; n++ {
		out = append(out, eventsOf(n)...)
	}
	return out
}

// Every step fails once, at its n-th time, while the table is open: what is tried
// again is in the table once.
func TestStepsThatFail(t *testing.T) {
	for _, step := range steps {
		for _, at := range []int{1, 2, 10} {
			if testing.Short() && at == 2 {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", step, at), func(t *testing.T) {
				count := 0
				h := newHouse(t, func(c *Config) {
					c.fault = func(name string) error {
						if name == step {
							if count++; count == at {
								return errInjected
							}
						}
						return nil
					}
				})
				var failures int
				for {
					err := work(h.w, t, true)
					if err == nil {
						break
					}
					if !errors.Is(err, errInjected) {
						t.Fatal(err)
					}
					if failures++; failures > 1 {
						t.Fatal("one failure became more")
					}
					h.t, err = h.w.Find(t.Context(), store)
					if err != nil {
						t.Fatal(err)
					}
				}
				if failures != 1 {
					t.Fatalf("%d failures: the step was not reached", failures)
				}
				h.check(all9())
				h.reopen()
				h.check(all9())
				if h.t.Sequence() != 9 {
					t.Errorf("the sequence is %d", h.t.Sequence())
				}
			})
		}
	}
}

const (
	killDir  = "CAIRN_TEST_KILL_DIR"
	killStep = "CAIRN_TEST_KILL_STEP"
	killAt   = "CAIRN_TEST_KILL_AT"
)

// TestToBeKilled is not a test of its own: TestKilled runs it in a process.
func TestToBeKilled(t *testing.T) {
	dir := os.Getenv(killDir)
	if dir == "" {
		t.Skip("it is run by TestKilled")
	}
	at, err := strconv.Atoi(os.Getenv(killAt))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	w, err := Open(t.Context(), Config{
		Catalog: filepath.Join(dir, "catalog.db"), Warehouse: "s3://tables/lake", Root: filepath.Join(dir, "root"),
		fault: func(name string) error {
			if name == os.Getenv(killStep) {
				if count++; count == at {
					return syscall.Kill(os.Getpid(), syscall.SIGKILL)
				}
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := work(w, t, true); err != nil {
		t.Fatal(err)
	}
}

// A process is killed at each step; the next finds the table whole, goes on from
// where it is, and nothing is lost or there twice. What is left beside the table is
// removed.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts many processes")
	}
	for _, step := range steps {
		for _, at := range []int{1, 5, 10} { // the tenth is the merge
			t.Run(fmt.Sprintf("%s/%d", step, at), func(t *testing.T) {
				dir := t.TempDir()
				cmd := exec.Command(os.Args[0], "-test.run", "^TestToBeKilled$", "-test.v")
				cmd.Env = append(os.Environ(), killDir+"="+dir, killStep+"="+step, killAt+"="+strconv.Itoa(at))
				var out bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &out
				err := cmd.Run()
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
					t.Fatalf("the process was not killed: %v\n%s", err, out.String())
				}
				h := &house{TB: t, dir: dir, cfg: Config{
					Catalog: filepath.Join(dir, "catalog.db"), Warehouse: "s3://tables/lake", Root: filepath.Join(dir, "root"), Grace: time.Nanosecond,
				}}
				h.open()
				defer func() {
					if err := h.w.Close(); err != nil {
						t.Error(err)
					}
				}()
				var before [][]byte
				for n := 1; n <= int(h.t.Sequence()); n++ {
					before = append(before, eventsOf(n)...)
				}
				h.check(before)
				if err := work(h.w, t, true); err != nil {
					t.Fatal(err)
				}
				h.check(all9())
				h.t.mu.cleaned = time.Time{}
				if err := h.t.upkeep(t.Context()); err != nil {
					t.Fatal(err)
				}
				h.check(all9())
				if n := len(h.files(".parquet")); n != h.t.Stats().Files {
					t.Errorf("%d data files, the table has %d: %s", n, h.t.Stats().Files, strings.Join(h.files(".parquet"), " "))
				}
			})
		}
	}
}

// The folder of metadata is not there for a while: appends, merges and plans fail, and
// afterwards all is as if nothing had been.
func TestFolderThatFails(t *testing.T) {
	h := newHouse(t, nil)
	for n := 1; n <= 8; n++ {
		h.append(eventsOf(n), uint64(n))
	}
	metadata := filepath.Join(h.w.storage.root, store, "metadata")
	if err := os.Rename(metadata, metadata+"-away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(metadata, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.t.Append(t.Context(), eventsOf(9), 9); err == nil {
		t.Fatal("an append without metadata")
	}
	if err := h.t.upkeep(t.Context()); err == nil {
		t.Fatal("a merge without metadata")
	}
	if _, err := h.t.Plan(time.Time{}, time.Time{}); err == nil {
		t.Error("a plan of a table whose state is not known")
	}
	if err := errors.Join(os.Remove(metadata), os.Rename(metadata+"-away", metadata)); err != nil {
		t.Fatal(err)
	}
	if err := work(h.w, t, true); err != nil {
		t.Fatal(err)
	}
	h.check(all9())
	h.reopen()
	h.check(all9())
}
