"""Two answers compared: status, error, headers and body.

A difference is (what, theirs, ours); what is "status", "header NAME", "error
FIELD", "body" or "body /path" into the XML. Ids of requests and hosts must be
there; ids of uploads and versions must correspond one to one; times must be of
this run; page tokens must both be there or not.
"""

import calendar
import re
import time
import xml.etree.ElementTree as ElementTree

from table import ABSENT, shown

SLACK_SECONDS = 5
PRESENT = {"x-amz-request-id", "x-amz-id-2", "date", "x-amz-abort-date"}
IGNORED = {"connection", "keep-alive"}
IDS = {"x-amz-version-id", "x-amz-delete-marker-version-id",
       "x-amz-copy-source-version-id"}
ID_ELEMENTS = {"UploadId", "VersionId", "DeleteMarkerVersionId",
               "NextVersionIdMarker", "NextUploadIdMarker",
               "VersionIdMarker", "UploadIdMarker"}
FREE_ELEMENTS = {"RequestId", "HostId", "NextContinuationToken"}
TIME_ELEMENTS = {"LastModified", "Initiated", "CreationDate"}
CACHE = re.compile(r"(\[|%5B|%255B)minio_cache.*?(\]|%5D|%255D)")
ISO = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {}
        for k, v in headers:
            k = k.lower()
            self.headers[k] = f"{self.headers[k]}, {v}" \
                if k in self.headers else v
        self.xml = None
        if body.lstrip()[:1] == b"<" and \
                "xml" in self.headers.get("content-type", "xml"):
            try:
                self.xml = ElementTree.fromstring(body)
            except ElementTree.ParseError:
                pass
        if self.xml is not None:
            self.namespace = self.xml.tag[:self.xml.tag.rfind("}") + 1]
            for e in self.xml.iter():
                e.tag = e.tag[e.tag.rfind("}") + 1:]

    def find(self, name):
        return self.xml.findtext(name) if self.xml is not None else None

    def elements(self, name):
        return self.xml.findall(name) if self.xml is not None else []

    def code(self):
        if self.xml is not None and self.xml.tag == "Error":
            return self.find("Code") or ""
        return self.headers.get("x-minio-error-code", "")


class Comparer:
    def __init__(self, theirs, ours):
        self.hosts = [f"127.0.0.1:{s.port}" for s in (theirs, ours)]
        self.to_ours, self.to_theirs = {}, {}
        self.start = time.time() - SLACK_SECONDS

    def plain(self, text, which):
        return CACHE.sub("", (text or "").replace(self.hosts[which], "HOST"))

    def same_id(self, a, b):
        if "null" in (a, b) or not a or not b:
            return a == b
        return (self.to_ours.setdefault(a, b) == b
                and self.to_theirs.setdefault(b, a) == a)

    def recent(self, text, form):
        try:
            at = calendar.timegm(time.strptime(text, form))
        except ValueError:
            return False
        return self.start <= at <= time.time() + SLACK_SECONDS

    # ---- headers ----

    def header(self, name, a, b, out):
        if name in IGNORED:
            return
        if a is None or b is None:
            if a != b:
                out.append((f"header {name}", shown(a or ABSENT),
                            shown(b or ABSENT)))
        elif name in PRESENT:
            return
        elif name in IDS:
            if not self.same_id(a, b):
                out.append((f"header {name}", a, b))
        elif name == "last-modified":
            form = "%a, %d %b %Y %H:%M:%S GMT"
            if self.recent(a, form) != self.recent(b, form):
                out.append((f"header {name}", a, b))
        elif self.plain(a, 0) != self.plain(b, 1):
            out.append((f"header {name}", a, b))

    def headers(self, a, b, out):
        left = set()
        if a.xml is not None and b.xml is not None or \
                not a.body and a.status >= 400:  # to HEAD
            left.add("content-length")  # ids have their own lengths
        for name in sorted(set(a.headers) | set(b.headers)):
            if name not in left:
                self.header(name, a.headers.get(name), b.headers.get(name),
                            out)

    # ---- bodies ----

    def texts(self, tag, a, b):
        a, b = self.plain(a, 0).strip(" \n"), self.plain(b, 1).strip(" \n")
        if tag in FREE_ELEMENTS or tag == "ContinuationToken":
            return bool(a) == bool(b)
        if tag in ID_ELEMENTS:
            return self.same_id(a, b)
        if tag in TIME_ELEMENTS and ISO.match(a) and ISO.match(b):
            return all(self.recent(x[:19], "%Y-%m-%dT%H:%M:%S")
                       for x in (a, b))
        return a == b

    def trees(self, a, b, path, out):
        tags = [[c.tag for c in x] for x in (a, b)]
        if a.tag != b.tag or sorted(tags[0]) != sorted(tags[1]):
            out.append((f"body {path}", shown(f"{a.tag}: {' '.join(tags[0])}"),
                        shown(f"{b.tag}: {' '.join(tags[1])}")))
            return
        if not self.texts(a.tag, a.text, b.text):
            out.append((f"body {path}", shown(self.plain(a.text, 0)),
                        shown(self.plain(b.text, 1))))
        kids = [sorted(x, key=lambda c: (c.tag, c.tag == "Upload" and
                                         c.findtext("Key"))) for x in (a, b)]
        for x, y in zip(*kids):
            self.trees(x, y, f"{path}/{x.tag}", out)

    def errors(self, a, b, out):
        names = {c.tag for c in a.xml} | {c.tag for c in b.xml}
        for name in sorted(names):
            x, y = a.find(name), b.find(name)
            if x is None or y is None or not self.texts(name, x, y):
                out.append((f"error {name}", shown(self.plain(x, 0) if x
                                                   is not None else ABSENT),
                            shown(self.plain(y, 1) if y is not None
                                  else ABSENT)))

    def bodies(self, a, b, out):
        if a.xml is None or b.xml is None:
            if a.body != b.body:
                out.append(("body", shown(a.body), shown(b.body)))
        elif a.xml.tag == "Error" and b.xml.tag == "Error":
            self.errors(a, b, out)
        else:
            if a.namespace != b.namespace:
                out.append(("body namespace", a.namespace, b.namespace))
            if a.body[:5] != b.body[:5]:
                out.append(("body declaration", shown(a.body[:60]),
                            shown(b.body[:60])))
            self.trees(a.xml, b.xml, "/" + a.xml.tag, out)

    def answers(self, request, a, b):
        if a.status != b.status or a.code() != b.code():
            return [("status", f"{a.status} {a.code()}",
                     f"{b.status} {b.code()}")]
        out = []
        self.headers(a, b, out)
        self.bodies(a, b, out)
        return out
