"""Figure functions: a small frame and Words in, a `go.Figure` out. No Streamlit here.

Every mark carries `customdata`, whose first item is the position of its row in the frame: the page
finds the records behind a clicked mark by it.
"""
