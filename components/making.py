"""A button for a file that is made when it is asked for, and what the reader sees meanwhile.

Streamlit makes a deferred file on a thread of its own, spins the button while that lasts, and says a failure in English
only. The run that the same click starts waits for that thread: it shows the progress, and a failure in one sentence.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from threading import Event

import streamlit as st

from components.words import Words

log = logging.getLogger("reelshift")
#: How long the run waits for the browser to ask for its file, and then for the file.
ASKED_WITHIN_S, MADE_WITHIN_S = 3.0, 180.0


class Making:
    """One file to be made. Called by Streamlit when the reader's browser asks for it."""

    def __init__(self, make: Callable[[], bytes]) -> None:
        self._make = make
        self._begun, self._ended = Event(), Event()
        self.failed = False

    def __call__(self) -> bytes:
        self._begun.set()
        try:
            return self._make()
        except Exception:
            log.exception("a file could not be made")
            self.failed = True
            raise
        finally:
            self._ended.set()

    def wait(self) -> bool:
        """Wait for it once the browser has asked; gives whether it failed. False where nobody asks."""
        return self._begun.wait(ASKED_WITHIN_S) and self._ended.wait(MADE_WITHIN_S) and self.failed


def file_button(
    label: str, make: Callable[[], bytes], file_name: str, media_type: str, key: str, *, icon: str = "", primary: bool = False
) -> Making | None:
    """A button that makes its file on the click, of exactly what `make` closes over; gives the making to wait for, if pressed."""
    held = f"making:{key}"
    # The browser asks for the file of the button that it had when it was pressed: that of the run before this.
    before: Making | None = st.session_state.get(held)
    st.session_state[held] = making = Making(make)
    pressed = st.download_button(
        label,
        data=making,
        file_name=file_name,
        mime=media_type,
        key=key,
        icon=icon or None,
        type="primary" if primary else "secondary",
        width="stretch",
    )
    return before if pressed else None


def wait_for(makings: Iterable[Making | None], words: Words) -> None:
    """Below the buttons: that the file is being made, where it takes a moment; one sentence where it failed."""
    with st.container(key="panel-making"):
        for making in filter(None, makings):
            with st.spinner(words.t("panel.making"), show_time=True):
                failed = making.wait()
            if failed:
                st.warning(words.t("panel.failed"), icon=":material/warning:")
