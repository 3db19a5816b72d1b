"""DuckDB against icefault serve.

    check_duckdb.py                 everything that DuckDB does with a catalog
    check_duckdb.py write TABLE     makes TABLE with the rows of rows.json
    check_duckdb.py append TABLE    writes them there once more
    check_duckdb.py read TABLE:N... are they what is in there, N times?

DuckDB commits through /v1/transactions/commit where the catalog advertises
that, else table by table; the catalog's journal must show the right one.
The extensions are the files of the PyPI packages: nothing is fetched.
"""
import json
import pathlib
import sys
import urllib.request
from datetime import datetime, timedelta, timezone

import duckdb

from common import ADMIN, BUCKET, CATALOG, ENDPOINT, KEY, PROPERTIES, REGION, ROWS, SECRET, done, fails, part, same

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def connect():
    packages = pathlib.Path(duckdb.__file__).parent.parent
    db = duckdb.connect(config={"allow_unsigned_extensions": "true", "autoinstall_known_extensions": "false"})
    for name in ("httpfs", "avro", "iceberg"):
        file, = packages.glob(f"duckdb_extension_{name}/extensions/*/{name}.duckdb_extension")
        db.execute(f"LOAD '{file}'")
    db.execute("SET TimeZone = 'UTC'")
    attach = f"ATTACH 's3://{BUCKET}/warehouse' AS lake (TYPE iceberg, ENDPOINT '{CATALOG}', READ_ONLY false, "
    if "credential" in PROPERTIES:  # the keys to the store come with the tables
        client, secret = PROPERTIES["credential"].split(":")
        db.execute(f"CREATE SECRET catalog (TYPE iceberg, CLIENT_ID '{client}', CLIENT_SECRET '{secret}', "
                   f"OAUTH2_SERVER_URI '{CATALOG}/v1/oauth/tokens')")
        db.execute(attach + "SECRET catalog, ACCESS_DELEGATION_MODE 'vended_credentials')")
        return db
    db.execute(f"CREATE SECRET (TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}', ENDPOINT '{ENDPOINT.split('//')[1]}', "
               f"URL_STYLE 'path', USE_SSL false, REGION '{REGION}')")
    db.execute(attach + "AUTHORIZATION_TYPE 'none', ACCESS_DELEGATION_MODE 'none')")
    return db


class Check:
    def __init__(self):
        self.db = connect()
        self.ns = "lake.duck"

    def ask(self, sql):
        return self.db.execute(sql.replace("NS.", self.ns + ".")).fetchall()

    def same(self, what, sql, want):
        try:
            have = self.ask(sql)
        except duckdb.Error as e:
            have = str(e)
        same(what, have, want)

    def fails(self, what, sql):
        fails(what, duckdb.Error, lambda: self.ask(sql))

    def run(self):
        for step in (self.namespaces, self.make, self.insert, self.travel, self.change, self.transaction, self.evolve,
                     self.select, self.fresh, self.drop):
            part(step)

    def namespaces(self):
        self.ask(f"CREATE SCHEMA {self.ns}")
        self.fails("a second one", f"CREATE SCHEMA {self.ns}")
        self.ask(f"CREATE SCHEMA IF NOT EXISTS {self.ns}")
        name = self.ns.split(".")[1]
        self.same("presence", f"SELECT count(*) FROM information_schema.schemata WHERE schema_name = '{name}'", [(1,)])

    def make(self):
        self.ask("CREATE TABLE NS.t (id BIGINT, kind VARCHAR, size DOUBLE, seen TIMESTAMPTZ)")
        self.fails("a second one", "CREATE TABLE NS.t (id BIGINT)")
        self.same("columns", "SELECT column_name, column_type FROM (DESCRIBE NS.t)",
                  [("id", "BIGINT"), ("kind", "VARCHAR"), ("size", "DOUBLE"), ("seen", "TIMESTAMP WITH TIME ZONE")])
        self.same("rows", "SELECT count(*) FROM NS.t", [(0,)])

    def insert(self):
        self.ask("INSERT INTO NS.t VALUES (1, 'odd', 0.25, '2026-01-01 12:00:00+00'), (2, 'even', NULL, NULL)")
        self.ask("INSERT INTO NS.t SELECT i, 'many', i / 4, NULL FROM range(3, 103) r(i)")
        self.same("sums", "SELECT count(*), sum(id), sum(size) FROM NS.t", [(102, 5253, 1312.75)])
        self.same("the first", "SELECT id, kind, size, epoch_ms(seen) FROM NS.t WHERE id < 3 ORDER BY id",
                  [(1, "odd", 0.25, 1767268800000), (2, "even", None, None)])

    def travel(self):
        self.same("snapshots", "SELECT sequence_number FROM iceberg_snapshots(NS.t) ORDER BY 1", [(1,), (2,)])
        first = self.ask("SELECT snapshot_id FROM iceberg_snapshots(NS.t) ORDER BY sequence_number LIMIT 1")[0][0]
        self.same("rows of the first", f"SELECT count(*) FROM NS.t AT (VERSION => {first})", [(2,)])

    def change(self):
        self.ask("DELETE FROM NS.t WHERE id > 50")
        self.same("rows after the delete", "SELECT count(*), max(id) FROM NS.t", [(50, 50)])
        self.ask("UPDATE NS.t SET kind = 'few', size = 0 WHERE id BETWEEN 3 AND 5")
        self.same("rows after the update", "SELECT kind, count(*) FROM NS.t GROUP BY kind ORDER BY kind",
                  [("even", 1), ("few", 3), ("many", 45), ("odd", 1)])

    def transaction(self):
        self.ask("CREATE TABLE NS.other (id BIGINT)")
        self.ask("BEGIN")
        self.ask("INSERT INTO NS.t VALUES (1000, 'late', 1, NULL)")
        self.ask("INSERT INTO NS.other VALUES (1000)")
        self.ask("COMMIT")
        self.same("both", "SELECT (SELECT count(*) FROM NS.t WHERE id = 1000), (SELECT count(*) FROM NS.other)", [(1, 1)])
        self.ask("BEGIN")
        self.ask("INSERT INTO NS.other VALUES (1001)")
        self.ask("ROLLBACK")
        self.same("nothing more", "SELECT count(*) FROM NS.other", [(1,)])

    def evolve(self):
        self.ask("ALTER TABLE NS.other ADD COLUMN note VARCHAR")
        self.ask("INSERT INTO NS.other VALUES (1002, 'noted')")
        self.ask("ALTER TABLE NS.other RENAME COLUMN note TO remark")
        self.same("rows", "SELECT id, remark FROM NS.other ORDER BY id", [(1000, None), (1002, "noted")])

    def select(self):
        self.ask("CREATE TABLE NS.copy AS SELECT id, kind FROM NS.t WHERE id < 10")
        self.same("rows", "SELECT count(*), sum(id) FROM NS.copy", [(9, 45)])
        self.same("tables", "SELECT table_name FROM information_schema.tables WHERE table_schema = "
                  f"'{self.ns.split('.')[1]}' ORDER BY 1", [("copy",), ("other",), ("t",)])

    def fresh(self):
        """Another connection knows nothing that is not in the catalog."""
        self.db = connect()
        self.same("rows", "SELECT count(*), sum(id), sum(size) FROM NS.t", [(51, 2275, 316.25)])

    def drop(self):
        self.fails("dropping the full schema", f"DROP SCHEMA {self.ns}")
        for name in ("t", "other", "copy"):
            self.ask(f"DROP TABLE NS.{name}")
        self.fails("reading none", "SELECT * FROM NS.t")
        self.ask(f"DROP SCHEMA {self.ns}")


# ---- tables that other clients read, and theirs ----

def cross_rows():
    return sorted((r["id"], r["name"], r["price"], r["seen_us"]) for r in ROWS)


def write(db, name):
    db.execute(f"CREATE SCHEMA IF NOT EXISTS lake.{name.split('.')[0]}")
    db.execute(f"CREATE TABLE lake.{name} (id BIGINT, name VARCHAR, price DOUBLE, seen TIMESTAMPTZ)")
    append(db, name)


def append(db, name):
    for r in cross_rows():
        seen = None if r[3] is None else EPOCH + timedelta(microseconds=r[3])
        db.execute(f"INSERT INTO lake.{name} VALUES (?, ?, ?, ?)", [*r[:3], seen])


def read(db, what):
    name, times = what.split(":")
    have = db.execute(f"SELECT id, name, price, epoch_us(seen) FROM lake.{name} ORDER BY id").fetchall()
    same(name, have, sorted(cross_rows() * int(times)))


def commits(operation):
    """How often the catalog has met that operation."""
    with urllib.request.urlopen(f"{ADMIN}/icefault/v1/journal?limit=100000") as answer:
        return sum(e.get("operation") == operation for e in json.load(answer)["entries"] if e["kind"] == "exchange")


def check(by_transaction):
    Check().run()
    transactions, tables = commits("commitTransaction"), commits("updateTable")  # creation is always the latter
    print(f"{transactions} commits of transactions, {tables} of tables")
    same("commits by transaction", transactions >= 5, by_transaction)
    same("commits by table", tables >= 5, not by_transaction)


def main(word="", *names):
    for name in names:
        {"write": write, "append": append, "read": read}[word](connect(), name)
    if not word:
        check(True)
    done(duckdb.__version__)


if __name__ == "__main__":
    main(*sys.argv[1:])
