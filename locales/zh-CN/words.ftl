# 时刻、时长与金额：每个句子里的小词。

moment-yesterday = 昨天 { $clock }
    .around = 昨天约 { $clock }
    .at = 昨天 { $clock }
moment-today = 今天 { $clock }
    .around = 今天约 { $clock }
    .at = 今天 { $clock }
moment-tomorrow = 明天 { $clock }
    .around = 明天约 { $clock }
    .at = 明天 { $clock }
moment-near = { $date }{ $weekday } { $clock }
    .around = { $date }{ $weekday }约 { $clock }
    .at = { $date }{ $weekday } { $clock }
moment-far = { $date }
    .around = { $date }前后
    .at = { $date }

stamp = { $date }{ $weekday } { $clock }
dated = { $date } { $clock }

span-seconds = { $count } 秒
span-minutes = { $count } 分钟
span-hours = { $count } 小时
span-days = { $count } 天

amount-money = { $number } { $code }
amount-percent = { $number }%
amount-credits = { $number } 点额度
amount-tokens = { $number } tokens
amount-requests = { $number } 次请求
per-hour = { $amount }/小时

sentences = { $before }{ $next }
list = { $before }、{ $next }
