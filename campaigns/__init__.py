"""What to say to whom, and when: campaigns, decided by pure functions and carried out at the desk."""
