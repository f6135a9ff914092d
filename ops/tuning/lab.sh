#!/usr/bin/env bash
# lab: what each kernel setting changes for a running gateway. The findings are in docs/tuning-linux.md.
#
# ops/tuning/lab.sh [--only NAME,...] [--java PATH] [--jar FILE] [--load-jar FILE] [--out DIR]
#
# NAME: backlog, syn, idle, buffers, dead, retries, ports, tcpmem, tracking, table, files, closing; all of them unless told otherwise.
#
# Everything runs in a network namespace of its own, with its own loopback and its own copies of most settings: nothing of the
# host changes, and nothing leaves the namespace. The exceptions, undone at the end, when the lab is interrupted, and, by a guard that
# outlives it, when it is killed: fs.file-max (files) belongs to the whole host and is changed for a few seconds; tcpmem makes a
# memory control group (version 1) and, changing no setting, lets sockets take a good sixteenth of the memory for some seconds.
# Needs root, a C compiler, iproute2 (unshare, nstat, ss) and, for syn, dead, retries, tracking and table, nft. Prints one JSON line a
# measurement and writes them to DIR/tuning-linux.json (docs/benchmarks), in place of the earlier lines of the same experiments.

# shellcheck source-path=SCRIPTDIR/../bench source=../bench/lib.sh
. "$(dirname "$0")/../bench/lib.sh"
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
all='backlog syn idle buffers dead retries ports tcpmem tracking table files closing'

if [ -z "${LAB_NAMESPACE:-}" ]; then
  case " $* " in *' --help '* | *' -h '*) usage && exit 0 ;; esac
  [ "$(id -u)" = 0 ] || die "needs root, for a network namespace"
  exec {host}</proc/self/ns/net
  LAB_NAMESPACE=1 LAB_HOST=/proc/self/fd/$host exec unshare --net "$0" "$@"
fi
options '--java --jar --load-jar --out --only' "$@"
for name in $only; do [[ " $all " == *" $name "* ]] || usage_error "--only takes: ${all// /, }"; done
GATEWAY_ARGS=''
prepare
cc -O2 -Wall -o "$tmp/storm" "$lab/storm.c"
cc -O2 -Wall -o "$tmp/flows" "$lab/flows.c"
ip link set lo up mtu 1500 # what a client on a network has

# --- settings ---------------------------------------------------------------------------------------------------------------------

saved=$(mktemp)
on_host() { nsenter --net="$LAB_HOST" "$@"; }
key_file() { echo "/proc/sys/${1//.//}"; }

# Of the whole host: kept in $saved first.
host_set() { # KEY VALUE...
  local key=$1 file
  shift
  file=$(key_file "$key")
  grep -q "^$key " "$saved" || echo "$key $(on_host cat "$file")" >>"$saved"
  on_host sh -c "echo $* >$file"
}
host_restore() {
  local key value
  while read -r key value; do on_host sh -c "echo $value >$(key_file "$key")"; done <"$saved"
  : >"$saved"
}
# Of this namespace, which ends with this process.
set_here() { # KEY VALUE...
  local key=$1
  shift
  echo "$*" >"$(key_file "$key")"
}

get_here() { tr '\t' ' ' <"$(key_file "$1")"; } # KEY

# A control group for tcpmem; made there.
group=/sys/fs/cgroup/memory/fanfare-lab-$$
without_group() { if [ -d "$group" ]; then rmdir "$group"; fi; }

trap 'host_restore; rm -f "$saved"; cleanup; without_group' EXIT
# The guard: restores when this process is gone and left something.
(
  trap '' INT TERM HUP
  exec >/dev/null 2>&1
  while kill -0 "$$"; do sleep 1; done
  if [ -s "$saved" ]; then host_restore && rm -f "$saved"; fi
  for _ in $(seq 60); do if without_group; then break; else sleep 1; fi; done
) &
disown "$!"

# --- tools ------------------------------------------------------------------------------------------------------------------------

stat_of() { nstat -asz "$1" 2>/dev/null | awk -v key="$1" '$1 == key { print $2 }'; } # NAME ; since the namespace began
stats_now() { local name; for name in "$@"; do echo "$name $(stat_of "$name")"; done; }
grown() { # BEFORE ; JSON members with what has been added since
  local name value
  while read -r name value; do printf ',"%s":%d' "${name#TcpExt}" "$(($(stat_of "$name") - value))"; done <<<"$1"
}
tcp_pages() { awk '/^TCP:/ { print $NF }' /proc/net/sockstat; } # of the whole host
slab_kb() { awk '/^Slab:/ { print $2 }' /proc/meminfo; }
metric() { # NAME ; the sum over its labels
  curl -s -m 5 "http://127.0.0.1:$port/metrics" | awk -v name="$1" '$1 ~ "^" name "([{]|$)" { n += $NF } END { printf "%d\n", n }'
}
storm() { timeout 120 "$tmp/storm" -p "$port" "$@"; }
quiet_gateway() { serve_gateway --set ticker.source=off "$@"; } # no ticks
warm() { for _ in 1 2 3; do "$tmp/knock" -n 3000 -p "$port" -u /sse -m get -H 0 >/dev/null; sleep 1; done; }
row() { # FORMAT VALUE... ; one measurement
  add_row "$@"
  tail -1 "$rows" >&2
}
skip() { # EXPERIMENT WHY
  row '{"experiment":"%s","skipped":"%s"}' "$1" "$2"
}
needs_nft() { command -v nft >/dev/null || { skip "$1" "nft is not installed"; return 1; }; }
no_rules() { nft flush ruleset; }
wait_gone() { while kill -0 "$1" 2>/dev/null; do sleep 0.2; done; } # PID
result_of() { grep -m1 '^{' "$tmp/$1.log" || die "no result in $1.log: $(tail -3 "$tmp/$1.log")"; } # LOG ; of launch
in_kb() { awk -v a="$1" -v n="$2" 'BEGIN { printf "%.2f", a / n }'; } # KILOBYTES CONNECTIONS
# A file of ticks of 7 KB, to fill buffers in seconds that take minutes with the usual 230 bytes.
big_ticks() {
  awk 'BEGIN { print "date,symbol,price"; for (d = 1; d < 3; d++) for (i = 1; i <= 120; i++) printf "2026-01-0%d,S%03d,%d.25\n", d, i, 100 * d + i }'
}

# --- a connect storm against the accept queue -----------------------------------------------------------------------------------

# 15,000 clients come at 10,000/s; in the middle of it the gateway stands still for PAUSE ms.
storm_with_pause() { # SOMAXCONN BACKLOG PAUSE
  local before
  set_here net.core.somaxconn "$1"
  quiet_gateway --set server.backlog="$2"
  warm
  before=$(stats_now TcpExtListenOverflows TcpExtListenDrops)
  launch storm "$tmp/storm" -p "$port" -n 15000 -r 10000 -u /sse -A 2 -t 20
  sleep 0.5
  if [ "$3" -gt 0 ]; then
    kill -STOP "$server"
    sleep "$(awk -v ms="$3" 'BEGIN { print ms / 1000 }')"
    kill -CONT "$server"
  fi
  wait_gone "$launched"
  row '{"experiment":"backlog","somaxconn":%d,"backlog":%d,"pause_ms":%d%s,"storm":%s}' "$1" "$2" "$3" "$(grown "$before")" \
    "$(cat "$tmp/storm.log")"
  stop "$server"
}

backlog() {
  local pause
  for pause in 0 400; do
    storm_with_pause 128 4096 "$pause"
    storm_with_pause 1024 4096 "$pause"
    storm_with_pause 4096 4096 "$pause"
  done
  storm_with_pause 16384 4096 1000
  storm_with_pause 16384 16384 1000
  set_here net.core.somaxconn 4096
}

# --- half-open connections ----------------------------------------------------------------------------------------------------------

# 127.0.9.1 to .4 ask for connections and never complete one; then 500 good clients come.
syn() {
  local cookies queue before
  needs_nft syn || return 0
  for cookies in 0 1; do
    for queue in 128 8192; do
      set_here net.ipv4.tcp_syncookies "$cookies"
      set_here net.ipv4.tcp_max_syn_backlog "$queue"
      quiet_gateway
      warm
      nft add table ip lab
      nft add chain ip lab in '{ type filter hook prerouting priority raw; }'
      nft add rule ip lab in ip saddr 127.0.0.1 ip daddr 127.0.9.0/24 drop
      before=$(stats_now TcpExtTCPReqQFullDrop TcpExtTCPReqQFullDoCookies TcpExtSyncookiesSent TcpExtSyncookiesRecv TcpExtListenDrops)
      launch flood "$tmp/storm" -p "$port" -n 3000 -a 127.0.9.1 -A 4 -t 12
      sleep 1
      row '{"experiment":"syn","syncookies":%d,"max_syn_backlog":%d,"half_open":%d,"storm":%s%s}' "$cookies" "$queue" \
        "$(ss -Htn state syn-recv | wc -l)" "$(storm -n 500 -r 500 -u /sse -t 8)" "$(grown "$before")"
      stop "$launched"
      no_rules
      stop "$server"
    done
  done
  set_here net.ipv4.tcp_syncookies 1
  set_here net.ipv4.tcp_max_syn_backlog 2048
}

# --- buffers: idle connections ----------------------------------------------------------------------------------------------------------

idle() {
  local rmem wmem sizes slab pages
  rmem=$(get_here net.ipv4.tcp_rmem) wmem=$(get_here net.ipv4.tcp_wmem)
  for sizes in '4096 4096 4096' '4096 131072 33554432' '1048576 1048576 33554432'; do
    set_here net.ipv4.tcp_rmem "$sizes"
    set_here net.ipv4.tcp_wmem "$sizes"
    quiet_gateway
    warm
    sleep 2
    slab=$(slab_kb) pages=$(tcp_pages)
    launch knock "$tmp/knock" -n 9000 -p "$port" -u /sse -m get -H 5
    streams_open 9000
    sleep 1
    row '{"experiment":"idle","tcp_rmem_and_wmem":"%s","connections":%d,"slab_kb_per_connection":%s,"tcp_pages":%d}' "$sizes" \
      "$(metric gateway_connections)" "$(in_kb $(($(slab_kb) - slab)) 9000)" $(($(tcp_pages) - pages))
    wait_gone "$launched"
    stop "$server"
  done
  set_here net.ipv4.tcp_rmem "$rmem"
  set_here net.ipv4.tcp_wmem "$wmem"
}

# --- buffers: clients that do not read ------------------------------------------------------------------------------------------------

# 300 SSE clients that read the head of the answer and nothing more, and 100 that read all; a tick of 7 KB every 20 ms.
slow_clients() { # LOW_WATER MOST_WMEM
  local pages queued held result
  set_here net.ipv4.tcp_wmem "4096 16384 $2"
  serve_gateway --interval 20ms --set ticker.source=replay --set ticker.file="$tmp/ticks.csv" --set server.unsent-low-water="$1" \
    --set slow-consumer.stall-timeout=1h
  pages=$(tcp_pages)
  launch slow "$tmp/knock" -n 300 -p "$port" -u /sse -m get -H 30
  launch good "$tmp/drain" -n 100 -p "$port" -u /sse -m sse -k ts -P "$server" -l 10 -w 3
  sleep 12
  # Of the 150th of 400 in descending order, the middle one of the slow: what its kernel has not acknowledged, and the memory that takes at the gateway.
  queued=$(ss -Htn state established "sport = :$port" | awk '{ print $2 }' | sort -rn | sed -n 150p)
  held=$(ss -Htnm state established "sport = :$port" | grep -o ',w[0-9]*' | tr -d ,w | sort -rn | sed -n 150p)
  pages=$(($(tcp_pages) - pages))
  result=$(metric gateway_messages_conflated_total)
  wait_gone "$launched"
  row '{"experiment":"buffers","low_water":"%s","wmem_max":%d,"tcp_kb_per_slow_both_ends":%s,"gateway_kb_of_a_slow_one":%s,"queued_bytes_of_a_slow_one":%d,"conflated":%d,"good":%s}' \
    "$1" "$2" "$(in_kb $((pages * 4)) 300)" "$(in_kb "${held:-0}" 1024)" "${queued:-0}" "$result" "$(result_of good)"
  stop_all
  set_here net.ipv4.tcp_wmem "$wmem"
}

buffers() {
  local wmem
  wmem=$(get_here net.ipv4.tcp_wmem)
  big_ticks >"$tmp/ticks.csv"
  slow_clients 4KiB 4194304
  slow_clients 0B 4194304
  slow_clients 0B 65536
}

# --- dead peers -------------------------------------------------------------------------------------------------------------------------

# Each case is a gateway of its own with 200 clients. Those that are to be pinged are the load client's, which answers; they come first and
# are watched for longer than ping-interval and pong-timeout before anything happens to them. Then either every packet from and to the clients is dropped, as when a cable is pulled,
# or the client program is stopped and its kernel goes on answering.
dead() {
  local first=$port i p timers began pinged streams unread cut=() stopped=()
  local -a ports=() names=()
  local -A gone=()
  needs_nft dead || return 0
  [ -f "$load_jar" ] || die "no $load_jar; run: mvn -q -DskipTests package"
  cp "$load_jar" "$tmp/load.jar"
  set_here net.ipv4.tcp_keepalive_time 5
  set_here net.ipv4.tcp_keepalive_intvl 1
  set_here net.ipv4.tcp_keepalive_probes 3
  one() { # cut|stopped NAME MODE ARGUMENT...
    local how=$1 mode=$3
    names+=("$2") ports+=("$port")
    shift 3
    serve_gateway --set drain.timeout=1s "$@"
    if [[ $* == *ping-interval=5s* ]]; then
      launch "client-$port" "$java" -Xmx256m -jar "$tmp/load.jar" -n 200 --sse-share 0 --duration 150s --url "http://127.0.0.1:$port"
    else
      launch "client-$port" "$tmp/drain" -n 200 -p "$port" -u "/$mode" -m "$mode" -l 1 -w 150
    fi
    if [ "$how" = cut ]; then cut+=("$port"); else stopped+=("$launched"); fi
    port=$((port + 1))
  }
  local silent='websocket.ping-interval=1h' ten='slow-consumer.stall-timeout=10s'
  one cut 'nio, ticks, pings 5 s, pong-timeout 10 s' ws --set "$ten" --set server.transport=nio --set websocket.ping-interval=5s \
    --set websocket.pong-timeout=10s
  one stopped 'WebSocket, tick every 1 s, pings 5 s, pong-timeout 10 s' ws --set "$ten" --set websocket.ping-interval=5s \
    --set websocket.pong-timeout=10s
  for p in "${ports[@]}"; do port=$p streams_open 200; done
  pinged=$SECONDS
  one cut 'ticks, stall-timeout 30 s (default)' ws
  one cut 'ticks, stall-timeout 10 s' ws --set "$ten" --set "$silent"
  one cut 'no ticks, heartbeat 5 s, stall-timeout 10 s' sse --set "$ten" --set ticker.source=off --set sse.heartbeat=5s
  one cut 'nothing to send, tcp_keepalive_time 5 s' sse --set "$ten" --set ticker.source=off --set sse.heartbeat=1h
  one cut 'nio, ticks, no pings' ws --set "$ten" --set server.transport=nio --set "$silent"
  one stopped 'SSE, tick every 1 s' sse --set "$ten"
  one stopped 'SSE, tick every 10 ms' sse --set "$ten" --interval 10ms
  while [ $((SECONDS - pinged)) -lt 17 ]; do sleep 0.5; done
  for p in "${ports[@]}"; do port=$p streams_open 200; done
  timers=$(ss -Htno "sport >= :$first and sport < :$((first + ${#ports[@]}))" | grep -c 'timer:(keepalive' || true)
  pull_cable "${cut[@]}"
  kill -STOP "${stopped[@]}"
  began=$SECONDS
  while [ $((SECONDS - began)) -lt 40 ] && [ ${#gone[@]} -lt ${#ports[@]} ]; do
    for i in "${!ports[@]}"; do
      if [ -z "${gone[$i]:-}" ] && [ "$(port=${ports[i]} streams)" = 0 ]; then gone[$i]=$((SECONDS - began)); fi
    done
    sleep 0.5
  done
  for i in "${!ports[@]}"; do
    p=${ports[i]}
    streams=$(port=$p streams)
    unread=$(ss -Htn "dport = :$p" | awk '{ n += $2 } END { printf "%d", n / 200 }')
    row '{"experiment":"dead","case":"%s","all_found_after_s":%s,"left":%d,"watched_s":%d,"closed":{%s},"unread_bytes_each":%d,"keepalive_timers":%d}' \
      "${names[i]}" "${gone[$i]:-null}" "$streams" $((SECONDS - began)) "$(port=$p closed_by)" "$unread" "$timers"
  done
  no_rules
  kill -CONT "${stopped[@]}"
  port=$first
  stop_all
}

streams() { # how many are open; nothing when the gateway does not answer
  curl -s -m 5 --interface 127.0.0.9 "http://127.0.0.1:$port/metrics" | awk '/^gateway_connections[{ ]/ { n += $NF; seen = 1 } END { if (seen) printf "%d\n", n }'
}

closed_by() { # JSON members
  curl -s -m 5 --interface 127.0.0.9 "http://127.0.0.1:$port/metrics" | sed -nE '/ 0(\.0)?$/d; s/^gateway_connections_closed_total\{.*reason="([a-z_]+)".* ([0-9]+)(\.0)?$/"\1":\2/p' | paste -sd,
}

pull_cable() { # PORT... ; packets between these gateways and everybody but 127.0.0.9, who asks for metrics, vanish
  local p
  nft add table ip lab
  nft add chain ip lab in '{ type filter hook prerouting priority raw; }'
  for p in "$@"; do
    nft add rule ip lab in ip saddr != 127.0.0.9 tcp dport "$p" drop
    nft add rule ip lab in ip daddr != 127.0.0.9 tcp sport "$p" drop
  done
}

stop_all() { # all that runs, at once
  local p
  for p in ${started[@]+"${started[@]}"}; do kill "$p" 2>/dev/null || true; done
  for _ in $(seq 100); do
    still_running || break
    sleep 0.2
  done
  for p in ${started[@]+"${started[@]}"}; do kill -9 "$p" 2>/dev/null || true; done
  started=()
}

# The kernel's own patience, where nothing else sets a limit.
retries() {
  local began value
  needs_nft retries || return 0
  for value in 5 6; do
    set_here net.ipv4.tcp_retries2 "$value"
    serve_gateway --set websocket.ping-interval=1h --set server.transport=nio --set drain.timeout=1s
    launch client "$tmp/drain" -n 200 -p "$port" -u /ws -m ws -l 1 -w 60
    streams_open 200
    pull_cable "$port"
    began=$SECONDS
    while [ "$(streams)" != 0 ] && [ $((SECONDS - began)) -lt 45 ]; do sleep 0.5; done
    row '{"experiment":"retries","case":"cut, nio, ticks, no pings","tcp_retries2":%d,"after_s":%d,"left":%d}' "$value" $((SECONDS - began)) "$(streams)"
    no_rules
    stop "$launched"
    stop "$server"
  done
  set_here net.ipv4.tcp_retries2 15
}

# --- ports of whoever connects --------------------------------------------------------------------------------------------------------

ports() {
  local reuse
  quiet_gateway
  warm
  set_here net.ipv4.ip_local_port_range 32768 33767 # 1,000 ports in place of 28,232, which this gateway's open files would not reach
  row '{"experiment":"ports","range":"32768 33767","sources":1,"storm":%s}' "$(storm -n 1500 -r 2000 -t 3)"
  sleep 2
  row '{"experiment":"ports","range":"32768 33767","sources":2,"storm":%s}' "$(storm -n 1500 -r 2000 -A 2 -a 127.0.0.4 -t 3)"
  sleep 2
  set_here net.ipv4.ip_local_port_range 32768 34767
  row '{"experiment":"ports","range":"32768 34767","sources":1,"storm":%s}' "$(storm -n 1500 -r 2000 -a 127.0.0.7 -t 3)"
  set_here net.ipv4.ip_local_port_range 32768 33767
  for reuse in 0 1; do # 900 connections, closed by the client, and 900 more 1.5 s later
    set_here net.ipv4.tcp_tw_reuse "$reuse"
    row '{"experiment":"ports","range":"32768 33767","tcp_tw_reuse":%d,"rounds":[%s],"time_wait":%d}' "$reuse" \
      "$(storm -n 900 -r 2000 -a "127.0.1.$((reuse + 1))" -R 2 -t 3 | paste -sd,)" "$(ss -Htn state time-wait | wc -l)"
  done
  set_here net.ipv4.tcp_tw_reuse 2
  set_here net.ipv4.ip_local_port_range 32768 60999
  stop "$server"
}

# --- memory of all sockets together ---------------------------------------------------------------------------------------------------

# SLOW SSE clients that never read and a quarter as many that do, a tick of 7 KB every 10 ms, so that 0.7 MB/s are meant for each.
# With a LIMIT in MiB the gateway's sockets may not hold more than that, by a control group; without, tcp_mem is all there is.
under_pressure() { # SLOW LOW_WATER LIMIT
  local before peak=0 base pages answer as=() most=null failed=null
  if [ "$3" != 0 ]; then
    mkdir "$group"
    echo $(($3 << 20)) >"$group/memory.kmem.tcp.limit_in_bytes" # before the first socket, or it is not counted
    # shellcheck disable=SC2016 # for the inner shell
    as=(sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group")
  fi
  # shellcheck disable=SC2086 # options are words
  serve gateway ${as[@]+"${as[@]}"} "$java" $gateway_opts -jar "$tmp/gateway.jar" --host 127.0.0.1 --port "$port" --interval 10ms \
    --set ticker.source=replay --set ticker.file="$tmp/ticks.csv" --set server.unsent-low-water="$2" --set slow-consumer.stall-timeout=1h
  base=$(tcp_pages)
  before=$(stats_now TcpExtTCPMemoryPressures TcpExtTCPMemoryPressuresChrono TcpExtPruneCalled TcpExtTCPRcvQDrop TcpExtTCPAbortOnMemory \
    TcpRetransSegs)
  launch slow "$tmp/knock" -n "$1" -p "$port" -u /sse -m get -H 30
  launch good "$tmp/drain" -n $(($1 / 4)) -p "$port" -u /sse -m sse -k ts -P "$server" -l 6 -w 6
  for _ in $(seq 20); do
    sleep 0.5
    pages=$(($(tcp_pages) - base))
    if [ "$pages" -gt "$peak" ]; then peak=$pages; fi
  done
  answer=$(storm -n 100 -r 200 -a 127.0.5.1 -u /health/live -t 4)
  wait_gone "$launched"
  if [ "$3" != 0 ]; then most=$(cat "$group/memory.kmem.tcp.max_usage_in_bytes") failed=$(cat "$group/memory.kmem.tcp.failcnt"); fi
  row '{"experiment":"tcpmem","slow":%d,"low_water":"%s","limit_mib":%d,"tcp_mem":"%s","peak_pages":%d,"group_most_bytes":%s,"group_failed":%s,"new_connections":%s,"good":%s%s}' \
    "$1" "$2" "$3" "$(on_host cat /proc/sys/net/ipv4/tcp_mem | tr '\t' ' ')" "$peak" "$most" "$failed" "$answer" "$(result_of good)" "$(grown "$before")"
  stop_all
  sleep 1
  without_group
}

tcpmem() {
  local low pressure most slow
  read -r low pressure most < <(on_host cat /proc/sys/net/ipv4/tcp_mem)
  big_ticks >"$tmp/ticks.csv"
  # With the segments of the loopback a slow client pins some 3.8 MB, 950 pages: enough of them to lie between the last two figures.
  ip link set lo mtu 65536
  slow=$((pressure * 5 / 4 / 950))
  if [ "$slow" -gt 1500 ] || [ "$pressure" -gt "$most" ] || [ "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" -lt $((pressure * 12)) ]; then
    skip tcpmem "tcp_mem is $low $pressure $most: no $slow slow clients here, or not three times the memory that they pin"
  else
    under_pressure "$slow" 0B 0
    under_pressure "$slow" 4KiB 0
  fi
  if [ ! -e /sys/fs/cgroup/memory/memory.kmem.tcp.limit_in_bytes ]; then
    skip tcpmem "no memory control groups of version 1 here, the only ones that limit the memory of sockets by itself"
    ip link set lo mtu 1500
    return 0
  fi
  under_pressure 300 0B 64
  under_pressure 300 4KiB 64
  ip link set lo mtu 1500
}

# --- connection tracking ----------------------------------------------------------------------------------------------------------------

conntrack_file=/proc/sys/net/netfilter/nf_conntrack_max
tracked() { cat /proc/sys/net/netfilter/nf_conntrack_count; }
track() {
  nft add table ip lab
  nft add chain ip lab in '{ type filter hook input priority 0; }'
  nft add rule ip lab in ct state established accept # any rule with ct makes the kernel track
}
needs_conntrack() { # EXPERIMENT
  if [ ! -e "$conntrack_file" ]; then skip "$1" "this kernel has no connection tracking, or it is not loaded" && return 1; fi
  needs_nft "$1"
}
put_out() { # JSON members: packets dropped for a full table, and flows put out for newer ones, over all processors
  python3 -c '
lines = [line.split() for line in open("/proc/net/stat/nf_conntrack")]
print(",".join("\"%s\":%d" % (n, sum(int(cpu[lines[0].index(n)], 16) for cpu in lines[1:])) for n in ("drop", "early_drop")))'
}
# The commands that the doctor prints, for this port; on the loopback the client's end has to be left out too.
notrack() {
  local text
  text=$("$java" -jar "$tmp/gateway.jar" doctor --target 10000000 | sed -n 's/^ *\(nft .*\)/\1/p' | sed "s/ 8080 / $port /") || true
  [ "$(wc -l <<<"$text")" = 5 ] || die "the doctor does not say how not to track: $text"
  bash -euc "$text"
  nft add rule inet fanfare out tcp dport "$port" notrack
  nft add rule inet fanfare in tcp sport "$port" notrack
}

# What it costs.
tracking() {
  local how before entries
  needs_conntrack tracking || return 0
  serve_gateway
  warm_up /ws ws
  for how in none tracked notrack none tracked; do
    case $how in
      none) ;;
      tracked) track ;;
      notrack) track && notrack ;;
    esac
    before=$(tracked) # entries of the case before are still there
    launch cost "$tmp/drain" -p "$port" -n 5000 -u /ws -m ws -P "$server" -w 6 -l 1
    sleep 4
    entries=$(($(tracked) - before))
    wait_gone "$launched"
    row '{"experiment":"tracking","case":"%s","entries":%d,"drain":%s}' "$how" "$entries" "$(result_of cost)"
    no_rules
    sleep 1
  done
  stop "$server"
}

# A full table. It has the kernel's own size, which a namespace may not change, and each namespace fills one of its own.
table() {
  local before most flows
  needs_conntrack table || return 0
  most=$(cat "$conntrack_file")
  if [ "$most" -gt 1048576 ]; then skip table "nf_conntrack_max is $most, too many for this" && return 0; fi
  track
  serve_gateway
  warm
  before=$(tracked)
  launch first "$tmp/storm" -p "$port" -n 1000 -r 2000 -u /sse -a 127.0.2.1 -H 1
  sleep 1.2
  row '{"experiment":"table","case":"1,000 open","tracked":%d}' $(($(tracked) - before))
  wait_gone "$launched"
  launch second "$tmp/storm" -p "$port" -n 1000 -r 2000 -u /sse -a 127.0.2.2 -H 1
  sleep 1.2
  row '{"experiment":"table","case":"1,000 open and 1,000 just closed","tracked":%d,"time_wait_timeout_s":%d}' $(($(tracked) - before)) \
    "$(cat /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait)"
  wait_gone "$launched"
  launch good "$tmp/drain" -n 1500 -p "$port" -u /sse -m sse -k ts -P "$server" -l 6 -w 18
  streams_open 1500
  before=$(slab_kb)
  flows=$("$tmp/flows" $((most - $(tracked) - 500)))
  row '{"experiment":"table","case":"filled","max":%d,"flows":%d,"tracked":%d,"slab_bytes_each":%d}' "$most" "$flows" "$(tracked)" \
    $((($(slab_kb) - before) * 1024 / flows))
  before=$(put_out)
  row '{"experiment":"table","case":"1,500 come, 500 fit","storm":%s,"before":{%s},"after":{%s},"tracked":%d}' \
    "$(storm -n 1500 -r 2000 -u /sse -a 127.0.3.1 -t 5)" "$before" "$(put_out)" "$(tracked)"
  notrack
  row '{"experiment":"table","case":"not tracked as the doctor says","storm":%s,"tracked":%d}' "$(storm -n 1500 -r 2000 -u /sse -a 127.0.4.1 -t 5)" "$(tracked)"
  kill -0 "$launched" || die "the readers ended before the table was full; the machine is too slow for this"
  wait_gone "$launched"
  row '{"experiment":"table","case":"those who were there","drain":%s}' "$(result_of good)"
  no_rules
  stop "$server"
}

# --- open files of the whole host ---------------------------------------------------------------------------------------------------------------

files() {
  local who as during
  command -v setpriv >/dev/null || { skip files "setpriv is not installed"; return 0; }
  chmod 755 "$tmp"
  for who in nobody root; do
    as=()
    if [ "$who" = nobody ]; then as=(setpriv --reuid 65534 --regid 65534 --clear-groups); fi
    # shellcheck disable=SC2086 # options are words
    serve gateway ${as[@]+"${as[@]}"} "$java" $gateway_opts -jar "$tmp/gateway.jar" --host 127.0.0.1 --port "$port" --set ticker.source=off
    warm
    sleep 2
    host_set fs.file-max $(($(awk '{ print $1 }' /proc/sys/fs/file-nr) + 1200))
    # The clients are root's and not bound by it, but each has a file too.
    during=$(storm -n 1500 -r 3000 -u /sse -t 3)
    host_restore
    sleep 1
    row '{"experiment":"files","user":"%s","room":1200,"during":%s,"accept_pauses":%d,"after":%s}' "$who" "$during" \
      "$(metric gateway_accept_pauses_total)" "$(storm -n 1500 -r 3000 -u /sse -t 3)"
    stop "$server"
  done
}

# --- what the gateway leaves when it closes -------------------------------------------------------------------------------------------------------

closing() {
  local timeout slab
  for timeout in 60 10; do
    set_here net.ipv4.tcp_fin_timeout "$timeout"
    quiet_gateway --set drain.rate=10000
    launch knock "$tmp/knock" -n 5000 -p "$port" -u /sse -m get -H 60 # never reads again, never closes
    sleep 5
    slab=$(slab_kb)
    stop "$server"
    row '{"experiment":"closing","tcp_fin_timeout":%d,"fin_wait_2":%d,"time_wait":%d,"slab_kb_less_than_open":%d}' "$timeout" \
      "$(ss -Htn state fin-wait-2 | wc -l)" "$(ss -Htn state time-wait | wc -l)" $((slab - $(slab_kb)))
    sleep 15
    row '{"experiment":"closing","tcp_fin_timeout":%d,"after_s":15,"fin_wait_2":%d}' "$timeout" "$(ss -Htn state fin-wait-2 | wc -l)"
    stop "$launched"
  done
  set_here net.ipv4.tcp_fin_timeout 60
}

for experiment in ${only:-$all}; do
  say "$experiment"
  "$experiment"
done

python3 - "$rows" "$tmp/environment.json" "$out/tuning-linux.json" <<'PYTHON'
import json, os, sys
rows, environment, path = sys.argv[1:]
new = [json.loads(line) for line in open(rows)]
names = {row["experiment"] for row in new}
environment = json.load(open(environment))
old = json.load(open(path)) if os.path.exists(path) else {"rows": [], "environment": {}}
kept = [row for row in old["rows"] if row["experiment"] not in names]
# The rows of one file may be of several runs.
for rows, origin in (kept, old["environment"]), (new, environment):
    for row in rows:
        for key in "date", "commit":
            row.setdefault(key, origin.get(key))
with open(path, "w") as file:
    json.dump({"environment": environment, "rows": kept + new}, file, indent=1)
    file.write("\n")
PYTHON
say "written: $out/tuning-linux.json"
