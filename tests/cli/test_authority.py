"""`contactor authority make`: two files that the central system takes, and nothing overwritten."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner, Result

from contactor.base.errors import BadSetting
from contactor.central.authority.authority_files import read_authority
from contactor.cli.main import app


def make(place: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["authority", "make", str(place), *words], catch_exceptions=False)


def test_sec_25_an_authority_is_made_on_p_256_for_an_organisation_and_its_key_is_its_owners_alone(
    tmp_path: Path,
) -> None:
    place = tmp_path / "new" / "authority"
    told = make(place, "--organisation", "Chargers Ltd")
    assert told.exit_code == 0
    certificate, key = place / "authority.pem", place / "authority.key"
    assert str(certificate) in told.output
    assert (key.stat().st_mode & 0o777, certificate.stat().st_mode & 0o044) == (0o600, 0o044)
    made = x509.load_pem_x509_certificate(certificate.read_bytes())
    assert isinstance(made.public_key(), ec.EllipticCurvePublicKey)
    assert made.public_key().key_size == 256  # type: ignore[union-attr]  # it has just been looked at
    assert read_authority(str(certificate), str(key), timedelta(days=1)).organisation == "Chargers Ltd"


def test_an_authority_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "authority.key").write_text("precious")
    with pytest.raises(BadSetting, match=r"authority\.key.*there already"):
        make(tmp_path, "--organisation", "Chargers Ltd")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("authority.key", "precious")]


@pytest.mark.parametrize("organisation", ["", "x" * 65, "two\nlines"])
def test_an_organisation_that_no_certificate_can_name_is_refused(tmp_path: Path, organisation: str) -> None:
    with pytest.raises(BadSetting, match="1 to 64 letters"):
        make(tmp_path / "none", "--organisation", organisation)
    assert not (tmp_path / "none").exists()
