# 调用被拒绝的原因：两到四个词的标题、含义、首先要做的事。

cause-balance_exhausted = 余额已用尽
    .means = 预付余额或额度已用尽。
    .step = 请充值后继续使用。

cause-request_too_large = 请求超出剩余额度
    .means = 此请求所需超过了剩余额度；较小的请求可能仍会成功。
    .step = 请充值，或减少单次请求的 tokens。

cause-key_limit = 密钥限额已达
    .means = 密钥自身的限额已达；其账户中可能仍有余额。
    .step = 请提高此密钥的限额或换用其他密钥；账户中可能仍有余额。

cause-budget_exceeded = 预算已达上限
    .means = 团队、项目、工作区或组织的预算已达上限。
    .step = 请提高预算，或联系预算的负责人。

cause-provider_cap = 支出上限已达
    .means = 服务商自身的支出上限或用量等级的限额已达。
    .step = 请在服务商处提高上限，或等待其重置。

cause-free_quota = 配额已用完
    .means = 免费档、套餐或当日的配额已用完。
    .step = 请等待配额重置，或改用付费套餐。

cause-plan_missing = 没有适用的套餐
    .means = 订阅或套餐不存在、已过期，或不涵盖此产品。
    .step = 请在服务商处续订或更换套餐。

cause-payment_failed = 付款问题
    .means = 付款方式失败或需要验证，账单逾期，或账户已被暂停。
    .step = 请在服务商处处理付款方式或未结账单。

cause-reload_missed = 自动充值未到账
    .means = 本应触发的自动充值没有到账，余额因此用尽。
    .step = 请检查付款方式以及自动充值失败的原因；在此期间请手动充值。

cause-rate_limited = 请求过于频繁
    .means = 已达速率限制（请求数、tokens 数或并发调用数）；这与费用无关。
    .step = 请稍候并降低发送频率；无需充值。

cause-capacity = 服务商容量不足
    .means = 服务商暂时无法接受更多调用；与费用和您的限额都无关。
    .step = 请稍后重试，或暂时换用其他模型或服务商。

cause-in_flight = 款项已为进行中的请求预留
    .means = 剩余款项已为仍在进行的请求预留；会自行释放。
    .step = 请等待进行中的请求结束，或减少并发请求。

cause-credentials = 密钥不被接受
    .means = 密钥有误、已被撤销、类型不符，或缺少权限。
    .step = 请检查密钥，或创建具有所提权限的新密钥。

cause-gateway_misconfigured = 中间的网关拒绝或隐藏了原因
    .means = 网关自行拒绝了调用，或隐藏了其背后服务商拒绝的原因。
    .step = 请查看网关日志，以及它在服务商处所用的密钥和余额。

cause-payment_challenge = 付费报价 (x402)
    .means = 这是为单次调用付费的报价 (x402)，并非账户余额用尽。
    .step = 请使用支持 x402 的客户端付款，或检查地址是否正确。

cause-network = 由中间环节作出应答
    .means = 应答来自中间的代理或登录页面，而非服务商。
    .step = 请检查网络、代理和地址。

cause-unknown = 原因不明
    .means = 未识别出 Tollwatch 已知的任何情况。
    .step = 请对照服务商的文档及其状态页面。
