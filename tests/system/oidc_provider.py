#!/usr/bin/env python3
"""oktail against oidc-provider, an OpenID provider that was certified, and that we did not write: every way to authenticate, with
and without DPoP. A case ends when the provider's events are in the file, and says what the provider saw."""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ISSUER = "https://acme.okta.com"
SECRET = "s" * 64
EVENTS = [{"uuid": f"00000000-0000-4000-8000-{n:012}", "published": "2026-01-01T00:00:00.000Z", "eventType": "user.session.start"}
          for n in range(10)]


class Failed(Exception):
    """What the case expected did not come."""


def run(*command: object, **options) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **options).stdout


class Scene:
    def __init__(self, bin_dir: Path, packages: Path, folder: Path):
        self.bin_dir, self.packages, self.folder = bin_dir, packages, folder
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=acme.okta.com", "-addext", "subjectAltName=DNS:acme.okta.com", "-keyout", folder / "tls.key", "-out",
            folder / "tls.pem")
        (folder / "secret").write_text(SECRET)
        (folder / "secret").chmod(0o600)

    def make_key(self, algorithm: str) -> tuple[dict, Path]:
        jwk = json.loads(run(self.bin_dir / "oktail", "keygen", "--alg", algorithm, "--out", self.folder))
        return jwk, self.folder / f"oktail-{jwk['kid']}.pem"

    @contextlib.contextmanager
    def provider(self, client: dict, **more):
        config = {"issuer": ISSUER, "key": (self.folder / "tls.key").read_text(), "cert": (self.folder / "tls.pem").read_text(),
                  "clients": [{"client_id": "0oa1", "grant_types": ["client_credentials"], "redirect_uris": [],
                               "response_types": [], "scope": "okta.logs.read", **client}],
                  "requireNonce": False, "events": EVENTS, **more}
        (self.folder / "provider.json").write_text(json.dumps(config))
        # Where its packages are; beside those of other cases.
        program = self.packages / f"provider-{os.getpid()}.mjs"
        shutil.copy(Path(__file__).parent / "oidc" / "provider.mjs", program)
        process = subprocess.Popen(["node", str(program), str(self.folder / "provider.json")],
                                   stdout=subprocess.PIPE, stderr=(self.folder / "provider.log").open("w"), text=True)
        try:
            line = process.stdout.readline()
            if not line:
                raise Failed("the provider does not start: " + (self.folder / "provider.log").read_text())
            self.port = json.loads(line)["port"]
            self.process = process
            yield
        finally:
            process.terminate()
            process.wait()
            program.unlink()

    def counts(self) -> dict:
        self.process.terminate()
        return json.loads(self.process.stdout.readline())

    def deliver(self, auth: str, seconds: float = 0) -> dict:
        """Runs oktail until all events are in the file, and for so long; what the provider saw."""
        out = self.folder / "acme.ndjson"
        (self.folder / "oktail.yaml").write_text(
            f"state_dir: {self.folder}/state\nadmin: {{listen: off}}\n"
            f"tenants:\n  - {{name: acme, domain: acme.okta.com, start: earliest, sinks: [file], ca_file: {self.folder}/tls.pem,\n"
            f"     connect_to: '127.0.0.1:{self.port}', poll: {{min_interval: 200ms, max_interval: 400ms}},\n"
            f"     auth: {{client_id: 0oa1, {auth}}}}}\n"
            f"sinks:\n  file: {{type: file, path: '{self.folder}/{{tenant}}.ndjson'}}\n")
        log = self.folder / "oktail.log"
        with log.open("w") as stderr:
            daemon = subprocess.Popen([str(self.bin_dir / "oktail"), "run", "-c", str(self.folder / "oktail.yaml")], stderr=stderr)
        try:
            end = time.monotonic() + 30
            while not out.exists() or len(out.read_bytes().splitlines()) < len(EVENTS):
                if time.monotonic() > end or daemon.poll() is not None:
                    raise Failed(f"the events do not come\n{log.read_text()}\n{self.counts()}")
                time.sleep(0.05)
            time.sleep(seconds)
        finally:
            daemon.terminate()
            daemon.wait(20)
        if [json.loads(line) for line in out.read_bytes().splitlines()] != EVENTS:
            raise Failed("other events came")
        return self.counts()


def expect(counts: dict, tokens: int, refusals: list[str]) -> None:
    if counts["tokens"] != tokens or [text.split(":")[0] for text in counts["refusals"]] != refusals or counts["logs"] < 1:
        raise Failed(f"{counts}, where {tokens} tokens and refusals {refusals} should be")


def client_secret_basic(scene: Scene) -> None:
    with scene.provider({"client_secret": SECRET, "token_endpoint_auth_method": "client_secret_basic"}):
        expect(scene.deliver(f"method: client_secret, client_secret_files: [{scene.folder}/secret]"), 1, [])


def private_key_jwt(scene: Scene, algorithm: str, dpop: bool = False, **more) -> dict:
    jwk, key = scene.make_key(algorithm)
    client = {"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": algorithm,
              "jwks": {"keys": [jwk]}, "dpop_bound_access_tokens": dpop}
    with scene.provider(client, **more):
        auth = f"method: private_key, private_keys: [{{file: {key}, key_id: {jwk['kid']}}}]"
        # Okta says that it wants a proof, and this provider does not.
        return scene.deliver(auth + (", dpop: always" if dpop else ""), more.get("seconds", 0))


def private_key_jwt_rs256(scene: Scene) -> None:
    expect(private_key_jwt(scene, "RS256"), 1, [])


def private_key_jwt_es256(scene: Scene) -> None:
    expect(private_key_jwt(scene, "ES256"), 1, [])


def private_key_as_jwk(scene: Scene) -> None:
    """A JWK that node made, with its own kid."""
    made = run("node", "-e", "const {privateKey} = require('crypto').generateKeyPairSync('rsa', {modulusLength: 2048});"
               "console.log(JSON.stringify({...privateKey.export({format: 'jwk'}), kid: 'made-by-node'}))")
    (scene.folder / "key.jwk").write_text(made)
    (scene.folder / "key.jwk").chmod(0o600)
    public = {name: value for name, value in json.loads(made).items() if name in ("kty", "n", "e", "kid")}
    client = {"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "RS256", "jwks": {"keys": [public]}}
    with scene.provider(client):
        expect(scene.deliver(f"method: private_key, private_keys: [{{file: {scene.folder}/key.jwk}}]"), 1, [])


def dpop(scene: Scene) -> None:
    expect(private_key_jwt(scene, "RS256", dpop=True), 1, [])


def dpop_with_nonces(scene: Scene) -> None:
    expect(private_key_jwt(scene, "ES256", dpop=True, requireNonce=True), 1, ["use_dpop_nonce"])


def dpop_with_a_secret(scene: Scene) -> None:
    with scene.provider({"client_secret": SECRET, "token_endpoint_auth_method": "client_secret_basic",
                         "dpop_bound_access_tokens": True}, requireNonce=True):
        counts = scene.deliver(f"method: client_secret, dpop: always, client_secret_files: [{scene.folder}/secret]")
        expect(counts, 1, ["use_dpop_nonce"])


def short_tokens(scene: Scene) -> None:
    """Renewed ahead of their end, with a nonce that is known by then."""
    counts = private_key_jwt(scene, "ES256", dpop=True, requireNonce=True, lifetime=5, seconds=12)
    if not 3 <= counts["tokens"] <= 5 or len(counts["refusals"]) != 1:
        raise Failed(counts)


CASES = {case.__name__: case for case in (client_secret_basic, private_key_jwt_rs256, private_key_jwt_es256, private_key_as_jwk,
                                          dpop, dpop_with_nonces, dpop_with_a_secret, short_tokens)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="where oktail is")
    parser.add_argument("--packages", type=Path, required=True, help="where scripts/setup has put oidc-provider")
    parser.add_argument("--case", choices=CASES, required=True)
    arguments = parser.parse_args()
    if not (arguments.packages / "node_modules" / "oidc-provider").is_dir():
        print("oidc-provider is missing: run scripts/setup openid")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(arguments.bin, arguments.packages, Path(folder))
        try:
            CASES[arguments.case](scene)
        except Failed as failed:
            print(failed)
            return 1
    print("ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
