"""Commits: requirements and updates that fit a table's metadata, that do not
fit it, and that cannot be read. Updates are rows of the tables at the end."""

import copy

from model import (FITTING, Request, V3, counter, current_schema, identifier,
                   some_field, some_order, some_schema, some_spec, symbol_key,
                   table_path, top_fields)
from mutate import add_unknown, spoil
from namespaces import missing_ns, some_headers

NEVER = "00000000-0000-0000-0000-0000000000ff"


def subject_of(key):
    return ("table", key[0], key[1])


def snapshot_ids(meta):
    return [s["snapshot-id"] for s in meta.get("snapshots", [])]


def branch_head(meta, name):
    ref = (meta.get("refs") or {}).get(name)
    return ref["snapshot-id"] if ref else None


# ---- requirements ----

def true_requirements(rng, key, meta):
    rows = [
        {"type": "assert-table-uuid",
         "uuid": "{{uuid:%s}}" % symbol_key(subject_of(key))},
        {"type": "assert-ref-snapshot-id", "ref": "main",
         "snapshot-id": branch_head(meta, "main")},
        {"type": "assert-ref-snapshot-id", "ref": "nosuchref",
         "snapshot-id": None},
        {"type": "assert-last-assigned-field-id",
         "last-assigned-field-id": meta["last-column-id"]},
        {"type": "assert-current-schema-id",
         "current-schema-id": meta["current-schema-id"]},
        {"type": "assert-last-assigned-partition-id",
         "last-assigned-partition-id": meta["last-partition-id"]},
        {"type": "assert-default-spec-id",
         "default-spec-id": meta["default-spec-id"]},
        {"type": "assert-default-sort-order-id",
         "default-sort-order-id": meta["default-sort-order-id"]}]
    return rng.sample(rows, rng.choice([0, 1, 1, 2, 3]))


def false_requirement(rng, key, meta):
    return rng.choice([
        {"type": "assert-create"},
        {"type": "assert-table-uuid", "uuid": NEVER},
        {"type": "assert-table-uuid", "uuid": "zzz"},
        {"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id":
         None if branch_head(meta, "main") else 7},
        {"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": 7},
        {"type": "assert-ref-snapshot-id", "ref": "nosuchref",
         "snapshot-id": 7},
        {"type": "assert-last-assigned-field-id",
         "last-assigned-field-id": 900},
        {"type": "assert-current-schema-id", "current-schema-id": 900},
        {"type": "assert-last-assigned-partition-id",
         "last-assigned-partition-id": 9},
        {"type": "assert-default-spec-id", "default-spec-id": 900},
        {"type": "assert-default-sort-order-id",
         "default-sort-order-id": 900}])


# ---- updates that fit: of (model, rng, meta) to a list, or None ----

def snapshot(model, rng, meta, parent):
    version = meta["format-version"]
    s = {"snapshot-id": rng.randint(1, 2**62), "timestamp-ms": model.now_ms(),
         "manifest-list": f"{{{{wh}}}}/lists/{model.ms}.avro",
         "summary": {"operation": rng.choice(
             ["append", "overwrite", "replace", "delete"]), "k": "v"},
         "schema-id": meta["current-schema-id"]}
    if version > 1:
        s["sequence-number"] = meta["last-sequence-number"] + 1
    if parent:
        s["parent-snapshot-id"] = parent
    if version > 2:
        s["first-row-id"] = meta["next-row-id"]
        s["added-rows"] = rng.choice([0, 1, 100])
    return s


def append(model, rng, meta):
    s = snapshot(model, rng, meta, branch_head(meta, "main"))
    return [{"action": "add-snapshot", "snapshot": s},
            {"action": "set-snapshot-ref", "ref-name": "main",
             "type": "branch", "snapshot-id": s["snapshot-id"]}]


def append_to_branch(model, rng, meta):
    name = rng.choice(["b1", "b2", "täg"])
    if (meta.get("refs") or {}).get(name, {}).get("type") == "tag":
        return None
    s = snapshot(model, rng, meta, branch_head(meta, name)
                 or branch_head(meta, "main"))
    return [{"action": "add-snapshot", "snapshot": s},
            {"action": "set-snapshot-ref", "ref-name": name, "type": "branch",
             "snapshot-id": s["snapshot-id"]}]


def stage_snapshot(model, rng, meta):
    s = snapshot(model, rng, meta, branch_head(meta, "main"))
    return [{"action": "add-snapshot", "snapshot": s}]


def two_appends(model, rng, meta):
    first = append(model, rng, meta)
    s = first[0]["snapshot"]
    later = copy.deepcopy(meta)
    later["last-sequence-number"] = s.get("sequence-number", 0)
    later["next-row-id"] = s.get("first-row-id", 0) + s.get("added-rows", 0)
    later["refs"] = {"main": {"snapshot-id": s["snapshot-id"]}}
    return first + append(model, rng, later)


def set_ref(model, rng, meta):
    ids = snapshot_ids(meta)
    if not ids:
        return None
    kind = rng.choice(["branch", "tag"])
    u = {"action": "set-snapshot-ref", "type": kind,
         "ref-name": rng.choice(["b1", "b2"]) if kind == "branch"
         else rng.choice(["t1", "t2"]), "snapshot-id": rng.choice(ids)}
    if rng.random() < 0.4:
        u["max-ref-age-ms"] = rng.choice([1, 10**12])
    if kind == "branch" and rng.random() < 0.4:
        u["min-snapshots-to-keep"] = rng.choice([1, 5])
        u["max-snapshot-age-ms"] = 3600000
    return [u]


def roll_back(model, rng, meta):
    ids = snapshot_ids(meta)
    return ids and [{"action": "set-snapshot-ref", "ref-name": "main",
                     "type": "branch", "snapshot-id": rng.choice(ids)}]


def remove_ref(model, rng, meta):
    return [{"action": "remove-snapshot-ref", "ref-name": rng.choice(
        sorted(meta.get("refs") or {}) + ["nosuchref"])}]


def remove_snapshots(model, rng, meta):
    ids = snapshot_ids(meta)
    some = rng.sample(ids + [12345], min(len(ids), rng.randint(1, 2)))
    return some and [{"action": "remove-snapshots", "snapshot-ids": some}]


def evolve(model, rng, meta):
    schema = current_schema(meta)
    next_id = counter(meta["last-column-id"])
    fields = schema["fields"]
    what = rng.choice(["add", "drop", "rename", "same", "order", "doc",
                       "optional"])
    if what == "add" or not fields:
        fields.append(some_field(rng, next_id))
        fields[-1]["required"] = False
    elif what == "drop" and fields[-1]["name"] not in FITTING:
        fields.pop()
    elif what == "rename" and fields[-1]["name"] not in FITTING:
        fields[-1]["name"] += "r"
    elif what == "order":
        fields.reverse()
    elif what == "doc":
        fields[0]["doc"] = f"words {model.count}"
    elif what == "optional":
        fields[-1]["required"] = False
    out = [{"action": "add-schema", "schema": schema}]
    if rng.random() < 0.3:
        out[0]["last-column-id"] = meta["last-column-id"] + 3
    if rng.random() < 0.7 and what != "same":
        out.append({"action": "set-current-schema", "schema-id": -1})
    return out


def choose_schema(model, rng, meta):
    ids = [s["schema-id"] for s in meta["schemas"]]
    return [{"action": "set-current-schema", "schema-id": rng.choice(ids)}]


def new_spec(model, rng, meta):
    spec = some_spec(rng, current_schema(meta), rng.random() < 0.3)
    for i, field in enumerate(spec["fields"]):
        if "field-id" in field:
            field["field-id"] = meta["last-partition-id"] + 1 + i
    out = [{"action": "add-spec", "spec": spec}]
    if rng.random() < 0.5:
        out.append({"action": "set-default-spec", "spec-id": -1})
    return out


def choose_spec(model, rng, meta):
    ids = [s["spec-id"] for s in meta["partition-specs"]]
    return [{"action": "set-default-spec", "spec-id": rng.choice(ids)}]


def new_order(model, rng, meta):
    out = [{"action": "add-sort-order",
            "sort-order": some_order(rng, current_schema(meta))}]
    if rng.random() < 0.5:
        out.append({"action": "set-default-sort-order", "sort-order-id": -1})
    return out


def choose_order(model, rng, meta):
    ids = [s["order-id"] for s in meta["sort-orders"]]
    return [{"action": "set-default-sort-order",
             "sort-order-id": rng.choice(ids)}]


def set_properties(model, rng, meta):
    return [{"action": "set-properties", "updates": {
        f"p{rng.randint(0, 5)}": rng.choice(["", "v", "é", "9"])
        for _ in range(rng.randint(0, 2))}}]


def set_known_property(model, rng, meta):
    name, value = rng.choice([
        ("write.metadata.previous-versions-max", "2"),
        ("write.metadata.compression-codec", "gzip"),
        ("write.metadata.compression-codec", "none"),
        ("write.metadata.path", "{{wh}}/elsewhere"),
        ("commit.retry.num-retries", "1"), ("write.format.default", "orc")])
    return [{"action": "set-properties", "updates": {name: value}}]


def remove_properties(model, rng, meta):
    keys = sorted(meta.get("properties", {})) + ["nokey"]
    return [{"action": "remove-properties", "removals": rng.sample(
        keys, rng.randint(0, min(2, len(keys))))}]


def set_location(model, rng, meta):
    model.count += 1
    return [{"action": "set-location", "location":
             f"{{{{wh}}}}/moved{model.count}" + rng.choice(["", "/"])}]


def blob(rng, snapshot_id):
    b = {"type": "apache-datasketches-theta-v1", "snapshot-id": snapshot_id,
         "sequence-number": 1, "fields": [1]}
    if rng.random() < 0.5:
        b["properties"] = {"ndv": "10"}
    return b


def set_statistics(model, rng, meta):
    ids = snapshot_ids(meta)
    if not ids:
        return None
    sid = rng.choice(ids)
    u = {"action": "set-statistics", "statistics": {
        "snapshot-id": sid, "statistics-path": "{{wh}}/stats.puffin",
        "file-size-in-bytes": 100, "file-footer-size-in-bytes": 40,
        "blob-metadata": [blob(rng, sid)] * rng.randint(0, 2)}}
    if rng.random() < 0.5:
        u["snapshot-id"] = sid
    return [u]


def remove_statistics(model, rng, meta):
    return [{"action": "remove-statistics", "snapshot-id":
             rng.choice(snapshot_ids(meta) + [999])}]


def set_partition_statistics(model, rng, meta):
    ids = snapshot_ids(meta)
    return ids and [{"action": "set-partition-statistics",
                     "partition-statistics": {
                         "snapshot-id": rng.choice(ids),
                         "statistics-path": "{{wh}}/part.parquet",
                         "file-size-in-bytes": 33}}]


def remove_partition_statistics(model, rng, meta):
    return [{"action": "remove-partition-statistics", "snapshot-id":
             rng.choice(snapshot_ids(meta) + [999])}]


def remove_specs(model, rng, meta):
    ids = [s["spec-id"] for s in meta["partition-specs"]
           if s["spec-id"] != meta["default-spec-id"]] + [77]
    return [{"action": "remove-partition-specs",
             "spec-ids": [rng.choice(ids)]}]


def remove_schemas(model, rng, meta):
    ids = [s["schema-id"] for s in meta["schemas"]
           if s["schema-id"] != meta["current-schema-id"]] + [77]
    return [{"action": "remove-schemas", "schema-ids": [rng.choice(ids)]}]


def add_key(model, rng, meta):
    model.count += 1
    key = {"key-id": f"k{model.count}", "encrypted-key-metadata": "c2VjcmV0"}
    if rng.random() < 0.5:
        key["encrypted-by-id"] = "k0"
    if rng.random() < 0.5:
        key["properties"] = {"a": "b"}
    return [{"action": "add-encryption-key", "encryption-key": key}]


def remove_key(model, rng, meta):
    ids = [k["key-id"] for k in meta.get("encryption-keys", [])] + ["nokey"]
    return [{"action": "remove-encryption-key", "key-id": rng.choice(ids)}]


def upgrade(model, rng, meta):
    now = meta["format-version"]
    return [{"action": "upgrade-format-version",
             "format-version": min(3, now + rng.choice([0, 0, 1]))}]


def nothing(model, rng, meta):
    return []


GOOD = [append, append, append, append_to_branch, stage_snapshot, two_appends,
        set_ref, set_ref, roll_back, remove_ref, remove_snapshots, evolve,
        evolve, choose_schema, new_spec, choose_spec, new_order, choose_order,
        set_properties, set_known_property, remove_properties, set_location,
        set_statistics, remove_statistics, set_partition_statistics,
        remove_partition_statistics, remove_specs, remove_schemas, add_key,
        remove_key, upgrade, nothing]


# ---- updates that do not fit ----

def bad_snapshot(model, rng, meta):
    s = snapshot(model, rng, meta, branch_head(meta, "main"))
    what = rng.choice(["known id", "old number", "no parent", "no row id",
                       "old row id", "many rows", "unknown parent",
                       "no number", "old time", "no summary",
                       "no operation"])
    ids = snapshot_ids(meta)
    if what == "known id" and ids:
        s["snapshot-id"] = rng.choice(ids)
    elif what == "old number" and "sequence-number" in s:
        # not -1: the reference writes it and cannot read its file again
        s["sequence-number"] = rng.choice([0, meta["last-sequence-number"]])
    elif what == "no parent":
        s.pop("parent-snapshot-id", None)
        s["sequence-number"] = 0
    elif what == "no row id":
        s.pop("first-row-id", None)
    elif what == "old row id" and "first-row-id" in s:
        s["first-row-id"] = -1
    elif what == "many rows" and "added-rows" in s:
        s["added-rows"] = rng.choice([-1, 2**63 - 1])
    elif what == "unknown parent":
        s["parent-snapshot-id"] = 4242
    elif what == "no number":
        s.pop("sequence-number", None)
    elif what == "old time":
        s["timestamp-ms"] = 1
    elif what == "no summary":
        del s["summary"]
    elif what == "no operation":
        s["summary"] = {"k": "v"}
    return [{"action": "add-snapshot", "snapshot": s},
            {"action": "set-snapshot-ref", "ref-name": "main",
             "type": "branch", "snapshot-id": s["snapshot-id"]}], what


def bad_ref(model, rng, meta):
    u = {"action": "set-snapshot-ref", "ref-name": "b1", "type": "branch",
         "snapshot-id": rng.choice(snapshot_ids(meta) + [5])}
    what = rng.choice(["unknown snapshot", "main tag", "kind", "age 0",
                       "tag keeps", "keep -1"])
    if what == "unknown snapshot":
        u["snapshot-id"] = 5
    elif what == "main tag":
        u.update({"ref-name": "main", "type": "tag"})
    elif what == "kind":
        u["type"] = "twig"
    elif what == "age 0":
        u["max-ref-age-ms"] = 0
    elif what == "tag keeps":
        u.update({"type": "tag", "min-snapshots-to-keep": 2})
    elif what == "keep -1":
        u["min-snapshots-to-keep"] = -1
    return [u], what


def bad_schema(model, rng, meta):
    schema = current_schema(meta)
    what = rng.choice(["double name", "double id", "v3 type", "default",
                       "identifier unknown", "identifier optional",
                       "identifier float", "source dropped", "no fields",
                       "case", "id 0", "deep"])
    fields = schema["fields"]
    extra = {"id": meta["last-column-id"] + 1, "name": "extra",
             "required": False, "type": "int"}
    if what == "double name":
        extra["name"] = "id"
    elif what == "double id":
        extra["id"] = fields[0]["id"]
    elif what == "v3 type":
        extra["type"] = rng.choice(V3)
    elif what == "default":
        extra["initial-default"] = extra["write-default"] = 5
    elif what == "identifier unknown":
        schema["identifier-field-ids"] = [900]
    elif what == "identifier optional":
        schema["identifier-field-ids"] = [extra["id"]]
    elif what == "identifier float":
        extra.update({"type": "double", "required": True})
        schema["identifier-field-ids"] = [extra["id"]]
    elif what == "source dropped":
        schema["fields"] = fields = [f for f in fields if f["name"] != "at"]
    elif what == "no fields":
        schema["fields"] = fields = []
    elif what == "case":
        extra["name"] = "ID"
    elif what == "id 0":
        extra["id"] = 0
    elif what == "deep":
        for _ in range(30):
            extra["type"] = {"type": "list", "element-id": extra["id"] + 100,
                             "element": extra["type"],
                             "element-required": False}
            extra["id"] += 1
    fields.append(extra)
    return [{"action": "add-schema", "schema": schema},
            {"action": "set-current-schema", "schema-id": -1}], what


def bad_spec(model, rng, meta):
    by = top_fields(current_schema(meta))
    what, source, transform, name = rng.choice([
        ("source", 900, "identity", "z"), ("transform", 1, "frob", "z"),
        ("day of long", 1, "day", "z"), ("bucket 0", 1, "bucket[0]", "z"),
        ("width", 1, "truncate[-1]", "z"), ("name taken", 1, "bucket[4]", "at"),
        ("identity renamed", 1, "identity", "idd"), ("no name", 1, "void", ""),
        ("case", 1, "BUCKET[4]", "z"), ("big", 1, "bucket[4294967296]", "z")])
    if source == 1:
        source = by["id"]["id"] if "id" in by else 1
    field = {"source-id": source, "transform": transform, "name": name,
             "field-id": meta["last-partition-id"] + 1}
    fields = [field]
    if rng.random() < 0.2:
        what += " twice"
        fields.append({**field, "name": name + "2",
                       "field-id": field["field-id"] + 1})
    return [{"action": "add-spec", "spec": {"spec-id": 0, "fields": fields}},
            {"action": "set-default-spec", "spec-id": -1}], what


def bad_order(model, rng, meta):
    field = {"source-id": 1, "transform": "identity", "direction": "asc",
             "null-order": "nulls-first"}
    what, member, value = rng.choice([
        ("source", "source-id", 900), ("transform", "transform", "day"),
        ("direction", "direction", "up"), ("nulls", "null-order", "nulls"),
        ("case", "direction", "ASC"), ("unknown", "transform", "frob")])
    field[member] = value
    order_id = rng.choice([0, 1, 5])
    return [{"action": "add-sort-order", "sort-order":
             {"order-id": order_id, "fields": [field]}}], \
        f"{what} id {order_id}"


def bad_choice(model, rng, meta):
    action, member, value = rng.choice([
        ("set-current-schema", "schema-id", 900),
        ("set-current-schema", "schema-id", -1),
        ("set-default-spec", "spec-id", 900),
        ("set-default-spec", "spec-id", -1),
        ("set-default-sort-order", "sort-order-id", 900),
        ("set-default-sort-order", "sort-order-id", -1),
        ("upgrade-format-version", "format-version", 9),
        ("upgrade-format-version", "format-version",
         meta["format-version"] - 1),
        ("remove-partition-specs", "spec-ids", [meta["default-spec-id"]]),
        ("remove-schemas", "schema-ids", [meta["current-schema-id"]]),
        ("assign-uuid", "uuid", "zzz"),
        ("set-location", "location", ""),
        ("set-properties", "updates", {"commit.retry.num-retries": "x"}),
        ("set-properties", "updates", {"format-version": "3"}),
        ("set-properties", "updates",
         {"write.metadata.compression-codec": "frob"}),
    ])
    return [{"action": action, member: value}], f"{action} {value}"


def bad_rest(model, rng, meta):
    return rng.choice([
        ([{"action": "set-statistics", "snapshot-id": 1, "statistics": {
            "snapshot-id": 2, "statistics-path": "p", "file-size-in-bytes": 1,
            "file-footer-size-in-bytes": 1, "blob-metadata": []}}],
         "two snapshots"),
        ([{"action": "remove-snapshots", "snapshot-ids":
           list(range(1, 3 + len(snapshot_ids(meta))))}],
         "more snapshots than there are"),
        ([{"action": "add-encryption-key", "encryption-key": {
            "key-id": "k", "encrypted-key-metadata": "???"}}], "not base64"),
        ([{"action": "add-spec", "spec": {"spec-id": 0, "fields": []}},
          {"action": "set-default-spec", "spec-id": -1}], "spec there"),
    ])


# After these the reference has a table that answers 500 to every commit.
SPOILS = ("assign-uuid zzz", "set-properties {'commit.retry.num-retries'")

BAD = [bad_snapshot, bad_snapshot, bad_ref, bad_schema, bad_schema, bad_spec,
       bad_order, bad_choice, bad_choice, bad_rest]


# ---- bodies ----

def good_change(model, rng, key):
    meta = model.tables[key]
    updates = None
    while updates is None or updates is False:
        maker = rng.choice(GOOD)
        updates = maker(model, rng, meta) or (
            None if maker is not nothing else [])
    body = {"requirements": true_requirements(rng, key, meta),
            "updates": updates}
    return maker.__name__, body


def bad_change(model, rng, key):
    meta = model.tables[key]
    if rng.random() < 0.4:
        row = false_requirement(rng, key, meta)
        name, body = good_change(model, rng, key)
        body["requirements"].append(row)
        return row["type"], body
    maker = rng.choice(BAD)
    updates, what = maker(model, rng, meta)
    return f"{maker.__name__} {what}", {"requirements": [],
                                        "updates": updates}


def create_change(model, rng, ns):
    """A commit that makes a table, as after a staged create."""
    schema = some_schema(rng)
    spec = some_spec(rng, schema, True)
    body = {"requirements": [{"type": "assert-create"}], "updates": [
        {"action": "assign-uuid", "uuid":
         f"5a0e0000-0000-4000-8000-{model.count:012d}"},
        {"action": "upgrade-format-version",
         "format-version": rng.choice([1, 2, 2, 3])},
        {"action": "add-schema", "schema": schema,
         "last-column-id": 3},
        {"action": "set-current-schema", "schema-id": -1},
        {"action": "add-spec", "spec": spec},
        {"action": "set-default-spec", "spec-id": -1},
        {"action": "add-sort-order", "sort-order": some_order(rng, schema)},
        {"action": "set-default-sort-order", "sort-order-id": -1},
        {"action": "set-location", "location":
         f"{{{{wh}}}}/made{model.count}"},
        {"action": "set-properties", "updates": {"a": "b"}}]}
    if rng.random() < 0.3:
        i = rng.randrange(len(body["updates"]))
        if body["updates"][i]["action"] != "set-location":
            del body["updates"][i]  # without it the reference is lost
    return body


def learn_table(key):
    def learn(model, answer):
        if answer.status == 200 and "metadata-location" in answer.json:
            model.tables[key] = answer.json["metadata"]
    return learn


def update_table(model, rng, kind):
    key = model.table(rng)
    if not key:
        return None
    headers = None
    if kind == "valid" and rng.random() < 0.08:
        key = (key[0], model.name(rng, "made"))
        case, body = "create", create_change(model, rng, key[0])
    elif kind == "conflicting" and rng.random() < 0.1:
        case, body = "missing", good_change(model, rng, key)[1]
        key = rng.choice([(key[0], "nosuchtable"),
                          (missing_ns(model, rng), "t")])
    elif kind == "conflicting":
        case, body = bad_change(model, rng, key)
    else:
        case, body = good_change(model, rng, key)
    if kind == "malformed":
        case, body = spoil(rng, body)
    elif rng.random() < 0.15:
        case, body = case + " with unknown member", add_unknown(rng, body)
    elif rng.random() < 0.1:
        headers = some_headers(rng)
    elif rng.random() < 0.2:
        body["identifier"] = identifier(key)
    request = Request("updateTable", kind, case, "POST", table_path(key),
                      body, headers, [subject_of(key)], learn_table(key))
    request.parts = any(s in case for s in SPOILS)
    return request


def transaction(model, rng, kind):
    keys = sorted(model.tables)
    if len(keys) < 2:
        return None
    keys = rng.sample(keys, rng.choice([1, 2, 2]))
    changes, names = [], []
    for key in keys:
        name, body = good_change(model, rng, key)
        names.append(name)
        changes.append(dict(body, identifier=identifier(key)))
    if kind == "conflicting":
        if rng.random() < 0.15:
            names, changes[-1]["identifier"] = ["missing"], identifier(
                (keys[-1][0], "nosuchtable"))
        else:
            name, body = bad_change(model, rng, keys[-1])
            names = [name]
            changes[-1] = dict(body, identifier=identifier(keys[-1]))
    case, body = "+".join(names), {"table-changes": changes}
    if kind == "malformed":
        case, body = spoil(rng, body)
    request = Request("commitTransaction", kind, case, "POST",
                      "/v1/transactions/commit", body, None,
                      [subject_of(k) for k in keys])
    request.parts = any(s in case for s in SPOILS)
    return request
