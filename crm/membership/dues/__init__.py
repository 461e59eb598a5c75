"""What members are charged, pay and owe: invoices, payments, what is open when, interest, statements."""
