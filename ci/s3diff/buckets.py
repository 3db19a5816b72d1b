"""Buckets: make, head, list, delete, location, versioning, tags."""

from model import SPARE, Bucket, Request
from objects import AWS_NS, bad_bucket, bad_tags, some_tags, tags_xml

BAD_NAMES = ["ab", "UPPER", "under_score", "192.168.1.1", "x" * 64, "-dash",
             "dash-", "dot..dot", "a b", "minio", "a.-b", "%20", "ü-bucket"]
LOCATION = ('<CreateBucketConfiguration {}><LocationConstraint>{}'
            '</LocationConstraint></CreateBucketConfiguration>')
LEAST_BUCKETS, MOST_BUCKETS = 3, 8


def create(model, rng, kind):
    name = f"b{model.number()}" + rng.choice(["", "-x", ".dots", "-long" * 5])
    name = name if len(name) > 2 else name + "-x"
    if kind == "valid" and len(model.buckets) > LEAST_BUCKETS:
        name = SPARE + name
    headers, body = {}, None

    def learn(m, answer):
        m.buckets[name] = Bucket(name)
    if kind == "valid":
        if len(model.buckets) >= MOST_BUCKETS:
            return None
        case, body = rng.choice([
            ("plain", None), ("plain", None), ("empty body", ""),
            ("location", LOCATION.format(AWS_NS, "us-east-1")),
            ("empty location", LOCATION.format("", ""))])
    elif kind == "conflicting":
        b = model.bucket(rng)
        if not b:
            return None
        name, learn = b.name, None
        case, headers = rng.choice([
            ("own", {}), ("own, location", {})])
        if "location" in case:
            body = LOCATION.format(AWS_NS, "us-east-1")
    else:
        case = rng.choice(["name", "name", "location", "xml", "root", "lock"])
        if case == "name":
            name = rng.choice(BAD_NAMES)
            case += " " + name
        elif case == "location":
            body = LOCATION.format("", rng.choice(["mars-1", "eu-west-1"]))
        elif case == "xml":
            body = rng.choice(["<CreateBucketConfiguration>", "text"])
        elif case == "root":
            body = "<Other><LocationConstraint>us-east-1" \
                "</LocationConstraint></Other>"
        else:
            headers = {"x-amz-bucket-object-lock-enabled": "maybe"}
    return Request("CreateBucket", kind, case, "PUT", name, None, (), headers,
                   body, None, learn)


def delete(model, rng, kind):
    if kind == "valid":
        if len(model.buckets) <= LEAST_BUCKETS:
            return None
        spare = [n for n in sorted(model.buckets) if n.startswith(SPARE)]
        if not spare:
            return None
        b = model.buckets[rng.choice(spare)]
        return Request("DeleteBucket", kind, "empty", "DELETE", b.name, None,
                       (), {}, None, None,
                       lambda m, a: m.buckets.pop(b.name, None))
    if kind == "conflicting":
        b = model.bucket(rng, lambda b: b.objects)
        if not b:
            return None
        case, name = rng.choice([("full", b.name), ("absent", "no-such-bucket"),
                                 ("absent", "no.such")])
        return Request("DeleteBucket", kind, case, "DELETE", name)
    name = rng.choice(BAD_NAMES)
    return Request("DeleteBucket", kind, f"name {name}", "DELETE", name)


def plain(op, method, what=None):
    """Of operations that ask one thing about a bucket."""
    def make(model, rng, kind):
        query = [(what, "")] if what else []
        b = model.bucket(rng)
        if kind == "valid":
            if what and rng.random() < 0.3:
                query = [(what, None)]
            return Request(op, kind, "plain", method, b.name, None, query)
        if kind == "conflicting":
            return Request(op, kind, "absent", method, rng.choice(
                ["no-such-bucket", "no.such"]), None, query)
        name = bad_bucket(rng)
        return Request(op, kind, f"name {name}", method, name, None, query)
    return make


def list_buckets(model, rng, kind):
    query = {"valid": [[], [("x-id", "ListBuckets")]],
             "conflicting": [[("prefix", "b1")], [("max-buckets", "1")],
                             [("bucket-region", "mars-1")]],
             "malformed": [[("max-buckets", "x")], [("max-buckets", "-1")],
                           [("max-buckets", "0")],
                           [("continuation-token", "x")]]}[kind]
    query = rng.choice(query)
    return Request("ListBuckets", kind, f"query {query}", "GET", None, None,
                   query)


# ---- versioning ----

def state_xml(state, more=""):
    return (f"<VersioningConfiguration {AWS_NS}><Status>{state}</Status>{more}"
            "</VersioningConfiguration>")


def put_versioning(model, rng, kind):
    b = model.bucket(rng)
    name, learn = b.name, None
    if kind == "valid":
        versioned = sum(bool(x.versioning) for x in model.buckets.values())
        if b.uploads:  # MinIO names versions when uploads begin
            return None
        if not b.versioning and versioned * 2 > len(model.buckets):
            return None
        state = rng.choice(["Enabled", "Enabled", "Suspended"])
        case, body = state, state_xml(state)

        def learn(m, answer):
            m.buckets[name].versioning = state
    elif kind == "conflicting":
        case, body = "absent bucket", state_xml("Enabled")
        name = rng.choice(["no-such-bucket", "no.such"])
    else:
        case, body = rng.choice([
            ("state", state_xml("On")), ("empty state", state_xml("")),
            ("lower case", state_xml("enabled")),
            ("no state", "<VersioningConfiguration/>"),
            ("mfa", state_xml("On", "<MfaDelete>Enabled</MfaDelete>")),
            ("not closed", "<VersioningConfiguration><Status>"),
            ("empty", ""), ("no xml", "Enabled"),
            ("other root", "<Other><Status>On</Status></Other>")])
    return Request("PutBucketVersioning", kind, case, "PUT", name, None,
                   [("versioning", "")], {}, body, None, learn)


# ---- tags ----

def put_tags(model, rng, kind):
    b = model.bucket(rng)
    name = b.name
    case, body = "tags", tags_xml(some_tags(rng))
    if kind == "conflicting":
        case, name = "absent bucket", rng.choice(["no-such-bucket", "no.such"])
    elif kind == "malformed":
        case, body = bad_tags(rng, 50)
    return Request("PutBucketTagging", kind, case, "PUT", name, None,
                   [("tagging", "")], {}, body)


MAKERS = {
    "ListBuckets": list_buckets,
    "CreateBucket": create,
    "HeadBucket": plain("HeadBucket", "HEAD"),
    "DeleteBucket": delete,
    "GetBucketLocation": plain("GetBucketLocation", "GET", "location"),
    "GetBucketVersioning": plain("GetBucketVersioning", "GET", "versioning"),
    "PutBucketVersioning": put_versioning,
    "GetBucketTagging": plain("GetBucketTagging", "GET", "tagging"),
    "PutBucketTagging": put_tags,
    "DeleteBucketTagging": plain("DeleteBucketTagging", "DELETE", "tagging"),
}
