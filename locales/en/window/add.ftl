# Add.
