#!/usr/bin/env python3
"""Looks closely at what comes through a proxy, read by read, which no HTTP client shows.

look.py arrivals URL [--events N] [--only sse]
                                        one SSE stream and one WebSocket: how many events each read brought, how late they were.
                                        Exit code 1 if a read brought more than one event
look.py open URL [--count N]            opens N SSE streams at once, with source ports of its own choice (from 10000 on), and counts
                                        the answers by status
look.py echo PORT                       a server on 127.0.0.1 that answers with the head of the request; ends after a minute

URL: http://ADDRESS:PORT. Prints one line of JSON.
"""

import argparse
import base64
import json
import os
import re
import selectors
import socket
import statistics
import sys
import threading
import time
import urllib.parse

TIMEOUT = 150


def connect(url, source_port=None):
    where = urllib.parse.urlsplit(url)
    if source_port is None:
        return socket.create_connection((where.hostname, where.port), TIMEOUT)
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", source_port))
    sock.settimeout(TIMEOUT)
    sock.connect((where.hostname, where.port))
    return sock


def request(url, path, *headers):
    lines = ["GET %s HTTP/1.1" % path, "Host: %s" % urllib.parse.urlsplit(url).netloc, *headers, "", ""]
    return "\r\n".join(lines).encode()


def read_head(sock):
    """The response head, read byte by byte so that nothing of the stream goes with it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        if not byte:
            raise OSError("closed within the head: %r" % head)
        head += byte
    return head.decode("latin-1")


def sse(url):
    sock = connect(url)
    sock.sendall(request(url, "/sse", "Accept: text/event-stream"))
    return sock, "200"


def web_socket(url):
    sock = connect(url)
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(request(url, "/ws", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                         "Sec-WebSocket-Key: " + key))
    return sock, "101"


def arrivals(url, events, only=None):
    """An event is where its timestamp is; the end of one that was cut is awaited before the read counts."""
    report, ok = {}, True
    for name, start in (("sse", sse), ("websocket", web_socket)):
        if only not in (None, name):
            continue
        sock, status = start(url)
        head = read_head(sock)
        if head.split(" ", 2)[1] != status:
            raise OSError("%s: %s" % (name, head.splitlines()[0]))
        rest, late, reads = b"", [], []
        while len(late) < events:
            data = sock.recv(1 << 20)
            now = time.time() * 1000
            if not data:
                raise OSError("%s: closed after %d events" % (name, len(late)))
            rest += data
            stamps = list(re.finditer(rb'"ts":(\d+)\D', rest))
            if stamps:
                rest = rest[stamps[-1].end():]
                reads.append(len(stamps))
                late += [now - int(stamp.group(1)) for stamp in stamps]
        sock.close()
        report[name] = {"events": len(late), "reads": len(reads), "mostInOneRead": max(reads),
                        "latencyMillis": {"p50": round(statistics.median(late), 1), "max": round(max(late), 1)}}
        ok = ok and max(reads) == 1
    return report, ok


def open_many(url, count):
    waiting = selectors.DefaultSelector()
    sockets, answers = [], {}
    for i in range(count):
        sock = connect(url, 10000 + i)
        sock.sendall(request(url, "/sse"))
        waiting.register(sock, selectors.EVENT_READ)
        sockets.append(sock)
    end = time.time() + 20
    while waiting.get_map() and time.time() < end:
        for key, _ in waiting.select(1):
            try:
                answer = key.fileobj.recv(4096).decode("latin-1").split(" ", 2)[1:2]
            except ConnectionError:
                answer = ["reset"]
            status = answer[0] if answer else "closed"
            answers[status] = answers.get(status, 0) + 1
            waiting.unregister(key.fileobj)
    left = len(waiting.get_map())
    if left:
        answers["silent"] = left
    for sock in sockets:
        sock.close()
    return {"opened": count, "answers": answers}, True


def echo(port):
    def serve(sock):
        with sock:
            head = read_head(sock).encode("latin-1")
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(head)
                         + head)

    def accept(listener):
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    listener = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    time.sleep(60)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["arrivals", "open", "echo"])
    parser.add_argument("target", metavar="URL|PORT")
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--only", choices=["sse", "websocket"])
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    if options.mode == "echo":
        echo(int(options.target))
        return
    try:
        if options.mode == "arrivals":
            report, ok = arrivals(options.target, options.events, options.only)
        else:
            report, ok = open_many(options.target, options.count)
    except OSError as problem:
        print("look.py: %s: %s" % (options.target, problem), file=sys.stderr)
        sys.exit(2)
    print(json.dumps(report))
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
