"""The facts of Reelshift and what can be computed from them. Imports neither Streamlit nor Plotly."""
