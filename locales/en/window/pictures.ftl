# Charts: the controls around them, walking on them, and taking them along as pictures.

chart-name = Chart: { $meter }
chart-what = What
chart-level = Level
chart-spend = Spend
chart-how-far = How far back
chart-range-24h = 24h
chart-range-7d = 7d
chart-range-30d = 30d
chart-range-1y = 1y
chart-reset-zoom = Reset zoom
chart-table = Table

# What a screen reader says of the chart as a control, and while it is walked.
chart-role = chart
chart-keys = { $summary } Arrow keys walk.
chart-keys-zoom = { $summary } Arrow keys walk, plus and minus zoom, Escape resets.
chart-keys-turn = { $summary } Arrow keys walk, B shows the next breakdown.
chart-zoom-reset = Zoom reset.
chart-zoomed-in = Zoomed in.
chart-zoomed-out = Zoomed out.
chart-legend = What the marks mean

chart-as-table = Chart as table
chart-caption = { $chart }: { $summary }
chart-col-time = Time
chart-col-what = What
chart-col-value = Value
chart-mark-top_up = top-up
chart-mark-limit_lowered = limit-lowered
chart-mark-reset = reset
chart-mark-refusal = refusal
chart-mark-wall = wall

picture-open = Picture
picture-actions = Take the picture along
picture-save-svg = Save SVG
picture-save-png = Save PNG
picture-copy = Copy
picture-saved = Saved as { $name }.
picture-saved-to = Saved to { $place }.
picture-copied-png = Copied as a picture.
picture-copied-svg = Copied as SVG text: this window may not copy pictures.
picture-failed = The picture could not be taken along
