# 单个账户的页面。

# 列表中各项之间。
account-comma = 、

account-back = ← 总览
account-loading = 正在加载…
account-read = { $age }读取
account-next-poll = { $when }再次查询
account-state-waiting = 正在等待首次数据
account-state-fresh = 数据最新
account-state-stale = 已过时
account-state-failing = 查询失败
account-state-offline = 离线
account-state-paused = 已暂停
account-top-up = 充值 ↗
account-poll-now = 立即查询
account-polling = 正在查询。
account-edit = 编辑…
account-pause = 暂停
account-paused = 已暂停。
account-resume = 继续
account-resumed = 已继续。
account-remove = 移除…
account-why = 为什么 402？
account-why-of = 为什么 402？{ $what }

account-notice-keychain = 钥匙串未能打开。
account-notice-offline = 本机离线。
account-notice-failing = 上次查询失败。
account-notice-since = 始于 { $when }。
account-notice-kept = 以下数据读取于 { $when }。
account-notice-none = 目前还没有数据。
account-notice-waiting = 正在等待首次数据。
    .more = 首次查询得到回应后即会显示。
account-notice-stale = 这些数据已过时。
    .more = 读取于{ $age }，本应每 { $interval }更新一次。下一次查询尚未得到回应。
account-notice-paused = 已暂停。
    .more = 恢复之前不会查询，也不会发出任何通知。
account-refused = 调用正被拒绝。{ $message }
account-refused-meter = 调用正被拒绝：{ $meter }。{ $message }

account-chart-of = 图表内容
account-meters = 计量项
account-no-figures = 暂无数据。
account-col-meter = 计量项
account-col-left = 剩余
account-col-used = 已用
account-col-limit = 限额
account-col-pace = 消耗速度
account-col-forecast = 预测
account-col-source = 来源
account-pace-unknown = 未知
account-resets = { $when }重置
account-range = { $early } – { $late }
account-range-open = { $early } – 超出预测范围
account-confidence =
    { $sure ->
        [low] 可信度低
        [fair] 可信度中
       *[good] 可信度高
    }
account-clear = 近期不会用尽
account-clear-until = 至 { $when }
account-no-limit = 无限额
account-no-forecast = 无预测：{ $reason }
account-source = { $word }：{ $means }

account-events = 最近 30 天
account-event-top_up = 充值
account-event-reset = 重置
account-event-gap = 缺口
account-event-refusal = 拒绝
account-event-notice = 通知
account-more = 显示更多（{ $count }）
account-nothing-happened = 尚无事件。

account-remove-title = 移除 { $account }？
account-remove-text =
    { $keys ->
        [keychain] 它的密钥会从钥匙串中删除，并且不再查询。如何处理它的历史？
       *[none] 它将不再被查询。如何处理它的历史？
    }
account-remove-keep = 保留历史
account-remove-delete = 同时删除历史，此操作无法撤销
account-remove-cancel = 取消
account-remove-now = 移除账户
account-removed = 账户已移除。

# 编辑表单。
edit-title = 编辑 { $account }
edit-name = 名称
edit-address = 地址
edit-address-own = 地址（若非默认地址）
edit-address-key = 此账户的密钥将发送到这个地址。
edit-interval = 查询间隔秒数（可选）
edit-interval-help = 留空则每 { $usual }查询一次；最少 { $least } 秒。
edit-budget = 自定月预算（可选）
edit-budget-help = 用于只报告支出、没有限额的服务商。
edit-reload = 低于此值自动充值（可选）
edit-reload-help = 您已在服务商处开启自动充值，而服务商很少会说明。
edit-lead = 充值所需时间（可选）
edit-lead-help = 填写 minutes、hours、days，或 5 days 这样的时长。首次警报会提前这么久发出。
edit-keys-stay = 密钥保持不变，可在下方更换。
edit-test = 测试
edit-testing = 正在测试…
edit-save = 保存
edit-saving = 正在保存…
edit-cancel = 取消
edit-saved = { $account } 已更改。

# 最近一次原始回应。
raw-title = 最近一次原始回应
raw-about = 上次查询得到的逐字回应。密钥已遮盖，内容只保存在内存中。
raw-none = 启动以来尚未查询。
raw-at = 读取于{ $age }，{ $when }
raw-no-answer = 无回应
raw-bytes = { $size }
raw-cut = 仅保留开头部分。
raw-binary = 内容不是文本，不予显示。
raw-empty = 回应为空。
raw-more = 另有 { $count } 个回应未保留。
raw-copy = 复制
raw-copied = 已复制回应。
raw-copy-failed = 未能复制
raw-body = { $request } 的回应

# 支出明细。
costs-title = 支出明细
costs-unit = 单位
costs-by = 分类方式
costs-by-all = 合计
costs-by-model = 模型
costs-by-key = 密钥
costs-by-project = 项目
costs-by-user = 用户
costs-caption =
    { $by ->
        [all] 合计
        [model] 按模型合计
        [key] 按密钥合计
        [project] 按项目合计
       *[user] 按用户合计
    }
costs-turn = 在图表上按 B：下一种分类
costs-spent = 支出
costs-part = 占比
costs-everything = 全部
costs-unnamed = 未命名
costs-together = 合计
costs-billed-to = 账单截至 { $when }
costs-fewer = 收起
costs-all = 显示全部 { $count } 项
costs-nothing = 此时间段内没有支出。

# 密钥。
keys-title = 密钥
keys-missing = 缺失
keys-not-given = 未提供
keys-in-keychain = 在系统钥匙串中
keys-add = 添加…
keys-replace = 更换…
keys-opens = 提供后还可显示：{ $meters }。
keys-make = 去创建 ↗
keys-stored-where = 保存在系统钥匙串中；若要从环境变量读取，请输入 { $example }。
keys-storing = 正在保存…
keys-store = 保存密钥
keys-cancel = 取消
keys-stored = 密钥已保存，正在用它查询此账户。
keys-none = 此账户不需要密钥。

# 账本。
ledger-title = 账本
ledger-said-anchor = 当时有 { $amount }
ledger-said-top_up = 充值 { $amount }
ledger-said-spent = 支出 { $amount }
ledger-ask-anchor = 我当时有
ledger-ask-top_up = 我充值了
ledger-ask-spent = 我花费了（报表中看不到）
ledger-counted-from = 依据：{ $from }。
ledger-compared-same = 服务商报告 { $amount }：与您的条目一致。
ledger-compared-less = 服务商报告 { $amount }：比您的条目少 { $apart }。
ledger-compared-more = 服务商报告 { $amount }：比您的条目多 { $apart }。
ledger-period-same = { $from } 至 { $until }：预计 { $expected }，实际 { $found }，一致。
ledger-period-less = { $from } 至 { $until }：预计 { $expected }，实际 { $found }，少 { $apart }。
ledger-period-more = { $from } 至 { $until }：预计 { $expected }，实际 { $found }，多 { $apart }。
ledger-none = 用于服务商不会报告的数字：填写您当时的金额，之后由此扣减。
ledger-remove = 移除
ledger-remove-of = 移除：{ $entry }，{ $at }
ledger-add-title = 添加条目
ledger-what = 类型
ledger-amount = 金额
ledger-day = 日期（留空为现在）
ledger-note = 备注（可选）
ledger-add = 添加
ledger-hint = 一天从 UTC 零点开始，与多数费用报表相同。
ledger-added = 条目已生效。
ledger-removed = 条目已移除。

# 防范措施。
precautions-title = 防范措施
precautions-done = 已完成
precautions-missing = 缺失
precautions-unknown = 未知
precautions-all-done = 全部 { $count } 项已完成
precautions-count-done = { $count } 项已完成
precautions-count-missing = { $count } 项缺失
precautions-count-unknown = { $count } 项未知

# 拒绝。
refusals-title = 拒绝
refusals-open = 始于 { $first }，最近 { $last }
refusals-span = { $first } – { $last }
refusals-seen = 共 { $count } 次
refusals-goes-on = 仍在持续
refusals-ended = 已结束
refusals-all = 显示全部（还有 { $count } 项）

# 假设。
whatif-title = 假设…
whatif-spend = 我多花费
whatif-when = 时间
whatif-when-now = 现在
whatif-when-tonight = 今晚
whatif-when-tomorrow = 明天
whatif-when-at = 指定时间…
whatif-time = 时刻
whatif-factor = 价格系数（0.5 为一半）
whatif-away = 我外出至
whatif-show = 查看
whatif-said = { $change }实际上没有任何更改。
whatif-before = 目前
whatif-after = 假设后
whatif-no-forecast = 无预测

# 输入示例：由程序读取，各语言相同。
account-example-amount = 50 USD
account-example-reload = 10 USD
account-example-extra = 30 USD
account-example-lead = hours
