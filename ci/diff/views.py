"""Requests about views."""

from commits import NEVER
from model import Request, ns_path, some_schema, symbol_key, view_path
from mutate import add_unknown, spoil
from namespaces import bad_path, missing_ns
from tables import rename_of

GET = {"Accept": "application/json"}


def subject_of(key):
    return ("view", key[0], key[1])


def some_version(model, rng, number, dialects=("spark",)):
    v = {"version-id": number, "timestamp-ms": model.now_ms(),
         "schema-id": 0, "summary": {"engine-name": "x"},
         "representations": [{"type": "sql", "sql": f"select {number}",
                              "dialect": d} for d in dialects],
         "default-namespace": ["d"]}
    if rng.random() < 0.3:
        v["default-catalog"] = "c"
    return v


def some_view(model, rng, name):
    body = {"name": name, "schema": some_schema(rng),
            "view-version": some_version(model, rng, 1,
                                         rng.choice([("spark",), ("trino",),
                                                     ("spark", "trino")])),
            "properties": {"owner": "me"}}
    if rng.random() < 0.2:
        body["location"] = "{{wh}}/ownview/%d" % model.count
    return body


def learn_view(key):
    def learn(model, answer):
        if answer.status == 200 and "metadata" in answer.json:
            model.views[key] = answer.json["metadata"]
    return learn


def create(model, rng, kind):
    ns = model.some(rng, model.spaces)
    if not ns:
        return None
    key, case = (ns, model.name(rng, "v")), "plain"
    if kind == "conflicting":
        case = rng.choice(["exists", "is a table", "no namespace",
                           "two dialects", "no name", "no properties"])
        if case == "exists":
            key = model.some(rng, model.views)
        elif case == "is a table":
            key = model.table(rng)
        elif case == "no namespace":
            key = (missing_ns(model, rng), "v")
    if not key:
        return None
    body = some_view(model, rng, key[1])
    if case == "two dialects":
        body["view-version"]["representations"] *= 2
    elif case == "no name":
        body["name"] = ""
    elif case == "no properties":
        del body["properties"]
    if kind == "malformed":
        case, body = spoil(rng, body)
    elif kind == "valid" and rng.random() < 0.2:
        case, body = "unknown member", add_unknown(rng, body)
    return Request("createView", kind, case, "POST",
                   f"{ns_path(key[0])}/views", body, None,
                   [subject_of(key)], learn_view(key))


def by_path(op, method):
    def make(model, rng, kind):
        key, case = model.some(rng, model.views), "plain"
        if kind == "conflicting":
            key, case = rng.choice([
                ((model.some(rng, model.spaces) or ("x",), "nosuchview"),
                 "missing"), ((missing_ns(model, rng), "v"), "no namespace"),
                (model.table(rng), "is a table")])
        if kind == "valid" and op == "dropView":
            if len(model.views) < 4:
                return None
            # not one of two that share a file: it goes with the view
            own = [k for k, m in model.views.items()
                   if m["view-uuid"] not in model.adopted]
            key = model.some(rng, own)
        if not key:
            return None
        path = view_path(key)
        if kind == "malformed":
            case, bad = bad_path(rng)
            path = rng.choice([f"/v1/namespaces/{bad}/views/v",
                               f"/v1/namespaces/x/views/{bad}"])

        def learn(m, answer):
            if op == "dropView" and answer.status == 204:
                m.views.pop(key, None)
        return Request(op, kind, case, method, path, None, dict(GET),
                       [subject_of(key)], learn)
    return make


def change(model, rng, key):
    meta = model.views[key]
    numbers = [v["version-id"] for v in meta["versions"]]
    current = next(v for v in meta["versions"]
                   if v["version-id"] == meta["current-version-id"])
    dialects = [r["dialect"] for r in current["representations"]]
    version = some_version(model, rng, max(numbers) + 1, dialects)
    schemas = [s["schema-id"] for s in meta["schemas"]]
    version["schema-id"] = rng.choice(schemas)
    new_schema = dict(some_schema(rng), **{"schema-id": max(schemas) + 1})
    case, updates = rng.choice([
        ("replace", [{"action": "add-view-version", "view-version": version},
                     {"action": "set-current-view-version",
                      "view-version-id": -1}]),
        ("replace schema", [
            {"action": "add-schema", "schema": new_schema,
             "last-column-id": 9},
            {"action": "add-view-version",
             "view-version": dict(version, **{"schema-id": -1})},
            {"action": "set-current-view-version", "view-version-id": -1}]),
        ("choose", [{"action": "set-current-view-version",
                     "view-version-id": rng.choice(numbers)}]),
        ("properties", [{"action": "set-properties",
                         "updates": {"a": str(model.count)}}]),
        ("remove", [{"action": "remove-properties",
                     "removals": ["a", "nokey"]}]),
        ("location", [{"action": "set-location",
                       "location": "{{wh}}/viewmoved%d" % model.count}]),
        ("nothing", [])])
    requirements = [{"type": "assert-view-uuid", "uuid":
                     "{{uuid:%s}}" % symbol_key(subject_of(key))}]
    return case, {"requirements": requirements[:rng.randint(0, 1)],
                  "updates": updates}


def replace(model, rng, kind):
    key = model.some(rng, model.views)
    if not key:
        return None
    case, body = change(model, rng, key)
    if kind == "conflicting":
        case, what = rng.choice([
            ("uuid", None), ("missing", None), ("no namespace", None),
            ("unknown version", {"action": "set-current-view-version",
                                 "view-version-id": 900}),
            ("none added", {"action": "set-current-view-version",
                            "view-version-id": -1}),
            ("version 9", {"action": "upgrade-format-version",
                           "format-version": 9}),
            ("of tables", {"action": "set-default-spec", "spec-id": 0}),
            ("other uuid", {"action": "assign-uuid", "uuid": NEVER}),
            ("lost dialect", {"action": "add-view-version", "view-version":
                              some_version(model, rng, 77, ("other",))}),
            ("schema", {"action": "add-view-version", "view-version": dict(
                some_version(model, rng, 78), **{"schema-id": 900})})])
        if case == "uuid":
            body["requirements"] = [{"type": "assert-view-uuid",
                                     "uuid": NEVER}]
        elif case == "missing":
            key = (key[0], "nosuchview")
        elif case == "no namespace":
            key = (missing_ns(model, rng), "v")
        else:
            body["updates"] = [what]
            if case == "lost dialect":
                body["updates"].append({"action": "set-current-view-version",
                                        "view-version-id": -1})
    elif kind == "malformed":
        case, body = spoil(rng, body)
    return Request("replaceView", kind, case, "POST", view_path(key), body,
                   None, [subject_of(key)], learn_view(key))


def register(model, rng, kind):
    ns, old = model.some(rng, model.spaces), model.some(rng, model.views)
    if not ns or not old:
        return None
    key, case = (ns, model.name(rng, "w")), "plain"
    location = "{{location:%s}}" % symbol_key(subject_of(old))
    if kind == "conflicting":
        case = rng.choice(["exists", "is a table", "no namespace", "no file",
                           "not a file"])
        if case == "exists":
            key = model.some(rng, model.views)
        elif case == "is a table":
            key = model.table(rng)
        elif case == "no namespace":
            key = (missing_ns(model, rng), "v")
        elif case == "no file":
            location = "{{wh}}/nothing/metadata/00000-x.metadata.json"
        else:
            location = rng.choice(["zzz", "{{wh}}/x.json"])
    if not key:
        return None
    body = {"name": key[1], "metadata-location": location}
    if kind == "malformed":
        case, body = spoil(rng, body)

    def learn(m, answer):
        learn_view(key)(m, answer)
        if answer.status == 200:
            m.adopted.add(answer.json["metadata"]["view-uuid"])
    return Request("registerView", kind, case, "POST",
                   f"{ns_path(key[0])}/register-view", body, None,
                   [subject_of(key)], learn)


MAKERS = {
    "createView": create,
    "loadView": by_path("loadView", "GET"),
    "viewExists": by_path("viewExists", "HEAD"),
    "dropView": by_path("dropView", "DELETE"),
    "replaceView": replace,
    "renameView": rename_of("renameView", lambda m: m.views,
                            "/v1/views/rename"),
    "registerView": register,
}
