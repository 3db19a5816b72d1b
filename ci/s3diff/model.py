"""What the generator knows: the buckets, objects and uploads that MinIO has,
learned from its answers; and how a request is written down so that it can be
sent to both servers.

Values that differ by server stand in requests as {{name}}: upload and version
ids, page tokens, times of change (Book).
"""

import hashlib
import re
import zlib
from urllib.parse import quote

from sigv4 import md5_base64

SPARE = "spare-"  # buckets that stay empty, to be deleted
SYMBOL = re.compile(r"\{\{([^{}]+)\}\}")
MIB5 = 5 << 20
BLOCKS = [hashlib.sha256(bytes([i])).digest() * (MIB5 // 32)
          for i in range(3)]


class Request:
    """path, query and headers are what is meant; bytes come from Book. query:
    (name, value) pairs, value None: without "=", or the text as it is sent."""

    def __init__(self, op, kind, case, method, bucket=None, key=None, query=(),
                 headers=None, body=None, auth=None, learn=None, symbols=None,
                 path=None):
        self.op, self.kind, self.case = op, kind, case
        self.method, self.bucket, self.key = method, bucket, key
        self.path = path if path is not None else path_of(bucket, key)
        self.query = query
        self.headers = dict(headers or {})
        self.body = body  # str, bytes or None
        self.auth = dict(auth or {})
        self.on_success = learn  # of (model, MinIO's answer)
        self.symbols = symbols  # of an answer: names and values
        self.subjects = [(bucket, key)]
        self.parts = False
        self.body_digest = False  # Content-MD5 of what is sent

    def learn(self, model, answer):
        if self.on_success and answer.status < 300:
            self.on_success(model, answer)

    def where(self):
        query = self.query if isinstance(self.query, str) else pairs_text(
            self.query, lambda v: v)
        return self.path + ("?" + query if query else "")


def path_of(bucket, key):
    if bucket is None:
        return "/"
    path = "/" + quote(bucket, safe="")
    return path if key is None else path + "/" + quote(key, safe="/-_.~")


def pairs_text(pairs, fill):
    return "&".join(
        quote(n, safe="") + ("" if v is None else "=" + quote(fill(v), safe=""))
        for n, v in pairs)


class Book:
    """One server's values of the symbols."""

    def __init__(self):
        self.values = {}

    def fill(self, text):
        return SYMBOL.sub(lambda m: self.values.get(m[1], "unknown"), text)

    def query(self, request):
        if isinstance(request.query, str):
            return self.fill(request.query)
        return pairs_text(request.query, self.fill)

    def body(self, request):
        body = request.body
        return self.fill(body).encode() if isinstance(body, str) else body

    def note(self, request, answer):
        if request.symbols and answer.status < 300:
            self.values.update(request.symbols(answer))


class Version:
    def __init__(self, symbol, data, marker=False):
        self.symbol, self.data, self.marker = symbol, data, marker
        self.etag = None
        self.tags = {}
        self.part_sizes = []


class Upload:
    def __init__(self, symbol, bucket, key):
        self.symbol, self.bucket, self.key = symbol, bucket, key
        self.parts = {}  # number -> (etag, data)
        self.algorithm = None


class Bucket:
    def __init__(self, name):
        self.name = name
        self.versioning = ""
        self.objects = {}  # key -> versions, the newest first
        self.uploads = {}
        self.tags = False

    def current(self, key):
        versions = self.objects.get(key)
        return versions[0] if versions and not versions[0].marker else None


class Model:
    # None is the folder of another: MinIO does not list what lies under an object.
    KEYS = ["a.0", "a/b", "a/c/d", "a/d", "b/1", "b/2", "b/3/x", "dir/",
            "dir/file", "p=1/x=2/data.parquet", "metadata/v1.metadata.json",
            "metadata/v2.metadata.json", "with blank", "plus+sign", "per%cent",
            "per%2Fcent", "ü/ö", "日本/語", "🙂", "amp&and", "<tag>", "quo\"te",
            "apos'trophe", "comma,semi;colon:", "star*?", "hash#", "tilde~",
            "at@equal=", "back\\slash", "zz/1", "zz/10", "zz/2", "zz-1", "zz.1",
            "A", "B/1", "(paren)", "[square]", "new\nline", "tab\t",
            "k" * 200, "l/" + "n" * 180, "dollar$", "pipe|", "!bang"]

    def __init__(self):
        self.buckets = {}
        self.count = 0
        self.pending = []  # requests for pages that follow

    def number(self):
        self.count += 1
        return self.count

    def bucket(self, rng, want=lambda b: True):
        names = [n for n in sorted(self.buckets)
                 if not n.startswith(SPARE) and want(self.buckets[n])]
        return self.buckets[rng.choice(names)] if names else None

    def object(self, rng, want=lambda v: True):
        """(bucket, key) of one that can be read now."""
        all_ = [(b, k) for _, b in sorted(self.buckets.items())
                for k in sorted(b.objects)
                if b.current(k) and want(b.current(k))]
        return rng.choice(all_) if all_ else (None, None)

    def version(self, rng, want=lambda v: True):
        all_ = [(b, k, v) for _, b in sorted(self.buckets.items())
                for k in sorted(b.objects) for v in b.objects[k] if want(v)]
        return rng.choice(all_) if all_ else (None, None, None)

    def upload(self, rng, want=lambda u: True):
        all_ = [u for _, b in sorted(self.buckets.items())
                for _, u in sorted(b.uploads.items()) if want(u)]
        return rng.choice(all_) if all_ else None

    def key(self, rng):
        return rng.choice(self.KEYS)

    def free_key(self, rng, bucket):
        free = [k for k in self.KEYS if not bucket.current(k)]
        return rng.choice(free) if free else f"free/{self.number()}"

    # ---- what requests did ----

    def put(self, bucket, key, data, answer, etag=None, symbol=None):
        b = self.buckets[bucket]
        v = Version(symbol, data)
        v.etag = etag or answer.headers.get("etag", "").strip('"')
        if not b.versioning:
            b.objects[key] = [v]
            v.symbol = "null"
        else:
            if b.versioning == "Suspended":
                v.symbol = "null"
                b.objects[key] = [o for o in b.objects.get(key, [])
                                  if o.symbol != "null"]
            b.objects.setdefault(key, []).insert(0, v)
        return v

    def delete(self, bucket, key, symbol=None, version=None):
        """symbol: of the marker that may come; version: the one to go."""
        b = self.buckets[bucket]
        if version or not b.versioning:
            gone = version or "null"
            left = [v for v in b.objects.get(key, []) if v.symbol != gone]
            b.objects[key] = left
        elif b.objects.get(key) and not b.objects[key][0].marker:
            v = Version(symbol, b"", True)
            old = b.objects[key]
            if b.versioning == "Suspended":
                v.symbol = "null"
                old = [o for o in old if o.symbol != "null"]
            b.objects[key] = [v] + old
        if not b.objects.get(key):
            b.objects.pop(key, None)

    def forget(self, subject):
        bucket, key = subject
        b = self.buckets.get(bucket)
        if b and key is not None:
            b.objects.pop(key, None)


# ---- bodies ----

def some_data(rng):
    size = rng.choice([0, 1, 5, 10, 10, 64, 100, 1000, 4096, 70000])
    return bytes(rng.getrandbits(8) for _ in range(min(size, 64))) * (
        size // min(size, 64) if size else 0)


def crc32_base64(data):
    import base64
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def checksum(rng, data):
    """(name of the header, value) that is right."""
    import base64
    kind = rng.choice(["crc32", "sha1", "sha256"])
    if kind == "crc32":
        return "x-amz-checksum-crc32", crc32_base64(data)
    digest = hashlib.new(kind, data).digest()
    return f"x-amz-checksum-{kind}", base64.b64encode(digest).decode()


def with_md5(headers, data):
    return {**headers, "Content-MD5": md5_base64(data)}
