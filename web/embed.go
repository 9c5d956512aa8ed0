// Package web carries the console's files, which "make build" makes out of this
// folder with Node.js.
//
// A build without them is a whole server without a console: Assets tells which
// of the two this is.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Assets returns the built console, index.html and what it loads, and whether
// there is one in this binary.
func Assets() (fs.FS, bool) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("BUG: web: " + err.Error()) // only for an invalid path
	}
	_, err = fs.Stat(files, "index.html")
	return files, err == nil
}
