# Moments, spans and amounts: the small words of every sentence.

moment-yesterday = yesterday { $clock }
    .around = yesterday around { $clock }
    .at = yesterday at { $clock }
moment-today = today { $clock }
    .around = today around { $clock }
    .at = today at { $clock }
moment-tomorrow = tomorrow { $clock }
    .around = tomorrow around { $clock }
    .at = tomorrow at { $clock }
moment-near = { $weekday } { $date } { $clock }
    .around = { $weekday } { $date } around { $clock }
    .at = { $weekday } { $date } at { $clock }
moment-far = { $date }
    .around = around { $date }
    .at = { $date }

# A moment that stays true as it ages: Sat 21 Nov 16:40.
stamp = { $weekday } { $date } { $clock }
# A moment of the past that is known exactly: 14 Nov, 10:05.
dated = { $date }, { $clock }

span-seconds = { $count } s
span-minutes = { $count } min
span-hours = { $count } h
span-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}

# { $number } is written out, with its sign before it.
amount-money = { $number } { $code }
amount-percent = { $number } %
amount-credits = { $number } credits
amount-tokens = { $number } tokens
amount-requests = { $number } requests
per-hour = { $amount }/h

# Sentences that follow each other, and things in a row.
sentences = { $before } { $next }
list = { $before }, { $next }
