"""Words of stations that are longer than their columns are cut alike on both databases, and cost nobody anything."""

import json
from contextlib import closing

import pytest
import structlog

from contactor.base.clock import ManualClock
from contactor.central.commands.reported import KEY_LENGTH, configuration_changed, configuration_reported
from contactor.central.message_log import MessageFilter, MessageLog, read_messages
from contactor.central.overheard import Direction
from contactor.central.store import operation_tables
from contactor.central.store.database import for_writing
from contactor.ocpp.datatypes import KeyValue
from contactor.ocpp.enumerations import ConfigurationStatus
from contactor.ocpp.messages import ChangeConfiguration, GetConfiguration, GetConfigurationResult
from tests.central.bench import NOON, STATION, HeldWriter, store_in

LONG = "k" * 500
# One letter that is two when case does not count.
SWELLING = "ß" * 50


@pytest.mark.parametrize("key", [LONG, SWELLING, "HeartbeatInterval"], ids=["long", "swelling", "plain"])
def test_a_reported_key_is_kept_as_far_as_it_fits(database: str, key: str) -> None:
    table = operation_tables.reported_configuration
    reported = KeyValue(key=key, readonly=False, value="1")
    with store_in(database) as engine, for_writing(engine).begin() as connection:
        for value_at_ms in (1, 2):
            result = GetConfigurationResult(configuration_key=(reported,))
            configuration_reported(connection, STATION, GetConfiguration(), result, value_at_ms)
        (row,) = connection.execute(table.select()).all()
        assert (row.key, row.folded_key) == (key[:KEY_LENGTH], key.casefold()[:KEY_LENGTH])
        configuration_reported(connection, STATION, GetConfiguration(), GetConfigurationResult(unknown_key=(key,)), 3)
        assert connection.execute(table.select()).all() == []


def test_a_key_that_swells_may_be_changed_and_is_found_again(database: str) -> None:
    table = operation_tables.reported_configuration
    with store_in(database) as engine, for_writing(engine).begin() as connection:
        change = ChangeConfiguration(key=SWELLING, value="1")
        for status in (ConfigurationStatus.ACCEPTED, ConfigurationStatus.REBOOT_REQUIRED):
            configuration_changed(connection, STATION, change, status, 1)
        (row,) = connection.execute(table.select()).all()
        assert (row.key, row.value, row.value_after_boot) == (SWELLING, "1", "1")
        configuration_changed(connection, STATION, change, ConfigurationStatus.NOT_SUPPORTED, 2)
        assert connection.execute(table.select()).all() == []


@pytest.mark.parametrize("message_id", ["m" * 500, "𝓂" * 500, "a\x00b"], ids=["long", "four bytes", "NUL"])
def test_a_message_is_logged_whatever_its_id_is(database: str, message_id: str) -> None:
    """The frame has the whole of it; PostgreSQL keeps no NUL in a text."""
    frame = json.dumps([2, message_id, "Heart\x00beat" + "x" * 100, {}], ensure_ascii=True)
    with store_in(database) as engine, closing(HeldWriter(engine)) as writer:
        log = MessageLog(writer, ManualClock(NOON), structlog.get_logger())
        log.note(STATION, Direction.IN, frame.encode())
        log.write()
        (message,) = read_messages(engine, MessageFilter(STATION))
        assert message.message_id == message_id.replace("\x00", "\ufffd")[:36]
        assert message.action.startswith("Heart\ufffdbeat")
        assert message.frame == frame
