"""s3fs (aiobotocore), which pyiceberg's fsspec file-io uses."""
import os

import s3fs
from common import BUCKET, ENDPOINT, KEY, MIB, OBJECTS, REGION, SECRET, TMP, body, did, done, fails, same

OWN = "made-by-s3fs"


def filesystem(secret=SECRET, **more):
    return s3fs.S3FileSystem(key=KEY, secret=secret, endpoint_url=ENDPOINT, skip_instance_cache=True,
                             client_kwargs={"region_name": REGION}, **more)


s3 = filesystem()


def buckets():
    s3.mkdir(OWN)
    did()
    same("buckets", sorted(s3.ls("")), sorted([BUCKET, OWN]))
    same("bucket", s3.exists(OWN), True)
    same("no bucket", s3.exists("absent-bucket"), False)


def write_and_read():
    for key in OBJECTS:
        want, path = body(key), f"{OWN}/{key}"
        s3.pipe_file(path, want)
        did()
        same("size of " + key, s3.info(path)["size"], len(want))
        same("bytes of " + key, s3.cat_file(path), want)
        with s3.open(path, "rb", block_size=5 * MIB) as f:
            same("file of " + key, f.read(), want)
    fails("no object", FileNotFoundError, lambda: s3.cat_file(OWN + "/absent"), lambda e: True)
    with s3.open(OWN + "/in parts", "wb", block_size=5 * MIB) as f:
        for start in range(0, OBJECTS["sizes/20MiB"], MIB):
            f.write(body("sizes/20MiB")[start:start + MIB])
    did()
    same("in parts", s3.cat_file(OWN + "/in parts"), body("sizes/20MiB"))
    same("a range", s3.cat_file(OWN + "/in parts", start=100, end=300), body("sizes/20MiB")[100:300])
    same("a tail", s3.tail(OWN + "/in parts", 10), body("sizes/20MiB")[-10:])
    fails("exclusively", OSError, lambda: s3.pipe_file(OWN + "/sizes/1", b"no", mode="create"),
          lambda e: "pre-conditions" in str(e) or isinstance(e, FileExistsError))


def changed_behind():
    """Blocks are read under If-Match: another object in between is noticed."""
    path = OWN + "/changing"
    s3.pipe_file(path, bytes(8 * MIB))
    with s3.open(path, "rb", block_size=5 * MIB, cache_type="none") as f:
        same("its start", f.read(5), bytes(5))
        filesystem().pipe_file(path, bytes(8 * MIB - 1) + b"x")
        f.seek(6 * MIB)
        fails("a changed file", Exception, lambda: f.read(5), lambda e: "Expired" in type(e).__name__)
    s3.rm_file(path)
    did()


def lists():
    found = s3.find(OWN, detail=True)
    same("keys", {p[len(OWN) + 1:]: d["size"] for p, d in found.items() if p[len(OWN) + 1:] in OBJECTS}, OBJECTS)
    same("folders", sorted(s3.ls(OWN)), [OWN + "/in parts", OWN + "/names", OWN + "/sizes"])
    same("a folder", s3.isdir(OWN + "/names/a"), True)
    same("a pattern", sorted(s3.glob(OWN + "/names/*plus*")), [OWN + "/names/plus+plus"])
    same("a walk", [len(files) for _, _, files in s3.walk(OWN + "/sizes")], [7])


def copies():
    s3.copy(f"{OWN}/names/percent%25 and %zz", f"{OWN}/copy+of ünï")
    did()
    same("copy", s3.cat_file(f"{OWN}/copy+of ünï"), body("names/percent%25 and %zz"))
    s3.mv(f"{OWN}/copy+of ünï", f"{OWN}/moved")
    did()
    same("moved", (s3.exists(f"{OWN}/copy+of ünï"), s3.exists(f"{OWN}/moved")), (False, True))
    s3.merge(f"{OWN}/merged", [f"{OWN}/sizes/5MiB", f"{OWN}/sizes/5MiB+1"])
    did()
    same("merged", s3.cat_file(f"{OWN}/merged"), body("sizes/5MiB") + body("sizes/5MiB+1"))
    s3.setxattr(f"{OWN}/moved", colour="blue")
    did()
    same("metadata", s3.metadata(f"{OWN}/moved", refresh=True).get("colour"), "blue")
    s3.put_tags(f"{OWN}/moved", {"a": "1 + 2"})
    did()
    same("tags", s3.get_tags(f"{OWN}/moved"), {"a": "1 + 2"})


def folders_of_files():
    there, back = os.environ["CORPUS"], os.path.join(TMP, "back")
    s3.put(there + "/", f"{OWN}/tree/", recursive=True)
    s3.get(f"{OWN}/tree/", back + "/", recursive=True)
    did(2)
    for key in OBJECTS:
        with open(os.path.join(back, key), "rb") as f:
            same("tree's " + key, f.read(), body(key))


def versions():
    name, aware = OWN + "-versions", filesystem(version_aware=True)
    aware.mkdir(name)
    aware.make_bucket_versioned(name)
    did(2)
    same("versioned", aware.is_bucket_versioned(name), True)
    for text in (b"one", b"two"):
        aware.pipe_file(name + "/v", text)
    ids = [v["VersionId"] for v in aware.object_version_info(name + "/v")]
    did(3)
    same("versions", [aware.cat_file(f"{name}/v?versionId={v}") for v in ids], [b"two", b"one"])


def deletes():
    url = s3.sign(f"{OWN}/sizes/4096", expiration=60)
    import urllib.request
    with urllib.request.urlopen(url) as answer:
        same("presigned", answer.read(), body("sizes/4096"))
    stranger = filesystem("wrong")
    fails("a wrong secret", PermissionError, lambda: stranger.ls(OWN), lambda e: True)
    s3.rm_file(OWN + "/sizes/0")
    did()
    s3.rm(OWN, recursive=True)
    did()
    same("what is left", s3.exists(OWN), False)


for act in (buckets, write_and_read, changed_behind, lists, copies, folders_of_files, versions, deletes):
    act()
done(s3fs.__version__)
