"""The page on the API tells the truth: its examples are run as they stand."""

import asyncio
import os
import re
from pathlib import Path

from contactor.central.api.role import Role
from tests.central.api.bench import Bench, api_in

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "operate-by-api.md"
EXAMPLES = [text for text in re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL) if "curl" in text]


async def run(bench: Bench, example: str, token: str) -> str:
    shell = await asyncio.create_subprocess_shell(
        example.replace("http://127.0.0.1:9080", bench.api.url),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "CONTACTOR_TOKEN": token, "no_proxy": "*"},
    )
    told, _ = await shell.communicate()
    assert shell.returncode == 0, example
    return told.decode()


async def test_the_examples_do_what_the_page_says(database: str) -> None:
    async with api_in(database) as bench:
        token = await bench.token(Role.ADMIN)
        told = [await run(bench, example, token) for example in EXAMPLES]
    expected = [
        '"RDAM-01"',
        '"key"',
        '"Accepted"',
        '{"added":2,"replaced":0}',
        '"offline"',
        "transaction_id",
        "after 0",
        "",  # no station talks: what is checked is that the command can be given
    ]
    assert [words in text for words, text in zip(expected, told, strict=True)] == [True] * len(expected), told
