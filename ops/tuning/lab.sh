#!/usr/bin/env bash
# lab: what each kernel setting changes for a running gateway. The findings are in docs/tuning-linux.md.
#
# ops/tuning/lab.sh [--only backlog,syn,ports,files,closing] [--java PATH] [--jar FILE] [--out DIR]
#
# Everything runs in a network namespace of its own, with its own loopback and its own copies of most settings: nothing of the
# host changes, and nothing leaves the namespace. One setting belongs to the whole host, fs.file-max (files), and is changed for a
# few seconds. It is restored at the end, when the lab is interrupted, and, by a guard that outlives it, when it is killed. Needs root,
# a C compiler, iproute2 (unshare, nstat, ss) and, for syn, nft. Prints one JSON line a measurement and writes them to
# DIR/tuning-linux.json (docs/benchmarks), in place of the earlier lines of the same experiments.

# shellcheck source-path=SCRIPTDIR/../bench source=../bench/lib.sh
. "$(dirname "$0")/../bench/lib.sh"
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
all='backlog syn ports files closing'

if [ -z "${LAB_NAMESPACE:-}" ]; then
  case " $* " in *' --help '* | *' -h '*) usage && exit 0 ;; esac
  [ "$(id -u)" = 0 ] || die "needs root, for a network namespace"
  exec {host}</proc/self/ns/net
  LAB_NAMESPACE=1 LAB_HOST=/proc/self/fd/$host exec unshare --net "$0" "$@"
fi
options '--java --jar --out --only' "$@"
for name in $only; do [[ " $all " == *" $name "* ]] || usage_error "--only takes: ${all// /, }"; done
GATEWAY_ARGS=''
prepare
cc -O2 -Wall -o "$tmp/storm" "$lab/storm.c"
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

trap 'host_restore; rm -f "$saved"; cleanup' EXIT
# The guard: restores when this process is gone and left something.
(
  trap '' INT TERM HUP
  exec >/dev/null 2>&1
  while kill -0 "$$"; do sleep 1; done
  if [ -s "$saved" ]; then host_restore && rm -f "$saved"; fi
) &
disown "$!"

# --- tools ------------------------------------------------------------------------------------------------------------------------

stat_of() { nstat -asz "$1" 2>/dev/null | awk -v key="$1" '$1 == key { print $2 }'; } # NAME ; since the namespace began
stats_now() { local name; for name in "$@"; do echo "$name $(stat_of "$name")"; done; }
grown() { # BEFORE ; JSON members with what has been added since
  local name value
  while read -r name value; do printf ',"%s":%d' "${name#TcpExt}" "$(($(stat_of "$name") - value))"; done <<<"$1"
}
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
old = json.load(open(path))["rows"] if os.path.exists(path) else []
kept = [row for row in old if row["experiment"] not in names]
for row in new:
    row["commit"] = environment.get("commit")
with open(path, "w") as file:
    json.dump({"environment": environment, "rows": kept + new}, file, indent=1)
    file.write("\n")
PYTHON
say "written: $out/tuning-linux.json"
