#!/usr/bin/env python3
"""The daemon catching up a long log, from nginx that serves prepared gzip pages over TLS.

Prints for each mode: events/s, CPU seconds per million events, peak RSS, and the ratio to the floor, a program that does nothing but
decrypt, inflate, scan and write the same bytes to the page cache, measured in turn with the modes. Each figure is the best of all
rounds: what else runs on a machine, and a hypervisor that hands out memory lazily, only ever add. Trust the ratios.

With --tenants the same number of events comes from that many tenants, at the same time and into one file.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FLOOR_DOMAIN = "floor.okta.com"
DISTINCT_PAGES = 20
EVENTS_A_PAGE = 1000
MODES = {
    "at_least_once, never": ("at_least_once", "never"),
    "at_least_once, 1s": ("at_least_once", "1s"),
    "exactly_once, never": ("exactly_once", "never"),
    "exactly_once, 1s": ("exactly_once", "1s"),
    "exactly_once, page": ("exactly_once", "page"),
}


def make_certificates(folder: Path) -> None:
    def openssl(*args: str) -> None:
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=folder)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj",
            "/CN=bench CA")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", f"/CN={FLOOR_DOMAIN}")
    (folder / "san").write_text("subjectAltName=DNS:*.okta.com\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile",
            "san", "-out", "server.pem")


def cursors_of(log: str, pages: int) -> str:
    """nginx's maps from the cursor's `after` to the page and to the next cursor; the distinct pages come again and again."""
    numbers = range(1, pages)
    return "".join([
        f"map $arg_after $page_of_{log} {{\n default empty;\n '' 0;\n",
        *(f" {i} {i % DISTINCT_PAGES};\n" for i in numbers),
        f"}}\nmap $arg_after $next_of_{log} {{\n default $arg_after;\n '' 1;\n",
        *(f" {i} {i + 1};\n" for i in numbers),
        "}\n",
    ])


def server_of(folder: Path, port: int, names: str, log: str) -> str:
    return f"""
    server {{
        listen 127.0.0.1:{port} ssl; server_name {names};
        ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
        location = /oauth2/v1/token {{
            default_type application/json;
            return 200 '{{"token_type":"Bearer","expires_in":3600,"access_token":"bench","scope":"okta.logs.read"}}';
        }}
        location = /api/v1/logs {{ root {folder}; try_files /pages/$page_of_{log}.gz =404; default_type application/json;
            add_header Content-Encoding gzip;
            add_header Link '<https://$host/api/v1/logs?limit=1000&after=$next_of_{log}>; rel="next"'; }}
    }}"""


def make_server(folder: Path, bin_dir: Path, port: int, pages: int, tenants: int) -> int:
    """One log of all pages for the floor, and one for each tenant. Returns the bytes of all NDJSON."""
    subprocess.run([bin_dir / "bench_pages", folder / "pages", str(DISTINCT_PAGES), str(EVENTS_A_PAGE)], check=True)
    sizes = json.loads((folder / "pages/sizes.json").read_text())
    pages_each = pages // tenants
    (folder / "cursors.conf").write_text(cursors_of("floor", pages) + cursors_of("tenant", pages_each))
    make_certificates(folder)
    (folder / "nginx.conf").write_text(f"""{"user root;" if os.geteuid() == 0 else ""}
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off; keepalive_requests 1000000; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
    fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5; map_hash_max_size 65536;
    include {folder}/cursors.conf;
    {server_of(folder, port, FLOOR_DOMAIN, "floor")}
    {server_of(folder, port, "*.okta.com", "tenant")}
}}
""")
    folder.chmod(0o755)
    return sum(sizes[i % DISTINCT_PAGES] for i in range(pages_each)) * tenants


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Usage:
    def __init__(self, wall: float, usage: resource.struct_rusage):
        self.wall = wall
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024


def measured(process: subprocess.Popen, started: float, done) -> Usage:
    """Waits until `done()` or the end; stops the process; its own use of the machine."""
    ended = 0
    while not ended and not done():
        time.sleep(0.02)
        # Not poll(): it would throw away what the process used.
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    wall = time.monotonic() - started
    if not ended:
        process.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{process.args[0]} ended with {process.returncode}")
    return Usage(wall, usage)


def run_daemon(folder: Path, bin_dir: Path, port: int, bytes_wanted: int, tenants: int, delivery: str, fsync: str) -> Usage:
    run = folder / "run"
    run.mkdir()
    secret = run / "secret"
    secret.write_text("bench\n")
    secret.chmod(0o600)
    all_tenants = "".join(
        f"""
  - name: bench-{i}
    domain: bench-{i}.okta.com
    connect_to: 127.0.0.1:{port}
    ca_file: {folder}/ca.pem
    auth: {{method: client_secret, client_id: bench, client_secret_files: [{secret}]}}
    start: earliest
    sinks: [files]""" for i in range(tenants))
    (run / "oktail.yaml").write_text(f"""
state_dir: {run}/state
log: {{level: warn}}
tenants:{all_tenants}
sinks:
  files: {{type: file, path: "{run}/out/%Y.ndjson", delivery: {delivery}, fsync: {fsync}}}
""")
    started = time.monotonic()
    process = subprocess.Popen([bin_dir / "oktail", "run", "-c", run / "oktail.yaml"])

    def written() -> bool:
        return sum(f.stat().st_size for f in (run / "out").glob("*")) >= bytes_wanted

    usage = measured(process, started, written)
    shutil.rmtree(run)  # the next one finds as much free memory
    return usage


def run_floor(folder: Path, bin_dir: Path, port: int, pages: int) -> Usage:
    out = folder / "floor.ndjson"
    started = time.monotonic()
    process = subprocess.Popen([bin_dir / "bench_floor", "127.0.0.1", str(port), folder / "ca.pem", FLOOR_DOMAIN, str(pages), out])
    usage = measured(process, started, lambda: False)
    out.unlink()
    return usage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="where the release programs are")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--tenants", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    bin_dir = args.bin.resolve()
    pages = args.events // EVENTS_A_PAGE // args.tenants * args.tenants
    millions = pages * EVENTS_A_PAGE / 1e6

    with tempfile.TemporaryDirectory(prefix="oktail-bench-") as name:
        folder = Path(name)
        port = free_port()
        bytes_wanted = make_server(folder, bin_dir, port, pages, args.tenants)
        server = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
        try:
            time.sleep(0.5)
            floor: list[Usage] = []
            modes: dict[str, list[Usage]] = {mode: [] for mode in MODES}
            for _ in range(args.rounds):
                floor.append(run_floor(folder, bin_dir, port, pages))
                for mode, (delivery, fsync) in MODES.items():
                    modes[mode].append(run_daemon(folder, bin_dir, port, bytes_wanted, args.tenants, delivery, fsync))
        finally:
            server.terminate()
            server.wait()

    def line(label: str, runs: list[Usage]) -> None:
        cpu = min(r.cpu for r in runs) / millions
        base = min(r.cpu for r in floor) / millions
        wall = min(r.wall for r in runs)
        peak = max(r.peak_mib for r in runs)
        print(f"{label:24} {pages * EVENTS_A_PAGE / wall:10,.0f} {cpu:12.2f} {peak:10.1f} {cpu / base:8.2f}x")

    print(f"{pages * EVENTS_A_PAGE:,} events of {args.tenants} tenants, {bytes_wanted / 1e6:,.0f} MB of NDJSON, best of {args.rounds}")
    print(f"{'':24} {'events/s':>10} {'CPU s/M':>12} {'peak MiB':>10} {'floor':>9}")
    line("floor", floor)
    for mode, runs in modes.items():
        line(mode, runs)


if __name__ == "__main__":
    main()
