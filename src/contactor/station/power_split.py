"""Shares the cabinet's power modules among the outlets that want them: a pure function (SC-12, D-16)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from contactor.base.ids import OutletNumber
from contactor.hardware.commands import GrantPower


@dataclass(frozen=True, slots=True)
class Want:
    """What an outlet could use: what its car asks for, and the most it may have (configuration, profiles)."""

    outlet: OutletNumber
    demand_w: float
    limit_w: float


def share(wants: Sequence[Want], *, modules: int, module_w: float, station_limit_w: float) -> list[GrantPower]:
    """Grant each outlet whole modules and a limit in watts.

    Every outlet gets a module before one gets two, none gets more than it can use while another lacks, and what
    nobody needs is spread as well, so that a car that wants more has it at once. The limits together never exceed
    `station_limit_w`, and each never the outlet's own limit nor its modules.
    """
    granted = dict.fromkeys((want.outlet for want in wants), 0)
    spare = _deal(granted, {want.outlet: _modules_needed(want, module_w) for want in wants}, modules)
    _deal(granted, {want.outlet: _modules_usable(want, module_w) for want in wants}, spare)
    roofs = [min(want.limit_w, granted[want.outlet] * module_w) for want in wants]
    limits = fill(roofs, [want.demand_w for want in wants], station_limit_w)
    return [GrantPower(want.outlet, granted[want.outlet], limit_w) for want, limit_w in zip(wants, limits, strict=True)]


def fill(roofs_w: Sequence[float], demands_w: Sequence[float], total_w: float) -> list[float]:
    """Divide watts so that nobody is above their roof and the sum is not above the total.

    Demands are met first, the smallest first and evenly; what is left over raises everyone towards their roof.
    """
    wanted = [min(roof, demand) for roof, demand in zip(roofs_w, demands_w, strict=True)]
    met = _evenly(wanted, total_w)
    extra = _evenly([roof - part for roof, part in zip(roofs_w, met, strict=True)], total_w - sum(met))
    return [part + more for part, more in zip(met, extra, strict=True)]


def _evenly(roofs_w: Sequence[float], total_w: float) -> list[float]:
    parts = [0.0] * len(roofs_w)
    left_w = max(total_w, 0.0)
    order = sorted(range(len(roofs_w)), key=lambda index: roofs_w[index])
    for position, index in enumerate(order):
        parts[index] = min(roofs_w[index], left_w / (len(order) - position))
        left_w -= parts[index]
    return parts


def _modules_needed(want: Want, module_w: float) -> int:
    # A car that asks for nothing at the moment keeps one module: it must be able to wake up.
    return min(max(1, math.ceil(want.demand_w / module_w)), _modules_usable(want, module_w))


def _modules_usable(want: Want, module_w: float) -> int:
    # A limit of 0 still holds one module: the residual current of the guide flows through it.
    return max(1, math.ceil(want.limit_w / module_w))


def _deal(granted: dict[OutletNumber, int], needs: dict[OutletNumber, int], spare: int) -> int:
    """Hand out modules one at a time, in turn, up to each outlet's need; return what is left."""
    hungry = [outlet for outlet, need in needs.items() if granted[outlet] < need]
    while spare and hungry:
        for outlet in hungry[:spare]:
            granted[outlet] += 1
            spare -= 1
        hungry = [outlet for outlet in hungry if granted[outlet] < needs[outlet]]
    return spare
