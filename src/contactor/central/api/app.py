"""The application: the routes, the gate before them, and every failure as a problem."""

from collections.abc import Mapping
from functools import cache

from fastapi import Depends, FastAPI
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute, iter_route_contexts

from contactor import __version__
from contactor.central.api.gate import gate
from contactor.central.api.office import Office
from contactor.central.api.openapi import described
from contactor.central.api.routers import (
    alarms,
    audit,
    campaigns,
    certificates,
    charging_profiles,
    commands,
    configuration,
    connectors,
    corrections,
    costs,
    diagnostics,
    events,
    exchange,
    firmware_images,
    fleet,
    health,
    live_messages,
    local_lists,
    login,
    messages,
    onboarding,
    presence,
    quirks,
    reports,
    reservations,
    sites,
    station_record,
    stations,
    system,
    tag_groups,
    tags,
    tariffs,
    tokens,
    transactions,
    users,
    webhooks,
    what_if,
)
from contactor.central.api.routes import API
from contactor.web.answers import tell_failures
from contactor.web.bounds import BoundedBody, SafeHeaders
from contactor.web.description import serve_description

IMPORT_BYTES_MAX = 4 * 1024 * 1024

_ROUTERS = (
    alarms.router,
    alarms.rules_router,
    health.router,
    login.router,
    stations.router,
    connectors.router,
    quirks.router,
    certificates.router,
    live_messages.router,
    presence.router,
    charging_profiles.router,
    reservations.router,
    station_record.router,
    station_record.security_router,
    messages.router,
    fleet.router,
    local_lists.router,
    configuration.router,
    onboarding.router,
    tags.router,
    tag_groups.router,
    transactions.router,
    corrections.router,
    sites.router,
    costs.router,
    costs.totals_router,
    tariffs.router,
    diagnostics.router,
    diagnostics.station_router,
    firmware_images.router,
    campaigns.router,
    exchange.router,
    commands.router,
    commands.rotation,
    events.router,
    users.router,
    tokens.router,
    audit.router,
    system.router,
    reports.router,
    webhooks.router,
    what_if.router,
)


def make_app(office: Office | None = None) -> FastAPI:
    """The application for an office; without one only its description can be asked for."""
    app = FastAPI(
        title="Contactor",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(gate)],
        redirect_slashes=False,
    )
    app.state.office = office
    for each in _ROUTERS:
        app.include_router(each)
    serve_description(app, f"{API}/openapi.json", described)
    app.state.query_names = _query_names()
    tell_failures(app, "contactor.central.api", sorry="the central system could not do this; its log says more")
    file_bytes_max = 0 if office is None else office.settings.file_bytes_max
    files = {f"{API}/exchange/": file_bytes_max, f"{API}/firmware-images": file_bytes_max}
    app.add_middleware(BoundedBody, larger={"/import": IMPORT_BYTES_MAX}, larger_below=files)
    app.add_middleware(SafeHeaders)
    return app


@cache
def _query_names() -> Mapping[tuple[str, str], frozenset[str]]:
    """Which parameters each route knows in its query."""
    routes = [route for router in _ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return {
        (method, route.path): frozenset(
            parameter.alias for parameter in get_flat_params(route.dependant) if isinstance(parameter.field_info, Query)
        )
        for route in routes
        for method in route.methods or ()
    }


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Every route as (method, path); a websocket's method is WEBSOCKET."""
    return [
        (method, context.path)
        for context in iter_route_contexts(app.routes)
        for method in sorted(context.methods or {"WEBSOCKET"})
        if context.path is not None
    ]
