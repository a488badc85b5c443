# Errors.
secret-import-name = “import:”之后须为环境变量名，例如 import:OPENROUTER_API_KEY。未存储任何内容。
secret-import-unset = 环境变量 { $name } 未设置或为空：请在启动 Tollwatch 的环境中设置它，或直接粘贴密钥

# Secrets and the keychain.
secret-env-unset = 环境变量 { $name }（保存 { $account } 的 { $role }）未设置或为空：请在启动 Tollwatch 的环境中设置它
secret-credential-unset = systemd 凭据 { $name }（保存 { $account } 的 { $role }）不存在或为空：请用 `tollwatch service install --credential { $name }:FILE` 交给服务
secret-unfit =
    { $why ->
        [empty] { $account } 的 { $role } 为空，未存储：粘贴的内容是否正确？
       *[long] { $account } 的 { $role } 超过 { $most } 字节，未存储：粘贴的内容是否正确？
    }
keychain-memory = 密钥保存在内存中，退出后即清除。
keychain-answers = 系统钥匙串可用，密钥保存在其中。
keychain-waits = 钥匙串未在 { $seconds } 秒内就 { $user } 作出应答：请找到要求输入钥匙串密码的窗口，输入后重试
keychain-broke = 就 { $user } 访问钥匙串时中断：请重试
keychain-missing = { $user } 尚未存储任何内容：请用 `tollwatch accounts add` 提供密钥，或使用 env:NAME
keychain-locked = 钥匙串已锁定，或其授权请求被拒绝，因此无法读取 { $user }：请解锁后重试，或使用 env:NAME
keychain-no-service = 当前会话的 D-Bus 上没有 Secret Service 应答：请启动 gnome-keyring 或 KWallet，或使用 env:NAME
keychain-none = 此系统没有可用的钥匙串：请使用 env:NAME，或在钥匙串可用后重启 Tollwatch
keychain-failed = 访问 { $user } 的钥匙串时出错（{ $why }）：请重试
keychain-too-long = { $user } 的密钥超过此钥匙串的长度上限 { $most }
keychain-ambiguous = 钥匙串中有多个 { $user } 的密钥：请在钥匙串程序中只保留一个
keychain-no-text = 钥匙串中 { $user } 的内容不是文本：请重新存储密钥
keychain-other = 钥匙串无法提供 { $user }：请重新存储密钥

# The config file.
config-file = { $file }：{ $why }；未做任何更改
config-account-toml = 账户 { $id } 无法写为 TOML：{ $why }
config-no-table = accounts.{ $id } 不是表
config-no-setting = “{ $name }”不是设置项：请写成 alerts.desktop 这样的形式
config-value = { $name } 的值无法写入：{ $why }
config-unknown = “{ $name }”不是设置项
config-unwritable = { $file } 无法写入：{ $why }
config-unwritable-kept = { $file } 无法写入：{ $why }；未做任何更改
config-unreadable = { $file } 无法读取：{ $why }
config-no-place = 未指定密钥“{ $role }”的存放位置：请写 { $role } = "keychain"
config-bad-place = 密钥“{ $role }”须为 "keychain"、"env:NAME" 或 "credential:NAME"，不可写密钥本身：请用 `tollwatch accounts add` 将密钥存入钥匙串
config-text-not-due = 此处不应为文本
config-line = 第 { $line } 行：{ $why }
config-field = { $field }：{ $why }
config-price-money = 输入价格须为金额，例如 "1.2 USD"
config-price-negative = 价格小于零
config-price-name = 模型名称为空，或首尾有空格
config-price-twice = 该模型出现两次；请只保留一个价格
config-currency = 须为货币代码，例如 USD
config-rate-base = 还须指定合计所用的货币：在 [money] 下写 show_in = "USD"
config-rate-code = 不是货币代码：请写成 CNY 这样的形式
config-rate-same = 就是合计所用的货币
config-rate-zero = 汇率须大于零
config-price-units = 输入价格以 { $input } 计，输出价格以 { $output } 计；请使用同一货币
config-rate-unit = 以 { $given } 给出，而合计以 { $shown } 显示
config-reload-unit = { $unit } 无法充值；请写金额或额度，例如 "10 USD"
config-reload-zero = { $amount } 不大于零
config-raw-days = { $days } 不在 7 至 3650 之间
config-interval = { $seconds } 小于 10 秒
config-ledger-entry = 第 { $index } 条：{ $why }
config-not-edited = { $name } 须写成 [{ $name }] 表才能编辑
config-no-toml = 不是有效的 TOML
config-unfit = 该设置无效：{ $why }；未做任何更改
config-alerts-toml = 警报设置无法写入：{ $why }
config-amount-twice = { $unit } 出现两次；每种单位只保留一个数额
config-ledger-moved = { $id } 的账本中第 { $index } 条已被更改
config-ledger-none = 没有 { $id } 的账本
config-ledger-anchor = { $at } 已有一个以 { $unit } 计的手工基准；请只保留一个
config-ledger-account = 没有账户 { $id }
config-ledger-unfit = 其中有无法包含账本的账户
config-ledger-list = 其中的账本不是条目列表
config-zone = “{ $name }”不是时区：请写成 Asia/Shanghai 这样的形式，或留空
config-no-day = 未指定任何一天：如果每天都是工作日，请省略此项
config-day-twice = “{ $day }”出现两次
config-away-order = 晚于 away_until
config-away-past = { $when } 不是将来的时间
config-rhythm-toml = 作息无法写为 TOML：{ $why }
config-hours = “{ $text }”不是时间段：请写成 09:00-18:00 这样的形式
config-no-home = 找不到主目录：请设置 TOLLWATCH_CONFIG_DIR 和 TOLLWATCH_DATA_DIR

# The network.
http-no-address = base_url 不是有效地址（{ $why }）：请写成 https://gateway.example.org/api 这样的形式
http-no-host = base_url 须以 https:// 开头并包含主机名
http-user = { $host } 的 base_url 含有用户名或密码：请将其删除，并用 `tollwatch accounts add` 存储密钥
http-query = { $host } 的 base_url 不可含 ? 或 # 及其后的内容：请删除该部分
http-plain = 发给 { $host } 的密钥将经由明文 http 传输，途中可被读取：请使用 https；如果是您自己的网络，可将 "{ $host }" 加入 [network] 下的 allow_http
http-path = “{ $path }”不是 { $host } 的 base_url 下的路径：须以 / 开头
http-secret-letters = { $host } 的密钥含有换行或 HTTP 头无法携带的字符：是否粘贴了多余内容？请用 `tollwatch accounts add` 重新存储
http-header = 发给 { $host } 的请求头“{ $name }”的值无法发送
http-too-big = { $host } 发送了超过 { $most } MiB 的数据，这不是账单 API 的应答，已中断：地址是否正确？
http-ca-file =
    { $why ->
        [empty] ca_file { $file } 中没有证书：请在 [network] 下指定一个可读取的 PEM 文件，或删除该行
       *[unread] ca_file { $file } 无法读取（{ $error }）：请在 [network] 下指定一个可读取的 PEM 文件，或删除该行
    }
http-setup = 网络无法初始化（{ $why }）：请检查 [network] 下的 ca_file 和本机证书
http-connect-slow = { $seconds } 秒内未能连接到 { $host }：地址是否正确？中间是否有防火墙或 VPN？
http-slow = { $host } 未及时应答（最长静默 { $silence } 秒，总计 { $total } 秒）：稍后会重试
http-proxy = HTTPS_PROXY 或 ALL_PROXY 指定的代理未放行到 { $host } 的连接：请检查该设置，或将此主机加入 NO_PROXY
http-not-found = 找不到 { $host }：本机处于离线状态，或地址拼写有误
http-no-way = 无法到达 { $host }：本机处于离线状态，或 VPN 已断开
http-certificate = { $host } 出示的证书不受本机信任：如果该网关由您自己的机构签发，请在 [network] 下将其设为 ca_file；未发送任何内容
http-tls = { $host } 未按预期使用 TLS：此端口是否应使用 https？未发送任何内容
http-refused = { $host } 拒绝了连接：网关是否在运行？端口是否正确？
http-packed = { $host } 发送的内容无法解压
http-broke-off = { $host } 的应答中途断开：稍后会重试
http-no-connection = 无法连接到 { $host }（{ $why }）
http-no-http = { $host } 关闭了连接，未给出 HTTP 应答：地址是否正确？
http-redirect =
    { $hint ->
        [https] { $host } 要求转到 { $to }（状态码 { $status }）。为避免密钥到达您未指定的主机，不跟随重定向：请在其 base_url 中使用 https。
        [path] { $host } 要求转到 { $to }（状态码 { $status }）。为避免密钥到达您未指定的主机，不跟随重定向：其 base_url 的路径有误，或前面有登录页面。
       *[host] { $host } 要求转到 { $to }（状态码 { $status }）。为避免密钥到达您未指定的主机，不跟随重定向：如果您的账户在那里，请将其 base_url 设为该主机。
    }
http-elsewhere = 另一地址
http-empty = 应答为空（状态码 { $status }），应为 JSON：地址是否正确？
http-web-page = 该地址返回的是网页而不是 JSON：地址是否正确？中间是否有代理或登录页面？
http-deep = 应答的嵌套层数超过任何账单 API：地址是否正确？
http-cut = 应答的 JSON 不完整：下次查询会重试
http-nan = 应答中本应是数字之处为 NaN 或 Infinity，因此不采用其任何数据
http-no-json = 应答不是有效的 JSON（{ $why }）：地址是否正确？

# Polls.

# The history.
store-waiting =
    { $count ->
       *[other] 有 { $count } 次查询的结果在内存中等待，稍后写入。
    }
store-damaged = 历史文件 { $file } 已损坏（{ $why }）。请退出并重新启动 Tollwatch：它会保留损坏的文件，转存可读取的内容，然后继续运行。
store-full = 历史文件 { $file } 无法写入（{ $why }）。请释放磁盘空间，或检查该文件夹是否可写。
store-locked = 另一程序锁定了历史文件 { $file }（{ $why }）。请关闭该程序。
store-unusable = 历史文件 { $file } 无法使用：{ $why }。
store-newer = { $path } 由更新版本的 Tollwatch 写入（格式 { $found }；当前版本支持 { $known }）。请更新 Tollwatch；未做任何更改。
store-none = { $path } 尚无历史。请启动一次 Tollwatch，让它查询您的账户。
store-read-only = 历史文件 { $path } 以只读方式打开。请由正在运行的 Tollwatch 执行此操作，或先退出它。
store-stuck = 历史文件 { $path } 已损坏（{ $why }），且无法移开：{ $error }。请将其移出所在文件夹，再启动 Tollwatch。
store-replaced = 历史文件 { $path } 已损坏（{ $why }）。损坏的文件保存为 { $kept }，并已开始新的历史。{ $saved }
store-running = 另一个 Tollwatch 正在使用历史文件 { $path }。请使用那一个，或先退出它。
store-cannot-open = 无法创建或打开 { $path }：{ $why }。请检查该文件夹是否存在且可写。
store-salvaged-nothing = 其中没有可读取的内容。
store-salvaged = 已转存：{ $samples } 个采样、{ $episodes } 个事件和 { $notices } 条通知；无法读取的部分不会出现在图表中。
store-salvage-failed = 其中可读取的内容无法转存：{ $why }。
store-no-copy = 更新前无法备份历史：{ $why }。
store-size = 无法得知历史文件 { $path } 的大小：{ $why }。

# Notifications.
notify-silent = 桌面通知服务没有应答；通知改为显示在窗口中。
notify-absent = 此桌面没有应答的通知服务；通知改为显示在窗口中。
notify-open = 打开
notify-snooze = 4 小时后提醒
notify-test = Tollwatch 可以通知到您
    .body = 警告将以这种形式出现。
