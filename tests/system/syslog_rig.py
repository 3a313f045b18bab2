"""What system tests of the syslog sink stand on: receivers that we did not write, and the comparison of what was
received with what was served."""

import dataclasses
import hashlib
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime

from rig import ROOT, Certificate, free_port, listens, require, run, wait_until

# One frame that is too long makes Debian's imptcp write gigabytes in a second (rsyslog#5078).
MOST_OUTPUT = 512 << 20

# Whom the certificates name.
SERVER, CLIENT = "siem.test", "oktail.test"


# --- what is compared -------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Record:
    """A message as the receiver understood it."""

    pri: int
    timestamp: str
    hostname: str
    app_name: str
    procid: str
    msgid: str
    data: dict[str, str]  # of the element okta@32473
    msg: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.msg.encode()).hexdigest()


SEVERITIES = {"DEBUG": 7, "INFO": 6, "WARN": 4, "ERROR": 3}


def inner(event: dict, *path: str) -> str | None:
    for key in path:
        event = event.get(key) if isinstance(event, dict) else None
    return event


def fields_of(event: dict, tenant: str) -> dict:
    """What a message must say of the event."""
    data = {
        "uuid": event["uuid"],
        "type": event["eventType"],
        "tenant": tenant,
        "outcome": inner(event, "outcome", "result"),
        "actor": inner(event, "actor", "alternateId"),
        "client_ip": inner(event, "client", "ipAddress"),
        "txn": inner(event, "transaction", "id"),
    }
    return {
        "pri": 10 * 8 + SEVERITIES[event["severity"]],
        "hostname": f"{tenant}.okta.com",
        "app_name": "okta",
        "procid": tenant,
        "msgid": event["eventType"][:32],
        "data": {key: value for key, value in data.items() if value is not None},
    }


def wrong_fields(record: Record, event: dict, tenant: str) -> list[str]:
    found = dataclasses.asdict(record)
    found["data"].pop("truncated", None)  # the bytes tell whether it should be there
    wrong = [
        f"{key} is {found[key]} where {value} should be"
        for key, value in fields_of(event, tenant).items()
        if found[key] != value
    ]
    if datetime.fromisoformat(record.timestamp.replace("Z", "+00:00")) != datetime.fromisoformat(
        event["published"].replace("Z", "+00:00")
    ):
        wrong.append(f"the time is {record.timestamp} where {event['published']} should be")
    return wrong


@dataclasses.dataclass
class Tally:
    """A tenant's records against the truth: `wrong` says what no receiver may be told at all."""

    lost: list[str]
    repeated: int = 0
    changed: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list)

    def __str__(self) -> str:
        return f"{len(self.lost)} lost, {self.repeated} repeated, {self.changed} changed, {len(self.wrong)} wrong"


def tally(
    records: Iterable[Record], served: Sequence[tuple[str, str]], tenant: str, oversize: str | None = None
) -> Tally:
    """`served`: uuid and SHA-256 of each event, in Okta's order. First deliveries must come in it. With `oversize`, an
    event may be other bytes; what was cut is no JSON any more, and only its header is there to tell what it is."""
    places = {uuid: place for place, (uuid, _) in enumerate(served)}
    seen, result, newest = set(), Tally([]), -1
    for record in records:
        cut = oversize == "truncate" and record.data.get("truncated") == "true"
        try:
            event = None if cut else json.loads(record.msg)
            uuid = record.data["uuid"] if cut else event["uuid"]
            place = places[uuid]
        except (ValueError, KeyError, TypeError):
            result.wrong.append(f"no event that was served: {record}"[:400])
            continue
        if record.digest != served[place][1]:
            result.changed += 1
            if not oversize:
                result.wrong.append(f"{uuid}: not the bytes that were served: {record.msg[:300]}")
        if event:
            result.wrong += [f"{uuid}: {what}" for what in wrong_fields(record, event, tenant)]
        if uuid in seen:
            result.repeated += 1
            continue
        seen.add(uuid)
        if place < newest:
            result.wrong.append(f"{uuid}: out of order")
        newest = max(newest, place)
    result.lost = [uuid for uuid, _ in served if uuid not in seen]
    return result


# --- receivers --------------------------------------------------------------------------------------------------------


class Receiver:
    """A process that is started and killed any number of times, on the same port, and what it wrote. It has a file for
    each life: a kill may tear the last line."""

    def __init__(self, folder: pathlib.Path, name: str):
        self.folder, self.name, self.port = folder / name, name, free_port()
        self.folder.mkdir()
        self.process, self.lives, self.records, self.read_to = None, 0, [], 0

    def config(self) -> str:
        raise NotImplementedError

    def command(self) -> list[object]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    @staticmethod
    def parse(line: bytes) -> Record:
        raise NotImplementedError

    @property
    def out(self) -> pathlib.Path:
        return self.folder / f"out.{self.lives}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-3000:]

    def start(self) -> None:
        self.look()
        self.lives, self.read_to = self.lives + 1, 0
        (self.folder / "conf").write_text(self.config())
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in self.command()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment(),
                start_new_session=True,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_OUTPUT, MOST_OUTPUT)),
            )
        wait_until(
            lambda: listens(self.port) or self.process.poll() is not None, 20, f"{self.name} listens", lambda: self.log
        )
        require(self.process.poll() is None, f"{self.name} has ended: {self.log}")

    def hang(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def look(self) -> list[Record]:
        """All records so far."""
        if self.lives and self.out.exists():
            require(self.out.stat().st_size < MOST_OUTPUT, f"{self.name} writes without end")
            with open(self.out, "rb") as data:
                data.seek(self.read_to)
                fresh = data.read()
            whole = fresh[: fresh.rfind(b"\n") + 1]
            self.read_to += len(whole)
            self.records += map(self.parse, whole.splitlines())
        return self.records

    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


# Jsonf escapes what JSON needs escaped and leaves every other byte alone. Of RFC 5424, %msg% is all behind the one
# space that ends the structured data. (With RFC 3164 that space would be part of it.)
RSYSLOG_RECORD = """\
template(name="record" type="list" option.jsonf="on") {
    property(outname="pri" name="pri" format="jsonf")
    property(outname="timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
    property(outname="hostname" name="hostname" format="jsonf")
    property(outname="app_name" name="app-name" format="jsonf")
    property(outname="procid" name="procid" format="jsonf")
    property(outname="msgid" name="msgid" format="jsonf")
    property(outname="sd" name="structured-data" format="jsonf")
    property(outname="msg" name="msg" format="jsonf")
}
"""

# By default rsyslog writes control characters as #011. JSON has some between its tokens at most and Okta sends none;
# still, what is compared is what came. With a direct queue no message waits in rsyslog's memory: when it takes a
# message, it writes it.
RSYSLOG_TOP = """\
global(workDirectory="{folder}" parser.escapeControlCharactersOnReceive="off" maxMessageSize="{max_size}")
main_queue(queue.type="Direct")
"""
RSYSLOG_DEFAULT_SIZE = 8096  # of a message, where nothing is configured; its manual says 8k

RSYSLOG_TLS = """\
global(defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{tls.ca}" defaultNetstreamDriverCertFile="{tls.cert}"
       defaultNetstreamDriverKeyFile="{tls.key}")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="x509/name"
       permittedPeer=["oktail.test"] streamDriver.permitExpiredCerts="off")
input(type="imtcp" address="127.0.0.1" port="{port}")
"""

RSYSLOG_INPUTS = {
    "imtcp": 'module(load="imtcp")\ninput(type="imtcp" address="127.0.0.1" port="{port}")\n',
    "imptcp": 'module(load="imptcp")\ninput(type="imptcp" address="127.0.0.1" port="{port}")\n',
    "imudp": 'module(load="imudp")\ninput(type="imudp" address="127.0.0.1" port="{port}" rcvbufSize="32m")\n',
    "imrelp": 'module(load="imrelp")\ninput(type="imrelp" address="127.0.0.1" port="{port}")\n',
    "imrelp_tls": 'module(load="imrelp" tls.tlslib="openssl")\n'
    'input(type="imrelp" address="127.0.0.1" port="{port}" tls="on" tls.caCert="{tls.ca}" tls.myCert="{tls.cert}"\n'
    '      tls.myPrivKey="{tls.key}" tls.authMode="name" tls.permittedPeer=["oktail.test"])\n',
    "imtcp_tls": RSYSLOG_TLS,
}

ELEMENT = re.compile(r'\[okta@32473((?: [^ ="\]]+="(?:[^"\\\]]|\\.)*")*)\]', re.S)
PARAMETER = re.compile(r' ([^ ="\]]+)="((?:[^"\\\]]|\\.)*)"', re.S)


def data_of(text: str) -> dict[str, str]:
    """Structured data of one element, by the letter of RFC 5424."""
    element = ELEMENT.fullmatch(text)
    if not element:
        return {"not structured data": text}
    return {name: re.sub(r'\\(["\\\]])', r"\1", value) for name, value in PARAMETER.findall(element[1])}


class Rsyslog(Receiver):
    def __init__(
        self,
        folder: pathlib.Path,
        of: str,
        name: str = "rsyslog",
        tls: Certificate | None = None,
        max_size: int = 64 << 10,
    ):
        super().__init__(folder, name)
        self.of, self.tls, self.max_size = of, tls, max_size

    def config(self) -> str:
        top = RSYSLOG_TOP.format(folder=self.folder, max_size=self.max_size)
        given = RSYSLOG_INPUTS[self.of].format(port=self.port, tls=self.tls)
        return f'{top}{RSYSLOG_RECORD}{given}action(type="omfile" file="{self.out}" template="record")\n'

    def command(self) -> list[object]:
        return ["/usr/sbin/rsyslogd", "-n", "-f", self.folder / "conf", "-i", self.folder / "pid"]

    @staticmethod
    def parse(line: bytes) -> Record:
        found = json.loads(line.decode(errors="replace"))
        return Record(pri=int(found.pop("pri")), data=data_of(found.pop("sd")), **found)


class ContribRsyslog(Rsyslog):
    """The one in contrib/, but for its paths, ports, names and what it writes of a message."""

    @property
    def alerts(self) -> pathlib.Path:
        return self.folder / "alerts"

    def config(self) -> str:
        text = (ROOT / "contrib" / "rsyslog" / "oktail-receiver.conf").read_text()
        ours, other = ("2514", "6514") if self.of == "imrelp_tls" else ("6514", "2514")
        for there, here in {
            "/etc/rsyslog/tls/ca.pem": self.tls.ca,
            "/etc/rsyslog/tls/server.pem": self.tls.cert,
            "/etc/rsyslog/tls/server.key": self.tls.key,
            "oktail.example.com": CLIENT,
            f'port="{ours}"': f'port="{self.port}"',
            f'port="{other}"': f'port="{free_port()}"',
            "/var/log/okta/events.ndjson": self.out,
            "/var/log/okta/alerts.ndjson": self.alerts,
            'template="okta"': 'template="record"',
        }.items():
            require(there in text.partition("global(")[2], f"contrib's file has no {there}")
            text = text.replace(there, str(here))
        return f'global(workDirectory="{self.folder}")\n{RSYSLOG_RECORD}{text}'


SYSLOG_NG_RECORD = (
    r'"$(format-json --leave-initial-dot pri=$PRI timestamp=$S_ISODATE hostname=$HOST app_name=$PROGRAM procid=$PID'
    r' msgid=$MSGID msg=$MSG .SDATA.*)\n"'
)

SYSLOG_NG_TLS = 'tls(ca-file("{tls.ca}") cert-file("{tls.cert}") key-file("{tls.key}") peer-verify(required-trusted))'


class SyslogNg(Receiver):
    """Unpacked, not installed."""

    def __init__(
        self,
        folder: pathlib.Path,
        unpacked: pathlib.Path,
        name: str = "syslog-ng",
        tls: Certificate | None = None,
        max_size: int = 64 << 10,
    ):
        super().__init__(folder, name)
        self.unpacked, self.tls, self.max_size = unpacked, tls, max_size
        self.library = unpacked / "usr" / "lib" / "syslog-ng"
        version = run(unpacked / "usr" / "sbin" / "syslog-ng", "--version", env=self.environment())
        self.version = re.search(r"\((\d+\.\d+)", version)[1]

    def environment(self) -> dict[str, str]:
        libraries = [self.library, *self.unpacked.glob("usr/lib/*-linux-gnu*"), *self.unpacked.glob("lib/*-linux-gnu*")]
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))}

    def command(self) -> list[object]:
        return [
            self.unpacked / "usr" / "sbin" / "syslog-ng",
            "--foreground",
            "--no-caps",
            "-f",
            self.folder / "conf",
            "-R",
            self.folder / "persist",
            "-p",
            self.folder / "pid",
            "-c",
            self.folder / "control",
            "--module-path",
            self.library / self.version,
        ]

    def config(self) -> str:
        return f"@version: {self.version}\noptions {{ use-dns(no); dns-cache(no); frac-digits(3); }};\n{self.rules()}"

    def rules(self) -> str:
        transport = f'transport("tls") {SYSLOG_NG_TLS.format(tls=self.tls)}' if self.tls else 'transport("tcp")'
        return (
            f'source from {{ syslog(ip("127.0.0.1") port({self.port}) {transport} log-msg-size({self.max_size}) '
            "keep-hostname(yes)); };\n"
            f'destination to {{ file("{self.out}" template({SYSLOG_NG_RECORD})); }};\n'
            "log { source(from); destination(to); flags(flow-control); };\n"
        )

    @staticmethod
    def parse(line: bytes) -> Record:
        found = json.loads(line.decode(errors="replace"))
        data = found.pop(".SDATA", {}).get("okta@32473", {})
        missing = dict.fromkeys(("timestamp", "hostname", "app_name", "procid", "msgid", "msg"), "")
        return Record(
            pri=int(found.pop("pri")), data={key: str(value) for key, value in data.items()}, **{**missing, **found}
        )


class ContribSyslogNg(SyslogNg):
    """The one in contrib/, as ContribRsyslog."""

    @property
    def alerts(self) -> pathlib.Path:
        return self.folder / "alerts"

    def rules(self) -> str:
        text = (ROOT / "contrib" / "syslog-ng" / "oktail.conf").read_text()
        for there, here in {
            "/etc/syslog-ng/tls/ca.pem": self.tls.ca,
            "/etc/syslog-ng/tls/server.pem": self.tls.cert,
            "/etc/syslog-ng/tls/server.key": self.tls.key,
            "port(6514)": f"port({self.port})",
            "/var/log/okta/events.ndjson": self.out,
            "/var/log/okta/alerts.ndjson": self.alerts,
            r'"${MSG}\n"': SYSLOG_NG_RECORD,
        }.items():
            require(there in text.partition("source ")[2], f"contrib's file has no {there}")
            text = text.replace(there, str(here))
        return text
