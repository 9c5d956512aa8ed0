package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// pages serves what the web build made: one page for all paths, in which the script
// finds out what to show, and the files that it loads. It reads nothing but what it
// found at the start, so that no path leads elsewhere.
type pages struct {
	files fs.FS
	// index is the page, in the pieces between its nonces; nil without a build.
	index [][]byte
	// assets are the files by name, without the compressed copies beside them.
	assets map[string]asset
}

// asset is a file of the web build. Its name changes with its content.
type asset struct {
	contentType string
	// variants are the encodings in which it is there, the smallest first.
	variants []variant
}

type variant struct {
	encoding, suffix string
	size             int64
}

// encodings are the compressed copies that the web build makes, the smaller first.
var encodings = []variant{{encoding: "br", suffix: ".br"}, {encoding: "gzip", suffix: ".gz"}}

// nonceMark is where the page takes its nonce.
const nonceMark = "{{NONCE}}"

// contentTypes are those of the build's files; the tables of the system differ.
var contentTypes = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json", ".map": "application/json",
	".woff2": "font/woff2", ".woff": "font/woff", ".png": "image/png", ".ico": "image/x-icon", ".webp": "image/webp", ".wasm": "application/wasm", ".txt": "text/plain; charset=utf-8",
}

func newPages(files fs.FS) (*pages, error) {
	p := &pages{files: files, assets: make(map[string]asset)}
	if files == nil {
		return p, nil
	}
	index, err := fs.ReadFile(files, "index.html")
	if err != nil {
		return nil, fmt.Errorf("the console's files have no page: %w", err)
	}
	p.index = bytes.Split(index, []byte(nonceMark))
	sizes := make(map[string]int64)
	err = fs.WalkDir(files, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		sizes[strings.TrimPrefix(name, "assets/")] = info.Size()
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the console's files: %w", err)
	}
	for name, size := range sizes {
		if ext := path.Ext(name); ext == ".br" || ext == ".gz" {
			continue
		}
		p.assets[name] = newAsset(name, size, sizes)
	}
	return p, nil
}

func newAsset(name string, size int64, sizes map[string]int64) asset {
	a := asset{contentType: contentTypes[path.Ext(name)]}
	if a.contentType == "" {
		a.contentType = "application/octet-stream"
	}
	for _, e := range encodings {
		if n, ok := sizes[name+e.suffix]; ok {
			e.size = n
			a.variants = append(a.variants, e)
		}
	}
	a.variants = append(a.variants, variant{size: size})
	return a
}

// page answers every path that is a page.
func (p *pages) page(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if p.index == nil {
		securePage(h, "")
		writeText(w, r, []byte(notBuilt))
		return
	}
	nonce := newNonce()
	securePage(h, nonce)
	writeText(w, r, bytes.Join(p.index, []byte(nonce)))
}

func writeText(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the browser has gone
	}
}

// asset answers with a file, in the best encoding that the browser takes. Names have
// a hash of the content, so that a file never changes.
func (p *pages) asset(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, assetsPrefix)
	a, ok := p.assets[name]
	if !ok {
		secureAnswer(w.Header())
		notFound("There is no such file. If the server was updated, load the page again.").Write(w)
		return
	}
	v := a.choose(r.Header.Values("Accept-Encoding"))
	h := w.Header()
	secure(h)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Security-Policy", "default-src 'none'") // for an image that is opened as a page
	tag := strconv.Quote(path.Base(name) + v.suffix)
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	f, err := p.files.Open("assets/" + name + v.suffix)
	if err != nil {
		panic(fmt.Sprintf("BUG: a file of the console is gone: %v", err))
	}
	defer f.Close()
	if v.encoding != "" {
		h.Set("Content-Encoding", v.encoding)
	}
	h.Set("Content-Length", strconv.FormatInt(v.size, 10))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, f) // the browser has gone
	}
}

// choose picks the first variant that is accepted; the file itself always is.
func (a *asset) choose(accept []string) variant {
	for _, v := range a.variants {
		if v.encoding == "" || accepts(accept, v.encoding) {
			return v
		}
	}
	return a.variants[len(a.variants)-1]
}

// accepts reads Accept-Encoding (RFC 9110, 12.5.3) for one coding; a weight of zero
// refuses it.
func accepts(headers []string, coding string) bool {
	for _, header := range headers {
		for part := range strings.SplitSeq(header, ",") {
			name, params, err := mime.ParseMediaType(strings.TrimSpace(part))
			if err != nil || name != coding {
				continue
			}
			q, err := strconv.ParseFloat(params["q"], 64)
			return err != nil || q > 0
		}
	}
	return false
}

// notBuilt is the page of a binary without the web build. It loads nothing.
const notBuilt = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cairn</title>
</head>
<body>
<h1>Cairn runs, without its web console</h1>
<p>This binary was built without the console's files. To have it, install Node.js 20.19 or newer, run <code>make build</code> in Cairn's source folder, and start the new <code>bin/cairn</code> on the same data directory.</p>
<p>The API at this address works: the AWS CLI and the <code>cairn</code> command do all that the console does.</p>
</body>
</html>
`
