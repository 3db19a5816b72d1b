// The AWS SDK for JavaScript v3 with its default settings. Streams go out as
// aws-chunked with a trailer over plain http too.
import { createReadStream } from "node:fs";
import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
    BUCKET, CORPUS, ENDPOINT, KEY, MIB, NAMED, PROFILE, REGION, SECRET, body, did, done, fails, keys, load, lookup, same,
} from "./common.mjs";

const aws = load("@aws-sdk/client-s3");
const { Upload } = load("@aws-sdk/lib-storage");
const { getSignedUrl } = load("@aws-sdk/s3-request-presigner");
const { version } = load("@aws-sdk/client-s3/package.json");
const credentials = { accessKeyId: KEY, secretAccessKey: SECRET };
const s3 = new aws.S3({ endpoint: ENDPOINT, region: REGION, credentials, forcePathStyle: true });
const OWN = "made-by-js";

async function read(Key, more = {}) {
    const got = await s3.getObject({ Bucket: OWN, Key, ...more });
    return Buffer.from(await got.Body.transformToByteArray());
}

async function buckets() {
    await s3.createBucket({ Bucket: OWN });
    await aws.waitUntilBucketExists({ client: s3, maxWaitTime: 10 }, { Bucket: OWN });
    did(2);
    same("buckets", (await s3.listBuckets()).Buckets.map((b) => b.Name).sort(), [BUCKET, OWN].sort());
    same("location", (await s3.getBucketLocation({ Bucket: OWN })).LocationConstraint, PROFILE === "aws" ? undefined : REGION);
    if (PROFILE === "aws") await s3.createBucket({ Bucket: OWN }); // its oldest region has no mind of that
    else await fails("a bucket again", () => s3.createBucket({ Bucket: OWN }), "BucketAlreadyOwnedByYou");
    await fails("HEAD of no bucket", () => s3.headBucket({ Bucket: "absent" }), "NotFound");
}

async function putAndGet() {
    for (const key of keys()) {
        const want = body(key);
        const put = await s3.putObject({ Bucket: OWN, Key: key, Body: want, Metadata: { made: "by js" }, ContentType: "text/x-test" });
        const head = await s3.headObject({ Bucket: OWN, Key: key, ChecksumMode: "ENABLED" });
        did();
        same(`HEAD of ${key}`, [head.ContentLength, head.ETag, head.ChecksumCRC32, head.Metadata, head.ContentType],
            [want.length, put.ETag, put.ChecksumCRC32, { made: "by js" }, "text/x-test"]);
        same(`bytes of ${key}`, await read(key), want);
    }
    await fails("GET of no object", () => read("absent"), "NoSuchKey");
    await fails("HEAD of no object", () => s3.headObject({ Bucket: OWN, Key: "absent" }), "NotFound");
    await fails("a wait in vain", () => aws.waitUntilObjectExists(
        { client: s3, maxWaitTime: 2, minDelay: 1, maxDelay: 1 }, { Bucket: OWN, Key: "absent" }), "TimeoutError");
}

async function streams() {
    for (const key of ["sizes/0", "sizes/1", "sizes/4096", "sizes/5MiB+1"]) {
        const want = body(key);
        await s3.putObject({ Bucket: OWN, Key: "stream", Body: createReadStream(join(CORPUS, key)), ContentLength: want.length });
        did();
        same(`stream of ${key}`, await read("stream"), want);
        same("its coding", (await s3.headObject({ Bucket: OWN, Key: "stream" })).ContentEncoding, undefined);
    }
    await s3.putObject({ Bucket: OWN, Key: "stream", Body: Readable.from([Buffer.from("zipped")]), ContentLength: 6, ContentEncoding: "gzip" });
    same("a coding of its own", (await s3.headObject({ Bucket: OWN, Key: "stream" })).ContentEncoding, "gzip");
    for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]) {
        await s3.putObject({ Bucket: OWN, Key: "stream", Body: Readable.from([Buffer.from("summed")]), ContentLength: 6, ChecksumAlgorithm });
        did();
        const got = await s3.getObject({ Bucket: OWN, Key: "stream", ChecksumMode: "ENABLED" });
        same(`checksum ${ChecksumAlgorithm}`, typeof got[`Checksum${ChecksumAlgorithm}`], "string");
        same(`bytes under ${ChecksumAlgorithm}`, await got.Body.transformToString(), "summed");
    }
    await s3.deleteObject({ Bucket: OWN, Key: "stream" });
    did();
}

async function uploads() {
    for (const key of ["sizes/4096", "sizes/20MiB"]) {
        await new Upload({ client: s3, partSize: 5 * MIB, params: { Bucket: OWN, Key: "uploaded", Body: createReadStream(join(CORPUS, key)) } }).done();
        did();
        same(`upload of ${key}`, await read("uploaded"), body(key));
    }
    same("ETag's end", (await s3.headObject({ Bucket: OWN, Key: "uploaded" })).ETag.slice(-3), '-4"');
    const { UploadId } = await s3.createMultipartUpload({ Bucket: OWN, Key: "aborted" });
    await s3.uploadPart({ Bucket: OWN, Key: "aborted", UploadId, PartNumber: 1, Body: "part" });
    same("parts", (await s3.listParts({ Bucket: OWN, Key: "aborted", UploadId })).Parts.map((p) => p.Size), [4]);
    same("uploads", (await s3.listMultipartUploads({ Bucket: OWN })).Uploads.map((u) => u.Key), ["aborted"]);
    await s3.abortMultipartUpload({ Bucket: OWN, Key: "aborted", UploadId });
    did(3);
    await fails("an aborted upload", () => s3.listParts({ Bucket: OWN, Key: "aborted", UploadId }), "NoSuchUpload");
}

async function ranges() {
    const key = "sizes/20MiB", want = body(key);
    for (const [Range, part] of [["bytes=0-0", want.subarray(0, 1)], ["bytes=100-299", want.subarray(100, 300)], ["bytes=-7", want.subarray(-7)]])
        same(Range, await read(key, { Range }), part);
    await fails("a range beyond", () => read(key, { Range: `bytes=${want.length}-` }), "InvalidRange");
    const { ETag } = await s3.headObject({ Bucket: OWN, Key: "sizes/1" });
    same("GET if match", await read("sizes/1", { IfMatch: ETag }), body("sizes/1"));
    await fails("GET if another", () => read("sizes/1", { IfMatch: '"no"' }), "PreconditionFailed");
    await fails("GET if none", () => read("sizes/1", { IfNoneMatch: ETag }), 304);
    await fails("PUT if absent", () => s3.putObject({ Bucket: OWN, Key: "sizes/1", Body: "no", IfNoneMatch: "*" }), "PreconditionFailed");
}

async function copies() {
    const from = "names/percent%25 and %zz";
    await s3.copyObject({ Bucket: BUCKET, Key: "copy+of ünï", CopySource: `${OWN}/${encodeURIComponent(from)}` });
    const got = await s3.getObject({ Bucket: BUCKET, Key: "copy+of ünï" });
    same("copy", Buffer.from(await got.Body.transformToByteArray()), body(from));
    await s3.deleteObject({ Bucket: BUCKET, Key: "copy+of ünï" });
    did(2);
    await fails("a copy of nothing", () => s3.copyObject({ Bucket: OWN, Key: "no", CopySource: `${OWN}/absent` }), "NoSuchKey");
}

async function lists() {
    const found = [];
    for await (const page of aws.paginateListObjectsV2({ client: s3, pageSize: 4 }, { Bucket: OWN })) {
        found.push(...page.Contents.map((o) => [o.Key, o.Size]));
        did();
    }
    const wanted = [...keys(), "uploaded"].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    same("keys", found.map(([k]) => k), wanted);
    same("sizes", found.filter(([k]) => k !== "uploaded").map(([, n]) => n),
        wanted.filter((k) => k !== "uploaded").map((k) => body(k).length));
    same("folders", (await s3.listObjectsV2({ Bucket: OWN, Delimiter: "/" })).CommonPrefixes.map((p) => p.Prefix), ["names/", "sizes/"]);
    const encoded = await s3.listObjects({ Bucket: OWN, Prefix: "names/plus", EncodingType: "url" });
    same("encoded key", encoded.Contents.map((o) => o.Key), ["names/plus%2Bplus"]);
}

async function tagsAndVersions() {
    const TagSet = [{ Key: "a", Value: "1 + 2" }];
    await s3.putObjectTagging({ Bucket: OWN, Key: "sizes/1", Tagging: { TagSet } });
    same("tags", (await s3.getObjectTagging({ Bucket: OWN, Key: "sizes/1" })).TagSet, TagSet);
    await s3.deleteObjectTagging({ Bucket: OWN, Key: "sizes/1" });
    did(2);
    const Bucket = `${OWN}-versions`;
    await s3.createBucket({ Bucket });
    await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Enabled" } });
    const one = await s3.putObject({ Bucket, Key: "v", Body: "one" });
    const two = await s3.putObject({ Bucket, Key: "v", Body: "two" });
    const gone = await s3.deleteObject({ Bucket, Key: "v" });
    did(4);
    same("a delete marker", gone.DeleteMarker, true);
    const old = await s3.getObject({ Bucket, Key: "v", VersionId: one.VersionId });
    same("a version", await old.Body.transformToString(), "one");
    const all = await s3.listObjectVersions({ Bucket });
    same("versions", all.Versions.map((v) => v.VersionId), [two.VersionId, one.VersionId]);
    await s3.deleteObjects({ Bucket, Delete: { Objects: [...all.Versions, ...all.DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId })) } });
    await s3.deleteBucket({ Bucket });
    did(2);
}

async function presigned() {
    const Key = "presigned/plus+and space/ü";
    let url = await getSignedUrl(s3, new aws.PutObjectCommand({ Bucket: OWN, Key, ContentType: "text/plain" }), { expiresIn: 60 });
    same("presigned PUT", (await fetch(url, { method: "PUT", body: "by url", headers: { "content-type": "text/plain" } })).status, 200);
    url = await getSignedUrl(s3, new aws.GetObjectCommand({ Bucket: OWN, Key }), { expiresIn: 60 });
    same("presigned GET", await (await fetch(url)).text(), "by url");
    const changed = await fetch(url.replace("space", "spice"));
    same("a changed URL", [changed.status, (await changed.text()).includes("SignatureDoesNotMatch")], [403, true]);
}

// The bucket's name in Host, as the SDK does unless told otherwise.
async function virtual() {
    const hosted = new aws.S3({ endpoint: NAMED, region: REGION, credentials,
        requestHandler: { httpAgent: new Agent({ lookup }), httpsAgent: new TlsAgent({ lookup }) } });
    const hosts = new Set();
    hosted.middlewareStack.add((next) => async (args) => {
        hosts.add(args.request.hostname);
        return next(args);
    }, { step: "finalizeRequest" });
    for (const key of ["sizes/5MiB+1", "names/percent%25 and %zz", "names/üñí日本語😀"]) {
        await hosted.putObject({ Bucket: OWN, Key: `virtual/${key}`, Body: createReadStream(join(CORPUS, key)), ContentLength: body(key).length });
        did();
        const got = await hosted.getObject({ Bucket: OWN, Key: `virtual/${key}` });
        same(`virtual ${key}`, Buffer.from(await got.Body.transformToByteArray()), body(key));
    }
    same("hosts", [...hosts], [`${OWN}.s3.localhost`]);
    same("keys", (await hosted.listObjectsV2({ Bucket: OWN, Prefix: "virtual/" })).KeyCount, 3);
    await fails("no bucket", () => hosted.listObjectsV2({ Bucket: "absent" }), "NoSuchBucket");
}

async function strangers() {
    const wrong = new aws.S3({ endpoint: ENDPOINT, region: REGION, forcePathStyle: true,
        credentials: { ...credentials, secretAccessKey: "wrong" } });
    await fails("a wrong secret", () => wrong.listBuckets({}), "SignatureDoesNotMatch");
}

async function deletes() {
    await fails("a full bucket", () => s3.deleteBucket({ Bucket: OWN }), "BucketNotEmpty");
    const { Contents } = await s3.listObjectsV2({ Bucket: OWN });
    const gone = await s3.deleteObjects({ Bucket: OWN, Delete: { Objects: Contents.map(({ Key }) => ({ Key })) } });
    same("deleted", gone.Deleted.map((d) => d.Key).sort(), Contents.map((o) => o.Key).sort());
    same("what is left", (await s3.listObjectsV2({ Bucket: OWN })).KeyCount, 0);
    await s3.deleteBucket({ Bucket: OWN });
    await aws.waitUntilBucketNotExists({ client: s3, maxWaitTime: 10 }, { Bucket: OWN });
    did(2);
}

for (const act of [buckets, putAndGet, streams, uploads, ranges, copies, lists, tagsAndVersions, presigned, virtual, strangers, deletes])
    await act();
done(version);
