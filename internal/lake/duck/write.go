package duck

import (
	"fmt"
	"math/big"
	"time"
	"unsafe"

	"github.com/duckdb/duckdb-go/mapping"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// writer writes values into a vector of DuckDB's, in ascending order of rows.
type writer struct {
	vector   mapping.Vector
	kind     mapping.Type
	size     int // bytes of a decimal
	scale    int
	used     int // elements in the list below
	children []writer
}

func newWriter(v mapping.Vector) writer {
	t := mapping.VectorGetColumnType(v)
	defer mapping.DestroyLogicalType(&t)
	w := writer{vector: v, kind: mapping.GetTypeId(t)}
	switch w.kind {
	case mapping.TypeDecimal:
		w.scale, w.size = int(mapping.DecimalScale(t)), decimalSizes[mapping.DecimalInternalType(t)]
	case mapping.TypeList:
		w.children = []writer{newWriter(mapping.ListVectorGetChild(v))}
	case mapping.TypeMap:
		entries := mapping.ListVectorGetChild(v)
		w.children = []writer{newWriter(mapping.StructVectorGetChild(entries, 0)), newWriter(mapping.StructVectorGetChild(entries, 1))}
	case mapping.TypeStruct:
		for i := range mapping.StructTypeChildCount(t) {
			w.children = append(w.children, newWriter(mapping.StructVectorGetChild(v, i)))
		}
	}
	return w
}

func put[T any](v mapping.Vector, i int, x T) {
	*(*T)(unsafe.Add(mapping.VectorGetData(v), i*int(unsafe.Sizeof(x)))) = x
}

// set writes the i-th value. An error means that the value is not of the type.
func (w *writer) set(i int, x any) error {
	if x == nil {
		w.setNull(i)
		return nil
	}
	ok := true
	switch v := x.(type) {
	case bool:
		ok = w.kind == mapping.TypeBoolean
		if ok {
			put(w.vector, i, v)
		}
	case int64:
		return w.setInt(i, v)
	case int:
		return w.setInt(i, int64(v))
	case float32:
		return w.setFloat(i, float64(v))
	case float64:
		return w.setFloat(i, v)
	case string:
		ok = w.kind == mapping.TypeVarchar || w.kind == mapping.TypeBlob
		if ok {
			mapping.VectorAssignStringElementLen(w.vector, mapping.IdxT(i), []byte(v))
		}
	case []byte:
		ok = w.kind == mapping.TypeBlob
		if ok {
			mapping.VectorAssignStringElementLen(w.vector, mapping.IdxT(i), v)
		}
	case *big.Int:
		return w.setBig(i, v)
	case value.Decimal:
		return w.setDecimal(i, v)
	case time.Time, time.Duration, value.Interval:
		return w.setTime(i, x)
	case []any, value.Row, value.Map:
		return w.setNested(i, x)
	default:
		ok = false
	}
	if !ok {
		return w.mismatch(x)
	}
	return nil
}

func (w *writer) mismatch(x any) error {
	return fmt.Errorf("a %T is no %s", x, simpleNames[w.kind])
}

// setNull makes a value NULL, and so every field of a struct: DuckDB wants both.
func (w *writer) setNull(i int) {
	mapping.VectorEnsureValidityWritable(w.vector)
	mapping.ValiditySetRowInvalid(mapping.VectorGetValidity(w.vector), mapping.IdxT(i))
	switch w.kind {
	case mapping.TypeStruct:
		for c := range w.children {
			w.children[c].setNull(i)
		}
	case mapping.TypeList, mapping.TypeMap:
		put(w.vector, i, [2]uint64{uint64(w.used), 0})
	}
}

func (w *writer) setInt(i int, v int64) error {
	fits := true
	switch w.kind {
	case mapping.TypeTinyInt:
		fits = int64(int8(v)) == v
		put(w.vector, i, int8(v))
	case mapping.TypeSmallInt:
		fits = int64(int16(v)) == v
		put(w.vector, i, int16(v))
	case mapping.TypeInteger:
		fits = int64(int32(v)) == v
		put(w.vector, i, int32(v))
	case mapping.TypeBigInt:
		put(w.vector, i, v)
	case mapping.TypeHugeInt, mapping.TypeUBigInt:
		return w.setBig(i, big.NewInt(v))
	case mapping.TypeDouble, mapping.TypeFloat:
		return w.setFloat(i, float64(v))
	default:
		return w.mismatch(v)
	}
	if !fits {
		return fmt.Errorf("%d is out of the range of %s", v, simpleNames[w.kind])
	}
	return nil
}

func (w *writer) setFloat(i int, v float64) error {
	switch w.kind {
	case mapping.TypeFloat:
		put(w.vector, i, float32(v))
	case mapping.TypeDouble:
		put(w.vector, i, v)
	default:
		return w.mismatch(v)
	}
	return nil
}

func (w *writer) setBig(i int, v *big.Int) error {
	switch {
	case w.kind == mapping.TypeHugeInt && (v.BitLen() <= 127 || v.Sign() < 0 && v.TrailingZeroBits() == 127 && v.BitLen() == 128):
		put(w.vector, i, split(v))
	case w.kind == mapping.TypeUBigInt && v.IsUint64():
		put(w.vector, i, v.Uint64())
	case v.IsInt64() && w.kind != mapping.TypeHugeInt && w.kind != mapping.TypeUBigInt:
		return w.setInt(i, v.Int64())
	default:
		return fmt.Errorf("%s is out of the range of %s", v, simpleNames[w.kind])
	}
	return nil
}

// split gives the two halves of a number in two's complement, the lower first.
func split(v *big.Int) [2]uint64 {
	two := new(big.Int).Set(v)
	if v.Sign() < 0 {
		two.Add(two, new(big.Int).Lsh(big.NewInt(1), 128))
	}
	mask := new(big.Int).SetUint64(^uint64(0))
	return [2]uint64{new(big.Int).And(two, mask).Uint64(), new(big.Int).Rsh(two, 64).Uint64()}
}

func (w *writer) setDecimal(i int, v value.Decimal) error {
	if w.kind != mapping.TypeDecimal || v.Scale != w.scale {
		return w.mismatch(v)
	}
	if w.size == 16 {
		put(w.vector, i, split(v.Unscaled))
		return nil
	}
	if !v.Unscaled.IsInt64() {
		return fmt.Errorf("a decimal is out of range")
	}
	switch n := v.Unscaled.Int64(); w.size {
	case 2:
		put(w.vector, i, int16(n))
	case 4:
		put(w.vector, i, int32(n))
	default:
		put(w.vector, i, n)
	}
	return nil
}

func (w *writer) setTime(i int, x any) error {
	switch v := x.(type) {
	case time.Duration:
		if w.kind == mapping.TypeTime {
			put(w.vector, i, v.Microseconds())
			return nil
		}
	case value.Interval:
		if w.kind == mapping.TypeInterval {
			put(w.vector, i, v)
			return nil
		}
	case time.Time:
		switch w.kind {
		case mapping.TypeDate:
			days := v.Unix() / 86400
			if v.Unix()%86400 < 0 {
				days--
			}
			put(w.vector, i, int32(days))
		case mapping.TypeTimestamp, mapping.TypeTimestampTZ:
			put(w.vector, i, v.UnixMicro())
		case mapping.TypeTimestampS:
			put(w.vector, i, v.Unix())
		case mapping.TypeTimestampMS:
			put(w.vector, i, v.UnixMilli())
		case mapping.TypeTimestampNS:
			put(w.vector, i, v.UnixNano())
		default:
			return w.mismatch(x)
		}
		return nil
	}
	return w.mismatch(x)
}

// setNested writes lists, maps and structs.
func (w *writer) setNested(i int, x any) error {
	switch v := x.(type) {
	case value.Row:
		if w.kind != mapping.TypeStruct || len(v) != len(w.children) {
			return w.mismatch(x)
		}
		for c := range v {
			if err := w.children[c].set(i, v[c]); err != nil {
				return err
			}
		}
	case value.Map:
		if w.kind != mapping.TypeMap {
			return w.mismatch(x)
		}
		w.grow(i, len(v))
		for k, entry := range v {
			if err := w.children[0].set(w.used+k, entry.Key); err != nil {
				return err
			}
			if err := w.children[1].set(w.used+k, entry.Value); err != nil {
				return err
			}
		}
		w.used += len(v)
	case []any:
		if w.kind != mapping.TypeList {
			return w.mismatch(x)
		}
		w.grow(i, len(v))
		for k := range v {
			if err := w.children[0].set(w.used+k, v[k]); err != nil {
				return err
			}
		}
		w.used += len(v)
	}
	return nil
}

// grow makes room for the n elements of the i-th list.
func (w *writer) grow(i, n int) {
	put(w.vector, i, [2]uint64{uint64(w.used), uint64(n)})
	mapping.ListVectorReserve(w.vector, mapping.IdxT(w.used+n))
	mapping.ListVectorSetSize(w.vector, mapping.IdxT(w.used+n))
}
