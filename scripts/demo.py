"""Starts oktail-simulator with three orgs and oktail against it, shows what arrives, and compares it with the truth."""

import argparse
import hashlib
import http.client
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone

# tenant: events per second from now on, events that are there already
ORGS = {"acme": (50, 20_000), "globex": (20, 5_000), "initech": (5, 0)}

CONFIG = """\
state_dir: {dir}/state
defaults:
  start: earliest            # the backlog too
tenants:
{tenants}sinks:
  archive:
    type: file
    path: {dir}/log/{{tenant}}/%Y-%m-%d.ndjson
"""

TENANT = """\
  - name: {name}
    domain: {name}.okta.com
    auth:
      method: client_secret
      client_id: {client_id}
      client_secret_files: [{secret_file}]
    connect_to: 127.0.0.1:{port}      # the simulator; TLS name and Host stay the domain
    ca_file: {dir}/simulator/ca.pem
    sinks: [archive]
"""


class Trouble(Exception):
    """What the person in front of the screen should read."""


class Program:
    """A program of ours with its log; stopped by its process id, whatever happens."""

    def __init__(self, argv, log):
        self.name, self.log = pathlib.Path(argv[0]).name, log
        try:
            with open(log, "wb") as out:
                # A session of its own: Ctrl-C reaches us alone, and we stop things in order.
                self.process = subprocess.Popen(argv, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
        except OSError as error:
            raise Trouble(f"cannot start {argv[0]}: {error.strerror}") from error

    def check(self):
        if self.process.poll() is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])
            raise Trouble(f"{self.name} ended with code {self.process.returncode}:\n{tail}")

    def stop(self):
        """Clean within 10 s, as promised; 2 s more and it is killed. Answers whether it was clean."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(12)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode == 0


class Arrived:
    """What lies in a tenant's files, read on from where the last look ended."""

    def __init__(self, folder):
        self.folder, self.offsets, self.events, self.newest = folder, {}, 0, ""

    def files(self):
        """In the order of writing: time, then number (2026-11-23.ndjson, 2026-11-23.1.ndjson)."""
        return sorted(self.folder.glob("*.ndjson"), key=lambda f: (f.name[:10], int((f.name.split(".")[1:-1] or [0])[0])))

    def look(self):
        for file in self.files():
            with open(file, "rb") as data:
                data.seek(self.offsets.get(file, 0))
                fresh = data.read()
            whole = fresh[: fresh.rfind(b"\n") + 1]
            self.offsets[file] = self.offsets.get(file, 0) + len(whole)
            self.events += whole.count(b"\n")
            if found := re.search(rb'"published"\s*:\s*"([^"]+)"', whole[whole.rfind(b"\n", 0, -1) + 1 :]):
                self.newest = max(self.newest, found[1].decode())  # a late arrival is not the newest

    def lag(self):
        if not self.newest:
            return "-"
        published = datetime.fromisoformat(self.newest.replace("Z", "+00:00"))
        seconds = max(0.0, (datetime.now(timezone.utc) - published).total_seconds())
        return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"

    def lines(self):
        for file in self.files():
            with open(file, "rb") as data:
                yield from data


def wait_for_ready(simulator, path):
    for _ in range(300):
        simulator.check()
        if path.exists():
            return json.loads(path.read_text())
        time.sleep(0.1)
    raise Trouble(f"the simulator did not get ready; see {simulator.log}")


def truth(control_port, tenant):
    """Every event of the org in the order Okta would serve it: (uuid, SHA-256 of its bytes)."""
    connection = http.client.HTTPConnection("127.0.0.1", control_port, timeout=30)
    connection.request("GET", f"/truth?org={tenant}.okta.com")
    return [tuple(line.split()) for line in connection.getresponse().read().decode().splitlines()]


def watch(programs, arrived, deadline):
    """A line a second until the deadline or Ctrl-C."""
    began = time.monotonic()
    before, looked_at = 0, began
    try:
        while deadline is None or time.monotonic() < deadline:
            time.sleep(min(1.0, max(0.0, deadline - time.monotonic())) if deadline else 1.0)
            for program in programs:
                program.check()
            for tenant in arrived.values():
                tenant.look()
            now, total = time.monotonic(), sum(tenant.events for tenant in arrived.values())
            tenants = "   ".join(f"{name} {tenant.events:>7,} (lag {tenant.lag()})" for name, tenant in arrived.items())
            print(f"{now - began:5.0f} s   {tenants}   {(total - before) / (now - looked_at):8,.0f} events/s", flush=True)
            before, looked_at = total, now
    except KeyboardInterrupt:
        print()


def judge(tenant, arrived, served):
    """What oktail wrote must be what Okta served from the beginning on: the same bytes, in order, each once."""
    uuids = [uuid for uuid, _ in served]
    known, seen, count = set(uuids), set(), 0
    for count, line in enumerate(arrived.lines(), 1):
        place = f"{tenant}: line {count}"
        if not line.endswith(b"\n"):
            raise Trouble(f"{place} is torn")
        digest = hashlib.sha256(line[:-1]).hexdigest()
        uuid = json.loads(line)["uuid"]
        if uuid not in known:
            raise Trouble(f"{place} holds {uuid}, which was never served")
        if uuid in seen:
            raise Trouble(f"{place} repeats {uuid}")
        if uuid != uuids[count - 1]:
            raise Trouble(f"{place} holds {uuid}, but {uuids[count - 1]} was to come: lost, or out of order")
        if digest != served[count - 1][1]:
            raise Trouble(f"{place}: the bytes of {uuid} are not those that were served")
        seen.add(uuid)
    behind = len(served) - count
    print(f"  {tenant:8} {count:>7,} events: none lost, none twice, in order, bytes equal; {behind:,} newer ones not fetched yet")


def run(options, folder):
    simulated = folder / "simulator"
    simulated.mkdir()
    (folder / "log").mkdir()
    orgs = [f"{name}.okta.com,rate={rate},backlog={backlog}" for name, (rate, backlog) in ORGS.items()]
    programs = []
    try:
        simulator = Program(
            [options.bin / "oktail-simulator", "--dir", simulated] + [word for org in orgs for word in ("--org", org)],
            folder / "simulator.log",
        )
        programs.append(simulator)
        ready = wait_for_ready(simulator, simulated / "ready.json")

        tenants = ""
        for name in ORGS:
            org = ready["orgs"][f"{name}.okta.com"]
            secret_file = simulated / org["secret_file"]
            tenants += TENANT.format(
                name=name, client_id=org["client_id"], secret_file=secret_file, port=ready["port"], dir=folder
            )
        config = folder / "oktail.yaml"
        config.write_text(CONFIG.format(dir=folder, tenants=tenants))
        print(f"demo: {config} tells oktail to stream {len(ORGS)} made-up orgs into {folder}/log")

        arrived = {name: Arrived(folder / "log" / name) for name in ORGS}
        oktail = Program([options.bin / "oktail", "run", "-c", config], folder / "oktail.log")
        programs.append(oktail)
        watch(programs, arrived, time.monotonic() + options.seconds if options.seconds else None)

        print("demo: stopping oktail, and comparing every line with what the simulator served")
        if not oktail.stop():
            raise Trouble(f"oktail did not stop cleanly; see {oktail.log}")
        served = {name: truth(ready["control_port"], name) for name in ORGS}
        for name in ORGS:
            judge(name, arrived[name], served[name])
        if not any(tenant.events for tenant in arrived.values()):
            raise Trouble(f"nothing arrived; see {oktail.log}")
    finally:
        for program in reversed(programs):
            program.stop()


def main():
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--seconds", type=float, help="stop after so many seconds (default: on Ctrl-C)")
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="take the programs from there and build nothing")
    parser.add_argument("--clean", action="store_true", help="remove all files at the end")
    options = parser.parse_args()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="oktail-demo."))
    try:
        run(options, folder)
        if not options.clean:
            print(
                f"\nLook next:\n"
                f"  head -1 {folder}/log/acme/*.ndjson     an event, byte for byte as served\n"
                f"  less {folder}/oktail.log               what oktail said\n"
                f"  less {folder}/oktail.yaml              its configuration; README.md leads from here to your own org\n"
                f"  rm -r {folder}                         when you have seen enough"
            )
    except Trouble as trouble:
        print(f"demo: {trouble}", file=sys.stderr)
        if not options.clean:
            print(f"demo: everything is in {folder}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if options.clean:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
