"""DuckDB against a catalog that does not advertise transactions: serve_duckdb_table.json."""
import check_duckdb
import duckdb
from common import done

check_duckdb.check(False)
done(duckdb.__version__)
