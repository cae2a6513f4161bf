"""What a station does oddly, and which product it is, can be asked for."""

from contactor.central.roster import Member
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.bench import STATION, Line

BOOT = '[2,"b","BootNotification",{"chargePointVendor":"Schneider Electric","chargePointModel":"evd1s180thb","fw":1}]'
STATUS = '[2,"s","StatusNotification",{"connectorId":1,"errorCode":"Error","status":"Occupied"}]'


async def said(bench: Bench, *texts: str) -> None:
    """Let the station say this, and wait until it is written: whatever is written next stands behind it."""
    member = bench.central.roster.find(STATION) or Member(STATION)
    line = Line(bench.central.sessions.make(member))
    for number, text in enumerate(texts):
        line.say(text)
        answer = await bench.admin.post(f"{API}/stations", json={"station_id": f"AFTER-{number}"})
        assert answer.is_success, answer.text


async def test_quirks_are_listed_with_kind_field_example_and_meaning(database: str) -> None:
    async with api_in(database) as bench:
        await said(bench, BOOT, STATUS)
        listed = (await bench.admin.get(f"{API}/stations/{STATION}/quirks")).json()
        assert [(each["kind"], each["field"], each["example"], each["times"]) for each in listed] == [
            ("unknown_field", "BootNotification.fw", "1", 1),
            ("unknown_word", "StatusNotification.errorCode", '"Error"', 1),
            ("unknown_word", "StatusNotification.status", '"Occupied"', 1),
        ]
        assert all(each["meaning"] for each in listed)


async def test_an_unknown_station_has_no_quirks_but_a_problem(database: str) -> None:
    async with api_in(database) as bench:
        problem_of(await bench.admin.get(f"{API}/stations/NOBODY/quirks"), 404)


async def test_a_station_shows_its_product_and_its_own_words(database: str) -> None:
    async with api_in(database) as bench:
        await said(bench, BOOT, STATUS)
        station = (await bench.admin.get(f"{API}/stations/{STATION}")).json()
        assert (station["power_kw"], station["outlets"]) == (180, ["CCS2", "CHAdeMO"])
        assert station["product"]
        (connector,) = station["connectors"]
        assert (connector["status"], connector["error_code"]) == ("Occupied", "Error")
