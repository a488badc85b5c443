//! The first sentence, in both languages.

use super::*;
use crate::forecast::Confidence;
use crate::model::words::{Language, speaking};
use crate::model::{HOUR, MINUTE, MeterKey, Window};

/// Saturday 2026-11-21, 12:32 in UTC.
const NOW: Timestamp = Timestamp(1_795_264_320_000);

fn account(forecast: Option<ForecastView>) -> AccountView {
    let meter = |forecast| MeterView {
        resets: Vec::new(),
        reload: None,
        key: MeterKey::new("balance.usd"),
        kind: MeterKind::Balance,
        label: "余额".to_owned(),
        unit: Unit::USD,
        used: None,
        limit: None,
        remaining: None,
        headroom: Some("4.12".to_owned()),
        share: None,
        window: Window::Never,
        resets_at: None,
        provenance: Provenance::Reported,
        read_at: NOW,
        burn: Some(1.316),
        forecast,
        severity: None,
        trend: Vec::new(),
    };
    AccountView {
        id: AccountId::new("deepseek").unwrap(),
        label: "DeepSeek".to_owned(),
        connector: "deepseek".to_owned(),
        connector_name: "DeepSeek".to_owned(),
        base_url: String::new(),
        state: AccountState::Fresh,
        last_good_at: Some(NOW),
        next_poll_at: None,
        interval: 5 * MINUTE,
        problem: None,
        partial: Vec::new(),
        meters: forecast.into_iter().map(meter).collect(),
        top_up_url: None,
        secrets: BTreeMap::new(),
    }
}

/// Lead, time and detail in a language.
fn said(language: Language, accounts: &[AccountView]) -> [String; 3] {
    let said = speaking(language, || headline(accounts, &[], NOW, &TimeZone::UTC));
    [said.lead, said.when, said.detail]
}

fn wall(hours: i64) -> ForecastView {
    let at = |hours: i64| NOW + (hours * HOUR + 48 * MINUTE);
    ForecastView::Wall {
        p10: at(hours - 8),
        p50: at(hours),
        p90: Some(at(hours + 48)),
        before_reset: 0.8,
        confidence: Confidence::Good,
    }
}

#[test]
fn the_first_sentence_names_the_next_wall() {
    let accounts = [account(Some(wall(17)))];
    assert_eq!(
        said(Language::English, &accounts),
        [
            "DeepSeek · 余额 runs out",
            "tomorrow around 06:20",
            "Could be as early as today 22:20 · likely before Tue 24 Nov 06:20 · 80 % likely before the reset · \
             $4.12 left · burning $1.31/h"
        ]
    );
    assert_eq!(
        said(Language::Chinese, &accounts),
        [
            "DeepSeek · 余额：预计用尽于",
            "明天约 06:20",
            "最早可能：今天 22:20 · 很可能早于 11月24日周二 06:20 · 重置前用尽的概率为 80% · 剩余 $4.12 · \
             消耗速度 $1.31/小时"
        ]
    );
    let mut gone = account(Some(ForecastView::Unknown { reason: String::new() }));
    gone.meters[0].headroom = Some("0".to_owned());
    let used_up = |language| said(language, std::slice::from_ref(&gone));
    assert_eq!(used_up(Language::English)[..2], ["DeepSeek · 余额", "is used up"]);
    assert_eq!(used_up(Language::Chinese)[..2], ["DeepSeek · 余额", "已用尽"]);
}

#[test]
fn the_first_sentence_says_that_all_is_calm_or_that_nothing_is_known() {
    let clear = ForecastView::Clear { until: NOW + 30 * DAY, confidence: Confidence::Good };
    let unknown = ForecastView::Unknown { reason: String::new() };
    let silent = AccountView { state: AccountState::Failing, ..account(Some(unknown)) };
    let calm = |language| said(language, &[account(Some(clear.clone())), silent.clone()]);
    assert_eq!(
        calm(Language::English),
        [
            "As far as is known, nothing runs out in the next 7 days.",
            "",
            "1 account is not answering · 1 meter without a forecast"
        ]
    );
    assert_eq!(
        calm(Language::Chinese),
        ["就目前所知，未来 7 天内没有任何账户会用尽。", "", "1 个账户没有回应 · 1 个计量项没有预测"]
    );
    assert_eq!(said(Language::Chinese, &[])[0], "尚无账户。");
    let mute = [account(None)];
    assert_eq!(
        said(Language::Chinese, &mute),
        ["各账户均有回应，但都没有说明剩余多少。", "", "设置账本或预算后，这些账户就会有数据。"]
    );
    assert_eq!(said(Language::Chinese, &[silent])[0], "尚无预测。");
}
