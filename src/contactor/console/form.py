"""A form made of fields: one builder for every command; what was typed in comes out as the request on the wire."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.validation_element import ValidationElement

from contactor.console.checks import Objection
from contactor.console.fields import Field, FieldKind
from contactor.ui.blocks import button
from contactor.ui.frame import tag, words

Value = Any  # Any: whatever a field of a request holds
ToInstant = Callable[[str], str]
LIST_MAX = 500


class _Entry:
    """A field on the page: gives its value, None where nothing was typed in."""

    def __init__(self, field: Field, path: str) -> None:
        self.field = field
        self.path = path

    def value(self) -> Value:
        raise NotImplementedError

    def object_to(self, reason: str) -> None:
        """Say what is wrong with it."""


class _Plain(_Entry):
    def __init__(self, field: Field, path: str, given: Value, place: "_Place") -> None:
        super().__init__(field, path)
        self._to_instant = place.to_instant
        self._control = _control(field, given, is_needed=field.is_required and not place.may_be_absent)
        self._control._props["data-field"] = path

    def value(self) -> Value:
        typed = self._control.value
        if self._control is not None:
            self._control.error = None
        if typed is None or typed == "":
            return None
        if self.field.kind is FieldKind.INTEGER:
            return int(typed)
        if self.field.kind is FieldKind.INSTANT:
            return self._to_instant(typed)
        return typed

    def object_to(self, reason: str) -> None:
        self._control.error = reason


class _Object(_Entry):
    def __init__(self, field: Field, path: str, given: Value, place: "_Place") -> None:
        super().__init__(field, path)
        self._is_needed = field.is_required and not place.may_be_absent
        words("h3", field.label + ("" if field.is_required else " (optional)"))
        with tag("div", "fieldset"):
            within = replace(place, may_be_absent=not self._is_needed)
            self.entries = _entries(field.fields, path, given or {}, within)

    def value(self) -> Value:
        found = _values(self.entries)
        return found if found or self._is_needed else None


class _List(_Entry):
    def __init__(self, field: Field, path: str, given: Value, place: "_Place") -> None:
        super().__init__(field, path)
        self._is_needed = field.is_required and not place.may_be_absent
        self._within = place
        words("h3", field.label + ("" if field.is_required else " (optional)"))
        self._complaint = words("div", "", "verdict bad")
        self._complaint.set_visibility(False)
        self._place = tag("div", "fieldset")
        self.items: list[tuple[ui.element, Sequence[_Entry]]] = []
        for each in given or ([{}] if field.is_required else []):
            self._add(each)
        add = button("Add", lambda: self._add({}), icon="add", kind="text")
        add._props |= {"aria-label": f"Add to {field.label.lower()}", "data-list": path}

    def _add(self, given: Value) -> None:
        if len(self.items) >= LIST_MAX:
            return
        path = f"{self.path}[{len(self.items)}]"
        with self._place, tag("div", "row-of") as place:
            fields = self.field.fields or ((self.field.item,) if self.field.item is not None else ())
            given = given if self.field.fields else {self.field.name: given or None}
            with tag("div", "list-item"):
                entries = _entries(fields, path, given, self._within)
            remove = ui.button(icon="close", color=None, on_click=lambda: self._remove(place))
            remove.props(f'flat aria-label="Remove from {self.field.label.lower()}"').classes("icon-only")
        self.items.append((place, entries))

    def _remove(self, place: ui.element) -> None:
        self.items = [item for item in self.items if item[0] is not place]
        place.delete()

    def value(self) -> Value:
        self._complaint.set_visibility(False)
        found = [_values(entries) for _, entries in self.items]
        if self._within.may_be_absent:
            found = [each for each in found if each]
        if self.field.item is not None:
            found = [each[self.field.name] for each in found if self.field.name in each]
        return found if found or self._is_needed else None

    def object_to(self, reason: str) -> None:
        self._complaint.set_visibility(True)
        assert isinstance(self._complaint, ui.label)
        self._complaint.text = reason


class Form:
    """The fields of a request; values that are `given` stand in them already."""

    def __init__(self, fields: Sequence[Field], given: Mapping[str, Value], to_instant: ToInstant) -> None:
        self._entries = _entries(fields, "", given, _Place(to_instant))

    def payload(self) -> dict[str, Value]:
        """What was typed in, as on the wire.

        Raises:
            ValueError: a text is no date and time, or no number.
        """
        return _values(self._entries)

    def object_to(self, objections: Sequence[Objection]) -> list[Objection]:
        """Show what is wrong at each field; returns what no field could be found for."""
        return [each for each in objections if not _find(self._entries, each)]


def _find(entries: Sequence[_Entry], objection: Objection) -> bool:
    for entry in entries:
        if entry.path == objection.field and not isinstance(entry, _Object):
            entry.object_to(objection.reason)
            return True
        if isinstance(entry, _Object) and objection.field.startswith(entry.path):
            return _find(entry.entries, objection)
        if isinstance(entry, _List) and objection.field.startswith(f"{entry.path}["):
            index, _, rest = objection.field.removeprefix(f"{entry.path}[").partition("]")
            if index.isdigit() and int(index) < len(entry.items):
                items = entry.items[int(index)][1]
                return any(
                    _find([each], Objection(each.path.rpartition("]")[0] + "]" + rest, objection.reason))
                    for each in items
                )
    return False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an entry stands."""

    to_instant: ToInstant
    may_be_absent: bool = False
    """Whether all around it may be left out: then nothing is chosen beforehand, and what is empty is absent."""


def _entries(fields: Sequence[Field], path: str, given: Mapping[str, Value], place: _Place) -> list[_Entry]:
    kinds = {FieldKind.OBJECT: _Object, FieldKind.LIST: _List}
    return [
        kinds.get(field.kind, _Plain)(
            field, f"{path}.{field.name}" if path else field.name, given.get(field.name), place
        )
        for field in fields
    ]


def _values(entries: Sequence[_Entry]) -> dict[str, Value]:
    found = {entry.field.name: entry.value() for entry in entries}
    return {name: value for name, value in found.items() if value is not None}


def _control(field: Field, given: Value, *, is_needed: bool) -> ValidationElement[Any]:
    label = field.label + (" *" if field.is_required else "")
    if field.kind is FieldKind.CHOICE:
        options = list(field.choices) if is_needed else {"": "–", **{word: word for word in field.choices}}
        first = given or (field.choices[0] if is_needed else "")
        control: ValidationElement[Any] = ui.select(options, label=label, value=first)
    elif field.kind is FieldKind.FLAG:
        control = ui.select({"": "–", True: "yes", False: "no"}, label=label, value="" if given is None else given)
    elif field.kind in (FieldKind.INTEGER, FieldKind.DECIMAL):
        step = 1 if field.kind is FieldKind.INTEGER else 0.1
        control = ui.number(label, value=given, min=field.minimum, step=step)
    elif field.kind is FieldKind.INSTANT:
        control = ui.input(label, value=given or "").props("type=datetime-local step=1 stack-label")
    else:
        control = ui.input(label, value=given or "")
        if field.length_max is not None:
            control.props(f"maxlength={field.length_max}")
    return control.props("outlined dense no-error-icon hide-bottom-space")
