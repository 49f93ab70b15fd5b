//! Who can sign in here: the accounts of `accounts.json`, or of a file like it, plus any number of synthetic ones.

use crate::synthetic;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// One account: what is typed to choose it, a note for the chooser, and what userinfo tells.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    pub login: String,
    pub note: String,
    /// As userinfo gives them, `sub` included. Filtered by scope.
    pub claims: Map<String, Value>,
}

impl Account {
    pub fn sub(&self) -> &str {
        self.claims.get("sub").and_then(Value::as_str).unwrap_or(&self.login)
    }

    /// 商号又は名称, or the login name for an account without one.
    pub fn name(&self) -> &str {
        self.claims.get("name").and_then(Value::as_str).unwrap_or(&self.login)
    }

    /// What userinfo tells for these scopes. Claims no scope is known for come with `profile`.
    pub fn claims_for(&self, scopes: &[String]) -> Map<String, Value> {
        let granted = |scope: &str| scopes.iter().any(|s| s == scope);
        let visible = |name: &str| match name {
            "sub" => true,
            "email" => granted("email"),
            "mandate_info" => granted("mandate"),
            _ if name.starts_with("user_") => granted("user"),
            _ => granted("profile"),
        };
        self.claims.iter().filter(|(name, _)| visible(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountsFile {
    accounts: Vec<Account>,
    #[serde(default)]
    synthetic: SyntheticSpec,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SyntheticSpec {
    count: u32,
    seed: u64,
}

/// Why an account file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AccountsProblem {
    #[error("{path}: {cause}")]
    Read { path: String, cause: std::io::Error },
    #[error("the account file is not as expected: {0}")]
    Json(#[from] serde_json::Error),
    #[error("account {0:?} is there twice")]
    Twice(String),
    #[error("account {0:?} has no text `sub` among its claims")]
    NoSub(String),
}

/// All accounts. Synthetic ones are made when asked for, so ten thousand cost nothing.
#[derive(Debug, Clone)]
pub struct Accounts {
    listed: Vec<Arc<Account>>,
    by_login: BTreeMap<String, Arc<Account>>,
    synthetic: SyntheticSpec,
}

impl Accounts {
    /// The accounts that ship with the stand-in.
    ///
    /// # Errors
    /// Never as shipped; a test keeps the file right.
    pub fn shipped() -> Result<Self, AccountsProblem> {
        Self::from_json(include_str!("../accounts.json"))
    }

    /// # Errors
    /// An unreadable file or one that is not like `accounts.json`.
    pub fn from_file(path: &Path) -> Result<Self, AccountsProblem> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| AccountsProblem::Read { path: path.display().to_string(), cause })?;
        Self::from_json(&text)
    }

    /// # Errors
    /// JSON that is not like `accounts.json`, a login twice, an account without `sub`.
    pub fn from_json(text: &str) -> Result<Self, AccountsProblem> {
        let file: AccountsFile = serde_json::from_str(text)?;
        let listed: Vec<Arc<Account>> = file.accounts.into_iter().map(Arc::new).collect();
        let mut by_login = BTreeMap::new();
        for account in &listed {
            if account.claims.get("sub").and_then(Value::as_str).is_none() {
                return Err(AccountsProblem::NoSub(account.login.clone()));
            }
            if by_login.insert(account.login.clone(), Arc::clone(account)).is_some() {
                return Err(AccountsProblem::Twice(account.login.clone()));
            }
        }
        Ok(Self { listed, by_login, synthetic: file.synthetic })
    }

    /// Adds `demo-00001` … up to `count`, the same for the same seed on every machine.
    #[must_use]
    pub const fn with_synthetic(mut self, count: u32, seed: u64) -> Self {
        self.synthetic = SyntheticSpec { count, seed };
        self
    }

    pub(crate) fn listed(&self) -> &[Arc<Account>] {
        &self.listed
    }

    pub(crate) const fn synthetic_count(&self) -> u32 {
        self.synthetic.count
    }

    pub fn find(&self, login: &str) -> Option<Arc<Account>> {
        if let Some(account) = self.by_login.get(login) {
            return Some(Arc::clone(account));
        }
        let number = synthetic::number_of(login)?;
        let known = (1..=self.synthetic.count).contains(&number);
        known.then(|| Arc::new(synthetic::synthetic_account(self.synthetic.seed, number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hojo_words::CorporateNumber;

    #[test]
    fn the_shipped_accounts_are_complete_and_their_numbers_right() {
        let accounts = Accounts::shipped().unwrap();
        let kinds = |kind: &str| accounts.listed().iter().filter(|a| a.claims["account_type"] == kind).count();
        assert!(kinds("2") >= 8 && kinds("3") == 1 && kinds("1") == 1);
        for account in accounts.listed() {
            let number = account.claims.get("corporate_number").and_then(Value::as_str);
            let right = number.map(|n| n.parse::<CorporateNumber>().is_ok());
            assert_eq!(right.unwrap_or(true), account.login != "badnumber", "{}", account.login);
        }
        let sub = |login: &str| accounts.find(login).unwrap().sub().to_owned();
        assert_eq!(sub("hinode"), sub("hinode-renamed"));
        assert_ne!(sub("minato"), sub("minato-new"));
        assert_eq!(accounts.find("aozora-staff").unwrap().claims["parent_id"], sub("aozora"));
    }

    #[test]
    fn scopes_decide_what_is_told() {
        let account = Accounts::shipped().unwrap().find("aozora").unwrap();
        let keys = |scopes: &[&str]| {
            let scopes: Vec<String> = scopes.iter().map(|s| (*s).to_owned()).collect();
            account.claims_for(&scopes)
        };
        assert_eq!(keys(&["openid"]).len(), 1);
        assert!(keys(&["openid", "profile"]).contains_key("corporate_number"));
        assert!(!keys(&["openid", "profile"]).contains_key("user_last_nm"));
        assert!(keys(&["openid", "user"]).contains_key("user_last_nm"));
        assert!(keys(&["openid", "email"]).contains_key("email"));
    }

    #[test]
    fn a_broken_account_file_is_refused_with_the_reason() {
        let twice = r#"{"accounts": [{"login":"a","note":"","claims":{"sub":"1"}},{"login":"a","note":"","claims":{"sub":"2"}}]}"#;
        assert!(matches!(Accounts::from_json(twice), Err(AccountsProblem::Twice(login)) if login == "a"));
        let none = r#"{"accounts": [{"login":"a","note":"","claims":{}}]}"#;
        assert!(matches!(Accounts::from_json(none), Err(AccountsProblem::NoSub(_))));
        assert!(Accounts::from_json("{}").is_err());
    }

    #[test]
    fn synthetic_accounts_exist_up_to_their_count() {
        let accounts = Accounts::shipped().unwrap().with_synthetic(42, 1);
        assert_eq!(accounts.find("demo-00042").unwrap().sub(), "demo-00042");
        for login in ["demo-00000", "demo-00043", "demo-42", "demo-0042x", "nobody"] {
            assert!(accounts.find(login).is_none(), "{login}");
        }
    }
}
