"""Sums up a report of Autobahn's suite: summary.py --text|--markdown INDEX_JSON; exit code 1 if a case failed."""
import collections
import json
import sys

SECTIONS = {
    1: "framing", 2: "pings and pongs", 3: "reserved bits", 4: "opcodes", 5: "fragmentation", 6: "UTF-8", 7: "closing",
    9: "limits and performance", 10: "automatic fragmentation", 12: "compression, different payloads",
    13: "compression, different parameters"}
GOOD = ("OK", "NON-STRICT", "INFORMATIONAL")


def key(case):
    return [int(part) for part in case.split(".")]


def main():
    style, path = sys.argv[1:]
    with open(path, encoding="utf8") as file:
        cases = json.load(file)["Fanfare"]
    sections = collections.defaultdict(collections.Counter)
    remarks = []
    failed = 0
    for case in sorted(cases, key=key):
        result = cases[case]
        outcome, close = result["behavior"], result["behaviorClose"]
        bad = outcome not in GOOD or close not in ("OK", "INFORMATIONAL")
        failed += bad
        sections[key(case)[0]]["FAILED" if bad else outcome] += 1
        if bad or outcome == "NON-STRICT":
            remarks.append(f"{case}: {outcome}, close {close}")
    columns = ["OK", "NON-STRICT", "INFORMATIONAL", "FAILED"]
    if style == "--markdown":
        print("| section | passed | non-strict | informational | failed |\n|---|---|---|---|---|")
        for section, counts in sorted(sections.items()):
            print(f"| {section} {SECTIONS.get(section, '')} | " + " | ".join(str(counts[c]) for c in columns) + " |")
    else:
        for section, counts in sorted(sections.items()):
            print(f"{section:3} {SECTIONS.get(section, ''):36}" + "  ".join(f"{c} {counts[c]}" for c in columns if counts[c]))
    for remark in remarks:
        print(("\n- " if style == "--markdown" and remark == remarks[0] else "- ") + remark)
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
