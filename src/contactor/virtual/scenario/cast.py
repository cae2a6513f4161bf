"""Does the deeds of a scenario: on the station what people and surroundings do, and at the other end of the wire."""

import math
from collections.abc import Callable, Mapping

from contactor.base.ids import OutletNumber
from contactor.guide.entries import Part, Switch
from contactor.rig.supply import Supply
from contactor.virtual.control.arrivals import vehicle_for
from contactor.virtual.control.bodies import Badge, Form, Mains, Speed, Touch, Trouble
from contactor.virtual.network import Cut
from contactor.virtual.scenario import deeds
from contactor.virtual.scenario.central import ScriptedCentral
from contactor.virtual.scenario.fitness import switch_code
from contactor.virtual.virtual_station import VirtualStation


class Cast:
    """Everybody in a scenario: the people around the station, and its scripted central system if it has one."""

    def __init__(self, virtual: VirtualStation, central: ScriptedCentral | None) -> None:
        self._virtual = virtual
        self._central = central
        self._deeds: Mapping[type[Form], Callable[..., None]] = {
            deeds.Plug: self._plug,
            deeds.CarWish: self._wish,
            Badge: self._badge,
            Touch: self._touch,
            deeds.EmergencyStop: self._press,
            deeds.Door: self._open,
            Trouble: lambda form: virtual.raise_fault(form.dtc, _outlet(form.outlet)),
            deeds.Repair: lambda form: virtual.clear_fault(form.dtc, _outlet(form.outlet)),
            deeds.Unplug: lambda form: virtual.unplug(OutletNumber(form.outlet)),
            deeds.Stop: lambda form: virtual.press_stop(OutletNumber(form.outlet)),
            deeds.PowerChange: self._change_power,
            deeds.Restart: lambda _form: virtual.restart(),
            deeds.NetworkChange: self._change_network,
            deeds.CentralChange: self._change_central,
            deeds.Answers: self._change_answers,
            Mains: self._change_supply,
            Speed: lambda form: virtual.change_speed(form.speed),
        }

    def do(self, form: Form) -> None:
        """Do a deed that takes no time.

        Raises:
            BadSetting: it cannot be done now.
        """
        self._deeds[type(form)](form)

    def order(self, order: deeds.Order) -> str | None:
        """Have the central system ask the station something; the message id, None if they are not connected."""
        assert self._central is not None
        return self._central.order(order.action, order.payload)

    # People

    def _plug(self, form: deeds.Plug) -> None:
        outlet = OutletNumber(form.outlet)
        self._virtual.plug(outlet, vehicle_for(form, self._virtual.rig.plug_kind(outlet)))

    def _wish(self, form: deeds.CarWish) -> None:
        outlet = OutletNumber(form.outlet)
        if form.max_power_w is not None:
            self._virtual.limit_vehicle(outlet, form.max_power_w)
        if form.stop_at_soc_percent is not None:
            self._virtual.aim_vehicle(outlet, form.stop_at_soc_percent / 100)

    def _badge(self, form: Badge) -> None:
        if form.outlet is not None:
            self._virtual.touch_screen(OutletNumber(form.outlet))
        self._virtual.present_badge(form.uid)

    def _touch(self, form: Touch) -> None:
        self._virtual.touch_screen(_outlet(form.outlet))

    # Surroundings

    def _press(self, form: deeds.EmergencyStop) -> None:
        self._move(Switch.EMERGENCY_STOP, form.place, is_active=form.is_pressed)

    def _open(self, form: deeds.Door) -> None:
        self._move(Switch.DOOR, form.place, is_active=form.is_open)

    def _move(self, kind: Switch, place: Part, *, is_active: bool) -> None:
        dtc = switch_code(self._virtual.product, kind, place)
        assert dtc is not None  # the reader has looked
        was_active = (dtc, None) in self._virtual.rig.faults()
        if is_active and not was_active:
            self._virtual.raise_fault(dtc)
        elif was_active and not is_active:
            self._virtual.clear_fault(dtc)

    def _change_power(self, form: deeds.PowerChange) -> None:
        is_powered = self._virtual.rig.is_powered
        if form.power is deeds.PowerMove.CUT and is_powered:
            self._virtual.cut_power()
        elif form.power is deeds.PowerMove.RETURN and not is_powered:
            self._virtual.return_power()

    def _change_network(self, form: deeds.NetworkChange) -> None:
        if form.way is deeds.NetworkMove.RESTORE:
            self._virtual.restore_network()
        else:
            self._virtual.cut_network(Cut(form.way.value))

    def _change_supply(self, form: Mains) -> None:
        available_w = math.inf if form.available_w is None else form.available_w
        self._virtual.change_supply(Supply(form.voltage_v, available_w))

    # The other end

    def _change_central(self, form: deeds.CentralChange) -> None:
        assert self._central is not None
        moves = {
            deeds.CentralMove.HANG_UP: self._central.hang_up,
            deeds.CentralMove.GO_AWAY: self._central.go_away,
            deeds.CentralMove.COME_BACK: self._central.come_back,
        }
        moves[form.move]()

    def _change_answers(self, form: deeds.Answers) -> None:
        assert self._central is not None
        self._central.answers.change(form.by_action)


def _outlet(number: int | None) -> OutletNumber | None:
    return None if number is None else OutletNumber(number)
