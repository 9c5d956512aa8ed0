package objects

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"
)

// ErrRunning is the error of Open while another server runs in this process.
var ErrRunning = errors.New("an S3 endpoint runs in this process already, and there can be only one: close it first")

// healthPath answers without a signature. It cannot be the name of a bucket.
const healthPath = "/-/health"

// maxParts is S3's limit of parts in an upload ("Amazon S3 multipart upload
// limits", S3 User Guide).
const maxParts = 10000

// patience is how long Close waits for requests at most. VersityGW then waits as
// long for downloads that it has answered and is still sending.
const patience = 10 * time.Second

// portTries is how many free ports are tried. Between finding one and listening
// on it somebody else may take it.
const portTries = 20

// running is set from Open to the end of Close.
var running atomic.Bool

// Server is a running S3 endpoint. Its methods may be called by many goroutines.
type Server struct {
	cfg      Config
	addr     string
	workdir  string
	requests *requests
	// stop tells VersityGW to end; done is closed when it has, and ended is why.
	stop  context.CancelFunc
	done  chan struct{}
	ended error

	closing sync.Once
	closed  error
}

// Open starts a server and returns when it answers requests. ctx bounds the start
// only. The caller must Close the server, and may wait for its end with Run.
func Open(ctx context.Context, cfg Config) (*Server, error) { return open(ctx, cfg, freeAddr) }

// open is Open, with free to find a free port of a host.
func open(ctx context.Context, cfg Config, free func(string) (string, error)) (_ *Server, err error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if !running.CompareAndSwap(false, true) {
		return nil, ErrRunning
	}
	defer func() {
		if err != nil {
			running.Store(false)
		}
	}()
	if cfg.CertFile != "" {
		if _, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile); err != nil {
			return nil, fmt.Errorf("certificate of the S3 endpoint: %w", err)
		}
	}
	folder, err := prepare(cfg.Dir, cfg.Sidecar, tryAttributes)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, requests: newRequests(cfg.Logger)}
	if s.workdir, err = os.Getwd(); err != nil {
		return nil, fmt.Errorf("working directory: %w", err)
	}
	if err := s.listen(ctx, folder, free); err != nil {
		return nil, errors.Join(err, os.Chdir(s.workdir))
	}
	kept := "extended attributes"
	if folder.metadata != "" {
		kept = folder.metadata
	}
	cfg.Logger.Info("S3 endpoint listens", "addr", s.addr, "tls", cfg.CertFile != "", "dir", cfg.Dir, "metadata", kept, "region", cfg.Region)
	return s, nil
}

// listen starts VersityGW, on another port if a free one was asked for and the
// one that was found is no longer free.
func (s *Server) listen(ctx context.Context, folder layout, free func(string) (string, error)) error {
	host, port, err := net.SplitHostPort(s.cfg.Addr)
	if err != nil {
		return fmt.Errorf("address %q of the S3 endpoint: %w: write host:port", s.cfg.Addr, err)
	}
	for try := 1; ; try++ {
		s.addr = s.cfg.Addr
		if port == "0" {
			if s.addr, err = free(host); err != nil {
				return fmt.Errorf("find a free port for the S3 endpoint: %w", err)
			}
		}
		if err = s.start(ctx, folder); err == nil {
			return nil
		}
		if port != "0" || try == portTries || !errors.Is(err, syscall.EADDRINUSE) {
			return fmt.Errorf("S3 endpoint on %s: %w", s.addr, err)
		}
	}
}

// freeAddr gives host with a port that was free a moment ago.
func freeAddr(host string) (string, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return net.JoinHostPort(host, port), err
}

// start runs VersityGW on s.addr and returns when it answers.
func (s *Server) start(ctx context.Context, folder layout) error {
	attributes, err := folder.storer()
	if err != nil {
		return err
	}
	files, err := folder.open(attributes)
	if err != nil {
		return err
	}
	var run context.Context
	run, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.done, s.ended = make(chan struct{}), nil
	store := newDurable(files, folder, s.cfg.NoSync)
	listening := make(chan struct{})
	cfg := s.gateway(&users{keys: s.cfg.Keys, store: store, logger: s.cfg.Logger}, sync.OnceFunc(func() { close(listening) }))
	go func(done chan<- struct{}) {
		defer close(done)
		// It closes the backend, except when its configuration is wrong.
		defer files.Shutdown()
		s.ended = embedgw.RunVersityGW(run, store, cfg)
	}(s.done)
	select {
	case <-s.done:
		s.stop()
		if s.ended == nil {
			return errors.New("it ended before it listened")
		}
		return s.ended
	case <-listening:
	}
	// An end that is asked for before it serves is lost to it. It serves once
	// it has answered, for which ctx has to wait.
	err = s.healthy(context.WithoutCancel(ctx))
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return errors.Join(err, s.end(ctx))
	}
	return nil
}

// gateway is VersityGW's configuration.
func (s *Server) gateway(iam *users, listening func()) *embedgw.Config {
	// The root user may do everything everywhere. Nobody can sign as it.
	root := middlewares.RootUserConfig{Access: "root-" + rand.Text(), Secret: rand.Text() + rand.Text()}
	policies := &servicePolicies{users: iam, region: s.cfg.Region, verify: middlewares.VerifyV4Signature(root, iam, s.cfg.Region, false, true, false)}
	return &embedgw.Config{
		RootUserAccess: root.Access,
		RootUserSecret: root.Secret,
		Region:         s.cfg.Region,
		Ports:          []string{s.addr},
		MaxConnections: s.cfg.MaxConnections,
		MaxRequests:    s.cfg.MaxRequests,

		MultipartMaxParts: maxParts,
		CertFile:          s.cfg.CertFile,
		KeyFile:           s.cfg.KeyFile,
		KeepAlive:         true,
		Quiet:             true,
		HealthPath:        healthPath,
		IAMService:        iam,
		// A bucket is its owner's, as S3 has it since April 2023: lists name
		// access keys, which are no owners here.
		DisableACLs: true,
		S3Options: []s3api.Option{
			s3api.WithOnListen(listening),
			s3api.WithMiddleware("/", s.requests.handle),
			s3api.WithMiddleware("/", policies.handle),
			// Its administration is for root, who is nobody.
			func(g *s3api.S3ApiServer) { g.Router.WithAdmSrv = false },
		},
	}
}

// healthy asks the server for its health, which it may answer any time after it
// has begun to listen.
func (s *Server) healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	url := "http://" + s.addr + healthPath
	transport := &http.Transport{DisableKeepAlives: true}
	if s.cfg.CertFile != "" {
		url = "https://" + s.addr + healthPath
		// The question is whether it answers, and not who: the certificate need
		// not be for the address that it listens on.
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("it listens, and does not answer: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("it listens, and answers its health with %s", resp.Status)
	}
	return nil
}

// Addr is host:port, with the port that was taken for port 0.
func (s *Server) Addr() string { return s.addr }

// URL is the endpoint as clients write it.
func (s *Server) URL() string {
	if s.cfg.CertFile != "" {
		return "https://" + s.addr
	}
	return "http://" + s.addr
}

// Run waits until ctx ends, and returns nil, or until the server ends by itself,
// and returns why. It does not close the server.
func (s *Server) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.done:
	}
	if err := s.ended; err != nil {
		return fmt.Errorf("S3 endpoint: %w", err)
	}
	if ctx.Err() != nil || s.requests.closing() {
		return nil
	}
	return errors.New("the S3 endpoint ended by itself")
}

// Close stops the server. It takes no more requests, and those that are being
// served may end until ctx does, or ten seconds at most; then their connections
// are cut. An upload that was cut leaves no object. Close returns when every
// request has ended, and has then set the working directory back to what it was
// before Open. A client that reads a large object slowly may read on for ten
// seconds more, and until the process ends. Further calls wait for the first one
// and return what it did.
func (s *Server) Close(ctx context.Context) error {
	s.closing.Do(func() {
		s.closed = errors.Join(s.end(ctx), os.Chdir(s.workdir))
		running.Store(false)
		s.cfg.Logger.Info("S3 endpoint closed", "addr", s.addr)
	})
	return s.closed
}

// end stops VersityGW and returns when no request uses its backend any more.
func (s *Server) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s.requests.close()
	select {
	case <-s.requests.idle:
	case <-s.done:
	case <-ctx.Done():
		if n := s.requests.cut(); n > 0 {
			s.cfg.Logger.Warn("S3 endpoint: requests were cut off", "requests", n)
		}
	}
	s.stop()
	<-s.done
	s.requests.cut()
	<-s.requests.idle
	return s.ended
}
