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
	b.WriteString(`
## Gateways

` + "`gateway-listen` and `gateway-upstream`" + ` are one recording gateway, named
` + "`" + DefaultGateway + "`" + `. More of them, or one with more to say, stand in the YAML file,
and only there, as a list:

` + "```yaml" + `
gateways:
  - name: objects
    listen: 127.0.0.1:4580
    upstream: https://sts.us-east-1.amazonaws.com
    upstreams:
      s3: http://127.0.0.1:9000
    trusted-proxies: [10.0.0.0/8, 192.0.2.7]
` + "```" + `

An upstream has no path: paths are forwarded as they are sent.

| key | meaning |
|---|---|
`)
	for _, k := range gatewayKeys {
		fmt.Fprintf(&b, "| `%s` | %s |\n", k.key, k.help)
	}
	b.WriteString(`
## Buckets

Buckets of trails are where ` + "`buckets-endpoint`" + ` says. Those that are elsewhere stand
in the YAML file, and only there:

` + "```yaml" + `
buckets:
  - name: audit-archive
    endpoint: https://minio.example.com:9000
    profile: minio
    no-policies: true
` + "```" + `

| key | meaning |
|---|---|
`)
	for _, k := range bucketKeys {
		fmt.Fprintf(&b, "| `%s` | %s |\n", k.key, k.help)
	}
	b.WriteString(`
## Inlets

Events that other systems record come in through inlets, which stand in the YAML file,
and only there. [Inlets](inlets.md) has an example for each kind.

` + "```yaml" + `
inlets:
  - name: minio
    kind: minio
    channel: other-systems
    listen: 0.0.0.0:4590
    token-file: /etc/cairn/minio.token
` + "```" + `

| key | meaning |
|---|---|
`)
	for _, k := range inletKeys {
		fmt.Fprintf(&b, "| `%s` | %s |\n", k.key, k.help)
	}
	return b.String()
}
