"""Shares the cabinet's power modules among the outlets that want them: a pure function (SC-12, D-15..D-17)."""

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct

from contactor.base.ids import OutletNumber
from contactor.hardware.commands import GrantPower


class Want(Struct, frozen=True, gc=False):
    """What an outlet could use: what its car asks for, and the most it may have (configuration, profiles).

    An outlet that is not controllable takes whatever its modules give: only their number limits it (D-17).
    """

    outlet: OutletNumber
    demand_w: float
    limit_w: float
    is_controllable: bool = True


class Cabinet(Struct, frozen=True, gc=False):
    """What there is to share.

    `minimum_w` is the smallest power an outlet can keep to: it gets as much or nothing. An outlet at 0 still lets its
    residual current through, which is less than that, and is counted as that.
    """

    modules: int
    module_w: float
    station_limit_w: float
    minimum_w: float


def share(wants: Sequence[Want], cabinet: Cabinet) -> list[GrantPower]:
    """Grant each outlet whole modules and a limit in watts.

    Every outlet gets a module before one gets two, none gets more than it can use while another lacks, and what
    nobody needs is spread as well, so that a car that wants more has it at once. What the outlets can take together
    never exceeds the station's limit, and each never its own limit nor its modules. Where there is not enough for
    all, those that may charge come before those held at 0, and lower numbers before higher ones.
    """
    served = sorted(wants, key=_is_held)[: math.floor(cabinet.station_limit_w / cabinet.minimum_w)]
    granted = _deal_modules(served, cabinet)
    uncontrolled_w = sum(granted[want.outlet] * cabinet.module_w for want in served if not want.is_controllable)
    held_w = sum(cabinet.minimum_w for want in served if _is_held(want) and granted[want.outlet])
    limits = _limits_w(served, granted, cabinet, cabinet.station_limit_w - uncontrolled_w - held_w)
    return [GrantPower(want.outlet, granted.get(want.outlet, 0), limits.get(want.outlet, 0.0)) for want in wants]


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


def _is_held(want: Want) -> bool:
    return want.is_controllable and want.limit_w == 0


def _limits_w(
    served: Sequence[Want], granted: Mapping[OutletNumber, int], cabinet: Cabinet, total_w: float
) -> dict[OutletNumber, float]:
    controlled = [want for want in served if want.is_controllable]
    roofs = [min(want.limit_w, granted[want.outlet] * cabinet.module_w) for want in controlled]
    # However little a car asks for, it is offered what it can be held to.
    demands = [max(want.demand_w, cabinet.minimum_w) for want in controlled]
    limits = {want.outlet: granted[want.outlet] * cabinet.module_w for want in served if not want.is_controllable}
    return limits | dict(zip((want.outlet for want in controlled), fill(roofs, demands, total_w), strict=True))


# Modules


def _deal_modules(served: Sequence[Want], cabinet: Cabinet) -> dict[OutletNumber, int]:
    granted = dict.fromkeys((want.outlet for want in served), 0)
    uncontrolled = _uncontrolled_modules(served, cabinet)
    usable = {want.outlet: uncontrolled.get(want.outlet, _modules_usable(want, cabinet)) for want in served}
    needed = {want.outlet: min(_modules_needed(want, cabinet), usable[want.outlet]) for want in served}
    spare = _deal(granted, needed, cabinet.modules)
    _deal(granted, usable, spare)
    return granted


def _modules_needed(want: Want, cabinet: Cabinet) -> int:
    # A car that asks for nothing at the moment keeps one module: it must be able to wake up.
    return max(1, math.ceil(want.demand_w / cabinet.module_w))


def _modules_usable(want: Want, cabinet: Cabinet) -> int:
    # A limit of 0 still holds one module: the residual current of the guide flows through it (D-16).
    return max(1, math.ceil(want.limit_w / cabinet.module_w))


def _uncontrolled_modules(served: Sequence[Want], cabinet: Cabinet) -> dict[OutletNumber, int]:
    """The modules each outlet may have that will take all they give: a fair part of the station, in whole modules.

    It has none if even one would break a limit, or leave too little for another outlet to charge at all.
    """
    wishes = [_wish_w(want, cabinet) for want in served]
    parts = _evenly(wishes, cabinet.station_limit_w)
    controlled = sum(want.is_controllable for want in served)
    left_w = cabinet.station_limit_w - controlled * cabinet.minimum_w
    modules: dict[OutletNumber, int] = {}
    for want, wish_w, part_w in zip(served, wishes, parts, strict=True):
        if want.is_controllable:
            continue
        fair = max(1, _whole_modules(part_w, cabinet))
        modules[want.outlet] = max(0, min(fair, _whole_modules(wish_w, cabinet), _whole_modules(left_w, cabinet)))
        left_w -= modules[want.outlet] * cabinet.module_w
    return modules


def _wish_w(want: Want, cabinet: Cabinet) -> float:
    if want.is_controllable:
        return min(want.limit_w, max(want.demand_w, cabinet.minimum_w))
    wished = min(_modules_needed(want, cabinet), _whole_modules(want.limit_w, cabinet))
    return wished * cabinet.module_w


def _whole_modules(power_w: float, cabinet: Cabinet) -> int:
    return math.floor(power_w / cabinet.module_w)


def _deal(granted: dict[OutletNumber, int], needs: Mapping[OutletNumber, int], spare: int) -> int:
    """Hand out modules one at a time, in turn, up to each outlet's need; return what is left."""
    hungry = [outlet for outlet, need in needs.items() if granted[outlet] < need]
    while spare and hungry:
        for outlet in hungry[:spare]:
            granted[outlet] += 1
            spare -= 1
        hungry = [outlet for outlet in hungry if granted[outlet] < needs[outlet]]
    return spare
