# Shell.
