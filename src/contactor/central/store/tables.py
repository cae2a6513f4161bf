"""All tables together: what the migrations lead to."""

from contactor.central.store import (
    ledger_tables,
    operation_tables,
    people_tables,
    presence_tables,
    quirk_tables,
    schema,
)

PARTS = (schema, ledger_tables, operation_tables, quirk_tables, people_tables, presence_tables)
metadata = schema.metadata
