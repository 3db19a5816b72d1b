"""Signatures in every form, right and wrong, on a read, a write, a listing."""

from model import Request, crc32_base64
from objects import learn_put, version_of

DATA = b"some bytes to be signed, chunk by chunk" * 20
CRC = ("x-amz-checksum-crc32", crc32_base64(DATA))
BAD_CRC = ("x-amz-checksum-crc32", "AAAAAQ==")
DAY = 86400
TOKEN = "eyJhbGciOiJIUzUxMiJ9.e30.c2ln"

# case, targets (r: read, w: write, l: list, a: all buckets), auth
RIGHT = [
    ("header", "rwla", {}),
    ("unsigned payload", "rwla", {"payload": "unsigned"}),
    ("no payload hash", "rla", {"payload": "none"}),
    ("no blanks", "rwl", {"twist": "no-blanks"}),
    ("Date header", "rl", {"date-header": True}),
    ("query", "rwla", {"form": "query"}),
    ("query with hash", "rw", {"form": "query", "payload": "hash"}),
    ("query, a second", "rl", {"form": "query", "expires": 1}),
    ("query, a week", "rl", {"form": "query", "expires": 7 * DAY}),
    ("chunks", "w", {"payload": "stream"}),
    ("small chunks", "w", {"payload": "stream", "chunk": 100}),
    ("chunks without encoding", "w", {"payload": "stream", "encoding": ""}),
    ("chunks and gzip", "w", {"payload": "stream",
                              "encoding": "aws-chunked,gzip"}),
    ("signed trailer", "w", {"payload": "stream-trailer", "trailer": CRC}),
    ("unsigned trailer", "w", {"payload": "unsigned-trailer", "trailer": CRC}),
    ("14 minutes ahead", "rwl", {"ahead": 840}),
    ("14 minutes behind", "rwl", {"ahead": -840}),
]
AGAINST = [
    ("unknown key", "rwla", {"key": "nobody", "secret": "nothing"}),
    ("other secret", "rwla", {"secret": "other"}),
    ("anonymous", "rwla", {"form": "none"}),
    ("other region", "rwla", {"region": "eu-west-1"}),
    ("no region", "rl", {"region": ""}),
    ("other service", "rwla", {"service": "ec2"}),
    ("service sts", "rl", {"service": "sts"}),
    ("hour ahead", "rwla", {"ahead": 3600}),
    ("hour behind", "rwla", {"ahead": -3600}),
    ("years behind", "rl", {"ahead": -1500 * DAY}),
    ("query expired", "rwla", {"form": "query", "ahead": -7200}),
    ("query of the future", "rwl", {"form": "query", "ahead": 7200}),
    ("query, unknown key", "rwl", {"form": "query", "key": "nobody"}),
    ("query, other secret", "rwla", {"form": "query", "secret": "other"}),
    ("query, other region", "rl", {"form": "query", "region": "eu-west-1"}),
    ("query, other service", "rl", {"form": "query", "service": "ec2"}),
    ("other body", "w", {"twist": "body"}),
    ("other hash", "rw", {"payload": "0" * 64}),
    ("other chunk", "w", {"payload": "stream", "twist": "chunk"}),
    ("chunk signature", "w", {"payload": "stream",
                              "twist": "chunk-signature"}),
    ("decoded too long", "w", {"payload": "stream", "decoded": 900}),
    ("decoded too short", "w", {"payload": "stream", "decoded": 3}),
    ("other trailer", "w", {"payload": "stream-trailer", "trailer": BAD_CRC}),
    ("other unsigned trailer", "w", {"payload": "unsigned-trailer",
                                     "trailer": BAD_CRC}),
    ("wrong date of scope", "rwl", {"date": "20200101"}),
    ("token of nobody", "rwl", {"token": TOKEN}),
    ("query, token of nobody", "rl", {"form": "query", "token": TOKEN}),
    ("signature", "rwla", {"twist": "signature"}),
    ("query signature", "rwla", {"form": "query",
                                 "twist": "query-signature"}),
    ("query more", "rl", {"form": "query", "twist": "query-more"}),
    ("header not signed", "rw", {"twist": "more-header"}),
]
WRONG = [
    ("short signature", "rwl", {"twist": "short-signature"}),
    ("no signature", "rwla", {"twist": "no-signature"}),
    ("no credential", "rwl", {"twist": "no-credential"}),
    ("no signed headers", "rwl", {"twist": "no-signed-headers"}),
    ("algorithm", "rwla", {"twist": "algorithm"}),
    ("bearer", "rwl", {"twist": "bearer"}),
    ("basic", "rwl", {"twist": "basic"}),
    ("empty", "rwl", {"twist": "empty"}),
    ("version 2", "rwla", {"form": "v2"}),
    ("scope's end", "rwl", {"twist": "scope-end"}),
    ("short scope", "rwl", {"twist": "scope-short"}),
    ("no date", "rwl", {"twist": "no-date"}),
    ("date", "rwl", {"twist": "bad-date"}),
    ("host not signed", "rwl", {"unsigned": ["host"]}),
    ("x-amz-date not signed", "rwl", {"unsigned": ["x-amz-date"]}),
    ("hash not signed", "rwl", {"unsigned": ["x-amz-content-sha256"]}),
    ("hash is no hash", "rwl", {"payload": "abc"}),
    ("empty hash", "rw", {"payload": ""}),
    ("ECDSA chunks", "w", {"payload":
                           "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"}),
    ("unknown chunks", "w", {"payload": "STREAMING-OTHER"}),
    ("chunks cut", "w", {"payload": "stream", "twist": "cut"}),
    ("trailer cut", "w", {"payload": "unsigned-trailer", "trailer": CRC,
                          "twist": "cut"}),
    ("no decoded length", "w", {"payload": "stream", "decoded": None}),
    ("decoded is no number", "w", {"payload": "stream", "decoded": "x"}),
    ("trailer not announced", "w", {"payload": "unsigned-trailer",
                                    "trailer": CRC, "announced": "x-amz-y"}),
    ("unknown trailer", "w", {"payload": "unsigned-trailer",
                              "trailer": ("x-amz-checksum-md4", "AAAA")}),
    ("query without date", "rwl", {"form": "query", "without": "X-Amz-Date"}),
    ("query without expires", "rwl", {"form": "query",
                                      "without": "X-Amz-Expires"}),
    ("query without credential", "rwl", {"form": "query",
                                         "without": "X-Amz-Credential"}),
    ("query without headers", "rwl", {"form": "query",
                                      "without": "X-Amz-SignedHeaders"}),
    ("query without algorithm", "rwl", {"form": "query",
                                        "without": "X-Amz-Algorithm"}),
    ("query without signature", "rwl", {"form": "query",
                                        "without": "X-Amz-Signature"}),
    ("query, too long", "rwl", {"form": "query", "expires": 8 * DAY}),
    ("query, no time", "rl", {"form": "query", "expires": 0}),
    ("query, negative", "rwl", {"form": "query", "expires": -5}),
    ("query, no number", "rwl", {"form": "query", "expires": "soon"}),
    ("query algorithm", "rwl", {"form": "query", "twist": "query-algorithm"}),
    ("query date", "rl", {"form": "query", "time": "yesterday"}),
    ("header and query", "rl", {"twist": "both"}),
    ("chunks without signature", "w", {"form": "none", "payload": "stream"}),
]


def read(model, rng, kind, case, auth):
    b, key = model.object(rng)
    return b and Request("read signed", kind, case, rng.choice(
        ["GET", "GET", "HEAD"]), b.name, key, (), {}, None, auth)


def write(model, rng, kind, case, auth):
    b, key, name = model.bucket(rng), model.key(rng), f"v{model.number()}"
    return Request("write signed", kind, case, "PUT", b.name, key, (), {},
                   DATA, auth, learn_put(b.name, key, DATA, "{{%s}}" % name),
                   version_of(name))


def listing(model, rng, kind, case, auth):
    b = model.bucket(rng)
    query = rng.choice([[], [("list-type", "2"), ("prefix", "a b+c/")],
                        [("location", None)], [("prefix", "ü")]])
    return Request("list signed", kind, case, "GET", b.name, None, query, {},
                   None, auth)


def service(model, rng, kind, case, auth):
    return Request("service signed", kind, case, "GET", None, None, (), {},
                   None, auth)


def maker(letter, build):
    by_kind = {"valid": RIGHT, "conflicting": AGAINST, "malformed": WRONG}
    fit = {k: [c for c in cases if letter in c[1]]
           for k, cases in by_kind.items()}
    if not fit["malformed"]:
        raise ValueError(letter)

    def make(model, rng, kind):
        case, _, auth = rng.choice(fit[kind])
        return build(model, rng, kind, case, auth)
    return make


MAKERS = {
    "read signed": maker("r", read),
    "write signed": maker("w", write),
    "list signed": maker("l", listing),
    "service signed": maker("a", service),
}
