# 桌面以外的渠道：发送的内容、渠道的问题、发送状态。

channel-resolved = 已结束：{ $title }
    .body = 结束于 { $moment }。
channel-test = Tollwatch：测试消息
    .body = 这是渠道“{ $channel }”的测试消息。没有发生任何事；真正的警报会以同样方式送达。
channel-link = 去充值

channel-name = “{ $name }”不能作为渠道名称：请使用 1 到 64 个 a-z、0-9、- 和 _，且不能是 desktop 或 in_app
channel-none = 中没有渠道“{ $name }”：可用 `tollwatch channels list` 查看
channel-not-of-kind = 此类渠道没有这项设置：各类渠道的设置见 docs/channels.md
channel-place = 必须是 "keychain" 或 "env:NAME"，不能是密钥本身：请用 `tollwatch channels secret` 存入钥匙串
channel-no-url = 必须填写："keychain"、"env:NAME" 或一个地址
channel-url = 必须是 "keychain"、"env:NAME"，或以 https:// 开头并含主机名的地址
channel-url-secret = 此地址本身就是密钥：请写 "keychain" 并用 `tollwatch channels secret` 存入，或写 "env:NAME"
channel-url-parts = 含用户名、密码，或在 ? 或 # 之后还有内容的地址属于机密：请写 "keychain" 并用 `tollwatch channels secret` 存入，或写 "env:NAME"
channel-url-user = 地址中含用户名或密码，不会发送：请改用请求头
channel-url-topic = 地址必须以主题结尾，如 https://ntfy.sh/my-topic
channel-plain = 发往 { $host } 的消息将以明文 http 传输，途中可被读取：请使用 https；若网络由您掌控，请把 "{ $host }" 加入 [network] 下的 allow_http
channel-header-name = 请求头“{ $name }”不可设置，或不是有效的名称
channel-header-value = “{ $name }”的值属于机密，或含有请求头不能携带的字符：请写 "keychain" 或 "env:NAME"
channel-no-account = 没有账户“{ $id }”
channel-template = 模板第 { $line } 行：{ $why }
channel-template-json = 模板结果不是 JSON（{ $why }）：请写 {"{{ title }}"}，不要加引号，引号会自动带上
channel-template-long = 模板长度须为 1 到 { $most } 字节
channel-mail-host = 必须是 SMTP 服务器的名称
channel-mail-plain = "none" 仅限本机：请使用 "tls" 或 "starttls"
channel-mail-login = user 与 password（"keychain" 或 "env:NAME"）须同时填写或都不填
channel-mail-from = 必须填写 from，如 from = "Tollwatch <tollwatch@example.org>"
channel-mail-to = 必须填写 to，如 to = ["ada@example.org"]
channel-mail-address = 不是有效的邮件地址：{ $why }

channel-role = 渠道没有名为“{ $role }”的密钥：可用 url、secret、token、password、header.NAME
channel-signing-secret = 签名密钥必须是 whsec_ 加上 24 到 64 字节的 base64
channel-refused = { $host } 未接收（状态 { $status }）：{ $words }
    .silent = { $host } 未接收（状态 { $status }）
channel-redirect = { $host } 要求转到另一个地址。不会跟随跳转：请把渠道地址改为最终地址
channel-mail-letter = 无法生成邮件：{ $why }
channel-mail-slow = { $host } 未能及时接收邮件
channel-mail-tls = 无法与 { $host } 建立加密连接：{ $why }
channel-mail-refused = { $host } 未接收邮件（{ $code }）：{ $why }
channel-mail-client = { $host } 不支持所需的功能：{ $why }
channel-mail-unreached = 无法连接 { $host }：{ $why }
channel-secret-missing = 钥匙串中没有此渠道的 { $role }：请用 `tollwatch channels secret { $name }` 存入
channel-secret-unset = 此渠道的 { $role } 应来自环境变量 { $variable }，但它未设置或为空
channel-gave-up = { $span }后放弃：{ $why }
channel-gone = 渠道已不存在，放弃发送：{ $why }
channel-removed = 渠道已从配置中移除

channel-accepted = 已发送，渠道已接收。
channel-nobody = 没有渠道 { $name }。
channel-trouble = 渠道“{ $name }”有 { $count } 条警报未送达：{ $why }
channel-lost = 渠道“{ $name }”未收到“{ $title }”：{ $why }
channel-to = { $place ->
    [keychain] 地址在钥匙串中
   *[env] 地址在 { $name } 中
}
http-private-path = 发往 { $host } 的地址无法使用
