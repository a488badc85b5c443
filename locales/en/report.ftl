# The month on paper.

report-title = { $month }: what the accounts cost
report-demo = Invented: these are the simulator’s accounts and money.
report-made = As of { $at } ({ $zone }).
report-nothing = Nothing was spent and no wall was met in this month, as far as Tollwatch was watching.
report-spent = spent
report-before = the month before { $amount }
report-walls-hit = { $count ->
    [one] wall hit
   *[other] walls hit
}
report-walls-avoided = { $count ->
    [one] wall avoided
   *[other] walls avoided
}
report-by-account = By account
report-account = Account
report-spent-column = Spent
report-before-column = Month before
report-hit-column = Walls hit
report-avoided-column = Avoided
report-no-breakdown = The provider does not say on what it was spent.
report-on-day = By day
report-on-model = By model
report-on-key = By key
report-on-project = By project
report-on-user = By user
report-not-named = not named
report-others = { $count ->
    [one] { $count } other
   *[other] { $count } others
}
report-walls = Walls
report-hit = Hit
report-avoided = Avoided
report-foot = From Tollwatch’s own history. Spend is what the readings say, and may differ from the invoice; a dash is what is not known. Breakdowns are the provider’s, by its own days.
report-bad-month = that is no month; write it like 2026-11
