package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCmd is `cairn version`.
type versionCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (versionCmd) Help() string {
	return `Example:

    cairn version --json`
}

// buildVersion is what a binary knows about itself.
type buildVersion struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Time     string `json:"time,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// version reads what the Go tool put into the binary.
func version() buildVersion {
	v := buildVersion{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		case "vcs.time":
			v.Time = s.Value
		}
	}
	return v
}

// Run prints the version.
func (c versionCmd) Run(sh *shell) error {
	v := version()
	if c.JSON {
		return writeJSON(sh.stdout, v)
	}
	commit := v.Commit
	switch {
	case commit == "":
		commit = "unknown commit"
	case v.Modified:
		commit = "commit " + commit + " with changes"
	default:
		commit = "commit " + commit
	}
	_, err := fmt.Fprintf(sh.stdout, "cairn %s, %s, %s %s\n", v.Version, commit, v.Go, v.Platform)
	return err
}
