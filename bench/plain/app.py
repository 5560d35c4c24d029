"""The page that Reelshift is measured against: what anyone would write in an afternoon.

The same tables and the same kinds of charts as Reelshift's opinions and funding pages: each table read
whole and cached, Plotly Express, a CSV file made for every button on every run. It shows as many of its
three charts as the page it is measured beside.
"""

import os
from pathlib import Path

import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
import streamlit as st

TABLES = Path(os.environ.get("REELSHIFT_TABLES", Path(__file__).parents[2] / "data" / "tables"))
CHARTS = int(os.environ.get("BENCH_CHARTS", "3"))
SECTORS = ["film", "short_drama", "games"]
STANCES = ["strongly_negative", "negative", "neutral", "positive", "strongly_positive"]
COLOURS = dict(zip(STANCES, ["#B2322B", "#E58468", "#A7ABB3", "#6FAFD8", "#2268AC"], strict=True))


@st.cache_data
def load(name: str) -> pd.DataFrame:
    """A table, with its dates as Plotly Express wants them."""
    df = pd.read_parquet(TABLES / f"{name}.parquet")
    df["date"] = pd.to_datetime(df["date_mid"])
    df["quarter"] = df["date"].dt.to_period("Q").astype(str)
    return df


def of_sectors(df: pd.DataFrame) -> pd.DataFrame:
    """The rows of the chosen sectors, cross-sector rows with them; all rows when none is chosen."""
    chosen = st.multiselect("Sector", SECTORS, key="sector")
    return df[df["sectors"].str.contains("|".join([*chosen, "cross"]))] if chosen else df


def by_sector(df: pd.DataFrame) -> pd.DataFrame:
    """One row for each sector that a row bears on."""
    return df.assign(sector=df["sectors"].str.split(";")).explode("sector")


def show(fig: go.Figure, df: pd.DataFrame, name: str) -> None:
    """A chart and its CSV."""
    st.plotly_chart(fig, key=name)
    st.download_button("Download CSV", data=df.to_csv(index=False).encode(), file_name=f"{name}.csv", mime="text/csv", key=f"csv-{name}")


def opinions() -> None:
    """Stance by sector, by theme, over time, and the list."""
    st.title("Opinions")
    df = of_sectors(load("opinions"))
    st.caption(f"{len(df)} opinions")
    stances = {"color": "stance", "category_orders": {"stance": STANCES}, "color_discrete_map": COLOURS}
    split = by_sector(df)
    sectors = split.groupby(["sector", "stance"]).size().reset_index(name="n")
    show(px.bar(sectors, y="sector", x="n", orientation="h", title="Stance by sector", **stances), split, "by-sector")
    if CHARTS > 1:
        themes = df.groupby(["theme", "stance"]).size().reset_index(name="n")
        show(px.bar(themes, y="theme", x="n", orientation="h", title="Stance by theme", **stances), df, "by-theme")
    if CHARTS > 2:
        quarters = df.groupby(["quarter", "stance"]).size().reset_index(name="n")
        show(px.bar(quarters, x="quarter", y="n", title="Stance over time", **stances), df, "over-time")
    st.dataframe(df.sort_values("date", ascending=False)[["date", "speaker_en", "role", "stance", "theme", "summary_en", "sectors"]])


def funding() -> None:
    """Bubbles, bars by quarter, boxes by stage."""
    st.title("Funding")
    df = of_sectors(load("funding_rounds"))
    st.caption(f"{len(df)} rounds")
    known = df.dropna(subset=["amount_usd_m"])
    hover = {"hover_name": "company_en", "hover_data": ["stage", "notes_en"]}
    show(
        px.scatter(known, x="date", y="amount_usd_m", size="amount_usd_m", color="sectors", log_y=True, title="Rounds", **hover),
        known,
        "rounds",
    )
    if CHARTS > 1:
        sums = known.groupby(["quarter", "stage"])["amount_usd_m"].sum().reset_index()
        show(px.bar(sums, x="quarter", y="amount_usd_m", color="stage", title="By quarter"), known, "by-quarter")
    if CHARTS > 2:
        show(px.box(known, x="amount_usd_m", y="stage", log_x=True, hover_name="company_en", title="By stage"), known, "by-stage")


st.set_page_config(page_title="AI video", layout="wide")
st.navigation([st.Page(opinions, default=True), st.Page(funding, url_path="funding")], position="top").run()
