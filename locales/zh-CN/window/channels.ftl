# 桌面以外的渠道：设置页与单个警报的页面。

channels-title = 渠道
    .about = 警报还可以发往 Webhook、Slack、ntfy 或电子邮件，在配置文件中设置。
    .none = 尚未设置渠道。在配置文件中添加 `[channels.NAME]` 即可。
    .retry = 立即重试
    .retried = 正在重试等待中的消息。
channels-kind = { $kind ->
    [webhook] Webhook
    [slack] Slack
    [ntfy] ntfy
   *[email] 电子邮件
}
channels-of = { $kind } → { $to }
channels-last = 最近一次接收：{ $age }
    .never = 尚未接收过消息
channels-waiting = { $count } 条消息等待发送
channels-test = 测试
    .of = 通过 { $name } 发送测试消息
    .busy = 正在发送…
channels-log = 最近的消息
channels-column = 消息
    .channel = 渠道
    .when = 时间
    .state = 状态
channels-state = { $state ->
    [pending] 等待中
    [failed] 被拒收，{ $when }重试
    [done] 已接收
   *[given_up] 已放弃
}
channels-tries = { $state }（尝试 { $tries } 次）
channels-by = 已发往渠道
