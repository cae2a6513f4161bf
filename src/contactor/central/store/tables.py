"""All tables together: what the migrations lead to."""

from contactor.central.store import (
    alarm_tables,
    campaign_tables,
    care_tables,
    certificate_tables,
    file_tables,
    ledger_tables,
    operation_tables,
    people_tables,
    presence_tables,
    quirk_tables,
    schema,
    site_tables,
    tariff_tables,
    webhook_tables,
)

PARTS = (
    schema,
    ledger_tables,
    operation_tables,
    quirk_tables,
    people_tables,
    presence_tables,
    site_tables,
    tariff_tables,
    care_tables,
    alarm_tables,
    webhook_tables,
    file_tables,
    campaign_tables,
    certificate_tables,
)
metadata = schema.metadata
