"""Health, for whatever watches the process: alive, ready, and in numbers."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import text

from contactor.central.api.metrics import CONTENT_TYPE, write_metrics
from contactor.central.api.office import TheOffice
from contactor.central.api.problem import Problem

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """It works."""

    status: str = "ok"


class Readiness(Health):
    """It works; `warnings` are of what will not for long, such as certificates that end soon."""

    warnings: list[str] = Field(
        default_factory=list, examples=[["certificate central.pem ends at 2027-01-01T00:00:00Z"]]
    )


@router.get("/livez")
async def livez() -> Health:
    """Tell that the process answers."""
    return Health()


@router.get("/readyz")
async def readyz(office: TheOffice) -> Readiness:
    """Tell whether the database can be read and written."""
    if office.closing.is_set() or office.is_draining():
        raise Problem(503, "the central system is shutting down")
    try:
        await office.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one())
        # An empty piece of work: its commit proves that the writer lives.
        await office.write(lambda _connection: None)
    # The boundary to whoever watches: whatever the database says, the answer is that we are not ready.
    except Exception as error:
        office.log.warning("not ready", reason=type(error).__name__)
        raise Problem(503, f"the database does not answer ({type(error).__name__})") from error
    return Readiness(warnings=office.certificates.ending(office.clock.now()))


@router.get("/metrics", response_class=Response, responses={200: {"content": {CONTENT_TYPE: {}}}})
async def metrics(office: TheOffice) -> Response:
    """Tell the numbers, in the text format of Prometheus."""
    return Response(await write_metrics(office), media_type=CONTENT_TYPE)
