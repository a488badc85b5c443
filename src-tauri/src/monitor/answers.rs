//! The last answers of each account, as they came, for people who distrust numbers: in memory only, never on disk.

use crate::http::{Heard, Http};
use crate::model::{Account, AccountId, Secret, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that are kept of all accounts together; beyond them the oldest polls' answers go.
const MOST: usize = 8 * 1024 * 1024;

/// What one poll asked and heard, without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastPoll {
    /// When the poll ended.
    pub at: Timestamp,
    /// Questions and answers, in the order in which they were asked.
    pub heard: Vec<Heard>,
    /// Answers beyond those that are kept.
    pub more: usize,
}

/// The last poll of each account.
#[derive(Default)]
pub(super) struct Answers(Mutex<BTreeMap<AccountId, LastPoll>>);

impl Answers {
    /// Takes over what came through an account's door. A poll that asked nothing leaves what there is.
    pub(super) fn keep(&self, account: &Account, door: &Http, at: Timestamp) {
        let own: Vec<&str> = account.secrets.values().map(Secret::expose).collect();
        let (heard, more) = door.heard(&own);
        if heard.is_empty() {
            return;
        }
        let mut all = self.all();
        all.insert(account.id.clone(), LastPoll { at, heard, more });
        while all.values().map(size).sum::<usize>() > MOST && all.len() > 1 {
            let oldest = all.iter().min_by_key(|(_, poll)| poll.at).map(|(id, _)| id.clone());
            oldest.and_then(|id| all.remove(&id));
        }
    }

    pub(super) fn of(&self, account: &AccountId) -> Option<LastPoll> {
        self.all().get(account).cloned()
    }

    pub(super) fn forget(&self, account: &AccountId) {
        self.all().remove(account);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<AccountId, LastPoll>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size(poll: &LastPoll) -> usize {
    poll.heard.iter().map(|one| one.body.as_ref().map_or(0, String::len) + one.url.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Answer, MOST_ANSWERS, Network, Request};
    use std::sync::Arc;

    fn account(id: &str) -> Account {
        Account {
            id: AccountId::new(id).unwrap(),
            label: id.to_owned(),
            connector: "x".into(),
            base_url: "https://gw.example".into(),
            secrets: BTreeMap::from([("key".to_owned(), Secret::new("plain-words-as-a-key"))]),
            options: "{}".into(),
            budget: None,
            prices: Default::default(),
            received: Default::default(),
        }
    }

    #[tokio::test]
    async fn the_last_poll_is_kept_without_the_accounts_key() {
        let network = Network::in_process(Arc::new(|request| Answer {
            status: 200,
            headers: Vec::new(),
            body: format!(
                "{{\"you\": \"{}\", \"left\": 1.50}}",
                request.header("authorization").unwrap_or("")
            )
            .into(),
        }));
        let door = Http::open(&network, "https://gw.example/api").unwrap().taped();
        let (answers, one) = (Answers::default(), account("a"));
        for at in [1, 2] {
            let request = Request::get("/left").query("n", &at.to_string()).bearer(&one.secrets["key"]);
            door.send(request).await.unwrap();
            answers.keep(&one, &door, Timestamp(at));
        }
        let poll = answers.of(&one.id).unwrap();
        assert_eq!((poll.at, poll.heard.len()), (Timestamp(2), 1));
        assert_eq!(poll.heard[0].url, "https://gw.example/api/left?n=2");
        assert_eq!(poll.heard[0].body.as_deref(), Some("{\"you\": \"Bearer [redacted]\", \"left\": 1.50}"));
        answers.forget(&one.id);
        assert!(answers.of(&one.id).is_none());
    }

    #[tokio::test]
    async fn all_accounts_together_are_bounded() {
        let body = vec![b' '; 1 << 20];
        let network = Network::in_process(Arc::new(move |_| Answer {
            status: 200,
            headers: Vec::new(),
            body: body.clone(),
        }));
        let answers = Answers::default();
        for count in 0..40 {
            let one = account(&format!("a{count}"));
            let door = Http::open(&network, "https://gw.example").unwrap().taped();
            for _ in 0..MOST_ANSWERS {
                door.send(Request::get("/")).await.unwrap();
            }
            answers.keep(&one, &door, Timestamp(count));
        }
        let kept: usize = answers.all().values().map(size).sum();
        assert!(kept <= MOST, "{kept}");
        assert!(answers.of(&account("a39").id).is_some() && answers.of(&account("a0").id).is_none());
    }
}
