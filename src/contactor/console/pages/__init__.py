"""The pages, one noun to a file; all of them are added by one table."""

from collections.abc import Mapping

from contactor.console.pages import (
    account,
    alarms,
    audit,
    commands,
    fleet,
    login,
    messages,
    reservations,
    security,
    site,
    sites,
    station,
    system,
    tags,
    tariffs,
    transaction,
    transactions,
    users,
)
from contactor.console.role import Role
from contactor.console.visit import Build, Console, add_page

PAGES: Mapping[str, tuple[Build, Role]] = {
    "/": (fleet.build, Role.VIEWER),
    "/stations/{station_id}": (station.build, Role.VIEWER),
    "/alarms": (alarms.build, Role.VIEWER),
    "/transactions": (transactions.build, Role.VIEWER),
    "/transactions/{transaction_id}": (transaction.build, Role.VIEWER),
    "/reservations": (reservations.build, Role.VIEWER),
    "/sites": (sites.build, Role.VIEWER),
    "/sites/{site_id}": (site.build, Role.VIEWER),
    "/messages": (messages.build, Role.VIEWER),
    "/commands": (commands.build, Role.VIEWER),
    "/tags": (tags.build, Role.VIEWER),
    "/tariffs": (tariffs.build, Role.VIEWER),
    "/users": (users.build, Role.ADMIN),
    "/account": (account.build, Role.VIEWER),
    "/security": (security.build, Role.VIEWER),
    "/audit": (audit.build, Role.ADMIN),
    "/system": (system.build, Role.VIEWER),
}


def add_all(console: Console) -> None:
    """Serve every page."""
    login.add()
    for path, (build, needs) in PAGES.items():
        add_page(console, path, build, needs=needs)
