// What the programs written in JavaScript share: surroundings, counting, verdict.
import { createRequire } from "node:module";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { lookup as resolve } from "node:dns";
import { join } from "node:path";

const env = process.env;
export const load = createRequire(join(env.CLIENT_HOME, "/"));
export const ENDPOINT = env.S3_ENDPOINT, KEY = env.S3_ACCESS_KEY, SECRET = env.S3_SECRET_KEY;
export const BUCKET = env.S3_BUCKET, REGION = env.S3_REGION, CORPUS = env.CORPUS;
// The server by a name: BUCKET before it means a bucket (virtual-host style).
export const NAMED = ENDPOINT.replace("127.0.0.1", "s3.localhost");
export const PROFILE = env.S3_PROFILE; // whose manners the mock S3 has: minio or aws
export const MIB = 1 << 20;
let count = 0;

export function did(n = 1) { count += n; }

function show(value) {
    const text = Buffer.isBuffer(value) ? `${value.length} bytes` : JSON.stringify(value);
    return text && text.length > 300 ? `${text.slice(0, 140)} ... ${text.slice(-60)}` : text;
}

// For the options of a connection: names below localhost are this machine,
// though not every resolver knows.
export function lookup(host, options, then) {
    const address = { address: "127.0.0.1", family: 4 };
    if (!host.endsWith(".localhost")) resolve(host, options, then);
    else if (options.all) then(null, [address]);
    else then(null, address.address, address.family);
}

// One operation whose result must be this.
export function same(what, have, want) {
    did();
    const equal = Buffer.isBuffer(want) ? Buffer.compare(have, want) === 0
        : JSON.stringify(have) === JSON.stringify(want);
    if (!equal) throw new Error(`${what}: is ${show(have)}, should be ${show(want)}`);
}

// One operation that must fail with an error of one of these names, or with this status.
export async function fails(what, call, ...names) {
    did();
    try {
        await call();
    } catch (e) {
        if (names.includes(e.name) || names.includes(e.Code) || names.includes(e.$metadata?.httpStatusCode)) return;
        throw new Error(`${what}: failed otherwise than it should: ${e.name}: ${e.message}`);
    }
    throw new Error(`${what}: should have failed`);
}

// The corpus: its keys, and the bytes of one.
export function keys(folder = "") {
    return readdirSync(join(CORPUS, folder)).flatMap((name) => {
        const path = folder ? `${folder}/${name}` : name;
        return statSync(join(CORPUS, path)).isDirectory() ? keys(path) : [path];
    });
}
export function body(key) { return readFileSync(join(CORPUS, key)); }

export function done(version) { console.log(`done: ${count} operations, ${version}`); }
