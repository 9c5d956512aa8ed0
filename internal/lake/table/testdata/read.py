"""Reads a table with PyIceberg, which knows nothing of Cairn, and prints what it saw
as JSON: read.py CATALOG WAREHOUSE ROOT TABLE FROM TO."""

import hashlib
import json
import sys
from datetime import datetime

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import And, GreaterThanOrEqual, LessThan
from pyiceberg.io.pyarrow import PyArrowFileIO

catalog, warehouse, root, name, begin, end = sys.argv[1:]


def here(location):
    """The file of a place in the warehouse."""
    return "file://" + root + location.removeprefix(warehouse) if location.startswith(warehouse) else location


def new_input(self, location, original=PyArrowFileIO.new_input):
    return original(self, here(location))


PyArrowFileIO.new_input = new_input
table = SqlCatalog("cairn", uri="sqlite:///" + catalog, init_catalog_tables="false").load_table(("lake", name))
everything = table.scan().to_arrow()
bounds = And(GreaterThanOrEqual("eventtime", begin), LessThan("eventtime", end))
some = table.scan(row_filter=bounds, selected_fields=("eventtime", "eventid"))
records = everything["eventjson"].to_pylist()
print(json.dumps({
    "rows": everything.num_rows,
    "distinct": len(set(records)),
    "sum": hashlib.sha256("\n".join(sorted(records)).encode()).hexdigest(),
    "checksums": sum(hashlib.sha256(r.encode()).hexdigest() == c for r, c in zip(records, everything["eventjsonchecksum"].to_pylist())),
    "users": len({u["username"] for u in everything["useridentity"].to_pylist() if u}),
    "parameters": sum(len(m or []) for m in everything["requestparameters"].to_pylist()),
    "resources": sum(len(r or []) for r in everything["resources"].to_pylist()),
    "times": [everything["eventtime"].to_pylist()[0].tzinfo is None, str(table.schema().find_type("eventtime"))],
    "some": some.to_arrow().num_rows,
    "files": len(list(some.plan_files())),
    "partitions": sorted({str(t.file.partition[0]) for t in table.scan().plan_files()}),
    "spec": str(table.spec().fields[0].transform),
    "order": [str(f.transform) for f in table.sort_order().fields],
    "sequence": table.properties["cairn.sequence"],
    "summary": table.current_snapshot().summary.additional_properties.get("cairn.sequence"),
}))
