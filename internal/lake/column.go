package lake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/parquet-go/parquet-go"
)

// values gives each value of a column once. A value is the caller's during the call.
func (d *dataFile) values(column string, yield func(string) error) error {
	return d.readColumn(column, 0, func(page parquet.Page) error {
		dictionary := page.Dictionary()
		for i := range min(dictionary.Len(), math.MaxInt32) {
			if err := yield(text(dictionary, int32(i))); err != nil {
				return err
			}
		}
		return errStop
	})
}

// tally gives the values that a column has in some rows, each with how many have it. A
// value is the caller's during the call.
func (d *dataFile) tally(ctx context.Context, column string, rows *roaring.Bitmap, yield func(string, int)) error {
	it := rows.Iterator()
	var counts []int
	first := rows.Minimum()
	return d.readColumn(column, first, func(page parquet.Page) error {
		data := page.Data()
		values := data.Int32()
		if counts == nil {
			counts = make([]int, page.Dictionary().Len())
		}
		end := first + uint32(len(values))
		for it.HasNext() && it.PeekNext() < end {
			counts[values[it.Next()-first]]++
		}
		first = end
		if it.HasNext() && ctx.Err() == nil {
			return nil
		}
		for i, n := range counts {
			if n > 0 {
				yield(text(page.Dictionary(), int32(i)), n)
			}
		}
		return cmp.Or(ctx.Err(), errStop)
	})
}

func text(d parquet.Dictionary, i int32) string { return string(d.Index(i).ByteArray()) }

// errStop ends the reading of a column.
var errStop = errors.New("enough of the column")

// readColumn gives the pages of a column that has a dictionary, from a row on.
func (d *dataFile) readColumn(column string, row uint32, yield func(parquet.Page) error) (err error) {
	chunk, ok := d.columns[column]
	if !ok {
		return fmt.Errorf("data file %s has no column %s", d.file.Name(), column)
	}
	pages := chunk.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	if err := pages.SeekToRow(int64(row)); err != nil {
		return fmt.Errorf("read column %s of %s: %w", column, d.file.Name(), err)
	}
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read column %s of %s: %w", column, d.file.Name(), err)
		}
		if page.Dictionary() == nil {
			err = fmt.Errorf("column %s of %s has no dictionary", column, d.file.Name())
		} else {
			err = yield(page)
		}
		parquet.Release(page)
		if errors.Is(err, errStop) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
