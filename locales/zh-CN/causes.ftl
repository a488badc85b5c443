# Causes.
