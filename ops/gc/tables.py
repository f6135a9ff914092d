"""Tables of the lab as Markdown, its JSON, and where both go."""

import json
import pathlib
import sys

import plots  # which finds what stands in ops/bench
from page import replace, table


def mega(size):
    return "%.0f" % (size / 1e6)


def shown(row, recommended):
    """The configuration as the tables name it: bold if it is what ops/gateway.sh starts."""
    name = "`%s`" % row["name"]
    return "**%s**" % name if set(row["flags"].split()) == set(recommended.split()) and "again" not in name else name


def stops(rows, recommended):
    head = ["configuration", "pauses", "median, ms", "longest, ms", "stopped, ms/s", "collector, % of a core", "workers, CPU µs/message",
            "all else, cores", "tick p99, ms", "p99.9", "max"]
    lines = []
    for row in rows:
        pauses, latency = row["pauses"], row["latency"]
        lines.append([
            shown(row, recommended), str(pauses["count"]),
            "%.2f" % pauses["median_ms"] if pauses["count"] else "–", "%.2f" % pauses["max_ms"] if pauses["count"] else "–",
            "%.2f" % (pauses["total_ms"] / row["window_s"]), "%.2f" % (100 * row["collector_cores"]),
            "%.1f" % row["cpu_us_per_message"],
            "–" if row.get("others_cores") is None else "%.2f" % row["others_cores"], "%d" % latency["p99"], "%d" % latency["p99.9"], "%d" % latency["max"],
        ])
    return table(head, lines)


def memory(rows, recommended):
    head = ["configuration", "streams", "resident, MB", "KB/stream", "heap committed, MB", "allocated, MB/s", "promoted, KB/s",
            "old generation, first to last, MB", "old collections", "Netty direct, MB"]
    lines = []
    for row in rows:
        old = [entry for entry in row["old"] if 0 <= entry[0] < row["window_s"]]
        lines.append([
            shown(row, recommended), "{:,}".format(row["streams"]), "%.0f" % (row["rss_kb"]["b"] / 1024),
            "%.1f" % row["rss_kb_per_stream"], mega(row["heap_committed"]), "%.1f" % (row["allocated_per_s"] / 1e6),
            "%.0f" % (row["promoted_per_s"] / 1e3),
            "%s → %s" % (mega(old[0][2]), mega(old[-1][2])) if old else "–", str(old_collections(row)), "%.1f" % (row["netty_direct_used"] / 1e6),
        ])
    return table(head, lines)


def old_collections(row):
    kinds = row["kinds"]
    if "zgc" in row["name"]:
        return sum(1 for entry in row["old"] if 0 <= entry[0] < row["window_s"] and entry[3] == "Old collection")
    return kinds.get("Pause Full", {"count": 0})["count"] + kinds.get("Pause Remark", {"count": 0})["count"]


def ladder(rows, _recommended):
    counts = [step["connections"] for step in rows[0]["steps"]]
    head = ["collector", "live heap, bytes/connection", "objects/connection"]
    head += ["stop with %s" % format(count, ",") + (", ms" if not i else "") for i, count in enumerate(counts)] + ["ms per 10,000 more"]
    lines = []
    for row in rows:
        each = ["%.1f" % step["stop_ms"] if step["stop_ms"] >= 0.1 else "%.3f" % step["stop_ms"] for step in row["steps"]]
        slope = row["stop_ms_per_10000"]
        lines.append(["`%s`" % row["name"].partition("-")[2], "{:,}".format(row["bytes_per_connection"]), "%.1f" % row["objects_per_connection"]]
                     + each + ["%.1f" % slope if slope >= 0.1 else "< 0.1"])
    return table(head, lines)


def model(rows, _recommended):
    head = ["collector", "connections", "old collection: longest stop, ms", "CPU of a full stop, ms", "in all, s"]
    lines = []
    for row in rows:
        lines.append(["`%s`" % row["name"].split("-", 1)[1].rpartition("-")[0], "{:,}".format(row["connections"]),
                      "%.2f" % row["old_stops"]["max_ms"],
                      "{:,}".format(row["old_stops"]["cpu_ms"]) if row["old_stops"].get("cpu_ms") else "–",
                      "%.2f" % (row["old_seconds"] or row["old_stops"]["max_ms"] / 1000)])
    return table(head, lines)


def caption(rows, env):
    loads = [row for row in rows if row["kind"] == "load"] or rows
    first = loads[0]
    return ("%s connections of the load client, %s more opened and closed per second, %d s measured. %s, %d cores, %s, Linux %s; %s; "
            "commit %s, jar %s, %s.") % (format(first["connections"], ","), format(first["churn"], ","), first["seconds"], env["cpu"],
                                        env["cores"], env["memory"], env["kernel"], env["java"], env["commit"], env["jar"], env["date"]) + correlations(loads) + note(env)


def correlations(rows):
    """What tick latency goes with, over the configurations: the collectors, or the machine of that minute."""
    latency = [row["latency"]["p99"] for row in rows]
    of = {"CPU of the workers a message": "cpu_us_per_message", "CPU of all else on the machine": "others_cores"}
    values = {words: [row.get(key) for row in rows] for words, key in of.items()}
    values["time stopped"] = [row["pauses"]["total_ms"] / row["window_s"] for row in rows]
    found = []
    for words, value in values.items():
        if len(rows) >= 10 and None not in value and len(set(value)) > 1 and len(set(latency)) > 1:
            found.append("%s %.2f" % (words, correlation(value, latency)))
    return "\nCorrelation of tick p99 over these %d rows: %s." % (len(rows), ", ".join(found)) if found else ""


def correlation(a, b):
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    both = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b))
    return both / (sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)) ** 0.5


def note(env):
    """Set by hand, when something disturbed a run that is kept all the same."""
    return "\nNote: %s." % env["note"] if env.get("note") else ""


def report(rows, env, out, document):
    out, document = pathlib.Path(out), pathlib.Path(document)
    out.mkdir(parents=True, exist_ok=True)
    kinds = {kind: [row for row in rows if row["kind"] == kind] for kind in ("load", "ladder", "model")}
    record = json.dumps({"environment": env, "rows": "ROWS"}, indent=1, ensure_ascii=False)
    lines = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (out / "gc.json").write_text(record.replace('"ROWS"', "[\n  " + lines + "\n ]") + "\n")
    parts = {"stops": (stops, "load"), "memory": (memory, "load"), "ladder": (ladder, "ladder"), "model": (model, "model")}
    pictures = plots.draw(kinds, out)
    for name, (maker, kind) in parts.items():
        if not kinds[kind]:
            continue
        text = maker(kinds[kind], env["gateway"])
        if name == "stops":
            text += "\n\n" + caption(rows, env)
        for picture, words in pictures.get(name, []):
            text = "![%s](%s/%s)\n\n" % (words, out.name, picture) + text
        print(text + "\n")
        if document.exists():
            replace(document, "gc-" + name, text)
