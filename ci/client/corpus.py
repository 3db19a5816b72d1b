"""The objects that every client writes and reads back, as files of a folder.

`corpus.py FOLDER` makes it; its paths are the keys. Sizes are those at which
clients change their ways (empty, one byte, a page, both sides of the 5 MiB of
a part, several parts), names are those that are spelt in more than one way.
Bodies come from their names alone: every run has the same ones.
"""
import os
import random
import sys

MIB = 1 << 20
OBJECTS = {
    "sizes/0": 0,
    "sizes/1": 1,
    "sizes/4096": 4096,
    "sizes/5MiB-1": 5 * MIB - 1,
    "sizes/5MiB": 5 * MIB,
    "sizes/5MiB+1": 5 * MIB + 1,
    "sizes/20MiB": 20 * MIB,
    "names/with space": 11,
    "names/two  spaces and.dots..txt": 12,
    "names/plus+plus": 13,
    "names/percent%25 and %zz": 14,
    "names/üñí日本語😀": 15,
    "names/a/b/c/d/e/f/deep": 16,
    "names/brackets (1) [2] {3}": 17,
    "names/marks !$&',;=@~#^`": 18,
    "names/partition=2026-11-22/x": 19,
}


def body(key):
    return random.Random(key).randbytes(OBJECTS[key])


def main(folder):
    for key in OBJECTS:
        path = os.path.join(folder, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(body(key))


if __name__ == "__main__":
    main(sys.argv[1])
