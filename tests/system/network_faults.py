"""What black holes and trouble with names do to oktail: the real programs, in two network namespaces with cables between them.

oktail runs on the near side, oktail-simulator and a name server that does as it is told on the far side, so names, routes and
silence are the kernel's and glibc's own. Whatever happens between the two, every event lies in the files in the end: once, in
order, with the bytes that were served; and a tenant in trouble holds up nobody else.

Each case has namespaces of its own, which go with its process. Without root or what it takes, the exit code is 77: skipped.
"""

import argparse
import collections
import contextlib
import ctypes
import dataclasses
import http.client
import ipaddress
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import demo  # noqa: E402  its programs, and its verdict on what arrived

SKIPPED = 77
LIBC = ctypes.CDLL(None, use_errno=True)  # os.setns comes with Python 3.12
CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
SYN, ACK = 0x02, 0x10

SIEM, OKTA, OKTA_MOVED, REFUSES, NOBODY = (f"10.77.0.{n}" for n in (1, 2, 3, 4, 9))
ASKS, NAMES = "10.77.53.1", "10.77.53.2"
SIEM6, OKTA6 = "fd77::1", "fd77::2"
BLACK_HOLE6, UNREACHABLE6, NO_ROUTE6 = "fd77:9::2", "fd77:a::2", "fd77:b::2"

REQUEST_TIMEOUT_S = 3
STOP_WITHIN_S = 10
BACKLOG = 200

CONFIG = """\
state_dir: {dir}/state
log: {{level: debug, format: json}}
admin: {{listen: "off"}}
defaults:
  start: earliest
  request_timeout: {request_timeout}s
  rate_limit_share: 1
  poll: {{min_interval: 100ms, max_interval: 500ms}}
tenants:
{tenants}sinks:
  archive:
    type: file
    path: {dir}/log/{{tenant}}/%Y-%m-%d.ndjson
"""

TENANT = """\
  - name: {name}
    domain: {name}.okta.com
    auth: {{method: client_secret, client_id: {client_id}, client_secret_files: ["{secret_file}"]}}
    ca_file: {dir}/simulator/ca.pem
    sinks: [archive]
"""


def require(truth, what):
    if not truth:
        raise demo.Trouble(what)


# --- network ------------------------------------------------------------------------------------------------------------------


def check(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    require(done.returncode == 0, f"{' '.join(map(str, command))}: {done.stdout.strip()}")


def ip(words):
    run("ip", *words.split())


def own_namespace():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


class Network:
    """The namespace that this process is in, a second one, and two cables: `okta` for Okta's addresses, `names` for names."""

    def __init__(self):
        self.near = own_namespace()
        check(LIBC.unshare(CLONE_NEWNET), "unshare")
        self.far = own_namespace()
        check(LIBC.setns(self.near, CLONE_NEWNET), "setns")
        self.on_both_sides("link set lo up")
        self.lay("okta", SIEM, OKTA, "10.77.0.0/24")
        self.lay("names", ASKS, NAMES, NAMES)

    @contextlib.contextmanager
    def far_side(self):
        """What this thread starts and opens meanwhile is on the far side, and stays there."""
        check(LIBC.setns(self.far, CLONE_NEWNET), "setns")
        try:
            yield
        finally:
            check(LIBC.setns(self.near, CLONE_NEWNET), "setns")

    def far_ip(self, words):
        with self.far_side():
            ip(words)

    def on_both_sides(self, words):
        ip(words)
        self.far_ip(words)

    def lay(self, cable, near, far, reachable):
        """The near end knows the other's hardware address for good: what does not get through is silence, not "no route to host".
        And its own address is a network by itself: glibc prefers neighbours, and otherwise keeps the order of the answer."""
        hardware, far_hardware = "02:00:00:00:00:01", "02:00:00:00:00:02"
        far_end = f"{cable} address {far_hardware} netns /proc/{os.getpid()}/fd/{self.far}"
        ip(f"link add {cable} address {hardware} type veth peer name {far_end}")
        ip(f"address add {near}/32 dev {cable}")
        self.far_ip(f"address add {far}/32 dev {cable}")
        self.on_both_sides(f"link set {cable} up")
        ip(f"neighbour add {far} lladdr {far_hardware} dev {cable} nud permanent")
        ip(f"route add {reachable} via {far} dev {cable} onlink src {near}")
        self.far_ip(f"route add {near} dev {cable}")

    def cut(self, cable):
        self.far_ip(f"link set {cable} down")

    def mend(self, cable):
        self.far_ip(f"link set {cable} up")
        self.far_ip(f"route replace {SIEM if cable == 'okta' else ASKS} dev {cable}")  # went with the link


class Knocks(threading.Thread):
    """Hears every SYN that comes to the far end of Okta's cable: `addresses` are those that were tried, in order."""

    def __init__(self, network):
        super().__init__(daemon=True)
        self.addresses = []
        with network.far_side():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
            self.socket.bind(("okta", ETH_P_ALL))

    def run(self):
        while True:
            try:
                packet, (_, _, direction, *_) = self.socket.recvfrom(2048)
            except OSError:  # the cable was cut
                continue
            address = self.asked_for(packet)
            if direction != socket.PACKET_OUTGOING and address:
                self.addresses.append(address)

    @staticmethod
    def asked_for(packet):
        """Where the packet goes if it is a SYN."""
        version = packet[0] >> 4
        if version == 4:
            head, protocol, destination = 4 * (packet[0] & 15), packet[9], packet[16:20]
        elif version == 6:
            head, protocol, destination = 40, packet[6], packet[24:40]
        else:
            return None
        is_syn = protocol == socket.IPPROTO_TCP and packet[head + 13] & (SYN | ACK) == SYN
        return str(ipaddress.ip_address(destination)) if is_syn else None


# --- names --------------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Answer:
    addresses: tuple = ()
    code: int = 0
    after_s: float | None = 0  # None: never


EMPTY, SERVFAIL, NXDOMAIN, SILENCE = Answer(), Answer(code=2), Answer(code=3), Answer(after_s=None)
GOOD = Answer((OKTA,))


class NameServer(threading.Thread):
    """Answers as `answers` says at the moment; any other name does not exist. `asked` counts by name."""

    def __init__(self, network):
        super().__init__(daemon=True)
        self.answers, self.asked = {}, collections.Counter()
        with network.far_side():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind((NAMES, 53))

    def run(self):
        while True:
            query, client = self.socket.recvfrom(512)
            name, kind, question = self.read(query)
            self.asked[name] += 1
            answer = self.answers.get(name, NXDOMAIN)
            if answer.after_s is not None:
                reply = threading.Timer(answer.after_s, self.reply, (query[:2], kind, question, answer, client))
                reply.daemon = True
                reply.start()

    @staticmethod
    def read(query):
        """The name, the type asked for, and the question's bytes."""
        labels, at = [], 12
        while length := query[at]:
            labels.append(query[at + 1 : at + 1 + length].decode())
            at += 1 + length
        (kind,) = struct.unpack_from("!H", query, at + 1)
        return ".".join(labels).lower(), kind, query[12 : at + 5]

    def reply(self, number, kind, question, answer, client):
        wanted = {1: 4, 28: 6}.get(kind)
        found = [address.packed for address in map(ipaddress.ip_address, answer.addresses) if address.version == wanted]
        text = number + struct.pack("!HHHHH", 0x8180 | answer.code, 1, len(found), 0, 0) + question
        for packed in found:
            text += struct.pack("!HHHIH", 0xC00C, kind, 1, 1, len(packed)) + packed
        self.socket.sendto(text, client)


def ask_only_our_server(folder):
    """In the mount namespace of this process, names come from nowhere else."""
    files = {"resolv.conf": "", "nsswitch.conf": "hosts: files dns\n", "hosts": "127.0.0.1 localhost\n"}
    for name, text in files.items():
        (folder / name).write_text(text)
        run("mount", "--bind", folder / name, f"/etc/{name}")
    if os.path.isdir("/run/nscd"):  # its socket leads out of every network namespace
        run("mount", "-t", "tmpfs", "none", "/run/nscd")


# --- programs -----------------------------------------------------------------------------------------------------------------


class Scene:
    """oktail on the near side, Okta on the far side, and what became of the events."""

    def __init__(self, binaries, folder):
        self.binaries, self.folder = binaries, folder
        self.programs, self.arrived, self.oktail, self.ready = [], {}, None, None
        ask_only_our_server(folder)
        self.network = Network()
        self.names, self.knocks = NameServer(self.network), Knocks(self.network)
        self.names.start()
        self.knocks.start()
        self.patience_with_names(1)

    def patience_with_names(self, seconds):
        """Of glibc, for each question; it sees the change. Without `search` it would ask for names in this host's domain, too."""
        (self.folder / "resolv.conf").write_text(f"nameserver {NAMES}\nsearch .\noptions timeout:{seconds} attempts:1\n")

    def start(self, program, *arguments):
        self.programs.append(demo.Program([self.binaries / program, *arguments], self.folder / f"{program}.log"))
        return self.programs[-1]

    def serve(self, *tenants, listen=OKTA, rate=0):
        simulated = self.folder / "simulator"
        simulated.mkdir()
        orgs = [f"--org={name}.okta.com,rate={rate},backlog={BACKLOG},limit=100000" for name in tenants]
        with self.network.far_side():
            simulator = self.start("oktail-simulator", "--dir", simulated, "--listen", f"{listen}:443", *orgs)
        self.ready = demo.wait_for_ready(simulator, simulated / "ready.json")
        self.arrived = {name: demo.Arrived(self.folder / "log" / name) for name in tenants}

    def collect(self):
        """Starts oktail for every tenant that Okta has."""
        tenants = ""
        for name in self.arrived:
            org = self.ready["orgs"][f"{name}.okta.com"]
            tenants += TENANT.format(name=name, dir=self.folder, **org)
        config = self.folder / "oktail.yaml"
        config.write_text(CONFIG.format(dir=self.folder, tenants=tenants, request_timeout=REQUEST_TIMEOUT_S))
        (self.folder / "log").mkdir(exist_ok=True)
        self.oktail = self.start("oktail", "run", "-c", config)

    def stop_collecting(self):
        began = time.monotonic()
        clean = self.oktail.stop()
        took = time.monotonic() - began
        self.programs.remove(self.oktail)
        require(clean, f"oktail ended with {self.oktail.process.returncode} instead of 0, after {took:.1f} s\n{self.log_tail()}")
        require(took < STOP_WITHIN_S, f"oktail took {took:.1f} s to stop")
        print(f"  oktail stopped after {took:.1f} s", flush=True)

    def stop_everything(self):
        for program in reversed(self.programs):
            program.stop()

    def answer(self, answer, *tenants):
        for name in tenants or self.arrived:
            self.names.answers[f"{name}.okta.com"] = answer

    def ask_simulator(self, method, path, body=None):
        with self.network.far_side():
            control = http.client.HTTPConnection("127.0.0.1", self.ready["control_port"], timeout=10)
            control.request(method, path, body)
        with contextlib.closing(control):
            answer = control.getresponse()
            text = answer.read()
        require(answer.status == 200, f"the simulator says {answer.status} to {path}")
        return text

    def emit(self, count, *tenants):
        for name in tenants or self.arrived:
            self.ask_simulator("POST", f"/emit?org={name}.okta.com&count={count}")

    def truth(self, tenant):
        with self.network.far_side():
            return demo.truth(self.ready["control_port"], tenant)

    def events(self, tenant):
        self.arrived[tenant].look()
        return self.arrived[tenant].events

    def has_all(self, *tenants):
        return all(self.events(name) == len(self.truth(name)) for name in tenants or self.arrived)

    def said(self, message, tenant):
        """Lines of oktail's log."""
        whole = self.oktail.log.read_text().rpartition("\n")[0]
        lines = [json.loads(line) for line in whole.splitlines() if line.startswith("{")]
        return [line for line in lines if line["message"] == message and line.get("tenant") == tenant]

    def complaints(self, tenant):
        troubles = self.said("no access token", tenant) + self.said("fetching failed, the cursor stays", tenant)
        return [line["why"] for line in troubles]

    def complains(self, tenant, text):
        return any(f"{tenant}.okta.com: {text}" in why for why in self.complaints(tenant))

    def connections(self, tenant):
        """The addresses, in order."""
        return [line["address"] for line in self.said("connected", tenant)]

    def log_tail(self):
        return "\n".join(self.oktail.log.read_text().splitlines()[-15:]) if self.oktail else ""

    def wait_until(self, condition, seconds, what):
        began = time.monotonic()
        while not condition():
            for program in self.programs:
                program.check()
            require(time.monotonic() - began < seconds, f"not within {seconds} s: {what}\n{self.log_tail()}")
            time.sleep(0.1)
        print(f"  after {time.monotonic() - began:.1f} s: {what}", flush=True)

    def wait_for_all(self, seconds, *tenants):
        whose = "all tenants" if not tenants else " ".join(tenants) if len(tenants) < 5 else f"{len(tenants)} tenants"
        self.wait_until(lambda: self.has_all(*tenants), seconds, f"every event of {whose} arrives")

    def wait_for_complaint(self, tenant, text, seconds):
        self.wait_until(lambda: self.complains(tenant, text), seconds, f"oktail says of {tenant}.okta.com: {text}")

    def judge(self):
        """The verdict on everything."""
        self.stop_collecting()
        for name, arrived in self.arrived.items():
            served = self.truth(name)
            demo.judge(name, arrived, served)
            require(self.events(name) == len(served), f"{name}: {len(served) - self.events(name)} events are missing")
        stats = json.loads(self.ask_simulator("GET", "/stats"))
        require(stats["violations_total"] == 0, f"what no client may do: {json.dumps(stats)}")


# --- cases --------------------------------------------------------------------------------------------------------------------


def black_hole(scene):
    scene.serve("acme", rate=20)
    scene.answer(GOOD)
    scene.collect()
    scene.wait_until(lambda: scene.events("acme") > BACKLOG + 10, 20, "live events flow")

    scene.network.cut("okta")
    # The default of request_timeout would let it wait for 45 s.
    scene.wait_for_complaint("acme", "reading the answer: timed out", REQUEST_TIMEOUT_S + 10)
    before = scene.events("acme")
    scene.emit(BACKLOG)
    scene.wait_for_complaint("acme", f"connecting: {OKTA}: timed out", 20)
    require(scene.events("acme") == before, "events come out of the black hole: the case proves nothing")

    scene.network.mend("okta")
    scene.ask_simulator("POST", "/pause")
    scene.wait_for_all(60)
    scene.judge()


def black_hole_at_start(scene):
    scene.serve("acme")
    scene.answer(GOOD)
    scene.network.cut("okta")
    scene.network.cut("names")

    scene.patience_with_names(30)
    scene.collect()
    scene.wait_for_complaint("acme", "connecting: resolving acme.okta.com: timed out", 15)
    scene.stop_collecting()  # while the look-up still hangs

    scene.network.mend("names")
    scene.collect()
    scene.wait_until(lambda: scene.names.asked["acme.okta.com"], 15, "the name is asked for")
    time.sleep(1)
    scene.stop_collecting()  # while it connects

    scene.network.cut("names")
    scene.patience_with_names(1)
    scene.collect()
    scene.wait_for_complaint("acme", "connecting: resolving acme.okta.com: Temporary failure in name resolution", 15)
    scene.network.mend("names")
    scene.wait_for_complaint("acme", f"connecting: {OKTA}: timed out", 30)
    require(scene.events("acme") == 0, "events come out of the black hole: the case proves nothing")
    scene.network.mend("okta")
    scene.wait_for_all(60)
    scene.judge()


def dns_trouble(scene):
    """`late` is within oktail's patience of 5 s and only slow; `later` is beyond it, but its answer is used when it comes."""
    reasons = {
        "nxdomain": (NXDOMAIN, "Name or service not known"),
        "servfail": (SERVFAIL, "Temporary failure in name resolution"),
        "empty": (EMPTY, "No address associated with hostname"),
        "silent": (SILENCE, "timed out"),
        "later": (Answer((OKTA,), after_s=7), "timed out"),
    }
    scene.patience_with_names(10)
    scene.serve("good", "late", *reasons)
    scene.answer(GOOD, "good")
    scene.answer(Answer((OKTA,), after_s=3), "late")
    for name, (answer, _) in reasons.items():
        scene.answer(answer, name)
    scene.collect()

    def all_have_complained():
        return all(scene.complains(name, f"connecting: resolving {name}.okta.com: {why}") for name, (_, why) in reasons.items())

    complained, deadline = False, time.monotonic() + 20
    while not complained:
        require(time.monotonic() < deadline, f"no reason for each name that fails\n{scene.log_tail()}")
        complained = all_have_complained()
        scene.emit(10, "good")
        scene.wait_for_all(10, "good")
        time.sleep(0.5)
    scene.wait_for_all(30, "late", "later")
    held_up = [name for name in ("good", "late") if scene.complains(name, "connecting")]
    require(not held_up, f"held up: {held_up}\n{scene.log_tail()}")
    dead = set(reasons) - {"later"}
    require(not any(scene.events(name) for name in dead), "a name without an answer delivers: the case proves nothing")

    scene.answer(GOOD)
    scene.emit(10)
    scene.wait_for_all(60)
    scene.judge()


def dns_moves(scene):
    scene.network.far_ip(f"address add {OKTA_MOVED}/32 dev okta")
    scene.serve("acme", listen="0.0.0.0")
    scene.answer(GOOD)
    scene.collect()
    scene.wait_for_all(20)

    scene.answer(Answer((OKTA_MOVED,)))
    scene.network.far_ip(f"address del {OKTA}/32 dev okta")
    scene.emit(10)
    scene.wait_for_all(70)
    require(set(scene.connections("acme")) == {OKTA, OKTA_MOVED}, f"connected with {scene.connections('acme')}")
    scene.judge()


def one_of_several_is_dead(scene):
    scene.network.far_ip(f"address add {REFUSES}/32 dev okta")
    scene.serve("acme")
    scene.answer(Answer((REFUSES, NOBODY, OKTA)))
    scene.collect()
    scene.wait_for_all(30)
    tried = scene.knocks.addresses[:]
    require(list(dict.fromkeys(tried)) == [REFUSES, NOBODY, OKTA], f"addresses were tried in another order: {tried}")

    scene.ask_simulator("POST", "/faults", json.dumps([{"endpoint": "logs", "times": 3, "do": "close_after"}]))
    scene.emit(10)
    scene.wait_for_all(20)
    scene.wait_until(lambda: len(scene.connections("acme")) >= 4, 20, "oktail connects again")
    tried_again = scene.knocks.addresses[len(tried) :]
    require(set(tried_again) == set(scene.connections("acme")) == {OKTA}, f"tried once one was known to work: {tried_again}")
    scene.judge()


def broken_ipv6(scene):
    ip(f"address add {SIEM6}/64 dev okta nodad")
    scene.network.far_ip(f"address add {OKTA6}/64 dev okta nodad")
    ways = {"unrouted": NO_ROUTE6, "unreachable": UNREACHABLE6, "swallowed": BLACK_HOLE6}
    for kind, address in (("unreachable", UNREACHABLE6), ("blackhole", BLACK_HOLE6)):
        ip(f"route add {address} via {OKTA6} dev okta")
        scene.network.far_ip(f"route add {kind} {address}")
    scene.serve(*ways)
    for name, address in ways.items():
        scene.answer(Answer((address, OKTA)), name)
    scene.collect()
    scene.wait_for_all(30, "unrouted", "unreachable")
    scene.wait_for_all(30, "swallowed")
    tried = set(scene.knocks.addresses)
    require(tried == {UNREACHABLE6, BLACK_HOLE6, OKTA}, f"the case proves nothing, for other addresses were tried: {tried}")
    scene.emit(10)
    scene.wait_for_all(20)
    for name in ways:
        require(set(scene.connections(name)) == {OKTA}, f"{name} connected with {scene.connections(name)}")
    scene.judge()


def twenty_dead_names(scene):
    good = [f"good{n}" for n in range(20)]
    dead = [f"dead{n}" for n in range(20)]
    scene.patience_with_names(10)
    scene.serve(*dead, *good)
    scene.answer(SILENCE, *dead)
    scene.answer(GOOD, *good)
    scene.collect()
    scene.wait_for_all(20, *good)
    for _ in range(10):
        scene.emit(10, *good)
        scene.wait_for_all(10, *good)
        time.sleep(0.5)

    def all_dead_complain():
        return all(scene.complains(name, f"connecting: resolving {name}.okta.com: timed out") for name in dead)

    scene.wait_until(all_dead_complain, 20, "each dead name has its reason")
    require(not any(scene.events(name) for name in dead), "a dead name delivers: the case proves nothing")
    held_up = [name for name in good if scene.complains(name, "connecting")]
    require(not held_up, f"held up: {held_up}\n{scene.log_tail()}")
    scene.emit(10, *good)
    scene.wait_for_all(10, *good)

    scene.answer(GOOD)
    scene.wait_for_all(90)
    scene.judge()


CASES = {
    case.__name__: case
    for case in (black_hole, black_hole_at_start, dns_trouble, dns_moves, one_of_several_is_dead, broken_ipv6, twenty_dead_names)
}


# --- main ---------------------------------------------------------------------------------------------------------------------


def why_not_here():
    if os.geteuid() != 0:
        return "it takes root"
    for program in ("ip", "unshare", "mount"):
        if not shutil.which(program):
            return f"there is no program {program}"
    probe = ["unshare", "--mount", "--net", "ip", "link", "add", "near", "type", "veth", "peer", "name", "far"]
    done = subprocess.run(probe, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return f"no namespaces with a cable between them: {done.stdout.strip()}" if done.returncode else None


def run_inside(case, binaries):
    began, scene = time.monotonic(), None
    folder = pathlib.Path(tempfile.mkdtemp(prefix="oktail-network."))
    try:
        scene = Scene(binaries, folder)
        CASES[case](scene)
        print(f"network_faults: {case}: passed in {time.monotonic() - began:.1f} s")
        return 0
    except (demo.Trouble, OSError, http.client.HTTPException) as trouble:
        print(f"network_faults: {case}: {trouble}", file=sys.stderr)
        return 1
    finally:
        if scene:
            scene.stop_everything()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, help="where oktail and oktail-simulator are")
    parser.add_argument("--case", choices=CASES, help="this one only")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.list:
        print("\n".join(CASES))
        return 0
    if not options.bin:
        parser.error("--bin is missing")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.inside:
        return run_inside(options.case, options.bin.resolve())
    if reason := why_not_here():
        print(f"network_faults: skipped: {reason}")
        return SKIPPED
    command = [sys.executable, __file__, "--bin", str(options.bin)]
    if options.case:
        os.execvp("unshare", ["unshare", "--mount", "--net", *command, "--inside", "--case", options.case])
    failed = [case for case in CASES if subprocess.run([*command, "--case", case]).returncode != 0]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
