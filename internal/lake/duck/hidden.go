package duck

import (
	"fmt"
	"strings"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// hiddenScalars and hiddenTables are functions of DuckDB that tell of what is not a
// caller's affair, read files, run SQL that is in a value, or take addresses of
// memory. A macro of the same name is found before them. They stay reachable for who
// writes system.main before the name, as [ReadParquet] does and trinosql does not.
var (
	hiddenScalars = map[string]string{ // by their parameters
		"":     "current_database current_schema current_user session_user user version txid_current pg_backend_pid inet_server_addr current_query",
		"a":    "current_setting getvariable getenv current_schemas in_search_path nextval currval write_log json_deserialize_sql json_serialize_plan",
		"a, b": "add_parquet_key",
	}
	hiddenTables = strings.Fields(`arrow_scan arrow_scan_dumb check_peg_parser checkpoint disable_logging duckdb_approx_database_count
		duckdb_columns duckdb_connection_count duckdb_constraints duckdb_databases duckdb_dependencies duckdb_extensions
		duckdb_external_file_cache duckdb_functions duckdb_indexes duckdb_keywords duckdb_log_contexts duckdb_logs duckdb_logs_parsed
		duckdb_memory duckdb_optimizers duckdb_prepared_statements duckdb_schemas duckdb_secret_types duckdb_secrets duckdb_sequences
		duckdb_settings duckdb_table_sample duckdb_tables duckdb_temporary_files duckdb_types duckdb_variables duckdb_views enable_logging
		force_checkpoint glob json_execute_serialized_sql parquet_bloom_probe parquet_file_metadata parquet_kv_metadata parquet_metadata
		parquet_scan parquet_schema pragma_collations pragma_database_size pragma_metadata_info pragma_platform pragma_show
		pragma_storage_info pragma_table_info pragma_user_agent pragma_version query query_table read_blob read_csv read_csv_auto
		read_json read_json_auto read_json_objects read_json_objects_auto read_ndjson read_ndjson_auto read_ndjson_objects read_parquet
		read_text seq_scan sniff_csv sql_auto_complete truncate_duckdb_logs which_secret`)
)

// hidden are the statements that make those macros. A macro that is called with other
// arguments than it has fails as well.
var hidden = func() []value.Macro {
	var out []value.Macro
	for params, names := range hiddenScalars {
		for _, name := range strings.Fields(names) {
			out = append(out, value.Macro{Name: name, SQL: fmt.Sprintf("CREATE MACRO %s(%s) AS error('%s is not available')", QuoteName(name), params, name)})
		}
	}
	for _, name := range hiddenTables {
		out = append(out, value.Macro{Name: name, SQL: fmt.Sprintf("CREATE MACRO %s() AS TABLE SELECT error('%s is not available') AS unavailable", QuoteName(name), name)})
	}
	return out
}()
