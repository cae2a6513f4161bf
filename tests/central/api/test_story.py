"""A transaction's story tells what happened and why it stopped, in sentences an operator can read."""

from contactor.central.tags import Tag
from tests.central.api.bench import API, Bench, api_in
from tests.central.bench import STATION, Json
from tests.central.test_server import ask, station_at

BOOT: Json = {"chargePointVendor": "Schneider Electric", "chargePointModel": "EVD2L36D0CC"}
NUMBER = 1


def instant(minute: int) -> str:
    return f"2026-05-01T12:{minute:02}:00Z"


def status(minute: int, word: str, **more: str) -> Json:
    return {"connectorId": 1, "errorCode": "NoError", "status": word, "timestamp": instant(minute), **more}


def reading(minute: int, register: int, watts: int, soc: int) -> Json:
    sampled = [
        {"value": str(register), "measurand": "Energy.Active.Import.Register"},
        {"value": str(watts), "measurand": "Power.Active.Import"},
        {"value": str(soc), "measurand": "SoC"},
    ]
    return {
        "connectorId": 1,
        "transactionId": NUMBER,
        "meterValue": [{"timestamp": instant(minute), "sampledValue": sampled}],
    }


async def story_of(bench: Bench) -> list[Json]:
    answer = await bench.admin.get(f"{API}/transactions/{NUMBER}/timeline")
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def test_a_charge_that_a_fault_ended_is_explained(database: str) -> None:
    async with api_in(database, tags=(Tag("ANNA"),)) as bench, station_at(bench.central, STATION) as station:  # type: ignore[arg-type]  # a plain text for the tag
        await ask(station, "BootNotification", BOOT)
        await ask(station, "StatusNotification", status(0, "Preparing"))
        start: Json = {"connectorId": 1, "idTag": "ANNA", "meterStart": 1000, "timestamp": instant(1)}
        assert (await ask(station, "StartTransaction", start))["transactionId"] == NUMBER
        await ask(station, "MeterValues", reading(2, 1500, 50_000, 30))
        await ask(station, "MeterValues", reading(5, 4000, 40_000, 45))
        fault = {"errorCode": "GroundFailure", "vendorErrorCode": "0x100101"}
        await ask(station, "StatusNotification", status(6, "Faulted", **fault))
        stop: Json = {"transactionId": NUMBER, "meterStop": 4000, "timestamp": instant(6), "reason": "EmergencyStop"}
        await ask(station, "StopTransaction", stop)
        told = [str(each["text"]) for each in await story_of(bench)]
        assert told[0].startswith("Connector 1 was getting ready")
        assert told[1] == "It began on connector 1 with tag ANNA, the register at 1.000 kWh."
        assert told[2] == (
            "2 readings came; the highest power was 50.0 kW at 12:02:00; the vehicle went from 30 % to 45 %; "
            "the register stood at 4.000 kWh last."
        )
        assert told[3].startswith("Connector 1 had a fault (GroundFailure; 0x100101: ")
        assert told[4] == "It stopped after 3.000 kWh, because the emergency stop was pressed."
        assert any(text.startswith("We heard of the start") and "answered Accepted" in text for text in told)


async def test_doubts_corrections_and_strays_are_part_of_the_story(database: str) -> None:
    async with api_in(database) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        start: Json = {"connectorId": 1, "idTag": "ANNA", "meterStart": 1000, "timestamp": instant(1)}
        await ask(station, "StartTransaction", start)
        for meter in (900, 950):
            stop: Json = {"transactionId": NUMBER, "meterStop": meter, "timestamp": instant(9)}
            await ask(station, "StopTransaction", stop)
        new = {"reason": "the display says so", "meter_stop_wh": 1900}
        path = f"{API}/transactions/{NUMBER}/corrections"
        assert (await bench.admin.post(path, json=new, headers={"If-Match": "*"})).status_code == 201
        told = {str(each["what"]): str(each["text"]) for each in await story_of(bench)}
        assert told["stopped"] == "It stopped after 0.000 kWh, because it was ended at the station, by tag or button."
        assert told["stray stop"].startswith("A stop came that is kept beside the record (contradiction): Local, 0.950")
        assert told["suspect: stop_contradicted"].startswith("It is suspect: a second stop came with other values")
        assert told["corrected"] == "admin corrected meter_stop_wh from 900 to 1900: the display says so."
        assert "suspect: meter_went_back" not in told
