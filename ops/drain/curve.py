#!/usr/bin/env python3
"""Samples, judges and draws the reconnect curve; see reconnect-curve.

curve.py sample --leaving PID --staying HOST:PORT --out FILE             until SIGTERM
curve.py result --how drain|crash --samples FILE ...                     one run as JSON; exit code 1 if it is not as it should be
curve.py write --environment FILE --json FILE --svg FILE RESULT...
"""

import argparse
import http.client
import json
import os
import re
import signal
import sys
import time
from xml.sax.saxutils import escape

STEP = 0.25
METERS = {
    "open": re.compile(r"^gateway_connections\{.*\} (\S+)$", re.M),
    "opened": re.compile(r"^gateway_connections_opened_total\{.*\} (\S+)$", re.M),
    "closed": re.compile(r"^gateway_connections_closed_total\{.*\} (\S+)$", re.M),
    "refused": re.compile(r"^gateway_connections_refused_total\{.*\} (\S+)$", re.M),
    "skipped": re.compile(r"^gateway_broadcasts_skipped_total (\S+)$", re.M),
}


def scrape(connection):
    connection.request("GET", "/metrics")
    page = connection.getresponse().read().decode()
    return {name: sum(map(float, meter.findall(page))) for name, meter in METERS.items()}


def open_files(pid):
    """None when the process has gone. Not its metrics: a gateway that drains takes no requests."""
    try:
        folder = "/proc/%d/fd" % pid
        return os.stat(folder).st_size or len(os.listdir(folder))  # the size is the number from Linux 6.2 on
    except OSError:
        return None


def sample(options):
    running = [True]
    signal.signal(signal.SIGTERM, lambda *_: running.clear())
    connection = http.client.HTTPConnection(options.staying, timeout=5)
    samples = []
    due = time.monotonic()
    while running:
        begin = time.time()
        staying = scrape(connection)
        end = time.time()
        samples.append({"at": (begin + end) / 2, "took": end - begin, "leaving": open_files(options.leaving), "staying": staying})
        due = max(due + STEP, time.monotonic())
        time.sleep(max(0, due - time.monotonic()))
    with open(options.out, "w") as out:
        json.dump(samples, out)


def per_second(points, width=1.0):
    """[(time, value)] of a counter -> [(time, growth a second over the last `width` seconds)]; between samples it is a line."""
    def at(when):
        for (t0, v0), (t1, v1) in zip(points, points[1:]):
            if t0 <= when <= t1:
                return v0 + (v1 - v0) * (when - t0) / (t1 - t0)
        return points[0][1]
    return [(t, (v - at(t - width)) / width) for t, v in points if t - width >= points[0][0]]


def result(options):
    with open(options.samples) as file:
        samples = json.load(file)
    with open(options.moving) as file:
        moving = json.load(file)
    with open(options.stayers) as file:
        stayers = json.load(file)
    told = options.told
    opened = [(s["at"] - told, s["staying"]["opened"]) for s in samples]
    files = max(s["leaving"] or 0 for s in samples)
    closed = [(s["at"] - told, min(options.connections, files - (s["leaving"] or 0))) for s in samples]
    base = max(value for when, value in opened if when <= 0)
    back = [when for when, value in opened if value - base >= options.connections]
    rates = per_second(opened)
    steps = [b - a for (a, _), (b, _) in zip(opened, opened[1:])]
    peak = max(rate for _, rate in rates)
    drained = re.search(r"drained; (\d+) connections are left", open(options.gateway_log).read())
    figures = {
        "how": options.how,
        "connections": options.connections,
        "staying": options.staying,
        "rate": options.rate,
        "spread_s": options.spread,
        "peak_opened_per_second": round(peak),
        "peak_closed_per_second": round(max((rate for _, rate in per_second(closed)), default=0)),
        "all_back_after_s": round(back[0], 2) if back else None,
        "gone_after_s": round(options.gone - told, 2),
        "exit_code": options.code,
        "cut_at_the_end": int(drained.group(1)) if drained else None,
        "samples": len(opened),
        "longest_between_samples_s": round(max(steps), 2),
        "moving": faults(moving),
        "stayers": faults(stayers),
        "broadcasts_skipped": samples[-1]["staying"]["skipped"],
        "opened_per_second": [[round(when, 2), round(rate)] for when, rate in rates],
        "closed_per_second": [[round(when, 2), round(rate)] for when, rate in per_second(closed)],
    }
    print(json.dumps(figures))
    wrong = complaints(figures)
    print("%s: all %d back after %s s, at most %d in a second (drain.rate %d); A gone after %.1f s with code %d" % (
        options.how, options.connections, figures["all_back_after_s"], peak, options.rate, figures["gone_after_s"], options.code),
        file=sys.stderr)
    print("   who moved: %s\n   who stayed: %s" % (words(figures["moving"]), words(figures["stayers"])), file=sys.stderr)
    for complaint in wrong:
        print("   NOT as it should be: " + complaint, file=sys.stderr)
    return 1 if wrong else 0


def words(part):
    return ", ".join("%s %s" % (name, value) for name, value in part.items())


def faults(report):
    """What a load client counted over its whole run."""
    return {**report["faults"], "reconnected": report["connections"]["reconnected"], "closed": report["connections"]["closed"],
            "failed tries": report["connections"]["failed"],
            "open at the end": report["series"][-1]["openSse"] + report["series"][-1]["openWebSocket"],
            "messages": report["window"]["messages"], "p99 ms": report["window"]["latencyMillis"]["p99"]}


def complaints(figures):
    wrong = []
    for name in ("moving", "stayers"):
        for fault in ("lost", "duplicated", "outOfOrder", "corrupt"):
            if figures[name][fault] != 0:
                wrong.append("%s: %s is %s" % (name, fault, figures[name][fault]))
    if figures["stayers"]["closed"] != 0:
        wrong.append("streams that stay were closed: %s" % figures["stayers"]["closed"])
    if figures["all_back_after_s"] is None:
        wrong.append("not all clients came back")
    if figures["how"] == "drain":
        # The gateway closes in steps of 50 ms, and random waits scatter: their number within a second by its root.
        if figures["peak_opened_per_second"] > figures["rate"] * 1.1:
            wrong.append("%d streams opened within a second" % figures["peak_opened_per_second"])
        if figures["exit_code"] != 0:
            wrong.append("exit code %s" % figures["exit_code"])
        if figures["cut_at_the_end"] != 0:
            wrong.append("%s connections were cut" % figures["cut_at_the_end"])
        if figures["moving"]["failed tries"] != 0:
            wrong.append("%s tries to reconnect failed" % figures["moving"]["failed tries"])
    return wrong


STYLE = """
  text { font: 13px -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif; fill: #1f2328 }
  .card { fill: #ffffff; stroke: #d1d9e0 } .head { font-weight: 600 } .dim { fill: #59636e; font-size: 12px }
  .grid { stroke: #d1d9e0 } .ours { fill: none; stroke: #0969da; stroke-width: 2 } .area { fill: #54aeff; opacity: .25 }
  .closed { fill: none; stroke: #8c959f; stroke-dasharray: 4 3 } .crash { fill: none; stroke: #cf222e; stroke-width: 2 }
  .rate { stroke: #1a7f37; stroke-dasharray: 3 3 } .t-ours { fill: #0969da } .t-crash { fill: #cf222e } .t-rate { fill: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .card { fill: #0d1117; stroke: #3d444d } .dim { fill: #9198a1 } .grid { stroke: #3d444d }
    .ours { stroke: #4493f8 } .area { fill: #1158c7; opacity: .4 } .closed { stroke: #6e7681 } .crash { stroke: #f85149 }
    .rate { stroke: #3fb950 } .t-ours { fill: #4493f8 } .t-crash { fill: #f85149 } .t-rate { fill: #3fb950 }
  }
"""
LEFT, TOP, WIDTH, HEIGHT, PANEL_GAP = 70, 62, 380, 220, 60


def picture(runs):
    titles = {"drain": "Drained (SIGTERM)", "crash": "Killed, for comparison (SIGKILL)"}
    seconds = max(5, int(max((run["all_back_after_s"] or 30) for run in runs) + 4))
    width = LEFT + len(runs) * (WIDTH + PANEL_GAP) - PANEL_GAP + 24
    height = TOP + HEIGHT + 78
    svg = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">' % (
        width, height, width, height),
        "<title>Streams opened per second on the node that stays while another one leaves</title>",
        "<style>%s</style>" % STYLE,
        '<rect class="card" x="0.5" y="0.5" width="%d" height="%d" rx="8"/>' % (width - 1, height - 1)]
    for number, run in enumerate(runs):
        svg += panel(LEFT + number * (WIDTH + PANEL_GAP), run, titles[run["how"]], seconds)
    for line, words in enumerate((
            "%s streams, half SSE, half WebSocket, leave a node; %s more stay on the other, and all get a message a second." % (
                format(runs[0]["connections"], ","), format(runs[0]["staying"], ",")),
            "Solid: streams opened on the node that stays, over the second before. Dashed: closed by the node that leaves. Mind the scales.")):
        svg.append('<text class="dim" x="18" y="%d">%s</text>' % (height - 34 + 18 * line, words))
    return "\n".join(svg + ["</svg>"]) + "\n"


def panel(left, run, title, seconds):
    top_value = max(run["peak_opened_per_second"], run["rate"]) * 1.15
    unit = next(u for u in (100, 200, 250, 500, 1000, 2000, 2500, 5000, 10000, 20000) if top_value / u <= 6)

    def x(when):
        return left + when / seconds * WIDTH

    def y(value):
        return TOP + HEIGHT - value / top_value * HEIGHT

    def line(points):
        return " ".join("%.1f,%.1f" % (x(when), y(value)) for when, value in points if 0 <= when <= seconds)

    css = "ours" if run["how"] == "drain" else "crash"
    svg = ['<text class="head" x="%d" y="30">%s</text>' % (left, escape(title))]
    svg.append('<text class="dim" x="%d" y="48">at most %s opened in a second; all back after %.0f s</text>' % (
        left, format(run["peak_opened_per_second"], ","), run["all_back_after_s"] or 0))
    value = 0
    while value <= top_value:
        svg.append('<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>' % (left, left + WIDTH, y(value), y(value)))
        svg.append('<text class="dim" text-anchor="end" x="%d" y="%.1f">%s</text>' % (left - 8, y(value) + 4, format(value, ",")))
        value += unit
    for when in range(0, seconds + 1, 5):
        svg.append('<text class="dim" text-anchor="middle" x="%.1f" y="%d">%d s</text>' % (x(when), TOP + HEIGHT + 18, when))
    if run["how"] == "drain":
        points = [p for p in run["opened_per_second"] if 0 <= p[0] <= seconds]
        svg.append('<polygon class="area" points="%.1f,%.1f %s %.1f,%.1f"/>' % (
            x(points[0][0]), y(0), line(points), x(points[-1][0]), y(0)))
        svg.append('<polyline class="closed" points="%s"/>' % line(run["closed_per_second"]))
        svg.append('<line class="rate" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>' % (left, left + WIDTH, y(run["rate"]), y(run["rate"])))
        svg.append('<text class="t-rate" text-anchor="end" x="%d" y="%.1f">drain.rate %s</text>' % (
            left + WIDTH, y(run["rate"]) - 6, format(run["rate"], ",")))
    svg.append('<polyline class="%s" points="%s"/>' % (css, line(run["opened_per_second"])))
    return svg


def write(options):
    runs = []
    for name in options.results:
        with open(name) as file:
            runs.append(json.load(file))
    with open(options.environment) as file:
        environment = {key: value for key, value in json.load(file).items() if not key.startswith("peer")}
    with open(options.json, "w") as out:
        json.dump({"command": "ops/drain/reconnect-curve", "environment": environment, "runs": runs}, out, indent=None)
        out.write("\n")
    with open(options.svg, "w") as out:
        out.write(picture(runs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    sampled = commands.add_parser("sample")
    sampled.add_argument("--leaving", required=True, type=int)
    sampled.add_argument("--staying", required=True)
    sampled.add_argument("--out", required=True)
    judged = commands.add_parser("result")
    for name in ("how", "samples", "moving", "stayers", "gateway-log"):
        judged.add_argument("--" + name, required=True)
    for name in ("connections", "staying", "rate", "spread", "code"):
        judged.add_argument("--" + name, required=True, type=int)
    for name in ("told", "gone"):
        judged.add_argument("--" + name, required=True, type=float)
    written = commands.add_parser("write")
    for name in ("environment", "json", "svg"):
        written.add_argument("--" + name, required=True)
    written.add_argument("results", nargs="+")
    options = parser.parse_args()
    return {"sample": sample, "result": result, "write": write}[options.command](options) or 0


if __name__ == "__main__":
    sys.exit(main())
