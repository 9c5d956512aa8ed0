package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/iceberg-go"
)

// importProperty is what the properties begin with that say how far imports are, one
// for each source.
const importProperty = "cairn.import."

// Import makes events of a source durable together with a position in it: both, or
// neither. Unlike those of Append they are not from the journal, and nothing is
// skipped: whoever imports asks [Table.Position] where to go on. An empty position
// forgets the source. After an error it is not known whether it happened; Position
// tells.
func (t *Table) Import(ctx context.Context, events [][]byte, source, position string) error {
	t.mu.Lock()
	bad, tbl, columns := t.mu.bad, t.mu.table, t.mu.columns
	t.mu.Unlock()
	if bad != nil {
		return fmt.Errorf("event data store %s: the state of its table is not known: %w", t.id, bad)
	}
	begun := t.w.cfg.Now()
	files, err := t.writeEvents(ctx, tbl, columns, events)
	if err != nil {
		return fmt.Errorf("writing the imported events of event data store %s: %w", t.id, errors.Join(err, removeFiles(files)))
	}
	c := change{add: files}
	if position == "" {
		c.forget = []string{importProperty + source}
	} else {
		c.properties = iceberg.Properties{importProperty + source: position}
	}
	if len(files) > 0 {
		c.after = touch(files, begun)
	}
	if err := t.change(ctx, c); err != nil {
		return fmt.Errorf("committing the imported events of event data store %s: %w", t.id, err)
	}
	t.w.metrics.appended(len(events), t.w.cfg.Now().Sub(begun))
	t.w.wake()
	return nil
}

// Position is the position of a source that Import last made durable; empty for none.
func (t *Table) Position(source string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mu.table == nil {
		return ""
	}
	return t.mu.table.Properties()[importProperty+source]
}
