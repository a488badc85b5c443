# 调用被拒绝的原因：简短的标题、含义、首先要做的事；以及通知标题中账户名之后的部分：计量项未知时的名称
# （与计量项无关者没有），及其状况。

cause-balance_exhausted = 余额已用尽
    .means = 预付余额或额度已用尽。
    .step = 请充值后继续使用。
    .meter = 余额
    .headline = 已用尽，调用被拒绝

cause-request_too_large = 请求超出剩余额度
    .means = 此请求所需超过了剩余额度；较小的请求可能仍会成功。
    .step = 请充值，或减少单次请求的 tokens。
    .meter = 余额
    .headline = 不足以支付一次请求，调用被拒绝

cause-key_limit = 密钥限额已达
    .means = 密钥自身的限额已达；其账户中可能仍有余额。
    .step = 请提高此密钥的限额或换用其他密钥；账户中可能仍有余额。
    .meter = 密钥限额
    .headline = 已达，调用被拒绝

cause-budget_exceeded = 预算已达上限
    .means = 团队、项目、工作区或组织的预算已达上限。
    .step = 请提高预算，或联系预算的负责人。
    .meter = 预算
    .headline = 已达上限，调用被拒绝

cause-provider_cap = 支出上限已达
    .means = 服务商自身的支出上限或用量等级的限额已达。
    .step = 请在服务商处提高上限，或等待其重置。
    .meter = 支出上限
    .headline = 已达，调用被拒绝

cause-free_quota = 配额已用完
    .means = 免费档、套餐或当日的配额已用完。
    .step = 请等待配额重置，或改用付费套餐。
    .meter = 配额
    .headline = 已用完，调用被拒绝

cause-plan_missing = 没有适用的套餐
    .means = 订阅或套餐不存在、已过期，或不涵盖此产品。
    .step = 请在服务商处续订或更换套餐。
    .headline = 没有适用的套餐，调用被拒绝

cause-payment_failed = 付款问题
    .means = 付款方式失败或需要验证，账单逾期，或账户已被暂停。
    .step = 请在服务商处处理付款方式或未结账单。
    .headline = 付款问题，调用被拒绝

cause-reload_missed = 自动充值未到账
    .means = 本应触发的自动充值没有到账，余额因此用尽。
    .step = 请检查付款方式以及自动充值失败的原因；在此期间请手动充值。
    .meter = 余额
    .headline = 已用尽，自动充值未到账

cause-rate_limited = 请求过于频繁
    .means = 已达速率限制（请求数、tokens 数或并发调用数）；这与费用无关。
    .step = 请稍候并降低发送频率；无需充值。
    .headline = 调用被拒绝

cause-capacity = 服务商容量不足
    .means = 服务商暂时无法接受更多调用；与费用和您的限额都无关。
    .step = 请稍后重试，或暂时换用其他模型或服务商。
    .headline = 调用被拒绝

cause-in_flight = 款项已为进行中的请求预留
    .means = 剩余款项已为仍在进行的请求预留；会自行释放。
    .step = 请等待进行中的请求结束，或减少并发请求。
    .headline = 调用被拒绝

cause-credentials = 密钥不被接受
    .means = 密钥有误、已被撤销、类型不符，或缺少权限。
    .step = 请检查密钥，或创建具有所提权限的新密钥。
    .headline = 调用被拒绝

cause-gateway_misconfigured = 中间的网关拒绝或隐藏了原因
    .means = 网关自行拒绝了调用，或隐藏了其背后服务商拒绝的原因。
    .step = 请查看网关日志，以及它在服务商处所用的密钥和余额。
    .headline = 调用被拒绝

cause-payment_challenge = 付费报价 (x402)
    .means = 这是为单次调用付费的报价 (x402)，并非账户余额用尽。
    .step = 请使用支持 x402 的客户端付款，或检查地址是否正确。
    .headline = 调用被拒绝

cause-network = 由中间环节作出应答
    .means = 应答来自中间的代理或登录页面，而非服务商。
    .step = 请检查网络、代理和地址。
    .headline = 调用被拒绝

cause-unknown = 原因不明
    .means = 未识别出 Tollwatch 已知的任何情况。
    .step = 请对照服务商的文档及其状态页面。
    .headline = 调用被拒绝

## 失败查询的说明：“OpenRouter 表示此密钥自身的限额已达 (403)：Key limit exceeded；请提高此密钥的限额或换用其他密钥。”
## 以下部分共享整句的参数。

answer-refused = { $name } { answer-says }{ answer-figures } ({ $status }){ answer-words }；{ answer-todo }。
answer-says = { $how ->
    [own] { $say }
    [own-behind] 转达了来自 { $behind } 的拒绝，后者{ $say }
    [behind] 转达了来自 { $behind } 的拒绝：{ answer-clause }
    [perhaps] 拒绝了，可能是因为{ answer-clause }
    [does] { answer-clause }
   *[says] 表示{ answer-clause }
}
answer-clause = { $cause ->
    [balance_exhausted] 余额已用尽
    [request_too_large] 请求所需超过了剩余额度
    [key_limit] 此密钥自身的限额已达
    [budget_exceeded] 一项预算已用完
    [provider_cap] 支出上限已达
    [free_quota] 配额已用完
    [plan_missing] 没有涵盖此项的套餐
    [payment_failed] 付款有问题
    [reload_missed] 自动充值没有到账
    [credentials] 此密钥有误或已被撤销
    [rate_limited] 查询过于频繁
    [in_flight] 为仍在进行的请求预留了款项
    [capacity] 容量不足
    [gateway_misconfigured] 以网关自身的名义拒绝
    [payment_challenge] 提出了报价
    [network] 以网页而非 JSON 应答
   *[unknown] 拒绝了，原因不明
}
answer-figures = { answer-used }{ answer-needed }{ answer-left }
answer-used = { $figures ->
    [both] ，已用 { $used }，限额 { $limit }
    [used] ，已用 { $used }
    [limit] ，限额 { $limit }
   *[none] { "" }
}
answer-needed = { $needs ->
    [yes] ，需要 { $needed }
   *[no] { "" }
}
answer-left = { $has ->
    [yes] ，剩余 { $left }
   *[no] { "" }
}
answer-words = { $quoted ->
    [yes] ：{ $message }
   *[no] { "" }
}
answer-todo = { $page ->
    [yes] 请在 { $url } { answer-does }
   *[no] { answer-otherwise }
}
answer-does = { $cause ->
    [balance_exhausted] 充值
    [request_too_large] 充值，或减少请求的 tokens
    [key_limit] 提高其限额
    [budget_exceeded] 提高预算
    [provider_cap] 提高上限
    [free_quota] 查看更大的套餐，或等待配额重置
    [plan_missing] 续订或更换套餐
    [payment_failed] 处理付款问题
    [reload_missed] 手动充值并检查付款方式
   *[credentials] 创建新密钥
}
answer-otherwise = { $cause ->
    [balance_exhausted] 请充值后继续使用
    [request_too_large] 请充值，或减少单次请求的 tokens
    [key_limit] 请提高此密钥的限额或换用其他密钥
    [budget_exceeded] 请提高预算，或联系预算的负责人
    [provider_cap] 请在服务商处提高上限，或等待其重置
    [free_quota] 请等待配额重置，或改用付费套餐
    [plan_missing] 请在服务商处续订或更换套餐
    [payment_failed] 请在服务商处处理付款方式或未结账单
    [reload_missed] 请检查付款方式以及自动充值失败的原因
    [rate_limited] 下次查询会按其要求等待
    [in_flight] 下次查询会按其要求等待
    [capacity] 只能等待
    [credentials] 请检查密钥或询问其管理员
    [gateway_misconfigured] 请查看网关日志
    [payment_challenge] 请检查地址是否正确
    [network] 中间有代理或登录页面：请检查网络和地址
   *[unknown] 请对照服务商的文档及其状态页面
}
answer-nothing = 此地址的应答不像 { $name } ({ $status }){ answer-words }；请检查账户的 base_url。
answer-fault = { $name } 自身出现故障 ({ $status }){ answer-words }；下次查询会重试。
answer-rejected = { $name } 不接受此请求 ({ $status }){ answer-words }；请检查账户的设置。

offer-wallet = 付款的钱包余额不足
offer-unreadable = 要求付款，但没有可读的报价
offer-asset = 未写明的资产
offer-price = 单次调用 { $price } USDC（资产 { $asset }）
    .network = 单次调用 { $price } USDC，网络 { $network }（资产 { $asset }）
offer-units = 单次调用 { $amount } 个最小单位的资产 { $asset }
    .network = 单次调用 { $amount } 个最小单位的资产 { $asset }，网络 { $network }

dropped-keys = 正文中的 { $count } 个密钥
dropped-header = { $header } 中的密钥
dropped-password = 地址中的密码
dropped-query = 地址中的查询参数
dropped-setting = 设置变量的一行
dropped-command = 命令


says-offer = 为单次付费调用提出了报价 (x402)
says-openrouter-management_key = 要求使用管理密钥，而这是普通密钥
says-litellm-provider_budget = 表示其自身为某服务商设的预算已用完
says-litellm-cooldown = 因未说明的错误暂停了该模型的所有部署
says-litellm-upstream_key = 被服务商告知其在那里的密钥有误或无权执行此操作
says-litellm-upstream_away = 无法连接其背后的服务商
says-litellm-unknown_key = 不认识此密钥：主密钥没有自己的预算，请使用虚拟密钥
says-litellm-invalid_key = 不认识此密钥
says-litellm-no_key = 没有收到密钥
says-litellm-expired_key = 表示此密钥已过期
says-litellm-blocked_key = 表示此密钥已被其管理员停用
says-litellm-admin_only = 要求使用管理员的密钥
says-apinto-balances_exhausted = 表示其备用顺序中的所有服务商都失败了（其“balances”指该顺序，而非余额），但未说明原因
says-apinto-keys_invalid = 已没有可用于该服务商的密钥，且未说明原因
says-apipark-permission = 表示此用户无权读取；请授予其运行视图和 AI 服务商视图的权限
says-apipark-not_login = 不接受我们的登录
says-apipark-open_token = 不认识此系统 API 密钥
says-fal-locked_other = 表示账户已被锁定
says-fal-admin_key = 要求权限范围为 ADMIN 的密钥，而此密钥不是
says-tavily-owner_key = 要求使用组织所有者的个人密钥，而这是另一个
says-tavily-plan = 表示套餐的额度已用完
says-tavily-paygo = 表示按量付费的限额已达
says-tavily-432 = 表示密钥或套餐的限额已达
says-serpapi-searches = 表示搜索次数已用完
says-serpapi-hourly = 表示本小时的搜索次数已用完
says-serpapi-429 = 表示搜索次数过多，可能是本小时的，也可能是总数
says-twilio-suspended = 表示账户已被暂停或关闭；余额用尽也会导致暂停
says-poe-points = 表示点数已用完
says-venice-key_limit = 表示此密钥自身的支出限额已达；账户中可能仍有余额
says-venice-plan = 表示缺少 Pro 订阅
says-zai-balance = 表示没有余额，也没有适用的套餐（套餐密钥只能用于套餐自己的地址）
says-zai-balance_stated = 表示此密钥没有余额，也没有套餐
says-zai-window = 表示套餐的一个时段已用完
says-zai-daily = 表示当日的调用次数已用完
says-zai-plan = 表示套餐已过期或不涵盖此项
says-zai-fair_use = 因使用方式限制了此账户，直到向其申请解除
says-zai-locked = 表示账户未激活或已被锁定
says-kimi_code-membership = 未找到此密钥的会员资格
says-minimax-window = 表示套餐的配额已用完
says-minimax-key = 表示此密钥有误，或不是此处所需的类型（套餐密钥以 sk-cp- 开头）
says-loki-tenant = 管理多个租户，却未被告知是哪一个：请设置选项 tenant
says-ferrogw-upstream = 没有转达原因：其背后的服务商可能因费用拒绝，也可能出现故障
says-ferrogw-key = 要求主密钥或权限范围为 read_only 的密钥，且不认识此密钥
says-new_api-no_channel = 已没有可用于该模型的渠道：渠道在服务商拒绝后会被停用
says-new_api-token_bad = 不认识此密钥，或密钥已过期或被停用
says-one_api-upstream = 只转达了服务商的状态码，而没有原因
says-one_api-access_token = 要求使用控制台的访问令牌，原样填写，而不是中转密钥
says-new_api-user_id = 除此访问令牌外，还要求在选项 user_id 中填写您的数字用户 ID
says-vercel-card = 要求团队先有有效的银行卡
says-vercel-free_restricted = 目前只接受付费额度
says-cloudflare-token = 要求对此账户具有 AI Gateway Read 权限的 API 令牌
says-cloudflare-429 = 对速率限制和支出限额都以 429 应答
says-bifrost-blocked = 表示此虚拟密钥无权执行此操作
says-portkey-budget = 表示 Portkey 的一项预算已用完
says-groq-too_many_tokens_text = 一分钟内容纳不下这么大的请求
says-cerebras-day = 表示当日的请求或 tokens 已用完
says-gemini-quota = 表示某项配额已用完，但未说明是哪一项
says-replicate-low_credit = 因余额所剩无几而放慢了预测
says-siliconflow-paid_balance = 要求用充值的款项使用此模型；赠送的款项不计
says-xai-credits = 表示额度已用完或每月支出限额已达，但未说明是哪一个
says-xai-no_credits = 表示此团队从未有过额度
says-xai-management_key = 不认为这是管理密钥：它可能已被撤销，或是用于运行模型的密钥
says-xai-billing_read = 要求具有读取账单权限的管理密钥
says-novita-verify = 要求先验证账户所有者
says-elevenlabs-unusual = 对此网络或账户关闭了免费档；付费套餐仍可使用
says-elevenlabs-permission = 要求具有 User: Read (user_read) 权限的密钥
says-deepgram-permission = 要求权限范围为 billing:read 的密钥，项目的所有者和管理员拥有该权限
says-aws-not_enabled = 未为此账户启用 Cost Explorer：请在账单控制台中打开一次，一天之内会有数字
says-aws-payment = 在 AWS Marketplace 上未找到可用于此模型的有效付款方式
says-aws-tokens_a_day = 表示账户当日用于此模型的 tokens 已用完（这是服务配额，与费用无关）
says-aws-permission = 不允许此密钥读取费用：其 IAM 用户需要允许 ce:GetCostAndUsage 的策略
says-aws-session = 表示此临时密钥已失效
says-aws-key = 不认识此访问密钥
says-aws-secret = 表示签名不符：私有访问密钥有误，或本机时钟不准
says-aws-no_data = 目前没有费用数字
says-aws-service_quota = 表示服务配额已达，与费用无关
says-azure-disabled = 表示订阅已停用，例如因账单未付或免费额度用完
says-azure-role = 不允许此应用读取该范围：请在那里授予其角色 Cost Management Reader，几分钟后生效
says-azure-secret = 表示此客户端密码有误或已过期
says-azure-app = 在此目录中不认识此应用：请检查选项 client_id 和 tenant_id
says-azure-tenant = 不认识此目录：请检查选项 tenant_id
says-alibaba-free_used = 表示此模型的免费配额已用完，而账户不得使用其他额度
says-alibaba-not_bought = 表示未购买或未开通此模型或套餐
says-alibaba-tokens_a_minute = 表示 tokens 到来得过快（其代码 insufficient_quota 在此与费用无关）
says-alibaba-key = 不认识此 AccessKey，或它已被停用（Model Studio 密钥 sk-… 是另一种）
says-alibaba-secret = 表示签名不符：AccessKey secret 有误
says-alibaba-permission = 不允许此密钥读取账户：请授予其 RAM 用户 bss:DescribeAcccount 和 bss:DescribeBillList，或 AliyunBSSReadOnlyAccess
says-anthropic-key = 要求使用 Admin API 密钥（sk-ant-admin…），而此密钥是普通密钥、有误或已被撤销
says-anthropic-extra_usage = 表示订阅的时段及其额外用量均已用完
says-anthropic-monthly_spend = 表示额外用量的每月限额已达
says-anthropic-usage_window = 表示订阅的一个时段已用完
says-mistral-admin_key = 要求使用组织的 Admin API 密钥（Enterprise 套餐），而此密钥是普通密钥、有误或已被撤销
says-mistral-capacity = 表示该等级用于此模型的共享容量已满
says-mistral-402 = 因费用拒绝：预付余额已用完、当月限额已达，或有未结账单
says-github-copilot_quota = 表示当月的 Copilot 请求已用完
says-github-models_day = 表示当日的 GitHub Models 免费请求已用完
says-github-permission = 要求细粒度令牌，个人需 Plan: read 权限，组织需 Administration: read 权限；此令牌没有
says-huggingface-monthly = 表示当月包含的额度已用完
says-nvidia-credits = 表示云额度已用完或已过期
says-openai-admin_key = 要求使用具有所提权限范围的管理密钥（sk-admin-…），而这是项目密钥或受限密钥
says-openai-key = 表示此密钥有误或已被撤销，并要求使用管理密钥（sk-admin-…）
says-one_api-saturated = 以自己的措辞替换了服务商的 429
says-any-403 = 不允许此密钥读取此项
