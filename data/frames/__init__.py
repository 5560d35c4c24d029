"""Frame functions: tables and Filters in, the small frame that a chart draws out.

Each module serves one page. A chart has two functions here: `<name>_rows(tables, filters)` gives the
records behind the chart (lazy, one row a record or a record in a sector, always with `source_ids`),
and `<name>(rows, filters)` gives the frame that is drawn and downloaded. All are Narwhals
expressions up to the last `collect`, so pandas, DuckDB or Spark can carry them.
"""
