"""The bar chart of `compare`, as SVG text. The card brings its own background, so it reads in light and dark pages."""

from xml.sax.saxutils import escape

TITLES = {
    "floor": ("floor", "one send per connection, C"),
    "gateway-ws": ("Fanfare", "WebSocket"),
    "gateway-sse": ("Fanfare", "SSE"),
    "gateway-ws-1": ("Fanfare", "WebSocket, one loop"),
    "gateway-sse-1": ("Fanfare", "SSE, one loop"),
    "nchan-ws": ("Nchan", "WebSocket"),
    "nchan-sse": ("Nchan", "SSE"),
    "node-ws": ("Node.js ws", "WebSocket"),
    "vertx-ws": ("Vert.x", "WebSocket"),
    "vertx-sse": ("Vert.x", "SSE"),
    "webflux-sse": ("Spring WebFlux", "SSE"),
}
STYLE = """
  text { font: 13px -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif; fill: #1f2328 }
  .card { fill: #ffffff; stroke: #d1d9e0 } .head { font-weight: 600 } .dim { fill: #59636e; font-size: 12px }
  .value { fill: #59636e; font-size: 12px; stroke: #ffffff; stroke-width: 4px; paint-order: stroke }
  .bar { fill: #afb8c1 } .user { fill: #8c959f } .ours { fill: #54aeff } .ours-user { fill: #0969da }
  .floor { stroke: #1a7f37; stroke-dasharray: 3 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .card { fill: #0d1117; stroke: #3d444d } .dim { fill: #9198a1 } .value { fill: #9198a1; stroke: #0d1117 }
    .bar { fill: #4b535d } .user { fill: #6e7681 } .ours { fill: #1158c7 } .ours-user { fill: #4493f8 }
    .floor { stroke: #3fb950 }
  }
"""
LABEL_WIDTH, PANEL_WIDTH, BAR_SPACE, GAP = 236, 252, 184, 20
TOP, ROW, BAR, BOTTOM = 74, 28, 14, 44


class Panel:
    """One column of bars; the longest fills it."""

    def __init__(self, number, title, unit, values):
        self.left = LABEL_WIDTH + number * (PANEL_WIDTH + GAP)
        self.title, self.unit = title, unit
        self.scale = BAR_SPACE / (max(values, default=0) or 1)

    def head(self):
        return ['<text class="head" x="%d" y="40">%s</text>' % (self.left, escape(self.title)),
                '<text class="dim" x="%d" y="58">%s</text>' % (self.left, escape(self.unit))]

    def bar(self, y, value, style, offset=0.0):
        return '<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%d"/>' % (
            style, self.left + offset * self.scale, y, max(1.0, value * self.scale), BAR)

    def words(self, y, value, text):
        return '<text class="value" x="%.1f" y="%.1f">%s</text>' % (
            self.left + value * self.scale + 6, y + BAR - 2.5, escape(text))

    def reference(self, value, bottom):
        x = self.left + value * self.scale
        return '<line class="floor" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>' % (x, x, TOP - 6, bottom)


def compare(figures, connections):
    """SVG of the figures that results.py made of a comparison."""
    shown = [figure for figure in figures if figure["target"] in TITLES]
    shown.sort(key=lambda figure: (figure["target"] != "floor", figure["median"]["server_cpu_us_per_msg"]))
    cpu = Panel(0, "CPU per delivered message", "µs of the server: user, then kernel",
                [f["median"]["server_cpu_us_per_msg"] for f in shown])
    memory = Panel(1, "Memory per connection", "KB resident", [f["median"]["rss_kb_per_conn"] for f in shown])
    latency = Panel(2, "Latency, 99th percentile", "ms from the tick's time to the reader",
                    [f["median"]["latency_ms_p99"] for f in shown])
    bottom = TOP + len(shown) * ROW
    width, height = LABEL_WIDTH + 3 * PANEL_WIDTH + 2 * GAP + 8, bottom + BOTTOM
    svg = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">' % (
        width, height, width, height),
        "<title>One message a second to %s connections: what it costs each server</title>" % format(connections, ","),
        "<style>%s</style>" % STYLE,
        '<rect class="card" x="0.5" y="0.5" width="%d" height="%d" rx="8"/>' % (width - 1, height - 1)]
    for panel in (cpu, memory, latency):
        svg += panel.head()
    floor = next((f for f in shown if f["target"] == "floor"), None)
    if floor:
        svg.append(cpu.reference(floor["median"]["server_cpu_us_per_msg"], bottom))
        svg.append(latency.reference(floor["median"]["latency_ms_p99"], bottom))
    for number, figure in enumerate(shown):
        svg += row(figure, TOP + number * ROW + (ROW - BAR) / 2 - 3, (cpu, memory, latency))
    svg.append('<text class="dim" x="18" y="%d">%s connections, one message a second to each; lower is better. '
               "Dashed: floor, the cheapest loop plain system calls allow.</text>" % (bottom + 24, format(connections, ",")))
    return "\n".join(svg + ["</svg>"]) + "\n"


def row(figure, y, panels):
    cpu, memory, latency = panels
    result, ours = figure["median"], figure["target"].startswith("gateway")
    light, dark = ("ours", "ours-user") if ours else ("bar", "user")
    name, transport = TITLES[figure["target"]]
    user, total = result["server_user_us_per_msg"], result["server_cpu_us_per_msg"]
    svg = ['<text x="18" y="%.1f"><tspan class="head">%s</tspan> <tspan class="dim">%s</tspan></text>' % (
        y + BAR - 2.5, escape(name), escape(transport))]
    svg += [cpu.bar(y, total, light), cpu.bar(y, user, dark)]
    times = "" if figure["target"] == "floor" or not figure["cpu_to_floor"] else " · %.2f×" % figure["cpu_to_floor"]
    svg.append(cpu.words(y, total, "%.1f%s" % (total, times)))
    svg.append(memory.bar(y, result["rss_kb_per_conn"], light))
    svg.append(memory.words(y, result["rss_kb_per_conn"], "%.1f" % result["rss_kb_per_conn"]))
    if result["latency_ms_p99"] > 0:
        svg.append(latency.bar(y, result["latency_ms_p99"], light))
        svg.append(latency.words(y, result["latency_ms_p99"], "%.0f" % result["latency_ms_p99"]))
    return svg
