"""How tests look at a page: once it is settled, in either theme, and with axe's eyes."""

from importlib.resources import files

from playwright.async_api import Page, ViewportSize, expect

SERIOUS = ("serious", "critical")
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
COLORS = ("color-contrast", "link-in-text-block")
"""The rules that a theme has a part in; all others say the same in both."""
ALIKE = ("tbody tr:nth-child(n+9)", ".log > button:nth-child(n+9)", ".ag-row:nth-child(n+9)")
"""Rows behind the first of a list: they are made like those, and axe takes its time for each."""
WIDE: ViewportSize = {"width": 1600, "height": 1000}


async def settled(page: Page) -> None:
    """Wait until nothing is being fetched and the page is live."""
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    await expect(page.locator(".link-state[data-state=live]")).to_be_visible()


async def serious_findings(page: Page, within: str = "html", *, colors_only: bool = False) -> list[str]:
    """What axe has against a page, or a part of it."""
    if not await page.evaluate("Boolean(window.axe)"):
        await page.evaluate(AXE)
    wanted = {"runOnly": {"type": "rule", "values": COLORS}} if colors_only else {}
    options = {"resultTypes": ["violations"], **wanted}
    place = {"include": [[within]], "exclude": [[each] for each in ALIKE]}
    found = await page.evaluate("([place, options]) => axe.run(place, options)", [place, options])
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for each in found["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"][:3]
    ]


async def in_theme(page: Page, theme: str) -> None:
    """Have the page in a theme, by its own switch."""
    switch = page.get_by_role("button", name=f"Switch to the {theme} theme")
    if await switch.count():
        await switch.click()
    await expect(page.locator("html.dark")).to_have_count(1 if theme == "dark" else 0)
