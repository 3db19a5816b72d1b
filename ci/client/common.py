"""What the programs written in Python share: surroundings, counting, verdict."""
import json
import os
import socket

from corpus import MIB, OBJECTS, body  # noqa: F401  (for those who import this)

ENDPOINT = os.environ["S3_ENDPOINT"]
CATALOG = os.environ["ICEBERG_CATALOG_URI"]
KEY, SECRET = os.environ["S3_ACCESS_KEY"], os.environ["S3_SECRET_KEY"]
BUCKET, REGION = os.environ["S3_BUCKET"], os.environ["S3_REGION"]
ADMIN = os.environ["ADMIN_URI"]
PROFILE = os.environ["S3_PROFILE"]  # whose manners the mock S3 has: minio or aws
CA_FILE = os.environ["CA_FILE"]  # empty without TLS
PROPERTIES = json.loads(os.environ["CLIENT_PROPERTIES"] or "{}")
TMP = os.environ["CLIENT_TMP"]
with open(os.path.join(os.path.dirname(__file__), "rows.json"), encoding="utf-8") as file:
    ROWS = json.load(file)  # of a table that one client writes and the others read
# The server by a name: BUCKET before it means a bucket (virtual-host style).
NAMED = ENDPOINT.replace("127.0.0.1", "s3.localhost")
count = 0


def resolve_localhost():
    """Names below localhost are this machine, though not every resolver knows."""
    real = socket.getaddrinfo

    def resolve(host, *more, **options):
        return real("127.0.0.1" if str(host).endswith(".localhost") else host, *more, **options)

    socket.getaddrinfo = resolve


def did(n=1):
    """n operations of the client went through."""
    global count
    count += n


def same(what, have, want):
    """One operation whose result must be this."""
    did()
    if have != want:
        raise SystemExit(f"{what}: is {show(have)}, should be {show(want)}")


def fails(what, kind, call, wanted=lambda e: True):
    """One operation that must fail with an error for which wanted() is true."""
    did()
    try:
        call()
    except kind as e:
        if not wanted(e):
            raise SystemExit(f"{what}: failed otherwise than it should: {e!r}") from e
        return
    raise SystemExit(f"{what}: should have failed")


def part(step):
    """A part of a program; what goes wrong in it bears its name."""
    try:
        step()
    except SystemExit as e:
        raise SystemExit(f"{step.__name__}: {e}") from e


def show(value):
    text = repr(value)
    return text if len(text) < 300 else f"{text[:140]} ... {text[-60:]} ({len(value)} long)"


def done(version):
    print(f"done: {count} operations, {version}")
