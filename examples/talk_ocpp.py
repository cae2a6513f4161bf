"""OCPP without any network: two peers exchange texts, and the codec judges every one of them."""

from datetime import UTC, datetime

from contactor.base.dice import Dice
from contactor.ocpp.actions import Side
from contactor.ocpp.enumerations import RegistrationStatus
from contactor.ocpp.messages import BootNotification, BootNotificationResult
from contactor.ocpp.peer import CallAnswered, CallInvalid, CallReceived, Peer


def main() -> None:
    """A station boots, the central system accepts; then something goes wrong."""
    station, central = Peer(Side.STATION, Dice(1).message_id), Peer(Side.CENTRAL, Dice(2).message_id)

    boot = BootNotification(charge_point_vendor="Schneider Electric", charge_point_model="EVD1S180TBB")
    asked = station.call(boot, now_s=0.0)
    print("station:", asked.decode())

    received = central.receive(asked, now_s=0.1)
    assert isinstance(received, CallReceived)
    answer = central.answer(
        received.message_id,
        BootNotificationResult(
            status=RegistrationStatus.ACCEPTED, current_time=datetime(2026, 3, 1, tzinfo=UTC), interval=300
        ),
    )
    print("central:", answer.decode())

    answered = station.receive(answer, now_s=0.2)
    assert isinstance(answered, CallAnswered)
    print("station knows:", answered.result)

    refused = central.receive(b'[2,"7","Heartbeat",{"surprise":1}]', now_s=0.3)
    assert isinstance(refused, CallInvalid)
    print("central:", refused.reply.decode())


if __name__ == "__main__":
    main()
