"""What the tables of one product must say alike; each check takes a product and raises BadRow on a contradiction."""

from itertools import product as combinations

from contactor.base.errors import BadRow
from contactor.guide import words
from contactor.guide.entries import ConfigurationKey, DerivedFrom, KeyKind, Product

_LISTS_OF_MEASURANDS = ("MeterValuesSampledData", "MeterValuesAlignedData")
_LISTS_OF_STOPS = ("StopTxnSampledData", "StopTxnAlignedData")


def check_agreement(product: Product) -> None:
    """Check the tables against each other.

    Raises:
        BadRow: two of them contradict; the message names the row to look at first.
    """
    _check_list_lengths(product)
    _check_connectors(product)
    _check_operations(product)
    _check_measurands(product)
    _check_security_modes(product)
    _check_strategies(product)
    _check_needed_keys(product)


def _check_needed_keys(product: Product) -> None:
    for name in words.NEEDED_KEYS:
        if name not in product.configuration:
            reason = "is missing: the software acts upon it; give it the access factory to keep it from the wire"
            raise BadRow("configuration.toml", name, reason)


def _check_list_lengths(product: Product) -> None:
    """A list takes as many items as its MaxLength key tells the central system (CF-20)."""
    for name, key in product.configuration.items():
        told = product.configuration.get(f"{name}MaxLength")
        if key.kind is KeyKind.LIST and told is not None and told.default != str(key.items_max):
            raise BadRow(
                "configuration.toml", name, f"items_max is {key.items_max}, but {told.key} says {told.default}"
            )


def _check_connectors(product: Product) -> None:
    if product.default_model not in product.models:
        raise BadRow("product.toml", "product", f"default_model: {product.default_model!r} is not in models.toml")
    told = _key(product, "NumberOfConnectors", KeyKind.INTEGER, "models.toml", "NumberOfConnectors")
    if told.derived_from is DerivedFrom.OUTLETS:
        return
    for model in product.models.values():
        if str(len(model.outlets)) != told.default:
            raise BadRow(
                "models.toml",
                model.reference,
                f"has {len(model.outlets)} outlets, NumberOfConnectors is {told.default}",
            )


def _check_operations(product: Product) -> None:
    told = _key(product, "SupportedFeatureProfiles", KeyKind.LIST, "operations.toml", "SupportedFeatureProfiles")
    for operation in product.operations:
        if operation.profile == words.SECURITY_PROFILE:
            continue  # no station lists the white paper's
        if operation.profile not in told.default.split(","):
            raise BadRow(
                "operations.toml", operation.action, f"profile {operation.profile} is not in SupportedFeatureProfiles"
            )


def _check_measurands(product: Product) -> None:
    for name in _LISTS_OF_STOPS:
        key = _key(product, name, KeyKind.LIST, "configuration.toml", name)
        for measurand in key.allowed or ():
            if measurand not in product.measurands:
                raise BadRow("configuration.toml", name, f"allowed: {measurand!r} is not in metering.toml")
    for name in _LISTS_OF_MEASURANDS:
        key = _key(product, name, KeyKind.LIST, "metering.toml", name)
        if set(key.allowed or ()) != set(product.measurands):
            raise BadRow("configuration.toml", name, "allowed differs from the measurands of metering.toml")
    sampled, aligned = (product.configuration[name].default.split(",") for name in _LISTS_OF_MEASURANDS)
    for name, entry in product.measurands.items():
        if entry.sampled_by_default != (name in sampled):
            raise BadRow("metering.toml", name, "sampled_by_default contradicts the default of MeterValuesSampledData")
        if entry.aligned_by_default != (name in aligned):
            raise BadRow("metering.toml", name, "aligned_by_default contradicts the default of MeterValuesAlignedData")
        if entry.enabled_by is not None:
            _key(product, entry.enabled_by, KeyKind.BOOLEAN, "metering.toml", name)


def _check_security_modes(product: Product) -> None:
    seen: dict[tuple[str, bool], str] = {}
    for mode in product.security_modes:
        earlier = seen.setdefault((mode.scheme, mode.basic_authentication), mode.name)
        if earlier != mode.name:
            raise BadRow("security.toml", mode.name, f"is the same mode as {earlier}")


def _check_strategies(product: Product) -> None:
    """Whatever the switches say, exactly one strategy applies."""
    file = "security.toml"
    switches = dict.fromkeys(name for strategy in product.offline_strategies for name in strategy.settings)
    for strategy in product.offline_strategies:
        for name in strategy.settings:
            _key(product, name, KeyKind.BOOLEAN, file, strategy.name)
    for values in combinations((True, False), repeat=len(switches)):
        settings = dict(zip(switches, values, strict=True))
        fitting = [
            strategy.name for strategy in product.offline_strategies if strategy.settings.items() <= settings.items()
        ]
        if len(fitting) != 1:
            entry = " and ".join(fitting) or "offline_strategies"
            shown = ", ".join(f"{name} {str(value).lower()}" for name, value in settings.items())
            raise BadRow(file, entry, f"{len(fitting)} strategies apply, expected one, with {shown}")


def _key(product: Product, name: str, kind: KeyKind, file: str, entry: str) -> ConfigurationKey:
    key = product.configuration.get(name)
    if key is None or key.kind is not kind:
        raise BadRow(file, entry, f"needs the {kind} key {name}, which configuration.toml does not have")
    return key
