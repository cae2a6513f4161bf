"""Who may do what: three roles, each allowed all that the one before it is."""

from enum import StrEnum


class Role(StrEnum):
    """A role, from the least to the most."""

    VIEWER = "viewer"
    """Reads everything but people."""
    OPERATOR = "operator"
    """Also orders commands, and looks after stations, tags and transactions."""
    ADMIN = "admin"
    """Also looks after people, and reads the audit."""

    def allows(self, needed: "Role") -> bool:
        """Whether whoever has this role may do what needs the other."""
        return _ORDER.index(self) >= _ORDER.index(needed)


_ORDER = tuple(Role)


def lesser(one: Role, other: Role) -> Role:
    """The one of two roles that allows less: a token never allows more than its owner may do."""
    return min(one, other, key=_ORDER.index)
