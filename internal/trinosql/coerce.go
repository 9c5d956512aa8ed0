package trinosql

// Implicit coercions, as Trino has them.

// integerDigits are the digits of the decimal that an integer becomes.
var integerDigits = map[Kind]int{TinyintKind: 3, SmallintKind: 5, IntegerKind: 10, BigintKind: 19}

func (t Type) isInteger() bool { return t.Kind >= TinyintKind && t.Kind <= BigintKind }

func (t Type) isNumeric() bool { return t.Kind >= TinyintKind && t.Kind <= DecimalKind }

func (t Type) isText() bool { return t.Kind == VarcharKind || t.Kind == CharKind }

func (t Type) isTime() bool { return t.Kind == TimestampKind || t.Kind == TimestampTZKind }

// asDecimal is the decimal that holds an integer or a decimal.
func (t Type) asDecimal() (Type, bool) {
	if d, ok := integerDigits[t.Kind]; ok {
		return Decimal(d, 0), true
	}
	return t, t.Kind == DecimalKind
}

// commonType is the type that values of both become where they meet, as in a comparison
// or in the branches of a CASE.
func commonType(a, b Type) (Type, bool) {
	switch {
	case a.Equal(b):
		return a, true
	case a.Kind == UnknownKind:
		return b, true
	case b.Kind == UnknownKind:
		return a, true
	}
	if a.Kind > b.Kind {
		a, b = b, a
	}
	// Now a's kind is not after b's.
	switch {
	case a.isInteger() && b.isInteger():
		return b, true
	case a.isNumeric() && b.isNumeric():
		return commonNumber(a, b)
	case a.Kind == b.Kind:
		return commonSameKind(a, b)
	case a.Kind == VarcharKind && b.Kind == CharKind:
		if a.Length == Unbounded {
			return a, true
		}
		return CharOf(max(a.Length, b.Length)), true
	case a.Kind == DateKind && b.isTime():
		return b, true
	case a.Kind == TimestampKind && b.Kind == TimestampTZKind:
		return TimestampTZOf(max(a.Length, b.Length)), true
	case a.Kind == TimeKind && b.Kind == TimeTZKind:
		return Type{Kind: TimeTZKind, Length: max(a.Length, b.Length)}, true
	}
	return Type{}, false
}

func commonNumber(a, b Type) (Type, bool) {
	// Order of kinds: integers, real, double, decimal.
	if b.Kind == DecimalKind {
		if a.Kind == RealKind || a.Kind == DoubleKind {
			return a, true
		}
		d, _ := a.asDecimal()
		scale := max(d.Scale, b.Scale)
		digits := max(d.Length-d.Scale, b.Length-b.Scale)
		return Decimal(min(38, digits+scale), scale), true
	}
	return b, true
}

func commonSameKind(a, b Type) (Type, bool) {
	switch a.Kind {
	case VarcharKind, CharKind, TimestampKind, TimestampTZKind, TimeKind, TimeTZKind:
		a.Length = max(a.Length, b.Length)
		return a, true
	case ArrayKind, MapKind, RowKind:
		if len(a.Elems) != len(b.Elems) {
			return Type{}, false
		}
		out := Type{Kind: a.Kind}
		for i := range a.Elems {
			e, ok := commonType(a.Elems[i], b.Elems[i])
			if !ok {
				return Type{}, false
			}
			out.Elems = append(out.Elems, e)
			if a.Kind == RowKind {
				name := a.Names[i]
				if b.Names[i] != name {
					name = ""
				}
				out.Names = append(out.Names, name)
			}
		}
		return out, true
	}
	return a, true
}

// canCoerce says whether a value of one type becomes the other without being asked to,
// and what that costs; of two functions, the one with the lower cost is meant.
func canCoerce(from, to Type) (cost int, ok bool) {
	if from.Equal(to) {
		return 0, true
	}
	if from.Kind == UnknownKind {
		return 1, true
	}
	switch {
	case from.isInteger() && to.isInteger():
		return 2 * int(to.Kind-from.Kind), to.Kind > from.Kind
	case from.isNumeric() && to.isNumeric():
		return coerceNumber(from, to)
	case from.Kind == DateKind && to.isTime():
		return 1 + int(to.Kind-TimestampKind), true
	case from.Kind == TimestampKind && to.Kind == TimestampTZKind:
		return 4, from.Length <= to.Length
	case from.Kind == VarcharKind && to.Kind == CharKind:
		return 3, from.Length <= to.Length
	case from.Kind == CharKind && to.Kind == VarcharKind:
		return 2, from.Length <= to.Length
	case from.Kind != to.Kind:
		return 0, false
	}
	switch from.Kind {
	case VarcharKind, CharKind, TimestampKind, TimestampTZKind, TimeKind, TimeTZKind:
		return 1, from.Length <= to.Length
	case ArrayKind, MapKind, RowKind:
		if len(from.Elems) != len(to.Elems) {
			return 0, false
		}
		for i := range from.Elems {
			c, ok := canCoerce(from.Elems[i], to.Elems[i])
			if !ok {
				return 0, false
			}
			cost += c
		}
		return cost, true
	}
	return 0, false
}

func coerceNumber(from, to Type) (int, bool) {
	switch to.Kind {
	case DecimalKind:
		d, ok := from.asDecimal()
		if !ok {
			return 0, false
		}
		return 10 + to.Length - d.Length, d.Length-d.Scale <= to.Length-to.Scale && d.Scale <= to.Scale
	case RealKind:
		return 18, from.Kind != DoubleKind
	case DoubleKind:
		return 20 + ifInt(from.Kind == RealKind, -19, 0), true
	}
	return 0, false
}

func ifInt(cond bool, yes, no int) int {
	if cond {
		return yes
	}
	return no
}

// isComparable says whether = is defined on a type, isOrderable whether < is.
func isComparable(t Type) bool {
	switch t.Kind {
	case FunctionKind, HyperLogLogKind:
		return false
	case ArrayKind, MapKind, RowKind:
		for _, e := range t.Elems {
			if !isComparable(e) {
				return false
			}
		}
	}
	return true
}

func isOrderable(t Type) bool {
	switch t.Kind {
	case FunctionKind, HyperLogLogKind, MapKind, JSONKind:
		return false
	case ArrayKind, RowKind:
		for _, e := range t.Elems {
			if !isOrderable(e) {
				return false
			}
		}
	}
	return true
}
