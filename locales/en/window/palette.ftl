# Search and commands. `also` are further words that find something; they are not shown.

palette-title = Search
palette-placeholder = Accounts, meters, actions, settings
palette-results = Found
palette-count = { $count ->
    [one] { $count } result · ↑ ↓ choose · Enter opens · Esc closes
   *[other] { $count } results · ↑ ↓ choose · Enter opens · Esc closes
}
palette-nothing = Nothing is called “{ $query }”.

palette-kind-alert = Alert
palette-kind-action = Action
palette-kind-page = Page
palette-kind-account = Account
palette-kind-meter = Meter
palette-kind-setting = Settings

palette-snooze = Snooze for 4 hours: { $title }
palette-acknowledge = Acknowledge: { $title }
palette-add =
    .also = new gateway provider key connect
palette-poll = Poll all accounts now
    .also = refresh reload update check
palette-demo =
    .also = demo try
palette-overview =
    .also = runway home forecast
palette-alerts =
    .also = notifications history episodes
palette-why =
    .also = refusal diagnosis paste error 429
palette-settings =
    .also = preferences options

palette-notifications = Notifications
    .also = settings desktop test notification
palette-when = When to tell
    .also = settings alerts rules quiet hours sensitivity
palette-rhythm = Working week and days off
    .also = settings calendar rhythm away holiday
palette-appearance = Appearance
    .also = settings theme language light dark
palette-system = Keys and start
    .also = settings keychain autostart
palette-about = About
    .also = settings version folder history

palette-theme =
    .also = theme appearance colour
palette-theme-light = Theme: light
palette-theme-dark = Theme: dark
palette-theme-system = Theme: as the system
palette-language =
    .also = language 语言 中文 zhongwen chinese english
palette-language-en = Language: English
palette-language-zh = Language: 简体中文
palette-language-system = Language: as the system
