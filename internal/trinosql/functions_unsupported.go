package trinosql

const (
	noColors   = "colors are for terminals"
	noDigests  = "digests are not kept: use approx_percentile"
	noSets     = "set digests are not kept: use approx_distinct, or array functions"
	noGeometry = "there is no geometry in events"
	noLearning = "machine learning is not part of the engine"
)

// unsupportedFunctions are functions of Trino that are refused, and why.
var unsupportedFunctions = []Func{
	{Name: "bar", Sig: "(double, bigint) varchar | (double, bigint, T, U) varchar", Unsupported: noColors},
	{Name: "color", Sig: "(varchar) varchar | (double, T, U) varchar | (double, double, double, T, U) varchar", Unsupported: noColors},
	{Name: "render", Sig: "(boolean) varchar | (T, U) varchar", Unsupported: noColors},
	{Name: "rgb", Sig: "(bigint, bigint, bigint) varchar", Unsupported: noColors},
	{Name: "quantile_at_value", Sig: "(T, U) double", Unsupported: noDigests},
	{Name: "value_at_quantile", Sig: "(T, double) double", Unsupported: noDigests},
	{Name: "values_at_quantiles", Sig: "(T, array(double)) array(double)", Unsupported: noDigests},
	{Name: "hash_counts", Sig: "(T) map(bigint, smallint)", Unsupported: noSets},
	{Name: "intersection_cardinality", Sig: "(T, U) bigint", Unsupported: noSets},
	{Name: "jaccard_index", Sig: "(T, U) double", Unsupported: noSets},
	{Name: "word_stem", Sig: "(varchar(x)) varchar(x) | (varchar(x), varchar(2)) varchar(x)", Unsupported: "stemming needs dictionaries that are not part of the engine"},
	{Name: "spooky_hash_v2_32", Sig: "(varbinary) varbinary", Unsupported: "use xxhash64 or murmur3"},
	{Name: "spooky_hash_v2_64", Sig: "(varbinary) varbinary", Unsupported: "use xxhash64 or murmur3"},
	{Name: "current_groups", Sig: "() array(varchar)", Unsupported: "there are no groups of Trino users"},
	{Name: "from_iso8601_timestamp_nanos", Sig: "(varchar) timestamp(6) with time zone", Unsupported: "times are not finer than microseconds: use from_iso8601_timestamp"},
	{Name: "from_unixtime_nanos", Sig: "(bigint) timestamp(6) with time zone | (decimal(p,s)) timestamp(6) with time zone", Unsupported: "times are not finer than microseconds: use from_unixtime"},
	{Name: "st_point", Sig: "(double, double) varchar", Unsupported: noGeometry},
	{Name: "st_distance", Sig: "(T, U) double", Unsupported: noGeometry},
	{Name: "st_contains", Sig: "(T, U) boolean", Unsupported: noGeometry},
	{Name: "great_circle_distance", Sig: "(double, double, double, double) double", Unsupported: noGeometry},
	{Name: "classify", Sig: "(T, U) varchar", Unsupported: noLearning},
	{Name: "regress", Sig: "(T, U) double", Unsupported: noLearning},
	{Name: "features", Sig: "(double...) map(bigint, double)", Unsupported: noLearning},
	{Name: "exclude_columns", Sig: "(T, U) boolean", Unsupported: "table functions are not supported: name the columns"},
}

// unsupportedAggregates are the same for aggregates.
var unsupportedAggregates = []Func{
	{Name: "qdigest_agg", Sig: "(T) varbinary | (T, U) varbinary | (T, U, V) varbinary", Unsupported: noDigests},
	{Name: "tdigest_agg", Sig: "(double) varbinary | (double, double) varbinary", Unsupported: noDigests},
	{Name: "make_set_digest", Sig: "(T) varbinary", Unsupported: noSets},
	{Name: "merge_set_digest", Sig: "(T) varbinary", Unsupported: noSets},
	{Name: "learn_classifier", Sig: "(T, U) varbinary", Unsupported: noLearning},
	{Name: "learn_regressor", Sig: "(T, U) varbinary", Unsupported: noLearning},
}
