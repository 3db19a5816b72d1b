"""pyarrow's S3FileSystem (the AWS SDK for C++): every write goes in parts."""
import os

import pyarrow
from common import BUCKET, CA_FILE, ENDPOINT, KEY, OBJECTS, REGION, SECRET, body, did, done, fails, same
from pyarrow import fs

OWN = "made-by-pyarrow"
scheme, _, address = ENDPOINT.partition("://")
if CA_FILE:
    fs.initialize_s3()
options = {"tls_ca_file_path": CA_FILE} if CA_FILE else {}


def filesystem(secret=SECRET, **more):
    return fs.S3FileSystem(access_key=KEY, secret_key=secret, endpoint_override=address, scheme=scheme,
                           region=REGION, allow_bucket_creation=True, allow_bucket_deletion=True,
                           connect_timeout=10, request_timeout=10, **options, **more)


s3 = filesystem()


def kind(path):
    info = s3.get_file_info(path)
    return info.type.name, info.size


def buckets():
    s3.create_dir(OWN)
    did()
    same("bucket", kind(OWN), ("Directory", None))
    same("no bucket", kind("absent-bucket"), ("NotFound", None))
    found = s3.get_file_info(fs.FileSelector(""))
    same("buckets", sorted(f.path for f in found), sorted([BUCKET, OWN]))


def write_and_read():
    for key in OBJECTS:
        want, path = body(key), f"{OWN}/{key}"
        with s3.open_output_stream(path, metadata={"Content-Type": "text/x-test"}) as out:
            out.write(want)
        did()
        same("size of " + key, kind(path), ("File", len(want)))
        with s3.open_input_stream(path) as stream:
            same("bytes of " + key, stream.read(), want)
            same("type of " + key, stream.metadata()["Content-Type"], b"text/x-test")
    fails("no object", FileNotFoundError, lambda: s3.open_input_stream(OWN + "/absent").read(), lambda e: True)
    fails("no bucket", (FileNotFoundError, OSError), lambda: s3.open_output_stream("absent/x").close(),
          lambda e: "NO_SUCH_BUCKET" in str(e).upper() or "does not exist" in str(e))


def small_in_one():
    """With delayed open a small file is one PutObject."""
    delayed = filesystem(allow_delayed_open=True)
    for key in ("sizes/0", "sizes/4096", "sizes/5MiB+1", "sizes/20MiB"):
        with delayed.open_output_stream(OWN + "/delayed") as out:
            out.write(body(key))
        did()
        with delayed.open_input_stream(OWN + "/delayed") as stream:
            same("delayed " + key, stream.read(), body(key))


def in_pieces():
    piece = body("sizes/4096")
    with s3.open_output_stream(OWN + "/pieces", buffer_size=64 * 1024) as out:
        for _ in range(3000):
            out.write(piece)
    did()
    with s3.open_input_file(OWN + "/pieces") as f:
        same("size of pieces", f.size(), 3000 * 4096)
        same("a piece", f.read_at(4096, 4096 * 1500), piece)
        f.seek(3000 * 4096 - 10)
        same("the last bytes", f.read(), piece[-10:])
        same("behind the end", f.read_at(5, 3000 * 4096), b"")


def selections():
    found = s3.get_file_info(fs.FileSelector(OWN, recursive=True))
    files = sorted((f.path[len(OWN) + 1:], f.size) for f in found if f.type.name == "File")
    same("files", [f for f in files if f[0] in OBJECTS], sorted(OBJECTS.items()))
    folders = {os.path.dirname(k) for k in OBJECTS}
    folders |= {"names/a", "names/a/b", "names/a/b/c", "names/a/b/c/d", "names/a/b/c/d/e"}
    same("folders", {f.path[len(OWN) + 1:] for f in found if f.type.name == "Directory"}, folders)
    found = s3.get_file_info(fs.FileSelector(OWN + "/names/a"))
    same("below a folder", [(f.path, f.type.name) for f in found], [(OWN + "/names/a/b", "Directory")])
    fails("no folder", FileNotFoundError, lambda: s3.get_file_info(fs.FileSelector(OWN + "/nowhere")),
          lambda e: True)
    same("no folder allowed", s3.get_file_info(fs.FileSelector(OWN + "/nowhere", allow_not_found=True)), [])


def copies_and_folders():
    s3.copy_file(f"{OWN}/names/percent%25 and %zz", f"{OWN}/copy+of ünï")
    s3.move(f"{OWN}/copy+of ünï", f"{OWN}/moved")
    did(2)
    with s3.open_input_stream(OWN + "/moved") as stream:
        same("moved", stream.read(), body("names/percent%25 and %zz"))
    same("not there any more", kind(f"{OWN}/copy+of ünï"), ("NotFound", None))
    s3.create_dir(f"{OWN}/made/of/nothing", recursive=True)
    did()
    same("an empty folder", kind(f"{OWN}/made/of/nothing"), ("Directory", None))
    s3.delete_dir(f"{OWN}/made")
    did()
    same("no folder", kind(f"{OWN}/made/of"), ("NotFound", None))


def deletes():
    stranger = filesystem("wrong")
    fails("a wrong secret", OSError, lambda: stranger.get_file_info(fs.FileSelector(OWN)),
          lambda e: "signature" in str(e).lower())
    s3.delete_file(OWN + "/sizes/0")
    did()
    same("deleted", kind(OWN + "/sizes/0"), ("NotFound", None))
    s3.delete_dir_contents(OWN)
    did()
    same("what is left", s3.get_file_info(fs.FileSelector(OWN)), [])
    s3.delete_dir(OWN)
    did()
    same("no bucket", kind(OWN), ("NotFound", None))


for act in (buckets, write_and_read, small_in_one, in_pieces, selections, copies_and_folders, deletes):
    act()
done(pyarrow.__version__)
fs.finalize_s3()
