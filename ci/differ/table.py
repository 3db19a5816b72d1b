"""The table of differences that are meant, and words for what differs."""

import re


class Absent:
    def __str__(self):
        return "(absent)"


ABSENT = Absent()


def shown(value):
    text = str(value) if not isinstance(value, bytes) else repr(value)
    return text if len(text) <= 300 else text[:297] + "..."


class Table:
    """Rows of allowed.tsv: operation, case, what, theirs, ours, then, reason.
    Texts are exact, or /regular expressions/; a status names both numbers and
    both errors. then: "keep" when both servers' states are still the same,
    "part" when what the request touched is to be dropped on both sides."""

    LIMIT = 25

    def __init__(self, path):
        self.rows, self.used = [], []
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                line = line.rstrip("\n")
                if not line or line.startswith("#"):
                    continue
                cells = line.split("\t")
                self.check(cells, f"{path}:{number}")
                self.rows.append(cells)
                self.used.append(0)
        if len(self.rows) > self.LIMIT:
            raise ValueError(f"{path}: more than {self.LIMIT} rows")

    def check(self, cells, place):
        if len(cells) != 7 or not all(cells):
            raise ValueError(f"{place}: not seven cells")
        if cells[5] not in ("keep", "part"):
            raise ValueError(f"{place}: neither keep nor part")
        if cells[2] == "status":
            for cell in cells[3:5]:
                if not re.match(r"^[1-5]\d\d( \w+)?$", cell):
                    raise ValueError(f"{place}: a status is not exact")

    def find(self, request, difference):
        facts = (request.op, request.case) + difference
        for i, row in enumerate(self.rows):
            if all(fits(cell, fact.strip())
                   for cell, fact in zip(row, facts)):
                self.used[i] += 1
                return row
        return None

    def unused(self):
        return [r for r, n in zip(self.rows, self.used) if not n]


def fits(cell, fact):
    if len(cell) > 2 and cell[0] == cell[-1] == "/":
        return re.search(cell[1:-1], fact) is not None
    return cell == fact
