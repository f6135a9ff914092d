#!/usr/bin/env bash
# What the scripts of this folder share. Sourced, never run.
# shellcheck disable=SC2034 # much of it is used by them only
set -euo pipefail

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=$(cd "$bench/../.." && pwd)
referee=${BENCH_DIR:-$repo/../shared/bench}
port=${BENCH_PORT:-9950}
connections=15000 most=19800 runs=3 seconds=300 drain_seconds=120 java='' only='' out=$repo/docs/benchmarks
jar=$repo/gateway-server/target/gateway-server.jar
load_jar=$repo/load-client/target/load-client.jar

usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

usage_error() {
  { echo "$(basename "$0"): $*"; usage; } >&2
  exit 2
}

number() { # OPTION VALUE MIN MAX
  if [[ $2 =~ ^[0-9]{1,7}$ ]] && [ "$2" -ge "$3" ] && [ "$2" -le "$4" ]; then return 0; fi
  usage_error "$1 takes a number from $3 to $4, not '$2'"
}

# Reads the options named in $1 (space separated) from the rest.
options() {
  local known=" $1 "
  shift
  while [ $# -gt 0 ]; do
    if [ "$1" = -h ] || [ "$1" = --help ]; then
      usage
      exit 0
    fi
    [[ $known == *" $1 "* ]] || usage_error "unknown option '$1'"
    [ $# -ge 2 ] || usage_error "$1 needs a value"
    case $1 in
      --connections) number "$1" "$2" 100 "$most" && connections=$2 ;;
      --drain-seconds) number "$1" "$2" 30 3600 && drain_seconds=$2 ;;
      --seconds) number "$1" "$2" 20 3600 && seconds=$2 ;;
      --runs) number "$1" "$2" 1 99 && runs=$2 ;;
      --java) [ -x "$2" ] || usage_error "not executable: $2"; java=$2 ;;
      --jar) [ -f "$2" ] || usage_error "no such file: $2"; jar=$2 ;;
      --load-jar) [ -f "$2" ] || usage_error "no such file: $2"; load_jar=$2 ;;
      --out) mkdir -p "$2" && out=$(cd "$2" && pwd) ;;
      --only) only=${2//,/ } ;;
    esac
    shift 2
  done
}

newest_java() {
  local found='' major best=0
  for found in /usr/lib/jvm/*/bin/java "${JAVA_HOME:-/none}/bin/java"; do
    [ -x "$found" ] || continue
    major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$(dirname "$found")/../release" 2>/dev/null || true)
    if [ "${major:-0}" -gt "$best" ]; then
      best=$major
      java=$found
    fi
  done
  [ -n "$java" ] || java=$(command -v java) || die "no Java found; name one with --java"
}

compact_headers() {
  if "$java" -XX:+UseCompactObjectHeaders -version >/dev/null 2>&1; then echo ' -XX:+UseCompactObjectHeaders'; fi
}

# The flags of the launcher, or what they were when this was written.
recommended_opts() {
  local opts
  opts=$(env -u GATEWAY_JAVA_OPTS GATEWAY_JAVA="$java" GATEWAY_JAR="$jar" "$repo/ops/gateway.sh" --print-java 2>/dev/null \
    | sed -n "s|^gateway.sh: .*$java \(-.*\)|\1|p" || true)
  [ -n "$opts" ] || opts="-Xmx1g -XX:+UseSerialGC -Xmn48m$(compact_headers)"
  echo "$opts"
}

# After options: tools compiled, jars copied (somebody may rebuild them), the environment noted.
prepare() {
  command -v cc >/dev/null || die "needs a C compiler (cc)"
  command -v python3 >/dev/null || die "needs python3"
  [ -f "$referee/drain.c" ] || die "no drain.c in $referee; set BENCH_DIR"
  [ -f "$jar" ] || die "no $jar; run: mvn -q -DskipTests package"
  ulimit -n "$(ulimit -Hn)"
  [ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge $((connections + 100)) ] \
    || die "$connections connections do not fit the open-files limit $(ulimit -n)"
  [ -n "$java" ] || newest_java
  gateway_opts=${GATEWAY_JAVA_OPTS:-$(recommended_opts)}
  peer_opts=${PEER_JAVA_OPTS:-$gateway_opts}
  tmp=$(mktemp -d)
  started=()
  trap cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  cc -O2 -o "$tmp/drain" "$referee/drain.c"
  cc -O2 -o "$tmp/floor" "$referee/floor.c"
  cc -O2 -Wall -o "$tmp/knock" "$bench/knock.c"
  cp "$jar" "$tmp/gateway.jar"
  rows=$tmp/rows.jsonl
  : >"$rows"
  "$bench/results.py" environment --java "$java" --gateway-opts "$gateway_opts" --gateway-args "${GATEWAY_ARGS:-}" \
    --peer-opts "$peer_opts" --jar "$jar" --repo "$repo" >"$tmp/environment.json"
}

cleanup() {
  local p
  for p in ${started[@]+"${started[@]}"}; do kill "$p" 2>/dev/null || true; done
  for _ in $(seq 20); do
    still_running || break
    sleep 0.2
  done
  for p in ${started[@]+"${started[@]}"}; do kill -9 "$p" 2>/dev/null || true; done
  rm -rf "$tmp"
}

still_running() {
  local p
  for p in ${started[@]+"${started[@]}"}; do kill -0 "$p" 2>/dev/null && return 0; done
  return 1
}

# Starts a server or client in the background; its pid is in $launched.
launch() { # LOG COMMAND...
  local log=$tmp/$1.log
  shift
  "$@" >"$log" 2>&1 &
  launched=$!
  disown "$launched" # or bash would announce its end
  started+=("$launched")
}

# Starts a server on $port; its pid is in $server.
serve() { # LOG COMMAND...
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then die "port $port is taken; set BENCH_PORT"; fi
  launch "$@"
  server=$launched
  for _ in $(seq 150); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
  done
  tail -20 "$tmp/$1.log" >&2
  die "$1 did not start"
}

# The jar is $gateway_jar, or the one that prepare copied.
serve_gateway() { # ARGUMENT...
  # shellcheck disable=SC2086 # options are words
  serve gateway "$java" $gateway_opts -jar "${gateway_jar:-$tmp/gateway.jar}" --host 127.0.0.1 --port "$port" ${GATEWAY_ARGS:-} "$@"
}

# Ends what launch started, politely, then not.
stop() { # PID...
  local p left
  for p in "$@"; do
    kill "$p" 2>/dev/null || true
    left=150
    while kill -0 "$p" 2>/dev/null && [ $((left--)) -gt 0 ]; do sleep 0.2; done
    kill -9 "$p" 2>/dev/null || true
    for left in "${!started[@]}"; do [ "${started[left]}" = "$p" ] && unset "started[left]"; done
  done
  sleep 1
}

drain() { # ARGUMENT... ; one JSON line
  timeout 300 "$tmp/drain" -p "$port" "$@" 2>"$tmp/drain.err" || { cat "$tmp/drain.err" >&2; die "drain failed"; }
}

# The referee's warm-up for a JIT.
warm_up() { # PATH MODE
  drain -n 2000 -u "$1" -m "$2" -w 10 -l 1 >/dev/null
  sleep 2
}

# For what the load client reads: its jar copied, and a certificate for 127.0.0.1 in $tmp/cert.pem, its key in $tmp/key.pem.
prepare_load_client() {
  [ -f "$load_jar" ] || die "no $load_jar; run: mvn -q -DskipTests package"
  cp "$load_jar" "$tmp/load.jar"
}

certificate() {
  command -v openssl >/dev/null || die "needs openssl"
  local kind=(ec -pkeyopt ec_paramgen_curve:P-256)
  [ "${BENCH_KEY:-}" != rsa ] || kind=(rsa:2048)
  openssl req -x509 -newkey "${kind[@]}" -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>/dev/null || die "openssl made no certificate"
}

# Starts the load client; its pid is in $launched.
load_client() { # LOG ARGUMENT...
  rm -f "$tmp/$1.log"
  launch "$1" "$java" -Xmx1500m -XX:+UseSerialGC -jar "$tmp/load.jar" "${@:2}"
}

# Waits until the load client has opened what it is to open.
ramped() { # LOG
  for _ in $(seq 1200); do
    grep -q 'measuring from here' "$tmp/$1.log" && return 0
    kill -0 "$launched" 2>/dev/null || break
    sleep 0.1
  done
  tail -20 "$tmp/$1.log" >&2
  die "the load client did not open everything"
}

# Waits for the end of the load client. A condition that holds is told and no reason to stop: the figures say so.
finished() { # PID LOG
  while still "$1"; do sleep 0.2; done
  grep -E '^(FAILED|  failed +[1-9]|  ended early +[1-9]| {22}[0-9,]+ × )' "$tmp/$2.log" >&2 || true
  grep -q '^Measured window' "$tmp/$2.log" || { tail -20 "$tmp/$2.log" >&2; die "the load client did not finish"; }
}

still() { # PID ; whether it runs
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  stat=${stat##*) }
  [[ $stat != Z* ]]
}

live_heap() { # HISTOGRAM ; FillerElement: room that a full collection did not bother to close
  awk '/FillerElement;/ { filler += $3 } $1 == "Total" { print $3 - filler }' "$1"
}

gc_pauses() { # number and longest in $tmp/gc-*.log, in milliseconds, as members of JSON
  cat "$tmp"/gc-*.log 2>/dev/null | sed -n 's/.*Pause.* \([0-9.]*\)ms$/\1/p' \
    | awk '{ n++; if ($1 > max) max = $1 } END { printf "\"gc_pauses\":%d,\"gc_max_ms\":%.1f", n, max }'
}

add_row() { # FORMAT VALUE...
  # shellcheck disable=SC2059 # the format is ours
  printf "$@" >>"$rows"
  echo >>"$rows"
}

jdk_tool() { # NAME ARGUMENT... ; of the JDK under test
  local tool
  tool=$(dirname "$java")/$1
  shift
  timeout 60 "$tool" "$@"
}

# User and system time of a process, in seconds.
cpu_seconds() { # PID
  awk -v tick="$(getconf CLK_TCK)" '{ sub(/^.*\) /, ""); printf "%.2f\n", ($12 + $13) / tick }' "/proc/$1/stat"
}

rss_kb() { awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"; } # PID

# Waits until the gateway counts this many streams.
streams_open() { # COUNT
  local have=0
  for _ in $(seq 100); do
    have=$(curl -s -m 5 "http://127.0.0.1:$port/metrics" | awk '/^gateway_connections[{ ]/ { n += $NF } END { print n + 0 }')
    [ "${have%.*}" -ge "$1" ] && return 0
    sleep 0.3
  done
  die "only $have of $1 streams opened"
}

say() { echo "$(date +%H:%M:%S) $*" >&2; }

say_result() { # TARGET, and what drain measured, in $run
  # shellcheck disable=SC2154 # run is the caller's
  say "run $run: $1 $(sed -E 's/.*"server_cpu_us_per_msg":([0-9.]*).*"latency_ms_p99":([0-9.]*).*/\1 us per message, p99 \2 ms/' <<<"$2")"
}

finish() { # KIND ; writes the files, prints the table
  "$bench/results.py" "$1" --rows "$rows" --environment "$tmp/environment.json" --out "$out"
}
