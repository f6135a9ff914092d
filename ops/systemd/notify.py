#!/usr/bin/env python3
"""Plays systemd: starts a gateway with a NOTIFY_SOCKET and a watchdog, and checks what it says there.

ops/systemd/notify.py [--path FILE] COMMAND...     COMMAND starts the gateway on a port of its choice (--port 0)

Without --path the socket has an abstract address. Prints one line per thing checked; exit code 1 if one is not so.
Six to ten seconds.
"""
import ctypes
import glob
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

WATCHDOG = 2.0  # seconds
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17


class Failed(Exception):
    pass


def must(holds, words, seen=""):
    if not holds:
        raise Failed("%s%s" % (words, ": " + str(seen) if seen != "" else ""))
    print("ok: " + words, flush=True)


def receive(sock, seconds):
    """The lines of the next message; None if none comes in time."""
    sock.settimeout(max(0.001, seconds))
    try:
        return sock.recv(4096).decode().split("\n")
    except socket.timeout:
        return None


def receive_other(sock, seconds):
    """The same, watchdog messages left out."""
    end = time.monotonic() + seconds
    while True:
        message = receive(sock, end - time.monotonic())
        if message is None or "WATCHDOG=1" not in message:
            return message


def worker_thread(pid):
    for comm in glob.glob("/proc/%d/task/*/comm" % pid):
        if open(comm).read().startswith("worker-"):
            return int(comm.split("/")[4])
    raise Failed("no thread is called worker-")


def hang(pid):
    """Stops one worker thread; returns what lets it go on, or None where tracing is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    tid = ctypes.c_long(worker_thread(pid))
    if libc.ptrace(PTRACE_SEIZE, tid, None, None) != 0:
        return None
    libc.ptrace(PTRACE_INTERRUPT, tid, None, None)
    os.waitpid(tid.value, 0x40000000)  # __WALL: until it has stopped
    return lambda: libc.ptrace(PTRACE_DETACH, tid, None, None)


def converse(sock, gateway):
    ready = receive(sock, 30)
    must(ready and "READY=1" in ready, "READY=1 comes", ready)
    must(any(re.match(r"STATUS=\S+ .*", line) for line in ready), "with a STATUS in words")
    port = int(re.search(r"port (\d+)", ready[1]).group(1))
    with urllib.request.urlopen("http://127.0.0.1:%d/health/ready" % port, timeout=5) as answer:
        must(answer.status == 200, "the port listens by then")
    begin = time.monotonic()
    for _ in range(3):
        message = receive(sock, WATCHDOG)
        must(message and "WATCHDOG=1" in message, "WATCHDOG=1 comes in time", message)
    must(time.monotonic() - begin > WATCHDOG / 2, "and not all the time")
    go_on = hang(gateway.pid)
    if go_on is None:
        print("skipped: a loop that hangs (ptrace is not allowed here)")
    else:
        late = time.monotonic() + WATCHDOG / 4 + 0.3  # what was true before that may still be said
        while time.monotonic() < late:
            receive(sock, late - time.monotonic())
        silent = receive(sock, WATCHDOG)
        go_on()
        must(silent is None, "one worker loop hangs: no WATCHDOG=1 for the whole time", silent)
        message = receive(sock, 1)
        must(message and "WATCHDOG=1" in message, "the loop goes on: WATCHDOG=1 comes soon", message)
    gateway.send_signal(signal.SIGTERM)
    stopping = receive_other(sock, 5)
    must(stopping and stopping[0] == "STOPPING=1", "STOPPING=1 comes after SIGTERM", stopping)
    must(any(line.startswith("EXTEND_TIMEOUT_USEC=") for line in stopping), "with the time the drain may take")
    must(gateway.wait(20) == 0, "exit code 0", gateway.returncode)


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    address = "\0fanfare/check/%d" % os.getpid()
    if arguments[0] == "--path":
        address, arguments = arguments[1], arguments[2:]
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(address)
    environment = dict(os.environ, NOTIFY_SOCKET=address.replace("\0", "@"), WATCHDOG_USEC="%d" % (WATCHDOG * 1e6))
    # exec keeps the process id, so that WATCHDOG_PID can be told as systemd tells it
    gateway = subprocess.Popen(["sh", "-c", 'WATCHDOG_PID=$$ exec "$@"', "sh", *arguments], env=environment,
                               stdout=subprocess.DEVNULL)
    try:
        converse(sock, gateway)
        return 0
    except Failed as failure:
        print("FAILED: %s" % failure)
        return 1
    finally:
        if gateway.poll() is None:
            gateway.kill()
        sock.close()
        if not address.startswith("\0"):
            os.unlink(address)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
