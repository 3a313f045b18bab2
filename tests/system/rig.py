"""What system tests with receivers that we did not write stand on: the simulator, the daemon, certificates, ports, and
how a case is run."""

import argparse
import contextlib
import dataclasses
import http.client
import json
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import demo  # noqa: E402  its programs


def require(truth: object, what: object) -> None:
    if not truth:
        raise demo.Trouble(str(what))


def wait_until(condition: Callable[[], object], seconds: float, what: str, why: Callable[[], str] = lambda: "") -> None:
    began = time.monotonic()
    while not condition():
        require(time.monotonic() - began < seconds, f"not within {seconds} s: {what}\n{why()}")
        time.sleep(0.05)


def run(*command: object, **options) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
        **options,
    )
    require(done.returncode == 0, f"{command}: {done.stdout}")
    return done.stdout


# --- certificates -----------------------------------------------------------------------------------------------------


class Authority:
    """`openssl ca`, for it can make certificates that have expired."""

    def __init__(self, folder: pathlib.Path):
        self.folder, self.cert = folder, folder / "ca.pem"
        folder.mkdir()
        (folder / "index").write_text("")
        (folder / "ca.cnf").write_text(
            f"[ca]\ndefault_ca = us\n[us]\ndatabase = {folder}/index\nnew_certs_dir = {folder}\nrand_serial = yes\n"
            "default_md = sha256\npolicy = any\nunique_subject = no\n[any]\ncommonName = supplied\n"
        )
        run("openssl", "req", "-x509", *self.new_key("ca"), "-days", 2, "-subj", "/CN=an authority", "-out", self.cert)

    def new_key(self, name: str) -> list[object]:
        return [
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            self.folder / f"{name}.key",
        ]

    def issue(self, name: str, host: str, expired: bool = False) -> "Certificate":
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        made = Certificate(self.cert, self.folder / f"{name}.pem", self.folder / f"{name}.key")
        extensions.write_text(f"subjectAltName = {'IP' if host[0].isdigit() else 'DNS'}:{host}\n")
        run("openssl", "req", *self.new_key(name), "-subj", f"/CN={host}", "-out", request)
        made.key.chmod(0o600)
        span = ("20200101000000Z", "20200201000000Z") if expired else ("20200101000000Z", "20491231000000Z")
        run(
            "openssl",
            "ca",
            "-batch",
            "-notext",
            "-config",
            self.folder / "ca.cnf",
            "-cert",
            self.cert,
            "-keyfile",
            self.folder / "ca.key",
            "-in",
            request,
            "-out",
            made.cert,
            "-extfile",
            extensions,
            "-startdate",
            span[0],
            "-enddate",
            span[1],
        )
        return made


@dataclasses.dataclass(frozen=True)
class Certificate:
    """One side's files: what it trusts, what it is, and its key."""

    ca: pathlib.Path
    cert: pathlib.Path
    key: pathlib.Path

    def of_another(self, other: "Certificate") -> "Certificate":
        """Still trusts whom it trusted, and is another."""
        return Certificate(self.ca, other.cert, other.key)

    def as_sink_keys(self) -> dict:
        return {"ca_file": str(self.ca), "cert_file": str(self.cert), "key_file": str(self.key)}


# --- ports ------------------------------------------------------------------------------------------------------------


def free_port() -> int:
    """Below the ports that the kernel gives to clients: nobody takes it while its receiver is dead."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams, contextlib.suppress(
            OSError
        ):
            stream.bind(("127.0.0.1", port))
            datagrams.bind(("127.0.0.1", port))
            return port


def listens(port: int) -> bool:
    """By the kernel's tables: to connect would leave a trace in the receiver."""
    for table, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/net/{table}", encoding="ascii") as lines:
            for words in (line.split() for line in lines):
                if words[1].endswith(f":{port:04X}") and words[3] == state:
                    return True
    return False


# --- programs ---------------------------------------------------------------------------------------------------------


def ended(process: subprocess.Popen) -> subprocess.CompletedProcess:
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


class Scene:
    """The simulator, the daemon, and whatever else is to be stopped at the end."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path):
        self.binaries, self.folder = binaries, folder
        self.simulator, self.daemon, self.ready, self.tenants, self.receivers = None, None, None, [], []
        self.config, self.authority, self.starts = folder / "oktail.yaml", None, 0

    def __enter__(self) -> "Scene":
        return self

    def __exit__(self, *_) -> None:
        for program in (self.daemon, *self.receivers, self.simulator):
            if program:
                program.stop()

    def certificate(self, name: str, host: str, **options) -> Certificate:
        self.authority = self.authority or Authority(self.folder / "authority")
        return self.authority.issue(name, host, **options)

    def serve(self, *options: str, **orgs: str) -> None:
        there = self.folder / "simulator"
        there.mkdir()
        orgs_of = [f"--org={name}.okta.com,limit=100000,{keys}" for name, keys in orgs.items()]
        self.simulator = demo.Program(
            [self.binaries / "oktail-simulator", "--dir", there, *options, *orgs_of], self.folder / "simulator.log"
        )
        self.ready, self.tenants = demo.wait_for_ready(self.simulator, there / "ready.json"), list(orgs)

    def configure(self, sinks: dict[str, dict], tenants: dict[str, dict] | None = None, **top: object) -> None:
        """Every tenant goes into all sinks, unless `tenants` has other keys for it."""
        text = json.dumps(self.settings(sinks, tenants, **top), indent=1, ensure_ascii=False)
        self.config.write_text(text)  # JSON is YAML

    def settings(self, sinks: dict[str, dict], tenants: dict[str, dict] | None = None, **top: object) -> dict:
        return {
            "state_dir": f"{self.folder}/state",
            "log": {"level": "info", "format": "json"},
            "admin": {"listen": "off"},
            "defaults": {
                "start": "earliest",
                "rate_limit_share": 1,
                "poll": {"min_interval": "100ms", "max_interval": "300ms"},
            },
            "tenants": [
                {**self.tenant(name), "sinks": list(sinks), **(tenants or {}).get(name, {})} for name in self.tenants
            ],
            "sinks": sinks,
            **top,
        }

    def tenant(self, name: str) -> dict:
        org = self.ready["orgs"][f"{name}.okta.com"]
        return {
            "name": name,
            "domain": f"{name}.okta.com",
            "auth": {
                "method": "client_secret",
                "client_id": org["client_id"],
                "client_secret_files": [org["secret_file"]],
            },
            "connect_to": f"127.0.0.1:{self.ready['port']}",
            "ca_file": f"{self.folder}/simulator/ca.pem",
        }

    def start_daemon(self, *launcher: str) -> None:
        """`launcher`: a program that becomes oktail, and its arguments."""
        self.starts += 1
        self.daemon = demo.Program(
            [*launcher, self.binaries / "oktail", "run", "-c", self.config], self.folder / f"oktail.{self.starts}.log"
        )

    def collect(self, sinks: dict[str, dict], tenants: dict[str, dict] | None = None, **top: object) -> None:
        self.configure(sinks, tenants, **top)
        self.start_daemon()

    def kill_daemon(self) -> None:
        self.daemon.process.kill()
        self.daemon.process.wait()

    def stop_daemon(self) -> None:
        require(self.daemon.stop(), f"oktail ended with {self.daemon.process.returncode}\n{self.log_tail()}")

    def begin_oktail(self, *words: str) -> subprocess.Popen:
        command = [str(self.binaries / "oktail"), *words, "-c", str(self.config)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def oktail(self, *words: str) -> subprocess.CompletedProcess:
        return ended(self.begin_oktail(*words))

    def reload(self) -> None:
        done = self.oktail("reload")
        require(done.returncode == 0, f"reload: {done.stdout}{done.stderr}")

    def status(self) -> str:
        """As soon as the daemon answers."""
        wait_until(lambda: self.oktail("health").returncode == 0, 20, "the daemon is up", self.log_tail)
        return self.oktail("status", "--json").stdout

    def delivered(self) -> int:
        """What the daemon counts so, of all routes."""
        return sum(route["events"] for route in json.loads(self.status())["routes"])

    def post(self, what: str) -> None:
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", self.ready["control_port"], timeout=10)
        ) as control:
            control.request("POST", what)
            require(control.getresponse().status == 200, what)

    def emit(self, count: int) -> None:
        for name in self.tenants:
            self.post(f"/emit?org={name}.okta.com&count={count}")

    def truth(self, tenant: str) -> list[tuple[str, str]]:
        return demo.truth(self.ready["control_port"], tenant)

    def log_tail(self) -> str:
        return "\n".join(self.daemon.log.read_text().splitlines()[-12:]) if self.daemon else ""

    # --- what arrives ---

    def arrived(self, **among: object) -> int:
        """How many different events."""
        raise NotImplementedError

    def wait_for(self, count: int, what: str, seconds: float = 30, **among: object) -> None:
        def ready() -> bool:
            self.daemon.check()
            return self.arrived(**among) >= count

        wait_until(ready, seconds, f"{what} ({self.arrived(**among)} are there)", self.log_tail)

    def wait_for_all(self, tenants: Sequence[str] = (), seconds: float = 60) -> None:
        """Or for a time without anything new; then the tally says what is lost."""
        self.post("/pause")
        due = sum(len(self.truth(name)) for name in tenants or self.tenants)
        end, still_until, before = time.monotonic() + seconds, time.monotonic() + 20, -1
        while (now := self.arrived()) < due and time.monotonic() < min(end, still_until):
            self.daemon.check()
            if now != before:
                before, still_until = now, time.monotonic() + 20
            time.sleep(0.2)

    def wait_for_complaint(self, what: str, text: str, checked: bool) -> None:
        """Says why, on the log, in the status and by oktail check; nothing is delivered meanwhile, and nothing is
        counted so."""
        known, before, counted = self.daemon.log.read_text().count("\n"), self.arrived(), self.delivered()
        self.emit(20)
        check = self.begin_oktail("check", "--online") if checked else None

        def said() -> list[str]:
            fresh = [json.loads(line) for line in self.daemon.log.read_text().splitlines()[known:]]
            return [line["why"] for line in fresh if "why" in line and re.search(text, line["why"], re.I)]

        def shown() -> bool:
            route = json.loads(self.status())["routes"][0]
            return route["trouble"] and re.search(text, route["trouble"]["what"], re.I)

        wait_until(said, 15, f"{what}: the log says {text}", self.log_tail)
        wait_until(shown, 10, f"{what}: the status says {text}", self.status)
        if check:
            answer = ended(check)
            verdict = answer.stdout + answer.stderr
            require(answer.returncode != 0 and re.search(text, verdict, re.I), f"{what}: check --online says {verdict}")
        require(self.arrived() == before, f"{what}: {self.arrived() - before} events have come")
        require(self.delivered() == counted, f"{what}: {self.delivered() - counted} events are counted as delivered")
        print(f"  {what}: {said()[0]}", flush=True)


def run_a_case(
    parser: argparse.ArgumentParser,
    cases: dict[str, Callable],
    scene_of: Callable[[pathlib.Path, pathlib.Path, argparse.Namespace], Scene],
    limit_s: int,
) -> int:
    """What --case names of them, in a scene of its own. The exit code."""
    program = pathlib.Path(sys.argv[0]).stem
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="where oktail and oktail-simulator are")
    parser.add_argument("--case", choices=cases, required=True)
    options = parser.parse_args()

    def give_up(number: int, _: object) -> None:
        raise demo.Trouble(f"ended by signal {number}" if number == signal.SIGTERM else f"not done within {limit_s} s")

    signal.signal(signal.SIGTERM, give_up)
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(limit_s)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"oktail-{program}.") as folder:
        try:
            with scene_of(options.bin.resolve(), pathlib.Path(folder), options) as scene:
                cases[options.case](scene)
        except (demo.Trouble, OSError, http.client.HTTPException) as trouble:
            print(f"{program}: {options.case}: {trouble}"[:6000], file=sys.stderr)
            return 1
    print(f"{program}: {options.case}: passed in {time.monotonic() - began:.1f} s")
    return 0
