# One account's page.

# Between the members of a list.
account-comma = {", "}

account-back = ← Overview
account-loading = Loading…
account-read = read { $age }
account-next-poll = next poll { $when }
account-state-waiting = waiting for its first figures
account-state-fresh = fresh
account-state-stale = stale
account-state-failing = polls fail
account-state-offline = offline
account-state-paused = paused
account-top-up = Top up ↗
account-poll-now = Poll now
account-polling = Polling now.
account-edit = Edit…
account-pause = Pause
account-paused = Paused.
account-resume = Resume
account-resumed = Resumed.
account-remove = Remove…
account-why = Why 402?
account-why-of = Why 402? { $what }

# Banners, one for each state that is not as it should be.
account-notice-keychain = The keychain did not open.
account-notice-offline = This machine is offline.
account-notice-failing = The last poll failed.
account-notice-since = Since { $when }.
account-notice-kept = The figures below are from { $when }.
account-notice-none = There are no figures yet.
account-notice-waiting = Waiting for its first figures.
    .more = They come with the first poll that is answered.
account-notice-stale = These figures are old.
    .more = They were read { $age }, and are due every { $interval }. The next poll has not been answered yet.
account-notice-paused = Paused.
    .more = It is not polled, and nothing is told of it, until you resume it.
account-refused = Calls are refused. { $message }
account-refused-meter = Calls are refused: { $meter }. { $message }

account-chart-of = Chart of
account-meters = Meters
account-no-figures = No figures yet.
account-col-meter = Meter
account-col-left = Left
account-col-used = Used
account-col-limit = Limit
account-col-pace = Pace
account-col-forecast = Forecast
account-col-source = Source
account-pace-unknown = unknown
account-resets = resets { $when }
account-range = { $early } – { $late }
account-range-open = { $early } – beyond the horizon
account-confidence =
    { $sure ->
        [low] confidence low
        [fair] confidence fair
       *[good] confidence good
    }
account-clear = nothing in sight
account-clear-until = until { $when }
account-no-limit = no limit
account-no-forecast = no forecast: { $reason }
account-source = { $word }: { $means }

account-events = Last 30 days
account-event-top_up = top-up
account-event-reset = reset
account-event-gap = gap
account-event-refusal = refusal
account-event-notice = notice
account-more = Show more ({ $count })
account-nothing-happened = Nothing happened yet.

account-remove-title = Remove { $account }?
account-remove-text =
    { $keys ->
        [keychain] Its key is deleted from the keychain, and it is polled no more. What becomes of its history?
       *[none] It is polled no more. What becomes of its history?
    }
account-remove-keep = Keep the history
account-remove-delete = Delete the history too; this cannot be undone
account-remove-cancel = Cancel
account-remove-now = Remove account
account-removed = The account was removed.

# Its form.
edit-title = Edit { $account }
edit-name = Name
edit-address = Address
edit-address-own = Address (if not the usual one)
edit-address-key = The account’s keys will be sent to this address.
edit-interval = Poll every … seconds (optional)
edit-interval-help = If empty, every { $usual }; at least { $least } s.
edit-budget = Own monthly budget (optional)
edit-budget-help = For a provider that reports what was spent, but no limit.
edit-reload = Tops up by itself below (optional)
edit-reload-help = Because you switched that on at the provider, which rarely says so.
edit-lead = Getting money takes (optional)
edit-lead-help = minutes, hours, days, or a length such as 5 days. So long before a wall the first warning comes.
edit-keys-stay = Keys stay as they are; replace them below.
edit-test = Test
edit-testing = Testing…
edit-save = Save
edit-saving = Saving…
edit-cancel = Cancel
edit-saved = { $account } was changed.

# The last raw answer.
raw-title = Last raw answer
raw-about = What the last poll was answered, word for word. Keys are masked; it is kept in memory only.
raw-none = Nothing was asked since the start.
raw-at = Read { $age }, { $when }
raw-no-answer = no answer
raw-bytes = { $size }
raw-cut = Only the beginning is kept.
raw-binary = This is no text, so it is not shown.
raw-empty = The answer was empty.
raw-more =
    { $count ->
        [one] { $count } more answer was not kept.
       *[other] { $count } more answers were not kept.
    }
raw-copy = Copy
raw-copied = The answer is copied.
raw-copy-failed = It could not be copied
raw-body = Answer to { $request }

# What it was spent on.
costs-title = What it was spent on
costs-unit = Unit
costs-by = Told apart by
costs-by-all = Total
costs-by-model = Model
costs-by-key = Key
costs-by-project = Project
costs-by-user = User
costs-caption =
    { $by ->
        [all] Sums by total
        [model] Sums by model
        [key] Sums by key
        [project] Sums by project
       *[user] Sums by user
    }
costs-turn = B on the chart: the next breakdown
costs-spent = Spent
costs-part = Part
costs-everything = everything
costs-unnamed = not named
costs-together = Together
costs-billed-to = billed to { $when }
costs-fewer = Show fewer
costs-all = Show all { $count }
costs-nothing = Nothing was spent in this span.

# Its keys.
keys-title = Keys
keys-missing = missing
keys-not-given = not given
keys-in-keychain = in the system’s keychain
keys-add = Add…
keys-replace = Replace…
keys-opens = It would also show: { $meters }.
keys-make = Make one ↗
keys-stored-where = Stored in the system’s keychain; type { $example } to read it from the environment instead.
keys-storing = Storing…
keys-store = Store key
keys-cancel = Cancel
keys-stored = The key is stored; the account is polled with it now.
keys-none = This account needs no key.

# Its ledger.
ledger-title = Ledger
ledger-said-anchor = had { $amount }
ledger-said-top_up = topped up { $amount }
ledger-said-spent = spent { $amount }
ledger-ask-anchor = I had this much
ledger-ask-top_up = I topped up
ledger-ask-spent = I spent, unseen by any report
ledger-counted-from = Counted from { $from }.
ledger-compared-same = The provider says { $amount }: no difference to what your entries come to.
ledger-compared-less = The provider says { $amount }: { $apart } less than what your entries come to.
ledger-compared-more = The provider says { $amount }: { $apart } more than what your entries come to.
ledger-period-same = { $from } to { $until }: { $expected } expected, { $found } found: no difference.
ledger-period-less = { $from } to { $until }: { $expected } expected, { $found } found: { $apart } less.
ledger-period-more = { $from } to { $until }: { $expected } expected, { $found } found: { $apart } more.
ledger-none = For what no provider tells: say what you had, and it is counted down from there.
ledger-remove = Remove
ledger-remove-of = Remove: { $entry }, { $at }
ledger-add-title = Add an entry
ledger-what = What
ledger-amount = Amount
ledger-day = Day (now, if empty)
ledger-note = Note (optional)
ledger-add = Add entry
ledger-hint = A day begins at midnight UTC, as most cost reports do.
ledger-added = The entry counts now.
ledger-removed = The entry was removed.

# Precautions.
precautions-title = Precautions
precautions-done = done
precautions-missing = missing
precautions-unknown = not known
precautions-all-done = all { $count } done
precautions-count-done = { $count } done
precautions-count-missing = { $count } missing
precautions-count-unknown = { $count } not known

# Refusals.
refusals-title = Refusals
refusals-open = since { $first }, last { $last }
refusals-span = { $first } – { $last }
refusals-seen =
    { $count ->
        [one] seen once
       *[other] seen { $count } times
    }
refusals-goes-on = goes on
refusals-ended = ended
refusals-all = Show all ({ $count } more)

# What if.
whatif-title = What if …
whatif-spend = I spend more
whatif-when = When
whatif-when-now = now
whatif-when-tonight = tonight
whatif-when-tomorrow = tomorrow
whatif-when-at = at a time …
whatif-time = Time
whatif-factor = Price factor (0.5 is half)
whatif-away = I am away until
whatif-show = Show
whatif-said = { $change } Nothing was changed.
whatif-before = As things are
whatif-after = With it
whatif-no-forecast = no forecast

# What to type, as an example: read by the program, so the same in every language.
account-example-amount = 50 USD
account-example-reload = 10 USD
account-example-extra = 30 USD
account-example-lead = hours
