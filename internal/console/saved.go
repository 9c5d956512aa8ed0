package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/cairntrail/cairn/internal/console/signin"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/store"
)

// Bounds of saved queries; that of the statement is StartQuery's.
const (
	maxSaved            = 1000
	maxSavedName        = 128
	maxSavedDescription = 1000
	maxSavedSQL         = 10_000
)

// savedQuery is a statement that somebody keeps, in the collection "saved-queries",
// under the account, the principal and an id. It is its principal's alone.
type savedQuery struct {
	Name        string    `json:"name"`
	Description string    `json:"description"`
	SQL         string    `json:"sql"`
	Region      string    `json:"region"`
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`
}

// shownQuery is a saved query as pages get it.
type shownQuery struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	savedQuery
}

// savedPrefix is what the ids of a caller's queries begin with.
func savedPrefix(c identity.Caller) string { return c.AccountID() + "/" + c.PrincipalID() + "/" }

func shown(x *call, it store.Item[savedQuery]) shownQuery {
	return shownQuery{ID: strings.TrimPrefix(it.ID, savedPrefix(x.caller)), Version: it.Version, savedQuery: it.Value}
}

// listSaved answers with the caller's queries, the last that was changed first.
func (c *Console) listSaved(x *call) error {
	items, err := c.saved.List(x.Context(), savedPrefix(x.caller))
	if err != nil {
		return err
	}
	out := make([]shownQuery, len(items))
	for i := range items {
		out[i] = shown(x, items[i])
	}
	slices.SortStableFunc(out, func(a, b shownQuery) int { return b.Updated.Compare(a.Updated) })
	writeJSON(x.w, http.StatusOK, map[string]any{"queries": out})
	return nil
}

// savedInput is a query as a page sends it.
type savedInput struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	SQL         string `json:"sql"`
	// Version is what was read, if what others wrote since is not to be lost.
	Version int64 `json:"version"`
}

func (x *call) readSaved() (in savedInput, err error) {
	if err := x.read(&in); err != nil {
		return in, err
	}
	in.Name = strings.TrimSpace(in.Name)
	switch {
	case in.Name == "" || utf8.RuneCountInString(in.Name) > maxSavedName:
		return in, invalid("The name of a saved query has 1 to 128 characters.")
	case utf8.RuneCountInString(in.Description) > maxSavedDescription:
		return in, invalid("The description of a saved query has at most 1,000 characters.")
	case strings.TrimSpace(in.SQL) == "" || utf8.RuneCountInString(in.SQL) > maxSavedSQL:
		return in, invalid("The statement of a saved query has 1 to 10,000 characters.")
	}
	return in, nil
}

func (c *Console) createSaved(x *call) error {
	in, err := x.readSaved()
	if err != nil {
		return err
	}
	now := c.cfg.Now().UTC().Truncate(time.Millisecond)
	q := savedQuery{Name: in.Name, Description: in.Description, SQL: in.SQL, Region: x.caller.Region, Created: now, Updated: now}
	var made store.Item[savedQuery]
	err = c.cfg.Store.Tx(x.Context(), func(ctx context.Context) error {
		all, err := c.saved.List(ctx, savedPrefix(x.caller))
		if err != nil {
			return err
		}
		if len(all) >= maxSaved {
			return &signin.Error{Status: http.StatusConflict, Code: signin.CodeLimitExceeded, Message: "There are 1,000 saved queries already. Delete one of them first."}
		}
		made, err = c.saved.Create(ctx, savedPrefix(x.caller)+uuid.NewString(), q)
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(x.w, http.StatusOK, shown(x, made))
	return nil
}

// savedID is the id of a call's query: only the caller's own can be named.
func (x *call) savedID() (string, error) {
	id := x.PathValue("id")
	if uuid.Validate(id) != nil {
		return "", errNoSaved
	}
	return savedPrefix(x.caller) + id, nil
}

var errNoSaved = notFound("You have no such saved query. It may have been deleted.")

func (c *Console) updateSaved(x *call) error {
	in, err := x.readSaved()
	if err != nil {
		return err
	}
	id, err := x.savedID()
	if err != nil {
		return err
	}
	was, err := c.saved.Get(x.Context(), id)
	if err != nil {
		return savedError(err)
	}
	q := was.Value
	q.Name, q.Description, q.SQL, q.Updated = in.Name, in.Description, in.SQL, c.cfg.Now().UTC().Truncate(time.Millisecond)
	version := was.Version
	if in.Version != 0 {
		version = in.Version
	}
	now, err := c.saved.Update(x.Context(), id, version, q)
	if err != nil {
		return savedError(err)
	}
	writeJSON(x.w, http.StatusOK, shown(x, now))
	return nil
}

func (c *Console) deleteSaved(x *call) error {
	id, err := x.savedID()
	if err != nil {
		return err
	}
	if err := c.saved.Delete(x.Context(), id); err != nil {
		return savedError(err)
	}
	x.w.WriteHeader(http.StatusNoContent)
	return nil
}

func savedError(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return errNoSaved
	case errors.Is(err, store.ErrConflict):
		return &signin.Error{Status: http.StatusConflict, Code: "ConflictException", Message: "The saved query was changed meanwhile. Load it again, then save."}
	}
	return err
}
