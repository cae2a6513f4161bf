"""How long a site takes to share its power: allocation alone, and with what is sent, beside plain sorting of its cars.

    python -m benchmarks.sites

The sorting is the least that any rule by order must do; the ratio to it travels between machines, milliseconds do not.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from contactor.central.sites.allocation import Policy, allocate
from contactor.central.sites.draws import Allocation, Draw, Place, Reserve, Room
from contactor.central.sites.plan import Held, Move, Pace, moves

ROUNDS = 15


def main() -> None:
    """Print the table."""
    print(f"{'connectors':>10}  {'policy':<16} {'share, ms':>10} {'and plan, ms':>13} {'x sorting':>10}")
    for connectors in (20, 100, 1000):
        site = _site(connectors)
        sorting_s = _seconds(site.sort)
        for policy in Policy:
            share_s, plan_s = _seconds(partial(site.share, policy)), _seconds(partial(site.plan, policy))
            print(
                f"{connectors:>10}  {policy.value:<16} {share_s * 1000:>10.2f} {plan_s * 1000:>13.2f}"
                f" {share_s / sorting_s:>10.0f}"
            )


@dataclass(frozen=True)
class _Site:
    limit_w: int
    draws: list[Draw]
    reserves: list[Reserve]
    rooms: list[Room]

    def sort(self) -> list[Draw]:
        return sorted(self.draws, key=lambda draw: (draw.soc_percent or 0.0, draw.place))

    def share(self, policy: Policy) -> Allocation:
        return allocate(self.limit_w, self.draws, self.reserves, self.rooms, policy=policy)

    def plan(self, policy: Policy) -> list[Move]:
        held = {draw.place: Held(draw.place, draw.ceiling_w, 20_000, None, False, 0) for draw in self.draws}
        return moves(self.share(policy), self.draws, held, Pace(30, 1000), 1_000_000)


def _seconds(work: Callable[[], object]) -> float:
    """The best of a few rounds: what is above it the machine did elsewhere."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = perf_counter()
        work()
        best = min(best, perf_counter() - began)
    return best


def _site(connectors: int) -> _Site:
    chance = random.Random(1)
    site = _Site(connectors * 20_000, [], [], [])
    for number in range(connectors // 2):
        station = f"S{number:04}"
        site.rooms.append(Room(station, 180_000, 6, 30_000))
        for connector in (1, 2):
            place = Place(station, connector)
            if connector == 2 and number % 10 == 0:
                site.reserves.append(Reserve(place, 30_000, "CHAdeMO"))
            else:
                demand_w = chance.randrange(0, 180_000)
                site.draws.append(Draw(place, demand_w, 180_000, 1000, 500, number, chance.uniform(5, 95)))
    return site


if __name__ == "__main__":
    main()
