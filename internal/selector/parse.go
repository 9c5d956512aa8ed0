package selector

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// MaxJSON is the longest text that Parse reads, in bytes: 500 values of 2,048
// characters of up to 4 bytes fit with room for escapes.
const MaxJSON = 8 << 20

// Parse reads selectors from JSON text: a list of basic or of advanced
// selectors, as the AWS CLI's --event-selectors and --advanced-event-selectors
// take them, or an object with the member EventSelectors or
// AdvancedEventSelectors, as PutEventSelectors takes and GetEventSelectors
// answers. Members that the API does not know are errors, since a misspelled
// one would change what is logged. Parse does not validate.
func Parse(text []byte) (Selectors, error) {
	if len(text) > MaxJSON {
		return Selectors{}, fmt.Errorf("the selectors are %d bytes of JSON, over the limit of %d", len(text), MaxJSON)
	}
	s, err := parse(text)
	if err != nil {
		return Selectors{}, fmt.Errorf("selectors: %w", err)
	}
	return s, nil
}

func parse(text []byte) (Selectors, error) {
	text = bytes.TrimLeft(text, " \t\r\n")
	if len(text) > 0 && text[0] == '[' {
		return parseList(text)
	}
	var w struct {
		TrailName, TrailARN    string
		EventSelectors         []*basicWire
		AdvancedEventSelectors []AdvancedEventSelector
	}
	if err := strict(text, &w); err != nil {
		return Selectors{}, err
	}
	basic, err := fromWire(w.EventSelectors)
	return Selectors{Basic: basic, Advanced: w.AdvancedEventSelectors}, err
}

// parseList tells basic from advanced selectors by FieldSelectors, the one
// member that an advanced selector must have.
func parseList(text []byte) (Selectors, error) {
	var members []map[string]json.RawMessage
	if err := strict(text, &members); err != nil {
		return Selectors{}, err
	}
	advanced := false
	for _, m := range members {
		_, fields := m["FieldSelectors"]
		_, name := m["Name"]
		advanced = advanced || fields || name
	}
	if advanced {
		var list []AdvancedEventSelector
		err := strict(text, &list)
		return Selectors{Advanced: list}, err
	}
	var list []*basicWire
	if err := strict(text, &list); err != nil {
		return Selectors{}, err
	}
	basic, err := fromWire(list)
	return Selectors{Basic: basic}, err
}

func fromWire(list []*basicWire) ([]EventSelector, error) {
	if list == nil {
		return nil, nil
	}
	out := make([]EventSelector, len(list))
	for i, w := range list {
		if w == nil {
			return nil, fmt.Errorf("event selector %d is null", i+1)
		}
		out[i] = w.selector()
	}
	return out, nil
}

// strict decodes exactly one JSON value of known members.
func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("the text is empty")
		}
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("text follows the JSON value at byte %d", d.InputOffset())
	}
	return nil
}
