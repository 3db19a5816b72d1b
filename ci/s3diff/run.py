"""Sends the same generated requests to MinIO and to the mock S3.

usage: run.py --minio PROGRAM --mock PROGRAM [--seed N]... [--requests N]
              [--from N] [--to N] [--table FILE]

--from N prints every request and both answers from the Nth on (what comes
before is sent, as the state needs it); --to N ends there. Ends 0 when every
difference is allowed and every row of the table was needed, else 4; 3 when it
could not run.
"""

import json
import os
import sys
import time

import buckets
import listings
import objects
import others
import runs
import signing
import uploads
from compare import Answer, Comparer
from model import Book, Model, Request
from processes import Server, free_port
from sigv4 import KEY, SECRET, Signer, md5_base64

# Of what is left when every operation and kind has had its least.
REST = [("PutObject", "valid", 4), ("GetObject", "valid", 2),
        ("GetObject", "conflicting", 1), ("GetObject", "malformed", 1),
        ("HeadObject", "valid", 1), ("PutObject", "conflicting", 2),
        ("ListObjectsV2", "valid", 3), ("ListObjects", "valid", 2),
        ("ListObjectVersions", "valid", 2), ("UploadPart", "valid", 2),
        ("CompleteMultipartUpload", "valid", 1), ("CopyObject", "valid", 1),
        ("CreateMultipartUpload", "valid", 1), ("DeleteObject", "valid", 1),
        ("write signed", "conflicting", 1), ("write signed", "malformed", 1),
        ("read signed", "malformed", 1), ("PutObject", "malformed", 1)]
ENV = {"MINIO_ROOT_USER": KEY, "MINIO_ROOT_PASSWORD": SECRET,
       "MINIO_BROWSER": "off", "MINIO_UPDATE": "off", "GOMAXPROCS": "1"}


def start_minio(program, region, folder):
    port, console = free_port(), free_port()
    os.makedirs(f"{folder}/data")
    command = [program, "server", "--address", f"127.0.0.1:{port}",
               "--console-address", f"127.0.0.1:{console}", f"{folder}/data"]
    env = {**ENV, "MINIO_REGION": region, "HOME": folder}
    return Server("minio", command, env, folder, port,
                  "/minio/health/ready", Answer)


def start_mock(program, region, folder):
    port = free_port()
    options = {"profile": "minio", "region": region, "buckets": []}
    command = [program, "--catalog-port", "0", "--admin-port", "0",
               "--s3-port", str(port), "--warehouse", f"file://{folder}",
               "--s3-options", json.dumps(options)]
    return Server("mock", command, {}, folder, port, "/", Answer)


class Run(runs.Run):
    NAME = "minio"
    MAKERS = {**buckets.MAKERS, **objects.MAKERS, **listings.MAKERS,
              **uploads.MAKERS, **signing.MAKERS, **others.MAKERS}
    LEAST = 6
    FIRST = [("CreateBucket", "valid")] * 5 + [
        ("PutBucketVersioning", "valid")] * 3 + [("PutObject", "valid")] * 10

    def __init__(self, args, seed, table, folder):
        super().__init__(args, seed, table)
        region = "us-east-1" if seed % 2 else ""  # "": any is right
        self.servers.append(start_minio(args.minio, region, folder))
        try:
            self.servers.append(start_mock(args.mock, region, folder))
        except Exception:
            self.stop()
            raise
        self.books = [Book(), Book()]
        self.comparer = Comparer(*self.servers)
        self.model = Model()

    def plan(self):
        out = [(op, kind) for op in self.MAKERS for kind in runs.KINDS] \
            * (self.LEAST + 2)  # some find nothing to act on
        rest = [(op, kind) for op, kind, n in REST for _ in range(n)]
        n = self.args.requests - len(self.FIRST)
        while len(out) < n:
            out.append(rest[len(out) % len(rest)])
        self.rng.shuffle(out)
        return out

    def send(self, request):
        if request:
            self.now = int(time.time())
            super().send(request)

    def deliver(self, server, book, request):
        body = book.body(request)
        headers = [(k, book.fill(v)) for k, v in request.headers.items()]
        if request.body_digest:
            headers.append(("Content-MD5", md5_base64(body)))
        signer = Signer(request, request.method, request.path,
                        book.query(request), headers, body or b"",
                        f"127.0.0.1:{server.port}", self.now)
        target, headers, sent = signer.send_form()
        return server.ask(request.method, target, headers,
                          None if body is None else sent)

    def said(self, answer):
        return answer.find("Message") or str(answer.headers.get(
            "x-minio-error-desc", answer.body[:200]))

    def changes(self, request):
        return request.method not in ("GET", "HEAD")

    def after(self, request, answers):
        if self.model.pending:
            self.send(self.model.pending.pop())

    def part(self, request, answers):
        """The object's versions go, or what else is the subject's."""
        if request.op == "CompleteMultipartUpload":
            self.abort(request)
        for bucket, key in request.subjects:
            if key is None or bucket not in self.model.buckets:
                continue
            for server, book in zip(self.servers, self.books):
                self.empty(server, book, bucket, key)
            self.model.forget((bucket, key))

    def abort(self, request):
        """One side may have made the object of its parts."""
        for server, book in zip(self.servers, self.books):
            self.deliver(server, book, Request(
                "clear", "valid", "", "DELETE", request.bucket, request.key,
                request.query))
        for bucket in self.model.buckets.values():
            bucket.uploads = {k: u for k, u in bucket.uploads.items()
                              if "{{%s}}" % k not in str(request.query)}

    def empty(self, server, book, bucket, key):
        page = self.deliver(server, book, Request(
            "clear", "valid", "", "GET", bucket, None,
            [("versions", ""), ("prefix", key)]))
        for e in page.elements("Version") + page.elements("DeleteMarker"):
            if e.findtext("Key") == key:
                self.deliver(server, book, Request(
                    "clear", "valid", "", "DELETE", bucket, key,
                    [("versionId", e.findtext("VersionId"))]))


def main():
    p = runs.arguments(Run.NAME, 1000, os.path.dirname(__file__))
    p.add_argument("--minio", required=True)
    args = p.parse_args()
    args.minio, args.mock = (os.path.abspath(x)
                             for x in (args.minio, args.mock))
    return runs.compare(args, Run)


if __name__ == "__main__":
    sys.exit(main())
