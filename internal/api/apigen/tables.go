package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// emitTables writes the shape tables, the operations and the service.
func emitTables(m *model, t target) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%spackage %s\n\nimport \"github.com/cairntrail/cairn/internal/api/wire\"\n\n", header, t.pkg)
	if err := m.service(&b); err != nil {
		return nil, err
	}
	b.WriteString("var (\n")
	for _, s := range m.reachable {
		if err := m.table(&b, s); err != nil {
			return nil, err
		}
	}
	b.WriteString(")\n")
	return gofmt(b.Bytes())
}

var protocols = map[string]string{"json": "JSON", "rest-json": "RESTJSON", "query": "Query"}

func (m *model) service(b *bytes.Buffer) error {
	md := m.Metadata
	protocol := protocols[md.Protocol]
	if protocol == "" {
		return fmt.Errorf("protocol %q is not supported", md.Protocol)
	}
	fmt.Fprintf(b, "// Service is %s.\nvar Service = &wire.Service{\n", md.ServiceFullName)
	fmt.Fprintf(b, "Name: %q,\nEventSource: %q,\nProtocol: wire.%s,\nAPIVersion: %q,\n",
		md.EndpointPrefix, md.EndpointPrefix+".amazonaws.com", protocol, md.APIVersion)
	if md.TargetPrefix != "" {
		fmt.Fprintf(b, "TargetPrefix: %q,\n", md.TargetPrefix)
	}
	if md.XMLNamespace != "" {
		fmt.Fprintf(b, "XMLNamespace: %q,\n", md.XMLNamespace)
	}
	b.WriteString("Operations: []*wire.Operation{\n")
	for _, op := range m.operations() {
		fmt.Fprintf(b, "Op%s,\n", op.Name)
	}
	b.WriteString("},\n}\n\n// The operations of [Service].\nvar (\n")
	for _, op := range m.operations() {
		fmt.Fprintf(b, "Op%s = &wire.Operation{Name: %q, Path: %q, Input: shape%s, Output: shape%s}\n",
			op.Name, op.Name, op.HTTP.RequestURI, m.Shapes[op.Input.Shape].goName, m.Shapes[op.Output.Shape].goName)
	}
	b.WriteString(")\n\nfunc init() {\nfor _, op := range Service.Operations {\nop.Service = Service\n}\n}\n\n")
	return nil
}

var kinds = map[string]string{
	"string": "String", "integer": "Integer", "long": "Long", "float": "Float", "double": "Double",
	"boolean": "Boolean", "timestamp": "Timestamp", "blob": "Blob", "list": "List", "map": "Map", "structure": "Structure",
}

func (m *model) table(b *bytes.Buffer, s *shape) error {
	kind := kinds[s.Type]
	if kind == "" {
		return fmt.Errorf("shape %s has type %q, which is not supported", s.name, s.Type)
	}
	fmt.Fprintf(b, "shape%s = &wire.Shape{Name: %q, Kind: wire.%s", s.goName, s.name, kind)
	if s.Sensitive {
		b.WriteString(", Sensitive: true")
	}
	if s.Min != nil {
		fmt.Fprintf(b, ", Min: wire.Bound(%d)", *s.Min)
	}
	if s.Max != nil {
		fmt.Fprintf(b, ", Max: wire.Bound(%d)", *s.Max)
	}
	if s.Pattern != "" {
		fmt.Fprintf(b, ", Pattern: wire.NewPattern(%s)", literal(s.Pattern))
	}
	if len(s.Enum) > 0 {
		fmt.Fprintf(b, ", Enum: %#v", s.Enum)
	}
	switch s.Type {
	case "list":
		fmt.Fprintf(b, ", Elem: shape%s", m.Shapes[s.Member.Shape].goName)
	case "map":
		fmt.Fprintf(b, ", Key: shape%s, Elem: shape%s", m.Shapes[s.Key.Shape].goName, m.Shapes[s.Value.Shape].goName)
	case "structure":
		if len(s.Members) == 0 {
			break
		}
		b.WriteString(", Members: []wire.Member{\n")
		for _, mem := range s.Members {
			fmt.Fprintf(b, "{Name: %q, RecordName: %q, Shape: shape%s", mem.name, recordName(mem.name), m.Shapes[mem.Shape].goName)
			if slices.Contains(s.Required, mem.name) {
				b.WriteString(", Required: true")
			}
			switch mem.Location {
			case "":
			case "querystring":
				b.WriteString(", Location: wire.InQueryString")
			default:
				return fmt.Errorf("member %s of %s travels in %q, which is not supported", mem.name, s.name, mem.Location)
			}
			if mem.RecordOmit {
				b.WriteString(", RecordOmit: true")
			}
			b.WriteString("},\n")
		}
		b.WriteString("}")
	}
	b.WriteString("}\n")
	return nil
}

// literal spells a pattern as a Go string, raw where that is possible.
func literal(s string) string {
	if strings.ContainsAny(s, "`\t\n") {
		return fmt.Sprintf("%q", s)
	}
	return "`" + s + "`"
}
