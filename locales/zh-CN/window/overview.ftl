# 第一屏。

overview-no-figures = 还没有数字
overview-empty-title = 还没有账户
overview-empty-intro = Tollwatch 向您的网关和服务商查询剩余多少，并在用尽之前告诉您。密钥只保存在系统钥匙串中。
overview-empty-own = 关注自己的账户
    .about = 选择网关或服务商，填入密钥，一分钟内即可看到数字。
overview-empty-look = 先看看
    .about = 一个模拟网关和几个虚构账户，没有任何数据离开这台电脑。

# 第一句与其着色结尾之间的内容。
overview-headline-gap = { "" }
overview-headline-top-up = 去充值 ↗
overview-headline-why-refused = 为什么 402？
overview-headline-why = 为什么？
overview-headline-snooze = 4 小时后提醒
overview-headline-snoozed = 4 小时后再提醒。
overview-headline-acknowledge = 知悉
overview-headline-acknowledged = 已知悉。

overview-trouble-of = { $account }：
overview-trouble-since = 始于 { $moment }。
overview-trouble-why-of = 为什么 402？{ $account }
overview-trouble-open = 打开
    .of = 打开 { $account }
overview-trouble-many = { $count } 个账户没有响应。
overview-trouble-offline = 这台电脑已离线。
    .about = 数字以其标注的时间为准；Tollwatch 会自动重试。
overview-trouble-keychain = 无法读取钥匙串。
    .about = { $count } 个账户在等待密钥；Tollwatch 会自动重试。
overview-trouble-poll = 立即查询
overview-trouble-polled = 正在查询所有账户。
overview-hint-notifier = 当前桌面不接收通知：警报只会显示在此窗口中。
    .settings = 设置
    .dismiss = 不再提示

runway-title = 可用时长
runway-range = 向前看多久
runway-range-24h = 24 小时
runway-range-7d = 7 天
runway-range-30d = 30 天
runway-table = 表格
runway-now = 现在 { $clock }
runway-waiting = 等待第一批数字
runway-bare = 没有数字
runway-more = { $count } 个计量项只统计支出，没有限额
lane-waiting = 尚未查询
lane-stale = 已过时
lane-failing = 查询失败
lane-offline = 离线
lane-paused = 已暂停
lane-used-up = 已用尽
lane-why-of = 为什么 402？{ $account }，{ $meter }
lane-wall = 预计 { $around } 前后用尽，最早 { $early }，多半不晚于 { $late }；可信度{ $confidence }
lane-wall-open = 预计 { $around } 前后用尽，最早 { $early }，也可能晚得多；可信度{ $confidence }
lane-wall-reset = 预计 { $around } 前后用尽，最早 { $early }，多半不晚于 { $late }；重置前用尽的可能性为 { $chance }；可信度{ $confidence }
lane-wall-open-reset = 预计 { $around } 前后用尽，最早 { $early }，也可能晚得多；重置前用尽的可能性为 { $chance }；可信度{ $confidence }
lane-clear = { $moment } 之前不会用尽；可信度{ $confidence }
lane-unknown = 无法预测：{ $reason }
lane-about = ≈ { $around }
lane-reset = { $count ->
    [1] 重置
   *[other] 重置 { $count } 次
}
    .at = { $moment } 重置
lane-resets = { $count ->
    [1] { $moment } 重置
   *[other] 重置 { $count } 次，首次在 { $moment }
}
lane-reload = 充值
    .at = 低于 { $level } 时自动充值，预计 { $moment } 前后
    .with = 低于 { $level } 时自动充值 { $amount }，预计 { $moment } 前后
lane-left = 剩余
lane-used = 已用
lane-not-said = 未报告
lane-burn-unknown = 消耗速度未知
lane-resets-in = { $ahead }重置
lane-confidence-low = 低
lane-confidence-fair = 中
lane-confidence-good = 高

runway-table-name = 可用时长表格
runway-column-meter = 计量项
runway-column-left = 剩余
runway-column-early = 最早
runway-column-likely = 预计
runway-column-late = 多半不晚于
runway-column-marks = 重置与充值

overview-spent-title = 支出
overview-spent-of = 支出：{ $span }
overview-spent-today = 今天
    .then = 昨天此时
    .within = 今天
overview-spent-week = 本周
    .then = 上周此时
    .within = 本周
overview-spent-month = { $month }
    .then = 上月此时
    .within = { $month }
overview-spent-nothing-before = 还没有可比较的数据
overview-spent-sum = { $within } { $amount }
overview-spent-comma = ，
overview-spent-all = 合计：{ $sums }（{ $note }）。
overview-spent-none = 合计：{ $note }。
