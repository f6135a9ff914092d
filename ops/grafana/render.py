#!/usr/bin/env python3
"""Draws the dashboard without Grafana: runs a gateway under load for about three and a half minutes with a real Prometheus
that scrapes it, executes the queries of fanfare.json and lays the panels out as the file says, on one page.

    ops/grafana/render.py --html dashboard.html [--png docs/img/dashboard.png]

Meanwhile 3,000 connections stay (3 % of them do not read), 1,000 come, leave and come back, and 1,000 more knock while there is
room for 400. Needs java, both built jars (GATEWAY_JAR, LOAD_JAR, GATEWAY_JAVA name others), prometheus, and chromium for --png.
It puts load on the machine: nothing else should be measured meanwhile.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # nothing of ours shall lie about in the tree

import chart  # noqa: E402
import dashboard  # noqa: E402
import live  # noqa: E402

SCRAPE = 2
LIMIT = 4_400
GATEWAY = ["-Xmx256m", "-Xmn16m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC"]
SECONDS = 205
# (start, end, connections, further options): seconds from the beginning
LOAD = [
    (8, 200, 3_000, ["--slow-share", "0.03", "--ramp", "500/s", "--reconnect"]),
    (45, 85, 1_000, ["--ramp", "500/s"]),
    (90, 190, 1_000, ["--ramp", "1000/s"]),
    (130, 160, 1_000, ["--ramp", "500/s", "--reconnect"]),
]


def run_load(stage, java, load_jar, begin):
    """Starts and ends the load clients on time; returns when SECONDS are over."""
    running, waiting = [], sorted(LOAD)
    try:
        while time.time() < begin + SECONDS:
            now = time.time() - begin
            while waiting and waiting[0][0] <= now:
                _, end, connections, options = waiting.pop(0)
                command = [java, "-Xmx256m", "-jar", str(load_jar), "--url", stage.gateway_url, "-n", str(connections),
                           "--workers", "1", "--duration", "10m", *options]
                log = open(stage.folder / f"load-{end}.log", "wb")
                running.append((end, subprocess.Popen(command, stdout=log, stderr=log)))
                log.close()
            for end, client in running:
                if now >= end and client.poll() is None:
                    client.terminate()
            time.sleep(0.2)
    finally:
        for _, client in running:
            if client.poll() is None:
                client.terminate()
            client.wait(30)


def in_range(stage, expr, start, end):
    found = []
    for series in stage.api("query_range", query=expr, start=start, end=end, step=SCRAPE)["result"]:
        points = [(float(at), float(value)) for at, value in series["values"] if value != "NaN"]
        if points:
            found.append((series["metric"], points))
    return found


def draw(stage, panel, values, start, end, marks):
    grid = panel["gridPos"]
    if panel["type"] == "row":
        return f'<h2 style="{chart.place(grid)}">⌄ {panel["title"]}</h2>'
    asked = [(dashboard.fill(target["expr"], values), target["legendFormat"]) for target in panel["targets"]]
    if panel["type"] == "timeseries":
        series = []
        for expr, legend in asked:
            named = [(chart.legend_text(legend, labels), points) for labels, points in in_range(stage, expr, start, end)]
            series += sorted(named)
        body = chart.timeseries(panel, series, start, end, SCRAPE, marks)
    else:
        result = stage.api("query", query=asked[0][0], time=end)["result"]
        if panel["type"] == "stat":
            body = chart.stat(panel, float(result[0]["value"][1]) if result else None)
        else:
            body = chart.table(panel, [{**row["metric"], "Value": row["value"][1]} for row in result])
    return f'<section style="{chart.place(grid)}"><h3>{panel["title"]}</h3>{body}</section>'


def page(stage, board, start, end):
    values = {"job": "fanfare", "instance": ".+", "__rate_interval": f"{4 * SCRAPE}s"}
    alerts = next(a["expr"] for a in board["annotations"]["list"] if a["name"] == "Alerts")
    marks = [(points[0][0], labels["alertname"]) for labels, points in in_range(stage, dashboard.fill(alerts, values), start, end)]
    for at, name in marks:
        print(f"alert {name} fired {at - start:.0f} s after the beginning")
    # Instant values as of the busiest time: at the end everybody has left.
    busy = start + 150
    panels = [draw(stage, panel, values, start, end if panel["type"] == "timeseries" else busy, marks) for panel in board["panels"]]
    note = (f"drawn by ops/grafana/render.py from Prometheus, not by Grafana · {time.strftime('%Y-%m-%d %H:%M', time.gmtime(start))} UTC"
            f" · single values as of {time.strftime('%H:%M:%S', time.gmtime(busy))}")
    return chart.page(board["title"], note, panels, max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in board["panels"]))


def screenshot(page_file, png):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("render.py: chromium is missing, no picture was made")
    height = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in dashboard.load()["panels"]) * chart.ROW + 50
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}",
                        f"--window-size={24 * chart.CELL + chart.GAP},{height}", f"--screenshot={png}", page_file.resolve().as_uri()],
                       check=True, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--html", type=Path, required=True, help="page to write")
    options.add_argument("--png", type=Path, help="picture of it to write")
    given = options.parse_args()
    load_jar = Path(os.environ.get("LOAD_JAR") or live.REPO / "load-client" / "target" / "load-client.jar")
    java = os.environ.get("GATEWAY_JAVA", "java")
    for needed in (live.jar(), load_jar):
        if not needed.is_file():
            sys.exit(f"render.py: no {needed}; run: mvn -q -DskipTests package")
    if not shutil.which("prometheus"):
        sys.exit("render.py: prometheus is missing (Debian: apt-get install prometheus)")
    gateway_options = ["--interval", "500ms", "--set", f"limits.max-connections={LIMIT}"]
    with live.Stage(live.jar(), java, GATEWAY, gateway_options, SCRAPE, 8080) as stage:
        begin = time.time()
        run_load(stage, java, load_jar, begin)
        start, end = int(begin), int(begin) + SECONDS
        given.html.write_text(page(stage, dashboard.load(), start, end), encoding="utf-8")
    print(f"wrote {given.html}")
    if given.png:
        screenshot(given.html, given.png)
        print(f"wrote {given.png}: {given.png.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
