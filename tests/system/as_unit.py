#!/usr/bin/python3
"""as_unit.py UNIT WRITABLE_DIR... -- PROGRAM ARGUMENT...

Becomes PROGRAM as systemd would start it by UNIT, as far as that can be done without systemd: another user, no capability, no new
privileges, file systems read-only but for the WRITABLE_DIRs, nothing executable but the unit's ExecPaths, and the unit's system
calls, socket families and W^X as seccomp filters built the way systemd builds them. What this machine does not allow is said on
stderr, in a line that begins with "as_unit: not tested here: ".
"""
import ctypes
import os
import resource
import subprocess
import sys
from pathlib import Path

import seccomp  # Debian: python3-seccomp

USER = 64321  # nobody's
LIBC = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x20000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
SYS_MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE = 442, -100, 0x8000
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOEXEC = 1, 2, 8
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
PROT_WRITE, PROT_EXEC = 2, 4
EPERM, EAFNOSUPPORT = 1, 97
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
ALL_FAMILIES = range(1, 46)


def check(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def settings(unit, key):
    """The values of a key, in order."""
    lines = Path(unit).read_text().splitlines()
    return [line.split("=", 1)[1] for line in lines if line.startswith(key + "=")]


# --- mounts -------------------------------------------------------------------------------------------------------------------


def set_mount(path, flags, on=0, off=0):
    attributes = (ctypes.c_uint64 * 4)(on, off, 0, 0)
    arguments = (SYS_MOUNT_SETATTR, AT_FDCWD, os.fsencode(path), flags, attributes, ctypes.sizeof(attributes))
    check(LIBC.syscall(*arguments), f"mount_setattr {path}")


def bind_to_itself(path):
    name = os.fsencode(path)
    check(LIBC.mount(name, name, None, MS_BIND | MS_REC, None), f"bind {path}")


def restrict_mounts(unit, writable):
    executable = {os.path.realpath(path.lstrip("-")) for path in " ".join(settings(unit, "ExecPaths")).split()}
    executable = [path for path in executable if os.path.isdir(path)]
    check(LIBC.unshare(CLONE_NEWNS), "unshare")
    check(LIBC.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "private mounts")
    for path in [*writable, *executable]:
        bind_to_itself(path)
    set_mount("/", AT_RECURSIVE, on=MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)
    for path in writable:
        set_mount(path, 0, off=MOUNT_ATTR_RDONLY)
    for path in executable:
        set_mount(path, 0, off=MOUNT_ATTR_NOEXEC)
    os.chdir("/")


# --- privileges ---------------------------------------------------------------------------------------------------------------


def become_user():
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        check(LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "drop a capability")
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)


# --- system calls -------------------------------------------------------------------------------------------------------------


def calls_of(name):
    """A system call, or all of a set of systemd's."""
    if not name.startswith("@"):
        return {name}
    listed = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", name], check=True, capture_output=True, text=True)
    inner = [line.strip() for line in listed.stdout.splitlines()[1:]]
    return set().union(*(calls_of(word) for word in inner if word and not word.startswith("#")))


def allowed_calls(unit):
    allowed = calls_of("@default")
    for value in settings(unit, "SystemCallFilter"):
        calls = set().union(*(calls_of(word) for word in value.lstrip("~").split()))
        allowed = allowed - calls if value.startswith("~") else allowed | calls
    return allowed


def filters(unit):
    """Two, as the most restrictive one wins: what is refused by its arguments, and what is allowed by its number."""
    by_argument = seccomp.SyscallFilter(seccomp.ALLOW)
    families = [FAMILIES[name] for name in settings(unit, "RestrictAddressFamilies")[0].split()]
    for family in set(ALL_FAMILIES) - set(families):
        by_argument.add_rule(seccomp.ERRNO(EAFNOSUPPORT), "socket", seccomp.Arg(0, seccomp.EQ, family))
    if settings(unit, "MemoryDenyWriteExecute") == ["yes"]:
        both = PROT_WRITE | PROT_EXEC
        by_argument.add_rule(seccomp.ERRNO(EPERM), "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, both, both))
        for call in ["mprotect", "pkey_mprotect"]:
            by_argument.add_rule(seccomp.ERRNO(EPERM), call, seccomp.Arg(2, seccomp.MASKED_EQ, PROT_EXEC, PROT_EXEC))

    by_number = seccomp.SyscallFilter(seccomp.ERRNO(EPERM))
    for call in allowed_calls(unit):
        if seccomp.resolve_syscall(seccomp.Arch(), call) >= 0:  # of this machine
            by_number.add_rule(seccomp.ALLOW, call)
    return [by_argument, by_number]


def main():
    unit, *words = sys.argv[1:]
    writable, command = words[: words.index("--")], words[words.index("--") + 1 :]
    program = os.open(command[0], os.O_PATH | os.O_CLOEXEC)  # the new user may not reach it by its path
    wanted = filters(unit)

    nofile = int(settings(unit, "LimitNOFILE")[0])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(nofile, hard), min(nofile, hard)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.geteuid() == 0:
        try:
            restrict_mounts(unit, writable)
        except OSError as error:
            print(f"as_unit: not tested here: mounts ({error})", file=sys.stderr)
        become_user()
    else:
        print("as_unit: not tested here: mounts, user (this needs root)", file=sys.stderr)
    check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    for one in wanted:
        one.load()
    os.execve(program, command, os.environ)


main()
