package event

// Texts returns members of a record that are strings, in the order of their names: ""
// for what it has not, or has as something else. They may share memory with the
// record, which [Parse] has accepted.
func Texts(raw []byte, names ...string) []string {
	out := make([]string, len(names))
	s := scanner{b: raw}
	_ = s.object(0, func(key []byte) error { // what does not parse has no members
		for i, name := range names {
			if string(key) != name {
				continue
			}
			if c, err := s.next(); err != nil || c != '"' {
				break
			}
			body, escaped, err := s.str()
			if err == nil {
				out[i] = text(body, escaped)
			}
			return err
		}
		return s.value(1)
	})
	return out
}
