package query

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/store"
)

// Alias is a statement under a name, as the control plane keeps it, in the
// collection "queries.aliases".
type Alias struct {
	Name      string `json:"name"`
	AccountID string `json:"accountId"`
	Region    string `json:"region"`
	Statement string `json:"statement"`
	// Store is the id of the event data store that $EDS_ID in the statement stands
	// for; empty where there is none.
	Store string `json:"store,omitempty"`
	// Prompt is what the statement was made from; empty for none.
	Prompt string `json:"prompt,omitempty"`
}

// PutAlias keeps a statement under a name, in place of one that has the name
// already. It is for the rooms that make aliases: callers of the API only use them.
func (s *Service) PutAlias(ctx context.Context, a Alias) error {
	if a.Name == "" || strings.Contains(a.Name, "/") || a.Statement == "" {
		panic("BUG: query: an alias has a name without a slash and a statement")
	}
	if _, err := s.aliases.Put(ctx, key(a.AccountID, a.Region, a.Name), a); err != nil {
		return fmt.Errorf("keep the query alias: %w", err)
	}
	return nil
}

// alias finds an alias of the caller's account and Region.
func (s *Service) alias(ctx context.Context, c Caller, name string) (Alias, error) {
	unknown := refusal.New(CodeInvalidParameter, "There is no query alias %.256s in this account and Region.", name)
	if strings.Contains(name, "/") {
		return Alias{}, unknown
	}
	item, err := s.aliases.Get(ctx, key(c.AccountID, c.Region, name))
	switch {
	case errors.Is(err, store.ErrNotFound):
		if err := c.allowed("*"); err != nil {
			return Alias{}, err
		}
		return Alias{}, unknown
	case err != nil:
		return Alias{}, fmt.Errorf("read the query alias: %w", err)
	}
	return item.Value, nil
}
