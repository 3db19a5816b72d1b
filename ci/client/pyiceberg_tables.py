"""Are the five tables, as pyiceberg reads them, what they should be?

`icefault setup` makes them; each column (path, type, nullability, doc), each
partition field and each property is compared with fixtures/tables.json.
"""
import json
import os
import subprocess

from common import same
from pyiceberg.types import MapType


def wanted_columns(columns):
    """(path, type, required, doc) of every column, those of maps included."""
    for c in columns:
        kind = c["type"]
        if isinstance(kind, dict):
            yield c["name"], "map", c["required"], c["doc"]
            yield c["name"] + ".key", kind["key"], True, None
            yield c["name"] + ".value", kind["value"], kind["value-required"], None
        else:
            yield c["name"], kind, c["required"], c["doc"]


def columns_of(schema):
    for f in schema.fields:
        if isinstance(f.field_type, MapType):
            m = f.field_type
            yield f.name, "map", f.required, f.doc
            yield f.name + ".key", str(m.key_type), True, None
            yield f.name + ".value", str(m.value_type), m.value_required, None
        else:
            yield f.name, str(f.field_type), f.required, f.doc


def check_table(catalog, name, want):
    table = catalog.load_table(("health_db", name))
    schema = table.schema()
    columns = list(wanted_columns(want["columns"]))
    same(f"{name}: columns", list(columns_of(schema)), columns)
    names = {c["id"]: c["name"] for c in want["columns"]}
    same(f"{name}: partition spec",
         [(schema.find_column_name(f.source_id), str(f.transform), f.name) for f in table.spec().fields],
         [(names[f["source-id"]], f["transform"], f["name"]) for f in want["partition"]])
    for key, value in want["properties"].items():
        same(f"{name}: property {key}", table.properties.get(key), value)
    same(f"{name}: format version", table.metadata.format_version, 2)


def check(catalog):
    subprocess.run([os.environ["ICEFAULT"], "setup"], check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(os.environ["TOP"], "fixtures/tables.json"), encoding="utf-8") as file:
        tables = json.load(file)
    same("tables", sorted(n for _, n in catalog.list_tables("health_db")), sorted(tables))
    for name, table in tables.items():
        check_table(catalog, name, table)
