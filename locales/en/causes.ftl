# Why calls are refused: a heading of two to four words, what it means, what to do first; and for a notice's headline, after
# the account's name, what the meter is called where it is not known (none where it is about no meter), and what has
# become of it.

cause-balance_exhausted = Balance used up
    .means = The prepaid balance or the credits are used up.
    .step = Top up to go on.
    .meter = balance
    .headline = is used up: calls are refused

cause-request_too_large = Request larger than what is left
    .means = This request asks for more than what is left; a smaller one may still go through.
    .step = Top up, or ask for fewer tokens in a request.
    .meter = balance
    .headline = does not cover a request: calls are refused

cause-key_limit = Key limit reached
    .means = The key's own limit is reached; the account behind it may still have money.
    .step = Raise this key's limit or use another key; the account may still have money.
    .meter = key limit
    .headline = is reached: calls are refused

cause-budget_exceeded = Budget reached
    .means = A budget of a team, project, workspace or organisation is reached.
    .step = Raise the budget, or ask whoever owns it.
    .meter = budget
    .headline = is reached: calls are refused

cause-provider_cap = Spend cap reached
    .means = The provider's own spend cap or the limit of the usage tier is reached.
    .step = Raise the cap at the provider, or wait until it starts again.
    .meter = spend cap
    .headline = is reached: calls are refused

cause-free_quota = Quota used up
    .means = A free tier's, a plan's or a day's quota is used up.
    .step = Wait until the quota starts again, or move to a paid plan.
    .meter = quota
    .headline = is used up: calls are refused

cause-plan_missing = No plan covers this
    .means = The subscription or plan is missing, has expired, or does not cover this product.
    .step = Renew or change the plan at the provider.
    .headline = no plan covers it: calls are refused

cause-payment_failed = Payment problem
    .means = The payment method failed or must be verified, an invoice is overdue, or the account is suspended.
    .step = Mend the payment method or the open invoice at the provider.
    .headline = payment problem: calls are refused

cause-reload_missed = Automatic top-up did not come
    .means = An automatic top-up was due and did not come, so the balance ran out.
    .step = Look at the payment method and at why the automatic top-up failed; top up by hand meanwhile.
    .meter = balance
    .headline = is used up: the automatic top-up did not come

cause-rate_limited = Too many requests at a time
    .means = A rate limit (requests, tokens or calls at the same time) was reached; this is not about money.
    .step = Wait and send less at a time; no money is needed.
    .headline = calls are refused

cause-capacity = Provider out of capacity
    .means = The provider has no room for more calls at the moment; neither money nor your limits are the reason.
    .step = Try again later, or use another model or provider meanwhile.
    .headline = calls are refused

cause-in_flight = Money held for running requests
    .means = The money that is left is held for requests that are still running; it comes free by itself.
    .step = Wait for running requests to end, or send fewer at the same time.
    .headline = calls are refused

cause-credentials = Key not accepted
    .means = The key is wrong, revoked, of the wrong kind, or lacks a permission.
    .step = Check the key, or make a new one with the permission that is named.
    .headline = calls are refused

cause-gateway_misconfigured = Gateway in between refuses or hides the reason
    .means = The gateway refuses on its own account, or hides why the provider behind it refused.
    .step = Look at the gateway's log and at the key and the balance that it uses at the provider.
    .headline = calls are refused

cause-payment_challenge = Price offer (x402)
    .means = This is an offer to pay for one call (x402), not an empty account.
    .step = Pay with a client that speaks x402, or check that this is the right address.
    .headline = calls are refused

cause-network = Something in between answered
    .means = A proxy or a log-in page in between answered, not the provider.
    .step = Check the network, the proxy and the address.
    .headline = calls are refused

cause-unknown = Cause not known
    .means = Nothing that Tollwatch knows was recognised.
    .step = Compare with the provider's documents and its status page.
    .headline = calls are refused

## A bad answer as the sentence of a failed poll: “OpenRouter says this key's own limit is reached (403): Key limit
## exceeded; raise this key's limit or use another key.” These parts share the arguments of the whole.

answer-refused = { $name } { answer-says }{ answer-figures } ({ $status }){ answer-words }; { answer-todo }.
answer-says = { $how ->
    [own] { $say }
    [own-behind] passes on from { $behind }, which { $say }
    [behind] passes on from { $behind } that { answer-clause }
    [perhaps] refuses, perhaps because { answer-clause }
    [does] { answer-clause }
   *[says] says { answer-clause }
}
answer-clause = { $cause ->
    [balance_exhausted] the balance is used up
    [request_too_large] the request asks for more than what is left
    [key_limit] this key's own limit is reached
    [budget_exceeded] a budget is used up
    [provider_cap] a spend cap is reached
    [free_quota] the quota is used up
    [plan_missing] no plan covers this
    [payment_failed] there is a payment problem
    [reload_missed] an automatic top-up did not come
    [credentials] this key is wrong or revoked
    [rate_limited] we ask too often
    [in_flight] holds the money for requests still running
    [capacity] is out of capacity
    [gateway_misconfigured] refuses on the gateway's own account
    [payment_challenge] offers a price
    [network] answered with a web page instead of JSON
   *[unknown] it refuses, without a reason that is known here
}
# Amounts that the provider's own words do not hold.
answer-figures = { answer-used }{ answer-needed }{ answer-left }
answer-used = { $figures ->
    [both] , { $used } of { $limit } used
    [used] , { $used } used
    [limit] , limit { $limit }
   *[none] { "" }
}
answer-needed = { $needs ->
    [yes] , { $needed } needed
   *[no] { "" }
}
answer-left = { $has ->
    [yes] , { $left } left
   *[no] { "" }
}
answer-words = { $quoted ->
    [yes] : { $message }
   *[no] { "" }
}
answer-todo = { $page ->
    [yes] { answer-does } at { $url }
   *[no] { answer-otherwise }
}
answer-does = { $cause ->
    [balance_exhausted] top up
    [request_too_large] ask for fewer tokens, or top up
    [key_limit] raise its limit
    [budget_exceeded] raise the budget
    [provider_cap] raise the cap
    [free_quota] wait until it starts again, or look for a larger plan
    [plan_missing] renew or change the plan
    [payment_failed] mend the payment
    [reload_missed] top up by hand and look at the payment method
   *[credentials] make a new one
}
answer-otherwise = { $cause ->
    [balance_exhausted] top up to go on
    [request_too_large] top up, or ask for fewer tokens in a request
    [key_limit] raise this key's limit or use another key
    [budget_exceeded] raise the budget, or ask whoever owns it
    [provider_cap] raise the cap at the provider, or wait until it starts again
    [free_quota] wait until the quota starts again, or move to a paid plan
    [plan_missing] renew or change the plan at the provider
    [payment_failed] mend the payment method or the open invoice at the provider
    [reload_missed] look at the payment method and at why the automatic top-up failed
    [rate_limited] the next poll waits as long as it asks
    [in_flight] the next poll waits as long as it asks
    [capacity] nothing to do but wait
    [credentials] check the key or ask its administrator
    [gateway_misconfigured] look at the gateway's log
    [payment_challenge] check that this is the right address
    [network] a proxy or a log-in page stands in between: check the network and the address
   *[unknown] compare with the provider's documents and its status page
}
answer-nothing = nothing at this address answers like { $name } ({ $status }){ answer-words }; check the account's base_url.
answer-fault = { $name } has a fault of its own ({ $status }){ answer-words }; the next poll tries again.
answer-rejected = { $name } does not accept this request ({ $status }){ answer-words }; check the account's settings.

# An x402 offer, kept as the words of the answer.
offer-wallet = the wallet that paid has insufficient funds
offer-unreadable = a payment is asked for, with no offer that can be read
offer-asset = an asset that is not named
offer-price = { $price } USDC for one call (asset { $asset })
    .network = { $price } USDC on { $network } for one call (asset { $asset })
offer-units = { $amount } of the smallest units of the asset { $asset } for one call
    .network = { $amount } of the smallest units of the asset { $asset } on { $network } for one call

# What was dropped from a paste, in a list.
dropped-keys = { $count ->
    [one] 1 key in the body
   *[other] { $count } keys in the body
}
dropped-header = a key in { $header }
dropped-password = a password in an address
dropped-query = the query of an address
dropped-setting = a line that sets a variable
dropped-command = the command

# A provider's pages, by what is found there.

# What a provider's answer says, after its name: the words of the rows in data/refusals.json that have some of their own.
says-offer = offers a price for one paid call (x402)
says-openrouter-management_key = wants a management key for this, and this is an ordinary key
says-litellm-provider_budget = says its own budget for a provider is used up
says-litellm-cooldown = keeps every deployment of the model back after errors that it does not name
says-litellm-upstream_key = was told by the provider that its key there is wrong or may not do this
says-litellm-upstream_away = does not reach the provider behind it
says-litellm-unknown_key = does not know this key: the master key has no budget of its own, so use a virtual key
says-litellm-invalid_key = does not know this key
says-litellm-no_key = was given no key
says-litellm-expired_key = says this key has expired
says-litellm-blocked_key = says this key is blocked by its administrator
says-litellm-admin_only = wants an administrator's key for this
says-apinto-balances_exhausted = says that every provider in its fallback order failed (its 'balances' are that order, not money), and not why
says-apinto-keys_invalid = has no working key left for the provider, and does not say why
says-apipark-permission = says this user may not read this; give it the run view and AI provider view permissions
says-apipark-not_login = does not accept our log-in
says-apipark-open_token = does not know this system API key
says-fal-locked_other = says the account is locked
says-fal-admin_key = wants a key of the scope ADMIN for this, and this one is of another
says-tavily-owner_key = wants the organisation owner's personal key for this, and this is another one
says-tavily-plan = says the plan's credits are used up
says-tavily-paygo = says the limit of pay-as-you-go is reached
says-tavily-432 = says the limit of the key or the plan is reached
says-serpapi-searches = says no searches are left
says-serpapi-hourly = says this hour's searches are used up
says-serpapi-429 = says there were too many searches, in this hour or in all
says-twilio-suspended = says the account is suspended or closed; an empty balance suspends it
says-poe-points = says the points are used up
says-venice-key_limit = says this key's own spend limit is reached; the account may have money
says-venice-plan = says a Pro subscription is missing
says-zai-balance = says there is no balance and no plan for this (a plan's key works at the plan's own address only)
says-zai-balance_stated = says there is no balance and no plan for this key
says-zai-window = says a window of the plan is used up
says-zai-daily = says the day's calls are used up
says-zai-plan = says the plan has expired or does not cover this
says-zai-fair_use = limits this account for its pattern of use until it is asked to lift that
says-zai-locked = says the account is inactive or locked
says-kimi_code-membership = finds no membership for this key
says-minimax-window = says the plan's quota is used up
says-minimax-key = says this key is wrong, or of another kind than this wants (plan keys begin with sk-cp-)
says-loki-tenant = keeps several tenants and was told none: set the option tenant
says-ferrogw-upstream = passes no reason on: the provider behind it may have refused for money, or failed
says-ferrogw-key = wants the master key or one with the scope read_only, and knows no such key
says-new_api-no_channel = has no channel left for the model: channels are switched off when the provider refuses them
says-new_api-token_bad = does not know this key, or it has expired or is switched off
says-one_api-upstream = tells the status that the provider answered, and not why
says-one_api-access_token = wants the dashboard access token for this, bare and not a relay key
says-new_api-user_id = wants your numeric user id in the option user_id beside this access token
says-vercel-card = wants a valid card on the team before it answers
says-vercel-free_restricted = lets only paid credits through for now
says-cloudflare-token = wants an API token with the permission AI Gateway Read on this account
says-cloudflare-429 = answers 429 to a rate limit and to a spend limit alike
says-bifrost-blocked = says this virtual key may not do this
says-portkey-budget = says a budget at Portkey is used up
says-groq-too_many_tokens_text = has no room for a request of this size in one minute
says-cerebras-day = says the day's requests or tokens are used up
says-gemini-quota = says a quota is used up and not which
says-replicate-low_credit = slows predictions down because little credit is left
says-siliconflow-paid_balance = wants money that was paid in for this model; granted money does not count
says-xai-credits = says the credits are used up or the monthly spending limit is reached, and not which
says-xai-no_credits = says this team has never had credits
says-xai-management_key = does not know this as a management key: it may be revoked, or be a key that runs models
says-xai-billing_read = wants a management key with the permission to read billing
says-novita-verify = wants the account's owner verified first
says-elevenlabs-unusual = has switched its free tier off for this network or account; a paid plan goes on
says-elevenlabs-permission = wants a key with the permission User: Read (user_read)
says-deepgram-permission = wants a key with the scope billing:read, which owners and admins of a project have
says-aws-not_enabled = has Cost Explorer switched off for this account: open it once in the billing console, figures come within a day
says-aws-payment = finds no valid means of payment for this model on AWS Marketplace
says-aws-tokens_a_day = says the account's tokens a day for this model are used up (a service quota, no money)
says-aws-permission = does not let this key read costs: its IAM user needs a policy that allows ce:GetCostAndUsage
says-aws-session = says this temporary key has ended
says-aws-key = does not know this access key
says-aws-secret = says the signature does not fit: the secret access key is wrong, or this machine's clock is
says-aws-no_data = has no cost figures for now
says-aws-service_quota = says a service quota is reached, which is no money
says-azure-disabled = says the subscription is switched off, as after an unpaid bill or a used-up free credit
says-azure-role = does not let this app read the scope: give it the role Cost Management Reader there, which takes some minutes to count
says-azure-secret = says this client secret is wrong or has expired
says-azure-app = does not know this app in this directory: check the options client_id and tenant_id
says-azure-tenant = does not know this directory: check the option tenant_id
says-alibaba-free_used = says this model's free quota is used up and the account may use nothing else
says-alibaba-not_bought = says this model or plan was not bought or switched on
says-alibaba-tokens_a_minute = says tokens come too fast (its code insufficient_quota is no money here)
says-alibaba-key = does not know this AccessKey, or it is switched off (a Model Studio key, sk-…, is another thing)
says-alibaba-secret = says the signature does not fit: the AccessKey secret is wrong
says-alibaba-permission = does not let this key read the account: give its RAM user bss:DescribeAcccount and bss:DescribeBillList, or AliyunBSSReadOnlyAccess
says-anthropic-key = wants an Admin API key (sk-ant-admin…), and this is an ordinary key, or wrong or revoked
says-anthropic-extra_usage = says the subscription's window and its extra usage are used up
says-anthropic-monthly_spend = says the monthly limit for extra usage is reached
says-anthropic-usage_window = says a window of the subscription is used up
says-mistral-admin_key = wants an Admin API key of the organization (Enterprise plans), and this is an ordinary key, or wrong or revoked
says-mistral-capacity = says the tier's shared room for this model is full
says-mistral-402 = refuses for money: the prepaid balance is gone, a month's limit is reached, or an invoice is open
says-github-copilot_quota = says the month's Copilot requests are used up
says-github-models_day = says the day's free requests of GitHub Models are used up
says-github-permission = wants a fine-grained token with Plan: read for a user, or with the organization's Administration: read; this one lacks it
says-huggingface-monthly = says the month's included credits are used up
says-nvidia-credits = says the cloud credits are used up or expired
says-openai-admin_key = wants an admin key (sk-admin-…) with the scope that is named, and this is a project key or a restricted one
says-openai-key = says this key is wrong or revoked, and wants an admin key (sk-admin-…)
says-one_api-saturated = has put its own words in place of the provider's 429
says-any-403 = does not let this key read this
