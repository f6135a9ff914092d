"""What a PromQL expression asks for: its metrics, the labels it matches and the labels it groups by.

Not a whole PromQL parser: a tokenizer and the rules that tell a metric from a function, a keyword and a label. What it does not
know it refuses, so that nothing is passed over.
"""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<duration>(?:\d+(?:ms|[smhdwy]))+)
    | (?P<number>0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<name>[a-zA-Z_][a-zA-Z0-9_:]*)
    | (?P<op>=~|!~|!=|==|>=|<=|[-+*/%^()\[\]{},:=<>@])
    )""",
    re.VERBOSE,
)
GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
KEYWORDS = GROUPING | {"and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"}
MATCHES = {"=", "!=", "=~", "!~"}


@dataclass
class Selector:
    """One metric, with what its labels must match: [(label, operator, value)]."""

    metric: str
    matchers: list = field(default_factory=list)


@dataclass
class Query:
    selectors: list = field(default_factory=list)
    grouping: set = field(default_factory=set)

    @property
    def metrics(self):
        return {selector.metric for selector in self.selectors}


def tokens(expr):
    at, found = 0, []
    expr = expr.rstrip()
    while at < len(expr):
        match = TOKEN.match(expr, at)
        if not match:
            raise ValueError(f"not PromQL at '{expr[at:at + 20]}' in: {expr}")
        found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return found


def parse(expr):
    """The Query that EXPR is. ValueError if it is none."""
    words = tokens(expr)
    query, at, depth = Query(), 0, []
    while at < len(words):
        kind, word = words[at]
        following = words[at + 1][1] if at + 1 < len(words) else ""
        if kind == "name" and word in GROUPING:
            if following == "(":
                at = _labels(words, at + 2, query.grouping, expr)
                continue
            if word not in ("group_left", "group_right"):
                raise ValueError(f"no labels after '{word}' in: {expr}")
        elif kind == "name" and word.lower() not in KEYWORDS and following not in ("(", "by", "without"):
            selector = Selector(word)
            query.selectors.append(selector)
            if following == "{":
                at = _matchers(words, at + 2, selector, expr)
                continue
        elif word in ("(", "["):
            depth.append(word)
        elif word in (")", "]"):
            if not depth or depth.pop() + word not in ("()", "[]"):
                raise ValueError(f"unbalanced '{word}' in: {expr}")
        elif word in ("{", "}"):
            raise ValueError(f"a selector without a metric name in: {expr}")
        at += 1
    if depth:
        raise ValueError(f"'{depth[-1]}' is not closed in: {expr}")
    return query


def _labels(words, at, into, expr):
    while at < len(words) and words[at][1] != ")":
        kind, word = words[at]
        if kind == "name":
            into.add(word)
        elif word != ",":
            raise ValueError(f"'{word}' is no label in: {expr}")
        at += 1
    return at + 1


def _matchers(words, at, selector, expr):
    while at < len(words) and words[at][1] != "}":
        if words[at][1] == ",":
            at += 1
            continue
        part = words[at:at + 3]
        if [kind for kind, _ in part] != ["name", "op", "string"] or part[1][1] not in MATCHES:
            raise ValueError(f"{selector.metric}{{…}} is not understood in: {expr}")
        selector.matchers.append((part[0][1], part[1][1], part[2][1][1:-1]))
        at += 3
    if at >= len(words):
        raise ValueError(f"'{{' is not closed in: {expr}")
    return at + 1


def exposition(text):
    """The samples of a page in Prometheus' text format: {metric: [{label: value}]}."""
    found = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?", line)
        if not match:
            raise ValueError(f"not a sample: {line}")
        labels = dict(re.findall(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"', match.group(2) or ""))
        found.setdefault(match.group(1), []).append(labels)
    return found
