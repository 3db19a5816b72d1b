"""AWS Signature Version 4 for the requests of this comparison, right or wrong
on purpose.

A request's auth says how: {"form": "header" | "query" | "none" | "v2"} and
  payload   "hash" (default), "unsigned", "none" (no header), "stream",
            "stream-trailer", "unsigned-trailer", or the value itself
  key, secret, region, service, token, expires; ahead (seconds of the clock)
  chunk     bytes of a chunk; trailer: (name, value)
  unsigned  headers that are left out of the signature
  twist     what is done to the finished request (see TWISTS)
"""

import base64
import calendar
import hashlib
import hmac
import time
from urllib.parse import quote, unquote, unquote_plus

KEY = SECRET = "minioadmin"
EMPTY = hashlib.sha256(b"").hexdigest()
STREAMS = {"stream": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
           "stream-trailer": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
           "unsigned-trailer": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
hashes = {}


def sha256(data):
    if len(data) < 1 << 20:
        return hashlib.sha256(data).hexdigest()
    if data not in hashes:  # the few blocks of large parts
        hashes[data] = hashlib.sha256(data).hexdigest()
    return hashes[data]


def hmac256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def encoded(text, safe=""):
    return quote(text, safe=safe + "-_.~")


def canonical_query(raw):
    pairs = []
    for pair in filter(None, raw.split("&")):
        name, _, value = pair.partition("=")
        pairs.append((encoded(unquote_plus(name)), encoded(unquote_plus(value))))
    return "&".join(f"{k}={v}" for k, v in sorted(pairs)
                    if k != "X-Amz-Signature")


def signing_key(secret, date, region, service):
    key = ("AWS4" + secret).encode()
    for step in (date, region, service, "aws4_request"):
        key = hmac256(key, step)
    return key


class Signer:
    """One request at one server: target, headers and body as they are sent."""

    def __init__(self, request, method, path, query, headers, body, host, now):
        self.auth = request.auth
        self.method, self.path, self.query = method, path, query
        self.headers = list(headers)
        self.body = body
        auth = self.auth
        self.key = auth.get("key", KEY)
        self.secret = auth.get("secret", SECRET)
        self.region = auth.get("region", "us-east-1")
        self.service = auth.get("service", "s3")
        at = time.gmtime(now + auth.get("ahead", 0))
        self.time = auth.get("time") or time.strftime("%Y%m%dT%H%M%SZ", at)
        self.date = auth.get("date") or self.time[:8]
        self.http_date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", at)
        self.scope = f"{self.date}/{self.region}/{self.service}/aws4_request"
        if not any(k.lower() == "host" for k, _ in self.headers):
            self.headers.insert(0, ("Host", host))

    # ---- the parts ----

    def signed_names(self):
        left = set(self.auth.get("unsigned", ()))
        names = {k.lower() for k, _ in self.headers}
        return sorted(n for n in names if n not in left and (
            n in ("host", "content-md5", "content-type", "range", "date")
            or n.startswith("x-amz-")))

    def canonical(self, names, payload):
        values = {}
        for k, v in self.headers:
            values.setdefault(k.lower(), []).append(" ".join(v.split()))
        lines = "".join(f"{n}:{','.join(values.get(n, ['']))}\n"
                        for n in names)
        path = encoded(unquote(self.path, errors="surrogateescape")
                       .encode(errors="surrogateescape"), "/")
        return "\n".join([self.method, path, canonical_query(self.query),
                          lines, ";".join(names), payload])

    def signature(self, names, payload):
        text = self.canonical(names, payload)
        return self.signed("\n".join([
            "AWS4-HMAC-SHA256", self.time, self.scope,
            hashlib.sha256(text.encode()).hexdigest()]))

    def signed(self, to_sign):
        key = signing_key(self.secret, self.date, self.region, self.service)
        return hmac256(key, to_sign).hex()

    def payload(self):
        kind = self.auth.get("payload", "hash")
        if kind == "hash":
            return sha256(self.body)
        if kind == "unsigned":
            return "UNSIGNED-PAYLOAD"
        return STREAMS.get(kind, kind)

    # ---- the forms ----

    def send_form(self):
        form = self.auth.get("form", "header")
        if form == "header":
            self.by_header()
        elif form == "query":
            self.by_query()
        elif form == "v2":
            self.headers.append(("Date", self.http_date))
            self.headers.append(("Authorization", f"AWS {self.key}:c2lnbmF0dXJl"))
        elif self.auth.get("payload") in STREAMS:
            self.headers.append(("x-amz-content-sha256", self.payload()))
            self.frame("0" * 64)
        for twist in self.auth.get("twist", "").split():
            TWISTS[twist](self)
        target = self.path + ("?" + self.query if self.query else "")
        return target, self.headers, self.body

    def by_header(self):
        payload = self.payload()
        if payload != "none":
            self.headers.append(("x-amz-content-sha256", payload))
        else:
            payload = EMPTY
        if not self.auth.get("date-header"):
            self.headers.append(("x-amz-date", self.time))
        else:
            self.headers.append(("Date", self.http_date))
        if self.auth.get("token"):
            self.headers.append(("x-amz-security-token", self.auth["token"]))
        self.announce()
        names = self.signed_names()
        signature = self.signature(names, payload)
        self.headers.append((
            "Authorization", f"AWS4-HMAC-SHA256 Credential={self.key}/"
            f"{self.scope}, SignedHeaders={';'.join(names)}, "
            f"Signature={signature}"))
        self.frame(signature)

    def by_query(self):
        names = [n for n in self.signed_names() if n != "x-amz-content-sha256"]
        pairs = [("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
                 ("X-Amz-Credential", f"{self.key}/{self.scope}"),
                 ("X-Amz-Date", self.time),
                 ("X-Amz-Expires", str(self.auth.get("expires", 3600))),
                 ("X-Amz-SignedHeaders", ";".join(names))]
        if self.auth.get("token"):
            pairs.append(("X-Amz-Security-Token", self.auth["token"]))
        payload = self.auth.get("payload", "unsigned")
        if payload == "unsigned":
            payload = "UNSIGNED-PAYLOAD"
        else:
            payload = self.payload()
            pairs.append(("X-Amz-Content-Sha256", payload))
        left = self.auth.get("without", "")
        more = "&".join(f"{k}={encoded(v)}" for k, v in pairs if k != left)
        self.query = "&".join(filter(None, [self.query, more]))
        signature = self.signature(names, payload)
        if left != "X-Amz-Signature":
            self.query += f"&X-Amz-Signature={signature}"

    # ---- aws-chunked ----

    def announce(self):
        kind = self.auth.get("payload")
        if kind not in STREAMS:
            return
        if self.auth.get("encoding", "aws-chunked"):
            self.headers.append(("Content-Encoding",
                                 self.auth.get("encoding", "aws-chunked")))
        size = self.auth.get("decoded", len(self.body))
        if size is not None:
            self.headers.append(("x-amz-decoded-content-length", str(size)))
        if self.auth.get("trailer"):
            self.headers.append(("x-amz-trailer", self.auth["announced"]
                                 if "announced" in self.auth
                                 else self.auth["trailer"][0]))

    def frame(self, seed):
        kind = self.auth.get("payload")
        if kind not in STREAMS:
            return
        size, data, out = self.auth.get("chunk", 65536), self.body, []
        pieces = [data[i:i + size] for i in range(0, len(data), size)] + [b""]
        for piece in pieces:
            line = f"{len(piece):x}"
            if kind != "unsigned-trailer":
                seed = self.signed("\n".join([
                    "AWS4-HMAC-SHA256-PAYLOAD", self.time, self.scope, seed,
                    EMPTY, sha256(piece)]))
                line += f";chunk-signature={seed}"
            out += [line.encode(), b"\r\n", piece, b"\r\n" if piece else b""]
        out.append(self.trailer(kind, seed))
        out.append(b"\r\n")
        self.body = b"".join(out)

    def trailer(self, kind, seed):
        if kind == "stream" or not self.auth.get("trailer"):
            return b""
        line = "{}:{}".format(*self.auth["trailer"])
        out = line + "\r\n"
        if kind == "stream-trailer":
            seed = self.signed("\n".join([
                "AWS4-HMAC-SHA256-TRAILER", self.time, self.scope, seed,
                hashlib.sha256((line + "\n").encode()).hexdigest()]))
            out += f"x-amz-trailer-signature:{seed}\r\n"
        return out.encode()


# ---- what is done to a finished request ----

def set_header(s, name, value):
    s.headers = [(k, v) for k, v in s.headers if k.lower() != name.lower()]
    if value is not None:
        s.headers.append((name, value))


def authorization(s):
    return next(v for k, v in s.headers if k == "Authorization")


def edit(old, new, count=1):
    return lambda s: set_header(s, "Authorization", authorization(s)
                                .replace(old, new, count))


def other_signature(s):
    text = authorization(s)
    set_header(s, "Authorization",
               text[:-1] + ("0" if text[-1] != "0" else "1"))


def other_query(old, new):
    def twist(s):
        s.query = s.query.replace(old, new, 1)
    return twist


def last_of_query(s):
    s.query = s.query[:-1] + ("0" if s.query[-1] != "0" else "1")


def other_body(s):
    s.body = s.body[:-1] + bytes([s.body[-1] ^ 1]) if s.body else b"x"


def chunk_signature(s):
    s.body = s.body.replace(b"chunk-signature=", b"chunk-signature=0", 1)


def other_chunk(s):
    at = s.body.index(b"\r\n") + 2
    s.body = s.body[:at] + bytes([s.body[at] ^ 1]) + s.body[at + 1:]


def both(s):
    s.query = "&".join(filter(None, [s.query, "X-Amz-Signature=00"]))


TWISTS = {
    "signature": other_signature,
    "short-signature": lambda s: set_header(s, "Authorization",
                                            authorization(s)[:-10]),
    "no-signature": lambda s: set_header(
        s, "Authorization", authorization(s).split(", Signature")[0]),
    "no-credential": lambda s: set_header(
        s, "Authorization", "AWS4-HMAC-SHA256 " + authorization(s).split(
            ", ", 1)[1]),
    "no-signed-headers": edit("SignedHeaders=", "Headers="),
    "algorithm": edit("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA512 "),
    "bearer": lambda s: set_header(s, "Authorization", "Bearer abcdef"),
    "basic": lambda s: set_header(s, "Authorization", "Basic bWluaW86bWluaW8="),
    "empty": lambda s: set_header(s, "Authorization", ""),
    "no-blanks": edit(", ", ",", 9),
    "scope-end": edit("/aws4_request", "/aws5_request"),
    "scope-short": edit("/s3/aws4_request", "/aws4_request"),
    "query-signature": last_of_query,
    "query-expires": other_query("X-Amz-Expires=", "X-Amz-Expires=1"),
    "query-algorithm": other_query("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
    "query-key": other_query("X-Amz-Credential=minioadmin",
                             "X-Amz-Credential=nobody"),
    "query-more": lambda s: setattr(s, "query", s.query + "&more=1"),
    "body": other_body,
    "chunk-signature": chunk_signature,
    "chunk": other_chunk,
    "cut": lambda s: setattr(s, "body", s.body[:-8]),
    "both": both,
    "more-header": lambda s: s.headers.append(("x-amz-meta-more", "1")),
    "no-date": lambda s: set_header(s, "x-amz-date", None),
    "bad-date": lambda s: set_header(s, "x-amz-date", "yesterday"),
    "no-length": lambda s: set_header(s, "Transfer-Encoding", "identity"),
}


def md5_base64(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def http_time(now):
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now))


def of_http_time(text):
    return calendar.timegm(time.strptime(text, "%a, %d %b %Y %H:%M:%S GMT"))
