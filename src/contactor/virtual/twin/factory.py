"""What a twin is made of: the product, model and configuration of the real station, as far as they are known."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from contactor.base.errors import BadSetting
from contactor.central.rehearsal.known import KnownKey, KnownStation
from contactor.central.secrets_mask import MASK
from contactor.guide.entries import Model, Product
from contactor.guide.limits import canonical_value
from contactor.guide.load import all_products, load_product
from contactor.rig.snapshot import OutletRecord, RigSnapshot
from contactor.station.keys import Key
from contactor.station.settings import FIRMWARE_VERSION, StationSettings

GENERIC = "generic_dc"
NOBODY = "ws://twin.invalid/ocpp"
"""Where a twin dials whose station never told its own address; nothing leaves the process for either."""
SERIAL_LENGTH_MAX = 25
VALUE_LENGTH = 100
REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A twin before it is switched on; `gaps` are reported values that it cannot have."""

    product: Product
    model: Model
    settings: StationSettings
    url: str
    gaps: tuple[str, ...]


def blueprint_of(known: KnownStation) -> Blueprint:
    """The blueprint for a station that is known."""
    product, model = _model(known)
    initial: dict[str, str] = {}
    gaps = [*_read_keys(product, known, initial)]
    url = _address(initial.get(Key.SUPERVISION_URL))
    initial[Key.SUPERVISION_URL] = url
    initial.setdefault(Key.BOX_IDENTIFIER, known.station_id)
    if not _fits(product, Key.BOX_IDENTIFIER, initial[Key.BOX_IDENTIFIER]):
        initial[Key.BOX_IDENTIFIER] = "TWIN"
    settings = StationSettings(
        model=model.reference,
        serial=(known.serial_number or known.station_id)[:SERIAL_LENGTH_MAX],
        firmware_version=known.firmware_version or FIRMWARE_VERSION,
        initial=initial,
    )
    return Blueprint(product, model, settings, url, tuple(gaps))


def meters_of(known: KnownStation, model: Model) -> RigSnapshot:
    """The hardware with its meters where they were last read."""
    outlets = [
        OutletRecord(register_initial_wh=_register_wh(known, number), delivered_wh=0.0, vehicle=None)
        for number in range(1, len(model.outlets) + 1)
    ]
    return RigSnapshot(outlets=outlets, failed_modules=[], faults=[])


def _model(known: KnownStation) -> tuple[Product, Model]:
    """Its own, or the generic charger with as many outlets."""
    if known.product is not None and known.model is not None:
        product = next(each for each in all_products() if each.name == known.product)
        return product, product.models[known.model]
    product = load_product(GENERIC)
    wanted = max((each.connector_id for each in known.connectors), default=1)
    by_size = sorted(product.models.values(), key=lambda model: len(model.outlets))
    return product, next((model for model in by_size if len(model.outlets) >= wanted), by_size[-1])


def _read_keys(product: Product, known: KnownStation, initial: dict[str, str]) -> Iterator[str]:
    """Take over what was reported; yields what the twin cannot take over."""
    for each in known.configuration:
        if each.value is None or each.value == MASK or each.key.casefold() == Key.AUTHORIZATION_KEY.casefold():
            continue
        key = product.factory_key(each.key)
        if key is None:
            yield _left_out(each, f"{product.name} has no such key")
            continue
        try:
            initial[key.key] = canonical_value(key, each.value)
        except BadSetting as error:
            yield _left_out(each, error.expected)


def _left_out(key: KnownKey, reason: str) -> str:
    value = (key.value or "")[:VALUE_LENGTH]
    return f"{key.key} = {value!r}: the twin cannot have it ({reason[:REASON_LENGTH]})"


def _fits(product: Product, name: str, value: str) -> bool:
    key = product.factory_key(name)
    try:
        return key is not None and bool(canonical_value(key, value))
    except BadSetting:
        return False


def _address(reported: str | None) -> str:
    try:
        parts = urlsplit(reported or "")
    except ValueError:
        return NOBODY
    return reported if reported and parts.netloc and parts.scheme in ("ws", "wss") else NOBODY


def _register_wh(known: KnownStation, connector_id: int) -> int:
    transaction = known.transaction_on(connector_id)
    if transaction is None:
        return max(0, known.registers_wh.get(connector_id, 0))
    return max(0, transaction.meter_start_wh, transaction.register_wh or 0)
