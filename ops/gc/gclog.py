"""Reads a unified log of HotSpot's collectors: -Xlog:gc*,safepoint:file=F:timemillis,tags

Times are epoch milliseconds, pauses milliseconds, sizes bytes. Understands Serial, Parallel, G1 and generational ZGC of JDK 17 to 25.
"""

import re

LINE = re.compile(r"\[(\d+)ms\]\[([a-z0-9,]+) *\] (?:GC\((\d+)\) )?(.*)")
PAUSE = re.compile(r"(?:[yYoO]: )?(Pause .*?)(?: \d+M->\d+M\(\d+M\))? ([\d.]+)ms$")
STOP = re.compile(r'Safepoint "(\w+)".* Reaching safepoint: +(\d+) ns.* Total: +(\d+) ns')
# Serial and Parallel: the old generation before and after a collection
OLD = re.compile(r"(?:Tenured|ParOldGen): (\d+)K\((\d+)K\)->(\d+)K\((\d+)K\)")
REGIONS = re.compile(r"(Old|Humongous) regions: (\d+)->(\d+)")
REGION_SIZE = re.compile(r"Heap Region Size: (\d+)M")
# ZGC prints a table for each generation; the last figure of a line is the one at the end of the collection. The old generation has
# one only when it was collected itself; what young collections add to it stands in theirs.
Z_TABLE = re.compile(r"[yYoO]: (Young|Old) Generation Statistics")
Z_FIGURE = re.compile(r"[yYoO]: +(Used|Promoted): +(.*)")
Z_CELL = re.compile(r"(\d+)M \(\d+%\)")
# How long an old collection took in all, most of it beside the program
G1_CYCLE = re.compile(r"Concurrent Mark Cycle ([\d.]+)ms")
Z_CYCLE = re.compile(r"Major Collection .* ([\d.]+)s$")
# What a pause took of the processors, in steps of 10 ms: other programs on the machine do not lengthen it
CPU = re.compile(r"User=([\d.]+)s Sys=([\d.]+)s")
STALL = re.compile(r"Allocation Stall \(")
# Stops of the program that are the collector's own; the rest is JIT, JFR, attach and the like
COLLECTOR = re.compile(r"^(Gen|Serial|Parallel|G1|Z|CMS|X)[A-Z0-9]?.*|^HeapInspect|^GC_HeapInspection")


class Log:
    """What stands in one file."""

    def __init__(self, text):
        self.pauses = []  # (when it ended, what, ms)
        self.old = []  # (when, bytes before, bytes after, what kind of collection)
        self.stops = []  # (when, name, ms to reach the safepoint, ms in all)
        self.stalls = 0
        self.cpu_ms = {}  # CPU of a pause, by its place in pauses
        self.cycles = []  # seconds that each old collection took, if it ran beside the program
        self._region = 1 << 20
        self._waiting = {}  # number of a collection -> old generation seen, until its pause line names its kind
        self._table = None
        for line in text.splitlines():
            match = LINE.match(line)
            if match:
                time, tags, number, words = match.groups()
                self._take(int(time), tags, number, words)

    def _take(self, time, tags, number, words):
        if tags == "gc,init":
            size = REGION_SIZE.search(words)
            if size:
                self._region = int(size.group(1)) << 20
        elif tags == "safepoint":
            stop = STOP.search(words)
            if stop:
                self.stops.append((time, stop.group(1), int(stop.group(2)) / 1e6, int(stop.group(3)) / 1e6))
        elif tags == "gc,cpu":
            spent = CPU.search(words)
            if spent and self.pauses:
                self.cpu_ms[len(self.pauses) - 1] = round(1000 * (float(spent.group(1)) + float(spent.group(2))))
        elif tags == "gc,heap":
            self._heap(number, words)
            self._z_heap(time, words)
        elif tags in ("gc", "gc,phases", "gc,marking"):
            self._cycle(words)
            self.stalls += bool(STALL.search(words))
            pause = PAUSE.match(words)
            if pause:
                self.pauses.append((time, kind(pause.group(1)), float(pause.group(2))))
                if number in self._waiting:
                    before, after = self._waiting.pop(number)
                    self.old.append((time, before, after, kind(pause.group(1))))

    def _heap(self, number, words):
        old = OLD.match(words)
        if old:
            self._waiting[number] = (int(old.group(1)) << 10, int(old.group(3)) << 10)
        regions = REGIONS.match(words)
        if regions:
            before, after = self._waiting.get(number, (0, 0))
            self._waiting[number] = (before + int(regions.group(2)) * self._region, after + int(regions.group(3)) * self._region)

    def _cycle(self, words):
        g1, z = G1_CYCLE.search(words), Z_CYCLE.search(words)
        if g1:
            self.cycles.append(float(g1.group(1)) / 1000)
        if z:
            self.cycles.append(float(z.group(1)))

    def _z_heap(self, time, words):
        table = Z_TABLE.match(words)
        if table or "Heap Statistics:" in words:
            self._table = table.group(1) if table else None
        figure = Z_FIGURE.match(words)
        cells = [int(cell) << 20 for cell in Z_CELL.findall(figure.group(2))] if figure else []
        if not cells or not self._table:
            return
        if (self._table, figure.group(1)) == ("Old", "Used"):
            self.old.append((time, cells[0], cells[-1], "Old collection"))
        elif (self._table, figure.group(1)) == ("Young", "Promoted"):
            before = self.old[-1][2] if self.old else 0
            self.old.append((time, before, before + cells[-1], "Young"))

    def within(self, start, end):
        """The same, of this span of time only."""
        part = Log("")
        part.pauses = [p for p in self.pauses if start <= p[0] < end]
        part.old = [p for p in self.old if start <= p[0] < end]
        part.stops = [p for p in self.stops if start <= p[0] < end]
        part.stalls = self.stalls  # of the whole run: one is too many
        return part

    def promoted(self):
        """Bytes that young collections moved into the old generation."""
        return sum(max(0, after - before) for _, before, after, what in self.old if "Young" in what)

    def other_stops(self):
        return [stop for stop in self.stops if not COLLECTOR.match(stop[1])]


def kind(words):
    """Pause Young (Normal) (G1 Evacuation Pause) -> Pause Young (Normal); the cause is not the kind."""
    known = re.match(r"Pause (Young(?: \((?:Normal|Concurrent Start|Prepare Mixed|Mixed)\))?|Full|Remark|Cleanup|Mark Start|Mark End|Relocate Start)", words)
    return known.group(0) if known else words


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return Log(file.read())
