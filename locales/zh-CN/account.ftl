# 单个账户：它的经历、表单中的输入、图表的图例。

account-event-added = { $meter }：增加 { $amount }
account-event-corrected = { $meter }：修正 { $amount }
account-event-limit = { $meter }：限额变动 { $amount }
account-event-reset = { $meter }：重新计数
account-event-gap = { $polls } 次查询失败：{ $why }
account-event-refusal = { $line }。“{ $quoted }”
account-event-told = 已通知（{ $severity }）：{ $title }

account-no-connector = 没有名为“{ $connector }”的连接器；`tollwatch connectors` 会列出全部
account-needs-address = { $name } 需要填写地址，例如 https://gateway.example.com
account-needs-key = { $name } 需要{ $key }。{ $help }
account-no-option = { $name } 没有选项“{ $option }”
account-needs-option = { $name } 需要“{ $option }”：{ $help }
account-bad-budget = 预算：{ $why }；请写成 50 USD 这样的形式
account-bad-interval = 查询间隔：请填写整数秒，例如 300
account-interval-too-short = 查询间隔：{ $name } 两次查询至少相隔 { $least } 秒
account-bad-reload = 自动充值：{ $why }；请写成 10 USD 这样的形式
account-bad-lead = 准备时间：{ $why }
account-id-taken = 已有账户 { $id }，请换一个标识
account-key-left = { $id } 已移除，但其 { $role } 仍在钥匙串中（tollwatch，{ $id }/{ $role }）：{ $why }
keys-no-secret = { $name } 没有密钥“{ $role }”
account-wrong-key = 这不是{ $key }：它应以 { $prefix } 开头。{ $help } 未发送任何内容。
account-no-key-given = 没有填写{ $key }

account-bad-amount = 金额：{ $why }；请写成 50 USD 这样的形式
account-entry-ahead = { $at } 在未来：条目只能记录已发生的事
account-ledger-no-figure = 以 { $unit } 计的条目还得不出数字：它们在未来，或者总和过大。
account-ledger-no-anchor = 没有条目说明某一时刻有多少 { $unit }，因此无从扣减。
account-ledger-compared = 服务商自己会报告余额，因此以那个数字为准，这里的数字只用来对照。

account-spend-by =
    { $by ->
        [model] 按模型统计的支出
        [key] 按密钥统计的支出
        [project] 按项目统计的支出
        [user] 按用户统计的支出
       *[day] 按天统计的支出
    }
account-sum-too-large = 这些费用的总和超出可显示的范围；请选择更短的时间段
account-costs-unnamed = 未命名
account-costs-others = 其他 { $count } 项
account-chart-spent = 支出
account-chart-refused = { $title }：被拒绝 { $count } 次

# 图表标记的含义。
legend-left = 剩余
legend-used = 已用
legend-limit = 限额
legend-reserve = 预留
legend-fan = 预测范围（由早到晚）
legend-wall = 预计用尽（中位数）
legend-topup = 充值
legend-reset = 重置
legend-refusal = 被拒绝的调用
legend-gap = 无读数
legend-spent = 支出
legend-spent-now = 尚未结束

# 图片文件。
picture-span = { $from } – { $to }
picture-zone = { $span }（{ $zone }）
picture-not-written = 图片无法写入 { $folder }（{ $why }）。
picture-no-png = 收到的图片不是 16 MB 以内的 PNG。
