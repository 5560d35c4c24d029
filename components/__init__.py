"""How a thing is shown: words, look, figures, and the Streamlit pieces around them."""
