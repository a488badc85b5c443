# Channels beside the desktop: what they are told, what is wrong with one, how deliveries stand.

# What a channel is told.
channel-resolved = Over: { $title }
    .body = It ended { $moment }.
channel-test = Tollwatch: a test
    .body = This is a test of the channel “{ $channel }”. Nothing has happened; real alerts arrive like this one.
channel-link = Where to add money

# The config. Secrets are never repeated.
channel-name = “{ $name }” cannot name a channel: use 1 to 64 of a-z, 0-9, - and _, and neither desktop nor in_app
channel-none = has no channel “{ $name }”: `tollwatch channels list` says which there are
channel-not-of-kind = this kind of channel has no such setting: docs/channels.md says which each has
channel-place = must be "keychain" or "env:NAME", never the secret itself: put it into the keychain with `tollwatch channels secret`
channel-no-url = must be given: "keychain", "env:NAME", or an address
channel-url = must be "keychain", "env:NAME", or an address that starts with https:// and names a host
channel-url-secret = this address is a key by itself: write "keychain" and give it to `tollwatch channels secret`, or write "env:NAME"
channel-url-parts = an address with a user name, a password, or anything behind ? or # is a secret: write "keychain" and give it to `tollwatch channels secret`, or write "env:NAME"
channel-url-user = the address holds a user name or password, which is not sent: use a header instead
channel-url-topic = the address must end with the topic, such as https://ntfy.sh/my-topic
channel-plain = { $host } would be told over plain http, readable on the way: use https, or add "{ $host }" to allow_http under [network] if that network is yours
channel-header-name = the header “{ $name }” is not yours to set, or is no header's name
channel-header-value = the value of “{ $name }” is a secret, or holds a letter that no header can carry: write "keychain" or "env:NAME"
channel-no-account = there is no account “{ $id }”
channel-template = the template's line { $line }: { $why }
channel-template-json = the template does not come to JSON ({ $why }): write {"{{ title }}"} without quotation marks, they come by themselves
channel-template-long = a template has 1 to { $most } bytes
channel-mail-host = must be the name of an SMTP server
channel-mail-plain = "none" is for this machine itself only: use "tls" or "starttls"
channel-mail-login = give both user and password (as "keychain" or "env:NAME"), or neither
channel-mail-from = from must be given, such as from = "Tollwatch <tollwatch@example.org>"
channel-mail-to = to must be given, such as to = ["ada@example.org"]
channel-mail-address = this is no e-mail address: { $why }

# Deliveries.
channel-role = there is no secret “{ $role }” of a channel: url, secret, token, password, header.NAME
channel-signing-secret = the signing secret must be whsec_ and base64 of 24 to 64 bytes
channel-refused = { $host } did not take it (status { $status }): { $words }
    .silent = { $host } did not take it (status { $status })
channel-redirect = { $host } wants to send us on to another address. Redirects are not followed: give the channel the address that it leads to
channel-mail-letter = the e-mail cannot be written: { $why }
channel-mail-slow = { $host } did not take the e-mail in time
channel-mail-tls = the way to { $host } cannot be made private: { $why }
channel-mail-refused = { $host } did not take the e-mail ({ $code }): { $why }
channel-mail-client = { $host } does not offer what is needed: { $why }
channel-mail-unreached = { $host } could not be reached: { $why }
channel-secret-missing = the { $role } of the channel is not in the keychain: store it with `tollwatch channels secret { $name }`
channel-secret-unset = the { $role } of the channel is to come from the environment variable { $variable }, which is not set or empty
channel-gave-up = given up after { $span }: { $why }
channel-gone = given up, since the channel is gone: { $why }
channel-removed = the channel was taken out of the config

# The window and the command line.
channel-accepted = Sent; the channel accepted it.
channel-nobody = There is no channel { $name }.
channel-trouble = The channel “{ $name }” has not taken { $count ->
    [one] an alert
   *[other] { $count } alerts
}: { $why }
channel-lost = The channel “{ $name }” did not get “{ $title }”: { $why }
channel-to = { $place ->
    [keychain] address in the keychain
   *[env] address in { $name }
}
http-private-path = the address for { $host } cannot be used
