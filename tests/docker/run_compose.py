"""Runs the services of compose.yaml from the images that build_images made, as an engine would arrange it and stricter than by
default: namespaces, process 1, the image's user, no capability, no new privileges, a read-only root. Everything is mounted in a
namespace of this script's own and is gone when it ends. Started by scripts/test --full docker."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import demo  # noqa: E402  its verdict on what arrived

CONTROL_PORT = 8080
SECURITY = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}

# Arguments: root file system, user, group, number of mounts, source, target and mode of each, command.
CONTAINER = """
root=$1 user=$2 group=$3 mounts=$4; shift 4
mount --bind "$root" "$root"
while ((mounts-- > 0)); do
    if [[ -d $1 ]]; then mkdir -p "$root$2"; else touch "$root$2"; fi
    mount --bind "$1" "$root$2"
    mount -o "remount,bind,$3" "$root$2"
    shift 3
done
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
exec chroot "$root" setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
"""


def require(truth, what):
    if not truth:
        raise demo.Trouble(what)


def buildah(*arguments):
    storage = ROOT / "build" / "docker"
    command = ["buildah", "--root", storage / "storage", "--runroot", storage / "run", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


class Container:
    """A service of compose.yaml: a fresh root from its image, and the process in it."""

    def __init__(self, name, service, volumes, folder):
        unknown = service.keys() - {"build", "command", "depends_on", "volumes"} - SECURITY.keys()
        require(not unknown, f"{name}: this script does not do what compose.yaml asks for: {unknown}")
        require(SECURITY.items() <= service.items(), f"{name}: compose.yaml gives it more rights than it needs")
        image = f"oktail-test/{service['build']['target']}"
        self.image = json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]
        self.container = buildah("from", "--pull-never", image)
        self.root = pathlib.Path(buildah("mount", self.container))
        self.user, self.group = self.image["User"].split(":")
        self.name, self.log = name, folder / f"{name}.log"
        mounts = [self.mount(text, volumes) for text in service["volumes"]]
        nameless = self.image["Volumes"].keys() - {target for _, target, _ in mounts}
        mounts += [self.mount(f"{name}{target.replace('/', '.')}:{target}", volumes) for target in nameless]
        hosts = folder / "hosts"
        hosts.write_text("127.0.0.1 localhost simulator oktail\n")
        mounts.append((hosts, "/etc/hosts", "ro"))
        command = self.image["Entrypoint"] + (service.get("command") or self.image.get("Cmd") or [])
        with open(self.log, "wb") as out:
            words = [self.root, self.user, self.group, str(len(mounts)), *sum(mounts, ()), *command]
            self.outside = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-euc", CONTAINER, "container", *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def mount(self, text, volumes):
        """An empty named volume takes owner and mode from the image, as an engine does it."""
        source, target, mode = (text.split(":") + ["rw"])[:3]
        if source.startswith("./"):
            return ROOT / source, target, mode
        place, pattern = volumes / source, self.root / target[1:]
        if not place.exists():
            place.mkdir()
            os.chown(place, pattern.stat().st_uid, pattern.stat().st_gid)
            place.chmod(pattern.stat().st_mode & 0o777)
        return place, target, mode

    def pid(self):
        """Of process 1, as we see it."""
        children = pathlib.Path(f"/proc/{self.outside.pid}/task/{self.outside.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def require(self, truth, what):
        require(truth, f"{self.name} {what}\n{self.log.read_text()[-2000:]}")

    def wait_until(self, condition, seconds, what):
        deadline = time.monotonic() + seconds
        while not condition():
            self.require(self.outside.poll() is None, f"ended with {self.outside.returncode}")
            self.require(time.monotonic() < deadline, f"{what} after {seconds} s")
            time.sleep(0.1)

    def healthy(self):
        """HEALTHCHECK, as `docker exec` would run it."""
        if self.pid() is None:
            return False
        command = self.image["Healthcheck"]["Test"]
        require(command[0] == "CMD", "the health check needs a shell")
        enter = ["nsenter", "--target", str(self.pid()), "--mount", "--pid", "--root", "--wd=/"]
        rights = ["setpriv", "--reuid", self.user, "--regid", self.group, "--clear-groups", "--bounding-set=-all"]
        with open(self.log, "ab") as out:
            return subprocess.run(enter + rights + command[1:], stdout=subprocess.DEVNULL, stderr=out).returncode == 0

    def proc(self, name):
        """The lines of a file in /proc that is about process 1, in words."""
        return [line.split() for line in pathlib.Path(f"/proc/{self.pid()}/{name}").read_text().splitlines()]

    def processes(self):
        """How many there are in its process namespace, zombies too."""
        ours = os.readlink(f"/proc/{self.pid()}/ns/pid")
        return sum(namespace_of(process) == ours for process in pathlib.Path("/proc").glob("[0-9]*"))

    def stop(self):
        """As `docker stop`, which kills after 10 s."""
        began = time.monotonic()
        os.kill(self.pid(), signal.Signals[self.image["StopSignal"]])
        try:
            self.outside.wait(10)
        except subprocess.TimeoutExpired:
            pass
        self.require(self.outside.returncode == 0, f"did not stop cleanly within 10 s: {self.outside.returncode}")
        print(f"{self.name} stopped after {time.monotonic() - began:.1f} s", flush=True)


def namespace_of(process):
    try:
        return os.readlink(process / "ns" / "pid")
    except OSError:
        return None  # it has just ended


def check_rights(container):
    """The kernel's word for it; what it may write to are the volumes that the image declares, and nothing else."""
    status = {key: values for key, *values in container.proc("status")}
    container.require(status["Uid:"][0] == container.user != "0", f"runs as {status['Uid:']}")
    for capabilities in ("CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"):
        container.require(int(status[capabilities][0], 16) == 0, f"has {capabilities} {status[capabilities]}")
    container.require(status["NoNewPrivs:"] == ["1"], "may gain privileges")
    mounts = [(target, options.split(",")) for _, target, _, options, *_ in container.proc("mounts")]
    writable = {target for target, options in mounts if "rw" in options and not target.startswith(("/proc", "/dev"))}
    container.require(writable == set(container.image["Volumes"]), f"may write to {writable}")


def run(folder, containers):
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    volumes = folder / "volumes"
    volumes.mkdir()

    simulator = Container("simulator", services["simulator"], volumes, folder)
    containers.append(simulator)
    simulator.wait_until(simulator.healthy, 20, "is not healthy")

    began = time.monotonic()
    oktail = Container("oktail", services["oktail"], volumes, folder)
    containers.append(oktail)
    oktail.wait_until(oktail.healthy, 20, "is not healthy")
    print(f"oktail is healthy after {time.monotonic() - began:.1f} s", flush=True)

    arrived = {name: demo.Arrived(volumes / "log" / name) for name in demo.ORGS}

    def everybody_delivers():
        for tenant in arrived.values():
            tenant.look()
        return oktail.healthy() and all(tenant.events > 20 for tenant in arrived.values())

    oktail.wait_until(everybody_delivers, 60, "has not delivered for every tenant")
    check_rights(oktail)
    oktail.require(oktail.processes() == 1, f"is not alone: {oktail.processes()} processes, from health checks")

    oktail.stop()
    for name in demo.ORGS:
        demo.judge(name, arrived[name], demo.truth(CONTROL_PORT, name))
    simulator.stop()


def main():
    folder, containers = pathlib.Path(tempfile.mkdtemp(prefix="oktail-docker.")), []
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    try:
        run(folder, containers)
        print("docker: passed")
        return 0
    except demo.Trouble as trouble:
        print(f"docker: {trouble}", file=sys.stderr)
        return 1
    finally:
        for container in containers:
            container.outside.kill()
            container.outside.wait()
            buildah("rm", container.container)
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
