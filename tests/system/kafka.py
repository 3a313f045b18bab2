#!/usr/bin/python3
"""oktail's Kafka sink into a real Apache Kafka, against the simulator. What a consumer of somebody else reads there of
committed records is compared with the simulator's truth. A case is a function that takes a Scene."""

import argparse
import collections
import dataclasses
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import confluent_kafka

import rig
from kafka_broker import GUEST, PASSWORD, USER, Broker, Reader, Record, TokenServer, Watch
from rig import Authority, demo, require, wait_until

KILLS = int(os.environ.get("OKTAIL_KAFKA_KILLS", "40"))
LIMIT_S = 120 + 4 * KILLS

TOPIC, CHECKPOINTS, SINK = "okta.system-log", "oktail.checkpoints", "bus"


# --- what is compared -------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Route:
    """What a tenant's records must look like."""

    tenant: str
    key: Callable[[dict], str] | None = None  # without it, the tenant's name
    labels: dict[str, str] = dataclasses.field(default_factory=dict)

    def fields_of(self, event: dict) -> dict:
        published = datetime.fromisoformat(event["published"].replace("Z", "+00:00"))
        return {
            "key": self.key(event) if self.key else self.tenant,
            "time_ms": round(published.timestamp() * 1000),
            "headers": {
                "okta-uuid": event["uuid"],
                "okta-event-type": event["eventType"],
                "okta-tenant": self.tenant,
                "okta-published": event["published"],
                **{f"okta-label-{name}": value for name, value in self.labels.items()},
                "content-type": "application/json",
            },
        }


@dataclasses.dataclass
class Tally:
    """A tenant's records against the truth: `wrong` says what no consumer may be told at all."""

    lost: list[str]
    repeated: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list)

    def __str__(self) -> str:
        return f"{len(self.lost)} lost, {self.repeated} repeated, {len(self.wrong)} wrong"


def tally(records: Iterable[Record], served: Sequence[tuple[str, str]], route: Route) -> Tally:
    """`served`: uuid and SHA-256 of each event, in Okta's order. First deliveries must come in it in each partition."""
    places = {uuid: place for place, (uuid, _) in enumerate(served)}
    seen, result, newest = set(), Tally([]), collections.defaultdict(lambda: -1)
    for record in records:
        try:
            event = json.loads(record.value)
            uuid = event["uuid"]
            place = places[uuid]
        except (ValueError, KeyError, TypeError):
            result.wrong.append(f"no event that was served: {record}"[:400])
            continue
        if record.digest != served[place][1]:
            result.wrong.append(f"{uuid}: not the bytes that were served: {record.value[:300]}")
        result.wrong += [
            f"{uuid}: {field} is {getattr(record, field)} where {value} should be"
            for field, value in route.fields_of(event).items()
            if getattr(record, field) != value
        ]
        if uuid in seen:
            result.repeated += 1
            continue
        seen.add(uuid)
        if place < newest[record.partition]:
            result.wrong.append(f"{uuid}: out of order")
        newest[record.partition] = max(newest[record.partition], place)
    result.lost = [uuid for uuid, _ in served if uuid not in seen]
    return result


# --- programs ---------------------------------------------------------------------------------------------------------


class Scene(rig.Scene):
    """The simulator, the daemon, a broker, and readers of its topics."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path, options: argparse.Namespace):
        super().__init__(binaries, folder)
        self.jars = options.kafka.resolve() / os.environ.get("OKTAIL_KAFKA", "3")
        self.broker, self.readers, self.routes = None, [], {}

    def start_broker(self, partitions: int = 3, **options) -> Broker:
        """With the topics of the configuration, but for the one of checkpoints there is a reader for each."""
        self.broker = Broker(self.jars, self.folder / "broker", **options)
        self.receivers.append(self.broker)
        took = self.broker.start()
        print(f"  Kafka {'.'.join(map(str, self.broker.version))} started in {took:.1f} s", flush=True)
        self.add_topic(TOPIC, partitions)
        self.broker.create_topic(CHECKPOINTS, cleanup_policy="compact")
        return self.broker

    def add_topic(self, name: str, partitions: int = 1, **configs: object) -> Reader:
        self.broker.create_topic(name, partitions, **configs)
        self.readers.append(Reader(self.broker, name))
        return self.readers[-1]

    def route(self, tenant: str) -> Route:
        return self.routes.get(tenant, Route(tenant))

    def arrived(self, readers: Sequence[Reader] | None = None) -> int:
        """How many different events that are committed."""
        return len({record.headers.get("okta-uuid") for reader in readers or self.readers for record in reader.look()})

    def judge(
        self,
        readers: Sequence[Reader] | None = None,
        most_repeated: int = 0,
        served: Callable[[str], Sequence[tuple[str, str]]] | None = None,
    ) -> Tally:
        """Every event has come, as it is, in order; and so many of them twice. `served` says what was due, where
        that is not all."""
        sums = Tally([])
        records = [record for reader in readers or self.readers for record in reader.look()]
        strangers = [record for record in records if record.headers.get("okta-tenant") not in self.tenants]
        for tenant in self.tenants:
            due = (served or self.truth)(tenant)
            own = [record for record in records if record.headers.get("okta-tenant") == tenant]
            found = tally(own, due, self.route(tenant))
            print(f"  {tenant}: {len(due)} events: {found}", flush=True)
            sums = Tally(sums.lost + found.lost, sums.repeated + found.repeated, sums.wrong + found.wrong)
        require(not strangers, f"{len(strangers)} records of nobody, such as {strangers[:2]}"[:2000])
        require(not sums.wrong, "\n".join(sums.wrong[:10]))
        require(not sums.lost, f"{len(sums.lost)} are lost, such as {sums.lost[:3]}\n{self.log_tail()}")
        require(sums.repeated <= most_repeated, f"{sums.repeated} are repeated, and at most {most_repeated} may be")
        return sums

    def judge_checkpoints(self, sink: str = SINK) -> None:
        """The last one of each route belongs to its last event, and each to later ones than the one before."""
        places = {}
        for record in Reader(self.broker, CHECKPOINTS).look():
            if record.key.startswith("/owner/"):
                continue
            places.setdefault(record.key, []).append(json.loads(record.value))
        wanted = {f"{tenant}/{sink}" for tenant in self.tenants}
        require(set(places) == wanted, f"there are checkpoints of {set(places)}, and not of {wanted}")
        for tenant in self.tenants:
            found, last = places[f"{tenant}/{sink}"], self.truth(tenant)[-1][0]
            numbers = [place["seq"] for place in found]
            require(numbers == sorted(set(numbers)), f"{tenant}: checkpoints are not in order: {numbers[-20:]}")
            require(
                found[-1]["last"] == last, f"{tenant}: the last checkpoint is {found[-1]}, and the last event {last}"
            )

    def aborted(self) -> int:
        """How many records no consumer was told of, for they were in transactions that never were committed."""
        everything = sum(len(Reader(self.broker, one.topic, "read_uncommitted").look()) for one in self.readers)
        return everything - sum(len(one.look()) for one in self.readers)

    def bus(self, listener: str = "open", **keys: object) -> dict:
        return {
            "type": "kafka",
            "brokers": [self.broker.address(listener)],
            "topic": TOPIC,
            "checkpoint_topic": CHECKPOINTS,
            **keys,
        }

    def collect(self, sinks: dict[str, dict], tenants: dict[str, dict] | None = None, **top: object) -> None:
        super().collect(sinks, tenants, **{"instance": "siem-1", **top})


def chance() -> random.Random:
    """Chosen anew each run and printed; OKTAIL_SEED repeats one."""
    seed = int(os.environ.get("OKTAIL_SEED", random.randrange(1 << 32)))
    print(f"  seed {seed}", flush=True)
    return random.Random(seed)


# --- cases ------------------------------------------------------------------------------------------------------------


def delivers(scene: Scene) -> None:
    """Three tenants: one with labels, one with a filter of events; into one topic and into a topic for each, by
    different keys."""
    scene.start_broker()
    for tenant in ("acme", "globex", "initech"):
        scene.broker.create_topic(f"okta.{tenant}")
    scene.serve(acme="backlog=3000,rate=50", globex="backlog=2500,rate=50", initech="backlog=500,rate=5")
    labels = {"tier": "gold", "customer": "Acme, Corp 🦀"}
    some = {"events": {"include": ["user.*"]}}
    archive = {"type": "file", "path": f"{scene.folder}/{{tenant}}.ndjson"}
    own = scene.bus(topic="okta.{tenant}", checkpoint_topic="okta.places", key="uuid", compression="gzip")
    scene.broker.create_topic("okta.places", cleanup_policy="compact")
    scene.collect(
        {SINK: scene.bus(), "own": own, "archive": archive},
        {"acme": {"labels": labels}, "globex": {"sinks": [{"name": SINK, **some}, {"name": "own", **some}, "archive"]}},
    )
    apart = [Reader(scene.broker, f"okta.{tenant}") for tenant in scene.tenants]
    # Which of them a filter takes is told by a sink that has them all.
    scene.post("/pause")
    wait_until(lambda: all_in_files(scene), 60, "every event is in the files", scene.log_tail)
    due = {tenant: scene.truth(tenant) for tenant in scene.tenants}
    events = (json.loads(line) for line in (scene.folder / "globex.ndjson").read_bytes().splitlines())
    users = {event["uuid"] for event in events if event["eventType"].startswith("user.")}
    due["globex"] = [(uuid, digest) for uuid, digest in due["globex"] if uuid in users]
    require(500 < len(due["globex"]) < 2500, f"the filter takes {len(due['globex'])}: that proves nothing")
    total = sum(map(len, due.values()))
    for readers in (None, apart):
        scene.wait_for(total, "every event", readers=readers)
    scene.stop_daemon()
    scene.routes = {"acme": Route("acme", labels=labels)}
    scene.judge(served=due.get)
    scene.routes = {
        tenant: Route(tenant, key=lambda event: event["uuid"], labels=labels if tenant == "acme" else {})
        for tenant in scene.tenants
    }
    scene.judge(apart, served=due.get)
    for reader, tenant in zip(apart, scene.tenants, strict=True):
        require(len(reader.records) == len(due[tenant]), f"okta.{tenant} has {len(reader.records)}: others, too")
    scene.judge_checkpoints()


def all_in_files(scene: Scene) -> bool:
    for tenant in scene.tenants:
        file = scene.folder / f"{tenant}.ndjson"
        if not file.exists() or file.read_bytes().count(b"\n") < len(scene.truth(tenant)):
            return False
    return True


LOAD = {"acme": "backlog=20000,rate=300", "globex": "backlog=5000,rate=100", "initech": "backlog=500,rate=50"}


def kill_daemon_at_random(scene: Scene, **keys: object) -> None:
    """Under load. Half of the lives may write, however slow the machine is; the rest may die in their recovery. Those
    that write die while the broker hangs: it takes what was on the way to it, and nobody hears of that. Half of them
    hang it just when it has taken something, so that the end of a transaction is often what is on the way."""
    random_one = chance()
    scene.start_broker()
    watch = Watch(scene.broker, TOPIC)
    scene.serve(**LOAD)
    began, lives_that_wrote = time.monotonic(), 0
    scene.configure({SINK: scene.bus(**keys)}, instance="siem-1")
    for kill in range(KILLS):
        before = scene.arrived()
        scene.start_daemon()
        if kill % 2:
            scene.wait_for(before + 1, f"events go on after {kill} kills")
        time.sleep(random_one.uniform(0, 0.4 if kill % 2 else 2))
        scene.daemon.check()
        if kill % 4 == 1:
            scene.broker.freeze()
            time.sleep(random_one.uniform(0, 0.5))
        elif kill % 4 == 3:
            watch.wait_for_more()
            time.sleep(random_one.uniform(0, 0.002))
            scene.broker.freeze()
            time.sleep(random_one.uniform(0.01, 0.1))
        scene.kill_daemon()
        scene.broker.thaw()
        lives_that_wrote += scene.arrived() > before
    print(f"  {KILLS} kills in {time.monotonic() - began:.0f} s, {lives_that_wrote} lives wrote", flush=True)
    scene.start_daemon()
    scene.wait_for_all()
    scene.stop_daemon()


def daemon_killed(scene: Scene) -> None:
    kill_daemon_at_random(scene)
    scene.judge()
    scene.judge_checkpoints()
    aborted = scene.aborted()
    print(f"  {aborted} records were in transactions that were cut off", flush=True)
    require(aborted > 0, "no kill came in the middle of a transaction: that proves nothing")


STEPS = {
    "init_transactions": (1,),
    "begin_transaction": (1, 2, 5),
    "produceva": (1, 2, 1000),
    "flush": (1, 2, 5),
    "commit_transaction": (1, 2, 5),
}


def daemon_killed_at_each_step(scene: Scene) -> None:
    """Right before and right behind each call that a transaction is made of; the first ones are those of a recovery."""
    scene.start_broker()
    scene.serve(**LOAD)
    scene.configure({SINK: scene.bus()}, instance="siem-1")
    preload = scene.binaries / "liboktail_kafka_step.so"
    require(preload.exists(), f"{preload} is not built")
    deaths = [(call, side, nth) for call, calls in STEPS.items() for side in ("before", "behind") for nth in calls]
    for call, side, nth in deaths:
        scene.start_daemon("/usr/bin/env", f"LD_PRELOAD={preload}", f"OKTAIL_DIE_AT={call}:{side}:{nth}")
        process = scene.daemon.process
        wait_until(lambda: process.poll() is not None, 30, f"it dies {side} {call} {nth}", scene.log_tail)
        require(process.returncode == -9, f"it ended by itself: {process.returncode}\n{scene.log_tail()}")
    print(f"  {len(deaths)} deaths", flush=True)
    scene.start_daemon()
    scene.wait_for_all()
    scene.stop_daemon()
    scene.judge()
    scene.judge_checkpoints()


# What is on the way when a daemon dies: a page of each tenant.
MOST_REPEATED = (KILLS + 1) * 1000 * len(LOAD)


def at_least_once(scene: Scene) -> None:
    """The same kills without transactions. Something comes twice: that nothing does otherwise is their doing."""
    kill_daemon_at_random(scene, delivery="at_least_once")
    found = scene.judge(most_repeated=MOST_REPEATED)
    require(found.repeated > 0, "nothing came twice: then daemon_killed proves nothing")


def broker_killed(scene: Scene) -> None:
    random_one = chance()
    scene.start_broker()
    scene.serve(**LOAD)
    # Its own patience would make each kill take ten seconds.
    scene.collect({SINK: scene.bus(options={"reconnect.backoff.max.ms": "500"})})
    began = time.monotonic()
    for kill in range(10):
        scene.wait_for(scene.arrived() + 50, f"events go on after {kill} kills", 60)
        time.sleep(random_one.uniform(0, 1.5))
        scene.broker.kill()
        time.sleep(random_one.uniform(0, 0.5))
        scene.broker.start()
    print(f"  10 kills in {time.monotonic() - began:.0f} s", flush=True)
    scene.wait_for_all()
    scene.stop_daemon()
    scene.judge()
    scene.judge_checkpoints()


def switch(scene: Scene) -> None:
    """To transactions and back, each after a clean stop."""
    scene.start_broker()
    scene.serve(**LOAD)
    for delivery in ("at_least_once", "exactly_once", "at_least_once", "exactly_once"):
        before = scene.arrived()
        scene.collect({SINK: scene.bus(delivery=delivery)})
        scene.wait_for(before + 3000, f"events go on with {delivery}")
        if delivery == "exactly_once":
            scene.wait_for_all()
            scene.judge_checkpoints()
            scene.post("/resume")
        scene.stop_daemon()
    scene.collect({SINK: scene.bus()})
    scene.wait_for_all()
    scene.stop_daemon()
    scene.judge()
    scene.judge_checkpoints()


TRANSACTION_S = 10


def daemon_frozen(scene: Scene) -> None:
    """A daemon freezes, and another one of the same name takes over, with a new state or with a copy of the state. When
    the first one thaws it must say that another one owns the route, and nobody may ever see a record of it."""
    scene.start_broker()
    scene.serve(**LOAD)
    watch = Watch(scene.broker, TOPIC)
    bus = scene.bus(
        options={"transaction.timeout.ms": f"{TRANSACTION_S}000", "message.timeout.ms": f"{TRANSACTION_S}000"}
    )
    scene.collect({SINK: bus})
    scene.wait_for(3000, "events arrive")
    for state in ("new", "copied"):
        frozen = scene.daemon
        watch.wait_for_more()
        frozen.process.send_signal(signal.SIGSTOP)
        try:
            if state == "copied":
                shutil.copytree(
                    scene.folder / "new", scene.folder / state, ignore=shutil.ignore_patterns("*.sock", "lock")
                )
            scene.collect({SINK: bus}, state_dir=f"{scene.folder}/{state}")
            # More than the tail of the frozen one's transaction.
            scene.wait_for(scene.arrived() + 1000, "the other one goes on")
            time.sleep(TRANSACTION_S + 2)
        finally:
            frozen.process.send_signal(signal.SIGCONT)
            scene.receivers.insert(0, frozen)
        # It ends, or its route says why it does not go on.
        wait_until(
            lambda: "another oktail of the same" in tail(frozen), 30, "the thawed one notices", lambda: tail(frozen)
        )
        print(f"  thawed: {frozen.process.poll()}, {tail(frozen).splitlines()[-1][:300]}", flush=True)
        scene.wait_for(scene.arrived() + 500, "the other one goes on after the thaw")
        frozen.stop()
    # The first one's state is far behind by now.
    scene.stop_daemon()
    scene.collect({SINK: bus})
    scene.wait_for_all()
    scene.stop_daemon()
    scene.judge()
    scene.judge_checkpoints()


def tail(program: demo.Program) -> str:
    return "\n".join(program.log.read_text().splitlines()[-12:])


def security(scene: Scene) -> None:
    """Every way to log in, and what is said of what is wrong."""
    server, client = scene.certificate("server", "127.0.0.1"), scene.certificate("client", "oktail.test")
    stranger = Authority(scene.folder / "stranger").issue("server", "127.0.0.1")
    idp = TokenServer(scene.folder / "idp", server, "idp secret")
    scene.receivers.append(idp)
    scene.start_broker(listeners=("mtls", "plain", "scram", "oauthbearer"), tls=server, jwks=idp.jwks)
    scene.serve(acme="backlog=200")
    for name, text in {"right": PASSWORD, "wrong": "guess", "idp.secret": idp.secret}.items():
        (scene.folder / name).write_text(text)
        (scene.folder / name).chmod(0o600)
    right, wrong = {"password_file": f"{scene.folder}/right"}, {"password_file": f"{scene.folder}/wrong"}
    ca = {"ca_file": str(server.ca)}
    mtls = {"protocol": "ssl", **client.as_sink_keys()}
    plain = {"protocol": "sasl_ssl", "mechanism": "plain", "username": USER, **ca}
    scram = {**plain, "mechanism": "scram-sha-512"}
    oauth = {
        "protocol": "sasl_ssl",
        "mechanism": "oauthbearer",
        "token_url": idp.url,
        "client_id": USER,
        "client_secret_file": f"{scene.folder}/idp.secret",
        "scope": "kafka",
        **ca,
    }
    another_ca = {"ca_file": str(stranger.ca)}
    without = {"protocol": "ssl", **ca}
    refused = "authentication|credentials|refuse"
    ways = {
        "mtls": (
            mtls,
            [("wrong CA", {**mtls, **another_ca}, UNTRUSTED), ("no certificate", without, "certificate|alert")],
        ),
        "plain": ({**plain, **right}, [("wrong password", {**plain, **wrong}, refused)]),
        "scram": ({**scram, **right}, [("wrong password", {**scram, **wrong}, refused)]),
        "oauthbearer": (
            oauth,
            [("wrong secret", {**oauth, "client_secret_file": f"{scene.folder}/wrong"}, "token|invalid_client|refuse")],
        ),
    }
    for listener, (good, bad_ones) in ways.items():
        if listener == "scram" and scene.broker.version >= (4,) and confluent_kafka.libversion()[1] < 0x020601FF:
            print("  scram: this librdkafka cannot with this broker")
            continue
        for what, bad, text in bad_ones:
            scene.collect({SINK: scene.bus(listener, security=bad)})
            scene.wait_for_complaint(f"{listener}, {what}", text, checked=True)
            scene.configure({SINK: scene.bus(listener, security=good)}, instance="siem-1")
            scene.reload()
            scene.wait_for(len(scene.truth("acme")), f"{listener}: every event, once it is mended")
            scene.stop_daemon()
    # Another name than the certificate's.
    by_name = scene.bus(security=mtls)
    by_name["brokers"] = [scene.broker.address("mtls").replace("127.0.0.1", "localhost")]
    scene.collect({SINK: by_name})
    scene.wait_for_complaint("wrong name", UNTRUSTED, checked=True)
    scene.stop_daemon()
    scene.collect({SINK: scene.bus("mtls", security=mtls)})
    scene.wait_for_all()
    scene.stop_daemon()
    scene.judge()
    scene.judge_checkpoints()
    require(idp.minted > 0 and idp.refused > 0, f"{idp.minted} tokens and {idp.refused} refusals")


UNTRUSTED = "certificate"


def acl(scene: Scene) -> None:
    """What may not be done or is not there is said, with what to do about it, and goes on by itself once it is mended.
    Other sinks do not notice."""
    broker = scene.start_broker(
        listeners=("plain_in_clear",),
        authorizer_class_name="org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        super_users="User:ANONYMOUS",
    )
    scene.serve(acme="backlog=500,rate=20")
    (scene.folder / "password").write_text(PASSWORD)
    (scene.folder / "password").chmod(0o600)
    guest = "no-id"

    def bus(name: str) -> dict:
        security = {
            "protocol": "sasl_plaintext",
            "mechanism": "plain",
            "username": GUEST if name == guest else USER,
            "password_file": f"{scene.folder}/password",
        }
        return scene.bus("plain_in_clear", topic=name, checkpoint_topic=f"{name}.places", security=security)

    # By docs/kafka.md, but for what each lacks.
    allow_transactions(broker, USER)
    for name in ("good", "no-write", "no-id", "no-topic"):
        user = GUEST if name == guest else USER
        if name != "no-topic":
            broker.create_topic(name)
        broker.create_topic(f"{name}.places", cleanup_policy="compact")
        for operation in ("describe", "read", "write"):
            broker.allow(operation, "topic", f"{name}.places", user=user)
        broker.allow("describe", "topic", name, user=user)
        if name != "no-write":
            broker.allow("write", "topic", name, user=user)
    readers = {name: Reader(broker, name) for name in ("good", "no-write", "no-id")}
    missing = {
        "no-write": "authorization.*write",
        "no-id": "transactional id.*authorization.*transactional ids",
        "no-topic": "unknown topic.*create",
    }
    scene.collect({name: bus(name) for name in ("good", *missing)})
    scene.wait_for(500, "the sink that may", readers=[readers["good"]])
    for sink, text in missing.items():
        wait_until(lambda sink=sink, text=text: trouble(scene, sink, text), 30, f"{sink} says {text}", scene.status)
        print(f"  {sink}: {trouble(scene, sink, text)}", flush=True)
    found = scene.oktail("check", "--online").stdout
    # Whether one may write is not known before one does.
    for sink, text in {"good": "good", "no-id": "transactional id", "no-topic": "unknown topic"}.items():
        part = found.partition(f"\n{sink} (kafka)\n")[2].partition("\n")[0]
        require(re.search(text, part, re.I), f"check --online does not say {text} of {sink}:\n{found}")
    require(not readers["no-write"].look() and not readers["no-id"].look(), "events came without permission")
    scene.post("/emit?org=acme.okta.com&count=50")
    broker.allow("write", "topic", "no-write")
    allow_transactions(broker, GUEST)
    broker.create_topic("no-topic")
    readers["no-topic"] = Reader(broker, "no-topic")
    scene.post("/pause")
    for name, reader in readers.items():
        scene.wait_for(len(scene.truth("acme")), f"{name}: every event, once it is mended", 75, readers=[reader])
    scene.stop_daemon()
    for reader in readers.values():
        scene.judge([reader])


def allow_transactions(broker: Broker, user: str) -> None:
    for operation in ("describe", "write"):
        broker.allow(operation, "transactional_id", "oktail-", prefixed=True, user=user)


def trouble(scene: Scene, sink: str, text: str) -> str | None:
    (route,) = (route for route in json.loads(scene.status())["routes"] if route["sink"] == sink)
    found = (route["trouble"] or {}).get("what", "")
    return found if re.search(text, found, re.I) else None


def oversize(scene: Scene) -> None:
    """What is too large for us or for a topic is a dead letter, and nothing else is. A topic refuses whole batches:
    small events in a batch that is too large are none. A limit may be lowered at any time."""
    scene.start_broker()
    scene.serve(acme="backlog=2000,huge=100")
    limits = {"ours": 4 << 20, "theirs": 200_000, "plain": 100_000, "lowered": 4 << 20}
    readers = {name: scene.add_topic(name, max_message_bytes=limit) for name, limit in limits.items()}
    for name in limits:
        scene.broker.create_topic(f"{name}.places", cleanup_policy="compact")
    sinks = {name: scene.bus(topic=name, checkpoint_topic=f"{name}.places") for name in limits}
    sinks["ours"]["max_message_size"] = 300_000
    sinks["plain"]["compression"] = "none"
    scene.collect(sinks)
    scene.wait_for(2000, "every event where all may", readers=[readers["lowered"]])
    scene.broker.configure_topic("lowered", max_message_bytes=200_000)
    scene.emit(300)
    served = scene.truth("acme")
    for name, reader in readers.items():
        huge = 3 if name == "lowered" else 23
        scene.wait_for(len(served) - huge, f"{name}: every event that is not huge", readers=[reader])
        wait_until(lambda name=name, huge=huge: len(dead_letters(scene, name)) == huge, 20, f"{name}: dead letters")
        letters = dead_letters(scene, name)
        scene.judge([reader], served=lambda _, out=letters: [event for event in served if event[0] not in out])
    scene.stop_daemon()


def dead_letters(scene: Scene, sink: str) -> set[str]:
    file = scene.folder / "state" / "dead-letters" / "acme" / f"{sink}.ndjson"
    lines = file.read_bytes().splitlines() if file.exists() else []
    return {json.loads(json.loads(line)["event"])["uuid"] for line in lines}


# --- proof that the comparison notices --------------------------------------------------------------------------------


TRUTH = [
    json.dumps(
        {
            "uuid": f"00000000-0000-4000-8000-{n:012}",
            "published": f"2026-01-05T08:14:27.{n:03}Z",
            "eventType": "user.session.start",
            "text": 'a "quote" \\ zoë \a\n\u2028 🦀' * 20,
        },
        ensure_ascii=n % 3 == 0,
    )
    for n in range(100)
]


def self_test(scene: Scene) -> None:
    """What is well sent is found good, and each mistake is noticed: without it the other cases would prove nothing."""
    broker = scene.start_broker(partitions=1)
    served = [(json.loads(event)["uuid"], hashlib.sha256(event.encode()).hexdigest()) for event in TRUTH]
    route = Route("acme", labels={"tier": "gold, and silver"})
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": broker.address(), "transactional.id": "self-test", "log_level": 2}
    )
    producer.init_transactions(20)

    def send(topic: str, events: Iterable[str], **other: object) -> None:
        """Each event as a sink should write it, but for what is other."""
        for event in events:
            said = {**route.fields_of(json.loads(event)), **other}
            headers = [(name, value.encode()) for name, value in said["headers"].items()]
            producer.produce(topic, event.encode(), said["key"], timestamp=said["time_ms"], headers=headers)

    def found(*parts: tuple[list[str], dict]) -> Tally:
        topic = f"topic-{len(topics)}"
        topics.append(topic)
        broker.create_topic(topic)
        producer.list_topics(topic)  # a second less than to learn of it in the transaction
        producer.begin_transaction()
        for events, other in parts:
            send(topic, events, **other)
        producer.commit_transaction(20)
        return tally(Reader(broker, topic).look(), served, route)

    topics = []
    good = found((TRUTH, {}))
    require(good == Tally([]), f"{good} {good.wrong[:3]}")

    headers = route.fields_of(json.loads(TRUTH[0]))["headers"]
    first, rest = TRUTH[:1], (TRUTH[1:], {})
    other = TRUTH[5].replace("quote", "quota")
    stranger = TRUTH[0].replace("00000000-", "00000001-")
    mistakes = {
        "a lost one": ([(TRUTH[:5] + TRUTH[6:], {})], lambda tally: tally.lost == [served[5][0]]),
        "one twice": ([(TRUTH[:6] + TRUTH[5:], {})], lambda tally: tally.repeated == 1 and not tally.wrong),
        "two in another order": ([([TRUTH[1], TRUTH[0], *TRUTH[2:]], {})], lambda tally: "order" in tally.wrong[0]),
        "a changed one": ([([*TRUTH[:5], other, *TRUTH[6:]], {})], lambda tally: "bytes" in tally.wrong[0]),
        "a stranger": ([([*TRUTH, stranger], {})], lambda tally: "no event" in tally.wrong[0]),
        "a wrong key": ([(first, {"key": "globex"}), rest], lambda tally: "key is globex" in tally.wrong[0]),
        "a wrong time": ([(first, {"time_ms": 1700000000000}), rest], lambda tally: "time_ms is" in tally.wrong[0]),
        "a missing header": (
            [(first, {"headers": {name: headers[name] for name in list(headers)[1:]}}), rest],
            lambda tally: "headers is" in tally.wrong[0],
        ),
        "a header more": (
            [(first, {"headers": {**headers, "x": "y"}}), rest],
            lambda tally: "headers" in tally.wrong[0],
        ),
    }
    for what, (parts, noticed) in mistakes.items():
        bad = found(*parts)
        require(bad != Tally([]) and noticed(bad), f"{what} is not noticed: {bad} {bad.wrong[:3]}")

    # Of transactions: what is aborted or not yet committed is there, and does not show; what was committed outlives a
    # kill of the broker.
    committed, all_of_it = Reader(broker, TOPIC), Reader(broker, TOPIC, "read_uncommitted")
    producer.begin_transaction()
    send(TOPIC, TRUTH[:50])
    producer.commit_transaction(20)
    require(len(committed.look()) == 50, f"{len(committed.look())} where 50 were committed")
    producer.begin_transaction()
    send(TOPIC, TRUTH)
    producer.flush(20)
    producer.abort_transaction(20)
    producer.begin_transaction()
    send(TOPIC, TRUTH[50:])
    producer.flush(20)
    require(len(committed.look()) == 50 and len(all_of_it.look()) == 200, "an open transaction shows, or is not there")
    producer.commit_transaction(20)
    broker.kill()
    broker.start()
    broker.freeze()
    time.sleep(1)
    broker.thaw()
    for reader in (committed, Reader(broker, TOPIC)):
        good = tally(reader.look(), served, route)
        require(good == Tally([]), f"after an aborted transaction and a kill: {good} {good.wrong[:3]}")
    mixed = tally(all_of_it.look(), served, route)
    require(mixed.repeated == 100, f"aborted records are not there to be left out: {mixed}")


CASES = {
    case.__name__: case
    for case in (
        self_test,
        delivers,
        daemon_killed,
        daemon_killed_at_each_step,
        daemon_frozen,
        broker_killed,
        at_least_once,
        switch,
        security,
        acl,
        oversize,
    )
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kafka", type=pathlib.Path, required=True, help="where scripts/setup has put brokers")
    sys.exit(rig.run_a_case(parser, CASES, Scene, LIMIT_S))
