package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// model is a service model in the format of the AWS SDKs' api-2.json files,
// without prose. Members keep the order of the file.
type model struct {
	Metadata struct {
		APIVersion      string `json:"apiVersion"`
		EndpointPrefix  string `json:"endpointPrefix"`
		Protocol        string `json:"protocol"`
		ServiceFullName string `json:"serviceFullName"`
		TargetPrefix    string `json:"targetPrefix"`
		XMLNamespace    string `json:"xmlNamespace"`
	} `json:"metadata"`
	Operations map[string]operation `json:"operations"`
	Shapes     map[string]*shape    `json:"shapes"`

	// reachable are the shapes that inputs and outputs are made of, sorted by
	// their Go name.
	reachable []*shape
}

type operation struct {
	Name string `json:"name"`
	HTTP struct {
		RequestURI string `json:"requestUri"`
	} `json:"http"`
	Input  ref `json:"input"`
	Output ref `json:"output"`
}

type ref struct {
	Shape      string `json:"shape"`
	Location   string `json:"location"`
	RecordOmit bool   `json:"recordOmit"`
}

type shape struct {
	Type      string   `json:"type"`
	Members   members  `json:"members"`
	Required  []string `json:"required"`
	Member    ref      `json:"member"`
	Key       ref      `json:"key"`
	Value     ref      `json:"value"`
	Min       *int64   `json:"min"`
	Max       *int64   `json:"max"`
	Pattern   string   `json:"pattern"`
	Enum      []string `json:"enum"`
	Sensitive bool     `json:"sensitive"`
	Exception bool     `json:"exception"`

	// name is the model's name, goName what Go code calls it.
	name, goName string
}

// members is a JSON object whose order counts.
type members []member

type member struct {
	name string
	ref
}

// UnmarshalJSON keeps the order of the members.
func (m *members) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		one := member{name: name.(string)}
		if err := dec.Decode(&one.ref); err != nil {
			return err
		}
		*m = append(*m, one)
	}
	return nil
}

// load reads and checks a model.
func load(path string) (*model, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the model: %w", err)
	}
	var m model
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("parse %s: %w", path, err)
	}
	for name, s := range m.Shapes {
		s.name, s.goName = name, export(name)
	}
	// Inputs and outputs are called after their operation, as in the SDKs.
	for _, op := range m.operations() {
		for name, suffix := range map[string]string{op.Input.Shape: "Input", op.Output.Shape: "Output"} {
			s := m.Shapes[name]
			if s == nil {
				return nil, fmt.Errorf("%s: operation %s names shape %q, which is not there", path, op.Name, name)
			}
			s.goName = op.Name + suffix
		}
	}
	seen := map[string]*shape{}
	for _, op := range m.operations() {
		for _, name := range []string{op.Input.Shape, op.Output.Shape} {
			if err := m.reach(name, seen, nil); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	m.reachable = slices.SortedFunc(maps.Values(seen), func(a, b *shape) int { return strings.Compare(a.goName, b.goName) })
	return &m, nil
}

var errCycle = errors.New("recursive shape")

// reach collects the shapes below name. Recursive shapes are refused: the
// depth of a coerced value is bounded by its shape.
func (m *model) reach(name string, seen map[string]*shape, above []string) error {
	s := m.Shapes[name]
	if s == nil {
		return fmt.Errorf("shape %q is not there", name)
	}
	if slices.Contains(above, name) {
		return fmt.Errorf("%w: %q", errCycle, name)
	}
	seen[name] = s
	above = append(above, name)
	var below []string
	switch s.Type {
	case "structure":
		for _, mem := range s.Members {
			below = append(below, mem.Shape)
		}
	case "list":
		below = []string{s.Member.Shape}
	case "map":
		below = []string{s.Key.Shape, s.Value.Shape}
	}
	for _, b := range below {
		if err := m.reach(b, seen, above); err != nil {
			return err
		}
	}
	return nil
}

// operations returns the operations in alphabetical order.
func (m *model) operations() []operation {
	var out []operation
	for _, name := range slices.Sorted(maps.Keys(m.Operations)) {
		out = append(out, m.Operations[name])
	}
	return out
}

// exceptions returns the names of the service's own errors, sorted.
func (m *model) exceptions() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m.Shapes)) {
		if m.Shapes[name].Exception {
			out = append(out, name)
		}
	}
	return out
}

// export makes an exported Go name of a model's name.
func export(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// recordName is the spelling of a member in CloudTrail records.
func recordName(name string) string { return strings.ToLower(name[:1]) + name[1:] }
