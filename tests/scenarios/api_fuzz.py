"""Whatever the API's own description allows, and what it does not, asked of a central system in a process of its own.

    python -m tests.scenarios.api_fuzz --examples 40

No answer may be a failure of the server's, none may lack the form of a problem, nothing may reach the log as an error,
and after the second half of all questions the process may hold 16 MiB more than after the first, and no more.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.core.result import Ok

from contactor.central.api.app import make_app
from contactor.central.api.openapi import described

API = "/api/v1"
GROWN_MAX_KIB = 16 * 1024
LEFT_OUT = ("/stream", "/import", "/metrics", "/login")
"""A stream has no end; of the others one is a file, and the last would end the login by which we ask."""
EXCHANGE = "/exchange/"
"""Places of files open with keys of their own."""
SETTINGS = '[[station]]\nid = "RDAM-01"\n\n[[station]]\nid = "RDAM-02"\n\n[[tag]]\nid = "TAG-1"\n'


@dataclass(slots=True)
class Heard:
    """What was answered, and what of it ought not to have been."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def hear(self, method: str, path: str, status: int, content_type: str, text: str) -> None:
        """Take note of an answer."""
        self.statuses[status] += 1
        if status >= 500:
            self.failures.append(f"{method} {path} was answered {status}: {text[:500]}")
        elif status >= 400 and content_type != "application/problem+json":
            self.failures.append(f"{method} {path} was answered {status} as {content_type}")
        elif status == 401 and EXCHANGE not in path:
            self.failures.append(f"{method} {path} was answered 401: the token counts no more")


Ask = Callable[[Any], None]  # Any: schemathesis' own case


def ask_everything(asks: Sequence[Ask], *, examples: int, seed: int | None = None) -> None:
    """Have so many questions asked of every operation, each by all; without a seed they are the same each time."""
    document = schemathesis.openapi.from_dict(described(make_app()))
    for found in document.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if not operation.path.endswith(LEFT_OUT) and "/login" not in operation.path:
            _asking(operation.as_strategy(), asks, examples, seed)()


def asker(url: str, token: str, heard: Heard) -> Ask:
    """Asks one central system, and takes note of what it answers."""

    def ask(case: Any) -> None:
        answer = case.call(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        content_type = answer.headers.get("content-type", [""])[0]
        heard.hear(case.method, case.path, answer.status_code, content_type, answer.text)

    return ask


def _asking(strategy: Any, asks: Sequence[Ask], examples: int, seed: int | None) -> Callable[[], None]:
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        derandomize=seed is None,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=strategy)
    def asked(case: Any) -> None:
        for ask in asks:
            ask(case)

    return asked if seed is None else hypothesis.seed(seed)(asked)


class Served:
    """A central system that runs, and the token of its admin."""

    def __init__(self, process: "subprocess.Popen[str]", url: str, token: str) -> None:
        self._process = process
        self.url = url
        self.token = token

    def memory_kib(self) -> int:
        """What the process holds at the moment."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


@contextmanager
def served(place: Path) -> Iterator[Served]:
    """A central system in a folder; its log goes to `central.log` there."""
    (place / "central.toml").write_text(SETTINGS)
    words = ["--config", str(place / "central.toml"), "--database", str(place / "ledger.sqlite"), "--port", "0"]
    words += ["--api-port", "0", "--console-port", "off", "--log-format", "json", "--log-level", "error"]
    with (place / "central.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "contactor", "central", *words], stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["api"]
            first = json.loads(process.stdout.readline())
            yield Served(process, url, _token(url, first["user"], first["password"]))
        finally:
            process.terminate()
            process.wait(60)


def _token(url: str, name: str, password: str) -> str:
    with httpx.Client(base_url=url, timeout=30) as client:
        identity = client.post(f"{API}/login", json={"name": name, "password": password}).json()
        headers = {"X-CSRF-Token": identity["csrf_token"]}
        made = client.post(f"{API}/tokens", json={"label": "fuzz", "role": "admin"}, headers=headers)
        return str(made.raise_for_status().json()["token"])


@dataclass(frozen=True, slots=True)
class Harm:
    """What came of it."""

    statuses: dict[int, int]
    failures: list[str]
    errors: list[str]
    grown_kib: int
    """By how much the process held more after the second half than after the first."""

    @property
    def is_none(self) -> bool:
        """Whether nothing was harmed."""
        return not (self.failures or self.errors) and self.grown_kib <= GROWN_MAX_KIB


def fuzz(place: Path, *, examples: int, seed: int) -> Harm:
    """Ask everything in two halves."""
    heard, held = Heard(), []
    with served(place) as central:
        for half in range(2):
            ask = asker(central.url, central.token, heard)
            ask_everything([ask], examples=max(1, examples // 2), seed=seed + half)
            held.append(central.memory_kib())
    errors = (place / "central.log").read_text().splitlines()
    return Harm(dict(sorted(heard.statuses.items())), heard.failures, errors, held[1] - held[0])


def main() -> int:
    """Run from the command line; exit code 1 if anything was harmed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=40, help="questions for each operation")
    parser.add_argument("--seed", type=int, default=Random().randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with TemporaryDirectory() as folder:
        harm = fuzz(Path(folder), examples=given.examples, seed=given.seed)
    print(harm)
    return 0 if harm.is_none else 1


if __name__ == "__main__":
    sys.exit(main())
