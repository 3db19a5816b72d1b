"""The two servers of the comparison: started, asked, and ended by pid."""

import http.client
import json
import os
import random
import socket
import subprocess
import time

READY_SECONDS = 60
ANSWER_SECONDS = 60


def free_port():
    """Below 32768: above it another socket may hold the port meanwhile."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def listens(pid, port):
    """Is it this process that listens on the port?"""
    inodes = set()
    for table in ("tcp", "tcp6"):
        with open(f"/proc/{pid}/net/{table}") as f:
            for line in f.readlines()[1:]:
                cell = line.split()
                if cell[3] == "0A" and int(cell[1].split(":")[1], 16) == port:
                    inodes.add(f"socket:[{cell[9]}]")
    folder = f"/proc/{pid}/fd"
    for fd in os.listdir(folder):
        try:
            if os.readlink(f"{folder}/{fd}") in inodes:
                return True
        except OSError:
            pass
    return False


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {k.lower(): v for k, v in headers}
        self.body = body
        self.json = None
        try:
            self.json = json.loads(body)
        except ValueError:
            pass

    def error(self):
        e = self.json.get("error") if isinstance(self.json, dict) else None
        return e if isinstance(e, dict) else {}


class Server:
    """A process that answers HTTP; warehouse is where its tables are."""

    def __init__(self, name, command, env, warehouse, port, log):
        self.name, self.warehouse, self.port = name, warehouse, port
        self.log = open(log, "wb")
        self.process = subprocess.Popen(
            command, cwd=os.path.dirname(warehouse),
            env={**os.environ, **env}, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=subprocess.STDOUT)
        self.link = None
        self.cpu_from = 0.0
        self.wait()

    def wait(self):
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended: see {self.log.name}")
            if listens(self.process.pid, self.port):
                try:
                    if self.ask("GET", "/v1/config", {}, None).status == 200:
                        return
                except OSError:
                    pass
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{self.name} is not ready: see {self.log.name}")

    def ask(self, method, path, headers, body):
        for last in (False, True):
            if not self.link:
                self.link = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=ANSWER_SECONDS)
            try:
                return self.ask_once(method, path, headers, body)
            except (http.client.RemoteDisconnected, ConnectionError):
                self.link.close()
                self.link = None
                if last:
                    raise

    def ask_once(self, method, path, headers, body):
        link = self.link
        link.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            link.putheader(name, value)
        if body is not None and "Content-Length" not in headers:
            link.putheader("Content-Length", str(len(body)))
        link.endheaders(body)
        r = link.getresponse()
        data = r.read()
        if r.will_close:
            link.close()
            self.link = None
        return Answer(r.status, r.getheaders(), data)

    def stop(self):
        if self.link:
            self.link.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


def start_reference(jars, folder):
    port = free_port()
    warehouse = f"{folder}/reference-warehouse"
    os.makedirs(warehouse, exist_ok=True)
    env = {
        "CATALOG_REST_PORT": str(port),
        "CATALOG_WAREHOUSE": f"file://{warehouse}",
        "CATALOG_URI": "jdbc:sqlite::memory:",
        "CATALOG_CLIENTS": "1",
        "CATALOG_JDBC_STRICT__MODE": "true",
    }
    command = ["java", "-Xmx1g", "-cp", f"{jars}/*",
               "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
               "org.apache.iceberg.rest.RESTCatalogServer"]
    return Server("reference", command, env, warehouse, port,
                  f"{folder}/reference.log")


def start_mock(program, options, folder):
    port = free_port()
    warehouse = f"{folder}/mock-warehouse"
    os.makedirs(warehouse, exist_ok=True)
    command = [program, "--catalog-port", str(port), "--s3-port", "0",
               "--admin-port", "0", "--file-root", folder,
               "--warehouse", f"file://{warehouse}",
               "--catalog-options", json.dumps(options)]
    return Server("mock", command, {}, warehouse, port, f"{folder}/mock.log")
