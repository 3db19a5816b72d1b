"""ListObjects, ListObjectsV2, ListObjectVersions, ListMultipartUploads."""

from model import Request
from objects import bad_bucket

PREFIXES = ["", "a", "a/", "b/", "dir/", "p=1/", "zz", "zz/", "ü", "no/such",
            "with", "plus+", "per%", "<", "/", "warehouse/t/", "metadata/v"]
DELIMITERS = ["/", "/", "/", "", "-", "t/", "ü", "%", "a/"]
MARKERS = ["a", "a/", "a/b", "b/2", "dir/", "zz/1", "zzz", "\u00ff", "metadata",
           "with blank", "plus+sign"]


def some(rng, chance, name, values):
    return [(name, rng.choice(values))] if rng.random() < chance else []


def common(rng, op):
    """What all four have; uploads are not grouped by MinIO."""
    return (some(rng, 0.5, "prefix", PREFIXES)
            + some(rng, 0.4 * (op != "ListMultipartUploads"), "delimiter",
                   DELIMITERS)
            + some(rng, 0.4, "encoding-type", ["url"]))


FORMS = {
    # operation: (fixed query, name of the limit, markers, element of the next)
    "ListObjects": ([], "max-keys", ["marker"], "NextMarker"),
    "ListObjectsV2": ([("list-type", "2")], "max-keys", ["start-after"],
                      "NextContinuationToken"),
    "ListObjectVersions": ([("versions", "")], "max-keys", ["key-marker"],
                           "NextKeyMarker"),
    "ListMultipartUploads": ([("uploads", "")], "max-uploads",
                             ["key-marker"], "NextKeyMarker"),
}
BAD = {
    "ListObjects": [("list-type", "x"), ("list-type", "")],
    "ListObjectsV2": [("continuation-token", "x"), ("continuation-token", ""),
                      ("continuation-token", "!!"), ("fetch-owner", "maybe"),
                      ("list-type", "3"), ("list-type", "x"),
                      ("list-type", "")],
    "ListObjectVersions": [("version-id-marker", "x"),
                           ("version-id-marker",
                            "01234567-89ab-4def-8123-456789abcdef")],
    "ListMultipartUploads": [("key-marker", "b"), ("prefix", "no"),
                             ("key-marker", "zz")],
}


def token_symbols(op, name, element):
    def symbols(answer):
        value = answer.find(element)
        if value is None:
            return {}
        out = {name: value}
        more = answer.find("NextVersionIdMarker") or \
            answer.find("NextUploadIdMarker")
        out[name + ".id"] = more or ""
        return out
    return symbols


def next_page(op, query, name):
    """The query of the page behind."""
    drop = {"marker", "start-after", "key-marker", "continuation-token",
            "version-id-marker", "upload-id-marker"}
    query = [(k, v) for k, v in query if k not in drop]
    text = "{{%s}}" % name
    if op == "ListObjects":
        return query + [("marker", text)]
    if op == "ListObjectsV2":
        return query + [("continuation-token", text)]
    what = "version-id-marker" if op == "ListObjectVersions" \
        else "upload-id-marker"
    return query + [("key-marker", text), (what, "{{%s.id}}" % name)]


def page(op, kind, case, bucket, query, number, depth=0):
    """A request whose following pages are asked at once (model.pending): later
    MinIO would still answer from what it kept of the first."""
    name = f"page{number}"
    element = FORMS[op][3]

    def learn(model, answer):
        if answer.find("IsTruncated") == "true" and answer.find(element) \
                and depth < 3 and not any(k == "encoding-type"
                                          for k, _ in query):
            model.pending.append(page(op, kind, "next page", bucket,
                                      next_page(op, query, name),
                                      model.number(), depth + 1))
    return Request(op, kind, case, "GET", bucket, None, query, {}, None, None,
                   learn, token_symbols(op, name, element))


def maker(op):
    fixed, limit, markers, _ = FORMS[op]

    def make(model, rng, kind):
        b = model.bucket(rng, lambda b: b.objects or b.uploads) \
            or model.bucket(rng)
        query = fixed + common(rng, op)
        if kind == "valid":
            query += some(rng, 0.5, limit, ["1", "2", "3", "7", "1000"])
            query += some(rng, 0.2, markers[0], MARKERS)
            if op == "ListObjectsV2":
                query += some(rng, 0.3, "fetch-owner", ["true", "false"])
            if any(k == "delimiter" and v not in ("", "/") for k, v in query):
                # MinIO ends such a page by keys, not by what is told of them
                query = [(k, v) for k, v in query if k != limit]
            case = " ".join(k for k, _ in query)
            return page(op, kind, case or "plain", b.name, query,
                        model.number())
        if kind == "conflicting":
            case, bucket, more = rng.choice([
                ("absent bucket", bad_bucket(rng), []),
                ("absent bucket", "no-such-bucket", []),
                ("zero", b.name, [(limit, "0")]),
                ("beyond the limit", b.name, [(limit, "5000")]),
                ("marker behind all", b.name, [(markers[0], "zzzzzz")]),
                ("marker outside prefix", b.name,
                 [("prefix", "b/"), (markers[0], "a")]),
                ("marker is a prefix", b.name,
                 [("delimiter", "/"), (markers[0], "a/")]),
                ("no value", b.name, [(limit, None)]),
                ("twice", b.name, [("prefix", "a"), ("prefix", "b")]),
            ])
            if case == "twice" and op == "ListMultipartUploads":
                return None
            names = {k for k, _ in more}
            query = [(k, v) for k, v in query if k not in names] + more
            return page(op, kind, case, bucket, query, model.number())
        name, value = rng.choice(BAD[op] + [
            (limit, "-1"), (limit, "x"), (limit, ""), (limit, "1.5"),
            (limit, "99999999999999999999"), ("encoding-type", "base64"),
            ("encoding-type", "")])
        if op == "ListMultipartUploads" and name == "encoding-type":
            return None  # it repeats whatever word that is
        query = [(k, v) for k, v in query if k != name] + [(name, value)]
        return Request(op, kind, f"{name} {value!r}", "GET", b.name, None,
                       query)
    return make


MAKERS = {op: maker(op) for op in FORMS}
