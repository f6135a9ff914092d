#!/usr/bin/env bash
# Starts as many gateways as N connections need under this machine's open-file limit, and stops them together.
#
#   ops/fleet.sh N [--port P] [--one-port] [gateway arguments]
#
# Ports are P, P+1, … (default 9000), or P alone with --one-port: then all share it by SO_REUSEPORT and the kernel spreads the
# connections. Every gateway ticks at whole multiples of the interval of the wall clock, so all of them tick together.
# Prints the URLs, one a line, and a line `fleet: ready` when all listen. Ctrl-C or SIGTERM drains them all.
set -euo pipefail

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[[ ${1:-} =~ ^[1-9][0-9]*$ ]] || usage
connections=$1 port=9000 one_port=false
shift
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --port) [[ ${2:-} =~ ^[0-9]+$ ]] || usage; port=$2; shift 2 ;;
    --one-port) one_port=true; shift ;;
    *) arguments+=("$1"); shift ;;
  esac
done

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
limit=$(ulimit -Hn)
[ "$limit" != unlimited ] || limit=1048576
reserve=300 # the gateway's own files, and HTTP connections beside the streams
# The kernel spreads by hash, not evenly: leave a margin of 5 % on a shared port.
room=$((limit - reserve))
if $one_port; then room=$((room * 95 / 100)); fi
[ "$room" -gt 0 ] || { echo "fleet: an open-file limit of $limit leaves no room for connections" >&2; exit 1; }
processes=$(((connections + room - 1) / room))

logs=$(mktemp -d) pids=()
# shellcheck disable=SC2317 # called by the traps below
stop() {
  trap - EXIT INT TERM
  if [ ${#pids[@]} -gt 0 ]; then
    kill -TERM "${pids[@]}" 2>/dev/null || true
    wait "${pids[@]}" 2>/dev/null || true
  fi
  rm -rf "$logs"
}
trap 'stop; exit 0' INT TERM
trap stop EXIT

for ((i = 0; i < processes; i++)); do
  extra=(--port "$((port + i))")
  if $one_port; then extra=(--port "$port" --set server.reuse-port=true); fi
  "$here/gateway.sh" "${extra[@]}" "${arguments[@]}" >"$logs/$i" 2>&1 &
  pids+=($!)
done
for ((i = 0; i < processes; i++)); do
  for ((tries = 0; tries < 300; tries++)); do
    grep -q Prometheus "$logs/$i" && break
    kill -0 "${pids[$i]}" 2>/dev/null || { echo "fleet: gateway $i did not start:" >&2; cat "$logs/$i" >&2; exit 1; }
    sleep 0.1
  done
  [ "$tries" -lt 300 ] || { echo "fleet: gateway $i is not ready after 30 s:" >&2; cat "$logs/$i" >&2; exit 1; }
done
echo "fleet: $processes gateways for $connections connections, pids ${pids[*]}"
if $one_port; then
  echo "http://127.0.0.1:$port"
else
  for ((i = 0; i < processes; i++)); do echo "http://127.0.0.1:$((port + i))"; done
fi
echo "fleet: ready"
code=0
wait -n "${pids[@]}" || code=$?
echo "fleet: a gateway ended with exit code $code; stopping the others" >&2
exit 1
