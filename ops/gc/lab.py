#!/usr/bin/env python3
"""What gc-lab.sh measured, as rows, tables and plots.

lab.py cpu PID                               CPU seconds of a process by thread name, to the microsecond, as JSON
lab.py row KIND DIR --name S ...             one row as JSON; KIND: load, ladder, model
lab.py say --rows FILE                       the last row in one line
lab.py connection --rows FILE                objects and bytes of a connection, bytes allocated to open one
lab.py report --rows FILE --environment FILE --out DIR --document FILE
                                             writes DIR/gc.json and DIR/gc-*.svg, prints the tables; a FILE that exists gets
                                             them between <!-- gc-NAME --> and <!-- /gc-NAME -->
lab.py redraw --json FILE --out DIR --document FILE
                                             the same from an earlier gc.json
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import sys
from statistics import median

sys.dont_write_bytecode = True
import gclog  # noqa: E402
import tables  # noqa: E402

# The threads that collect, as the kernel cuts their names. The serial collector works on the VM thread, which also stops the
# program for the others: a small share of its time is not collection.
COLLECTOR = re.compile(r"^(VM Thread|GC Thread|G1 |ZDriver|ZWorker|ZDirector|ZStat|ZUn|RuntimeWorker)")
METRIC = re.compile(r"^([a-zA-Z_:]+)(\{[^}]*\})? (\S+)")
OLD_STOPS = ("Pause Full", "Pause Young (Concurrent Start)", "Pause Remark", "Pause Cleanup", "Pause Mark Start", "Pause Mark End",
             "Pause Relocate Start")


def cpu(pid):
    tick = os.sysconf("SC_CLK_TCK")
    seconds = {}
    for task in pathlib.Path("/proc/%d/task" % pid).glob("*"):
        try:
            name, _, rest = (task / "stat").read_text().partition("(")[2].rpartition(")")
            spent = int((task / "schedstat").read_text().split()[0]) / 1e9
            if not spent:  # a kernel that does not count it
                spent = sum(int(field) for field in rest.split()[11:13]) / tick
        except OSError:  # ended meanwhile
            continue
        name = re.sub(r"[-# ]*\d+$", "", name)
        seconds[name] = seconds.get(name, 0) + spent
    return {name: round(spent, 6) for name, spent in sorted(seconds.items())}


def metrics(path):
    """Sums over labels, and each labelled value."""
    found = {}
    for line in path.read_text().splitlines():
        match = METRIC.match(line)
        if match:
            name, labels, value = match.groups()
            found[name] = found.get(name, 0) + float(value)
            if labels:
                found[name + labels] = float(value)
    return found


def number(path):
    return int(path.read_text().split()[0])


def millis_of(moment):
    return datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() * 1000


def labelled(found, name, label):
    return sum(value for key, value in found.items() if key.startswith(name + "{") and label in key)


def summary(pauses):
    lengths = sorted(ms for _, _, ms in pauses)
    if not lengths:
        return {"count": 0, "median_ms": 0, "max_ms": 0, "total_ms": 0}
    return {"count": len(lengths), "median_ms": round(median(lengths), 3), "max_ms": lengths[-1], "total_ms": round(sum(lengths), 2)}


def by_kind(pauses):
    kinds = {}
    for _, kind, ms in pauses:
        kinds.setdefault(kind, []).append(ms)
    return {kind: {"count": len(of), "max_ms": max(of)} for kind, of in sorted(kinds.items())}


def allocated_classes(path):
    """The classes most of the allocation went to, by JFR's samples, with their share."""
    weights = {}
    stopped = []
    for event in json.loads(path.read_text())["recording"]["events"]:
        values = event["values"]
        if event["type"] == "jdk.GarbageCollection":
            stopped.append(values["longestPause"])
        else:
            name = values["objectClass"]["name"]
            weights[name] = weights.get(name, 0) + values["weight"]
    total = sum(weights.values()) or 1
    top = sorted(weights.items(), key=lambda entry: -entry[1])[:8]
    return {name: round(weight / total, 3) for name, weight in top}, len(stopped)


def others(work, seconds, server):
    """Cores that neither the gateway nor its load client used: the churn, the kernel on its own, and whoever else was there."""
    if not (work / "busy-b").exists():
        return None
    (all_a, client_a), (all_b, client_b) = ([float(word) for word in (work / ("busy-" + key)).read_text().split()] for key in "ab")
    return round((all_b - all_a - (client_b - client_a) - server) / seconds, 3)


def load_average(work):
    """The highest of the row: above 2 on two cores, stops were lengthened by others."""
    found = [float(path.read_text()) for path in work.glob("load-*")]
    return max(found, default=None)


def load_row(work):
    log = gclog.read(work / "gc.log")
    start, end = number(work / "time-a"), number(work / "time-b")
    seconds = (end - start) / 1000
    inside = log.within(start, end)
    before, after = metrics(work / "metrics-a"), metrics(work / "metrics-b")
    spent = json.loads((work / "cpu-b").read_text())
    for name, value in json.loads((work / "cpu-a").read_text()).items():
        spent[name] = round(spent.get(name, 0) - value, 6)
    report = json.loads((work / "load.json").read_text())
    allocation = json.loads((work / "allocation").read_text())
    classes, collections = allocated_classes(work / "events.json")
    churned = [json.loads(line) for line in (work / "churn").read_text().splitlines() if line.startswith("{")]
    rss = {key: number(work / ("rss-" + key)) for key in ("0", "b", "high")}

    def grown(name):
        return after.get(name, 0) - before.get(name, 0)

    opened, delivered = grown("gateway_connections_opened_total"), grown("gateway_messages_delivered_total")
    delivered = delivered or 1
    live = after["gateway_connections"]
    window = report["window"]
    first = millis_of(report["startedAt"])
    return {
        "window_s": round(seconds, 2),
        "pauses": summary(inside.pauses),
        "kinds": by_kind(inside.pauses),
        "each": [[round((t - start) / 1000, 2), kind, ms] for t, kind, ms in inside.pauses],
        "other_stops": {
            "count": len(inside.other_stops()),
            "max_ms": round(max((total for *_, total in inside.other_stops()), default=0), 3),
            "reach_max_ms": round(max((reach for _, _, reach, _ in inside.stops), default=0), 3),
        },
        "stalls": log.stalls,
        "jfr_collections": collections,
        "old": [[round((t - start) / 1000, 2), low, high, kind] for t, low, high, kind in log.old],
        "promoted_per_s": round(inside.promoted() / seconds),
        "allocated_per_s": round(sum(allocation["bytes"].values()) / (allocation["seconds"] or 1)),
        "allocated_by_thread": {name: round(b / (allocation["seconds"] or 1)) for name, b in list(allocation["bytes"].items())[:6]},
        "allocated_classes": classes,
        "cpu": {name: value for name, value in spent.items() if value >= 0.0005},
        "collector_cores": round(sum(v for name, v in spent.items() if COLLECTOR.match(name)) / seconds, 5),
        "cores": round(sum(spent.values()) / seconds, 4),
        "cpu_us_per_message": round(sum(v for name, v in spent.items() if name.startswith("worker")) * 1e6 / delivered, 3),
        "delivered_per_s": round(delivered / seconds),
        "opened_per_s": round(opened / seconds, 1),
        "streams": round(live),
        "churned": {"opened": sum(c["opened"] for c in churned), "failed": sum(c["failed"] for c in churned)},
        "latency": window["latencyMillis"],
        "ticks": [[round((first + p["startMillis"] - start) / 1000, 2), p["latencyMillis"]["p50"], p["latencyMillis"]["max"]]
                  for p in report["series"] if p["phase"] == "measure" and p["latencyMillis"]["count"]],
        "others_cores": others(work, seconds, sum(spent.values())),
        "faults": dict(report["faults"], closed=report["connections"]["closed"], failed=report["connections"]["failed"]),
        "rss_kb": rss,
        "rss_kb_per_stream": round((rss["b"] - rss["0"]) / live, 2),
        "heap_used": round(labelled(after, "jvm_memory_used_bytes", 'area="heap"')),
        "heap_committed": round(labelled(after, "jvm_memory_committed_bytes", 'area="heap"')),
        "direct_used": round(labelled(after, "jvm_buffer_memory_used_bytes", 'id="direct"')),
        "netty_direct_used": round(sum(v for k, v in after.items() if k.startswith("netty_allocator_memory_used{") and "direct" in k)),
    }


def histogram(path):
    """Objects and bytes that are alive; room that a full collection did not bother to close left out."""
    objects = size = 0
    for line in path.read_text().splitlines():
        match = re.match(r"\s*\d+:\s+(\d+)\s+(\d+)\s+(\S+)", line)
        if match and "FillerElement" not in match.group(3):
            objects += int(match.group(1))
            size += int(match.group(2))
    return objects, size


def slope(points):
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def ladder_row(work):
    log = gclog.read(work / "gc.log")
    steps = []
    since = 0
    for path in sorted(work.glob("histogram-*"), key=lambda p: int(p.name.partition("-")[2])):
        count = int(path.name.partition("-")[2])
        until = number(work / ("time-%d" % count))
        objects, size = histogram(path)
        stops = [ms for t, kind, ms in log.within(since, until).pauses if kind in OLD_STOPS]
        steps.append({"connections": count, "objects": objects, "live_bytes": size, "rss_kb": number(work / ("rss-%d" % count)),
                      "stop_ms": round(max(stops, default=0), 3)})
        since = until
    return {
        "load_average": load_average(work),
        "steps": steps,
        "bytes_per_connection": round(slope([(s["connections"], s["live_bytes"]) for s in steps])),
        "objects_per_connection": round(slope([(s["connections"], s["objects"]) for s in steps]), 1),
        "stop_ms_per_10000": round(slope([(s["connections"], s["stop_ms"]) for s in steps]) * 10000, 3),
    }


def model_row(work):
    log = gclog.read(work / "gc.log")
    marks = {words[0]: int(words[1]) for words in (line.split() for line in (work / "marks").read_text().splitlines())}
    old = [ms for _, kind, ms in log.pauses if kind in OLD_STOPS]
    young = log.within(marks["filled"], marks["churned"])
    return {
        "load_average": load_average(work),
        "old_stops": {"count": len(old), "max_ms": max(old, default=0),
                      "cpu_ms": max((log.cpu_ms.get(i, 0) for i, p in enumerate(log.pauses) if p[1] == "Pause Full"), default=0)},
        "old_seconds": round(max(log.cycles, default=0), 3),
        "young": summary([p for p in young.pauses if p[1] not in OLD_STOPS or "Mark" in p[1] or "Relocate" in p[1]]),
        "stalls": log.stalls,
    }


def row(options):
    maker = {"load": load_row, "ladder": ladder_row, "model": model_row}[options.kind]
    head = {"name": options.name, "kind": options.kind, "java": options.java, "flags": " ".join(options.flags.split())}
    for key in ("connections", "churn", "seconds"):
        head[key] = getattr(options, key)
    if options.kind == "model":
        head["connections"] = int(options.name.rpartition("-")[2])
    head.update(maker(pathlib.Path(options.directory)))
    print(json.dumps(head, ensure_ascii=False))


def read_rows(path):
    rows = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines() if line.strip()]
    if not rows:
        sys.exit("nothing was measured")
    return rows


def say(rows):
    last = rows[-1]
    if last["kind"] == "load":
        print("  %(count)d pauses, median %(median_ms).2f, longest %(max_ms).2f ms;" % last["pauses"],
              "collector %.2f %% of a core; %.1f MB/s allocated;" % (100 * last["collector_cores"], last["allocated_per_s"] / 1e6),
              "p99 %(p99)s p99.9 %(p99.9)s max %(max)s ms;" % last["latency"], "%d MB resident" % (last["rss_kb"]["b"] // 1024),
              "for %d streams; faults %s" % (last["streams"], sum(last["faults"].values())))
    elif last["kind"] == "ladder":
        print("  %(bytes_per_connection)d bytes in %(objects_per_connection)s objects a connection;" % last,
              "stops", [step["stop_ms"] for step in last["steps"]])
    else:
        print("  old", last["old_stops"], last["old_seconds"], "s; young", last["young"])


def connection(rows):
    """What the model copies: of the ladder under Serial, and of the first configuration."""
    by_name = {r["name"]: r for r in rows}
    if "ladder-serial" not in by_name or "serial-1g-48m" not in by_name:
        sys.exit(1)
    climbed, loaded = by_name["ladder-serial"], by_name["serial-1g-48m"]
    per_opened = (loaded["allocated_per_s"] - loaded["allocated_by_thread"].get("ticker", 0)) / max(1, loaded["opened_per_s"])
    print(round(climbed["objects_per_connection"]), climbed["bytes_per_connection"], round(per_opened))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("cpu").add_argument("pid", type=int)
    made = commands.add_parser("row")
    made.add_argument("kind", choices=("load", "ladder", "model"))
    made.add_argument("directory")
    for name in ("name", "java", "flags"):
        made.add_argument("--" + name, required=True)
    for name in ("connections", "churn", "seconds"):
        made.add_argument("--" + name, type=int, required=True)
    for name in ("say", "connection"):
        commands.add_parser(name).add_argument("--rows", required=True)
    reported = commands.add_parser("report")
    for name in ("rows", "environment", "out", "document"):
        reported.add_argument("--" + name, required=True)
    redrawn = commands.add_parser("redraw")
    for name in ("json", "out", "document"):
        redrawn.add_argument("--" + name, required=True)
    options = parser.parse_args()
    if options.command == "cpu":
        print(json.dumps(cpu(options.pid)))
    elif options.command == "row":
        row(options)
    elif options.command == "say":
        say(read_rows(options.rows))
    elif options.command == "connection":
        connection(read_rows(options.rows))
    elif options.command == "report":
        env = json.loads(pathlib.Path(options.environment).read_text())
        tables.report(read_rows(options.rows), env, options.out, options.document)
    else:
        earlier = json.loads(pathlib.Path(options.json).read_text())
        tables.report(earlier["rows"], earlier["environment"], options.out, options.document)


if __name__ == "__main__":
    main()
