# Alerts, one alert's page, and when to tell.

alerts-title = Alerts
alerts-now = Now
alerts-past = Last 30 days
alerts-calm = Nothing to act on.
    .last = Last told { $age }:
    .never = Nothing to act on. No alert was told in the last 30 days.
    .alone = No account is watched yet, so there is nothing to warn of.
alerts-add = Add an account
alerts-all = Show all { $count }
alerts-snoozed = snoozed until { $when }
alerts-began = began { $when }
alerts-ended = ended { $when }
alerts-told = told { $age }
    .not = not told
alerts-why = Why told
    .of = Why told: { $title }
alerts-why-402 = Why 402?
    .of = Why 402? { $title }

alerts-snooze = Snooze 4 h
    .of = Snooze 4 h: { $title }
    .done = Snoozed for 4 hours.
alerts-acknowledge = Acknowledge
    .of = Acknowledge: { $title }
    .done = Acknowledged.

episode-back = ← Alerts
episode-title = Alert { $id }
episode-gone = This alert is not known.
    .demo = This alert is not known in the simulator.
episode-about = { $account }, { $meter }
episode-why = Why
episode-table = Table
episode-moments = What was told
# How a notice reached the user; { $channel } is the service's own name where it is none of ours.
episode-told = { $channel ->
    [none] { $when } ({ $age }), not told
    [desktop] { $when } ({ $age }), told by the desktop
    [in_app] { $when } ({ $age }), told in the window
   *[other] { $when } ({ $age }), told by { $channel }
}
episode-told-as = { $told }: { $title }
episode-after = What came of it
episode-open = It has not ended yet.

tell-title = When to tell
tell-dial = How early a coming wall is told
    .low = Later, rarely in vain
    .normal = Normal
    .high = Earlier, more in vain
tell-low = Tell balances below (optional)
    .example = 5 USD, 30 CNY
tell-quiet = Quiet hours (optional)
    .about = What can wait is told when they end.
tell-breaks-through = A refusal, or a wall within the hour, is told in quiet hours and through a snooze
tell-bursts = Tell unusual spend
tell-save = Save
    .of = Save the alert settings of { $account }
tell-saved = Saved.
tell-unsaved = Not saved yet.
tell-try = Try on the last 30 days
    .of = Try on the last 30 days: the alert settings of { $account }
    .busy = Trying…
tell-each = What it would have told
tell-fate-right = the wall came
tell-fate-renewed = topped up in time
tell-fate-open = not known yet
tell-fate-in_vain = nothing came
tell-accounts = For one account
tell-lead = How long it takes to get money (optional)
    .example = hours
    .about = The first warning comes so long before the wall: minutes (a card, 4 hours), hours (48), days (an invoice, five working days), or a length up to 10 working days.
    .is = lead { $lead }
tell-reload = Tops up by itself below (optional)
    .example = 10 USD
    .about = If you switched that on at the provider. Walls are then told one step milder, and a top-up that does not come is told.
    .is = tops up below { $amount }
tell-expires = The key expires on (optional)
    .is = key until { $day }
