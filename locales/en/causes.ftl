# Why calls are refused: a heading of two to four words, what it means, what to do first.

cause-balance_exhausted = Balance used up
    .means = The prepaid balance or the credits are used up.
    .step = Top up to go on.

cause-request_too_large = Request larger than what is left
    .means = This request asks for more than what is left; a smaller one may still go through.
    .step = Top up, or ask for fewer tokens in a request.

cause-key_limit = Key limit reached
    .means = The key's own limit is reached; the account behind it may still have money.
    .step = Raise this key's limit or use another key; the account may still have money.

cause-budget_exceeded = Budget reached
    .means = A budget of a team, project, workspace or organisation is reached.
    .step = Raise the budget, or ask whoever owns it.

cause-provider_cap = Spend cap reached
    .means = The provider's own spend cap or the limit of the usage tier is reached.
    .step = Raise the cap at the provider, or wait until it starts again.

cause-free_quota = Quota used up
    .means = A free tier's, a plan's or a day's quota is used up.
    .step = Wait until the quota starts again, or move to a paid plan.

cause-plan_missing = No plan covers this
    .means = The subscription or plan is missing, has expired, or does not cover this product.
    .step = Renew or change the plan at the provider.

cause-payment_failed = Payment problem
    .means = The payment method failed or must be verified, an invoice is overdue, or the account is suspended.
    .step = Mend the payment method or the open invoice at the provider.

cause-reload_missed = Automatic top-up did not come
    .means = An automatic top-up was due and did not come, so the balance ran out.
    .step = Look at the payment method and at why the automatic top-up failed; top up by hand meanwhile.

cause-rate_limited = Too many requests at a time
    .means = A rate limit (requests, tokens or calls at the same time) was reached; this is not about money.
    .step = Wait and send less at a time; no money is needed.

cause-capacity = Provider out of capacity
    .means = The provider has no room for more calls at the moment; neither money nor your limits are the reason.
    .step = Try again later, or use another model or provider meanwhile.

cause-in_flight = Money held for running requests
    .means = The money that is left is held for requests that are still running; it comes free by itself.
    .step = Wait for running requests to end, or send fewer at the same time.

cause-credentials = Key not accepted
    .means = The key is wrong, revoked, of the wrong kind, or lacks a permission.
    .step = Check the key, or make a new one with the permission that is named.

cause-gateway_misconfigured = Gateway in between refuses or hides the reason
    .means = The gateway refuses on its own account, or hides why the provider behind it refused.
    .step = Look at the gateway's log and at the key and the balance that it uses at the provider.

cause-payment_challenge = Price offer (x402)
    .means = This is an offer to pay for one call (x402), not an empty account.
    .step = Pay with a client that speaks x402, or check that this is the right address.

cause-network = Something in between answered
    .means = A proxy or a log-in page in between answered, not the provider.
    .step = Check the network, the proxy and the address.

cause-unknown = Cause not known
    .means = Nothing that Tollwatch knows was recognised.
    .step = Compare with the provider's documents and its status page.
