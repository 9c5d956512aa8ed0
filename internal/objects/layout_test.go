package objects

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Where metadata is kept is decided once for a folder.
func TestWhereMetadataIsKept(t *testing.T) {
	const attributes, files = "extended attributes", "files"
	for name, c := range map[string]struct {
		has   []string
		asked bool
		try   error
		want  string
	}{
		"new":                          {nil, false, nil, attributes},
		"new, asked for files":         {nil, true, nil, files},
		"new, no attributes":           {nil, false, errors.ErrUnsupported, files},
		"used":                         {[]string{"buckets/b"}, false, nil, attributes},
		"used, asked for files":        {[]string{"buckets/b"}, true, nil, "already"},
		"used, no attributes any more": {[]string{"buckets/b"}, false, errors.ErrUnsupported, "copy them"},
		"files":                        {[]string{"buckets/b", "metadata"}, false, nil, files},
		"files, no attributes":         {[]string{"buckets/b", "metadata"}, false, errors.ErrUnsupported, files},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, sub := range c.has {
				check(t, os.MkdirAll(filepath.Join(dir, sub), 0o700))
			}
			l, err := prepare(dir, c.asked, func(string) error { return c.try })
			got := attributes
			switch {
			case err != nil:
				got = err.Error()
			case l.metadata != "":
				got = files
				if _, err := os.Stat(l.metadata); err != nil {
					t.Error(err)
				}
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestTryAttributesLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Logf("attributes here: %v", tryAttributes(dir))
	left, err := os.ReadDir(dir)
	check(t, err)
	if len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if err := tryAttributes(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("attributes were kept in a folder that is not there")
	}
}
