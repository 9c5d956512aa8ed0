package decode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// readJSON reads one JSON value in its order. An empty body is an empty object,
// as clients send for inputs without members.
func readJSON(body []byte, b *budget) (Value, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return Value{Kind: Object}, nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	v, err := nextJSON(d, b, 0)
	if err != nil {
		return v, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return v, fmt.Errorf("%w: more after the JSON value", ErrMalformed)
	}
	return v, nil
}

func nextJSON(d *json.Decoder, b *budget, depth int) (Value, error) {
	if err := b.enter(depth); err != nil {
		return Value{}, err
	}
	token, err := d.Token()
	if err != nil {
		return Value{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			return restOfList(d, b, depth)
		}
		return restOfObject(d, b, depth)
	case string:
		return Value{Kind: Text, Text: t}, nil
	case json.Number:
		return Value{Kind: Number, Text: t.String()}, nil
	case bool:
		return Value{Kind: Bool, Text: fmt.Sprint(t)}, nil
	}
	return Value{Kind: Null}, nil
}

func restOfList(d *json.Decoder, b *budget, depth int) (Value, error) {
	v := Value{Kind: List}
	for d.More() {
		item, err := nextJSON(d, b, depth+1)
		if err != nil {
			return v, err
		}
		v.Items = append(v.Items, item)
	}
	return v, closeJSON(d)
}

func restOfObject(d *json.Decoder, b *budget, depth int) (Value, error) {
	v := Value{Kind: Object}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return v, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		item, err := nextJSON(d, b, depth+1)
		if err != nil {
			return v, err
		}
		v.Fields = append(v.Fields, Field{Name: fmt.Sprint(key), Value: item})
	}
	return v, closeJSON(d)
}

// closeJSON reads the end of a list or object.
func closeJSON(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return nil
}
