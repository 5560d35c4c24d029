"""How a thing is shown: words, look, figures, and the Streamlit pieces around them."""

#: The release of the code; with the data version it names what an address answers.
RELEASE = "0.1.0"
