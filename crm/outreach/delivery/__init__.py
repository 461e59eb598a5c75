"""From the outbox to the mail server: claims, the last look, intents, outcomes, and what holds senders back."""
