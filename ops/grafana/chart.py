"""Draws panels of a Grafana dashboard as HTML and SVG: time series, stat, table. Only what fanfare.json uses."""

import html
import math
import re
import time

PALETTE = ["#7EB26D", "#EAB839", "#6ED0E0", "#EF843C", "#E24D42", "#1F78C1", "#BA43A9", "#705DA0", "#508642", "#CCA300"]
NAMED = {"green": "#73BF69", "yellow": "#F2CC0C", "orange": "#FF9830", "red": "#F2495C", "blue": "#5794F2"}
CELL, ROW, GAP = 56, 34, 8  # pixels of one column and one row of the grid
STYLE = f"""
* {{ box-sizing: border-box }}
body {{ margin: 0; background: #111217; color: #ccccdc; font: 12px Inter, 'Helvetica Neue', Arial, sans-serif }}
header {{ padding: 10px 16px; font-size: 16px; color: #fff }}
header span {{ color: #9fa0ac; font-size: 12px; margin-left: 14px }}
main {{ position: relative; margin: 0 {GAP}px }}
section, h2 {{ position: absolute; margin: 0; overflow: hidden }}
section {{ background: #181b1f; border: 1px solid #25282e; border-radius: 2px; padding: 6px 8px; display: flex; flex-direction: column }}
h2 {{ font-size: 14px; font-weight: 500; padding-top: 8px; color: #d5d6e0 }}
h3 {{ font-size: 12.5px; font-weight: 500; margin: 0 0 2px; color: #d5d6e0 }}
svg {{ display: block; flex: none }}
svg text {{ fill: #9fa0ac; font-size: 10.5px }}
.legend {{ display: flex; flex-wrap: wrap; gap: 0 12px; font-size: 11px; line-height: 15px; color: #c0c1cc }}
.legend i {{ display: inline-block; width: 12px; height: 3px; margin-right: 5px; vertical-align: middle }}
.stat {{ flex: 1; display: flex; align-items: center; justify-content: center; font-size: 32px; font-weight: 500 }}
.none {{ flex: 1; display: flex; align-items: center; justify-content: center; color: #6f707c }}
table {{ border-collapse: collapse; width: 100%; margin-top: 6px }}
th, td {{ text-align: left; padding: 5px 6px; border-bottom: 1px solid #25282e; font-weight: 400; font-size: 11.5px }}
th {{ color: #6e9fff }}
"""


def place(grid, left=0):
    return (f"left:{grid['x'] * CELL + left}px;top:{grid['y'] * ROW}px;"
            f"width:{grid['w'] * CELL - GAP}px;height:{grid['h'] * ROW - GAP}px")


def scaled(value, base, names):
    step = 0
    while abs(value) >= base and step < len(names) - 1:
        value, step = value / base, step + 1
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}", names[step]


def shown(value, unit, decimals=None):
    """A value as Grafana writes it."""
    if unit == "percentunit":
        return f"{value * 100:.{decimals}f}%" if decimals is not None else f"{value * 100:.3g}%"
    if unit in ("bytes", "Bps"):
        names = ("B", "KiB", "MiB", "GiB") if unit == "bytes" else ("B/s", "kB/s", "MB/s", "GB/s")
        return " ".join(scaled(value, 1024 if unit == "bytes" else 1000, names))
    if unit == "s":
        if value and abs(value) < 1:
            return f"{value * 1e6:.3g} µs" if abs(value) < 1e-3 else f"{value * 1e3:.3g} ms"
        return f"{value:.3g} s"
    if unit == "dtdhms":
        days = f"{value // 86400:.0f} d " if value >= 86400 else ""
        return days + time.strftime("%H:%M:%S", time.gmtime(value))
    number, name = scaled(value, 1000, ("", "K", "Mil"))
    return f"{number}{' ' + name if name else ''}{' c/s' if unit == 'cps' else ''}"


def ticks(top, unit, bottom=0.0, most=5):
    """Round values from bottom to at least top."""
    span = (top - bottom) or 1
    base = 1024 if unit == "bytes" else 10
    raw = span / most
    scale = base ** math.floor(math.log(raw, base))
    steps = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] if unit == "bytes" else [1, 2, 2.5, 5, 10]
    step = scale * next(s for s in steps if s * scale >= raw * 0.999)
    return [bottom + i * step for i in range(math.ceil(span / step - 1e-9) + 1)]


def legend_text(pattern, labels):
    if not pattern:
        return ", ".join(f'{k}="{v}"' for k, v in labels.items())
    return re.sub(r"\{\{ *(\w+) *\}\}", lambda match: labels.get(match.group(1), ""), pattern)


def overridden(panel, name):
    """The properties that overrides set for the series called NAME."""
    found = {}
    for override in panel["fieldConfig"]["overrides"]:
        kind, wanted = override["matcher"]["id"], override["matcher"]["options"]
        if (kind == "byName" and wanted == name) or (kind == "byRegexp" and re.search(wanted.strip("/"), name)):
            found.update({entry["id"]: entry["value"] for entry in override["properties"]})
    return found


def timeseries(panel, series, start, end, step, marks):
    """SERIES: [(name, [(time, value)])], MARKS: [(time, words)]."""
    defaults, grid = panel["fieldConfig"]["defaults"], panel["gridPos"]
    width, height = grid["w"] * CELL - GAP - 18, grid["h"] * ROW - GAP - 32 - 15 * legend_lines(series, grid)
    if not series:
        return '<div class="none">No data</div>'
    stacked = defaults["custom"]["stacking"]["mode"] == "normal"
    lines = stack(series, start, end, step) if stacked else [(name, points, None) for name, points in series]
    top = 1.02 * max([value for _, points, _ in lines for _, value in points] + [0])
    values = ticks(defaults["max"] if top <= defaults.get("max", 0) * 1.02 else top or 1, defaults["unit"])
    labels = [shown(value, defaults["unit"]) for value in values]
    left, bottom = 12 + 6 * max(len(label) for label in labels), 18
    x = lambda at: left + (at - start) / (end - start) * (width - left - 4)
    y = lambda value: 6 + (1 - value / values[-1]) * (height - bottom - 6)
    out = [f'<svg width="{width}" height="{height}">']
    for value, label in zip(values, labels):
        out.append(f'<path d="M{left} {y(value):.1f}H{width - 4}" stroke="#2b2e35"/>'
                   f'<text x="{left - 6}" y="{y(value) + 3.5:.1f}" text-anchor="end">{html.escape(label)}</text>')
    for at in range(math.ceil(start / 30) * 30, int(end) + 1, 30):
        words = time.strftime("%H:%M:%S" if at % 60 else "%H:%M", time.gmtime(at))
        out.append(f'<path d="M{x(at):.1f} 6V{height - bottom}" stroke="#202329"/>')
        if at % 60 == 0:
            out.append(f'<text x="{x(at):.1f}" y="{height - 4}" text-anchor="middle">{words}</text>')
    for index, (name, points, floor) in enumerate(lines):
        out.append(line(panel, name, index, points, floor, x, y, step))
    for at, words in marks:
        out.append(f'<path d="M{x(at):.1f} 6V{height - bottom}" stroke="{NAMED["red"]}" stroke-dasharray="3 3">'
                   f"<title>{html.escape(words)}</title></path>")
    return "".join(out) + "</svg>" + legend(panel, [name for name, _ in series])


def legend_lines(series, grid):
    """How many lines the legend takes; a guess from the number of letters."""
    room, lines, used = grid["w"] * CELL - GAP - 18, 1, 0
    for name, _ in series:
        need = 29 + 5.8 * len(name)
        if used + need > room and used:
            lines, used = lines + 1, 0
        used += need
    return lines


def stack(series, start, end, step):
    """Each series on top of those before it: [(name, points, floor points)]."""
    times = [start + i * step for i in range(int((end - start) / step) + 1)]
    under, found = [0.0] * len(times), []
    for name, points in series:
        value = {round(at): value for at, value in points}
        upper = [low + value.get(round(at), 0) for at, low in zip(times, under)]
        found.append((name, list(zip(times, upper)), list(zip(times, under))))
        under = upper
    return found


def colour(panel, name, index):
    fixed = overridden(panel, name).get("color")
    return NAMED[fixed["fixedColor"]] if fixed else PALETTE[index % len(PALETTE)]


def line(panel, name, index, points, floor, x, y, step):
    custom, special = panel["fieldConfig"]["defaults"]["custom"], overridden(panel, name)
    tint, fill = colour(panel, name, index), special.get("custom.fillOpacity", custom["fillOpacity"])
    dash = ' stroke-dasharray="6 4"' if "custom.lineStyle" in special else ""
    out = []
    for part in runs(points, step):
        path = "L".join(f"{x(at):.1f} {y(value):.1f}" for at, value in part)
        lower = [(at, value) for at, value in floor if part[0][0] <= at <= part[-1][0]] if floor else [(part[0][0], 0), (part[-1][0], 0)]
        back = "L".join(f"{x(at):.1f} {y(value):.1f}" for at, value in reversed(lower))
        if fill:
            out.append(f'<path d="M{path}L{back}Z" fill="{tint}" fill-opacity="{fill / 100}"/>')
        out.append(f'<path d="M{path}" fill="none" stroke="{tint}" stroke-width="1.3"{dash}/>')
    return "".join(out)


def runs(points, step):
    """POINTS cut where values are missing."""
    part, found = [], []
    for at, value in points:
        if part and at - part[-1][0] > step * 1.5:
            found.append(part)
            part = []
        part.append((at, value))
    return found + [part] if part else found


def legend(panel, names):
    items = [f'<span><i style="background:{colour(panel, name, i)}"></i>{html.escape(name)}</span>' for i, name in enumerate(names)]
    return f'<div class="legend">{"".join(items)}</div>'


def stat(panel, value):
    defaults = panel["fieldConfig"]["defaults"]
    if value is None:
        return '<div class="none">No data</div>'
    tint = next(step["color"] for step in reversed(defaults["thresholds"]["steps"]) if step["value"] is None or value >= step["value"])
    return f'<div class="stat" style="color:{NAMED[tint]}">{shown(value, defaults["unit"], defaults.get("decimals"))}</div>'


def table(panel, rows):
    """ROWS: [{column: value}], after the panel's `organize` transformation."""
    options = next(t["options"] for t in panel["transformations"] if t["id"] == "organize")
    columns = sorted({name for row in rows for name in row if not options["excludeByName"].get(name)},
                     key=lambda name: options["indexByName"].get(name, 99))
    names = [options["renameByName"].get(column, column) for column in columns]
    out = ["<table><tr>", *(f"<th>{html.escape(name)}</th>" for name in names), "</tr>"]
    for row in rows:
        cells = []
        for column, name in zip(columns, names):
            unit = overridden(panel, name).get("unit")
            cells.append(shown(float(row[column]), unit) if unit else str(row.get(column, "")))
        out += ["<tr>", *(f"<td>{html.escape(cell)}</td>" for cell in cells), "</tr>"]
    return "".join(out) + "</table>"


def page(title, note, panels, height):
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title><style>{STYLE}</style>'
            f"<header>{html.escape(title)}<span>{html.escape(note)}</span></header>"
            f'<main style="height:{height * ROW + GAP}px">{"".join(panels)}</main></html>\n')
