"""What no operation above has: methods, queries and targets that servers
refuse, and frames of HTTP."""

from model import Request
from objects import NEVER, bad_bucket

METHODS = ["POST", "PATCH", "OPTIONS", "DELETE", "PUT", "TRACE", "PROPFIND",
           "get"]
UNKNOWN = ["analytics", "inventory", "metrics", "intelligent-tiering",
           "website", "logging",
           "accelerate", "requestPayment", "torrent", "nosuch"]


def method(model, rng, kind):
    """Methods that a target does not know."""
    b, key = model.object(rng)
    if not b:
        return None
    op = "other method"
    if kind == "valid":  # the target knows others
        bucket, name, m = rng.choice([
            (None, None, "PUT"), (None, None, "DELETE"), (None, None, "HEAD"),
            (b.name, NEVER, "POST"), (b.name, None, "PATCH"),
            (b.name, key, "PATCH")])
    elif kind == "conflicting":
        bucket, name, m = bad_bucket(rng), rng.choice([None, "a"]), \
            rng.choice(["PATCH", "POST"])
    else:
        bucket, name, m = rng.choice([None, b.name]), None, \
            rng.choice(["PROPFIND", "get", "TRACE", "X"])
        name = key if bucket and rng.random() < 0.5 else None
    return Request(op, kind, f"{m} {'key' if name else 'bucket' if bucket else 'service'}",
                   m, bucket, name)


def query(model, rng, kind):
    """Queries that make an operation of a target which has none."""
    b, key = model.object(rng)
    if not b:
        return None
    what = rng.choice(UNKNOWN)
    name = rng.choice([None, key])
    m = rng.choice(["GET", "GET", "HEAD"])
    if what == "nosuch" and not name:
        return None
    bucket = b.name
    if kind == "conflicting":
        bucket, what = rng.choice(["no-such-bucket", "no.such"]), \
            rng.choice(["website", "logging", "accelerate"])
    elif kind == "malformed":
        m, name = "POST", rng.choice([None, NEVER])
    where = "key" if name else "bucket"
    return Request("other query", kind, f"{m} {where} {what}", m, bucket, name,
                   [(what, "")], {}, "" if m in ("PUT", "POST") else None)


def target(model, rng, kind):
    """Paths and queries as nobody should write them."""
    b, key = model.object(rng)
    if not b:
        return None
    case, path, q = rng.choice({
        "valid": [("slash behind bucket", f"/{b.name}/", "list-type=2"),
                  ("empty query", f"/{b.name}", ""),
                  ("x-id", f"/{b.name}/", "x-id=ListObjects"),
                  ("blank as plus", f"/{b.name}", "prefix=with+blank"),
                  ("coded letters", f"/{b.name}", "prefix=%61"),
                  ("twice", f"/{b.name}", "prefix=a&prefix=b")],
        "conflicting": [("two operations", f"/{b.name}", "location&versioning"),
                        ("two operations", f"/{b.name}", "uploads&versions"),
                        ("tagging and part", f"/{b.name}/{NEVER}",
                         "tagging&uploadId=x"),
                        ],
        "malformed": [("bad percent", f"/{b.name}", "prefix=%zz"),
                      ("semicolon", f"/{b.name}", "prefix=a;b"),
                      ("no utf-8", f"/{b.name}", "prefix=%ff%fe"),
                      ("dots", f"/{b.name}/../x", ""),
                      ("long", f"/{b.name}/" + "y" * 3000, ""),
                      ("backslash", f"/{b.name}%5Cx", "")],
    }[kind])
    return Request("other target", kind, case, "GET", b.name, None, q, {},
                   None, None, None, None, path)


MAKERS = {"other method": method, "other query": query,
          "other target": target}
