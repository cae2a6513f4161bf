"""Print the transactions of a ledger file: python examples/read_the_ledger.py ledger.sqlite"""

import sys
from pathlib import Path

from contactor.central.queries import Queries
from contactor.central.store.sqlite import open_engine


def main(file: Path) -> None:
    """One line for each transaction, oldest first."""
    if not file.exists():
        sys.exit(f"there is no ledger {file}")
    for each in Queries(open_engine(str(file))).transactions():
        end = each.stop_reason or "still open"
        energy = "no energy yet" if each.energy_wh is None else f"{each.energy_wh:.0f} Wh"
        print(
            f"#{each.transaction_id}  {each.station_id}/{each.connector_id}  {each.id_tag}  {energy}  {end}"
            f"  {each.readings} readings",
            *each.suspicions,
        )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: read_the_ledger.py LEDGER")
    main(Path(sys.argv[1]))
