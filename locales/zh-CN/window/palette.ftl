# Palette.
