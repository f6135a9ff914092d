#!/usr/bin/env python3
"""Publishes one tick a second over one connection. Usage: publish.py PORT SECONDS [PATH]; the path is Nchan's /pub if not given."""

import http.client
import sys
import time

QUOTES = (
    '"quotes":[{"symbol":"005930","price":71200,"change":0.25,"volume":1234567},'
    '{"symbol":"000660","price":198500,"change":-0.75,"volume":2345678},'
    '{"symbol":"035420","price":187300,"change":1.10,"volume":345678}]}'
)


def main():
    port, seconds = int(sys.argv[1]), int(sys.argv[2])
    path = sys.argv[3] if len(sys.argv) > 3 else "/pub"
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    begin = time.monotonic()
    for seq in range(1, seconds + 1):
        time.sleep(max(0, begin + seq - time.monotonic()))
        tick = '{"seq":%d,"ts":%d,%s' % (seq, time.time() * 1000, QUOTES)
        server.request("POST", path, tick, {"Content-Type": "application/json"})
        server.getresponse().read()


main()
