# One account: its past in words, what is typed into its forms, its charts' legend.

account-event-added = { $meter }: { $amount } added
account-event-corrected = { $meter }: corrected by { $amount }
account-event-limit = { $meter }: limit changed by { $amount }
account-event-reset = { $meter }: started again
account-event-gap =
    { $polls ->
        [one] { $polls } poll failed: { $why }
       *[other] { $polls } polls failed: { $why }
    }
account-event-refusal = { $line }. “{ $quoted }”
account-event-told = Told ({ $severity }): { $title }

account-no-connector = there is no connector '{ $connector }'; `tollwatch connectors` lists them
account-needs-address = { $name } needs its address, such as https://gateway.example.com
account-needs-key = { $name } needs a { $key }. { $help }
account-no-option = { $name } has no option '{ $option }'
account-needs-option = { $name } needs '{ $option }': { $help }
account-bad-budget = budget: { $why }; write it like 50 USD
account-bad-interval = poll every: write whole seconds, such as 300
account-interval-too-short = poll every: { $name } is asked at least { $least } seconds apart
account-bad-reload = automatic top-up: { $why }; write it like 10 USD
account-bad-lead = lead time: { $why }
account-id-taken = there is an account { $id } already; choose another id
account-key-left = { $id } is removed, but its { $role } is still in the keychain (tollwatch, { $id }/{ $role }): { $why }
keys-no-secret = { $name } has no secret '{ $role }'
account-wrong-key = this does not look like the { $key }: those begin with { $prefix }. { $help } Nothing was sent.
account-no-key-given = no { $key } was given

account-bad-amount = the amount: { $why }; write it like 50 USD
account-entry-ahead = { $at } lies in the future: an entry says what was
account-ledger-no-figure = The entries in { $unit } come to no figure yet: they lie in the future, or their sum is too large.
account-ledger-no-anchor = No entry says how much { $unit } was there at some time, so nothing is counted down from.
account-ledger-compared = The provider says what is left itself, so that figure is watched, and this one is only compared with it.

account-spend-by =
    { $by ->
        [model] Spend by model
        [key] Spend by key
        [project] Spend by project
        [user] Spend by user
       *[day] Spend by day
    }
account-sum-too-large = the sum of these costs is larger than what can be shown; ask for a shorter span
account-costs-unnamed = not named
account-costs-others =
    { $count ->
        [one] { $count } other
       *[other] { $count } others
    }
account-chart-spent = spent
account-chart-refused = { $title }: refused { $count } times

# What the marks on a chart mean.
legend-left = left
legend-used = used
legend-limit = limit
legend-reserve = held back
legend-fan = forecast, from early to late
legend-wall = runs out, by the median
legend-topup = top-up
legend-reset = reset
legend-refusal = refused call
legend-gap = no reading
legend-spent = spent
legend-spent-now = not over yet

# Pictures as files.
picture-span = { $from } – { $to }
picture-zone = { $span } ({ $zone })
picture-not-written = The picture could not be written to { $folder } ({ $why }).
picture-no-png = The picture that came is no PNG of at most 16 MB.
