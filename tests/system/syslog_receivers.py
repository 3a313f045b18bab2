#!/usr/bin/env python3
"""oktail's syslog sink into receivers that we did not write, rsyslog and syslog-ng, against the simulator. What they
wrote, as they parsed it, is compared with the simulator's truth. A case is a function that takes a Scene."""

import argparse
import contextlib
import hashlib
import json
import pathlib
import random
import re
import shutil
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterable, Sequence

import rig
from rig import ROOT, Authority, Certificate, demo, require, wait_until
from syslog_rig import (
    CLIENT,
    RSYSLOG_DEFAULT_SIZE,
    SERVER,
    ContribRsyslog,
    ContribSyslogNg,
    Receiver,
    Rsyslog,
    SyslogNg,
    Tally,
    fields_of,
    tally,
)

WINDOW = 128
MOST_OF_A_PAGE = 1000
LIMIT_S = 170


# --- programs ---------------------------------------------------------------------------------------------------------


class Scene(rig.Scene):
    """The simulator, the daemon and its receivers."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path, options: argparse.Namespace):
        super().__init__(binaries, folder)
        self.syslog_ng = options.syslog_ng.resolve()

    def rsyslog(self, of: str, name: str = "rsyslog", kind: type[Rsyslog] = Rsyslog, **options) -> Rsyslog:
        self.receivers.append(kind(self.folder, of, name, **options))
        return self.receivers[-1]

    def ng(self, kind: type[SyslogNg] = SyslogNg, **options) -> SyslogNg:
        require((self.syslog_ng / "unpacked").exists(), "syslog-ng is missing: run scripts/setup receivers")
        self.receivers.append(kind(self.folder, self.syslog_ng, **options))
        return self.receivers[-1]

    def certificates(self) -> tuple[Certificate, Certificate]:
        """The receiver's and ours."""
        return self.certificate("server", SERVER), self.certificate("client", CLIENT)

    def arrived(self, receivers: Sequence[Receiver] | None = None) -> int:
        """How many different events."""
        return len({record.data.get("uuid") for receiver in receivers or self.receivers for record in receiver.look()})

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
    more = {"tls": {**tls.as_sink_keys(), "server_name": SERVER}} if tls else {}
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
        scene.wait_for_complaint(what, text, checked=True)
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
    scene.wait_for_complaint("no certificate", "certificate", checked=True)
    scene.configure({"siem": sink(transport, receiver, tls=client)})
    scene.reload()
    scene.wait_for(220, "every event, once there is a certificate")
    for what, bad in (("unknown authority", stranger), ("expired", expired)):
        take(client, bad)
        receiver.stop()  # what is connected stays so
        receiver.start()
        scene.wait_for_complaint(what, "certificate|alert", checked=True)
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
    scene.collect(
        {"siem": sink("relp", receiver), "archive": files},
        {"acme": {"sinks": ["siem"]}, "globex": {"sinks": ["archive"]}},
    )
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--syslog-ng",
        type=pathlib.Path,
        default=ROOT / "build" / "syslog-ng",
        help="where scripts/setup has unpacked it",
    )
    sys.exit(rig.run_a_case(parser, CASES, Scene, LIMIT_S))
