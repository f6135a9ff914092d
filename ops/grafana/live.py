"""A real gateway, a real Prometheus that scrapes it, and a few clients, for the time of a `with` block."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
PROMETHEUS = REPO / "ops" / "prometheus"
WEBSOCKET = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"


def free_port(wanted=0):
    """WANTED if it is free, or any that is."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", wanted))
        except OSError:
            sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def get(url, timeout=10):
    with urllib.request.urlopen(url, timeout=timeout) as reply:
        return reply.read().decode()


class Process:
    """A child that answers on a URL when it is ready, and ends with the block."""

    def __init__(self, name, command, ready, log):
        self.name, self.log = name, log
        with open(log, "wb") as out:
            self.child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        until = time.time() + 30
        while True:
            if self.child.poll() is not None or time.time() > until:
                self.stop()
                raise RuntimeError(f"{name} did not start:\n{Path(log).read_text(errors='replace')[-2000:]}")
            try:
                get(ready, 2)
                return
            except OSError:
                time.sleep(0.1)

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(15)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


class Stage:
    """Gateway and Prometheus. SCRAPE: seconds between two scrapes and rule evaluations. TLS: whether the gateway speaks that, too, on a port of its own."""

    def __init__(self, jar, java="java", java_options=(), gateway_options=(), scrape=1, port=0, tls=False):
        self.folder = Path(tempfile.mkdtemp(prefix="fanfare-"))
        self.scrape, self.processes = scrape, []
        self.gateway_port, self.prometheus_port = free_port(port), free_port()
        try:
            listen = self._tls() if tls else ["--port", str(self.gateway_port)]
            gateway = [java, *java_options, "-jar", str(jar), "--host", "127.0.0.1", *listen]
            self.gateway = self._start("gateway", gateway + list(gateway_options), f"{self.gateway_url}/health/ready")
            if shutil.which("prometheus"):
                self._start("prometheus", self._prometheus(), f"{self.prometheus_url}/-/ready")
        except BaseException:
            self.close()
            raise

    @property
    def gateway_url(self):
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def prometheus_url(self):
        return f"http://127.0.0.1:{self.prometheus_port}"

    def _tls(self):
        """With a certificate of its own; what is not TLS listens where it does without."""
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90", "-subj", "/CN=localhost",
                        "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
        return ["--port", str(free_port()), "--set", f"tls.certificate={certificate}", "--set", f"tls.key={key}",
                "--set", f"tls.plain-port={self.gateway_port}"]

    def _start(self, name, command, ready):
        process = Process(name, command, ready, self.folder / f"{name}.log")
        self.processes.append(process)
        return process

    def _prometheus(self):
        """The configuration of ops/prometheus as it is, but for how often and where."""
        shutil.copy(PROMETHEUS / "fanfare.rules.yml", self.folder)
        (self.folder / "targets.yml").write_text(f"- targets: ['127.0.0.1:{self.gateway_port}']\n")
        config = (PROMETHEUS / "prometheus.yml").read_text()
        for name, value in (("scrape_interval", "15s"), ("scrape_timeout", "10s"), ("evaluation_interval", "15s")):
            if config.count(f"  {name}: {value}\n") != 1:
                raise RuntimeError(f"prometheus.yml has no line '{name}: {value}'")
            config = config.replace(f"  {name}: {value}\n", f"  {name}: {self.scrape}s\n")
        (self.folder / "prometheus.yml").write_text(config)
        return ["prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
                f"--web.listen-address=127.0.0.1:{self.prometheus_port}", "--log.level=warn"]

    def api(self, path, **parameters):
        query = urllib.parse.urlencode(parameters)
        try:
            reply = json.loads(get(f"{self.prometheus_url}/api/v1/{path}?{query}"))
        except urllib.error.HTTPError as refused:
            raise ValueError(f"{parameters.get('query', path)}: {refused.read().decode()}") from refused
        return reply["data"]

    def close(self):
        for process in reversed(self.processes):
            process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def stream(port, path, address="127.0.0.2"):
    """An open stream, or what the gateway answered instead of one: (socket, status)."""
    sock = socket.create_connection(("127.0.0.1", port), 10, (address, 0))
    headers = WEBSOCKET if path == "/ws" else ""
    sock.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())
    status = int(sock.recv(4096).split(b" ", 2)[1])
    return sock, status


def jar():
    named = os.environ.get("GATEWAY_JAR")
    return Path(named) if named else REPO / "gateway-server" / "target" / "gateway-server.jar"
