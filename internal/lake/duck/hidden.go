package duck

import (
	"fmt"
	"strings"
)

// hidden are macros over functions of DuckDB that tell of what is not a caller's
// affair. A name without a schema finds the macro first. They stay reachable for
// who can write system.main before the name, which trinosql never does.
var hidden = func() []string {
	var out []string
	for params, names := range map[string]string{
		"":  "current_database current_schema current_user session_user user version txid_current pg_backend_pid inet_server_addr",
		"a": "current_setting getvariable getenv current_schemas which_secret in_search_path nextval currval read_text_auto",
	} {
		for _, name := range strings.Fields(names) {
			out = append(out, fmt.Sprintf("CREATE OR REPLACE MACRO %s(%s) AS error('%s is not available')", QuoteName(name), params, name))
		}
	}
	for _, name := range strings.Fields(`duckdb_settings duckdb_secrets duckdb_functions duckdb_tables duckdb_views duckdb_columns
		duckdb_databases duckdb_extensions duckdb_memory duckdb_temporary_files duckdb_variables duckdb_logs duckdb_log_contexts
		duckdb_optimizers duckdb_types duckdb_keywords duckdb_schemas duckdb_indexes duckdb_constraints duckdb_dependencies
		duckdb_sequences duckdb_prepared_statements duckdb_external_file_cache pragma_version pragma_platform pragma_user_agent
		pragma_database_size pragma_collations`) {
		out = append(out, tableMacro(name, ""))
	}
	for _, name := range strings.Fields(`read_text read_blob read_csv read_csv_auto sniff_csv read_json read_json_auto read_json_objects
		read_json_objects_auto read_ndjson read_ndjson_auto read_ndjson_objects glob parquet_scan parquet_metadata parquet_schema
		parquet_file_metadata parquet_kv_metadata parquet_bloom_probe query query_table pragma_table_info pragma_show
		pragma_storage_info seq_scan`) {
		out = append(out, tableMacro(name, "a"))
	}
	return out
}()

func tableMacro(name, params string) string {
	return fmt.Sprintf("CREATE OR REPLACE MACRO %s(%s) AS TABLE SELECT error('%s is not available') AS unavailable", QuoteName(name), params, name)
}
