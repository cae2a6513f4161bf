"""Typing a record into a form of the console, field by field, as it stands in the table of its fields."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Locator, expect

from contactor.console.fields import Field, FieldKind
from tests.browser.conftest import ZONE

Record = Mapping[str, Any]  # Any: JSON


async def fill(dialog: Locator, fields: Sequence[Field], record: Record, path: str = "") -> None:
    """Type in what the record has, and leave the other fields alone."""
    for field in fields:
        if field.name not in record:
            continue
        here = f"{path}.{field.name}" if path else field.name
        if field.kind is FieldKind.OBJECT:
            await fill(dialog, field.fields, record[field.name], here)
        elif field.kind is FieldKind.LIST:
            await _fill_list(dialog, field, record[field.name], here)
        else:
            await _fill_one(dialog, field, record[field.name], here)


async def _fill_list(dialog: Locator, field: Field, items: Sequence[Any], path: str) -> None:
    for index, item in enumerate(items):
        place = f"{path}[{index}]"
        if not await dialog.locator(f'[data-field^="{place}"]').count():
            await dialog.locator(f'[data-list="{path}"]').click()
        if field.item is not None:
            await _fill_one(dialog, field.item, item, f"{place}.{field.name}")
        else:
            await fill(dialog, field.fields, item, place)


async def _fill_one(dialog: Locator, field: Field, value: Any, path: str) -> None:
    control = dialog.locator(f'[data-field="{path}"]')
    await expect(control).to_be_attached()
    if field.kind in (FieldKind.CHOICE, FieldKind.FLAG):
        word = {True: "yes", False: "no"}.get(value, value) if field.kind is FieldKind.FLAG else value
        await control.click()
        await dialog.page.get_by_role("option", name=str(word), exact=True).click()
    elif field.kind is FieldKind.INSTANT:
        await control.fill(datetime.fromisoformat(value).astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M:%S"))
    else:
        await _type_in(control, str(value))


async def _type_in(control: Locator, text: str) -> None:
    """Type, leave the field, and type again if the page had just been drawing it anew."""
    for _ in range(3):
        await control.fill(text)
        await control.blur()
        if await control.input_value() == text:
            return
    await expect(control).to_have_value(text)
