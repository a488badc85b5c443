# Figures, times and ages.

never = never
just-now = just now
ago = { $span } ago
ahead = in { $span }
ahead-now = now
nothing-spent-now = nothing spent now
per-hour = { $amount }/h
percent = { $number } %

# Spans stand in tables: short, and never broken (the space is U+00A0).
span-seconds = { $count } s
span-minutes = { $count } min
span-hours = { $count } h
span-days = { $count } d

moment-yesterday = yesterday { $clock }
moment-tomorrow = tomorrow { $clock }
moment-date = { $weekday } { $date } { $clock }
full = { $date }, { $clock }
midnight = midnight

unit-tokens = tokens
unit-requests = requests
unit-credits = credits
amount = { $number } { $unit }

compared-same = the same as { $then }
compared-less = { $amount } less than { $then }
compared-more = { $amount } more than { $then }

# A sentence's end, where a message of the backend has none.
full-stop = .

severity-heads_up = heads-up
severity-soon = soon
severity-now = now
severity-refused = refused

state-pending = pending
state-firing = firing
state-acknowledged = acknowledged
state-snoozed = snoozed
state-resolved = resolved

kind-balance = balance
kind-budget = budget
kind-quota = quota
kind-rate = rate limit
kind-spend = spend

provenance-reported = reported
    .means = The provider says so.
provenance-derived = derived
    .means = Worked out from figures that the provider reports.
provenance-anchored = anchored
    .means = Counted down from an amount that you typed in.
provenance-estimated = estimated
    .means = Tokens times list price.
