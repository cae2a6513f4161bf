"""A bench with the generic charger, and how its tests spell what they look at."""

import json
from typing import Any

from contactor.base.ids import OutletNumber
from contactor.ocpp.actions import ACTIONS
from tests.ocpp.oca_schemas import complaints
from tests.station.bench import Bench

ONE, TWO = OutletNumber(1), OutletNumber(2)


def generic(model: str = "GDC150-2", **initial: str) -> Bench:
    """A charger that has booted; every frame it sends is held to the schemas of OCPP 1.6 (RPC-11)."""
    bench = Bench(product="generic_dc", model=model, initial=initial, boot=False)
    asked: dict[str, str] = {}

    def check(frame: list[Any]) -> None:
        if frame[0] == 2:
            assert complaints(ACTIONS[frame[2]].request, json.dumps(frame[3]).encode()) == [], frame
        if frame[0] == 3 and frame[1] in asked:
            assert complaints(ACTIONS[asked[frame[1]]].result, json.dumps(frame[2]).encode()) == [], frame

    ask = bench.ask

    def noted_ask(action: str, payload: Any = None, message_id: str | None = None) -> list[Any]:  # as Bench.ask
        message_id = message_id or f"asked-{len(asked)}"
        asked[message_id] = action
        return ask(action, payload, message_id)

    bench.on_frame = check
    bench.ask = noted_ask  # type: ignore[method-assign]
    bench.power_on()
    return bench


def touch(bench: Bench, outlet: int) -> None:
    bench.rig.touch_screen(OutletNumber(outlet))
    bench.wait(0)


def current_a(bench: Bench, outlet: int = 1) -> float:
    return bench.rig.read(OutletNumber(outlet)).current_a


def power_w(bench: Bench, outlet: int = 1) -> float:
    return bench.rig.read(OutletNumber(outlet)).power_w
