#!/usr/bin/env python3
"""What prove.sh measured: judged, kept as JSON, shown as Markdown.

results.py row PROXY PART NAME=FILE NAME:VALUE ...     one line of JSON; exit code 1, saying why, if what was to be proven did not hold
results.py write --rows FILE --out DIR --jar FILE --repo DIR
                                                       merges the rows into DIR/proxies.json; if DIR/../proxies.md exists, its tables
                                                       are made anew
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

TITLES = {"nginx": "nginx", "haproxy": "HAProxy"}


def load_report(report):
    """What is worth keeping of a report of the load client."""
    connections, window = report["connections"], report["window"]
    return {
        "opened": connections["opened"], "failed": connections["failed"], "failedBy": connections["failedBy"],
        "closed": connections["closed"], "closedBy": connections["closedBy"], "reconnected": connections["reconnected"],
        "stalled": connections["stalled"], "faults": report["faults"], "windowSeconds": round(report["windowMillis"] / 1000, 1),
        "messages": window["messages"], "latencyMillis": window["latencyMillis"],
        "clientCpuMicrosPerMessage": round(window["cpuMicrosPerMessage"], 2),
        "failIf": [outcome["condition"] for outcome in report["failIf"] if outcome["holds"]],
    }


def started(report):
    return datetime.datetime.fromisoformat(report["startedAt"].replace("Z", "+00:00")).timestamp()


def used_in_window(report, lines):
    """CPU seconds of proxy and gateway per message, from samples ten seconds apart; the largest memory of the proxy."""
    begin = started(report) + report["rampMillis"] / 1000
    end = begin + report["windowMillis"] / 1000
    samples = [[float(field) for field in line.split()] for line in lines if len(line.split()) == 4]
    samples = [sample for sample in samples if begin <= sample[0] <= end]
    if len(samples) < 2:
        raise ValueError("the window holds %d samples of CPU, too few" % len(samples))
    first, last = samples[0], samples[-1]
    messages = report["window"]["messages"] * (last[0] - first[0]) / (end - begin)
    return {
        "seconds": round(last[0] - first[0], 1),
        "proxyCores": round((last[1] - first[1]) / (last[0] - first[0]), 3),
        "proxyMicrosPerMessage": round((last[1] - first[1]) / messages * 1e6, 2),
        "gatewayMicrosPerMessage": round((last[3] - first[3]) / messages * 1e6, 2),
        "mostMemoryKb": max(sample[2] for sample in samples),
    }


def closing(report):
    """For each transport the second, from the start, in which the first stream was closed and the one in which the last was."""
    found = {}
    for name in ("openSse", "openWebSocket"):
        most, first, last = 0, None, None
        for point in report["series"]:
            now = (point["startMillis"] + point["durationMillis"]) / 1000
            if point[name] < most and first is None:
                first = round(now)
            if point[name] == 0 and most > 0 and last is None:
                last = round(now)
            most = max(most, point[name])
        found[name] = {"firstAfterSeconds": first, "allAfterSeconds": last}
    return found


def hold(given, problems):
    direct, through, idle, mute = (given[name] for name in ("direct", "through", "idle", "mute"))
    for name, report in (("direct", direct), ("through", through), ("idle", idle)):
        problems += ["%s: %s" % (name, condition) for condition in load_report(report)["failIf"]]
    opened = sum(through["connections"]["opened"].values())
    before, after = given["before"], given["after"]
    used = used_in_window(through, given["watch"])
    if load_report(mute)["closed"] != 100:
        problems.append("without heartbeats %d of 100 streams were closed: is there a timeout at all?" % load_report(mute)["closed"])
    return {
        "direct": load_report(direct), "through": load_report(through), "idle": load_report(idle),
        "withoutHeartbeats": {**load_report(mute), "closing": closing(mute)},
        "cost": {**used, "processes": given["processes"], "memoryBeforeKb": before, "memoryAfterKb": after,
                  "kbPerConnection": round((used["mostMemoryKb"] - before) / opened, 2),
                  "descriptors": [int(number) for number in given["descriptors"].split()]},
    }


def arrivals(given, problems):
    for transport, seen in given["shipped"].items():
        if seen["mostInOneRead"] > 1 or seen["latencyMillis"]["p50"] > 50:
            problems.append("as shipped, %s: %s" % (transport, seen))
    without = given["without"]["sse"]
    if without["mostInOneRead"] == 1 and without["latencyMillis"]["p50"] < 50:
        problems.append("without '%s' nothing changes: the test shows nothing" % given["line"])
    return given


def drain(given, problems):
    clients, newcomers = given["clients"], given["newcomers"]
    signalled = given["signalled"] - started(clients)
    curve, back, most = {}, None, 500
    for point in clients["series"]:
        at = round((point["startMillis"] + point["durationMillis"] / 2) / 1000 - signalled)
        if point["healthy"]["reconnected"]:
            curve[at] = curve.get(at, 0) + point["healthy"]["reconnected"]
        if at > 0 and curve and point["openSse"] + point["openWebSocket"] < most:
            back = None
        elif at > 0 and curve and back is None:
            back = at
    problems += ["clients: " + condition for condition in load_report(clients)["failIf"]]
    if not curve:
        problems.append("nobody had to reconnect: was the gateway used?")
    if newcomers["connections"]["failed"]:
        problems.append("%d new clients were turned away" % newcomers["connections"]["failed"])
    return {"clients": load_report(clients), "newcomers": load_report(newcomers), "reconnectsBySecond": curve,
            "allBackAfterSeconds": back}


def slow(given, problems):
    for name in ("direct", "shipped"):
        if given["found"][name]["noticedAfterSeconds"] is None:
            problems.append("%s: not noticed" % name)
    return {**given.pop("found"), **given}


def ports(given, problems):
    one, three = given["one"]["answers"], given["three"]["answers"]
    if not 0 < one.get("200", 0) <= given["range"]:
        problems.append("from one address: %s" % one)
    if three != {"200": given["three"]["opened"]}:
        problems.append("from three addresses: %s" % three)
    return given


PARTS = {"hold": hold, "arrivals": arrivals, "drain-TERM": drain, "drain-KILL": drain, "slow": slow, "ports": ports}


def row(proxy, part, values):
    given, problems = {}, []
    for value in values:
        name, sign, rest = re.match(r"(\w+)([=:])(.*)", value, re.S).groups()
        if name == "watch":
            given[name] = pathlib.Path(rest).read_text().splitlines()
        else:
            given[name] = json.loads(rest if sign == ":" else pathlib.Path(rest).read_text())
    result = PARTS[part](given, problems)
    print(json.dumps({"proxy": proxy, "part": part, "held": not problems, "problems": problems, **result}))
    for problem in problems:
        print("results.py: %s: %s" % (part, problem), file=sys.stderr)
    return not problems


def run(*command):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30).stdout.strip()
    except OSError:
        return ""


def environment(proxy, jar, repo):
    version = run("nginx", "-v").rpartition("/")[2] if proxy == "nginx" else run("haproxy", "-v").split()[2]
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)
    cpu = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": run("git", "-C", repo, "rev-parse", "--short", "HEAD"),
        "jar": hashlib.sha256(pathlib.Path(jar).read_bytes()).hexdigest()[:12],
        "version": version, "kernel": platform.release(), "cores": os.cpu_count(), "cpu": cpu.group(1) if cpu else "",
        "memory": "%.0f GiB" % (int(memory) / 1024 / 1024),
    }


def write(options):
    file = pathlib.Path(options.out, "proxies.json")
    kept = json.loads(file.read_text()) if file.exists() else {}
    for line in pathlib.Path(options.rows).read_text().splitlines():
        measured = json.loads(line)
        proxy, part = measured.pop("proxy"), measured.pop("part")
        measured["environment"] = environment(proxy, options.jar, options.repo)
        kept.setdefault(proxy, {})[part] = measured
    file.write_text(json.dumps(kept, indent=1) + "\n")
    page = pathlib.Path(options.out).parent / "proxies.md"
    for part, table in tables(kept).items():
        print("\n" + table)
        if page.exists():
            text = page.read_text()
            marked = re.compile("(<!-- %s -->\n).*?(<!-- /%s -->)" % (part, part), re.S)
            page.write_text(marked.sub(lambda found: found.group(1) + table + "\n" + found.group(2), text))


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in cells) + " |" for cells in rows])


def number(value):
    return "%s" % format(value, ",") if isinstance(value, int) else str(value)


def tables(kept):
    made = {}
    have = {part: [(TITLES[proxy], kept[proxy][part]) for proxy in TITLES if part in kept.get(proxy, {})] for part in PARTS}
    if have["hold"]:
        lines = []
        for name, found in have["hold"]:
            for label, report in (("no proxy, 20 s", found["direct"]), ("%s, %g s" % (name, found["through"]["windowSeconds"]), found["through"])):
                opened, latency, faults = report["opened"], report["latencyMillis"], report["faults"]
                lines.append([label, "%s + %s" % (number(opened["sse"]), number(opened["websocket"])), number(report["messages"]),
                              sum(faults.values()) + report["failed"] + report["stalled"], report["closed"], latency["p50"], latency["p99"],
                              latency["p99.9"], latency["max"]])
        made["hold"] = table(["", "SSE + WebSocket", "messages", "faults, failed, stalled", "closed", "p50, ms", "p99, ms", "p99.9, ms", "max, ms"],
                             lines)
        lines = []
        for name, found in have["hold"]:
            cost = found["cost"]
            lines.append(["%s %s" % (name, found["environment"]["version"]), cost["proxyMicrosPerMessage"], cost["gatewayMicrosPerMessage"],
                          cost["proxyCores"], cost["kbPerConnection"], "%.0f" % (cost["memoryBeforeKb"] / 1024),
                          " + ".join(number(n) for n in cost["descriptors"] if n > 100)])
        made["cost"] = table(["", "CPU of the proxy, µs/message", "of the gateway beside it", "cores of the proxy", "memory, KB/connection",
                              "memory before, MB", "descriptors of each process"], lines)
        lines = []
        for name, found in have["hold"]:
            idle, mute = found["idle"], found["withoutHeartbeats"]
            end = mute["closing"]
            lines.append([name, "%d of 200" % (sum(idle["opened"].values()) - idle["closed"]), number(idle["messages"]), "%d of 100" % mute["closed"],
                          "%s–%s" % (end["openSse"]["firstAfterSeconds"], end["openSse"]["allAfterSeconds"]),
                          "%s–%s" % (end["openWebSocket"]["firstAfterSeconds"], end["openWebSocket"]["allAfterSeconds"])])
        made["idle"] = table(["", "open after 150 s with a tick a minute", "messages", "closed when the gateway sends nothing", "SSE, after s",
                              "WebSocket, after s"], lines)
    if have["arrivals"]:
        lines = []
        for name, found in have["arrivals"]:
            for label, seen in ((name + ", as shipped", found["shipped"]), ("%s without `%s`" % (name, found["line"]), found["without"])):
                lines.append([label] + [cell for transport in ("sse", "websocket") for cell in (
                    (seen[transport]["mostInOneRead"], seen[transport]["latencyMillis"]["p50"], seen[transport]["latencyMillis"]["max"])
                    if transport in seen else ("–", "–", "–"))])
        made["arrivals"] = table(["", "SSE: most events in a read", "p50, ms", "max, ms", "WebSocket: most in a read", "p50, ms", "max, ms"], lines)
    lines = []
    for part, signal in (("drain-TERM", "SIGTERM"), ("drain-KILL", "SIGKILL")):
        for name, found in have[part]:
            clients = found["clients"]
            curve = {int(second): count for second, count in found["reconnectsBySecond"].items()}
            lines.append(["%s, %s" % (name, signal), clients["closed"], clients["reconnected"], clients["failed"],
                          "%d of %d" % (found["newcomers"]["failed"], sum(found["newcomers"]["opened"].values()) + found["newcomers"]["failed"]),
                          found["allBackAfterSeconds"], max(curve.values(), default=0)])
    if lines:
        made["drain"] = table(["500 clients, two gateways", "closed", "came back", "turned away", "of the new ones turned away", "all back after, s",
                               "most in a second"], lines)
    if have["slow"]:
        lines = []
        for name, found in have["slow"]:
            for key, label in (("direct", "no proxy"), ("shipped", name + ", as shipped"), ("unbounded", name + " without limits of kernel buffers")):
                seen = found[key]
                noticed, closed = seen["noticedAfterSeconds"], seen["closedAfterSeconds"]
                lines.append([label, "not within %d" % found["watchedSeconds"] if noticed is None else noticed,
                              ("more than " if noticed is None else "") + "%d" % (seen["sentBytesUntilThen"] / 1024), "no" if closed is None else closed])
        made["slow"] = table(["40 clients that do not read", "all noticed after, s", "until then sent to each, KB", "all closed after, s"], lines)
    if have["ports"]:
        lines = [[name, found["one"]["answers"].get("200", 0), found["three"]["answers"].get("200", 0)] for name, found in have["ports"]]
        made["ports"] = table(["1,200 streams, 500 ports", "open from one address", "open from three"], lines)
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = parser.add_subparsers(dest="mode", required=True)
    one = modes.add_parser("row")
    one.add_argument("proxy", choices=list(TITLES))
    one.add_argument("part", choices=list(PARTS))
    one.add_argument("values", nargs="*")
    many = modes.add_parser("write")
    for name in ("rows", "out", "jar", "repo"):
        many.add_argument("--" + name, required=True)
    options = parser.parse_args()
    if options.mode == "write":
        write(options)
    elif not row(options.proxy, options.part, options.values):
        sys.exit(1)


if __name__ == "__main__":
    main()
