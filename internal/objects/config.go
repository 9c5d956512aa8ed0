package objects

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
)

// Defaults of [Config].
const (
	DefaultRegion         = "us-east-1"
	DefaultMaxConnections = 4096
	DefaultMaxRequests    = 512
)

// Config is what a server needs. Dir, Addr and Keys are required.
type Config struct {
	// Dir is the absolute path of the server's folder, which is made if it is
	// not there. Below it are
	//
	//	buckets/   a folder a bucket, a file an object
	//	versions/  older versions of objects in buckets with versioning
	//	metadata/  what the file system cannot keep beside an object; only on
	//	           file systems without extended attributes
	//
	// Everything is on one file system: uploads become objects by a rename.
	Dir string
	// Addr is where to listen, as "host:port". Port 0 takes a free port; see
	// Server.Addr.
	Addr string
	// Region is the only Region whose signatures are taken. Empty is us-east-1.
	Region string
	// Keys tells who signs.
	Keys Keys
	// CertFile and KeyFile are absolute paths of a certificate and its key, in
	// PEM. Empty is plain HTTP.
	CertFile, KeyFile string
	// MaxConnections and MaxRequests bound what is served at once: connections
	// beyond are refused, requests beyond answer SlowDown. Zero is the default.
	MaxConnections, MaxRequests int
	// Sidecar keeps the metadata in files of their own even where the file
	// system has extended attributes. Once a folder has been used with it, it
	// stays so.
	Sidecar bool
	// NoSync answers before an object is synced to disk. After a power failure,
	// acknowledged objects may be empty or gone.
	NoSync bool
	// Logger gets starts, stops and failures; at level debug, every request.
	// Nil logs nothing.
	Logger *slog.Logger
}

// check fills in defaults and says what is wrong with the rest.
func (c *Config) check() error {
	if c.Region == "" {
		c.Region = DefaultRegion
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = DefaultMaxConnections
	}
	if c.MaxRequests == 0 {
		c.MaxRequests = min(DefaultMaxRequests, c.MaxConnections)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	switch {
	case c.Keys == nil:
		return errors.New("the S3 endpoint needs a directory of keys")
	case c.Addr == "":
		return errors.New("the S3 endpoint needs an address to listen on, like 127.0.0.1:0")
	case !filepath.IsAbs(c.Dir):
		return fmt.Errorf("the folder of the S3 endpoint is %q: give an absolute path, because the working directory changes while it runs", c.Dir)
	case (c.CertFile == "") != (c.KeyFile == ""):
		return errors.New("the S3 endpoint has a certificate without a key, or a key without a certificate: give both or none")
	case c.CertFile != "" && !(filepath.IsAbs(c.CertFile) && filepath.IsAbs(c.KeyFile)):
		return fmt.Errorf("the certificate of the S3 endpoint is %q with key %q: give absolute paths, because the working directory changes while it runs", c.CertFile, c.KeyFile)
	case c.MaxConnections < 0 || c.MaxRequests < 0 || c.MaxRequests > c.MaxConnections:
		return fmt.Errorf("the S3 endpoint may have %d requests on %d connections: give positive numbers, and no more requests than connections", c.MaxRequests, c.MaxConnections)
	}
	return nil
}
