package trino

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/trinosql"
)

// all reads a result to its end. Rows are copied.
func all(t *testing.T, r *Rows) ([][]any, error) {
	t.Helper()
	var out [][]any
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, slices.Clone(row))
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPages(t *testing.T) {
	cols := []any{column("a", "bigint"), column("b", "varchar")}
	c := newCoordinator(t,
		map[string]any{"stats": stats("QUEUED", 0, 0)},
		map[string]any{"columns": cols, "data": [][]any{{1, "x"}, {2, nil}}, "stats": stats("RUNNING", 10, 100)},
		map[string]any{"columns": cols, "stats": stats("RUNNING", 15, 150)},
		map[string]any{"columns": cols, "data": [][]any{{3, "z"}}, "stats": stats("RUNNING", 20, 200)},
		map[string]any{"columns": cols, "stats": stats("FINISHED", 30, 300)},
	)
	rows, err := c.open(func(cfg *Config) {
		cfg.Catalog, cfg.Schema, cfg.Properties = "lake", "stores", map[string]string{"query_max_memory": "1GB"}
	}).Query(t.Context(), "SELECT a, b FROM t")
	check(t, err)
	if got := rows.Columns(); len(got) != 2 || got[0].Name != "a" || got[0].Type.String() != "bigint" || got[1].Type.String() != "varchar" {
		t.Errorf("columns: %v", got)
	}
	if s := rows.Stats(); s.State != "RUNNING" || s.Read < 10 || s.Read > 20 || s.Matched != 0 {
		t.Errorf("stats while it runs: %+v", s)
	}
	got, err := all(t, rows)
	check(t, err)
	if len(got) != 3 || got[0][0] != int64(1) || got[1][1] != nil || got[2][1] != "z" {
		t.Errorf("rows: %v", got)
	}
	check(t, rows.Close())
	if s := rows.Stats(); s != (Stats{State: "FINISHED", Read: 30, Matched: 22, Bytes: 300, Progress: 0.5}) {
		t.Errorf("stats: %+v", s)
	}
	if len(c.canceled) != 0 {
		t.Errorf("a finished statement was canceled: %v", c.canceled)
	}
	if c.texts[0] != "SELECT a, b FROM t" {
		t.Errorf("the server was asked %q", c.texts[0])
	}
	for name, want := range map[string]string{
		"X-Trino-User": "alice", "X-Trino-Source": "cairn", "X-Trino-Catalog": "lake", "X-Trino-Schema": "stores",
		"X-Trino-Time-Zone": "UTC", "X-Trino-Session": "query_max_memory=1GB", encodingHeader: "",
	} {
		if got := c.asked[0].Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestStatementErrors(t *testing.T) {
	cols := []any{column("a", "bigint")}
	for name, pages := range map[string][]map[string]any{
		"at once": {failed("TYPE_MISMATCH", "line 1:8: It does not fit")},
		"planned": {{}, failed("TYPE_MISMATCH", "line 1:8: It does not fit")},
		"midway":  {{}, {"columns": cols, "data": [][]any{{1}}}, failed("TYPE_MISMATCH", "It does not fit")},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCoordinator(t, pages...)
			rows, err := c.open().Query(t.Context(), "SELECT 1")
			if err == nil {
				_, err = all(t, rows)
				check(t, rows.Close())
			}
			var said *trinosql.Error
			if !errors.As(err, &said) || said.Code != "TYPE_MISMATCH" || said.Error() != "It does not fit" {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestStopped(t *testing.T) {
	cols := []any{column("a", "bigint")}
	for name, pages := range map[string][]map[string]any{
		"before the first row": {{}, nil},
		"between rows":         {{}, {"columns": cols, "data": [][]any{{1}}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCoordinator(t, pages...)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				<-c.waiting
				cancel()
			}()
			rows, err := c.open().Query(ctx, "SELECT 1")
			if err == nil {
				_, err = all(t, rows)
				check(t, rows.Close())
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			if !slices.Contains(c.canceled, "/v1/query/q1") {
				t.Error("the server was not told to stop")
			}
		})
	}
}

func TestClosedEarly(t *testing.T) {
	cols := []any{column("a", "bigint")}
	c := newCoordinator(t, map[string]any{}, map[string]any{"columns": cols, "data": [][]any{{1}}}, map[string]any{"columns": cols, "data": [][]any{{2}}}, map[string]any{}, map[string]any{})
	rows, err := c.open().Query(t.Context(), "SELECT 1")
	check(t, err)
	check(t, rows.Close())
	check(t, rows.Close())
	if !slices.Contains(c.canceled, "/v1/query/q1") {
		t.Error("the server was not told to stop")
	}
	if _, err := rows.Next(); err == nil {
		t.Error("closed rows have a next one")
	}
}

// A server cannot send a client, and what it authenticates with, to another host.
func TestOtherHost(t *testing.T) {
	other := newCoordinator(t, map[string]any{}, map[string]any{})
	c := newCoordinator(t, map[string]any{}, map[string]any{})
	c.next = other.URL
	rows, err := c.open().Query(t.Context(), "SELECT 1")
	if err == nil {
		t.Fatal("there is a result:", rows.Columns())
	}
	if !strings.Contains(err.Error(), "where nobody said to go") || len(other.asked) != 0 {
		t.Errorf("the other host was asked %d times: %v", len(other.asked), err)
	}
}

func TestUnreachable(t *testing.T) {
	c := newCoordinator(t)
	address := c.URL
	c.Server.Close()
	e := c.open(func(cfg *Config) { cfg.URL = address })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Ping(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped question: %v", err)
	}
}

func TestAuthorized(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  Config
		want string
	}{
		"password": {Config{User: "alice", Password: "secret"}, "Basic YWxpY2U6c2VjcmV0"},
		"token":    {Config{User: "alice", AccessToken: "jwt"}, "Bearer jwt"},
		"nothing":  {Config{User: "alice"}, ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, "https://trino/v1/query/q1", nil)
		check(t, err)
		c.cfg.authorize(req)
		if got := req.Header.Get("Authorization"); got != c.want || req.Header.Get("X-Trino-User") != "alice" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestSettings(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no address":             {User: "alice"},
		"no host":                {URL: "trino:8080", User: "alice"},
		"a user in the address":  {URL: "https://bob@trino", User: "alice"},
		"no user":                {URL: "http://trino:8080"},
		"a password without TLS": {URL: "http://trino:8080", User: "alice", Password: "secret"},
		"no certificates":        {URL: "https://trino", User: "alice", Certificates: "testdata/none.pem"},
		"no PEM":                 {URL: "https://trino", User: "alice", Certificates: "testdata/types.json"},
	} {
		if _, err := Open(cfg); err == nil {
			t.Errorf("%s: it opens", name)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error has the password: %v", name, err)
		}
	}
}
