#!/usr/bin/env bash
# What check (nginx, haproxy) and prove.sh share: gateways and proxies started, watched and ended. Sourced, never run.
# shellcheck disable=SC2034 # much of it is used by them only
set -euo pipefail

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=$(cd "$tools/../.." && pwd)
jar=${GATEWAY_JAR:-$repo/gateway-server/target/gateway-server.jar}
started=()
scratch=$(mktemp -d)
chmod 755 "$scratch" # nginx workers are www-data
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

cleanup() {
  stop_all
  rm -rf "$scratch"
}

alive() { # PID... ; whether one of them, started by us and not by somebody who got its number since, is
  local p stat
  for p in "$@"; do
    { read -r stat <"/proc/$p/stat"; } 2>/dev/null || continue
    stat=${stat##*) }
    if [[ $stat =~ ^[^Z]\ $$\  ]]; then return 0; fi
  done
  return 1
}

await() { # SECONDS COMMAND... ; until the command succeeds
  local left=$(($1 * 10))
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 0.1
  done
}

launch() { # LOG COMMAND... ; its pid is in $launched
  local log=$scratch/$1.log
  shift
  "$@" >"$log" 2>&1 &
  launched=$!
  disown "$launched" # or bash would announce its end
  started+=("$launched")
}

stop() { # PID... ; politely, after 10 s not
  local signal p
  for signal in TERM KILL; do
    for p in "$@"; do if alive "$p"; then kill "-$signal" "$p" 2>/dev/null || true; fi; done
    for _ in $(seq 100); do
      alive "$@" || return 0
      sleep 0.1
    done
  done
}

stop_all() {
  stop ${started[@]+"${started[@]}"}
  started=()
}

free() { # PORT
  ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

start_gateway() { # NAME ARGUMENT... ; $gateway is its pid, $gateway_at where it listens
  local log=$scratch/$1.log
  GATEWAY_JAR=$jar launch "$1" "$repo/ops/gateway.sh" --host 127.0.0.1 --port 0 "${@:2}"
  gateway=$launched
  if ! await 20 grep -q Prometheus "$log"; then
    cat "$log" >&2
    die "the gateway did not start"
  fi
  gateway_at=127.0.0.1:$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/metrics.*|\1|p' "$log")
}

# Renders the shipped configuration; $rendered is the file, which may then be changed for a counter-test.
render() { # NAME nginx|haproxy LISTEN OPTION... ; options of ./render
  mkdir -p "$scratch/proxies/$1"
  rendered=$("$tools/render" "$2" --dir "$scratch/proxies/$1" --listen "$3" "${@:4}")
}

start_rendered() { # nginx|haproxy NAME PORT ; of the file in $rendered. $proxy_pids: its processes
  local name=$2 log=$scratch/$2.log
  free "$3" || die "port $3 is taken; set PROXY_PORT"
  ulimit -n "$(ulimit -Hn)"
  case $1 in
    nginx) launch "$name" nginx -e "$scratch/proxies/$name/error.log" -c "$rendered" -g 'daemon off;' ;;
    haproxy) launch "$name" haproxy -db -f "$rendered" ;;
  esac
  if ! await 5 curl -s -o "$scratch/probe" "http://127.0.0.1:$3/health/live"; then
    cat "$log" "$scratch/proxies/$name"/*.log >&2 || true
    die "$1 did not start"
  fi
  mapfile -t proxy_pids < <(echo "$launched"; pgrep -P "$launched" || true)
}

start_proxy() { # NAME nginx|haproxy PORT OPTION...
  render "$1" "$2" "127.0.0.1:$3" "${@:4}"
  start_rendered "$2" "$1" "$3"
}

need() { # PROGRAM... ; or the check is skipped
  local program
  for program in "$@"; do
    if ! command -v "$program" >/dev/null; then
      echo "skipped: no $program on this machine"
      exit 0
    fi
  done
}

# The first event, as curl -N shows it.
first_event() { # URL OPTION...
  { curl -sN -m 4 "${@:2}" "$1/sse" 2>/dev/null || true; } | grep -a -m1 '^data: ' || true
}

upgrade_status() { # URL OPTION...
  curl -s -o /dev/null -m 1 -w '%{http_code}' "${@:2}" -H 'Connection: Upgrade' -H 'Upgrade: websocket' \
    -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' "$1/ws" || true
}

# The quick proof of both checks: the shipped configuration in front of a gateway, without load.
smoke() { # nginx|haproxy
  local port=${PROXY_PORT:-18480} url dead status path answer echo_at header
  url=http://127.0.0.1:$port
  dead=127.0.0.1:9 # discard: nothing listens there
  start_gateway gateway --interval 250ms
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$scratch/key" -out "$scratch/cert" 2>/dev/null
  cat "$scratch/key" "$scratch/cert" >"$scratch/pem"

  start_proxy proxy "$1" "$port" --gateway "$dead" --gateway "$gateway_at" --tls "127.0.0.1:$((port + 1))" --certificate "$scratch/pem"
  local proxy=$launched
  answer=$(first_event "$url")
  [ -n "$answer" ] || die "no event through $1 within 4 s"
  [ "$(upgrade_status "$url")" = 101 ] || die "no WebSocket through $1"
  echo "$1: an SSE event and a WebSocket come through"
  if curl -V | grep -q HTTP2; then
    answer=$(first_event "https://127.0.0.1:$((port + 1))" -k --http2)
    [ -n "$answer" ] || die "no event over TLS and HTTP/2 through $1"
    [ "$(upgrade_status "https://127.0.0.1:$((port + 1))" -k --http1.1)" = 101 ] || die "no WebSocket over TLS through $1"
    echo "$1: the same over TLS, SSE over HTTP/2"
  fi
  "$tools/look.py" arrivals "$url" --events 4 >"$scratch/arrivals" || die "events come in bursts: $(cat "$scratch/arrivals")"
  echo "$1: events come one by one: $(cat "$scratch/arrivals")"
  for path in api/publish api/info publish/ticks cloudevents %61pi/publish %70ublish/ticks api%2fpublish; do
    answer=$(curl -s -m 3 -w ' %{http_code}' -d x "$url/$path")
    case $answer in
      *api.key*) die "/$path came through: $answer" ;; # the gateway's own 403 speaks of it
      *' 403') ;;
      *) die "a stranger who calls /$path is answered $answer" ;;
    esac
  done
  echo "$1: nobody publishes through it"
  for _ in 1 2 3 4 5 6; do
    status=$(curl -s -o /dev/null -m 3 -w '%{http_code}' "$url/")
    [ "$status" = 200 ] || die "with one of two gateways gone a request is answered $status"
  done
  echo "$1: with one of two gateways gone all of 6 requests are answered"

  stop "$gateway"
  sleep 1.2 # for a health check to see it
  answer=$(curl -s -i -m 3 -H 'Accept: text/event-stream' "$url/sse")
  if ! { grep -q '^HTTP/1.1 200' <<<"$answer" && grep -qE '^retry: [2-8][0-9]{3}' <<<"$answer"; }; then
    die "without a gateway an EventSource is told: $answer"
  fi
  status=$(upgrade_status "$url")
  [ "$status" = 503 ] || die "without a gateway a WebSocket is answered $status"
  echo "$1: without a gateway an EventSource is told when to come back, a WebSocket gets 503"
  stop "$proxy"

  echo_at=127.0.0.1:$((port + 2))
  free "${echo_at#*:}" || die "port ${echo_at#*:} is taken; set PROXY_PORT"
  launch echo "$tools/look.py" echo "${echo_at#*:}"
  await 5 curl -s -m 1 "http://$echo_at/" || die "look.py echo did not start"
  start_proxy headers "$1" "$port" --gateway "$echo_at"
  answer=$(curl -s -m 3 -H 'X-Forwarded-For: 6.6.6.6' -H 'X-Forwarded-Proto: gopher' "$url/")
  for header in 'X-Forwarded-For: 127\.0\.0\.1' 'X-Forwarded-Proto: http' "Host: 127\.0\.0\.1:$port"; do
    grep -qi "^$header.\$" <<<"$answer" || die "no '$header' in the request: $answer"
  done
  if grep -qE '6\.6\.6\.6|gopher' <<<"$answer"; then die "a client can say who it is: $answer"; fi
  echo "$1: the gateway is told the client's address, and not by the client"
  stop "$launched"

  by_address "$1" "$port" X-Forwarded-For
  if [ "$1" = haproxy ]; then
    by_address "$1" "$port" "PROXY protocol, version 1" --proxy-protocol v1
    by_address "$1" "$port" "PROXY protocol, version 2" --proxy-protocol v2
  fi
}

# The gateway counts connections by the client's address, which the proxy tells it: one for each.
by_address() { # nginx|haproxy PORT HOW OPTION... ; options of ./render
  local url=http://127.0.0.1:$2 how=$3 settings=(proxy.trusted=127.0.0.1 limits.exempt-addresses=none limits.max-connections-per-address=1)
  local stream forged=(-H 'X-Forwarded-For: 127.0.0.9' -H 'Forwarded: for=127.0.0.9') second other
  [ $# -eq 3 ] || settings+=(proxy.protocol=on)
  start_gateway "by-address" --interval 250ms "${settings[@]/#/--set=}"
  start_proxy "by-address" "$1" "$2" --gateway "$gateway_at" "${@:4}"
  local proxy=$launched
  sleep 1.2 # for a health check to see it
  launch "stream" curl -sN -m 20 --interface 127.0.0.2 "${forged[@]}" "$url/sse"
  stream=$launched
  await 5 grep -aq '^data: ' "$scratch/stream.log" || die "no event by $how through $1"
  second=$(upgrade_status "$url" --interface 127.0.0.2 "${forged[@]}")
  other=$(upgrade_status "$url" --interface 127.0.0.3 "${forged[@]}")
  if [ "$second $other" != "503 101" ]; then
    die "by $how through $1: a client's second stream is answered $second, that of another one $other"
  fi
  stop "$stream" "$proxy" "$gateway"
  echo "$1: by $how the gateway counts clients, not the proxy"
}
