# Errors.
secret-import-name = “import:” must be followed by the name of an environment variable, such as import:OPENROUTER_API_KEY. Nothing was stored.
secret-import-unset = the environment variable { $name } is not set or empty: set it where Tollwatch is started, or paste the key itself
