"""What a person has agreed to or refused."""
