# 图表：标签、标记，以及供屏幕阅读器朗读的文字说明。

chart-empty = 尚无读数
chart-limit = 上限
chart-reset = 重置
chart-now = 现在
chart-then = 当时
chart-left = 剩余
chart-used = 已用
chart-forecast = 预测 { $name }
chart-gap = 没有读数：查询失败
    .why = 没有读数：{ $why }
chart-mark-reset = 重置：用量重新计算
chart-mark-top-up = 充值 { $amount }
chart-mark-lowered = 上限调低 { $amount }
chart-mark-wall = 预计用尽：{ $when }
chart-failed = 无法绘制图表：{ $reason }
    .font = 无法读取字体
    .png = 无法写出 PNG：{ $error }

chart-day = { $day }日{ $weekday }
chart-moment = { $weekday } { $clock }
chart-month = { $month }月
chart-year = { $year }年

summary-empty = { $label }：尚无读数。
    .since = { $label }：{ $since } 以来尚无读数。
summary-left = 剩余 { $left }
    .of = 剩余 { $left }，上限 { $limit }
summary-used = 已用 { $used }
    .of = 已用 { $used }，上限 { $limit }
summary-level = { $label }：{ $figure }；{ $since } 以来介于 { $least } 与 { $most } 之间。
    .seen = { $label }：{ $figure }；{ $since } 以来介于 { $least } 与 { $most } 之间，其间有 { $seen }。
summary-gaps = { $count } 处缺口
summary-top-ups = { $count } 次充值
summary-resets = { $count } 次重置
summary-refusals = { $count } 次拒绝
summary-wall = 预计用尽：{ $p50 }，介于 { $p10 } 与 { $p90 } 之间。
    .open = 预计用尽：{ $p50 }，最早 { $p10 }，最晚时间尚无法判断。
summary-spent = { $label }：{ $since } 以来支出 { $total }；{ $peak } 起的一段最多：{ $most }。
summary-too-much = 超出可显示的范围
summary-largest = 其中最大的部分是 { $name }：{ $amount }。
