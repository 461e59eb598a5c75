"""`python -m crm`: the same as the `crm` command."""

from crm.cli import main

if __name__ == "__main__":
    main()
