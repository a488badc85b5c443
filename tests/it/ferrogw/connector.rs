//! The connector made for this gateway, over a real socket: what was spent, the refusals of the gateway's own budget, and
//! those of its upstream, which the gateway masks.

use super::gateway::{CHAT, Gateway, KEY, REPLY, URL, alone, inside};
use std::time::Duration;
use tollwatch::connectors;
use tollwatch::model::{
    Account, AccountId, By, Cause, MeterKind, Polled, Provenance, Qty, Scope, Secret, Timestamp, Unit,
};

/// Midnight of Saturday 2026-11-21, UTC; the gateway stamps its log with its own clock, which is later.
const NOW: Timestamp = Timestamp(1_795_219_200_000);

async fn poll(gateway: &Gateway, budget: Option<(Qty, Unit)>) -> Polled {
    let account = Account {
        id: AccountId::new("gateway").unwrap(),
        label: "gateway".into(),
        connector: "ferrogw".into(),
        base_url: URL.into(),
        secrets: [("key".to_owned(), Secret::new(KEY))].into(),
        options: "{}".into(),
        budget,
        prices: Default::default(),
        received: Default::default(),
    };
    connectors::find("ferrogw").unwrap().poll(&gateway.http, &account, NOW).await.unwrap()
}

/// The gateway writes its log a moment after it has answered.
async fn poll_until(gateway: &Gateway, there: impl Fn(&Polled) -> bool) -> Polled {
    let budget = Some((Qty(1_000_000), Unit::USD));
    for _ in 0..100 {
        let polled = poll(gateway, budget).await;
        if there(&polled) {
            return polled;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the gateway's log did not show it: {:?}", poll(gateway, budget).await);
}

#[test]
fn a_real_gateway_is_read_by_its_own_connector() {
    alone("ferrogw::connector::inside_the_namespace");
}

#[tokio::test]
#[ignore = "run by a_real_gateway_is_read_by_its_own_connector, in a network namespace of its own"]
async fn inside_the_namespace() {
    if !inside() {
        return;
    }
    let gateway = Gateway::start().await;
    for _ in 0..2 {
        assert_eq!(gateway.chat().await.status, 200);
    }
    // 2 × 0.000225 of 0.001 USD.
    let polled = poll_until(&gateway, |polled| polled.readings[0].used == Some(Qty(450_000))).await;
    let spend = &polled.readings[0];
    assert_eq!((spend.kind, spend.provenance), (MeterKind::Budget, Provenance::Anchored));
    assert_eq!((spend.limit, spend.remaining), (Some(Qty(1_000_000)), Some(Qty(550_000))));
    let costs: Vec<_> = polled.costs.iter().map(|cost| (cost.by, cost.name.as_str(), cost.amount)).collect();
    assert_eq!(costs, [(By::All, "", Qty(450_000)), (By::Model, "gpt-4o", Qty(450_000))]);
    assert_eq!((polled.refusals.len(), polled.problems.len()), (0, 0), "{polled:?}");
    let spend = &poll(&gateway, None).await.readings[0];
    assert_eq!((spend.kind, spend.limit, spend.headroom()), (MeterKind::Spend, None, None));

    // The upstream's money is gone. The gateway says 502; its log says what it was.
    let empty = r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}"#;
    gateway.upstream.status(CHAT, 402, "application/json", empty);
    assert_eq!(gateway.chat().await.status, 502);
    let polled = poll_until(&gateway, |polled| !polled.refusals.is_empty()).await;
    let refusal = &polled.refusals[0];
    assert_eq!((refusal.cause, refusal.scope), (Cause::BalanceExhausted, Scope::Provider), "{refusal:?}");
    assert_eq!((refusal.status, refusal.message.as_str()), (Some(402), "Insufficient Balance"));

    // The upstream has money again, and the gateway's own budget ends.
    gateway.upstream.json(CHAT, REPLY);
    while gateway.chat().await.status != 402 {}
    let polled = poll_until(&gateway, |polled| polled.refusals.len() == 2).await;
    let budget = polled.refusals.iter().find(|refusal| refusal.cause == Cause::BudgetExceeded).unwrap();
    assert!(budget.message.contains("budget exceeded: spent $0.0011"), "{budget:?}");
    assert_eq!(polled.readings[0].headroom(), Some(Qty(-125_000)));
}
