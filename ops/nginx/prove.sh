#!/usr/bin/env bash
# prove.sh: what the shipped nginx or HAProxy configuration does to streams, measured with the real program.
#
#   ops/nginx/prove.sh nginx|haproxy [--only hold,arrivals,drain,slow,ports] [--connections 10000] [--seconds 300] [--out docs/benchmarks]
#
#   hold       --connections (half SSE, half WebSocket) through the proxy for --seconds: every message checked, none may close; latency
#              beside a short run without proxy; CPU and memory of the proxy. Beside it 200 streams with a tick a minute for 150 s,
#              and 100 from a gateway without heartbeats, which the proxy must close
#   arrivals   events one by one, read by read; then the same with the protecting line taken out of the configuration
#   drain      500 clients that reconnect, two gateways, one gets SIGTERM; and once more with SIGKILL. New clients come all the while
#   slow       40 clients that do not read: how long until the gateway notices; direct, through the proxy, and without its limits of kernel buffers
#   ports      1,200 streams with 500 source ports (a network namespace): from one address, and from three
#
# Needs nginx or haproxy, curl, python3, ip, unshare, and both jars (mvn -q -DskipTests package). All of it takes about 12 minutes.
# Every figure goes to --out/proxies.json, the tables into docs/proxies.md if --out is docs/benchmarks.
# Environment: GATEWAY_JAR, LOAD_JAR, PROXY_PORT (18480; the proxies take this port and the next three).
# Exit codes: 0 all of it held, 1 something did not, 2 the command line is wrong.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

usage() { sed -n '2,/^# shellcheck/{/^# shellcheck/d; s/^# \{0,1\}//p}' "$0"; }
wrong() { echo "prove.sh: $*" >&2; usage >&2; exit 2; }
number() { # OPTION VALUE MIN MAX
  if [[ $2 =~ ^[0-9]{1,6}$ ]] && [ "$2" -ge "$3" ] && [ "$2" -le "$4" ]; then return 0; fi
  wrong "$1 takes a number from $3 to $4, not '$2'"
}

proxy=${1:-} only='hold arrivals drain slow ports' connections=10000 seconds=300 out=$repo/docs/benchmarks inside=''
case $proxy in
  nginx | haproxy) shift ;;
  -h | --help) usage; exit 0 ;;
  *) wrong "nginx or haproxy first, not '$proxy'" ;;
esac
while [ $# -gt 0 ]; do
  case $1 in -h | --help) usage; exit 0 ;; esac
  [ $# -ge 2 ] || wrong "$1 needs a value"
  case $1 in
    --only) only=${2//,/ } ;;
    --connections) number "$1" "$2" 100 19000; connections=$2 ;;
    --seconds) number "$1" "$2" 10 3600; seconds=$2 ;;
    --out) mkdir -p "$2"; out=$(cd "$2" && pwd) ;;
    --inside) inside=$2 ;; # within the network namespace of ports: the file for its row
    *) wrong "unknown option '$1'" ;;
  esac
  shift 2
done
for part in $only; do
  [[ " hold arrivals drain slow ports " == *" $part "* ]] || wrong "no part '$part'"
done
load_jar=${LOAD_JAR:-$repo/load-client/target/load-client.jar}
for program in "$proxy" curl python3 ip unshare java pgrep; do command -v "$program" >/dev/null || die "needs $program"; done
for file in "$jar" "$load_jar"; do [ -f "$file" ] || die "no $file; run: mvn -q -DskipTests package"; done
cp "$jar" "$scratch/gateway.jar" && jar=$scratch/gateway.jar # somebody may rebuild them
cp "$load_jar" "$scratch/load.jar" && load_jar=$scratch/load.jar

port=${PROXY_PORT:-18480}
url=http://127.0.0.1:$port
rows=$scratch/rows.jsonl
failures=0
faults='lost>0,duplicated>0,out-of-order>0,corrupt>0,failed>0,closed>0,stalled>0,protocol-errors>0'

say() { echo "$(date +%H:%M:%S) $proxy: $*" >&2; }
fail() {
  failures=$((failures + 1))
  say "FAILED: $*"
}

load() { # REPORT URL ARGUMENT...
  timeout $((seconds + 120)) java -Xmx1g -XX:+UseSerialGC -jar "$load_jar" --json "$scratch/$1.json" --url "$2" "${@:3}"
}

launch_load() { # REPORT URL ARGUMENT... ; in the background
  launch "load-$1" timeout $((seconds + 120)) java -Xmx512m -XX:+UseSerialGC -jar "$load_jar" --json "$scratch/$1.json" --url "$2" "${@:3}"
}

ended() { # PID...
  ! alive "$@"
}

cpu_seconds() { # PID... ; user and system time of all
  local p
  for p in "$@"; do cat "/proc/$p/stat"; done | awk -v tick="$(getconf CLK_TCK)" '{ sub(/^.*\) /, ""); n += $12 + $13 } END { printf "%.2f", n / tick }'
}

pss_kb() { # PID... ; memory, what workers share divided among them
  local p
  for p in "$@"; do cat "/proc/$p/smaps_rollup"; done | awk '/^Pss:/ { n += $2 } END { print n }'
}

descriptors() { # PID... ; of each
  local p
  for p in "$@"; do find "/proc/$p/fd" -mindepth 1 | wc -l; done | paste -sd ' '
}

# Writes a line of time, CPU of the proxy, its memory and the CPU of the gateway every ten seconds.
watch() { # FILE GATEWAY PID...
  local file=$1 of_gateway=$2
  shift 2
  while alive "$@"; do
    echo "$(date +%s.%N) $(cpu_seconds "$@") $(pss_kb "$@") $(cpu_seconds "$of_gateway")" >>"$file"
    sleep 10
  done 2>/dev/null
}

row() { # PART VALUE... ; NAME=FILE is read as JSON, NAME:VALUE taken as it is
  "$tools/results.py" row "$proxy" "$@" >>"$rows"
}

hold() {
  local main main_at quiet_at mute_at pids=() options=() processes=1 before after watcher
  say "hold: $connections connections, $seconds s"
  start_gateway main
  main=$gateway main_at=$gateway_at
  start_gateway quiet --interval 1m
  quiet_at=$gateway_at
  start_gateway mute --interval 1h --set sse.heartbeat=1h --set websocket.ping-interval=1h
  mute_at=$gateway_at

  load direct "http://$main_at" --connections "$connections" --ramp 2000/s --duration 20s --fail-if "$faults" >&2 || fail "the run without proxy"

  # HAProxy is one process, and here a process has fewer descriptors than two for each client: two processes on one port then.
  if [ "$proxy" = haproxy ] && [ $((2 * connections + 200)) -gt "$(ulimit -Hn)" ]; then processes=2 options=(--threads 1); fi
  render main "$proxy" "127.0.0.1:$port" --gateway "$main_at" ${options[@]+"${options[@]}"}
  start_rendered "$proxy" main "$port"
  pids=("${proxy_pids[@]}")
  if [ "$processes" = 2 ]; then
    launch second haproxy -db -f "$rendered"
    pids+=("$launched")
  fi
  start_proxy idle "$proxy" $((port + 1)) --gateway "$quiet_at"
  start_proxy mute "$proxy" $((port + 2)) --gateway "$mute_at"
  before=$(pss_kb "${pids[@]}")
  launch_load idle "http://127.0.0.1:$((port + 1))" --connections 200 --ramp 100/s --duration 150s --fail-if "$faults,connected<200,messages<400"
  local idle_load=$launched
  launch_load mute "http://127.0.0.1:$((port + 2))" --connections 100 --ramp 100/s --duration 100s
  local mute_load=$launched

  watch "$scratch/watch" "$main" "${pids[@]}" &
  watcher=$!
  disown "$watcher"
  started+=("$watcher")
  launch_load through "$url" --connections "$connections" --ramp 1000/s --duration "${seconds}s" \
    --fail-if "$faults,connected<$connections"
  local through=$launched
  sleep $((connections / 1000 + 5))
  local held
  held=$(descriptors "${pids[@]}")
  if ! await $((seconds + 60)) ended "$through"; then fail "the run does not end"; fi
  after=$(pss_kb "${pids[@]}")
  tail -25 "$scratch/load-through.log" >&2
  kill "$watcher" 2>/dev/null || true
  await 30 ended "$idle_load" "$mute_load" || fail "the idle runs do not end"
  row hold direct="$scratch/direct.json" through="$scratch/through.json" idle="$scratch/idle.json" mute="$scratch/mute.json" \
    watch="$scratch/watch" before:"$before" after:"$after" descriptors:"\"$held\"" processes:"${#pids[@]}" || fail "hold: see above"
  stop_all
}

arrivals() {
  say "arrivals"
  start_gateway arrivals --interval 200ms
  start_proxy arrivals "$proxy" "$port" --gateway "$gateway_at"
  "$tools/look.py" arrivals "http://$gateway_at" --events 25 >"$scratch/direct" || fail "bursts from the gateway itself"
  "$tools/look.py" arrivals "$url" --events 25 >"$scratch/shipped" || fail "events come in bursts"
  # The counter-test: what the shipped lines are good for, and that this test can fail.
  local without transport=()
  render without "$proxy" "127.0.0.1:$((port + 1))" --gateway "$gateway_at"
  case $proxy in
    nginx) # its defaults until 1.29.6; no WebSocket with them
      without='proxy_buffering off, proxy_http_version 1.1'
      sed -i 's/proxy_buffering off;.*/proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;/; s/proxy_http_version 1.1;.*/proxy_http_version 1.0;/' "$rendered"
      transport=(--only sse)
      ;;
    haproxy)
      without='option http-no-delay'
      sed -i '/^ *option http-no-delay/d' "$rendered"
      ;;
  esac
  start_rendered "$proxy" without $((port + 1))
  "$tools/look.py" arrivals "http://127.0.0.1:$((port + 1))" --events 25 ${transport[@]+"${transport[@]}"} >"$scratch/without" || true
  row arrivals direct="$scratch/direct" shipped="$scratch/shipped" without="$scratch/without" line:"\"$without\"" || fail "arrivals"
  stop_all
}

drain() {
  local signal leaving
  for signal in TERM KILL; do
    say "drain: SIG$signal to one of two gateways"
    start_gateway stays
    local stays_at=$gateway_at
    start_gateway leaves
    leaving=$gateway
    start_proxy drain "$proxy" "$port" --gateway "$stays_at" --gateway "$gateway_at"
    sleep 2
    launch_load clients "$url" --connections 500 --ramp 500/s --duration 30s --reconnect --no-compare --fail-if 'connected<500,failed>0'
    local clients=$launched
    sleep 5
    # 25 new clients a second, from before the signal to after it.
    launch_load newcomers "$url" --connections 300 --ramp 25/s --duration 3s --no-compare
    local newcomers=$launched
    sleep 5
    date +%s.%N >"$scratch/signalled"
    kill "-$signal" "$leaving"
    await 60 ended "$clients" "$newcomers" || fail "drain: the clients do not end"
    tail -12 "$scratch/load-clients.log" >&2
    row "drain-$signal" clients="$scratch/clients.json" newcomers="$scratch/newcomers.json" signalled:"$(cat "$scratch/signalled")" \
      || fail "drain, SIG$signal: somebody was turned away, or did not come back"
    stop_all
  done
}

slow() {
  local name gateways=() at=() begin now i left=3
  local noticed=(null null null) sent=(0 0 0) closed=(null null null)
  say "slow"
  for i in 0 1 2; do
    start_gateway "slow-$i" --interval 10ms
    gateways+=("$gateway") at+=("$gateway_at")
  done
  start_proxy shipped "$proxy" "$port" --gateway "${at[1]}"
  render unbounded "$proxy" "127.0.0.1:$((port + 1))" --gateway "${at[2]}"
  sed -E -i 's/ sndbuf=32k//; /^ *tune.(sndbuf.client|rcvbuf.server)/d' "$rendered"
  start_rendered "$proxy" unbounded $((port + 1))
  launch_load slow-0 "http://${at[0]}" --connections 40 --slow-share 1 --duration 55s
  launch_load slow-1 "$url" --connections 40 --slow-share 1 --duration 55s
  launch_load slow-2 "http://127.0.0.1:$((port + 1))" --connections 40 --slow-share 1 --duration 55s
  sleep 2
  begin=$(date +%s)
  while now=$(($(date +%s) - begin)) && [ "$now" -lt 52 ] && [ "$left" -gt 0 ]; do
    for i in 0 1 2; do
      [ "${closed[i]}" = null ] || continue
      curl -s -m 3 "http://${at[i]}/metrics" >"$scratch/metrics" || continue
      if [ "${noticed[i]}" = null ]; then
        sent[i]=$(awk '/^gateway_sent_bytes_total/ { n += $NF } END { printf "%d", n / 40 }' "$scratch/metrics")
        if [ "$(awk '/^gateway_slow_connections/ { printf "%d", $NF }' "$scratch/metrics")" -ge 40 ]; then noticed[i]=$now; fi
      fi
      if [ "$now" -gt 5 ] && [ "$(awk '/^gateway_connections[{ ]/ { n += $NF } END { printf "%d", n }' "$scratch/metrics")" = 0 ]; then
        closed[i]=$now
        left=$((left - 1))
      fi
    done
    sleep 1
  done
  local json='{'
  i=0
  for name in direct shipped unbounded; do
    json+="\"$name\":{\"noticedAfterSeconds\":${noticed[i]},\"sentBytesUntilThen\":${sent[i]},\"closedAfterSeconds\":${closed[i]}},"
    i=$((i + 1))
  done
  row slow watchedSeconds:52 found:"${json%,}}" || fail "slow: the gateway does not notice who does not read"
  stop_all
}

ports_inside() {
  ip link set lo up
  echo '40000 40499' >/proc/sys/net/ipv4/ip_local_port_range
  start_gateway ports
  start_proxy one "$proxy" "$port" --gateway "$gateway_at"
  "$tools/look.py" open "$url" --count 1200 >"$scratch/one.json"
  stop "$launched"
  start_proxy three "$proxy" $((port + 1)) --gateway "$gateway_at" --source 127.0.0.2 --source 127.0.0.3 --source 127.0.0.4
  "$tools/look.py" open "http://127.0.0.1:$((port + 1))" --count 1200 >"$scratch/three.json"
  row ports one="$scratch/one.json" three="$scratch/three.json" range:500
  stop_all
  cat "$rows" >"$inside"
}

if [ -n "$inside" ]; then
  ports_inside
  exit 0
fi

ports() {
  say "ports"
  GATEWAY_JAR=$jar LOAD_JAR=$load_jar unshare -n "$0" "$proxy" --inside "$scratch/ports" || fail "ports"
  cat "$scratch/ports" >>"$rows"
}

for part in $only; do
  : >"$rows"
  "$part"
  "$tools/results.py" write --rows "$rows" --out "$out" --jar "$jar" --repo "$repo" >"$scratch/tables"
done
if [ -f "$scratch/tables" ]; then cat "$scratch/tables"; fi
[ "$failures" = 0 ] || die "$failures failures, see above"
say "all of it held"
