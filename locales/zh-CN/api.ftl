# Api.
