# 调用为何被拒绝：每种原因的依据、发生了什么、该怎么做，以及如何避免再次发生。
# 一条消息中引用的另一条消息共享其参数。

## 名称与时刻

diagnosis-who = { $known ->
    [yes] { $who }{ " " }
   *[no] 服务商
}
    .inside = { $known ->
        [yes] { " " }{ $who }{ " " }
       *[no] 服务商
    }
diagnosis-front = { $watched ->
    [yes] { $gateway }{ " " }
   *[no] 网关
}
    .inside = { $watched ->
        [yes] { " " }{ $gateway }{ " " }
       *[no] 网关
    }
    .any = { $watched ->
        [yes] { " " }{ $gateway }{ " " }
       *[no] 某个网关
    }
diagnosis-gateway = 该网关
    .quoted = “{ $account }”
# 计量项，按连接器所给的名称；$base 为其小写形式。未列出的保留原名。
diagnosis-meter = “{ $account }”的{ $meter }
diagnosis-named = “{ $account }”的{ $meter }
    .alone = { $meter }
diagnosis-and = { $first }和{ $next }

# 句中的时刻。以数字结尾者其后加空格，.closed 用于标点之前。
diagnosis-clock = { $day ->
    [today] 今天 { $clock }{ " " }
    [far] { $moment }
   *[near] { $moment }{ " " }
}
    .bare = { diagnosis-clock }
    .closed = { $day ->
        [today] 今天 { $clock }
       *[far] { $moment }
    }
diagnosis-read = { $how ->
    [ago] { $clock }（{ $span }前）
    [same] { $clock }（同一时刻）
    [before] { $clock }（拒绝前 { $span }）
   *[after] { $clock }（拒绝后 { $span }）
}

## 账户自身的数字说明了什么。$name 为“Work”的余额，$read 为读取时刻。

diagnosis-doubt-old = 该数字太旧，说明不了多少。
diagnosis-doubt-anchored = 该数字由手工输入的金额推算而来。
diagnosis-doubt-estimated = 该数字由 tokens 和标价估算而来。

diagnosis-balance-empty = { $how ->
    [since] { $name }在{ $read }为 { $amount }，自{ $since }起为零。
    [held] { $name }在{ $read }为 { $amount }，少于为一次请求预留的金额。
    [since-held] { $name }在{ $read }为 { $amount }，自{ $since }起为零，少于为一次请求预留的金额。
   *[plain] { $name }在{ $read }为 { $amount }。
}
diagnosis-balance-needed = { $name }在{ $read }为 { $amount }：该请求需要 { $needed }。
diagnosis-balance-low = { $name }在{ $read }为 { $amount }：可能不够一次请求。
diagnosis-balance-full = { $name }在{ $read }为 { $amount }：远多于一次请求所需。
diagnosis-reservation = { $provider } 为每次请求预留 { $reserve }，而剩余 { $left }：余额到零之前调用就会被拒绝。

diagnosis-reload-said = “{ $account }”设有低于 { $below } 时的自动充值；自{ $since }起余额为零，但没有到账。
    .left = “{ $account }”设有低于 { $below } 时的自动充值；{ $read }剩余 { $left }，此后没有到账。
diagnosis-reload-seen = “{ $account }”最近 { $count } 次充值每次均为 { $amount }，当时约剩 { $about }，像是自动充值；自{ $since }起余额为零，但没有到账。
    .left = “{ $account }”最近 { $count } 次充值每次均为 { $amount }，当时约剩 { $about }，像是自动充值；{ $read }剩余 { $left }，此后没有到账。

diagnosis-limit-figure = { $figure ->
    [used] 已用 { $used }，限额 { $limit }
    [left-of] 剩余 { $left }，限额 { $limit }
   *[left] 剩余 { $left }
}
diagnosis-limit = { $level ->
    [empty] { $name }在{ $read }已达上限：{ diagnosis-limit-figure }。
    [low] { $name }在{ $read }已接近上限：{ diagnosis-limit-figure }。
    [tightest] { $name }在{ $read }未达上限：{ diagnosis-limit-figure }，且是同类中最紧的。
   *[full] { $name }在{ $read }未达上限：{ diagnosis-limit-figure }。
}
diagnosis-again = 将于{ $clock }重置。

diagnosis-rate-empty = { $name }在{ $read }已无剩余。
diagnosis-rate-left = { $name }在{ $read }剩余 { $left }。
diagnosis-same-limit = { $name }在{ $read }显示的限额 { $amount } 与应答中的一致。
diagnosis-same-left = { $name }在{ $read }显示的剩余 { $amount } 与应答中的一致。

diagnosis-added-before = { $read }向“{ $account }”充值了 { $amount }：可能尚未处处生效。
diagnosis-added-after = { $read }向“{ $account }”充值了 { $amount }：说明有人认为有此需要。
diagnosis-raised-before = { $read }{ $meter }提高了 { $amount }：可能尚未处处生效。
diagnosis-raised-after = { $read }{ $meter }提高了 { $amount }：说明有人认为有此需要。

## 当时还有什么情况

diagnosis-poll-strange = 对“{ $account }”的查询在{ $read }得到的不是服务商的应答：{ $message }
diagnosis-poll-lost = “{ $account }”在{ $read }无法连接：{ $message }
diagnosis-polls-lost = { $whole } 个账户中有 { $count } 个无法连接，“{ $account }”是在{ $read }。
diagnosis-poll-key = 对“{ $account }”的查询也因密钥而失败，最近一次在{ $read }：{ $message }
diagnosis-poll-good = “{ $account }”在{ $read }查询成功。
    .other-key = “{ $account }”在{ $read }查询成功，但用的是另一类密钥。
diagnosis-wanted-key = 读取此项需要 { $provider } 的“{ $key }”，而“{ $account }”没有存储该密钥。
diagnosis-behind-empty = { $sure ->
    [yes] { $gateway }背后的{ $name }在{ $read }为 { $amount }。
   *[no] 可能位于{ $gateway }背后的{ $name }在{ $read }为 { $amount }。
}
diagnosis-behind-full = { $sure ->
    [yes] { $name }在{ $read }为 { $amount }，而{ $gateway }拒绝调用：其背后的账户有余额。
   *[no] { $name }在{ $read }为 { $amount }，而{ $gateway }拒绝调用：可能位于其背后的账户有余额。
}
diagnosis-neighbour-refused = { $provider } 的另一账户“{ $account }”大约在同一时间被拒绝。
diagnosis-neighbours-refused = { $provider } 的另外 { $count } 个账户大约在同一时间被拒绝。
diagnosis-neighbour-fine = { $provider } 的另一账户“{ $account }”大约在同一时间查询成功且未被拒绝。
diagnosis-wait-over = 可重试的时刻在{ $clock }已过：本机时钟可能不准，或应答已旧。
diagnosis-wait-short = 应答要求 { $span }后再来：余额不会自行恢复。
diagnosis-wait-long = 应答要求等到{ $clock }再来：对速率限制而言太久。
diagnosis-repeated = 这是一天之内此类拒绝（{ $title }）的第 { $count } 次；{ $clock }为首次。
diagnosis-repeated-rate = 若是速率限制，此时应已恢复。
diagnosis-clearer = “{ $account }”曾在{ $read }被拒绝，应答更明确：{ $title }。
    .quoted = “{ $account }”曾在{ $read }被拒绝，应答更明确：“{ $message }”。
diagnosis-held = 在{ $read }有款项为进行中的请求预留。
diagnosis-alert-offline = 有警报称本机离线。
diagnosis-alert-failing = 有警报称对“{ $account }”的查询失败。
diagnosis-alert-low = 有警报称“{ $account }”的余额偏低。
diagnosis-alert-wall = 有警报预见“{ $account }”将会用尽。

diagnosis-says-sure = 应答指明了此原因（规则 { $rule }）。
    .quoted = 应答指明了此原因（规则 { $rule }）：“{ $message }”
diagnosis-says-well = 应答的措辞表明如此（规则 { $rule }）。
    .quoted = 应答的措辞表明如此（规则 { $rule }）：“{ $message }”
diagnosis-says-status = 状态码为 { $status } 的应答多半表示此原因，但并未明说（规则 { $rule }）。
    .quoted = 状态码为 { $status } 的应答多半表示此原因，但并未明说（规则 { $rule }）：“{ $message }”
diagnosis-says-little = 这样的应答多半表示此原因，但并未明说（规则 { $rule }）。
    .quoted = 这样的应答多半表示此原因，但并未明说（规则 { $rule }）：“{ $message }”

## 发生了什么。以下部分共享其所在消息的参数。

diagnosis-refused = { $how ->
    [foreseen] 尚未见到拒绝，但{ diagnosis-who.inside }有理由拒绝调用
    [stated] { diagnosis-who }声明其拒绝调用
    [stated-through] { diagnosis-who }声明其拒绝经由{ diagnosis-front.any }的调用
    [refused-through] { diagnosis-who }拒绝了经由{ diagnosis-front.any }的调用
   *[refused] { diagnosis-who }拒绝了调用
}
diagnosis-figures = { $figures ->
    [needed-left] ；该请求需要 { $needed }，剩余 { $left }
    [needed] ；该请求需要 { $needed }
    [used] ；已用 { $used }，限额 { $limit }
    [limit] ；限额为 { $limit }
    [left] ；剩余 { $left }
    [used-then] ；已用 { $used }，限额 { $limit }（{ $then }读取）
    [limit-then] ；限额为 { $limit }（{ $then }读取）
    [left-then] ；剩余 { $left }（{ $then }读取）
   *[none] { "" }
}
diagnosis-is = { "" }
diagnosis-was = { "" }
diagnosis-through = { $through ->
    [yes] 经由{ diagnosis-front.any }
   *[no] { "" }
}
diagnosis-status = { $answer ->
    [status] （状态码 { $status }）
    [status-quoted] （状态码 { $status }）
   *[none] { "" }
}

diagnosis-thing-balance = 预付余额
diagnosis-thing-key = 密钥自身的限额
diagnosis-thing-project = 项目预算
diagnosis-thing-team = 团队或项目的预算
diagnosis-thing-organisation = 组织预算
diagnosis-thing-budget = 预算
diagnosis-thing-cap = 支出上限或等级限额
diagnosis-thing-quota = 免费或每日配额

diagnosis-told-used-up = { diagnosis-refused }：{ $thing }已用尽{ diagnosis-figures }。
diagnosis-told-reached = { diagnosis-refused }：{ $thing }已达上限{ diagnosis-figures }。
diagnosis-told-larger = { diagnosis-refused }：请求超出了剩余额度{ diagnosis-figures }。
diagnosis-told-plan = { diagnosis-refused }：账户没有涵盖此项的套餐，或套餐已过期。
diagnosis-told-payment = { diagnosis-refused }，与付款有关：付款方式失败或需要验证，有未结账单，或账户已被暂停。
diagnosis-told-rate = { diagnosis-refused }：同时的请求或 tokens 过多，与费用无关{ diagnosis-figures }。
diagnosis-told-capacity = { diagnosis-who }目前无法{ diagnosis-through }接受更多调用；与费用和您的限额都无关。
diagnosis-told-in-flight = { diagnosis-refused }：剩余款项已为仍在进行的请求预留{ diagnosis-figures }。
diagnosis-told-credentials = { diagnosis-refused }：密钥不被接受{ diagnosis-status }。密钥有误、已被撤销、类型不符，或缺少权限。
diagnosis-told-gateway = { diagnosis-front }自行拒绝了调用{ diagnosis-status }，或隐藏了其背后服务商拒绝的原因。
diagnosis-told-challenge = { diagnosis-who }为此调用报出价格 (x402)；您的账户余额均未用尽。
    .priced = { diagnosis-who }为此调用报价 { $needed } (x402)；您的账户余额均未用尽。
diagnosis-told-network = 作出应答的不是{ diagnosis-who.inside }而是中间环节{ diagnosis-status }，例如代理或网络的登录页面。
diagnosis-answered = { $answer ->
    [status-quoted] { diagnosis-who }{ diagnosis-through }以状态码 { $status } 应答：“{ $message }”。
    [status] { diagnosis-who }{ diagnosis-through }以状态码 { $status } 应答，没有任何说明。
    [quoted] { diagnosis-who }{ diagnosis-through }的应答没有状态码：“{ $message }”。
   *[none] { diagnosis-who }{ diagnosis-through }的应答没有状态码，也没有任何说明。
}

diagnosis-whose = 这是网关背后的服务商账户，而非网关自身的账户。
diagnosis-smaller = 较小的请求可能仍会成功。
    .up-to = 不超过 { $left } 的请求仍可成功。
diagnosis-reload-due = 本应触发的自动充值没有到账。
    .said = 低于 { $below } 时本应触发的自动充值没有到账。
    .seen = 约剩 { $about } 时本应触发的 { $amount } 自动充值（据以往推断）没有到账。
diagnosis-it-says = 其说明为：“{ $message }”。
diagnosis-pays = 需由会付款的客户端应对，而不是充值。
diagnosis-network-only = 这与余额和密钥无关。
diagnosis-no-refusal = 这不是 Tollwatch 已知的拒绝。
diagnosis-not-told = 由此无法判断原因是余额、限额、密钥还是网络。
diagnosis-mended = { $clock }充值了 { $amount }，因此调用应已恢复。
diagnosis-account-had = 账户本身在{ $clock }仍有 { $amount }。
diagnosis-provider-had = { $provider } 的“{ $account }”在{ $clock }仍有 { $amount }。
diagnosis-elsewhere = “{ $account }”是 { $provider } 的账户，其数字与此应答无关。
diagnosis-guess = 这只是推测，是几种原因中最有可能的一种：没有任何迹象明确指出。

diagnosis-waiting = { $state ->
    [over] 原定于{ $clock }恢复，因此调用应已恢复。
    [until] 将于{ $clock }重置；在此之前，{ diagnosis-helps }。
    [itself] 会自行恢复，但时间未知。
   *[never] 等待无济于事：{ diagnosis-helps }。
}
diagnosis-helps = { $cause ->
    [balance_exhausted] 充值后调用即可恢复
    [key_limit] 可提高限额或换用其他密钥
    [budget_exceeded] 可提高预算
    [provider_cap] 可提高上限
    [free_quota] 可改用付费套餐或其他模型
    [plan_missing] 需要续订或更换套餐
    [payment_failed] 需要处理付款问题
    [reload_missed] 请手动充值，并修复自动充值
    [credentials] 需要修正密钥
   *[gateway_misconfigured] 需要修复网关
}
diagnosis-soon = { $state ->
    [now] 现在可以重新发送调用。
    [at] { $clock }可以重新发送调用，即 { $span }后。
   *[itself] 会自行恢复，通常在一分钟左右。
}

## 该怎么做。$who 为办理所在的一方；账户已知时 $whose 为“yes”。

step-top-up = { $whose ->
    [yes] 在{ diagnosis-who.inside }为“{ $account }”充值。
   *[no] 在{ diagnosis-who.inside }充值。
}
    .size = { $whose ->
        [yes] 如需这种规模的请求，请在{ diagnosis-who.inside }为“{ $account }”充值。
       *[no] 如需这种规模的请求，请在{ diagnosis-who.inside }充值。
    }
    .hand = { $whose ->
        [yes] 在{ diagnosis-who.inside }为“{ $account }”手动充值。
       *[no] 在{ diagnosis-who.inside }手动充值。
    }
    .often = { $whose ->
        [yes] 如果经常出现，请在{ diagnosis-who.inside }为“{ $account }”充值。
       *[no] 如果经常出现，请在{ diagnosis-who.inside }充值。
    }
step-see-reload = 查看自动充值是否仍开启、付款是否成功。
step-set-reload = 如果那里有自动充值，请开启，以免再次发生。
step-mend-reload = 查看自动充值失败的原因：银行卡、其限额，或每月最多可充值的金额。
step-fewer-tokens = 减少单次请求的 tokens（`max_tokens`）。
    .most = 单次请求最多请求 { $left }（`max_tokens`）。
step-thing-key = 被拒绝密钥的限额
step-thing-budget = 预算
step-thing-cap = 支出上限或用量等级
step-raise = 在{ diagnosis-who.inside }提高{ $thing }。
    .ask = 在{ diagnosis-who.inside }提高{ $thing }，或联系其负责人。
step-another-key = 或换用其他密钥；账户本身可能仍有余额。
step-another-project = 或改由预算未用尽的其他项目或团队发送调用。
step-invoices = 查看是否有未结账单：它们可能压低了上限。
step-wait-quota = 请等待配额重置。
step-paid-plan = 或在{ diagnosis-who.inside }改用付费套餐，或换用其他模型。
step-renew = { $whose ->
    [yes] 在{ diagnosis-who.inside }续订或更换“{ $account }”的套餐。
   *[no] 在{ diagnosis-who.inside }续订或更换套餐。
}
step-product-key = 检查密钥是否适用于此产品：套餐与按量付费往往各有密钥。
step-payment = 在{ diagnosis-who.inside }查看未结账单并修正付款方式。
step-support = 如果那里没有未结账单，请联系其客服：账户可能已被暂停。
step-wait-minute = 请等待一分钟，然后降低发送频率。
step-rate-limits = 如果经常出现，请查看{ diagnosis-who.inside }的速率限制；现在无需充值。
step-outage = 查看{ diagnosis-who.inside }是否发生故障。
step-try-again = 请几分钟后重试。
step-another-model = 暂时换用其他模型或服务商。
step-wait-running = 请等待进行中的请求结束。
step-fewer-requests = 减少并发请求，或减小请求。
step-check-key = 在{ diagnosis-who.inside }检查密钥：是否存在、未被撤销并具有所需权限。
step-kind-of-key = 请为 Tollwatch 提供其所需的那类密钥。
step-new-key = 如果密钥存在，请创建具有应答所提权限的新密钥。
step-gateway-log = 查看{ diagnosis-front.inside }在调用时刻的日志：其中写明是谁拒绝的。
step-gateway-key = 查看{ diagnosis-front.inside }在服务商处使用哪个密钥，并确认它属于有余额的账户。
step-gateway-limits = 查看{ diagnosis-front.inside }中设置的预算和限额。
step-address = 检查地址是否是您要调用的地址。
step-x402 = 如果是，请在查看金额、资产和网络之后，用可支付 x402 报价的客户端调用。
step-browser = 在浏览器中打开一个网页：可能有网络登录页面在等待。
step-proxy = 检查代理设置和所调用的地址。
step-works = 查看{ diagnosis-who.inside }是否正常。
step-balance = 在那里查看余额和限额。
step-documents = 在服务商的文档中查找应答中的措辞。
step-wait = 等到{ $moment }：届时调用会恢复。
    .or = 或等到{ $moment }：届时调用会恢复。
step-whose-key = 检查被拒绝的密钥是否属于“{ $account }”：其余额在{ $read }为 { $amount }。

## 如何避免拒绝：两到五个词的标题，以及现状。

precaution-limit_set = 已设限额
    .done = { $meter }的上限为 { $limit }。
    .missing = 失控的程序可能用掉全部 { $left }：请为密钥设置限额，或为此账户自设预算。
    .unseen = 在 Tollwatch 所见范围内，没有什么能阻止失控的程序：请为密钥设置限额，或为此账户自设预算。
precaution-alert_on = 警报已开启
    .paused = 查询已暂停：什么都读取不到，也就无法通知。请恢复查询。
    .off = 通知已关闭：请在设置中开启。
    .low = 当预测将要用尽，以及余额低于您设定的金额时，会通知您。
    .balance = 当预测将要用尽时会通知您。这已足够；也可以在设置中设定金额，余额低于它时同样会通知。
    .done = 当预测将要用尽时会通知您。
precaution-reload_on = 自动充值已开启
    .missing = 据您所述，低于 { $below } 时会自动充值，但现在剩余 { $left }：请查看为何没有充值。
    .done = 据您所述，低于 { $below } 时会自动充值。
    .seen = 看来如此：最近 { $count } 次充值每次均为 { $amount }，当时约剩 { $about }。
    .unknown = 无法读取是否会自动充值。如果您已开启，请在配置中用 `reload_below` 注明。
precaution-second_payment = 备用付款方式
    .unknown = 此处无法读取付款方式。若只有一种，银行卡过期或被拒时所有调用都会停止。
precaution-key_minimal = 仅用最小权限密钥
    .done = 只存储了“{ $least }”，这是查询所需的最小权限。
    .unknown = 查询需要“{ $wide }”，其权限不止于读取：{ $help }
    .missing = “{ $wide }”的权限不止于读取，而只用“{ $least }”也能继续查询。如果不需要它所显示的内容，请将其移除。
precaution-reserve_known = 预留金额已知
    .done = 每次请求预留 { $reserve }：{ $meter }降到零之前的这一差额内，调用就会被拒绝。此处的数字已将其扣除。
    .needed = 服务商为一次请求预留多少尚不清楚；请至少保留 { $amount }（曾有一次被拒的请求需要这么多），因为余额高于零时调用也可能被拒绝。
    .hour = 服务商为一次请求预留多少尚不清楚；请至少保留 { $amount }（按目前支出约为一小时的用量），因为余额高于零时调用也可能被拒绝。
    .some = 服务商为一次请求预留多少尚不清楚；请保留一些余额，因为余额高于零时调用也可能被拒绝。

## 无法解释的情况。后两条接在“找不到”之后。

diagnosis-no-connector = 没有连接器“{ $id }”
diagnosis-what-account = 账户 { $id }
diagnosis-what-refusal = 账户 { $id } 的拒绝记录
