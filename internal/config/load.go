package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Sources are where settings come from besides the YAML file.
type Sources struct {
	// Flags are the flags that were given, by key, in the notation of the YAML
	// file.
	Flags map[string]string
	// Env looks an environment variable up. An empty one counts as not set. Nil
	// is [os.LookupEnv].
	Env func(name string) (string, bool)
}

// Problem is one thing that is wrong with the settings.
type Problem struct {
	// Key is the setting; empty for a problem of the YAML file as a whole.
	Key string
	// Text says what is wrong and what would be right.
	Text string
	// Source is where the value came from; empty for a default, or when Text
	// says it.
	Source string
}

// String gives "key: text (source)".
func (p Problem) String() string {
	text := p.Text
	if p.Key != "" {
		text = p.Key + ": " + text
	}
	if p.Source != "" {
		text += " (from " + p.Source + ")"
	}
	return text
}

// Error is all that is wrong with the settings.
type Error struct{ Problems []Problem }

// Error lists the problems, one a line if there are several.
func (e *Error) Error() string {
	if len(e.Problems) == 1 {
		return "configuration: " + e.Problems[0].String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the configuration has %d problems:", len(e.Problems))
	for _, p := range e.Problems {
		b.WriteString("\n  - " + p.String())
	}
	return b.String()
}

// loader merges the sources and remembers where each value came from.
type loader struct {
	cfg      Config
	origin   map[string]string
	problems []Problem
}

// Load merges the defaults, the YAML file, the environment and the flags, and
// validates the whole. An error is an *[Error] with every problem there is.
func Load(src Sources) (Config, error) {
	if src.Env == nil {
		src.Env = os.LookupEnv
	}
	l := &loader{cfg: Defaults(), origin: map[string]string{}}
	for key := range src.Flags {
		if find(key) == nil {
			panic("BUG: config: there is no setting " + key)
		}
	}
	env := func(s *setting) (string, bool) {
		text, ok := src.Env(s.env)
		return text, ok && text != ""
	}
	file := find("config")
	if text, ok := env(file); ok {
		l.cfg.File = text
	}
	if text, ok := src.Flags[file.key]; ok {
		l.cfg.File = text
	}
	if l.cfg.File != "" {
		l.readFile(l.cfg.File)
	}
	for i := range settings {
		s := &settings[i]
		if text, ok := env(s); ok {
			l.set(s, text, "the environment variable "+s.env)
		}
		if text, ok := src.Flags[s.key]; ok {
			l.set(s, text, "the flag --"+s.key)
		}
	}
	l.check()
	if len(l.problems) > 0 {
		return Config{}, &Error{Problems: l.problems}
	}
	return l.cfg, nil
}

// set reads a value; a later source replaces the value and the problem of an
// earlier one.
func (l *loader) set(s *setting, text, source string) {
	l.origin[s.key] = source
	kept := l.problems[:0]
	for _, p := range l.problems {
		if p.Key != s.key || p.Source == "" {
			kept = append(kept, p)
		}
	}
	l.problems = kept
	if err := s.set(&l.cfg, text); err != nil {
		l.problems = append(l.problems, Problem{Key: s.key, Text: err.Error(), Source: source})
	}
}

// check adds what Validate finds, except about settings that could not even be
// read.
func (l *loader) check() {
	unread := map[string]bool{}
	for _, p := range l.problems {
		unread[p.Key] = true
	}
	for _, p := range l.cfg.validate() {
		if !unread[p.Key] {
			p.Source = l.origin[p.Key]
			l.problems = append(l.problems, p)
		}
	}
}

func (l *loader) readFile(path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		l.problems = append(l.problems, Problem{Key: "config", Text: fmt.Sprintf("cannot read the file: %v", err)})
		return
	}
	file, problems := parseYAML(filepath.Base(path), data)
	l.problems = append(l.problems, problems...)
	place := func(line int) string { return fmt.Sprintf("line %d of %s", line, filepath.Base(path)) }
	for _, e := range file.entries {
		l.set(e.setting, e.text, place(e.line))
	}
	l.cfg.Gateways, l.cfg.Buckets, l.cfg.Inlets = file.gateways, file.buckets, file.inlets
	for key, line := range file.lines {
		l.origin[key] = place(line)
	}
}
