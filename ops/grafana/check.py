"""See ops/grafana/check."""

import os
import re
import shutil
import sys
import time

import dashboard
import live
import promql

VERBOSE = "--verbose" in sys.argv
TARGET_LABELS = {"job", "instance"}  # Prometheus puts them on everything it scrapes
# Only here may a query give nothing, with the reason.
MAY_BE_EMPTY = {
    "annotation Alerts": "no alert fires",
    "alert FanfareNoTargets": "there is a target",
}


def rules():
    """[(record or None, where, expression)] of fanfare.rules.yml, which keeps to one form of YAML."""
    found, name, expr = [], None, None
    for line in (live.PROMETHEUS / "fanfare.rules.yml").read_text().splitlines():
        start = re.match(r" +- (alert|record): (\S+)$", line)
        key = re.match(r" {8}([a-z]+):(?: (.*))?$", line)
        if start:
            _add(found, name, expr)
            name, expr = start.groups(), None
        elif key and key.group(1) == "expr":
            expr = [key.group(2)] if key.group(2) != ">-" else []
        elif key or not line.strip():
            _add(found, name, expr)
            expr = None
        elif expr is not None and not line.strip().startswith("#"):
            expr.append(line.strip())
    _add(found, name, expr)
    return found


def _add(found, name, expr):
    if name and expr:
        found.append((name[1] if name[0] == "record" else None, " ".join(name), " ".join(expr)))


def without_threshold(expr):
    """An alert's expression that gives what it compares even while all is well."""
    return re.sub(r" (>|<|<=|==) [0-9.]+(?= |$)", lambda m: " > -1" if m.group(1) == ">" else " >= -1", expr)


def made_by_prometheus():
    """What is not on the gateway's page: `up`, recorded series and alerts, in the form of promql.exposition."""
    found = {"up": [{}], "ALERTS": []}
    for record, where, expr in rules():
        if record:
            found[record] = [dict.fromkeys(promql.parse(expr).grouping - TARGET_LABELS - {"le"}, "")]
        else:
            name = where.removeprefix("alert ")
            found["ALERTS"] += [{"alertname": name, "alertstate": state} for state in ("pending", "firing")]
    return found


def label_faults(where, expr, exported):
    """Metrics and labels of EXPR that nobody exports, and values that no sample has."""
    query, found, known = promql.parse(expr), [], set(TARGET_LABELS)
    for selector in query.selectors:
        samples = exported.get(selector.metric)
        if samples is None:
            found.append(f"{where}: no metric {selector.metric}")
            continue
        labels = {label for sample in samples for label in sample}
        known |= labels
        for label, operator, value in selector.matchers:
            if label in TARGET_LABELS:
                continue
            if label not in labels:
                found.append(f"{where}: {selector.metric} has no label {label}")
                continue
            values = {sample.get(label, "") for sample in samples}
            for wanted in value.split("|") if "~" in operator else [re.escape(value)]:
                if not any(re.fullmatch(wanted, one) for one in values):
                    found.append(f"{where}: no {selector.metric} has {label} like '{wanted}', only {sorted(values)}")
    found += [f"{where}: groups by {label}, which none of its metrics has" for label in sorted(query.grouping - known)]
    return found


def broken(expr):
    """EXPR with one mistake, in every way that label_faults is there to find."""
    query = promql.parse(expr)
    words = [r"(?<![\w:])" + re.escape(metric) + r"(?![\w:])" for metric in query.metrics]
    words += [rf"(?<=[{{, ]){label}(?= *(=|!))" for one in query.selectors for label, _, _ in one.matchers if label not in TARGET_LABELS]
    words += [rf"(?<=[(, ]){label}(?=[,)])" for label in query.grouping - TARGET_LABELS]
    for word in words:
        yield re.sub(word, "misspelt", expr)
    for one in query.selectors:
        for label, operator, value in one.matchers:
            if label not in TARGET_LABELS:
                yield expr.replace(f'{label}{operator}"{value}"', f'{label}{operator}"misspelt"')


def with_clients(stage):
    """Seven clients of one address: six streams, and one too many. Returns the sockets."""
    clients = [live.stream(stage.gateway_port, path) for path in ("/sse", "/ws") * 3]
    refused, status = live.stream(stage.gateway_port, "/sse")
    refused.close()
    if [status for _, status in clients] != [200, 101] * 3 or status != 503:
        raise RuntimeError(f"clients were answered {[s for _, s in clients]} and {status}")
    return [sock for sock, _ in clients]


def answers(stage, where, expr, legend):
    """What Prometheus says to one query: the number of series, or faults."""
    result = stage.api("query", query=expr)["result"]
    if not result and where not in MAY_BE_EMPTY:
        return 0, [f"{where}: gives nothing: {expr}"]
    found = []
    for series in result:
        missing = dashboard.legend_labels(legend) - series["metric"].keys()
        found += [f"{where}: legend '{legend}' names {label}, which the result has not" for label in sorted(missing)]
        if series["value"][1] == "NaN":
            found.append(f"{where}: gives NaN: {expr}")
    if VERBOSE:
        reason = "" if result else f" ({MAY_BE_EMPTY[where]})"
        print(f"  {len(result):3} series{reason:20} {where}: {expr}")
    return len(result), found


def ask_prometheus(stage, questions):
    until = time.time() + 20
    while len(stage.api("query", query="count_over_time(up[1m]) > 6")["result"]) == 0:
        if time.time() > until:
            raise RuntimeError("Prometheus did not scrape the gateway 7 times in 20 s")
        time.sleep(0.3)
    targets = []
    while [(t["labels"]["job"], t["health"]) for t in targets] != [("fanfare", "up")]:  # one scrape may come too late
        if time.time() > until + 10:
            raise RuntimeError(f"targets: {targets}")
        targets = stage.api("targets")["activeTargets"]
        time.sleep(0.3)
    loaded = sum(len(group["rules"]) for group in stage.api("rules")["groups"])
    if loaded != len(rules()):
        raise RuntimeError(f"Prometheus loaded {loaded} rules, this script sees {len(rules())}")
    found, series = [], 0
    for where, expr, legend in questions:
        count, faults = answers(stage, where, expr, legend)
        series += count
        found += faults
    return found, series


def main():
    board = dashboard.load()
    faults = dashboard.faults(board)
    finish_if(faults)
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    print(f"fanfare.json: {len(panels)} panels with unique ids in a grid without overlap, each with data source, unit, description")

    java, jar = os.environ.get("GATEWAY_JAVA", "java"), live.jar()
    if not shutil.which(java) or not jar.is_file():
        print(f"skipped: the gateway cannot run here ({'no ' + str(jar) if shutil.which(java) else 'no java'})")
        return
    if not shutil.which("openssl"):
        print("skipped: openssl is missing, which makes the certificate that two alerts are about")
        return
    # A heap this small is collected while we look; the limit makes a refusal cheap.
    with live.Stage(jar, java, ["-Xmx48m", "-Xmn3m", "-XX:+UseSerialGC"],
                    ["--set", "limits.max-connections-per-address=6", "--set", "limits.exempt-addresses=none"], tls=True) as stage:
        clients = with_clients(stage)
        filled = {"job": "fanfare", "instance": ".+", "__rate_interval": "5s"}
        asked = [(where, dashboard.fill(expr, filled), legend) for where, expr, legend in dashboard.queries(board)]
        asked += [(f"variable {name}", dashboard.fill(expr, filled), f"{{{{{label}}}}}")
                  for name, expr, label in dashboard.variable_queries(board)]
        asked += [(where, expr if where in MAY_BE_EMPTY or record else without_threshold(expr), "")
                  for record, where, expr in rules()]
        exported = collected(stage) | made_by_prometheus()
        for where, expr, _ in asked:
            faults += label_faults(where, expr, exported)
        finish_if(faults)
        mistakes = [(where, wrong) for where, expr, _ in asked for wrong in broken(expr)]
        finish_if([f"{where}: nobody noticed the mistake in: {wrong}" for where, wrong in mistakes
                   if not label_faults(where, wrong, exported)])
        metrics = set().union(*(promql.parse(expr).metrics for _, expr, _ in asked)) - made_by_prometheus().keys()
        print(f"{len(asked)} queries of dashboard and rules: all {len(metrics)} metrics, their labels and values are exported")
        print(f"{len(mistakes)} of these queries, each with one misspelt name, were all found out")
        if len(stage.processes) == 1:
            print("skipped: prometheus is missing (Debian: apt-get install prometheus), no query was executed")
            return
        faults, series = ask_prometheus(stage, asked)
        finish_if(faults)
        empty = ", ".join(f"{where} ({why})" for where, why in MAY_BE_EMPTY.items())
        print(f"Prometheus answered all {len(asked)} queries with {series} series; none only from: {empty}")
        for sock in clients:
            sock.close()


def collected(stage):
    """The page of the gateway, once it has seen a garbage collection and ticks."""
    until = time.time() + 20
    while True:
        exported = promql.exposition(live.get(f"{stage.gateway_url}/metrics"))
        if "jvm_gc_pause_seconds_sum" in exported:
            return exported
        if time.time() > until:
            raise RuntimeError("the gateway collected no garbage within 20 s")
        time.sleep(0.05)


def finish_if(faults):
    if faults:
        for fault in sorted(set(faults)):
            print(f"check: {fault}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
