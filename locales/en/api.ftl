# What the window is told: the first sentence, what ended an alert or an incident, forecasts, ledgers, errors.

# Why there is no forecast, as half a sentence.
reason-no-history = no history yet: it takes two readings, half an hour apart
# $have and $want are one of the three below.
reason-short = { $have } of history, { $want } are needed
reason-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
reason-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
reason-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
reason-few = { $have ->
    [1] spending was seen only once, { $want } times are needed
   *[other] spending was seen only { $have } times, { $want } times are needed
}
reason-no-spend = nothing was spent since readings began
reason-no-limit = the provider reports no limit or balance
reason-stale = the last good figure is from { $date } { $clock } UTC
reason-exhausted = it is used up already
reason-refills = a rate limit refills all the time

# The first sentence. After headline-wall stands a moment: “tomorrow around 06:20”.
headline-wall = { $what } runs out
headline-used-up = { $what }
    .when = is used up
headline-early = Could be as early as { $at }
headline-late = likely before { $at }
headline-before-reset = { $chance } likely before the reset
headline-left = { $left } left
    .of = { $left } left of { $limit }
headline-burn = burning { $rate }
headline-resets = resets { $at }
headline-no-account = No account yet.
headline-no-figures = The accounts answer, but none says what is left.
    .mend = A ledger or a budget would give these accounts figures.
headline-waiting = Waiting for the first figures.
headline-no-forecast = No forecast yet.
headline-calm = Nothing runs out in the next 7 days.
    .known = As far as is known, nothing runs out in the next 7 days.
headline-silent = { $count ->
    [one] { $count } account is not answering
   *[other] { $count } accounts are not answering
}
headline-unknown = { $count ->
    [one] { $count } meter without a forecast
   *[other] { $count } meters without a forecast
}

# Sums over currencies.
sum-missing = no sum in { $unit }: config.toml has no rate for { $missing }
sum-rate = { $unit } at { $is }, your rate of { $date }
sum-rates = { $before }; { $next }

# What came of an alert. $at is “14 Nov, 10:05”.
ended-nothing-left = Nothing was left from { $at } on.
ended-reset = It ended when the limit started again, { $at }.
ended-topped-up = A top-up of { $amount } ended it, { $at }.
ended-raised = A limit raised by { $amount } ended it, { $at }.
ended-far = It ended { $at }: the wall had not been near any more for a day.
ended-passed = Over since { $at }, the time that the answer named.
ended-quiet = It ended { $at }: no call was refused any more.
ended-above = It ended { $at }: more was left than the amount set.
ended-mended = It ended { $at }: polls were good again.
ended = It ended { $at }.

# An incident, its cause in $title, and how it ended.
incident = { $count ->
    [1] { $title }: refused once
   *[other] { $title }: refused { $count } times
}
    .until = { $count ->
        [1] { $title }: refused once until { $until }
       *[other] { $title }: refused { $count } times until { $until }
    }
incident-topped-up = Ended by a top-up of { $amount } on { $at }.
incident-raised = Ended by a limit raised by { $amount } on { $at }.
incident-reset = Ended when the limit started again on { $at }.
incident-passed = Over since { $at }, the time that the answer named.
incident-quiet = Nothing was refused after { $at }; why is not known.

# A reading in a line, and what a test poll found.
figure-left = { $label }: { $left } left
    .of = { $label }: { $left } left of { $limit }
figure-used = { $label }: { $used } used
figure-no-limit = { $label }: no limit is set
figure-none = { $label }: no figure
test-mute = { $name } answers, so the key works. It says nothing of money: a ledger or a budget gives this account its figures.
test-answers = { $name } answers.
test-no-figure = { $name } answers, but says no figure that Tollwatch knows.
test-also = With a { $secret } there would also be: { $opens }.

# What a plan would do to the walls.
what-if-with = With { $parts }.
what-if-spend = { $amount } more { $at }
what-if-factor = work at { $factor } times its price
what-if-away = away until { $until }
what-if-alone = The batch alone takes all of the { $left } that is left.
what-if-always-on = This account is always on: your absence does not count for it.
what-if-no-forecast = There is no forecast: { $reason }.
what-if-same = Most likely { $at }, as without it.
what-if-earlier = Most likely { $new } instead of { $old }: { $span } earlier.
what-if-later = Most likely { $new } instead of { $old }: { $span } later.
what-if-clear = Nothing in sight until { $until }, instead of { $old }.
what-if-wall = Most likely { $new }; without it nothing is in sight.
what-if-either = Nothing in sight until { $until } either way.
what-if-no-meter = { $account } has no meter with a fresh figure of what is left
    .named = { $account } has no meter { $meter } with a fresh figure of what is left
what-if-amount = the amount: { $error }; write it like 30 USD
what-if-past = { $moment } is past: say when it will be spent
what-if-too-far = that is further than the 60 days that are looked at
what-if-how-much = say how much is to be spent then, such as 30 USD
what-if-factor-range = { $factor } is no factor from 0.01 to 100; 0.5 is half the price
what-if-not-ahead = { $text } is not in the future
what-if-nothing = say what would change: an amount, a factor, or an absence
what-if-unit = nothing here is counted in { $unit }; write the amount in { $units }
either = { $before } or { $next }

# A ledger's statement.
ledger-left = { $left } left: { $parts }.
ledger-anchor = { $amount } on { $date }
ledger-topped-up = { $amount } topped up
ledger-spent = { $amount } spent
ledger-typed = { $amount } spent by your entries
ledger-from-costs = the costs that the provider reports
ledger-from-meter = the meter “{ $label }”
ledger-from-hand = your entries only: nothing reports what this account spends
ledger-shared = The { $amount } spent { $span } began before your entry and cannot be divided, so it counts whole: up to that much more may be left.
ledger-undivided = The { $amount } spent { $span } is one figure that cannot be divided at your entry, so it does not count: less may be left.
ledger-unknown = Nothing is known of what was spent from { $from } to { $until }: if anything was, less is left.
ledger-ahead = { $count ->
    [1] One entry lies in the future and does not count yet.
   *[other] { $count } entries lie in the future and do not count yet.
}
# $span above.
ledger-day = on { $date }
ledger-span = from { $from } to { $until }
ledger-moment = { $date } { $clock } UTC

# A provider's pages, by what is found there.
page-top-up = add money
page-billing = payment and invoices
page-keys = keys
page-limits = limits
page-status = whether it works now

# Accounts of the simulator.
simulated = { $name } (simulated)
    .scripted = { $name } (scripted)

# Polls that could not be made.
poll-of = { $label }: { $message }
poll-no-address = { $label }: { $name } has no usual address; set base_url to your gateway's
poll-too-slow = it took longer than three minutes to answer all questions
poll-no-connector = { $id }: there is no connector '{ $connector }'; `tollwatch connectors` lists them
account-no-secret = no { $role } is stored for this account; add it again with its key

# What could not be read of what was typed.
account-id-unread = '{ $text }' is no account id: use 1 to 64 of a-z, 0-9, - and _
amount-unread = '{ $text }' is not a number
amount-range = '{ $text }' is out of range
amount-no-unit = '{ $text }' is no unit: use a currency code such as USD, or tokens, requests, credits, percent
amount-two-units = { $one } and { $other } cannot be added
not-positive = { $amount } is not more than zero
entry-date-unread = '{ $text }' is no date: write it like 2026-11-01 or 2026-11-01T14:30:00Z
entry-percent = percent cannot be kept in a ledger: give an amount such as 50 USD
entry-note = the note must be one line of at most 200 letters
date-unread = '{ $text }' is no date: write it like 2026-12-07 or 2026-12-07T14:00
days-unread = '{ $text }' is no day: write it like 2026-12-25 or 2026-12-24 to 2027-01-01
days-reversed = '{ $text }' ends before it begins
days-too-long = '{ $text }' is longer than a year
entry-date-expected = a date in quotes, such as "2026-11-01" or "2026-11-01T14:30:00Z"
json-syntax = not valid JSON: { $error }
json-too-deep = nested deeper than { $levels } levels

# Errors. $what is one of the four below.
error-gone = { $what } is not there (any more)
error-no-window = this program has no window to start; use your system's service settings for `tollwatch serve`
what-account = account { $id }
what-alert = alert { $id }
what-this-alert = this alert
what-alert-history = the history of this alert
