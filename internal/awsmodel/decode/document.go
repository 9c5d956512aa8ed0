package decode

import "errors"

// Document reads an XML document without a model. The result is an Object with
// one field, the root element. An element with attributes or children is an
// Object: attributes first, their names behind an "@" and with their prefix
// dropped, then the children in their order; one with neither is its Text. A
// namespace that is declared as the default is the attribute "@xmlns".
func Document(body []byte, limits Limits) (Value, error) {
	limits = limits.orDefault()
	if len(body) > limits.Bytes {
		return Value{Kind: Object}, ErrLimit
	}
	root, err := readXML(body, &budget{depth: limits.Depth, values: limits.Values})
	v := Value{Kind: Object}
	if root != nil {
		v.Fields = []Field{{Name: root.name, Value: documentElement(root)}}
	}
	if err == nil && root == nil {
		err = errors.Join(ErrMalformed, errors.New("there is no element"))
	}
	return v, err
}

func documentElement(e *element) Value {
	if len(e.attrs) == 0 && len(e.children) == 0 {
		return Value{Kind: Text, Text: e.text.String()}
	}
	v := Value{Kind: Object, Fields: make([]Field, 0, len(e.attrs)+len(e.children))}
	for _, a := range e.attrs {
		v.Fields = append(v.Fields, Field{Name: "@" + a.Name.Local, Value: Value{Kind: Text, Text: a.Value}})
	}
	for _, c := range e.children {
		v.Fields = append(v.Fields, Field{Name: c.name, Value: documentElement(c)})
	}
	if len(e.children) == 0 && e.text.Len() > 0 {
		v.Fields = append(v.Fields, Field{Name: "#text", Value: Value{Kind: Text, Text: e.text.String()}})
	}
	return v
}

// FormTree reads a form without a model: the dots of its keys make a tree of
// Objects, whose leaves are Text. A key that is both a leaf and a branch stays a
// branch.
func FormTree(text string, limits Limits) (Value, error) {
	limits = limits.orDefault()
	var cut error
	if len(text) > limits.Bytes {
		text, cut = text[:limits.Bytes], ErrLimit
	}
	root, err := readForm(text, &budget{depth: limits.Depth, values: limits.Values})
	return formObject(root), errors.Join(err, cut)
}

func formObject(f *form) Value {
	if len(f.children) == 0 {
		return Value{Kind: Text, Text: f.text}
	}
	v := Value{Kind: Object, Fields: make([]Field, len(f.children))}
	for i, c := range f.children {
		v.Fields[i] = Field{Name: f.names[i], Value: formObject(c)}
	}
	return v
}

// JSON reads a JSON text without a model.
func JSON(body []byte, limits Limits) (Value, error) {
	limits = limits.orDefault()
	if len(body) > limits.Bytes {
		return Value{Kind: Object}, ErrLimit
	}
	return readJSON(body, &budget{depth: limits.Depth, values: limits.Values})
}
