"""The jobs that move files: diagnostics and logs out, firmware in."""

from contactor.base.deadlines import earliest
from contactor.guide.entries import Product
from contactor.station.calls import Calls
from contactor.station.diagnostics import DIAGNOSTICS, Diagnostics
from contactor.station.diagnostics_archive import Records
from contactor.station.effects import Effects
from contactor.station.events import Moment
from contactor.station.faults import Faults
from contactor.station.firmware import FIRMWARE_UPDATE, Firmware, Image
from contactor.station.log_uploads import LOG_UPLOAD, LogUploads
from contactor.station.memory import Memory
from contactor.station.present import Present
from contactor.station.progress import UNTOLD
from contactor.station.reply import Rows
from contactor.station.reset import Reset
from contactor.station.settings import StationSettings
from contactor.station.store.port import Store
from contactor.station.trace import Trace
from contactor.station.transfers import Transfers
from contactor.station.trust import Trust


class Jobs:
    """Puts the parts of these jobs together; they share the transfers and know nothing of each other."""

    __slots__ = ("diagnostics", "firmware", "log_uploads", "transfers")

    def __init__(
        self,
        product: Product,
        settings: StationSettings,
        memory: Memory,
        trace: Trace,
        faults: Faults,
        calls: Calls,
        effects: Effects,
        reset: Reset,
        trust: Trust,
        present: Present,
    ) -> None:
        self.transfers = Transfers(effects)
        records = Records(product.name, settings, memory, trace, faults, present)
        self.diagnostics = Diagnostics(
            memory.store,
            settings.serial,
            product.file_transfer_schemes,
            records,
            self.transfers,
            calls,
            effects,
            present,
        )
        self.log_uploads = LogUploads(
            memory.store, product.file_transfer_schemes, records, self.transfers, calls, effects, present
        )
        self.firmware = Firmware(
            memory.store,
            Image(product.name, product.file_transfer_schemes, settings.firmware_install_s),
            self.transfers,
            calls,
            memory.security_log,
            effects,
            memory.transactions,
            reset,
            trust,
            present,
        )

    @property
    def rows(self) -> Rows:
        """The requests of all."""
        return {**self.diagnostics.rows, **self.log_uploads.rows, **self.firmware.rows}

    @property
    def deadline_s(self) -> float | None:
        """When one of them has something to do."""
        deadlines = (self.diagnostics.deadline_s, self.log_uploads.deadline_s, self.firmware.deadline_s)
        return earliest(deadlines)

    def powered_on(self, now: Moment) -> None:
        """The software starts: see what became of what an earlier life was doing."""
        self.diagnostics.powered_on()
        self.log_uploads.powered_on()
        self.firmware.powered_on(now)

    def settle(self, now: Moment) -> None:
        """Let all go on."""
        self.diagnostics.settle(now)
        self.log_uploads.settle(now)
        self.firmware.settle(now)


def are_under_way(store: Store) -> bool:
    """Whether an earlier life has left something to do or to tell."""
    are_untold = not all(shelf.is_empty(store) for shelf in UNTOLD.values())
    return are_untold or not (
        FIRMWARE_UPDATE.is_empty(store) and DIAGNOSTICS.is_empty(store) and LOG_UPLOAD.is_empty(store)
    )
