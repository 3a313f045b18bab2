#!/usr/bin/env python3
"""Onboarding as a person does it: oktail keygen, tenant add, list and remove, check --online; against the simulator, from a
folder of its own. A case is a function that takes a Scene."""

import argparse
import contextlib
import grp
import json
import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ACME = "acme.okta.com"
GLOBEX = "globex.okta.com"


class Failed(Exception):
    """What the case expected did not come."""


def expect(holds: bool, what: object) -> None:
    if not holds:
        raise Failed(str(what))


class Answer:
    def __init__(self, code: int, out: str, err: str):
        self.code, self.out, self.err = code, out, err

    def __str__(self) -> str:
        return f"code {self.code}\nstdout: {self.out}\nstderr: {self.err}"


class Scene:
    """A simulator with an integration and a custom app, and a configuration without tenants."""

    def __init__(self, bin_dir: Path, folder: Path, stack: contextlib.ExitStack, options: list[str] = (), acme: str = "backlog=20"):
        self.oktail = str(bin_dir / "oktail")
        self.folder = folder
        self.config = folder / "etc" / "oktail.yaml"
        self.config.parent.mkdir(parents=True)
        self.write_config("include: [tenants.d/*.yaml]\n")
        simulator = folder / "simulator"
        command = [str(bin_dir / "oktail-simulator"), "--dir", str(simulator), *options]
        for org in (f"{ACME},{acme}", f"{GLOBEX},backlog=20,client=custom,dpop=on"):
            command += ["--org", org]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        for _ in range(200):
            if (simulator / "ready.json").exists():
                break
            time.sleep(0.05)
        self.ready = json.loads((simulator / "ready.json").read_text())
        self.there = ["--connect-to", f"127.0.0.1:{self.ready['port']}", "--ca-file", str(simulator / "ca.pem")]

    def write_config(self, more: str) -> None:
        out = self.folder / "out"
        out.mkdir(exist_ok=True)
        self.config.write_text(f"state_dir: {self.folder / 'state'}\n{more}sinks:\n"
                               f"  archive: {{type: file, path: '{out}/{{tenant}}.ndjson'}}\n")

    def org(self, domain: str) -> dict:
        return self.ready["orgs"][domain]

    def run(self, *command: str, stdin: str = "") -> Answer:
        done = subprocess.run([self.oktail, *command], input=stdin, capture_output=True, text=True, timeout=60, check=False)
        return Answer(done.returncode, done.stdout, done.stderr)

    def add(self, name: str, *options: str, stdin: str = "") -> Answer:
        return self.run("tenant", "add", name, "-c", str(self.config), *self.there, *options, stdin=stdin)

    def add_acme(self) -> None:
        added = self.add("acme", "--domain", ACME, "--client-id", self.org(ACME)["client_id"], "--secret-file",
                         self.org(ACME)["secret_file"])
        expect(added.code == 0, added)

    def check(self, *options: str) -> Answer:
        return self.run("check", "-c", str(self.config), "--online", *options)

    def post(self, what: str, body: str = "") -> None:
        url = f"http://127.0.0.1:{self.ready['control_port']}/{what}"
        urllib.request.urlopen(urllib.request.Request(url, data=body.encode(), method="POST"), timeout=10).read()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def add_with_a_secret(scene: Scene) -> None:
    scene.add_acme()

    secret = scene.config.parent / "secrets" / "acme.secret"
    expect(secret.read_text() == Path(scene.org(ACME)["secret_file"]).read_text().strip(), "the secret is copied")
    with contextlib.suppress(KeyError):
        expect(grp.getgrgid(secret.stat().st_gid).gr_name == "oktail" or mode_of(secret) == 0o600, oct(mode_of(secret)))
    expect(mode_of(secret) in (0o600, 0o640), oct(mode_of(secret)))
    listed = scene.run("tenant", "list", "-c", str(scene.config), "--json")
    expect(json.loads(listed.out)[0]["sinks"] == ["archive"], listed)

    removed = scene.run("tenant", "remove", "acme", "-c", str(scene.config))
    expect(removed.code == 0, removed)
    expect(not secret.exists() and not list((scene.config.parent / "tenants.d").iterdir()), "both are gone")


def add_with_a_key_of_ours(scene: Scene) -> None:
    made = scene.run("keygen", "--out", str(scene.folder))
    jwk = json.loads(made.out)
    key = scene.folder / f"oktail-{jwk['kid']}.pem"
    expect(mode_of(key) == 0o600 and "d" not in jwk and jwk["kid"] in made.err, made)
    scene.post(f"keys?org={GLOBEX}", json.dumps({"keys": [jwk]}))

    added = scene.add("globex", "--domain", GLOBEX, "--client-id", scene.org(GLOBEX)["client_id"], "--private-key", str(key),
                      "--key-id", jwk["kid"])

    expect(added.code == 0 and "bound to a key (DPoP)" in added.out, added)


def encrypted_key(scene: Scene) -> None:
    plain, locked, passphrase = (scene.folder / name for name in ("plain.pem", "locked.pem", "pass"))
    made = json.loads(scene.run("keygen", "--alg", "RS256", "--out", str(scene.folder)).out)
    (scene.folder / f"oktail-{made['kid']}.pem").rename(plain)
    passphrase.write_text("open sesame\n")
    passphrase.chmod(0o600)
    subprocess.run(["openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", plain, "-out", locked, "-passout",
                    f"file:{passphrase}"], check=True)
    locked.chmod(0o600)
    scene.post(f"keys?org={GLOBEX}", json.dumps({"keys": [made]}))
    options = ["--domain", GLOBEX, "--client-id", scene.org(GLOBEX)["client_id"], "--private-key", str(locked), "--key-id",
               made["kid"]]

    without = scene.add("globex", *options)
    expect(without.code == 78 and "is encrypted; name a passphrase_file for it" in without.err, without)
    expect(not list((scene.config.parent).glob("*/*")), "nothing is left behind")
    added = scene.add("globex", *options, "--passphrase-file", str(passphrase))
    expect(added.code == 0, added)


def what_is_wrong_is_said_and_nothing_is_left(scene: Scene) -> None:
    secret = ["--secret-file", scene.org(ACME)["secret_file"]]
    client = ["--client-id", "0oa1example"]
    for name, options, code, text in (
            ("../acme", ["--domain", ACME, *client, *secret], 64, "is no name"),
            ("acme", [*client, *secret], 64, "give the Okta domain with --domain"),
            ("acme", ["--domain", ACME, *client], 64, "give the client secret with --secret-file"),
            ("acme", ["--domain", ACME, *client, "--secret-file", "/nonexistent"], 78, "No such file"),
            ("acme", ["--domain", "acme-admin.okta.com", *client, *secret], 78, "write acme.okta.com"),
            ("acme", ["--domain", ACME, *client, *secret, "--sink", "bus"], 78, "there is no sink"),
            ("acme", ["--domain", ACME, *client, *secret, "--private-key", "x"], 64, "excludes")):
        answer = scene.add(name, *options)
        expect(answer.code == code and text in answer.err, f"{options}: {answer}")
    scene.write_config("")
    answer = scene.add("acme", "--domain", ACME, *client, *secret)
    expect(answer.code == 78 and "write include: [tenants.d/*.yaml]" in answer.err, answer)
    expect(not list((scene.config.parent).glob("*/*")), "nothing is left behind")


class Dialogue:
    """oktail tenant add on a terminal, and who sits at it."""

    def __init__(self, scene: Scene) -> None:
        self.shown = b""
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execv(scene.oktail, [scene.oktail, "tenant", "add", "acme", "-c", str(scene.config), *scene.there])

    def read_until(self, prompt: bytes) -> None:
        end = time.monotonic() + 30
        while prompt not in self.shown:
            expect(time.monotonic() < end, self.shown)
            if select.select([self.terminal], [], [], 0.2)[0]:
                self.shown += os.read(self.terminal, 4096)

    def answer(self, prompt: bytes, typed: str) -> None:
        self.read_until(prompt)
        os.write(self.terminal, typed.encode() + b"\n")

    def answer_all_but_the_secret(self, scene: Scene) -> None:
        self.answer(b"Okta domain: ", ACME)
        self.answer(b"client ID: ", scene.org(ACME)["client_id"])
        self.answer(b"[archive]: ", "")

    def end(self) -> int:
        """What is left to read, and the exit code."""
        try:
            while piece := os.read(self.terminal, 4096):
                self.shown += piece
        except OSError:
            pass  # how a terminal says that nobody writes any more
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])


def asks_for_what_is_missing(scene: Scene) -> None:
    """On a terminal; what is typed for the secret is not shown."""
    secret = Path(scene.org(ACME)["secret_file"]).read_text().strip()
    dialogue = Dialogue(scene)
    dialogue.answer_all_but_the_secret(scene)
    dialogue.answer(b"(not shown): ", secret)
    expect(dialogue.end() == 0, dialogue.shown)
    expect(secret.encode() not in dialogue.shown, "the secret was shown")


def terminal_shows_again_after_ctrl_c(scene: Scene) -> None:
    dialogue = Dialogue(scene)
    dialogue.answer_all_but_the_secret(scene)
    dialogue.read_until(b"(not shown): ")

    def shows() -> bool:
        return termios.tcgetattr(dialogue.terminal)[3] & termios.ECHO != 0

    expect(not shows(), "what is typed would be shown")
    os.write(dialogue.terminal, b"half a secret\x03")
    expect(dialogue.end() == -signal.SIGINT, dialogue.shown)
    expect(shows(), "the terminal was left behind without echo")
    expect(not list((scene.config.parent).glob("*/*")), "something was left behind")


def doctor_tells_apart(scene: Scene) -> None:
    """Each trouble has a line of its own, with advice."""
    scene.add_acme()
    client = f"client?org={ACME}"
    for broken, mended, verdict, about, text, advice in (
            ("scope=off", "scope=on", "bad", "secret 1 of 1", "consent_required", "okta.logs.read is not granted"),
            ("role=off", "role=on", "bad", "log", "E0000006", "no admin role"),
            ("zone=off", "zone=on", "bad", "secret 1 of 1", "access_denied", "network zone"),
            ("installed=off", "installed=on", "bad", "secret 1 of 1", "client_id", "the integration was revoked")):
        scene.post(f"{client}&{broken}")
        answer = scene.check("--tenant", "acme")
        line = rf"{verdict} +{about} .*{text}.*\n +-> .*{advice}"
        expect(answer.code == 77 and re.search(line, answer.out), f"{broken}: {answer}")
        scene.post(f"{client}&{mended}")
    scene.post(f"secrets?org={ACME}", "another")
    answer = scene.check("--json")
    expect(answer.code == 77, answer)
    findings = json.loads(answer.out)["tenants"][0]["findings"]
    expect(findings[2]["verdict"] == "bad" and "wrong or was rotated" in findings[2]["advice"], findings)
    expect(scene.check("--tenant", "acmee").code == 64, "no such tenant")


def second_secret_that_is_refused_is_a_warning(scene: Scene) -> None:
    scene.add_acme()
    file = scene.config.parent / "tenants.d" / "acme.yaml"
    (scene.config.parent / "secrets" / "old").write_text("old")
    (scene.config.parent / "secrets" / "old").chmod(0o600)
    file.write_text(file.read_text().replace("[../secrets/acme.secret]", "[../secrets/old, ../secrets/acme.secret]"))

    answer = scene.check()

    expect(answer.code == 0 and re.search(r"warning +secret 1 of 2 .*invalid_client", answer.out), answer)
    expect(re.search(r"good +secret 2 of 2", answer.out) and re.search(r"good +log", answer.out), answer)


def nobody_there(scene: Scene) -> None:
    scene.add_acme()
    file = scene.config.parent / "tenants.d" / "acme.yaml"
    text = file.read_text()
    file.write_text(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:1", text))
    answer = scene.check()
    expect(answer.code == 69 and re.search(r"bad +connection .*Connection refused\n +-> ", answer.out), answer)
    file.write_text(re.sub(r"127\.0\.0\.1:\d+", "nowhere.invalid:443", text))
    answer = scene.check()
    expect(answer.code == 69 and re.search(r"bad +name .*nowhere\.invalid", answer.out), answer)


def clock_that_is_wrong(scene: Scene) -> None:
    scene.add_acme()
    answer = scene.check()
    expect(answer.code == 0 and re.search(r"warning +clock +ours is (39\d|40\d) s behind Okta's", answer.out), answer)


CASES = {case.__name__: case for case in (
    add_with_a_secret, add_with_a_key_of_ours, encrypted_key, what_is_wrong_is_said_and_nothing_is_left,
    asks_for_what_is_missing, terminal_shows_again_after_ctrl_c, doctor_tells_apart,
    second_secret_that_is_refused_is_a_warning, nobody_there, clock_that_is_wrong)}
OPTIONS = {"clock_that_is_wrong": ["--clock-ahead", "400"]}


def run_a_case(cases: dict[str, Callable[[Scene], None]], about: str | None,
               begin: Callable[[Path, Path, contextlib.ExitStack, str], Scene]) -> int:
    """What --case names of them, in a scene that begin(bin, folder, stack, case) makes. The exit code."""
    signal.alarm(120)
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--bin", type=Path, required=True, help="where oktail and oktail-simulator are")
    parser.add_argument("--case", choices=cases, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        scene = begin(arguments.bin, Path(folder), stack, arguments.case)
        try:
            cases[arguments.case](scene)
        except Failed as failed:
            print(str(failed)[:5000])
            return 1
    print("ok")
    return 0


def begin(binaries: Path, folder: Path, stack: contextlib.ExitStack, case: str) -> Scene:
    return Scene(binaries, folder, stack, OPTIONS.get(case, []))


if __name__ == "__main__":
    sys.exit(run_a_case(CASES, __doc__, begin))
