"""How all of this was made, what it cannot say, and what the words mean."""

from components import shell
from components.method import show_method

tables, words = shell.plain_page("method")
show_method(tables, words)
