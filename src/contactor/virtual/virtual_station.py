"""SHELL: a whole virtual charger: the station's software on a simulated rig, with verbs for the people around it."""

import asyncio
from collections.abc import Callable

from contactor.base.clock import Clock
from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.guide.entries import Product
from contactor.link.link import Dialer
from contactor.rig.plug import PlugKind
from contactor.rig.rig import Rig
from contactor.rig.vehicle import Vehicle
from contactor.station.effects import Note
from contactor.station.file_transfer import FileTransfer
from contactor.station.runner import StationRunner
from contactor.station.settings import StationSettings
from contactor.station.station import Station
from contactor.station.store.port import Store, StoreError
from contactor.virtual.rig_keeping_store import RigKeepingStore


class VirtualStation:
    """One charger that can be plugged into, badged at, and cut off from its power.

    `name` is for people; `files` moves firmware and diagnostics, over the network unless given; `observe` hears the
    station's notes. With `hardware_speed` 60 a minute of charging passes in a second, while the wire and all of
    OCPP's timers keep real time.

    Raises:
        BadSetting: the model is not one of the product's.
    """

    def __init__(
        self,
        name: str,
        product: Product,
        settings: StationSettings,
        store: Store,
        dialer: Dialer,
        *,
        clock: Clock,
        dice: Dice,
        hardware_speed: float = 1.0,
        files: FileTransfer | None = None,
        observe: Callable[[Note], None] | None = None,
    ) -> None:
        model = product.models.get(settings.model)
        if model is None:
            raise BadSetting("model", settings.model, f"{product.name} has {', '.join(product.models)}")
        self.name = name
        self.model = model
        self.rig = Rig([PlugKind(kind.value) for kind in model.outlets], model.module_count, dice=dice)
        self._store = RigKeepingStore(store, self.rig)
        self._observe = observe
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self.runner = StationRunner(
            product,
            settings,
            self.rig,
            self._store,
            dialer,
            clock=clock,
            dice=dice,
            hardware_speed=hardware_speed,
            files=files,
            observe=self._noted,
            settled=self._look_after_waiters,
        )

    @property
    def station(self) -> Station:
        """The software's core; it must be on."""
        assert self.runner.station is not None, f"{self.name} is without power"
        return self.runner.station

    # Power

    def switch_on(self) -> None:
        """Give the electronics their first power."""
        self.runner.power_on()

    def cut_power(self) -> None:
        """Take the supply away at this instant."""
        self.runner.power_off()
        self.runner.catch_up()
        self.rig.power_off()

    def return_power(self) -> None:
        """Give the supply back: the software starts and finds what is left."""
        self.runner.catch_up()
        self.rig.power_on()
        self.runner.power_on()

    async def shut_down(self) -> None:
        """End in an orderly way."""
        await self.runner.shut_down()

    # People

    def plug(self, outlet: OutletNumber, vehicle: Vehicle) -> None:
        """Connect a car.

        Raises:
            BadSetting: there is no such outlet, it is taken, or its plug does not fit the car.
        """
        self._do(lambda: self.rig.plug(outlet, vehicle))

    def unplug(self, outlet: OutletNumber) -> None:
        """Disconnect the car, whatever it is doing."""
        self._do(lambda: self.rig.unplug(outlet))

    def present_badge(self, uid: str) -> None:
        """Hold a badge to the reader."""
        self._do(lambda: self.rig.present_badge(uid))

    def touch_screen(self, outlet: OutletNumber | None = None) -> None:
        """Touch the screen, for a certain outlet or for the next one."""
        self._do(lambda: self.rig.touch_screen(outlet))

    def press_stop(self, outlet: OutletNumber) -> None:
        """Press the stop button on the screen."""
        self._do(lambda: self.rig.press_stop(outlet))

    def raise_fault(self, dtc: str, outlet: OutletNumber | None = None) -> None:
        """Make a trouble code active."""
        self._do(lambda: self.rig.raise_fault(dtc, outlet))

    def clear_fault(self, dtc: str, outlet: OutletNumber | None = None) -> None:
        """Repair what a trouble code stands for."""
        self._do(lambda: self.rig.clear_fault(dtc, outlet))

    # Watching

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so; it is looked at after every event of the station."""
        if condition():
            return
        future = asyncio.get_running_loop().create_future()
        self._waiters.append((condition, future))
        await future

    def _do(self, deed: Callable[[], object]) -> None:
        self.runner.catch_up()
        deed()
        try:
            self._store.keep_rig()
        except StoreError as error:
            if self.runner.is_on:
                self.runner.fail(f"the store failed: {error}")
        self.runner.catch_up()

    def _noted(self, note: Note) -> None:
        if self._observe is not None:
            self._observe(note)

    def _look_after_waiters(self) -> None:
        if not self._waiters:
            return
        waiting = []
        for condition, future in self._waiters:
            if future.done():
                continue
            if condition():
                future.set_result(None)
            else:
                waiting.append((condition, future))
        self._waiters = waiting
