package duck

import (
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/mapping"
)

// profiling are the settings that count what passes filters, and no more. DuckDB's
// own figures for the rows and bytes that it reads are no use: the rows are an
// estimate, once for each thread, and the bytes leave out the data of Parquet files.
var profiling = []string{
	"SET enable_profiling = 'no_output'",
	`SET custom_profiling_settings = '{"OPERATOR_TYPE": "true", "OPERATOR_CARDINALITY": "true", "EXTRA_INFO": "true"}'`,
}

// Matched counts the rows of tables that passed the filters directly on their table:
// those that the rest of the statement saw. It is complete when the rows have been
// read to the end, and 0 before.
func (r *Rows) Matched() int64 { return r.matched }

// measure reads the profile of the statement that has just ended.
func (r *Rows) measure() {
	if root := mapping.GetProfilingInfo(r.engine.conn); root.Ptr != nil {
		r.matched = matched(root, -1)
	}
}

// matched counts at and below a node. passed is how many rows the filters above it
// let pass, if there is nothing but filters and projections between; else -1.
func matched(node mapping.ProfilingInfo, passed int64) (sum int64) {
	switch metric(node, "OPERATOR_TYPE") {
	case "TABLE_SCAN":
		if passed < 0 {
			passed = count(node)
		}
		sum += passed
	case "FILTER":
		if passed < 0 {
			passed = count(node)
		}
	case "PROJECTION":
	case "HASH_JOIN":
		if rereads(node) {
			return matched(mapping.ProfilingInfoGetChild(node, 1), -1)
		}
		passed = -1
	default:
		passed = -1
	}
	for i := range mapping.ProfilingInfoGetChildCount(node) {
		sum += matched(mapping.ProfilingInfoGetChild(node, i), passed)
	}
	return sum
}

// rereads tells a join that only fetches the other columns of rows that a LIMIT has
// chosen, by their places in the files: its first child reads a table once more.
func rereads(join mapping.ProfilingInfo) bool {
	return mapping.ProfilingInfoGetChildCount(join) == 2 && strings.Contains(metric(join, "EXTRA_INFO"), "file_row_number = file_row_number")
}

func metric(node mapping.ProfilingInfo, key string) string {
	v := mapping.ProfilingInfoGetValue(node, key)
	if v.Ptr == nil {
		return ""
	}
	defer mapping.DestroyValue(&v)
	return mapping.GetVarchar(v)
}

// count is how many rows came out of a node.
func count(node mapping.ProfilingInfo) int64 {
	n, err := strconv.ParseInt(metric(node, "OPERATOR_CARDINALITY"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
