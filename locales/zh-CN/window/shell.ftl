# 每一页四周的内容：导航、标题、横幅、通知。

shell-skip = 跳到正文
shell-pages = 页面
shell-search = 搜索
shell-page-overview = 总览
shell-page-alerts = 警报
shell-page-why = 为什么 402？
shell-page-add = 添加账户
shell-page-settings = 设置
shell-firing = { $count } 条触发中
shell-accounts = { $count } 个账户
shell-next-poll = 下次查询：{ $ahead }

# 窗口标题。
shell-title-lost = 连接已断开 · Tollwatch
shell-title-wall = { $lead }{ $when } · Tollwatch
shell-title-wall-demo = 模拟器：{ $lead }{ $when } · Tollwatch
shell-title-calm = 一切正常 · Tollwatch
shell-title-calm-demo = 模拟器：一切正常 · Tollwatch

shell-demo-name = 模拟器
shell-demo-note = 账户和金额均为虚构。
shell-demo-note-fast = 账户和金额均为虚构；时间以 { $speed } 倍速流逝。
shell-demo-start = 启动模拟器
shell-demo-started = 模拟器已启动。
shell-demo-stop = 停止模拟器
shell-demo-stopped = 模拟器已停止。

shell-lost-title = Tollwatch 没有响应。
shell-lost-last = 以下是它最后给出的数字。正在重试…
shell-lost-nothing = 它还在运行吗？正在重试…
shell-try-now = 立即重试
shell-try-again = 重试
shell-attention = 请注意：
shell-loading = 正在加载…
shell-not-loaded = 无法加载此页面
    .hint = Tollwatch 没有给出此页面。它还在运行吗？

shell-toast-failed = 操作未成功
shell-toast-close = 关闭：{ $title }
shell-toast-why = 为什么？
    .of = 为什么？{ $title }

shell-transport-token = 此页面没有有效的令牌。请打开 “tollwatch serve” 显示的完整地址，包括 # 之后的部分。
shell-transport-status = Tollwatch 返回了状态码 { $status }，详情见其日志。
shell-transport-gone = Tollwatch 没有响应。它还在运行吗？
