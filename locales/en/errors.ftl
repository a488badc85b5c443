# Errors.
secret-import-name = “import:” must be followed by the name of an environment variable, such as import:OPENROUTER_API_KEY. Nothing was stored.
secret-import-unset = the environment variable { $name } is not set or empty: set it where Tollwatch is started, or paste the key itself

# Secrets and the keychain.
secret-env-unset = the environment variable { $name }, which holds the { $role } of { $account }, is not set or empty: set it where Tollwatch is started
secret-credential-unset = the systemd credential { $name }, which holds the { $role } of { $account }, is not there or empty: give it to the service with `tollwatch service install --credential { $name }:FILE`
secret-unfit =
    { $why ->
        [empty] the { $role } of { $account } is empty and was not stored: was the right text pasted?
       *[long] the { $role } of { $account } is longer than { $most } bytes and was not stored: was the right text pasted?
    }
keychain-memory = Secrets are kept in memory and forgotten at the end.
keychain-answers = The keychain of this system answers; secrets are kept there.
keychain-waits = the keychain did not answer for { $user } within { $seconds } s: look for a window that asks for its password, answer it, and try again
keychain-broke = the keychain call for { $user } broke down: try again
keychain-missing = nothing is stored for { $user }: give the key with `tollwatch accounts add`, or use env:NAME
keychain-locked = the keychain is locked, or its prompt was denied, so { $user } was not reached: unlock it and try again, or use env:NAME
keychain-no-service = no Secret Service answers on this session's D-Bus: start gnome-keyring or KWallet, or use env:NAME
keychain-none = this system has no keychain that can be used: use env:NAME, or restart Tollwatch once it is there
keychain-failed = the keychain failed for { $user } ({ $why }): try again
keychain-too-long = the secret for { $user } is longer than the { $most } that this keychain keeps
keychain-ambiguous = the keychain holds several secrets for { $user }: remove all but one in its own window
keychain-no-text = what the keychain holds for { $user } is no text: store the key again
keychain-other = the keychain could not serve { $user }: store the key again

# The config file.
config-file = { $file } { $why }; nothing was changed
config-account-toml = the account { $id } cannot be written as TOML: { $why }
config-no-table = accounts.{ $id } is no table
config-no-setting = '{ $name }' is no setting: write it like alerts.desktop
config-value = the value for { $name } cannot be written: { $why }
config-unknown = '{ $name }' is no setting
config-unwritable = { $file } cannot be written: { $why }
config-unwritable-kept = { $file } cannot be written: { $why }; nothing was changed
config-unreadable = { $file } cannot be read: { $why }
config-no-place = no place is named for the secret '{ $role }': write { $role } = "keychain"
config-bad-place = the secret '{ $role }' must be "keychain", "env:NAME" or "credential:NAME", never the key itself: put keys into the keychain with `tollwatch accounts add`
config-text-not-due = a text stands where something else is due
config-line = line { $line }: { $why }
config-field = { $field }: { $why }
config-price-money = the price of input must be money, such as "1.2 USD"
config-price-negative = a price is less than zero
config-price-name = the model's name is empty or has spaces around it
config-price-twice = the model is named twice; keep one price
config-currency = must be a currency code such as USD
config-rate-base = name the currency that sums are shown in too: show_in = "USD" under [money]
config-rate-code = is no currency code: write it like CNY
config-rate-same = is the currency that sums are shown in
config-rate-zero = a rate must be more than zero
config-price-units = input is in { $input } and output in { $output }; give both in one currency
config-rate-unit = is given in { $given }, but sums are shown in { $shown }
config-reload-unit = { $unit } cannot be topped up; write money or credits, such as "10 USD"
config-reload-zero = { $amount } is not more than zero
config-raw-days = { $days } is not within 7 to 3650
config-interval = { $seconds } is less than 10 seconds
config-ledger-entry = entry { $index }: { $why }
config-not-edited = { $name } must be written as a [{ $name }] table to be edited
config-no-toml = is no TOML
config-unfit = that setting does not fit: { $why }; nothing was changed
config-alerts-toml = the alert settings cannot be written: { $why }
config-amount-twice = { $unit } is named twice; keep one amount per unit
config-ledger-moved = has another entry { $index } in the ledger of { $id } by now
config-ledger-none = has no ledger of { $id }
config-ledger-anchor = there is an anchor in { $unit } at { $at } already; keep one of them
config-ledger-account = has no account { $id }
config-ledger-unfit = has an account that cannot hold a ledger
config-ledger-list = has a ledger that is no list of entries
config-zone = '{ $name }' is no time zone: write it like Europe/Berlin, or leave it out
config-no-day = no day is named: leave it out if every day is a work day
config-day-twice = '{ $day }' is named twice
config-away-order = lies after away_until
config-away-past = { $when } is not in the future
config-rhythm-toml = the rhythm cannot be written as TOML: { $why }
config-hours = '{ $text }' are no hours: write them like 09:00-18:00
config-no-home = no home folder is known: set TOLLWATCH_CONFIG_DIR and TOLLWATCH_DATA_DIR

# The network.
http-no-address = the base_url is no address ({ $why }): write it like https://gateway.example.org/api
http-no-host = the base_url must start with https:// and name a host
http-user = the base_url for { $host } holds a user name or password: take it out, and store the secret with `tollwatch accounts add`
http-query = the base_url for { $host } must end before any ? or #: take that part out
http-plain = { $host } would get its key over plain http, readable on the way: use https, or add "{ $host }" to allow_http under [network] if that network is yours
http-path = '{ $path }' is no path under the base_url of { $host }: it must start with /
http-secret-letters = the secret for { $host } holds a line break or a letter that no HTTP header can carry: was it pasted with something else? Store it again with `tollwatch accounts add`
http-header = the value of the header '{ $name }' for { $host } cannot be sent
http-too-big = { $host } sent more than { $most } MiB, which is no answer of a billing API, so it was cut off: is the address right?
http-ca-file =
    { $why ->
        [empty] the ca_file { $file } holds no certificate: name a PEM file that you may read under [network], or take the line out
       *[unread] the ca_file { $file } cannot be read ({ $error }): name a PEM file that you may read under [network], or take the line out
    }
http-setup = the network cannot be set up ({ $why }): check the ca_file under [network] and the machine's certificates
http-connect-slow = { $host } could not be connected to within { $seconds } s: is the address right, and does a firewall or VPN stand between?
http-slow = { $host } did not answer in time (at most { $silence } s of silence, { $total } s in all): it is tried again
http-proxy = the proxy named by HTTPS_PROXY or ALL_PROXY did not let the connection to { $host } through: check that setting, or add the host to NO_PROXY
http-not-found = { $host } could not be found: this machine is offline, or the address is misspelt
http-no-way = there is no way to { $host }: this machine is offline, or a VPN is down
http-certificate = { $host } showed a certificate that this machine does not trust: if the gateway is signed by an authority of your own, name it as ca_file under [network]; nothing was sent
http-tls = { $host } does not speak TLS as expected: is https right for this port? Nothing was sent
http-refused = { $host } refused the connection: is the gateway running, and is the port right?
http-packed = { $host } sent a body that could not be decompressed
http-broke-off = { $host } broke off in the middle of its answer: it is tried again
http-no-connection = { $host } could not be connected to ({ $why })
http-no-http = { $host } closed the connection without an answer that is HTTP: is the address right?
http-redirect =
    { $hint ->
        [https] { $host } wants to send us on to { $to } (status { $status }). Redirects are not followed, so that no key reaches a host you did not name: use https in its base_url.
        [path] { $host } wants to send us on to { $to } (status { $status }). Redirects are not followed, so that no key reaches a host you did not name: its base_url has the wrong path, or a log-in page stands before it.
       *[host] { $host } wants to send us on to { $to } (status { $status }). Redirects are not followed, so that no key reaches a host you did not name: if that is where your account lives, set its base_url to that host.
    }
http-elsewhere = another address
http-empty = the answer was empty (status { $status }) where JSON was due: is the address right?
http-web-page = the address answered with a web page instead of JSON: is the address right, or is a proxy or log-in page in between?
http-deep = the answer is nested deeper than any billing API nests: is the address right?
http-cut = the answer breaks off in the middle of its JSON: the next poll tries again
http-nan = the answer holds NaN or Infinity where a number was due, so none of its figures is used
http-no-json = the answer is no valid JSON ({ $why }): is the address right?

# Polls.

# The history.
store-waiting =
    { $count ->
        [one] One poll waits in memory and is written at the next chance.
       *[other] { $count } polls wait in memory and are written at the next chance.
    }
store-damaged = The history { $file } is damaged ({ $why }). Quit Tollwatch and start it again: it then sets the damaged file aside, carries over what can be read, and goes on.
store-full = The history { $file } cannot be written ({ $why }). Free some disk space, or check that the folder can be written to.
store-locked = Another program keeps the history { $file } locked ({ $why }). Close it.
store-unusable = The history { $file } could not be used: { $why }.
store-newer = { $path } was written by a newer Tollwatch (format { $found }; this one knows { $known }). Update Tollwatch; nothing was changed.
store-none = There is no history at { $path } yet. Start Tollwatch once, so that it polls your accounts.
store-read-only = The history { $path } was opened for reading only. Have the running Tollwatch do this, or quit it first.
store-stuck = The history { $path } is damaged ({ $why }), and it could not be set aside: { $error }. Move it out of its folder, then start Tollwatch again.
store-replaced = The history { $path } was damaged ({ $why }). The damaged file was kept as { $kept }, and a new history was begun. { $saved }
store-running = Another Tollwatch is already running with the history { $path }. Use that one, or quit it first.
store-cannot-open = { $path } cannot be created or opened: { $why }. Check that the folder exists and can be written to.
store-salvaged-nothing = Nothing of it could be read.
store-salvaged = Carried over: { $samples } samples, { $episodes } episodes and { $notices } notices; what could not be read is missing from the charts.
store-salvage-failed = What can be read of it could not be carried over: { $why }.
store-no-copy = No copy of the history could be made before updating it: { $why }.
store-size = The size of the history { $path } is not known: { $why }.

# Notifications.
notify-silent = The desktop's notification service does not answer; notices are shown in the window instead.
notify-absent = No notification service answers on this desktop; notices are shown in the window instead.
notify-open = Open
notify-snooze = Snooze 4 h
notify-test = Tollwatch can reach you
    .body = Warnings will look like this.
