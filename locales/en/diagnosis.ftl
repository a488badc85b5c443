# Why a call was refused: what speaks for each cause, what happened, what to do, and what keeps it from happening again.
# A message in another message shares its arguments.

## Names and times

# Who refused. $known is “yes” where somebody knows who that is.
diagnosis-who = { $known ->
    [yes] { $who }
   *[no] The provider
}
    .inside = { $known ->
        [yes] { $who }
       *[no] the provider
    }
# The gateway in between. $watched is “yes” where it is one of the accounts.
diagnosis-front = { $watched ->
    [yes] { $gateway }
   *[no] The gateway
}
    .inside = { $watched ->
        [yes] { $gateway }
       *[no] the gateway
    }
    .any = { $watched ->
        [yes] { $gateway }
       *[no] a gateway
    }
diagnosis-gateway = the gateway
    .quoted = “{ $account }”
diagnosis-meter = { $meter } of “{ $account }”
diagnosis-named = The { $meter } of “{ $account }”
    .alone = The { $meter }
# Joins whole sentences.
diagnosis-and = { $first } and { $next }

# A moment in a sentence; .bare after “since” and “until”, .closed before a punctuation mark. $day is today, near
# (yesterday, tomorrow), week (some days away, told with its time) or far; $moment “yesterday 23:05”, “Tue 24 Nov 14:00”.
diagnosis-clock = { $day ->
    [today] at { $clock }
    [near] { $moment }
   *[far] on { $moment }
}
    .bare = { $day ->
        [today] { $clock }
       *[far] { $moment }
    }
    .closed = { $day ->
        [today] at { $clock }
        [near] { $moment }
       *[far] on { $moment }
    }
# When a figure was read, and how that lies to the refusal.
diagnosis-read = { $how ->
    [ago] { $clock }, { $span } ago
    [same] { $clock }, at the same moment
    [before] { $clock }, { $span } before
   *[after] { $clock }, { $span } after
}

## What the account's own figures say. $name is “The balance of “Work””, $read when that was.

diagnosis-doubt-old = That is too old to tell much.
diagnosis-doubt-anchored = It is counted from an amount that was typed in.
diagnosis-doubt-estimated = It is estimated from tokens and list prices.

diagnosis-balance-empty = { $how ->
    [since] { $name } was { $amount } { $read } and at zero since { $since }.
    [held] { $name } was { $amount } { $read }, less than is set aside for one request.
    [since-held] { $name } was { $amount } { $read } and at zero since { $since }, less than is set aside for one request.
   *[plain] { $name } was { $amount } { $read }.
}
diagnosis-balance-needed = { $name } was { $amount } { $read }: the request needs { $needed }.
diagnosis-balance-low = { $name } was { $amount } { $read }: that may be less than one request needs.
diagnosis-balance-full = { $name } was { $amount } { $read }: far more than one request needs.
diagnosis-reservation = { $provider } sets { $reserve } aside for each request, and { $left } is left: calls are refused before the balance is at zero.

diagnosis-reload-said = An automatic top-up is set for “{ $account }” below { $below }; it has been at zero since { $since } and nothing came.
    .left = An automatic top-up is set for “{ $account }” below { $below }; { $left } was left { $read } and nothing has come since.
diagnosis-reload-seen = The last { $count } top-ups of “{ $account }” were { $amount } each with about { $about } left, as an automatic top-up does it; it has been at zero since { $since } and nothing came.
    .left = The last { $count } top-ups of “{ $account }” were { $amount } each with about { $about } left, as an automatic top-up does it; { $left } was left { $read } and nothing has come since.

diagnosis-limit-figure = { $figure ->
    [used] { $used } of { $limit } used
    [left-of] { $left } of { $limit } left
   *[left] { $left } left
}
diagnosis-limit = { $level ->
    [empty] { $name } was at its limit { $read }: { diagnosis-limit-figure }.
    [low] { $name } was nearly at its limit { $read }: { diagnosis-limit-figure }.
    [tightest] { $name } was not at its limit { $read }: { diagnosis-limit-figure }, the tightest of its kind.
   *[full] { $name } was not at its limit { $read }: { diagnosis-limit-figure }.
}
diagnosis-again = It starts again { $clock }.

diagnosis-rate-empty = { $name } had nothing left { $read }.
diagnosis-rate-left = { $name } had { $left } left { $read }.
diagnosis-same-limit = { $name } shows the limit that the answer names, { $amount }, { $read }.
diagnosis-same-left = { $name } shows the amount left that the answer names, { $amount }, { $read }.

diagnosis-added-before = { $amount } was added to “{ $account }” { $read }: it may not have arrived everywhere yet.
diagnosis-added-after = { $amount } was added to “{ $account }” { $read }: somebody saw a need for it.
diagnosis-raised-before = { $amount } was added to the { $meter } { $read }: it may not have arrived everywhere yet.
diagnosis-raised-after = { $amount } was added to the { $meter } { $read }: somebody saw a need for it.

## What else was so at the time

diagnosis-poll-strange = A poll of “{ $account }” got something other than the provider's answer { $read }: { $message }
diagnosis-poll-lost = “{ $account }” could not be reached { $read }: { $message }
diagnosis-polls-lost = { $count } of { $whole } accounts could not be reached, “{ $account }” { $read }.
diagnosis-poll-key = Polls of “{ $account }” fail over the key too, the last one { $read }: { $message }
diagnosis-poll-good = “{ $account }” was polled well { $read }.
    .other-key = “{ $account }” was polled well { $read }, though with another kind of key.
diagnosis-wanted-key = Reading this wants the { $key } of { $provider }, and none is stored for “{ $account }”.
diagnosis-behind-empty = { $sure ->
    [yes] { $name }, which stands behind { $gateway }, was { $amount } { $read }.
   *[no] { $name }, which may stand behind { $gateway }, was { $amount } { $read }.
}
diagnosis-behind-full = { $sure ->
    [yes] { $name } was { $amount } { $read }, while { $gateway } refuses: what stands behind it has money.
   *[no] { $name } was { $amount } { $read }, while { $gateway } refuses: what may stand behind it has money.
}
diagnosis-neighbour-refused = “{ $account }”, another account at { $provider }, was refused at about the same time.
diagnosis-neighbours-refused = { $count } other accounts at { $provider } were refused at about the same time.
diagnosis-neighbour-fine = “{ $account }”, another account at { $provider }, was polled well and not refused at about the same time.
diagnosis-wait-over = The time to retry, { $clock }, had passed already: this computer's clock may be wrong, or the answer is old.
diagnosis-wait-short = The answer asks to come back in { $span }: money does not come back by itself.
diagnosis-wait-long = The answer asks to wait until { $clock }: too long for a rate limit.
diagnosis-repeated = It is refusal number { $count } of this kind ({ $title }) within a day; the first was { $clock }.
diagnosis-repeated-rate = A rate limit would have passed by now.
diagnosis-clearer = “{ $account }” was refused { $read } with a clearer answer: { $title }.
    .quoted = “{ $account }” was refused { $read } with a clearer answer: “{ $message }”.
diagnosis-held = Money was held for running requests { $read }.
diagnosis-alert-offline = An alert says that this computer is offline.
diagnosis-alert-failing = An alert says that polls of “{ $account }” fail.
diagnosis-alert-low = An alert says that the balance of “{ $account }” is low.
diagnosis-alert-wall = An alert foresaw that “{ $account }” would run out.

# What the answer itself says for a cause.
diagnosis-says-sure = The answer names this cause (rule { $rule }).
    .quoted = The answer names this cause (rule { $rule }): “{ $message }”
diagnosis-says-well = The answer's words say so (rule { $rule }).
    .quoted = The answer's words say so (rule { $rule }): “{ $message }”
diagnosis-says-status = The answer with status { $status } mostly means this, but does not say it (rule { $rule }).
    .quoted = The answer with status { $status } mostly means this, but does not say it (rule { $rule }): “{ $message }”
diagnosis-says-little = The answer mostly means this, but does not say it (rule { $rule }).
    .quoted = The answer mostly means this, but does not say it (rule { $rule }): “{ $message }”

## What happened. These parts share the arguments of the message that they stand in.

diagnosis-refused = { $how ->
    [foreseen] No refusal was seen yet, but { diagnosis-who.inside } has reason to refuse
    [stated] { diagnosis-who } says that it refuses calls
    [stated-through] { diagnosis-who } says that it refuses calls through { diagnosis-front.any }
    [refused-through] { diagnosis-who } refused the call through { diagnosis-front.any }
   *[refused] { diagnosis-who } refused the call
}
diagnosis-figures = { $figures ->
    [needed-left] ; the request needs { $needed }, and { $left } { diagnosis-is } left
    [needed] ; the request needs { $needed }
    [used] ; { $used } of { $limit } { diagnosis-is } used
    [limit] ; the limit is { $limit }
    [left] ; { $left } { diagnosis-is } left
    [used-then] ; { $used } of { $limit } { diagnosis-is } used ({ $then })
    [limit-then] ; the limit is { $limit } ({ $then })
    [left-then] ; { $left } { diagnosis-was } left ({ $then })
   *[none] { "" }
}
diagnosis-is = { $number ->
    [one] is
   *[many] are
}
diagnosis-was = { $number ->
    [one] was
   *[many] were
}
diagnosis-through = { $through ->
    [yes] { " " }through { diagnosis-front.any }
   *[no] { "" }
}
diagnosis-status = { $answer ->
    [status] { " " }with status { $status }
    [status-quoted] { " " }with status { $status }
   *[none] { "" }
}

# What is used up, where its meter is not known.
diagnosis-thing-balance = prepaid balance
diagnosis-thing-key = key's own limit
diagnosis-thing-project = budget of the project
diagnosis-thing-team = budget of the team or project
diagnosis-thing-organisation = budget of the organisation
diagnosis-thing-budget = budget
diagnosis-thing-cap = spend cap or tier limit
diagnosis-thing-quota = free or daily quota

diagnosis-told-used-up = { diagnosis-refused }: the { $thing } is used up{ diagnosis-figures }.
diagnosis-told-reached = { diagnosis-refused }: the { $thing } is reached{ diagnosis-figures }.
diagnosis-told-larger = { diagnosis-refused } because it is larger than what is left{ diagnosis-figures }.
diagnosis-told-plan = { diagnosis-refused }: no plan of the account covers this, or it has expired.
diagnosis-told-payment = { diagnosis-refused } over payment: the method failed or must be verified, an invoice is open, or the account is suspended.
diagnosis-told-rate = { diagnosis-refused }: too many requests or tokens at a time, which is not about money{ diagnosis-figures }.
diagnosis-told-capacity = { diagnosis-who } has no room for more calls at the moment{ diagnosis-through }; neither money nor your limits are the reason.
diagnosis-told-in-flight = { diagnosis-refused }: what is left is held for requests that are still running{ diagnosis-figures }.
diagnosis-told-credentials = { diagnosis-refused }: it does not accept the key{ diagnosis-status }. It is wrong, revoked, of the wrong kind, or lacks a permission.
diagnosis-told-gateway = { diagnosis-front } refused the call{ diagnosis-status } on its own account, or hides why the provider behind it did.
diagnosis-told-challenge = { diagnosis-who } offers this call at a price (x402); no account of yours is empty.
    .priced = { diagnosis-who } offers this call at a price of { $needed } (x402); no account of yours is empty.
diagnosis-told-network = Something in between answered{ diagnosis-status }, such as a proxy or the log-in page of a network, not { diagnosis-who.inside }.
diagnosis-answered = { $answer ->
    [status-quoted] { diagnosis-who } answered{ diagnosis-through } with status { $status }: “{ $message }”.
    [status] { diagnosis-who } answered{ diagnosis-through } with status { $status }, and no words of its own.
    [quoted] { diagnosis-who } answered{ diagnosis-through } with an answer without a status: “{ $message }”.
   *[none] { diagnosis-who } answered{ diagnosis-through } with an answer without a status, and no words of its own.
}

diagnosis-whose = It is the provider's account behind the gateway, not the gateway's own.
diagnosis-smaller = A smaller request may still go through.
    .up-to = A request of up to { $left } can still go through.
diagnosis-reload-due = The automatic top-up was due and did not come.
    .said = The automatic top-up below { $below } was due and did not come.
    .seen = The automatic top-up of { $amount } at about { $about } (as it seems) was due and did not come.
diagnosis-it-says = It says: “{ $message }”.
diagnosis-pays = It is answered by a client that pays, not by a top-up.
diagnosis-network-only = It says nothing of money or keys.
diagnosis-no-refusal = That is no refusal that Tollwatch knows.
diagnosis-not-told = That does not tell whether money, a limit, the key or the network is the reason.
diagnosis-mended = { $amount } was added { $clock }, so calls should work again.
diagnosis-account-had = The account itself still had { $amount } { $clock }.
diagnosis-provider-had = “{ $account }” at { $provider } still had { $amount } { $clock }.
diagnosis-elsewhere = “{ $account }” is an account at { $provider }, so its figures say nothing of this answer.
diagnosis-guess = This is a guess, the likeliest of several reasons: nothing seen says it outright.

# Until when, and whether waiting helps.
diagnosis-waiting = { $state ->
    [over] It was to pass { $clock }, so calls should work again.
    [until] It starts again { $clock }; before that, { diagnosis-helps }.
    [itself] It passes by itself; when is not known.
   *[never] Waiting does not help: { diagnosis-helps }.
}
diagnosis-helps = { $cause ->
    [balance_exhausted] calls work again once money is added
    [key_limit] a higher limit or another key helps
    [budget_exceeded] a higher budget helps
    [provider_cap] a higher cap helps
    [free_quota] a paid plan or another model helps
    [plan_missing] the plan has to be renewed or changed
    [payment_failed] the payment has to be mended
    [reload_missed] top up by hand and mend the automatic one
    [credentials] the key has to be mended
   *[gateway_misconfigured] the gateway has to be mended
}
diagnosis-soon = { $state ->
    [now] Calls may be sent again now.
    [at] Calls may be sent again { $clock }, in { $span }.
   *[itself] It passes by itself, mostly within a minute or so.
}

## What to do. $who is whose page it is done on, $whose “yes” where the account is known.

step-top-up = { $whose ->
    [yes] Top up “{ $account }” at { diagnosis-who.inside }.
   *[no] Top up at { diagnosis-who.inside }.
}
    .size = { $whose ->
        [yes] Top up “{ $account }” at { diagnosis-who.inside } for requests of this size.
       *[no] Top up at { diagnosis-who.inside } for requests of this size.
    }
    .hand = { $whose ->
        [yes] Top up “{ $account }” by hand at { diagnosis-who.inside }.
       *[no] Top up by hand at { diagnosis-who.inside }.
    }
    .often = { $whose ->
        [yes] Top up “{ $account }” at { diagnosis-who.inside } if it comes often.
       *[no] Top up at { diagnosis-who.inside } if it comes often.
    }
step-see-reload = See whether the automatic top-up is still on and its payment went through.
step-set-reload = Switch on an automatic top-up there, if there is one, so that it does not come again.
step-mend-reload = See why the automatic top-up failed: the card, its limit, or the most that it may add in a month.
step-fewer-tokens = Ask for fewer tokens in a request (`max_tokens`).
    .most = Ask for at most { $left } in a request (`max_tokens`).
step-thing-key = limit of the key that was refused
step-thing-budget = budget
step-thing-cap = spend cap or the usage tier
step-raise = Raise the { $thing } at { diagnosis-who.inside }.
    .ask = Raise the { $thing } at { diagnosis-who.inside }, or ask whoever owns it.
step-another-key = Or use another key; the account itself may have money.
step-another-project = Or send the call for another project or team whose budget is not reached.
step-invoices = See whether invoices are open: they may hold the cap down.
step-wait-quota = Wait until the quota starts again.
step-paid-plan = Or move to a paid plan at { diagnosis-who.inside }, or use another model.
step-renew = { $whose ->
    [yes] Renew or change the plan of “{ $account }” at { diagnosis-who.inside }.
   *[no] Renew or change the plan at { diagnosis-who.inside }.
}
step-product-key = Check that the key is one for this product: plans and pay-as-you-go often have their own keys.
step-payment = Look for open invoices and mend the payment method at { diagnosis-who.inside }.
step-support = If nothing is open there, write to its support: the account may be suspended.
step-wait-minute = Wait a minute, then send less at a time.
step-rate-limits = If it comes often, see the rate limits at { diagnosis-who.inside }; no money is needed now.
step-outage = See whether { diagnosis-who.inside } has an outage.
step-try-again = Try again in some minutes.
step-another-model = Use another model or provider meanwhile.
step-wait-running = Wait until running requests end.
step-fewer-requests = Send fewer requests at the same time, or smaller ones.
step-check-key = Check the key at { diagnosis-who.inside }: whether it is there, not revoked, and has its permission.
step-kind-of-key = Give Tollwatch the kind of key that it needs.
step-new-key = If it is there, make a new one with the permission that the answer names.
step-gateway-log = Read the log of { diagnosis-front.inside } at the time of the call: it names who refused.
step-gateway-key = See which key { diagnosis-front.inside } uses at the provider, and that it belongs to the account that has money.
step-gateway-limits = See the budgets and limits set in { diagnosis-front.inside }.
step-address = Check that the address is the one that you meant to call.
step-x402 = If it is, call it with a client that pays x402 offers, after a look at amount, asset and network.
step-browser = Open a web page in a browser: a log-in page of the network may be waiting.
step-proxy = Check the proxy settings and the address that is called.
step-works = See whether { diagnosis-who.inside } works.
step-balance = Look at balance and limits there.
step-documents = Look for the words of the answer in the provider's documents.
step-wait = Wait until { $moment }: calls work again then.
    .or = Or wait until { $moment }: calls work again then.
step-whose-key = Check that the key which was refused belongs to “{ $account }”: its balance was { $amount } { $read }.

## What keeps refusals from happening: a title of two to five words, and how it stands.

precaution-limit_set = A limit is set
    .done = “{ $meter }” ends at { $limit }.
    .missing = A program that runs away could use up all of { $left }: set a limit for the key, or a budget of your own for this account.
    .unseen = A program that runs away is stopped by nothing that Tollwatch sees: set a limit for the key, or a budget of your own for this account.
precaution-alert_on = Alerts are on
    .paused = Its polls are paused: nothing is read, so nothing can be told. Resume them.
    .off = Notifications are off: switch them on in the settings.
    .low = Told when the forecast sees the end coming, and when the balance is below the amount that you set.
    .balance = Told when the forecast sees the end coming. That suffices; an amount below which a balance is told as well can be set in the settings.
    .done = Told when the forecast sees the end coming.
precaution-reload_on = Automatic top-up is on
    .missing = By your word it tops up below { $below }, but { $left } is left: look at why it has not.
    .done = By your word it tops up below { $below }.
    .seen = It seems so: the last { $count } top-ups were { $amount } each, at about { $about }.
    .unknown = Whether it tops up by itself cannot be read. If you have switched that on, say so with `reload_below` in the config.
precaution-second_payment = A second payment method
    .unknown = Payment methods cannot be read from here. With only one, a card that expires or is declined stops all calls.
precaution-key_minimal = Only the least key
    .done = Stored is only the { $least }, which is the least that polls need.
    .unknown = Polls need the { $wide }, which may do more than read: { $help }
    .missing = The { $wide } may do more than read, and polls go on with the { $least } alone. Remove it if you can do without what it shows.
precaution-reserve_known = The reserve is known
    .done = { $reserve } is set aside for a request: calls are refused that far above zero of “{ $meter }”. The figures here have it taken off.
    .needed = How much the provider sets aside for one request is not known; keep at least { $amount }, which a refused request needed, in hand, because calls may be refused above zero.
    .hour = How much the provider sets aside for one request is not known; keep at least { $amount }, an hour of the present spend, in hand, because calls may be refused above zero.
    .some = How much the provider sets aside for one request is not known; keep some in hand, because calls may be refused above zero.

## What cannot be explained. The last two stand before “is not there (any more)”.

diagnosis-no-connector = there is no connector '{ $id }'
diagnosis-what-account = account { $id }
diagnosis-what-refusal = a refusal of account { $id }
