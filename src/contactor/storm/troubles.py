"""The table of troubles: everything a scenario can mix."""

from contactor.storm.central_troubles import CENTRAL_TROUBLES
from contactor.storm.line_troubles import LINE_TROUBLES
from contactor.storm.station_troubles import STATION_TROUBLES
from contactor.storm.trouble import Trouble

TROUBLES: dict[str, Trouble] = {**LINE_TROUBLES, **STATION_TROUBLES, **CENTRAL_TROUBLES}
