# [otlp] in the config file.
config-otlp-interval = { $seconds } is not within 5 to 3600
config-otlp-endpoint = must be an address with http or https, without user name, password or query, such as "http://127.0.0.1:4318"
config-otlp-header-name = a header's name has letters, digits and hyphens only
config-otlp-header = the header { $name } must be "env:NAME" or "credential:NAME", which holds its value, never the value itself
