# Add.

add-title = Add account
add-intro = Pick who answers your calls, give a key, test it, save. Figures come within a minute.
add-search = Which gateway or provider?
    .placeholder = Search by name
add-search-found = { $count } found
add-search-none = Nothing is called “{ $search }”. Any gateway that answers with JSON can be read with the connector “http_json”, without code; any that speaks like OpenAI, with “openai_compatible”.

# What was pasted: { $what } is "key" or "address".
add-paste = Paste a key or an address
add-paste-help = It stays on this page until you press Test. Or pick from the list below.
add-guess-sure =
    { $what ->
        [address] This address belongs to:
       *[key] A key like this is made by:
    }
add-guess-unsure =
    { $what ->
        [address] Nobody’s usual address, so perhaps a gateway of your own:
       *[key] Many keys begin like this. Whose is it?
    }
add-guess-none =
    { $what ->
        [address] Nobody is known at this address. Pick from the list below; the address goes along.
       *[key] No key that we know begins like this. Pick from the list below; the key goes along.
    }

add-found = Found in your environment
add-found-pick = Add
    .name = Add { $name } with what was found
add-found-other = Another kind of key. The figures need: { $wanted }.
add-found-help = Only the names were looked at. Nothing is read or sent before you press Test.
add-from = Type a key
    .import = Copy { $variable } into the system’s keychain
    .env = Read { $variable } from the environment at every start

add-back = ← Another connector
add-one = Add { $name }
add-docs = Its documentation ↗
add-cost = What polling costs:
add-needed = Every field is needed, unless it says otherwise.
add-name = Name
add-address = Address
    .unusual = Address (if not the usual one)
add-optional = { $label } (optional)
add-usual = { $choice } (usual)
add-opens = Opens: { $meters }.
add-comma = { ", " }
add-make = Make one ↗
add-stored = Stored in the system’s keychain; type env:NAME to read it from the environment instead.
add-budget = Own monthly budget (optional)
    .example = 50 USD
    .help = For a provider that reports what was spent, but no limit.
add-had = I have (optional)
    .on = as of (now, if empty)
    .all = What is there now
    .help = This provider does not say what is left. From here on it is counted: the figure says “anchored”.
add-test = Test
    .busy = Testing…
    .passed = It works.
    .failed = That did not work.
add-anyway = Save anyway, without a passed test
add-save = Save account
    .busy = Saving…
    .first = Test it first; then it can be saved.
add-watched = { $label } is watched now.

# Whether a notification reaches the user.
reach-ask = Would a warning reach you?
    .more = Tollwatch warns through your desktop’s notifications. One test shows whether they work.
reach-send = Send a test notification
reach-later = Not now
reach-sent = Did you see it?
    .more = “Tollwatch can reach you” should have appeared just now.
reach-yes = Yes, I saw it
reach-no = No
reach-unseen = Let us find out why
reach-failed = It could not be sent
reach-again = Try again
reach-done = Good. Warnings will come the same way.
reach-help = Until it works, warnings are shown in this window only.
reach-help-linux =
    .service = A notification service must run. GNOME, KDE and most desktops bring one; a plain window manager needs one such as dunst or mako.
    .settings = GNOME: Settings > Notifications. KDE: System Settings > Notifications. They must be allowed for Tollwatch.
    .quiet = Do Not Disturb must be off, or Tollwatch allowed through it. What came meanwhile is in the desktop’s notification list.
reach-help-macos =
    .service = Notifications must be allowed for Tollwatch: macOS asks once, and a “Don’t Allow” stays.
    .settings = System Settings > Notifications > Tollwatch: allow notifications, as banners or alerts.
    .quiet = A Focus such as Do Not Disturb hides them: add Tollwatch to its allowed apps. What came meanwhile is in Notification Center.
reach-help-windows =
    .service = Notifications must be on for this computer and for Tollwatch.
    .settings = Settings > System > Notifications: switch them on, and Tollwatch in the list below.
    .quiet = Do not disturb (Focus assist on Windows 10) hides them: switch it off or make Tollwatch a priority app. What came meanwhile is in the notification centre.
