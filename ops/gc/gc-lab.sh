#!/usr/bin/env bash
# gc-lab.sh: the gateway under each collector and heap, with many connections, others that come and go, and a tick a second.
#
#   ops/gc/gc-lab.sh [--connections 10000] [--churn 1000] [--seconds 35] [--only NAME,...] [--java PATH] [--jar FILE]
#                    [--load-jar FILE] [--out docs/benchmarks] [--rows FILE] [--minutes 24]
#   ops/gc/gc-lab.sh --list          the names for --only: configurations, and the two parts at the end
#
# For each configuration: start, warm up, --connections by the load client (half SSE, half WebSocket, every message checked),
# beside them --churn connections opened per second and held for 1, 4 or 13 s, and --seconds of measuring: pauses and the old
# generation from the unified GC log, allocation from JFR, CPU of the collector from /proc/PID/task, latency from the load client.
# ladder: live heap and full collection at five connection counts. model: the same objects, up to a million connections of them
# (LiveSet.java), because one process may not open that many here.
#
# --java is the newest JDK, by itself; configurations named jdk17-* take /usr/lib/jvm/*17* and are left out where there is none.
# Writes gc.json and gc-*.svg to --out, and the tables between the marks of tuning-jvm.md beside --out. A full run takes about 20
# minutes; nothing new begins after --minutes. What was measured stays in --rows FILE, and a run with the same FILE goes on from there:
# a machine that others need can be had in pieces. Environment: BENCH_PORT (9960).

export BENCH_PORT=${BENCH_PORT:-9960}
# shellcheck source-path=SCRIPTDIR source=../bench/lib.sh
. "$(dirname "$0")/../bench/lib.sh"
here=$repo/ops/gc
direct=-XX:MaxDirectMemorySize=256m

# name, JDK (new or 17), flags. wide: without compact object headers, which the others have where the JDK has them.
configurations() {
  sed 's/#.*//; /^ *$/d' <<'END'
serial-1g-48m      new -Xmx1g -Xmn48m -XX:+UseSerialGC
serial-1g          new -Xmx1g -XX:+UseSerialGC
serial-1g-16m      new -Xmx1g -Xmn16m -XX:+UseSerialGC
serial-256m-48m    new -Xmx256m -Xmn48m -XX:+UseSerialGC
serial-128m-48m    new -Xmx128m -Xmn48m -XX:+UseSerialGC
serial-1g-48m-wide new -Xmx1g -Xmn48m -XX:+UseSerialGC
parallel-1g-48m    new -Xmx1g -Xmn48m -XX:+UseParallelGC
parallel-1g        new -Xmx1g -XX:+UseParallelGC
g1-1g              new -Xmx1g -XX:+UseG1GC
g1-1g-48m          new -Xmx1g -Xmn48m -XX:+UseG1GC
g1-256m            new -Xmx256m -XX:+UseG1GC
g1-1g-wide         new -Xmx1g -XX:+UseG1GC
zgc-1g             new -Xmx1g -XX:+UseZGC
zgc-256m           new -Xmx256m -XX:+UseZGC
jdk17-serial-1g-48m 17 -Xmx1g -Xmn48m -XX:+UseSerialGC
jdk17-g1-1g        17  -Xmx1g -XX:+UseG1GC
serial-1g-48m-again new -Xmx1g -Xmn48m -XX:+UseSerialGC # again: what two runs of the same differ by
parallel-1g-48m-again new -Xmx1g -Xmn48m -XX:+UseParallelGC
g1-1g-48m-again    new -Xmx1g -Xmn48m -XX:+UseG1GC
g1-1g-again        new -Xmx1g -XX:+UseG1GC
END
}

# Collectors of the two parts at the end. G1 and ZGC collect the old generation beside the program; g1-full is what G1 falls back to.
ladder() {
  cat <<'END'
serial      new -Xmx1g -Xmn48m -XX:+UseSerialGC
serial-wide new -Xmx1g -Xmn48m -XX:+UseSerialGC
parallel    new -Xmx1g -Xmn48m -XX:+UseParallelGC
g1-full     new -Xmx1g -XX:+UseG1GC
zgc         new -Xmx1g -XX:+UseZGC
END
}
model() {
  cat <<'END'
serial      new -Xmn48m -XX:+UseSerialGC
parallel    new -Xmn48m -XX:+UseParallelGC
g1          new -XX:+UseG1GC -XX:+ExplicitGCInvokesConcurrent
g1-full     new -XX:+UseG1GC
zgc         new -XX:+UseZGC
END
}

list() {
  configurations | awk '{ print $1 }'
  printf 'ladder\nmodel\n'
}

churn_rate=1000 seconds=35 connections=10000 minutes=24 rows='' rest=()
while [ $# -gt 0 ]; do
  case $1 in
    --list) list; exit 0 ;;
    --churn) [ $# -ge 2 ] || usage_error "$1 needs a value"; number "$1" "$2" 0 5000; churn_rate=$2; shift 2 ;;
    --seconds) [ $# -ge 2 ] || usage_error "$1 needs a value"; number "$1" "$2" 10 600; seconds=$2; shift 2 ;;
    --minutes) [ $# -ge 2 ] || usage_error "$1 needs a value"; number "$1" "$2" 1 600; minutes=$2; shift 2 ;;
    --rows) [ $# -ge 2 ] || usage_error "$1 needs a value"; rows=$2; shift 2 ;;
    *) rest+=("$1"); shift ;;
  esac
done
options '--connections --java --jar --load-jar --only --out' ${rest[@]+"${rest[@]}"}
names=" $(list | tr '\n' ' ')"
for name in $only; do [[ $names == *" $name "* ]] || usage_error "no configuration '$name'; see --list"; done
# Held for 6 s on average, in three lengths
if [ $((connections + churn_rate * 7)) -gt "$most" ]; then
  usage_error "$connections connections and $churn_rate a second more, held for up to 7 s on average, are more than $most"
fi
for tool in cc python3 curl; do command -v "$tool" >/dev/null || die "needs $tool"; done
for file in "$jar" "$load_jar"; do [ -f "$file" ] || die "no $file; run: mvn -q -DskipTests package"; done
ulimit -n "$(ulimit -Hn)"
[ -n "$java" ] || newest_java
new_java=$java
java17=$(for j in /usr/lib/jvm/*17*/bin/java; do [ -x "$j" ] && echo "$j" && break; done || true)

tmp=$(mktemp -d)
started=() churner=''
trap 'stop_churn; cleanup' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cc -O2 -Wall -o "$tmp/knock" "$bench/knock.c"
cp "$jar" "$tmp/gateway.jar"
cp "$load_jar" "$tmp/load.jar"
rows=${rows:-$tmp/rows.jsonl}
touch "$rows"
"$bench/results.py" environment --java "$new_java" --gateway-opts "$(recommended_opts)" --gateway-args "" --peer-opts "" \
  --jar "$jar" --repo "$repo" >"$tmp/environment.json"

out_of_time() {
  [ "$SECONDS" -ge $((minutes * 60)) ] || return 1
  say "time is up"
}

wanted() { # NAME ; asked for, and not among the rows yet
  { [ -z "$only" ] || [[ " $only " == *" $1 "* ]]; } && ! grep -q "^{\"name\": \"$1\"," "$rows"
}

choose_java() { # new|17 ; in $java, with the flag for small headers in $compact
  java=$new_java
  if [ "$1" = 17 ]; then java=$java17; fi
  [ -n "$java" ] || return 1
  compact=$(compact_headers)
}

begin() { # DIRECTORY NAME JDK FLAG... ; in $flags what the gateway gets, beside the log
  work=$tmp/$1 name=$2
  choose_java "$3" || { say "$name: left out, no such JDK here"; return 1; }
  shift 3
  flags="$*"
  [[ $name == *-wide ]] || flags+=$compact
  mkdir -p "$work"
  gc_log="-Xlog:gc*,safepoint:file=$work/gc.log:timemillis,tags:filecount=0"
}

now() { date +%s%3N; }
scrape() { curl -s -m 10 "http://127.0.0.1:$port/metrics"; }
snapshot() { # a|b
  now >"$work/time-$1"
  "$here/lab.py" cpu "$server" >"$work/cpu-$1"
  scrape >"$work/metrics-$1"
  rss_kb "$server" >"$work/rss-$1"
  busy >"$work/busy-$1"
}
# CPU seconds of the whole machine, and of what the lab itself runs beside the gateway: what is left over, somebody else took.
busy() {
  awk -v tick="$(getconf CLK_TCK)" '/^cpu / { printf "%.2f ", ($2 + $3 + $4 + $7 + $8) / tick }' /proc/stat
  cpu_seconds "$client"
}

# Connections that come and go: five times a second a fifth of a second's worth, alternately SSE and WebSocket.
churn() {
  local i=0 holds=(1 1 4 4 13 13) modes=(get ws) paths=(/sse /ws)
  # shellcheck disable=SC2046 # pids are words
  trap 'kill $(jobs -p) 2>/dev/null; exit 0' TERM
  while :; do
    "$tmp/knock" -n $((churn_rate / 5)) -p "$port" -u "${paths[i % 2]}" -m "${modes[i % 2]}" -f 32 -H "${holds[i % 6]}" >>"$1" &
    sleep 0.197 # and about 3 ms to start it
    i=$((i + 1))
  done
}
start_churn() {
  : >"$work/churn"
  if [ "$churn_rate" -lt 5 ]; then return 0; fi
  churn "$work/churn" 2>/dev/null &
  churner=$!
  disown "$churner"
}
stop_churn() {
  [ -n "$churner" ] || return 0
  kill "$churner" 2>/dev/null || true
  churner=''
}

# The client cannot be asked whether it is through its ramp; its log can.
ramp_done() {
  for _ in $(seq 300); do
    grep -q 'measuring from here' "$work/load.log" && return 0
    kill -0 "$client" 2>/dev/null || break
    sleep 0.1
  done
  tail -5 "$work/load.log" >&2
  die "$name: the load client did not open its connections"
}

measure() { # under $flags
  gateway_opts="$flags $direct $gc_log"
  serve_gateway
  # What the JIT should know before it counts: opening, delivering, closing
  "$tmp/knock" -n 3000 -p "$port" -u /ws -m ws -f 64 -H 1 >/dev/null
  "$tmp/knock" -n 3000 -p "$port" -u /sse -m get -f 64 -H 1 >/dev/null
  jdk_tool jcmd "$server" JFR.start name=lab settings="$here/lab.jfc" maxsize=64m >/dev/null
  sleep 2
  rss_kb "$server" >"$work/rss-0"
  launch "load" "$new_java" -Xmx512m -XX:+UseSerialGC -jar "$tmp/load.jar" --url "http://127.0.0.1:$port" --connections "$connections" \
    --sse-share 0.5 --ramp 2500/s --duration "${seconds}s" --json "$work/load.json"
  client=$launched
  ln -sf "$tmp/load.log" "$work/load.log"
  start_churn
  ramp_done
  snapshot a
  sleep $((seconds - 3))
  snapshot b
  awk '/^VmHWM:/ { print $2 }' "/proc/$server/status" >"$work/rss-high"
  while kill -0 "$client" 2>/dev/null; do sleep 0.2; done
  stop_churn
  jdk_tool jcmd "$server" JFR.stop name=lab filename="$work/lab.jfr" >/dev/null
  stop "$server"
  jdk_tool jfr print --json --events jdk.ThreadAllocationStatistics "$work/lab.jfr" >"$work/allocation.json"
  jdk_tool jfr print --json --events jdk.ObjectAllocationSample,jdk.GarbageCollection "$work/lab.jfr" >"$work/events.json"
  "$bench/results.py" events "$work/allocation.json" >"$work/allocation"
}

climb() { # COUNT ; live heap and the pause of the collection that a class histogram makes first
  sleep 1
  rss_kb "$server" >"$work/rss-$1"
  cut -d' ' -f1 /proc/loadavg >"$work/load-$1"
  jdk_tool jcmd "$server" GC.class_histogram >"$work/histogram-$1"
  now >"$work/time-$1"
}

climb_ladder() {
  gateway_opts="$flags $direct $gc_log"
  local step=$((connections / 5)) i climbers=()
  serve_gateway --set ticker.source=off # knock does not read
  "$tmp/knock" -n 2000 -p "$port" -u /ws -m ws -f 64 -H 0 >/dev/null
  sleep 1
  climb 0
  for i in 1 2 3 4; do
    launch "knock-s$i" "$tmp/knock" -n "$step" -p "$port" -u /sse -m get -f 64 -H 120
    climbers+=("$launched")
    launch "knock-w$i" "$tmp/knock" -n "$step" -p "$port" -u /ws -m ws -f 64 -H 120
    climbers+=("$launched")
    streams_open $((2 * step * i))
    climb $((2 * step * i))
  done
  stop "${climbers[@]}"
  stop "$server"
}

# LiveSet with the objects and bytes of one connection as the ladder counted them, and the garbage of one as the load rows did.
run_model() { # CONNECTIONS HEAP
  local objects bytes garbage
  read -r objects bytes garbage <<<"$("$here/lab.py" connection --rows "$rows")"
  cut -d' ' -f1 /proc/loadavg >"$work/load-0"
  # shellcheck disable=SC2086 # options are words
  timeout 120 "$java" -Xms"$2" -Xmx"$2" $flags "$gc_log" -cp "$tmp" LiveSet "$1" "$objects" "$bytes" "$churn_rate" "$garbage" 6 >"$work/marks"
}

keep() { # KIND ; of $work a row
  "$here/lab.py" row "$1" "$work" --name "$name" --java "$("$java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p')" \
    --flags="$flags $direct" --connections "$connections" --churn "$churn_rate" --seconds "$seconds" >>"$rows"
  "$here/lab.py" say --rows "$rows" >&2
  rm -rf "$work"
}

while read -r -u 3 name jdk options; do
  wanted "$name" || continue
  out_of_time && break
  # shellcheck disable=SC2086 # options are words
  begin "$name" "$name" "$jdk" $options || continue
  say "$name: $flags"
  measure
  keep load
done 3< <(configurations)

while read -r -u 3 name jdk options; do
  wanted ladder || break
  grep -q "^{\"name\": \"ladder-$name\"," "$rows" && continue
  out_of_time && break
  # shellcheck disable=SC2086 # options are words
  begin "ladder-$name" "$name" "$jdk" $options || continue
  name=ladder-$name
  say "$name"
  climb_ladder
  keep ladder
done 3< <(ladder)

while read -r -u 3 name jdk options; do
  wanted model || break
  for size in '100000 1g' '1000000 4g'; do
    read -r count heap <<<"$size"
    grep -q "^{\"name\": \"model-$name-$count\"," "$rows" && continue
    out_of_time && break 2
    # shellcheck disable=SC2086 # options are words
    begin "model-$name-$count" "$name" "$jdk" $options || continue
    [ -f "$tmp/LiveSet.class" ] || jdk_tool javac -d "$tmp" "$here/LiveSet.java"
    "$here/lab.py" connection --rows "$rows" >/dev/null || { say "model: needs rows of ladder and of serial-1g-48m"; break 2; }
    say "model of $count connections: $name"
    run_model "$count" "$heap"
    model_name=$name name=model-$name-$count
    flags="-Xmx$heap $flags"
    keep model
    name=$model_name
  done
done 3< <(model)

"$here/lab.py" report --rows "$rows" --environment "$tmp/environment.json" --out "$out" --document "$(dirname "$out")/tuning-jvm.md"
