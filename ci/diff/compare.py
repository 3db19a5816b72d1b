"""Two answers compared.

A difference is (what, theirs, ours); what is "status", "type", "message",
"header NAME" or "body /path". Of an error that is not in the error model
(a servlet container's page, or none after HEAD) and of a 500 only the status
counts: their words are a Java runtime's. Uuids must correspond one to one, clock
readings must be of this run, and locations are compared below the servers'
warehouses. Lists of names have no order of their own.
"""

import re
import time

from table import ABSENT, shown

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
OBJECT = re.compile(r"@[0-9a-f]{5,8}\b")
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$")
SETS = ("namespaces", "identifiers", "endpoints", "updated", "removed",
        "missing", "statistics", "partition-statistics")
SLACK_MS = 5000


class Comparer:
    def __init__(self, theirs, ours):
        self.hosts = [f"127.0.0.1:{s.port}" for s in (theirs, ours)]
        self.warehouses = [s.warehouse for s in (theirs, ours)]
        self.theirs_to_ours, self.ours_to_theirs = {}, {}
        self.tags = ({}, {})
        self.from_ms = int(time.time() * 1000) - SLACK_MS

    # ---- texts ----

    def plain(self, text, which):
        text = re.sub(r"file:/+", "file:/", text)
        text = text.replace("file:" + self.warehouses[which], "WH")
        text = text.replace(self.warehouses[which], "WH")
        text = text.replace(self.hosts[which], "HOST")
        return OBJECT.sub("@N", text)

    def same_uuid(self, a, b):
        return (self.theirs_to_ours.setdefault(a, b) == b
                and self.ours_to_theirs.setdefault(b, a) == a)

    def same_text(self, a, b):
        a, b = self.plain(a, 0), self.plain(b, 1)
        if a == b or (INSTANT.match(a) and INSTANT.match(b)):
            return True
        if UUID.split(a) != UUID.split(b):
            return False
        return all(self.same_uuid(x, y)
                   for x, y in zip(UUID.findall(a), UUID.findall(b)))

    def now(self, ms):
        return self.from_ms <= ms <= time.time() * 1000 + SLACK_MS

    # ---- trees ----

    def trees(self, a, b, path, out):
        if isinstance(a, dict) and isinstance(b, dict):
            for key in sorted(set(a) | set(b)):
                at = f"{path}/{key}"
                if key not in a or key not in b:
                    out.append((f"body {at}", shown(a.get(key, ABSENT)),
                                shown(b.get(key, ABSENT))))
                else:
                    self.members(a[key], b[key], key, at, out)
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                out.append((f"body {path}", shown(a), shown(b)))
            else:
                for i, pair in enumerate(zip(a, b)):
                    self.trees(*pair, f"{path}/{i}", out)
        elif isinstance(a, str) and isinstance(b, str):
            if not self.same_text(a, b):
                out.append((f"body {path}", a, b))
        elif a != b or isinstance(a, bool) != isinstance(b, bool) \
                or isinstance(a, float) != isinstance(b, float):
            out.append((f"body {path}", shown(a), shown(b)))

    def members(self, a, b, key, at, out):
        if key in SETS and isinstance(a, list) and isinstance(b, list):
            a, b = sorted(a, key=order), sorted(b, key=order)
        if key.endswith("-ms") and is_int(a) and is_int(b) \
                and self.now(a) and self.now(b):
            return
        self.trees(a, b, at, out)

    # ---- answers ----

    def answers(self, request, a, b):
        if a.status != b.status:
            return [("status", f"{a.status} {a.error().get('type', '')}",
                     f"{b.status} {b.error().get('type', '')}")]
        if a.status >= 400 and not (a.error() and b.error()):
            return []  # a servlet container's page
        if a.status >= 500:
            return []  # words of a Java runtime: nobody depends on them
        out = []
        if media(a) != media(b):
            out.append(("header Content-Type", media(a), media(b)))
        self.compare_tags(request, a, b, out)
        if a.error():
            self.compare_errors(a.error(), b.error(), out)
        elif a.json is not None and b.json is not None:
            if "pageSize" in request.path:
                a.json, b.json = page(a.json), page(b.json)
            self.trees(a.json, b.json, "", out)
        elif a.status < 400 and (a.body != b"") != (b.body != b""):
            out.append(("body", shown(a.body), shown(b.body)))
        return out

    def compare_errors(self, a, b, out):
        for name in ("type", "code"):
            if a.get(name) != b.get(name):
                out.append((name, shown(a.get(name)), shown(b.get(name))))
        if not self.same_text(str(a.get("message")), str(b.get("message"))):
            out.append(("message", self.plain(str(a.get("message")), 0),
                        self.plain(str(b.get("message")), 1)))

    def compare_tags(self, request, a, b, out):
        """Both have a tag or none, and it is known before or new on both."""
        tags = [x.headers.get("etag") for x in (a, b)]
        if (tags[0] is None) != (tags[1] is None):
            out.append(("header ETag", shown(tags[0]), shown(tags[1])))
        elif tags[0] is not None:
            places = [(x.json or {}).get("metadata-location", "")
                      for x in (a, b)]
            known = [self.tags[i].setdefault(tags[i], places[i]) == places[i]
                     for i in (0, 1)]
            if not all(known):
                out.append(("header ETag of another version",
                            shown(known[0]), shown(known[1])))


def order(item):
    if isinstance(item, dict) and "snapshot-id" in item:
        return str(item["snapshot-id"])
    return str(item)


def page(body):
    """What counts of a page: how many, and is there more; lists have no
    promised order, and tokens differ."""
    return {k: len(v) if isinstance(v, list) else v is None
            for k, v in body.items()}


def is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def media(answer):
    if not answer.body:
        return ""
    return answer.headers.get("content-type", "").split(";")[0].lower()
