package objects

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"golang.org/x/sys/unix"
)

// maxCopy is the size of the largest object that a copy takes in one request
// ("CopyObject", Amazon S3 API Reference).
const maxCopy = 5 << 30

// layout is the folder of a server.
type layout struct {
	buckets, versions string
	// metadata is empty where extended attributes are used.
	metadata string
}

// prepare makes the folder and decides where metadata is kept; try tells why
// extended attributes will not do. The first decision stands: metadata that is
// looked for in the wrong place is lost.
func prepare(dir string, sidecar bool, try func(dir string) error) (layout, error) {
	l := layout{buckets: filepath.Join(dir, "buckets"), versions: filepath.Join(dir, "versions")}
	for _, d := range []string{l.buckets, l.versions} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return l, fmt.Errorf("folder of the S3 endpoint: %w", err)
		}
	}
	metadata := filepath.Join(dir, "metadata")
	switch _, err := os.Stat(metadata); {
	case err == nil:
		l.metadata = metadata
		return l, nil
	case !errors.Is(err, fs.ErrNotExist):
		return l, fmt.Errorf("folder of the S3 endpoint: %w", err)
	}
	unfit := try(l.buckets)
	if unfit == nil && !sidecar {
		return l, nil
	}
	used, err := os.ReadDir(l.buckets)
	if err != nil {
		return l, fmt.Errorf("folder of the S3 endpoint: %w", err)
	}
	if len(used) > 0 && unfit != nil {
		return l, fmt.Errorf("the buckets in %s have their metadata in extended attributes, and this file system keeps none (%w): copy them to one that does, with a program that copies attributes", dir, unfit)
	}
	if len(used) > 0 {
		return l, fmt.Errorf("the buckets in %s have their metadata in extended attributes already: it cannot be kept in files from now on", dir)
	}
	l.metadata = metadata
	if err := os.Mkdir(metadata, 0o700); err != nil {
		return l, fmt.Errorf("folder of the S3 endpoint: %w", err)
	}
	return l, nil
}

// tryAttributes tries whether files and folders in dir can have extended
// attributes of the size that S3 lets user metadata have, 2 KB.
func tryAttributes(dir string) error {
	folder, err := os.MkdirTemp(dir, ".try-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return err
	}
	const name = "user.cairn.try"
	want := bytes.Repeat([]byte{'x'}, 2048)
	for _, path := range []string{folder, file} {
		if err := unix.Setxattr(path, name, want, 0); err != nil {
			return fmt.Errorf("set an attribute: %w", err)
		}
		got := make([]byte, len(want))
		if n, err := unix.Getxattr(path, name, got); err != nil {
			return fmt.Errorf("get an attribute: %w", err)
		} else if !bytes.Equal(got[:n], want) {
			return errors.New("attributes are not kept whole")
		}
	}
	return nil
}

// storer is where attributes are kept.
func (l layout) storer() (meta.MetadataStorer, error) {
	if l.metadata == "" {
		return meta.XattrMeta{}, nil
	}
	return meta.NewSideCar(l.metadata)
}

// open makes VersityGW's file backend. It changes the working directory of the
// process to the folder of buckets.
func (l layout) open(attributes meta.MetadataStorer) (*posix.Posix, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	// It prints where versions are kept, on a standard output that is not its own.
	defer func(kept *os.File) { os.Stdout = kept }(os.Stdout)
	os.Stdout = null
	opts := posix.PosixOpts{
		VersioningDir: l.versions,
		// Lock files are for several processes on one folder.
		ForceNoObjLockFile:  true,
		CopyObjectThreshold: maxCopy,
	}
	opts.SetNewDirPerm(0o700)
	opts.SetNewFilePerm(0o600)
	return posix.New(l.buckets, attributes, opts)
}
