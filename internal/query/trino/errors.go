package trino

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	driver "github.com/trinodb/trino-go-client/trino"

	"github.com/cairntrail/cairn/internal/trinosql"
)

// place is how Trino's messages begin that are about a place in the statement.
var place = regexp.MustCompile(`^line \d+:\d+: `)

// failure tells apart what a statement did wrong, that it was stopped, and that the
// server could not be asked.
func (r *Rows) failure(err error) error {
	if stopped := context.Cause(r.ctx); stopped != nil {
		return fmt.Errorf("the query was stopped: %w", stopped)
	}
	if known := statementError(err); known != nil {
		return known
	}
	return fmt.Errorf("asking the Trino server at %s: %w", r.engine.url.Redacted(), err)
}

// statementError is what the server says is wrong with a statement; nil if the error
// is of another kind. The place is left out: it is one in the printed statement,
// which nobody but the server has seen.
func statementError(err error) *trinosql.Error {
	if errors.Is(err, driver.ErrQueryCancelled) {
		return &trinosql.Error{Code: "USER_CANCELED", Message: "Query was canceled", Cause: err}
	}
	var said *driver.ErrTrino
	if !errors.As(err, &said) {
		return nil
	}
	return &trinosql.Error{Code: trinosql.Code(said.ErrorName), Message: place.ReplaceAllString(said.Message, ""), Cause: err}
}
