"""The lab's pictures as SVG text. Cards with a background of their own: they read in light and dark pages."""

import math
import pathlib
import sys
from xml.sax.saxutils import escape

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench"))
import chart  # noqa: E402

STYLE = chart.STYLE + """
  .grid { stroke: #d1d9e0; stroke-width: 1 } .serial { fill: #0969da; stroke: #0969da } .parallel { fill: #bc4c00; stroke: #bc4c00 }
  .g1 { fill: #1a7f37; stroke: #1a7f37 } .zgc { fill: #8250df; stroke: #8250df }
  .dot { stroke: none; fill-opacity: 0.55 } .line { fill: none; stroke-width: 1.8 } .fill { stroke: none }
  .faint { fill-opacity: 0.35 } .dash { stroke-dasharray: 5 3 } .right { text-anchor: end } .mid { text-anchor: middle }
  @media (prefers-color-scheme: dark) {
    .grid { stroke: #3d444d } .serial { fill: #4493f8; stroke: #4493f8 } .parallel { fill: #f0883e; stroke: #f0883e }
    .g1 { fill: #3fb950; stroke: #3fb950 } .zgc { fill: #ab7df8; stroke: #ab7df8 } .line { fill: none }
  }
"""
COLLECTORS = ("serial", "parallel", "g1", "zgc")
LABEL, WIDTH, ROW, TOP = 190, 940, 24, 64


def collector(row):
    return next(name for name in COLLECTORS if name in row["name"])


def text(x, y, words, style=""):
    return '<text class="%s" x="%.1f" y="%.1f">%s</text>' % (style, x, y, escape(words))


def line(x1, y1, x2, y2, style="grid"):
    return '<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>' % (style, x1, y1, x2, y2)


def bar(x, y, width, style):
    return '<rect class="fill %s" x="%.1f" y="%.1f" width="%.1f" height="12"/>' % (style, x, y, max(1, width))


def card(height, title, body):
    return "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">' % (WIDTH, height, WIDTH, height),
        "<title>%s</title>" % escape(title), "<style>%s</style>" % STYLE,
        '<rect class="card" x="0.5" y="0.5" width="%d" height="%d" rx="8"/>' % (WIDTH - 1, height - 1),
        text(18, 26, title, "head")] + body + ["</svg>"]) + "\n"


class Log:
    """A logarithmic axis."""

    def __init__(self, low, high, start, end):
        self.low, self.start = math.log10(low), start
        self.scale = (end - start) / (math.log10(high) - self.low)
        self.ends = (low, high)

    def __call__(self, value):
        return self.start + (math.log10(min(max(value, self.ends[0]), self.ends[1])) - self.low) * self.scale

    def marks(self):
        return [10.0 ** power for power in range(round(self.low), round(math.log10(self.ends[1])) + 1)]


def short(value):
    return "%d" % value if value >= 1 else "%g" % value


def pauses(rows):
    """Every pause a dot; the rows as they were run."""
    axis = Log(0.001, 1000, LABEL, WIDTH - 150)
    bottom = TOP + len(rows) * ROW
    body = [text(18, 44, "every pause in the window, by its length (ms, logarithmic); at the right: how many, and the longest", "dim")]
    for mark in axis.marks():
        body += [line(axis(mark), TOP - 4, axis(mark), bottom), text(axis(mark), bottom + 16, short(mark) + " ms", "dim mid")]
    for number, row in enumerate(rows):
        y = TOP + number * ROW + ROW / 2
        body.append(text(LABEL - 8, y + 4, row["name"], "right"))
        body += ['<circle class="dot %s" cx="%.1f" cy="%.1f" r="4"/>' % (collector(row), axis(ms), y) for _, _, ms in row["each"]]
        body.append(text(WIDTH - 140, y + 4, "%d, longest %.*f" % (row["pauses"]["count"], 1 if row["pauses"]["max_ms"] >= 1 else 3,
                                                                    row["pauses"]["max_ms"]), "dim"))
    return card(bottom + 30, "Pauses of each collector", body)


def old_panel(rows, left, title, style):
    """The old generation after each collection, stepped; one line a configuration, its name at its end."""
    top, height, width = 84, 190, 330
    start = min((entry[0] for row in rows for entry in row["old"]), default=0)
    end = max(row["window_s"] for row in rows)
    high = max((max(entry[1], entry[2]) for row in rows for entry in row["old"]), default=0) * 1.15 or 1e6
    body = [text(left, top - 14, title, "head")]

    def at(seconds, size):
        return left + (seconds - start) / (end - start) * width, top + height - size / high * height

    step = next(s for s in (5, 10, 20, 50, 100, 200, 500) if high / 1e6 / s <= 5)
    for mega in range(0, int(high / 1e6) + 1, step):
        _, y = at(0, mega * 1e6)
        body += [line(left, y, left + width, y), text(left - 6, y + 4, str(mega), "dim right")]
    x, _ = at(0, 0)
    body += [line(x, top, x, top + height, "grid dash"), text(x, top + height + 16, "0 s", "dim mid"),
             text(left + width, top + height + 16, "%d s" % end, "dim mid")]
    labels = []
    for number, row in enumerate(rows):
        points = [at(row["old"][0][0], row["old"][0][1])] if row["old"] else []
        for when, before, after, _ in row["old"]:
            points += [at(min(when, end), before), at(min(when, end), after)]
        if points:
            points.append((left + width, points[-1][1]))
            body.append('<polyline class="line %s%s" points="%s"/>' % (style, " dash" if number % 2 else "", " ".join(
                "%.1f,%.1f" % point for point in points)))
            labels.append([points[-1][1], row["name"]])
    labels.sort()
    for before, label in zip(labels, labels[1:]):
        label[0] = max(label[0], before[0] + 14)
    return body + [text(left + width + 6, y + 4, name, "dim") for y, name in labels]


def old(rows):
    body = [text(18, 44, "MB after each collection; 0 s is when all connections are open and measuring begins", "dim")]
    panels = []
    for name, title in (("serial", "Serial"), ("parallel", "Parallel"), ("g1", "G1"), ("zgc", "ZGC")):
        of = [row for row in rows if collector(row) == name and row["old"] and not row["name"].endswith(("again", "wide"))]
        if of:
            panels.append((name, title, of))
    for number, (name, title, of) in enumerate(panels):
        part = old_panel(of, 50 + 460 * (number % 2), title, name)
        body.append('<g transform="translate(0 %d)">%s</g>' % (250 * (number // 2), "\n".join(part)))
    return card(70 + 250 * ((len(panels) + 1) // 2), "The old generation while connections stay and others come and go", body)


class Column:
    """Bars side by side with the other columns; the longest fills it."""

    def __init__(self, left, width, title, unit, values, room=52):
        self.left, self.title, self.unit = left, title, unit
        self.scale = (width - room) / (max(values, default=0) or 1)

    def head(self):
        return [text(self.left, 50, self.title, "head"), text(self.left, 66, self.unit, "dim")]

    def draw(self, y, value, words, style, under=None):
        body = [bar(self.left, y, under * self.scale, style + " faint")] if under is not None else []
        longest = max(value, under or 0)
        return body + [bar(self.left, y, value * self.scale, style), text(self.left + longest * self.scale + 5, y + 10, words, "value")]


def cost(rows):
    columns = [
        Column(LABEL, 170, "CPU of the collector", "% of a core", [100 * r["collector_cores"] for r in rows]),
        Column(LABEL + 185, 170, "Resident memory", "MB", [r["rss_kb"]["b"] / 1024 for r in rows]),
        Column(LABEL + 370, 130, "Longest pause", "ms", [r["pauses"]["max_ms"] for r in rows]),
        Column(LABEL + 515, 230, "Tick latency", "ms: p99.9, pale: max", [r["latency"]["max"] for r in rows], room=90),
    ]
    body = [part for column in columns for part in column.head()]
    top = 78
    for number, row in enumerate(rows):
        y, style = top + number * ROW, collector(row)
        body.append(text(LABEL - 8, y + 10, row["name"], "right"))
        body += columns[0].draw(y, 100 * row["collector_cores"], "%.2f" % (100 * row["collector_cores"]), style)
        body += columns[1].draw(y, row["rss_kb"]["b"] / 1024, "%.0f" % (row["rss_kb"]["b"] / 1024), style)
        body += columns[2].draw(y, row["pauses"]["max_ms"], "%.1f" % row["pauses"]["max_ms"], style)
        latency = row["latency"]
        body += columns[3].draw(y, latency["p99.9"], "%d, %d" % (latency["p99.9"], latency["max"]), style, latency["max"])
    return card(top + len(rows) * ROW + 14, "What each configuration costs", body)


def ticks(rows):
    """Slowest message of each tick, and the pauses above it, second by second."""
    names = ["serial-1g-48m", "parallel-1g-48m", "g1-1g", "zgc-1g"]
    of = [row for name in names for row in rows if row["name"] == name]
    if not of:
        return None
    height, left, width = 96, 70, WIDTH - 100
    high = max([tick[2] for row in of for tick in row["ticks"]] + [1]) * 1.1
    body = [text(18, 44, "bars: the slowest message of each second; dots: every pause, at its length on the same scale (ms)", "dim")]
    for number, row in enumerate(of):
        top = 70 + number * (height + 30)
        style = collector(row)
        body.append(text(18, top - 4, row["name"], "head"))
        span = row["window_s"]
        for mark in (0, high / 2.2, high / 1.1):
            y = top + height - mark / high * height
            body += [line(left, y, left + width, y), text(left - 6, y + 4, "%.0f" % mark, "dim right")]
        for when, _, slowest in row["ticks"]:
            if 0 <= when < span:
                x, tall = left + when / span * width, slowest / high * height
                body.append('<rect class="fill faint %s" x="%.1f" y="%.1f" width="10" height="%.1f"/>' % (style, x, top + height - tall, tall))
        for when, _, ms in row["each"]:
            x, y = left + when / span * width, top + height - ms / high * height
            body += [line(x, top + height, x, y, style), '<circle class="fill %s" cx="%.1f" cy="%.1f" r="2.5"/>' % (style, x, y)]
    return card(70 + len(of) * (height + 30), "Pauses beside tick latency", body)


def scale(ladder, model):
    """Longest stop of an old collection against connections: measured on the gateway, then on the model."""
    left, top, width, height = 70, 64, 620, 300
    across, up = Log(1000, 1000000, left, left + width), Log(0.001, 10000, top + height, top)
    body = [text(18, 44, "longest stop of one old collection, ms, by connections; filled: the gateway, rings: the model, both axes logarithmic", "dim")]
    for mark in up.marks():
        body += [line(left, up(mark), left + width, up(mark)), text(left - 6, up(mark) + 4, short(mark), "dim right")]
    for mark in across.marks():
        body += [line(across(mark), top, across(mark), top + height), text(across(mark), top + height + 16, format(int(mark), ","), "dim mid")]
    series = {}
    for row in ladder:
        if not row["name"].endswith("wide"):
            series.setdefault(row["name"].partition("-")[2], []).extend(
                (step["connections"], step["stop_ms"], True) for step in row["steps"] if step["connections"])
    for row in model:
        series.setdefault(row["name"].split("-", 1)[1].rpartition("-")[0], []).append((row["connections"], row["old_stops"]["max_ms"], False))
    labels = []
    for name, points in series.items():
        style = next(c for c in COLLECTORS if c in name) + (" dash" if name == "g1-full" else "")
        points.sort()
        body.append('<polyline class="line %s" points="%s"/>' % (style, " ".join("%.1f,%.1f" % (across(n), up(ms)) for n, ms, _ in points)))
        for count, ms, real in points:
            body.append('<circle class="%s %s" cx="%.1f" cy="%.1f" r="4"/>' % ("fill" if real else "line", style, across(count), up(ms)))
        labels.append([up(points[-1][1]), "%s, %.*f ms" % (name, 0 if points[-1][1] >= 10 else 2, points[-1][1])])
    labels.sort()
    for before, label in zip(labels, labels[1:]):
        label[0] = max(label[0], before[0] + 15)
    body += [text(left + width + 10, y + 4, words, "dim") for y, words in labels]
    return card(top + height + 32, "An old collection, by the number of connections", body)


def draw(kinds, out):
    """Writes the pictures that the rows suffice for; which belong above which table."""
    made = {}

    def put(table, name, picture, words):
        if picture:
            (out / name).write_text(picture)
            made.setdefault(table, []).insert(0, (name, words))

    if kinds["load"]:
        put("stops", "gc-pauses.svg", pauses(kinds["load"]), "Every pause of each configuration, by its length")
        put("stops", "gc-ticks.svg", ticks(kinds["load"]), "Pauses and the slowest message of each tick, second by second")
        put("memory", "gc-cost.svg", cost(kinds["load"]), "CPU of the collector, resident memory, longest pause and tick latency")
        put("memory", "gc-old.svg", old(kinds["load"]), "The old generation over time, by collector")
    if kinds["ladder"] or kinds["model"]:
        put("ladder", "gc-scale.svg", scale(kinds["ladder"], kinds["model"]), "Longest stop of an old collection by number of connections")
    return made
