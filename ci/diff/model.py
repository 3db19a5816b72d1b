"""What the generator knows: the reference's state, learned from its answers,
and how a request is written down so that it can be sent to both servers.

Values that differ by server stand in requests as {{name}}: the servers' own
uuids, locations, entity tags and page tokens (Book).
"""

import copy
import json
import re
from urllib.parse import quote

SYMBOL = re.compile(r"\{\{([^{}]+)\}\}")
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


def text_of(body):
    return json.dumps(body, ensure_ascii=False)


class Request:
    def __init__(self, op, kind, case, method, path, body=None, headers=None,
                 subjects=(), learn=None):
        self.op, self.kind, self.case = op, kind, case
        self.method, self.path = method, path
        self.headers = dict(JSON if headers is None else headers)
        if isinstance(body, (dict, list)):
            body = text_of(body)
        kind_of = self.headers.get("Content-Type", "")
        if isinstance(body, str) and "json" not in kind_of:
            # the reference would read other text as Latin-1
            body = "".join(c if ord(c) < 128 else f"\\u{ord(c):04x}"
                           for c in body)
        self.body = body  # str, bytes or None
        self.subjects = list(subjects)  # ("table", ns, name), ...
        self.learn = learn  # of (model, the reference's answer)
        self.moves = None  # of a renaming: source and target
        self.parts = False  # what it touched is of no use any more


class Book:
    """One server's values of the symbols."""

    def __init__(self, warehouse):
        self.values = {"wh": f"file://{warehouse}"}

    def fill(self, text):
        return SYMBOL.sub(lambda m: self.values.get(m[1], "unknown"), text)

    def bytes_of(self, request):
        body = request.body
        return self.fill(body).encode() if isinstance(body, str) else body

    def note(self, request, answer):
        """Uuids, locations and tags of a table or view; page tokens."""
        body = answer.json if isinstance(answer.json, dict) else {}
        if answer.status != 200:
            return
        if "next-page-token" in body and body["next-page-token"]:
            self.values[f"token:{request.op}"] = str(body["next-page-token"])
        meta = body.get("metadata")
        if not isinstance(meta, dict) or not request.subjects:
            return
        key = symbol_key(request.subjects[0])
        uuid = meta.get("table-uuid") or meta.get("view-uuid")
        self.values[f"uuid:{key}"] = str(uuid)
        if body.get("metadata-location"):
            self.values[f"location:{key}"] = body["metadata-location"]
        if "etag" in answer.headers:
            self.values[f"etag:{key}"] = answer.headers["etag"]


def symbol_key(subject):
    return quote("/".join(subject[1] + (subject[2] or "",)))


class Model:
    def __init__(self, base_ms):
        self.spaces = {}  # tuple of levels -> properties
        self.tables = {}  # (levels, name) -> metadata
        self.views = {}
        self.metadata_files = {}  # (levels, name) of a dropped table
        self.adopted = set()  # uuids of those that came back
        self.count = 0
        self.ms = base_ms

    def name(self, rng, stem):
        self.count += 1
        odd = rng.choice([""] * 12 + [" x", "ü", ";p", "_é", "'q", "-1"])
        return f"{stem}{self.count}{odd}"

    def now_ms(self):
        self.ms += 1
        return self.ms

    def some(self, rng, things):
        keys = sorted(things)
        return rng.choice(keys) if keys else None

    def table(self, rng, want=lambda m: True):
        keys = sorted(k for k in self.tables if want(self.tables[k]))
        return rng.choice(keys) if keys else None

    def empty_spaces(self):
        full = {k[0] for k in self.tables} | {k[0] for k in self.views}
        full |= {ns[:-1] for ns in self.spaces}
        return sorted(ns for ns in self.spaces if ns not in full)

    def forget(self, subject):
        kind, ns, name = subject
        if kind == "namespace":
            self.spaces.pop(ns, None)
        else:
            self.tables.pop((ns, name), None)
            self.views.pop((ns, name), None)


# ---- paths ----

def ns_path(ns):
    return "/v1/namespaces/" + "%2E".join(quote(x, safe="") for x in ns)


def table_path(key):
    return f"{ns_path(key[0])}/tables/{quote(key[1], safe='')}"


def view_path(key):
    return f"{ns_path(key[0])}/views/{quote(key[1], safe='')}"


def identifier(key):
    return {"namespace": list(key[0]), "name": key[1]}


# ---- schemas ----

PRIMITIVES = ["boolean", "int", "long", "float", "double", "date", "time",
              "timestamp", "timestamptz", "string", "uuid", "binary",
              "decimal(9, 2)", "decimal(38, 10)", "fixed[16]"]
V3 = ["timestamp_ns", "timestamptz_ns", "variant", "unknown"]


def some_type(rng, next_id, depth):
    shape = rng.choice(["plain"] * 8 + ["struct", "list", "map"])
    if depth == 0 or shape == "plain":
        return rng.choice(PRIMITIVES)
    if shape == "struct":
        return {"type": "struct", "fields": [
            some_field(rng, next_id, depth - 1) for _ in range(2)]}
    if shape == "list":
        return {"type": "list", "element-id": next_id(),
                "element": some_type(rng, next_id, depth - 1),
                "element-required": rng.random() < 0.5}
    return {"type": "map", "key-id": next_id(),
            "key": rng.choice(PRIMITIVES), "value-id": next_id(),
            "value": some_type(rng, next_id, depth - 1),
            "value-required": rng.random() < 0.5}


def some_field(rng, next_id, depth=2):
    n = next_id()
    field = {"id": n, "name": f"f{n}", "required": rng.random() < 0.3,
             "type": some_type(rng, next_id, depth)}
    if rng.random() < 0.2:
        field["doc"] = "some words"
    return field


def counter(start):
    box = [start]

    def next_id():
        box[0] += 1
        return box[0]
    return next_id


def some_schema(rng, start=0, n=None):
    next_id = counter(start)
    fields = [{"id": next_id(), "name": "id", "required": True,
               "type": "long"},
              {"id": next_id(), "name": "at", "required": False,
               "type": "timestamp"},
              {"id": next_id(), "name": "data", "required": False,
               "type": "string"}]
    fields += [some_field(rng, next_id) for _ in range(n or rng.randint(0, 3))]
    schema = {"type": "struct", "schema-id": 0, "fields": fields}
    if rng.random() < 0.3:
        schema["identifier-field-ids"] = [fields[0]["id"]]
    return schema


def top_fields(schema):
    return {f["name"]: f for f in schema["fields"]}


FITTING = {"id": ["identity", "bucket[8]", "truncate[10]", "void"],
           "at": ["year", "month", "day", "hour", "identity", "void"],
           "data": ["identity", "truncate[4]", "bucket[16]", "void"]}


def some_spec(rng, schema, ids=False):
    out = []
    for name in sorted(set(FITTING) & set(top_fields(schema))):
        if rng.random() < 0.5:
            continue
        transform = rng.choice(FITTING[name])
        field = {"source-id": top_fields(schema)[name]["id"],
                 "name": f"{name}_{transform.split('[')[0]}",
                 "transform": transform}
        if transform == "identity":
            field["name"] = name
        if ids:
            field["field-id"] = 1000 + len(out)
        out.append(field)
    return {"spec-id": 0, "fields": out}


def some_order(rng, schema):
    out = []
    for name in sorted(set(FITTING) & set(top_fields(schema))):
        if rng.random() < 0.5:
            continue
        out.append({"source-id": top_fields(schema)[name]["id"],
                    "transform": rng.choice(FITTING[name][:-1]),
                    "direction": rng.choice(["asc", "desc"]),
                    "null-order": rng.choice(["nulls-first", "nulls-last"])})
    return {"order-id": 1 if out else 0, "fields": out}


def current_schema(meta):
    for schema in meta["schemas"]:
        if schema["schema-id"] == meta["current-schema-id"]:
            return copy.deepcopy(schema)
    return copy.deepcopy(meta["schemas"][0])
