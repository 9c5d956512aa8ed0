package lake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cairntrail/cairn/internal/store"
)

// manifest says which data files make up the history and which journal batches
// they hold. It lives in the control-plane store, so that adding files, dropping
// others and moving on in the journal is one transaction: the commit point.
type manifest struct {
	db    *store.DB
	files *store.Collection[fileMeta]
	state *store.Collection[historyState]
}

type historyState struct {
	// Committed is the last journal batch whose events are in the files.
	Committed uint64 `json:"committed"`
}

func newManifest(db *store.DB) manifest {
	return manifest{db: db, files: store.NewCollection[fileMeta](db, "history.files"), state: store.NewCollection[historyState](db, "history.state")}
}

func (m manifest) load(ctx context.Context) ([]fileMeta, uint64, error) {
	items, err := m.files.List(ctx, "")
	if err != nil {
		return nil, 0, err
	}
	var metas []fileMeta
	for _, it := range items {
		metas = append(metas, it.Value)
	}
	st, err := m.state.Get(ctx, "state")
	if errors.Is(err, store.ErrNotFound) {
		return metas, 0, nil
	}
	return metas, st.Value.Committed, err
}

// commit replaces files and, unless it is 0, moves the journal position on.
func (m manifest) commit(ctx context.Context, add []fileMeta, drop []string, committed uint64) error {
	err := m.db.Tx(ctx, func(ctx context.Context) error {
		for _, f := range add {
			if _, err := m.files.Create(ctx, f.Name, f); err != nil {
				return err
			}
		}
		for _, name := range drop {
			if err := m.files.Delete(ctx, name); err != nil {
				return err
			}
		}
		if committed == 0 {
			return nil
		}
		_, err := m.state.Put(ctx, "state", historyState{Committed: committed})
		return err
	})
	if err != nil {
		return fmt.Errorf("commit to the history's manifest: %w", err)
	}
	return nil
}

// removeStrays deletes what a crash left: files that no manifest names.
func removeStrays(dir string, metas []fileMeta) error {
	known := make(map[string]bool)
	for _, f := range metas {
		known[f.Name] = true
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		name := strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".parquet"), ".idx")
		if half := strings.HasSuffix(e.Name(), ".new"); half || name != e.Name() && !known[name] {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
