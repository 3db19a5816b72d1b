"""Bodies spoiled: as text, and one member at a time."""

import copy

from model import text_of

VALUES = [None, "", "abc", "1", 0, -1, 7, 1.5, 2**31, 2**63 - 1, 2**63, True,
          [], {}, [None], ["x"], {"a": 1}, "x" * 300]


def kind_of(value):
    return {type(None): "null", bool: "bool", int: "integer", float: "double",
            str: "text", list: "list", dict: "object"}[type(value)]


def places(value, path=()):
    """Paths of all members, not inside maps of free keys."""
    out = []
    if isinstance(value, dict):
        for key in value:
            out.append(path + (key,))
            out += places(value[key], path + (key,))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            out.append(path + (i,))
            out += places(item, path + (i,))
    return out


def said(path):
    return ".".join("#" if isinstance(p, int) else str(p) for p in path)


def at(value, path):
    for p in path:
        value = value[p]
    return value


def spoil_text(rng, body):
    text = text_of(body)
    return rng.choice([
        ("empty", ""), ("blank", "  "), ("truncated", text[:len(text) // 2]),
        ("no-last-brace", text[:-1]), ("array", "[]"), ("null", "null"),
        ("number", "7"), ("text", '"abc"'), ("not-json", "abc"),
        ("comma", text[:-1] + ",}"), ("single-quotes", "{'a': 1}"),
        ("control", '{"a": "\x01"}'), ("nan", '{"a": NaN}'),
        ("bare-key", "{a: 1}"), ("comment", "/* */" + text),
        ("in-array", "[" + text + "]"), ("deep", "[" * 2000)])


def spoil_member(rng, body):
    body = copy.deepcopy(body)
    path = rng.choice(places(body))
    holder = at(body, path[:-1])
    old = holder[path[-1]]
    if isinstance(holder, dict) and rng.random() < 0.35:
        del holder[path[-1]]
        return f"without {said(path)}", text_of(body)
    values = [v for v in VALUES if kind_of(v) != kind_of(old)]
    if "namespace" in path[:-1]:  # others make names that no path can hold
        values = [v for v in values if isinstance(v, (int, float))]
    new = rng.choice(values)
    holder[path[-1]] = new
    return f"{said(path)} is {kind_of(new)}", text_of(body)


def spoil(rng, body):
    """(case, text). body: a valid one, not empty."""
    return (spoil_text if rng.random() < 0.4 else spoil_member)(rng, body)


def free(body, path):
    """Is it inside a map of free keys?"""
    return any(p in ("properties", "updates", "summary", "refs", "metadata",
                   "metrics")
               and isinstance(at(body, path[:i + 1]), dict)
               for i, p in enumerate(path))


def add_unknown(rng, body):
    """The same with a member that nobody knows."""
    body = copy.deepcopy(body)
    objects = [body] + [at(body, p) for p in places(body)
                        if isinstance(at(body, p), dict) and not free(body, p)]
    rng.choice(objects)["x-unknown"] = rng.choice([1, "a", [1], {"b": None}])
    return body


