package trinosql

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// A Kind is a type of Trino without its parameters.
type Kind uint8

// The kinds. Unknown is the type of NULL. FunctionKind is the type of a lambda and
// exists only between a function and its argument.
const (
	UnknownKind Kind = iota
	BooleanKind
	TinyintKind
	SmallintKind
	IntegerKind
	BigintKind
	RealKind
	DoubleKind
	DecimalKind
	VarcharKind
	CharKind
	VarbinaryKind
	JSONKind
	DateKind
	TimeKind
	TimeTZKind
	TimestampKind
	TimestampTZKind
	IntervalDayKind
	IntervalYearKind
	UUIDKind
	IPAddressKind
	ArrayKind
	MapKind
	RowKind
	HyperLogLogKind
	FunctionKind
)

// kindNames are the names as Trino writes them.
var kindNames = [...]string{
	UnknownKind: "unknown", BooleanKind: "boolean", TinyintKind: "tinyint", SmallintKind: "smallint",
	IntegerKind: "integer", BigintKind: "bigint", RealKind: "real", DoubleKind: "double",
	DecimalKind: "decimal", VarcharKind: "varchar", CharKind: "char", VarbinaryKind: "varbinary",
	JSONKind: "json", DateKind: "date", TimeKind: "time", TimeTZKind: "time with time zone",
	TimestampKind: "timestamp", TimestampTZKind: "timestamp with time zone",
	IntervalDayKind: "interval day to second", IntervalYearKind: "interval year to month",
	UUIDKind: "uuid", IPAddressKind: "ipaddress", ArrayKind: "array", MapKind: "map", RowKind: "row",
	HyperLogLogKind: "HyperLogLog", FunctionKind: "function",
}

// Unbounded is the length of a varchar that has none.
const Unbounded = 1<<31 - 1

// A Type is a type of Trino. The zero Type is unknown, the type of NULL.
type Type struct {
	Kind Kind
	// Length is the length of a varchar or char, the precision of a decimal, or the
	// digits of a second's fraction in a time or timestamp.
	Length int
	// Scale is the scale of a decimal.
	Scale int
	// Elems are the element of an array, key and value of a map, the fields of a row,
	// or the arguments of a function followed by its result.
	Elems []Type
	// Names are the names of a row's fields; an empty one has none.
	Names []string
}

// The types without parameters, and the usual ones with.
var (
	Unknown      = Type{Kind: UnknownKind}
	Boolean      = Type{Kind: BooleanKind}
	Tinyint      = Type{Kind: TinyintKind}
	Smallint     = Type{Kind: SmallintKind}
	Integer      = Type{Kind: IntegerKind}
	Bigint       = Type{Kind: BigintKind}
	Real         = Type{Kind: RealKind}
	Double       = Type{Kind: DoubleKind}
	Varchar      = Type{Kind: VarcharKind, Length: Unbounded}
	Varbinary    = Type{Kind: VarbinaryKind}
	JSON         = Type{Kind: JSONKind}
	Date         = Type{Kind: DateKind}
	Time         = Type{Kind: TimeKind, Length: 3}
	Timestamp    = Type{Kind: TimestampKind, Length: 3}
	TimestampTZ  = Type{Kind: TimestampTZKind, Length: 3}
	IntervalDay  = Type{Kind: IntervalDayKind}
	IntervalYear = Type{Kind: IntervalYearKind}
	UUID         = Type{Kind: UUIDKind}
	IPAddress    = Type{Kind: IPAddressKind}
	HyperLogLog  = Type{Kind: HyperLogLogKind}
)

// VarcharOf is varchar(n).
func VarcharOf(n int) Type { return Type{Kind: VarcharKind, Length: n} }

// CharOf is char(n).
func CharOf(n int) Type { return Type{Kind: CharKind, Length: n} }

// Decimal is decimal(precision, scale).
func Decimal(precision, scale int) Type {
	return Type{Kind: DecimalKind, Length: precision, Scale: scale}
}

// TimestampOf is timestamp(p).
func TimestampOf(p int) Type { return Type{Kind: TimestampKind, Length: p} }

// TimestampTZOf is timestamp(p) with time zone.
func TimestampTZOf(p int) Type { return Type{Kind: TimestampTZKind, Length: p} }

// TimeOf is time(p).
func TimeOf(p int) Type { return Type{Kind: TimeKind, Length: p} }

// Array is array(elem).
func Array(elem Type) Type { return Type{Kind: ArrayKind, Elems: []Type{elem}} }

// Map is map(key, value).
func Map(key, value Type) Type { return Type{Kind: MapKind, Elems: []Type{key, value}} }

// Row is a row of these fields; names may be nil, or have as many as there are fields.
func Row(names []string, fields []Type) Type {
	if names == nil {
		names = make([]string, len(fields))
	}
	return Type{Kind: RowKind, Elems: fields, Names: names}
}

// Equal says whether both are the same type. Names of fields count, without case.
func (t Type) Equal(u Type) bool {
	if t.Kind != u.Kind || t.Length != u.Length || t.Scale != u.Scale || len(t.Elems) != len(u.Elems) {
		return false
	}
	for i := range t.Elems {
		if !t.Elems[i].Equal(u.Elems[i]) {
			return false
		}
		if t.Kind == RowKind && !strings.EqualFold(t.Names[i], u.Names[i]) {
			return false
		}
	}
	return true
}

// String is the type as Trino writes it, and as [ParseType] reads it.
func (t Type) String() string {
	name := kindNames[t.Kind]
	switch t.Kind {
	case VarcharKind:
		if t.Length == Unbounded {
			return name
		}
		return name + "(" + strconv.Itoa(t.Length) + ")"
	case CharKind, TimeKind, TimestampKind:
		return name + "(" + strconv.Itoa(t.Length) + ")"
	case TimeTZKind:
		return "time(" + strconv.Itoa(t.Length) + ") with time zone"
	case TimestampTZKind:
		return "timestamp(" + strconv.Itoa(t.Length) + ") with time zone"
	case DecimalKind:
		return fmt.Sprintf("decimal(%d,%d)", t.Length, t.Scale)
	case ArrayKind, MapKind, RowKind, FunctionKind:
		parts := make([]string, len(t.Elems))
		for i, e := range t.Elems {
			parts[i] = e.String()
			if t.Kind == RowKind && t.Names[i] != "" {
				parts[i] = typeFieldName(t.Names[i]) + " " + parts[i]
			}
		}
		return name + "(" + strings.Join(parts, ", ") + ")"
	}
	return name
}

// typeFieldName quotes the name of a field where it could not be read otherwise.
func typeFieldName(name string) string {
	for i := range len(name) {
		c := name[i]
		if c != '_' && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return quoteIdent(name)
		}
	}
	return name
}

// quoteIdent is an identifier in double quotes, which both engines read as itself.
func quoteIdent(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Field is the place of the field of that name in a row, without regard to case; -1
// if there is none.
func (t Type) Field(name string) int {
	for i, n := range t.Names {
		if strings.EqualFold(n, name) {
			return i
		}
	}
	return -1
}

// A Column is a column of a table or of a result.
type Column struct {
	Name string
	Type Type
}

// A Table is what a statement can read from. Its Name is how the engine calls it: it
// is what [Checked.Tables] and the printed text have.
type Table struct {
	Name    string
	Columns []Column
}

// A Catalog knows the tables that a caller may read.
type Catalog interface {
	// Table finds the event data store of that id, which is as the statement has it;
	// of an ARN it is the id. The error of one that is not there, or not the
	// caller's, is returned by [Check] with the place in the statement.
	Table(ctx context.Context, name string) (*Table, error)
}
