#!/usr/bin/env python3
"""loris.py PORT COUNT silent|trickle|full: opens COUNT connections to 127.0.0.1:PORT that never finish a request, says how many the
gateway has, and holds them for two minutes. See ops/bench/loris."""

import socket
import sys
import time

HEAD = b"GET /sse HTTP/1.1\r\nHost: localhost\r\n"
LINE = b"X-%02d: " + b"y" * 150 + b"\r\n"


def main():
    port, count, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    sockets = []
    for i in range(count):
        sock = socket.socket()
        sock.bind(("127.0.0.%d" % (2 + i // 10000), 0))
        sock.connect(("127.0.0.1", port))
        if kind == "full":
            sock.sendall(HEAD + b"".join(LINE % n for n in range(98)))
        elif kind == "trickle":
            sock.sendall(HEAD + b"X: ")
        sockets.append(sock)
    print("open", len(sockets), flush=True)
    end = time.time() + 120
    while time.time() < end:
        if kind == "trickle":
            for sock in sockets:
                sock.send(b"y")
        time.sleep(1)


main()
