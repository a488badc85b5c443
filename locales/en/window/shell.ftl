# What stands around every page: navigation, title, banners, notices.

shell-skip = Skip to content
shell-pages = Pages
shell-search = Search
shell-page-overview = Overview
shell-page-alerts = Alerts
shell-page-why = Why 402?
shell-page-add = Add account
shell-page-settings = Settings
shell-firing = { $count } firing
shell-accounts = { $count ->
    [one] { $count } account
   *[other] { $count } accounts
}
shell-next-poll = next poll { $ahead }

# The title of the window.
shell-title-lost = No connection · Tollwatch
shell-title-wall = { $lead } { $when } · Tollwatch
shell-title-wall-demo = Simulator: { $lead } { $when } · Tollwatch
shell-title-calm = all calm · Tollwatch
shell-title-calm-demo = Simulator: all calm · Tollwatch

shell-demo-name = Simulator
shell-demo-note = invented accounts and money.
shell-demo-note-fast = invented accounts and money; time runs { $speed } × as fast.
shell-demo-start = Start the simulator
shell-demo-started = The simulator runs.
shell-demo-stop = Stop the simulator
shell-demo-stopped = The simulator has stopped.

shell-lost-title = Tollwatch does not answer.
shell-lost-last = These are the last figures it gave. Trying again…
shell-lost-nothing = Is it still running? Trying again…
shell-try-now = Try now
shell-try-again = Try again
shell-attention = Attention.
shell-loading = Loading…
shell-not-loaded = This page could not be loaded
    .hint = Tollwatch did not hand it over. Is it still running?

shell-toast-failed = That did not work
shell-toast-close = Close: { $title }
shell-toast-why = Why?
    .of = Why? { $title }

shell-transport-token = This page has no valid token. Open the address that “tollwatch serve” printed, with everything after the #.
shell-transport-status = Tollwatch answered with status { $status }. Its log says more.
shell-transport-gone = Tollwatch does not answer. Is it still running?
