"""What a site reads of its orders in each round: those of the last hour, however many there were before."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from contactor.central.milliseconds import to_ms
from contactor.central.sites.site import Member, Site
from contactor.central.sites.site_record import orders_of
from tests.central.bench import NOON, STATION, central_in


def test_a_site_finds_its_last_orders_without_looking_at_all_there_were(tmp_path: Path) -> None:
    site = Site("depot", "Depot", 50_000, members=(Member(STATION),))
    asked = orders_of(site, to_ms(NOON)).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with central_in(tmp_path) as central, central.engine.connect() as connection:
        plan = [str(row.detail) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
    assert any("ix_commands_ordered_by_queued_at_ms (ordered_by=? AND queued_at_ms>?)" in each for each in plan), plan
