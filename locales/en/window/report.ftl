# The month on paper.

report-month = Month report
report-make = Make the report
report-saved = { $name } was saved: open it to read or print it.
report-saved-to = Saved as { $place } and opened.
report-failed = The report could not be made
