"""boto3 with its default settings: CRC32 of every body, in a header over http
and in a trailer over TLS, and verified on the way back."""
import urllib.error
import urllib.request
import ssl
from datetime import datetime, timedelta, timezone

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError
from common import (BUCKET, CA_FILE, ENDPOINT, KEY, MIB, NAMED, OBJECTS, PROFILE, REGION, SECRET, body, did, done,
                    fails, resolve_localhost, same)

s3 = boto3.client("s3", endpoint_url=ENDPOINT, aws_access_key_id=KEY, aws_secret_access_key=SECRET,
                  region_name=REGION, verify=CA_FILE or None)
OWN = "made-by-boto3"


def code(*wanted):
    """Is it an error of the server with one of these codes?"""
    return lambda e: e.response["Error"]["Code"] in wanted


def read(key, **more):
    return s3.get_object(Bucket=OWN, Key=key, **more)["Body"].read()


def buckets():
    s3.create_bucket(Bucket=OWN)
    s3.get_waiter("bucket_exists").wait(Bucket=OWN)
    s3.head_bucket(Bucket=OWN)
    did(3)
    same("buckets", sorted(b["Name"] for b in s3.list_buckets()["Buckets"]), sorted([BUCKET, OWN]))
    same("location", s3.get_bucket_location(Bucket=OWN)["LocationConstraint"], None if PROFILE == "aws" else REGION)
    if PROFILE == "aws":  # its oldest region has no mind of that
        s3.create_bucket(Bucket=OWN)
        did()
    else:
        fails("a bucket again", ClientError, lambda: s3.create_bucket(Bucket=OWN),
              code("BucketAlreadyOwnedByYou"))
    fails("a bad name", ClientError, lambda: s3.create_bucket(Bucket="Not_A_Name"),
          code("InvalidBucketName"))
    fails("HEAD of no bucket", ClientError, lambda: s3.head_bucket(Bucket="absent"), code("404"))
    fails("a list of no bucket", ClientError, lambda: s3.list_objects_v2(Bucket="absent"),
          code("NoSuchBucket"))


def put_and_get():
    for key in OBJECTS:
        want = body(key)
        put = s3.put_object(Bucket=OWN, Key=key, Body=want, ContentType="text/x-test",
                            Metadata={"made": "by boto3", "number": "7"})
        head = s3.head_object(Bucket=OWN, Key=key, ChecksumMode="ENABLED")
        got = s3.get_object(Bucket=OWN, Key=key)
        did(1)
        same("length of " + key, head["ContentLength"], len(want))
        same("ETag of " + key, head["ETag"], put["ETag"])
        same("CRC32 of " + key, head["ChecksumCRC32"], put["ChecksumCRC32"])
        same("bytes of " + key, got["Body"].read(), want)
        same("metadata of " + key, (got["Metadata"], got["ContentType"]),
             ({"made": "by boto3", "number": "7"}, "text/x-test"))
    fails("GET of no object", ClientError, lambda: read("absent"), code("NoSuchKey"))
    fails("HEAD of no object", ClientError, lambda: s3.head_object(Bucket=OWN, Key="absent"), code("404"))
    s3.get_waiter("object_exists").wait(Bucket=OWN, Key="sizes/0")
    did()
    fails("a wait in vain", WaiterError, lambda: s3.get_waiter("object_exists").wait(
        Bucket=OWN, Key="absent", WaiterConfig={"Delay": 0, "MaxAttempts": 2}), lambda e: True)


def checksums():
    for name in ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"):
        put = s3.put_object(Bucket=OWN, Key="sum", Body=b"summed", ChecksumAlgorithm=name)
        got = s3.get_object(Bucket=OWN, Key="sum", ChecksumMode="ENABLED")
        same("checksum " + name, got["Checksum" + name], put["Checksum" + name])
        same("bytes under " + name, got["Body"].read(), b"summed")
    fails("a wrong MD5", ClientError, lambda: s3.put_object(
        Bucket=OWN, Key="sum", Body=b"x", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA=="), code("BadDigest"))
    fails("a wrong SHA-256", ClientError, lambda: s3.put_object(
        Bucket=OWN, Key="sum", Body=b"x", ChecksumSHA256="A" * 43 + "="),
        code("BadDigest", "XAmzContentChecksumMismatch"))
    attributes = s3.get_object_attributes(Bucket=OWN, Key="sizes/4096",
                                          ObjectAttributes=["ETag", "ObjectSize", "Checksum"])
    same("attributes", (attributes["ObjectSize"], "ChecksumCRC32" in attributes["Checksum"]), (4096, True))
    s3.delete_object(Bucket=OWN, Key="sum")
    did()


def ranges():
    key, want = "sizes/20MiB", body("sizes/20MiB")
    for text, part in (("bytes=0-0", want[:1]), ("bytes=100-299", want[100:300]), ("bytes=-7", want[-7:]),
                       (f"bytes={len(want) - 5}-", want[-5:]), (f"bytes=5-{len(want) * 2}", want[5:])):
        got = s3.get_object(Bucket=OWN, Key=key, Range=text)
        same(text, got["Body"].read(), part)
        same("status of " + text, got["ResponseMetadata"]["HTTPStatusCode"], 206)
    fails("a range beyond", ClientError, lambda: read(key, Range=f"bytes={len(want)}-"), code("InvalidRange"))
    fails("a range of nothing", ClientError, lambda: read("sizes/0", Range="bytes=0-1"), code("InvalidRange"))


def conditions():
    etag = s3.head_object(Bucket=OWN, Key="sizes/1")["ETag"]
    soon = datetime.now(timezone.utc) + timedelta(days=1)
    same("GET if match", read("sizes/1", IfMatch=etag), body("sizes/1"))
    fails("GET if another", ClientError, lambda: read("sizes/1", IfMatch='"no"'), code("PreconditionFailed"))
    fails("GET if none", ClientError, lambda: read("sizes/1", IfNoneMatch=etag), code("304"))
    fails("GET if newer", ClientError, lambda: read("sizes/1", IfModifiedSince=soon - timedelta(days=1)),
          code("304"))
    same("GET if older", read("sizes/1", IfUnmodifiedSince=soon), body("sizes/1"))
    fails("PUT if absent", ClientError, lambda: s3.put_object(
        Bucket=OWN, Key="sizes/1", Body=b"no", IfNoneMatch="*"), code("PreconditionFailed"))
    s3.put_object(Bucket=OWN, Key="conditional", Body=b"1", IfNoneMatch="*")
    etag = s3.put_object(Bucket=OWN, Key="conditional", Body=b"2")["ETag"]
    s3.put_object(Bucket=OWN, Key="conditional", Body=b"3", IfMatch=etag)
    did(3)
    fails("PUT if match", ClientError, lambda: s3.put_object(
        Bucket=OWN, Key="conditional", Body=b"4", IfMatch=etag), code("PreconditionFailed"))
    same("the third", read("conditional"), b"3")
    s3.delete_object(Bucket=OWN, Key="conditional")
    did()


def multipart():
    key, parts = "parts", [body("sizes/5MiB"), body("sizes/5MiB+1"), b"the rest"]
    upload = s3.create_multipart_upload(Bucket=OWN, Key=key, Metadata={"in": "parts"})["UploadId"]
    same("uploads", [u["UploadId"] for u in s3.list_multipart_uploads(Bucket=OWN)["Uploads"]], [upload])
    made = []
    for n, data in enumerate(parts, 1):
        part = s3.upload_part(Bucket=OWN, Key=key, UploadId=upload, PartNumber=n, Body=data)
        made.append({"PartNumber": n, "ETag": part["ETag"]})
        did()
    listed = [p for page in s3.get_paginator("list_parts").paginate(
        Bucket=OWN, Key=key, UploadId=upload, PaginationConfig={"PageSize": 2}) for p in page["Parts"]]
    same("parts", [(p["PartNumber"], p["ETag"], p["Size"]) for p in listed],
         [(m["PartNumber"], m["ETag"], len(d)) for m, d in zip(made, parts)])
    fails("parts out of order", ClientError, lambda: s3.complete_multipart_upload(
        Bucket=OWN, Key=key, UploadId=upload, MultipartUpload={"Parts": made[::-1]}), code("InvalidPartOrder"))
    whole = s3.complete_multipart_upload(Bucket=OWN, Key=key, UploadId=upload, MultipartUpload={"Parts": made})
    same("ETag's end", whole["ETag"][-3:], '-3"')
    same("the whole", read(key), b"".join(parts))
    second = s3.get_object(Bucket=OWN, Key=key, PartNumber=2)
    same("part 2", (second["Body"].read(), second["PartsCount"]), (parts[1], 3))
    same("metadata of parts", s3.head_object(Bucket=OWN, Key=key)["Metadata"], {"in": "parts"})


def multipart_bad():
    upload = s3.create_multipart_upload(Bucket=OWN, Key="bad")["UploadId"]
    made = [{"PartNumber": n, "ETag": s3.upload_part(Bucket=OWN, Key="bad", UploadId=upload, PartNumber=n,
                                                     Body=b"small")["ETag"]} for n in (1, 2)]
    fails("small parts", ClientError, lambda: s3.complete_multipart_upload(
        Bucket=OWN, Key="bad", UploadId=upload, MultipartUpload={"Parts": made}), code("EntityTooSmall"))
    fails("a part that is not there", ClientError, lambda: s3.complete_multipart_upload(
        Bucket=OWN, Key="bad", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 3, "ETag": "x"}]}),
        code("InvalidPart"))
    s3.abort_multipart_upload(Bucket=OWN, Key="bad", UploadId=upload)
    did(4)
    fails("an aborted upload", ClientError, lambda: s3.upload_part(
        Bucket=OWN, Key="bad", UploadId=upload, PartNumber=1, Body=b"x"), code("NoSuchUpload"))
    same("no uploads", s3.list_multipart_uploads(Bucket=OWN).get("Uploads"), None)


def transfers():
    """upload_file and its kin: parts in threads."""
    import io
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4)
    for key in ("sizes/4096", "sizes/20MiB"):
        out = io.BytesIO()
        s3.upload_fileobj(io.BytesIO(body(key)), OWN, "transfer", Config=config)
        s3.download_fileobj(OWN, "transfer", out, Config=config)
        did(2)
        same("transfer of " + key, out.getvalue(), body(key))
        s3.copy({"Bucket": OWN, "Key": "transfer"}, OWN, "transfer copy", Config=config)
        same("copy in parts", read("transfer copy"), body(key))


def copies():
    source = {"Bucket": OWN, "Key": "names/percent%25 and %zz"}
    s3.copy_object(Bucket=BUCKET, Key="copy+of ünï", CopySource=source)
    did()
    same("copy", s3.get_object(Bucket=BUCKET, Key="copy+of ünï")["Body"].read(), body(source["Key"]))
    s3.copy_object(Bucket=OWN, Key="copied", CopySource=source, MetadataDirective="REPLACE",
                   Metadata={"other": "one"}, ContentType="text/plain")
    head = s3.head_object(Bucket=OWN, Key="copied")
    same("metadata replaced", (head["Metadata"], head["ContentType"]), ({"other": "one"}, "text/plain"))
    fails("a copy onto itself", ClientError, lambda: s3.copy_object(
        Bucket=OWN, Key=source["Key"], CopySource=source), code("InvalidRequest"))
    fails("a copy of nothing", ClientError, lambda: s3.copy_object(
        Bucket=OWN, Key="no", CopySource={"Bucket": OWN, "Key": "absent"}), code("NoSuchKey"))
    upload = s3.create_multipart_upload(Bucket=OWN, Key="copied")["UploadId"]
    part = s3.upload_part_copy(Bucket=OWN, Key="copied", UploadId=upload, PartNumber=1,
                               CopySource={"Bucket": OWN, "Key": "sizes/20MiB"},
                               CopySourceRange=f"bytes=10-{6 * MIB}")["CopyPartResult"]["ETag"]
    s3.complete_multipart_upload(Bucket=OWN, Key="copied", UploadId=upload,
                                 MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
    did(3)
    same("part copied", read("copied"), body("sizes/20MiB")[10:6 * MIB + 1])
    s3.delete_object(Bucket=BUCKET, Key="copy+of ünï")
    did()


def lists():
    keys = sorted(OBJECTS, key=lambda k: k.encode())
    for name in ("list_objects_v2", "list_objects"):
        pages = s3.get_paginator(name).paginate(Bucket=OWN, Prefix="", PaginationConfig={"PageSize": 4})
        found = [o for page in pages for o in page.get("Contents", [])]
        same(name, [(o["Key"], o["Size"]) for o in found if o["Key"] in OBJECTS],
             [(k, OBJECTS[k]) for k in keys])
        did(len(found) // 4)
    page = s3.list_objects_v2(Bucket=OWN, Delimiter="/")
    same("folders", [p["Prefix"] for p in page["CommonPrefixes"]], ["names/", "sizes/"])
    page = s3.list_objects_v2(Bucket=OWN, Prefix="names/a/", Delimiter="/", FetchOwner=True)
    same("below a folder", [p["Prefix"] for p in page["CommonPrefixes"]], ["names/a/b/"])
    page = s3.list_objects_v2(Bucket=OWN, StartAfter="names/with space", MaxKeys=1)
    same("start after", (page["Contents"][0]["Key"], page["IsTruncated"], page["KeyCount"]),
         (keys[keys.index("names/with space") + 1], True, 1))


def tags():
    tagged = [{"Key": "colour", "Value": "blue + green"}, {"Key": "a:b/c@d", "Value": "1=2"}]
    s3.put_object(Bucket=OWN, Key="tagged", Body=b"t", Tagging="a=1&b=two%20words")
    did()
    same("tags by header", s3.get_object_tagging(Bucket=OWN, Key="tagged")["TagSet"],
         [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "two words"}])
    s3.put_object_tagging(Bucket=OWN, Key="tagged", Tagging={"TagSet": tagged})
    did()
    same("tags", sorted(s3.get_object_tagging(Bucket=OWN, Key="tagged")["TagSet"], key=str), sorted(tagged, key=str))
    same("their count", s3.get_object(Bucket=OWN, Key="tagged")["TagCount"], 2)
    fails("a bad tag", ClientError, lambda: s3.put_object_tagging(
        Bucket=OWN, Key="tagged", Tagging={"TagSet": [{"Key": "k", "Value": "<&>"}]}), code("InvalidTag"))
    s3.delete_object_tagging(Bucket=OWN, Key="tagged")
    did()
    same("no tags", s3.get_object_tagging(Bucket=OWN, Key="tagged")["TagSet"], [])
    s3.put_bucket_tagging(Bucket=OWN, Tagging={"TagSet": tagged[:1]})
    did()
    same("tags of a bucket", s3.get_bucket_tagging(Bucket=OWN)["TagSet"], tagged[:1])
    s3.delete_bucket_tagging(Bucket=OWN)
    did()
    fails("no tags of a bucket", ClientError, lambda: s3.get_bucket_tagging(Bucket=OWN), code("NoSuchTagSet"))


def versions():
    name = OWN + "-versions"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    did(2)
    same("versioning", s3.get_bucket_versioning(Bucket=name)["Status"], "Enabled")
    ids = [s3.put_object(Bucket=name, Key="v", Body=text)["VersionId"] for text in (b"one", b"two")]
    did(2)
    for v, text in zip(ids, (b"one", b"two")):
        same("a version", s3.get_object(Bucket=name, Key="v", VersionId=v)["Body"].read(), text)
    marker = s3.delete_object(Bucket=name, Key="v")
    same("a delete marker", marker["DeleteMarker"], True)
    fails("a deleted object", ClientError, lambda: s3.get_object(Bucket=name, Key="v"), code("NoSuchKey"))
    listed = s3.list_object_versions(Bucket=name)
    same("versions", [v["VersionId"] for v in listed["Versions"]], ids[::-1])
    same("markers", [m["VersionId"] for m in listed["DeleteMarkers"]], [marker["VersionId"]])
    s3.delete_object(Bucket=name, Key="v", VersionId=marker["VersionId"])
    did()
    same("brought back", s3.get_object(Bucket=name, Key="v")["Body"].read(), b"two")
    for v in ids:
        s3.delete_object(Bucket=name, Key="v", VersionId=v)
    s3.delete_bucket(Bucket=name)
    did(3)


def http(method, url, data=None, headers=None):
    """A request without any credentials but those in the URL."""
    context = ssl.create_default_context(cafile=CA_FILE) if CA_FILE else None
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    with urllib.request.urlopen(request, context=context) as answer:
        return answer.read()


def presigned():
    key = "presigned/plus+and space/ü"
    url = s3.generate_presigned_url("put_object", Params={"Bucket": OWN, "Key": key}, ExpiresIn=60)
    http("PUT", url, b"by url", {"Content-Type": ""})
    did()
    url = s3.generate_presigned_url("get_object", ExpiresIn=60, Params={
        "Bucket": OWN, "Key": key, "ResponseContentType": "text/x-other"})
    same("presigned GET", http("GET", url), b"by url")
    fails("a changed URL", urllib.error.HTTPError, lambda: http("GET", url.replace("space", "spice")),
          lambda e: e.code == 403 and b"SignatureDoesNotMatch" in e.read())
    fails("no credentials", urllib.error.HTTPError, lambda: http("GET", url.split("?")[0]),
          lambda e: e.code == 403 and b"AccessDenied" in e.read())


def virtual():
    """The bucket's name in Host; boto3 writes it before the name of an endpoint."""
    resolve_localhost()
    for version in ("s3v4", "s3"):
        hosted = boto3.client("s3", endpoint_url=NAMED, aws_access_key_id=KEY, aws_secret_access_key=SECRET,
                              region_name=REGION, verify=CA_FILE or None,
                              config=Config(signature_version=version, s3={"addressing_style": "virtual"}))
        hosts = set()
        hosted.meta.events.register("before-send.s3", lambda request, **_: hosts.add(request.url.split("/")[2]))
        for key in ("sizes/5MiB+1", "names/percent%25 and %zz", "names/üñí日本語😀"):
            hosted.put_object(Bucket=OWN, Key="virtual/" + key, Body=body(key))
            did()
            same("virtual " + key, hosted.get_object(Bucket=OWN, Key="virtual/" + key)["Body"].read(), body(key))
        same("hosts", hosts, {OWN + "." + NAMED.split("/")[2]})
        same("keys", hosted.list_objects_v2(Bucket=OWN, Prefix="virtual/")["KeyCount"], 3)
        url = hosted.generate_presigned_url("get_object", Params={"Bucket": OWN, "Key": "virtual/sizes/5MiB+1"})
        same("presigned", http("GET", url), body("sizes/5MiB+1"))
        fails("no object", ClientError, lambda: hosted.get_object(Bucket=OWN, Key="absent"), code("NoSuchKey"))
        fails("no bucket", ClientError, lambda: hosted.list_objects_v2(Bucket="absent"), code("NoSuchBucket"))


def strangers():
    wrong = boto3.client("s3", endpoint_url=ENDPOINT, aws_access_key_id=KEY, aws_secret_access_key="wrong",
                         region_name=REGION, verify=CA_FILE or None)
    fails("a wrong secret", ClientError, wrong.list_buckets, code("SignatureDoesNotMatch"))
    nobody = boto3.client("s3", endpoint_url=ENDPOINT, aws_access_key_id="nobody", aws_secret_access_key="x",
                          region_name=REGION, verify=CA_FILE or None)
    fails("an unknown key", ClientError, nobody.list_buckets, code("InvalidAccessKeyId"))


def deletes():
    keys = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=OWN)
            for o in page["Contents"]]
    fails("a full bucket", ClientError, lambda: s3.delete_bucket(Bucket=OWN), code("BucketNotEmpty"))
    gone = s3.delete_objects(Bucket=OWN, Delete={"Objects": [{"Key": k} for k in keys[1:] + ["absent"]]})
    same("deleted", sorted(d["Key"] for d in gone["Deleted"]), sorted(keys[1:] + ["absent"]))
    quiet = s3.delete_objects(Bucket=OWN, Delete={"Objects": [{"Key": keys[0]}], "Quiet": True})
    same("deleted quietly", quiet.get("Deleted", []) + quiet.get("Errors", []), [])
    same("what is left", s3.list_objects_v2(Bucket=OWN)["KeyCount"], 0)
    s3.delete_bucket(Bucket=OWN)
    s3.get_waiter("bucket_not_exists").wait(Bucket=OWN)
    did(2)


for act in (buckets, put_and_get, checksums, ranges, conditions, multipart, multipart_bad, transfers, copies,
            lists, tags, versions, presigned, virtual, strangers, deletes):
    act()
done(boto3.__version__)
