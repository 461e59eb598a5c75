"""From an application to an active member: who must act next, since when, and what it costs."""
