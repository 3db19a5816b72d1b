"""Sends the same generated requests to the reference server and to the mock.

usage: run.py --jars DIR --mock PROGRAM [--seed N]... [--requests N]
              [--from N] [--to N] [--table FILE]

--from N prints every request and both answers from the Nth on (what comes
before is sent, as the state needs it); --to N ends there. Ends 0 when every
difference is allowed and every row of the table was needed, else 4; 3 when it
could not run.
"""

import argparse
import http.client
import os
import random
import sys
import tempfile
import time
from collections import Counter

import commits
import namespaces
import tables
import views
from compare import Comparer, Table
from model import Book, Model, Request, symbol_key, table_path
from servers import start_mock, start_reference

KINDS = ("valid", "conflicting", "malformed")
LEAST = 20
MAKERS = {**namespaces.MAKERS, **tables.MAKERS, **views.MAKERS,
          "updateTable": commits.update_table,
          "commitTransaction": commits.transaction}
MORE = {("createNamespace", "valid"): 25, ("createTable", "valid"): 60,
        ("dropTable", "valid"): 25,
        ("createView", "valid"): 15, ("loadTable", "valid"): 20,
        ("commitTransaction", "valid"): 5}
CHANGING = [op for op in MAKERS if not op.startswith(
    ("get", "list", "report"))]
REST = [("valid", 5), ("conflicting", 3), ("malformed", 3)]
OPTIONS = {"profile": "reference"}


def plan(rng, n):
    """Which operation and kind, n times; the rest goes to updateTable."""
    out = []
    for op in MAKERS:
        for kind in KINDS:
            out += [(op, kind)] * (LEAST + MORE.get((op, kind), 0))
    kinds = [k for k, weight in REST for _ in range(weight)]
    while len(out) < n:
        out.append(("updateTable", kinds[len(out) % len(kinds)]))
    rng.shuffle(out)
    return out


class Run:
    def __init__(self, args, seed, table, folder):
        self.args, self.seed, self.table = args, seed, table
        self.rng = random.Random(seed)
        self.count, self.coverage = 0, Counter()
        self.allowed, self.unexplained = Counter(), []
        self.statuses = Counter()
        self.servers = [start_reference(args.jars, folder)]
        try:
            self.servers.append(start_mock(args.mock, OPTIONS, folder))
        except Exception:
            self.servers[0].stop()
            raise
        self.books = [Book(s.warehouse) for s in self.servers]
        self.comparer = Comparer(*self.servers)
        self.model = Model(int(time.time() * 1000))

    def stop(self):
        for s in self.servers:
            s.stop()

    # ---- choosing ----

    def go(self):
        slots = plan(self.rng, self.args.requests)
        for _ in range(3):
            self.send(MAKERS["createNamespace"](self.model, self.rng,
                                                "valid"))
        tries = 0
        while slots and self.count < self.args.to:
            request = MAKERS[slots[-1][0]](self.model, self.rng, slots[-1][1])
            if request or tries > len(slots):
                slots.pop()
                tries = 0
                if request:
                    self.send(request)
            else:  # not possible yet: later
                slots.insert(self.rng.randrange(len(slots)), slots.pop())
                tries += 1

    # ---- sending ----

    def send(self, request):
        self.count += 1
        self.coverage[request.op, request.kind] += 1
        answers = []
        for server, book in zip(self.servers, self.books):
            try:
                answers.append(server.ask(
                    request.method, book.fill(request.path),
                    {k: book.fill(v) for k, v in request.headers.items()},
                    book.bytes_of(request)))
            except (OSError, http.client.HTTPException) as e:
                self.tell(request, [], [], False)
                raise RuntimeError(f"{server.name}: no answer: {e}") from e
        self.statuses[answers[0].status] += 1
        differences = self.comparer.answers(request, *answers)
        loud = self.count >= self.args.from_
        parted = request.parts
        if loud or differences:
            parted |= self.judge(request, answers, differences, loud)
        if answers[0].status == answers[1].status:
            for book, answer in zip(self.books, answers):
                book.note(request, answer)
        if request.learn:
            request.learn(self.model, answers[0])
        if request.moves and answers[0].status == 204:
            for book in self.books:
                move_symbols(book, *request.moves)
        if parted:
            self.part(request, answers)
        elif request.op == "commitTransaction":
            self.look_after(request, answers[0].status)

    def judge(self, request, answers, differences, loud):
        """Are the states apart now?"""
        left, parted = [], False
        for d in differences:
            row = self.table.find(request, d)
            if row:
                self.allowed[tuple(row)] += 1
            else:
                left.append(d)
            parted |= not row or row[5] == "part"
        if left:
            self.unexplained.append((self.count, request, left))
        if loud or left:
            self.tell(request, answers, left, loud)
        return parted and any(a.status < 300 for a in answers) \
            and request.op in CHANGING

    def tell(self, request, answers, left, loud):
        print(f"{'DIFFERENT ' if left else ''}#{self.count} seed {self.seed} "
              f"{request.op} {request.kind} ({request.case})")
        print(f"  {request.method} {request.path}")
        if request.body is not None:
            print(f"  {str(request.body)[:100000 if loud or not answers else 600]}")
        for d in left:
            print("  %s\n    reference: %s\n    mock:      %s" % d)
        if loud:
            for server, a in zip(self.servers, answers):
                print(f"  {server.name}: {a.status} {a.headers}")
                print(f"    {a.body[:4000]!r}")
        elif answers and answers[1].status != answers[0].status:
            for server, a in zip(self.servers, answers):
                said = a.error().get("message") or (a.json or {}).get("message") \
                    if isinstance(a.json or {}, dict) else ""
                print(f"  {server.name} said: {str(said)[:300]}")

    def look_after(self, request, status):
        """A transaction's answer has no metadata: load what it touched."""
        case = f"after {'refused ' if status >= 400 else ''}transaction"
        for subject in request.subjects:
            key = subject[1:]
            if key in self.model.tables:
                self.send(Request("loadTable", "valid", case, "GET",
                                  table_path(key), None,
                                  {"Accept": "application/json"}, [subject],
                                  commits.learn_table(key)))

    def part(self, request, answers):
        """The states may differ now: what was touched goes, on both sides,
        so that one difference does not bring others."""
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
                server.ask("DELETE", path, {}, None)
            self.model.forget(subject)


def move_symbols(book, source, target):
    a, b = (symbol_key(("table",) + k) for k in (source, target))
    for what in ("uuid", "location", "etag"):
        if f"{what}:{a}" in book.values:
            book.values[f"{what}:{b}"] = book.values[f"{what}:{a}"]


# ---- account ----

def report(run):
    short = 0
    print(f"seed {run.seed}: {run.count} requests, "
          f"{sum(run.allowed.values())} allowed differences, "
          f"{len(run.unexplained)} unexplained")
    print("  reference's answers: " + ", ".join(
        f"{n} x {s}" for s, n in sorted(run.statuses.items())))
    print(f"  {'operation':20}" + "".join(f"{k:>13}" for k in KINDS))
    for op in MAKERS:
        counts = [run.coverage[op, k] for k in KINDS]
        low = min(counts) < LEAST and run.args.to > run.args.requests
        short += low
        print(f"  {op:20}" + "".join(f"{n:13}" for n in counts)
              + ("  too few" if low else ""))
    for number, request, left in run.unexplained[:1]:
        print(f"  replay: ci/differential --seed {run.seed} --from {number} "
              f"--to {number}")
    return short


def summary(table, runs):
    by_row = Counter()
    for run in runs:
        by_row.update(run.allowed)
    for row, n in by_row.most_common():
        print(f"  allowed {n:4} x {' | '.join(row[:5])}: {row[6]}")
    groups = Counter()
    for run in runs:
        for _, request, left in run.unexplained:
            for d in left:
                groups[request.op, d[0], d[1][:110], d[2][:110]] += 1
    for key, n in groups.most_common():
        print(f"  UNEXPLAINED {n:4} x {' | '.join(key)}")


def arguments():
    p = argparse.ArgumentParser(prog="ci/differential")
    p.add_argument("--jars", required=True)
    p.add_argument("--mock", required=True)
    p.add_argument("--seed", type=int, action="append")
    p.add_argument("--requests", type=int, default=2000)
    p.add_argument("--from", dest="from_", type=int, default=10**9)
    p.add_argument("--to", type=int, default=10**9)
    p.add_argument("--table", default=os.path.join(
        os.path.dirname(__file__), "allowed.tsv"))
    return p.parse_args()


def main():
    args = arguments()
    args.jars, args.mock = (os.path.abspath(x) for x in (args.jars, args.mock))
    table = Table(args.table)
    runs, bad = [], 0
    for seed in args.seed or [1, 2, 3]:
        with tempfile.TemporaryDirectory(prefix="icefault-diff.") as folder:
            run = Run(args, seed, table, folder)
            try:
                run.go()
            finally:
                run.stop()
        bad += len(run.unexplained) + report(run)
        runs.append(run)
    summary(table, runs)
    if args.to >= args.requests and not args.seed:
        for row in table.unused():
            print(f"  row that matches nothing: {' | '.join(row)}")
            bad += 1
    print(f"differential: {len(runs)} seeds, "
          f"{sum(r.count for r in runs)} requests, "
          f"{sum(len(r.unexplained) for r in runs)} unexplained differences, "
          f"{len(table.rows)} allowed rows")
    return 4 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
