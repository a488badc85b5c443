# Alerts.
