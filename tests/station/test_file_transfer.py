"""Real transfers, to and from servers on this machine (FW-11, DG-02, DG-08)."""

import asyncio
import logging
import socket
import ssl
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from contactor.station.file_transfer import NetworkFiles, TransferFailure
from tests.station.file_servers import ftp_files, http_files, page, raw_server

IMAGE = bytes(range(256)) * 1000
BIG = 1_000_000


class Steps(list[tuple[int, int | None]]):
    """Progress as it was told."""

    def __call__(self, done: int, total: int | None) -> None:
        self.append((done, total))


def ignore(_done: int, _total: int | None) -> None:
    """Nobody watches."""


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA) -> NetworkFiles:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return NetworkFiles(context)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def reason_of(files: NetworkFiles, url: str, size_max: int = BIG) -> str:
    with pytest.raises(TransferFailure) as failure:
        await files.download(url, size_max, ignore)
    return str(failure.value)


# HTTP and HTTPS


async def test_fw_11_a_file_is_fetched_by_http() -> None:
    steps = Steps()
    async with http_files(page(IMAGE)) as server:
        assert await NetworkFiles().download(f"{server.url}/a/image.bin?x=1", BIG, steps) == IMAGE
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.headers["accept-encoding"]) == ("GET", "/a/image.bin?x=1", "identity")
    assert steps[-1] == (len(IMAGE), len(IMAGE))


async def test_fw_11_a_file_without_a_length_is_fetched_to_its_end() -> None:
    steps = Steps()
    async with http_files(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + IMAGE) as server:
        assert await NetworkFiles().download(server.url, BIG, steps) == IMAGE
    assert steps[-1] == (len(IMAGE), None)


async def test_fw_11_a_file_is_fetched_by_https(server_tls: ssl.SSLContext, trusting: NetworkFiles) -> None:
    async with http_files(page(IMAGE), tls=server_tls) as server:
        assert await trusting.download(f"{server.url}/image.bin", BIG, ignore) == IMAGE


async def test_a_server_that_nobody_vouches_for_gets_nothing(server_tls: ssl.SSLContext) -> None:
    async with http_files(page(IMAGE), tls=server_tls) as server:
        assert "certificate is refused" in await reason_of(NetworkFiles(), server.url)
        with pytest.raises(TransferFailure, match="certificate is refused"):
            await NetworkFiles().upload(server.url, b"x", ignore)
    assert server.asked == []


async def test_a_certificate_for_another_host_is_refused(authority: trustme.CA, trusting: NetworkFiles) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elsewhere.test").configure_cert(context)
    async with http_files(page(IMAGE), tls=context) as server:
        assert "certificate is refused" in await reason_of(trusting, server.url)


async def test_dg_02_a_file_is_put_by_http() -> None:
    steps = Steps()
    async with http_files(page(b"", "201 Created")) as server:
        await NetworkFiles().upload(f"{server.url}/in/diagnostics.zip", IMAGE, steps)
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body) == ("PUT", "/in/diagnostics.zip", IMAGE)
    assert steps[-1] == (len(IMAGE), len(IMAGE))


async def test_dg_02_a_file_is_put_by_https(server_tls: ssl.SSLContext, trusting: NetworkFiles) -> None:
    async with http_files(page(b""), tls=server_tls) as server:
        await trusting.upload(f"{server.url}/in/diagnostics.zip", IMAGE, ignore)
    assert server.asked[0].body == IMAGE


async def test_user_and_password_of_a_url_go_by_basic_authentication() -> None:
    async with http_files(page(b"")) as server:
        url = server.url.replace("//", "//us%40er:p%3Aw@")
        await NetworkFiles().upload(f"{url}/a", b"x", ignore)
        await NetworkFiles().download(f"{url}/a", BIG, ignore)
    for asked in server.asked:
        scheme, _, credentials = asked.headers["authorization"].partition(" ")
        assert (scheme, b64decode(credentials)) == ("Basic", b"us@er:p:w")
        assert asked.headers["host"] == f"localhost:{server.port}"


@pytest.mark.parametrize("status", ["404 Not Found", "401 Unauthorized", "500 Oops", "304 Not Modified"])
async def test_any_status_but_success_is_a_failure(status: str) -> None:
    async with http_files(page(b"", status)) as server:
        code = status.split(" ")[0]
        assert await reason_of(NetworkFiles(), server.url) == f"the server answered {code}"
        with pytest.raises(TransferFailure, match=f"the server answered {code}"):
            await NetworkFiles().upload(server.url, b"x", ignore)


async def test_a_redirection_is_followed_and_takes_no_credentials_elsewhere() -> None:
    async with http_files(page(IMAGE)) as target:
        here, there = page(b"", "302 Found", "Location: /b"), page(b"", "302 Found", f"Location: {target.url}/c")
        async with http_files(here, there) as server:
            url = server.url.replace("//", "//user:s3cret@")
            assert await NetworkFiles().download(f"{url}/a", BIG, ignore) == IMAGE
    assert [asked.path for asked in server.asked] == ["/a", "/b"]
    assert all("authorization" in asked.headers for asked in server.asked)
    assert [(asked.path, "authorization" in asked.headers) for asked in target.asked] == [("/c", False)]


async def test_a_redirection_that_gives_up_tls_is_not_followed(
    server_tls: ssl.SSLContext, trusting: NetworkFiles
) -> None:
    async with (
        http_files(page(IMAGE)) as target,
        http_files(page(b"", "302 Found", f"Location: {target.url}"), tls=server_tls) as server,
    ):
        assert await reason_of(trusting, server.url) == "redirected from https to http"
    assert target.asked == []


async def test_endless_redirections_end() -> None:
    async with http_files(page(b"", "302 Found", "Location: /again")) as server:
        assert await reason_of(NetworkFiles(), server.url) == "more than 5 redirections"


async def test_an_upload_is_not_redirected() -> None:
    async with http_files(page(b"", "307 Temporary Redirect", "Location: /other")) as server:
        with pytest.raises(TransferFailure, match="the server answered 307"):
            await NetworkFiles().upload(server.url, b"x", ignore)
    assert len(server.asked) == 1


async def test_a_file_that_is_announced_too_large_is_not_fetched() -> None:
    async with http_files(page(IMAGE)) as server:
        assert await reason_of(NetworkFiles(), server.url, 1000) == "the file is larger than 1000 bytes"


async def test_a_file_that_turns_out_too_large_is_broken_off() -> None:
    async with http_files(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + IMAGE) as server:
        assert await reason_of(NetworkFiles(), server.url, 1000) == "the file is larger than 1000 bytes"


async def test_a_file_of_exactly_the_largest_size_is_fetched() -> None:
    async with http_files(page(b"x" * 1000)) as server:
        assert await NetworkFiles().download(server.url, 1000, ignore) == b"x" * 1000


async def test_a_download_cut_in_the_middle_is_a_failure() -> None:
    async with http_files(page(IMAGE)[:-1]) as server:
        assert "connection failed" in await reason_of(NetworkFiles(), server.url)


async def test_a_refused_connection_is_a_failure(closed_port: int) -> None:
    for scheme in ("http", "https", "ftp"):
        reason = await reason_of(NetworkFiles(), f"{scheme}://user:s3cret@127.0.0.1:{closed_port}/a")
        assert "connection" in reason
        assert "s3cret" not in reason


async def test_a_silent_server_is_given_up() -> None:
    async with http_files(None) as server:
        assert "ReadTimeout" in await reason_of(NetworkFiles(idle_s=0.05), server.url)


async def test_a_transfer_may_not_take_longer_than_its_limit() -> None:
    async with http_files(None) as server:
        assert await reason_of(NetworkFiles(limit_s=0.05), server.url) == "the transfer took too long"


async def test_a_transfer_can_be_cancelled() -> None:
    async with http_files(None) as server:
        task = asyncio.create_task(NetworkFiles().download(server.url, BIG, ignore))
        await server.is_asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("url", ["ftps://h/a", "file:///etc/passwd", "http://", "http://h:99999/", "http://[::1/"])
async def test_d_31_a_url_that_cannot_be_used_is_a_failure(url: str) -> None:
    await reason_of(NetworkFiles(), url)


# FTP


async def test_fw_11_dg_08_a_file_is_fetched_by_passive_ftp(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "image.bin").write_bytes(IMAGE)
    steps = Steps()
    async with ftp_files(tmp_path) as port:
        url = f"ftp://station:s3cret@127.0.0.1:{port}/a%20b/image.bin"
        assert await NetworkFiles().download(url, BIG, steps) == IMAGE
    assert steps[-1] == (len(IMAGE), None)


async def test_dg_02_dg_08_a_file_is_put_by_passive_ftp(tmp_path: Path) -> None:
    steps = Steps()
    async with ftp_files(tmp_path, password="p@ss/word") as port:
        url = f"ftp://station:p%40ss%2Fword@127.0.0.1:{port}/diagnostics.zip"
        await NetworkFiles().upload(url, IMAGE, steps)
    assert (tmp_path / "diagnostics.zip").read_bytes() == IMAGE
    assert steps[-1] == (len(IMAGE), len(IMAGE))


async def test_a_wrong_password_is_a_failure_that_does_not_repeat_it(tmp_path: Path) -> None:
    async with ftp_files(tmp_path) as port:
        url = f"ftp://station:guess@127.0.0.1:{port}/image.bin"
        assert await reason_of(NetworkFiles(), url) == "the FTP server answered 530"
        with pytest.raises(TransferFailure, match="the FTP server answered 530"):
            await NetworkFiles().upload(url, b"x", ignore)


async def test_a_file_or_folder_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    async with ftp_files(tmp_path) as port:
        url = f"ftp://station:s3cret@127.0.0.1:{port}/nowhere/image.bin"
        assert await reason_of(NetworkFiles(), url) == "the FTP server answered 550"
        with pytest.raises(TransferFailure, match="the FTP server answered 550"):
            await NetworkFiles().upload(url, b"x", ignore)


async def test_a_file_too_large_is_broken_off_by_ftp_too(tmp_path: Path) -> None:
    (tmp_path / "image.bin").write_bytes(IMAGE)
    async with ftp_files(tmp_path) as port:
        url = f"ftp://station:s3cret@127.0.0.1:{port}/image.bin"
        assert await reason_of(NetworkFiles(), url, 1000) == "the file is larger than 1000 bytes"


async def test_a_line_break_in_an_ftp_path_is_no_second_command(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"x")
    async with ftp_files(tmp_path) as port:
        await reason_of(NetworkFiles(), f"ftp://station:s3cret@127.0.0.1:{port}/a%0d%0aDELE%20victim")
    assert (tmp_path / "victim").exists()


@pytest.mark.parametrize("greeting", [b"", b"220", b"garbage\r\n", b"\xff\xfe\r\n", b"220-\r\n" * 10, b"x" * 200_000])
async def test_whatever_an_ftp_server_says_ends_in_a_word(greeting: bytes) -> None:
    async with raw_server(lambda _reader, writer: writer.write(greeting)) as port:
        await reason_of(NetworkFiles(), f"ftp://127.0.0.1:{port}/a")


@pytest.mark.parametrize(
    "answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 999\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
async def test_whatever_an_http_server_says_ends_in_a_word(answer: bytes) -> None:
    async with http_files(answer) as server:
        await reason_of(NetworkFiles(), server.url)


async def test_dg_08_a_data_connection_cut_in_the_middle_is_a_failure() -> None:
    """The control connection ends too, before it has said that all is there."""

    async def halfway(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with raw_server(lambda _reader, data: data.write(b"only the beginning")) as data_port:
            replies = {"USER": b"331 .\r\n", "PASS": b"230 .\r\n", "TYPE": b"200 .\r\n", "RETR": b"150 .\r\n"}
            writer.write(b"220 hello\r\n")
            while line := await reader.readline():
                command = line.decode().split()[0]
                writer.write(replies.get(command, f"229 (|||{data_port}|)\r\n".encode()))
                if command == "RETR":
                    return

    async with raw_server(halfway) as port:
        assert "ConnectionResetError" in await reason_of(NetworkFiles(), f"ftp://u:p@127.0.0.1:{port}/a")


# Secrets


async def test_no_log_names_a_user_a_password_or_a_token(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with ftp_files(tmp_path, user="mallory") as port:
        await NetworkFiles().upload(f"ftp://mallory:s3cret@127.0.0.1:{port}/a", b"x", ignore)
    async with http_files(page(b"")) as server:
        url = server.url.replace("//", "//mallory:s3cret@")
        await NetworkFiles().upload(f"{url}/a?token=t0ken", b"x", ignore)
        await NetworkFiles().download(f"{url}/a?token=t0ken", BIG, ignore)
    ours = [each.getMessage() for each in caplog.records if not each.name.startswith("aioftp.server")]
    for secret in ("mallory", "s3cret", "t0ken"):
        assert not [message for message in ours if secret in message]
