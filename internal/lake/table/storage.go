package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	iceio "github.com/apache/iceberg-go/io"
)

// Properties of a catalogue that tell our IO where places are.
const (
	warehouseProperty = "cairn.warehouse"
	rootProperty      = "cairn.root"
)

// Places of tables are s3:// URIs, so that other readers find them, and are files
// here. Whoever links this package has no other IO for the scheme.
func init() {
	iceio.Register("s3", func(_ context.Context, _ *url.URL, props map[string]string) (iceio.IO, error) {
		s := storage{warehouse: props[warehouseProperty], root: props[rootProperty]}
		if s.warehouse == "" || s.root == "" {
			return nil, errors.New("BUG: an s3:// place without a warehouse")
		}
		return s, nil
	})
}

// storage is a folder that is known by another name. What it has written is on disk,
// and so is the entry in the folder.
type storage struct {
	warehouse string // s3://bucket/prefix, without a slash at the end
	root      string // the folder it is
}

var (
	_ iceio.WriteFileIO = storage{}
	_ iceio.ReadFileIO  = storage{}
	_ iceio.ListableIO  = storage{}
)

// path is the file of a place.
func (s storage) path(place string) (string, error) {
	rest, ok := strings.CutPrefix(place, s.warehouse)
	if !ok || (rest != "" && rest[0] != '/') {
		return "", &fs.PathError{Op: "open", Path: place, Err: fmt.Errorf("not in the warehouse %s", s.warehouse)}
	}
	rest = strings.Trim(rest, "/")
	if rest == "" {
		return s.root, nil
	}
	if !filepath.IsLocal(filepath.FromSlash(rest)) {
		return "", &fs.PathError{Op: "open", Path: place, Err: fs.ErrInvalid}
	}
	return filepath.Join(s.root, filepath.FromSlash(rest)), nil
}

// place is the place of a file below the root.
func (s storage) place(path string) (string, error) {
	rel, err := filepath.Rel(s.root, path)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("BUG: %s is not in the warehouse", path)
	}
	return s.warehouse + "/" + filepath.ToSlash(rel), nil
}

func (s storage) Open(place string) (iceio.File, error) {
	name, err := s.path(place)
	if err != nil {
		return nil, err
	}
	return os.Open(name)
}

func (s storage) ReadFile(place string) ([]byte, error) {
	name, err := s.path(place)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

func (s storage) Remove(place string) error {
	name, err := s.path(place)
	if err != nil {
		return err
	}
	return os.Remove(name)
}

func (s storage) WriteFile(place string, data []byte) (err error) {
	w, err := s.Create(place)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	_, err = w.Write(data)
	return err
}

func (s storage) Create(place string) (iceio.FileWriter, error) {
	name, err := s.path(place)
	if err != nil {
		return nil, err
	}
	if err := makeDir(filepath.Dir(name)); err != nil {
		return nil, err
	}
	// Names are never used twice: metadata and data files are immutable.
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return syncedFile{f}, nil
}

// syncedFile is on disk when it is closed.
type syncedFile struct{ *os.File }

func (f syncedFile) ReadFrom(r io.Reader) (int64, error) { return f.File.ReadFrom(r) }

func (f syncedFile) Close() error {
	err := f.Sync()
	if err2 := f.File.Close(); err == nil {
		err = err2
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(f.Name()))
}

func (s storage) WalkDir(place string, fn fs.WalkDirFunc) error {
	name, err := s.path(place)
	if err != nil {
		return err
	}
	return filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		at, err2 := s.place(path)
		if err2 != nil {
			at = s.warehouse // the root itself
		}
		return fn(at, d, err)
	})
}

// syncFile makes a file that someone else wrote durable.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	err = f.Sync()
	if err2 := f.Close(); err == nil {
		err = err2
	}
	if err != nil {
		return fmt.Errorf("sync %s: %w", name, err)
	}
	return syncDir(filepath.Dir(name))
}

func syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	err = d.Sync()
	if err2 := d.Close(); err == nil {
		err = err2
	}
	if err != nil {
		return fmt.Errorf("sync the folder %s: %w", name, err)
	}
	return nil
}

// makeDir makes a folder, and those above it that are missing, and syncs what it
// changed.
func makeDir(name string) error {
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	above := filepath.Dir(name)
	if above != name {
		if err := makeDir(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(above)
}
