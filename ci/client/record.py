"""Stands between a client and icefault serve, and writes down what passes.

    record.py CATALOG S3 NAME FILE OPTIONS [SERVER]

CATALOG and S3 are the servers' URLs. Prints {"catalog": ..., "s3": ...}, its
own URLs, and serves until its standard input ends; then it writes FILE, JSON
Lines: the client's name, the server's options (JSON) and the headers that every
answer bears, then an exchange a line, in the order in which the server met
them, for one goes through at a time. mocks/replay_test.c plays the files.

A request is kept as it came, byte by byte, for signatures hold only for that;
but of a User-Agent that is not signed only the first word stays: the rest tells
of a machine. Of an answer the values of headers that are never the same twice
become "*", JSON and other text are kept as such, and of the rest its SHA-256.

Not all is kept: of objects in the store that a client treats in one and the
same way two, with two reads of a kind; nothing of objects that the catalog
wrote, and no lists. With SERVER (catalog or s3) only what passed to it is.
An answer that was there before is {"same": N}.
"""
import asyncio
import base64
import gzip
import hashlib
import json
import re
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

VOLATILE = {"date", "last-modified", "x-amz-request-id", "x-amz-id-2"}
MOST_HEAD = 1 << 16


class Message:
    """A head as it came, its headers, and the body as it came."""

    def __init__(self, head):
        self.head, self.wire = head, b""
        lines = head.decode("latin-1").split("\r\n")
        self.first = lines[0]
        self.headers = [tuple(line.split(": ", 1)) if ": " in line else (line.rstrip(":"), "") for line in lines[1:] if line]

    def header(self, name):
        return next((v for n, v in self.headers if n.lower() == name), "")


async def read_chunks(reader):
    """A chunked body, framing, trailers and all."""
    wire = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        wire += line
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        wire += await reader.readexactly(size + 2)
    while True:
        line = await reader.readuntil(b"\r\n")
        wire += line
        if line == b"\r\n":
            return wire


def unchunked(wire):
    out = b""
    while wire:
        line, wire = wire.split(b"\r\n", 1)
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        out, wire = out + wire[:size], wire[size + 2:]
    return out


async def read_body(reader, message, until_end=False):
    length = message.header("content-length")
    if message.header("transfer-encoding").lower() == "chunked":
        message.wire = await read_chunks(reader)
    elif length:
        message.wire = await reader.readexactly(int(length))
    elif until_end:
        message.wire = await reader.read()


def text_or_base64(data):
    try:
        return {"body": data.decode("ascii")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def kept_headers(message):
    hidden = set(VOLATILE)
    if message.header("content-encoding"):
        hidden.add("content-length")
    return [[n, "*" if n.lower() in hidden else v] for n, v in message.headers]


def kept_body(message):
    data = message.wire
    if message.header("transfer-encoding").lower() == "chunked":
        data = unchunked(data)
    if message.header("content-encoding") == "gzip":
        data = gzip.decompress(data)
    if not data:
        return {}
    if "json" in message.header("content-type"):
        return {"json": json.loads(data)}
    if "xml" in message.header("content-type") or "text" in message.header("content-type"):
        return {"text": data.decode()}
    return {"sha256": hashlib.sha256(data).hexdigest()}


class Recorder:
    def __init__(self, servers):
        self.servers, self.lines, self.turn = servers, [], asyncio.Lock()

    async def forward(self, server, request):
        """The answer of the server; one request at a time."""
        reader, writer = await asyncio.open_connection(*self.servers[server], limit=MOST_HEAD)
        at_ms = int(time.time() * 1000)
        writer.write(request.head + request.wire)
        while True:
            answer = Message(await reader.readuntil(b"\r\n\r\n"))
            status = int(answer.first.split(" ")[1])
            if status >= 200:
                break
        if not request.first.startswith("HEAD ") and status not in (204, 304):
            await read_body(reader, answer, until_end=True)
        writer.close()
        self.lines.append({
            "n": len(self.lines) + 1, "server": server, "at_ms": at_ms,
            "request": {"head": request.head.decode("latin-1"), **text_or_base64(request.wire)},
            "answer": {"status": status, "headers": kept_headers(answer), **kept_body(answer)}})
        return answer

    async def serve(self, server, reader, writer):
        try:
            while True:
                request = Message(await reader.readuntil(b"\r\n\r\n"))
                if request.header("expect").lower() == "100-continue":
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                await read_body(reader, request)
                async with self.turn:
                    answer = await self.forward(server, request)
                writer.write(answer.head + answer.wire)
                await writer.drain()
                if "close" in (request.header("connection").lower(), answer.header("connection").lower()):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


# ---- what is kept of it ----

def plain_head(head):
    """Without the machine that a User-Agent tells of, if it is not signed."""
    signed = re.search(r"SignedHeaders=([^,]*)", head)
    if signed and "user-agent" in signed.group(1).split(";"):
        return head
    return re.sub(r"(?mi)^(user-agent: [^ \r]*)[^\r]*", r"\1", head)


def shape(line):
    """(object, is it changed, what makes one request like another)"""
    head, status = line["request"]["head"], line["answer"]["status"]
    method, target, _ = head.split("\r\n")[0].split(" ")
    path, _, query = target.partition("?")
    names = sorted(part.split("=")[0] for part in query.split("&"))
    return path, method not in ("GET", "HEAD"), f"{method} {names} {status}"


def thin(lines):
    """Two objects of a kind, two reads of a kind of each."""
    ways, kinds, reads, kept = {}, Counter(), Counter(), set()
    for line in lines:
        path, changed, how = shape(line)
        if changed or path in ways:
            ways.setdefault(path, set()).add(how)
    for path, how in ways.items():
        kinds[frozenset(how)] += 1
        if kinds[frozenset(how)] <= 2:
            kept.add(path)
    for line in lines:
        path, changed, how = shape(line)
        reads[path, how] += 1
        if path in kept and "list-type" not in how and (changed or reads[path, how] <= 2):
            yield line


def always(lines):
    """The headers that all these answers bear."""
    sets = [{tuple(h) for h in line["answer"]["headers"]} for line in lines]
    return sorted(set.intersection(*sets)) if sets else []


def finish(lines, only):
    """The lines as they are written, numbered, and the headers of all answers by server."""
    by = {server: [x for x in lines if x["server"] == server and only in ("", server)] for server in ("catalog", "s3")}
    by["s3"] = list(thin(by["s3"]))
    common = {server: always(of) for server, of in by.items() if of}
    out, before = [], {}
    for line in sorted((x for of in by.values() for x in of), key=lambda x: x["n"]):
        answer, request = line["answer"], line["request"]
        answer["headers"] = [h for h in answer["headers"] if tuple(h) not in common[line["server"]]]
        request["head"] = plain_head(request["head"])
        line["n"] = len(out) + 1
        first = before.setdefault(json.dumps(answer), line["n"])
        if first != line["n"]:
            line["answer"] = {"same": first}
        out.append(line)
    return out, common


def address(url):
    parts = urlsplit(url)
    return parts.hostname, parts.port


async def listen(recorder, server):
    listener = await asyncio.start_server(lambda r, w: recorder.serve(server, r, w), "127.0.0.1", 0, limit=MOST_HEAD)
    return f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"


async def main(catalog, s3, name, file, options, only=""):
    recorder = Recorder({"catalog": address(catalog), "s3": address(s3)})
    print(json.dumps({server: await listen(recorder, server) for server in recorder.servers}, separators=(",", ":")), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    lines, common = finish(recorder.lines, only)
    head = {"client": name, "options": json.loads(options or "{}"), "always": common, "exchanges": len(lines)}
    with open(file, "w", encoding="utf-8") as out:
        for line in [head, *lines]:
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


asyncio.run(main(*sys.argv[1:]))
