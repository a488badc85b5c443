# 月度报告。

report-title = { $month }账户费用
report-demo = 虚构数据：这些是模拟器的账户与金额。
report-made = 截至 { $at }（{ $zone }）。
report-nothing = 在 Tollwatch 监视期间，本月没有支出，也没有用尽任何额度。
report-spent = 支出
report-before = 上月 { $amount }
report-walls-hit = 次用尽
report-walls-avoided = 次避免用尽
report-by-account = 按账户
report-account = 账户
report-spent-column = 支出
report-before-column = 上月
report-hit-column = 用尽
report-avoided-column = 避免
report-no-breakdown = 服务商未说明支出的去向。
report-on-day = 按日
report-on-model = 按模型
report-on-key = 按密钥
report-on-project = 按项目
report-on-user = 按用户
report-not-named = 未命名
report-others = 另外 { $count } 项
report-walls = 用尽与预警
report-hit = 用尽
report-avoided = 已避免
report-foot = 数据来自 Tollwatch 自己的历史。支出按读数计算，可能与账单有出入；短横线表示未知。明细由服务商按其自己的日期提供。
