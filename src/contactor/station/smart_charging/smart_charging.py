"""Smart charging put together: profiles, what they allow, how the cabinet is shared by it, requests about it."""

from collections.abc import Mapping

from contactor.base.ids import ConnectorId
from contactor.guide.entries import Model, Product
from contactor.hardware.port import Hardware
from contactor.ocpp.datatypes import ChargingProfile
from contactor.station.connector import Connector
from contactor.station.effects import Effects
from contactor.station.events import Moment
from contactor.station.memory import Memory
from contactor.station.present import Present
from contactor.station.reply import Rows
from contactor.station.smart_charging.ceilings import Ceilings
from contactor.station.smart_charging.power import Power
from contactor.station.smart_charging.profiles import Installed, Profiles
from contactor.station.smart_charging.requests import ProfileRequests


class SmartCharging:
    """What the rest of the station needs of smart charging."""

    __slots__ = ("_ceilings", "_connectors", "_effects", "_limits", "_power", "_present", "_profiles")

    def __init__(
        self,
        product: Product,
        model: Model,
        memory: Memory,
        hardware: Hardware,
        connectors: Mapping[ConnectorId, Connector],
        effects: Effects,
        present: Present,
    ) -> None:
        limits = product.charging_profiles
        uncontrolled = tuple(
            ConnectorId(number)
            for number, outlet in enumerate(model.outlets, start=1)
            if outlet in limits.outlets_without
        )
        module_w = product.module_kw * 1000.0
        self._effects = effects
        self._present = present
        self._limits = limits
        self._connectors = connectors
        self._profiles = Profiles(memory.store, limits, memory.transactions, uncontrolled)
        self._ceilings = ceilings = Ceilings(
            memory.configuration,
            hardware,
            memory.transactions,
            self._profiles,
            module_w=module_w,
            nominal_v=float(limits.nominal_v),
        )
        self._power = Power(
            ceilings,
            hardware,
            connectors,
            effects,
            uncontrolled=uncontrolled,
            module_w=module_w,
            minimum_w=float(limits.minimum_limit_w),
            nominal_v=float(limits.nominal_v),
        )

    @property
    def rows(self) -> Rows:
        """The requests about charging profiles."""
        return ProfileRequests(
            self._profiles, self._ceilings, tuple(self._connectors), self._limits, self._effects, self._present
        ).rows

    @property
    def deadline_s(self) -> float | None:
        """When a limit changes by itself."""
        return self._power.deadline_s

    @property
    def follows_demand(self) -> bool:
        """Whether what the outlets may have depends on what their vehicles ask for from moment to moment."""
        return self._power.follows_demand

    def installed(self) -> list[Installed]:
        """Every charging profile in its place."""
        return self._profiles.installed()

    def limit_w(self, connector_id: ConnectorId) -> float:
        """The most a connector may have now: installation, hardware and profiles together (SC-12)."""
        return self._ceilings.outlook(connector_id, self._present.now).limit_w

    @property
    def station_limit_w(self) -> float:
        """The most the whole station may take, as of the last settling."""
        return self._ceilings.station_w

    def settle(self, now: Moment) -> bool:
        """Let profiles of ended transactions go, and grant what each outlet may have now; whether any grant changed."""
        return self._power.settle(now)

    def holds_back(self, connector: Connector) -> bool:
        """Whether an outlet that is switched on may not charge for the time being (SC-29)."""
        return self._power.holds_back(connector)

    def takes_at_start(self, connector_id: ConnectorId, profile: ChargingProfile) -> bool:
        """Judge a profile that comes with a remote start (SC-22)."""
        return self._objects_at_start(connector_id, profile) is None

    def begin_with(self, connector_id: ConnectorId, profile: ChargingProfile) -> None:
        """A transaction begins that was asked for with a profile; an outlet without limits has no use for it (D-17).

        Judged once more: the start may have waited for minutes, and come about at another connector.
        """
        reason = self._objects_at_start(connector_id, profile)
        if reason is not None:
            self._effects.note(
                "charging profile dropped",
                connector=connector_id,
                profile=profile.charging_profile_id,
                reason=reason,
            )
        elif connector_id not in self._profiles.uncontrolled:
            self._profiles.install(connector_id, profile, self._present.now.instant)

    def _objects_at_start(self, connector_id: ConnectorId, profile: ChargingProfile) -> str | None:
        objection = self._profiles.objection_at_start(connector_id, profile, self._present.now.instant)
        return None if objection is None else objection.reason
