"""The pages, one noun to a file; all of them are added by one table."""

from collections.abc import Mapping

from contactor.console.pages import (
    account,
    alarm_rules,
    alarms,
    audit,
    campaign,
    campaigns,
    commands,
    firmware,
    fleet,
    list_rules,
    login,
    messages,
    onboarding,
    reports,
    reservations,
    security,
    site,
    sites,
    station,
    system,
    tag_groups,
    tags,
    tariffs,
    templates,
    transaction,
    transactions,
    users,
    webhook,
    webhooks,
)
from contactor.console.role import Role
from contactor.console.visit import Build, Console, add_page

PAGES: Mapping[str, tuple[Build, Role]] = {
    "/": (fleet.build, Role.VIEWER),
    "/stations/{station_id}": (station.build, Role.VIEWER),
    "/alarms": (alarms.build, Role.VIEWER),
    "/alarm-rules": (alarm_rules.build, Role.VIEWER),
    "/transactions": (transactions.build, Role.VIEWER),
    "/transactions/{transaction_id}": (transaction.build, Role.VIEWER),
    "/reservations": (reservations.build, Role.VIEWER),
    "/sites": (sites.build, Role.VIEWER),
    "/sites/{site_id}": (site.build, Role.VIEWER),
    "/messages": (messages.build, Role.VIEWER),
    "/commands": (commands.build, Role.VIEWER),
    "/tags": (tags.build, Role.VIEWER),
    "/tag-groups": (tag_groups.build, Role.VIEWER),
    "/onboarding": (onboarding.build, Role.VIEWER),
    "/templates": (templates.build, Role.VIEWER),
    "/list-rules": (list_rules.build, Role.VIEWER),
    "/campaigns": (campaigns.build, Role.VIEWER),
    "/campaigns/{campaign_id}": (campaign.build, Role.VIEWER),
    "/reports": (reports.build, Role.VIEWER),
    "/webhooks": (webhooks.build, Role.OPERATOR),
    "/webhooks/{webhook_id}": (webhook.build, Role.OPERATOR),
    "/firmware": (firmware.build, Role.VIEWER),
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
