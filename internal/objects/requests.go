package objects

import (
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/s3err"
)

// requests knows what is being served, so that Close can wait for it and cut
// it off: VersityGW makes what is being served fail when it is told to end, and
// forgets what outlasts its patience.
type requests struct {
	logger *slog.Logger

	mu    sync.Mutex
	ended bool
	// conns counts the requests on each connection: one, in HTTP/1.1.
	conns map[net.Conn]int
	// idle is closed when the last request has ended and none may begin.
	idle chan struct{}
}

func newRequests(logger *slog.Logger) *requests {
	return &requests{logger: logger, conns: make(map[net.Conn]int), idle: make(chan struct{})}
}

// Refusals of requests that VersityGW does not get to see.
var (
	errClosing  = s3err.APIError{Code: "ServiceUnavailable", Description: "The server is shutting down.", HTTPStatusCode: http.StatusServiceUnavailable}
	errTooLarge = s3err.APIError{Code: "EntityTooLarge", Description: "The body of this request may be 8 MiB, and not chunked.", HTTPStatusCode: http.StatusBadRequest}
)

func refuse(c fiber.Ctx, err s3err.APIError) error {
	c.Response().Header.SetConnectionClose()
	c.Response().Header.SetContentType(fiber.MIMEApplicationXML)
	return c.Status(err.HTTPStatusCode).Send(err.XMLBody("", ""))
}

// handle wraps every request but that for the health.
func (r *requests) handle(c fiber.Ctx) error {
	begun := time.Now()
	conn := c.RequestCtx().Conn()
	if !r.begin(conn) {
		return refuse(c, errClosing)
	}
	defer r.end(conn)
	var err error
	if tooLarge(c) {
		err = refuse(c, errTooLarge)
	} else {
		err = c.Next()
	}
	level, status := slog.LevelDebug, c.Response().StatusCode()
	if status >= 500 && status != http.StatusNotImplemented && status != http.StatusServiceUnavailable {
		level = slog.LevelError
	}
	if ctx := c.Context(); r.logger.Enabled(ctx, level) {
		r.logger.Log(ctx, level, "S3 request", "method", c.Method(), "path", strings.Clone(c.Path()), "status", status, "took", time.Since(begun))
	}
	return err
}

// maxDocument is the size of the largest body that is read as a whole: the list
// of 10,000 parts or of 1,000 objects, with room. VersityGW has no such limit and
// would read any body into memory.
const maxDocument = 8 << 20

// tooLarge tells whether VersityGW would read a body as a whole that it should
// not. A chunked one has the size -1.
func tooLarge(c fiber.Ctx) bool {
	size := c.Request().Header.ContentLength()
	return (size == -1 || size > maxDocument) && !streams(c)
}

// documents are the queries of requests that put something other than an object
// or a part of one to a key.
var documents = []string{"acl", "tagging", "retention", "legal-hold"}

// streams tells whether a request carries an object.
func streams(c fiber.Ctx) bool {
	_, key, _ := strings.Cut(strings.TrimPrefix(c.Path(), "/"), "/")
	switch c.Method() {
	case http.MethodPut:
		query := c.Request().URI().QueryArgs()
		return key != "" && !slices.ContainsFunc(documents, query.Has)
	case http.MethodPost:
		return key == "" && strings.HasPrefix(c.Get("Content-Type"), "multipart/form-data")
	}
	return false
}

func (r *requests) begin(conn net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return false
	}
	r.conns[conn]++
	return true
}

func (r *requests) end(conn net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns[conn]--; r.conns[conn] == 0 {
		delete(r.conns, conn)
	}
	if r.ended && len(r.conns) == 0 {
		close(r.idle)
	}
}

// close lets no request begin any more. It is called once.
func (r *requests) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	if len(r.conns) == 0 {
		close(r.idle)
	}
}

func (r *requests) closing() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// cut closes the connections of all requests, and tells how many there were.
func (r *requests) cut() int {
	r.mu.Lock()
	var conns []net.Conn
	for c := range r.conns {
		conns = append(conns, c)
	}
	r.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
	return len(conns)
}
