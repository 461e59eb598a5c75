"""What came of runs: answers, goals, and what the letters added to them."""
