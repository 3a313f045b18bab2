"""Apache Kafka for system tests: a broker of one node that can be killed, frozen and started again, with a listener for
every way to log in, and what a consumer that is not ours reads from it."""

import base64
import dataclasses
import hashlib
import http.server
import json
import pathlib
import re
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time
import urllib.parse

from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic  # Debian: python3-confluent-kafka

from rig import Certificate, demo, free_port, require, run, wait_until

USER, GUEST, PASSWORD = "oktail", "guest", "correct horse"
CLUSTER = "b2t0YWlsIGluIHRlc3RzIQ"  # 16 bytes in base64
ISSUER, AUDIENCE = "https://idp.test", "kafka"

# Small enough for two cores, and quick to start: a broker lives for seconds here.
JVM = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]

# A broker that was killed may register again when its last session has ended. A record has the time of its event: what
# is old must not be deleted.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=OPEN
log.dirs={data}
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
auto.create.topics.enable=false
log.retention.ms=-1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
group.initial.rebalance.delay.ms=0
"""

LOG4J = """\
log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %p %c{1}: %m%n
"""

LOGIN = "org.apache.kafka.common.security"

PLAIN = {
    "sasl.jaas.config": f'{LOGIN}.plain.PlainLoginModule required user_{USER}="{PASSWORD}" user_{GUEST}="{PASSWORD}";'
}

# What clients may connect to: the protocol, the mechanism, and how the broker knows them.
LISTENERS = {
    "open": ("PLAINTEXT", None, {}),
    "mtls": ("SSL", None, {"ssl.client.auth": "required"}),
    "plain": (
        "SASL_SSL",
        "PLAIN",
        PLAIN,
    ),
    "plain_in_clear": (
        "SASL_PLAINTEXT",
        "PLAIN",
        PLAIN,
    ),
    "scram": (
        "SASL_SSL",
        "SCRAM-SHA-512",
        {"sasl.jaas.config": f"{LOGIN}.scram.ScramLoginModule required;"},
    ),
    "oauthbearer": (
        "SASL_SSL",
        "OAUTHBEARER",
        {
            "sasl.jaas.config": f"{LOGIN}.oauthbearer.OAuthBearerLoginModule required;",
            "sasl.server.callback.handler.class": f"{LOGIN}.oauthbearer.OAuthBearerValidatorCallbackHandler",
        },
    ),
}


def dotted(settings: dict[str, object]) -> dict[str, str]:
    return {name.replace("_", "."): str(value) for name, value in settings.items()}


class Broker:
    """`listeners` beside the open one, through which the tests themselves come."""

    def __init__(
        self,
        jars: pathlib.Path,
        folder: pathlib.Path,
        listeners: tuple[str, ...] = (),
        tls: Certificate | None = None,
        jwks: pathlib.Path | None = None,
        **settings: object,
    ):
        self.folder, self.jars, self.tls, self.jwks, self.settings = folder, jars, tls, jwks, settings
        require(
            (jars / "complete").exists(),
            f"no broker in {jars}: run scripts/setup kafka" + ("-4" if jars.name == "4" else ""),
        )
        (found,) = jars.glob("kafka_2.13-*.jar")
        self.version = tuple(map(int, re.findall(r"\d+", found.stem.partition("-")[2])))
        self.ports = {name: free_port() for name in ("controller", "open", *listeners)}
        self.lives, self.process, self.log, self.known_admin = 0, None, folder / "log.0", None
        folder.mkdir()
        (folder / "log4j.properties").write_text(LOG4J)
        (folder / "server.properties").write_text(self.properties())
        scram = f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"
        run(
            *self.java("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", folder / "server.properties"),
            "--add-scram",
            scram,
        )

    def properties(self) -> str:
        clients = [name for name in self.ports if name != "controller"]
        protocols = {"CONTROLLER": "PLAINTEXT", **{name.upper(): LISTENERS[name][0] for name in clients}}
        # The address of the certificate is the one that clients are told.
        lines = {
            "listeners": ",".join(f"{name.upper()}://127.0.0.1:{port}" for name, port in self.ports.items()),
            "advertised.listeners": ",".join(f"{name.upper()}://{self.address(name)}" for name in clients),
            "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
        }
        for name in clients:
            _, mechanism, own = LISTENERS[name]
            there = f"listener.name.{name}."
            if mechanism:
                lines[there + "sasl.enabled.mechanisms"] = mechanism
                there += f"{mechanism.lower()}."
            lines.update({there + key: value for key, value in own.items()})
        if self.tls:
            # The key and its certificates in one file, as a keystore in PEM has them.
            keystore = self.folder / "keystore.pem"
            keystore.write_text(self.tls.key.read_text() + self.tls.cert.read_text())
            lines.update(
                {
                    "ssl.keystore.type": "PEM",
                    "ssl.keystore.location": keystore,
                    "ssl.truststore.type": "PEM",
                    "ssl.truststore.location": self.tls.ca,
                }
            )
        if self.jwks:
            lines.update(
                {
                    "sasl.oauthbearer.jwks.endpoint.url": self.jwks.as_uri(),
                    "sasl.oauthbearer.expected.issuer": ISSUER,
                    "sasl.oauthbearer.expected.audience": AUDIENCE,
                }
            )
        lines.update(dotted(self.settings))
        return PROPERTIES.format(controller=self.ports["controller"], data=self.folder / "data") + "".join(
            f"{key}={value}\n" for key, value in lines.items()
        )

    def java(self, program: str, *arguments: object) -> list[object]:
        allowed = [f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={self.jwks.as_uri()}"] if self.jwks else []
        if self.jwks and self.version >= (4, 1):
            allowed.append(f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.files={self.jwks}")
        log4j = f"-Dlog4j.configuration=file:{self.folder}/log4j.properties"
        return ["java", *JVM, *allowed, log4j, "-cp", f"{self.jars}/*", program, *arguments]

    def address(self, listener: str = "open") -> str:
        return f"127.0.0.1:{self.ports[listener]}"

    def start(self) -> float:
        """How long it took."""
        began = time.monotonic()
        self.lives += 1
        self.log = self.folder / f"log.{self.lives}"
        self.process = demo.Program(
            [str(word) for word in self.java("kafka.Kafka", self.folder / "server.properties")], self.log
        ).process

        def ready() -> bool:
            require(self.process.poll() is None, f"the broker has ended:\n{self.log_tail()}")
            return b"Kafka Server started" in self.log.read_bytes()

        wait_until(ready, 60, "the broker is up", self.log_tail)
        return time.monotonic() - began

    def log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.thaw()
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    # --- what an administrator does ---

    @property
    def admin(self) -> AdminClient:
        self.known_admin = self.known_admin or AdminClient({"bootstrap.servers": self.address(), "log_level": 2})
        return self.known_admin

    def create_topic(self, name: str, partitions: int = 1, **configs: object) -> None:
        topic = NewTopic(name, num_partitions=partitions, replication_factor=1, config=dotted(configs))
        for made in self.admin.create_topics([topic]).values():
            made.result(20)
        # The answer may come before the broker leads the partitions.
        wait_until(lambda: len(self.partitions(name)) == partitions, 20, f"the topic {name} is there")

    def configure_topic(self, name: str, **configs: object) -> None:
        for done in self.admin.alter_configs([ConfigResource("topic", name, set_config=dotted(configs))]).values():
            done.result(20)

    def partitions(self, topic: str) -> list[int]:
        found = self.admin.list_topics(topic, timeout=20).topics[topic]
        return [] if found.error else sorted(found.partitions)

    def allow(self, operation: str, resource: str, name: str, prefixed: bool = False, user: str = USER) -> None:
        """By the protocol itself, CreateAcls version 1: Debian's binding has no such call, and a JVM takes a second."""
        kinds = {"topic": 2, "group": 3, "transactional_id": 5}
        operations = {"read": 3, "write": 4, "create": 5, "describe": 8, "idempotent_write": 12}

        def text(value: str) -> bytes:
            return struct.pack(">h", len(value)) + value.encode()

        entry = struct.pack(">b", kinds[resource]) + text(name) + struct.pack(">b", 4 if prefixed else 3)
        entry += text(f"User:{user}") + text("*") + struct.pack(">bb", operations[operation], 3)
        request = struct.pack(">hhi", 30, 1, 1) + text("test") + struct.pack(">i", 1) + entry
        with socket.create_connection(("127.0.0.1", self.ports["open"]), 10) as stream:
            stream.sendall(struct.pack(">i", len(request)) + request)
            with stream.makefile("rb") as answers:
                (size,) = struct.unpack(">i", answers.read(4))
                answer = answers.read(size)
        (code,) = struct.unpack_from(">h", answer, 12)  # behind the correlation, the throttle time and the count
        require(code == 0, f"allow {operation} {resource} {name}: error {code}")


# --- what was received ------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Record:
    partition: int
    offset: int
    time_ms: int
    key: str | None
    headers: dict[str, str]
    value: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.value).hexdigest()


class Reader:
    """What a topic holds for those who read committed records only, by kcat: no client of ours. Each look reads on from
    where the last one ended, as a consumer does."""

    def __init__(self, broker: Broker, topic: str, isolation: str = "read_committed"):
        self.broker, self.topic, self.isolation = broker, topic, isolation
        self.next, self.records = {}, []

    def look(self) -> list[Record]:
        for partition in self.broker.partitions(self.topic):
            begin = self.next.get(partition, "beginning")
            try:
                done = subprocess.run(
                    [
                        "kcat",
                        "-b",
                        self.broker.address(),
                        "-C",
                        "-t",
                        self.topic,
                        "-p",
                        str(partition),
                        "-o",
                        str(begin),
                    ]
                    + ["-e", "-q", "-J", "-X", f"isolation.level={self.isolation}", "-X", "fetch.wait.max.ms=10"],
                    capture_output=True,
                    timeout=60,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise demo.Trouble(f"kcat reads {self.topic} without end\n{self.broker.log_tail()}") from None
            require(done.returncode == 0, f"kcat: {done.stderr.decode()[-1000:]}")
            for line in done.stdout.splitlines():
                found = json.loads(line)
                names = found.get("headers", [])
                self.records.append(
                    Record(
                        partition=partition,
                        offset=found["offset"],
                        time_ms=found["ts"],
                        key=found["key"],
                        headers=dict(zip(names[::2], names[1::2], strict=True)),
                        value=(found["payload"] or "").encode(),
                    )
                )
                self.next[partition] = found["offset"] + 1
        return self.records


class Watch:
    """Sees at once that a topic has grown, committed or not: by the broker's files."""

    def __init__(self, broker: Broker, topic: str):
        self.files = [
            broker.folder / "data" / f"{topic}-{partition}" / f"{0:020}.log" for partition in broker.partitions(topic)
        ]

    def sizes(self) -> list[int]:
        return [file.stat().st_size for file in self.files]

    def wait_for_more(self, seconds: float = 10) -> None:
        before, end = self.sizes(), time.monotonic() + seconds
        while self.sizes() == before and time.monotonic() < end:
            pass


# --- who mints tokens -------------------------------------------------------------------------------------------------


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TokenServer:
    """Client credentials for an access token, by HTTPS; its public key is in `jwks`. `refused` and `minted` count."""

    def __init__(self, folder: pathlib.Path, tls: Certificate, secret: str, lifetime_s: int = 300):
        folder.mkdir()
        self.key, self.jwks, self.secret, self.lifetime_s = folder / "key", folder / "jwks.json", secret, lifetime_s
        self.refused, self.minted = 0, 0
        run("openssl", "genrsa", "-out", self.key, 2048)
        modulus = run("openssl", "rsa", "-in", self.key, "-noout", "-modulus").strip().partition("=")[2]
        public = {"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": base64url(bytes.fromhex(modulus))}
        self.jwks.write_text(json.dumps({"keys": [{**public, "e": "AQAB"}]}))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.cert, tls.key)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.server.owner.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.owner, self.server.daemon_threads = self, True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server.server_address[1]}/token"

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        form = urllib.parse.parse_qs(request.rfile.read(int(request.headers["Content-Length"])).decode())
        sent = {name: values[0] for name, values in form.items()}
        scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
        client, secret = sent.get("client_id"), sent.get("client_secret")
        if scheme == "Basic":
            client, secret = map(urllib.parse.unquote_plus, base64.b64decode(basic).decode().split(":", 1))
        if (client, secret) != (USER, self.secret) or sent.get("grant_type") != "client_credentials":
            self.refused += 1
            self.reply(request, 401, {"error": "invalid_client", "error_description": "who is that?"})
            return
        self.minted += 1
        token = self.token(sent.get("scope", ""))
        self.reply(request, 200, {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime_s})

    def token(self, scope: str) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": USER, "scope": scope, "iat": now, "exp": now + self.lifetime_s}
        parts = ({"alg": "RS256", "typ": "JWT", "kid": "1"}, claims)
        signed = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(self.key)],
            input=signed.encode(),
            capture_output=True,
            check=True,
        ).stdout
        return f"{signed}.{base64url(signature)}"

    @staticmethod
    def reply(request: http.server.BaseHTTPRequestHandler, status: int, body: dict) -> None:
        text = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
