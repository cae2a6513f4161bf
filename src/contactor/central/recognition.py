"""Which product a station is, from the model it names at its boot and the guide's catalogue of models."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from contactor.guide.entries import OutletKind, Product


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the catalogue says of a model; `outlets` in the order of their connectors (D-01)."""

    product: str
    reference: str
    power_kw: int
    outlets: tuple[OutletKind, ...]


Catalogue = Mapping[str, Recognised]
"""By reference, in lower case: stations are known to spell theirs in other letters."""

NOTHING_KNOWN: Catalogue = MappingProxyType({})
_WORDS = re.compile(r"[^\s,;/()]+")


def catalogue_of(products: Iterable[Product]) -> Catalogue:
    """The models of all these products."""
    return {
        model.reference.casefold(): Recognised(product.name, model.reference, model.power_kw, model.outlets)
        for product in products
        for model in product.models.values()
    }


def recognise(catalogue: Catalogue, model: str | None) -> Recognised | None:
    """Find a model by its reference, alone or as one word of a longer text such as "EVlink Pro DC EVD1S180THB"."""
    words = _WORDS.findall((model or "").casefold())
    return next((catalogue[word] for word in words if word in catalogue), None)
