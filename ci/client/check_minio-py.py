"""The MinIO client for Python. Over http it signs the payload, over TLS not."""
import io
import os
import urllib.error
import urllib.parse
import urllib.request
import ssl
from datetime import timedelta

import minio
import urllib3
from common import (BUCKET, CA_FILE, ENDPOINT, KEY, MIB, OBJECTS, SECRET, TMP, body, did, done, fails,
                    same)
from minio.commonconfig import REPLACE, ComposeSource, CopySource, Tags
from minio.deleteobjects import DeleteObject
from minio.error import S3Error
from minio.versioningconfig import ENABLED, VersioningConfig

OWN = "made-by-minio-py"


def client(secret=SECRET):
    url = urllib.parse.urlsplit(ENDPOINT)
    pool = urllib3.PoolManager(cert_reqs="CERT_REQUIRED", ca_certs=CA_FILE) if CA_FILE else None
    return minio.Minio(url.netloc, access_key=KEY, secret_key=secret, secure=url.scheme == "https", http_client=pool)


s3 = client()


def code(wanted):
    return lambda e: e.code == wanted


def read(key, **more):
    answer = s3.get_object(OWN, key, **more)
    try:
        return answer.read()
    finally:
        answer.close()
        answer.release_conn()


def buckets():
    same("no bucket yet", s3.bucket_exists(OWN), False)
    s3.make_bucket(OWN)
    did()
    same("bucket", s3.bucket_exists(OWN), True)
    same("buckets", sorted(b.name for b in s3.list_buckets()), sorted([BUCKET, OWN]))
    fails("a bucket again", S3Error, lambda: s3.make_bucket(OWN), code("BucketAlreadyOwnedByYou"))
    fails("no bucket", S3Error, lambda: list(s3.list_objects("absent")), code("NoSuchBucket"))


def put_and_get():
    for key in OBJECTS:
        want = body(key)
        put = s3.put_object(OWN, key, io.BytesIO(want), len(want), content_type="text/x-test",
                            metadata={"made": "by minio"}, part_size=5 * MIB)
        stat = s3.stat_object(OWN, key)
        did()
        same("stat of " + key, (stat.size, stat.etag, stat.content_type, stat.metadata["x-amz-meta-made"]),
             (len(want), put.etag, "text/x-test", "by minio"))
        same("bytes of " + key, read(key), want)
    fails("GET of no object", S3Error, lambda: read("absent"), code("NoSuchKey"))
    fails("stat of no object", S3Error, lambda: s3.stat_object(OWN, "absent"), code("NoSuchKey"))


def files():
    path = os.path.join(TMP, "file")
    for key in ("sizes/0", "sizes/20MiB"):
        with open(path, "wb") as f:
            f.write(body(key))
        s3.fput_object(OWN, "file", path)
        s3.fget_object(OWN, "file", path + ".back")
        did(2)
        with open(path + ".back", "rb") as f:
            same("file of " + key, f.read(), body(key))
    s3.put_object(OWN, "unknown length", io.BytesIO(body("sizes/5MiB+1")), -1, part_size=5 * MIB)
    did()
    same("unknown length", read("unknown length"), body("sizes/5MiB+1"))


def ranges():
    want = body("sizes/20MiB")
    same("a range", read("sizes/20MiB", offset=100, length=200), want[100:300])
    same("a tail", read("sizes/20MiB", offset=len(want) - 5), want[-5:])
    fails("a range beyond", S3Error, lambda: read("sizes/1", offset=5, length=1), code("InvalidRange"))


def copies():
    source = "names/percent%25 and %zz"
    s3.copy_object(OWN, "copy+of ünï", CopySource(OWN, source))
    did()
    same("copy", read("copy+of ünï"), body(source))
    s3.copy_object(OWN, "copied", CopySource(OWN, source), metadata={"other": "one"}, metadata_directive=REPLACE)
    same("metadata replaced", s3.stat_object(OWN, "copied").metadata["x-amz-meta-other"], "one")
    s3.compose_object(OWN, "composed", [ComposeSource(OWN, "sizes/5MiB"), ComposeSource(OWN, "sizes/5MiB+1"),
                                        ComposeSource(OWN, "sizes/1")])
    did()
    same("composed", read("composed"), body("sizes/5MiB") + body("sizes/5MiB+1") + body("sizes/1"))


def lists():
    found = list(s3.list_objects(OWN, recursive=True))
    same("keys", [(o.object_name, o.size) for o in found if o.object_name in OBJECTS],
         [(k, OBJECTS[k]) for k in sorted(OBJECTS, key=str.encode)])
    found = s3.list_objects(OWN, prefix="names/a/")
    same("below a folder", [(o.object_name, o.is_dir) for o in found], [("names/a/b/", True)])
    found = s3.list_objects(OWN, recursive=True, use_api_v1=True, start_after="sizes/")
    same("the older list", [o.object_name for o in found if o.object_name in OBJECTS],
         sorted(k for k in OBJECTS if k > "sizes/"))


def tags():
    tags = Tags.new_object_tags()
    tags["colour"], tags["a:b/c@d"] = "blue + green", "1=2"
    s3.set_object_tags(OWN, "sizes/1", tags)
    did()
    same("tags", s3.get_object_tags(OWN, "sizes/1"), tags)
    s3.delete_object_tags(OWN, "sizes/1")
    did()
    same("no tags", s3.get_object_tags(OWN, "sizes/1"), None)
    of_bucket = Tags.new_bucket_tags()
    of_bucket["for"] = "tests"
    s3.set_bucket_tags(OWN, of_bucket)
    did()
    same("tags of a bucket", s3.get_bucket_tags(OWN), of_bucket)
    s3.delete_bucket_tags(OWN)
    did()


def versions():
    name = OWN + "-versions"
    s3.make_bucket(name)
    s3.set_bucket_versioning(name, VersioningConfig(ENABLED))
    did(2)
    same("versioning", s3.get_bucket_versioning(name).status, "Enabled")
    ids = [s3.put_object(name, "v", io.BytesIO(text), 3).version_id for text in (b"one", b"two")]
    s3.remove_object(name, "v")
    did(3)
    same("a version", s3.get_object(name, "v", version_id=ids[0]).read(), b"one")
    found = list(s3.list_objects(name, include_version=True))
    same("versions", sorted(("marker" if o.is_delete_marker else o.version_id) for o in found), sorted(ids + ["marker"]))
    same("errors", list(s3.remove_objects(name, [DeleteObject("v", o.version_id) for o in found])), [])
    s3.remove_bucket(name)
    did()


def http(method, url, data=None):
    context = ssl.create_default_context(cafile=CA_FILE) if CA_FILE else None
    request = urllib.request.Request(url, data=data, method=method)
    with urllib.request.urlopen(request, context=context) as answer:
        return answer.read()


def presigned():
    key = "presigned/plus+and space/ü"
    http("PUT", s3.presigned_put_object(OWN, key, expires=timedelta(minutes=1)), b"by url")
    did()
    url = s3.presigned_get_object(OWN, key, response_headers={"response-content-type": "text/x-other"})
    same("presigned GET", http("GET", url), b"by url")
    fails("a changed URL", urllib.error.HTTPError, lambda: http("GET", url.replace("space", "spice")),
          lambda e: e.code == 403 and b"SignatureDoesNotMatch" in e.read())


def deletes():
    fails("a wrong secret", S3Error, client("wrong").list_buckets, code("SignatureDoesNotMatch"))
    fails("a full bucket", S3Error, lambda: s3.remove_bucket(OWN), code("BucketNotEmpty"))
    s3.remove_object(OWN, "sizes/0")
    did()
    found = [DeleteObject(o.object_name) for o in s3.list_objects(OWN, recursive=True)]
    same("errors", list(s3.remove_objects(OWN, found)), [])
    same("what is left", list(s3.list_objects(OWN, recursive=True)), [])
    s3.remove_bucket(OWN)
    did()


for act in (buckets, put_and_get, files, ranges, copies, lists, tags, versions, presigned, deletes):
    act()
done(minio.__version__)
