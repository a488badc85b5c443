# Errors.
