"""What models can do, what they need, and how much of what they make is usable."""

from components import shell

tables, filters, words = shell.page("technology", ("models", "indicators"), own=("country",))
shell.charts(("model-frontier", "production-yield", "compute-gap"), tables, filters, words)
