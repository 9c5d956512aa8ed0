package encode

import (
	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// field is the member that a field of a value is, and its name on the wire. The
// member is nil for what the model does not have; so may m be.
func field(m *awsmodel.Member, name string) (*awsmodel.Member, string) {
	if m == nil {
		return nil, name
	}
	switch m.Shape.Type {
	case awsmodel.Structure:
		if f := m.Shape.Member(name); f != nil {
			return f, f.WireName()
		}
	case awsmodel.Map:
		return m.Shape.Value(), name
	}
	return nil, name
}

// element is the member that the items of a list are, or nil.
func element(m *awsmodel.Member) *awsmodel.Member {
	if !is(m, awsmodel.List) {
		return nil
	}
	return m.Shape.Element()
}

// is tells whether the model has the member, and with this type.
func is(m *awsmodel.Member, t awsmodel.Type) bool { return m != nil && m.Shape.Type == t }

// container tells whether a value holds others.
func container(v decode.Value) bool { return v.Kind == decode.List || v.Kind == decode.Object }

// flatName is the name of a member in a form or a document. A flattened list
// goes by its own name there or, where it has none, its element's.
func flatName(m *awsmodel.Member) string {
	if m.Flattened && m.LocationName == "" && m.Shape.Type == awsmodel.List && m.Shape.Element().LocationName != "" {
		return m.Shape.Element().LocationName
	}
	return m.WireName()
}
