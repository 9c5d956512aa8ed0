package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/iceberg-go"

	"github.com/cairntrail/cairn/internal/lake/duck"
)

// columnSizes reads out of a file how many compressed bytes each of its columns has,
// by the ids of fields.
func columnSizes(ctx context.Context, engine *duck.Engine, s *iceberg.Schema, path string) (sizes map[int]int64, err error) {
	rows, err := engine.Query(ctx, "SELECT path_in_schema, sum(total_compressed_size)::BIGINT FROM parquet_metadata("+duck.Quote(path)+") GROUP BY 1")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	ids := leaves(s)
	sizes = make(map[int]int64)
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return sizes, nil
		}
		if err != nil {
			return nil, err
		}
		id, ok := ids[row[0].(string)]
		if !ok {
			return nil, fmt.Errorf("BUG: the column %v of a file is not in the table", row[0])
		}
		sizes[id] = row[1].(int64)
	}
}

// leaves are the ids of the fields that have values in Parquet, by their paths there.
func leaves(s *iceberg.Schema) map[string]int {
	out := make(map[string]int)
	var walk func(path []string, id int, t iceberg.Type)
	walk = func(path []string, id int, t iceberg.Type) {
		switch t := t.(type) {
		case *iceberg.StructType:
			for _, f := range t.FieldList {
				walk(append(path[:len(path):len(path)], f.Name), f.ID, f.Type)
			}
		case *iceberg.ListType:
			walk(append(path[:len(path):len(path)], "list", "element"), t.ElementID, t.Element)
		case *iceberg.MapType:
			walk(append(path[:len(path):len(path)], "key_value", "key"), t.KeyID, t.KeyType)
			walk(append(path[:len(path):len(path)], "key_value", "value"), t.ValueID, t.ValueType)
		default:
			out[strings.Join(path, ", ")] = id
		}
	}
	for _, f := range s.Fields() {
		walk([]string{f.Name}, f.ID, f.Type)
	}
	return out
}

// within are the ids of the fields that have values in Parquet, by their column.
func within(s *iceberg.Schema) map[string][]int {
	out := make(map[string][]int)
	for path, id := range leaves(s) {
		column, _, _ := strings.Cut(path, ", ")
		out[column] = append(out[column], id)
	}
	return out
}
