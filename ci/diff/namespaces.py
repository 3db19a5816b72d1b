"""Requests about namespaces, and those that come before them."""

from urllib.parse import quote

from model import Request, ns_path
from mutate import add_unknown, spoil

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TYPES = ["application/json", "application/json; charset=utf-8", "text/plain",
         "application/x-www-form-urlencoded", "application/octet-stream",
         "*/*", None]


def some_headers(rng):
    """The server looks at none of these."""
    kind = rng.choice(TYPES)
    out = {"Accept": rng.choice(["application/json", "*/*", "text/xml"])}
    if kind:
        out["Content-Type"] = kind
    if rng.random() < 0.1:
        out["X-Client-Version"] = "none"
    return out


def missing_ns(model, rng):
    model.count += 1
    ns = (f"gone{model.count}",)
    return ns + ("below",) if rng.random() < 0.3 else ns


BAD_PATHS = ["%zz", "%", "%2", "%2F", "a%2Fb", "%2E%2E", "%00", "%1F",
             "%c3%28", "%ff", ".", "..", "a;b", "", "a//b"]


def bad_path(rng):
    bad = rng.choice(BAD_PATHS)
    return f"path {bad or 'empty'}", bad


# ---- config, token ----

def config(model, rng, kind):
    query, case = {
        "valid": rng.choice([("", "plain"), ("?warehouse=w", "warehouse"),
                             ("?a=b&c=d", "query")]),
        "conflicting": ("?warehouse=no-such-warehouse", "unknown warehouse"),
        "malformed": rng.choice([("?warehouse", "bare"), ("?=", "no name"),
                                 ("?%zz=1", "bad escape"), ("?&&", "empty"),
                                 ("?warehouse=%ff", "bad utf-8")]),
    }[kind]
    return Request("getConfig", kind, case, "GET", "/v1/config" + query,
                   headers=some_headers(rng))


def token(model, rng, kind):
    exchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    who = f"who{rng.randint(0, 9)}"
    case, form = {
        "valid": rng.choice([
            ("credentials", f"grant_type=client_credentials&client_id={who}"
                            "&client_secret=s&scope=catalog"),
            ("exchange", f"grant_type={quote(exchange, safe='')}"
                         f"&subject_token={who}&subject_token_type=x")]),
        "conflicting": rng.choice([
            ("grant", "grant_type=password&client_id=a&client_secret=b"),
            ("no grant", "client_id=a&client_secret=b")]),
        "malformed": rng.choice([
            ("empty", ""), ("json", '{"grant_type": "client_credentials"}'),
            ("bare", "grant_type"), ("escape", "grant_type=%zz")]),
    }[kind]
    return Request("getToken", kind, case, "POST", "/v1/oauth/tokens", form,
                   FORM)


# ---- namespaces ----

def create(model, rng, kind):
    parent = model.some(rng, model.spaces) if rng.random() < 0.3 else None
    ns = (parent or ())[:2] + (model.name(rng, "n"),)
    body = {"namespace": list(ns)}
    if rng.random() < 0.6:
        body["properties"] = {f"k{i}": rng.choice(["", "v", "é", "1"])
                              for i in range(rng.randint(0, 3))}
    case, headers = "plain", None
    if kind == "conflicting":
        ns = model.some(rng, model.spaces)
        if not ns:
            return None
        case, body["namespace"] = "exists", list(ns)
    elif kind == "malformed":
        body.setdefault("properties", {"a": "b"})
        case, body = spoil(rng, body)
    elif rng.random() < 0.2:
        case, body = "unknown member", add_unknown(rng, body)
    elif rng.random() < 0.3:
        case, headers = "content type", some_headers(rng)
    return Request("createNamespace", kind, case, "POST", "/v1/namespaces",
                   body, headers, [("namespace", ns, None)], learn_space)


def learn_space(model, answer):
    body = answer.json
    if answer.status == 200 and isinstance(body.get("namespace"), list):
        if body["namespace"]:
            model.spaces[tuple(body["namespace"])] = body["properties"]


def by_path(op, method, prefix="", suffix=""):
    def make(model, rng, kind):
        ns, case = model.some(rng, model.spaces), "plain"
        if kind == "conflicting":
            ns, case = missing_ns(model, rng), "missing"
        if not ns:
            return None
        path = ns_path(ns) + suffix
        if kind == "malformed":
            case, bad = bad_path(rng)
            path = f"/v1/namespaces/{bad}{suffix}"
        return Request(op, kind, case, method, path, headers={
            "Accept": "application/json"})
    return make


def drop(model, rng, kind):
    case = "plain"
    if kind == "valid":
        ns = (model.empty_spaces() or [None])[0]
    elif kind == "conflicting" and rng.random() < 0.5:
        full = sorted(set(model.spaces) - set(model.empty_spaces()))
        ns, case = (rng.choice(full) if full else None), "not empty"
    else:
        ns, case = missing_ns(model, rng), "missing"
    if not ns or (kind == "valid" and len(model.spaces) < 5):
        return None
    path = ns_path(ns)
    if kind == "malformed":
        case, bad = bad_path(rng)
        path = f"/v1/namespaces/{bad}"
    subject = ("namespace", ns, None)

    def learn(m, answer):
        if answer.status == 204:
            m.forget(subject)
    return Request("dropNamespace", kind, case, "DELETE", path,
                   subjects=[subject], learn=learn)


def properties(model, rng, kind):
    ns = model.some(rng, model.spaces)
    if not ns:
        return None
    has = [k for k in model.spaces[ns] if k != "location"]
    keys = has + ["k0", "k1", "new", "owner"]
    body = {"removals": sorted({rng.choice(keys)
                                for _ in range(rng.randint(0, 2))})}
    body["updates"] = {k: rng.choice(["", "a", "ü"])
                       for k in rng.sample(["k0", "k1", "u1", "u2"], 2)
                       if k not in body["removals"]}
    case, path = "plain", ns_path(ns)
    if kind == "conflicting" and rng.random() < 0.5:
        case = "overlap"
        body = {"removals": ["a", "b"], "updates": {"a": "1"}}
    elif kind == "conflicting":
        case, path = "missing", ns_path(missing_ns(model, rng))
    elif kind == "malformed":
        body = {"removals": ["k0"], "updates": {"k1": "v"}}
        case, body = spoil(rng, body)
    elif rng.random() < 0.2:
        case, body = "unknown member", add_unknown(rng, body)
    elif rng.random() < 0.2:
        case, body = "one of them", {rng.choice(list(body)): None}
    return Request("updateProperties", kind, case, "POST",
                   path + "/properties", body,
                   subjects=[("namespace", ns, None)])


# ---- lists ----

def lister(op, place):
    """place: of (model, rng, conflicting) to a path with a query begun."""
    def make(model, rng, kind):
        path = place(model, rng, kind == "conflicting")
        if not path:
            return None
        case, query = "whole", ""
        if kind == "valid":
            case, query = rng.choice([
                ("whole", ""), ("token empty", "pageToken="),
                ("page", f"pageToken=&pageSize={rng.randint(1, 4)}"),
                ("next page", "pageToken={{token:%s}}&pageSize=2" % op),
                ("big page", "pageToken=&pageSize=1000")])
        elif kind == "malformed":
            case, query = rng.choice([
                ("size abc", "pageToken=&pageSize=abc"),
                ("size 0", "pageToken=&pageSize=0"),
                ("size -1", "pageToken=&pageSize=-1"),
                ("size 2^31", "pageToken=&pageSize=2147483648"),
                ("size 2^64", "pageToken=&pageSize=18446744073709551616"),
                ("size empty", "pageToken=&pageSize="),
                ("size 1.5", "pageToken=&pageSize=1.5"),
                ("token abc", "pageToken=abc&pageSize=2"),
                ("bad escape", "pageToken=%zz&pageSize=2"),
                ("unknown", "frob=1&=&&x")])
        sign = "&" if "?" in path else "?"
        return Request(op, kind, case, "GET", path + (query and sign + query),
                       headers={"Accept": "application/json"})
    return make


def spaces_place(model, rng, conflicting):
    if conflicting:
        ns = missing_ns(model, rng)
    elif rng.random() < 0.5:
        return "/v1/namespaces"
    else:
        ns = model.some(rng, model.spaces)
    if not ns:
        return None
    parent = "%2E".join(quote(x, safe="") for x in ns)
    return f"/v1/namespaces?parent={parent}"


def inside_place(what):
    def place(model, rng, conflicting):
        ns = (missing_ns(model, rng) if conflicting
              else model.some(rng, model.spaces))
        return ns and f"{ns_path(ns)}/{what}"
    return place


MAKERS = {
    "getConfig": config,
    "getToken": token,
    "listNamespaces": lister("listNamespaces", spaces_place),
    "createNamespace": create,
    "loadNamespace": by_path("loadNamespace", "GET"),
    "namespaceExists": by_path("namespaceExists", "HEAD"),
    "dropNamespace": drop,
    "updateProperties": properties,
    "listTables": lister("listTables", inside_place("tables")),
    "listViews": lister("listViews", inside_place("views")),
}
