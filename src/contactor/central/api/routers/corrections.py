"""Corrections: what a person puts right in a transaction that has ended, and who did so before."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection, select

from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem
from contactor.central.api.routers.transactions import etag_of, one_transaction
from contactor.central.api.routes import API
from contactor.central.api.shapes import (
    ROW_NUMBER_MAX,
    Body,
    IfMatch,
    Instant,
    NumberPath,
    Reason,
    TagText,
    require_match,
)
from contactor.central.correcting import Author, Correction, NotCorrectable, NotEnded, correct
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.store.ledger_tables import corrections
from contactor.central.views import TransactionView

router = APIRouter(prefix=f"{API}/transactions/{{transaction_id}}/corrections", tags=["transactions"])

WattHours = Annotated[int, Field(ge=0, le=ROW_NUMBER_MAX)]


class NewCorrection(Body):
    """What shall hold of a transaction, and why; what is not named stays as it is."""

    reason: Reason = Field(examples=["the register was read on site"])
    id_tag: TagText | None = None
    meter_start_wh: WattHours | None = None
    meter_stop_wh: WattHours | None = None
    stopped_at: Instant | None = None

    def of(self) -> Correction:
        """The correction."""
        stopped_at_ms = None if self.stopped_at is None else to_ms(self.stopped_at)
        return Correction(self.id_tag, self.meter_start_wh, self.meter_stop_wh, stopped_at_ms)


class CorrectionBody(BaseModel):
    """One value that was put right."""

    field: str = Field(examples=["meter_stop_wh"])
    old_value: str
    new_value: str
    who: str
    why: str
    at: datetime


@router.get("")
async def list_corrections(office: TheOffice, transaction_id: NumberPath) -> list[CorrectionBody]:
    """List what was put right, the oldest first; the first old value of a field is what the station reported."""
    await one_transaction(office, transaction_id)

    def question(connection: Connection) -> list[CorrectionBody]:
        table = corrections.c
        query = select(corrections).where(table.transaction_id == transaction_id).order_by(table.id)
        return [
            CorrectionBody(
                field=row.field,
                old_value=row.old_value,
                new_value=row.new_value,
                who=row.who,
                why=row.why,
                at=from_ms(row.at_ms),
            )
            for row in connection.execute(query)
        ]

    return await office.read(question)


@router.post("", status_code=201)
async def correct_transaction(
    office: TheOffice,
    person: ThePerson,
    transaction_id: NumberPath,
    correction: NewCorrection,
    response: Response,
    if_match: IfMatch = None,
) -> TransactionView:
    """Put a transaction right that has ended; what the station reported is kept beside it. It is told nothing."""
    view = await one_transaction(office, transaction_id)
    flaw = require_match(if_match, etag_of(view))
    if flaw is not None:
        raise flaw
    author = Author(person.name, correction.reason, office.now_ms())

    def work(connection: Connection) -> Problem | None:
        try:
            correct(connection, transaction_id, correction.of(), author)
        except NotEnded as error:
            return Problem(409, str(error), field="transaction_id", value=transaction_id)
        except NotCorrectable as error:
            return Problem(422, str(error), field=error.field, value=error.value)
        facts = correction.model_dump(mode="json", exclude_none=True)
        note_deed(connection, person.did(author.at_ms, "transaction.correct", f"transaction {transaction_id}", **facts))
        return None

    await office.write(work)
    corrected = await one_transaction(office, transaction_id)
    response.headers["ETag"] = etag_of(corrected)
    return corrected
