"""Requests about tables, all but commits."""

from urllib.parse import quote

from commits import learn_table, subject_of
from model import (Request, V3, identifier, ns_path, some_order, some_schema,
                   some_spec, symbol_key, table_path)
from mutate import add_unknown, spoil
from namespaces import bad_path, missing_ns, some_headers

GET = {"Accept": "application/json"}


def some_create(model, rng, name):
    schema = some_schema(rng)
    body = {"name": name, "schema": schema}
    if rng.random() < 0.5:
        body["partition-spec"] = some_spec(rng, schema, rng.random() < 0.5)
    if rng.random() < 0.5:
        body["write-order"] = some_order(rng, schema)
    if rng.random() < 0.7:
        body["properties"] = {"owner": "me", "format-version":
                              rng.choice(["1", "2", "2", "3", "3"])}
    if rng.random() < 0.2:
        body["location"] = "{{wh}}/own/%s%s" % (
            quote(name), rng.choice(["", "/"]))
    if rng.random() < 0.2:
        body["stage-create"] = rng.choice([True, False])
    return body


def spoil_create(model, rng, body):
    """Well-formed, but not a table."""
    fields = body["schema"]["fields"]
    what = rng.choice(["name empty", "no schema", "double name", "v3 type",
                       "version 9", "version x", "source", "transform",
                       "order source", "identifier", "retries", "default",
                       "double id", "no fields"])
    if what == "name empty":
        body["name"] = ""
    elif what == "no schema":
        del body["schema"]
    elif what == "double name":
        fields.append(dict(fields[0], id=90))
    elif what == "v3 type":
        fields.append({"id": 90, "name": "v", "required": False,
                       "type": rng.choice(V3)})
    elif what == "version 9":
        body["properties"] = {"format-version": rng.choice(["9", "0", "-1"])}
    elif what == "version x":
        body["properties"] = {"format-version": "x"}
    elif what == "source":
        body["partition-spec"] = {"spec-id": 0, "fields": [
            {"source-id": 99, "field-id": 1000, "name": "z",
             "transform": "identity"}]}
    elif what == "transform":
        body["partition-spec"] = {"spec-id": 0, "fields": [
            {"source-id": fields[0]["id"], "field-id": 1000, "name": "z",
             "transform": rng.choice(["day", "frob", "bucket[0]"])}]}
    elif what == "order source":
        body["write-order"] = {"order-id": 1, "fields": [
            {"source-id": 99, "transform": "identity", "direction": "asc",
             "null-order": "nulls-first"}]}
    elif what == "identifier":
        body["schema"]["identifier-field-ids"] = [rng.choice([2, 99])]
    elif what == "retries":
        body["properties"] = {"commit.retry.num-retries":
                              rng.choice(["x", "-1"])}
    elif what == "default":
        fields.append({"id": 90, "name": "v", "required": False,
                       "type": "int", "initial-default": 1})
    elif what == "double id":
        fields.append(dict(fields[0], name="other"))
    elif what == "no fields":
        body["schema"]["fields"] = []
    return what, body


def create(model, rng, kind):
    ns = model.some(rng, model.spaces)
    if not ns:
        return None
    key, case, headers = (ns, model.name(rng, "t")), "plain", None
    if kind == "conflicting":
        case = rng.choice(["exists", "is a view", "no namespace", "unfit",
                           "unfit"])
        if case == "exists":
            key = model.table(rng)
        elif case == "is a view":
            key = model.some(rng, model.views)
        elif case == "no namespace":
            key = (missing_ns(model, rng), "t")
        if not key:
            return None
    body = some_create(model, rng, key[1])
    if case == "unfit":
        case, body = spoil_create(model, rng, body)
    elif kind == "malformed":
        case, body = spoil(rng, body)
    elif kind == "valid" and rng.random() < 0.2:
        case, body = "unknown member", add_unknown(rng, body)
    elif kind == "valid" and rng.random() < 0.2:
        case, headers = "content type", some_headers(rng)
    staged = isinstance(body, dict) and body.get("stage-create")
    return Request("createTable", kind, case + (" staged" if staged else ""),
                   "POST", f"{ns_path(key[0])}/tables", body, headers,
                   [subject_of(key)], None if staged else learn_table(key))


def load(model, rng, kind):
    key, case, headers = model.table(rng), "plain", dict(GET)
    if kind == "conflicting":
        case = rng.choice(["missing", "no namespace", "is a view", "mode"])
        if case == "missing":
            key = (model.some(rng, model.spaces) or ("x",), "nosuchtable")
        elif case == "no namespace":
            key = (missing_ns(model, rng), "t")
        elif case == "is a view":
            key = model.some(rng, model.views)
    if not key:
        return None
    path = table_path(key)
    if case == "mode":
        path += "?snapshots=" + rng.choice(["bogus", "ALLL", "1"])
    if kind == "valid":
        tag = "{{etag:%s}}" % symbol_key(subject_of(key))
        case, query, match = rng.choice([
            ("plain", "", None), ("all", "?snapshots=all", None),
            ("refs", "?snapshots=refs", None), ("ALL", "?snapshots=ALL", None),
            ("tag", "", tag), ("tag all", "?snapshots=all", tag),
            ("tag refs", "?snapshots=refs", tag),
            ("other tag", "", '"other"')])
        path += query
        if match:
            headers["If-None-Match"] = match
    elif kind == "malformed":
        case, bad = bad_path(rng)
        path = rng.choice([f"/v1/namespaces/{bad}/tables/t",
                           f"/v1/namespaces/x/tables/{bad}"])
    return Request("loadTable", kind, case, "GET", path, None, headers,
                   [subject_of(key)], learn_load(key, case))


def learn_load(key, case):
    def learn(model, answer):
        if answer.status == 200 and case != "refs" and key in model.tables:
            model.tables[key] = answer.json["metadata"]
    return learn


def exists(model, rng, kind):
    key, case = model.table(rng), "plain"
    if kind == "conflicting":
        key, case = rng.choice([
            ((model.some(rng, model.spaces) or ("x",), "nosuchtable"),
             "missing"), ((missing_ns(model, rng), "t"), "no namespace"),
            (model.some(rng, model.views), "is a view")])
    if not key:
        return None
    path = table_path(key)
    if kind == "malformed":
        case, bad = bad_path(rng)
        path = rng.choice([f"/v1/namespaces/{bad}/tables/t",
                           f"/v1/namespaces/x/tables/{bad}"])
    return Request("tableExists", kind, case, "HEAD", path, None, dict(GET))


def drop(model, rng, kind):
    key, case, query = model.table(rng), "plain", ""
    if kind == "valid":
        if len(model.tables) < 6:
            return None
        case, query = rng.choice([
            ("plain", ""), ("keep", "?purgeRequested=false"),
            ("purge", "?purgeRequested=true"),
            ("python", "?purgeRequested=True"),
            ("odd", "?purgeRequested=zzz")])
        if case in ("purge", "python"):  # manifest lists are not there
            key = model.table(rng, lambda m: not m["snapshots"] and
                              m["table-uuid"] not in model.adopted)
    elif kind == "conflicting":
        key, case = rng.choice([
            ((model.some(rng, model.spaces) or ("x",), "nosuchtable"),
             "missing"), ((missing_ns(model, rng), "t"), "no namespace"),
            (model.some(rng, model.views), "is a view")])
    if not key:
        return None
    path = table_path(key) + query
    if kind == "malformed":
        case, bad = bad_path(rng)
        path = rng.choice([f"/v1/namespaces/{bad}/tables/t",
                           f"/v1/namespaces/x/tables/{bad}"])
    kept = case in ("plain", "keep", "odd")

    def learn(m, answer):
        if answer.status == 204 and key in m.tables:
            del m.tables[key]
            if kept:
                m.metadata_files[key] = True
    return Request("dropTable", kind, case, "DELETE", path, None, dict(GET),
                   [subject_of(key)], learn)


def rename_of(op, what, path):
    """what: of a model, the tables or the views."""
    def make(model, rng, kind):
        source = model.some(rng, what(model))
        ns = model.some(rng, model.spaces)
        if not source or not ns:
            return None
        target, case = (ns, model.name(rng, "r")), "plain"
        if kind == "valid" and rng.random() < 0.1:
            target, case = source, "same"
        if kind == "conflicting":
            case = rng.choice(["missing", "taken", "taken by other kind",
                               "no namespace", "no source namespace"])
            if case == "missing":
                source = (ns, "nosuchtable")
            elif case == "taken":
                target = model.some(rng, what(model))
                case = "same" if target == source else case
            elif case == "taken by other kind":
                other = (model.views if what(model) is model.tables
                         else model.tables)
                target = model.some(rng, other)
            elif case == "no namespace":
                target = (missing_ns(model, rng), "t")
            else:
                source = (missing_ns(model, rng), "t")
        if not target:
            return None
        body = {"source": identifier(source),
                "destination": identifier(target)}
        if kind == "malformed":
            case, body = spoil(rng, body)
        elif rng.random() < 0.2:
            case, body = case + " with unknown member", add_unknown(rng, body)
        kind_of = "table" if op == "renameTable" else "view"

        def learn(m, answer):
            if answer.status == 204 and source in what(m):
                what(m)[target] = what(m).pop(source)
        request = Request(op, kind, case, "POST", path, body, None,
                          [(kind_of,) + source, (kind_of,) + target], learn)
        request.moves = (source, target)
        return request
    return make


def register(model, rng, kind):
    files = model.metadata_files if kind == "valid" else model.tables
    old, ns = model.some(rng, files), model.some(rng, model.spaces)
    if not old or not ns:
        return None
    key, case = (ns, model.name(rng, "g")), "plain"
    location = "{{location:%s}}" % symbol_key(subject_of(old))
    if kind == "conflicting":
        case = rng.choice(["taken", "no namespace", "no file", "not a file",
                           "is a view", "overwrite"])
        if case == "taken":
            key = model.table(rng)
        elif case == "is a view":
            key = model.some(rng, model.views)
        elif case == "no namespace":
            key = (missing_ns(model, rng), "t")
        elif case == "no file":
            location = "{{wh}}/nothing/metadata/00000-x.metadata.json"
        elif case == "not a file":
            location = rng.choice(["zzz", "{{wh}}/x.json", "a/b/c"])
    if not key:
        return None
    body = {"name": key[1], "metadata-location": location}
    if case == "overwrite":
        body["overwrite"] = True
    if kind == "malformed":
        case, body = spoil(rng, body)
    elif rng.random() < 0.2:
        case, body = case + " with unknown member", add_unknown(rng, body)

    def learn(m, answer):
        if answer.status == 200:  # two tables now share files
            m.metadata_files.pop(old, None)
            m.adopted.add(answer.json["metadata"]["table-uuid"])
            learn_table(key)(m, answer)
    return Request("registerTable", kind, case, "POST",
                   f"{ns_path(key[0])}/register", body, None,
                   [subject_of(key)], learn)


def metrics(model, rng, kind):
    key = model.table(rng)
    if kind == "conflicting":
        key = rng.choice([(("x",), "nosuchtable"),
                          (missing_ns(model, rng), "t")])
    if not key:
        return None
    count = {"unit": "count", "value": 3}
    body, case = rng.choice([
        ({"report-type": "commit-report", "table-name": "a.b",
          "snapshot-id": 1, "sequence-number": 1, "operation": "append",
          "metrics": {"attempts": count,
                      "total-duration": {"count": 1, "time-unit":
                                         "nanoseconds",
                                         "total-duration": 9}},
          "metadata": {"a": "b"}}, "commit"),
        ({"report-type": "scan-report", "table-name": "a.b",
          "snapshot-id": 1, "filter": True, "schema-id": 0,
          "projected-field-ids": [1], "projected-field-names": ["id"],
          "metrics": {"result-data-files": count}}, "scan")])
    if kind == "malformed":
        case, body = spoil(rng, body)
    elif rng.random() < 0.2:
        case, body = "unknown member", add_unknown(rng, body)
    return Request("reportMetrics", kind, case, "POST",
                   table_path(key) + "/metrics", body)


MAKERS = {
    "createTable": create,
    "loadTable": load,
    "tableExists": exists,
    "dropTable": drop,
    "renameTable": rename_of("renameTable", lambda m: m.tables,
                             "/v1/tables/rename"),
    "registerTable": register,
    "reportMetrics": metrics,
}
