"""The letters of the dashboard outside Streamlit: the font files that Streamlit serves its own pages, from its package.

An embed, a brief and a picture name the same families as the pages. Without these files a reader's machine would put its
own in their place, which run wider: labels that fit on the page would be cut.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

#: Within the package, which is not imported for this.
_MEDIA = Path("static", "static", "media")
#: Family as `components.theme` names it, and how the name of its file begins.
_FAMILIES = {"sans": ("Source Sans", "SourceSansVF-Upright"), "serif": ("Source Serif", "SourceSerifVariable-Roman")}


@lru_cache(maxsize=1)
def font_files() -> dict[str, Path]:
    """The upright files by kind. Fewer where a Streamlit has none: the next family of the list is taken."""
    package = find_spec("streamlit")
    folders = [Path(place) / _MEDIA for place in (package.submodule_search_locations or [] if package else [])]
    found = {kind: sorted(p for folder in folders for p in folder.glob(f"{stem}*.woff2")) for kind, (_, stem) in _FAMILIES.items()}
    return {kind: paths[0] for kind, paths in found.items() if paths}


def font_faces(addresses: Mapping[str, str]) -> str:
    """The style rules that give each kind its file."""
    return "".join(
        f'@font-face{{font-family:"{_FAMILIES[kind][0]}";font-weight:200 900;font-display:swap;src:url("{address}") format("woff2")}}'
        for kind, address in addresses.items()
    )


@lru_cache(maxsize=4)
def inline_faces(*kinds: str) -> str:
    """The same with the letters inside, for a file that opens without a network."""
    return font_faces(
        {
            kind: "data:font/woff2;base64," + base64.b64encode(path.read_bytes()).decode()
            for kind, path in font_files().items()
            if kind in kinds
        }
    )
