# 设置及其结果：用历史试算、预测的准确度、工作节奏。

settings-wrong = { $field ->
    [low] 金额：{ $error }
    [quiet] 免打扰时段：{ $error }
    [lead] 充值所需时间：{ $error }
    [reload_below] 自动充值：{ $error }
   *[key_expires] 密钥到期日：{ $error }
}

settings-test-sent = 已发送，{ $service } 已接收。您现在应该能看到通知。

settings-replay-broke-off = 试算中断：{ $error }
settings-replay-days = 试算：天数须在 1 到 365 之间
settings-replay = { $notices ->
    [0] { $came ->
        [none] 按这些设置，{ $span }内不会提醒您；期间没有用尽。
        [one-late] 按这些设置，{ $span }内不会提醒您，而期间用尽过一次。
       *[other] 按这些设置，{ $span }内不会提醒您，而期间用尽过 { $walls } 次。
    }
   *[other] 按这些设置，{ $span }内会提醒您 { $notices } 次，{ $came ->
        [none] 期间没有用尽
        [one] 在用尽前 { $lead }
        [one-late] 但未能赶在用尽之前
        [all] 中位数为用尽前 { $lead }
        [some-late] 中位数为用尽前 { $lead }（{ $walls } 次用尽中有 { $late } 次太晚）
       *[all-late] 但 { $walls } 次用尽都太晚
    }，{ $vain ->
        [0] 无一落空
       *[other] { $vain } 次落空
    }。
}

settings-rhythm =
    .none = 每一天、每一小时都按实际观察计算。
    .measured = 工作与休息时的支出按各账户的实际情况测算。
    .away = 您外出至{ $until }：此前预计没有工作。若仍观察到消耗，则照常全额计入。
    .away-measured = 您外出至{ $until }：此前预计没有工作。若仍观察到消耗，则照常全额计入。工作与休息时的支出按各账户的实际情况测算。

settings-scored =
    .early = 历史太短，尚无法评判警报：没有用尽过，也没有满四天的警报。
    .calm = { $since ->
        [none] 没有用尽过
       *[other] 自 { $since } 以来没有用尽过
    }；发出过 { $warnings } 次警报，{ $vain ->
        [0] 没有警报落空
       *[other] { $vain } 次警报落空
    }。
    .one = { $told ->
        [0] 最近一次用尽未能提前 1 小时提醒
       *[other] 最近一次用尽至少提前 1 小时提醒
    }；{ $vain ->
        [0] 没有警报落空
       *[other] { $vain } 次警报落空
    }。
    .walls = 最近 { $walls } 次用尽中有 { $told } 次至少提前 1 小时提醒；{ $vain ->
        [0] 没有警报落空
       *[other] { $vain } 次警报落空
    }。
    .lead = 其中一半提前 { $lead } 或更早提醒。
    .range = 在 { $forecasts } 次预测中，{ $share } 的实际时刻落在预测区间内；目标为 80%。
    .range-off = 在 { $forecasts } 次预测中，{ $share } 的实际时刻落在预测区间内；目标为 80%。最可能时刻的偏差为 { $off } 倍。
    .few = 已结束的预测太少，尚无法评判其区间：需要 { $enough } 次，现有 { $forecasts } 次。
    .calibrated = 预测区间已按自身历史校准，依据最近 { $walls } 次用尽。
    .chance = 48 小时内用尽的概率平均预测为 { $meant }，实际为 { $came }。
