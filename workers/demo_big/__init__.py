"""The demonstration of scale: some hundred thousand real legal entities, and what is in the book twice."""
