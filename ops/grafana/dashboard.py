"""The dashboard as Grafana reads it: its panels, queries and variables, and the rules it must keep."""

import json
import re
from pathlib import Path

FILE = Path(__file__).with_name("fanfare.json")
COLUMNS = 24
UNITS = {"short", "cps", "s", "bytes", "Bps", "percentunit", "dtdhms"}  # those of Grafana's that we use
FIELDS = {"title", "uid", "schemaVersion", "version", "time", "panels", "templating", "annotations"}


def load():
    return json.loads(FILE.read_text(encoding="utf-8"))


def queries(dashboard):
    """[(where, expression, legend)] of every query: panels and annotations."""
    found = []
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            found.append((f"{panel['title']} / {target['refId']}", target["expr"], target.get("legendFormat", "")))
    for annotation in dashboard["annotations"]["list"]:
        if "expr" in annotation:
            found.append((f"annotation {annotation['name']}", annotation["expr"], annotation.get("titleFormat", "")))
    return found


def variable_queries(dashboard):
    """[(variable, expression, label)] of label_values(expression, label)."""
    found = []
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            match = re.fullmatch(r"label_values\((.*), *([a-z_]+)\)", variable["query"]["query"])
            if not match:
                raise ValueError(f"variable {variable['name']}: {variable['query']['query']} is not label_values(…)")
            found.append((variable["name"], match.group(1), match.group(2)))
    return found


def fill(expr, values):
    """EXPR with its variables replaced: $name and ${name}."""
    filled = re.sub(r"\$\{?([a-zA-Z_]+)\}?", lambda match: values[match.group(1)], expr)
    return filled


def legend_labels(legend):
    return set(re.findall(r"\{\{ *([a-zA-Z_]+) *\}\}", legend))


def faults(dashboard):
    """What Grafana, or a person in front of it, would stumble over."""
    found = [f"no '{name}'" for name in sorted(FIELDS - dashboard.keys())]
    panels = dashboard["panels"]
    ids = [panel["id"] for panel in panels]
    found += [f"panel id {i} is used twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
    titles = [panel["title"] for panel in panels]
    found += [f"title '{t}' is used twice" for t in sorted({t for t in titles if titles.count(t) > 1})]
    names = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    if names.get("datasource", {}).get("type") != "datasource" or names["datasource"].get("query") != "prometheus":
        found.append("no variable 'datasource' that picks a Prometheus")
    taken = {}
    for panel in panels:
        found += _panel_faults(panel, taken)
    for where, expr, _ in queries(dashboard):
        used = set(re.findall(r"\$\{?([a-zA-Z_]+)\}?", expr)) - {"__rate_interval"}
        found += [f"{where}: no variable ${name}" for name in sorted(used - names.keys())]
        found += [f"{where}: does not use ${name}" for name in ("job", "instance") if name not in used]
        found += [f"{where}: a rate over a fixed time" for _ in re.findall(r"\[\d", expr)]
    return found


def _panel_faults(panel, taken):
    found, title, grid = [], panel["title"], panel["gridPos"]
    if grid["x"] < 0 or grid["w"] < 1 or grid["h"] < 1 or grid["x"] + grid["w"] > COLUMNS:
        found.append(f"{title}: {grid} is outside of the {COLUMNS} columns")
    for x in range(grid["x"], grid["x"] + grid["w"]):
        for y in range(grid["y"], grid["y"] + grid["h"]):
            if (x, y) in taken:
                return found + [f"{title}: overlaps '{taken[x, y]}'"]
            taken[x, y] = title
    if panel["type"] == "row":
        return found
    sources = [panel.get("datasource")] + [target.get("datasource") for target in panel["targets"]]
    if any(source != {"type": "prometheus", "uid": "${datasource}"} for source in sources):
        found.append(f"{title}: does not take its data from ${{datasource}}")
    if not panel.get("description"):
        found.append(f"{title}: has no description")
    if panel["type"] != "table" and panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
        found.append(f"{title}: its unit is none of {sorted(UNITS)}")
    refs = [target["refId"] for target in panel["targets"]]
    if len(set(refs)) < len(refs) or not refs:
        found.append(f"{title}: refIds are {refs}")
    return found
