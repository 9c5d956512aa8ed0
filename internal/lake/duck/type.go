package duck

import (
	"context"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/mapping"
)

// simpleNames are the names of the types that have no parameters.
var simpleNames = map[mapping.Type]string{
	mapping.TypeBoolean: "BOOLEAN", mapping.TypeTinyInt: "TINYINT", mapping.TypeSmallInt: "SMALLINT", mapping.TypeInteger: "INTEGER",
	mapping.TypeBigInt: "BIGINT", mapping.TypeUTinyInt: "UTINYINT", mapping.TypeUSmallInt: "USMALLINT", mapping.TypeUInteger: "UINTEGER",
	mapping.TypeUBigInt: "UBIGINT", mapping.TypeFloat: "FLOAT", mapping.TypeDouble: "DOUBLE", mapping.TypeHugeInt: "HUGEINT",
	mapping.TypeUHugeInt: "UHUGEINT", mapping.TypeVarchar: "VARCHAR", mapping.TypeBlob: "BLOB", mapping.TypeDate: "DATE",
	mapping.TypeTime: "TIME", mapping.TypeTimeTZ: "TIME WITH TIME ZONE", mapping.TypeTimestamp: "TIMESTAMP",
	mapping.TypeTimestampS: "TIMESTAMP_S", mapping.TypeTimestampMS: "TIMESTAMP_MS", mapping.TypeTimestampNS: "TIMESTAMP_NS",
	mapping.TypeTimestampTZ: "TIMESTAMP WITH TIME ZONE", mapping.TypeInterval: "INTERVAL", mapping.TypeUUID: "UUID",
	mapping.TypeEnum: "ENUM", mapping.TypeBit: "BIT", mapping.TypeUnion: "UNION", mapping.TypeSQLNull: "NULL", mapping.TypeAny: "ANY",
}

// typeName is a type as DuckDB writes it.
func typeName(t mapping.LogicalType) string {
	below := func(c mapping.LogicalType) string {
		defer mapping.DestroyLogicalType(&c)
		return typeName(c)
	}
	if alias := mapping.LogicalTypeGetAlias(t); alias != "" {
		return alias
	}
	switch kind := mapping.GetTypeId(t); kind {
	case mapping.TypeDecimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", mapping.DecimalWidth(t), mapping.DecimalScale(t))
	case mapping.TypeList:
		return below(mapping.ListTypeChildType(t)) + "[]"
	case mapping.TypeArray:
		return fmt.Sprintf("%s[%d]", below(mapping.ArrayTypeChildType(t)), mapping.ArrayTypeArraySize(t))
	case mapping.TypeMap:
		return "MAP(" + below(mapping.MapTypeKeyType(t)) + ", " + below(mapping.MapTypeValueType(t)) + ")"
	case mapping.TypeStruct:
		var fields []string
		for i := range mapping.StructTypeChildCount(t) {
			fields = append(fields, QuoteName(mapping.StructTypeChildName(t, i))+" "+below(mapping.StructTypeChildType(t, i)))
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	default:
		if name, ok := simpleNames[kind]; ok {
			return name
		}
		return fmt.Sprintf("type %d", kind)
	}
}

// parseType is the type that DuckDB means by a text; ANY is any. The caller
// destroys it.
func (e *Engine) parseType(ctx context.Context, text string) (mapping.LogicalType, error) {
	if text == "ANY" {
		return mapping.CreateLogicalType(mapping.TypeAny), nil
	}
	stmt, err := e.prepare(ctx, "SELECT NULL::"+text)
	if err != nil {
		return mapping.LogicalType{}, fmt.Errorf("type %s: %w", text, err)
	}
	defer mapping.DestroyPrepare(&stmt)
	return mapping.PreparedStatementColumnLogicalType(stmt, 0), nil
}
