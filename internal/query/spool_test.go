package query

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func testRows() [][]Cell {
	return [][]Cell{
		{{Text: "a"}, {Null: true}},
		{{Text: ""}, {Text: "é\x00\n"}},
		{{Null: true}, {Text: strings.Repeat("x", 100_000)}},
	}
}

// write makes a file of rows.
func write(t testing.TB, rows [][]Cell) (path string, bytes int64) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "q.rows")
	s, err := newSpool(path, 1<<20, &room{limit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := s.add(r); err != nil {
			t.Fatal(err)
		}
	}
	n, bytes, err := s.finish()
	if err != nil || n != int64(len(rows)) {
		t.Fatalf("%d rows, %v", n, err)
	}
	return path, bytes
}

func readAll(path string, columns int, from, end int64) (rows [][]Cell, err error) {
	r, c, err := openRows(path, columns, from, end)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	for {
		row, err := r.next()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func TestSpool(t *testing.T) {
	path, bytes := write(t, testRows())
	got, err := readAll(path, 2, 0, bytes)
	if err != nil || !reflect.DeepEqual(got, testRows()) {
		t.Errorf("read %v, %v", got, err)
	}
	// From the second row on.
	r, c, err := openRows(path, 2, 0, bytes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.next(); err != nil {
		t.Fatal(err)
	}
	c.Close()
	got, err = readAll(path, 2, r.offset, bytes)
	if err != nil || !reflect.DeepEqual(got, testRows()[1:]) {
		t.Errorf("from %d: read %v, %v", r.offset, got, err)
	}
}

// Any byte that is not what was written is found.
func TestSpoolDamage(t *testing.T) {
	path, bytes := write(t, testRows()[:2])
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		bad := append([]byte{}, whole...)
		bad[i] ^= 0x40
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readAll(path, 2, 0, bytes); !errors.Is(err, errDamaged) {
			t.Errorf("byte %d: %v", i, err)
		}
	}
	if err := os.WriteFile(path, whole[:len(whole)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(path, 2, 0, bytes); !errors.Is(err, errDamaged) {
		t.Errorf("cut short: %v", err)
	}
}

func TestSpoolLimits(t *testing.T) {
	r := &room{limit: 500}
	path := filepath.Join(t.TempDir(), "q.rows")
	s, err := newSpool(path, 100, r)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.add([]Cell{{Text: strings.Repeat("x", 50)}}); err != nil {
		t.Fatal(err)
	}
	if err := s.add([]Cell{{Text: strings.Repeat("x", 50)}}); !errors.Is(err, errTooLarge) {
		t.Errorf("over its own limit: %v", err)
	}
	other, err := newSpool(path+"2", 1000, r)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.add([]Cell{{Text: strings.Repeat("x", 480)}}); !errors.Is(err, errNoRoom) {
		t.Errorf("over the limit of all: %v", err)
	}
	if err := s.drop(); err != nil {
		t.Fatal(err)
	}
	if err := other.add([]Cell{{Text: strings.Repeat("x", 480)}}); err != nil {
		t.Errorf("after the other gave its room back: %v", err)
	}
	if err := other.drop(); err != nil {
		t.Fatal(err)
	}
	if used := r.used.Load(); used != 0 {
		t.Errorf("%d bytes of room are gone", used)
	}
}

// Results stop before the disk is full: events need what is left.
func TestSpoolLeavesRoom(t *testing.T) {
	free := int64(10 << 20)
	r := &room{limit: 1 << 30, reserve: 8 << 20, free: func() (int64, error) { return free, nil }}
	s, err := newSpool(filepath.Join(t.TempDir(), "q.rows"), 1<<30, r)
	if err != nil {
		t.Fatal(err)
	}
	row := []Cell{{Text: strings.Repeat("x", askEvery)}}
	if err := s.add(row); err != nil {
		t.Fatal(err)
	}
	free = 7 << 20
	if err := s.add(row); !errors.Is(err, errNoRoom) || !strings.Contains(err.Error(), "7 MiB free") {
		t.Errorf("with less than the reserve: %v", err)
	}
	if err := s.drop(); err != nil {
		t.Fatal(err)
	}
	if used := r.used.Load(); used != 0 {
		t.Errorf("%d bytes of room are gone", used)
	}
}

func FuzzDecodeRow(f *testing.F) {
	f.Add([]byte{2, 'a', 0}, 2)
	f.Add([]byte{1, 200, 200, 200, 200, 200, 200, 200, 200, 200, 1}, 2)
	f.Fuzz(func(t *testing.T, body []byte, columns int) {
		if columns < 0 || columns > 100 {
			return
		}
		row, err := decodeRow(body, columns)
		if err == nil && len(row) != columns {
			t.Errorf("%d cells for %d columns", len(row), columns)
		}
	})
}
