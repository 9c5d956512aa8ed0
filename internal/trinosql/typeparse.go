package trinosql

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseType reads a type in Trino's notation, such as
// row(a varchar, b array(map(varchar, timestamp(3)))).
func ParseType(text string) (Type, error) {
	p := &parser{}
	if err := p.start(text, 1<<16); err != nil {
		return Type{}, fmt.Errorf("type %q: %w", text, err)
	}
	var t Type
	err := catch(func() {
		t = p.typeName()
		if p.tok.kind != tokEOF {
			p.unexpected("the end of the type")
		}
	})
	if err != nil {
		return Type{}, fmt.Errorf("type %q: %w", text, err)
	}
	return t, nil
}

// MustParseType is [ParseType] for types that are written in code.
func MustParseType(text string) Type {
	t, err := ParseType(text)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return t
}

// simpleTypes are the types that are one word, with what else they are called.
var simpleTypes = map[string]Type{
	"boolean": Boolean, "tinyint": Tinyint, "smallint": Smallint, "integer": Integer, "int": Integer,
	"bigint": Bigint, "real": Real, "double": Double, "varbinary": Varbinary, "json": JSON,
	"date": Date, "uuid": UUID, "ipaddress": IPAddress, "unknown": Unknown,
	"hyperloglog": HyperLogLog, "p4hyperloglog": HyperLogLog,
}

// typeName reads a type.
func (p *parser) typeName() Type {
	p.enter()
	defer p.leave()
	at := p.tok
	if p.tok.kind != tokIdent && p.tok.kind != tokQuoted {
		p.unexpected("a type")
	}
	name := strings.ToLower(p.tok.text)
	p.next()
	switch name {
	case "array":
		if p.tryOp("<") {
			e := p.typeName()
			p.op(">")
			return p.arraySuffix(Array(e))
		}
		p.op("(")
		e := p.typeName()
		p.op(")")
		return p.arraySuffix(Array(e))
	case "map":
		p.op("(")
		k := p.typeName()
		p.op(",")
		v := p.typeName()
		p.op(")")
		return p.arraySuffix(Map(k, v))
	case "row":
		return p.arraySuffix(p.rowType())
	case "interval":
		return p.intervalType()
	}
	if t, ok := simpleTypes[name]; ok {
		if name == "double" {
			p.tryWord("precision")
		}
		return p.arraySuffix(t)
	}
	return p.arraySuffix(p.parameterType(at, name))
}

// arraySuffix reads the old notation: integer array.
func (p *parser) arraySuffix(t Type) Type {
	for p.tok.is("array") {
		p.next()
		t = Array(t)
	}
	return t
}

// parameterType reads what follows the name of a type that has numbers.
func (p *parser) parameterType(at token, name string) Type {
	var args []int
	if p.tryOp("(") {
		args = append(args, p.typeNumber())
		for p.tryOp(",") {
			args = append(args, p.typeNumber())
		}
		p.op(")")
	}
	arg := func(min, max, otherwise int) int {
		switch {
		case len(args) == 0:
			return otherwise
		case len(args) > 1 || args[0] < min || args[0] > max:
			p.fail(at, CodeTypeMismatch, "the parameter of type %s must be one number from %d to %d", name, min, max)
		}
		return args[0]
	}
	switch name {
	case "varchar":
		return VarcharOf(arg(0, Unbounded, Unbounded))
	case "char":
		return CharOf(arg(0, 65536, 1))
	case "decimal", "numeric":
		return p.decimalType(at, args)
	case "time", "timestamp":
		t := Type{Kind: TimeKind, Length: arg(0, 12, 3)}
		if name == "timestamp" {
			t.Kind = TimestampKind
		}
		if p.tok.is("with") && p.peek(0).is("time") {
			t.Kind++
			p.next()
			p.word("time")
			p.word("zone")
		} else if p.tok.is("without") && p.peek(0).is("time") {
			p.next()
			p.word("time")
			p.word("zone")
		}
		return t
	}
	p.fail(at, CodeTypeNotFound, "unknown type: %s", name)
	return Type{}
}

func (p *parser) decimalType(at token, args []int) Type {
	precision, scale := 38, 0
	if len(args) > 0 {
		precision = args[0]
	}
	if len(args) > 1 {
		scale = args[1]
	}
	if len(args) > 2 || precision < 1 || precision > 38 || scale < 0 || scale > precision {
		p.fail(at, CodeTypeMismatch, "a decimal has a precision from 1 to 38 and a scale from 0 to its precision")
	}
	return Decimal(precision, scale)
}

func (p *parser) typeNumber() int {
	n, err := strconv.Atoi(p.tok.text)
	if p.tok.kind != tokInteger || err != nil {
		p.unexpected("a number")
	}
	p.next()
	return n
}

// rowType reads the fields of a row: types, or names and types.
func (p *parser) rowType() Type {
	var names []string
	var fields []Type
	p.op("(")
	for {
		name := ""
		if (p.tok.kind == tokIdent || p.tok.kind == tokQuoted) && p.fieldHasName() {
			name = p.tok.text
			p.next()
		}
		names = append(names, name)
		fields = append(fields, p.typeName())
		if !p.tryOp(",") {
			break
		}
	}
	p.op(")")
	return Row(names, fields)
}

// fieldHasName says whether the word here is a field's name, which a type follows.
func (p *parser) fieldHasName() bool {
	next := p.peek(0)
	if p.tok.kind == tokQuoted {
		return next.kind == tokIdent || next.kind == tokQuoted
	}
	if next.kind != tokIdent && next.kind != tokQuoted {
		return false
	}
	switch p.tok.lower() {
	case "time", "timestamp":
		return !(next.is("with") || next.is("without"))
	case "double":
		return !next.is("precision")
	case "interval":
		return !(next.is("day") || next.is("year"))
	}
	return !next.is("array") || p.peek(1).isOp("(")
}

func (p *parser) intervalType() Type {
	switch {
	case p.tryWord("day"):
		p.word("to")
		p.word("second")
		return IntervalDay
	case p.tryWord("year"):
		p.word("to")
		p.word("month")
		return IntervalYear
	}
	p.unexpected("day to second, or year to month")
	return Type{}
}
