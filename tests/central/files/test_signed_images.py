"""Signed firmware closed-loop, for a charger that has the white paper's: signed, ordered, verified or not (W L01)."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import update

from contactor.central.store.database import for_writing
from contactor.central.store.file_tables import firmware_images
from contactor.guide.load import load_product
from contactor.station.firmware_image import make_image
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.api.test_commands import virtual_station
from tests.central.bench import STATION, Json
from tests.central.files.test_exchange import until_event, upload
from tests.station.generic.authority import Authority, signature_of

MAKER = Authority("Maker", begins=datetime.now(UTC).replace(microsecond=0) - timedelta(days=1))
SIGNER = ec.generate_private_key(ec.SECP256R1())
RSA_SIGNER = rsa.generate_private_key(65537, 2048)
IMAGE = make_image(load_product("generic_dc").name, "2.0.0", b"new behaviour")


async def signed_image(bench: Bench) -> str:
    """The path of an image that the maker's signer has signed."""
    path = f"{API}/firmware-images/{(await upload(bench, IMAGE, 'gdc.bin', '2.0.0')).json()['image_id']}"
    words = {"signature": signature_of(SIGNER, IMAGE), "signing_certificate": MAKER.vouches_for(SIGNER)}
    answer = await bench.admin.put(f"{path}/signature", json=words)
    assert (answer.status_code, answer.json()["is_signed"]) == (200, True), answer.text
    return path


async def maker_is_known(bench: Bench) -> None:
    payload = {"certificateType": "ManufacturerRootCertificate", "certificate": MAKER.pem}
    body = {"station_id": STATION, "action": "InstallCertificate", "payload": payload}
    answer = await bench.admin.post(f"{API}/commands", json=body, params={"wait": 30})
    assert answer.json()["status"] == "Accepted", answer.text


async def install(bench: Bench, path: str) -> Json:
    """The command, once it was answered."""
    order = await bench.admin.post(f"{path}/install", json={"station_id": STATION, "signed": True})
    assert order.status_code == 201, order.text
    wanted = order.json()["command_id"]
    async with asyncio.timeout(30):
        while True:
            view = (await bench.admin.get(f"{API}/commands/{wanted}")).json()
            if view["status"] is not None:
                return dict(view)


async def steps(bench: Bench, last: str) -> list[tuple[str, int]]:
    """What the station told of its signed update, with the number of the request, as soon as it has told the last."""
    async with asyncio.timeout(60):
        while True:
            page = (await bench.admin.get(f"{API}/stations/{STATION}/notifications")).json()["items"]
            told = [json.loads(each["content"]) for each in reversed(page)]
            if any(each.get("status") == last for each in told):
                return [(each["status"], each["requestId"]) for each in told]


async def test_tc_080_an_image_is_signed_ordered_verified_and_installed(database: str) -> None:
    """W L01: SignedUpdateFirmware, each SignedFirmwareStatusNotification, and the new version at the next boot."""
    async with (
        api_in(database) as bench,
        virtual_station(bench, product="generic_dc", model="GDC150-2", firmware_install_s=0.1),
    ):
        path = await signed_image(bench)
        await maker_is_known(bench)
        view = await install(bench, path)
        assert (view["action"], view["status"]) == ("SignedUpdateFirmware", "Accepted")
        request = view["request"]
        assert isinstance(request, dict)
        number = request["requestId"]
        assert await steps(bench, "Installed") == [
            (step, number)
            for step in (
                "Downloading",
                "Downloaded",
                "SignatureVerified",
                "Installing",
                "InstallRebooting",
                "Installed",
            )
        ]
        station = (await bench.admin.get(f"{API}/stations/{STATION}")).json()
        assert station["firmware_version"] == "2.0.0"


async def test_tc_081_an_image_that_is_not_what_was_signed_ends_in_invalid_signature(tmp_path: Path) -> None:
    """The central system has the signature of something else, as if by damage: the station finds out."""
    async with (
        api_in(tmp_path) as bench,
        virtual_station(bench, product="generic_dc", model="GDC150-2", firmware_install_s=0.1),
    ):
        path = await signed_image(bench)
        with for_writing(bench.central.engine).begin() as connection:
            connection.execute(update(firmware_images).values(signature=signature_of(SIGNER, b"another image")))
        await maker_is_known(bench)
        assert (await install(bench, path))["status"] == "Accepted"
        assert [step for step, _ in await steps(bench, "InvalidSignature")] == [
            "Downloading",
            "Downloaded",
            "InvalidSignature",
        ]
        await until_event(
            bench, lambda kind, facts: kind == "security_event" and facts["type"] == "InvalidFirmwareSignature"
        )


async def test_tc_079_a_signer_whom_the_maker_does_not_vouch_for_is_answered_invalid_certificate(
    tmp_path: Path,
) -> None:
    async with (
        api_in(tmp_path) as bench,
        virtual_station(bench, product="generic_dc", model="GDC150-2", firmware_install_s=0.1),
    ):
        path = await signed_image(bench)
        assert (await install(bench, path))["status"] == "InvalidCertificate"


@pytest.mark.parametrize("is_pss", [True, False])
async def test_rsa_signatures_of_both_kinds_are_taken(tmp_path: Path, is_pss: bool) -> None:
    async with api_in(tmp_path) as bench:
        path = f"{API}/firmware-images/{(await upload(bench, IMAGE)).json()['image_id']}"
        words = {
            "signature": signature_of(RSA_SIGNER, IMAGE, pss=is_pss),
            "signing_certificate": MAKER.vouches_for(RSA_SIGNER),
        }
        assert (await bench.admin.put(f"{path}/signature", json=words)).json()["is_signed"]


async def test_what_is_no_signature_of_the_image_is_refused_and_so_is_an_order_without_one(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        path = f"{API}/firmware-images/{(await upload(bench, IMAGE)).json()['image_id']}"
        good, whose = signature_of(SIGNER, IMAGE), MAKER.vouches_for(SIGNER)
        for signature, certificate, field in (
            (signature_of(SIGNER, b"another"), whose, "signature"),
            (good, MAKER.pem, "signature"),
            (good[:-1], whose, "signature"),
            (good, "-----BEGIN CERTIFICATE-----", "signing_certificate"),
        ):
            words = {"signature": signature, "signing_certificate": certificate}
            assert problem_of(await bench.admin.put(f"{path}/signature", json=words), 422)["field"] == field
        order = await bench.admin.post(f"{path}/install", json={"station_id": STATION, "signed": True})
        assert problem_of(order, 409)["field"] == "signed"
        assert not (await bench.admin.get(path)).json()["is_signed"]
