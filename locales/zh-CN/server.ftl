# The server's own answers.
server-no-token = 请打开 `tollwatch serve` 打印的地址，其中带有令牌；脚本请用 `tollwatch token add` 创建令牌，并发送“Authorization: Bearer …”
server-no-scope = 令牌“{ $name }”的权限为“{ $has }”，此操作需要“{ $wanted }”：请用 `tollwatch token add` 另建令牌
server-bad-host = 此服务只在自己的地址，以及 config.toml 中 server.hosts 所列的名称下应答
server-too-many = 请求过多：请在 { $seconds } 秒后重试
server-no-method = 此地址不接受 { $method }：可用的方法见 Allow 标头
server-no-page = 此程序未包含用户界面：请运行 `npm --prefix ui ci && npm --prefix ui run build`，然后重新构建
server-no-file = 此地址没有内容
server-too-large = 请求超过 { $most } 字节
server-too-slow = 请求未在 { $seconds } 秒内传完
server-kind = 请求须为 JSON：请发送“Content-Type: application/json”
server-no-json = 请求不是 JSON：{ $why }
server-no-object = 请求须为 JSON 对象，例如 {"{}"}
server-broke = Tollwatch 自身出错，操作未完成：请报告您所做的请求

# [server] in the config file.
server-tls-half = TLS 需要证书及其密钥：缺少 { $missing }
server-listen = “{ $given }”不是带端口的地址：请写成 127.0.0.1:9402 这样的形式
server-pace = { $given } 不在 1 到 10000 之间
server-host-unread = “{ $host }”不是主机：请写 tolls.example.org 这样的名称；若只限某个端口，请加上 :PORT
server-token-name = 令牌名称由 1 到 64 个 a-z 0-9 - _ 字符组成
server-token-sum = sha256 须为 64 位小写十六进制数字：请用 `tollwatch token add` 创建令牌
server-token-there = 中已有令牌“{ $name }”：请先移除，或另选名称
server-token-none = 中没有令牌“{ $name }”
