# 窗口显示的内容：总览首句、警报与事件的结局、预测、账本、错误。

reason-no-history = 尚无历史：需要两次读数，间隔半小时
reason-short = 历史仅有 { $have }，需要 { $want }
reason-minutes = { $count } 分钟
reason-hours = { $count } 小时
reason-days = { $count } 天
reason-few = 仅观察到 { $have } 次支出，需要 { $want } 次
reason-no-spend = 开始读取以来没有支出
reason-no-limit = 服务商不报告上限或余额
reason-stale = 最近一次有效读数是 { $date } { $clock } UTC
reason-exhausted = 已经用尽
reason-refills = 速率限制会不断恢复

headline-wall = { $what }：预计用尽于
headline-used-up = { $what }
    .when = 已用尽
headline-early = 最早可能：{ $at }
headline-late = 很可能早于 { $at }
headline-before-reset = 重置前用尽的概率为 { $chance }
headline-left = 剩余 { $left }
    .of = 剩余 { $left }，上限 { $limit }
headline-burn = 消耗速度 { $rate }
headline-resets = 重置时间：{ $at }
headline-no-account = 尚无账户。
headline-no-figures = 各账户均有回应，但都没有说明剩余多少。
    .mend = 设置账本或预算后，这些账户就会有数据。
headline-waiting = 正在等待首批读数。
headline-no-forecast = 尚无预测。
headline-calm = 未来 7 天内没有任何账户会用尽。
    .known = 就目前所知，未来 7 天内没有任何账户会用尽。
headline-silent = { $count } 个账户没有回应
headline-unknown = { $count } 个计量项没有预测

sum-missing = 无法以 { $unit } 合计：config.toml 中缺少 { $missing } 的汇率
sum-rate = { $unit } 按 { $is } 折算，为您在 { $date }设定的汇率
sum-rates = { $before }；{ $next }

ended-nothing-left = { $at } 起已无剩余。
ended-reset = { $at } 限额重置，警报随之结束。
ended-topped-up = { $at } 充值 { $amount }，警报随之结束。
ended-raised = { $at } 上限调高 { $amount }，警报随之结束。
ended-far = { $at } 结束：此前一天内不再接近用尽。
ended-passed = { $at } 结束，即答复中给出的时间。
ended-quiet = { $at } 结束：不再有调用被拒绝。
ended-above = { $at } 结束：剩余已高于设定的金额。
ended-mended = { $at } 结束：查询恢复正常。
ended = { $at } 结束。

incident = { $title }：被拒绝 { $count } 次
    .until = { $title }：被拒绝 { $count } 次，直到 { $until }
incident-topped-up = { $at } 充值 { $amount } 后结束。
incident-raised = { $at } 上限调高 { $amount } 后结束。
incident-reset = { $at } 限额重置后结束。
incident-passed = { $at } 结束，即答复中给出的时间。
incident-quiet = { $at } 之后没有再被拒绝；原因不明。

figure-left = { $label }：剩余 { $left }
    .of = { $label }：剩余 { $left }，上限 { $limit }
figure-used = { $label }：已用 { $used }
figure-no-limit = { $label }：未设上限
figure-none = { $label }：没有数据
test-mute = { $name } 有回应，说明密钥有效。它不提供金额信息：请用账本或预算为此账户提供数据。
test-answers = { $name } 有回应。
test-no-figure = { $name } 有回应，但没有 Tollwatch 能识别的数据。
test-also = 提供{ $secret }后还能看到：{ $opens }。

what-if-with = 假设：{ $parts }。
what-if-spend = { $at } 额外支出 { $amount }
what-if-factor = 价格变为原来的 { $factor } 倍
what-if-away = 离开，直到 { $until }
what-if-alone = 仅这一批就会用完剩余的 { $left }。
what-if-always-on = 此账户一直在运行：您的离开对它没有影响。
what-if-no-forecast = 没有预测：{ $reason }。
what-if-same = 最可能：{ $at }，与不这样做时相同。
what-if-earlier = 最可能：{ $new }，而非 { $old }：提前 { $span }。
what-if-later = 最可能：{ $new }，而非 { $old }：推迟 { $span }。
what-if-clear = { $until } 之前看不到用尽时刻，而非 { $old }。
what-if-wall = 最可能：{ $new }；不这样做则看不到用尽时刻。
what-if-either = 无论怎样，{ $until } 之前都看不到用尽时刻。
what-if-no-meter = { $account } 没有近期读到剩余量的计量项
    .named = { $account } 没有近期读到剩余量的计量项 { $meter }
what-if-amount = 金额：{ $error }；请写成 30 USD 的形式
what-if-past = { $moment } 已经过去：请写明将来何时支出
what-if-too-far = 超出了预测所及的 60 天
what-if-how-much = 请写明届时支出多少，例如 30 USD
what-if-factor-range = { $factor } 不在 0.01 到 100 之间；0.5 表示半价
what-if-not-ahead = { $text } 不是将来的时间
what-if-nothing = 请写明变化：金额、倍数或离开的时间
what-if-unit = 这里没有以 { $unit } 计量的项目；请用 { $units } 填写金额
either = { $before } 或 { $next }

ledger-left = 剩余 { $left }：{ $parts }。
ledger-anchor = 起始 { $amount }（{ $date }）
ledger-topped-up = 充值 { $amount }
ledger-spent = 支出 { $amount }
ledger-typed = 您记录的支出 { $amount }
ledger-from-costs = 服务商报告的费用
ledger-from-meter = 计量项“{ $label }”
ledger-from-hand = 仅您的记录：没有任何来源报告此账户的支出
ledger-shared = 支出 { $amount }（{ $span }）始于您的记录之前且无法拆分，因此全部计入：实际剩余可能更多，最多相差这一数额。
ledger-undivided = 支出 { $amount }（{ $span }）是一个整体数字，无法在您的记录处拆分，因此不计入：实际剩余可能更少。
ledger-unknown = { $from } 至 { $until } 期间的支出情况未知：如有支出，实际剩余会更少。
ledger-ahead = 有 { $count } 条记录的日期在将来，暂不计入。
ledger-day = { $date }当日
ledger-span = { $from } 至 { $until }
ledger-moment = { $date } { $clock } UTC

page-top-up = 充值
page-billing = 付款与账单
page-keys = 密钥
page-limits = 限额
page-status = 当前运行状态

simulated = { $name }（模拟）
    .scripted = { $name }（脚本）

poll-of = { $label }：{ $message }
poll-no-address = { $label }：{ $name } 没有默认地址；请将 base_url 设为您的网关地址
poll-too-slow = 超过三分钟仍未答完全部请求
poll-no-connector = { $id }：没有名为“{ $connector }”的连接器；`tollwatch connectors` 可列出全部连接器
account-no-secret = 此账户没有保存 { $role }；请带密钥重新添加

account-id-unread = “{ $text }”不是有效的账户标识：请使用 1 到 64 个 a-z、0-9、- 和 _
amount-unread = “{ $text }”不是数字
amount-range = “{ $text }”超出范围
amount-no-unit = “{ $text }”不是单位：请使用 USD 之类的货币代码，或 tokens、requests、credits、percent
amount-two-units = { $one } 与 { $other } 不能相加
not-positive = { $amount } 不大于零
entry-date-unread = “{ $text }”不是日期：请写成 2026-11-01 或 2026-11-01T14:30:00Z 的形式
entry-percent = 账本不能使用百分比：请填写金额，例如 50 USD
entry-note = 备注只能有一行，最多 200 个字
date-unread = “{ $text }”不是日期：请写成 2026-12-07 或 2026-12-07T14:00 的形式
days-unread = “{ $text }”不是日期：请写成 2026-12-25 或 2026-12-24 to 2027-01-01 的形式
days-reversed = “{ $text }”的结束早于开始
days-too-long = “{ $text }”超过一年
entry-date-expected = 带引号的日期，例如 "2026-11-01" 或 "2026-11-01T14:30:00Z"
json-syntax = 不是有效的 JSON：{ $error }
json-too-deep = 嵌套超过 { $levels } 层

error-gone = 找不到{ $what }，可能已被移除
error-no-window = 此程序没有可启动的窗口；请通过系统的服务设置管理 `tollwatch serve`
what-account = 账户 { $id }
what-alert = 警报 { $id }
what-this-alert = 此警报
what-alert-history = 此警报的历史
