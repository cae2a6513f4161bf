"""Everything that survives a power cut, in one place (PW-04)."""

from dataclasses import dataclass

from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.guide.entries import Product
from contactor.station.badge_cache import BadgeCache
from contactor.station.configuration import Configuration
from contactor.station.firmware import running_version
from contactor.station.keys import Key
from contactor.station.local_list import LocalList
from contactor.station.outbox import Outbox
from contactor.station.security_log import SecurityLog
from contactor.station.settings import StationSettings
from contactor.station.store.port import Store
from contactor.station.timekeeping import Timekeeping
from contactor.station.transaction_data import TransactionData
from contactor.station.transactions import Transactions


@dataclass(frozen=True, slots=True)
class Memory:
    """The parts that load themselves from the store when the station starts."""

    store: Store
    configuration: Configuration
    timekeeping: Timekeeping
    security_log: SecurityLog
    outbox: Outbox
    transactions: Transactions
    transaction_data: TransactionData
    badge_cache: BadgeCache
    local_list: LocalList
    firmware_version: str

    @classmethod
    def recall(cls, product: Product, settings: StationSettings, store: Store, dice: Dice) -> "Memory":
        """Load everything.

        Raises:
            BadSetting: the model or an initial configuration value is not one of the product's.
            StoreError: the store holds what this version cannot read.
        """
        model = product.models.get(settings.model)
        if model is None:
            raise BadSetting("model", settings.model, f"{product.name} has {', '.join(product.models)}")
        configuration = Configuration(product, model, settings.initial, store)
        outbox = Outbox(store, configuration, dice.message_id)
        return cls(
            store=store,
            configuration=configuration,
            timekeeping=Timekeeping(store),
            security_log=SecurityLog(store, configuration),
            outbox=outbox,
            transactions=Transactions(store, outbox),
            transaction_data=TransactionData(store),
            badge_cache=BadgeCache(store),
            local_list=LocalList(
                store,
                entries_max=configuration.number(Key.LOCAL_AUTH_LIST_MAX_LENGTH),
                entries_per_request_max=configuration.number(Key.SEND_LOCAL_LIST_MAX_LENGTH),
            ),
            firmware_version=running_version(store, settings.firmware_version),
        )
