#!/usr/bin/env bash
# Starts the gateway on the newest JDK of this machine with the flags we recommend for it, and prints both.
#
#   ops/gateway.sh [gateway arguments]        for example: ops/gateway.sh --port 8080 --interval 1s
#   ops/gateway.sh --print-java               prints the Java and the flags it would use, and ends
#
# Each choice can be overridden by environment:
#   GATEWAY_JAVA      java to run                      (newest of JAVA_HOME, PATH and /usr/lib/jvm)
#   GATEWAY_JAR       the jar                          (gateway-server/target/gateway-server.jar)
#   GATEWAY_HEAP      -Xmx                             (1g: a connection needs about 1.2 KB of it)
#   GATEWAY_YOUNG     -Xmn                             (48m: some 55 MB less resident than the JVM's own choice, and shorter stops)
#   GATEWAY_DIRECT    -XX:MaxDirectMemorySize          (256m)
#   GATEWAY_GC        collector flag                   (-XX:+UseSerialGC: little CPU, little memory; when another: docs/tuning-jvm.md)
#   GATEWAY_JAVA_OPTS more flags, after the others
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jar=${GATEWAY_JAR:-$here/gateway-server/target/gateway-server.jar}

major() { # JAVA: its feature version, 0 if it does not run
  "$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1 | grep . || echo 0
}

newest_java() {
  local best='' best_version=0 candidate version
  for candidate in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    if [ ! -x "$candidate" ]; then continue; fi
    version=$(major "$candidate")
    if [ "$version" -gt "$best_version" ]; then best=$candidate best_version=$version; fi
  done
  [ "$best_version" -ge 17 ] || { echo "gateway.sh: no JDK 17 or newer found; set GATEWAY_JAVA" >&2; exit 1; }
  echo "$best"
}

java=${GATEWAY_JAVA:-$(newest_java)}
version=$(major "$java")
flags=("-Xmx${GATEWAY_HEAP:-1g}" "-Xmn${GATEWAY_YOUNG:-48m}" "-XX:MaxDirectMemorySize=${GATEWAY_DIRECT:-256m}"
  "${GATEWAY_GC:--XX:+UseSerialGC}")
# Halves the object headers: 1.20 instead of 1.35 KB of heap per connection (docs/tuning-jvm.md). A product flag from 25 on, off by default.
if [ "$version" -ge 25 ]; then flags+=(-XX:+UseCompactObjectHeaders); fi
# shellcheck disable=SC2206 # several flags in one variable are meant to be split
flags+=(${GATEWAY_JAVA_OPTS:-})

[ -f "$jar" ] || { echo "gateway.sh: $jar is missing; build it with: mvn -q -DskipTests package" >&2; exit 1; }
echo "gateway.sh: Java $version, $java ${flags[*]}"
if [ "${1:-}" = --print-java ]; then exit 0; fi
ulimit -n "$(ulimit -Hn)"
exec "$java" "${flags[@]}" -jar "$jar" "$@"
