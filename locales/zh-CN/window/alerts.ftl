# 警报、单个警报的页面，以及何时提醒。

alerts-title = 警报
alerts-now = 当前
alerts-past = 最近 30 天
alerts-calm = 没有需要处理的事。
    .last = 最近一次提醒（{ $age }）：
    .never = 没有需要处理的事，最近 30 天也没有发出过警报。
    .alone = 尚未监视任何账户，因此没有什么需要提醒。
alerts-add = 添加账户
alerts-all = 显示全部 { $count } 条
alerts-snoozed = 静音至：{ $when }
alerts-began = 开始：{ $when }
alerts-ended = 结束：{ $when }
alerts-told = { $age }已提醒
    .not = 未提醒
alerts-why = 提醒原因
    .of = 提醒原因：{ $title }
alerts-why-402 = 为什么 402？
    .of = 为什么 402？{ $title }

alerts-snooze = 4 小时后提醒
    .of = 4 小时后提醒：{ $title }
    .done = 4 小时内不再提醒。
alerts-acknowledge = 知悉
    .of = 知悉：{ $title }
    .done = 已知悉。

episode-back = ← 警报
episode-title = 警报 { $id }
episode-gone = 找不到此警报。
    .demo = 模拟器中找不到此警报。
episode-about = { $account }，{ $meter }
episode-why = 原因
episode-table = 表格
episode-moments = 提醒过的内容
episode-told = { $channel ->
    [none] { $when }（{ $age }），未提醒
    [desktop] { $when }（{ $age }），已通过桌面通知提醒
    [in_app] { $when }（{ $age }），已在窗口中提醒
   *[other] { $when }（{ $age }），已通过 { $channel } 提醒
}
episode-told-as = { $told }：{ $title }
episode-after = 后来如何
episode-open = 此警报尚未结束。

tell-title = 何时提醒
tell-dial = 提前多久提醒即将到来的用尽
    .low = 较晚，很少落空
    .normal = 适中
    .high = 较早，较多落空
tell-low = 余额低于此值时提醒（可选）
    .example = 5 USD, 30 CNY
tell-quiet = 免打扰时段（可选）
    .about = 可以等待的内容会在时段结束后提醒。
tell-breaks-through = 调用被拒绝，或一小时内将用尽时，即使在免打扰时段或静音期间也提醒
tell-bursts = 提醒异常支出
tell-save = 保存
    .of = 保存 { $account } 的警报设置
tell-saved = 已保存。
tell-unsaved = 尚未保存。
tell-try = 用最近 30 天试算
    .of = 用最近 30 天试算：{ $account } 的警报设置
    .busy = 正在试算…
tell-each = 本应发出的提醒
tell-fate-right = 确已用尽
tell-fate-renewed = 已及时充值
tell-fate-open = 尚无结果
tell-fate-in_vain = 落空
tell-accounts = 单个账户
tell-lead = 充值到账需要多久（可选）
    .example = hours
    .about = 首次警报会提前这么久发出：minutes（刷卡，4 小时）、hours（48 小时）、days（对公付款，五个工作日），或直接写时长，最多 10 个工作日（10 working days）。
    .is = 提前 { $lead }
tell-reload = 低于此值时自动充值（可选）
    .example = 10 USD
    .about = 若您已在服务商处开启自动充值。此时用尽警报会降低一级；自动充值未到账时会提醒。
    .is = 低于 { $amount } 时自动充值
tell-expires = 密钥到期日（可选）
    .is = 密钥有效至 { $day }
