"""Reads what a station's software makes of its outlets: connectors, screen, light bars, promises and profiles."""

from collections.abc import Mapping

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.ocpp.enumerations import ChargePointErrorCode
from contactor.station.display import ConnectorView, View
from contactor.station.events import Moment
from contactor.station.smart_charging.profiles import Installed
from contactor.station.station import Station
from contactor.virtual.control import shapes
from contactor.virtual.control.lights import LIGHTS, Light
from contactor.virtual.control.screen_words import headline_of, words_of
from contactor.virtual.virtual_station import VirtualStation


def connectors(virtual: VirtualStation) -> Mapping[int, shapes.Connector]:
    """Every connector by its outlet; none while the software does not run."""
    if not virtual.runner.is_on:
        return {}
    view = _view(virtual)
    return {int(each.connector_id): _connector(virtual.station, each, view) for each in view.connectors}


def lights(virtual: VirtualStation) -> Mapping[OutletNumber, Light]:
    """The colour of each outlet's light bar."""
    if not virtual.runner.is_on:
        return dict.fromkeys(virtual.rig.outlets, Light.OFF)
    return {each.outlet: LIGHTS[each.status] for each in virtual.station.connectors.values()}


def screen(virtual: VirtualStation) -> shapes.Screen | None:
    """The touch screen; dark while the software does not run."""
    if not virtual.runner.is_on:
        return None
    view = _view(virtual)
    words = headline_of(view)
    return shapes.Screen(
        headline=words.headline,
        advice=words.advice,
        shown=view.shown,
        can_touch=[
            each.connector_id for each in view.connectors if each.is_plugged and each.connector_id != view.shown
        ],
        is_online=view.is_online,
        is_free=view.is_free,
        is_restarting=view.is_restarting,
        is_updating=view.is_updating,
        trouble=None if view.fault is None else view.fault.text or view.fault.dtc,
    )


def promises(virtual: VirtualStation) -> list[shapes.Reservation]:
    """Every reservation."""
    if not virtual.runner.is_on:
        return []
    return [
        shapes.Reservation(
            reservation_id=each.number,
            connector_id=each.connector_id,
            id_tag=each.id_tag,
            parent_id_tag=each.parent,
            expires_at=each.expires_at,
        )
        for each in virtual.station.reservations.promises()
    ]


def profiles(virtual: VirtualStation) -> list[shapes.InstalledProfile]:
    """Every installed charging profile."""
    if not virtual.runner.is_on:
        return []
    return [_profile(each) for each in virtual.station.smart_charging.installed()]


def _view(virtual: VirtualStation) -> View:
    clock = virtual.clock
    return virtual.station.view(Moment(clock.monotonic_s(), clock.now()))


def _connector(station: Station, view: ConnectorView, whole: View) -> shapes.Connector:
    connector = station.connectors[view.connector_id]
    error = station.faults.newest_error(view.connector_id)
    return shapes.Connector(
        status=connector.status,
        status_since=connector.changed_at,
        error_code=ChargePointErrorCode(error.code),
        vendor_error_code=error.vendor_code,
        is_operative=station.availability.is_operative(view.connector_id),
        transaction=_transaction(station, view),
        reserved_until=view.reserved_until,
        limit_w=station.smart_charging.limit_w(view.connector_id),
        screen=_page(view, is_free=whole.is_free, can_stop=station.transactions.open_on(view.connector_id) is not None),
    )


def _page(view: ConnectorView, *, is_free: bool, can_stop: bool) -> shapes.ConnectorPage:
    words = words_of(view, is_free=is_free)
    return shapes.ConnectorPage(
        page=view.page,
        headline=words.headline,
        advice=words.advice,
        power_kw=None if view.power_kw is None else round(view.power_kw, 2),
        energy_kwh=view.energy_kwh,
        soc_percent=view.soc_percent,
        elapsed_s=None if view.elapsed_s is None else round(view.elapsed_s),
        cost=None if view.cost_amount is None else f"{view.cost_amount} {view.cost_currency}",
        can_stop=can_stop,
    )


def _transaction(station: Station, view: ConnectorView) -> shapes.Transaction | None:
    known = station.transactions.open_on(ConnectorId(view.connector_id))
    if known is None:
        return None
    return shapes.Transaction(
        number=known.key,
        transaction_id=known.central_id,
        id_tag=known.id_tag,
        started_at=known.started_at,
        meter_start_wh=known.meter_start_wh,
        energy_wh=round((view.energy_kwh or 0.0) * 1000),
        elapsed_s=round(view.elapsed_s or 0.0),
        is_held_back=known.is_held_back,
    )


def _profile(installed: Installed) -> shapes.InstalledProfile:
    profile = installed.profile
    return shapes.InstalledProfile(
        profile_id=profile.charging_profile_id,
        connector_id=installed.connector_id,
        purpose=profile.charging_profile_purpose,
        kind=profile.charging_profile_kind,
        stack_level=profile.stack_level,
        transaction_number=installed.transaction,
        limits_w=[
            (each.start_period, float(each.limit)) for each in profile.charging_schedule.charging_schedule_period
        ],
    )
