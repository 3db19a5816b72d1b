"""PutObject, GetObject, HeadObject, DeleteObject, DeleteObjects, tags and
attributes: valid, conflicting and malformed requests."""

import base64
from xml.sax.saxutils import escape

from model import Request, checksum, crc32_base64, some_data, with_md5
from sigv4 import md5_base64

NEVER = "no/such/key"
OLD = "Wed, 01 Jan 2014 00:00:00 GMT"
FUTURE = "Fri, 01 Jan 2038 00:00:00 GMT"
BAD_KEYS = ["a//b", "a/./b", "a/../b", "../x", "./x", "..", ".",
            "x" * 1025, "y/" + "z" * 256, "a/" + "b" * 1030]
AWS_NS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def bad_bucket(rng):
    return rng.choice(["no-such-bucket", "no-such-bucket", "no.such.bucket",
                       "ab", "UPPER", "under_score", "192.168.1.1", "x" * 64,
                       "-dash", "dash-", "dot..dot", "a b"])


# ---- PutObject ----

PUT_HEADERS = [
    ("type", {"Content-Type": "text/plain"}),
    ("type with charset", {"Content-Type": "application/json; charset=utf-8"}),
    ("metadata", {"x-amz-meta-one": "1", "X-Amz-Meta-Two": "b  c"}),
    ("control", {"Cache-Control": "max-age=60", "Content-Language": "de",
                 "Content-Disposition": 'attachment; filename="x"',
                 "Expires": FUTURE}),
    ("encoding", {"Content-Encoding": "gzip"}),
    ("encoding aws-chunked", {"Content-Encoding": "aws-chunked,gzip"}),
    ("tags", {"x-amz-tagging": "a=1&b=two%20words"}),
    ("storage class", {"x-amz-storage-class": "STANDARD"}),
    ("reduced", {"x-amz-storage-class": "REDUCED_REDUNDANCY"}),
    ("redirect", {"x-amz-website-redirect-location": "/other"}),
    ("acl", {"x-amz-acl": "private"}),
    ("expect", {"Expect": "100-continue"}),
    ("none match other", {"If-None-Match": '"0123456789abcdef0123456789abcdef"'}),
]
PUT_BAD = [
    ("bad md5", {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}),
    ("md5 is no base64", {"Content-MD5": "???"}),
    ("md5 too short", {"Content-MD5": "AAAA"}),
    ("empty md5", {"Content-MD5": ""}),
    ("bad crc32", {"x-amz-checksum-crc32": "AAAAAQ=="}),
    ("crc32 is no base64", {"x-amz-checksum-crc32": "!!!!"}),
    ("crc32 too long", {"x-amz-checksum-crc32": "AAAAAAAAAAA="}),
    ("bad sha256", {"x-amz-checksum-sha256": "A" * 43 + "="}),
    ("two checksums", {"x-amz-checksum-crc32": "AAAAAQ==",
                       "x-amz-checksum-sha1": "A" * 27 + "="}),
    ("unknown algorithm", {"x-amz-sdk-checksum-algorithm": "MD4"}),
    ("algorithm only", {"x-amz-sdk-checksum-algorithm": "CRC32"}),
    ("storage class", {"x-amz-storage-class": "GOLD"}),
    ("too many tags", {"x-amz-tagging": "&".join(
        f"k{i}=v" for i in range(11))}),
    ("tag twice", {"x-amz-tagging": "a=1&a=2"}),
    ("tag too long", {"x-amz-tagging": "k" * 129 + "=1"}),
    ("tag value too long", {"x-amz-tagging": "a=" + "v" * 257}),
    ("tag without name", {"x-amz-tagging": "=1"}),
    ("tag characters", {"x-amz-tagging": "a=%3C%3E"}),
    ("metadata too large", {"x-amz-meta-big": "m" * 2100}),
    ("metadata too large in sum", {f"x-amz-meta-{i}": "m" * 500
                                   for i in range(5)}),
    ("none match and match", {"If-None-Match": "*", "If-Match": "*"}),
    ("size differs", {"x-amz-decoded-content-length": "7"}),
    ("copy source empty", {"x-amz-copy-source": ""}),
    ("sse unknown", {"x-amz-server-side-encryption": "AES1"}),
    ("sse key", {"x-amz-server-side-encryption": "aws:kms"}),
    ("sse aes", {"x-amz-server-side-encryption": "AES256"}),
    ("sse-c without key",
     {"x-amz-server-side-encryption-customer-algorithm": "AES256"}),
    ("sse-c without tls",
     {"x-amz-server-side-encryption-customer-algorithm": "AES256",
      "x-amz-server-side-encryption-customer-key":
      base64.b64encode(b"k" * 32).decode(),
      "x-amz-server-side-encryption-customer-key-MD5":
      md5_base64(b"k" * 32)}),
]


def learn_put(bucket, key, data, symbol):
    return lambda model, a: model.put(bucket, key, data, a, symbol=symbol)


def version_of(name, header="x-amz-version-id"):
    """For Request.symbols: the version that an answer names."""
    def symbols(answer):
        value = answer.headers.get(header)
        return {name: value} if value else {}
    return symbols


def put_request(model, kind, case, bucket, key, data, headers, auth=None,
                op="PutObject"):
    name = f"v{model.number()}"
    return Request(op, kind, case, "PUT", bucket, key, (), headers, data, auth,
                   learn_put(bucket, key, data, "{{%s}}" % name),
                   version_of(name))


def put_valid(model, rng):
    b, key, data = model.bucket(rng), model.key(rng), some_data(rng)
    case, headers = rng.choice(PUT_HEADERS + [("plain", {})] * 6)
    if case == "plain" and rng.random() < 0.3:
        case, headers = "md5", with_md5({}, data)
    elif case == "plain" and rng.random() < 0.5:
        name, value = checksum(rng, data)
        case, headers = name, {name: value}
        if rng.random() < 0.5:
            headers["x-amz-sdk-checksum-algorithm"] = name[15:].upper()
    if rng.random() < 0.3:
        key = rng.choice(["n/", "warehouse/t/data/", "a/"]) + \
            f"f{model.number()}"
    return put_request(model, "valid", case, b.name, key, data, headers)


def write_condition(rng, etag, there):
    """(case, headers) that decide a write to a key."""
    other = '"0123456789abcdef0123456789abcdef"'
    state = "there" if there else "absent"
    name, headers = rng.choice([
        ("none match *", {"If-None-Match": "*"}),
        ("none match same", {"If-None-Match": f'"{etag}"'}),
        ("none match bare", {"If-None-Match": etag}),
        ("none match list", {"If-None-Match": f'{other}, "{etag}"'}),
        ("match same", {"If-Match": f'"{etag}"'}),
        ("match bare", {"If-Match": etag}),
        ("match other", {"If-Match": other}),
        ("match *", {"If-Match": "*"}),
        ("modified", {"If-Modified-Since": OLD}),
        ("unmodified", {"If-Unmodified-Since": OLD}),
        ("match weak", {"If-Match": f'W/"{etag}"'}),
    ])
    return f"{name}, {state}", headers


def put_conflicting(model, rng):
    data = some_data(rng)
    if rng.random() < 0.2:
        return put_request(model, "conflicting", "no bucket", bad_bucket(rng),
                           "a", data, {})
    b, key = model.object(rng)
    if not b:
        return None
    etag = b.current(key).etag
    if rng.random() < 0.3:
        key = f"absent/{model.number()}"
    case, headers = write_condition(rng, etag, b.current(key))
    return put_request(model, "conflicting", case, b.name, key, data, headers)


def put_malformed(model, rng):
    b, data = model.bucket(rng), some_data(rng) or b"x"
    if rng.random() < 0.25:
        key = rng.choice(BAD_KEYS)
        return put_request(model, "malformed", f"key {key[:12]!r}", b.name,
                           key, data, {})
    case, headers = rng.choice(PUT_BAD)
    return put_request(model, "malformed", case, b.name, f"bad/{model.number()}",
                       data, headers)


# ---- GetObject, HeadObject ----

RANGES = ["bytes=0-3", "bytes=0-0", "bytes=2-", "bytes=-3", "bytes=-100000",
          "bytes=0-1000000", "bytes=0-", "bytes=5-5", "bytes=1-2"]
ODD_RANGES = ["bytes=100000-", "bytes=100000-100001", "bytes=-0", "bytes=1-0",
              "bytes=", "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "bits=0-1",
              "bytes 0-1", "0-1", "bytes=0-x", "bytes=-1-", "bytes=0--1",
              "bytes= 0-1", "bytes=0-1 ", 
              "Bytes=0-1", "bytes=+1-2", "bytes=0 - 1"]
OVERRIDES = [("response-content-type", "text/x-other"),
             ("response-content-disposition", "attachment; filename=\"ü\""),
             ("response-cache-control", "no-store"),
             ("response-content-encoding", "br"),
             ("response-content-language", "fr"),
             ("response-expires", FUTURE)]


def read_request(model, rng, op, kind, case, bucket, key, query=(),
                 headers=None, auth=None):
    return Request(op, kind, case, "HEAD" if op == "HeadObject" else "GET",
                   bucket, key, query, headers, None, auth)


def read_valid(model, rng, op):
    b, key = model.object(rng)
    if not b:
        return None
    v = b.current(key)
    case, query, headers = rng.choice([
        ("plain", [], {}), ("plain", [], {}),
        ("range", [], {"Range": rng.choice(RANGES)}),
        ("range", [], {"Range": rng.choice(RANGES)}),
        ("override", [rng.choice(OVERRIDES)], {}),
        ("checksum", [], {"x-amz-checksum-mode": "ENABLED"}),
        ("checksum and range", [], {"x-amz-checksum-mode": "ENABLED",
                                    "Range": "bytes=0-1"}),
        ("x-id", [("x-id", op)], {}),
        ("part", [("partNumber", "1")], {}),
        ("match", [], {"If-Match": f'"{v.etag}"'}),
        ("unmodified", [], {"If-Unmodified-Since": FUTURE}),
        ("none match other", [], {"If-None-Match": '"abc"'}),
        ("modified", [], {"If-Modified-Since": OLD}),
        ("empty version", [("versionId", "")], {}),
        ("version", [("versionId", v.symbol)], {}),
    ])
    if case == "range" and not v.data:
        return None
    if case == "range":
        case += " " + headers["Range"]
    if case == "plain" and len(v.part_sizes) > 1:
        case, query = "part 2", [("partNumber", "2")]
    return read_request(model, rng, op, "valid", case, b.name, key, query,
                        headers)


def read_conflicting(model, rng, op):
    b, key = model.object(rng)
    if not b:
        return None
    etag = b.current(key).etag
    other = '"0123456789abcdef0123456789abcdef"'
    case, headers = rng.choice([
        ("none match", {"If-None-Match": f'"{etag}"'}),
        ("none match bare", {"If-None-Match": etag}),
        ("none match *", {"If-None-Match": "*"}),
        ("none match list", {"If-None-Match": f'{other},"{etag}"'}),
        ("match other", {"If-Match": other}),
        ("match bare", {"If-Match": etag}),
        ("match *", {"If-Match": "*"}),
        ("modified", {"If-Modified-Since": FUTURE}),
        ("unmodified", {"If-Unmodified-Since": OLD}),
        ("match and unmodified", {"If-Match": f'"{etag}"',
                                  "If-Unmodified-Since": OLD}),
        ("none match other and modified",
         {"If-None-Match": other, "If-Modified-Since": FUTURE}),
        ("absent key", None), ("absent key", None), ("absent bucket", None),
        ("absent version", None), ("deleted", None), ("below", None),
        ("part beyond", None), ("outside", None), ("slash behind", None),
    ])
    if op == "HeadObject" and case == "part beyond":
        return None
    if headers is not None:
        return read_request(model, rng, op, "conflicting", case, b.name, key,
                            (), headers)
    return read_absent(model, rng, op, case, b, key)


def read_absent(model, rng, op, case, b, key):
    bucket, query, headers = b.name, [], {}
    if case == "absent key":
        key = NEVER
    elif case == "absent bucket":
        bucket = bad_bucket(rng)
    elif case == "absent version":
        query = [("versionId", "01234567-89ab-4def-8123-456789abcdef")]
    elif case == "below":
        key = key.rstrip("/") + "/below"
    elif case == "slash behind":
        key = key.rstrip("/") + "/"
    elif case == "part beyond":
        query = [("partNumber", "7")]
    elif case == "outside":
        headers = {"Range": f"bytes={len(b.current(key).data)}-"}
    else:
        b, key, v = model.version(rng, lambda v: v.marker)
        if not b:
            return None
        bucket = b.name
        if rng.random() < 0.5:
            case, query = "marker", [("versionId", v.symbol)]
    return read_request(model, rng, op, "conflicting", case, bucket, key,
                        query, headers)


def read_malformed(model, rng, op):
    b, key = model.object(rng)
    if not b:
        return None
    case, query, headers = rng.choice([
        ("range", [], {"Range": rng.choice(ODD_RANGES)}),
        ("range", [], {"Range": rng.choice(ODD_RANGES)}),
        ("range", [], {"Range": rng.choice(ODD_RANGES)}),
        ("part", [("partNumber", rng.choice(
            ["0", "-1", "x", "10001", "", "1.5"]))], {}),
        ("part and range", [("partNumber", "1")], {"Range": "bytes=0-1"}),
        ("version", [("versionId", rng.choice(["x", "NULL", "0"]))], {}),
        ("date", [], {"If-Modified-Since": "yesterday"}),
        ("date", [], {"If-Unmodified-Since": "0"}),
        ("key", [], {}), ("path", [], {}),
        ("sse-c", [], {"x-amz-server-side-encryption-customer-algorithm":
                       "AES256"}),
    ])
    path = None
    if case in ("range", "part", "version", "date"):
        case += " " + str((query and query[0][1]) or
                          list(headers.values() or [""])[0])
    elif case == "key":
        key = rng.choice(BAD_KEYS)
        case += f" {key[:12]!r}"
    elif case == "path":
        path = f"/{b.name}/" + rng.choice(["%zz", "%", "a%2"])
        case += " " + path
    r = read_request(model, rng, op, "malformed", case, b.name, key, query,
                     headers)
    r.path = path or r.path
    return r


def reader(op):
    by_kind = {"valid": read_valid, "conflicting": read_conflicting,
               "malformed": read_malformed}
    return lambda model, rng, kind: by_kind[kind](model, rng, op)


def put_object(model, rng, kind):
    return {"valid": put_valid, "conflicting": put_conflicting,
            "malformed": put_malformed}[kind](model, rng)


# ---- DeleteObject ----

def delete_request(model, kind, case, bucket, key, version=None, headers=None):
    name = f"v{model.number()}"
    query = [("versionId", version)] if version else []

    def learn(m, answer):
        m.delete(bucket, key, "{{%s}}" % name, version)
    return Request("DeleteObject", kind, case, "DELETE", bucket, key, query,
                   headers, None, None, learn if bucket in model.buckets
                   else None, version_of(name))


def delete_object(model, rng, kind):
    b, key, v = model.version(rng)
    if not b:
        return None
    etag = v.etag
    if kind == "valid":
        if rng.random() < 0.5:
            return delete_request(model, kind, "version", b.name, key, v.symbol)
        return delete_request(model, kind, "plain", b.name, key)
    if kind == "conflicting":
        case, bucket, name, version, headers = rng.choice([
            ("absent", b.name, NEVER, None, {}),
            ("absent bucket", bad_bucket(rng), "a", None, {}),
            ("absent version", b.name, key,
             "01234567-89ab-4def-8123-456789abcdef", {}),
            ("null version", b.name, key, "null", {}),
            ("match", b.name, key, None, {"If-Match": f'"{etag}"'}),
            ("match other", b.name, key, None, {"If-Match": '"abc"'}),
            ("match, absent", b.name, NEVER, None, {"If-Match": '"abc"'}),
            ("match *", b.name, key, None, {"If-Match": "*"}),
            ("below", b.name, key.rstrip("/") + "/below", None, {}),
            ("slash behind", b.name, key.rstrip("/") + "/", None, {}),
        ])
        return delete_request(model, kind, case, bucket, name, version, headers)
    case, name, version, headers = rng.choice([
        ("key", rng.choice(BAD_KEYS), None, {}),
        ("key", rng.choice(BAD_KEYS), None, {}),
        ("version", key, rng.choice(["x", "NULL", "0", "-"]), {}),
        ("mfa", NEVER, None, {"x-amz-mfa": "1 2"}),
        ("bypass", NEVER, None, {"x-amz-bypass-governance-retention": "maybe"}),
    ])
    if case == "key":
        case += f" {name[:12]!r}"
    return delete_request(model, kind, case, b.name, name, version, headers)


# ---- DeleteObjects ----

def delete_xml(pairs, quiet=None, ns=True):
    objects = "".join(
        f"<Object><Key>{escape(k)}</Key>" +
        (f"<VersionId>{v}</VersionId>" if v else "") + "</Object>"
        for k, v in pairs)
    q = "" if quiet is None else f"<Quiet>{quiet}</Quiet>"
    return f"<Delete {AWS_NS if ns else ''}>{q}{objects}</Delete>"


def many_request(model, kind, case, bucket, body, headers=None, pairs=()):
    name = f"m{model.number()}"

    def learn(m, answer):
        for i, (key, version) in enumerate(pairs):
            m.delete(bucket, key, "{{%s.%d}}" % (name, i), version)

    def symbols(answer):
        by_key = {d.findtext("Key"): d.findtext("DeleteMarkerVersionId")
                  for d in answer.elements("Deleted")}
        return {f"{name}.{i}": by_key.get(key) or ""
                for i, (key, _) in enumerate(pairs)}
    r = Request("DeleteObjects", kind, case, "POST", bucket, None,
                [("delete", "")], headers, body, None, learn, symbols)
    r.body_digest = headers is None
    return r


def delete_objects(model, rng, kind):
    b = model.bucket(rng)
    there = sorted(b.objects)
    keys = rng.sample(there, min(len(there), rng.choice([0, 1, 2, 3])))
    if kind == "valid":
        pairs = []
        for k in keys:
            v = rng.choice(b.objects[k])
            pairs.append((k, v.symbol if rng.random() < 0.4 else None))
        pairs.append((NEVER, None))
        if any("\n" in k or "\t" in k for k, _ in pairs):
            pairs = [(NEVER, None)]
        quiet = rng.choice([None, "true", "false"])
        return many_request(model, kind, f"quiet {quiet}", b.name,
                            delete_xml(pairs, quiet, rng.random() < 0.7), None,
                            pairs)
    if kind == "conflicting":
        case, bucket, pairs = rng.choice([
            ("absent", b.name, [(NEVER, None), (NEVER + "2", None)]),
            ("absent version", b.name,
             [(NEVER, "01234567-89ab-4def-8123-456789abcdef")]),
            ("bad version", b.name, [(NEVER, "x"), (NEVER, None)]),
            ("bad key", b.name, [("a//b", None), (NEVER, None)]),
            ("bad key", b.name, [("../x", None)]),
            ("long key", b.name, [("x" * 1030, None)]),
        ])
        return many_request(model, kind, case, bucket, delete_xml(pairs))
    one = [(NEVER, None)]
    case, body, headers = rng.choice([
        ("no md5", delete_xml(one), {}),
        ("bad md5", delete_xml(one),
         {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}),
        ("crc32 only", delete_xml(one),
         {"x-amz-checksum-crc32": crc32_base64(delete_xml(one).encode())}),
        ("bad crc32", delete_xml(one), {"x-amz-checksum-crc32": "AAAAAQ=="}),
        ("not closed", "<Delete><Object><Key>a</Key></Object>", None),
        ("no xml", "a=b", None), ("empty", "", None),
        ("no objects", "<Delete></Delete>", None),
        ("no key", "<Delete><Object></Object></Delete>", None),
        ("empty key", "<Delete><Object><Key></Key></Object></Delete>", None),
        ("other root", "<Remove><Object><Key>a</Key></Object></Remove>", None),
        ("quiet maybe", delete_xml(one, "maybe"), None),
        ("1001 keys", delete_xml([(f"x{i}", None) for i in range(1001)]),
         None),
        ("1000 keys", delete_xml([(f"x{i}", None) for i in range(1000)]),
         None),
        ("dtd", '<!DOCTYPE x [<!ENTITY e "a">]><Delete><Object><Key>&e;'
         "</Key></Object></Delete>", None),
        ("more elements", "<Delete><Other/><Object><Key>no/such</Key><Size>1"
         "</Size></Object></Delete>", None),
    ])
    return many_request(model, kind, case, b.name, body, headers)


# ---- tags ----

def tags_xml(pairs):
    return "<Tagging><TagSet>" + "".join(
        f"<Tag><Key>{escape(k)}</Key><Value>{escape(v)}</Value></Tag>"
        for k, v in pairs) + "</TagSet></Tagging>"


def bad_tags(rng, most):
    return rng.choice([
        ("too many", tags_xml([(f"k{i}", "v") for i in range(most + 1)])),
        ("twice", tags_xml([("a", "1"), ("a", "2")])),
        ("key too long", tags_xml([("k" * 129, "v")])),
        ("value too long", tags_xml([("k", "v" * 257)])),
        ("no key", tags_xml([("", "v")])),
        ("characters", tags_xml([("a<b", "v*")])),
        ("aws prefix", tags_xml([("aws:x", "v")])),
        ("not closed", "<Tagging><TagSet>"),
        ("no xml", "tags"), ("empty", ""),
        ("other root", "<Tags><TagSet></TagSet></Tags>"),
        ("no set", "<Tagging></Tagging>"),
    ])


def some_tags(rng):
    return [(f"k{i}", rng.choice(["v", "two words", "a+b=c", "ü", ""]))
            for i in range(rng.choice([0, 1, 2, 10]))]


def object_subresource(op, method):
    """The maker of an operation on a part of an object."""
    what = "tagging" if "Tagging" in op else "attributes"

    def request(kind, case, bucket, key, query=(), headers=None, body=None):
        return Request(op, kind, case, method, bucket, key,
                       [(what, "")] + list(query), headers, body)

    def make(model, rng, kind):
        put = op.startswith("Put")
        body = tags_xml(some_tags(rng)) if put else None
        headers = {"x-amz-object-attributes":
                   "ETag,ObjectSize,StorageClass,Checksum,ObjectParts"} \
            if what == "attributes" else {}
        if kind == "conflicting":
            b, key = model.object(rng)
            body = tags_xml([("a", "1")]) if put else None
            if not b:
                return None
            case, bucket, key, query = rng.choice([
                ("absent", b.name, NEVER, ()),
                ("absent bucket", bad_bucket(rng), "a", ()),
                ("absent version", b.name, key, [
                    ("versionId", "01234567-89ab-4def-8123-456789abcdef")]),
                ("marker", None, None, None)])
            if case == "marker":
                b, key, v = model.version(rng, lambda v: v.marker)
                if not b:
                    return None
                bucket, query = b.name, [("versionId", v.symbol)]
            return request(kind, case, bucket, key, query, headers, body)
        b, key, v = model.version(rng, lambda v: not v.marker)
        if not b:
            return None
        if kind == "valid":
            if b.current(key) and rng.random() < 0.5:
                return request(kind, "current", b.name, key, (), headers, body)
            return request(kind, "version", b.name, key,
                           [("versionId", v.symbol)], headers, body)
        if put:
            case, body = bad_tags(rng, 10)
            return request(kind, case, b.name, key, (), headers, body)
        if what == "attributes" and rng.random() < 0.7:
            headers["x-amz-object-attributes"] = rng.choice(
                ["", "Nothing", "ETag,Nothing", "etag", "ETag, ObjectSize",
                 "ObjectParts"])
            more = rng.choice([{}, {}, {"x-amz-max-parts": "-1"},
                               {"x-amz-max-parts": "x"},
                               {"x-amz-part-number-marker": "-1"}])
            return request(kind, f"attributes {headers} {more}", b.name, key,
                           (), {**headers, **more}, None)
        if rng.random() < 0.5:
            return request(kind, "version", b.name, key,
                           [("versionId", "x")], headers, body)
        return request(kind, "key", b.name, rng.choice(
            [k for k in BAD_KEYS if k != "a//b"]), (), headers, body)
    return make


MAKERS = {
    "PutObject": put_object,
    "GetObject": reader("GetObject"),
    "HeadObject": reader("HeadObject"),
    "DeleteObject": delete_object,
    "DeleteObjects": delete_objects,
    "GetObjectTagging": object_subresource("GetObjectTagging", "GET"),
    "PutObjectTagging": object_subresource("PutObjectTagging", "PUT"),
    "DeleteObjectTagging": object_subresource("DeleteObjectTagging", "DELETE"),
    "GetObjectAttributes": object_subresource("GetObjectAttributes", "GET"),
}
