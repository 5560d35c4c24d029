"""The frame around every page, and the script that `app.py` runs: language, navigation, footer."""

import streamlit as st

from components import shell, state

ICONS = {
    "overview": ":material/timeline:",
    "opinions": ":material/forum:",
    "funding": ":material/payments:",
    "markets": ":material/show_chart:",
    "technology": ":material/memory:",
    "evidence": ":material/fact_check:",
}

words = shell.current_words()
st.set_page_config(page_title=words.t("site.name"), page_icon=str(shell.ICON), layout="wide")
st.logo(str(shell.ICON))
pages = [
    st.Page(f"{name}.py", title=words.t(f"pages.{name}"), icon=icon, url_path=name, default=name == "overview")
    for name, icon in ICONS.items()
]
chosen = st.navigation(pages, position="top")
state.keep_across_pages(chosen.url_path)
shell.draw(chosen.run, words)
shell.footer(words)
