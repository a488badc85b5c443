# 数字、时间与时长。

never = 从未
just-now = 刚刚
ago = { $span }前
ahead = { $span }后
ahead-now = 现在
nothing-spent-now = 目前没有支出
per-hour = { $amount }/小时
percent = { $number }%

span-seconds = { $count } 秒
span-minutes = { $count } 分钟
span-hours = { $count } 小时
span-days = { $count } 天

moment-yesterday = 昨天 { $clock }
moment-tomorrow = 明天 { $clock }
moment-date = { $date }{ $weekday } { $clock }
full = { $date } { $clock }
midnight = 午夜

unit-tokens = tokens
unit-requests = 次请求
unit-credits = 点额度
amount = { $number } { $unit }

compared-same = 与{ $then }相同
compared-less = 比{ $then }少 { $amount }
compared-more = 比{ $then }多 { $amount }

full-stop = 。

severity-heads_up = 提前提醒
severity-soon = 即将用尽
severity-now = 马上用尽
severity-refused = 已被拒绝

state-pending = 待确认
state-firing = 触发中
state-acknowledged = 已知悉
state-snoozed = 已静音
state-resolved = 已解除

kind-balance = 余额
kind-budget = 预算
kind-quota = 配额
kind-rate = 速率限制
kind-spend = 支出

provenance-reported = 服务商报告
    .means = 服务商如此报告。
provenance-derived = 推算
    .means = 由服务商报告的数字推算而来。
provenance-anchored = 手工基准
    .means = 从您输入的金额开始逐笔扣减。
provenance-estimated = 估算
    .means = 令牌数乘以标价。
