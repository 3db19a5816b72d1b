"""The servers of a comparison: started, asked, and ended by pid."""

import http.client
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


class Server:
    """A process that answers HTTP at the path ready when it is ready. answer
    is made of (status, [(name, value)], body)."""

    def __init__(self, name, command, env, folder, port, ready, answer):
        self.name, self.port, self.answer = name, port, answer
        self.log = open(f"{folder}/{name}.log", "wb")
        self.process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **env},
            stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=subprocess.STDOUT)
        self.link = None
        self.wait(ready)

    def wait(self, path):
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended: {self.said()}")
            if listens(self.process.pid, self.port):
                try:
                    status = self.ask("GET", path, [], None).status
                    if status in (200, 403):  # 403: it wants a signature
                        return
                except OSError:
                    pass
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{self.name} is not ready: {self.said()}")

    def said(self):
        with open(self.log.name, "rb") as f:
            return f.read()[-2000:].decode(errors="replace")

    def ask(self, method, path, headers, body):
        """headers: (name, value) pairs, sent as they are. A connection that
        the server had closed meanwhile is opened anew."""
        for last in (False, True):
            fresh = not self.link
            if fresh:
                self.link = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=ANSWER_SECONDS)
            try:
                return self.ask_once(method, path, headers, body)
            except (http.client.RemoteDisconnected, ConnectionError):
                self.link.close()
                self.link = None
                if last or fresh:
                    raise

    def ask_once(self, method, path, headers, body):
        link, names = self.link, {name.lower() for name, _ in headers}
        link.putrequest(method, path, skip_accept_encoding=True,
                        skip_host="host" in names)
        for name, value in headers:
            link.putheader(name, value)
        if body is not None and not names & {"content-length",
                                             "transfer-encoding"}:
            link.putheader("Content-Length", str(len(body)))
        link.endheaders(body)
        r = link.getresponse()
        data = r.read()
        if r.will_close:
            link.close()
            self.link = None
        return self.answer(r.status, r.getheaders(), data)

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
