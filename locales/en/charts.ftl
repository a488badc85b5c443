# Charts: labels, marks, and each chart in words for a screen reader.

chart-empty = no readings yet
chart-limit = limit
chart-reset = reset
chart-now = now
chart-then = then
chart-left = left
chart-used = used
# $name: p10, p50 or p90.
chart-forecast = forecast { $name }
chart-gap = no reading: the poll failed
    .why = no reading: { $why }
chart-mark-reset = reset: use started again
chart-mark-top-up = topped up { $amount }
chart-mark-lowered = limit lowered by { $amount }
chart-mark-wall = runs out around { $when }
chart-failed = The chart could not be drawn: { $reason }
    .font = its font could not be read
    .png = the PNG could not be written: { $error }

# Ticks of a time axis.
chart-day = { $weekday } { $day }
chart-moment = { $weekday } { $clock }
chart-month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
chart-year = { $year }

summary-empty = { $label }: no readings yet.
    .since = { $label }: no readings yet since { $since }.
summary-left = { $left } left
    .of = { $left } left of { $limit }
summary-used = { $used } used
    .of = { $used } used of { $limit }
# $figure is one of the above.
summary-level = { $label }: { $figure }; between { $least } and { $most } since { $since }.
    .seen = { $label }: { $figure }; between { $least } and { $most } since { $since }, with { $seen }.
summary-gaps = { $count ->
    [one] { $count } gap
   *[other] { $count } gaps
}
summary-top-ups = { $count ->
    [one] { $count } top-up
   *[other] { $count } top-ups
}
summary-resets = { $count ->
    [one] { $count } reset
   *[other] { $count } resets
}
summary-refusals = { $count ->
    [one] { $count } refusal
   *[other] { $count } refusals
}
summary-wall = Runs out around { $p50 }, between { $p10 } and { $p90 }.
    .open = Runs out around { $p50 }, between { $p10 } and later than can be told.
summary-spent = { $label }: { $total } spent since { $since }; most from { $peak }: { $most }.
summary-too-much = more than can be shown
summary-largest = The largest part is { $name }: { $amount }.
