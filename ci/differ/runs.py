"""One run of a comparison: a plan of operations and kinds, each made into a
request out of what is known, sent to both servers, the answers compared; and
the account of all runs.

A subclass gives servers (the real one first), books, comparer and model, and
says what it does with an answer (see Run). A request has op, kind, case,
method, path, body, subjects, learn, parts.
"""

import argparse
import http.client
import os
import random
import tempfile
from collections import Counter

from table import Table

KINDS = ("valid", "conflicting", "malformed")


class Run:
    NAME = ""  # of the check
    MAKERS = {}  # operation -> maker of (model, rng, kind)
    LEAST = 0  # of every operation and kind
    FIRST = ()  # what begins a run: (operation, kind)

    def __init__(self, args, seed, table):
        self.args, self.seed, self.table = args, seed, table
        self.rng = random.Random(seed)
        self.count, self.coverage = 0, Counter()
        self.allowed, self.unexplained = Counter(), []
        self.statuses = Counter()
        self.servers = []

    def stop(self):
        for s in self.servers:
            s.stop()

    # ---- what a subclass says ----

    def plan(self):
        """All (operation, kind) of this run, in their order."""
        raise NotImplementedError

    def deliver(self, server, book, request):
        """The request as this server needs it; its answer."""
        raise NotImplementedError

    def said(self, answer):
        """The words of an error."""
        raise NotImplementedError

    def changes(self, request):
        """May the request have changed the state?"""
        raise NotImplementedError

    def learn(self, request, answers):
        if request.learn:
            request.learn(self.model, answers[0])

    def after(self, request, answers):
        """Both answered; states are the same."""

    def part(self, request, answers):
        """The states may differ now: what was touched goes, on both sides,
        so that one difference does not bring others."""
        raise NotImplementedError

    # ---- choosing ----

    def go(self):
        slots = self.plan()
        for op, kind in self.FIRST:
            self.send(self.MAKERS[op](self.model, self.rng, kind))
        tries = 0
        while slots and self.count < self.args.to:
            op, kind = slots[-1]
            request = self.MAKERS[op](self.model, self.rng, kind)
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
                answers.append(self.deliver(server, book, request))
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
        self.learn(request, answers)
        if parted:
            self.part(request, answers)
        else:
            self.after(request, answers)

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
            and self.changes(request)

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
                print(f"  {server.name} said: {self.said(a)[:300]}")


# ---- account ----

def report(run):
    short = 0
    print(f"seed {run.seed}: {run.count} requests, "
          f"{sum(run.allowed.values())} allowed differences, "
          f"{len(run.unexplained)} unexplained")
    print("  reference's answers: " + ", ".join(
        f"{n} x {s}" for s, n in sorted(run.statuses.items())))
    print(f"  {'operation':23}" + "".join(f"{k:>13}" for k in KINDS))
    for op in run.MAKERS:
        counts = [run.coverage[op, k] for k in KINDS]
        low = min(counts) < run.LEAST and run.args.to > run.args.requests
        short += low
        print(f"  {op:23}" + "".join(f"{n:13}" for n in counts)
              + ("  too few" if low else ""))
    for number, request, left in run.unexplained[:1]:
        print(f"  replay: ci/{run.NAME} --seed {run.seed} --from {number} "
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


def arguments(name, requests, folder):
    """The options that every comparison has."""
    p = argparse.ArgumentParser(prog=f"ci/{name}")
    p.add_argument("--mock", required=True)
    p.add_argument("--seed", type=int, action="append")
    p.add_argument("--requests", type=int, default=requests)
    p.add_argument("--from", dest="from_", type=int, default=10**9)
    p.add_argument("--to", type=int, default=10**9)
    p.add_argument("--table", default=os.path.join(folder, "allowed.tsv"))
    return p


def compare(args, make):
    """Plays all seeds; make gives the Run of (args, seed, table, folder).
    The exit code."""
    table = Table(args.table)
    runs, bad = [], 0
    for seed in args.seed or [1, 2, 3]:
        with tempfile.TemporaryDirectory(prefix="icefault-diff.") as folder:
            run = make(args, seed, table, folder)
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
    print(f"{runs[0].NAME}: {len(runs)} seeds, "
          f"{sum(r.count for r in runs)} requests, "
          f"{sum(len(r.unexplained) for r in runs)} unexplained differences, "
          f"{len(table.rows)} allowed rows")
    return 4 if bad else 0
