# Add.

add-title = 添加账户
add-intro = 选择网关或服务商，填入密钥，测试后保存。一分钟内即可看到数据。
add-search = 哪个网关或服务商？
    .placeholder = 按名称搜索
add-search-found = 找到 { $count } 个
add-search-none = 没有名为“{ $search }”的连接器。以 JSON 应答的网关可用连接器“http_json”读取，无需编写代码；与 OpenAI 兼容的可用“openai_compatible”。

# What was pasted: { $what } is "key" or "address".
add-paste = 粘贴密钥或地址
add-paste-help = 在您点击“测试”之前，内容只留在此页面。也可从下方列表中选择。
add-guess-sure =
    { $what ->
        [address] 此地址属于：
       *[key] 此类密钥来自：
    }
add-guess-unsure =
    { $what ->
        [address] 不是任何服务商的常用地址，可能是您自己的网关：
       *[key] 许多密钥都这样开头。它属于哪一家？
    }
add-guess-none =
    { $what ->
        [address] 无法识别此地址。请从下方列表中选择，地址会一并带入。
       *[key] 没有已知的密钥这样开头。请从下方列表中选择，密钥会一并带入。
    }

add-found = 在您的环境变量中发现
add-found-pick = 添加
    .name = 使用发现的密钥添加 { $name }
add-found-other = 密钥类型不同。读取数据需要：{ $wanted }。
add-found-help = 只查看了变量名。在您点击“测试”之前，不会读取或发送任何内容。
add-from = 手动输入密钥
    .import = 将 { $variable } 复制到系统钥匙串
    .env = 每次启动时从环境变量 { $variable } 读取

add-back = ← 换一个连接器
add-one = 添加 { $name }
add-docs = 官方文档 ↗
add-cost = 查询费用：
add-needed = 除另有说明外，所有字段均为必填。
add-name = 名称
add-address = 地址
    .unusual = 地址（如非默认地址）
add-optional = { $label }（可选）
add-usual = { $choice }（默认）
add-opens = 可读取：{ $meters }。
add-comma = 、
add-make = 创建密钥 ↗
add-stored = 存储在系统钥匙串中；如要改从环境变量读取，请输入 env:NAME。
add-budget = 自设的每月预算（可选）
    .example = 50 USD
    .help = 适用于只报告支出而没有限额的服务商。
add-had = 现有金额（可选）
    .on = 截至日期（留空表示现在）
    .all = 现有余额
    .help = 此服务商不提供余额。此后由 Tollwatch 推算，数据会标注“手工基准”。
add-test = 测试
    .busy = 正在测试…
    .passed = 测试成功。
    .failed = 测试未成功。
add-anyway = 不经测试直接保存
add-save = 保存账户
    .busy = 正在保存…
    .first = 请先测试，再保存。
add-watched = 已开始监控 { $label }。

# Whether a notification reaches the user.
reach-ask = 警告能通知到您吗？
    .more = Tollwatch 通过桌面通知发出警告。发送一条测试通知即可确认。
reach-send = 发送测试通知
reach-later = 暂不
reach-sent = 您看到了吗？
    .more = 刚才应出现一条“Tollwatch 可以通知到您”的通知。
reach-yes = 看到了
reach-no = 没有
reach-unseen = 我们来找找原因
reach-failed = 通知未能发送
reach-again = 重试
reach-done = 很好，警告将以同样方式出现。
reach-help = 在此之前，警告只显示在本窗口中。
reach-help-linux =
    .service = 系统须运行通知服务。GNOME、KDE 等多数桌面自带；单纯的窗口管理器需另装 dunst 或 mako 等服务。
    .settings = GNOME：“设置 > 通知”。KDE：“系统设置 > 通知”。须允许 Tollwatch 发送通知。
    .quiet = 须关闭“勿扰”模式，或允许 Tollwatch 在勿扰时通知。期间的通知可在桌面的通知列表中查看。
reach-help-macos =
    .service = 须允许 Tollwatch 发送通知：macOS 只询问一次，选择“不允许”后会一直生效。
    .settings = “系统设置 > 通知 > Tollwatch”：允许通知，样式选横幅或提醒。
    .quiet = “勿扰”等专注模式会隐藏通知：请将 Tollwatch 加入允许的 App。期间的通知可在“通知中心”查看。
reach-help-windows =
    .service = 须为此电脑和 Tollwatch 打开通知。
    .settings = “设置 > 系统 > 通知”：打开通知，并在下方列表中打开 Tollwatch。
    .quiet = “请勿打扰”（Windows 10 为“专注助手”）会隐藏通知：请将其关闭，或将 Tollwatch 设为优先应用。期间的通知可在通知中心查看。
