"""Looking: which stations there are, the whole state of one, the cars and trouble codes there are to choose from."""

from fastapi import APIRouter
from starlette.requests import Request

from contactor.rig.garage import GARAGE
from contactor.virtual.control import shapes
from contactor.virtual.control.desk import TheStation, the_desk
from contactor.virtual.control.state_view import curve_of, state_of, summary_of

router = APIRouter(tags=["looks"])


@router.get("/stations")
async def list_stations(request: Request) -> list[shapes.Summary]:
    """List the stations that are served here."""
    return [summary_of(each.virtual) for each in the_desk(request).stations.values()]


@router.get("/stations/{name}")
async def show_station(controlled: TheStation) -> shapes.StationState:
    """Tell the whole state of a station, as of now."""
    controlled.virtual.look()
    return state_of(controlled.virtual)


@router.get("/stations/{name}/trouble-codes")
async def list_trouble_codes(controlled: TheStation) -> list[shapes.TroubleCode]:
    """List the trouble codes of the station's product."""
    return [
        shapes.TroubleCode(
            dtc=row.dtc,
            text=row.description,
            error_code=row.error_code,
            part=row.part,
            scope=row.scope,
            effect=row.effect,
            stop_reason=row.stop_reason,
        )
        for row in controlled.virtual.product.vendor_errors.values()
    ]


@router.get("/garage")
async def list_vehicles() -> list[shapes.GarageVehicle]:
    """List the cars that can be plugged in by name."""
    return [
        shapes.GarageVehicle(
            name=model.name,
            plug=model.plug,
            battery_wh=model.battery_wh,
            greatest_power_w=model.power_max_w,
            curve=curve_of(model),
        )
        for model in GARAGE.values()
    ]
