package trinosql

import "strings"

// usedColumns finds which columns of each table are read: those of the expressions that are
// left after checking, wherever they stand.
func (c *Checked) usedColumns() {
	tables := make(map[string]string) // a relation's table
	used := make(map[string]map[string]bool)
	c.query.eachTable(func(r *fromIR) { tables[r.alias] = r.table })
	c.query.eachExpr(func(x *expr) {
		x.walk(func(e *expr) bool {
			if e.query != nil {
				e.query.eachTable(func(r *fromIR) { tables[r.alias] = r.table })
			}
			return true
		})
	})
	c.query.eachExpr(func(x *expr) {
		x.walk(func(e *expr) bool {
			if t, ok := tables[e.rel]; ok && e.kind == columnExpr {
				if used[t] == nil {
					used[t] = make(map[string]bool)
				}
				used[t][e.column] = true
			}
			return true
		})
	})
	for _, u := range c.tables {
		for _, col := range u.Table.Columns {
			if used[u.Table.Name][strings.ToLower(col.Name)] {
				u.Columns = append(u.Columns, col.Name)
			}
		}
	}
}

// eachTable calls f for the tables in FROM of a query and of those in its FROM and WITH.
func (q *queryIR) eachTable(f func(*fromIR)) {
	if q == nil {
		return
	}
	for _, w := range q.with {
		w.query.eachTable(f)
		w.step.eachTable(f)
	}
	switch {
	case q.core != nil:
		q.core.from.eachTable(f)
	case q.set != nil:
		q.set.l.eachTable(f)
		q.set.r.eachTable(f)
	}
}

func (r *fromIR) eachTable(f func(*fromIR)) {
	switch {
	case r == nil:
	case r.table != "":
		f(r)
	case r.query != nil:
		r.query.eachTable(f)
	case r.join != nil:
		r.join.l.eachTable(f)
		r.join.r.eachTable(f)
	}
}
