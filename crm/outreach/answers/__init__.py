"""What comes back: answers, bounces, complaints and refusals, and what each does to the book."""
