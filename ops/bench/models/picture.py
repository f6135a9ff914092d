"""The chart of `run`, as SVG text. The card brings its own background, so it reads in light and dark pages."""

from xml.sax.saxutils import escape

TITLES = {
    "platform": ("Platform threads", "one for each connection"),
    "platform-futex": ("Platform threads", "32,768 futex lists"),
    "virtual": ("Virtual threads", "one for each connection"),
    "virtual-queue": ("Virtual threads", "a queue each"),
    "loop": ("Event loop", "plain NIO, two threads"),
    "fanfare": ("Event loop", "Fanfare, two threads"),
}
STYLE = """
  text { font: 13px -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif; fill: #1f2328 }
  .card { fill: #ffffff; stroke: #d1d9e0 } .head { font-weight: 600 } .dim { fill: #59636e; font-size: 12px }
  .value { fill: #59636e; font-size: 11px } .rule { stroke: #d1d9e0 }
  .a { fill: #d0d7de } .b { fill: #afb8c1 } .c { fill: #8c959f } .a.ours { fill: #b6e3ff } .b.ours { fill: #54aeff } .c.ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .card { fill: #0d1117; stroke: #3d444d } .dim { fill: #9198a1 } .value { fill: #9198a1 } .rule { stroke: #3d444d }
    .a { fill: #3d444d } .b { fill: #656c76 } .c { fill: #9198a1 } .a.ours { fill: #0c2d6b } .b.ours { fill: #1158c7 } .c.ours { fill: #4493f8 }
  }
"""
LABEL, PANEL, BARS, TOP, BAR, GAP = 200, 214, 140, 74, 12, 16


def memory(figure):
    # the kernel's stacks are counted for the whole machine: a little below zero means none
    return figure["rss_kb_per_connection"] + max(0, figure["kernel_stacks_kb_per_connection"]) + figure["page_tables_kb_per_connection"]


PANELS = (
    ("Context switches", "per message, voluntary and not",
     lambda f: f["voluntary_switches_per_message"] + f["involuntary_switches_per_message"], "%.2f"),
    ("CPU", "µs per message, user and kernel", lambda f: f["cpu_us_per_message"], "%.1f"),
    ("Memory", "KB per connection, with kernel stacks", memory, "%.1f"),
    ("Latency", "ms, 99th percentile", lambda f: f["p99_ms"], "%.0f"),
)


def draw(figures):
    """SVG of the figures of the part `scale`."""
    counts = sorted({f["connections"] for f in figures})[-3:]
    models = [m for m in TITLES if any(f["model"] == m for f in figures)]
    heights = {m: GAP + BAR * sum(1 for f in figures if f["model"] == m and f["connections"] in counts) for m in models}
    heights = {m: max(h, GAP + 2 * BAR + 8) for m, h in heights.items()}
    bottom = TOP + sum(heights.values())
    width, height = LABEL + len(PANELS) * PANEL + 8, bottom + 40
    svg = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">' % (width, height, width, height),
           "<title>One message a second to every connection: what each threading model pays</title>", "<style>%s</style>" % STYLE,
           '<rect class="card" x="0.5" y="0.5" width="%d" height="%d" rx="8"/>' % (width - 1, height - 1)]
    for number, (title, unit, _, _) in enumerate(PANELS):
        left = LABEL + number * PANEL
        svg.append('<text class="head" x="%d" y="34">%s</text><text class="dim" x="%d" y="52">%s</text>' % (left, escape(title), left, escape(unit)))
    y = TOP
    for model in models:
        name, detail = TITLES[model]
        svg.append('<line class="rule" x1="16" x2="%d" y1="%d" y2="%d"/>' % (width - 16, y - GAP / 2, y - GAP / 2))
        svg.append('<text class="head" x="16" y="%d">%s</text><text class="dim" x="16" y="%d">%s</text>' % (
            y + 13, escape(name), y + 29, escape(detail)))
        own = [f for f in figures if f["model"] == model and f["connections"] in counts]
        for place, figure in enumerate(sorted(own, key=lambda f: f["connections"])):
            svg += bars(figure, figures, y + place * BAR, "abc"[counts.index(figure["connections"]) + 3 - len(counts)])
        y += heights[model]
    svg.append('<text class="dim" x="16" y="%d">Bars of a model from top to bottom: %s connections. Lower is better.</text>' % (
        bottom + 16, ", ".join("{:,}".format(c) for c in counts)))
    return "\n".join(svg + ["</svg>"]) + "\n"


def bars(figure, figures, y, shade):
    svg = []
    for number, (_, _, value, form) in enumerate(PANELS):
        left, longest = LABEL + number * PANEL, max(value(f) for f in figures) or 1
        size = max(1.0, value(figure) * BARS / longest)
        svg.append('<rect class="%s%s" x="%d" y="%d" width="%.1f" height="%d"/>' % (
            shade, " ours" if figure["model"] == "fanfare" else "", left, y, size, BAR - 2))
        svg.append('<text class="value" x="%.1f" y="%d">%s</text>' % (left + size + 5, y + BAR - 3, form % value(figure)))
    return svg
