#!/usr/bin/env python3
"""oktail query: bounded searches in a tenant's log, against the simulator. A case is a function that takes a Scene."""

import contextlib
import json
import sys
import urllib.request
from pathlib import Path

from onboarding import ACME, Answer, Scene, expect, run_a_case

# One in two seconds, so that nearly all of them happened more than a minute ago.
BACKLOG = "rate=0.5,backlog=2500"


def query(scene: Scene, *options: str) -> Answer:
    return scene.run("query", "acme", "-c", str(scene.config), *options)


def ids(answer: Answer) -> list[str]:
    return [json.loads(line)["uuid"] for line in answer.out.splitlines()]


def truth(scene: Scene) -> set[str]:
    url = f"http://127.0.0.1:{scene.ready['control_port']}/truth?org={ACME}"
    return {line.split()[0] for line in urllib.request.urlopen(url, timeout=10).read().decode().splitlines()}


def all_of_it(scene: Scene) -> None:
    """P25: three pages, the last without a next link."""
    answer = query(scene, "--since", "earliest")
    found = ids(answer)
    expect(answer.code == 0 and 2400 < len(found) <= 2500 and len(set(found)) == len(found), answer)
    expect(set(found) <= truth(scene), "events that are not there")
    times = [json.loads(line)["published"] for line in answer.out.splitlines()]
    expect(times == sorted(times), "not in the order of their publication")
    expect(len(ids(query(scene, "--since", "earliest", "--limit", "1700"))) == 1700, "--limit")


def last_minute_is_left_out(scene: Scene) -> None:
    """P26: what Okta may not have yet belongs to no bounded query."""
    scene.post(f"emit?org={ACME}&count=7")
    everything = truth(scene)
    answer = query(scene, "--since", "earliest", "--until", "now")
    expect(answer.code == 0 and "what happened later, Okta may not have yet" in answer.err, answer)
    expect(len(everything - set(ids(answer))) >= 7, "the newest are among them")
    nothing = query(scene, "--since", "-30s")
    expect(nothing.code == 64 and "nothing lies between" in nothing.err, nothing)


def filtered_and_wrapped(scene: Scene) -> None:
    answer = query(scene, "--since", "earliest", "--filter", 'eventType sw "user."', "--format", "envelope")
    events = [json.loads(line) for line in answer.out.splitlines()]
    expect(answer.code == 0 and events, answer)
    expect(all(event["tenant"] == "acme" and event["event"]["eventType"].startswith("user.") for event in events), events[0])


def trouble_is_said(scene: Scene) -> None:
    refused = query(scene, "--filter", "nonsense")
    expect(refused.code == 64 and "E0000053" in refused.err, refused)
    expect(query(scene, "--since", "yesterday").code == 64, "a time that is none")
    expect(scene.run("query", "nobody", "-c", str(scene.config)).code == 64, "a tenant that is none")
    scene.post(f"client?org={ACME}&scope=off")
    answer = query(scene)
    expect(answer.code == 77 and "okta.logs.read is not granted" in answer.err, answer)


def trouble_that_passes_is_waited_out(scene: Scene) -> None:
    faults = [{"endpoint": "logs", "nth": 1, "do": "rate_limit", "reset_in": 1}, {"endpoint": "logs", "nth": 3, "do": "reset"}]
    scene.post("faults", json.dumps(faults))
    answer = query(scene, "--since", "earliest")
    expect(answer.code == 0 and 2400 < len(ids(answer)) <= 2500, answer)


CASES = {case.__name__: case for case in (all_of_it, last_minute_is_left_out, filtered_and_wrapped, trouble_is_said,
                                          trouble_that_passes_is_waited_out)}


def begin(binaries: Path, folder: Path, stack: contextlib.ExitStack, _: str) -> Scene:
    scene = Scene(binaries, folder, stack, acme=BACKLOG)
    scene.add_acme()
    return scene


if __name__ == "__main__":
    sys.exit(run_a_case(CASES, __doc__, begin))
