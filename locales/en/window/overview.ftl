# The first screen.

overview-no-figures = No figures yet
overview-empty-title = No account yet
overview-empty-intro = Tollwatch asks your gateways and providers how much is left, and tells you before it is gone. Keys stay in your system’s keychain.
overview-empty-own = Watch your own account
    .about = Pick a gateway or provider, give its key, see the figures in a minute.
overview-empty-look = Look around first
    .about = A simulated gateway with invented accounts. Nothing leaves this machine.

# What stands between the first sentence and its coloured end.
overview-headline-gap = { " " }
overview-headline-top-up = Top up ↗
overview-headline-why-refused = Why 402?
overview-headline-why = Why?
overview-headline-snooze = Snooze 4 h
overview-headline-snoozed = Snoozed for 4 hours.
overview-headline-acknowledge = Acknowledge
overview-headline-acknowledged = Acknowledged.

# What keeps figures from being fresh.
overview-trouble-of = { $account }:
overview-trouble-since = Since { $moment }.
overview-trouble-why-of = Why 402? { $account }
overview-trouble-open = Open
    .of = Open { $account }
overview-trouble-many = { $count } accounts do not answer.
overview-trouble-offline = This computer is offline.
    .about = The figures are as old as they say; Tollwatch asks again by itself.
overview-trouble-keychain = The keychain cannot be read.
    .about = { $count ->
    [one] { $count } account waits for its key; Tollwatch tries again by itself.
   *[other] { $count } accounts wait for their keys; Tollwatch tries again by itself.
}
overview-trouble-poll = Poll now
overview-trouble-polled = All accounts are being polled.
overview-hint-notifier = This desktop takes no notifications at present: alerts are shown in this window only.
    .settings = Settings
    .dismiss = Do not say again

# The lanes.
runway-title = Runway
runway-range = How far ahead
runway-range-24h = 24 h
runway-range-7d = 7 d
runway-range-30d = 30 d
runway-table = Table
runway-now = now { $clock }
runway-waiting = waiting for its first figures
runway-bare = no figures
runway-more = { $count } that only count spend, without a limit
lane-waiting = not polled yet
lane-stale = stale
lane-failing = polls fail
lane-offline = offline
lane-paused = paused
lane-used-up = used up
lane-why-of = Why 402? { $account }, { $meter }
lane-wall = runs out around { $around }, could be { $early }, likely before { $late }; confidence { $confidence }
lane-wall-open = runs out around { $around }, could be { $early }, or much later; confidence { $confidence }
lane-wall-reset = runs out around { $around }, could be { $early }, likely before { $late }; { $chance } chance before the reset; confidence { $confidence }
lane-wall-open-reset = runs out around { $around }, could be { $early }, or much later; { $chance } chance before the reset; confidence { $confidence }
lane-clear = nothing in sight until { $moment }; confidence { $confidence }
lane-unknown = no forecast: { $reason }
lane-about = ≈ { $around }
lane-reset = { $count ->
    [1] reset
   *[other] { $count } resets
}
    .at = resets { $moment }
lane-resets = { $count ->
    [1] resets { $moment }
   *[other] resets { $count } times, first { $moment }
}
lane-reload = top-up
    .at = automatic top-up expected around { $moment }, below { $level }
    .with = automatic top-up of { $amount } expected around { $moment }, below { $level }
lane-left = left
lane-used = used
lane-not-said = not said
lane-burn-unknown = burn unknown
lane-resets-in = resets { $ahead }
lane-confidence-low = low
lane-confidence-fair = fair
lane-confidence-good = good

# The same as a table.
runway-table-name = Runway as table
runway-column-meter = Meter
runway-column-left = Left
runway-column-early = Could be
runway-column-likely = Likely
runway-column-late = Likely before
runway-column-marks = Resets and top-ups

# Spent.
overview-spent-title = Spent
overview-spent-of = Spent: { $span }
overview-spent-today = Today
    .then = yesterday by this time
    .within = today
overview-spent-week = This week
    .then = last week by this time
    .within = this week
overview-spent-month = { $month }
    .then = last month by this time
    .within = in { $month }
overview-spent-nothing-before = nothing to compare with yet
overview-spent-sum = { $amount } { $within }
overview-spent-comma = { ", " }
overview-spent-all = In all: { $sums } ({ $note }).
overview-spent-none = In all: { $note }.
