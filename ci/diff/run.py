"""Sends the same generated requests to the reference server and to the mock.

usage: run.py --jars DIR --mock PROGRAM [--seed N]... [--requests N]
              [--from N] [--to N] [--table FILE]

--from N prints every request and both answers from the Nth on (what comes
before is sent, as the state needs it); --to N ends there. Ends 0 when every
difference is allowed and every row of the table was needed, else 4; 3 when it
could not run.
"""

import os
import sys
import time

import commits
import namespaces
import runs
import tables
import views
from compare import Comparer
from model import Book, Model, Request, symbol_key, table_path
from servers import start_mock, start_reference

MORE = {("createNamespace", "valid"): 25, ("createTable", "valid"): 60,
        ("dropTable", "valid"): 25,
        ("createView", "valid"): 15, ("loadTable", "valid"): 20,
        ("commitTransaction", "valid"): 5}
REST = [("valid", 5), ("conflicting", 3), ("malformed", 3)]
OPTIONS = {"profile": "reference"}


class Run(runs.Run):
    NAME = "differential"
    MAKERS = {**namespaces.MAKERS, **tables.MAKERS, **views.MAKERS,
              "updateTable": commits.update_table,
              "commitTransaction": commits.transaction}
    LEAST = 20
    FIRST = [("createNamespace", "valid")] * 3

    def __init__(self, args, seed, table, folder):
        super().__init__(args, seed, table)
        self.servers.append(start_reference(args.jars, folder))
        try:
            self.servers.append(start_mock(args.mock, OPTIONS, folder))
        except Exception:
            self.stop()
            raise
        self.books = [Book(s.warehouse) for s in self.servers]
        self.comparer = Comparer(*self.servers)
        self.model = Model(int(time.time() * 1000))

    def plan(self):
        """The rest goes to updateTable."""
        out = []
        for op in self.MAKERS:
            for kind in runs.KINDS:
                out += [(op, kind)] * (self.LEAST + MORE.get((op, kind), 0))
        kinds = [k for k, weight in REST for _ in range(weight)]
        while len(out) < self.args.requests:
            out.append(("updateTable", kinds[len(out) % len(kinds)]))
        self.rng.shuffle(out)
        return out

    def deliver(self, server, book, request):
        headers = [(k, book.fill(v)) for k, v in request.headers.items()]
        return server.ask(request.method, book.fill(request.path), headers,
                          book.bytes_of(request))

    def said(self, answer):
        whole = answer.json if isinstance(answer.json, dict) else {}
        return str(answer.error().get("message") or whole.get("message"))

    def changes(self, request):
        return not request.op.startswith(("get", "list", "report"))

    def learn(self, request, answers):
        super().learn(request, answers)
        if request.moves and answers[0].status == 204:
            for book in self.books:
                move_symbols(book, *request.moves)

    def after(self, request, answers):
        """A transaction's answer has no metadata: load what it touched."""
        if request.op != "commitTransaction":
            return
        refused = "refused " if answers[0].status >= 400 else ""
        for subject in request.subjects:
            key = subject[1:]
            if key in self.model.tables:
                self.send(Request("loadTable", "valid",
                                  f"after {refused}transaction", "GET",
                                  table_path(key), None,
                                  {"Accept": "application/json"}, [subject],
                                  commits.learn_table(key)))

    def part(self, request, answers):
        subjects = request.subjects
        if request.op == "createNamespace":  # perhaps not as it was meant
            subjects = [("namespace", tuple(a.json["namespace"]), None)
                        for a in answers if a.status == 200]
        for subject in subjects:
            kind, ns, name = subject
            path = (namespaces.ns_path(ns) if kind == "namespace"
                    else table_path((ns, name)) if kind == "table"
                    else views.view_path((ns, name)))
            for server in self.servers:
                server.ask("DELETE", path, [], None)
            self.model.forget(subject)


def move_symbols(book, source, target):
    a, b = (symbol_key(("table",) + k) for k in (source, target))
    for what in ("uuid", "location", "etag"):
        if f"{what}:{a}" in book.values:
            book.values[f"{what}:{b}"] = book.values[f"{what}:{a}"]


def main():
    p = runs.arguments(Run.NAME, 2000, os.path.dirname(__file__))
    p.add_argument("--jars", required=True)
    args = p.parse_args()
    args.jars, args.mock = (os.path.abspath(x) for x in (args.jars, args.mock))
    return runs.compare(args, Run)


if __name__ == "__main__":
    sys.exit(main())
