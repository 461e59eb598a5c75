"""Classes of contribution of Member States over time, and the rounds that ask for them."""
