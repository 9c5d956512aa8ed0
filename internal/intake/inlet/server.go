package inlet

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// concurrency bounds the documents of an inlet that are in memory at once.
const concurrency = 16

// retryAfter is how many seconds a sender is asked to wait.
const retryAfter = "5"

// Server is an inlet's HTTP endpoint. 200 means that all of the document is durable;
// 503, with Retry-After, that it has to be sent again.
type Server struct {
	name   string
	decode Decoder
	// protobuf reads documents of the type application/x-protobuf; nil if the inlet has
	// no such form.
	protobuf Decoder
	sink     Sink
	token    string
	path     string
	maxBody  int64
	slots    chan struct{}
	metrics  *Metrics
	log      *slog.Logger
}

// ServerConfig says how a server is made.
type ServerConfig struct {
	Name             string
	Decode, Protobuf Decoder
	Sink             Sink
	// Token is what senders have to show, empty for nothing. Path is where documents
	// are sent to, "" for /.
	Token, Path string
	// MaxBody bounds a document, in bytes, after decompression too.
	MaxBody int64
	Metrics *Metrics
	Logger  *slog.Logger
}

// NewServer makes a server.
func NewServer(cfg ServerConfig) *Server {
	return &Server{
		name: cfg.Name, decode: cfg.Decode, protobuf: cfg.Protobuf, sink: cfg.Sink, token: cfg.Token, path: or(cfg.Path, "/"), maxBody: cfg.MaxBody,
		slots: make(chan struct{}, concurrency), metrics: cfg.Metrics, log: cfg.Logger,
	}
}

// refuse answers with a refusal, and counts it.
func (s *Server) refuse(w http.ResponseWriter, status int, reason, why string) {
	s.metrics.refused.WithLabelValues(s.name, reason).Inc()
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	http.Error(w, why, status)
}

// ServeHTTP takes a document.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.permitted(r) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		s.refuse(w, http.StatusUnauthorized, "token", "the inlet asks for its bearer token, and the request has none or another one")
		return
	}
	if r.URL.Path != s.path {
		s.refuse(w, http.StatusNotFound, "path", "documents are sent to "+s.path)
		return
	}
	switch r.Method {
	case http.MethodPost, http.MethodPut:
	case http.MethodHead, http.MethodGet: // how some senders see whether it is there
		return
	default:
		s.refuse(w, http.StatusMethodNotAllowed, "method", "documents are sent with POST")
		return
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		s.refuse(w, http.StatusServiceUnavailable, "busy", fmt.Sprintf("%d documents are being taken already; send it again", concurrency))
		return
	}
	if err := s.sink.Ready(); err != nil {
		s.refuse(w, http.StatusServiceUnavailable, "journal", "events cannot be kept now: "+err.Error())
		return
	}
	s.document(w, r)
}

// permitted compares the token. MinIO sends one without the word Bearer if it is told
// to.
func (s *Server) permitted(r *http.Request) bool {
	if s.token == "" {
		return true
	}
	given := r.Header.Get("Authorization")
	if scheme, rest, ok := strings.Cut(given, " "); ok && strings.EqualFold(scheme, "Bearer") {
		given = strings.TrimSpace(rest)
	}
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(s.token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// document reads one and makes it durable.
func (s *Server) document(w http.ResponseWriter, r *http.Request) {
	doc, err := s.body(w, r)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large) || errors.Is(err, errLarge):
		s.refuse(w, http.StatusRequestEntityTooLarge, "size", fmt.Sprintf("the document has more than %d bytes; send fewer events at once, or raise max-body", s.maxBody))
		return
	case err != nil:
		s.refuse(w, http.StatusBadRequest, "body", "the document cannot be read: "+err.Error())
		return
	}
	binary := isProtobuf(r)
	if binary && s.protobuf == nil {
		s.refuse(w, http.StatusUnsupportedMediaType, "body", "the inlet takes JSON, and no protocol buffers")
		return
	}
	decode := s.decode
	if binary {
		decode = s.protobuf
	}
	b := decode(doc)
	if b.Refused != "" {
		s.refuse(w, http.StatusBadRequest, "document", b.Refused)
		return
	}
	// The sender may hang up while the journal writes; what is written stays.
	if err := s.sink.Take(context.WithoutCancel(r.Context()), b); err != nil {
		if errors.Is(err, ErrRefused) {
			s.refuse(w, http.StatusBadRequest, "document", err.Error())
			return
		}
		s.log.Warn("an inlet cannot keep events; the sender is told to send them again", "inlet", s.name, "error", err)
		s.refuse(w, http.StatusServiceUnavailable, "journal", "the events are not kept: "+err.Error())
		return
	}
	s.accept(w, binary, len(b.Events)+len(b.Records))
}

// accept says yes, in the form that the sender understands.
func (s *Server) accept(w http.ResponseWriter, binary bool, n int) {
	var answer []byte
	switch {
	case binary:
		w.Header().Set("Content-Type", "application/x-protobuf")
		// An ExportLogsServiceResponse that says nothing has no bytes.
	case s.protobuf != nil:
		w.Header().Set("Content-Type", "application/json")
		answer = []byte("{}")
	default:
		w.Header().Set("Content-Type", "application/json")
		answer, _ = json.Marshal(map[string]int{"accepted": n}) // nor has a number
	}
	if _, err := w.Write(answer); err != nil {
		s.log.Debug("a sender did not wait for its answer", "inlet", s.name, "error", err)
	}
}

func isProtobuf(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && (kind == "application/x-protobuf" || kind == "application/protobuf")
}

var errLarge = errors.New("the document is too large when it is decompressed")

// body reads the document, decompressed.
func (s *Server) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	src := io.Reader(http.MaxBytesReader(w, r.Body, s.maxBody))
	switch encoding := r.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
		return io.ReadAll(src)
	case "gzip":
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil, err
		}
		defer z.Close()
		doc, err := io.ReadAll(io.LimitReader(z, s.maxBody+1))
		if err == nil && int64(len(doc)) > s.maxBody {
			err = errLarge
		}
		return doc, err
	default:
		return nil, fmt.Errorf("the Content-Encoding %q is not known; send gzip, or none", encoding)
	}
}
