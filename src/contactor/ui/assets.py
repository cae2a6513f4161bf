"""Where the kit's own files are, and how a page gets them: one stylesheet, and modules that its components import."""

from importlib.resources import files
from pathlib import Path

from nicegui import app, ui

KIT_URL = "/kit"
FOLDER = Path(str(files("contactor.ui")))

BRAND_MARK = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path fill="#fff" d="M13 2 4.5 13.5H11L9.5 22 19 9.5h-6.5z"/></svg>'
)
FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2457e6"/>'
    '<path fill="#fff" d="M17.5 5 7.5 18H15l-1.5 9L24.5 13.5H17z"/></svg>'
)

# Before anything is drawn, so that nobody who chose the dark sees a flash of light; the zone is what times are read in.
_HEAD = f"""
<link rel="stylesheet" href="{KIT_URL}/tokens.css">
<script>
  const chosen = localStorage.getItem("contactor-theme");
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.classList.toggle("dark", dark);
  const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone);
  document.cookie = `contactor_zone=${{zone}};path=/;SameSite=Strict`;
</script>
"""


def serve_kit() -> None:
    """Serve the kit's files beside the pages of this process."""
    app.add_static_files(KIT_URL, FOLDER)


def add_head() -> None:
    """Give the page that is being built the look."""
    ui.add_head_html(_HEAD)
