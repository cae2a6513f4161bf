"""Troubles of lines: late, twice, lost, cut before and after an answer, dead without a word, and peers that fail."""

from collections.abc import Callable

from contactor.link.weather import Weather
from contactor.storm.chance import Chance
from contactor.storm.meddling import Meddling
from contactor.storm.station_house import StationHouse
from contactor.storm.trouble import End, Stage, StationTrouble, Trouble, WorldTrouble, nothing


def _bad_weather(about: str, weather: Weather) -> StationTrouble:
    def begin(_stage: Stage, house: StationHouse, _chance: Chance) -> End:
        house.add_weather(weather)
        return lambda: house.remove_weather(weather)

    return StationTrouble(about, begin)


def _meddle(about: str, meddling: Meddling) -> StationTrouble:
    def begin(_stage: Stage, house: StationHouse, _chance: Chance) -> End:
        house.meddler.in_force.add(meddling)
        return lambda: house.meddler.in_force.discard(meddling)

    return StationTrouble(about, begin)


def _cut_line(stage: Stage, house: StationHouse, _chance: Chance) -> End:
    for line in stage.network.lines_of(house.name):
        line.cut()
    return nothing


def _half_open(stage: Stage, house: StationHouse, _chance: Chance) -> End:
    for line in stage.network.lines_of(house.name):
        line.gets_through = False
    return nothing


def _station_hangs_up(stage: Stage, house: StationHouse, _chance: Chance) -> End:
    """The station's side is gone, and the central system does not notice until the station comes again."""
    for line in stage.network.lines_of(house.name):
        line.gets_through = False
        line.station_end.drop()
    return nothing


def _all_lines(deed: Callable[[Stage], None]) -> Callable[[Stage, Chance], End]:
    def begin(stage: Stage, _chance: Chance) -> End:
        deed(stage)
        stage.network.is_reachable = False

        def end() -> None:
            stage.network.is_reachable = True

        return end

    return begin


def _cut_all(stage: Stage) -> None:
    for line in stage.network.lines:
        line.cut()


def _silence_all(stage: Stage) -> None:
    for line in stage.network.lines:
        line.gets_through = False


LINE_TROUBLES: dict[str, Trouble] = {
    "slow_line": _bad_weather("messages take up to 5 s", Weather(delay_min_s=0.05, delay_max_s=5.0)),
    "very_slow_line": _bad_weather("messages take up to 40 s", Weather(delay_min_s=5.0, delay_max_s=40.0)),
    "lossy_line": _bad_weather("a third of the messages vanish", Weather(loss=0.3)),
    "repeating_line": _bad_weather("half of the messages come twice", Weather(duplicate=0.5, delay_max_s=1.0)),
    "breaking_line": _bad_weather("the line breaks at every tenth message", Weather(cut=0.1)),
    "unreachable": _bad_weather("dialling fails", Weather(cut=1.0, dial_failure=1.0)),
    "line_cut": StationTrouble("the line is cut at any moment", _cut_line),
    "half_open": StationTrouble("nothing gets through, and neither end is told", _half_open),
    "stale_socket": StationTrouble("the station is gone, and the central system does not notice", _station_hangs_up),
    "cut_before_request": _meddle("the line breaks as the station asks", Meddling.LOSE_REQUEST),
    "cut_before_answer": _meddle("the line breaks before the answer is heard", Meddling.LOSE_ANSWER),
    "cut_after_answer": _meddle("the line breaks when the answer was heard", Meddling.CUT_AFTER_ANSWER),
    "central_is_silent": _meddle("the station's calls go nowhere", Meddling.CENTRAL_IS_SILENT),
    "central_forgets_to_answer": _meddle("calls arrive, answers do not", Meddling.CENTRAL_FORGETS_TO_ANSWER),
    "central_refuses": _meddle("the station's calls are answered by CALLERROR", Meddling.CENTRAL_REFUSES),
    "station_is_silent": _meddle("the station does not answer", Meddling.STATION_IS_SILENT),
    "station_refuses": _meddle("the station answers by CALLERROR", Meddling.STATION_REFUSES),
    "reconnect_flood": WorldTrouble("every line is cut, and all come back at once", _all_lines(_cut_all)),
    "dead_network": WorldTrouble("nothing gets through anywhere, and nobody is told", _all_lines(_silence_all)),
}
