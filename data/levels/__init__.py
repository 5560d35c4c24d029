"""Series of levels that belong to whoever loads them: kept beside the project, never shipped with it.

- `store`: where loaded series lie and how they are read; what the application uses.
- `python -m data.levels`: adds files, fetches through akshare, lists and removes. All else here serves it.
"""
