"""Changes of a membership worked out before anybody decides: rights, money, approval; and posted as shown."""
