# Channels beside the desktop, in the settings and on an alert's page.

channels-title = Channels
    .about = Alerts can also go to a webhook, Slack, ntfy or e-mail. They are set up in the config file.
    .none = No channel is set up. A `[channels.NAME]` table in the config file adds one.
    .retry = Try again now
    .retried = What waits is tried now.
channels-kind = { $kind ->
    [webhook] Webhook
    [slack] Slack
    [ntfy] ntfy
   *[email] E-mail
}
channels-of = { $kind } → { $to }
channels-last = Last accepted { $age }
    .never = Nothing accepted yet
channels-waiting = { $count ->
    [one] 1 message waits
   *[other] { $count } messages wait
}
channels-test = Test
    .of = Send a test through { $name }
    .busy = Sending…
channels-log = Last messages
channels-column = Message
    .channel = Channel
    .when = When
    .state = State
channels-state = { $state ->
    [pending] waits
    [failed] refused, tried again { $when }
    [done] accepted
   *[given_up] given up
}
channels-tries = { $state } ({ $tries } tries)
channels-by = Sent to channels
