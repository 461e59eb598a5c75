"""Import: files of organisations into the book, row by row, with a verdict on each."""
