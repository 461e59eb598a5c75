"""What only the whole book shows: facts that several rooms know together."""
