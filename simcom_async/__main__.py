"""``python -m simcom_async``: the command ``simcom``."""

from simcom_async.cli import main

if __name__ == "__main__":
    main()
