package main

import (
	"bytes"
	"fmt"
)

// emitCodec writes DecodeWire and EncodeWire of every structure.
func emitCodec(m *model, t target) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%spackage %s\n\nimport (\n", header, t.pkg)
	var body bytes.Buffer
	for _, s := range m.reachable {
		if s.Type == "structure" {
			m.decoder(&body, s)
			m.encoder(&body, s)
		}
	}
	if bytes.Contains(body.Bytes(), []byte("time.Time")) {
		b.WriteString("\"time\"\n\n")
	}
	b.WriteString("\"github.com/cairntrail/cairn/internal/api/wire\"\n)\n\n")
	b.Write(body.Bytes())
	return gofmt(b.Bytes())
}

func (m *model) decoder(b *bytes.Buffer, s *shape) {
	fmt.Fprintf(b, "// DecodeWire fills the structure from a coerced tree.\nfunc (x *%s) DecodeWire(v *wire.Value) {\n", s.goName)
	if len(s.Members) > 0 {
		b.WriteString("for i := range v.Fields {\nf := &v.Fields[i].Value\nswitch v.Fields[i].Name {\n")
		for _, mem := range s.Members {
			fmt.Fprintf(b, "case %q:\nx.%s = %s\n", mem.name, export(mem.name), m.readField(mem.Shape))
		}
		b.WriteString("}\n}\n")
	}
	b.WriteString("}\n\n")
	if op, _ := m.operationOf(s); op == "" {
		fmt.Fprintf(b, "func decode%s(v *wire.Value) (x %s) {\nx.DecodeWire(v)\nreturn x\n}\n\n", s.goName, s.goName)
	}
}

// readField is the expression that reads a structure's member from f.
func (m *model) readField(name string) string {
	s := m.Shapes[name]
	switch s.Type {
	case "structure":
		return "wire.Ptr(decode" + s.goName + ", f)"
	case "list":
		return fmt.Sprintf("wire.Slice(f, %s)", m.reader(s.Member.Shape))
	case "map":
		return fmt.Sprintf("wire.Dict(f, %s)", m.reader(s.Value.Shape))
	case "blob":
		return "wire.Bytes(f)"
	case "timestamp":
		return "wire.TimePtr(f)"
	case "boolean":
		return "wire.BoolPtr(f)"
	case "integer":
		return "wire.Int32Ptr(f)"
	case "long":
		return "wire.Int64Ptr(f)"
	case "float", "double":
		return "wire.Float64Ptr(f)"
	}
	if len(s.Enum) > 0 {
		return s.goName + "(f.Text)"
	}
	return "wire.StringPtr(f)"
}

// reader is the function that reads a list or map member.
func (m *model) reader(name string) string {
	s := m.Shapes[name]
	switch s.Type {
	case "structure":
		return "decode" + s.goName
	case "list":
		return fmt.Sprintf("func(v *wire.Value) %s { return wire.Slice(v, %s) }", m.goType(name), m.reader(s.Member.Shape))
	case "map":
		return fmt.Sprintf("func(v *wire.Value) %s { return wire.Dict(v, %s) }", m.goType(name), m.reader(s.Value.Shape))
	case "blob":
		return "wire.Bytes"
	case "timestamp":
		return "wire.Time"
	case "boolean":
		return "wire.Bool"
	case "integer":
		return "wire.Int32"
	case "long":
		return "wire.Int64"
	case "float", "double":
		return "wire.Float64"
	}
	if len(s.Enum) > 0 {
		return fmt.Sprintf("func(v *wire.Value) %s { return %s(v.Text) }", s.goName, s.goName)
	}
	return "wire.Str"
}

func (m *model) encoder(b *bytes.Buffer, s *shape) {
	fmt.Fprintf(b, "// EncodeWire returns the structure as a tree, without absent members.\nfunc (x *%s) EncodeWire() wire.Value {\n", s.goName)
	if len(s.Members) == 0 {
		b.WriteString("return wire.Value{Kind: wire.ObjectValue}\n}\n\n")
		return
	}
	fmt.Fprintf(b, "fields := make([]wire.Field, 0, %d)\n", len(s.Members))
	for _, mem := range s.Members {
		field := "x." + export(mem.name)
		ms := m.Shapes[mem.Shape]
		absent, value := "nil", m.writer(mem.Shape)+"("
		switch {
		case len(ms.Enum) > 0:
			absent, value = `""`, "wire.Text(string("+field+"))"
		case ms.Type == "structure":
			value = field + ".EncodeWire()"
		case ms.Type == "list":
			value = fmt.Sprintf("wire.FromSlice(%s, %s)", field, m.writer(ms.Member.Shape))
		case ms.Type == "map":
			value = fmt.Sprintf("wire.FromDict(%s, %s)", field, m.writer(ms.Value.Shape))
		case ms.Type == "blob":
			value += field + ")"
		default:
			value += "*" + field + ")"
		}
		fmt.Fprintf(b, "if %s != %s {\nfields = append(fields, wire.Field{Name: %q, Value: %s})\n}\n", field, absent, mem.name, value)
	}
	b.WriteString("return wire.Value{Kind: wire.ObjectValue, Fields: fields}\n}\n\n")
}

// writer is the function that makes a tree of a list or map member.
func (m *model) writer(name string) string {
	s := m.Shapes[name]
	switch s.Type {
	case "structure":
		return fmt.Sprintf("func(s %s) wire.Value { return s.EncodeWire() }", s.goName)
	case "list":
		return fmt.Sprintf("func(l %s) wire.Value { return wire.FromSlice(l, %s) }", m.goType(name), m.writer(s.Member.Shape))
	case "map":
		return fmt.Sprintf("func(d %s) wire.Value { return wire.FromDict(d, %s) }", m.goType(name), m.writer(s.Value.Shape))
	case "blob":
		return "wire.FromBytes"
	case "timestamp":
		return "wire.TimeValue"
	case "boolean":
		return "wire.FromBool"
	case "integer":
		return "wire.FromInt32"
	case "long":
		return "wire.FromInt64"
	case "float", "double":
		return "wire.FromFloat64"
	}
	if len(s.Enum) > 0 {
		return fmt.Sprintf("func(e %s) wire.Value { return wire.Text(string(e)) }", s.goName)
	}
	return "wire.Text"
}
