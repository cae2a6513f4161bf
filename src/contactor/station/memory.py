"""Everything that survives a power cut, in one place (PW-04)."""

from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.guide.entries import Product
from contactor.station.badge_cache import BADGE_CACHE, BadgeCache
from contactor.station.configuration import Configuration
from contactor.station.firmware import running_version
from contactor.station.keys import Key
from contactor.station.local_list import LOCAL_LIST, LocalList
from contactor.station.outbox import Outbox
from contactor.station.security_log import SecurityLog
from contactor.station.settings import StationSettings
from contactor.station.store.port import Store
from contactor.station.timekeeping import Timekeeping
from contactor.station.transaction_data import TransactionData
from contactor.station.transactions import Transactions


class Memory:
    """The parts that load themselves from the store when the station starts.

    What is known of badges is loaded at once only where there is something; most stations of a fleet never ask for it.

    Raises:
        BadSetting: the model or an initial configuration value is not one of the product's.
        StoreError: the store holds what this version cannot read.
    """

    __slots__ = ("_badge_cache", "_local_list", "configuration", "firmware_version", "outbox", "security_log",
                 "store", "timekeeping", "transaction_data", "transactions")  # fmt: skip

    def __init__(self, product: Product, settings: StationSettings, store: Store, dice: Dice) -> None:
        model = product.models.get(settings.model)
        if model is None:
            raise BadSetting("model", settings.model, f"{product.name} has {', '.join(product.models)}")
        self.store = store
        self.configuration = Configuration(product, model, settings.initial, store)
        self.timekeeping = Timekeeping(store)
        self.security_log = SecurityLog(store, self.configuration)
        self.outbox = Outbox(store, self.configuration, dice.message_id)
        self.transactions = Transactions(store, self.outbox)
        self.transaction_data = TransactionData(store)
        self.firmware_version = running_version(store, settings.firmware_version)
        self._badge_cache = None if BADGE_CACHE.is_empty(store) else BadgeCache(store)
        self._local_list = None if LOCAL_LIST.is_empty(store) else self._load_local_list()

    @property
    def badge_cache(self) -> BadgeCache:
        """What the central system has said of badges."""
        if self._badge_cache is None:
            self._badge_cache = BadgeCache(self.store)
        return self._badge_cache

    @property
    def local_list(self) -> LocalList:
        """The list of badges that it sent."""
        if self._local_list is None:
            self._local_list = self._load_local_list()
        return self._local_list

    def _load_local_list(self) -> LocalList:
        return LocalList(
            self.store,
            entries_max=self.configuration.number(Key.LOCAL_AUTH_LIST_MAX_LENGTH),
            entries_per_request_max=self.configuration.number(Key.SEND_LOCAL_LIST_MAX_LENGTH),
        )
