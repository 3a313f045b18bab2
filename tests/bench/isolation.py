#!/usr/bin/env python3
"""Whether the trouble of some tenants stays with them: the real daemon against real simulators on loopback, in three parts.

hostile    20 good tenants beside 100 hostile ones of 25 kinds: silent, endless, torn, refused, unreachable, flooding.
backlogs   20 good tenants beside 200 with backlogs and dead sinks, which cannot be opened, take nothing, or never answer, and
           with little memory; then the sinks come to life.
return     2,000 tenants come back at once: after their Okta was killed and started again, and after the network was away.

What is measured in the first two is how long an event takes from the moment it can be read at the API until its line stands in
the file. This script makes every event itself, about one a second for each good tenant, and looks at the files every other
millisecond. All tenants are polled every 250 ms, whatever comes, so undisturbed latencies lie between 0 and 250 ms, evenly, and
a good tenant that waits a quarter of a second for anybody else doubles them. (What the simulator writes into `published` lies up
to 2.5 s before that moment, at random; the column "published" counts from there.) "alone" and "beside" follow each other
directly, each with programs and directories of its own. The good tenants have a simulator of their own, and the hostile servers
run at a lower priority, since in earnest they are on other machines.

Ends with PASS or FAIL for each claim; the exit code is 0 if all pass. Times depend on what else the machine does, so its load is
in the tables. All of it takes a quarter of an hour.
"""

import argparse
import asyncio
import contextlib
import hashlib
import http.client
import json
import multiprocessing
import os
import random
import re
import resource
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

MIB = 1024 * 1024
MEMORY_MIB = 32  # so little that whoever takes too much is noticed
EVENTS_A_PAGE = 1000


class Trouble(Exception):
    """The measurement itself failed."""


class TooLate(Trouble):
    """Something did not happen in time."""


@dataclass
class Scale:
    """How much of everything."""

    good: int = 20
    hostile: int = 100
    laggards: int = 200
    backlog: int = 3000
    returning: int = 2000
    pairs: int = 2
    warm_up: float = 10
    seconds: float = 60
    outage: float = 30


QUICK = Scale(good=5, hostile=25, laggards=30, backlog=2000, returning=300, pairs=1, warm_up=5, seconds=15, outage=10)


# ---- claims

failures = 0


def claim(holds: bool, text: str) -> None:
    global failures
    failures += not holds
    print(f"{'PASS' if holds else 'FAIL'}  {text}", flush=True)


# ---- programs


class Program:
    """A program with its log, stopped by its process id whatever happens."""

    def __init__(self, argv: list, log: Path, niceness: int = 0, stdout=None):
        self.name, self.log = Path(argv[0]).name, log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(["nice", "-n", str(niceness), *map(str, argv)], stdin=subprocess.DEVNULL,
                                            stdout=stdout or out, stderr=out, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def check(self) -> None:
        if self.process.poll() is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])
            raise Trouble(f"{self.name} ended with code {self.process.returncode}:\n{tail}")

    def stop(self) -> bool:
        """Whether it ended cleanly, within the 10 s that oktail promises and a little more."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(12)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def peak_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until(holds, patience: float, what: str, *programs: Program, pause: float = 0.05) -> None:
    end = time.monotonic() + patience
    while not holds():
        for program in programs:
            program.check()
        if time.monotonic() > end:
            raise TooLate(f"{what}: not within {patience:.0f} s")
        time.sleep(pause)


class Control:
    """A simulator's control port; one for each thread."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.used = time.monotonic()

    def ask(self, method: str, target: str, body: str = "") -> str:
        if time.monotonic() - self.used > 30:
            self.connection.close()  # the simulator would, some day
        self.used = time.monotonic()
        self.connection.request(method, target, body)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise Trouble(f"the simulator says to {target}: {text}")
        return text

    def stats(self) -> dict:
        return json.loads(self.ask("GET", "/stats"))

    def truth(self, org: str, first: int = 0) -> list[str]:
        """SHA-256 of every event, in the order of Okta."""
        lines = [line.split() for line in self.ask("GET", f"/truth?org={org}&from={first}").splitlines()]
        if len({uuid for uuid, _ in lines}) != len(lines):
            raise Trouble(f"the simulator repeats a uuid of {org}")
        return [sha256 for _, sha256 in lines]


class Simulator(Program):
    def __init__(self, bin_dir: Path, folder: Path, orgs: list[str], niceness: int = 0):
        folder.mkdir()
        ready = folder / "ready.json"
        words = [word for org in orgs for word in ("--org", org)]
        super().__init__([bin_dir / "oktail-simulator", "--dir", folder, *words], folder / "log", niceness)
        try:
            wait_until(ready.exists, 60, "the simulator gets ready", self)
        except BaseException:
            self.stop()
            raise
        said = json.loads(ready.read_text())
        self.port, self.orgs, self.ca_file = said["port"], said["orgs"], folder / "ca.pem"
        self.control_port = said["control_port"]
        self.control = Control(self.control_port)


def leave_signals_to_the_parent() -> None:
    """It stops its children itself, in order; Ctrl-C reaches them, too."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def stop_child(process: multiprocessing.Process) -> None:
    process.terminate()
    process.join(5)
    if process.is_alive():
        process.kill()
        process.join()


# ---- oktail's configuration


@dataclass
class Tenant:
    name: str
    domain: str
    sink: str
    client_id: str = "nobody"
    secret_file: Path | None = None
    connect_to: str | None = None
    ca_file: Path | None = None

    def yaml(self) -> str:
        lines = [f"  - name: {self.name}", f"    domain: {self.domain}", f"    sinks: [{self.sink}]",
                 f"    auth: {{method: client_secret, client_id: {self.client_id}, client_secret_files: [{self.secret_file}]}}"]
        if self.connect_to:
            lines.append(f"    connect_to: {self.connect_to}")
        if self.ca_file:
            lines.append(f"    ca_file: {self.ca_file}")
        return "\n".join(lines) + "\n"


def domain_of(name: str) -> str:
    return f"{name}.okta.com"


def tenant_of(simulator: Simulator, name: str, sink: str, port: int | None = None) -> Tenant:
    org = simulator.orgs[domain_of(name)]
    return Tenant(name, domain_of(name), sink, org["client_id"], org["secret_file"], f"127.0.0.1:{port or simulator.port}",
                  simulator.ca_file)


class Daemon(Program):
    """oktail with everything it writes below `folder`."""

    def __init__(self, bin_dir: Path, folder: Path, tenants: list[Tenant], sinks: dict[str, str], memory_mib: int = 256,
                 interval: str = "250ms", level: str = "info", stdout=None):
        config = folder / "oktail.yaml"
        config.write_text(
            f"state_dir: {folder}/state\n"
            f"log: {{level: {level}, format: json}}\n"
            "admin: {listen: off}\n"
            f"limits: {{memory: {memory_mib}MiB}}\n"
            "defaults:\n"
            "  start: earliest\n"
            f"  poll: {{min_interval: {interval}, max_interval: {interval}}}\n"
            "tenants:\n" + "".join(tenant.yaml() for tenant in tenants) + "sinks:\n" +
            "".join(f"  {name}: {{{text}}}\n" for name, text in sinks.items()))
        super().__init__([bin_dir / "oktail", "run", "-c", config], folder / "oktail.log", stdout=stdout)


# ---- what lies in the files


def digest(line: bytes) -> str:
    return hashlib.sha256(line.removesuffix(b"\n")).hexdigest()


def digests_of(path: Path) -> list[str]:
    if not path.exists():
        return []
    with open(path, "rb") as lines:
        return [digest(line) for line in lines]


def difference(got: list[str], wanted: list[str]) -> str:
    """Empty if every event is there once, with its very bytes and in order."""
    if got == wanted:
        return ""
    found, served = Counter(got), set(wanted)
    missing = sum(each not in found for each in wanted)
    repeated = sum(count - 1 for count in found.values())
    foreign = sum(each not in served for each in found)
    return f"{missing} missing, {repeated} repeated, {foreign} unknown" if missing or repeated or foreign else "out of order"


def compare(names: list[str], truth_of, got_of) -> dict[str, str]:
    """What is wrong, by tenant."""
    wrong = {name: difference(got_of(name), truth_of(name)) for name in names}
    return {name: text for name, text in wrong.items() if text}


def claim_exact(what: str, count: int, wrong: dict[str, str]) -> None:
    examples = "".join(f"; {name}: {text}" for name, text in list(wrong.items())[:3])
    claim(not wrong, f"{what}: every event once, with its bytes, in order, for {count - len(wrong)} of {count} tenants{examples}")


# ---- live events and their latencies


class Emitter(threading.Thread):
    """Makes events, for each tenant one a second in the mean, and remembers when it asked for each."""

    def __init__(self, port: int, names: list[str]):
        super().__init__(daemon=True)
        self.control, self.names = Control(port), names
        self.born: dict[str, list[float]] = {name: [] for name in names}
        self.ended = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        chance = random.Random(1)
        due = time.monotonic()
        try:
            while not self.ended.wait(max(0.0, due - time.monotonic())):
                name = chance.choice(self.names)
                # Before, not after: so it is never counted as faster than it was.
                self.born[name].append(time.monotonic())
                self.control.ask("POST", f"/emit?org={domain_of(name)}&count=1")
                due += chance.uniform(0.2, 1.8) / len(self.names)
        except Exception as error:
            self.error = error

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join(60)

    def finish(self) -> None:
        self.ended.set()
        self.join(60)
        if self.error or self.is_alive():
            raise Trouble(f"no more events could be made: {self.error}")


class Watch(threading.Thread):
    """When each line of each file came."""

    def __init__(self, files: dict[str, Path]):
        super().__init__(daemon=True)
        self.files, self.open = files, {}
        self.came: dict[str, list[float]] = defaultdict(list)
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.002):
            for name, path in self.files.items():
                self.look(name, path)

    def look(self, name: str, path: Path) -> None:
        if name not in self.open:
            if not path.exists():
                return
            self.open[name] = open(path, "rb", buffering=0)
        if fresh := self.open[name].read():
            self.came[name] += [time.monotonic()] * fresh.count(b"\n")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.finish()
        for file in self.open.values():
            file.close()

    def finish(self) -> None:
        self.ended.set()
        self.join(60)


@dataclass
class Latencies:
    """Seconds, sorted: since the event could be read, and since its `published`."""

    readable: list[float] = field(default_factory=list)
    published: list[float] = field(default_factory=list)
    late: int = 0  # of them, events that had not come when the waiting ended

    def sort(self) -> None:
        self.readable.sort()
        self.published.sort()


def at_percent(sorted_values: list[float], percent: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * percent / 100))] if sorted_values else float("nan")


def published_times(path: Path) -> list[float]:
    """On the monotonic clock."""
    offset = time.time() - time.monotonic()
    found = re.findall(rb'"published":"([^"]+)"', path.read_bytes()) if path.exists() else []
    return [datetime.fromisoformat(text.decode().replace("Z", "+00:00")).timestamp() - offset for text in found]


def latencies_between(begin: float, end: float, emitter: Emitter, watch: Watch) -> Latencies:
    """Of the events made in that time. The n-th line of a tenant is its n-th event; the order is checked elsewhere."""
    latencies = Latencies()
    now = time.monotonic()
    for name, born in emitter.born.items():
        came, published = watch.came[name], published_times(watch.files[name])
        for i, birth in enumerate(born):
            if not begin <= birth < end:
                continue
            latencies.readable.append((came[i] if i < len(came) else now) - birth)
            if i < min(len(came), len(published)):
                latencies.published.append(came[i] - published[i])
            latencies.late += i >= len(came)
    latencies.sort()
    return latencies


@dataclass
class Figures:
    """Of one phase."""

    label: str
    latencies: Latencies
    cpu: float
    peak_mib: float
    load: float
    wrong: dict[str, str] = field(default_factory=dict)
    violations: int = 0
    clean_stop: bool = True

    def p99(self) -> float:
        return at_percent(self.latencies.readable, 99)


def memory_bound(alone: list[Figures], memory_mib: int, neighbours: int) -> tuple[float, str]:
    """Pages take what the limit says. One that is larger than anything may exceed it, alone, each core has a parser's tables,
    and each connection its buffers, 64 KiB of ours and 68 KiB of TLS, and what lies unused between them."""
    least, cores = max(figures.peak_mib for figures in alone), os.cpu_count() or 1
    bound = least + memory_mib + 64 + 32 * cores + neighbours / 4
    return bound, f"{least:.0f} alone, limits.memory {memory_mib}, a larger page 64, 32 a core, 1/4 a neighbour"


def print_table(phases: list[Figures]) -> None:
    print(f"\n{'latency in ms':24} {'events':>7} {'p50':>7} {'p99':>7} {'max':>7} {'late':>5} {'published p99':>14} {'CPU s':>7} "
          f"{'peak MiB':>9} {'load':>6}")
    for phase in phases:
        seen = phase.latencies
        p50, p99, most = (at_percent(seen.readable, percent) * 1000 for percent in (50, 99, 100))
        print(f"{phase.label:24} {len(seen.readable):7} {p50:7.0f} {p99:7.0f} {most:7.0f} {seen.late:5} "
              f"{at_percent(seen.published, 99) * 1000:14.0f} {phase.cpu:7.1f} {phase.peak_mib:9.1f} {phase.load:6.2f}")


def claim_undisturbed(tenants: int, alone: list[Figures], beside: list[Figures]) -> None:
    ratios = [b.p99() / a.p99() for a, b in zip(alone, beside)]
    late = sum(phase.latencies.late for phase in alone + beside)
    print(f"ratio of the p99s, pair by pair: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    best = min(ratios)
    claim(best <= 2.0 and not late, f"p99 beside at most twice that alone: {best:.2f} times in the best pair; {late} late")
    for phases, label in ((alone, "alone"), (beside, "beside")):
        claim_exact(f"good tenants {label}", tenants, {name: text for phase in phases for name, text in phase.wrong.items()})
    claim(not any(phase.violations for phase in alone + beside), "nothing was asked of the good orgs that Okta would mind")
    claim(all(phase.clean_stop for phase in alone + beside), "every stop was clean and within 12 s")


def claim_bounded(phases: list[Figures], most_mib: float, why: str) -> None:
    peak = max(phase.peak_mib for phase in phases)
    claim(peak <= most_mib, f"peak RSS beside {peak:.0f} MiB, at most {most_mib:.0f}: {why}")


# ---- a phase: good tenants, and who is beside them


@dataclass
class Run:
    """What all parts need to know."""

    bin_dir: Path
    scale: Scale


@dataclass
class Neighbours:
    tenants: list[Tenant] = field(default_factory=list)
    sinks: dict[str, str] = field(default_factory=dict)
    stdout: int | None = None
    afterwards: Callable[[], None] | None = None  # when the figures have been taken
    judge: Callable[[], None] = lambda: None      # when the daemon has stopped


@dataclass
class Span:
    """A time, and what the daemon used meanwhile."""

    label: str
    begin: float
    end: float
    cpu: float
    peak_mib: float
    load: float


def span_of(label: str, daemon: Program, act) -> Span:
    begin, cpu = time.monotonic(), daemon.cpu_seconds()
    act()
    daemon.check()
    return Span(label, begin, time.monotonic(), daemon.cpu_seconds() - cpu, daemon.peak_mib(), os.getloadavg()[0])


def watch_phase(run: Run, label: str, memory_mib: int, beside=lambda folder, stack: Neighbours()) -> list[Figures]:
    """Figures of the measured time and, if the neighbours have something to do afterwards, of that time."""
    names = [f"good-{i}" for i in range(run.scale.good)]
    with tempfile.TemporaryDirectory(prefix="oktail-isolation-") as text, contextlib.ExitStack() as stack:
        folder = Path(text)
        orgs = [f"{domain_of(name)},limit=1000000" for name in names]
        okta = stack.enter_context(Simulator(run.bin_dir, folder / "good", orgs))
        neighbours = beside(folder, stack)
        tenants = [tenant_of(okta, name, "live") for name in names] + neighbours.tenants
        sinks = {"live": f'type: file, path: "{folder}/live/{{tenant}}.ndjson"'} | neighbours.sinks
        daemon = stack.enter_context(Daemon(run.bin_dir, folder, tenants, sinks, memory_mib, stdout=neighbours.stdout))
        watch = stack.enter_context(Watch({name: folder / f"live/{name}.ndjson" for name in names}))
        emitter = stack.enter_context(Emitter(okta.control_port, names))
        time.sleep(run.scale.warm_up)
        spans = [span_of(label, daemon, lambda: time.sleep(run.scale.seconds))]
        if neighbours.afterwards:
            spans.append(span_of("while they catch up", daemon, neighbours.afterwards))
        emitter.finish()
        wait_for_the_last(emitter, watch, daemon)
        watch.finish()
        figures = [figures_of(span, emitter, watch) for span in spans]
        figures[0].clean_stop = daemon.stop()
        figures[0].wrong = compare(names, lambda name: okta.control.truth(domain_of(name)),
                                   lambda name: digests_of(watch.files[name]))
        figures[0].violations = okta.control.stats()["violations_total"]
        neighbours.judge()
        return figures


def wait_for_the_last(emitter: Emitter, watch: Watch, daemon: Program) -> None:
    """What does not come in a minute is late for good."""
    with contextlib.suppress(TooLate):
        wait_until(lambda: all(len(watch.came[name]) >= len(born) for name, born in emitter.born.items()), 60, "", daemon)


def figures_of(span: Span, emitter: Emitter, watch: Watch) -> Figures:
    return Figures(span.label, latencies_between(span.begin, span.end, emitter, watch), span.cpu, span.peak_mib, span.load)


def alternate(run: Run, memory_mib: int, label: str, neighbours: int, beside) -> None:
    """Alone and beside in turn. `beside(folder, stack, last)` starts the neighbours."""
    alone, together, later, in_turn = [], [], [], []
    for i in range(run.scale.pairs):
        last = i == run.scale.pairs - 1
        alone += watch_phase(run, "alone", memory_mib)
        figures, *rest = watch_phase(run, label, memory_mib, lambda folder, stack: beside(folder, stack, last))
        together.append(figures)
        later += rest
        in_turn += [alone[-1], figures, *rest]
    print_table(in_turn)
    claim_undisturbed(run.scale.good, alone, together)
    claim_bounded(together + later, *memory_bound(alone, memory_mib, neighbours))


# ---- hostile tenants

BACKLOG_OF_HOSTILE = 1200
REFUSED = '{"error":"invalid_client","error_description":"no"}'
FAULTS = {
    "late": {"endpoint": "logs", "do": "stall", "seconds": 600},
    "stalling": {"endpoint": "logs", "do": "slow", "piece": 2000, "pause_ms": 600_000},
    "trickling": {"endpoint": "logs", "do": "slow", "piece": 16, "pause_ms": 500},
    "no-token": {"endpoint": "token", "do": "black_hole"},
    "no-page": {"endpoint": "logs", "do": "black_hole"},
    "resetting": {"endpoint": "logs", "do": "reset_in_body", "after": 5000},
    "failing": {"endpoint": "logs", "do": "answer", "status": 500},
    "storming": {"endpoint": "logs", "do": "rate_limit", "reset_in": 1},
    "crowded": {"endpoint": "logs", "do": "concurrency", "reset_in": 1},
    "wrong-body": {"endpoint": "logs", "do": "wrong_body", "body": "<html>"},
    "straying": {"endpoint": "logs", "do": "next_link"},
    "refusing": {"endpoint": "token", "do": "answer", "status": 401, "body": REFUSED},
    "revoking": {"endpoint": "logs", "do": "token_revoked"},
    "no-role": {"endpoint": "logs", "do": "role_missing"},
    "torn": {"endpoint": "logs", "do": "cut_gzip"},
    "standing": {"endpoint": "logs", "do": "no_next"},
}
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def chunk(text: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(text), text)


def endless_body(_):
    yield OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(b"[")
    piece = chunk(b'{"uuid":"00000000-0000-0000-0000-000000000000","text":"' + b"x" * 65_000 + b'"},')
    while True:
        yield piece


def gzip_bomb(_):
    yield OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    pack = zlib.compressobj(9, wbits=31)
    while True:
        if packed := pack.compress(b" " * MIB):
            yield chunk(packed)


def endless_head(_):
    yield OK
    while True:
        yield b"X-More: %s\r\n" % (b"x" * 1000)


def empty_promise(_):
    """As much as an answer may have, and then nothing."""
    yield OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % (60 * MIB) + zlib.compress(b"[", wbits=31)[:12]
    time.sleep(600)


def not_http(_):
    while True:
        yield random.randbytes(1000)


def flood_events() -> list[bytes]:
    chance = random.Random(2)
    return [b'{"uuid":"%08x-0000-1000-8000-000000000000","published":"2026-01-05T08:00:00.000Z","text":"%s"}' %
            (i, chance.randbytes(150).hex().encode() + b"all work and no play " * 90) for i in range(EVENTS_A_PAGE)]


FLOOD_PAGE = zlib.compress(b"[" + b",".join(flood_events()) + b"]", 1, wbits=31)
FLOOD_DIGESTS = [digest(event) for event in flood_events()]


def flood(request: bytes):
    """The same full page for ever, each time with a link to a place that was never seen."""
    host, place = re.search(rb"Host: (\S+)", request, re.IGNORECASE)[1], re.search(rb"after=(\d+)", request)
    link = b"<https://%s/api/v1/logs?limit=1000&after=%d>; rel=\"next\"" % (host, int(place[1]) + 1 if place else 1)
    yield OK + b"Link: %s\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % (link, len(FLOOD_PAGE)) + FLOOD_PAGE


OWN = {"endless": endless_body, "bomb": gzip_bomb, "headlong": endless_head, "babbling": not_http,
       "promising": empty_promise, "flooding": flood}
UNREACHABLE = ["nameless", "closed", "speechless"]
KINDS = [*FAULTS, *OWN, *UNREACHABLE]


def kind_of(name: str) -> str:
    return name.rsplit("-", 1)[0]


class HostileServer:
    """What the simulator cannot do: a TLS server of our own, in a process of its own."""

    def __init__(self, folder: Path, names: list[str]):
        folder.mkdir()
        self.ca_file = folder / "ca.pem"
        make_certificate(folder, [domain_of(name) for name in names])
        with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
            self.port = listener.getsockname()[1]
            self.process = multiprocessing.Process(target=serve_hostile, args=(listener, folder), daemon=True)
            self.process.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        stop_child(self.process)


def make_certificate(folder: Path, domains: list[str]) -> None:
    def openssl(*args: str) -> None:
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=folder, timeout=60)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj",
            "/CN=hostile CA")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=hostile")
    (folder / "san").write_text("subjectAltName=" + ",".join(f"DNS:{domain}" for domain in domains) + "\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile",
            "san", "-out", "server.pem")


def serve_hostile(listener: socket.socket, folder: Path) -> None:
    leave_signals_to_the_parent()
    os.nice(10)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "server.pem", folder / "server.key")
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=be_hostile, args=(connection, tls), daemon=True).start()


def be_hostile(connection: socket.socket, tls: ssl.SSLContext) -> None:
    # Whatever the client does about it, it is the client that is watched.
    with contextlib.suppress(OSError, ValueError):
        connection.settimeout(60)
        with tls.wrap_socket(connection, server_side=True) as stream:
            while request := one_request(stream):
                for piece in hostile_answer(request):
                    stream.sendall(piece)


def one_request(stream: ssl.SSLSocket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        piece = stream.recv(65_536)
        if not piece:
            return b""
        request += piece
    length = re.search(rb"content-length: (\d+)", request, re.IGNORECASE)
    body_ends = request.index(b"\r\n\r\n") + 4 + (int(length[1]) if length else 0)
    while len(request) < body_ends:
        request += stream.recv(65_536)
    return request


def hostile_answer(request: bytes):
    if request.startswith(b"POST /oauth2/v1/token"):
        token = b'{"token_type":"Bearer","expires_in":3600,"access_token":"hostile","scope":"okta.logs.read"}'
        return [OK + b"Content-Length: %d\r\n\r\n" % len(token) + token]
    host = re.search(rb"Host: ([^.]+)", request, re.IGNORECASE)[1].decode()
    return OWN[kind_of(host)](request)


def hostile_neighbours(run: Run, folder: Path, stack: contextlib.ExitStack) -> Neighbours:
    names = [f"{KINDS[i % len(KINDS)]}-{i // len(KINDS)}" for i in range(run.scale.hostile)]
    simulated = [name for name in names if kind_of(name) in FAULTS]
    orgs = [f"{domain_of(name)},backlog={BACKLOG_OF_HOSTILE},limit=1000000" for name in simulated]
    okta = stack.enter_context(Simulator(run.bin_dir, folder / "bad", orgs, niceness=10))
    okta.control.ask("POST", "/faults", json.dumps([FAULTS[kind_of(name)] | {"org": domain_of(name)} for name in simulated]))
    own = [name for name in names if kind_of(name) in OWN]
    server = stack.enter_context(HostileServer(folder / "own", own))
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text("nobody knows\n")
    mute = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1024))
    deaf = stack.enter_context(socket.socket())
    deaf.bind(("127.0.0.1", 0))  # and does not listen
    tenants = [tenant_of(okta, name, "live") for name in simulated]
    tenants += [foreign_tenant(name, secret, server.port, server.ca_file) for name in own]
    ports = {"closed": deaf.getsockname()[1], "speechless": mute.getsockname()[1]}
    tenants += [foreign_tenant(name, secret, ports[kind_of(name)], server.ca_file) for name in names if kind_of(name) in ports]
    tenants += [Tenant(name, f"{name}.invalid", "live", secret_file=secret) for name in names if kind_of(name) == "nameless"]

    def judge() -> None:
        wrong = compare(names, lambda name: wanted_of_hostile(okta, name),
                        lambda name: digests_of(folder / f"live/{name}.ndjson"))
        claim_exact("hostile tenants, the few that have any", len(names), wrong)

    return Neighbours(tenants, judge=judge)


def foreign_tenant(name: str, secret: Path, port: int, ca_file: Path) -> Tenant:
    return Tenant(name, domain_of(name), "live", secret_file=secret, connect_to=f"127.0.0.1:{port}", ca_file=ca_file)


def wanted_of_hostile(okta: Simulator, name: str) -> list[str]:
    """Who has events at all: a page that stands, and one that comes again and again, each of them once."""
    if kind_of(name) == "standing":
        return okta.control.truth(domain_of(name))[:EVENTS_A_PAGE]
    return FLOOD_DIGESTS if kind_of(name) == "flooding" else []


def hostile(run: Run) -> None:
    count = run.scale.hostile
    print(f"\n== hostile: {run.scale.good} good tenants beside {count} hostile ones of {len(KINDS)} kinds, with {MEMORY_MIB} MiB", flush=True)
    alternate(run, MEMORY_MIB, "beside the hostile", count, lambda folder, stack, _: hostile_neighbours(run, folder, stack))


# ---- backlogs that find a dead sink


class Pipe(threading.Thread):
    """What a daemon's stdout is, and who reads it, some day, into a file."""

    def __init__(self, path: Path):
        super().__init__(daemon=True)
        self.path = path
        self.outlet, self.inlet = os.pipe()

    def run(self) -> None:
        with open(self.path, "wb") as file:
            while piece := os.read(self.outlet, MIB):
                file.write(piece)
                file.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close_inlet()
        if self.ident:
            self.join(10)
        os.close(self.outlet)

    def close_inlet(self) -> None:
        if self.inlet >= 0:
            os.close(self.inlet)
        self.inlet = -1


DEAD = ("closed", "failing", "stuck")  # cannot be opened; opens, but takes nothing; takes, but never answers


class Backlogs:
    """Tenants with several full pages each, and their dead sinks."""

    def __init__(self, run: Run, folder: Path, stack: contextlib.ExitStack):
        self.backlog = run.scale.backlog
        self.folder = folder
        self.names = [f"{DEAD[i % len(DEAD)]}-{i}" for i in range(run.scale.laggards)]
        orgs = [f"{domain_of(name)},backlog={self.backlog},limit=1000000" for name in self.names]
        self.okta = stack.enter_context(Simulator(run.bin_dir, folder / "bad", orgs, niceness=10))
        for path in self.obstacles():
            path.parent.mkdir(exist_ok=True)
            path.write_text("no directory")
        self.pipe = stack.enter_context(Pipe(folder / "stdout.ndjson"))

    def obstacles(self) -> list[Path]:
        """Files where the sinks need directories."""
        year = datetime.now(timezone.utc).year
        return [self.folder / place for place in ("closed", f"failing/{year}", f"failing/{year + 1}")]

    def neighbours(self, last: bool) -> Neighbours:
        sinks = {"closed": f'type: file, path: "{self.folder}/closed/deeper/{{tenant}}.ndjson"',
                 "failing": f'type: file, path: "{self.folder}/failing/%Y/{{tenant}}.ndjson"',
                 "stuck": "type: stdout, format: envelope"}
        tenants = [tenant_of(self.okta, name, kind_of(name)) for name in self.names]
        used = {dead: sinks[dead] for dead in DEAD}
        neighbours = Neighbours(tenants, used, self.pipe.inlet)
        if last:
            neighbours.afterwards, neighbours.judge = self.come_to_life, self.judge
        return neighbours

    def files(self) -> dict[str, Path]:
        found = {path.stem: path for path in self.folder.glob("closed/deeper/*.ndjson")}
        found |= {path.stem: path for path in self.folder.glob("failing/*/*.ndjson")}
        return found | {"stdout": self.pipe.path}

    def come_to_life(self) -> None:
        began = time.monotonic()
        for path in self.obstacles():
            path.unlink()
        self.pipe.start()
        arrived = Watch({})

        def all_here() -> bool:
            arrived.files = self.files()
            for name, path in arrived.files.items():
                arrived.look(name, path)
            return sum(len(came) for came in arrived.came.values()) >= self.backlog * len(self.names)

        with contextlib.suppress(TooLate):
            wait_until(all_here, 300, "", pause=0.2)
        self.seconds = time.monotonic() - began

    def judge(self) -> None:
        self.pipe.close_inlet()
        self.pipe.join(10)
        piped = self.piped()
        files = self.files()
        wrong = compare(self.names, lambda name: self.okta.control.truth(domain_of(name)),
                        lambda name: piped[name] if kind_of(name) == "stuck" else digests_of(files.get(name, Path("none"))))
        claim_exact(f"the dead sinks came to life, all was there after {self.seconds:.0f} s", len(self.names), wrong)

    def piped(self) -> dict[str, list[str]]:
        """By tenant."""
        found: dict[str, list[str]] = {name: [] for name in self.names}
        with open(self.pipe.path, "rb") as lines:
            for line in lines:
                whole = re.fullmatch(rb'\{"tenant":"([^"]+)".*?,"event":(.*)\}\n', line)
                found[whole[1].decode()].append(digest(whole[2]))
        return found


def backlogs(run: Run) -> None:
    print(f"\n== backlogs: {run.scale.good} good tenants beside {run.scale.laggards} whose sinks are dead, with {MEMORY_MIB} MiB",
          flush=True)
    alternate(Run(run.bin_dir, replace(run.scale, seconds=run.scale.seconds * 2 / 3)), MEMORY_MIB, "beside the dead sinks",
              run.scale.laggards, lambda folder, stack, last: Backlogs(run, folder, stack).neighbours(last))


# ---- everybody comes back at once

HANDSHAKES_A_SECOND = 200
# The burst of 10 that follows a rest, and what bunches up when a thread on a busy machine wakes a fifth of a second late.
SLACK = 50
EVENTS_AT_FIRST = 3
INTERVAL_OF_RETURNING = 10
# Its certificate names all of its orgs, and every connection keeps what it parsed: 400 kB with 2,000 names.
TENANTS_A_SIMULATOR = 100


class Forwarder:
    """TCP between the daemon and several simulators, in a process of its own. Tells when each connection came; can be cut."""

    def __init__(self, targets: list[int]):
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=forward, args=(theirs, targets), daemon=True)
        self.process.start()
        self.ports = self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        stop_child(self.process)

    def answer(self):
        if not self.pipe.poll(30):
            raise Trouble("the forwarder does not answer")
        return self.pipe.recv()

    def ask(self, *what):
        self.pipe.send(what)
        return self.answer()

    def open(self) -> None:
        self.ask("open")

    def cut(self) -> None:
        self.ask("cut")

    def lead_to(self, targets: list[int]) -> None:
        self.ask("targets", targets)

    def accepted(self, since: float, until: float) -> list[float]:
        return [at for at in self.ask("accepted") if since <= at < until]


def busiest_second(times: list[float]) -> int:
    """The most in any second."""
    first, most = 0, 0
    for i, at in enumerate(times):
        while at - times[first] >= 1:
            first += 1
        most = max(most, i - first + 1)
    return most


def forward(orders, targets: list[int]) -> None:
    leave_signals_to_the_parent()
    asyncio.run(Forwarding(orders, targets).run())


class Forwarding:
    """The forwarder's own process."""

    def __init__(self, orders, targets: list[int]):
        self.orders, self.targets = orders, targets
        self.ports = [0] * len(targets)
        self.servers: list[asyncio.Server] = []
        self.writers: set[asyncio.StreamWriter] = set()
        self.accepted: list[float] = []

    async def run(self) -> None:
        await self.open()
        self.orders.send(self.ports)
        while True:
            verb, *rest = await asyncio.to_thread(self.orders.recv)
            if verb == "open":
                await self.open()
            elif verb == "cut":
                self.cut()
            elif verb == "targets":
                self.targets, = rest
            self.orders.send(self.accepted if verb == "accepted" else None)

    async def open(self) -> None:
        for i, port in enumerate(self.ports):
            def carry(reader, writer, i=i):
                return self.carry(i, reader, writer)

            self.servers.append(await asyncio.start_server(carry, "127.0.0.1", port, backlog=4096))
            self.ports[i] = self.servers[-1].sockets[0].getsockname()[1]

    def cut(self) -> None:
        for server in self.servers:
            server.close()
        self.servers = []
        for writer in self.writers:
            writer.transport.abort()

    async def carry(self, i: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted.append(time.monotonic())
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.targets[i])
        except OSError:
            return writer.transport.abort()
        both = {writer, back}
        self.writers |= both
        await asyncio.gather(self.pump(reader, back), self.pump(there, writer))
        self.writers -= both

    async def pump(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(65_536):
                to.write(piece)
                await to.drain()
        to.close()


@dataclass
class Return:
    """After one outage."""

    label: str
    seconds: float
    connections: int
    busiest: int
    busiest_in_outage: int
    resumed: int
    handshakes: int
    cpu: float


class Returning:
    """Many idle tenants behind a forwarder, and a second Okta with the same cursors and secrets, but no tokens and no TLS
    sessions: what the first one would be after a restart. (A simulator that is really started again has another CA.)"""

    def __init__(self, run: Run, folder: Path, stack: contextlib.ExitStack):
        self.scale = run.scale
        self.names = [f"t{i}" for i in range(run.scale.returning)]
        groups = [self.names[i:i + TENANTS_A_SIMULATOR] for i in range(0, len(self.names), TENANTS_A_SIMULATOR)]
        self.first, self.second = (
            [stack.enter_context(simulator_of(run, folder / f"{okta}-{i}", group)) for i, group in enumerate(groups)]
            for okta in ("first", "second"))
        self.group_of = {name: i for i, group in enumerate(groups) for name in group}
        self.forwarder = stack.enter_context(Forwarder([okta.port for okta in self.first]))
        self.files = {name: folder / f"live/{name}.ndjson" for name in self.names}
        self.began = time.monotonic()
        sinks = {"live": f'type: file, path: "{folder}/live/{{tenant}}.ndjson"'}
        self.daemon = stack.enter_context(Daemon(run.bin_dir, folder, self.tenants(folder), sinks,
                                                 interval=f"{INTERVAL_OF_RETURNING}s", level="debug"))
        self.watch = Watch(self.files)

    def tenants(self, folder: Path) -> list[Tenant]:
        trusted = []
        for i, both in enumerate(zip(self.first, self.second)):
            trusted.append(folder / f"ca-{i}.pem")
            trusted[i].write_text("".join(okta.ca_file.read_text() for okta in both))
        tenants = [tenant_of(self.first[i], name, "live", self.forwarder.ports[i]) for name, i in self.group_of.items()]
        for tenant in tenants:
            tenant.ca_file = trusted[self.group_of[tenant.name]]
        return tenants

    def wait_for_lines(self, each: int, patience: float) -> None:
        def all_here() -> bool:
            for name, path in self.files.items():
                self.watch.look(name, path)
            return all(len(self.watch.came[name]) >= each for name in self.names)

        wait_until(all_here, patience, f"{each} events of every tenant", self.daemon, pause=0.2)

    def pages(self, oktas: list[Simulator]) -> dict[str, int]:
        """Answered requests, by org."""
        return {org: stats["answers"].get("logs 200", 0) for okta in oktas for org, stats in okta.control.stats()["orgs"].items()}

    def come_back(self, label: str, oktas: list[Simulator], end_of_outage) -> Return:
        """From an outage that has begun."""
        cut = time.monotonic()
        before = self.pages(oktas)
        time.sleep(self.scale.outage)
        log_size, cpu = self.daemon.log.stat().st_size, self.daemon.cpu_seconds()
        end_of_outage()
        began = time.monotonic()
        wait_until(lambda: all(pages > before[org] for org, pages in self.pages(oktas).items()), 120, "all tenants come back",
                   self.daemon, pause=0.5)
        ended = time.monotonic()
        resumed = re.findall(rb'"message":"connected".*"resumed":"(yes|no)"', self.daemon.log.read_bytes()[log_size:])
        connections = self.forwarder.accepted(began, ended)
        return Return(label, ended - began, len(connections), busiest_second(connections),
                      busiest_second(self.forwarder.accepted(cut, began)), resumed.count(b"yes"), len(resumed),
                      self.daemon.cpu_seconds() - cpu)

    def after_a_restart(self) -> Return:
        self.before = {name: self.first[i].control.truth(domain_of(name)) for name, i in self.group_of.items()}
        for okta in self.first:
            okta.kill()
        second = [okta.port for okta in self.second]
        return self.come_back("Okta killed and started", self.second, lambda: self.forwarder.lead_to(second))

    def after_a_cut(self) -> Return:
        self.forwarder.cut()
        return self.come_back("network cut", self.second, self.forwarder.open)

    def emit_everywhere(self) -> None:
        for okta in self.second:
            okta.control.ask("POST", "/emit?count=1")

    def truth(self, name: str) -> list[str]:
        return self.before[name] + self.second[self.group_of[name]].control.truth(domain_of(name), EVENTS_AT_FIRST)


def simulator_of(run: Run, folder: Path, names: list[str]) -> Simulator:
    return Simulator(run.bin_dir, folder, [f"{domain_of(name)},backlog={EVENTS_AT_FIRST},limit=1000000" for name in names])


def print_returns(returns: list[Return]) -> None:
    print(f"\n{'return after':24} {'seconds':>8} {'connections':>12} {'most/s':>7} {'most/s in the outage':>21} {'resumed':>8} "
          f"{'CPU s':>6}")
    for each in returns:
        share = each.resumed / each.handshakes if each.handshakes else 0
        print(f"{each.label:24} {each.seconds:8.1f} {each.connections:12} {each.busiest:7} {each.busiest_in_outage:21} "
              f"{share:8.0%} {each.cpu:6.1f}")


def come_back(run: Run) -> None:
    print(f"\n== return: {run.scale.returning:,} tenants come back after {run.scale.outage:.0f} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="oktail-isolation-") as text, contextlib.ExitStack() as stack:
        returning = Returning(run, Path(text), stack)
        returning.wait_for_lines(EVENTS_AT_FIRST, 180)
        started = time.monotonic()
        print(f"start: every tenant delivered after {started - returning.began:.1f} s, at most "
              f"{busiest_second(returning.forwarder.accepted(0, started))} connections in a second")
        time.sleep(INTERVAL_OF_RETURNING)
        idle = span_of("idle", returning.daemon, lambda: time.sleep(2 * INTERVAL_OF_RETURNING))
        print(f"idle: {idle.cpu / (idle.end - idle.begin):.1%} of a core, peak RSS {idle.peak_mib:.0f} MiB, each tenant asks "
              f"every {INTERVAL_OF_RETURNING} s; load {idle.load:.2f}")
        returns = [returning.after_a_restart()]
        returning.emit_everywhere()
        returning.wait_for_lines(EVENTS_AT_FIRST + 1, 60)
        returns.append(returning.after_a_cut())
        returning.emit_everywhere()
        returning.wait_for_lines(EVENTS_AT_FIRST + 2, 60)
        peak = returning.daemon.peak_mib()
        clean = returning.daemon.stop()
        print_returns(returns)
        print(f"peak RSS {peak:.0f} MiB, load {os.getloadavg()[0]:.2f}")
        wrong = compare(returning.names, returning.truth, lambda name: digests_of(returning.files[name]))
    claim_return(run, returns, wrong, clean)


def claim_return(run: Run, returns: list[Return], wrong: dict[str, str], clean: bool) -> None:
    most = HANDSHAKES_A_SECOND + SLACK
    busiest = max(max(each.busiest, each.busiest_in_outage) for each in returns)
    claim(busiest <= most, f"at most {most} new connections in any second, in the outage as well: {busiest}")
    slowest = max(each.seconds for each in returns)
    patience = 60 + run.scale.returning / HANDSHAKES_A_SECOND
    claim(slowest <= patience, f"all tenants were back after {slowest:.0f} s, at most {patience:.0f}")
    claim_exact("nothing lost", run.scale.returning, wrong)
    cut = returns[-1]
    claim(cut.resumed >= 0.95 * cut.handshakes, f"after the cut {cut.resumed} of {cut.handshakes} handshakes resumed a session")
    claim(clean, "the stop was clean and within 12 s")


PARTS = {"hostile": hostile, "backlogs": backlogs, "return": come_back}


def allow_many_files() -> None:
    """For ourselves and for what we start: thousands of tenants have thousands of connections and files."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="where oktail and oktail-simulator are")
    parser.add_argument("--quick", action="store_true", help="little of everything, for trying")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    allow_many_files()
    run = Run(args.bin.resolve(), QUICK if args.quick else Scale())
    for part in args.parts or PARTS:
        PARTS[part](run)
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
