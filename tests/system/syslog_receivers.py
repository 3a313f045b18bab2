#!/usr/bin/env python3
"""oktail's syslog sink into receivers that we did not write, rsyslog and syslog-ng, against the simulator. What they
wrote, as they parsed it, is compared with the simulator's truth. A case is a function that takes a Scene."""

import argparse
import contextlib
import hashlib
import http.client
import json
import pathlib
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence

from syslog_rig import (
    CLIENT,
    ROOT,
    RSYSLOG_DEFAULT_SIZE,
    SERVER,
    Authority,
    Certificate,
    ContribRsyslog,
    ContribSyslogNg,
    Receiver,
    Rsyslog,
    SyslogNg,
    Tally,
    demo,
    fields_of,
    require,
    tally,
    wait_until,
)

WINDOW = 128
MOST_OF_A_PAGE = 1000
LIMIT_S = 170


# --- programs ---------------------------------------------------------------------------------------------------------

CONFIG = """\
state_dir: {dir}/state
log: {{level: info, format: json}}
admin: {{listen: "off"}}
defaults:
  start: earliest
  rate_limit_share: 1
  poll: {{min_interval: 100ms, max_interval: 300ms}}
tenants:
{tenants}sinks: {sinks}
"""

TENANT = """\
  - name: {name}
    domain: {name}.okta.com
    auth: {{method: client_secret, client_id: {client_id}, client_secret_files: ["{secret_file}"]}}
    connect_to: 127.0.0.1:{port}
    ca_file: {dir}/simulator/ca.pem
    sinks: [{sinks}]
"""


class Scene:
    """The simulator, the daemon and its receivers."""

    def __init__(self, binaries: pathlib.Path, syslog_ng: pathlib.Path, folder: pathlib.Path):
        self.binaries, self.syslog_ng, self.folder = binaries, syslog_ng, folder
        self.simulator, self.daemon, self.ready, self.tenants, self.receivers = None, None, None, [], []
        self.config, self.authority, self.starts = folder / "oktail.yaml", None, 0

    def __enter__(self) -> "Scene":
        return self

    def __exit__(self, *_) -> None:
        for program in (self.daemon, *self.receivers, self.simulator):
            if program:
                program.stop()

    def rsyslog(self, of: str, name: str = "rsyslog", kind: type[Rsyslog] = Rsyslog, **options) -> Rsyslog:
        self.receivers.append(kind(self.folder, of, name, **options))
        return self.receivers[-1]

    def ng(self, kind: type[SyslogNg] = SyslogNg, **options) -> SyslogNg:
        require((self.syslog_ng / "unpacked").exists(), "syslog-ng is missing: run scripts/setup receivers")
        self.receivers.append(kind(self.folder, self.syslog_ng, **options))
        return self.receivers[-1]

    def certificates(self) -> tuple[Certificate, Certificate]:
        """The receiver's and ours."""
        self.authority = self.authority or Authority(self.folder / "authority")
        return self.authority.issue("server", SERVER), self.authority.issue("client", CLIENT)

    def serve(self, **orgs: str) -> None:
        there = self.folder / "simulator"
        there.mkdir()
        options = [f"--org={name}.okta.com,limit=100000,{keys}" for name, keys in orgs.items()]
        self.simulator = demo.Program(
            [self.binaries / "oktail-simulator", "--dir", there, *options], self.folder / "simulator.log"
        )
        self.ready, self.tenants = demo.wait_for_ready(self.simulator, there / "ready.json"), list(orgs)

    def configure(self, sinks: dict[str, dict], routes: dict[str, str] | None = None) -> None:
        """Every tenant goes into all sinks unless `routes` names others for it."""
        tenants = ""
        for name in self.tenants:
            tenants += TENANT.format(
                name=name,
                dir=self.folder,
                port=self.ready["port"],
                **self.ready["orgs"][f"{name}.okta.com"],
                sinks=(routes or {}).get(name, ", ".join(sinks)),
            )
        self.config.write_text(CONFIG.format(dir=self.folder, tenants=tenants, sinks=json.dumps(sinks)))

    def start_daemon(self) -> None:
        self.starts += 1
        self.daemon = demo.Program(
            [self.binaries / "oktail", "run", "-c", self.config], self.folder / f"oktail.{self.starts}.log"
        )

    def collect(self, sinks: dict[str, dict], routes: dict[str, str] | None = None) -> None:
        self.configure(sinks, routes)
        self.start_daemon()

    def kill_daemon(self) -> None:
        self.daemon.process.kill()
        self.daemon.process.wait()

    def stop_daemon(self) -> None:
        require(self.daemon.stop(), f"oktail ended with {self.daemon.process.returncode}\n{self.log_tail()}")

    def oktail(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(self.binaries / "oktail"), *words, "-c", str(self.config)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

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

    def arrived(self, receivers: Sequence[Receiver] | None = None) -> int:
        """How many different events."""
        return len({record.data.get("uuid") for receiver in receivers or self.receivers for record in receiver.look()})

    def log_tail(self) -> str:
        return "\n".join(self.daemon.log.read_text().splitlines()[-12:]) if self.daemon else ""

    def wait_for(self, count: int, what: str, seconds: float = 30, receivers: Sequence[Receiver] | None = None) -> None:
        def ready() -> bool:
            self.daemon.check()
            return self.arrived(receivers) >= count

        wait_until(ready, seconds, f"{what} ({self.arrived(receivers)} are there)", self.log_tail)

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

    def judge(
        self,
        receivers: Sequence[Receiver] | None = None,
        most_repeated: int = 0,
        tenants: Sequence[str] = (),
        oversize: str | None = None,
    ) -> Tally:
        """Every event has come, as it is, in order; and so many of them twice."""
        sums = Tally([])
        records = [record for receiver in receivers or self.receivers for record in receiver.look()]
        strangers = [record for record in records if record.procid not in self.tenants]
        for tenant in tenants or self.tenants:
            served = self.truth(tenant)
            found = tally((record for record in records if record.procid == tenant), served, tenant, oversize)
            print(f"  {tenant}: {len(served)} events: {found}", flush=True)
            sums = Tally(
                sums.lost + found.lost,
                sums.repeated + found.repeated,
                sums.changed + found.changed,
                sums.wrong + found.wrong,
            )
        require(not strangers, f"{len(strangers)} messages of nobody, such as {strangers[:2]}"[:2000])
        require(not sums.wrong, "\n".join(sums.wrong[:10]))
        require(oversize or not sums.lost, f"{len(sums.lost)} are lost, such as {sums.lost[:3]}\n{self.log_tail()}")
        require(sums.repeated <= most_repeated, f"{sums.repeated} are repeated, and at most {most_repeated} may be")
        return sums


def sink(transport: str, *receivers: Receiver, tls: Certificate | None = None, **keys: object) -> dict:
    more = {"tls": tls.as_sink_keys()} if tls else {}
    return {"type": "syslog", "transport": transport, "addresses": [one.address() for one in receivers], **more, **keys}


# --- cases ------------------------------------------------------------------------------------------------------------


def takes_all(
    scene: Scene, receiver: Receiver, siem: dict, backlog: int = 2500, rate: int = 50, live_s: int = 2
) -> None:
    """Two orgs, their backlog and what comes live."""
    receiver.start()
    scene.serve(acme=f"backlog={backlog},rate={rate}", globex=f"backlog={backlog // 5},rate={rate // 5}")
    scene.collect({"siem": siem})
    scene.wait_for(backlog + backlog // 5 + live_s * rate, "the backlog and live events")
    scene.wait_for_all()
    scene.stop_daemon()
    scene.judge()


def rsyslog_imtcp(scene: Scene) -> None:
    receiver = scene.rsyslog("imtcp")
    takes_all(scene, receiver, sink("tcp", receiver))


def rsyslog_imptcp(scene: Scene) -> None:
    receiver = scene.rsyslog("imptcp")
    takes_all(scene, receiver, sink("tcp", receiver, framing="octet_counting"))


def rsyslog_imtcp_lf(scene: Scene) -> None:
    receiver = scene.rsyslog("imtcp")
    takes_all(scene, receiver, sink("tcp", receiver, framing="lf"))


def rsyslog_imudp(scene: Scene) -> None:
    """Nothing holds UDP back: without a backlog, and with a large buffer at the receiver."""
    receiver = scene.rsyslog("imudp")
    takes_all(scene, receiver, sink("udp", receiver), backlog=0, rate=200, live_s=8)


def rsyslog_relp(scene: Scene) -> None:
    receiver = scene.rsyslog("imrelp")
    takes_all(scene, receiver, sink("relp", receiver))


def rsyslog_tls(scene: Scene) -> None:
    server, client = scene.certificates()
    receiver = scene.rsyslog("imtcp_tls", tls=server)
    takes_all(scene, receiver, sink("tls", receiver, tls=client))


def rsyslog_relp_tls(scene: Scene) -> None:
    server, client = scene.certificates()
    receiver = scene.rsyslog("imrelp_tls", tls=server)
    takes_all(scene, receiver, sink("relp_tls", receiver, tls=client))


def syslog_ng_tcp(scene: Scene) -> None:
    receiver = scene.ng()
    takes_all(scene, receiver, sink("tcp", receiver))


def syslog_ng_tls(scene: Scene) -> None:
    server, client = scene.certificates()
    receiver = scene.ng(tls=server)
    takes_all(scene, receiver, sink("tls", receiver, tls=client))


def contrib(scene: Scene, receiver: ContribRsyslog | ContribSyslogNg, siem: dict) -> None:
    takes_all(scene, receiver, siem)
    # Written at the end, as what is queued.
    receiver.stop()
    alerts = [receiver.parse(line) for line in receiver.alerts.read_bytes().splitlines()]
    due = [record for record in receiver.look() if json.loads(record.msg)["severity"] in ("WARN", "ERROR")]
    require(due and alerts == due, f"{len(alerts)} alerts, where {len(due)} should be")


def contrib_rsyslog_relp(scene: Scene) -> None:
    server, client = scene.certificates()
    receiver = scene.rsyslog("imrelp_tls", kind=ContribRsyslog, tls=server)
    contrib(scene, receiver, sink("relp_tls", receiver, tls=client))


def contrib_rsyslog_tls(scene: Scene) -> None:
    server, client = scene.certificates()
    receiver = scene.rsyslog("imtcp_tls", kind=ContribRsyslog, tls=server)
    contrib(scene, receiver, sink("tls", receiver, tls=client))


def contrib_syslog_ng(scene: Scene) -> None:
    server, client = scene.certificates()
    receiver = scene.ng(kind=ContribSyslogNg, tls=server)
    contrib(scene, receiver, sink("tls", receiver, tls=client))


def wait_for_complaint(scene: Scene, what: str, text: str, checked: bool) -> None:
    """Says why, on the log, in the status and by oktail check; nothing is delivered meanwhile, and nothing is counted
    so."""
    known, before, counted = scene.daemon.log.read_text().count("\n"), scene.arrived(), scene.delivered()
    scene.emit(20)

    def said() -> list[str]:
        fresh = [json.loads(line) for line in scene.daemon.log.read_text().splitlines()[known:]]
        return [line["why"] for line in fresh if "why" in line and re.search(text, line["why"], re.I)]

    def shown() -> bool:
        route = json.loads(scene.status())["routes"][0]
        return route["trouble"] and re.search(text, route["trouble"]["what"], re.I)

    wait_until(said, 15, f"{what}: the log says {text}", scene.log_tail)
    wait_until(shown, 10, f"{what}: the status says {text}", scene.status)
    if checked:
        answer = scene.oktail("check", "--online")
        verdict = answer.stdout + answer.stderr
        require(answer.returncode != 0 and re.search(text, verdict, re.I), f"{what}: check --online says {verdict}")
    require(scene.arrived() == before, f"{what}: {scene.arrived() - before} events have come")
    require(scene.delivered() == counted, f"{what}: {scene.delivered() - counted} events are counted as delivered")
    print(f"  {what}: {said()[0]}", flush=True)


def we_refuse_the_receiver(scene: Scene) -> None:
    """Its certificate is for another name, has expired, or is by an authority that we do not know."""
    server, client = scene.certificates()
    stranger = Authority(scene.folder / "stranger").issue("server", SERVER)
    receiver = scene.rsyslog("imtcp_tls", tls=server)
    receiver.start()
    scene.serve(acme="backlog=200")
    scene.collect({"siem": sink("tls", receiver, tls=client)})
    scene.wait_for(200, "the backlog")
    for what, bad, text in (
        ("another name", scene.authority.issue("other", "other.test"), "certificate is for another name"),
        ("expired", scene.authority.issue("old", SERVER, expired=True), "expired"),
        ("unknown authority", server.of_another(stranger), "issuer|self.signed|unknown|verif"),
    ):
        receiver.stop()
        receiver.tls = bad
        receiver.start()
        wait_for_complaint(scene, what, text, checked=True)
        receiver.stop()
        receiver.tls = server
        receiver.start()
        scene.wait_for(len(scene.truth("acme")), f"{what}: every event, once it is mended")
    scene.stop_daemon()
    scene.judge(most_repeated=300 * 3)  # what was replayed after each end of a connection


def receiver_refuses_us(scene: Scene, receiver: Receiver, transport: str) -> None:
    """Without a certificate, with an expired one, with one of an authority that it does not know; by TLS 1.3 we hear of
    it after the handshake."""
    server, client = scene.certificates()
    receiver.tls = server
    receiver.start()
    scene.serve(acme="backlog=200")
    none = sink(transport, receiver, tls=client)
    del none["tls"]["cert_file"], none["tls"]["key_file"]
    stranger = Authority(scene.folder / "stranger").issue("client", CLIENT)
    expired = scene.authority.issue("old", CLIENT, expired=True)
    good = scene.authority.issue("good", CLIENT)
    scene.collect({"siem": none})
    wait_for_complaint(scene, "no certificate", "certificate", checked=True)
    scene.configure({"siem": sink(transport, receiver, tls=client)})
    scene.reload()
    scene.wait_for(220, "every event, once there is a certificate")
    for what, bad in (("unknown authority", stranger), ("expired", expired)):
        take(client, bad)
        receiver.stop()  # what is connected stays so
        receiver.start()
        wait_for_complaint(scene, what, "certificate|alert", checked=True)
        take(client, good)
        scene.wait_for(len(scene.truth("acme")), f"{what}: every event, once it is mended")
    scene.stop_daemon()
    scene.judge(most_repeated=300 * 3)


def take(ours: Certificate, other: Certificate) -> None:
    """The key first: with the old certificate it is no pair, so that nothing is used meanwhile."""
    for here, there in ((ours.key, other.key), (ours.cert, other.cert)):
        fresh = here.with_suffix(".new")
        shutil.copy(there, fresh)
        fresh.replace(here)


def rsyslog_refuses_us(scene: Scene) -> None:
    receiver_refuses_us(scene, scene.rsyslog("imtcp_tls"), "tls")


def rsyslog_relp_refuses_us(scene: Scene) -> None:
    receiver_refuses_us(scene, scene.rsyslog("imrelp_tls"), "relp_tls")


def syslog_ng_refuses_us(scene: Scene) -> None:
    server, _ = scene.certificates()
    receiver_refuses_us(scene, scene.ng(tls=server), "tls")


KILLS = 20


def receiver_killed(scene: Scene, receiver: Receiver, siem: dict, most_repeated: int, backlog: int = 2000) -> None:
    """Under load, in the middle of whatever it does; often when it has hung for a while, and its kernel has taken and
    acknowledged what it never reads."""
    receiver.start()
    scene.serve(acme=f"backlog={backlog},rate=200")
    scene.collect({"siem": siem})
    began = time.monotonic()
    for kill in range(KILLS):
        scene.wait_for(scene.arrived() + 50, f"events go on after {kill} kills")
        time.sleep(random.uniform(0, 1))
        if kill % 2:
            receiver.hang()
            time.sleep(random.uniform(0.5, 1.5))
        receiver.kill()
        time.sleep(random.uniform(0, 0.2))
        receiver.start()
    scene.wait_for_all()
    print(f"  {KILLS} kills in {time.monotonic() - began:.0f} s", flush=True)
    scene.judge(most_repeated=most_repeated)
    scene.stop_daemon()


def kill_relp(scene: Scene) -> None:
    receiver = scene.rsyslog("imrelp")
    receiver_killed(scene, receiver, sink("relp", receiver, window=WINDOW), KILLS * WINDOW, backlog=20_000)


# The replay window, of events that take more than 1 KiB each, comes again after each kill.
REPLAYED = KILLS * (4 << 10)


def kill_tcp(scene: Scene) -> None:
    receiver = scene.rsyslog("imtcp")
    receiver_killed(scene, receiver, sink("tcp", receiver, replay_window="4MiB"), REPLAYED)


def kill_tls(scene: Scene) -> None:
    server, client = scene.certificates()
    receiver = scene.rsyslog("imtcp_tls", tls=server)
    receiver_killed(scene, receiver, sink("tls", receiver, tls=client, replay_window="4MiB"), REPLAYED)


def daemon_killed_relp(scene: Scene) -> None:
    receiver = scene.rsyslog("imrelp")
    receiver.start()
    scene.serve(acme="backlog=5000,rate=300")
    scene.collect({"siem": sink("relp", receiver)})
    for kill in range(10):
        scene.wait_for(scene.arrived() + 50, f"events go on after {kill} kills")
        time.sleep(random.uniform(0, 0.3))
        scene.kill_daemon()
        scene.start_daemon()
    scene.wait_for_all()
    scene.stop_daemon()
    scene.judge(most_repeated=10 * MOST_OF_A_PAGE)


def failover(scene: Scene) -> None:
    """To the second while the first is down, and back when the second goes."""
    first, second = (scene.rsyslog("imrelp", name) for name in ("first", "second"))
    second.start()
    scene.serve(acme="backlog=500,rate=100")
    scene.collect({"siem": sink("relp", first, second)})
    scene.wait_for(600, "events go to the second", receivers=[second])
    first.start()
    second.kill()
    scene.wait_for(200, "events go to the first", receivers=[first])
    scene.wait_for_all()
    scene.stop_daemon()
    scene.judge([second, first], most_repeated=WINDOW)


def long_outage(scene: Scene) -> None:
    """Nobody else notices that a receiver is away."""
    receiver = scene.rsyslog("imrelp")
    receiver.start()
    scene.serve(acme="backlog=500,rate=50", globex="rate=20")
    archive = scene.folder / "globex.ndjson"
    files = {"type": "file", "path": str(archive)}
    scene.collect({"siem": sink("relp", receiver), "archive": files}, {"acme": "siem", "globex": "archive"})
    scene.wait_for(600, "events go on")
    receiver.kill()
    end, known, most_s = time.monotonic() + 30, [], 0.0
    while (now := time.monotonic()) < end:
        known.append((now, len(scene.truth("globex"))))
        written = archive.read_bytes().count(b"\n")
        while known and known[0][1] <= written:
            known.pop(0)
        most_s = max(most_s, now - known[0][0] if known else 0)
        time.sleep(0.05)
    require(most_s < 3, f"the other tenant's file is behind by {most_s:.2f} s")
    receiver.start()
    # The pause between two tries has grown.
    scene.wait_for(len(scene.truth("acme")), "what happened meanwhile", 75)
    scene.wait_for_all(["acme"])
    scene.stop_daemon()
    scene.judge(tenants=["acme"], most_repeated=WINDOW)
    print(f"  the other tenant was behind by {most_s:.2f} s at most")


def oversize(scene: Scene) -> None:
    """Events of 600 kB, compacted or cut, are one message each, for receivers that take no more than they must."""
    events, every = 600, 50
    takers = {
        "compacted": scene.rsyslog("imtcp", "compacted", max_size=RSYSLOG_DEFAULT_SIZE),
        "cut": scene.rsyslog("imtcp", "cut", max_size=RSYSLOG_DEFAULT_SIZE),
        "ng": scene.ng(max_size=8192),
    }
    for receiver in takers.values():
        receiver.start()
    scene.serve(acme=f"backlog={events},huge={every}")
    scene.collect(
        {
            "compacted": sink("tcp", takers["compacted"]),
            "cut": sink("tcp", takers["cut"], oversize="truncate"),
            "ng": sink("tcp", takers["ng"]),
        }
    )
    for name, receiver in takers.items():
        with contextlib.suppress(demo.Trouble):  # the tally says more
            scene.wait_for(events, f"{name}: every event", receivers=[receiver])
        found = scene.judge([receiver], oversize="truncate" if name == "cut" else "compact")
        listed = json.loads(scene.oktail("dead-letters", "list", "--json").stdout)
        letters = sum(route["letters"] for route in listed if route["sink"] == name)
        require(len(found.lost) == letters, f"{name}: {len(found.lost)} did not come, and {letters} are dead letters")
        require(
            found.changed + letters == events // every,
            f"{name}: {found.changed} are other bytes; {events // every} are huge",
        )
        print(f"  {name}: {found.changed} of other bytes, {letters} dead letters", flush=True)
    scene.stop_daemon()


# --- proof that the comparison notices --------------------------------------------------------------------------------


TRUTH = [
    json.dumps(
        {
            "uuid": f"00000000-0000-4000-8000-{n:012}",
            "published": f"2026-01-05T08:14:27.{n:03}Z",
            "eventType": "application.provision.user.push_password" if n % 2 else "user.session.start",
            "severity": ("DEBUG", "INFO", "WARN", "ERROR")[n % 4],
            "outcome": {"result": 'a "quote" \\ ]'},
            "actor": {"alternateId": "zoë@example.com"},
            "client": {"ipAddress": None},
            "text": "\a\n\u2028 🦀" * 20,
        },
        ensure_ascii=n % 3 == 0,
    )
    for n in range(100)
]


def message(event: str, tenant: str = "acme") -> bytes:
    said = fields_of(json.loads(event), tenant)
    data = "".join(f' {key}="' + re.sub(r'(["\\\]])', r"\\\1", value) + '"' for key, value in said["data"].items())
    return (
        f"<{said['pri']}>1 {json.loads(event)['published']} {said['hostname']} okta {tenant} {said['msgid']} "
        f"[okta@32473{data}] {event}"
    ).encode()


def counted(messages: Iterable[bytes]) -> bytes:
    return b"".join(b"%d %s" % (len(text), text) for text in messages)


def send_stream(receiver: Receiver, data: bytes, ours: Certificate | None = None) -> None:
    with contextlib.ExitStack() as stack:
        stream = stack.enter_context(socket.create_connection(("127.0.0.1", receiver.port), 10))
        if ours:
            context = ssl.create_default_context(cafile=ours.ca)
            context.load_cert_chain(ours.cert, ours.key)
            stream = stack.enter_context(context.wrap_socket(stream, server_hostname=SERVER))
        stream.sendall(data)
        if ours:
            stream.unwrap()


def send_relp(receiver: Receiver, messages: Iterable[bytes]) -> None:
    """One at a time."""
    commands = [
        (b"open", b"relp_version=0\nrelp_software=test\ncommands=syslog"),
        *((b"syslog", text) for text in messages),
    ]
    with socket.create_connection(("127.0.0.1", receiver.port), 10) as stream, stream.makefile("rb") as answers:
        for number, (command, data) in enumerate(commands, 1):
            stream.sendall(b"%d %s %d %s\n" % (number, command, len(data), data))
            answered, _, length, text = answers.readline().split(b" ", 3)
            answers.read(int(length) + 1 - len(text))  # the answer to `open` has several lines
            require(int(answered) == number and text.startswith(b"200"), f"RELP: {answered} {text} to {number}")


def self_test(scene: Scene) -> None:
    """What is well sent is found good, and each mistake is noticed: without it the other cases would prove nothing."""
    server, client = scene.certificates()
    served = [(json.loads(event)["uuid"], hashlib.sha256(event.encode()).hexdigest()) for event in TRUTH]
    sent = [message(event) for event in TRUTH]

    def got(receiver: Receiver, send: Callable[[], None], records: int) -> Tally:
        before = len(receiver.look())
        send()
        wait_until(
            lambda: len(receiver.look()) >= before + records,
            10,
            f"{receiver.name}: {records} records, and not {len(receiver.look()) - before}",
            lambda: receiver.log,
        )
        return tally(receiver.records[before:], served, "acme")

    ways = [(scene.rsyslog(of, of), lambda one: send_stream(one, counted(sent))) for of in ("imtcp", "imptcp")]
    ways += [
        (scene.rsyslog("imtcp", "lf"), lambda one: send_stream(one, b"".join(text + b"\n" for text in sent))),
        (scene.rsyslog("imrelp"), lambda one: send_relp(one, sent)),
        (scene.rsyslog("imtcp_tls", "tls", tls=server), lambda one: send_stream(one, counted(sent), client)),
        (scene.ng(), lambda one: send_stream(one, counted(sent))),
    ]
    for receiver, send in ways:
        receiver.start()
        found = got(receiver, lambda receiver=receiver, send=send: send(receiver), len(sent))
        require(found == Tally([]), f"{receiver.name}: {found} {found.wrong[:3]}")

    receiver = ways[0][0]
    other = sent[5].replace(b"example.com", b"example.org")
    changes = {
        "a lost one": (sent[:5] + sent[6:], lambda found: found.lost == [served[5][0]]),
        "one twice": (sent[:6] + sent[5:], lambda found: found.repeated == 1 and not found.wrong),
        "two in another order": ([sent[1], sent[0], *sent[2:]], lambda found: "out of order" in found.wrong[0]),
        "a changed one": ([*sent[:5], other, *sent[6:]], lambda found: "not the bytes" in found.wrong[0]),
        "a wrong severity": (
            [sent[0].replace(b"<87>", b"<86>"), *sent[1:]],
            lambda found: "pri is 86" in found.wrong[0],
        ),
        "a wrong host": (
            [sent[0].replace(b"acme.okta.com", b"acme"), *sent[1:]],
            lambda found: "hostname" in found.wrong[0],
        ),
        "a wrong time": (
            [sent[0].replace(b".000Z okta", b".001Z okta").replace(b"27.000Z acme", b"27.001Z acme"), *sent[1:]],
            lambda found: "the time is" in found.wrong[0],
        ),
        "a missing parameter": (
            [re.sub(rb' actor="[^"]*"', b"", sent[0]), *sent[1:]],
            lambda found: "data is" in found.wrong[0],
        ),
        "a stranger": (
            [*sent, sent[0].replace(b"00000000-", b"00000001-")],
            lambda found: "no event" in found.wrong[0],
        ),
    }
    for what, (messages, noticed) in changes.items():
        found = got(receiver, lambda messages=messages: send_stream(receiver, counted(messages)), len(messages))
        require(found != Tally([]) and noticed(found), f"{what} is not noticed: {found} {found.wrong[:3]}")

    # What rsyslog does to a frame above its limit, which is less than the 8k of its manual: the rest becomes a message
    # of its own.
    small = scene.rsyslog("imtcp", "small", max_size=RSYSLOG_DEFAULT_SIZE)
    small.start()
    whole = sent[0] + b" " * (RSYSLOG_DEFAULT_SIZE - len(sent[0]))
    found = got(small, lambda: send_stream(small, counted([whole, *sent[1:]])), len(sent))
    require(len(found.wrong) == 1, f"at the limit: {found.wrong[:3]}")
    found = got(small, lambda: send_stream(small, counted([whole + b" x", *sent[1:]])), len(sent) + 1)
    require(any("no event" in what for what in found.wrong), f"a split message is not noticed: {found.wrong[:3]}")


CASES = {
    case.__name__: case
    for case in (
        self_test,
        rsyslog_imtcp,
        rsyslog_imptcp,
        rsyslog_imtcp_lf,
        rsyslog_tls,
        rsyslog_relp,
        rsyslog_relp_tls,
        rsyslog_imudp,
        syslog_ng_tcp,
        syslog_ng_tls,
        contrib_rsyslog_relp,
        contrib_rsyslog_tls,
        contrib_syslog_ng,
        we_refuse_the_receiver,
        rsyslog_refuses_us,
        rsyslog_relp_refuses_us,
        syslog_ng_refuses_us,
        kill_relp,
        kill_tcp,
        kill_tls,
        daemon_killed_relp,
        failover,
        long_outage,
        oversize,
    )
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="where oktail and oktail-simulator are")
    parser.add_argument(
        "--syslog-ng",
        type=pathlib.Path,
        default=ROOT / "build" / "syslog-ng",
        help="where scripts/setup has unpacked it",
    )
    parser.add_argument("--case", choices=CASES, required=True)
    options = parser.parse_args()

    def give_up(number: int, _: object) -> None:
        raise demo.Trouble(f"ended by signal {number}" if number == signal.SIGTERM else f"not done within {LIMIT_S} s")

    signal.signal(signal.SIGTERM, give_up)
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LIMIT_S)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="oktail-syslog.") as folder:
        try:
            with Scene(options.bin.resolve(), options.syslog_ng.resolve(), pathlib.Path(folder)) as scene:
                CASES[options.case](scene)
        except (demo.Trouble, OSError, http.client.HTTPException) as trouble:
            print(f"syslog_receivers: {options.case}: {trouble}"[:6000], file=sys.stderr)
            return 1
    print(f"syslog_receivers: {options.case}: passed in {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
