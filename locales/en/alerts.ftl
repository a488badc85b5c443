# Alerts: headlines, notices, and why they were told. $what is the account and its meter: “DeepSeek · balance”.

# What a meter is called of which the name is not known.
alert-balance = balance
alert-limit = limit

# Times in a stored headline: $moment is “Sat 21 Nov 16:40”.
alert-around = around { $moment }
alert-at = at { $moment }

alert-plan = { $what } will likely run out { $when }
    .reset = { $what } could run out before it starts again
    .days = { $what } could run out within two days
alert-soon = { $what } could run out { $when }
    .hours = { $what } could run out within hours
alert-now = { $what } is about to run out
alert-low = { $what } is below { $amount }
    .unknown = { $what } is low
alert-failing = { $account } · cannot be read
alert-offline = This computer is offline
alert-reload = { $what }: the automatic top-up has not come
alert-burst-hour = { $account } · unusual spend: { $spent } within an hour
alert-burst-day = { $account } · unusual spend: { $spent } today
alert-change = { $what } was lowered
alert-stale = { $account } · no figures for hours
alert-expiry = { $account } · the key expires { $when }
    .expired = { $account } · the key has expired
    .unknown = { $account } · the key expires
alert-used-up = { $what } is used up
# $said: “is used up: calls are refused”, in the words of the cause.
alert-refused = { $what } { $said }
    .account = { $account } · { $said }

# The lines of a notice.
notice-since = Since { $moment }.
notice-likely = Most likely { $when }.
    .early = Most likely { $when }, could be as early as { $early }.
notice-burn = At the present burn { $when }.
notice-left = { $left } left.
    .burning = { $left } left, burning { $rate }.
notice-expected-said = An automatic top-up is expected below { $below }.
notice-expected-seen = An automatic top-up of { $amount } seems likely at about { $about }.
notice-top-up = Top up to go on.
notice-use-less = Raise the limit or use less.
    .reset = Raise the limit or use less; it starts again { $at }.
notice-low = Top up, or set another amount in the settings.
notice-failing = Until it is mended nothing is known of this account.
notice-offline = No account could be read since { $moment }.
    .mend = Readings go on by themselves once there is a connection.
notice-reload = It was due below { $below }, since { $moment }.
    .mend = Look at the payment method and the reload setting, or top up by hand.
notice-usual-hour = Usual is { $usual } in an hour with any spend.
notice-usual-day = Usual is { $usual } in a day with any spend.
notice-burst = Look at what runs. If nothing of yours does, revoke the key.
notice-change = From { $before } to { $after }.
    .mend = If this was not planned, ask whoever manages the account, or raise it again.
notice-stale = No good answer since { $moment }.
    .mend = What is left is unknown until it answers: look at the provider's own page meanwhile.
notice-expiry = Calls fail from then on. Make a new key, store it, and set its date.
notice-quoted = It says: “{ $words }”.
notice-counted = This was counted here: the provider has not said that it refuses calls.
notice-again = Calls may work again { $when }.

# Several that are due together.
notice-group = { $title } · and { $count } more
    .also = Also: { $title }.
    .rest = And { $count } more: see Alerts.

# Why it was told.
why-request = What is left does not cover two typical requests.
why-burn-now = At the present burn it is gone within 30 minutes.
why-burn-soon = At the present burn it is gone within 2 hours.
why-chance-now = The chance that it runs out within 30 minutes is { $chance }; told from { $asked } on.
why-chance-soon = The chance that it runs out within 4 hours is { $chance }; told from { $asked } on.
why-chance-plan = The chance that it runs out within { $span } is { $chance }; told from { $asked } on.
why-zero = Nothing is left: the provider refuses calls at this level.
why-counted = Nothing is left by what was counted here; the provider has not said that it refuses calls.
why-refused = The provider says that it refuses calls.
    .status = A call was refused with HTTP status { $status }.
why-quoted = Its words: “{ $words }”.
why-low = What is left is below the amount you set, { $amount }.
why-failing = At least { $count } polls in a row failed for a reason that does not pass by itself.
why-stale = Every poll failed for six hours, four times at least, for a reason that may pass by itself.
why-expiry = By your word the key expires at { $moment }; told 14, 3 and 1 days before.
why-reload = What is left has been below { $below } for an hour, and nothing was added.
why-burst-hour = { $spent } was spent within an hour, usual is { $usual }: at least three times that, and beyond 3.5 deviations (median absolute deviation of the logarithm over 28 days); told from { $least } an hour on.
why-burst-day = { $spent } was spent today, usual is { $usual }: at least three times that, and beyond 3.5 deviations (median absolute deviation of the logarithm over 28 days); told from { $least } an hour on.
why-lowered = A limit was lowered.
    .amounts = The limit was lowered from { $before } to { $after }.
why-offline = No account could be reached: this computer has no connection.
why-lost = The rule's inputs were not kept.
why-milder-said = Told one step milder: by your word it is topped up automatically below { $level }.
why-milder-seen = Told one step milder: by the top-ups of the past it is topped up automatically below { $level }.
why-left = Left: { $left }.
    .read = Left at { $read }: { $left }.
    .reserve = Left at { $read }: { $left }, after the { $reserve } that the provider sets aside for a request.
why-burn = Present burn: { $rate }.
    .reach = Present burn: { $rate }; that alone reaches zero at { $moment }.
why-forecast = Forecast: { $p50 }; in eight of ten cases between { $p10 } and { $p90 }.
    .open = Forecast: { $p50 }; in nine of ten cases later than { $p10 }.
why-reset = It starts again at { $moment }; nothing after that counts.
why-history-low = Made from less than a day of history, or from one with long gaps.
why-history-fair = Made from less than two weeks of history, or from one with gaps.
why-history-good = Made from two weeks of history or more.

# Severities in a word.
severity-heads-up = heads-up
severity-soon = soon
severity-now = now
severity-refused = refused

# What is wrong with a setting that is written in words.
quiet-same = quiet hours must begin and end at two different times
quiet-unread = “{ $text }” is no span of hours: write it like 22:00-08:00
lead-unread = “{ $text }” is no lead time: write minutes, hours, days, or a length such as 5 days
lead-range = “{ $text }” is not within 1 hour to 10 working days (14 days)
