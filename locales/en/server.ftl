# The server's own answers.
server-no-token = open the address that `tollwatch serve` printed: it carries the token; a script sends “Authorization: Bearer …” with one made by `tollwatch token add`
server-no-scope = the token “{ $name }” has the scope “{ $has }”, and this wants “{ $wanted }”: make another with `tollwatch token add`
server-bad-host = this server answers only at its own addresses, and under the names in server.hosts of config.toml
server-too-many = too many requests: try again in { $seconds } s
server-no-method = this address does not take { $method }: see the header Allow
server-no-page = the user interface was not built into this program: run `npm --prefix ui ci && npm --prefix ui run build`, then build again
server-no-file = there is nothing at this address
server-too-large = the request is larger than { $most } bytes
server-too-slow = the request did not come within { $seconds } s
server-kind = the request must be JSON: send “Content-Type: application/json”
server-no-json = the request is no JSON: { $why }
server-no-object = the request must be a JSON object, such as {"{}"}
server-broke = Tollwatch came upon a fault of its own and did not do it: please report what you asked

# [server] in the config file.
server-tls-half = TLS needs a certificate and its key: { $missing } is missing
server-listen = “{ $given }” is no address with a port: write it like 127.0.0.1:9402
server-pace = { $given } is not within 1 to 10000
server-host-unread = “{ $host }” is no host: write a name such as tolls.example.org, with :PORT if only that port is meant
server-token-name = a token's name is 1 to 64 of a-z 0-9 - _
server-token-sum = sha256 must be 64 hexadecimal digits in lower case: make tokens with `tollwatch token add`
server-token-there = has a token “{ $name }” already: remove it first, or choose another name
server-token-none = has no token “{ $name }”
