package duck

import (
	"fmt"
	"math/big"
	"time"
	"unsafe"

	"github.com/duckdb/duckdb-go/mapping"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// reader reads the values of one vector, and of those below it. Vectors are DuckDB's
// memory and valid until their chunk is destroyed: everything that is read is
// copied.
type reader struct {
	kind     mapping.Type
	scale    int
	size     int // elements of an array of fixed size
	words    []string
	data     unsafe.Pointer
	validity unsafe.Pointer
	children []reader
}

// newReader makes a reader of a type.
func newReader(t mapping.LogicalType) (reader, error) {
	r := reader{kind: mapping.GetTypeId(t)}
	child := func(c mapping.LogicalType) error {
		defer mapping.DestroyLogicalType(&c)
		below, err := newReader(c)
		r.children = append(r.children, below)
		return err
	}
	switch r.kind {
	case mapping.TypeDecimal:
		r.scale = int(mapping.DecimalScale(t))
		r.size = decimalSizes[mapping.DecimalInternalType(t)]
	case mapping.TypeEnum:
		r.size = enumSizes[mapping.EnumInternalType(t)]
		for i := range mapping.EnumDictionarySize(t) {
			r.words = append(r.words, mapping.EnumDictionaryValue(t, mapping.IdxT(i)))
		}
	case mapping.TypeList:
		return r, child(mapping.ListTypeChildType(t))
	case mapping.TypeArray:
		r.size = int(mapping.ArrayTypeArraySize(t))
		return r, child(mapping.ArrayTypeChildType(t))
	case mapping.TypeMap:
		if err := child(mapping.MapTypeKeyType(t)); err != nil {
			return r, err
		}
		return r, child(mapping.MapTypeValueType(t))
	case mapping.TypeStruct:
		for i := range mapping.StructTypeChildCount(t) {
			if err := child(mapping.StructTypeChildType(t, i)); err != nil {
				return r, err
			}
		}
	case mapping.TypeUnion, mapping.TypeBit, mapping.TypeTimeTZ, mapping.TypeInvalid, mapping.TypeAny:
		return r, fmt.Errorf("values of the type %s cannot be read", typeName(t))
	}
	return r, nil
}

var (
	decimalSizes = map[mapping.Type]int{mapping.TypeSmallInt: 2, mapping.TypeInteger: 4, mapping.TypeBigInt: 8, mapping.TypeHugeInt: 16}
	enumSizes    = map[mapping.Type]int{mapping.TypeUTinyInt: 1, mapping.TypeUSmallInt: 2, mapping.TypeUInteger: 4}
)

// load points the reader at a vector with n values.
func (r *reader) load(v mapping.Vector, n int) {
	r.data, r.validity = mapping.VectorGetData(v), mapping.VectorGetValidity(v)
	switch r.kind {
	case mapping.TypeList:
		r.children[0].load(mapping.ListVectorGetChild(v), int(mapping.ListVectorGetSize(v)))
	case mapping.TypeMap: // a list of structs of key and value
		entries := mapping.ListVectorGetChild(v)
		for i := range r.children {
			r.children[i].load(mapping.StructVectorGetChild(entries, mapping.IdxT(i)), int(mapping.ListVectorGetSize(v)))
		}
	case mapping.TypeArray:
		r.children[0].load(mapping.ArrayVectorGetChild(v), n*r.size)
	case mapping.TypeStruct:
		for i := range r.children {
			r.children[i].load(mapping.StructVectorGetChild(v, mapping.IdxT(i)), n)
		}
	}
}

func at[T any](data unsafe.Pointer, i int) T {
	var zero T
	return *(*T)(unsafe.Add(data, i*int(unsafe.Sizeof(zero))))
}

// valid says whether the value is not NULL.
func (r *reader) valid(i int) bool {
	return r.validity == nil || at[uint64](r.validity, i/64)&(1<<(i%64)) != 0
}

// value is the i-th value.
func (r *reader) value(i int) any {
	if !r.valid(i) {
		return nil
	}
	switch r.kind {
	case mapping.TypeSQLNull:
		return nil
	case mapping.TypeBoolean:
		return at[bool](r.data, i)
	case mapping.TypeTinyInt:
		return int64(at[int8](r.data, i))
	case mapping.TypeSmallInt:
		return int64(at[int16](r.data, i))
	case mapping.TypeInteger:
		return int64(at[int32](r.data, i))
	case mapping.TypeBigInt:
		return at[int64](r.data, i)
	case mapping.TypeUTinyInt:
		return int64(at[uint8](r.data, i))
	case mapping.TypeUSmallInt:
		return int64(at[uint16](r.data, i))
	case mapping.TypeUInteger:
		return int64(at[uint32](r.data, i))
	case mapping.TypeUBigInt:
		return new(big.Int).SetUint64(at[uint64](r.data, i))
	case mapping.TypeFloat:
		return at[float32](r.data, i)
	case mapping.TypeDouble:
		return at[float64](r.data, i)
	case mapping.TypeVarchar:
		return string(bytesAt(r.data, i))
	case mapping.TypeBlob:
		return append([]byte{}, bytesAt(r.data, i)...)
	case mapping.TypeList, mapping.TypeArray, mapping.TypeMap, mapping.TypeStruct:
		return r.nested(i)
	}
	return r.rare(i)
}

// nested reads lists, maps and structs.
func (r *reader) nested(i int) any {
	if r.kind == mapping.TypeStruct {
		out := make(value.Row, len(r.children))
		for c := range r.children {
			out[c] = r.children[c].value(i)
		}
		return out
	}
	first, n := i*r.size, r.size
	if r.kind != mapping.TypeArray {
		entry := at[[2]uint64](r.data, i)
		first, n = int(entry[0]), int(entry[1])
	}
	if r.kind == mapping.TypeMap {
		out := make(value.Map, n)
		for k := range out {
			out[k] = value.Entry{Key: r.children[0].value(first + k), Value: r.children[1].value(first + k)}
		}
		return out
	}
	out := make([]any, n)
	for k := range out {
		out[k] = r.children[0].value(first + k)
	}
	return out
}

// rare reads what is seldom in a result.
func (r *reader) rare(i int) any {
	switch r.kind {
	case mapping.TypeHugeInt:
		return hugeAt(r.data, i)
	case mapping.TypeUHugeInt:
		h := at[[2]uint64](r.data, i)
		out := new(big.Int).SetUint64(h[1])
		return out.Lsh(out, 64).Or(out, new(big.Int).SetUint64(h[0]))
	case mapping.TypeDecimal:
		return value.Decimal{Unscaled: sizedAt(r.data, i, r.size), Scale: r.scale}
	case mapping.TypeDate:
		return time.Unix(int64(at[int32](r.data, i))*86400, 0).UTC()
	case mapping.TypeTime:
		return time.Duration(at[int64](r.data, i)) * time.Microsecond
	case mapping.TypeTimestamp, mapping.TypeTimestampTZ:
		return time.UnixMicro(at[int64](r.data, i)).UTC()
	case mapping.TypeTimestampS:
		return time.Unix(at[int64](r.data, i), 0).UTC()
	case mapping.TypeTimestampMS:
		return time.UnixMilli(at[int64](r.data, i)).UTC()
	case mapping.TypeTimestampNS:
		return time.Unix(0, at[int64](r.data, i)).UTC()
	case mapping.TypeInterval:
		return at[value.Interval](r.data, i) // laid out as DuckDB's
	case mapping.TypeUUID:
		return uuidAt(r.data, i)
	case mapping.TypeEnum:
		return r.words[sizedAt(r.data, i, r.size).Int64()]
	}
	return nil
}

// bytesAt are the bytes of a string in DuckDB's memory: up to 12 lie in place behind
// the length, more where the last eight bytes point.
func bytesAt(data unsafe.Pointer, i int) []byte {
	const size, inline = 16, 12
	p := unsafe.Add(data, i*size)
	n := *(*uint32)(p)
	if n <= inline {
		return unsafe.Slice((*byte)(unsafe.Add(p, 4)), n)
	}
	return unsafe.Slice(*(**byte)(unsafe.Add(p, 8)), n)
}

func hugeAt(data unsafe.Pointer, i int) *big.Int {
	p := unsafe.Add(data, i*16)
	out := big.NewInt(*(*int64)(unsafe.Add(p, 8)))
	return out.Lsh(out, 64).Add(out, new(big.Int).SetUint64(*(*uint64)(p)))
}

// sizedAt is an integer of 1, 2, 4, 8 or 16 bytes; of one byte it has no sign.
func sizedAt(data unsafe.Pointer, i, size int) *big.Int {
	switch size {
	case 1:
		return big.NewInt(int64(at[uint8](data, i)))
	case 2:
		return big.NewInt(int64(at[int16](data, i)))
	case 4:
		return big.NewInt(int64(at[int32](data, i)))
	case 8:
		return big.NewInt(at[int64](data, i))
	}
	return hugeAt(data, i)
}

// uuidAt is a UUID as text. DuckDB has the highest bit flipped, for its order.
func uuidAt(data unsafe.Pointer, i int) string {
	p := unsafe.Add(data, i*16)
	low, high := *(*uint64)(p), *(*uint64)(unsafe.Add(p, 8))^(1<<63)
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&0xffffffffffff)
}
