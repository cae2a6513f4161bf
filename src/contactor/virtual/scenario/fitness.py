"""Whether a step fits the station it is for: its outlets, its trouble codes, its switches, its plugs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contactor.guide.entries import Model, Part, Product, Switch
from contactor.rig.plug import PlugKind
from contactor.virtual.control.arrivals import vehicle_for
from contactor.virtual.control.bodies import Form, Trouble
from contactor.virtual.scenario.deeds import Door, EmergencyStop, Plug, Repair
from contactor.web.problem import Problem


@dataclass(frozen=True, slots=True)
class Flaw:
    """What does not fit."""

    field: str
    value: object
    expected: str


def switch_code(product: Product, kind: Switch, part: Part) -> str | None:
    """The trouble code that is active while a switch is moved; None if there is no such switch."""
    rows = product.vendor_errors.values()
    return next((row.dtc for row in rows if row.switch is kind and row.part is part), None)


def unfit(form: Form, product: Product, model: Model) -> Flaw | None:
    """What of a step does not fit a product's model; None if everything does."""
    for field in ("outlet", "connector"):
        number = getattr(form, field, None)
        if number is not None and number > len(model.outlets):
            return Flaw(field, number, f"{model.reference} has {field}s 1 to {len(model.outlets)}")
    check = _CHECKS.get(type(form))
    return None if check is None else check(form, product, model)


def _plug(form: Form, _product: Product, model: Model) -> Flaw | None:
    assert isinstance(form, Plug)
    plug = PlugKind(model.outlets[form.outlet - 1].value)
    try:
        vehicle = vehicle_for(form, plug)
    except Problem as problem:
        return Flaw(problem.field or "vehicle", problem.value, problem.detail)
    if vehicle.model.plug is not plug:
        return Flaw("vehicle", vehicle.model.name, f"its plug is {vehicle.model.plug}, outlet {form.outlet} has {plug}")
    return None


def _trouble(form: Form, product: Product, _model: Model) -> Flaw | None:
    assert isinstance(form, Trouble)
    if form.dtc in product.vendor_errors:
        return None
    return Flaw("dtc", form.dtc, f"{product.name} has no such trouble code; see: contactor guide errors")


def _emergency_stop(form: Form, product: Product, model: Model) -> Flaw | None:
    assert isinstance(form, EmergencyStop)
    return _switch(form.place, Switch.EMERGENCY_STOP, product, model)


def _door(form: Form, product: Product, model: Model) -> Flaw | None:
    assert isinstance(form, Door)
    return _switch(form.place, Switch.DOOR, product, model)


def _switch(place: Part, kind: Switch, product: Product, model: Model) -> Flaw | None:
    if switch_code(product, kind, place) is not None:
        return None
    return Flaw("place", place, f"{model.reference} has no {kind} at its {place}")


_CHECKS: Mapping[type[Form], Callable[[Form, Product, Model], Flaw | None]] = {
    Plug: _plug,
    Trouble: _trouble,
    Repair: _trouble,
    EmergencyStop: _emergency_stop,
    Door: _door,
}
