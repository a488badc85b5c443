# Account.
