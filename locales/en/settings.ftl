# Settings and what is found by them: the trial over the past, the score of the forecasts, the work rhythm.

# The field is named as in the config: low, quiet, lead, reload_below, key_expires.
settings-wrong = { $field ->
    [low] amounts: { $error }
    [quiet] quiet hours: { $error }
    [lead] lead time: { $error }
    [reload_below] automatic top-up: { $error }
   *[key_expires] key expires: { $error }
}

settings-test-sent = Sent; { $service } accepted it. You should see it now.

settings-replay-broke-off = The replay broke off: { $error }
settings-replay-days = replay: days must be 1 to 365
# What settings would have told over the past. { $came } says which walls came, and which of them were told in time;
# { $lead } is the median of how long before.
settings-replay = { $notices ->
    [0] { $came ->
        [none] These settings would have told you nothing in { $span }; no wall came.
        [one-late] These settings would have told you nothing in { $span }, and a wall came.
       *[other] These settings would have told you nothing in { $span }, and { $walls } walls came.
    }
   *[other] These settings would have told you { $notices ->
        [one] once
       *[other] { $notices } times
    } in { $span }, { $came ->
        [none] no wall came
        [one] { $lead } before the wall
        [one-late] too late for the wall that came
        [all] { $lead } before the wall in the median
        [some-late] { $lead } before the wall in the median (too late for { $late } of { $walls } walls)
       *[all-late] too late for each of { $walls } walls
    }, { $vain ->
        [0] never in vain
        [one] once in vain
       *[other] { $vain } times in vain
    }.
}

settings-rhythm =
    .none = Every day and hour counts as it was seen to.
    .measured = What work and rest spend is measured on each account.
    .away = You are away until { $until }: no work is expected before. A burn that is seen all the same counts in full.
    .away-measured = You are away until { $until }: no work is expected before. A burn that is seen all the same counts in full. What work and rest spend is measured on each account.

settings-scored =
    .early = Too little history to judge the warnings: no wall came, and no warning is four days old.
    .calm = { $since ->
        [none] No wall came
       *[other] No wall came since { $since }
    }; { $warnings ->
        [one] 1 warning was told
       *[other] { $warnings } warnings were told
    }, { $vain ->
        [0] no warning in vain
        [one] 1 warning in vain
       *[other] { $vain } warnings in vain
    }.
    .one = { $told ->
        [0] Your last wall was not told 1 h ahead
       *[other] Your last wall was told at least 1 h ahead
    }; { $vain ->
        [0] no warning in vain
        [one] 1 warning in vain
       *[other] { $vain } warnings in vain
    }.
    .walls = Of your last { $walls } walls { $told ->
        [one] 1 was
       *[other] { $told } were
    } told at least 1 h ahead; { $vain ->
        [0] no warning in vain
        [one] 1 warning in vain
       *[other] { $vain } warnings in vain
    }.
    .lead = Half of those that were told were told { $lead } ahead or more.
    .range = The range held the true time in { $share } of { $forecasts } forecasts; 80 % is meant.
    .range-off = The range held the true time in { $share } of { $forecasts } forecasts; 80 % is meant. The most likely time was off by a factor of { $off }.
    .few = Too few forecasts are over to judge their ranges: { $forecasts } of the { $enough } that it takes.
    .calibrated = Its ranges are read by its own past, as the last { $walls } walls came.
    .chance = The chance of a wall within 48 hours was put at { $meant } on average; it came in { $came }.
