#!/usr/bin/env python3
"""What the threads of a process have done, and the report of what `run` measured.

figures.py sample PID     threads, context switches and memory of a process and of the kernel, as JSON; waits for the middle of a second
figures.py report --rows FILE --environment FILE --out DIR
                          puts the rows into DIR/models.json, in the place of older ones of the same measurement, draws DIR/models.svg
                          and prints tables; if DIR/../why-event-loop.md exists, they also replace what stands there between markers
"""

import argparse
import json
import os
import pathlib
import re
import sys
import time
from statistics import median

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).resolve().parent.parent)]
import picture  # noqa: E402
from page import replace, table  # noqa: E402

NAMES = {
    "platform": "platform threads",
    "platform-futex": "platform threads, 32,768 futex lists",
    "virtual": "virtual threads",
    "virtual-queue": "virtual threads, a queue each",
    "loop": "event loop, plain NIO",
    "fanfare": "**event loop, Fanfare**",
}
KEY = ("part", "run", "model", "connections", "share", "busy", "label")


def field(text, name):
    found = re.search(r"^%s:\s+(\d+)" % re.escape(name), text, re.MULTILINE)
    return int(found.group(1)) if found else 0


def sample(pid):
    time.sleep((0.5 - time.time()) % 1)  # ticks come at whole seconds
    at = time.time()
    threads = voluntary = involuntary = 0
    for task in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/status" % (pid, task)) as file:
                text = file.read()
        except OSError:
            continue  # ended meanwhile
        threads += 1
        voluntary += field(text, "voluntary_ctxt_switches")
        involuntary += field(text, "nonvoluntary_ctxt_switches")
    own = pathlib.Path("/proc/%d/status" % pid).read_text()
    host = pathlib.Path("/proc/meminfo").read_text()
    tcp = re.search(r"^TCP:.* mem (\d+)", pathlib.Path("/proc/net/sockstat").read_text(), re.MULTILINE)
    with open("/proc/%d/maps" % pid) as file:
        mappings = sum(1 for _ in file)
    return {
        "at": round(at, 3), "took": round(time.time() - at, 3), "threads": threads, "voluntary": voluntary, "involuntary": involuntary,
        "rss_kb": field(own, "VmRSS"), "virtual_kb": field(own, "VmSize"), "page_tables_kb": field(own, "VmPTE"),
        "kernel_stacks_kb": field(host, "KernelStack"), "slab_kb": field(host, "Slab"), "tcp_kb": int(tcp.group(1)) * 4 if tcp else 0,
        "mappings": mappings,
    }


def scale_figure(rows):
    """The medians of the runs of one model at one number of connections."""
    count = rows[0]["connections"]

    def middle(of):
        return median(of(row) for row in rows)

    def grown(name):
        return middle(lambda row: (row["after"][name] - row["empty"][name]) / count)

    def switches(name):
        return middle(lambda row: (row["after"][name] - row["before"][name]) / (round(row["after"]["at"] - row["before"]["at"]) * count))

    def seen(name):
        return middle(lambda row: row["result"][name])

    heap = [row for row in rows if row["left"]]
    return {
        "model": rows[0]["model"], "connections": count, "runs": len(rows),
        "delivered": round(middle(lambda row: row["result"]["messages"] / row["result"]["window_s"] / count), 3),
        "threads": round(middle(lambda row: row["after"]["threads"])),
        "voluntary_switches_per_message": round(switches("voluntary"), 4),
        "involuntary_switches_per_message": round(switches("involuntary"), 4),
        "user_us_per_message": seen("server_user_us_per_msg"), "cpu_us_per_message": seen("server_cpu_us_per_msg"),
        "cores": seen("server_cores"),
        "p50_ms": seen("latency_ms_p50"), "p99_ms": seen("latency_ms_p99"), "max_ms": seen("latency_ms_max"),
        "spread_ms": seen("spread_ms_mean"),
        "gc_pauses": round(middle(lambda row: row["pauses"]["count"])),
        "gc_longest_ms": round(max(row["pauses"]["longest_ms"] for row in rows), 1),
        "open_all_s": round(middle(lambda row: row["knocked"]["seconds"]), 2) if all(row["knocked"] for row in rows) else None,
        "rss_kb_per_connection": seen("rss_kb_per_conn"),
        "heap_kb_per_connection": round(median((r["full"]["heap"] - r["left"]["heap"]) / count / 1024 for r in heap), 2) if heap else None,
        "stack_chunks_kb_per_connection":
            round(median((r["full"]["stacks"] - r["left"]["stacks"]) / count / 1024 for r in heap), 2) if heap else None,
        "kernel_stacks_kb_per_connection": round(grown("kernel_stacks_kb"), 2),
        "page_tables_kb_per_connection": round(grown("page_tables_kb"), 2),
        "slab_kb_per_connection": round(grown("slab_kb"), 2),
        "address_space_mb": round(middle(lambda row: row["after"]["virtual_kb"]) / 1024),
        "mappings": round(middle(lambda row: row["after"]["mappings"])),
    }


def scale(rows):
    groups = {}
    for row in rows:
        groups.setdefault((row["connections"], list(NAMES).index(row["model"])), []).append(row)
    return [scale_figure(groups[key]) for key in sorted(groups)]


def shown(value, form="%.1f"):
    return "–" if value is None else form % value


def scale_tables(figures):
    work = [[
        "{:,}".format(f["connections"]), NAMES[f["model"]], "{:,}".format(f["threads"]),
        "%.3f + %.3f" % (f["voluntary_switches_per_message"], f["involuntary_switches_per_message"]),
        "%.1f + %.1f" % (f["user_us_per_message"], f["cpu_us_per_message"] - f["user_us_per_message"]),
        "%.0f" % f["p50_ms"], "%.0f" % f["p99_ms"], "%.0f" % f["max_ms"], "%.0f" % f["spread_ms"], shown(f["open_all_s"], "%.2f"),
    ] for f in figures]
    memory = [[
        "{:,}".format(f["connections"]), NAMES[f["model"]], shown(f["heap_kb_per_connection"]),
        shown(f["stack_chunks_kb_per_connection"] or None), "%.1f" % f["rss_kb_per_connection"],
        "%.1f" % max(0, f["kernel_stacks_kb_per_connection"]), "%.1f" % f["page_tables_kb_per_connection"],
        "%.1f GB" % (f["address_space_mb"] / 1024), "%d, %.0f ms" % (f["gc_pauses"], f["gc_longest_ms"]) if f["gc_pauses"] else "0",
    ] for f in figures]
    return (
        table(["connections", "model", "threads", "switches per message: voluntary + involuntary", "CPU, µs per message: user + kernel",
               "p50, ms", "p99, ms", "max, ms", "spread, ms", "open all, s"], work),
        table(["connections", "model", "live heap, KB", "of it stacks", "resident, KB", "kernel stacks, KB", "page tables, KB",
               "address space", "GC pauses, longest"], memory),
    )


def slow_table(rows):
    lines = []
    for row in sorted(rows, key=lambda r: (list(NAMES).index(r["model"]), r["share"])):
        result = row["result"]
        wanted = 10 * result["window_s"] * result["expected_per_tick"]
        lines.append([
            NAMES[row["model"]], "%d %%" % round(row["share"] * 100), "%.0f %%" % (100 * result["messages"] / wanted),
            "%.1f" % result["server_cpu_us_per_msg"], "%.0f" % result["latency_ms_p50"], "%.0f" % result["latency_ms_p99"],
            "%.0f" % result["latency_ms_max"], "%.0f" % result["rss_mb_before"],
            "%.0f" % result["rss_mb_after"],
        ])
    return table(["model", "do not read", "arrived at the others", "CPU, µs per message", "p50, ms", "p99, ms", "max, ms",
                  "resident before, MB", "resident, MB"], lines)


def busy_table(rows):
    return table(["model", "connections that compute", "p50, ms", "p99, ms", "max, ms", "cores"], [[
        NAMES[row["model"]], "%d of %s" % (row["busy"], format(row["connections"], ",")),
        "%.0f" % row["result"]["latency_ms_p50"], "%.0f" % row["result"]["latency_ms_p99"], "%.0f" % row["result"]["latency_ms_max"],
        "%.2f" % row["result"]["server_cores"],
    ] for row in sorted(rows, key=lambda r: list(NAMES).index(r["model"]))])


def limits_table(rows):
    lines = []
    for row in rows:
        result = row["result"]
        per_tick = result and result["messages"] / result["window_s"]
        lines.append([
            NAMES[row["model"]] + ", " + row["label"], "{:,}".format(row["connections"]),
            "{:,}".format(result["failed"] + result["closed_by_server"]) if result else "–",
            "%.0f" % result["connect_s"] if result else "–", "{:,}".format(round(per_tick)) if result else "–",
            "%.0f" % result["latency_ms_p99"] if result else "–", "%.0f" % result["rss_mb_after"] if result else "–",
            row["refused"] or "–",
        ])
    return table(["model", "connections", "cut off", "to connect, s", "messages a second", "p99, ms", "resident, MB", "what the server said"], lines)


def caption(env):
    return "%s, %d cores, %s, Linux %s; %s; all models with `%s`; jar %s, %s." % (
        env["cpu"], env["cores"], env["memory"], env["kernel"], env["java"], env["peers"], env["jar"], env["date"])


def report(options):
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    kept = {}
    record = out / "models.json"
    if record.exists():
        kept = {tuple(row.get(k) for k in KEY): row for row in json.loads(record.read_text())["rows"]}
    for line in pathlib.Path(options.rows).read_text().splitlines():
        row = json.loads(line)
        kept[tuple(row.get(k) for k in KEY)] = row
    rows = list(kept.values())
    if not rows:
        sys.exit("nothing was measured")
    env = json.loads(pathlib.Path(options.environment).read_text())
    parts = {part: [row for row in rows if row["part"] == part] for part in ("scale", "slow", "busy", "limits")}
    figures = scale([row for row in parts["scale"] if row["result"] and row["before"] and row["after"]])
    record.write_text(json.dumps({"environment": env, "figures": figures, "rows": rows}, indent=1, ensure_ascii=False) + "\n")
    texts = {}
    if figures:
        work, memory = scale_tables(figures)
        (out / "models.svg").write_text(picture.draw(figures))
        runs = sorted({f["runs"] for f in figures})
        many = "%d" % runs[-1] if len(runs) == 1 else "%d to %d" % (runs[0], runs[-1])
        how = "One run of each." if runs == [1] else "Median of %s runs." % many
        texts["scale"] = "%s\n\n%s %s" % (work, how, caption(env))
        texts["memory"] = memory
    for part, maker in (("slow", slow_table), ("busy", busy_table), ("limits", limits_table)):
        if parts[part]:
            texts[part] = maker([row for row in parts[part] if row["result"] or part == "limits"])
    document = out.parent / "why-event-loop.md"
    for marker, text in texts.items():
        if document.exists():
            replace(document, marker, text)
        print(text + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sample").add_argument("pid", type=int)
    reported = commands.add_parser("report")
    for name in ("rows", "environment", "out"):
        reported.add_argument("--" + name, required=True)
    options = parser.parse_args()
    if options.command == "sample":
        print(json.dumps(sample(options.pid)))
    else:
        report(options)


main()
