"""The tables of what is wanted of stations, and how far each has come: local lists, configuration, on-boarding.

Same rules as in `schema`.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, String, Table, Text, text

from contactor.central.store.schema import metadata

care_marks = Table(
    "care_marks",
    metadata,
    # Counts the changes of what is wanted of stations, so that nobody has to look for them.
    Column("name", String(32), primary_key=True),
    Column("version", BigInteger, nullable=False),
)

list_rules = Table(
    "list_rules",
    metadata,
    Column("name", String(64), primary_key=True),
    # Which stations, and which tags their local lists hold, as JSON.
    Column("stations", Text, nullable=False),
    Column("tags", Text, nullable=False),
)

station_lists = Table(
    "station_lists",
    metadata,
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    # What the station holds, as the AuthorizationData of the wire; absent while that is not known.
    Column("held", Text),
    Column("held_version", BigInteger, nullable=False, server_default=text("0")),
    # What it will hold once an update that was sent has been accepted.
    Column("sending", Text),
    Column("sending_version", BigInteger),
    # The highest version there ever was: the next is above it (LL-08).
    Column("last_version", BigInteger, nullable=False, server_default=text("0")),
    # What the station last said of itself; absent while nobody has asked since its boot.
    Column("reported_version", BigInteger),
    Column("reported_at_ms", BigInteger),
    # Why the station does not come into step, and the wanted content that this is about.
    Column("failure", Text),
    Column("wanted_digest", String(32)),
)

configuration_readings = Table(
    "configuration_readings",
    metadata,
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    # The model and firmware that was read, or is being read.
    Column("read_for", Text, nullable=False),
    # 0: everything is asked for at once; above: so many keys were asked for by name; absent: it is done.
    Column("position", BigInteger),
    Column("failure", Text),
)

configuration_templates = Table(
    "configuration_templates",
    metadata,
    Column("name", String(64), primary_key=True),
    # Which stations, and their values by key, as JSON; never a secret.
    Column("stations", Text, nullable=False),
    Column("wanted", Text, nullable=False),
)

change_outcomes = Table(
    "change_outcomes",
    metadata,
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    Column("folded_key", String(50), primary_key=True),
    # The value that was sent last, and the answer's word, or why there was none.
    Column("value", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

onboardings = Table(
    "onboardings",
    metadata,
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    Column("rotates_key", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("started_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger),
)

knocks = Table(
    "knocks",
    metadata,
    # Who came and is not registered: no foreign key.
    Column("identity", String(255), primary_key=True),
    Column("address", Text, nullable=False),
    Column("first_at_ms", BigInteger, nullable=False),
    Column("last_at_ms", BigInteger, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("is_refused", Boolean, nullable=False),
)
