"""Reports: energy, sessions, utilisation and uptime by station, site, model or month, as JSON, CSV or a page."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from contactor.central.api.csv_rows import write_rows
from contactor.central.api.office import TheOffice
from contactor.central.api.problem import Problem
from contactor.central.api.routes import API
from contactor.central.api.shapes import Instant
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.reports.figures import By, Line, Report, Span, report_of
from contactor.central.reports.page import as_html
from contactor.central.reports.record import read_record

SPAN_MAX = timedelta(days=5 * 366)
SPAN_GIVEN = timedelta(days=30)
_COLUMNS = ("name", "sessions", "energy_wh", "charging_s", "utilisation", "uptime")

router = APIRouter(prefix=f"{API}/reports", tags=["reports"])


class Format(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"


class LineBody(BaseModel):
    """A line of a report."""

    name: str = Field(description="The station, the site, the model or the month.", examples=["RDAM-01"])
    sessions: int = Field(description="Charges that ended in the time.")
    energy_wh: int = Field(description="What they took.")
    charging_s: int = Field(description="For how long connectors were held by charges, in the time.")
    utilisation: float | None = Field(description="That as a share of the time all connectors were there, 0 to 1.")
    uptime: float | None = Field(description="For how large a share of the time stations were connected, 0 to 1.")

    @classmethod
    def of(cls, line: Line) -> Self:
        """The body of a line."""
        return cls(**{name: getattr(line, name) for name in _COLUMNS})


class ReportBody(BaseModel):
    """A report."""

    by: By
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    lines: list[LineBody]
    total: LineBody


@router.get(
    "/energy",
    response_model=ReportBody,
    responses={200: {"content": {"text/csv": {}, "text/html": {}}}},
)
async def report_energy(
    office: TheOffice,
    start: Annotated[
        Instant | None, Query(alias="from", description="From when on; 30 days before `to` if not given.")
    ] = None,
    to: Annotated[Instant | None, Query(description="Until when; now if not given, and never later.")] = None,
    by: By = By.STATION,
    form: Annotated[Format, Query(alias="format")] = Format.JSON,
) -> Response:
    """Report energy, sessions, utilisation and uptime; a charge counts where it ended, months are those of UTC."""
    span = _span(office.clock.now(), start, to)
    report = await office.read(lambda connection: report_of(read_record(connection, span), span, by))
    # Written in a reader's thread: the lines of many stations must not hold up the loop.
    media_type, content = await office.ask(lambda: _WRITERS[form](report))
    headers = {"Content-Disposition": f'attachment; filename="energy-by-{by}.{form}"'}
    return Response(content, media_type=media_type, headers=headers)


def _span(now: datetime, start: datetime | None, to: datetime | None) -> Span:
    end = min(now, to or now)
    try:
        first = end - SPAN_GIVEN if start is None else start
        is_too_long = end - first > SPAN_MAX
    except OverflowError:
        raise Problem(422, "it is out of range", field="to", value=str(to)) from None
    if first >= end:
        raise Problem(422, "it must be before `to`, and in the past", field="from", value=first.isoformat())
    if is_too_long:
        raise Problem(422, f"a report is on at most {SPAN_MAX.days} days", field="from", value=first.isoformat())
    return Span(to_ms(first), to_ms(end))


def _json(report: Report) -> tuple[str, bytes]:
    body = ReportBody(
        by=report.by,
        start=from_ms(report.span.from_ms),
        end=from_ms(report.span.until_ms),
        lines=[LineBody.of(line) for line in report.lines],
        total=LineBody.of(report.total),
    )
    return "application/json", body.model_dump_json(by_alias=True).encode()


def _csv(report: Report) -> tuple[str, bytes]:
    values = ({name: getattr(line, name) for name in _COLUMNS} for line in report.lines)
    rows = ({name: "" if value is None else str(value) for name, value in line.items()} for line in values)
    return "text/csv; charset=utf-8", write_rows(_COLUMNS, rows, with_head=True)


def _html(report: Report) -> tuple[str, bytes]:
    return "text/html; charset=utf-8", as_html(report).encode()


_WRITERS = {Format.JSON: _json, Format.CSV: _csv, Format.HTML: _html}
