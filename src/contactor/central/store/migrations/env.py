"""Run by Alembic for every migration: on the connection that `store.migrate` hands over."""

from alembic import context

from contactor.central.store.tables import metadata

connection = context.config.attributes["connection"]
# SQLite cannot alter most things in place; Alembic then copies the table in a batch.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
