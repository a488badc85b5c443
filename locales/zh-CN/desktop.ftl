# Desktop.
