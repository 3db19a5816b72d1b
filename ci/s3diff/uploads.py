"""Uploads in parts, and copies of objects and ranges into objects and parts."""

import base64
import hashlib
import zlib
from urllib.parse import quote

from model import BLOCKS, Request, Upload, checksum, crc32_base64, some_data, \
    with_md5
from objects import AWS_NS, BAD_KEYS, FUTURE, NEVER, OLD, PUT_BAD, bad_bucket, \
    learn_put, version_of

# not "": MinIO then forgets all uploads of the key
NO_UPLOAD = ["00000000-0000-0000-0000-000000000000", "x",
             base64.urlsafe_b64encode(
                 b"0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f."
                 b"0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5fx1700000000000000000")
             .decode().rstrip("=")]


UPLOAD_KEYS = [k for k in BAD_KEYS if not k.startswith("y/")]


def upload_query(upload, *more):
    return [("uploadId", "{{%s}}" % upload.symbol)] + list(more)


# ---- CreateMultipartUpload, AbortMultipartUpload, ListParts ----

def create(model, rng, kind):
    b, key = model.bucket(rng), model.key(rng)
    name, headers = f"u{model.number()}", {}
    bucket, algorithm = b.name, None
    if kind == "valid":
        if sum(len(x.uploads) for x in model.buckets.values()) > 25:
            return None
        case, headers = rng.choice([
            ("plain", {}), ("plain", {}), ("plain", {}),
            ("type", {"Content-Type": "text/plain", "x-amz-meta-a": "1"}),
            ("tags", {"x-amz-tagging": "a=1"}),
            ("crc32", {"x-amz-checksum-algorithm": "CRC32"}),
            ("crc32 full", {"x-amz-checksum-algorithm": "CRC32",
                            "x-amz-checksum-type": "FULL_OBJECT"}),
            ("sha256", {"x-amz-checksum-algorithm": "SHA256"})])
        algorithm = headers.get("x-amz-checksum-algorithm")
    elif kind == "conflicting":
        case = rng.choice(["absent bucket", "object there", "uploads there"])
        if case == "absent bucket":
            bucket = bad_bucket(rng)
        elif case == "object there":
            b, key = model.object(rng)
            if not b:
                return None
            bucket = b.name
        else:
            u = model.upload(rng)
            if not u:
                return None
            bucket, key = u.bucket, u.key
    else:
        case, headers = rng.choice([
            ("algorithm", {"x-amz-checksum-algorithm": "MD4"}),
            ("type of checksum", {"x-amz-checksum-algorithm": "SHA1",
                                  "x-amz-checksum-type": "FULL_OBJECT"}),
            ("type of checksum only", {"x-amz-checksum-type": "COMPOSITE"}),
            ("unknown type", {"x-amz-checksum-algorithm": "CRC32",
                              "x-amz-checksum-type": "HALF"}),
            ("key", {}),
            rng.choice([p for p in PUT_BAD if "tag" in p[0]
                        or "storage" in p[0] or "metadata" in p[0]])])
        key = key.rstrip("/")
        if case == "key":
            key = rng.choice(UPLOAD_KEYS)
            case += f" {key[:12]!r}"

    def learn(m, answer):
        u = Upload(name, bucket, key)
        u.algorithm = algorithm
        u.full = headers.get("x-amz-checksum-type") == "FULL_OBJECT"
        m.buckets[bucket].uploads[name] = u
    return Request("CreateMultipartUpload", kind, case, "POST", bucket, key,
                   [("uploads", "")], headers, None, None, learn,
                   lambda a: {name: a.find("UploadId") or ""})


def other_upload(rng, u):
    """(case, bucket, key, query) that names no upload of that key."""
    right = "{{%s}}" % u.symbol
    return rng.choice([
        ("absent upload", u.bucket, u.key, [("uploadId",
                                             rng.choice(NO_UPLOAD))]),
        ("absent upload", u.bucket, u.key, [("uploadId",
                                             rng.choice(NO_UPLOAD))]),
        ("other key", u.bucket, u.key + "x", [("uploadId", right)]),
        ("other bucket", bad_bucket(rng), u.key, [("uploadId", right)]),
    ])


def abort(model, rng, kind):
    u = model.upload(rng)
    if not u:
        return None
    if kind == "valid":
        return Request("AbortMultipartUpload", kind, "plain", "DELETE",
                       u.bucket, u.key, upload_query(u), {}, None, None,
                       lambda m, a: m.buckets[u.bucket].uploads.pop(u.symbol))
    case, bucket, key, query = other_upload(rng, u)
    if kind == "malformed":
        case, key = "key", rng.choice(["a/./b", "a/../b", "../x", "."])
        case += f" {key[:12]!r}"
    return Request("AbortMultipartUpload", kind, case, "DELETE", bucket, key,
                   query)


def list_parts(model, rng, kind):
    u = model.upload(rng, lambda u: u.parts) or model.upload(rng)
    if not u:
        return None
    case, bucket, key, query = "plain", u.bucket, u.key, upload_query(u)
    if kind == "valid":
        case, more = rng.choice([
            ("plain", []), ("most", [("max-parts", "1")]),
            ("marker", [("part-number-marker", str(min(u.parts or [0])))]),
            ("both", [("max-parts", "2"), ("part-number-marker", "0")]),
            ("more than allowed", [("max-parts", "5000")])])
        query = query + more
    elif kind == "conflicting":
        case, bucket, key, query = other_upload(rng, u)
    else:
        name, value = rng.choice([
            ("max-parts", "-1"), ("max-parts", "x"), ("max-parts", ""),
            ("max-parts", "0"), ("part-number-marker", "-1"),
            ("part-number-marker", "x"), ("part-number-marker", ""),
            ("part-number-marker", "100000"), ("encoding-type", "x")])
        case, query = f"{name} {value!r}", query + [(name, value)]
    return Request("ListParts", kind, case, "GET", bucket, key, query)


# ---- UploadPart ----

def learn_part(upload, number, data):
    def learn(model, answer):
        etag = answer.headers.get("etag") or (answer.find("ETag") or "")
        upload.parts[number] = (etag.strip('"'), data)
    return learn


def part_request(kind, case, upload, number, data, headers, bucket=None,
                 key=None, query=None):
    query = query or upload_query(upload, ("partNumber", str(number)))
    return Request("UploadPart", kind, case, "PUT", bucket or upload.bucket,
                   key or upload.key, query, headers, data, None,
                   learn_part(upload, number, data))


def part_checksum(upload, data):
    if upload.algorithm == "CRC32":
        return {"x-amz-checksum-crc32": base64.b64encode(
            zlib.crc32(data).to_bytes(4, "big")).decode()}
    if upload.algorithm == "SHA256":
        return {"x-amz-checksum-sha256": base64.b64encode(
            hashlib.sha256(data).digest()).decode()}
    return {}


def upload_part(model, rng, kind):
    u = model.upload(rng, lambda u: len(u.parts) < 4)
    if not u:
        return None
    data = some_data(rng)
    if kind == "valid":
        number = rng.choice([1, 2, 3, 5, 10000] if u.parts else [1, 1, 2])
        headers = part_checksum(u, data)
        case = "plain"
        if rng.random() < 0.3:
            case, headers = "md5", with_md5(headers, data)
        if rng.random() < 0.4 and len(u.parts) < 2:
            data, case = rng.choice(BLOCKS), "large"
            headers = part_checksum(u, data)
        return part_request(kind, case, u, number, data, headers)
    if kind == "conflicting":
        if rng.random() < 0.3:
            case, headers = rng.choice([
                ("other algorithm", {"x-amz-checksum-sha1":
                                     base64.b64encode(hashlib.sha1(
                                         data).digest()).decode()}),
                ("no checksum", {})])
            if not u.algorithm:
                return None
            return part_request(kind, f"{case}, {u.algorithm}", u, 1, data,
                                headers)
        case, bucket, key, query = other_upload(rng, u)
        return part_request(kind, case, u, 1, data, {}, bucket, key,
                            query + [("partNumber", "1")])
    case, headers = rng.choice(
        [p for p in PUT_BAD if "md5" in p[0] or "crc32" in p[0]]
        + [("number", None)] * 4)
    if u.algorithm and headers:
        return None
    if case == "number":
        value = rng.choice(["0", "-1", "10001", "x", "", "1.5", "99999999999"])
        return part_request(kind, f"number {value!r}", u, 1, data, {}, None,
                            None, upload_query(u, ("partNumber", value)))
    return part_request(kind, case, u, 1, data or b"x", headers)


# ---- CompleteMultipartUpload ----

def complete_xml(parts, upload=None):
    def sums(number):
        if not upload or not upload.algorithm:
            return ""
        name, value = next(iter(part_checksum(
            upload, upload.parts[number][1]).items()))
        element = "Checksum" + name[15:].upper()
        return f"<{element}>{value}</{element}>"
    return f"<CompleteMultipartUpload {AWS_NS}>" + "".join(
        f"<Part><PartNumber>{n}</PartNumber><ETag>{e}</ETag>{sums(n)}</Part>"
        for n, e in parts) + "</CompleteMultipartUpload>"


def listed(upload, numbers=None, quote_=True):
    q = '"' if quote_ else ""
    return [(n, f"{q}{upload.parts[n][0]}{q}")
            for n in numbers or sorted(upload.parts)]


def complete_request(model, kind, case, upload, body, headers=None,
                     bucket=None, key=None, query=None, numbers=None):
    name = f"v{model.number()}"

    def learn(m, answer):
        numbers_ = numbers or sorted(upload.parts)
        data = b"".join(upload.parts[n][1] for n in numbers_)
        v = m.put(upload.bucket, upload.key, data, answer,
                  (answer.find("ETag") or "").strip('"'), "{{%s}}" % name)
        v.part_sizes = [len(upload.parts[n][1]) for n in numbers_]
        m.buckets[upload.bucket].uploads.pop(upload.symbol, None)
    return Request("CompleteMultipartUpload", kind, case, "POST",
                   bucket or upload.bucket, key or upload.key,
                   query or upload_query(upload), headers, body, None, learn,
                   version_of(name))


def fitting(upload):
    """Parts 1.. of which all but the last are large enough."""
    numbers = sorted(upload.parts)
    return numbers and all(len(upload.parts[n][1]) >= len(BLOCKS[0])
                           for n in numbers[:-1])


def complete(model, rng, kind):
    if kind == "valid":
        u = model.upload(rng, lambda u: len(u.parts) > 1 and fitting(u)) \
            if rng.random() < 0.6 else None
        u = u or model.upload(rng, fitting)
        if not u:
            return None
        bare = rng.random() < 0.3
        return complete_request(model, kind, "bare tags" if bare else "plain",
                                u, complete_xml(listed(u, None, not bare), u))
    u = model.upload(rng, lambda u: u.parts)
    if not u:
        return None
    parts, first = listed(u), min(u.parts)
    right = complete_xml(parts, u)
    if kind == "conflicting":
        if rng.random() < 0.3:
            case, bucket, key, query = other_upload(rng, u)
            return complete_request(model, kind, case, u, right, {}, bucket,
                                    key, query)
        case, body, headers = rng.choice([
            ("other tag", complete_xml([(n, '"' + "0" * 32 + '"')
                                        for n, _ in parts]), {}),
            ("absent part", complete_xml(parts + [(9999, parts[0][1])]), {}),
            ("small part", right, {}),
            ("none match *", right, {"If-None-Match": "*"}),
            ("twice", complete_xml([parts[0], parts[0]]), {}),
            ("order", complete_xml(parts[::-1]), {}),
            ("other size", right, {"x-amz-mp-object-size": "1"}),
        ])
        if case in ("none match *", "absent part") and not fitting(u) or \
                case == "small part" and fitting(u) or \
                case == "order" and len(parts) < 2:
            return None
        return complete_request(model, kind, case, u, body, headers)
    case, body = rng.choice([
        ("empty", ""), ("no xml", "parts"), ("no parts", complete_xml([])),
        ("not closed", right[:-10]), ("number", complete_xml([("x", "y")])),
        ("number 0", complete_xml([(0, parts[0][1])])),
        ("no tag", f"<CompleteMultipartUpload><Part><PartNumber>{first}"
         "</PartNumber></Part></CompleteMultipartUpload>"),
        ("no number", "<CompleteMultipartUpload><Part><ETag>x</ETag></Part>"
         "</CompleteMultipartUpload>"),
        ("checksum", f"<CompleteMultipartUpload><Part><PartNumber>{first}"
         f"</PartNumber><ETag>{parts[0][1]}</ETag><ChecksumCRC32>AAAAAQ=="
         "</ChecksumCRC32></Part></CompleteMultipartUpload>"),
    ])
    return complete_request(model, kind, case, u, body)


# ---- CopyObject, UploadPartCopy ----

def source_of(bucket, key, slash=True):
    return ("/" if slash else "") + bucket + "/" + quote(key, safe="/")


def copy_headers(rng, v):
    other = '"0123456789abcdef0123456789abcdef"'
    p = "x-amz-copy-source-if-"
    return rng.choice([
        ("source match other", {p + "match": other}),
        ("source none match", {p + "none-match": f'"{v.etag}"'}),
        ("source modified", {p + "modified-since": FUTURE}),
        ("source unmodified", {p + "unmodified-since": OLD}),
        ("source match and unmodified", {p + "match": f'"{v.etag}"',
                                         p + "unmodified-since": OLD}),
        ("source match", {p + "match": f'"{v.etag}"'}),
        ("source match bare", {p + "match": v.etag}),
    ])


def copy_request(model, kind, case, bucket, key, source, headers, data):
    name = f"v{model.number()}"
    learn = learn_put(bucket, key, data, "{{%s}}" % name)

    def learn_copy(m, answer):
        learn(m, answer)
        m.buckets[bucket].objects[key][0].etag = (
            answer.find("ETag") or "").strip('"')
    return Request("CopyObject", kind, case, "PUT", bucket, key, (),
                   {"x-amz-copy-source": source, **headers}, None, None,
                   learn_copy, version_of(name))


def copy(model, rng, kind):
    b, key = model.object(rng)
    if not b:
        return None
    v, target = b.current(key), model.bucket(rng).name
    to, source = model.key(rng), source_of(b.name, key, rng.random() < 0.5)
    if kind == "valid":
        case, headers = rng.choice([
            ("plain", {}), ("plain", {}), ("version", {}), ("itself", {}),
            ("replace", {"x-amz-metadata-directive": "REPLACE",
                         "x-amz-meta-new": "1", "Content-Type": "a/b"}),
            ("copy", {"x-amz-metadata-directive": "COPY",
                      "x-amz-meta-new": "1"}),
            ("tags", {"x-amz-tagging-directive": "REPLACE",
                      "x-amz-tagging": "n=1"}),
            ("tags copied", {"x-amz-tagging": "n=1"}),
            ("checksum", {"x-amz-checksum-algorithm": "SHA256"}),
            ("storage class", {"x-amz-storage-class": "REDUCED_REDUNDANCY"})])
        if case == "version":
            source += "?versionId=" + v.symbol
        if case == "itself":
            target, to = b.name, key
            headers = {"x-amz-metadata-directive": "REPLACE"}
        return copy_request(model, kind, case, target, to, source, headers,
                            v.data)
    if kind == "conflicting":
        case, headers = rng.choice([
            ("absent", {}), ("absent bucket", {}), ("absent source bucket", {}),
            ("absent version", {}), ("itself unchanged", {}),
            ("none match *", {"If-None-Match": "*"}),
            copy_headers(rng, v), copy_headers(rng, v), copy_headers(rng, v)])
        if case == "absent":
            source = source_of(b.name, NEVER)
        elif case == "absent source bucket":
            source = source_of("no-such-bucket", key)
        elif case == "absent version":
            source += "?versionId=01234567-89ab-4def-8123-456789abcdef"
        elif case == "absent bucket":
            target = bad_bucket(rng)
        elif case == "itself unchanged":
            target, to = b.name, key
        return copy_request(model, kind, case, target, to, source, headers,
                            v.data)
    case, source, headers = rng.choice([
        ("source", rng.choice(["", "/", "x", "/x", "a/", "//"]), {}),
        ("source", rng.choice(["", "/", "x", "/x", "a/", "//"]), {}),
        ("directive", source, {"x-amz-metadata-directive": "MOVE"}),
        ("tag directive", source, {"x-amz-tagging-directive": "MOVE"}),
        ("storage class", source, {"x-amz-storage-class": "GOLD"}),
        ("key", source, {}),
        ("tags", source, {"x-amz-tagging-directive": "REPLACE",
                          "x-amz-tagging": "a=1&a=2"}),
    ])
    if case == "source":
        case += f" {source!r}"
    elif case == "key":
        to = rng.choice(["a/./b", "a/../b", "../x", "."])
        case += f" {to[:12]!r}"
    return copy_request(model, kind, case, target, to, source, headers, v.data)


def copy_part(model, rng, kind):
    u = model.upload(rng, lambda u: len(u.parts) < 4 and not u.algorithm)
    b, key = model.object(rng, lambda v: len(v.data) > 3)
    if not b or not u or key.endswith("/"):
        return None
    v, number = b.current(key), rng.choice([1, 2, 4])
    source = source_of(b.name, key)
    bucket, to = u.bucket, u.key
    query = upload_query(u, ("partNumber", str(number)))
    headers, data = {}, v.data
    if kind == "valid":
        case = rng.choice(["whole", "range", "version"])
        if case == "range":
            headers = {"x-amz-copy-source-range": "bytes=1-3"}
            data = v.data[1:4]
        elif case == "version":
            source += "?versionId=" + v.symbol
    elif kind == "conflicting":
        case = rng.choice(["absent", "upload", "upload", "outside", "if"])
        if case == "absent":
            source = source_of(b.name, NEVER)
        elif case == "upload":
            case, bucket, to, query = other_upload(rng, u)
            query = query + [("partNumber", "1")]
        elif case == "outside":
            headers = {"x-amz-copy-source-range":
                       rng.choice([f"bytes=0-{len(v.data)}",
                                   f"bytes={len(v.data)}-{len(v.data) + 5}"])}
        else:
            case, headers = copy_headers(rng, v)
    else:
        case = rng.choice(["range", "range", "number", "source"])
        if case == "range":
            value = rng.choice(["bytes=0-", "bytes=-3", "0-3", "bytes=3-1",
                                "bytes=a-b", "bytes=0-1,2-3", ""])
            headers = {"x-amz-copy-source-range": value}
            case += f" {value!r}"
        elif case == "number":
            value = rng.choice(["0", "10001", "x"])
            query = upload_query(u, ("partNumber", value))
            case += f" {value!r}"
        else:
            source = rng.choice(["", "/", "x"])
            case += f" {source!r}"
    return Request("UploadPartCopy", kind, case, "PUT", bucket, to, query,
                   {"x-amz-copy-source": source, **headers}, None, None,
                   learn_part(u, number, data))


MAKERS = {
    "CreateMultipartUpload": create,
    "UploadPart": upload_part,
    "UploadPartCopy": copy_part,
    "CompleteMultipartUpload": complete,
    "AbortMultipartUpload": abort,
    "ListParts": list_parts,
    "CopyObject": copy,
}
