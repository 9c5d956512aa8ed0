// Package schema has the columns of event data stores: the published schemas of the
// event categories, and what follows from them: the schema of an Iceberg table and
// the types of DuckDB.
package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/apache/iceberg-go"

	"github.com/cairntrail/cairn/internal/trinosql"
)

// Columns that the writer of tables fills by itself.
const (
	EventTime = "eventtime"
	// EventJSON is the record as it came, byte by byte.
	EventJSON = "eventjson"
	// Checksum is the SHA-256 of EventJSON, in hexadecimal. The guide does not say
	// which checksum it is.
	Checksum = "eventjsonchecksum"
)

// Categories are the event categories that have a schema, sorted.
func Categories() []string { return slices.Sorted(maps.Keys(published)) }

var parsed = func() map[string][]trinosql.Column {
	out := make(map[string][]trinosql.Column)
	for category, text := range published {
		row := trinosql.MustParseType("row(" + text + ")")
		for i, name := range row.Names {
			out[category] = append(out[category], trinosql.Column{Name: name, Type: row.Elems[i]})
		}
	}
	return out
}()

// Columns are the columns of event data stores of a category, in the order of the
// guide. The slice is the caller's.
func Columns(category string) ([]trinosql.Column, error) {
	columns, ok := parsed[category]
	if !ok {
		return nil, fmt.Errorf("there is no schema for the event category %q: there are schemas for %s", category, strings.Join(Categories(), ", "))
	}
	return slices.Clone(columns), nil
}

// JSONName is the name, in lower case, that records have the value of a column or a
// field under.
func JSONName(name string) string {
	if other, ok := spellings[name]; ok {
		return other
	}
	return name
}

// Iceberg is the schema of an Iceberg table of these columns. Its field ids count each
// column and then what is in it, as the catalogue numbers a new table's. All fields
// are optional, as they are in the Parquet files.
func Iceberg(columns []trinosql.Column) *iceberg.Schema {
	next := 1
	fields := make([]iceberg.NestedField, len(columns))
	for i, c := range columns {
		fields[i] = iceberg.NestedField{ID: next, Name: c.Name}
		next++
		fields[i].Type = icebergType(c.Type, &next)
	}
	return iceberg.NewSchema(0, fields...)
}

func icebergType(t trinosql.Type, next *int) iceberg.Type {
	take := func() int { *next++; return *next - 1 }
	switch t.Kind {
	case trinosql.VarcharKind:
		return iceberg.PrimitiveTypes.String
	case trinosql.BooleanKind:
		return iceberg.PrimitiveTypes.Bool
	case trinosql.IntegerKind:
		return iceberg.PrimitiveTypes.Int32
	case trinosql.DoubleKind:
		return iceberg.PrimitiveTypes.Float64
	case trinosql.TimestampKind:
		return iceberg.PrimitiveTypes.Timestamp
	case trinosql.ArrayKind:
		id := take()
		return &iceberg.ListType{ElementID: id, Element: icebergType(t.Elems[0], next)}
	case trinosql.MapKind:
		m := &iceberg.MapType{KeyID: take(), ValueID: take()}
		m.KeyType = icebergType(t.Elems[0], next)
		m.ValueType = icebergType(t.Elems[1], next)
		return m
	case trinosql.RowKind:
		fields := make([]iceberg.NestedField, len(t.Elems))
		for i := range fields {
			fields[i] = iceberg.NestedField{ID: take(), Name: t.Names[i]}
			fields[i].Type = icebergType(t.Elems[i], next)
		}
		return &iceberg.StructType{FieldList: fields}
	}
	panic("BUG: no Iceberg type for " + t.String())
}

// DuckDB is a type as DuckDB writes it.
func DuckDB(t trinosql.Type) string {
	switch t.Kind {
	case trinosql.VarcharKind:
		return "VARCHAR"
	case trinosql.BooleanKind:
		return "BOOLEAN"
	case trinosql.IntegerKind:
		return "INTEGER"
	case trinosql.DoubleKind:
		return "DOUBLE"
	case trinosql.TimestampKind:
		return "TIMESTAMP"
	case trinosql.ArrayKind:
		return DuckDB(t.Elems[0]) + "[]"
	case trinosql.MapKind:
		return "MAP(" + DuckDB(t.Elems[0]) + ", " + DuckDB(t.Elems[1]) + ")"
	case trinosql.RowKind:
		fields := make([]string, len(t.Elems))
		for i, e := range t.Elems {
			fields[i] = quote(t.Names[i]) + " " + DuckDB(e)
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	}
	panic("BUG: no type of DuckDB for " + t.String())
}

// FieldIDs is the FIELD_IDS option of DuckDB's COPY that gives the columns of a
// Parquet file the ids they have in a table.
func FieldIDs(s *iceberg.Schema) string {
	var b strings.Builder
	writeIDs(&b, s.Fields())
	return b.String()
}

func writeIDs(b *strings.Builder, fields []iceberg.NestedField) {
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(f.Name) + ": ")
		writeID(b, f.ID, f.Type)
	}
	b.WriteByte('}')
}

// writeID writes the id of a field and those of what is in it.
func writeID(b *strings.Builder, id int, t iceberg.Type) {
	var below []iceberg.NestedField
	switch t := t.(type) {
	case *iceberg.StructType:
		below = t.FieldList
	case *iceberg.ListType:
		below = []iceberg.NestedField{{ID: t.ElementID, Name: "element", Type: t.Element}}
	case *iceberg.MapType:
		below = []iceberg.NestedField{{ID: t.KeyID, Name: "key", Type: t.KeyType}, {ID: t.ValueID, Name: "value", Type: t.ValueType}}
	default:
		fmt.Fprintf(b, "%d", id)
		return
	}
	fmt.Fprintf(b, "{__duckdb_field_id: %d", id)
	for _, f := range below {
		b.WriteString(", " + quote(f.Name) + ": ")
		writeID(b, f.ID, f.Type)
	}
	b.WriteByte('}')
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
