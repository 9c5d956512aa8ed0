package config

import (
	"fmt"
	"strings"
)

// Manual is docs/configuration.md: every setting in a table.
func Manual() string {
	var b strings.Builder
	b.WriteString(`# Configuration

<!-- Generated from internal/config by "go test ./internal/config -run TestManual -update". -->

Every setting of ` + "`cairn serve`" + ` has one name: a key in the YAML file, a flag
with two dashes before it, and an environment variable. A flag beats the
environment, the environment beats the file, the file beats the default. An
empty environment variable counts as not set.

` + "```yaml" + `
# cairn.yaml, used with: cairn serve --config cairn.yaml
data-dir: /var/lib/cairn
listen: 127.0.0.1:4570
history-retention: 90d
journal-max-bytes: 16GiB
` + "```" + `

A key that the file has and Cairn does not know, a key given twice, and a value
of the wrong type are errors, and all problems are reported together before
anything is opened. Durations have units (` + "`30s`, `5m`, `36h`, `90d`, `2w`" + `), and so
have sizes (` + "`256MiB`, `16GiB`" + `; a bare number is bytes).

| key | environment | default | meaning |
|---|---|---|---|
`)
	for i := range settings {
		s := &settings[i]
		def := "none"
		if s.def != "" {
			def = "`" + s.def + "`"
		}
		note := ""
		if s.outside {
			note = " Flag and environment only."
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s%s |\n", s.key, s.env, def, s.help, note)
	}
	return b.String()
}
