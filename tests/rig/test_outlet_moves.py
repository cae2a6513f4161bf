"""The outlet's table of moves: every pair of state and cause, against a picture of it drawn by hand."""

import itertools

import pytest

from contactor.base.errors import BrokenPromise
from contactor.base.ids import OutletNumber
from contactor.hardware.signals import (
    CablePlugged,
    CableUnplugged,
    EnergyFlowing,
    EnergyOff,
    VehicleEnded,
    VehiclePaused,
)
from contactor.rig.outlet_moves import CLOSED, LATCHED, MOVES, Cause, OutletState, next_move

# Rows are states, columns causes; a dot cannot happen. Letters are the states' own below.
# P plug, U unplug, A allow, S stop, T trip, K checked, R precharged, C current, N no current, Z rests, E ends, 0 ramped
PICTURE = """
             P U A S T K R C N Z E 0
free         p . f f f . . . . . . .
plugged      . f c p p . . . . . . .
checking     . f c p p r . . . . . .
precharging  . f r p p . y . . . . .
ready        . f y s p . . w y z p .
flowing      . f w s p . . w y z p .
paused       . f z s p . . w y z p .
stopping     . f t s p . . . . . . p
turning      . f t s p . . . . . . c
"""
COLUMNS = dict(zip("PUASTKRCNZE0", Cause, strict=True))
LETTERS = dict(zip("fpcrywzst", OutletState, strict=True))


def pictured() -> dict[tuple[OutletState, Cause], OutletState]:
    _, heading, *rows = PICTURE.splitlines()
    cells = {}
    for row in rows:
        state, *letters = row.split()
        for column, letter in zip(heading.split(), letters, strict=True):
            if letter != ".":
                cells[OutletState(state), COLUMNS[column]] = LETTERS[letter]
    return cells


@pytest.mark.parametrize(("state", "cause"), list(itertools.product(OutletState, Cause)))
def test_each_pair_moves_as_pictured_or_cannot_happen(state: OutletState, cause: Cause) -> None:
    following = pictured().get((state, cause))
    if following is None:
        with pytest.raises(BrokenPromise, match=f"{state} cannot be moved by {cause}"):
            next_move(state, cause)
    else:
        assert next_move(state, cause).state is following


def tellers(signal: type) -> set[tuple[OutletState, Cause]]:
    return {pair for pair, move in MOVES.items() if signal in move.tells}


def test_energy_flowing_is_told_once_per_start_or_resume() -> None:
    assert tellers(EnergyFlowing) == {(OutletState.READY, Cause.CURRENT), (OutletState.PAUSED, Cause.CURRENT)}


def test_a_pause_is_told_only_when_the_vehicle_rests_behind_a_closed_contactor() -> None:
    assert tellers(VehiclePaused) == {
        (OutletState.READY, Cause.VEHICLE_RESTS),
        (OutletState.FLOWING, Cause.VEHICLE_RESTS),
    }


def test_every_end_by_the_vehicle_is_told() -> None:
    assert tellers(VehicleEnded) == {(state, Cause.VEHICLE_ENDS) for state in CLOSED}


def test_a_stop_is_answered_at_once_where_nothing_flows_and_else_when_it_is_over() -> None:
    over = {
        (state, cause)
        for state in (OutletState.STOPPING, OutletState.TURNING)
        for cause in (Cause.RAMPED_DOWN, Cause.TRIP, Cause.UNPLUG)
    }
    open_states = (OutletState.FREE, OutletState.PLUGGED, OutletState.CHECKING, OutletState.PRECHARGING)
    assert tellers(EnergyOff) == over | {(state, Cause.STOP) for state in open_states}


def test_unplugging_is_always_told_last_and_plugging_once() -> None:
    unplugged = [move.tells[-1] for (_, cause), move in MOVES.items() if cause is Cause.UNPLUG]
    assert unplugged == [CableUnplugged] * (len(OutletState) - 1)
    assert tellers(CablePlugged) == {(OutletState.FREE, Cause.PLUG)}


def test_what_is_told_names_the_outlet() -> None:
    (tell,) = next_move(OutletState.FREE, Cause.PLUG).tells
    assert tell(OutletNumber(2)) == CablePlugged(OutletNumber(2))


def test_the_latch_holds_from_the_check_until_the_contactor_is_open_again() -> None:
    assert set(OutletState) - LATCHED == {OutletState.FREE, OutletState.PLUGGED}
