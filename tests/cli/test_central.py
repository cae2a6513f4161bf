"""The central system as a process: its signals, and what it says when it cannot start."""

import asyncio
import json
import signal
import ssl
import sys
from pathlib import Path

import pytest
import trustme

PATIENCE_S = 60


def put(authority: trustme.CA, place: Path) -> None:
    issued = authority.issue_cert("localhost")
    (place / "central.pem").write_bytes(issued.cert_chain_pems[0].bytes())
    (place / "central.key").write_bytes(issued.private_key_pem.bytes())


async def serial_of(port: int) -> bytes | None:
    """The certificate that a new connection is shown."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
    shown: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.transport.abort()
    return shown


async def line_with(stream: asyncio.StreamReader, words: str) -> str:
    while line := (await asyncio.wait_for(stream.readline(), PATIENCE_S)).decode():
        if words in line:
            return line
    raise AssertionError(f"the process never said {words}")


async def test_sighup_renews_the_certificates_and_sigterm_drains_and_ends_well(tmp_path: Path) -> None:
    authority = trustme.CA()
    put(authority, tmp_path)
    options = ["--database", "c.db", "--port", "0", "--api-port", "off", "--log-format", "json"]
    options += ["--tls-certificate", "central.pem", "--tls-key", "central.key", "--set", "plain_port=0"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "contactor",
        "central",
        *options,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        told = json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE_S))
        assert told["listening"].startswith("wss://")
        assert told["plain"].startswith("ws://")
        port = int(told["listening"].rsplit(":", 1)[1].split("/")[0])
        before = await serial_of(port)
        assert before == await serial_of(port)
        put(authority, tmp_path)
        process.send_signal(signal.SIGHUP)
        await line_with(process.stderr, "certificates renewed")
        after = await serial_of(port)
        assert after != before
        (tmp_path / "central.key").write_text("no key")
        process.send_signal(signal.SIGHUP)
        assert "central.key" in await line_with(process.stderr, "cannot be used; the old ones are served on")
        assert await serial_of(port) == after
        process.send_signal(signal.SIGTERM)
        await line_with(process.stderr, "central system drains")
        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("module", ["contactor.cli.main", "contactor.central.server", "contactor.central.api.server"])
async def test_ctrl_c_while_the_program_is_still_read_in_leaves_no_traceback(module: str) -> None:
    """However early it comes; an import stands for any moment of reading in."""
    program = f"""
import sys
class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupts())
from contactor.cli.start import main
main()
"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, "central", "--port", "0", "--api-port", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert (process.returncode, out, errors) == (130, b"", b"")
