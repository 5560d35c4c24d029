"""The frame around every page, and the script that `app.py` runs: language, navigation, footer."""

import streamlit as st

from components import shell, state
from components.page_head import page_title, subject_of

ICONS = {
    "overview": ":material/timeline:",
    "opinions": ":material/forum:",
    "funding": ":material/payments:",
    "markets": ":material/show_chart:",
    "technology": ":material/memory:",
    "evidence": ":material/fact_check:",
    "method": ":material/balance:",
}

words = shell.current_words()
pages = [
    st.Page(f"{name}.py", title=words.t(f"pages.{name}"), icon=icon, url_path=name, default=name == "overview")
    for name, icon in ICONS.items()
]
# The icon first: a page without one takes its menu sign for the tab, and fetches that from another host.
st.set_page_config(page_icon=str(shell.ICON), layout="wide")
chosen = st.navigation(pages, position="top")
name = chosen.url_path or "overview"
st.set_page_config(page_title=page_title(name, words, subject_of(name, state.filters()[0], words)))
st.logo(str(shell.ICON))
state.keep_across_pages(chosen.url_path)
with st.container(key="page"):
    shell.draw(chosen.run, words)
    shell.footer(words)
