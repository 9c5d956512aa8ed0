package duck

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/cgo"
	"strings"

	"github.com/duckdb/duckdb-go/mapping"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// Config says what an engine may use.
type Config struct {
	// Files are the files that statements may read, by absolute path.
	Files []string
	// Spill is a folder that does not exist yet, or is empty: what does not fit into
	// memory goes there. It is removed by Close. Without it, a statement that needs
	// more than MemoryLimit fails.
	Spill string
	// SpillLimit bounds the bytes in Spill; 0 is what DuckDB thinks fit: 90 % of
	// the free space.
	SpillLimit int64
	// MemoryLimit bounds the memory that DuckDB manages, in bytes. 0 is 1 GB.
	MemoryLimit int64
	// Threads is how many threads compute; 0 is one for each processor.
	Threads int
	// Setup are statements that run before the engine is locked: the views over
	// Files.
	Setup []string
	// Functions and Macros are what statements can call beside DuckDB's own.
	Functions []value.Function
	Macros    []value.Macro
	// Plain leaves the functions that are hidden from callers as they are, which makes
	// the engine three times as quick to open. It is for SQL that is our own.
	Plain bool
	// Write lets statements write into these folders, and read there. It is for the
	// writer of tables, whose SQL is its own; with it, [Engine.Exec] works.
	Write []string
}

const defaultMemory = 1 << 30

// Engine is a database in memory. It is for one goroutine.
type Engine struct {
	db      mapping.Database
	conn    mapping.Connection
	spill   string
	writes  bool
	handles []cgo.Handle
	sources []*source
	closed  bool
}

// Open makes an engine. The caller closes it.
func Open(ctx context.Context, cfg Config) (*Engine, error) {
	if cfg.Spill != "" {
		if err := os.MkdirAll(cfg.Spill, 0o700); err != nil {
			return nil, fmt.Errorf("making the folder that queries spill to: %w", err)
		}
	}
	e := &Engine{spill: cfg.Spill, writes: len(cfg.Write) > 0}
	if err := e.open(ctx, cfg); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the query engine: %w", err), e.Close())
	}
	return e, nil
}

func (e *Engine) open(ctx context.Context, cfg Config) error {
	if err := e.connect(cfg); err != nil {
		return err
	}
	for _, f := range grouped(cfg.Functions) {
		if err := e.register(ctx, f); err != nil {
			return fmt.Errorf("function %s: %w", f[0].Name, err)
		}
	}
	statements := append([]string{}, settings(cfg)...)
	statements = append(statements, cfg.Setup...)
	macros := cfg.Macros
	if !cfg.Plain && !e.writes {
		macros = append(macros[:len(macros):len(macros)], hidden...)
	}
	if err := e.define(ctx, macros); err != nil {
		return err
	}
	for _, s := range append(statements, "SET lock_configuration = true") {
		if err := e.exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", firstWords(s), err)
		}
	}
	return nil
}

// define makes macros, all in one transaction: there are hundreds.
func (e *Engine) define(ctx context.Context, macros []value.Macro) error {
	var all strings.Builder
	all.WriteString("BEGIN TRANSACTION;\n")
	for _, m := range macros {
		all.WriteString(m.SQL + ";\n")
	}
	all.WriteString("COMMIT;")
	var result mapping.Result
	state := mapping.Query(e.conn, all.String(), &result)
	mapping.DestroyResult(&result)
	if state == mapping.StateSuccess {
		return nil
	}
	// Once more, to tell which it is.
	_ = e.exec(ctx, "ROLLBACK")
	for _, m := range macros {
		if err := e.exec(ctx, m.SQL); err != nil {
			return fmt.Errorf("macro %s: %w", m.Name, err)
		}
	}
	return nil
}

// connect opens the database with what has to be set before there is one.
func (e *Engine) connect(cfg Config) error {
	var config mapping.Config
	if mapping.CreateConfig(&config) == mapping.StateError {
		return errors.New("no memory for its configuration")
	}
	defer mapping.DestroyConfig(&config)
	options := map[string]string{
		"autoinstall_known_extensions": "false",
		"autoload_known_extensions":    "false",
		"allow_community_extensions":   "false",
		"allow_persistent_secrets":     "false",
		"allow_unsigned_extensions":    "false",
	}
	for name, value := range options {
		if mapping.SetConfig(config, name, value) == mapping.StateError {
			return fmt.Errorf("DuckDB does not know the setting %s", name)
		}
	}
	var message string
	if mapping.OpenExt("", &e.db, config, &message) == mapping.StateError {
		return errors.New(message)
	}
	if mapping.Connect(e.db, &e.conn) == mapping.StateError {
		return errors.New("no connection")
	}
	return nil
}

// settings are the statements that bound and lock an engine, in an order that
// matters: after external access is off, no more paths can be allowed.
func settings(cfg Config) []string {
	memory := cfg.MemoryLimit
	if memory <= 0 {
		memory = defaultMemory
	}
	out := []string{
		fmt.Sprintf("SET memory_limit = '%dB'", memory),
		"SET TimeZone = 'UTC'",
		"SET Calendar = 'gregorian'",
		"SET default_collation = ''",
		"SET allow_unredacted_secrets = false",
		"SET enable_progress_bar = true",
		"SET enable_progress_bar_print = false",
		"SET errors_as_json = false",
	}
	out = append(out, profiling...)
	if cfg.Threads > 0 {
		out = append(out, fmt.Sprintf("SET threads = %d", cfg.Threads))
	}
	if cfg.Spill == "" {
		out = append(out, "SET temp_directory = ''")
	} else {
		out = append(out, "SET temp_directory = "+Quote(cfg.Spill))
		if cfg.SpillLimit > 0 {
			out = append(out, fmt.Sprintf("SET max_temp_directory_size = '%dB'", cfg.SpillLimit))
		}
	}
	if len(cfg.Files) > 0 {
		out = append(out, "SET allowed_paths = "+quoteList(cfg.Files))
	}
	if len(cfg.Write) > 0 {
		out = append(out, "SET allowed_directories = "+quoteList(cfg.Write))
	}
	return append(out, "SET enable_external_access = false")
}

// Close ends the engine and removes its spill folder. It can be called again.
func (e *Engine) Close() error {
	if e.closed {
		return nil
	}
	e.closed = true
	if e.conn.Ptr != nil {
		mapping.Disconnect(&e.conn)
	}
	if e.db.Ptr != nil {
		mapping.Close(&e.db)
	}
	// Only now nothing calls the functions any more.
	for _, s := range e.sources {
		s.close()
	}
	for _, h := range e.handles {
		h.Delete()
	}
	if e.spill == "" {
		return nil
	}
	if err := os.RemoveAll(e.spill); err != nil {
		return fmt.Errorf("removing what a query spilled: %w", err)
	}
	return nil
}

// Exec runs statements of this program's own, such as COPY. It is an error on an
// engine that was opened without Config.Write.
func (e *Engine) Exec(ctx context.Context, sql string) error {
	if !e.writes {
		return errors.New("this engine only reads")
	}
	return e.exec(ctx, sql)
}

// Quote is a string as a literal of SQL.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// QuoteName is a name as an identifier of SQL.
func QuoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func quoteList(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = Quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// ReadParquet is a FROM item that reads Parquet files as one table, with the columns
// that are in the files: folders with names like day=2026-01-01 make none.
func ReadParquet(files []string) string {
	return "system.main.read_parquet(" + quoteList(files) + ", hive_partitioning = false)"
}

func firstWords(sql string) string {
	const limit = 60
	if len(sql) > limit {
		return sql[:limit] + "..."
	}
	return sql
}
