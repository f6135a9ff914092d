#!/usr/bin/env python3
"""Turns the rows that the scripts of this folder measured into JSON, Markdown and a chart.

results.py environment --java PATH --gateway-opts S --gateway-args S --peer-opts S --jar FILE --repo DIR
results.py threads PID                      CPU seconds by thread name, as JSON
results.py classes BEFORE AFTER N           bytes per connection by class, from two class histograms, as JSON
results.py events FILE                      bytes allocated by thread name, from `jfr print --json`, as JSON
results.py report FILE                      what the tables take of a report of the load client, as JSON
results.py KIND --rows FILE --environment FILE --out DIR
                                            KIND: compare, memory, idle, accept, allocation, fleet, steps, jmh, channels, http2, tls,
                                                  compression

The last form writes DIR/KIND.json (compare also KIND.svg) and prints a Markdown table. If a file DIR.md exists, the table also
replaces what stands there between <!-- KIND --> and <!-- /KIND -->. http2 and tls are measured in parts: rows of other targets are kept from
DIR/KIND.json if the jar is the same.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
from statistics import mean, median

sys.dont_write_bytecode = True
import chart  # noqa: E402
from page import replace, table  # noqa: E402

NAMES = {
    "floor": "`floor`: one `send` per connection, C",
    "gateway-ws": "**Fanfare, WebSocket**",
    "gateway-sse": "**Fanfare, SSE**",
    "gateway-ws-1": "**Fanfare, WebSocket, one worker loop**",
    "gateway-sse-1": "**Fanfare, SSE, one worker loop**",
    "nchan-ws": "Nchan (nginx), WebSocket",
    "nchan-sse": "Nchan (nginx), SSE",
    "node-ws": "Node.js `ws`, WebSocket",
    "vertx-ws": "Vert.x, WebSocket",
    "vertx-sse": "Vert.x, SSE",
    "webflux-sse": "Spring WebFlux, SSE",
    "ws": "WebSocket",
    "sse": "SSE",
}
ACCEPTED = {
    "gateway-ws": "**Fanfare, WebSocket upgrade**",
    "gateway-sse": "**Fanfare, SSE**",
    "floor": "`floor`: canned upgrade, C",
    "nginx": "nginx, `return 200`",
    "nchan": "Nchan (nginx), WebSocket upgrade",
}


def run(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
        return done.stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def first_line(text):
    return text.splitlines()[0] if text else ""


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def peer_versions(repo):
    versions = {}
    pom = pathlib.Path(repo, "ops/bench/peers/pom.xml").read_text()
    for name in ("vertx", "spring", "reactor-netty"):
        versions[name] = re.search("<%s.version>(.*?)<" % name, pom).group(1)
    package = json.loads(pathlib.Path(repo, "ops/bench/peers/node-ws/package.json").read_text())
    versions["ws"] = package["dependencies"]["ws"]
    versions["node"] = run("node", "--version").lstrip("v")
    versions["nginx"] = run("nginx", "-v").rpartition("/")[2].split()[0] if run("nginx", "-v") else ""
    versions["nchan"] = run("dpkg-query", "-W", "-f", "${Version}", "libnginx-mod-nchan")
    return versions


def environment(options):
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)
    java = run(options.java, "-version").splitlines()
    jar = pathlib.Path(options.jar)
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": run("git", "-C", options.repo, "rev-parse", "--short", "HEAD"),
        "jar": hashlib.sha256(jar.read_bytes()).hexdigest()[:12] if jar.exists() else "",
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "memory": "%.0f GiB" % (int(memory) / 1024 / 1024),
        "kernel": platform.release(),
        "java": next((line for line in java if "build" in line), first_line("\n".join(java))),
        "gateway": options.gateway_opts,
        "gateway_arguments": options.gateway_args,
        "peers": options.peer_opts,
        "peer_versions": peer_versions(options.repo),
    }


def plain_name(thread):
    return re.sub(r"[-# ]*\d+$", "", re.sub(r"[-# ]*\d+$", "", thread)) or thread


def threads(pid):
    tick = os.sysconf("SC_CLK_TCK")
    seconds = {}
    for stat in pathlib.Path("/proc/%d/task" % pid).glob("*/stat"):
        name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        fields = rest.split()
        name = plain_name(name)
        seconds[name] = seconds.get(name, 0) + (int(fields[11]) + int(fields[12])) / tick
    return {name: round(spent, 3) for name, spent in sorted(seconds.items()) if spent > 0}


def histogram(path):
    found = {}
    for line in pathlib.Path(path).read_text().splitlines():
        match = re.match(r"\s*\d+:\s+(\d+)\s+(\d+)\s+(\S+)", line)
        if match:
            found[match.group(3)] = int(match.group(2))
    return found


def classes(before, after, connections):
    old, new = histogram(before), histogram(after)
    growth = {name: (size - old.get(name, 0)) / connections for name, size in new.items()}
    largest = sorted(growth.items(), key=lambda entry: -entry[1])[:20]
    return {name: round(each, 1) for name, each in largest if each >= 1}


def millis_of(moment):
    day, _, fraction = re.sub(r"(Z|[+-]\d\d:\d\d)$", "", moment).partition(".")
    whole = datetime.datetime.strptime(day, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return whole.timestamp() * 1000 + float("0." + (fraction or "0")) * 1000


def allocation(path):
    """First and last reading of every thread's counter; the seconds between; the growth by thread name."""
    readings = {}
    for event in json.loads(pathlib.Path(path).read_text())["recording"]["events"]:
        values = event["values"]
        thread = values["thread"] or {}
        name = thread.get("javaName") or thread.get("osName") or "?"
        key = (name, thread.get("osThreadId"))
        readings.setdefault(key, []).append((millis_of(values["startTime"]), values["allocated"]))
    seconds, grown = 0.0, {}
    for (name, _), all_of in readings.items():
        all_of.sort()
        (first, low), (last, high) = all_of[0], all_of[-1]
        seconds = max(seconds, (last - first) / 1000)
        if high > low:
            grown[plain_name(name)] = grown.get(plain_name(name), 0) + high - low
    return {"seconds": round(seconds, 3), "bytes": dict(sorted(grown.items(), key=lambda entry: -entry[1]))}


def slope(points):
    """Least squares through (x, y)."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def by_target(rows, key="target"):
    groups = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def ratio(value):
    return "%.2f×" % value if value else "–"


def compare_figures(rows):
    floors = {}  # of a run, before and after the gateway
    for row in rows:
        if row["target"] == "floor":
            floors.setdefault(row["run"], []).append(row["result"])
    figures = []
    for target, group in by_target(rows).items():

        def middle(key):
            return median(row["result"][key] for row in group)

        def against_floor(key):
            pairs = [(row["result"][key], mean(floor[key] for floor in floors[row["run"]])) for row in group if row["run"] in floors]
            return median(mine / floor for mine, floor in pairs) if all(floor for _, floor in pairs) and pairs else 0

        result = {key: middle(key) for key in group[0]["result"] if key != "mode"}
        due = sum(row["result"]["expected_per_tick"] * row["result"]["window_s"] for row in group)
        figures.append({
            "target": target,
            "runs": len(group),
            "median": result,
            "cpu_to_floor": round(against_floor("server_cpu_us_per_msg"), 3),
            "spread_to_floor": round(against_floor("spread_ms_mean"), 3),
            "p99_to_floor": round(against_floor("latency_ms_p99"), 3),
            "delivered": round(sum(row["result"]["messages"] for row in group) / due, 3) if due else 0,
            "lost_connections": sum(row["result"]["failed"] + row["result"]["closed_by_server"] for row in group),
        })
    return figures


def compare(rows):
    figures = compare_figures(rows)
    lines = []
    for figure in figures:
        result = figure["median"]
        name = NAMES[figure["target"]]
        if figure["lost_connections"]:
            name += " (%d connections failed)" % figure["lost_connections"]
        if figure["delivered"] < 0.85:
            name += " (%.0f %% of the messages)" % (figure["delivered"] * 100)
        timed = result["latency_ms_p50"] > 0
        lines.append([
            name,
            "%.2f" % result["server_cpu_us_per_msg"],
            ratio(figure["cpu_to_floor"]),
            "%.1f" % result["rss_kb_per_conn"],
            "%.0f" % result["spread_ms_mean"],
            ratio(figure["spread_to_floor"]),
            "%.0f" % result["latency_ms_p50"] if timed else "–",
            "%.0f" % result["latency_ms_p99"] if timed else "–",
            ratio(figure["p99_to_floor"]) if timed else "–",
        ])
    head = ["server", "CPU, µs/message", "to floor", "memory, KB/connection", "spread, ms", "to floor", "p50, ms", "p99, ms", "to floor"]
    return figures, table(head, lines)


def memory(rows):
    figures = []
    for transport, group in by_target([row for row in rows if "points" in row], "transport").items():
        heap = [slope([(p["connections"], p["live_heap_bytes"]) for p in row["points"]]) for row in group]
        rss = [slope([(p["connections"], p["rss_kb"]) for p in row["points"]]) for row in group]
        figures.append({
            "transport": transport,
            "runs": len(group),
            "heap_bytes_per_connection": round(median(heap)),
            "rss_kb_per_connection": round(median(rss), 2),
            "counts": [p["connections"] for p in group[0]["points"]],
            "classes": group[-1]["classes"],
        })
    head = ["transport", "live heap, bytes/connection", "resident memory, KB/connection", "largest on the heap, bytes/connection"]
    lines = [
        [
            NAMES[f["transport"]],
            "{:,}".format(f["heap_bytes_per_connection"]),
            "%.2f" % f["rss_kb_per_connection"],
            ", ".join("`%s` %.0f" % (name.rpartition(".")[2], size) for name, size in list(f["classes"].items())[:5]),
        ]
        for f in figures
    ]
    return figures, table(head, lines)


def idle(rows):
    figures = []
    for transport, group in by_target(rows, "transport").items():
        figures.append({
            "transport": transport,
            "runs": len(group),
            "connections": group[0]["connections"],
            "seconds": group[0]["seconds"],
            "micros_per_connection_second": round(
                median(r["cpu_s"] * 1e6 / r["connections"] / r["seconds"] for r in group), 3),
            "threads": {name: round(spent - group[-1]["before"].get(name, 0), 3) for name, spent in group[-1]["after"].items()},
            "cores": round(median(r["cpu_s"] / r["seconds"] for r in group), 4),
            "cores_without_connections": round(median(r["empty_cpu_s"] / r["empty_seconds"] for r in group), 4),
        })
    head = ["transport", "idle connections", "CPU, µs per connection and second", "cores in all", "cores without a connection"]
    lines = [
        [
            NAMES[f["transport"]],
            "{:,}".format(f["connections"]),
            "%.2f" % f["micros_per_connection_second"],
            "%.4f" % f["cores"],
            "%.4f" % f["cores_without_connections"],
        ]
        for f in figures
    ]
    return figures, table(head, lines)


def accept(rows):
    figures = []
    for target, group in by_target(rows).items():
        each = []
        for row in group:
            opened = row["result"]["opened"]
            micros = {
                thread: (seconds - row["before"].get(thread, 0)) * 1e6 / opened for thread, seconds in row["after"].items()
            }
            each.append({thread: spent for thread, spent in micros.items() if spent > 0})
        total = median(sum(spent for thread, spent in micros.items() if "CompilerThre" not in thread) for micros in each)
        boss = median(micros.get("boss", 0) for micros in each)
        figures.append({
            "target": target,
            "runs": len(group),
            "per_second_beside_client": round(median(row["result"]["per_second"] for row in group)),
            "failed": sum(row["result"]["failed"] for row in group),
            "micros_each": round(total, 2),
            "micros_boss": round(boss, 2),
            "threads": {thread: round(median(m.get(thread, 0) for m in each), 2) for thread in each[0]},
            "per_core_second": round(1e6 / total) if total else 0,
        })
    head = ["server", "opened per second, client on the same cores", "server CPU without JIT, µs each", "of it on the accepting thread", "possible per core and second"]
    lines = [
        [
            ACCEPTED[f["target"]] + (" (%d failed)" % f["failed"] if f["failed"] else ""),
            "{:,}".format(f["per_second_beside_client"]),
            "%.1f" % f["micros_each"],
            "%.1f" % f["micros_boss"] if f["micros_boss"] else "–",
            "{:,}".format(f["per_core_second"]),
        ]
        for f in figures
    ]
    return figures, table(head, lines)


def allocation_table(rows):
    figures = []
    for transport, group in by_target(rows, "transport").items():
        each = []
        for row in group:
            rate = row["result"]["messages"] / row["result"]["window_s"]
            delivered = rate * row["allocated"]["seconds"]
            each.append({name: size / delivered for name, size in row["allocated"]["bytes"].items()})
        workers = median(sum(b for name, b in row.items() if name.startswith("worker")) for row in each)
        ticker = median(sum(b for name, b in row.items() if name.startswith("ticker")) for row in each)
        figures.append({
            "transport": transport,
            "runs": len(group),
            "messages_per_second": round(median(r["result"]["messages"] / r["result"]["window_s"] for r in group)),
            "seconds": group[0]["allocated"]["seconds"],
            "worker_bytes_per_message": round(workers, 3),
            "ticker_bytes_per_message": round(ticker, 3),
            "threads": {name: round(b, 3) for name, b in each[0].items() if b >= 0.001},
        })
    head = ["transport", "messages/s", "bytes allocated per delivered message: worker loops", "ticker (makes and encodes the tick)", "together"]
    lines = [
        [
            NAMES[f["transport"]],
            "{:,}".format(f["messages_per_second"]),
            "%.2f" % f["worker_bytes_per_message"],
            "%.2f" % f["ticker_bytes_per_message"],
            "%.2f" % (f["worker_bytes_per_message"] + f["ticker_bytes_per_message"]),
        ]
        for f in figures
    ]
    return figures, table(head, lines)


STEPS = {
    "as-is": "**as it is**",
    "queued": "every frame through Netty's outbound buffer (decision 1 undone)",
    "one-slice": "a broadcast in one piece (11 undone)",
    "own-buffers": "an adaptive receive buffer per connection (13 undone)",
    "no-low-water": "`TCP_NOTSENT_LOWAT` off (4 undone)",
    "nio": "`--transport nio`",
    "io-uring": "`--transport io-uring` (12)",
    "one-worker": "`--workers 1`",
}


def steps(rows):
    """One decision undone at a time; ratios are to the gateway as it is in the same run."""
    before = {row["run"]: row["result"] for row in rows if row["target"] == "as-is"}
    keys = ("server_cpu_us_per_msg", "server_user_us_per_msg", "rss_kb_per_conn", "spread_ms_mean", "latency_ms_p99")
    figures = []
    for target, group in by_target(rows).items():
        ratios = [
            row["result"]["server_cpu_us_per_msg"] / before[row["run"]]["server_cpu_us_per_msg"] for row in group if row["run"] in before
        ]
        figure = {key: round(median(row["result"][key] for row in group), 2) for key in keys}
        figures.append({"target": target, "runs": len(group), "cpu_to_as_is": round(median(ratios), 3) if ratios else None, **figure})
    head = ["gateway", "CPU, µs/message", "to as it is", "of it user", "memory, KB/connection", "spread, ms", "p99, ms"]
    lines = [
        [
            STEPS[f["target"]],
            "%.2f" % f["server_cpu_us_per_msg"], ratio(f["cpu_to_as_is"]), "%.2f" % f["server_user_us_per_msg"],
            "%.1f" % f["rss_kb_per_conn"], "%.0f" % f["spread_ms_mean"], "%.0f" % f["latency_ms_p99"],
        ]
        for f in figures
    ]
    return figures, table(head, lines)


def fleet(rows, out):
    """Processes on one machine: what drains or the load client saw; the worst process counts for p99 and max."""
    names = {
        "load": "**Fanfare**, half SSE, half WebSocket, read by the load client",
        "gateway": "**Fanfare**, half SSE, half WebSocket, read by drains",
        "floor": "`floor`, WebSocket, read by drains",
    }
    figures = []
    for row in rows:
        sockets = 2 * row["connections"]
        figure = {key: row[key] for key in ("target", "connections", "processes", "seconds", "gc_pauses", "gc_max_ms")}
        figure["kernel_kb_per_socket"] = round((row["slab_kb"] + 4 * row["tcp_pages"]) / sockets, 2)
        if row["target"] == "load":
            seen = json.loads((out / row["report"]).read_text())
            window = seen["window"]
            latency = window["latencyMillis"]
            figure.update(server_cores=round(row["server_cores"], 3), rss_kb=round(row["rss_grown_kb"] / row["connections"], 2),
                          client_cores=round(window["cpuSeconds"] * 1000 / seen["windowMillis"], 3), messages=window["messages"],
                          faults=sum(seen["faults"].values()), p50=latency["p50"], p99=latency["p99"], p999=latency["p99.9"],
                          max=latency["max"], lost_connections=seen["connections"]["failed"] + seen["connections"]["closed"])
        else:
            results = row["results"]
            figure.update(server_cores=round(sum(r["server_cores"] for r in results), 3),
                          rss_kb=round(mean(r["rss_kb_per_conn"] for r in results), 2),
                          client_cores=round(sum(r["drain_cpu_us_per_msg"] * r["messages"] / r["window_s"] for r in results) / 1e6, 3),
                          messages=sum(r["messages"] for r in results), p50=round(median(r["latency_ms_p50"] for r in results)),
                          p99=max(r["latency_ms_p99"] for r in results), p999=max(r["latency_ms_p999"] for r in results),
                          max=max(r["latency_ms_max"] for r in results),
                          lost_connections=sum(r["failed"] + r["closed_by_server"] for r in results))
        figures.append(figure)
    floor_p99 = next((f["p99"] for f in figures if f["target"] == "floor"), None)
    head = ["servers", "messages", "connections lost", "p50, ms", "p99, ms", "to floor", "p99.9, ms", "max, ms", "server, cores", "client, cores",
            "server memory, KB/connection", "kernel memory, KB/socket", "GC pauses, longest"]
    lines = [
        [
            "%d × %s" % (f["processes"], names[f["target"]]),
            "{:,}".format(f["messages"]) + (", %d faults" % f["faults"] if "faults" in f else ""),
            str(f["lost_connections"]),
            "%.0f" % f["p50"], "%.0f" % f["p99"], ratio(floor_p99 and f["p99"] / floor_p99), "%.0f" % f["p999"], "%.0f" % f["max"],
            "%.2f" % f["server_cores"], "%.2f" % f["client_cores"], "%.2f" % f["rss_kb"], "%.2f" % f["kernel_kb_per_socket"],
            "%d, %.1f ms" % (f["gc_pauses"], f["gc_max_ms"]) if f["gc_pauses"] else "–",
        ]
        for f in figures
    ]
    return figures, table(head, lines)


def read_report(path):
    seen = json.loads(pathlib.Path(path).read_text())
    window, connections = seen["window"], seen["connections"]
    return {
        "opened": connections["opened"], "failed": connections["failed"], "closed": connections["closed"], "stalled": connections["stalled"],
        "http2Connections": connections["http2Connections"], "tls": connections["tls"], "openMillis": connections["openMillis"],
        "rampMillis": seen["rampMillis"], "windowMillis": seen["windowMillis"], "faults": seen["faults"], "messages": window["messages"],
        "messagesPerSecond": window["messagesPerSecond"], "bytes": window["bytes"], "latencyMillis": window["latencyMillis"],
        "cpuSeconds": window["cpuSeconds"], "cpuMicrosPerMessage": window["cpuMicrosPerMessage"], "tlsProvider": seen["environment"].get("tls"),
    }


def complaints(seen):
    """What went wrong, in words; empty if nothing did."""
    wrong = dict(seen["faults"], failed=seen["failed"], ended=seen["closed"], stalled=seen["stalled"])
    return ", ".join("%s %s" % ("{:,}".format(count), name) for name, count in wrong.items() if count)


def micros_per_message(row):
    return row["cpu_s"] * 1e6 / (row["report"]["messagesPerSecond"] * row["seconds"])


HTTP2 = {"clear": "in the clear (prior knowledge)", "tls": "over TLS (ALPN)"}


def http2(rows):
    latest = {row["target"]: row for row in rows}
    figures, lines = [], []
    for target, name in HTTP2.items():
        row, heap = latest.get(target), latest.get(target + "-heap")
        if not row and not heap:
            continue
        figure = {"target": target, "connections": (row or heap)["connections"], "streams_each": (row or heap)["streams_each"]}
        if row:
            seen, latency = row["report"], row["report"]["latencyMillis"]
            figure.update(
                messages=seen["messages"], wrong=complaints(seen), p50=latency["p50"], p99=latency["p99"], p999=latency["p99.9"], max=latency["max"],
                cpu_us=round(micros_per_message(row), 2), server_cores=round(row["cpu_s"] / row["seconds"], 3),
                client_cores=round(seen["cpuSeconds"] * 1000 / seen["windowMillis"], 3), rss_kb=round(row["rss_grown_kb"] / row["connections"], 2),
                rss_mb=round(row["rss_kb"] / 1024), gc_pauses=row["gc_pauses"], gc_max_ms=row["gc_max_ms"],
                opened_per_second=round(row["connections"] * 1000 / seen["rampMillis"]), http2_connections=seen["http2Connections"])
        if heap:
            figure.update(heap_bytes=round(heap["live_heap_bytes"] / heap["connections"]), classes=heap["classes"])
        figures.append(figure)
        lines.append([
            "{:,} streams, {:,} connections, {}".format(figure["connections"], figure["connections"] // figure["streams_each"], name),
            ("{:,}, {}".format(figure["messages"], figure["wrong"] or "0 faults")) if row else "–",
            *(["%d" % figure[key] for key in ("p50", "p99", "p999", "max")] if row else ["–"] * 4),
            *(["%.2f" % figure["cpu_us"], "%.2f" % figure["server_cores"], "%.2f" % figure["client_cores"], "%.2f" % figure["rss_kb"]]
              if row else ["–"] * 4),
            "{:,}".format(figure["heap_bytes"]) if heap else "–",
            ("%d, %.0f ms" % (figure["gc_pauses"], figure["gc_max_ms"])) if row else "–",
        ])
    head = ["SSE over HTTP/2 into one process", "messages", "p50, ms", "p99, ms", "p99.9, ms", "max, ms", "server CPU, µs/message", "server, cores",
            "client, cores", "resident memory, KB/stream", "live heap, bytes/stream", "GC pauses, longest"]
    return figures, table(head, lines)


def spent(row):
    """CPU by thread name for one accepted connection, in microseconds, without the JIT."""
    each = {name: (seconds - row["before"].get(name, 0)) * 1e6 / row["connections"] for name, seconds in row["after"].items()}
    return {name: round(micros, 2) for name, micros in each.items() if micros > 0 and "CompilerThre" not in name}


TLS = {"sse": "SSE", "sse-tls": "SSE, TLS", "ws": "WebSocket", "ws-tls": "WebSocket, TLS"}
HANDSHAKES = {"accept": "in the clear", "accept-full": "TLS, full handshakes", "accept-resumed": "TLS, sessions resumed where there is one"}


def tls(rows):
    latest = {row["target"]: row for row in rows}
    figures, lines = [], []
    for target in [target for target in TLS if target in latest]:
        row, clear = latest[target], latest.get(target.partition("-")[0])
        seen, latency = row["report"], row["report"]["latencyMillis"]
        cpu, rss = micros_per_message(row), row["rss_grown_kb"] / row["connections"]
        figures.append({"target": target, "messages": seen["messages"], "wrong": complaints(seen), "cpu_us": round(cpu, 2), "rss_kb": round(rss, 2),
                        "client_rss_kb": round(row["client_rss_kb"] / row["connections"], 2), "latency": latency})
        lines.append([
            TLS[target], "{:,}, {}".format(seen["messages"], complaints(seen) or "0 faults"), "%.2f" % cpu,
            ratio(clear and clear is not row and cpu / micros_per_message(clear)), "%.1f" % rss, "%d" % latency["p50"], "%d" % latency["p99"],
            "%.1f" % seen["cpuMicrosPerMessage"],
        ])
    head = ["HTTP/1.1", "messages", "server CPU, µs/message", "to in the clear", "resident memory, KB/connection", "p50, ms", "p99, ms",
            "client CPU, µs/message"]
    text = table(head, lines)
    lines = []
    for target in [target for target in HANDSHAKES if target in latest]:
        row = latest[target]
        seen, threads_of = row["report"], spent(row)
        each, shaken = sum(threads_of.values()), seen["tls"]
        opened = sum(seen["opened"].values())
        figures.append({"target": target, "opened": opened, "failed": seen["failed"], "per_second": round(opened * 1000 / seen["rampMillis"]),
                        "micros_each": round(each, 1), "threads": threads_of, "tls": shaken})
        lines.append([
            HANDSHAKES[target] + (" (%d failed)" % seen["failed"] if seen["failed"] else ""), "{:,}".format(round(opened * 1000 / seen["rampMillis"])),
            "%.0f" % each, "{:,}".format(round(1e6 / each)),
            "%.0f %%" % (100 * shaken["resumed"] / shaken["handshakes"]) if shaken["handshakes"] else "–",
            "%d, %d" % (shaken["millis"]["p50"], shaken["millis"]["p99"]) if shaken["handshakes"] else "–",
        ])
    if lines:
        head = ["SSE streams opened", "per second, client on the same cores", "server CPU without JIT, µs each", "possible per core and second", "resumed",
                "handshake p50, p99, ms"]
        text += "\n\n" + table(head, lines)
    return figures, text


def with_kept(rows, kind, env, out):
    """Rows of targets that were measured before, with the same jar on the same machine, and not now."""
    old = out / (kind + ".json")
    if not old.exists():
        return rows
    record = json.loads(old.read_text())
    same = all(record["environment"][key] == env[key] for key in ("jar", "cpu", "cores", "kernel", "java", "gateway", "gateway_arguments"))
    now = {row["target"] for row in rows}
    return ([row for row in record["rows"] if row["target"] not in now] if same else []) + rows


CHANNELS = {
    "ingest": "as many as are taken, bulks of 100",
    "half": "25,000/s, bulks of 50",
    "single": "as many as are taken, one a request, pipelined",
    "wide": "as many as are taken, bulks of 100",
    "many": "2,000/s, bulks of 20",
}
HOT = {
    "ticks": "`ticks`, conflating",
    "hot": "a channel with history, published over HTTP",
    "ticks-base": "`ticks` of another gateway (`TICKS_JAR`)",
}
JIT = ("C1 CompilerThre", "C2 CompilerThre")


def published(rows):
    """Publishing: what the server's threads spent on a publication from its start to the end, without the JIT's share."""
    figures, lines = [], []
    for target, group in by_target([row for row in rows if row["target"] in CHANNELS], "target").items():
        results = [row["result"] for row in group]

        def middle(key):
            return median(result[key] for result in results)

        first = results[0]
        threads = {}
        for row in group:
            spent = {name: s - row["before"].get(name, 0) for name, s in row["after"].items()}
            whole = sum(spent.values())
            for name, s in spent.items():
                threads.setdefault(name, []).append(s / whole)
        figure = {
            "target": target,
            "runs": len(group),
            "accepted_per_second": round(median(r["accepted"] / r["seconds"] for r in results)),
            "deliveries_per_second": round(median(r["delivered"] / r["seconds"] for r in results)),
            "server_us_per_publication": round(median(r["cpu_s"] * 1e6 / r["accepted"] for r in results), 2),
            "server_system_us_per_publication": round(median(r["system_s"] * 1e6 / r["accepted"] for r in results), 2),
            "server_cores": round(median(r["cpu_s"] / r["seconds"] for r in results), 2),
            "client_cores": round(median(r["client_s"] / r["seconds"] for r in results), 2),
            "refused": sum(r["refused"] for r in results),
            "lost": sum(max(0, r["lost"]) for r in results),
            "rss_grown_kb": round(median(row["rss_grown_kb"] for row in group)),
            "gc_max_ms": max(row["gc_max_ms"] for row in group),
            "thread_shares": {n: round(median(v), 3) for n, v in sorted(threads.items(), key=lambda e: -max(e[1])) if max(v) > 0.01},
        }
        for key in ("reply_ms_p50", "reply_ms_p99", "event_ms_p50", "event_ms_p99"):
            figure[key] = round(middle(key), 1)
        figures.append(figure)
        lines.append([
            "{:,} channels, {:,} connections × {}; {}".format(first["channels"], first["connections"], first["channels_each"], CHANNELS[target]),
            "{:,}".format(figure["accepted_per_second"]),
            "{:,}".format(figure["deliveries_per_second"]),
            "%.1f" % figure["server_us_per_publication"],
            "%.2f" % figure["server_cores"],
            "%.2f" % figure["client_cores"],
            "%.1f" % figure["reply_ms_p99"],
            "%.1f" % figure["event_ms_p50"],
            "%.1f" % figure["event_ms_p99"],
            "%d, %d" % (figure["refused"], figure["lost"]),
            "%.0f" % figure["gc_max_ms"],
        ])
    head = ["load", "publications/s", "deliveries/s", "server CPU, µs/publication", "server, cores", "client, cores",
            "reply p99, ms", "event p50, ms", "p99, ms", "refused, lost", "longest GC pause, ms"]
    return figures, table(head, lines) if lines else ""


def hot(rows):
    """One channel that everybody hears beside the ticks of the same run."""
    found = [row for row in rows if row["target"] in HOT]
    base = {}
    for row in found:
        if row["target"] == "ticks":
            base.setdefault(row["run"], []).append(row["result"]["server_cpu_us_per_msg"])
    figures, lines = [], []
    for target, group in by_target(found).items():
        figure = {"target": target, "runs": len(group)}
        figure["to_ticks"] = round(median(row["result"]["server_cpu_us_per_msg"] / mean(base[row["run"]]) for row in group), 3)
        for key in ("server_cpu_us_per_msg", "server_user_us_per_msg", "spread_ms_mean", "latency_ms_p50", "latency_ms_p99"):
            figure[key] = round(median(row["result"][key] for row in group), 2)
        figures.append(figure)
        lines.append([HOT[target], "%.2f" % figure["server_cpu_us_per_msg"], "%.2f×" % figure["to_ticks"]]
                     + ["%.2f" % figure["server_user_us_per_msg"], "%.0f" % figure["spread_ms_mean"]]
                     + ["%.0f" % figure["latency_ms_p50"], "%.0f" % figure["latency_ms_p99"]])
    head = ["one channel, all connections, SSE", "CPU, µs/message", "to ticks", "of it user", "spread, ms", "p50, ms", "p99, ms"]
    return figures, table(head, lines) if lines else ""


def plain_class(name):
    """As it stands in a source: byte[], HashMap$Node[]."""
    arrays = {"[B": "byte[]", "[I": "int[]", "[J": "long[]"}
    short = re.sub(r"^.*[.]", "", name).rstrip(";")
    return arrays.get(name) or (short + "[]" if name.startswith("[L") else short)


def channel_memory(rows):
    group = [row for row in rows if row["target"] == "memory"]
    if not group:
        return [], ""
    for row in group:  # room that a full collection did not bother to close
        row["classes"] = {name: size for name, size in row["classes"].items() if "FillerElement" not in name}
    sums = [sum(row["classes"].values()) for row in group]
    figure = {"target": "memory", "runs": len(group), "bytes_per_channel": round(median(sums)), "classes": group[-1]["classes"]}
    lines = [["`%s`" % plain_class(name), "%.0f" % size] for name, size in list(figure["classes"].items())[:16]]
    return [figure], table(["of it", "bytes"], [["**a channel with one subscriber, empty history**", "**%d**" % figure["bytes_per_channel"]]] + lines)


def channels(rows):
    parts = [published(rows), channel_memory(rows), hot(rows)]
    return [f for figures, _ in parts for f in figures], "\n\n".join(text for _, text in parts if text)


def compression(rows):
    figures = []
    for key, group in by_target([dict(r, target=(r["transport"], r["payload"], r["coding"])) for r in rows]).items():
        figures.append({
            "transport": key[0], "payload": key[1], "coding": key[2], "runs": len(group),
            "bytes_per_message": round(median(r["bytes"] / r["messages"] for r in group), 1),
            "micros_per_message": round(median(r["cpu_s"] * 1e6 / r["messages"] for r in group), 2),
        })
    plain = {(f["transport"], f["payload"]): f for f in figures if f["coding"] == "none"}
    head = ["transport", "payload", "coding", "bytes/message", "to plain", "server CPU, µs/message", "to plain"]
    lines = []
    for f in figures:
        base = plain.get((f["transport"], f["payload"]), f)
        lines.append([
            NAMES[f["transport"]], {"tick": "tick", "1k": "JSON, 1 KB", "4k": "JSON, 4 KB"}[f["payload"]], f["coding"],
            "%.0f" % f["bytes_per_message"], ratio(f["bytes_per_message"] / base["bytes_per_message"]),
            "%.2f" % f["micros_per_message"], ratio(f["micros_per_message"] / base["micros_per_message"])])
    return figures, table(head, lines)


def jmh(rows):
    figures, lines = [], []
    for row in rows:
        score = row["primaryMetric"]
        name = ".".join(row["benchmark"].split(".")[-2:])
        alloc = row.get("secondaryMetrics", {}).get("gc.alloc.rate.norm", {}).get("score")
        figures.append({"name": name, "score": score["score"], "error": score["scoreError"], "unit": score["scoreUnit"], "bytes": alloc})
        error = "±%.2f" % score["scoreError"] if isinstance(score["scoreError"], float) and score["scoreError"] == score["scoreError"] else ""
        lines.append([
            "`%s`" % name,
            ("%.2f %s" % (score["score"], error)).strip(),
            score["scoreUnit"],
            "%.2f" % alloc if alloc is not None else "–",
        ])
    return figures, table(["benchmark", "score", "unit", "bytes allocated per operation"], lines)


def caption(env, runs, connections):
    versions = env["peer_versions"]
    parts = ["%s, %d cores, %s, Linux %s" % (env["cpu"], env["cores"], env["memory"], env["kernel"]), env["java"]]
    parts.append("gateway `%s`" % " ".join(filter(None, [env["gateway"], env["gateway_arguments"]])))
    parts.append("commit %s, jar %s, %s" % (env["commit"], env["jar"], env["date"]))
    of = ("%d connections, " % connections if connections else "") + "median of %d run%s. " % (runs, "" if runs == 1 else "s")
    text = (of[0].upper() + of[1:] if runs else "") + "; ".join(parts) + "."
    return text, versions


def report(kind, options):
    env = json.loads(pathlib.Path(options.environment).read_text())
    if kind == "jmh":
        rows = json.loads(pathlib.Path(options.rows).read_text())
    else:
        rows = [json.loads(line) for line in pathlib.Path(options.rows).read_text().splitlines() if line.strip()]
    if not rows:
        sys.exit("nothing was measured")
    makers = {
        "compare": compare, "memory": memory, "idle": idle, "accept": accept, "allocation": allocation_table, "jmh": jmh,
        "fleet": lambda found: fleet(found, out), "steps": steps, "channels": channels,
        "http2": http2, "tls": tls, "compression": compression,
    }
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    if kind in ("http2", "tls"):
        rows = with_kept(rows, kind, env, out)
    figures, markdown = makers[kind](rows)
    runs = max(row.get("run", 0) for row in rows)
    connections = max([row["result"].get("connected", row["result"].get("opened", 0)) for row in rows if "result" in row]
                      + [row.get("connections", 0) for row in rows]
                      + [point["connections"] for row in rows for point in row.get("points", [])])
    text, versions = caption(env, runs, connections)
    if kind == "compare":
        text += "\nPeers: Nchan %(nchan)s in nginx %(nginx)s, `ws` %(ws)s on Node.js %(node)s, Vert.x %(vertx)s, Spring WebFlux %(spring)s" \
            " on Reactor Netty %(reactor-netty)s" % versions + "; JVM peers `%s`." % env["peers"]
    record = {"environment": env, "figures": figures, "rows": rows}
    (out / (kind + ".json")).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    markdown = markdown + "\n\n" + text
    if kind == "compare":
        (out / "compare.svg").write_text(chart.compare(figures, connections))
        markdown = "![CPU per delivered message, memory per connection and latency, against the peers](%s/compare.svg)\n\n" % out.name + markdown
    document = out.with_suffix(".md")
    if document.exists():
        replace(document, kind, markdown)
    print(markdown)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    described = commands.add_parser("environment")
    for name in ("java", "gateway-opts", "gateway-args", "peer-opts", "jar", "repo"):
        described.add_argument("--" + name, required=True)
    commands.add_parser("threads").add_argument("pid", type=int)
    compared = commands.add_parser("classes")
    compared.add_argument("before")
    compared.add_argument("after")
    compared.add_argument("connections", type=int)
    commands.add_parser("events").add_argument("file")
    commands.add_parser("report").add_argument("file")
    for kind in ("compare", "memory", "idle", "accept", "allocation", "fleet", "steps", "jmh", "channels", "http2", "tls", "compression"):
        reported = commands.add_parser(kind)
        for name in ("rows", "environment", "out"):
            reported.add_argument("--" + name, required=True)
    options = parser.parse_args()
    if options.command == "environment":
        print(json.dumps(environment(options)))
    elif options.command == "threads":
        print(json.dumps(threads(options.pid)))
    elif options.command == "classes":
        print(json.dumps(classes(options.before, options.after, options.connections)))
    elif options.command == "report":
        print(json.dumps(read_report(options.file)))
    elif options.command == "events":
        print(json.dumps(allocation(options.file)))
    else:
        report(options.command, options)


main()
