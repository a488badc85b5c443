//! The report as one HTML document that stands alone: its style is in it, it loads nothing and runs nothing.

use super::{AccountReport, Breakdown, Fate, Report, Spent, Wall};
use crate::model::{Amount, By, words};
use crate::say;
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

/// For the screen and for paper; no colour tells anything that words do not.
const STYLE: &str = include_str!("report.css");

/// The document. Everything that was typed in or came over the network is escaped.
pub fn html(report: &Report) -> String {
    let month = words::month(report.month);
    let hit = walls(report, Fate::Hit);
    let avoided = walls(report, Fate::Avoided);
    let page = markup! {
        (DOCTYPE)
        html lang=(words::language().tag()) {
            head {
                meta charset="utf-8";
                // Nothing is fetched, whatever a name may hold.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (say!("report-title", month = month.as_str())) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (say!("report-title", month = month.as_str())) }
                    @if report.demo { p.demo { (say!("report-demo")) } }
                    p.sub { (say!("report-made", at = words::stamp(report.now, &report.zone), zone = zone(report))) }
                }
                @if report.accounts.is_empty() { p { (say!("report-nothing")) } }
                @else {
                    section.sums {
                        @for spent in &report.totals { (total(spent)) }
                        div { b { (hit.to_string()) } span { (say!("report-walls-hit", count = hit)) } }
                        div { b { (avoided.to_string()) } span { (say!("report-walls-avoided", count = avoided)) } }
                    }
                    (summary(report))
                    @for account in &report.accounts { (of_account(account, report)) }
                }
                footer { p { (say!("report-foot")) } }
            }
        }
    };
    page.into_string()
}

fn zone(report: &Report) -> String {
    report.zone.iana_name().unwrap_or("UTC").to_owned()
}

fn walls(report: &Report, fate: Fate) -> usize {
    report.accounts.iter().flat_map(|one| &one.walls).filter(|wall| wall.fate == fate).count()
}

fn total(spent: &Spent) -> Markup {
    markup! {
        div {
            b { (words::amount(spent.amount)) }
            span {
                (say!("report-spent"))
                @if let Some(before) = spent.before { br; (say!("report-before", amount = words::amount(before))) }
            }
        }
    }
}

/// One line per account and currency.
fn summary(report: &Report) -> Markup {
    markup! {
        table {
            caption { (say!("report-by-account")) }
            thead { tr {
                th scope="col" { (say!("report-account")) }
                th.figure scope="col" { (say!("report-spent-column")) }
                th.figure scope="col" { (say!("report-before-column")) }
                th.figure scope="col" { (say!("report-hit-column")) }
                th.figure scope="col" { (say!("report-avoided-column")) }
            } }
            tbody {
                @for account in &report.accounts {
                    @let count = |fate| account.walls.iter().filter(|wall| wall.fate == fate).count().to_string();
                    @for (row, spent) in account.spent.iter().map(Some).chain(account.spent.is_empty().then_some(None)).enumerate() {
                        tr {
                            th scope="row" { (account.label) " " small { (account.connector) } }
                            td.figure { (spent.map_or_else(dash, |one| words::amount(one.amount))) }
                            td.figure { (spent.and_then(|one| one.before).map_or_else(dash, words::amount)) }
                            td.figure { @if row == 0 { (count(Fate::Hit)) } }
                            td.figure { @if row == 0 { (count(Fate::Avoided)) } }
                        }
                    }
                }
            }
        }
    }
}

/// Not known is not zero.
fn dash() -> String {
    "–".to_owned()
}

fn of_account(account: &AccountReport, report: &Report) -> Markup {
    markup! {
        section {
            h2 { (account.label) " " small { (account.connector) } }
            @if account.on.is_empty() && !account.spent.is_empty() { p.sub { (say!("report-no-breakdown")) } }
            @for breakdown in &account.on { (table(breakdown)) }
            @if !account.walls.is_empty() {
                h3 { (say!("report-walls")) }
                ul { @for wall in &account.walls { (line(wall, report)) } }
            }
        }
    }
}

fn table(breakdown: &Breakdown) -> Markup {
    let caption = match breakdown.by {
        By::All => say!("report-on-day"),
        By::Model => say!("report-on-model"),
        By::Key => say!("report-on-key"),
        By::Project => say!("report-on-project"),
        By::User => say!("report-on-user"),
    };
    let whole: f64 = rows(breakdown).map(|(_, amount)| amount.unit.to_f64(amount.qty).max(0.0)).sum();
    markup! {
        table {
            caption { (caption) }
            tbody {
                @for (name, amount) in rows(breakdown) {
                    @let share = if whole > 0.0 { amount.unit.to_f64(amount.qty).max(0.0) / whole } else { 0.0 };
                    tr {
                        th scope="row" { (name) }
                        td.figure { (words::amount(amount)) }
                        td.share { span { (words::share(share)) } i style={ "width:" (format!("{:.1}", share * 60.0)) "%" } {} }
                    }
                }
            }
        }
    }
}

fn rows(breakdown: &Breakdown) -> impl Iterator<Item = (String, Amount)> {
    let named = |(name, amount): &(String, Amount)| {
        (if name.is_empty() { say!("report-not-named") } else { name.clone() }, *amount)
    };
    let others = breakdown.others.map(|(count, amount)| (say!("report-others", count = count), amount));
    breakdown.rows.iter().map(named).chain(others)
}

fn line(wall: &Wall, report: &Report) -> Markup {
    let fate = match wall.fate {
        Fate::Hit => say!("report-hit"),
        Fate::Avoided => say!("report-avoided"),
    };
    markup! {
        li {
            b { (fate) } " " (words::dated(wall.at, &report.zone)) " · " (wall.title)
            @for sentence in &wall.after { " " (sentence) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::model::words::{Language, speaking};
    use jiff::tz::TimeZone;

    fn usd(text: &str) -> Amount {
        format!("{text} USD").parse().unwrap()
    }

    fn report() -> Report {
        Report {
            month: jiff::civil::date(2026, 11, 1),
            // Saturday 2026-11-21, 12:32 UTC.
            now: Timestamp(1_795_264_320_000),
            zone: TimeZone::UTC,
            demo: false,
            totals: vec![Spent { amount: usd("41.5"), before: Some(usd("38.2")) }],
            accounts: vec![AccountReport {
                label: "Acme <script>alert(1)</script>".to_owned(),
                connector: "OpenRouter".to_owned(),
                spent: vec![Spent { amount: usd("41.5"), before: None }],
                on: vec![Breakdown {
                    by: By::Model,
                    rows: vec![
                        ("gpt-5.2\" onload=\"x".to_owned(), usd("31.125")),
                        (String::new(), usd("10")),
                    ],
                    others: Some((3, usd("0.375"))),
                }],
                walls: vec![Wall {
                    at: Timestamp(1_795_219_200_000),
                    fate: Fate::Avoided,
                    title: "Acme · balance could run out today".to_owned(),
                    after: vec!["A top-up of $20.00 ended it, 21 Nov, 03:10.".to_owned()],
                }],
            }],
        }
    }

    #[test]
    fn figures_shares_and_walls_stand_in_it_and_names_are_only_text() {
        let page = html(&report());
        for said in [
            "<h1>November 2026: what the accounts cost</h1>",
            "<b>$41.50</b>",
            "the month before $38.20",
            // 31.125 of 41.5 is three quarters.
            "75 %",
            "3 others",
            "not named",
            "Avoided</b> 21 Nov, 00:00 · Acme · balance could run out today A top-up of $20.00 ended it",
            "Acme &lt;script&gt;alert(1)&lt;/script&gt;",
            "gpt-5.2&quot; onload=&quot;x",
        ] {
            assert!(page.contains(said), "{said} in {page}");
        }
        assert!(!page.contains("<script"), "{page}");
    }

    #[test]
    fn a_month_without_anything_says_so() {
        let page = html(&Report { totals: Vec::new(), accounts: Vec::new(), ..report() });
        assert!(page.contains("Nothing was spent and no wall was met"), "{page}");
        assert!(!page.contains("<table"), "{page}");
    }

    #[test]
    fn in_chinese_it_is_chinese() {
        let page = speaking(Language::Chinese, || html(&report()));
        assert!(page.contains("<html lang=\"zh-CN\">"), "{page}");
        assert!(page.contains("<h1>2026年11月账户费用</h1>"), "{page}");
        assert!(page.contains("另外 3 项"), "{page}");
    }
}
